"""The one door for what people send: a workbook or a CSV file, read as plain text or refused with the reason.

Nothing is evaluated, followed or unpacked without a bound, and nothing that a file holds makes this raise.
"""

import warnings
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from vfm.data.archives import ODS, OPEN_AND_SAVE, XLSX, examine
from vfm.data.delimited import UnreadableTextError, records_of, text_of
from vfm.data.opendocument import read_ods
from vfm.data.sheets import CLEAR, RefusedError, Sheet, Workbook, plain_number
from vfm.vocabulary.errors import Problem

__all__ = ["Sheet", "read_workbook"]

CSV = ".csv"
MOST_BYTES = 20_000_000
MOST_LOOKED_AT = 10_000_000  # cells, blank ones included: what a parser fills in costs time
LAST_ROW = 1_048_576  # of any spreadsheet program

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how .xls begins, and every workbook with a password
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
PASSWORD = "EncryptedPackage".encode("utf-16-le")
HTML = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<?xml", b"mime-version")
SAVE_AS_XLSX = "Open it in a spreadsheet program, save it as .xlsx and send that."
NO_PASSWORD = "Save it without a password and send it again."


def read_workbook(path: Path, *, label: str) -> tuple[list[Sheet], list[Problem]]:
    """Read an .xlsx, .ods or .csv file that somebody sent.

    Parameters
    ----------
    path : the file
    label : what messages call the file

    Returns
    -------
    Its sheets, hidden ones included, and its problems. A file that is refused has no sheets and one problem;
    a formula or a spreadsheet's error is a problem at its cell, which is left blank.
    """
    book = Workbook(label)
    try:
        content = _content(path, label)
        kind = path.suffix.lower()
        _begins_as_named(content, kind, label)
        if kind == CSV:
            _read_csv(content, book)
        else:
            examine(content, label=label, kind=kind)
            _parse(content, kind, book)
    except RefusedError as refused:
        return [], [refused.problem]
    return book.sheets, book.problems


def _content(path: Path, label: str) -> bytes:
    try:
        if not path.is_file():  # a pipe or a device would never end
            raise RefusedError(Problem(label, "not a file", "Put the file itself in its place."))
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        mend = "Make it readable, or restore it."
        raise RefusedError(Problem(label, f"the file cannot be read: {error.strerror}", mend)) from error
    if len(content) > MOST_BYTES:
        mend = "Send the data only, without pictures; save a longer table as CSV."
        raise RefusedError(Problem(label, f"a file of more than {MOST_BYTES:,} bytes", mend))
    if not content:
        raise RefusedError(Problem(label, "an empty file", "Send the file again; it may have been cut short."))
    return content


def _begins_as_named(content: bytes, kind: str, label: str) -> None:
    """Refuse a file whose first bytes are of another kind than its name says."""
    if kind not in (XLSX, ODS, CSV):
        mend = "Save it as .xlsx, .ods or .csv and send that."
        raise RefusedError(Problem(label, "not a kind of file that is read here", mend))
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if content.startswith(OLE2):
        if PASSWORD in content:
            raise RefusedError(Problem(label, "a workbook with a password", NO_PASSWORD))
        raise RefusedError(Problem(label, f"an old .xls workbook named {kind}", SAVE_AS_XLSX))
    if start.startswith(HTML):
        raise RefusedError(Problem(label, f"a web page named {kind}", SAVE_AS_XLSX))
    is_zip = content.startswith((ZIP, EMPTY_ZIP))
    if is_zip and kind == CSV:
        mend = "Name it with .xlsx or .ods at its end, or save it as CSV UTF-8."
        raise RefusedError(Problem(label, "a workbook named .csv", mend))
    if not is_zip and kind != CSV:
        mend = "If it is text, name it with .csv at its end; else save it as .xlsx and send that."
        raise RefusedError(Problem(label, f"a file named {kind} that is no workbook", mend))


def _parse(content: bytes, kind: str, book: Workbook) -> None:
    try:
        (_read_xlsx if kind == XLSX else read_ods)(content, book)
    except RefusedError:
        raise
    # A parser of other people's files may fail in any way; the next file must be checked all the same.
    except Exception as error:
        raise RefusedError(Problem(book.label, "a workbook whose sheets cannot be read", OPEN_AND_SAVE)) from error
    if not book.sheets:
        raise RefusedError(Problem(book.label, "a workbook without a sheet", OPEN_AND_SAVE))


def _read_csv(content: bytes, book: Workbook) -> None:
    grid = book.open_sheet("")
    try:
        for row, cells in enumerate(records_of(text_of(content)), 1):
            if row > LAST_ROW:
                raise RefusedError(Problem(book.label, "a sheet that goes on without end", CLEAR))
            for column, text in enumerate(cells, 1):
                if text.startswith("="):
                    book.formula("", row, column)
                    cells[column - 1] = ""
            grid.add(row, cells)
    except UnreadableTextError as unreadable:
        raise RefusedError(Problem(book.label, unreadable.rule, unreadable.mend, row=unreadable.row)) from None
    grid.close()


def _read_xlsx(content: bytes, book: Workbook) -> None:
    with warnings.catch_warnings():
        # It warns of what it leaves out (drop-downs, headers) and of dates past its calendar; the latter
        # come as error values, which are told.
        warnings.filterwarnings("ignore", module=r"openpyxl\.")
        source = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        looked_at = 0
        for sheet in source.worksheets:
            looked_at = _read_xlsx_sheet(sheet, book, looked_at)


def _read_xlsx_sheet(sheet: Any, book: Workbook, looked_at: int) -> int:
    grid = book.open_sheet(sheet.title)
    sheet.reset_dimensions()  # what a sheet says of its own size is not to be believed
    for row, cells in enumerate(sheet.iter_rows(), 1):
        looked_at += len(cells) + 1
        if looked_at > MOST_LOOKED_AT or row > LAST_ROW:
            mend = "Delete the rows and columns beyond the data, with their formats, save it and send it again."
            raise RefusedError(Problem(book.label, "a sheet that goes on without end", mend, sheet=sheet.title))
        grid.add(row, [_plain(cell, grid.name, row, column, book) for column, cell in enumerate(cells, 1)])
    grid.close()
    return looked_at


def _plain(cell: Any, sheet: str, row: int, column: int, book: Workbook) -> str:
    if cell.value is None:
        return ""
    if cell.data_type == "f":
        book.formula(sheet, row, column)
        return ""
    text = None if cell.data_type == "e" else _text_of(cell.value)
    if text is None:
        book.error_value(sheet, row, column)
    return text or ""


def _text_of(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return plain_number(repr(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
