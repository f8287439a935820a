"""Bidding in the shipped rounds, and the scenario of its cost, from the project's own tables."""

from typing import Any

import pandas as pd
import pytest

from vfm.analysis import bidding, burden
from vfm.data.quarter import QuarterData
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Status

CALL_4, CO_COMMISSIONING = "Shared Endeavour Fund call 4", "LCPF co-commissioning tranche 1"


@pytest.fixture(scope="module")
def rounds(tables: QuarterData) -> pd.DataFrame:
    return bidding.rounds_of_competitions(tables.competitions).set_index("round", drop=False)


def value(row: "pd.Series[Any]", measure: str) -> float | None:
    return getattr(bidding.MEASURES[measure](row), "value", None)


def test_shared_endeavour_call_4(rounds: pd.DataFrame) -> None:
    row = rounds.loc[CALL_4]
    assert [value(row, name) for name in ("bids", "funded", "days_open")] == [70, 23, 40]
    assert value(row, "success") == pytest.approx(0.329, abs=0.0005)
    assert value(row, "success_by_money") == pytest.approx(0.341, abs=0.0005)
    assert bidding.days_to_decision(row) == CannotSay("when it was decided is not published")


def test_the_co_commissioning_round_of_april_2017_to_january_2018(rounds: pd.DataFrame) -> None:
    got = bidding.days_open(rounds.loc[CO_COMMISSIONING])
    assert isinstance(got, Estimate) and (got.lower, got.upper) == (246, 305)
    mean = bidding.mean_award(rounds.loc[CO_COMMISSIONING])
    assert isinstance(mean, Estimate) and (mean.value, mean.direction) == (2_500_000, Direction.AT_MOST)
    assert isinstance(bidding.success(rounds.loc[CO_COMMISSIONING]), CannotSay)


def test_most_rounds_do_not_publish_how_many_bid(rounds: pd.DataFrame) -> None:
    known = bidding.known(rounds).set_index("field")["stated"]
    assert (len(rounds), known["bids received"], known["pounds asked for"], known["whether anyone could bid"]) == (
        10,
        4,
        1,
        0,
    )


def test_the_form_has_78_fields(tables: QuarterData) -> None:
    assert burden.Form.of(tables.application_form) == burden.Form(fields=78, always_shown=26, mandatory=75)


def test_the_cost_of_call_4_is_a_scenario_on_recorded_assumptions(tables: QuarterData, rounds: pd.DataFrame) -> None:
    got = burden.cost_per_pound(rounds.loc[CALL_4], tables.assumptions)
    assert isinstance(got, Estimate) and got.status is Status.SCENARIO
    # 70 x 15 x £20.20, 70 x 7.5 x £16 and 70 x 60 x £32, each over £873,925
    expected = (2_121_000 / 873_925, 840_000 / 873_925, 13_440_000 / 873_925)
    assert (got.value, got.lower, got.upper) == pytest.approx(expected)


def test_the_hours_of_small_grants_are_not_put_on_councils_bids(tables: QuarterData, rounds: pd.DataFrame) -> None:
    costs = burden.costs(rounds, tables.assumptions).set_index("round")
    assert costs["cost"].notna().to_dict() == {
        "Home Office perpetrator fund 2021/22": False,
        "MPS engagement and prevention grants 2019/20": True,
        "Safer Streets round 2": False,
        CALL_4: True,
    }


def test_every_assumption_has_its_range_its_source_and_its_day(tables: QuarterData) -> None:
    held = tables.assumptions[tables.assumptions["assumption_id"].str.startswith("bid-")]
    assert set(held["assumption_id"]) == {
        burden.HOURS,
        burden.HOUR_COST,
        burden.FORM_SHARE,
        burden.LONGER_BIDS,
        burden.LARGEST,
    }
    assert (held["sunset"] > held["recorded"]).all() and (held["source"].str.len() > 20).all()
    log = tables.log.set_index("entry_id")["kind"]
    assert (log["bidding-hours"], log["form-of-another-fund"], log["rounds-found"]) == (
        "assumption",
        "assumption",
        "data issue",
    )
