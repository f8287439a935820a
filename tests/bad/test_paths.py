"""`vfm check PATH`: a file that stands anywhere is known by what is in it, and told of in the same words."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from project_copies import ProjectCopy
from vfm.cli import main

Capture = pytest.CaptureFixture[str]

RETURN = [["service", "area", "measure", "count"], ["London Gang Exit", "Croyden", "People engaged", 3]]
LEDGER = "Body Name,Supplier Name,Payment Date,Net Amount,Transaction No\nCouncil,Example,31/02/2020,5,R1\n"
GRANTS = {"grants": [{"id": "360G-example-1"}]}
PACKAGE = {"releases": [{"ocid": "ocds-1", "date": "2019-04-01T00:00:00Z", "tag": ["award"], "awards": [{"id": 1}]}, 5]}


def workbook(*sheets: str, rows: list[list[Any]]) -> bytes:
    book, stream = Workbook(), BytesIO()
    book.remove(book.active)
    for sheet in sheets:
        book.create_sheet(sheet)
        for row in rows:
            book[sheet].append(row)
    book.save(stream)
    return stream.getvalue()


def csv_of(rows: list[list[Any]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize(
    ("name", "content", "rule", "place"),
    [
        ("return.xlsx", workbook("Outputs", rows=RETURN), "an unknown area",
         "sheet Outputs, row 2, column area: \"Croyden\""),
        ("return.csv", csv_of(RETURN), "an unknown area", "row 2, column area: \"Croyden\""),
        ("spend.csv", LEDGER.encode(), "not a date", "row 2, column Payment Date: \"31/02/2020\""),
        ("spend.xlsx", workbook("x", rows=[line.split(",") for line in LEDGER.splitlines()]), "not a date",
         "sheet x, row 2, column Payment Date: \"31/02/2020\""),
        ("months.xlsx", workbook("April", "May", rows=[line.split(",") for line in LEDGER.splitlines()]),
         "another sheet of the same kind", "sheet May"),
        ("calls.xlsx", workbook("2019", "2020", rows=[["Identifier", "Amount Awarded"], ["1", "5"]]),
         "another sheet of the same kind", "sheet 2020"),
        ("shares.xlsx", workbook("2019", "2020", rows=[["Borough", "Amount"], ["Croydon", "5"]]),
         "another sheet of the same kind", "sheet 2020"),
        ("semicolons.csv", csv_of(RETURN).replace(b",", b";"), "cells parted by semicolons, not by commas", "row 1"),
        ("grants.json", json.dumps(GRANTS).encode(), "an award without its amount", "row 1, column amountAwarded"),
        ("grants.csv", b"Identifier,Amount Awarded\n1,5\n", "a column that 360Giving requires is missing",
         "row 1, column "),
        ("contracts.json", json.dumps(PACKAGE).encode(), "a release that is not an object", "row 2"),
        ("notes.docx", b"x", "a file of no kind that is known", ""),
        ("list.csv", b"a,b\n1,2\n", "a file of no kind that is known", ""),
        ("list.json", b"[1]", "a file of no kind that is known", ""),
        ("broken.json", b"{", "not JSON", "row 1"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "an old .xls workbook named .xlsx", ""),
    ],
)  # fmt: skip
def test_a_file_anywhere_is_known_by_what_is_in_it(
    name: str, content: bytes, rule: str, place: str, tmp_path: Path, project_copy: ProjectCopy, capsys: Capture
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["check", str(path)]) == 1
    output = capsys.readouterr().out
    assert f"error: {rule}" in output
    assert f"    {path}{', ' * bool(place)}{place}" in output
    assert output.splitlines()[-1].startswith("1 file: ")


def test_a_good_return_anywhere_is_told_to_be_good(tmp_path: Path, project_copy: ProjectCopy, capsys: Capture) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(workbook("Outputs", rows=[RETURN[0], ["London Gang Exit", "Croydon", "People engaged", 3]]))
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == "1 file: 0 errors, 0 advice\n"


def test_a_folder_is_every_file_in_it(tmp_path: Path, project_copy: ProjectCopy, capsys: Capture) -> None:
    folder = tmp_path / "sent"
    (folder / "more").mkdir(parents=True)
    (folder / "a.csv").write_bytes(csv_of(RETURN))
    (folder / "more" / "b.csv").write_text(LEDGER)
    assert main(["check", str(folder)]) == 1
    output = capsys.readouterr().out
    assert "error: an unknown area" in output
    assert "error: not a date" in output
    assert output.endswith("2 files: 2 errors, 0 advice\n")


def test_a_path_among_the_raw_files_is_checked_with_all_of_them(project_copy: ProjectCopy, capsys: Capture) -> None:
    project_copy.set_cell("published/awards.csv", 2, "service", "Bakery")
    project_copy.set_cell("published/results.csv", 2, "service", "Bakery")
    assert main(["check", str(project_copy.raw / "published" / "awards.csv")]) == 1
    output = capsys.readouterr().out
    assert "published/awards.csv, row 2, column service" in output
    assert "results.csv, row 2" not in output
    assert output.endswith("1 file: 1 errors, 0 advice\n")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("none.csv", "There is no none.csv."),
        ("/dev/null", "/dev/null is neither a file nor a folder."),
        ("", "A path is empty: name a file or a folder, or leave it out for all that came in."),
    ],
)
def test_a_path_of_nothing_is_wrong_usage(path: str, says: str, project_copy: ProjectCopy, capsys: Capture) -> None:
    assert main(["check", path]) == 2
    assert capsys.readouterr().err == f"vfm: {says}\n"


@pytest.mark.parametrize("name", ["~$return.xlsx", ".~lock.return.xlsx#", ".DS_Store", ".venv/lib/table.csv"])
def test_what_programs_put_beside_a_return_is_none(
    name: str, tmp_path: Path, project_copy: ProjectCopy, capsys: Capture
) -> None:
    for folder in (project_copy.raw / "returns" / "2019-20-Q4", tmp_path / "sent"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"a program's own")
    assert main(["check"]) == 0
    assert main(["check", str(tmp_path / "sent")]) == 0
    assert capsys.readouterr().out.endswith("0 files: 0 errors, 0 advice\n")


@pytest.mark.parametrize(
    ("folder", "name", "content", "rule"),
    [
        ("ledgers/2019", "spend.csv", LEDGER.encode(), "not a date"),
        ("grants", "grants.json", json.dumps(GRANTS).encode(), "an award without its amount"),
        ("contracts", "contracts.json", json.dumps(PACKAGE).encode(), "a release that is not an object"),
        ("ledgers", "spend.pdf", b"%PDF", "neither CSV, XLSX nor ODS"),
        ("funding_tables", "fund.csv", b"Borough,Amount\nCroyden,5\n", "a borough that there is not"),
    ],
)
def test_what_is_put_where_it_belongs_is_checked_with_the_rest(
    folder: str, name: str, content: bytes, rule: str, project_copy: ProjectCopy, capsys: Capture
) -> None:
    (project_copy.raw / folder).mkdir(parents=True)
    (project_copy.raw / folder / name).write_bytes(content)
    assert main(["check"]) == 1
    output = capsys.readouterr().out
    assert f"error: {rule}" in output
    assert f"    {folder}/{name}" in output


EMAIL = "jo.example@example.org"


@pytest.mark.parametrize(
    ("name", "content", "row", "column"),
    [
        ("ledgers/a.csv", LEDGER.replace("Example", EMAIL).replace("31/02", "31/03"), 2, "supplier"),
        ("ledgers/b.csv", LEDGER.replace("31/02/2020", EMAIL), 2, "Payment Date"),  # the value of another problem
        ("contracts/a.json", json.dumps({"releases": [{"ocid": "1", "date": "2019-04-01T00:00:00Z",
         "tender": {"id": 1, "title": f"ask {EMAIL}"}}]}), 1, "title"),
    ],
)  # fmt: skip
def test_personal_data_in_a_published_file_is_refused_and_never_shown(
    name: str, content: str, row: int, column: str, project_copy: ProjectCopy, capsys: Capture
) -> None:
    path = project_copy.raw / name
    path.parent.mkdir()
    path.write_text(content)
    for form in ("text", "csv", "json"):
        assert main(["check", "--format", form]) == 1
        output = capsys.readouterr().out
        assert EMAIL not in output
        assert name in output
    assert main(["check"]) == 1
    assert f"{name}, row {row}, column {column}. " in capsys.readouterr().out


# ---- the same as CSV and JSON


def test_csv_and_json_say_what_the_text_says(project_copy: ProjectCopy, capsys: Capture) -> None:
    for row in range(2, 7):
        project_copy.set_cell("published/awards.csv", row, "theme", f"=victim{row}")
    assert main(["check", "--format", "csv"]) == 1
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert main(["check", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    errors = [row for row in rows if row["level"] == "error"]
    assert [(row["row"], row["column"], row["value"]) for row in errors] == [
        (str(row), "theme", f"'=victim{row}") for row in range(2, 7)
    ]
    (kind,) = [kind for kind in document["kinds"] if kind["level"] == "error"]
    assert (document["errors"], kind["rule"], kind["times"]) == (5, "not one of the known values", 5)
    assert [place["value"] for place in kind["places"]] == [f"=victim{row}" for row in range(2, 7)]
    assert {row["rule"] for row in rows} == {kind["rule"] for kind in document["kinds"]}
    assert document["advice"] == sum(row["level"] == "advice" for row in rows)
