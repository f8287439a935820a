"""No text of a release runs as a formula in a spreadsheet, and no number is touched."""

from __future__ import annotations

import csv
from dataclasses import fields, replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from document_kit import number, small
from vfm.data import people, said
from vfm.release import revisions
from vfm.report import figures
from vfm.vocabulary.formula_guard import STARTS, guarded, unguarded

FORMULAS = [
    "=1+2",
    '=HYPERLINK("http://example.org","press")',
    "+44 20 7946 0000",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+2",
    "\r=1+2",
    "\n=1+2",
    "＝1+2",
    "-",
    "'=already",
]
PLAIN = [
    "",
    "London Gang Exit",
    "-5.2",
    "+3",
    "1,234",
    "-1,234.5",
    "1e-05",
    "− £5",
    "– cannot say",
    "'twas",
    "2019-20-Q4",
    "[x]",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_run_is_preceded_by_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_any_other_text_and_a_number_written_as_text_are_as_they_were(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


@given(st.text(alphabet=st.sampled_from([*"=+-@\t\r\n＝＋－＠'1a,.é "])))
def test_the_guard_comes_off_exactly_and_nothing_guarded_begins_as_a_formula(text: str) -> None:
    held = guarded(text)
    assert unguarded(held) == text
    assert held == text or held[0] == "'"
    assert held[:1] not in {*STARTS.replace("\\", "")} or held.lstrip("+-")[:1].isdigit()


def test_csv_files_of_a_release_are_guarded_and_read_back_as_they_were(tmp_path: Path) -> None:
    release = small(tmp_path)
    names = [text for text in FORMULAS if not set(text) & set("\r\n")]
    release.table([(name, -1_000.5, -0.25) for name in names])
    text = (tmp_path / "tables" / "services.csv").read_text(encoding="utf-8")
    for row, name in zip(csv.DictReader(StringIO(text)), names, strict=True):
        assert row == {"name": f"'{name}", "pounds": "-1000.5", "share": "-0.25"}
    shown = figures.read_one(tmp_path / "tables" / "services.json")
    assert list(figures.read_data(tmp_path / "tables" / "services.csv", shown)["name"]) == names


def test_numbers_csv_is_guarded_and_its_numbers_are_not() -> None:
    one = replace(number(), value=-2.5, lower=-3.0, upper=-2.0, title="=1+2", source="@here")
    (row,) = csv.DictReader(StringIO(figures.numbers_csv([one])))
    assert (row["value"], row["lower"], row["upper"]) == ("-2.5", "-3", "-2")
    assert (row["title"], row["source"]) == ("'=1+2", "'@here")


def test_the_log_is_guarded() -> None:
    frame = pd.DataFrame({"what": ["=1+2"], "rows": [-8], "pounds": [-243.5]})
    assert figures.as_csv(frame) == "what,rows,pounds\n'=1+2,-8,-243.5\n"


def test_what_a_release_keeps_of_its_cells_is_guarded_and_read_back_as_it_was(tmp_path: Path) -> None:
    cell = people.Cell("=1+2", "achieved", "@service", "theme", "E09000001", "2019-20-Q4")
    one = said.Said("a-figure", cell, "count", "", "5")
    (tmp_path / "one.csv").write_text(said.as_csv([one]), encoding="utf-8")
    assert "'=1+2," in (tmp_path / "one.csv").read_text(encoding="utf-8")
    assert said.read(tmp_path / "one.csv") == [one]


def test_the_list_of_revisions_is_guarded_and_read_back_as_it_was(tmp_path: Path) -> None:
    names = [field.name for field in fields(revisions.Revision)]
    one = revisions.Revision(**dict.fromkeys(names, "plain") | {"title": "=1+2", "before": "-5", "after": "@SUM(A1)"})
    revisions._write(tmp_path, [one])
    assert "'=1+2," in (tmp_path / revisions.FILE).read_text(encoding="utf-8")
    assert ",-5,'@SUM(A1)," in (tmp_path / revisions.FILE).read_text(encoding="utf-8")
    assert revisions.read(tmp_path) == [one]
