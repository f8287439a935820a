"""Boroughs as rates: what is divided by what, what is taken out, and what the charts and ranks are made of."""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import boroughs, comparison
from vfm.analysis.control_chart import ControlChart, Rebase, xmr
from vfm.vocabulary.periods import FinancialYear, Quarter
from vfm.vocabulary.results import Better, CannotSay, Estimate

PERIODS = pd.period_range("2011-04", periods=16, freq="Q-MAR")
COUNTS = pd.DataFrame({"A": np.arange(16.0) + 10, "B": 50.0}, index=PERIODS)
NAMES = [f"q{n:02}" for n in range(16)]
SEASONAL = pd.Series(5 * np.tile([0.8, 1.2, 1.1, 0.9], 4), index=NAMES)  # factors of a mean of one


def people(first: int = 2011) -> pd.DataFrame:
    rows = [("original", c, y, n + y - 2011) for c, n in (("A", 2000), ("B", 5000)) for y in range(first, 2015)]
    columns = ["series", "gss_code", "year", "population"]
    return boroughs.people_by_year(pd.DataFrame([*rows, ("rebased", "A", 2011, 1)], columns=columns), "original")


def test_people_are_of_one_series() -> None:
    assert people().loc[2012].to_dict() == {"A": 2001, "B": 5001}
    with pytest.raises(ValueError, match='no population series "census"; there are original'):
        boroughs.people_by_year(pd.DataFrame({"series": ["original"]}), "census")


def test_a_rate_is_out_of_the_people_of_its_financial_year() -> None:
    got = boroughs.rates_by_quarter(COUNTS, people())
    assert list(got.index[[0, 3, 4]]) == ["2011-12-Q1", "2011-12-Q4", "2012-13-Q1"]
    # January to March 2012 is in 2011/12 and takes June 2011: 13 / 2.000; April 2012 takes June 2012: 14 / 2.001
    assert list(got["A"].iloc[[3, 4]]) == pytest.approx([6.5, 14 / 2.001])


def test_quarters_before_the_series_have_no_rate_and_later_ones_are_refused() -> None:
    assert boroughs.rates_by_quarter(COUNTS, people(first=2012)).index[0] == "2012-13-Q1"
    with pytest.raises(ValueError, match=r"the people of \[2014\] are not known"):
        boroughs.rates_by_quarter(COUNTS, people().loc[:2013])
    with pytest.raises(ValueError, match="the people of some areas are not known"):
        boroughs.rates_by_quarter(COUNTS.assign(C=1.0), people())


def test_a_year_is_its_four_quarters() -> None:
    assert boroughs.year_counts(COUNTS, FinancialYear(2012)).to_dict() == {"A": 14 + 15 + 16 + 17, "B": 200}
    with pytest.raises(ValueError, match="0 of the four quarters of 2015/16"):
        boroughs.year_counts(COUNTS, FinancialYear(2015))
    assert boroughs.last_full_year(Quarter.parse("2014-15-Q1")) == FinancialYear(2013)


# ---- against its own past


def test_a_season_that_is_all_there_is_leaves_a_level() -> None:
    got = boroughs.without_season(SEASONAL)
    assert not isinstance(got, CannotSay)
    assert list(got) == pytest.approx([5.0] * 16)  # every ratio to the mean of four is the factor itself


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (SEASONAL[:7], "7 quarters are too few"),
        (SEASONAL.where(SEASONAL.index != "q03"), "a quarter is missing or has none"),
        (SEASONAL * 0, "a quarter is missing or has none"),
    ],
)
def test_where_a_season_cannot_be_taken_out_it_is_said(values: "pd.Series[float]", reason: str) -> None:
    got = boroughs.without_season(values)
    assert isinstance(got, CannotSay) and got.reason.startswith(reason)


STEPS = pd.Series(np.resize([1.0, 1.02, 0.98, 1.01, 0.99], 16), index=NAMES)


def charted() -> dict[str, ControlChart | CannotSay]:
    table = pd.DataFrame({"calm": STEPS, "none": 0.0})
    return boroughs.control_charts(table, better=Better.NEITHER, rebases=[Rebase("q08", "told")])


def test_each_chart_is_xmr_of_the_series_without_its_season() -> None:
    got, adjusted = charted(), boroughs.without_season(STEPS)
    assert isinstance(got["none"], CannotSay) and isinstance(got["calm"], ControlChart)
    assert not isinstance(adjusted, CannotSay) and not np.allclose(adjusted, STEPS)
    wanted = xmr(adjusted, better=Better.NEITHER, rebases=[Rebase("q08", "told")])
    assert isinstance(wanted, ControlChart)
    pd.testing.assert_frame_equal(got["calm"].table, wanted.table)


def test_points_and_last_points_are_those_of_the_charts() -> None:
    points = boroughs.chart_points(charted())
    assert list(points["area"].unique()) == ["calm"] and list(points["quarter"]) == NAMES
    assert list(points["phase"].unique()) == [1, 2]
    assert set(points.loc[points["rule"] == "", "rule_in_words"]) == {"none"}
    last = boroughs.last_points(charted()).set_index("area")
    assert last.loc["calm", "value"] == points["value"].iloc[-1]
    assert last.loc["none", "variation"].startswith("cannot say: a quarter is missing")
    assert np.isnan(last.loc["none", "value"]) and last.loc["none", "reason"] and not last.loc["none", "special"]


