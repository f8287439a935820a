"""Appraisal: edges, what must never be mixed, and properties that hold of any stream."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from vfm.analysis import appraisal, crime_costs, discounting, sensitivity, social_return
from vfm.analysis.appraisal import CASH, Stream
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.results import CannotSay, Estimate, Status

CASES = settings(max_examples=50, deadline=None)  # other work on the machine may slow any one of them
PRICES = "2019-20"
RATES = pd.DataFrame(
    {
        "from_year": [0, 31, 76],
        "to_year": [30.0, 75.0, np.nan],
        "standard": [0.035, 0.03, 0.025],
        "health": [0.015, 0.0129, 0.0107],
        "low": [0.03, np.nan, np.nan],
        "as_of": "2022",
        "source": "The Green Book",
    }
)
FACTORS = discounting.discount_factors(RATES, years=80)
POUNDS = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60).map(tuple)


def net(pounds: tuple[float, ...]) -> Stream:
    return Stream(pounds, PRICES)


# ---- rates


def test_every_column_of_rates_is_a_schedule() -> None:
    assert discounting.schedules(RATES) == ["standard", "health", "low"]
    assert discounting.discount_factors(RATES, years=1, schedule="low")[1] == pytest.approx(1 / 1.03)


def test_the_rows_of_the_table_may_stand_in_any_order() -> None:
    pd.testing.assert_series_equal(discounting.discount_factors(RATES.iloc[::-1], years=80), FACTORS)


@pytest.mark.parametrize("schedule", ["standard", "health"])
def test_factors_fall_and_match_the_product_of_their_rates(schedule: str) -> None:
    factors = discounting.discount_factors(RATES, years=80, schedule=schedule)
    rates = discounting.discount_rates(RATES, years=80, schedule=schedule)
    assert factors.is_monotonic_decreasing and factors[0] == 1
    assert (factors[75], factors[76]) == (
        pytest.approx(1 / np.prod(1 + rates.loc[:75])),
        pytest.approx(factors[75] / (1 + RATES[schedule][2])),
    )


@pytest.mark.parametrize(
    ("table", "asked", "words"),
    [
        (RATES, {"schedule": "catalytic"}, "there are standard, health, low"),
        (RATES.assign(as_of=["2022", "2022", "2026"]), {}, "one edition"),
        (RATES.drop(index=1), {}, "gap or overlap"),
        (RATES.assign(from_year=[0, 30, 76]), {}, "gap or overlap"),
        (RATES.assign(from_year=[5, 31, 76]), {}, "gap or overlap"),
        (RATES.assign(to_year=[30.0, 75.0, 78.0]), {}, "none for year 79"),
        (RATES, {"schedule": "low"}, "none for year 31"),
        (RATES, {"years": -1}, "does not last -1 years"),
    ],
)
def test_rates_that_leave_a_question_open_are_refused(table: pd.DataFrame, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        discounting.discount_factors(table, **({"years": 80} | asked))


# ---- streams


@CASES
@given(one=POUNDS, two=POUNDS, times=st.floats(-100, 100))
def test_present_value_is_linear(one: tuple[float, ...], two: tuple[float, ...], times: float) -> None:
    scaled = net(tuple(times * pounds for pounds in two))
    values = [appraisal.present_value(net(pounds), FACTORS).value for pounds in (one, two)]
    together = appraisal.present_value(appraisal.combine(net(one), scaled), FACTORS).value
    size = sum(map(abs, one)) + abs(times) * sum(map(abs, two))
    assert together == pytest.approx(values[0] + times * values[1], rel=0, abs=1e-12 * size)


@CASES
@given(benefits=POUNDS, costs=POUNDS)
def test_a_ratio_over_one_is_a_gain(benefits: tuple[float, ...], costs: tuple[float, ...]) -> None:
    gain = appraisal.net_present_value(net(benefits), net(costs), FACTORS).value
    ratio = appraisal.benefit_cost_ratio(net(benefits), net(costs), FACTORS)
    size = sum(map(abs, benefits)) + sum(map(abs, costs))
    assume(abs(gain) > 1e-9 * size and isinstance(ratio, Estimate))
    assert isinstance(ratio, Estimate) and (ratio.value > 1) == (gain > 0)


@CASES
@given(pounds=POUNDS)
def test_the_yearly_equivalent_has_the_same_present_value(pounds: tuple[float, ...]) -> None:
    yearly = appraisal.equivalent_annual(net(pounds), FACTORS).value
    back = appraisal.present_value(net((yearly,) * len(pounds)), FACTORS).value
    wanted = appraisal.present_value(net(pounds), FACTORS).value
    assert back == pytest.approx(wanted, rel=0, abs=1e-12 * sum(map(abs, pounds)) + 1e-12)


@CASES
@given(pounds=POUNDS)
def test_after_payback_the_running_sum_stays_up(pounds: tuple[float, ...]) -> None:
    got = appraisal.payback(net(pounds))
    running, room = np.cumsum(pounds), 1e-12 * np.cumsum(np.abs(pounds))
    year = int(got.value) if isinstance(got, Estimate) else len(pounds)
    assert (running[year:] >= -room[year:]).all()
    assert year == 0 or running[year - 1] < 0


def test_never_paid_back_is_said_with_the_year_it_was_looked_to() -> None:
    assert appraisal.payback(net((-10, 1))) == CannotSay("never: at the end of year 1 it is not paid back")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (Stream((1,), CASH), Stream((1,), PRICES), "cash prices do not go with 2019-20 prices"),
        (Stream((1,), "2018-19"), Stream((1,), PRICES), "2018-19 prices do not go with 2019-20 prices"),
        (Stream((1,), PRICES, discounted=True), Stream((1,), PRICES), "one stream is discounted and the other is not"),
    ],
)
def test_what_must_not_be_mixed_is_refused(first: Stream, second: Stream, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        appraisal.combine(first, second)
    with pytest.raises(ValueError, match=words):
        appraisal.net_present_value(first, second, FACTORS)
    with pytest.raises(ValueError, match=words):
        appraisal.benefit_cost_ratio(first, second, FACTORS)


def test_nothing_is_discounted_twice() -> None:
    once = appraisal.discount(net((1, 2)), FACTORS)
    for again in (appraisal.discount, appraisal.present_value, appraisal.equivalent_annual):
        with pytest.raises(ValueError, match="discounted already"):
            again(once, FACTORS)


def test_cash_is_not_discounted_by_real_rates() -> None:
    with pytest.raises(ValueError, match="bring cash to the prices of one year"):
        appraisal.present_value(Stream((1, 2), CASH), FACTORS)
    with pytest.raises(ValueError, match="cash is not discounted"):
        Stream((1, 2), CASH, discounted=True)


@pytest.mark.parametrize("factors", [FACTORS.iloc[:1], FACTORS.iloc[1:], FACTORS * 0.9, FACTORS.iloc[::-1]])
def test_factors_of_other_years_are_refused(factors: "pd.Series[float]") -> None:
    with pytest.raises(ValueError, match="from year 0, which is 1, to year 1"):
        appraisal.discount(net((1, 2)), factors)


@pytest.mark.parametrize(
    ("pounds", "words"), [((), "at least year 0"), ((1, float("nan")), "year 1 is not known"), ((np.inf,), "year 0")]
)
def test_a_stream_has_every_year(pounds: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        net(pounds)


def test_prices_are_of_a_financial_year_however_it_is_written() -> None:
    assert appraisal.combine(Stream((1,), "2019/20"), net((2,))).pounds == (3,)
    with pytest.raises(UsageError, match="not a financial year"):
        Stream((1,), "2019")


def test_a_year_without_a_deflator_is_said() -> None:
    index = pd.Series({"2018-19": 100.0, "2019-20": np.nan})
    got = appraisal.at_prices(Stream((1, 1), CASH), "2018-19", index, first_year="2018-19")
    assert got == CannotSay("the deflator has no value for 2019-20")
    assert appraisal.at_prices(net((1,)), "2030-31", index, first_year="2018-19") == CannotSay(
        "the deflator has no value for 2030-31"
    )


def test_the_weakest_status_is_carried() -> None:
    hopeful = appraisal.with_optimism_bias(net((1,)), 0.1)
    made_up = Stream((1,), PRICES, status=Status.ILLUSTRATIVE)
    assert appraisal.net_present_value(net((1,)), hopeful, FACTORS).status is Status.SCENARIO
    ratio = appraisal.benefit_cost_ratio(made_up, hopeful, FACTORS)
    assert isinstance(ratio, Estimate) and ratio.status is Status.ILLUSTRATIVE


@pytest.mark.parametrize("uplift", [-0.1, float("nan"), float("inf")])
def test_optimism_bias_only_adds(uplift: float) -> None:
    with pytest.raises(ValueError, match="a proportion added to costs"):
        appraisal.with_optimism_bias(net((1,)), uplift)


@pytest.mark.parametrize(
    ("changed", "asked", "words"),
    [
        ({"income": [0.0]}, {}, "incomes above nothing"),
        ({"income": [np.nan]}, {}, "incomes above nothing"),
        ({}, {"median_income": 0}, "incomes above nothing"),
        ({"benefit": [np.nan]}, {}, r"not known of \['all'\]"),
        ({}, {"elasticity": -1}, "not negative"),
    ],
)
def test_weights_that_have_no_meaning_are_refused(changed: dict[str, Any], asked: dict[str, Any], words: str) -> None:
    rows = pd.DataFrame({"group": ["all"], "benefit": [1.0], "income": [1.0]}).assign(**changed)
    with pytest.raises(ValueError, match=words):
        appraisal.distributional_weights(rows, **({"median_income": 1, "elasticity": 1.3} | asked))


# ---- social return

PLAIN = {
    "name": "it",
    "quantity": 1.0,
    "proxy": 100.0,
    "prices": PRICES,
    "deadweight": 0.1,
    "displacement": 0.1,
    "attribution": 0.1,
    "drop_off": 0.1,
    "years": 3,
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"deadweight": 1.1}, "deadweight"),
        ({"displacement": -0.1}, "displacement"),
        ({"attribution": float("nan")}, "attribution"),
        ({"drop_off": 30}, "drop_off"),
        ({"quantity": -1}, "quantity"),
        ({"proxy": float("nan")}, "a proxy"),
        ({"years": 0}, "whole number of years"),
        ({"years": 1.5}, "whole number of years"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        social_return.Outcome(**(PLAIN | changed))


def test_a_social_return_says_why_there_is_none() -> None:
    outcome = social_return.Outcome(**PLAIN)  # type: ignore[arg-type]
    assert social_return.social_return([], net((1,)), FACTORS, starts=0) == CannotSay("no outcome is given")
    got = social_return.social_return([outcome], net((0,)), FACTORS, starts=0)
    assert got == CannotSay("nothing was put in, so outcomes cannot be set over it")
    with pytest.raises(ValueError, match="year 0 or year 1, not 2"):
        social_return.impact(outcome, starts=2)
    with pytest.raises(ValueError, match="2018-19 prices"):
        social_return.social_return([outcome], Stream((1,), "2018-19"), FACTORS, starts=0)


def test_the_two_conventions_differ_by_the_rate_of_the_first_year() -> None:
    outcomes = [social_return.Outcome(**PLAIN)]  # type: ignore[arg-type]
    early, late = (social_return.social_return(outcomes, net((5,)), FACTORS, starts=starts) for starts in (0, 1))
    assert isinstance(early, Estimate) and isinstance(late, Estimate)
    assert early.value == pytest.approx(1.035 * late.value) and early.status is Status.SCENARIO


def test_the_table_of_outcomes_sums_to_their_streams() -> None:
    outcomes = [social_return.Outcome(**(PLAIN | {"name": name})) for name in "ab"]  # type: ignore[arg-type]
    table = social_return.impact_table(outcomes, starts=1)
    assert list(table["year"]) == [1, 2, 3] * 2 and set(table["price_base"]) == {PRICES}
    assert table["pounds"].sum() == pytest.approx(2 * sum(social_return.impact(outcomes[0], starts=1).pounds))


# ---- sensitivity

BASE = {"a": 2.0, "b": 3.0, "c": 1.0}


def straight(of: Mapping[str, Any]) -> Any:
    return of["a"] * of["b"] - of["c"]


@CASES
@given(a=st.floats(-1e6, 1e6), slope=st.floats(0.01, 1e3), level=st.floats(-1e6, 1e6))
def test_at_the_switching_value_nothing_is_gained(a: float, slope: float, level: float) -> None:
    got = sensitivity.switching_value(lambda of: slope * of["a"] + level, {"a": a}, "a")
    assume(isinstance(got, Estimate))  # a slope that rounding hides under the level is said not to move the answer
    assert isinstance(got, Estimate)
    # three points a tenth of `a` apart: the slope keeps fewer digits the smaller it is beside the level
    assert slope * got.value + level == pytest.approx(0, rel=0, abs=1e-5 * (abs(slope * a) + abs(level)) + 1e-6)


@pytest.mark.parametrize(
    ("model", "within", "wanted"),
    [
        (lambda of: of["a"] ** 2 - 9, (0, 10), 3.0),
        (lambda of: np.exp(of["a"]) - 5, (0, 10), np.log(5)),
        (lambda of: max(of["a"], 4) - 6, (0, 10), 6.0),  # flat near its base
        (lambda of: min(of["a"], 5) + 1, (-10, 10), -1.0),
    ],
)
def test_a_model_that_bends_is_searched(model: sensitivity.Model, within: Any, wanted: float) -> None:
    got = sensitivity.switching_value(model, {"a": 2.0}, "a", within=within)
    assert isinstance(got, Estimate) and got.value == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("model", "within", "words"),
    [
        (lambda of: 5.0, None, "does not move with a"),
        (lambda of: of["a"] ** 2 - 9, None, "no straight line in a"),
        (lambda of: of["a"] ** 2 + 9, (-5, 5), "does not switch between a -5 and 5"),
        (lambda of: float("nan"), (-5, 5), "does not switch"),
    ],
)
def test_no_switching_value_has_a_reason(model: sensitivity.Model, within: Any, words: str) -> None:
    got = sensitivity.switching_value(model, {"a": 2.0}, "a", within=within)
    assert isinstance(got, CannotSay) and words in got.reason


def test_a_table_of_switching_values_leaves_nothing_missing_without_a_reason() -> None:
    got = sensitivity.switching_values(straight, BASE | {"idle": 4.0, "d": 0.0})
    assert list(got["assumption"]) == ["a", "b", "c", "d", "idle"]
    assert list(got[["switching", "change"]].isna().any(axis=1)) == list(got["reason"] != "")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("z", 0, 1)], "no assumption z; there are a, b, c"),
        ([("a", 3, 4)], r"outside its range: \['a'\]"),
        ([("a", 3, 1)], "outside its range"),
        ([("a", 1, np.nan)], "outside its range"),
        ([("a", 1, 3), ("a", 1, 3)], "one range"),
    ],
)
def test_ranges_that_are_none_are_refused(rows: list[tuple[str, float, float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sensitivity.one_way(straight, BASE, pd.DataFrame(rows, columns=["assumption", "low", "high"]))


def test_equal_bars_of_a_tornado_stand_by_name() -> None:
    rows = pd.DataFrame({"assumption": ["b", "a"], "low": [2.0, 2.0], "high": [4.0, 4.0]})
    got = sensitivity.one_way(lambda of: of["a"] + of["b"], {"a": 3.0, "b": 3.0}, rows)
    assert list(got["assumption"]) == ["a", "b"]


SPREAD = {"a": stats.norm(2, 0.5), "b": stats.uniform(2, 2)}


def drawn(seed: int = 1, distributions: Mapping[str, Any] = SPREAD, draws: int = 4_000) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return sensitivity.simulate(straight, BASE, distributions, draws=draws, generator=generator)


def test_a_simulation_finds_the_mean_and_the_chance_that_arithmetic_gives() -> None:
    only = {"c": stats.norm(6, 2)}  # net benefit is 6 - c, normal round 0 with a deviation of 2
    got = sensitivity.chance_of_gain(drawn(distributions=only, draws=40_000))
    # four standard errors of the draws: 2/200 and 0.5/200
    assert got.net.value == pytest.approx(0, abs=0.04) and got.exceeds.value == pytest.approx(0.5, abs=0.01)
    assert (got.net.lower, got.net.upper) == (pytest.approx(-3.92, abs=0.12), pytest.approx(3.92, abs=0.12))
    assert got.exceeds.lower is not None and got.exceeds.upper is not None
    assert got.exceeds.upper - got.exceeds.lower == pytest.approx(2 * 1.96 * 0.5 / 200, rel=0.01)


def test_the_generator_alone_decides_the_draws() -> None:
    np.testing.assert_array_equal(drawn(), drawn(distributions=dict(reversed(SPREAD.items()))))
    assert (drawn() != drawn(seed=2)).all()


def test_a_sum_that_is_just_nothing_is_no_gain() -> None:
    got = sensitivity.chance_of_gain(np.zeros(200))
    assert (got.exceeds.value, got.exceeds.lower, got.net.value) == (0.0, 0.0, 0.0)


def test_draws_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="100 draws or more"):
        drawn(draws=99)
    with pytest.raises(ValueError, match="one finite number for each draw"):
        sensitivity.simulate(lambda of: 1.0, BASE, SPREAD, draws=200, generator=np.random.default_rng(1))
    with pytest.raises(ValueError, match="one finite number for each draw"):
        sensitivity.simulate(lambda of: of["a"] * np.nan, BASE, SPREAD, draws=200, generator=np.random.default_rng(1))
    for bad in (np.array([]), np.array([np.nan])):
        with pytest.raises(ValueError, match="finite draws"):
            sensitivity.chance_of_gain(bad)


# ---- cost of crime

CRIME = pd.DataFrame(
    {
        "crime_type": ["robbery", "fraud"],
        "anticipation": [500.0, 100.0],
        "consequence": [8_000.0, 1_600.0],
        "response": [1_500.0, 300.0],
        "total": [10_000.0, 2_000.0],
        "price_base": PRICES,
    }
)
ONE = pd.Series({"robbery": 1.0})


@pytest.mark.parametrize(
    ("crimes", "costs", "asked", "words"),
    [
        (ONE, CRIME, {"prices": "2018-19"}, "at 2019-20 prices and the rest at 2018-19"),
        (ONE, CRIME.assign(price_base=[PRICES, "2018-19"]), {}, "prices of one year"),
        (ONE, CRIME.assign(price_base=[PRICES, None]), {}, "prices of one year"),
        (ONE, CRIME, {"part": "all"}, 'not "all"'),
        (pd.Series({"robery": 1.0}), CRIME, {}, 'no unit cost of "robery". Did you mean "robbery"'),
        (-ONE, CRIME, {}, r"not negative: \['robbery'\]"),
        (ONE, pd.concat([CRIME, CRIME]), {}, "has one unit cost"),
    ],
)
def test_costs_of_crime_that_would_mislead_are_refused(
    crimes: "pd.Series[float]", costs: pd.DataFrame, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        crime_costs.cost_of_crime(crimes, costs, **({"prices": PRICES} | asked))


@pytest.mark.parametrize("spend", [-1.0, float("nan"), float("inf")])
def test_a_spend_that_is_none_cannot_break_even(spend: float) -> None:
    with pytest.raises(ValueError, match="known and not negative"):
        crime_costs.break_even(spend, CRIME, prices=PRICES)
    with pytest.raises(ValueError, match="the rest at 2018-19"):
        crime_costs.break_even(1.0, CRIME, prices="2018-19")


def test_an_unknown_number_of_crimes_has_no_cost_and_no_total() -> None:
    got = crime_costs.cost_of_crime(pd.Series({"robbery": np.nan, "fraud": 1.0}), CRIME, prices=PRICES)
    assert list(got["reason"]) == ["the number of crimes is not known", ""]
    assert list(got["pounds"].isna()) == [True, False]
    assert isinstance(crime_costs.total_cost(got), CannotSay)


def test_multipliers_are_seen_in_the_table_and_the_method() -> None:
    times = pd.Series({"robbery": 2.0, "fraud": 5.0})
    plain = crime_costs.cost_of_crime(ONE, CRIME, prices=PRICES)
    scaled = crime_costs.cost_of_crime(ONE, CRIME, prices=PRICES, multipliers=times)
    assert (plain["multiplier"].item(), scaled["multiplier"].item()) == (1.0, 2.0)
    methods = [getattr(crime_costs.total_cost(table), "method") for table in (plain, scaled)]  # noqa: B009
    assert ["not recorded" in method for method in methods] == [False, True]


def test_only_prices_are_made_newer() -> None:
    index = pd.Series({"2019-20": 100.0, "2023-24": 120.0})
    got = crime_costs.reprice(CRIME, "2023-24", index)
    assert got["total"].tolist() == pytest.approx([12_000, 2_400]) and set(got["price_base"]) == {"2023-24"}
    assert got["anticipation"].tolist() == pytest.approx([600, 120])
    with pytest.raises(ValueError, match="no value for 2030-31"):
        crime_costs.reprice(CRIME, "2030-31", index)


@CASES
@given(spend=st.floats(0, 1e9))
def test_avoiding_what_breaks_even_pays_just_for_the_spend(spend: float) -> None:
    got = crime_costs.break_even(spend, CRIME, prices=PRICES)
    assert (got["avoided"] * got["each"]).tolist() == pytest.approx([spend] * 2)
    assert ((got["at_least"] - got["avoided"]).between(-1e-9, 1)).all()


def test_the_home_office_table_can_be_used_as_it_stands() -> None:
    table = pd.read_csv(Path(__file__).parents[3] / "data" / "raw" / "reference" / "unit_costs_of_crime.csv")
    got = crime_costs.break_even(1e6, table, prices=PRICES).set_index("crime_type")
    assert got.loc["robbery", "at_least"] == 96  # 1,000,000/10,490 = 95.3
    assert (got["reason"] == "").all()
