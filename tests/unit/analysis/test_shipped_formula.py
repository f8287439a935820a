"""The funding formula on the shipped figures, held to arithmetic by hand and to what is published."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from vfm.analysis import formula, formula_audit, formula_choice, formula_need, formula_published, formula_rules
from vfm.data.quarter import QuarterData
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.results import CannotSay, Estimate

BROMLEY, CITY = "E09000006", "E09000001"
VINTAGE = formula_need.Vintage("2017-18", "original", 2015)


@pytest.fixture(scope="module")
def sums(tables: QuarterData) -> formula_published.Published:
    return formula_published.published(tables.budget, tables.stated_values)


def need_of(tables: QuarterData, vintage: formula_need.Vintage) -> pd.DataFrame:
    return formula_need.indicators(tables.crime, tables.population, tables.deprivation, tables.place, vintage)


@pytest.fixture(scope="module")
def need(tables: QuarterData) -> pd.DataFrame:
    return need_of(tables, VINTAGE)


# ---- what is published


def test_the_published_mechanics(sums: formula_published.Published) -> None:
    """26,210,370 - 1,118,248 = 25,092,122; half 13,105,185; 1,118,248/26,210,370 = 4.266%; over the plan 4.457%.

    25,092,122/36,000,000 = 69.70%, and 12,546,061/0.7 = 17,922,944.
    """
    assert (sums.two_years, sums.floor_cost, sums.direct_share) == (26_210_370, 1_118_248, 0.7)
    got = {name: result.value for name, result in formula_published.results(sums).items()}
    assert got["planned"] == 25_092_122
    assert got["a-year"] == 13_105_185 == sums.next_year
    assert got["floor-share"] == pytest.approx(0.042664, abs=5e-7)
    assert got["direct-share"] == pytest.approx(0.697003, abs=5e-7)
    assert got["fund-a-year"] == pytest.approx(17_922_944.29, abs=0.005)


def test_the_checks_of_totals(sums: formula_published.Published) -> None:
    """70 and 30 of £18m are 12.6m and 5.4m: 25.2m of two years, 16.2m of three; 3 x 13,105,185 = 39,315,555."""
    table = formula_published.checks(sums)
    assert table["expected"].tolist() == [13_105_185, 39_315_555, 25_200_000, 25_200_000, 16_200_000]
    assert table["difference"].tolist() == [0, -315_555, -107_878, 1_010_370, -1_700_000]
    assert table["holds"].tolist() == ["exactly", "fits what was said", "differs", "differs", "differs"]
    over = formula_published.checks(replace(sums, later=39_315_556.0))
    assert over["holds"].tolist()[1] == "differs"  # more than "more than"


def test_seventy_and_thirty_are_stated_and_make_a_whole(tables: QuarterData) -> None:
    stated = tables.stated_values.set_index("what")["value"].astype("string")
    assert float(stated[formula_published.DIRECT_SHARE]) == 0.7
    assert float(stated["PCD 79, co-commissioned share from the second year"]) == 0.3


def test_bromleys_move_in_parts(tables: QuarterData, sums: formula_published.Published) -> None:
    """30% of 401,731 is 120,519.30 and leaves 281,211.70; 241,699 less that is -39,512.70, -14.05%."""
    moved = formula_published.move(tables.allocations, BROMLEY, sums.direct_share)
    got = {name: result.value for name, result in formula_published.move_results(moved).items()}
    assert got["before"] - got["top-slice"] + got["by-formula"] == pytest.approx(got["after"], abs=0.005)
    assert (got["top-slice"], got["by-formula"]) == (120_519.3, -39_512.7)
    assert got["change"] == pytest.approx(-0.14051, abs=5e-6)


def test_of_another_borough_nothing_is_published_and_that_is_said(
    tables: QuarterData, sums: formula_published.Published
) -> None:
    moved = formula_published.move(tables.allocations, "E09000008", sums.direct_share)
    assert moved == CannotSay("no direct sum of the borough is published for 2017/18 or 2018/19")
    assert set(map(type, formula_published.move_results(moved).values())) == {CannotSay}
    assert formula_published.share_of_plan(moved, sums) == moved


def test_a_sum_that_is_not_there_is_named(tables: QuarterData) -> None:
    stated = tables.stated_values
    with pytest.raises(DataError, match="PCD 421, cost of no borough losing is published 0 times here"):
        formula_published.published(tables.budget, stated[stated["what"] != formula_published.FLOOR_COST])
    with pytest.raises(DataError, match="is published 2 times here"):
        formula_published.published(pd.concat([tables.budget] * 2), stated)


# ---- need


def test_need_is_of_the_32_boroughs_in_amounts(tables: QuarterData, need: pd.DataFrame) -> None:
    """Bromley: 329,391 people; a score of 15.16 or so is what deprivation over people makes."""
    assert len(need) == 32
    assert CITY not in need.index
    assert need.loc[BROMLEY, "People"] == 329_391
    score = tables.deprivation.query("gss_code == @BROMLEY and imd_year == 2015 and domain == 'imd'")["average_score"]
    assert need.loc[BROMLEY, "People times deprivation score"] == pytest.approx(329_391 * score.iloc[0])
    crimes = formula_need.crime_by_category(tables.crime, tables.place, "2017-18")
    both = need["Recorded violence"] + need["Other recorded crime"]
    pd.testing.assert_series_equal(both, crimes.sum(axis=1), check_names=False, check_dtype=False)
    assert len(crimes.columns) == 11  # twelve are recorded, and one of them was discontinued


@pytest.mark.parametrize(
    ("vintage", "said"),
    [
        (replace(VINTAGE, year="2023-24"), "There is no original population of June 2023"),
        (replace(VINTAGE, year="2023-24", series="rebased"), "There is no full year of recorded crime"),
        (replace(VINTAGE, imd_year=2010), "An indicator is not known of E09000002"),
    ],
)
def test_data_that_are_not_there_are_named(tables: QuarterData, vintage: formula_need.Vintage, said: str) -> None:
    with pytest.raises(DataError, match=said):
        need_of(tables, vintage)


def test_the_weights_are_assumptions_with_a_date(tables: QuarterData) -> None:
    weights = formula_need.weights_of(tables.assumptions)
    assert list(weights) == list(formula_need.INDICATORS.values())
    assert sum(weights.values()) == 1
    rows = tables.assumptions[tables.assumptions["assumption_id"].str.startswith(formula_need.WEIGHT)]
    assert rows[["source", "recorded", "sunset"]].notna().all(axis=None)
    with pytest.raises(DataError, match=r"assumptions\.csv has no row for formula-weight-people"):
        formula_need.weights_of(tables.assumptions[tables.assumptions["assumption_id"] != "formula-weight-people"])


# ---- what notebook 60 says


def test_no_weights_of_the_four_give_bromley_as_little_as_it_had(
    tables: QuarterData, sums: formula_published.Published, need: pd.DataFrame
) -> None:
    """241,699/12,546,061 = 1.926%, and the least of its four shares is 2.356%; robbery and drug offences are below."""
    share = formula_published.share_of_plan(formula_published.move(tables.allocations, BROMLEY, 0.7), sums)
    assert isinstance(share, Estimate)
    assert share.value == pytest.approx(0.019265, abs=5e-7)
    assert share.status == "scenario"
    assert share.value < formula_choice.possible_shares(need).loc[BROMLEY, "least"]
    kinds = formula_choice.indicator_shares(formula_need.crime_by_category(tables.crime, tables.place, "2017-18"))
    below = kinds.loc[BROMLEY][kinds.loc[BROMLEY] < share.value]
    assert sorted(below.index) == ["Drug offences", "Robbery"]


def test_no_newer_data_make_a_floor_cost_what_it_did(
    tables: QuarterData, sums: formula_published.Published, need: pd.DataFrame
) -> None:
    years = ["2012-13", "2013-14", "2014-15", "2015-16", "2016-17", "2018-19", "2019-20"]
    most = [formula_choice.most_moved(need_of(tables, replace(VINTAGE, year=year)), need) for year in years]
    assert max(most) < sums.floor_cost / sums.planned


def test_the_same_total_with_a_floor_at_what_was_leaves_nothing_to_move(
    tables: QuarterData, sums: formula_published.Published, need: pd.DataFrame
) -> None:
    weights, budget = formula_need.weights_of(tables.assumptions), round(sums.planned / 2) * formula.PENCE
    before = formula.allocate(need_of(tables, replace(VINTAGE, year="2016-17")), weights, budget).table["allocation"]
    after = formula.allocate(need, weights, budget, floor=before)
    assert after.table["allocation"].tolist() == before.tolist()
    raised = formula_rules.top_up(formula.allocate(need, weights, budget).table["allocation"], before)
    assert raised.cost == formula_rules.held_from_need(after)
    assert raised.total == budget + raised.cost


def test_the_audit_finds_that_the_boards_sum_is_the_same_for_each(tables: QuarterData, need: pd.DataFrame) -> None:
    boards = tables.allocations[tables.allocations["fund"] == "SNB administration"].set_index("gss_code")["amount"]
    assert boards.unique().tolist() == [5_200]
    four = formula_audit.audit(boards, need)
    five = formula_audit.audit(boards, need.assign(same=1.0))
    assert isinstance(four, formula_audit.Audit)
    assert isinstance(five, formula_audit.Audit)
    assert five.weights.set_index("indicator")["weight"]["same"] == pytest.approx(1)
    assert five.left_over.value == pytest.approx(0, abs=1e-12)
    assert (five.areas["departs"] == "").all()
    shares = formula_choice.indicator_shares(need)
    outside = (shares.min(axis=1) > 1 / 32) | (shares.max(axis=1) < 1 / 32)
    assert (four.areas["departs"] != "").tolist() == outside.tolist()
    assert outside.any()


def test_the_audit_finds_the_weights_that_a_table_was_made_with(need: pd.DataFrame) -> None:
    """To within a pound of rounding: weights .4, 0, .35, .25 make the table, and come back."""
    weights = dict(zip(need.columns, (0.4, 0.0, 0.35, 0.25), strict=True))
    made = (formula.allocate(need, weights, 12_546_061_00).table["allocation"] / 100).round()
    found = formula_audit.audit(made, need, rounded_to=1)
    assert isinstance(found, formula_audit.Audit)
    back = found.weights.set_index("indicator")["weight"]
    assert back.tolist() == pytest.approx(list(weights.values()), abs=1e-3)  # 50p in 100,000 over small differences
    assert found.left_over.value < 1e-6
    assert (found.areas["departs"] == "").all()