IN_A_ROW = "it is one of 7 or more points in a row"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([5, 7] * 6, "common cause"),
        ([5, 7] * 6 + [-9], "special cause, below: it is outside the limits"),
        ([5, 7, 5, 7, 20], "common cause (provisional: a short series)"),
        (
            [0, 8] * 8 + [1, 1.2, 1.4, 1.6, 1.8, 2, 2.2],
            f"special cause, rising: {IN_A_ROW} that each went the same way",
        ),
        ([5, 7] * 8 + [7, 6.9] * 4, f"special cause, above: {IN_A_ROW} on one side of the mean"),
    ],
)
def test_variation_in_words(values: list[float], words: str) -> None:
    chart = xmr(pd.Series(values, dtype=float), better=Better.NEITHER)
    assert isinstance(chart, ControlChart) and boroughs.variation_in_words(chart) == words


def test_a_declared_direction_stays_in_the_words() -> None:
    chart = xmr(pd.Series([5.0, 7] * 6 + [20]), better=Better.LOWER)
    assert isinstance(chart, ControlChart)
    assert boroughs.variation_in_words(chart) == "special cause worsening, above: it is outside the limits"


# ---- beside the others

EVENTS = pd.Series([100.0, 120, 90, 140, 80, 400], index=list("ABCDEF"))
RESIDENTS = pd.Series(10_000.0, index=EVENTS.index)


def test_a_funnel_has_the_spread_between_areas_and_the_band_of_chance_alone() -> None:
    got, base = boroughs.funnel(EVENTS, RESIDENTS), RESIDENTS / 1000
    spread = comparison.dispersion(EVENTS, base, target=930 / 60, scale=comparison.ROOT)
    assert not isinstance(spread, CannotSay) and spread.tau2 > 0
    for side, wanted in zip(("lower", "upper"), spread.limits(base, level=0.998), strict=True):
        assert list(got[f"{side}_998"]) == pytest.approx(list(wanted))
    assert got["value"]["F"] == 40 and set(got["target"]) == {930 / 60}
    assert list(got["chance"]) == list(comparison.funnel_rates(EVENTS, base)["band"]) != list(got["band"])


def test_too_few_areas_to_tell_a_spread_have_limits_of_chance() -> None:
    got = boroughs.funnel(EVENTS[:4], RESIDENTS[:4])
    assert list(got["chance"]) == list(got["band"]) and got["method"].iloc[0].startswith("exact Poisson")


# ranges of 1 and 4: sd 2.66 / 3 and 10.64 / 3, and twice that for a sum of four quarters: 1.7733 and 7.0933;
# two areas, z(0.05 / 2) = 1.96, and 1.96 x root(1.7733^2 + 7.0933^2) = 14.33
@pytest.mark.parametrize(("gap", "width"), [(14.2, 2), (14.5, 1)])
def test_ranks_rest_on_how_far_a_borough_moves_from_quarter_to_quarter(gap: float, width: int) -> None:
    calm, wild = (xmr(pd.Series([10.0, high] * 6), better=Better.NEITHER) for high in (11, 14))
    yearly = pd.Series({"A": 40.0 + gap, "B": 40.0, "C": 30.0})
    got = boroughs.year_ranks(yearly, {"A": calm, "B": wild, "C": CannotSay("no chart")}, level=0.95)
    assert got["width"]["A"] == width
    assert np.isnan(got["width"]["C"]) and got["reason"]["C"] and got["n"].iloc[0] == 2


def test_what_was_picked_is_set_beside_what_is_expected() -> None:
    before, after = pd.Series([1.0, 2, 3, 4, 5, 6, 7, 8]), pd.Series([2.0, 1, 4, 3, 6, 5, 8, 6])
    got = boroughs.return_to_mean(before, after, share=0.25)
    values = {name: found.value for name, found in got.items() if isinstance(found, Estimate)}
    # the 75% point is 6.25: the last two are picked, +1 and -2, and all change by -1/8 on average
    assert values["picked"] == 2 and values["seen"] == pytest.approx(-0.5 + 1 / 8)
    assert values["correlation"] == pytest.approx(np.corrcoef(before, after)[0, 1])
    # sd^2 = 6; z = (6.25 - 4.5) / root 6 = 0.7144; phi(z) / (1 - Phi(z)) = 0.30909 / 0.23748 = 1.30153
    assert values["expected"] == pytest.approx(-(1 - values["correlation"]) * np.sqrt(6) * 1.30153, rel=1e-4)


def test_where_two_years_do_not_go_together_nothing_is_expected() -> None:
    before = pd.Series([1.0, 2, 3, 4])
    got = boroughs.return_to_mean(before, -before, share=0.25)["expected"]
    assert isinstance(got, CannotSay) and "do not go together" in got.reason
    with pytest.raises(ValueError, match="two years of the same areas"):
        boroughs.return_to_mean(before, before.iloc[1:], share=0.25)
