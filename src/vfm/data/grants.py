"""Grants published in the 360Giving standard, version 1, as CSV, XLSX or JSON: one row a grant."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.amounts import AmountError, pence
from vfm.data.schemas_open import types_of
from vfm.data.sources import (
    Row,
    Says,
    UnreadableError,
    cell_text,
    csv_rows,
    json_document,
    sheet_rows,
    stated_day,
)
from vfm.vocabulary.errors import Problem

COLUMNS = types_of("grants")

# A column's fields in the standard, the first that is given; titles of sheets lead to them by `PARTS`.
FIELDS = {
    "identifier": ("id",),
    "title": ("title",),
    "description": ("description",),
    "currency": ("currency",),
    "amount_awarded": ("amountAwarded",),
    "amount_applied_for": ("amountAppliedFor",),
    "amount_disbursed": ("amountDisbursed",),
    "award_date": ("awardDate",),
    "planned_start": ("plannedDates/startDate",),
    "planned_end": ("plannedDates/endDate",),
    "planned_months": ("plannedDates/duration",),
    "actual_start": ("actualDates/startDate",),
    "actual_end": ("actualDates/endDate",),
    "recipient_id": ("recipientOrganization/id", "recipientIndividual/id"),
    # A person's name has no place here, so an individual has an identifier only.
    "recipient_name": ("recipientOrganization/name",),
    "funder_id": ("fundingOrganization/id",),
    "funder_name": ("fundingOrganization/name",),
    "programme": ("grantProgramme/title", "grantProgramme/code"),
    "from_open_call": ("fromOpenCall",),
}
# Three places that are never filled from one another: who is paid, where it is delivered, who benefits.
PLACES = {
    "recipient_place": (
        "recipientOrganization/location/geoCode",
        "recipientOrganization/location/name",
        "recipientOrganization/addressLocality",
        "recipientOrganization/addressRegion",
    ),
    # The standard has no field for it; some publishers add one of their own.
    "delivery_place": ("deliveryLocation/geoCode", "deliveryLocation/name"),
    "beneficiary_place": ("beneficiaryLocation/geoCode", "beneficiaryLocation/name"),
}
REQUIRED = (
    *("identifier", "title", "description", "currency", "amount_awarded", "award_date"),
    *("recipient_id", "recipient_name", "funder_id", "funder_name"),
)
# One part of a heading, its letters and digits only, to the standard's name for it.
PARTS = {
    **{
        re.sub(r"\W", "", part.lower()): part
        for path in (*FIELDS.values(), *PLACES.values())
        for part in path[0].split("/")
    },
    **{"identifier": "id", "recipientorg": "recipientOrganization", "fundingorg": "fundingOrganization"},
    **{"recipientorganisation": "recipientOrganization", "fundingorganisation": "fundingOrganization"},
    **{"recipientind": "recipientIndividual", "recipientindividual": "recipientIndividual"},
    **{"durationmonths": "duration", "geographiccode": "geoCode", "fromanopencall": "fromOpenCall"},
    **{"city": "addressLocality", "addresslocality": "addressLocality", "name": "name", "code": "code"},
    **{"county": "addressRegion", "addressregion": "addressRegion", "location": "location"},
}

NO_HEADING = Says("no grants under a heading", "The first row names the fields of 360Giving; the grants follow.")
MISSING_COLUMN = Says("a column that 360Giving requires is missing", "Add it, or mend its heading.")
TWICE = Says("two columns for one field", "Keep one of them.")
TOO_LONG = Says("more cells than the heading has", "Look for a comma that should stand inside quotation marks.")
NOT_GRANTS = Says("no list of grants", 'A 360Giving file in JSON is an object with a list called "grants".')
NOT_A_GRANT = Says("a grant that is not an object", "Each grant is an object of named fields.")
UNKNOWN_KIND = Says("neither CSV, XLSX, ODS nor JSON", "Save the grants as CSV UTF-8.")
BLANK = Says("a field that 360Giving requires is blank", "Fill it in.")
NO_AMOUNT = Says("an award without its amount", "Fill in the amount awarded.")
NOT_AMOUNT = Says("not an amount of money", "Write the pounds as 1234.50.")
NEGATIVE = Says("a negative amount of a grant", "Write what was awarded; a sum paid back is not a grant.")
NOT_DAY = Says("not a day as 360Giving writes it", "Write it as 2019-04-01.")
NOT_MONTHS = Says("not a number of months", "Write the planned months as digits: 12.")
NOT_YES = Says("neither Yes nor No", "Write Yes or No; it was taken as not stated.", advice=True)
CURRENCY = Says("an amount in another currency", "Take the grant out, or record its pounds as a correction.")
REPEATED = Says("an identifier that another grant has", "Keep one of them, or give one an identifier of its own.")
ENDS_BEFORE = Says("a grant that ends before it starts", "Correct one of the two days.")
MONTHS_DIFFER = Says(
    "stated months that the planned days contradict", "Find out which is meant; the stated months stand.", advice=True
)

Read = tuple[pd.DataFrame | None, list[Problem]]
Grant = tuple[int, dict[str, str]]  # its row or number, and its fields by path: recipientOrganization/0/id


def read_grants(path: Path, *, label: str) -> Read:
    """Read a file of grants in the 360Giving standard.

    Parameters
    ----------
    path : a CSV, XLSX, ODS or JSON file
    label : what messages call the file

    Returns
    -------
    One row a grant with the columns of `COLUMNS` (amounts in pounds as stated, of the currency beside them; places as
    GSS codes or names, parted by ``|`` where there are several), and the problems. The table is None when no grant
    could be told. `source_row` counts as a spreadsheet does, and from 1 in JSON.
    """
    try:
        match path.suffix.lower():
            case ".csv":
                rows, problems = csv_rows(path, label)
                table, more = grants_of_rows(rows, label=label)
                return table, problems + more
            case ".xlsx" | ".ods":
                rows, sheet, problems = sheet_rows(path, "grants", is_heading, label=label)
                table, more = grants_of_rows(rows, label=label, sheet=sheet) if sheet is not None else (None, [])
                return table, problems + more
            case ".json":
                return _grants_of_document(json_document(path), label)
        raise UnreadableError(UNKNOWN_KIND)
    except UnreadableError as unreadable:
        return None, [unreadable.problem(label)]


def grants_of_rows(rows: Iterable[Row], *, label: str, sheet: str | None = None) -> Read:
    """Grants of a sheet's rows that hold anything, the first of them the heading; see `read_grants`."""
    (top, heading), *body = list(rows) or [(1, [])]
    if not body:
        return None, [NO_HEADING.at(label, top, sheet=sheet)]
    paths = [standard_path(name) for name in heading]
    problems = list(_heading_problems(paths, heading, top, label, sheet))
    if problems:
        return None, problems
    grants = []
    for row, cells in body:
        if any(cells[len(paths) :]):
            problems.append(TOO_LONG.at(label, row, sheet=sheet))
            continue
        grants.append((row, {path: cell for path, cell in zip(paths, cells, strict=False) if cell}))
    table, more = _table(grants, dict(zip(paths, heading, strict=True)), label, sheet)
    return table, problems + more


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a row names what every grant has: an identifier and an amount."""
    return {"id", "amountAwarded"} <= set(map(standard_path, cells))


def standard_path(heading: str) -> str:
    """The standard's path for the heading of a column, whether that is a title or a path already.

    >>> standard_path("Recipient Org:0:Identifier"), standard_path(" recipientorganization / 1 / ID")
    ('recipientOrganization/0/id', 'recipientOrganization/1/id')
    """
    path: list[str] = []
    for part in re.split("[:/]", heading):
        bare = re.sub(r"[\W_]", "", part.lower())
        path += [bare] if bare.isdecimal() else [*(["0"] if path and not path[-1].isdecimal() else []), bare]
    return "/".join(PARTS.get(part, part) for part in path)


def _heading_problems(
    paths: list[str], heading: list[str], row: int, label: str, sheet: str | None
) -> Iterator[Problem]:
    given = {_unnumbered(path) for path in paths}
    for column in REQUIRED:
        if given.isdisjoint(FIELDS[column]) and not _of_a_person(column, given):
            yield MISSING_COLUMN.at(label, row, FIELDS[column][0], sheet=sheet)
    known = {field for fields in (*FIELDS.values(), *PLACES.values()) for field in fields}
    for path, times in Counter(paths).items():
        if times > 1 and _unnumbered(path) in known:
            yield TWICE.at(label, row, heading[paths.index(path)], sheet=sheet)


def _unnumbered(path: str) -> str:
    return "/".join(part for part in path.split("/") if not part.isdecimal())


def _of_a_person(column: str, given: Iterable[str]) -> bool:
    return column == "recipient_name" and "recipientIndividual/id" in given


def _grants_of_document(document: Any, label: str) -> Read:
    listed = document.get("grants") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        return None, [NOT_GRANTS.at(label)]
    problems = [NOT_A_GRANT.at(label, row) for row, one in enumerate(listed, 1) if not isinstance(one, dict)]
    grants = [(row, dict(_flat(one))) for row, one in enumerate(listed, 1) if isinstance(one, dict)]
    table, more = _table(grants, {}, label, None)
    return table, problems + more


def _flat(grant: dict[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The fields of a grant by path; the standard nests organisation, location, field, and deeper is not looked at."""
    for name, value in grant.items():
        items = value if isinstance(value, list) else [value]
        for number, item in enumerate(items):
            if isinstance(item, dict):
                if depth < 3:
                    yield from _flat(item, f"{before}{name}/{number}/", depth + 1)
            elif (text := cell_text(item)) and (number == 0 or before):
                yield before + name, text


