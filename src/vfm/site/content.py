"""A release as the dashboards read it: its numbers, charts and tables, and nothing but these."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.analysis.postcodes import BETWEEN
from vfm.report import figures, words
from vfm.report.figures import Number, Shown
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.labels import slug
from vfm.vocabulary.periods import Quarter, month_in_words
from vfm.vocabulary.place import Place
from vfm.vocabulary.results import Status

MANIFEST = "manifest.json"
AREAS = "register-areas"  # the table without which there is no page for a borough
DISTRICTS = "register-postcode-districts"
HALF = 0.5
LONG_AGO = 183  # days after its end at which a quarter's update is in retrospect


@dataclass(frozen=True)
class Area:
    """A borough: one that a page is of."""

    code: str
    name: str
    slug: str
    row: int | None
    column: int | None
    key: str  # what the ids of its figures begin with


class Content:
    """One release, read from its folder.

    Raises
    ------
    DataError
        when the folder holds no release, or one that was made before boroughs had figures.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        try:
            self.manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise DataError(f"There is no release in {folder}: publish one first, then run vfm site.") from None
        self.numbers: Mapping[str, Number] = figures.read_numbers(folder)
        self.shown: dict[str, Shown] = {}
        self.kind: dict[str, str] = {}
        for kind in ("charts", "tables"):
            for one in figures.read_shown(folder, kind):
                self.shown[one.figure_id], self.kind[one.figure_id] = one, kind
        for lacking, what in (
            (AREAS not in self.shown, "has no figures of boroughs"),
            ("place" not in self.manifest, "does not say of which place it is"),
        ):
            if lacking:
                raise DataError(
                    f"The release in {folder} {what}: it was made before there were any. "
                    "Run vfm refresh and publish it again."
                )
        self._data: dict[str, pd.DataFrame] = {}

    def data(self, figure_id: str) -> pd.DataFrame:
        """The rows of a chart or table, numbers as numbers and marks as they are."""
        if figure_id not in self._data:
            path = self.folder / self.kind[figure_id] / f"{figure_id}.csv"
            self._data[figure_id] = figures.read_data(path, self.shown[figure_id])
        return self._data[figure_id]

    def drawing(self, figure_id: str) -> str:
        """The drawing of a chart, from its root element on."""
        svg = (self.folder / "charts" / f"{figure_id}.svg").read_text(encoding="utf-8")
        return svg[svg.index("<svg") :]

    @cached_property
    def areas(self) -> list[Area]:
        """The boroughs by name."""
        rows = self.data(AREAS).to_dict("records")
        found = [
            Area(
                row["gss_code"],
                row["area"],
                name,
                _place(row["tile_row"]),
                _place(row["tile_column"]),
                f"borough-{name}",
            )
            for row in rows
            if (name := slug(row["area"]))
        ]
        return sorted(found, key=lambda area: area.name)

    @cached_property
    def districts(self) -> dict[str, dict[str, list[str]]]:
        """Postcode districts by the name of an area: those that it has all of, most of and some of.

        Empty where the release does not have them.
        """
        found: dict[str, dict[str, list[str]]] = {}
        for row in self.data(DISTRICTS).to_dict("records") if DISTRICTS in self.shown else []:
            first, *others = str(row["areas"]).split(BETWEEN)
            part = "all" if row["share"] == 1 else "most" if row["share"] > HALF else "some"
            for name, of in ((first, part), *((other, "some") for other in others)):
                found.setdefault(name, {}).setdefault(of, []).append(row["district"])
        return found

    @cached_property
    def place(self) -> Place:
        """What the release is about: its name, its boroughs, and who pays and polices there."""
        boroughs = self.data(AREAS).rename(columns={"area": "borough"}).to_dict("records")
        blank = dict.fromkeys(("default_round", "default_round_service", "left_out"), "")  # not in every release
        return Place.of(blank | self.manifest["place"], boroughs)

    @cached_property
    def recommendations(self) -> dict[str, dict[str, str]]:
        """What was recommended to the commissioner, by topic; empty where nothing was."""
        return {
            row["topic"]: {**row, "asked_in": month_in_words(date.fromisoformat(f"{row['asked_on']}-01"))}
            for row in self.manifest.get("recommendations", [])
        }

    @property
    def quarter(self) -> Quarter:
        return Quarter.parse(self.manifest["quarter"])

    @property
    def illustrative(self) -> bool:
        return self.manifest.get("status") == Status.ILLUSTRATIVE

    @property
    def as_of(self) -> str:
        return words.cell(date.fromisoformat(self.manifest["as_of"]))

    @property
    def in_retrospect(self) -> bool:
        return (date.fromisoformat(self.manifest["as_of"]) - self.quarter.end).days > LONG_AGO

    @property
    def release(self) -> str:
        """What the release is called, as file names have it: ``2019-20-Q4-v3``, or ``2019-20-Q4-draft``."""
        published = self.manifest["state"] == "published"
        return f"{self.quarter}-{'v' + str(self.manifest['version']) if published else 'draft'}"

    def anchor(self, one: Number | Shown) -> str:
        """The place of a figure on its page; a number and a chart may have one id, and a page has each place once."""
        shared = isinstance(one, Shown) and one.figure_id in self.numbers
        return f"{one.figure_id}--shown" if shared else one.figure_id

    def of_notebook(self, name: str) -> list[Number]:
        """The numbers that one notebook published, in its order."""
        return [number for number in self.numbers.values() if number.notebook == name]


def _place(text: object) -> int | None:
    return int(float(str(text))) if str(text).replace(".", "", 1).isdigit() else None
