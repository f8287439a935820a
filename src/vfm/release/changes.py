"""What changed between the makings of two releases, from what they recorded, and what lies between the two.

Facts that others published are compared row by row, by the key that the catalogue gives each table: a row that came is
late when the period it is about had ended by the day up to which the earlier release knew the facts, and is of a new
period otherwise; a row that says something else, or is gone, is a correction. A row that names no period is late
within one quarter, and came with the new quarter between two.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from vfm.data.catalogue import CATALOGUE
from vfm.data.project import Project
from vfm.release import kept, movements
from vfm.release.movements import Cause
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import YEARS, FinancialYear, Quarter

Row = dict[str, str]
Key = tuple[str, ...]

# Where a row says what period it is about, the surest first.
PERIOD_COLUMNS = ("quarter", "month", "period_end", "period", "financial_year", "date_signed", "decided", "year", "end")
PEOPLE = ("returns/", "records/")  # what providers send, that nobody has published
YEAR = re.compile(r"(\d{4})[-/](\d{2})(?![-/\d]\d)", re.ASCII)  # a financial year, or a month: they are told apart
DAY = re.compile(r"\d{4}(-\d{2})?(-\d{2})?", re.ASCII)


@dataclass(frozen=True)
class Change:
    """One thing that changed: what it is a change of, and what it is, in words."""

    cause: Cause
    what: str


@dataclass(frozen=True)
class Sides:
    """The two releases as they were made: their manifests, and the project that has what they were made from."""

    project: Project
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    @property
    def same_quarter(self) -> bool:
        return bool(self.old["quarter"] == self.new["quarter"])

    def bytes_of(self, side: Mapping[str, Any], file: str) -> bytes | None:
        """A raw file as a release recorded it; None where that is not to be had."""
        hashed = side["inputs"].get(file)
        found = kept.recorded(self.project, file, hashed) if hashed else None
        return found.read_bytes() if isinstance(found, Path) else found

    def text(self, side: Mapping[str, Any], file: str) -> str | None:
        """The same as text."""
        data = self.bytes_of(side, file)
        return None if data is None else data.decode("utf-8-sig")


def changes(sides: Sides) -> list[Change]:
    """Everything that changed between the two, by cause."""
    found = []
    old, new = sides.old, sides.new
    if old["code"] != new["code"]:
        found.append(Change(Cause.METHOD, f"another code ({old['code'][:12]} to {new['code'][:12]})"))
    for name in sorted({*old["packages"], *new["packages"]}):
        if old["packages"].get(name) != new["packages"].get(name):
            was, is_ = old["packages"].get(name, "none"), new["packages"].get(name, "none")
            found.append(Change(Cause.METHOD, f"{name} {was} to {is_}"))
    if not sides.same_quarter:
        found.append(Change(Cause.NEW_PERIOD, f"the quarter, {old['quarter']} to {new['quarter']}"))
    profiles = [side.get("disclosure", {}).get("profile", "none") for side in (old, new)]
    if profiles[0] != profiles[1] and any(map(_of_people, (old, new))):
        found.append(Change(Cause.SUPPRESSION, f"the profile of disclosure control, {profiles[0]} to {profiles[1]}"))
    for cause, words in movements.of_parameters(old["parameters"], new["parameters"]).items():
        found += [Change(cause, what) for what in words]
    for file in sorted({*old["inputs"], *new["inputs"]}):
        if old["inputs"].get(file) != new["inputs"].get(file):
            found += _of_file(sides, file)
    order = list(Cause)
    return sorted(found, key=lambda change: order.index(change.cause))


def _of_people(side: Mapping[str, Any]) -> bool:
    """Whether a release was made from counts of people that are hidden and rounded by a profile."""
    return any(within_raw(file).startswith(PEOPLE) for file in side["inputs"])


def within_raw(file: str) -> str:
    """A raw file as its catalogue names it: ``data/raw/published/awards.csv`` -> ``published/awards.csv``."""
    return file.partition("/raw/")[2]


def _of_file(sides: Sides, file: str) -> Iterator[Change]:
    cause, why = movements.cause_of("file", within_raw(file))
    if cause == "none":
        return
    if cause == "rows":
        yield from _of_rows(sides, file)
    elif cause == "incoming":
        yield Change(*of_incoming(sides, file))
    else:
        yield Change(Cause(cause), f"{file}: {why}")


def of_incoming(sides: Sides, file: str) -> tuple[Cause, str]:
    """What others sent: a file that came is late or of a new quarter; one that changed, or is gone, is a correction."""
    if file not in sides.new["inputs"]:
        return Cause.CORRECTION, f"{file} is gone"
    if file in sides.old["inputs"]:
        return Cause.CORRECTION, f"{file} was changed"
    if within_raw(file).removeprefix("returns/") in _replacing(sides):
        return Cause.CORRECTION, f"{file} replaces an earlier one"
    quarter = re.search(r"\d{4}-\d{2}-Q[1-4]", file)
    end = _ends(quarter[0]) if quarter else None
    return (Cause.NEW_PERIOD if _is_new(sides, end) else Cause.LATE_DATA), f"{file} came"


def _replacing(sides: Sides) -> set[str]:
    """The returns that replace an earlier one, as the receipts say."""
    receipts = next((file for file in sides.new["inputs"] if within_raw(file) == "receipts.csv"), "")
    text = sides.text(sides.new, receipts) if receipts else None
    rows = csv.DictReader(StringIO(text or "", newline=""))
    return {str(row.get("file", "")).removeprefix("returns/") for row in rows if (row.get("replaces") or "").strip()}


@dataclass(frozen=True)
class RowChanges:
    """The rows of a raw table that changed, by their keys."""

    late: frozenset[Key]
    new_period: frozenset[Key]
    corrected: frozenset[Key]
    gone: frozenset[Key]


def row_changes(sides: Sides, file: str) -> RowChanges | None:
    """How the rows of a raw table differ; None where one side's file is not to be had, or its rows have no such key."""
    key = _key_of(sides, file)
    texts = sides.text(sides.old, file), sides.text(sides.new, file)
    if (
        key is None
        or (texts[0] is None and file in sides.old["inputs"])
        or (texts[1] is None and file in sides.new["inputs"])
        or not all(text is None or _has_columns(text, key) for text in texts)
    ):
        return None
    old, new = (_by_key(text or "", key) for text in texts)
    came = {one: _is_new(sides, _period_end(row)) for one, row in new.items() if one not in old}
    return RowChanges(
        late=frozenset(one for one, is_new in came.items() if not is_new),
        new_period=frozenset(one for one, is_new in came.items() if is_new),
        corrected=frozenset(one for one in old if one in new and old[one] != new[one]),
        gone=frozenset(one for one in old if one not in new),
    )


