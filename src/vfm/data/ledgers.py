"""Spend ledgers as councils publish them under the transparency code: one row a payment, credit or reversal."""

import csv
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vfm.data.amounts import AmountError, pence
from vfm.data.schemas_open import types_of
from vfm.data.sources import PREAMBLE, Row, Says, UnreadableError, csv_rows, sheet_rows, stated_day
from vfm.vocabulary.errors import Problem
from vfm.vocabulary.periods import YEARS

COLUMNS = types_of("ledgers")
HEADINGS = Path(__file__).with_name("ledger_headings.csv")  # of two names in one file, the one listed first is read
REQUIRED = ("supplier", "amount", "date")
ROWS = 50_000  # of payments that are held together
KEY = 16  # bytes

MONTHS = {
    name: n
    for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
NAMED_DAY = re.compile(r"(\d{1,2})[ /.-]([a-z]{3,9})[ /.-](\d{4}|\d{2})", re.ASCII | re.IGNORECASE)
BRITISH_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)
SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?", re.ASCII)  # 1954 to 2119
SERIAL_0 = date(1899, 12, 30)  # Excel's day 0, with the leap day of 1900 that it believes in
TOTAL = re.compile(
    r"(grand|sub|overall|report|page)?[\s-]*totals?\s*:?|(grand|sub)[\s-]*total .*|total for .*", re.IGNORECASE
)
REDACTED = re.compile(r"redact|withheld|personal data|^[x*]{3,}$", re.IGNORECASE)

UNKNOWN_KIND = Says("neither CSV, XLSX nor ODS", "Save the ledger as CSV UTF-8.")
NO_HEADING = Says(
    "no heading that names a supplier, an amount and a date",
    "Name them so in the first 30 rows, or add the publisher's names to ledger_headings.csv.",
)
NO_ROWS = Says("no payments under the heading", "Restore the rows from the publisher's file.")
TWICE = Says("a heading that stands twice", "Keep one of the two columns, or name them apart.")
CHOSEN = Says(
    "more than one column for one thing", "The one named here was read; take it away if it is wrong.", advice=True
)
TOO_LONG = Says("a payment with more cells than the heading", "Look for a comma that should stand in quotation marks.")
BLANK = Says("a payment without its supplier, amount or date", "Fill it in; the row was left out.")
NOT_DAY = Says("not a date", "Write it as 31/03/2020, 31-Mar-20 or 2020-03-31, the day before the month.")
SERIAL_DAY = Says(
    "a date as a spreadsheet's number", "It was read as a day since 1900; check one against the ledger.", advice=True
)
TOTALS = Says(
    "rows of totals", "They were left out, so that nothing is counted twice; the value says how many.", advice=True
)
SAME_ROWS = Says("a row that repeats another", "Both were kept; find out whether it was paid twice.", advice=True)
SAME_MONTH = Says(
    "a month that another file has", "Take one of them away, unless each holds a part of the month.", advice=True
)

Read = tuple[pd.DataFrame | None, list[Problem]]


def read_ledger(path: Path, *, label: str) -> Read:
    """Read a ledger of payments, all of it at once.

    Parameters
    ----------
    path : a CSV, XLSX or ODS file, whose heading may stand below titles and notes
    label : what messages call the file

    Returns
    -------
    One row a payment with the columns of `COLUMNS`, and the problems. `amount_pence` is exact; a credit is negative,
    and a `reversal` is a credit for which an equal payment of the same supplier and reference stands in the file. A
    row that could not be read whole is left out. The table is None when there is no heading.
    """
    looked = look_through(path, label=label)
    if looked.rows is None:
        return None, looked.problems
    blocks = list(blocks_of(path, label=label, reversals=looked.reversals))
    return pd.concat(blocks, ignore_index=True) if blocks else _block([]), looked.problems


@dataclass
class Looked:
    """What one pass through a ledger finds.

    Parameters
    ----------
    rows : payments that could be read; None where there is no heading, or no reading at all
    reversals : rows of the credits that take back a payment
    months : body and month of every payment
    """

    problems: list[Problem]
    rows: int | None = None
    reversals: frozenset[int] = frozenset()
    months: frozenset[tuple[str, str]] = frozenset()


