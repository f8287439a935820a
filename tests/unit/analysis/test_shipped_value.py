"""Break-even of the shipped spending, held to arithmetic by hand."""

import pandas as pd
import pytest

from vfm.analysis import break_even, deflation, growth
from vfm.data.quarter import QuarterData
from vfm.vocabulary.results import CannotSay, Estimate

INJURY = "violence with injury"
LGE = "london-gang-exit-young-people-2016-17"
NO_EFFECT = "no effect with a comparison group in London is published"


@pytest.fixture(scope="module")
def spending(tables: QuarterData) -> pd.DataFrame:
    index = growth.index_of_vintage(tables.deflator, "2023-06 (QNA)")
    return deflation.real_spending(break_even.chosen(tables.matched, tables.results), index, "2019-20")


@pytest.fixture(scope="module")
def injury(tables: QuarterData, spending: pd.DataFrame) -> pd.DataFrame:
    table = break_even.needed(spending, tables.unit_costs_of_crime, prices="2019-20")
    return table[table["crime_type"] == INJURY].set_index("match")


def test_every_headline_for_a_person_is_chosen(spending: pd.DataFrame) -> None:
    assert sorted(spending.index) == [
        LGE,
        "shared-endeavour-people-2021-22",
        "shared-endeavour-people-2022-23",
        "stronger-futures-young-people-2021-23",
        "three-exploitation-services-young-people-2016-24",
    ]
    assert (spending["reason"] == "").all()


BY_HAND = [
    # match, real pounds, whole offences, for each 100 people, working
    (LGE, 1_061_750.18, 68, 25.681, "1,000,000 x 88.934/83.7617 = 1,061,750.18; /15,720 = 67.54; x 100/263"),
    (
        *("shared-endeavour-people-2021-22", 568_557.19, 37, 0.1096),
        "600,000 x 88.934/93.8523 = 568,557.19; /15,720 = 36.17; x 100/33,000",
    ),
    (
        *("stronger-futures-young-people-2021-23", 1_156_142.0, 74, 1.4709),
        "1,300,000 x 88.934/100 = 1,156,142; /15,720 = 73.55; x 100/5,000",
    ),
    (
        *("three-exploitation-services-young-people-2016-24", 20_702_743.83, 1_196, 47.890),
        "22,000,000 x 88.934/94.5067 = 20,702,743.83; /15,720 x 100/2,750 for each hundred. The money is over 22 "
        "million, so at least that of the cheapest year, 2024-25: x 88.934/104.133778/15,720 = 1,195.2",
    ),
]


@pytest.mark.parametrize(("match", "real", "whole", "per_100", "working"), BY_HAND)
def test_break_even(
    spending: pd.DataFrame, injury: pd.DataFrame, match: str, real: float, whole: int, per_100: float, working: str
) -> None:
    assert spending.loc[match, "real"] == pytest.approx(real, abs=0.005), working
    assert injury.loc[match, "at_least"] == whole, working
    assert injury.loc[match, "per_100"] == pytest.approx(per_100, rel=1e-3), working  # 0.1096 has four digits


def test_the_range_of_london_gang_exit_is_that_of_the_years_that_it_touches(injury: pd.DataFrame) -> None:
    """2015-16: 1,000,000 x 88.934/82.0766/15,720 = 68.93; 2017-18: x 88.934/85.1585/15,720 = 66.43."""
    got = break_even.as_result(injury.loc[LGE], "at_least")
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper) == (68, 67, 69)


def test_police_and_courts_alone(tables: QuarterData, spending: pd.DataFrame) -> None:
    """1,061,750.18/2,050 = 517.9, and of cybercrime they bear nothing."""
    table = break_even.needed(spending, tables.unit_costs_of_crime, prices="2019-20", part="response")
    own = table[table["match"] == LGE].set_index("crime_type")
    assert own.loc[INJURY, "at_least"] == 518
    assert own.loc["cybercrime", "reason"] == "one costs nothing, so none can pay for the spend"


def test_no_benefit_is_claimed_of_any_and_drive_is_not_londons(tables: QuarterData, spending: pd.DataFrame) -> None:
    for service in spending["service_id"]:
        assert break_even.benefit_cost(tables.matches, service, "London") == CannotSay(NO_EFFECT)
    compared = break_even.compared(tables.matches)
    assert sorted(compared["result_id"]) == ["R33", "R34", "R35", "R36", "R37"]
    assert not compared["in_place"].any()


def test_an_outcome_without_a_price_stands_in_the_table_and_drives_does_not(tables: QuarterData) -> None:
    table = break_even.not_monetised(tables.results, tables.matches)
    assert len(table) == (tables.results["kind"] == "outcome").sum() - 5
    assert not table["service"].str.startswith("Drive").any()
    assert (table["share"].notna() ^ table["count"].notna()).all()
