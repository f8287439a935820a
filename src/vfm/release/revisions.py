"""What a release states otherwise than the one before it: marked [r], and listed in a file that grows with each.

The release before is the published version of the same quarter, or else that of the latest quarter before it. A figure
is revised when its id, cell, unit and period are the same and its value is another: a new period is no revision.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from vfm.data.project import Project
from vfm.release import find, manifest
from vfm.release.changes import Sides, changes
from vfm.release.contents import Kind, Said
from vfm.release.movements import UNEXPLAINED, Cause, as_decimal
from vfm.release.values import Known, Value, apart, is_revised, places, read_values
from vfm.report import figures, revised, words
from vfm.vocabulary.formula_guard import guarded, unguarded
from vfm.vocabulary.periods import Quarter

FILE = "revisions.csv"
FOLDERS = {Kind.TABLE: "tables", Kind.CHART_DATA: "charts"}
SCHEDULED = "Scheduled: data that came late"
CORRECTIONS = "Corrections"


@dataclass(frozen=True)
class Revision:
    """One figure, or one cell of it, that a release states otherwise than the release before it.

    `before` and `after` are decimal text, or what stands in a number's place; `causes` are what changed between the
    makings of the two.
    """

    release: str
    revises: str
    as_of: str
    kind: str
    figure_id: str
    cell: str
    title: str
    unit: str
    period: str
    before: str
    after: str
    causes: str
    status: str

    @property
    def group(self) -> str:
        """Under what heading a reader finds it: what was to be expected apart from what was wrong."""
        if self.causes == Cause.LATE_DATA:
            return SCHEDULED
        return CORRECTIONS if self.causes == Cause.CORRECTION else f"Why: {self.causes}"

    @property
    def in_words(self) -> tuple[str, str]:
        """Before and after as a reader is told them."""
        return apart(_said(self.before), _said(self.after), self.unit)


def record(project: Project, quarter: Quarter, folder: Path, described: Mapping[str, Any]) -> str | None:
    """Mark what is revised in the release being made in `folder`, write its revisions; the name of what it revises.

    Parameters
    ----------
    folder : where its numbers, charts and tables are gathered
    described : its manifest so far
    """
    earlier = find.before(project, quarter)
    if earlier is None:
        _write(folder, [])
        return None
    before = manifest.read(earlier)
    old, new = read_values(earlier), read_values(folder)
    found = [
        known
        for known, value in new.items()
        if known in old
        and (old[known].unit, old[known].period) == (value.unit, value.period)
        and is_revised(old[known], value)
    ]
    causes = _causes(Sides(project, before, described)) if found else ""
    about = {
        "release": f"{quarter}@v{described['version']}",
        "revises": find.name_of(before),
        "as_of": described["as_of"],
        "causes": causes,
        "status": described["status"],
    }
    _write(folder, [*read(earlier), *(_revision(old[known], new[known], about) for known in found)])
    _mark_numbers(folder, {figure for kind, figure, _ in found if kind is Kind.NUMBER})
    _mark_tables(folder, found)
    return about["revises"]


def read(folder: Path) -> list[Revision]:
    """Every revision up to a release, the oldest first; none where it is from before revisions were listed."""
    path = folder / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{name: unguarded(text) for name, text in row.items()} for row in csv.DictReader(file)]
        return [Revision(**row) for row in rows]


def grouped(found: Iterable[Revision]) -> dict[tuple[str, str], dict[str, list[Revision]]]:
    """Revisions by release, the newest first, and within it by why, what was to be expected first."""
    by_release: dict[tuple[str, str], dict[str, list[Revision]]] = {}
    for one in found:
        by_release.setdefault((one.release, one.revises), {}).setdefault(one.group, []).append(one)
    first = (SCHEDULED, CORRECTIONS)
    return {
        (_called(release), _called(revises)): dict(
            sorted(groups.items(), key=lambda item: (item[0] not in first, item[0] != SCHEDULED, item[0]))
        )
        for (release, revises), groups in reversed(by_release.items())
    }


def _causes(sides: Sides) -> str:
    found = list(dict.fromkeys(str(change.cause) for change in changes(sides)))
    return words.listing(found) if found else UNEXPLAINED


def _revision(old: Value, new: Value, about: Mapping[str, str]) -> Revision:
    return Revision(
        kind=str(new.kind),
        figure_id=new.figure,
        cell=new.cell,
        title=new.title,
        unit=new.unit,
        period=new.period,
        before=_as_text(old),
        after=_as_text(new),
        **about,
    )


def _as_text(value: Value) -> str:
    return value.instead if value.amount is None else as_decimal(value.amount)


def _said(text: str) -> Said:
    try:
        return Fraction(text)
    except ValueError:
        return text


def _called(name: str) -> str:
    """A release's name in words: "January to March 2020, version 2"."""
    quarter, _, version = name.partition("@v")
    return f"{Quarter.parse(quarter).words}, version {version}"


def _write(folder: Path, found: Sequence[Revision]) -> None:
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Revision)], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: guarded(text) for name, text in asdict(one).items()} for one in found)


def _mark_numbers(folder: Path, marked: set[str]) -> None:
    if not marked:
        return
    numbers = [
        revised.marked_number(number) if name in marked else number
        for name, number in figures.read_numbers(folder).items()
    ]
    figures.write_numbers(folder, numbers)


def _mark_tables(folder: Path, found: Sequence[Known]) -> None:
    where = places(folder)
    for kind, figure in dict.fromkeys((kind, figure) for kind, figure, _ in found if kind in FOLDERS):
        path = folder / FOLDERS[kind] / f"{figure}.json"
        shown = figures.read_one(path)
        data = figures.read_data(path.with_suffix(".csv"), shown)
        rows: dict[int, list[str]] = {}
        for place in (where[known] for known in found if known[:2] == (kind, figure)):
            rows.setdefault(place.row, []).append(place.heading)
        shown, data = revised.marked_table(shown, data, rows)
        path.write_text(figures.as_json(shown), encoding="utf-8", newline="\n")
        path.with_suffix(".csv").write_text(figures.as_csv(data), encoding="utf-8", newline="\n")