def look_through(path: Path, *, label: str, look: Callable[[Mapping[str, Any]], None] = lambda one: None) -> Looked:
    """Read a ledger for what is wrong with it, and keep of each payment two short keys and no more.

    `look` is shown each payment as it comes.
    """
    reader = _Reader(label)
    once, again = _Reversals(), _Repeats()
    months, rows = set(), 0
    try:
        for payment in reader.payments(path):
            rows += 1
            months.add((payment["body"] or "", f"{payment['date']:%Y-%m}"))
            once.add(payment)
            again.add(payment)
            look(payment)
    except UnreadableError as unreadable:
        return Looked([unreadable.problem(label)])
    reader.tell_totals()
    if not reader.heading or not (rows or reader.problems):
        nothing = [NO_ROWS.at(label, reader.top, sheet=reader.sheet)] if reader.heading else reader.problems
        return Looked([*reader.of_file, *nothing])
    repeats = [SAME_ROWS.at(label, row, value=f"as row {first}", sheet=reader.sheet) for row, first in again.found()]
    return Looked([*reader.of_file, *reader.problems, *repeats], rows, once.rows(), frozenset(months))


def blocks_of(path: Path, *, label: str, reversals: Collection[int]) -> Iterator[pd.DataFrame]:
    """The payments of a ledger that has been looked through, as tables of so many rows at most."""
    payments = _Reader(label).payments(path)
    while block := list(islice(payments, ROWS)):
        for one in block:
            if one["source_row"] in reversals:
                one["kind"] = "reversal"
        yield _block(block)


