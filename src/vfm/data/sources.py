"""What published files share: their rows or their document, and how a message about them is said.

The rules are data (`Says`), so that a test can hold each of them to have a bad file.
"""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from vfm.data import delimited
from vfm.data.delimited import records_in
from vfm.data.workbooks import read_workbook
from vfm.vocabulary.errors import Problem
from vfm.vocabulary.periods import YEARS

Row = tuple[int, list[str]]  # as a spreadsheet counts, and its cells

MOST_BYTES = 200_000_000  # some twenty times the largest ledger that a council publishes
BLOCK = 1 << 20  # bytes that are looked at together
PREAMBLE = 30  # rows of titles and notes above a heading
MOST_DIGITS = 20  # of a number written out
MOST_CELLS = 1000  # in a row; far more than any of these files has


@dataclass(frozen=True)
class Says:
    """A rule that what came in may break, and how to mend it."""

    rule: str
    mend: str
    advice: bool = False

    def at(
        self,
        label: str,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        sheet: str | None = None,
    ) -> Problem:
        """The rule broken at a place."""
        text = None if value is None else cell_text(value)
        return Problem(label, self.rule, self.mend, row, column, text, self.advice, sheet)


CANNOT_READ = Says("the file cannot be read", "Make it readable, or restore it.")
TOO_LARGE = Says("the file is larger than 200 MB", "Split it by year.")
OTHER_ENCODING = Says(
    "text in the Windows encoding", "It was read as such; save it as CSV UTF-8 when it is made again.", advice=True
)
NOT_TEXT = Says("bytes that are not text", "Save the file as CSV UTF-8.")
NOT_ROWS = Says("rows that cannot be told apart", delimited.SAVE_AS)
TOO_WIDE = Says("a row of more than 1,000 cells", "Look for line ends that were lost.")
MORE_SHEETS = Says(
    "another sheet of the same kind", "One sheet of a workbook is read: save each of them as a file of its own."
)
NOT_JSON = Says("not JSON", "Restore the publisher's file; the row is the line where it breaks.")
TOO_DEEP = Says("JSON nested too deeply", "Restore the publisher's file: the standard nests a few levels only.")


class UnreadableError(Exception):
    """A file of which nothing can be used, and why."""

    def __init__(self, says: Says, row: int | None = None, value: str | None = None):
        super().__init__(says.rule)
        self.says, self.row, self.value = says, row, value

    def problem(self, label: str) -> Problem:
        return self.says.at(label, self.row, value=self.value)


def file_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(TOO_LARGE)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(CANNOT_READ, value=error.strerror) from None


def csv_rows(path: Path, label: str) -> tuple[Iterator[Row], list[Problem]]:
    """The rows of a CSV file that hold anything, as they are read, and advice about its encoding.

    A file that turns out not to be readable says so by an `UnreadableError`, at once or at the row where it shows.
    """
    encoding, problems = _encoding_of(path, label)
    return _csv_rows(path, encoding), problems


def _csv_rows(path: Path, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding, newline=None) as text:
        try:
            yield from _filled(enumerate(_within_width(records_in(text)), 1))
        except delimited.UnreadableTextError as unreadable:
            raise UnreadableError(
                replace(NOT_ROWS, rule=unreadable.rule, mend=unreadable.mend), unreadable.row
            ) from None


def _encoding_of(path: Path, label: str) -> tuple[str, list[Problem]]:
    """What a file is written in: UTF-8, or else what Windows writes; read a block at a time, for it may be large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(TOO_LARGE)
        bad = [_first_bad(path, encoding) for encoding in ("utf-8", "cp1252")]
    except OSError as error:
        raise UnreadableError(CANNOT_READ, value=error.strerror) from None
    null = _first_bad(path, "latin-1")
    if null is not None:
        raise UnreadableError(NOT_TEXT, null)
    if bad[0] is None:
        return "utf-8-sig", []
    if bad[1] is None:
        return "cp1252", [OTHER_ENCODING.at(label, bad[0])]
    raise UnreadableError(NOT_TEXT, bad[1])


def _first_bad(path: Path, encoding: str) -> int | None:
    """The row of the first byte that is none of an encoding; of Latin-1, which has them all, that of the first null."""
    decoder, row = getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if encoding == "latin-1":
                if (at := block.find(b"\0")) >= 0:
                    return row + block.count(b"\n", 0, at)
            else:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    return row + max(0, error.object[: error.start].count(b"\n"))
            row += block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return row
    return None


def _within_width(records: Iterable[list[str]]) -> Iterator[list[str]]:
    for row, record in enumerate(records, 1):
        if len(record) > MOST_CELLS:
            raise UnreadableError(TOO_WIDE, row)
        yield record


def sheet_rows(
    path: Path, sheet: str, is_heading: Callable[[Sequence[str]], bool], *, label: str
) -> tuple[Iterator[Row], str | None, list[Problem]]:
    """The filled rows of one sheet, its name, and what is wrong with the workbook.

    It is the sheet called `sheet`, or else the first that has the heading, or else the first. Another that has it too
    is an error, for its rows would be missed. There is no name where the workbook was refused.
    """
    sheets, problems = read_workbook(path, label=label)
    if not sheets:
        return iter(()), None, problems
    filled = [one for one in sheets if any(is_heading(cells) for _, cells in one.rows[:PREAMBLE])]
    chosen = next((one for one in sheets if one.name.strip().lower() == sheet), [*filled, *sheets][0])
    problems = [problem for problem in problems if problem.sheet == chosen.name]
    problems += [MORE_SHEETS.at(label, sheet=one.name) for one in filled if one is not chosen]
    return _filled(chosen.rows), chosen.name, problems


def _filled(records: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    for number, record in records:
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield number, cells


def cell_text(value: object) -> str:
    """A cell or a JSON value as the text that a CSV file would hold.

    >>> cell_text(12.0), cell_text(datetime(2020, 3, 31)), cell_text(None)
    ('12', '2020-03-31', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Decimal) and abs(value.adjusted()) < MOST_DIGITS:
        return format(value, "f")
    if isinstance(value, dict | list):  # as deep as it likes: never written out
        return "a list" if isinstance(value, list) else "an object"
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", str(value)).strip()


def json_document(path: Path) -> Any:
    """The document of a JSON file, numbers as they are written."""
    content = file_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(NOT_TEXT, content[: error.start].count(b"\n") + 1) from None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise UnreadableError(NOT_JSON, error.lineno) from None
    except (ValueError, ArithmeticError):  # NaN, or a number that no computer holds
        raise UnreadableError(NOT_JSON) from None
    except RecursionError:
        raise UnreadableError(TOO_DEEP) from None


def _refuse(text: str) -> None:
    raise ValueError(text)


def stated_day(text: str) -> date:
    """The day that a date or a time states, without moving it to another time zone; ValueError where it is none.

    >>> stated_day("2025-04-23T23:59:59+01:00")
    datetime.date(2025, 4, 23)
    """
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?", text, re.ASCII)
    day = date.fromisoformat(match[1]) if match else None
    if day is None or day.year not in YEARS:
        raise ValueError(text)
    return day
