"""The workbook of a release, as XLSX and as ODS: one content, accessible, typed, without a formula."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from document_kit import ABOUT, AS_OF, Small, number, small
from vfm.report import opendocument_writer, workbook, workbook_content
from vfm.report.workbook_content import LONGEST_CELL, Book
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import ILLUSTRATIVE

HOSTILE = [
    "=1+2",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{=1+2}",
    "[press](http://example.org) [and](http://example.org)",
    "http://example.org/page",
    "internal:Cover!A1",
    "$$note$$",
    "***",
    "שלום",
    "a\x00b\x01\ufffe",
    "two\nlines",
    "<b>bold</b> & 'quoted'",
    "0012",
]
TAGS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


@pytest.fixture
def release(tmp_path: Path) -> Small:
    return small(tmp_path)


def book(release: Small, **about: Any) -> Book:
    numbers = release.numbers.values()
    return workbook_content.book(release.folder, "An update", replace(ABOUT, **about), AS_OF, numbers, release.log)


def sheets_of_xlsx(data: bytes) -> dict[str, list[list[object]]]:
    """Each sheet as its rows, each row as its cells up to the last that is not empty."""
    held = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [_filled(list(row)) for row in sheet.iter_rows(values_only=True)] for sheet in held}


def sheets_of_ods(data: bytes) -> dict[str, list[list[object]]]:
    found = pd.read_excel(io.BytesIO(data), engine="odf", sheet_name=None, header=None, keep_default_na=False)
    return {
        str(name): [_filled(row) for row in frame.to_numpy(dtype="object").tolist()] for name, frame in found.items()
    }


def _filled(row: list[object]) -> list[object]:
    while row and row[-1] in (None, ""):
        row = row[:-1]
    return row


def expected(made: Book) -> dict[str, list[list[object]]]:
    cover: list[list[object]] = [[made.title]]
    for heading, part in made.cover:
        cover += [[text] for text in (heading, *part)]
    told = {"Cover": cover}
    for sheet in made.sheets:
        heads: list[object] = [column.heading for column in sheet.columns]
        told[sheet.name] = [[sheet.title], *([line] for line in sheet.lines), heads, *map(list, sheet.rows)]
    return told


def test_it_has_a_cover_contents_notes_and_a_sheet_for_each_table(release: Small) -> None:
    sheets = sheets_of_xlsx(workbook.xlsx(book(release)))
    assert list(sheets) == ["Cover", "Contents", "Notes", "Numbers", "Chart_1", "Table_1", "Log"]
    assert [row[0] for row in sheets["Contents"][3:]] == ["Notes", "Numbers", "Chart_1", "Table_1", "Log"]
    assert sheets["Contents"][5] == ["Chart_1", "Two years"]
    notes = {str(row[0]): row[1] for row in sheets["Notes"][3:]}
    assert {"[x]", "[z]", "[c]", "[low]", "[p]", "[r]", "Status: derived", "Apostrophe first"} <= set(notes)


def test_each_sheet_says_what_it_is_from_a1_down(release: Small) -> None:
    sheets = sheets_of_xlsx(workbook.xlsx(book(release)))
    assert sheets["Chart_1"] == [
        ["Two years"],
        ["This sheet contains one table."],
        ["What the chart of it shows: Two bars: one is longer."],
        ["Period: 2012/13 and 2019/20. Status: derived."],
        ["Source: MOPAC"],
        ["Financial year", "Budget (£)"],
        ["2012/13", 23_600_000],
        ["2019/20", 53_600_000.5],
    ]
    assert sheets["Table_1"][-2:] == [["London Gang Exit", 1_000_000, 0.25], ["Drive", 260.25, "[x]"]]
    assert [row[0] for row in sheets.values()] == [[sheet[0][0]] for sheet in sheets.values()]  # a title, alone, in A1


def test_numbers_are_as_they_are_published_and_where_there_is_none_it_says_so(release: Small) -> None:
    rows = sheets_of_xlsx(workbook.xlsx(book(release)))["Numbers"]
    heads, first, second = rows[2:]
    told = dict(zip(map(str, heads), first, strict=True))
    assert (told["Value"], told["Lower"], told["Upper"]) == (53_600_000, 53_550_000, 53_650_000)
    assert (told["As it is written"], told["Identifier"]) == ("£53.6 million", "budget")
    told = dict(zip(map(str, heads), second, strict=True))
    assert (told["Value"], told["Lower"]) == ("[x]", "[z]")
    assert told["As it is written"] == "cannot say: there is one year"


def test_the_marks_travel_into_both_with_what_they_mean(release: Small) -> None:
    release.table([("Drive", Mark.SUPPRESSED, Mark.LOW), ("Exit", Mark.SUPPRESSED, 0.5)])
    hidden = number("hidden", value=None, lower=None, upper=None, mark="[c]", reason="few", revision="[r]")
    release.numbers["hidden"] = hidden
    made = book(release)
    for sheets in (sheets_of_xlsx(workbook.xlsx(made)), sheets_of_ods(opendocument_writer.ods(made))):
        assert sheets["Table_1"][-2:] == [["Drive", "[c]", "[low]"], ["Exit", "[c]", 0.5]]
        meant = (
            "[c], 2 values: hidden, so that nobody can be told by it. [low], 1 value: more than none, though it rounds"
        )
        assert [f"{meant} to zero."] in sheets["Table_1"]
        assert sheets["Numbers"][-1][1:5] == ["hidden [c]: few [r]", "[c]", "[z]", "[z]"]
        notes = {row[0]: row[1] for row in sheets["Notes"][3:]}
        assert all(notes[mark.value].lower() == f"{mark.meaning}." for mark in Mark)


def test_no_cell_is_merged_or_blank_and_none_is_a_formula(release: Small) -> None:
    release.table([(text, 1.5, None) for text in HOSTILE])
    made = book(release)
    held = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(made)))
    for sheet in held:
        assert not sheet.merged_cells.ranges
        (table,) = sheet.tables.values() if sheet.title != "Cover" else [None]
        cells = [cell for row in (sheet[table.ref] if table else sheet) for cell in row]
        assert all(cell.value not in (None, "") and cell.data_type in {"s", "n"} for cell in cells), sheet.title
        assert all(cell.value for cell in sheet["A"])  # no empty row between a title and its table
    content = zipfile.ZipFile(io.BytesIO(opendocument_writer.ods(made))).read("content.xml").decode()
    assert "table:formula" not in content and "table:number-columns-spanned" not in content


def test_columns_say_how_their_numbers_are_shown(release: Small) -> None:
    held = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(book(release))))
    last = held["Table_1"][held["Table_1"].max_row - 1]
    assert [cell.number_format for cell in last] == ["General", "£#,##0", "0.0%"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_only_ever_text_in_either(release: Small, text: str) -> None:
    release.table([(text, 1.5, 0.5), ("Drive", 2.5, 0.5)], title=f"{text} title", notes=text)
    release.numbers["budget"] = number(title=text)
    made = book(release)
    (row,) = [row for row in next(s for s in made.sheets if s.name == "Table_1").rows if row[0] != "Drive"]
    assert row[1:] == (1.5, 0.5)
    guarded = f"'{text}" if text[0] in "=@" else re.sub("[\x00\x01\ufffe]", "\ufffd", text)
    assert row[0] == guarded
    xlsx, ods = sheets_of_xlsx(workbook.xlsx(made)), sheets_of_ods(opendocument_writer.ods(made))
    assert xlsx["Table_1"][-2][0] == guarded
    assert str(ods["Table_1"][-2][0]) == guarded
    assert str(xlsx["Table_1"][0][0]).replace("$ $", "$$") == str(ods["Table_1"][0][0])
    links = [
        cell.hyperlink for row in openpyxl.load_workbook(io.BytesIO(workbook.xlsx(made)))["Table_1"] for cell in row
    ]
    assert not any(links)


def test_the_contents_lead_to_each_sheet(release: Small) -> None:
    made = book(release)
    contents = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(made)))["Contents"]
    for row in contents.iter_rows(min_row=4):
        assert row[0].hyperlink.location == f"'{row[0].value}'!A1"
    content = zipfile.ZipFile(io.BytesIO(opendocument_writer.ods(made))).read("content.xml").decode()
    assert re.findall(r'xlink:href="#(\w+)\.A1"', content) == [sheet.name for sheet in made.sheets[1:]]


def test_properties_are_set_and_the_only_date_is_that_of_the_release(release: Small) -> None:
    made = book(release)
    properties = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(made))).properties
    assert properties.title == "An update: January to March 2020"
    assert "up to 23 November 2026" in properties.subject and "Version 2" in properties.subject
    assert properties.creator == "vfm: an independent compilation"
    assert properties.created == datetime(2026, 11, 23) == properties.modified
    meta = zipfile.ZipFile(io.BytesIO(opendocument_writer.ods(made))).read("meta.xml").decode()
    for said in ("An update: January to March 2020", "<dc:language>en-GB<", "vfm: an independent compilation"):
        assert said in meta
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", meta)) == {"2026-11-23T00:00:00"}


def test_both_are_the_same_bytes_each_time_and_in_another_process(release: Small) -> None:
    made = book(release)
    first = workbook.xlsx(made), opendocument_writer.ods(made)
    assert (workbook.xlsx(made), opendocument_writer.ods(made)) == first
    program = (
        "import sys; from pathlib import Path; from hashlib import sha256; from document_kit import *\n"
        "from vfm.report import opendocument_writer, workbook, workbook_content\n"
        "import json, pandas as pd\n"
        "from vfm.report import figures\n"
        "folder = Path(sys.argv[1]); log = pd.read_csv(folder / 'log.csv', dtype=str).to_dict('records')\n"
        "numbers = figures.read_numbers(folder).values()\n"
        "made = workbook_content.book(folder, 'An update', ABOUT, AS_OF, numbers, log)\n"
        "print(*(sha256(x).hexdigest() for x in (workbook.xlsx(made), opendocument_writer.ods(made))))"
    )
    surroundings = os.environ | {
        "PYTHONHASHSEED": "11",
        "TZ": "Asia/Kathmandu",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    ran = subprocess.run(
        [sys.executable, "-c", program, str(release.folder)],
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.split() == [sha256(data).hexdigest() for data in first]


def test_both_hold_the_same(release: Small) -> None:
    release.table([("London Gang Exit", -1_234_567.891, 0.1), ("Drive", None, 1.271)])
    made = book(release)
    told = expected(made)
    assert sheets_of_xlsx(workbook.xlsx(made)) == told
    assert sheets_of_ods(opendocument_writer.ods(made)) == told


def test_tables_that_fill_pages_of_their_own_have_no_sheet_and_the_cover_says_so(release: Small) -> None:
    numbers = release.numbers.values()
    made = workbook_content.book(
        release.folder, "An update", ABOUT, AS_OF, numbers, release.log, apart=lambda notebook: notebook[:2] == "20"
    )
    assert [sheet.name for sheet in made.sheets] == ["Contents", "Notes", "Numbers", "Chart_1", "Log"]
    assert "on the pages of the boroughs" in str(made.cover)
    assert "on the pages of the boroughs" not in str(book(release).cover)


def test_a_table_without_rows_says_so(release: Small) -> None:
    release.table([])
    made = book(release)
    assert sheets_of_xlsx(workbook.xlsx(made))["Table_1"][-1] == ["There is nothing to list.", "[z]", "[z]"]


def test_a_log_without_entries_says_so(release: Small) -> None:
    release.log = []
    assert sheets_of_xlsx(workbook.xlsx(book(release)))["Log"][-1] == ["There is nothing to list."]


def test_a_text_longer_than_a_cell_holds_is_cut_and_says_so(release: Small) -> None:
    release.table([("n" * 40_000, 1.0, 0.5)])
    cell = str(sheets_of_xlsx(workbook.xlsx(book(release)))["Table_1"][-1][0])
    assert len(cell) == LONGEST_CELL and cell.endswith("(cut: the whole text is in the CSV file)")


def test_headings_that_differ_in_capitals_alone_are_told_apart(release: Small) -> None:
    release.table([("a", 1.0, 0.5)], columns={"name": ("Service", ""), "pounds": ("service", "£")})
    heads = sheets_of_xlsx(workbook.xlsx(book(release)))["Table_1"][-2]
    assert heads == ["Service", "service (£)"]
    release.table([("a", 1.0, 0.5)], columns={"name": ("Service", ""), "pounds": ("service", "awards")})
    assert sheets_of_xlsx(workbook.xlsx(book(release)))["Table_1"][-2] == ["Service", "service (2)"]


def test_every_sheet_of_an_example_says_that_it_is_illustrative(release: Small) -> None:
    made = book(release, illustrative=True)
    for data in (sheets_of_xlsx(workbook.xlsx(made)), sheets_of_ods(opendocument_writer.ods(made))):
        assert all(f"{ILLUSTRATIVE}." in [cell for row in sheet[:3] for cell in row] for sheet in data.values())
        assert all(str(sheet[0][0]).startswith("Illustrative: ") for sheet in data.values())
    plain = book(release)
    assert ILLUSTRATIVE not in str(sheets_of_xlsx(workbook.xlsx(plain)))


def test_a_draft_says_so_on_its_cover(release: Small) -> None:
    assert "Draft: not published, and it may change." in str(
        sheets_of_xlsx(workbook.xlsx(book(release, state="draft")))
    )


def test_rows_are_tall_enough_for_their_words(release: Small) -> None:
    release.table([("word " * 60, 1.0, 0.5), ("short", 1.0, 0.5)])
    sheet = next(sheet for sheet in book(release).sheets if sheet.name == "Table_1")
    assert workbook.heights(sheet)[-2:] == [6, 1]  # sixty words of four letters, ten to a line of 50
    assert len(workbook.heights(sheet)) == 1 + len(sheet.lines) + 1 + 2


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed: opened by pandas alone")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_libreoffice_reads_what_was_written(release: Small, tmp_path: Path, kind: str) -> None:
    made = book(release)
    data = workbook.xlsx(made) if kind == "xlsx" else opendocument_writer.ods(made)
    (tmp_path / f"it.{kind}").write_bytes(data)
    other = {"xlsx": "ods", "ods": "xlsx"}[kind]
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", other]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "out"), str(tmp_path / f"it.{kind}")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    converted = (tmp_path / "out" / f"it.{other}").read_bytes()
    got = sheets_of_ods(converted) if other == "ods" else sheets_of_xlsx(converted)
    assert got == expected(made)
