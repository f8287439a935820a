"""Sums that must hold and counts that may not fall, each on tables small enough to add up by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from vfm.data import arithmetic
from vfm.data.arithmetic import counts_so_far, is_rounding
from vfm.vocabulary.errors import Problem

TWICE, ROUNDED = "the source states it twice with different values", "the source states it twice, differently rounded"


def told(problems: list[Problem]) -> list[tuple[int | None, str | None, str, bool]]:
    return [(one.row, one.column, one.rule, one.advice) for one in problems]


def text(*columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """A table as it is read, its rows numbered from 2."""
    return pd.DataFrame(rows, columns=list(columns), index=range(2, 2 + len(rows)), dtype="string")


# ---- rounding


@pytest.mark.parametrize(
    ("one", "other", "rounded_to", "expected", "working"),
    [
        (7_539_034, 7_539_033, 0, True, "1 in 7,539,034 is less than one in a million"),
        (21_939_808.88, 21_939_808.84, 0, True, "4 pence in £21.9m"),
        (246_700, 264_700, 0, False, "£18,000"),
        (1_300_000, 1_200_000, 0, False, "£100,000"),
        (1_300_000, 1_200_000, 200_000, True, "each to £100,000, so each off by £50,000 at most: 1.25m may be both"),
        (17_400_000, 17_200_000, 300_000, False, "three numbers to £100,000 explain £150,000 and not £200,000"),
        (100, 101, 0, False, "one in a hundred"),
        (5, 5, 0, True, "the same"),
    ],
)
def test_what_rounding_explains(one: float, other: float, rounded_to: float, expected: bool, working: str) -> None:
    assert is_rounding(one, other, rounded_to) is expected, working
    assert is_rounding(other, one, rounded_to) is expected, working


# ---- stated twice


def twice(*rows: tuple[str, str, str, str]) -> list[Problem]:
    return list(
        arithmetic._stated_twice(text("decision_ref", "what", "value", "stated_where", rows=list(rows)), "s.csv")
    )


def test_a_value_that_a_source_states_in_two_ways_is_advice() -> None:
    (found,) = twice(
        ("P1", "P1, grant", "246700", "one place"),
        ("P1", "P1, grant", "264700", "another"),
        ("P2", "P2, grant", "5", "one"),
        ("P2", "P2, grant", "5", "two"),
        ("P1", "P1, length", "10", "title"),
    )
    assert told([found]) == [(2, "value", TWICE, True)]
    assert found.mend.startswith("P1, grant: 246700 (one place) and 264700 (another). Two digits stand the other way")


def test_a_difference_of_rounding_is_told_apart() -> None:
    found = twice(("P1", "total", "7539034", "stated"), ("P1", "total", "7539033", "sum of its parts"))
    assert told(found) == [(2, "value", ROUNDED, True)]


def test_two_decisions_that_state_one_thing_are_both_named() -> None:
    (found,) = twice(("P1", "the service", "1300000", "decision"), ("M2", "the service", "1200000", "answer"))
    assert found.mend.startswith("the service: 1300000 (P1, decision) and 1200000 (M2, answer). The inconsistency")


@pytest.mark.parametrize(
    ("one", "other", "swapped"),
    [
        ("246700", "264700", True),
        ("12", "21", True),
        ("1750000", "1175000", False),  # three digits differ
        ("246700", "247600", True),
        ("123", "132x", False),
        ("2026-03", "2025-03", False),
        ("10", "8", False),
    ],
)
def test_swapped_digits_are_seen(one: str, other: str, swapped: bool) -> None:
    assert ("Two digits" in arithmetic._swapped(one, other)) is swapped


# ---- sums

AWARDS = text("award_id", "amount_gbp", rows=[("A1", "100"), ("A2", "60"), ("A3", "40"), ("A4", "41"), ("A5", pd.NA)])
ALLOCATIONS = text("gss_code", "fund", "period", "amount_gbp", rows=[("E1", "fund", "2017/18", "60")])
STATED = text("decision_ref", "what", "value", "stated_where", rows=[("P1", "total", "100", "title")])


def sums(*members: tuple[str, str, str], rounded_to: float | None = None) -> list[Problem]:
    table = text("member", "table", "row_key", rows=list(members))
    table = table.assign(
        sum_id="a-sum", rounded_to=pd.Series(rounded_to, index=table.index, dtype="float64"), reason="X"
    )
    return list(arithmetic._sums(table, AWARDS, ALLOCATIONS, STATED, "sums.csv", "a", "b", "s"))


def award(member: str, key: str) -> tuple[str, str, str]:
    return member, "awards", key


def test_parts_that_sum_to_their_total_are_right() -> None:
    assert sums(award("whole", "A1"), award("part", "A2"), award("part", "A3")) == []
    across = [("whole", "stated_values", "P1|total|title"), ("part", "borough_allocations", "E1|fund|2017/18")]
    assert sums(*across, award("part", "A3")) == []


def test_parts_that_do_not_sum_are_the_source_s_inconsistency() -> None:
    (found,) = sums(award("whole", "A1"), award("part", "A2"), award("part", "A4"))
    assert told([found]) == [(2, "row_key", "parts that do not sum to their total", True)]
    assert found.mend.startswith("X: 2 parts sum to £101 and £100 is stated. The inconsistency is the source's")


def test_rounding_of_the_members_is_told_apart() -> None:
    """Three numbers to the pound may be off by 50p each, and so by £1.50 together."""
    found = sums(award("whole", "A1"), award("part", "A2"), award("part", "A4"), rounded_to=1)
    assert told(found) == [(2, "row_key", "parts that sum to their total but for rounding", True)]


def test_an_envelope_may_hold_more_than_its_parts_and_not_less() -> None:
    assert sums(award("ceiling", "A1"), award("part", "A2")) == []
    found = sums(award("ceiling", "A2"), award("part", "A1"))
    assert told(found) == [(2, "row_key", "parts that exceed their envelope", True)]


@pytest.mark.parametrize(
    ("members", "row", "column", "rule"),
    [
        ([award("whole", "A1"), award("part", "A22")], 3, "row_key", "a sum of a row that is not there"),
        ([award("whole", "A1")], 2, "member", "a sum without its total or its parts"),
        ([award("part", "A1"), award("part", "A2")], 2, "member", "a sum without its total or its parts"),
        ([award("whole", "A1"), award("ceiling", "A2"), award("part", "A3")], 2, "member",
         "a sum without its total or its parts"),
        ([award("whole", "A1"), award("part", "A5")], 2, "row_key", "a sum of a row without an amount"),
    ],
)  # fmt: skip
def test_a_sum_that_cannot_be_asked_is_an_error(
    members: list[tuple[str, str, str]], row: int, column: str, rule: str
) -> None:
    assert told(sums(*members)) == [(row, column, rule, False)]


# ---- counts so far

FALLS = "a count so far that falls"


def published(*rows: tuple[str, str, float, str], denominator: object = pd.NA) -> list[Problem]:
    table = text("period_start", "period_end", "value", "precision", rows=[(a, b, str(c), d) for a, b, c, d in rows])
    table = table.assign(service="S", measure="people", kind="output", denominator=denominator)
    return list(arithmetic._published_counts(table.astype({"value": "float64"}), "r.csv"))


def test_a_published_count_from_one_start_does_not_fall() -> None:
    fallen = published(("2018", "2019", 20, "as-published"), ("2018", "2020", 15, "as-published"))
    assert told(fallen) == [(3, "value", FALLS, True)]
    assert fallen[0].value == "15"
    assert published(("2018", "2019", 20, "as-published"), ("2018", "2020", 20, "as-published")) == []
    assert published(("2018", "2019", 20, "as-published"), ("2019", "2020", 15, "as-published")) == []


def test_a_plan_a_share_and_what_is_at_least_prove_no_fall() -> None:
    assert published(("2018", "2019", 20, "plan"), ("2018", "2020", 15, "as-published")) == []
    assert published(("2018", "2019", 20, "as-published"), ("2018", "2020", 15, "at-least")) == []
    assert published(("2018", "2019", 2, "as-published"), ("2018", "2020", 1, "as-published"), denominator="all") == []


INDICATORS = text("name", "counted", rows=[("So far", "year so far"), ("Engaged", "in the quarter")])


def so_far(measure: str, *counts: tuple[str, int]) -> list[Problem]:
    rows = [("S", "Croydon", measure, count, quarter, f"{quarter}.xlsx", "Outputs", 2) for quarter, count in counts]
    table = pd.DataFrame(rows, columns=["service", "area", "measure", "count", "quarter", "file", "sheet", "raw_row"])
    return list(counts_so_far(table, INDICATORS))


def test_a_count_of_the_year_so_far_does_not_fall_within_a_year() -> None:
    (found,) = so_far("So far", ("2019-20-Q4", 9), ("2019-20-Q3", 12))
    assert told([found]) == [(2, "count", "a count of the year so far that falls", False)]
    assert (found.file, found.value) == ("2019-20-Q4.xlsx", "9")
    assert found.mend == "It was 12 in 2019-20-Q3 (2019-20-Q3.xlsx): correct one of the two."


def test_a_new_year_and_a_count_of_the_quarter_may_fall() -> None:
    assert so_far("So far", ("2018-19-Q4", 12), ("2019-20-Q1", 3)) == []
    assert so_far("So far", ("2019-20-Q3", 12), ("2019-20-Q4", 12)) == []
    assert so_far("Engaged", ("2019-20-Q3", 12), ("2019-20-Q4", 9)) == []
