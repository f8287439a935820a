"""What providers send back: the template they get, and the tables that their returns become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook

from project_copies import ProjectCopy
from vfm.cli import main
from vfm.data.build import build
from vfm.data.project import Project
from vfm.data.quarter import QuarterData
from vfm.data.returns import RETURN
from vfm.release import manifest
from vfm.vocabulary.periods import Quarter

QUARTER = Quarter.parse("2019-20-Q4")
NAME = "vfm-return-2019-20-Q4-london-gang-exit.xlsx"
ROWS = {
    "Spend": [["London Gang Exit", "London", "actual", 1250.5], ["London Gang Exit", "Croydon", "actual", 99]],
    "Outputs": [["London Gang Exit", "Croydon", "People engaged", 12]],
    "Outcomes": [["London Gang Exit", "London", "Lower risk", 5, 8]],
}


@pytest.fixture
def template(project_copy: ProjectCopy, tmp_path: Path) -> Path:
    """The template of one service, as the command writes it."""
    assert main(["template", str(QUARTER), "--service", "london-gang-exit", "--to", str(tmp_path)]) == 0
    return tmp_path / NAME


def send(project: ProjectCopy, template: Path, rows: dict[str, list[list[Any]]], name: str = NAME) -> None:
    """Fill a template in, and put it where returns come in."""
    book = openpyxl.load_workbook(template)
    for sheet, cells in rows.items():
        for row in cells:
            book[sheet].append(row)
    folder = project.raw / "returns" / str(QUARTER)
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / name)


def data(project: ProjectCopy) -> QuarterData:
    return QuarterData(Project(project.root), QUARTER)


def test_a_template_has_the_sheets_and_columns_that_a_return_needs(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["Read me", *RETURN, "Lists"]
    for name, schema in RETURN.items():
        assert [cell.value for cell in book[name][1]] == list(schema.columns)
    assert book["Read me"]["A1"].value == "Monitoring return: London Gang Exit, January to March 2020 (2019-20-Q4)"


def test_every_column_of_a_template_is_checked_where_it_is_filled_in(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in book["Lists"].columns}
    assert lists["service"] == ["London Gang Exit"]
    assert len(lists["area"]) == 34  # 32 boroughs, the City, and London
    assert "People engaged" in lists["Outputs"]
    assert "People engaged" not in lists["Outcomes"]
    for name, schema in RETURN.items():
        rules = {str(rule.sqref).split(":")[0][0]: rule for rule in book[name].data_validations.dataValidation}
        assert len(rules) == len(schema.columns)
        for rule in rules.values():
            assert not rule.formula1.startswith("=")  # a workbook holds formulas without the sign
            if rule.type == "list":
                letter, last = rule.formula1.split("$")[1], rule.formula1.split("$")[-1]
                assert int(last) == len([cell for cell in book["Lists"][letter] if cell.value])


def test_a_template_says_what_each_measure_counts(template: Path) -> None:
    said = {cell.value for row in openpyxl.load_workbook(template)["Read me"] for cell in row}
    assert "People who took part in support at least once in the quarter, counted once each quarter." in said


def test_an_unknown_service_has_no_template(project_copy: ProjectCopy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", str(QUARTER), "--service", "london-gang-exot"]) == 2
    assert 'Did you mean "london-gang-exit"?' in capsys.readouterr().err


def test_a_template_goes_where_one_can_write(project_copy: ProjectCopy, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(project_copy.root / "nowhere")
    assert main(["template", str(QUARTER), "--service", "london-gang-exit", "--to", nowhere]) == 2
    assert "Name another folder with --to." in capsys.readouterr().err


def test_a_filled_template_becomes_rows_of_the_tables(project_copy: ProjectCopy, template: Path) -> None:
    send(project_copy, template, ROWS)
    tables = data(project_copy)
    spend = tables.spend.set_index("gss_code")
    assert spend["amount"].to_dict() == {"E12000007": 1250.5, "E09000008": 99.0}  # London, and Croydon
    assert set(spend["service_id"]) == {"london-gang-exit"}
    assert set(spend["quarter"]) == {"2019-20-Q4"}
    assert set(spend["source"]) == {f"returns/2019-20-Q4/{NAME}"}
    assert spend.loc["E09000008", "raw_row"] == 3
    assert tables.outputs[["measure_id", "count"]].to_numpy().tolist() == [["people-engaged", 12]]
    assert tables.outcomes[["measure_id", "achieved", "assessed"]].to_numpy().tolist() == [["risk-lower", 5, 8]]


def test_without_returns_the_tables_are_there_and_empty(project_copy: ProjectCopy) -> None:
    tables = data(project_copy)
    assert [len(tables.spend), len(tables.outputs), len(tables.outcomes)] == [0, 0, 0]
    assert pd.api.types.is_float_dtype(tables.spend["amount"])


def test_a_template_sent_back_empty_reports_nothing(project_copy: ProjectCopy, template: Path) -> None:
    send(project_copy, template, {})
    assert main(["check"]) == 0
    assert data(project_copy).spend.empty


def test_a_new_return_makes_the_tables_out_of_date(project_copy: ProjectCopy, template: Path) -> None:
    assert data(project_copy).spend.empty
    send(project_copy, template, ROWS)
    assert len(data(project_copy).spend) == 2


def test_a_return_is_listed_with_what_came_in(project_copy: ProjectCopy, template: Path) -> None:
    send(project_copy, template, ROWS)
    received = data(project_copy).received.set_index("file")
    assert received.loc[f"returns/2019-20-Q4/{NAME}", "rows"] == 4
    inputs = manifest.describe(Project(project_copy.root), QUARTER, [])["inputs"]
    assert inputs[f"data/raw/returns/2019-20-Q4/{NAME}"] == received.loc[f"returns/2019-20-Q4/{NAME}", "sha256"]


def test_what_is_returned_has_the_status_of_its_catalogue(project_copy: ProjectCopy, template: Path) -> None:
    send(project_copy, template, ROWS)
    with project_copy.catalogue() as package:
        package["status"] = "illustrative"
    assert set(data(project_copy).spend["status"]) == {"illustrative"}


def test_one_bad_return_does_not_hide_what_is_wrong_with_another(
    project_copy: ProjectCopy, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send(project_copy, template, {"Outputs": [["London Gang Exit", "Croyden", "People engaged", 12]]}, "a.xlsx")
    send(project_copy, template, {"Outputs": [["London Gang Exit", "Camdem", "People engaged", 12]]}, "b.xlsx")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "error: an unknown area (2)" in said
    assert 'Did you mean "Croydon"?' in said
    assert 'Did you mean "Camden"?' in said


def test_a_return_of_another_shape_is_known_by_its_columns(project_copy: ProjectCopy) -> None:
    book = Workbook()
    book.active.title = "Sheet1"
    for row in [["service", "area", "measure", "count"], *ROWS["Outputs"]]:
        book.active.append(row)
    folder = project_copy.raw / "returns" / str(QUARTER)
    folder.mkdir(parents=True)
    book.save(folder / "ours.xlsx")
    build(Project(project_copy.root), QUARTER)
    assert len(data(project_copy).outputs) == 1


def test_a_return_may_be_a_csv_file_of_one_part(project_copy: ProjectCopy) -> None:
    folder = project_copy.raw / "returns" / str(QUARTER)
    folder.mkdir(parents=True)
    text = "service,area,basis,amount\nLondon Gang Exit,Croydon,actual,99.50\n"
    (folder / "spend.csv").write_bytes(text.encode("utf-8-sig"))
    assert data(project_copy).spend[["gss_code", "amount"]].to_numpy().tolist() == [["E09000008", 99.5]]


def test_a_return_is_corrected_by_the_register_and_stays_as_it_was_sent(
    project_copy: ProjectCopy, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send(project_copy, template, {"Outputs": [["London Gang Exit", "Croyden", "People engaged", 12]]})
    assert main(["check"]) == 1
    sent = (project_copy.raw / "returns" / str(QUARTER) / NAME).read_bytes()
    line = f"returns/{QUARTER}/{NAME},Outputs,2,area,Croyden,Croydon,a slip,performance analyst,2026-11-23\n"
    project_copy.change("corrections.csv", lambda text: text + line)
    assert data(project_copy).outputs["gss_code"].tolist() == ["E09000008"]
    assert (project_copy.raw / "returns" / str(QUARTER) / NAME).read_bytes() == sent


def test_a_hostile_return_is_told_and_the_others_are_still_checked(
    project_copy: ProjectCopy, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send(project_copy, template, {"Outputs": [["London Gang Exit", "Croyden", "People engaged", 12]]}, "b.xlsx")
    (project_copy.raw / "returns" / str(QUARTER) / "a.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "returns/2019-20-Q4/a.xlsx" in said
    assert 'Did you mean "Croydon"?' in said


def test_personal_data_in_a_return_is_refused_and_never_repeated(
    project_copy: ProjectCopy, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "example.person@example.org"
    send(project_copy, template, {"Outputs": [["London Gang Exit", "Camden", address, 12]]})
    assert main(["check"]) == 1
    said = capsys.readouterr()
    assert f"returns/2019-20-Q4/{NAME}, sheet Outputs, row 2" in said.out
    assert "email" in said.out
    assert "example.person" not in said.out + said.err
    assert "an unknown measure" not in said.out
