"""How long and how open bidding is.

A day that is published as a month is any day of that month, so the days between two such days are a range. What a round
does not state stays unsaid: a blank is not a nought.
"""

from typing import Any

import pandas as pd
import pytest

from vfm.analysis import bidding
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Status

NOTHING: dict[str, Any] = dict.fromkeys(
    ["competition", "opened", "closed", "decided", "bids", "funded", "asked", "granted", "granted_precision"]
)


def rounds(*stated: dict[str, Any]) -> pd.DataFrame:
    rows = [NOTHING | {"competition": f"Round {n}"} | one for n, one in enumerate(stated, 1)]
    return bidding.rounds_of_competitions(pd.DataFrame(rows))


def one(**stated: Any) -> "pd.Series[Any]":
    return rounds(stated).iloc[0]


DAYS = [
    # opened, closed, days open (fewest, middle, most), working
    ("2023-04-12", "2023-05-22", (40, 40, 40), "18 days of April and 22 of May"),
    ("2017-04", "2018-01", (246, 275.5, 305), "from 30 April to 1 January, or from 1 April to 31 January"),
    ("2024-02", "2024-04-22", (53, 67, 81), "from 29 or 1 February of a leap year"),
    ("2018-05-15", "2018-05-15", (0, 0, 0), "closed on the day"),
    ("2018-05", "2018-05", (0, 15, 30), "both somewhere in May: never less than none"),
    ("2018-05-20", "2018", (0, 112.5, 225), "some day of the year: to 31 December at the most"),
]


@pytest.mark.parametrize(("opened", "closed", "expected", "working"), DAYS)
def test_days_open(opened: str, closed: str, expected: tuple[float, float, float], working: str) -> None:
    got = bidding.days_open(one(opened=opened, closed=closed))
    assert isinstance(got, Estimate)
    exact = got.lower is None
    assert (got.value if exact else got.lower, got.value, got.value if exact else got.upper) == expected, working
    assert exact == (len(opened) == len(closed) == 10)


def test_days_from_closing_to_the_decision() -> None:
    got = bidding.days_to_decision(one(closed="2018-01", decided="2018-02-13"))  # from 31 or 1 January
    assert isinstance(got, Estimate) and (got.lower, got.upper) == (13, 43)


UNSAID = [
    ({"closed": "2018-01-01"}, bidding.days_open, "when it opened is not published"),
    ({"opened": "2018-01-01"}, bidding.days_open, "when it closed is not published"),
    ({"closed": "2018-01-01"}, bidding.days_to_decision, "when it was decided is not published"),
    (
        {"opened": "2018-02-01", "closed": "2018-01-01"},
        bidding.days_open,
        "it is said to be closed before it was opened",
    ),
    ({"funded": 4}, bidding.success, "how many bid is not published"),
    ({"bids": 4}, bidding.success, "how many were funded is not published"),
    ({"bids": 0, "funded": 0}, bidding.success, "nobody bid"),
    ({"granted": 1}, bidding.success_by_money, "what bidders asked for is not published"),
    ({"asked": 1}, bidding.success_by_money, "what was granted is not published"),
    ({"granted": 1}, bidding.mean_award, "how many were funded is not published"),
    ({"granted": 0, "funded": 0}, bidding.mean_award, "nothing was funded"),
    ({"bids": 3}, bidding.mean_asked, "what bidders asked for is not published"),
    ({}, bidding.bids, "how many bid is not published"),
    ({}, bidding.funded, "how many were funded is not published"),
]


@pytest.mark.parametrize(("stated", "measure", "reason"), UNSAID)
def test_what_is_not_stated_cannot_be_said(stated: dict[str, Any], measure: Any, reason: str) -> None:
    assert measure(one(**stated)) == CannotSay(reason)


CALL = {"bids": 70, "funded": 23, "asked": 2_565_515, "granted": 873_925, "granted_precision": "as-published"}


def test_success_and_sizes() -> None:
    row = one(**CALL)
    values = {name: getattr(measure(row), "value", None) for name, measure in bidding.MEASURES.items()}
    assert values["success"] == pytest.approx(0.3286, abs=5e-5)  # 23 / 70
    assert values["success_by_money"] == pytest.approx(0.3406, abs=5e-5)  # 873,925 / 2,565,515
    assert values["mean_award"] == pytest.approx(37_996.74, abs=0.005)  # 873,925 / 23
    assert values["mean_asked"] == pytest.approx(36_650.21, abs=0.005)  # 2,565,515 / 70


def test_counts_are_as_published_and_the_rest_is_derived() -> None:
    statuses = {name: measure(one(**CALL)).status for name, measure in bidding.MEASURES.items()}
    assert statuses["bids"] == statuses["funded"] == Status.PUBLISHED
    assert statuses["success"] == statuses["mean_award"] == Status.DERIVED