def _of_rows(sides: Sides, file: str) -> Iterator[Change]:
    found = row_changes(sides, file)
    if found is None:
        key, was = _key_of(sides, file), sides.text(sides.old, file)
        if key is not None and was is not None and not _has_columns(was, key):
            yield Change(Cause.METHOD, f"{file} is in other columns than it was: its rows cannot be compared")
        else:
            why = "was changed, and is not to be had as it was: its rows cannot be compared"
            yield Change(Cause.CORRECTION, f"{file} {why}")
        return
    for cause, rows, words in (
        (Cause.CORRECTION, found.corrected, "corrected"),
        (Cause.CORRECTION, found.gone, "gone"),
        (Cause.LATE_DATA, found.late, "late"),
        (Cause.NEW_PERIOD, found.new_period, "of a new period"),
    ):
        if rows:
            yield Change(cause, f"{file}: {len(rows):,} row{'s' if len(rows) > 1 else ''} {words}")


def rows_up_to(sides: Sides, file: str, cause: Cause) -> str | None:
    """A raw table as it would be had nothing come after `cause`: what was corrected, then what was late.

    None where it cannot be told.
    """
    found, key = row_changes(sides, file), _key_of(sides, file)
    text = sides.text(sides.new, file) or sides.text(sides.old, file)
    if found is None or key is None or text is None:
        return None
    order = list(Cause)
    left_out = set(found.new_period) if order.index(cause) < order.index(Cause.NEW_PERIOD) else set()
    if order.index(cause) < order.index(Cause.LATE_DATA):
        left_out |= found.late
    if order.index(cause) < order.index(Cause.CORRECTION):
        raise ValueError("before corrections a raw table is the one of the earlier release")
    records = list(csv.reader(StringIO(text, newline="")))
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(records[0])
    places = [records[0].index(name) for name in key]
    writer.writerows(record for record in records[1:] if tuple(record[place] for place in places) not in left_out)
    return out.getvalue()


def _key_of(sides: Sides, file: str) -> Key | None:
    catalogue = f"{file.partition('/raw/')[0]}/raw/{CATALOGUE}"
    text = sides.text(sides.new, catalogue) or (sides.project.root / catalogue).read_text(encoding="utf-8-sig")
    for resource in json.loads(text)["resources"]:
        if resource["path"] == within_raw(file):
            key = resource["schema"].get("primaryKey")
            return tuple([key] if isinstance(key, str) else key) if key else None
    return None


def _has_columns(text: str, key: Key) -> bool:
    """Whether a raw table has the columns that its rows are told apart by; its heading may once have been another."""
    return set(key) <= set(next(csv.reader(StringIO(text, newline="")), []))


def _by_key(text: str, key: Key) -> dict[Key, Row]:
    rows = csv.DictReader(StringIO(text, newline=""))
    return {tuple(row[name] for name in key): row for row in rows}


def _period_end(row: Row) -> date | None:
    """The last day of the period that a row is about, where it names one."""
    ends = (_ends(row.get(name) or "") for name in PERIOD_COLUMNS)
    return next((end for end in ends if end is not None), None)


def _ends(text: str) -> date | None:
    """The last day of a period as it is written: a quarter, a financial year or a span of them, a day, month, year."""
    try:
        return Quarter.parse(text).end
    except UsageError:
        pass
    if years := [year[0] for year in YEAR.finditer(text) if _is_year(year)]:
        return FinancialYear.parse(years[-1]).end
    if not DAY.fullmatch(text):
        return None
    year, month, day = (int(part) if part else 0 for part in (text[:4], text[5:7], text[8:10]))
    try:  # a year and a month end on the day before the next begins; the 28th is near enough to compare by
        return date(year, month or 12, day or 28)
    except ValueError:
        return None


def _is_year(found: re.Match[str]) -> bool:
    return (int(found[1]) + 1) % 100 == int(found[2]) and int(found[1]) in YEARS


def _is_new(sides: Sides, end: date | None) -> bool:
    """Whether a period is one that the earlier release could not have known."""
    if end is None:
        return not sides.same_quarter
    first, last = Quarter.parse(sides.old["quarter"]).end, Quarter.parse(sides.new["quarter"]).end
    return end > date.fromisoformat(sides.old["as_of"]) or first < end <= last
