"""How a figure is known: its passport, as the release carries it, in lines that a page shows."""

import csv
import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from vfm.report.figures import Number, Shown

PASSPORTS, LOG = "passports.json", "log.csv"
METHODS = "vfm.analysis."
LONGEST = 90  # characters of a list of rows


class Known:
    """The passports of a release; one that was made before there were any has none."""

    def __init__(self, folder: Path):
        self._folder = folder

    @cached_property
    def _shared(self) -> dict[str, Any]:
        path = self._folder / PASSPORTS
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {"figures": {}}

    @cached_property
    def _log(self) -> dict[str, str]:
        with (self._folder / LOG).open(encoding="utf-8", newline="") as file:
            return {row["entry_id"]: row["what"] for row in csv.DictReader(file)}

    def lines(self, one: Number | Shown) -> list[tuple[str, list[str]]]:
        """What a passport says, part by part; nothing where the figure has none."""
        kinds = ("number",) if isinstance(one, Number) else ("chart", "table")
        figures = self._shared["figures"]
        names = [f"{kind}-{one.figure_id}" for kind in kinds] + [one.figure_id]
        made = next((figures[name] for name in names if figures.get(name, {}).get("kind") in kinds), None)
        return [part for part in self._parts(made) if part[1]] if made else []

    def _parts(self, made: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
        method = self._shared.get("methods", {}).get(made["method"], {})
        yield "Formula", [f"{method['formula']} ({method['source']})"] if {"formula", "source"} <= set(method) else []
        yield "Made in", [f"notebook {made['notebook']}, cell {made['cell']}"]
        yield (
            "Worked out by",
            [", ".join(name.removeprefix(METHODS) for name in made["functions"])][: bool(made["functions"])],
        )
        yield "Made from", [self._rows(self._shared["row_sets"][place]) for place in made["rows"]]
        yield "Rests on", [self._log.get(entry, entry) for entry in made["leans_on"]]
        yield "Left out", [self._log.get(entry, entry) for entry in made["exclusions"]]

    def _rows(self, held: dict[str, Any]) -> str:
        if not held["file"]:
            return f"the table {held['table']}, made as the release is"
        about = self._shared["files"].get(held["file"], {})
        who = f": {about['title']} ({about['publisher']})" if {"title", "publisher"} <= set(about) else ""
        if held["rows"] is None:
            return f"{held['file']}, as a whole{who}"
        rows = (
            held["rows"] if len(held["rows"]) <= LONGEST else f"{held['rows'][:LONGEST].rpartition(',')[0]} and further"
        )
        return f"{held['file']}, {'row' if held['count'] == 1 else 'rows'} {rows}{who}"
