"""A copy of the project's data that a test may spoil."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class ProjectCopy:
    """A project of its own, with the raw files as they are in the repository."""

    root: Path

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @contextmanager
    def catalogue(self) -> Iterator[dict[str, Any]]:
        """The catalogue, written back as the block leaves it."""
        path = self.raw / "datapackage.json"
        package = json.loads(path.read_text(encoding="utf-8"))
        yield package
        path.write_text(json.dumps(package), encoding="utf-8")

    def write(self, file: str, content: bytes) -> None:
        """Put a raw file in place, and its hash into the catalogue."""
        (self.raw / file).write_bytes(content)
        with self.catalogue() as package:
            for resource in package["resources"]:
                if resource["path"] == file:
                    resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()

    def change(self, file: str, how: Callable[[str], str]) -> None:
        """Change the text of a raw file, and its hash in the catalogue."""
        self.write(file, how((self.raw / file).read_text(encoding="utf-8")).encode())

    def set_cell(self, file: str, row: int, column: str, text: str) -> None:
        """Write `text` into a cell; rows count as in a spreadsheet, the heading first."""
        with (self.raw / file).open(encoding="utf-8", newline="") as lines:
            records = list(csv.reader(lines))
        records[row - 1][records[0].index(column)] = text
        with (self.raw / file).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(records)
        self.write(file, (self.raw / file).read_bytes())
