"""Problems in three forms: text for a person, CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

from vfm.vocabulary.errors import Problem
from vfm.vocabulary.listing import as_csv, as_json, as_text, times


def wrong(row: int, **more: int) -> Problem:
    return Problem("a.csv", "wrong", "Mend it.", row, "x", f"v{row}", **more)


FOUR = [wrong(2), wrong(3), wrong(4), wrong(5)]


def test_three_places_are_named_and_the_rest_counted() -> None:
    assert as_text(FOUR) == (
        "error: wrong (4)\n"
        '    a.csv, row 2, column x: "v2". Mend it.\n'
        '    a.csv, row 3, column x: "v3". Mend it.\n'
        '    a.csv, row 4, column x: "v4". Mend it.\n'
        "    and 1 more\n"
    )


def test_places_that_have_no_problem_of_their_own_are_counted() -> None:
    assert times([wrong(2), wrong(3, more=1_000_000)]) == 1_000_002
    text = as_text([wrong(2), wrong(3, more=1_000_000)])
    assert text.startswith("error: wrong (1,000,002)\n")
    assert text.endswith("    and 1,000,000 more\n")


def test_errors_stand_before_advice() -> None:
    advice = Problem("a.csv", "odd", "Look.", advice=True)
    assert as_text([advice, wrong(2)]).startswith("error: wrong\n")
    assert as_text([advice, wrong(2)]).endswith("advice: odd\n    a.csv. Look.\n")


def test_nothing_is_nothing() -> None:
    assert as_text([]) == ""
    assert as_csv([]) == "level,rule,file,sheet,row,column,value,mend,more\n"
    assert json.loads(as_json([])) == {"errors": 0, "advice": 0, "kinds": []}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|x", "'+cmd|x"),
        ("-5", "-5"),
        ("+1,250.50", "+1,250.50"),
        ("a=1", "a=1"),
    ],
)
def test_no_cell_is_taken_for_a_formula(value: str, cell: str) -> None:
    (row,) = csv.DictReader(StringIO(as_csv([Problem("a.csv", "wrong", "Mend it.", value=value)])))
    assert row["value"] == cell


def test_a_name_that_is_no_text_can_be_written() -> None:
    named = Problem("caf\udce9.csv", "wrong", "Mend it.")
    assert json.loads(as_json([named]))["kinds"][0]["places"][0]["file"] == "caf\udce9.csv"
