"""Tables of what boroughs were given, as decisions publish them: a borough a row, with a sum or a column a year."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.amounts import AmountError, pence
from vfm.data.schemas_open import types_of
from vfm.data.sources import PREAMBLE, Row, Says, UnreadableError, csv_rows, sheet_rows
from vfm.vocabulary.errors import Problem, UsageError, suggestion
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.place import Place

COLUMNS = types_of("funding_tables")
NAMES = {  # of two names of one thing in a heading, the one listed first is read
    "area": ("borough", "local authority", "borough name", "area name", "authority", "council", "area", "name"),
    "gss_code": ("gss code", "ons code", "area code", "borough code", "code", "gss"),
    "amount": ("allocation", "amount", "funding", "grant", "award", "sum", "value", "total"),
    "period": ("period", "financial year", "year"),
}
YEAR = re.compile(r"(?<!\d)(\d{4})[-/–](\d{2})(?!\d)")
TOTAL = re.compile(r"(.*[ -])?(sub)?totals?\b.*|all (areas|boroughs|councils|districts)", re.IGNORECASE)
STYLES = ("royal borough of ", "borough of ", "city of ", "royal ", "rb ", "the ")  # before a borough's name

UNKNOWN_KIND = Says("neither CSV, XLSX nor ODS", "Save the table as CSV UTF-8.")
NO_HEADING = Says(
    "no heading that names a borough and a sum",
    "Name them borough and amount, or give a column a year, such as 2019/20, in the first 30 rows.",
)
NO_ROWS = Says("no boroughs under the heading", "Restore the rows from the publisher's table.")
TWICE = Says("a heading that stands twice", "Keep one of the two columns, or name them apart.")
YEARS_READ = Says(
    "a column of sums beside columns of years", "The years were read, and this column was not.", advice=True
)
TOO_LONG = Says("a row with more cells than the heading", "Look for a comma that should stand in quotation marks.")
NO_AREA = Says("a sum without a borough", "Name the borough, or its code.")
NO_SUM = Says("a borough without a sum", "Write 0 where it was given nothing, or take the row away.")
NEGATIVE = Says("a sum below zero", "Give what the borough was given in the end; a table of shares has no minus.")
TOTALS = Says("rows of totals", "They were left out; the value says how many.", advice=True)
TOTAL_DIFFERS = Says(
    "a total that its rows do not make", "Look for a row that is missing or mistyped. The rows were read.", advice=True
)
WHOLE = Says("a sum of the whole place", "It was left out, so that nothing is counted twice.", advice=True)
UNKNOWN_AREA = Says("a borough that there is not", "Use a name or a code from boroughs.csv.")
OF_TWO = Says("a code and a name of two boroughs", "Correct the one or the other.")
REPEATED = Says("a borough that stands twice", "Keep one row of each borough, or give each its period.")
LACKING = Says(
    "boroughs without a row",
    "They are left out, and not taken to have been given nothing; the value says how many.",
    advice=True,
)

Read = tuple[pd.DataFrame | None, list[Problem]]


def read_funding_table(path: Path, *, label: str) -> Read:
    """Read a table of what boroughs were given.

    Parameters
    ----------
    path : a CSV, XLSX or ODS file, whose heading may stand below titles and notes; of a workbook its sheet
        "allocations", or else the first
    label : what messages call the file

    Returns
    -------
    One row a borough and period with the columns of `COLUMNS`, and the problems. `amount_pence` is exact. A row that
    could not be read whole is left out, and so are totals. Names and codes stand as given until `placed` looks them up.
    The table is None when there is no heading.
    """
    try:
        match path.suffix.lower():
            case ".csv":
                rows, problems = csv_rows(path, label)
                table, more = table_of_rows(rows, label=label)
                return table, problems + more
            case ".xlsx" | ".ods":
                rows, sheet, problems = sheet_rows(path, "allocations", is_heading, label=label)
                table, more = table_of_rows(rows, label=label, sheet=sheet) if sheet is not None else (None, [])
                return table, problems + more
        raise UnreadableError(UNKNOWN_KIND)
    except UnreadableError as unreadable:
        return None, [unreadable.problem(label)]


def table_of_rows(rows: Iterable[Row], *, label: str, sheet: str | None = None) -> Read:
    """The sums of a sheet's rows that hold anything; see `read_funding_table`."""
    listed = list(rows)
    at = next((n for n, (_, cells) in enumerate(listed[:PREAMBLE]) if is_heading(cells)), None)
    if at is None:
        return None, [NO_HEADING.at(label, listed[0][0] if listed else 1, sheet=sheet)]
    top, heading = listed[at]
    reader = _Reader(label, sheet, heading)
    reader.read_heading(top)
    sums = [one for row, cells in listed[at + 1 :] for one in reader.sums(row, cells)]
    reader.tell_totals(sums)
    if not sums and not reader.problems:
        return None, [NO_ROWS.at(label, top, sheet=sheet)]
    columns = {name: pd.Series([one[name] for one in sums], dtype=dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(columns), reader.problems


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a row names a borough and a sum, and is not the heading of a ledger or a return."""
    fields = {_field(cell) for cell in cells}
    names = {_plain(cell) for cell in cells}
    return bool(fields & {"area", "gss_code"} and fields & {"amount", "year"}) and not names & {"supplier", "service"}


def _plain(heading: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", heading.lower()))


def _field(heading: str) -> str | None:
    """What a column is: one of `NAMES`, or "year" where its heading is a financial year."""
    if _year(heading):
        return "year"
    return next((name for name, known in NAMES.items() if _bare_of_unit(heading) in known), None)


def _bare_of_unit(heading: str) -> str:
    return re.sub(r" (gbp|in pounds|pounds)$", "", _plain(heading))


def _year(heading: str) -> str | None:
    match = YEAR.search(heading)
    try:
        return FinancialYear.parse(f"{match[1]}-{match[2]}").words if match else None
    except UsageError:
        return None


@dataclass
class _Reader:
    """The columns of one table, and what is wrong with its rows."""

    label: str
    sheet: str | None
    heading: list[str]
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    amounts: dict[int, str | None] = field(default_factory=dict)  # column -> period, where its heading is one
    totals: list[tuple[int, dict[int, int]]] = field(default_factory=list)

    def say(self, says: Says, row: int, column: int | None = None, value: object = None) -> None:
        name = None if column is None else self.heading[column]
        self.problems.append(says.at(self.label, row, name, value, self.sheet))

    def read_heading(self, row: int) -> None:
        found: dict[str, list[int]] = defaultdict(list)
        for column, cell in enumerate(self.heading):
            if name := _field(cell):
                found[name].append(column)
        for name in NAMES:
            best = [
                column
                for known in NAMES[name]
                for column in found[name]
                if _bare_of_unit(self.heading[column]) == known
            ]
            if best:
                self.columns[name] = best[0]
            if len(best) > 1 and _bare_of_unit(self.heading[best[0]]) == _bare_of_unit(self.heading[best[1]]):
                self.say(TWICE, row, best[1])
        if not found["year"]:
            self.amounts = {self.columns["amount"]: None}
            return
        for column in found["year"]:
            year = _year(self.heading[column])
            if year in self.amounts.values():
                self.say(TWICE, row, column)
            else:
                self.amounts[column] = year
        if "amount" in self.columns and _bare_of_unit(self.heading[self.columns["amount"]]) != "total":
            self.say(YEARS_READ, row, self.columns["amount"])

    def sums(self, row: int, cells: list[str]) -> Iterator[dict[str, Any]]:
        """The sums of one row; none where it is a total or cannot be read whole."""
        if any(cells[len(self.heading) :]):
            self.say(TOO_LONG, row)
            return
        given = {name: cells[at] for name, at in self.columns.items() if at < len(cells) and cells[at]}
        named = given.get("area") or given.get("gss_code")
        if named and TOTAL.fullmatch(named):
            self.totals.append((row, {at: x for at in self.amounts if (x := self.amount(row, cells, at)) is not None}))
            return
        if not named:
            self.say(NO_AREA, row, self.columns.get("area", self.columns.get("gss_code")))
            return
        for column, year in self.amounts.items():
            amount = self.amount(row, cells, column)
            if amount is not None:
                where = {"area": given.get("area"), "gss_code": given.get("gss_code")}
                period = year or given.get("period")
                yield where | {"period": period, "amount_pence": amount, "source_row": row, "column": column}

    def amount(self, row: int, cells: list[str], column: int) -> int | None:
        text = cells[column] if column < len(cells) else ""
        if not text:
            self.say(NO_SUM, row, column)
            return None
        try:
            amount = pence(text)
        except AmountError as error:
            self.say(error.says, row, column, text)
            return None
        if amount < 0:
            self.say(NEGATIVE, row, column, text)
            return None
        return amount

    def tell_totals(self, sums: list[dict[str, Any]]) -> None:
        if not self.totals:
            return
        self.say(TOTALS, self.totals[0][0], value=len(self.totals))
        row, stated = self.totals[-1]  # of several the last is of all
        for column, total in stated.items():
            made = sum(one["amount_pence"] for one in sums if one["column"] == column)
            if made != total:
                self.say(TOTAL_DIFFERS, row, column, _both(total, made))


# ---- which boroughs they are


def placed(table: pd.DataFrame, place: Place) -> tuple[pd.DataFrame, list[Problem]]:
    """Give each row the code and the name of its borough, and say of those that have none.

    A row of the whole place is left out as a total is, and held against the rows of its file and period.

    Parameters
    ----------
    table : rows of one or more files, with `file`
    place : whose boroughs they are; a table has to have a row of each that its force polices
    """
    find = _Finder(place)
    problems, found = [], []
    for row in table.to_dict("records"):
        code, says = find.code_of(row)
        found.append(code)
        if says:
            problems.append(says)
    coded = table.assign(gss_code=pd.Series(found, index=table.index, dtype="string"))
    known = coded[coded["gss_code"].isin(place.codes)]
    known = known.assign(area=known["gss_code"].map(find.names).astype("string"))
    problems += _held_against(known, coded[coded["gss_code"] == place.gss_code])
    problems += [
        REPEATED.at(row["file"], row["source_row"], value=row["area"])
        for row in known[known.duplicated(["file", "gss_code", "period"])].to_dict("records")
    ]
    for file, rows in known.groupby("file", sort=False):
        lacking = set(place.every) - set(rows["gss_code"])
        if lacking:
            problems.append(LACKING.at(str(file), value=len(lacking)))
    return known, problems


def _held_against(known: pd.DataFrame, whole: pd.DataFrame) -> Iterator[Problem]:
    """Of each row of the whole place, that it was left out, and where the boroughs' rows do not make it."""
    for row in whole.to_dict("records"):
        at, period = (row["file"], row["source_row"]), row["period"]
        yield WHOLE.at(*at, value=row["area"] if pd.notna(row["area"]) else row["gss_code"])
        same = known["period"].isna() if pd.isna(period) else known["period"].eq(period)
        made = int(known.loc[known["file"].eq(row["file"]) & same, "amount_pence"].sum())
        if made != row["amount_pence"]:
            yield TOTAL_DIFFERS.at(*at, value=_both(row["amount_pence"], made))


def _both(total: int, made: int) -> str:
    return f"£{total / 100:,.2f} is stated, and they make £{made / 100:,.2f}"


class _Finder:
    """The boroughs of a place by every name that they go by."""

    def __init__(self, place: Place):
        words = place.council.lower().split()
        initials = "".join(word[0] for word in words if word != "of")
        names = (" ".join(words), *([initials] if len(initials) > 1 else []))  # London Borough of Bromley, LB Bromley
        self._before = (*(f"{name} " for name in names if name), *STYLES)
        self._after = (" council", f" {' '.join(words).removesuffix(' of')}") if words else (" council",)
        self._whole = place.gss_code
        self.names = {area.gss_code: area.name for area in place.areas}
        self._bare_names = {self._bare(name): code for code, name in self.names.items()}
        self._full_names = {name.lower(): code for code, name in self.names.items()} | {place.name.lower(): self._whole}

    def _bare(self, name: str) -> str:
        """A borough's name without what is written round it: of London Borough of Barking & Dagenham, the name."""
        plain = " ".join(name.lower().replace("&", " and ").replace(".", "").split())
        while True:
            shorter = plain
            for style in self._before:
                shorter = shorter.removeprefix(style)
            for style in self._after:
                shorter = shorter.removesuffix(style)
            if shorter == plain:
                return plain
            plain = shorter

    def code_of(self, row: dict[Any, Any]) -> tuple[str | None, Problem | None]:
        """The code of a row's borough, or of the whole place, or what is wrong with it."""
        file, line = row["file"], row["source_row"]
        given, area = row["gss_code"], row["area"]
        named = "" if pd.isna(area) else str(area)
        by_name = self._full_names.get(named.lower()) or self._bare_names.get(self._bare(named))
        if pd.notna(given) and given not in {*self.names, self._whole}:
            return None, UNKNOWN_AREA.at(file, line, "gss_code", given)
        if named and by_name is None:
            told = UNKNOWN_AREA.at(file, line, "area", named)
            return None, replace(told, mend=told.mend + suggestion(named, sorted(self.names.values())))
        if pd.notna(given) and by_name is not None and by_name != given:
            return None, OF_TWO.at(file, line, "gss_code", given)
        return (str(given) if pd.notna(given) else by_name), None
