"""Where the time of a run went, notebook by notebook: what ``vfm refresh --profile`` prints."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vfm.release.sampling import COMPUTE, DRAWING, IMPORTS, WRITING

RECORD = "run.json"  # of a release: how long it took, and where
START, TOTAL, OTHER = "start", "total", "other"
COLUMNS = (START, IMPORTS, COMPUTE, DRAWING, WRITING, OTHER, TOTAL)
WIDTH = 9


@dataclass
class Took:
    """Wall seconds of one notebook's run: all of them, and those that are known to have gone to a part of it."""

    parts: dict[str, float] = field(default_factory=dict)
    total: float = 0.0
    _begun: float = field(default_factory=time.monotonic)

    def started(self) -> None:
        """Note that the kernel has started and the first cell is about to run."""
        self.parts.setdefault(START, time.monotonic() - self._begun)

    def add(self, part: str, seconds: float) -> None:
        """Count seconds to a part."""
        self.parts[part] = self.parts.get(part, 0.0) + seconds

    def ended(self, sampled: Path | None) -> None:
        """Note that the run is over; `sampled` has what its kernel noted, where it was asked to."""
        self.total = time.monotonic() - self._begun
        if sampled is not None and sampled.is_file():
            for part, seconds in json.loads(sampled.read_text(encoding="utf-8")).items():
                self.add(part, seconds)

    def as_record(self) -> dict[str, float]:
        """Each part and the total, to the millisecond."""
        return {name: round(seconds, 3) for name, seconds in {**self.parts, TOTAL: self.total}.items()}


def as_text(draft: Path) -> str:
    """Where the seconds went that making a draft took, one line a notebook that ran, the slowest first.

    What is left of a notebook's seconds is ``other``: messages between the kernel and papermill, and its end. Several
    run at a time, so their seconds come to more than the wall's.
    """
    record: dict[str, Any] = json.loads((draft / RECORD).read_text(encoding="utf-8"))
    notebooks: dict[str, Mapping[str, float]] = record["notebooks"]
    wide = max(map(len, [*notebooks, "all notebooks"]))
    lines = [f"{'seconds':<{wide}}{''.join(f'{name:>{WIDTH}}' for name in COLUMNS)}"]
    rows = {name: _row(seconds) for name, seconds in notebooks.items()}
    for name in sorted(rows, key=lambda one: -rows[one][TOTAL]):
        lines.append(_line(name, rows[name], wide))
    lines.append(_line("all notebooks", {name: sum(row[name] for row in rows.values()) for name in COLUMNS}, wide))
    before, after = record["before"], record["after"]
    during = record["seconds"] - before - after
    lines.append(
        f"wall: {before:.1f} before the notebooks (checks, tables), {during:.1f} while they ran, "
        f"{after:.1f} after (gathering, pages, documents, seal); {record['seconds']:.1f} in all"
    )
    return "\n".join(lines) + "\n"


def _row(seconds: Mapping[str, float]) -> dict[str, float]:
    known = {name: seconds.get(name, 0.0) for name in COLUMNS}
    told = sum(known[name] for name in COLUMNS if name not in (OTHER, TOTAL))
    return known | {OTHER: max(0.0, known[TOTAL] - told)}


def _line(name: str, row: Mapping[str, float], wide: int) -> str:
    return f"{name:<{wide}}{''.join(f'{row[column]:>{WIDTH}.2f}' for column in COLUMNS)}"
