"""Read the sheets of an OpenDocument spreadsheet as a stream: what it repeats is counted before it is written out."""

import re
from io import BytesIO
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from vfm.data.sheets import CLEAR, MOST_COLUMNS, MOST_TEXT, Grid, RefusedError, Workbook, plain_number
from vfm.vocabulary.errors import Problem

PIECE = 1 << 16
NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
TABLE, OFFICE, TEXT = (f"{NAMES}{space}:1.0 " for space in ("table", "office", "text"))
SCRIPT = f"{NAMES}script:1.0 "
HREF = "http://www.w3.org/1999/xlink href"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
NOT_OF_THE_SHEET = (
    *(f"{OFFICE}annotation", f"{OFFICE}forms", f"{TABLE}shapes", f"{TABLE}tracked-changes", f"{TABLE}dde-links"),
    *(f"{NAMES}drawing:1.0 {shape}" for shape in ("frame", "custom-shape", "g", "control")),
)
LINKS = tuple(f"{TABLE}{name}" for name in ("table-source", "cell-range-source", "dde-link", "database-source-sql"))
MACROS = (f"{OFFICE}script", f"{SCRIPT}event-listener")
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\.\./")
VALUES = {"date": "date-value", "boolean": "boolean-value", "time": "time-value"}
NUMBERS = ("float", "percentage", "currency")


def read_ods(content: bytes, book: Workbook) -> None:
    """Read what `archives.examine` has let through into `book`."""
    with ZipFile(BytesIO(content)) as archive, archive.open("content.xml") as stream:
        _Content(book).read(stream)


class _Content:
    """The elements of content.xml as they come."""

    def __init__(self, book: Workbook):
        self.book = book
        self.grid: Grid | None = None
        self.cell: dict[str, str] | None = None
        self.row, self.rows_repeated = 0, 1
        self.cells: list[str] = []
        self.column = 0  # of the last cell, blank ones at the end included
        self.paragraphs: list[list[str]] = []
        self.length = 0
        self.in_paragraph = self.skipped = 0

    def read(self, stream: IO[bytes]) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._refuse_what_acts(name, attributes)
        if self.skipped or name in NOT_OF_THE_SHEET:
            self.skipped += 1
        elif name == f"{TABLE}table" and self.grid is None:
            self.grid, self.row = self.book.open_sheet(attributes.get(f"{TABLE}name", "")), 0
        elif name == f"{TABLE}table-row":
            self.rows_repeated = _repeated(attributes, "rows")
            self.cells, self.column = [], 0
        elif name in CELLS and self.cell is None:
            self.cell, self.paragraphs, self.length = attributes, [], 0
        elif name in PARAGRAPHS:
            self.in_paragraph += 1
            self.paragraphs.append([])
        elif self.in_paragraph:
            self._white_space(name, attributes)

    def end(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
        elif name == f"{TABLE}table" and self.grid is not None:
            self.grid.close()
            self.grid = None
        elif name == f"{TABLE}table-row" and self.grid is not None:
            self.grid.add(self.row + 1, self.cells, self.rows_repeated)
            self.row += self.rows_repeated
        elif name in CELLS and self.cell is not None:
            self._cell(self.cell)
            self.cell = None
        elif name in PARAGRAPHS:
            self.in_paragraph -= 1

    def text(self, text: str) -> None:
        if self.in_paragraph and not self.skipped:
            self.length += len(text)
            if self.length <= MOST_TEXT + 1:  # one more is enough for the grid to refuse it
                self.paragraphs[-1].append(text)
            elif self.length - len(text) <= MOST_TEXT:
                self.paragraphs[-1].append(text[: MOST_TEXT + 1])

    def _white_space(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{TEXT}s":
            self.text(" " * min(int(attributes.get(f"{TEXT}c", "1")), MOST_TEXT + 1))
        elif name == f"{TEXT}tab":
            self.text("\t")
        elif name == f"{TEXT}line-break":
            self.text("\n")

    def _cell(self, attributes: dict[str, str]) -> None:
        if self.grid is None:
            return
        first, times = self.column + 1, _repeated(attributes, "columns")
        self.column += times
        if f"{TABLE}formula" in attributes:
            self.book.formula(self.grid.name, self.row + 1, first)
            return
        text = self._value(attributes)
        if text.strip():
            if self.column > MOST_COLUMNS:
                rule = f"more than {MOST_COLUMNS} columns"
                raise RefusedError(Problem(self.book.label, rule, CLEAR, self.row + 1, sheet=self.grid.name))
            self.cells += [""] * (first - 1 - len(self.cells)) + [text] * times

    def _value(self, attributes: dict[str, str]) -> str:
        kind = attributes.get(f"{OFFICE}value-type", "string")
        if kind in NUMBERS:
            number = plain_number(attributes.get(f"{OFFICE}value", ""))
            if number is None and self.grid is not None:
                self.book.error_value(self.grid.name, self.row + 1, self.column)
            return number or ""
        if kind in VALUES:
            return attributes.get(f"{OFFICE}{VALUES[kind]}", "").removesuffix("T00:00:00")
        return attributes.get(f"{OFFICE}string-value") or "\n".join(map("".join, self.paragraphs))

    def _refuse_what_acts(self, name: str, attributes: dict[str, str]) -> None:
        is_link = name != f"{TEXT}a" and ELSEWHERE.match(attributes.get(HREF, ""))  # text:a is words to click on
        if name in LINKS or is_link:
            mend = "Break the links to other files (Edit, Links), save it and send it again."
            raise RefusedError(Problem(self.book.label, "a workbook with links to other files", mend))
        if name in MACROS:
            mend = "Take the macros away, save it and send it again."
            raise RefusedError(Problem(self.book.label, "a workbook with macros", mend))


def _repeated(attributes: dict[str, str], what: str) -> int:
    return max(1, int(attributes.get(f"{TABLE}number-{what}-repeated", "1")))