def test_a_ceiling_is_a_bound_of_what_rests_on_it() -> None:
    row = one(**CALL | {"granted_precision": "at-most"})
    for measure in (bidding.mean_award, bidding.success_by_money):
        got = measure(row)
        assert isinstance(got, Estimate) and got.direction == Direction.AT_MOST
    got = bidding.success(row)
    assert isinstance(got, Estimate) and got.direction == Direction.EXACT


MANY = rounds(
    {"opened": "2020-01-01", "closed": "2020-01-11", "bids": 10, "funded": 5, "granted": 100.0, "asked": 400.0},
    {"opened": "2020-01-01", "closed": "2020-01-31", "bids": 1, "funded": 1},
    {"opened": "2020-01", "closed": "2020-03-31", "bids": 9, "granted": 50.0},
    {"funded": 3, "granted": 30.0},
)
SUMMARY = [
    ("rounds-count", 4, None, "four rounds"),
    ("bids-known-count", 3, None, "the fourth states no bids"),
    ("single-bid-count", 1, None, "the second"),
    ("single-bid-share", 1 / 3, None, "of the three whose bids are known"),
    ("days-open-median", 30, (30, 30), "10, 30 and 60 to 90 (of a leap year)"),
    ("success-share", 6 / 11, None, "5 + 1 of 10 + 1: the third does not state who was funded"),
    ("success-by-money-share", 0.25, None, "100 of 400"),
    ("mean-award-median", 15, None, "100 / 5 and 30 / 3"),
]


@pytest.mark.parametrize(("name", "value", "limits", "working"), SUMMARY)
def test_rounds_together(name: str, value: float, limits: tuple[float, float] | None, working: str) -> None:
    got = bidding.summary(MANY)[name]
    assert isinstance(got, Estimate)
    assert got.value == pytest.approx(value), working
    assert ((got.lower, got.upper) if limits else (None, None)) == (limits or (got.lower, got.upper)), working


def test_what_no_round_states_cannot_be_said_of_all() -> None:
    got = bidding.summary(MANY)
    assert got["open-call-share"] == CannotSay("no round found states whether anyone could bid")
    assert got["days-to-decision-median"] == CannotSay(
        "no round found states both when it closed and when it was decided"
    )
    none = bidding.summary(MANY.iloc[:0])
    assert none["rounds-count"] == Estimate(0, method="count of the rounds found")
    assert none["single-bid-count"] == none["single-bid-share"] == CannotSay("no round found states how many bid")
    assert none["success-share"] == CannotSay("no round found states both how many were funded and how many bid")


def test_what_the_record_cannot_say_is_counted() -> None:
    got = bidding.known(MANY).set_index("field")
    assert got["stated"].to_dict() == {
        "day it opened": 3,
        "day it closed": 3,
        "day it was decided": 0,
        "bids received": 3,
        "bids funded": 3,
        "pounds asked for": 1,
        "pounds granted": 3,
        "whether anyone could bid": 0,
    }
    assert (got["stated"] + got["not_stated"] == 4).all() and got.loc["bids received", "share_stated"] == 0.75
    assert bidding.known(MANY.iloc[:0])["share_stated"].isna().all()


def test_a_table_of_every_measure_says_why_it_has_none() -> None:
    got = bidding.measured(MANY)
    assert got["success"].tolist()[:2] == [0.5, 1.0] and got["success"].isna().tolist() == [False, False, True, True]
    assert got["success_reason"].tolist() == [
        "",
        "",
        "how many were funded is not published",
        "how many bid is not published",
    ]
    assert got["days_open_lower"].tolist()[:3] == [10, 30, 60] and got["days_open_upper"].tolist()[:3] == [10, 30, 90]
    assert got["days_open_lower"].isna().tolist() == [False, False, False, True]
    assert bidding.measured(MANY.iloc[:0]).empty


def test_the_measures_stay_with_their_rounds_however_these_are_indexed() -> None:
    held = MANY.set_index("round", drop=False)
    pd.testing.assert_frame_equal(bidding.measured(held).reset_index(drop=True), bidding.measured(MANY))


def test_a_round_is_found_by_its_name_or_the_nearest_is_told() -> None:
    assert bidding.round_named(MANY, "Round 2")["bids"] == 1
    with pytest.raises(UsageError, match=r'No bidding round is called "Round 22"\. Did you mean "?Round 2'):
        bidding.round_named(MANY, "Round 22")
    with pytest.raises(UsageError, match="More than one bidding round"):
        bidding.round_named(pd.concat([MANY, MANY]), "Round 2")


def test_summaries_stand_side_by_side() -> None:
    got = bidding.side_by_side({"ours": bidding.summary(MANY), "none": bidding.summary(MANY.iloc[:0])})
    assert got["measure"].tolist() == list(bidding.summary(MANY))
    row = got.set_index("measure").loc["single-bid-count"]
    assert row["ours"] == 1 and pd.isna(row["none"])
