"""How problems are pointed at, names are suggested, and each error ends the command."""

from __future__ import annotations

import pytest

from vfm.vocabulary.errors import DataError, Problem, RunError, UsageError, nearest, shown, suggestion

BOROUGHS = ["Camden", "Croydon", "Hammersmith and Fulham"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Croyden", "Croydon"),
        ("CROYDON", "Croydon"),
        ("Hammersmith & Fulham", "Hammersmith and Fulham"),
        ("Paris", None),
        ("", None),
        ("C" * 100_000, None),
    ],
)
def test_the_nearest_known_name_is_suggested(name: str, near: str | None) -> None:
    assert nearest(name, BOROUGHS) == near
    assert suggestion(name, BOROUGHS) == (f' Did you mean "{near}"?' if near else "")


def test_nothing_known_suggests_nothing() -> None:
    assert suggestion("Croydon", []) == ""


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (None, None, "awards.csv"),
        (12, None, "awards.csv, row 12"),
        (12, "amount_gbp", "awards.csv, row 12, column amount_gbp"),
        (None, "amount_gbp", "awards.csv, column amount_gbp"),
    ],
)
def test_a_problem_points_as_a_person_would(row: int | None, column: str | None, place: str) -> None:
    assert Problem("awards.csv", "rule", "mend", row=row, column=column).place == place


def test_what_came_in_cannot_upset_the_terminal() -> None:
    assert Problem("a\x1b[2J.csv", "rule", "mend").place == r"a\x1b[2J.csv"
    assert shown("one\ntwo\u202e\udcff") == r"one\ntwo\u202e\udcff"
    assert shown("Croydon's £5 – naïve") == "Croydon's £5 – naïve"


def test_a_long_value_is_cut_to_sixty_characters() -> None:
    assert shown("x" * 60) == "x" * 60
    assert shown("x" * 61) == "x" * 57 + "..."
    assert len(Problem("f.csv", "rule", "mend", column="y" * 5000).place) == len("f.csv, column ") + 60


def test_an_error_ends_the_command_by_who_can_mend_it() -> None:
    assert (DataError.exit_status, UsageError.exit_status, RunError.exit_status) == (1, 2, 3)
