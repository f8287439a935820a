"""What a return may say and is still asked about."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from vfm.data.plausibility import plausibility
from vfm.vocabulary.errors import Problem

NOW, BEFORE = "2019-20-Q4", "2019-20-Q3"
SHEETS = {"amount": "Spend", "count": "Outputs", "achieved": "Outcomes"}


def returned(rows: list[tuple[Any, ...]], what: str, *values: str) -> pd.DataFrame:
    """Rows of (quarter, area, what, value, ...) as a return has them, all of one service."""
    frame = pd.DataFrame(rows, columns=["quarter", "area", what, *values])
    file = "returns/" + frame["quarter"].astype(str) + "/a.xlsx"
    return frame.assign(
        service="Example", status="published", file=file, sheet=SHEETS[values[0]], raw_row=range(2, len(frame) + 2)
    )


def advice(
    spend: list[tuple[Any, ...]] = (),  # type: ignore[assignment]
    outputs: list[tuple[Any, ...]] = (),  # type: ignore[assignment]
    awards: list[tuple[Any, ...]] = (),  # type: ignore[assignment]
) -> list[Problem]:
    tables = {
        "returned_spend": returned(list(spend), "basis", "amount"),
        "returned_outputs": returned(list(outputs), "measure", "count"),
        "returned_outcomes": returned([], "measure", "achieved", "assessed"),
        "awards": pd.DataFrame(list(awards), columns=["service", "role", "amount_gbp"]),
    }
    return list(plausibility(tables))


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [
        (3, 30, True),  # ten times
        (3, 29, False),
        (30, 3, True),  # a tenth
        (30, 4, False),
        (0, 10, True),  # from nothing to ten
        (0, 9, False),  # too small to tell from chance
        (20, 20, False),
    ],
)
def test_ten_times_the_quarter_before_is_asked_about(before: int, now: int, asked: bool) -> None:
    found = advice(outputs=[(BEFORE, "Camden", "People engaged", before), (NOW, "Camden", "People engaged", now)])
    assert [problem.rule for problem in found] == ["ten times the quarter before, or a tenth of it"] * asked
    if asked:
        assert found[0].place == "returns/2019-20-Q4/a.xlsx, sheet Outputs, row 3, column count"
        assert found[0].mend.startswith(f"It was {before} in the quarter before.")
        assert found[0].advice


def test_a_jump_is_held_against_the_same_area_measure_and_the_very_quarter_before() -> None:
    rows = [("2019-20-Q2", "Camden", "People engaged", 1), (BEFORE, "Barnet", "People engaged", 1)]
    rows += [(BEFORE, "Camden", "Sessions held", 1), (NOW, "Camden", "People engaged", 50)]
    assert advice(outputs=rows) == []


def test_quarters_follow_over_the_end_of_a_year() -> None:
    rows = [("2018-19-Q4", "Camden", "People engaged", 1), ("2019-20-Q1", "Camden", "People engaged", 50)]
    assert len(advice(outputs=rows)) == 1


@pytest.mark.parametrize(("numbers", "asked"), [([5, 6, 7, 8], True), ([5, 6, 7], False)])
def test_a_quarter_copied_from_the_one_before_is_asked_about(numbers: list[int], asked: bool) -> None:
    areas = ["Barnet", "Brent", "Camden", "Ealing"]
    rows = [(q, area, "People engaged", n) for q in (BEFORE, NOW) for area, n in zip(areas, numbers, strict=False)]
    assert [problem.rule for problem in advice(outputs=rows)] == ["the quarter before, copied"] * asked


def test_one_number_that_moved_is_no_copy() -> None:
    areas = ["Barnet", "Brent", "Camden", "Ealing", "Enfield"]
    rows = [(BEFORE, area, "People engaged", 5) for area in areas]
    rows += [(NOW, area, "People engaged", 5 + (area == "Brent")) for area in areas]
    assert advice(outputs=rows) == []


@pytest.mark.parametrize(("areas", "number", "asked"), [(4, 25, True), (3, 25, False), (4, 9, False)])
def test_the_same_number_in_many_areas_is_asked_about(areas: int, number: int, asked: bool) -> None:
    names = ["Barnet", "Brent", "Camden", "Ealing"][:areas]
    found = advice(outputs=[(NOW, area, "People engaged", number) for area in names])
    assert [problem.rule for problem in found] == ["the same number in many areas"] * asked


AWARDS = [("Example", "component", 1000.0), ("Example", "envelope", 9000.0)]


@pytest.mark.parametrize(
    ("spend", "awards", "asked"),
    [
        ([600.0, 500.0], AWARDS, True),  # £1,100 of £1,000: an envelope is no more money
        ([600.0, 400.0], AWARDS, False),
        ([1100.0], [*AWARDS, ("Example", "component", None)], False),  # an award without an amount: cannot say
        ([1100.0], [("Another", "component", 1.0)], False),
    ],
)
def test_more_spent_than_was_awarded_is_asked_about(spend: list[float], awards: list[Any], asked: bool) -> None:
    quarters = [BEFORE, NOW]
    rows = [(quarter, "London", "actual", pounds) for quarter, pounds in zip(quarters, spend, strict=False)]
    found = advice(spend=rows, awards=awards)
    assert [problem.rule for problem in found] == ["more spent than was awarded"] * asked
    if asked:
        assert "Its awards hold £1,000 and its returns report £1,100 in all." in found[0].mend


def test_what_was_planned_is_not_held_against_the_awards() -> None:
    assert advice(spend=[(NOW, "London", "budget", 5000.0)], awards=AWARDS) == []