def _block(payments: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = {name: pd.Series([one[name] for one in payments], dtype=dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(columns)


def repeated_months(ledgers: Mapping[str, Collection[tuple[str, str]]]) -> list[Problem]:
    """Advice about each month of a body that more than one file has, at the later file; keys are the files' labels."""
    first: dict[tuple[str, str], str] = {}
    problems = []
    for label, months in ledgers.items():
        for key in sorted(months):
            if first.setdefault(key, label) != label:
                problems.append(SAME_MONTH.at(label, column="date", value=f"{key[1]}, also in {first[key]}"))
    return problems


@cache
def _fields() -> dict[str, tuple[str, int]]:
    """The field that a heading stands for, and its place in the list."""
    with HEADINGS.open(encoding="utf-8", newline="") as file:
        return {line["heading"]: (line["field"], n) for n, line in enumerate(csv.DictReader(file))}


def _plain(heading: str) -> str:
    """A heading's words only: ``Amount (£)`` is amount, ``Supplier_Name`` supplier name."""
    return " ".join(re.findall("[a-z0-9]+", heading.lower()))


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a row names what every ledger has: a supplier, an amount and a date."""
    return {_fields()[name][0] for cell in cells if (name := _plain(cell)) in _fields()}.issuperset(REQUIRED)


def ledger_day(text: str) -> tuple[date, bool]:
    """The day that a text states, and whether it was a spreadsheet's number; ValueError where it is none.

    >>> [ledger_day(text)[0].isoformat() for text in ("31/03/2020", "31-Mar-20", "2020-03-31", "43921")]
    ['2020-03-31', '2020-03-31', '2020-03-31', '2020-03-31']
    """
    if SERIAL.fullmatch(text):
        return SERIAL_0 + timedelta(days=int(float(text))), True
    if match := BRITISH_DAY.fullmatch(text):
        day, month, year = match[1], int(match[2]), match[3]
    elif (match := NAMED_DAY.fullmatch(text)) and match[2][:3].lower() in MONTHS:
        day, month, year = match[1], MONTHS[match[2][:3].lower()], match[3]
    else:
        return stated_day(text), False
    if int(full := year if len(year) == 4 else f"20{year}") not in YEARS:
        raise ValueError(text)
    return date(int(full), month, int(day)), False


@dataclass
class _Reader:
    """The columns of one ledger, and what is wrong with its rows."""

    label: str
    sheet: str | None = None
    heading: list[str] = field(default_factory=list)
    top: int = 1  # the row of the heading
    of_file: list[Problem] = field(default_factory=list)  # what is said of how it is written
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)

    def payments(self, path: Path) -> Iterator[dict[str, Any]]:
        """The payments of a file, one after the other; what is wrong with it is in `of_file` and `problems`."""
        rows = self._rows(path)
        if rows is None:
            return
        above = list(islice(rows, PREAMBLE))
        at = next((n for n, (_, cells) in enumerate(above) if is_heading(cells)), None)
        if at is None:
            self.problems.append(NO_HEADING.at(self.label, above[0][0] if above else 1, sheet=self.sheet))
            return
        self.top, self.heading = above[at]
        self.read_heading(self.top)
        for row, cells in chain(above[at + 1 :], rows):
            if payment := self.payment(row, cells):
                yield payment

    def _rows(self, path: Path) -> Iterator[Row] | None:
        """The rows of a file; None where it is a workbook that was refused."""
        match path.suffix.lower():
            case ".csv":
                rows, self.of_file = csv_rows(path, self.label)
                return rows
            case ".xlsx" | ".ods":
                rows, self.sheet, self.of_file = sheet_rows(path, "payments", is_heading, label=self.label)
                return rows if self.sheet is not None else None
        raise UnreadableError(UNKNOWN_KIND)

    def say(self, says: Says, row: int, name: str | None = None, value: object = None) -> None:
        column = None if name is None else self.heading[self.columns[name]]
        self.problems.append(says.at(self.label, row, column, value, self.sheet))

    def read_heading(self, row: int) -> None:
        named: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for column, cell in enumerate(self.heading):
            if found := _fields().get(_plain(cell)):
                named[found[0]].append((found[1], column))
        for name, places in named.items():
            (best, self.columns[name]), *others = sorted(places)
            if any(place == best for place, _ in others):
                self.say(TWICE, row, name)
            elif others and name in REQUIRED:
                self.say(CHOSEN, row, name)

    def payment(self, row: int, cells: list[str]) -> dict[str, Any] | None:
        if any(cells[len(self.heading) :]):
            self.say(TOO_LONG, row)
            return None
        given = {name: cells[at] for name, at in self.columns.items() if at < len(cells) and cells[at]}
        if "date" not in given and (any(map(TOTAL.fullmatch, cells)) or given.keys() == {"amount"}):
            self.totals.append(row)
            return None
        for name in REQUIRED:
            if name not in given:
                self.say(BLANK, row, name)
        amount, day = self.amount(row, given.get("amount")), self.day(row, given.get("date"))
        if amount is None or day is None or "supplier" not in given:
            return None
        text = {name: given.get(name) for name in ("body", "supplier", "reference", "area", "category")}
        redacted = REDACTED.search(given["supplier"]) is not None
        kind = "credit" if amount < 0 else "payment"
        return text | {"redacted": redacted, "date": day, "amount_pence": amount, "kind": kind, "source_row": row}

    def amount(self, row: int, text: str | None) -> int | None:
        try:
            return None if text is None else pence(text)
        except AmountError as error:
            self.say(error.says, row, "amount", text)
            return None

    def day(self, row: int, text: str | None) -> date | None:
        if text is None:
            return None
        try:
            day, serial = ledger_day(text)
        except ValueError:
            self.say(NOT_DAY, row, "date", text)
            return None
        if serial:
            self.say(SERIAL_DAY, row, "date", text)
        return day

    def tell_totals(self) -> None:
        if self.totals:
            self.say(TOTALS, self.totals[0], value=len(self.totals))


class _Reversals:
    """Finds each credit that takes back a payment, one for one; without a reference nobody can say which it was."""

    def __init__(self) -> None:
        self._payments = bytearray()
        self._credits: list[tuple[bytes, int]] = []

    def add(self, payment: Mapping[str, Any]) -> None:
        if payment["reference"]:
            who = (payment["body"], payment["supplier"].casefold(), payment["reference"], abs(payment["amount_pence"]))
            if payment["kind"] == "credit":
                self._credits.append((_key(who), payment["source_row"]))
            elif payment["amount_pence"] > 0:
                self._payments += _key(who)

    def rows(self) -> frozenset[int]:
        wanted = {key for key, _ in self._credits}
        paid = Counter(key for key in _keys(self._payments) if key in wanted)
        found = set()
        for key, row in self._credits:
            if paid[key]:
                paid[key] -= 1
                found.add(row)
        return frozenset(found)


class _Repeats:
    """Finds each row that says what another has said: the kept keys of a million rows take sixteen megabytes."""

    def __init__(self) -> None:
        self._said, self._rows = bytearray(), array("q")

    def add(self, payment: Mapping[str, Any]) -> None:
        self._said += _key([value for name, value in payment.items() if name not in ("source_row", "kind")])
        self._rows.append(payment["source_row"])

    def found(self) -> Iterator[tuple[int, int]]:
        """The row of each, and that of the first that said it."""
        keys = pd.DataFrame(np.frombuffer(self._said, dtype=np.uint64).reshape(-1, 2))
        first: dict[tuple[int, int], int] = {}
        for place in np.flatnonzero(keys.duplicated(keep=False)):
            row = self._rows[place]
            if (before := first.setdefault(tuple(keys.iloc[place]), row)) != row:
                yield row, before


def _key(values: Sequence[Any]) -> bytes:
    """What stands for some values: two that differ have the same key in one of 10^38 cases."""
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=KEY).digest()


def _keys(kept: bytearray) -> Iterator[bytes]:
    return (bytes(kept[at : at + KEY]) for at in range(0, len(kept), KEY))
