"""The sheets of a file that somebody sent, as plain text within limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain

from vfm.vocabulary.errors import Problem

MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELLS = 1_000_000  # of a file, from the first cell of each sheet to its last filled one
MOST_SHEETS = 100
MOST_TEXT = 32_767  # characters, what a cell of a spreadsheet holds
MOST_TOLD = 1_000  # problems of a kind in a file: nobody reads more, and a list of a million is a bomb itself
MOST_DIGITS = 310  # what a number of a spreadsheet has, written out; more is a bomb: 1E+999999999

CLEAR = "Delete the rows and columns beyond the data, save it and send it again."
AS_VALUES = "Put the value in its place (copy, then paste special as values) and send the file again."


@dataclass(frozen=True)
class Sheet:
    """A sheet as it was sent; that of a CSV file has no name.

    `rows` are (number as the spreadsheet shows it, cells as plain text), all of one width, blank rows between
    others kept and the blank end dropped.
    """

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class RefusedError(Exception):
    """Nothing more of a file is read, for the reason that `problem` gives."""

    def __init__(self, problem: Problem):
        super().__init__(problem.rule)
        self.problem = problem


@dataclass
class Workbook:
    """What has been read of a file, and what is wrong with its cells."""

    label: str
    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return sum(len(sheet.rows) * len(sheet.rows[0][1]) for sheet in self.sheets if sheet.rows)

    def open_sheet(self, name: str) -> "Grid":
        """A sheet to be filled, if there may be one more."""
        if len(self.sheets) == MOST_SHEETS:
            raise RefusedError(Problem(self.label, f"more than {MOST_SHEETS} sheets", "Send the sheets of the return."))
        return Grid(self, name, MOST_CELLS - self.cells)

    def formula(self, sheet: str, row: int, column: int) -> None:
        """Tell of a formula; nothing here evaluates one."""
        self._tell(Problem(self.label, "a formula where a value belongs", AS_VALUES, row, letter(column), sheet=sheet))

    def error_value(self, sheet: str, row: int, column: int) -> None:
        """Tell of a cell that a spreadsheet shows as #REF!, #DIV/0! and the like."""
        mend = "Put the value in its place, or leave the cell blank, and send the file again."
        self._tell(Problem(self.label, "an error of the spreadsheet", mend, row, letter(column), sheet=sheet))

    def _tell(self, problem: Problem) -> None:
        if len(self.problems) < 2 * MOST_TOLD and sum(p.rule == problem.rule for p in self.problems) < MOST_TOLD:
            self.problems.append(problem if problem.sheet else _without_sheet(problem))


def _without_sheet(problem: Problem) -> Problem:
    return Problem(problem.file, problem.rule, problem.mend, problem.row, problem.column)


class Grid:
    """A sheet as it is filled, row upon row, within the limits."""

    def __init__(self, book: Workbook, name: str, room: int):
        self.book, self.name, self.room = book, name, room
        self.rows: dict[int, tuple[str, ...]] = {}
        self.last = self.width = 0

    def add(self, row: int, cells: Sequence[str], times: int = 1) -> None:
        """Put `cells` into `row`, and into the rows below it where they stand `times` over."""
        cells = without_blank_end(cells)
        if not cells:
            return
        self.last, self.width = max(self.last, row + times - 1), max(self.width, len(cells))
        self._within_limits(row, cells)
        for repeated in range(row, row + times):
            self.rows[repeated] = cells

    def close(self) -> None:
        """Give the sheet to its workbook."""
        filled = ((row, self.rows.get(row, ())) for row in range(1, self.last + 1))
        rows = tuple((row, (*cells, *[""] * (self.width - len(cells)))) for row, cells in filled)
        self.book.sheets.append(Sheet(self.name, rows))

    def _within_limits(self, row: int, cells: tuple[str, ...]) -> None:
        label, sheet = self.book.label, self.name or None
        if self.last > MOST_ROWS:
            raise RefusedError(Problem(label, f"more than {MOST_ROWS:,} rows", CLEAR, sheet=sheet))
        if self.width > MOST_COLUMNS:
            raise RefusedError(Problem(label, f"more than {MOST_COLUMNS} columns", CLEAR, row, sheet=sheet))
        if self.last * self.width > self.room:
            raise RefusedError(Problem(label, f"more than {MOST_CELLS:,} cells", CLEAR, sheet=sheet))
        for column, text in enumerate(cells, 1):
            if len(text) > MOST_TEXT:
                rule = f"a text of more than {MOST_TEXT:,} characters"
                raise RefusedError(Problem(label, rule, "Shorten it.", row, letter(column), sheet=sheet))


def letter(column: int) -> str:
    """What a spreadsheet calls a column that is counted from 1.

    >>> letter(1), letter(26), letter(27), letter(702), letter(703)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def plain_number(text: str) -> str | None:
    """A number without exponent or needless zeros, or None where it is none that a cell can hold.

    >>> plain_number("1.25E+3"), plain_number("0.10"), plain_number("-0.0"), plain_number("1E+999999999")
    ('1250', '0.1', '0', None)
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return None
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def without_blank_end(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells up to the last that is filled, what is only spaces made blank."""
    stripped = [text if text.strip() else "" for text in cells]
    end = max(chain([0], (column for column, text in enumerate(stripped, 1) if text)))
    return tuple(stripped[:end])
