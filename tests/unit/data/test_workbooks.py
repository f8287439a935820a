"""What people send is read as plain text, or refused with the place and what to do; nothing makes it raise."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import sent_files as sent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sent_files import HEADING, cell, number, row

from vfm.data import opendocument, sheets, workbooks
from vfm.data.archives import OPEN_AND_SAVE
from vfm.data.sheets import AS_VALUES, CLEAR, letter
from vfm.data.workbooks import Sheet, read_workbook
from vfm.vocabulary.errors import Problem

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SPACES = '<table:table-cell><text:p>a<text:s text:c="3"/>b<text:tab/>c</text:p><text:p>d</text:p></table:table-cell>'
NOTE = (
    "<table:table-cell><office:annotation><text:p>a note</text:p></office:annotation><text:p>5</text:p>"
    "</table:table-cell>"
)
DELETED = (
    f"<table:tracked-changes><table:table>{row(cell('deleted'))}</table:table></table:tracked-changes>"  # as once saved
)


def sent_as(tmp_path: Path, name: str, content: bytes) -> tuple[list[Sheet], list[Problem]]:
    (path := tmp_path / name).write_bytes(content)
    return read_workbook(path, label=name)


def rows_of(sheets_and_problems: tuple[list[Sheet], list[Problem]]) -> list[tuple[int, tuple[str, ...]]]:
    (sheet,), problems = sheets_and_problems
    assert problems == []
    return list(sheet.rows)


# ---- what is read


def test_an_xlsx_is_read_as_plain_text(tmp_path: Path) -> None:
    day, moment = date(2020, 1, 31), datetime(2020, 1, 31, 10, 30)
    cells = ["Croydon", 1250, 1250.50, 1e15, 0.1, -3.0, True, day, moment, None, "  ", "=not"]
    book = Workbook()
    book.active.append(cells[:-1])
    book.active.append([])
    book.active.append([None, 2])
    book.active.append([None, " "])
    read = rows_of(sent_as(tmp_path, "a.xlsx", sent.saved(book)))
    text = ("Croydon", "1250", "1250.5", "1000000000000000", "0.1", "-3", "true", "2020-01-31", "2020-01-31T10:30:00")
    assert read == [(1, text), (2, ("",) * 9), (3, ("", "2", *[""] * 7))]


def test_an_ods_is_read_as_plain_text(tmp_path: Path) -> None:
    day = cell("31 Jan", office_value_type="date", office_date__value="x").replace(
        'office:date--value="x"', 'office:date-value="2020-01-31"'
    )
    flag = '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
    cells = [
        cell("Croydon"),
        number("1250.50", "currency"),
        number("1.25E+3"),
        day,
        flag,
        SPACES,
        NOTE,
        cell(times=900),
    ]
    read = rows_of(sent_as(tmp_path, "a.ods", sent.ods(row(*cells), row(cell(), times=1_048_575), before=DELETED)))
    assert read == [(1, ("Croydon", "1250.5", "1250", "2020-01-31", "true", "a   b\tc\nd", "5"))]


def test_what_ods_repeats_is_written_out_at_its_place(tmp_path: Path) -> None:
    content = sent.ods(HEADING, row(cell(), times=2), row(cell("x", 2), cell(), cell("y"), times=2), row(cell("z")))
    assert rows_of(sent_as(tmp_path, "a.ods", content)) == [
        (1, ("borough", "pounds", "", "")),
        *[(n, ("", "", "", "")) for n in (2, 3)],
        *[(n, ("x", "x", "", "y")) for n in (4, 5)],
        (6, ("z", "", "", "")),
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_csv_is_one_sheet_without_a_name(mark: bytes, tmp_path: Path) -> None:
    content = mark + "borough,pounds\r\nCroydon,£5\r\n,\r\n\r\n".encode()
    assert sent_as(tmp_path, "a.CSV", content) == (
        [Sheet("", ((1, ("borough", "pounds")), (2, ("Croydon", "£5"))))],
        [],
    )


def test_every_sheet_is_read_and_hidden_ones_too(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Spend"
    book.create_sheet("Kept back").append(["x"])
    book["Kept back"].sheet_state = "veryHidden"
    read, problems = sent_as(tmp_path, "a.xlsx", sent.saved(book))
    assert (read, problems) == ([Sheet("Spend", ()), Sheet("Kept back", ((1, ("x",)),))], [])


def test_rows_that_a_sheet_leaves_out_keep_their_numbers(tmp_path: Path) -> None:
    content = sent.sheet_xml('<row r="3"><c r="B3"><v>5</v></c></row><row r="900000"/>')
    assert rows_of(sent_as(tmp_path, "a.xlsx", content)) == [(1, ("", "")), (2, ("", "")), (3, ("", "5"))]


def test_the_size_that_a_sheet_declares_is_not_believed(tmp_path: Path) -> None:
    content = sent.changed(sent.xlsx(), "xl/worksheets/sheet1.xml", 'ref="A1:B2"', 'ref="A1:XFD1048576"')
    assert rows_of(sent_as(tmp_path, "a.xlsx", content)) == [(1, ("borough", "pounds")), (2, ("Croydon", "1250"))]


@pytest.mark.parametrize(
    ("number", "plain"),
    [("1e3", "1000"), ("1e-7", "0.0000001"), ("-0", "0"), ("100", "100"), ("nan", None), ("", None)],
)
def test_a_number_is_written_plainly(number: str, plain: str | None) -> None:
    assert sheets.plain_number(number) == plain


# ---- what is told of a cell


@pytest.mark.parametrize("kind", [".xlsx", ".ods", ".csv"])
def test_a_formula_is_told_at_its_cell_and_never_evaluated(kind: str, tmp_path: Path) -> None:
    formula = number("3").replace("<table:table-cell", '<table:table-cell table:formula="of:=1+2"')
    content = {
        ".xlsx": lambda: sent.xlsx(Spend=[["borough", "pounds"], ["Croydon", "=1+2"]]),
        ".ods": lambda: sent.ods(HEADING, row(cell("Croydon"), formula)),
        ".csv": lambda: b"borough,pounds\nCroydon,=1+2\n",
    }[kind]()
    (sheet,), problems = sent_as(tmp_path, f"a{kind}", content)
    name = None if kind == ".csv" else "Spend"
    assert problems == [Problem(f"a{kind}", "a formula where a value belongs", AS_VALUES, 2, "B", sheet=name)]
    assert sheet.rows[1] == (2, ("Croydon", ""))


def test_an_error_of_the_spreadsheet_is_told_at_its_cell(tmp_path: Path) -> None:
    content = sent.sheet_xml('<row r="1"><c r="A1"><v>5</v></c><c r="B1" t="e"><v>#REF!</v></c></row>')
    (sheet,), (problem,) = sent_as(tmp_path, "a.xlsx", content)
    assert (problem.rule, problem.place) == ("an error of the spreadsheet", "a.xlsx, sheet Spend, row 1, column B")
    assert problem.mend == "Put the value in its place, or leave the cell blank, and send the file again."
    assert sheet.rows == ((1, ("5",)),)


def test_a_number_that_no_cell_holds_is_an_error(tmp_path: Path) -> None:
    _, (problem,) = sent_as(tmp_path, "a.ods", sent.ods(row(cell("x"), number("1E+999999999"))))
    assert (problem.rule, problem.place) == ("an error of the spreadsheet", "a.ods, sheet Spend, row 1, column B")


def test_a_date_past_the_calendar_is_an_error_and_no_warning(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append([date(2020, 1, 1)])
    content = sent.changed(sent.saved(book), "xl/worksheets/sheet1.xml", "43831", "9999999999")
    assert [problem.rule for problem in sent_as(tmp_path, "a.xlsx", content)[1]] == ["an error of the spreadsheet"]


def test_a_million_formulas_are_not_a_million_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_TOLD", 3)
    assert len(sent_as(tmp_path, "a.csv", b"=1\n" * 10)[1]) == 3


# ---- what is refused

ROWS, COLUMNS, CELLS = "more than 100,000 rows", "more than 200 columns", "more than 1,000,000 cells"
XLS = "Open it in a spreadsheet program, save it as .xlsx and send that."
TO_CSV = "If it is text, name it with .csv at its end; else save it as .xlsx and send that."
NO_LINKS = "Break the links to other files (Edit, Links), save it and send it again."
SAVE_CSV = "Save the file as CSV UTF-8."
DDE = "<table:dde-links><table:dde-link/></table:dde-links>"
SOURCE = '<table:table-source xlink:href="other.ods"/>'
IMAGE = '<table:shapes><draw:image xlink:href="http://127.0.0.1/x.png"/></table:shapes>'
EVENT = "<table:shapes><script:event-listener/></table:shapes>"
REFUSED: dict[str, tuple[str, Callable[[], bytes], str, str, str]] = {
    "another kind": ("a.pdf", lambda: b"%PDF", "not a kind of file that is read here", "", "Save it as .xlsx"),
    "an xlsm": ("a.xlsm", sent.xlsx, "not a kind of file that is read here", "", "Save it as .xlsx"),
    "nothing": ("a.xlsx", lambda: b"", "an empty file", "", "Send the file again"),
    "an xls": ("a.xlsx", lambda: OLE2 + b"Workbook", "an old .xls workbook named .xlsx", "", XLS),
    "an xls as csv": ("a.csv", lambda: OLE2 + b"Workbook", "an old .xls workbook named .csv", "", XLS),
    "a password": (
        *("a.xlsx", lambda: OLE2 + "EncryptedPackage".encode("utf-16-le"), "a workbook with a password", ""),
        "Save it without a password and send it again.",
    ),
    "a page": ("a.xlsx", lambda: b"\xef\xbb\xbf\n <HTML><table>", "a web page named .xlsx", "", XLS),
    "a page as csv": ("a.csv", lambda: b"<table><tr>", "a web page named .csv", "", XLS),
    "text": ("a.xlsx", lambda: b"borough,pounds\n", "a file named .xlsx that is no workbook", "", TO_CSV),
    "a workbook as csv": ("a.csv", sent.xlsx, "a workbook named .csv", "", "Name it with .xlsx or .ods at its end"),
    "UTF-16": ("a.csv", lambda: "a,b\n".encode("utf-16"), "bytes that are not UTF-8 text", ", row 1", SAVE_CSV),
    "UTF-16 unmarked": ("a.csv", lambda: "a,b\n".encode("utf-16-le"), "a null byte in the text", ", row 1", SAVE_CSV),
    "cp1252": ("a.csv", lambda: b"a,b\nx,\xa35\n", "bytes that are not UTF-8 text", ", row 2", SAVE_CSV),
    "a null": ("a.csv", lambda: b"a,b\nx,\0\n", "a null byte in the text", ", row 2", SAVE_CSV),
    "an open quote": ("a.csv", lambda: b'a,b\n"x,1\n', "quotation marks that do not pair", ", row 2", "Look for a"),
    "a missing part": (
        *("a.xlsx", lambda: sent.with_member(sent.xlsx(), "xl/workbook.xml", "<a/>")),
        *("a workbook without a sheet", "", OPEN_AND_SAVE),
    ),
    "no number": (
        *("a.xlsx", lambda: sent.sheet_xml('<row r="1"><c r="A1"><v>abc</v></c></row>')),
        *("a workbook whose sheets cannot be read", "", OPEN_AND_SAVE),
    ),
    "no repeat": (
        *("a.ods", lambda: sent.ods(row(cell("x")).replace('repeated="1"', 'repeated="x"'))),
        *("a workbook whose sheets cannot be read", "", OPEN_AND_SAVE),
    ),
    "rows of ods": ("a.ods", lambda: sent.ods(row(cell("x"), times=1_048_576)), ROWS, ", sheet Spend", CLEAR),
    "rows without end": ("a.ods", lambda: sent.ods(row(cell("x"), times=10**15)), ROWS, ", sheet Spend", CLEAR),
    "columns of ods": ("a.ods", lambda: sent.ods(row(cell("x", 10**15))), COLUMNS, ", sheet Spend, row 1", CLEAR),
    "far column of ods": (
        *("a.ods", lambda: sent.ods(row(cell(times=10**15), cell("x"))), COLUMNS, ", sheet Spend, row 1", CLEAR),
    ),
    "cells of ods": ("a.ods", lambda: sent.ods(row(cell("x", 200), times=5_001)), CELLS, ", sheet Spend", CLEAR),
    "rows of xlsx": (
        *("a.xlsx", lambda: sent.sheet_xml('<row r="100001"><c><v>1</v></c></row>'), ROWS, ", sheet Spend", CLEAR),
    ),
    "columns of xlsx": (
        *("a.xlsx", lambda: sent.sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>')),
        *(COLUMNS, ", sheet Spend, row 1", CLEAR),
    ),
    "columns of csv": ("a.csv", lambda: b"x\n" + b"x," * 200 + b"x", COLUMNS, ", row 2", CLEAR),
    "endless rows of xlsx": (
        *("a.xlsx", lambda: sent.sheet_xml('<row r="999999999999999"/>'), "a sheet that goes on without end"),
        *(", sheet Spend", "Delete the rows and columns beyond the data, with their formats"),
    ),
    "a long text": (
        *("a.ods", lambda: sent.ods(row(cell("y"), cell("x" * 32_768))), "a text of more than 32,767 characters"),
        *(", sheet Spend, row 1, column B", "Shorten it."),
    ),
    "a text of spaces": (
        *("a.ods", lambda: sent.ods(row(SPACES.replace('"3"', '"99999999999"')))),
        *("a text of more than 32,767 characters", ", sheet Spend, row 1, column A", "Shorten it."),
    ),
    "dde": ("a.ods", lambda: sent.ods(before=DDE), "a workbook with links to other files", "", NO_LINKS),
    "a linked table": ("a.ods", lambda: sent.ods(SOURCE), "a workbook with links to other files", "", NO_LINKS),
    "a linked image": ("a.ods", lambda: sent.ods(IMAGE), "a workbook with links to other files", "", NO_LINKS),
    "an event": ("a.ods", lambda: sent.ods(EVENT), "a workbook with macros", "", "Take the macros away"),
    "sheets": (
        *("a.xlsx", lambda: sent.xlsx(**{f"s{n}": [] for n in range(101)}), "more than 100 sheets", ""),
        "Send the sheets of the return.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_place_and_what_to_do(name: str, tmp_path: Path) -> None:
    file, make, rule, place, mend = REFUSED[name]
    read, (problem,) = sent_as(tmp_path, file, make())
    assert read == []
    assert (problem.rule, problem.place) == (rule, file + place)
    assert problem.mend.startswith(mend)


def test_cells_are_counted_over_all_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 5)
    _, (problem,) = sent_as(tmp_path, "a.xlsx", sent.xlsx(One=[[1, 2]], Two=[[1, 2], [3, 4]]))
    assert (problem.rule, problem.sheet) == ("more than 5 cells", "Two")
    assert sent_as(tmp_path, "a.xlsx", sent.xlsx(One=[[1, 2]], Two=[[1, 2]]))[1] == []


def test_blank_cells_that_take_time_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_LOOKED_AT", 20_000)
    content = sent.sheet_xml("".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in (1, 2)))
    assert [p.rule for p in sent_as(tmp_path, "a.xlsx", content)[1]] == ["a sheet that goes on without end"]


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_BYTES", 10)
    _, (problem,) = sent_as(tmp_path, "a.csv", b"x" * 11)
    assert problem.rule == "a file of more than 10 bytes"
    assert problem.mend == "Send the data only, without pictures; save a longer table as CSV."
    assert sent_as(tmp_path, "a.csv", b"x" * 10)[1] == []


def test_a_folder_a_pipe_and_nothing_are_not_files(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    places = ["folder.csv", "gone.csv"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        places.append("pipe.csv")
    for name in places:
        assert [p.rule for p in read_workbook(tmp_path / name, label=name)[1]] == ["not a file"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.csv").touch()
    monkeypatch.setattr(Path, "open", fail)
    _, (problem,) = read_workbook(tmp_path / "a.csv", label="a.csv")
    assert (problem.rule, problem.mend) == (
        "the file cannot be read: Permission denied",
        "Make it readable, or restore it.",
    )


def test_letters_of_columns() -> None:
    assert [letter(n) for n in (1, 26, 27, 52, 702, 703, 16_384)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD"]


# ---- nothing raises


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from([".xlsx", ".ods", ".csv"]), content=st.binary(max_size=400), start=st.sampled_from("nzw"))
def test_no_bytes_make_it_raise(kind: str, content: bytes, start: str, tmp_path: Path) -> None:
    begin = {"n": b"", "z": b"PK\x03\x04", "w": sent.xlsx()[:200]}[start]
    read, problems = sent_as(tmp_path, f"a{kind}", begin + content)
    assert read or problems


GOOD = {".xlsx": sent.xlsx(), ".ods": sent.ods(HEADING, row(number("5")))}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from([".xlsx", ".ods"]), at=st.integers(0, 10**6), put=st.binary(min_size=1, max_size=4))
def test_no_spoilt_workbook_makes_it_raise(kind: str, at: int, put: bytes, tmp_path: Path) -> None:
    content = bytearray(GOOD[kind])
    start = at % len(content)
    content[start : start + len(put)] = put
    read, problems = sent_as(tmp_path, f"a{kind}", bytes(content))
    assert read or problems


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(sorted(sent.members(GOOD[".xlsx"]))), at=st.integers(0, 10**5), put=st.binary(max_size=6))
def test_no_spoilt_part_makes_it_raise(part: str, at: int, put: bytes, tmp_path: Path) -> None:
    text = bytearray(sent.members(GOOD[".xlsx"])[part])
    start = at % len(text)
    text[start : start + 3] = put
    read, problems = sent_as(tmp_path, "a.xlsx", sent.with_member(GOOD[".xlsx"], part, bytes(text)))
    assert read or problems


def test_an_ods_is_streamed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The parse ends at the row that goes past the limit: the broken end of the sheet is never reached."""
    monkeypatch.setattr(opendocument, "PIECE", 64)
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    content = sent.ods(*[row(cell("x"))] * 3, row(cell("x"), times=1).replace('"1"', '"broken"'))
    assert [p.rule for p in sent_as(tmp_path, "a.ods", content)[1]] == ["more than 2 rows"]