def _table(grants: list[Grant], titles: Mapping[str, str], label: str, sheet: str | None) -> Read:
    problems: list[Problem] = []
    rows = []
    for number, fields in grants:
        reader = _GrantReader(fields, titles, problems, label, number, sheet)
        rows.append(reader.read())
    seen: set[str] = set()
    for number, row in zip((number for number, _ in grants), rows, strict=True):
        if (identifier := row["identifier"]) is not None and identifier in seen:
            problems.append(REPEATED.at(label, number, titles.get("id", "id"), identifier, sheet))
        seen.add(identifier)
    columns = {name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(columns), problems


class _GrantReader:
    """The fields of one grant as the values of a row, with every problem put down at its place."""

    def __init__(
        self,
        fields: dict[str, str],
        titles: Mapping[str, str],
        problems: list[Problem],
        label: str,
        row: int,
        sheet: str | None,
    ):
        self.fields, self.titles, self.problems = fields, titles, problems
        self.label, self.row, self.sheet = label, row, sheet
        self.by_field: dict[str, list[str]] = {}
        for path in fields:
            self.by_field.setdefault(_unnumbered(path), []).append(path)

    def read(self) -> dict[str, Any]:
        row: dict[str, Any] = {name: self.text(name) for name in FIELDS}
        for name in ("amount_awarded", "amount_applied_for", "amount_disbursed"):
            row[name] = self.pounds(name)
        for name in ("award_date", "planned_start", "planned_end", "actual_start", "actual_end"):
            row[name] = self.day(name)
        row["planned_months"] = self.months(row["planned_start"], row["planned_end"])
        row["from_open_call"] = self.flag("from_open_call")
        row |= {name: self.place(fields) for name, fields in PLACES.items()} | {"source_row": self.row}
        self.check(row)
        return row

    def path(self, column: str) -> str | None:
        return next((path for field in FIELDS[column] for path in self.by_field.get(field, [])), None)

    def text(self, column: str) -> str | None:
        path = self.path(column)
        return None if path is None else self.fields[path]

    def say(self, says: Says, column: str, value: object = None) -> None:
        path = self.path(column) or next(
            (path for path in self.titles if _unnumbered(path) in FIELDS[column]), FIELDS[column][0]
        )
        self.problems.append(says.at(self.label, self.row, self.titles.get(path, path), value, self.sheet))

    def pounds(self, column: str) -> float | None:
        if (text := self.text(column)) is None:
            return None
        try:
            amount = pence(text)
        except AmountError:
            self.say(NOT_AMOUNT, column, text)
            return None
        if amount < 0:
            self.say(NEGATIVE, column, text)
        return amount / 100

    def day(self, column: str) -> date | None:
        if (text := self.text(column)) is None:
            return None
        try:
            return stated_day(text)
        except ValueError:
            self.say(NOT_DAY, column, text)
            return None

    def months(self, start: date | None, end: date | None) -> float | None:
        counted = months_between(start, end) if start and end and start <= end else None
        if (text := self.text("planned_months")) is None:
            return counted
        if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", text, re.ASCII):
            self.say(NOT_MONTHS, "planned_months", text)
            return counted
        if counted is not None and abs(float(text) - counted) > 1:  # a month: day counts differ at either end
            self.say(MONTHS_DIFFER, "planned_months", text)
        return float(text)

    def flag(self, column: str) -> bool | None:
        if (text := self.text(column)) is None:
            return None
        flag = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower())
        if flag is None:
            self.say(NOT_YES, column, text)
        return flag

    def place(self, fields: tuple[str, ...]) -> str | None:
        for field in fields:
            if paths := self.by_field.get(field):
                return "|".join(dict.fromkeys(self.fields[path] for path in paths))
        return None

    def check(self, row: dict[str, Any]) -> None:
        for column in REQUIRED:
            if self.text(column) is None and not _of_a_person(column, self.by_field):
                self.say(NO_AMOUNT if column == "amount_awarded" else BLANK, column)
        if row["currency"] and row["currency"].upper() != "GBP":
            self.say(CURRENCY, "currency", row["currency"])
        for start, end in (("planned_start", "planned_end"), ("actual_start", "actual_end")):
            if row[start] and row[end] and row[end] < row[start]:
                self.say(ENDS_BEFORE, end, row[end])


def months_between(first: date, last: date) -> float:
    """Months from a first to a last day, both of them within: whole ones, and days over as thirtieths.

    >>> months_between(date(2019, 4, 1), date(2020, 3, 31)), months_between(date(2019, 4, 15), date(2019, 5, 29))
    (12.0, 1.5)
    """
    after = last + timedelta(days=1)
    whole = (after.year - first.year) * 12 + after.month - first.month
    return round(whole + (after.day - first.day) / 30, 2)
