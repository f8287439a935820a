"""From a published figure back to what it is made from, by what its release carries alone.

Nothing is run and nothing slow is imported: the passport was written as the release was made.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vfm.data.project import Project
from vfm.data.staging import whole
from vfm.release import find, manifest
from vfm.release.rules import parameter_of
from vfm.vocabulary.errors import DataError, UsageError, suggestion
from vfm.vocabulary.periods import Quarter

PASSPORTS, PAGE = "passports.json", "trace.html"
MOST_ROWS = 12  # rows of one file that a person is shown one by one
RAW = {"published": "data/raw", "illustrative": "examples/raw"}

Passport = dict[str, Any]


@dataclass(frozen=True)
class Released:
    """What a release says of its figures, read once; `told` is its manifest where that is yet to be written."""

    folder: Path
    told: Mapping[str, Any] | None = None

    @cached_property
    def described(self) -> dict[str, Any]:
        return dict(self.told) if self.told else manifest.read(self.folder)

    @cached_property
    def shared(self) -> dict[str, Any]:
        path = self.folder / PASSPORTS
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            name = find.name_of(self.described)
            raise DataError(f"{name} was released before figures had passports: it has no {PASSPORTS}.") from None
        except ValueError as error:
            raise DataError(f"{path} cannot be read: {error}.") from None

    @cached_property
    def numbers(self) -> dict[str, dict[str, Any]]:
        records = json.loads((self.folder / "numbers.json").read_text(encoding="utf-8"))
        return {record["figure_id"]: record for record in records}

    @cached_property
    def log(self) -> dict[str, dict[str, str]]:
        with (self.folder / "log.csv").open(encoding="utf-8", newline="") as file:
            return {row["entry_id"]: row for row in csv.DictReader(file)}

    def passport(self, figure_id: str) -> Passport:
        """Everything that is known of one figure."""
        made = self.shared["figures"][figure_id]
        described, method = self.described, made["method"]
        return {
            "figure": figure_id,
            "release": find.name_of(described),
            "as_of": described["as_of"],
            **self._said(made["figure_id"], made),
            "formula": {"method": method, **self.shared["methods"].get(method, {})},
            "made_by": {
                "notebook": made["notebook"],
                "cell": made["cell"],
                "page": f"notebooks/{made['notebook']}.html#cell-{made['cell']}",
                "functions": made["functions"],
            },
            "code": {"hash": described["code"], "commit": described.get("commit", "")},
            "parameters": list(self._parameters(made)),
            "rows": [self._rows(self.shared["row_sets"][place]) for place in made["rows"]],
            "given": made["given"],
            "corrections": self._corrections(made),
            "exclusions": [self._entry(entry, ("what", "rows", "pounds", "effect")) for entry in made["exclusions"]],
            "leans_on": [self._entry(entry, ("kind", "what", "reliability", "sunset")) for entry in made["leans_on"]],
            "reviewer": described.get("approval"),
        }

    def _said(self, figure_id: str, made: Mapping[str, Any]) -> dict[str, Any]:
        if made["kind"] != "number":
            path = self.folder / f"{made['kind']}s" / f"{figure_id}.json"
            shown = json.loads(path.read_text(encoding="utf-8"))
            return {"kind": made["kind"]} | {name: shown[name] for name in ("title", "period", "status", "sources")}
        number = self.numbers[figure_id]
        parts = ("title", "value", "lower", "upper", "unit", "period", "status", "direction", "reason", "n", "source")
        return {"kind": "number", "text": made["text"], "range": made["range"]} | {p: number[p] for p in parts}

    def _parameters(self, made: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        for name, value in self.described["parameters"].get(made["notebook"], {}).items():
            if name in made["names"]:
                yield {"name": name, "value": str(value), **parameter_of(name, value)}

    def _rows(self, held: Mapping[str, Any]) -> dict[str, Any]:
        file, known = held["file"], self.shared["rows"].get(held["table"], {})
        asked = [str(row) for row in numbers_of(held["rows"])] if held["rows"] else []
        stated = [[row, *known[row]] for row in asked if row in known]
        return {
            "table": held["table"],
            "file": f"{RAW.get(self.described['status'], 'data/raw')}/{file}" if file else "",
            "rows": held["rows"],
            "count": held["count"],
            **self.shared["files"].get(file, {}),
            "stated": [dict(zip(("row", "key", "values", "source"), one, strict=True)) for one in stated],
        }

    def _corrections(self, made: Mapping[str, Any]) -> list[dict[str, str]]:
        sets = [self.shared["row_sets"][place] for place in made["rows"]]
        return [
            one
            for one in self.shared["corrections"]
            if any(
                held["file"] == one["file"] and (held["rows"] is None or int(one["row"]) in numbers_of(held["rows"]))
                for held in sets
            )
        ]

    def _entry(self, entry_id: str, parts: tuple[str, ...]) -> dict[str, str]:
        row = self.log.get(entry_id, {})
        return {"entry_id": entry_id, **{part: row.get(part, "") for part in parts}}


def numbers_of(ranges: str) -> list[int]:
    """The rows that "2-4, 9" names.

    >>> numbers_of("2-4, 9")
    [2, 3, 4, 9]
    """
    rows: list[int] = []
    for part in filter(None, ranges.split(", ")):
        first, _, last = part.partition("-")
        rows += range(int(first), int(last or first) + 1)
    return rows


def trace(project: Project, asked: str, release: str = "") -> list[Passport]:
    """The passports of the figures that `asked` means: an id, or a text of an id, a title or the number as printed.

    Parameters
    ----------
    release : as `find` reads it; without one, the latest that is published, or else the latest draft

    Raises
    ------
    UsageError
        when no figure of the release is meant.
    DataError
        when there is no release, or it carries no passports.
    """
    folder = find.find(project, release) if release else latest(project)
    return whole(folder, lambda: _passports(Released(folder), asked))


def _passports(released: Released, asked: str) -> list[Passport]:
    figures = released.shared["figures"]
    meant = [asked] if asked in figures else list(_holding(asked.strip().lower(), figures))
    if not meant:
        near = suggestion(asked, list(figures)) or " numbers.csv in the release lists its numbers."
        raise UsageError(f'No figure of {find.name_of(released.described)} is called "{asked}" or says it.{near}')
    return [released.passport(figure) for figure in meant]


def latest(project: Project) -> Path:
    """The release of the latest quarter that is published, or else the latest draft."""
    for folder in (project.reports, project.reports / "drafts"):
        found = [path.parent for path in folder.glob(f"*/{manifest.MANIFEST}")]
        quarters = [path for path in found if _is_quarter(path.name)]
        if quarters:
            return max(quarters, key=lambda path: Quarter.parse(path.name))
    raise DataError("There is no release to trace a figure in: run vfm refresh QUARTER first.")


def _is_quarter(name: str) -> bool:
    try:
        Quarter.parse(name)
    except UsageError:
        return False
    return True


def _holding(asked: str, figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Figures whose id, title or number holds what was asked; else those whose number stands in what was asked."""
    held = {name: f"{name} {one['title']} {one.get('text', '')}".lower() for name, one in figures.items()}
    if asked and any(asked in text for text in held.values()):
        yield from (name for name, text in held.items() if asked in text)
        return
    words = [word.strip(".,;:()") for word in asked.split()]
    for name, one in figures.items():
        text = str(one.get("text", "")).lower()
        if any(mark in text for mark in "£%.,") and (text in asked if " " in text else text in words):
            yield name
