"""How a figure is known: its passport, as the release carries it, in lines that a page shows."""

import csv
import json
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

    def of(self, one: Number | Shown, notes: dict[str, int]) -> dict[str, Any]:
        """What a passport says, {} where the figure has none.

        Parameters
        ----------
        notes : what the page says once, each with its number: rows of files, and entries of the log; added to as asked

        Returns
        -------
        `formula` in words, the `cell` that published it, the methods that worked it out, `by`, and the numbers of the
        notes that say what it was made `of`, what it `rests` on and what was `left` out.
        """
        kinds = ("number",) if isinstance(one, Number) else ("chart", "table")
        figures = self._shared["figures"]
        names = [f"{kind}-{one.figure_id}" for kind in kinds] + [one.figure_id]
        made = next((figures[name] for name in names if figures.get(name, {}).get("kind") in kinds), None)
        if made is None:
            return {}
        method = self._shared.get("methods", {}).get(made["method"], {})
        rows = [self._rows(self._shared["row_sets"][place]) for place in made["rows"]]
        told = {"of": rows} | {
            part: [self._log.get(entry, entry) for entry in made[of]]
            for part, of in (("rests", "leans_on"), ("left", "exclusions"))
        }
        return {
            "formula": f"{method['formula']} ({method['source']})" if {"formula", "source"} <= set(method) else "",
            "cell": made["cell"],
            "by": [name.removeprefix(METHODS) for name in made["functions"]],
        } | {part: [notes.setdefault(text, len(notes) + 1) for text in texts] for part, texts in told.items()}

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
