"""Control charts: gaps, short and constant series, bad input, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.analysis.control_chart import (
    COMMON,
    RULES,
    ControlChart,
    Rebase,
    p_chart,
    p_prime_chart,
    shifts,
    trends,
    two_of_three,
    xmr,
)
from vfm.vocabulary.evidence import require_no_stronger
from vfm.vocabulary.results import Better, CannotSay

SERIES = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=40)


def chart(values: list[float], **named: object) -> ControlChart:
    got = xmr(pd.Series(values, dtype=float), **({"better": Better.HIGHER} | named))  # type: ignore[arg-type]
    assert isinstance(got, ControlChart)
    return got


# ---- what always holds


@settings(max_examples=40, deadline=None)
@given(values=SERIES, shift=st.integers(-100, 100))
def test_the_unit_of_the_series_changes_only_its_numbers(values: list[float], shift: int) -> None:
    plain, other = chart(values), chart([4 * x + shift for x in values])
    for column in ("lower", "mean", "upper"):
        np.testing.assert_allclose(other.table[column], 4 * plain.table[column] + shift, atol=1e-9)
    # a value that is within rounding of a boundary may fall on either side of it
    distance = np.abs(plain.table["value"] - plain.table["mean"])
    clear = np.abs(distance - (plain.table["upper"] - plain.table["mean"])) > 1e-9
    assert (other.table["outside"] == plain.table["outside"])[clear].all()
    assert other.table["trend"].tolist() == plain.table["trend"].tolist()


@settings(max_examples=40, deadline=None)
@given(values=SERIES)
def test_upside_down_what_improves_worsens(values: list[float]) -> None:
    up, down = chart(values), chart([-x for x in values], better=Better.LOWER)
    assert up.table["point"].tolist() == down.table["point"].tolist()
    for rule in RULES:
        assert (up.table[rule] == -down.table[rule]).all()


@settings(max_examples=40, deadline=None)
@given(values=SERIES, better=st.sampled_from(Better), target=st.one_of(st.none(), st.integers(-80, 80)))
def test_every_point_is_told_and_no_sentence_claims_a_cause(
    values: list[float], better: Better, target: float | None
) -> None:
    got = chart(values, better=better, target=target)
    assert ((got.table["rule"] == "") == (got.table["point"] == COMMON)).all()
    assert got.variation == got.table["point"].iloc[-1]
    require_no_stronger(got.sentence, 1)
    assert (got.table["lower"] <= got.table["mean"]).all() and (got.table["mean"] <= got.table["upper"]).all()


@given(values=SERIES)
def test_screening_never_widens_the_limits(values: list[float]) -> None:
    assert (chart(values, ranges="screened").table["upper"] <= chart(values).table["upper"] + 1e-9).all()


def test_where_screening_leaves_no_range_the_mean_is_still_that_of_every_point() -> None:
    """One step of 1 among four is 4 times the mean one, so it is left out, and the others are nought."""
    got = chart([0, -1, -1, -1, -1], ranges="screened").table
    assert got["mean"].tolist() == got["lower"].tolist() == got["upper"].tolist() == [-0.8] * 5


def every_window(signs: list[int], length: int) -> list[int]:
    """Runs by their definition: look at each window of the least length."""
    found = [0] * len(signs)
    for first in range(len(signs) - length + 1):
        window = signs[first : first + length]
        if window[0] and len(set(window)) == 1:
            found[first : first + length] = window
    return found


@given(side=st.lists(st.sampled_from([-1, 0, 1, 1, 1]), max_size=40))
def test_a_shift_is_every_window_of_seven(side: list[int]) -> None:
    assert shifts(side).tolist() == every_window(side, 7)


@given(steps=st.lists(st.sampled_from([-1, 0, 1, 1, 1, 1]), max_size=40))
def test_a_trend_is_every_window_of_six_steps_with_both_its_ends(steps: list[int]) -> None:
    got = trends(np.cumsum([0, *steps])).tolist()
    found = every_window(steps, 6)
    assert [bool(x) for x in got] == [bool(a or b) for a, b in zip([0, *found], [*found, 0], strict=True)]


@given(
    points=st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.booleans()), max_size=15),
)
def test_two_of_three_is_every_window_of_three(points: list[tuple[int, bool]]) -> None:
    near = [side if close else 0 for side, close in points]
    side = [side for side, _ in points]
    wanted = [False] * len(points)
    for i in range(len(points) - 2):
        if abs(sum(side[i : i + 3])) == 3 and sum(x != 0 for x in near[i : i + 3]) >= 2:
            wanted[i : i + 3] = [True] * 3
    assert two_of_three(near, side).tolist() == wanted


def test_the_point_where_a_trend_turns_is_of_the_one_that_it_ends() -> None:
    got = trends([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1])
    assert got.tolist() == [1] * 7 + [-1] * 6


# ---- gaps, and series with little in them


def test_a_gap_has_a_reason_and_ends_every_run() -> None:
    values = [1.0, 2] * 6 + [2, 2, 2, np.nan, 2, 2, 2]
    got = chart(values, limits_from=12).table
    assert got["reason"].tolist() == [""] * 15 + ["there is no value for this period"] + [""] * 3
    assert set(got["rule"]) == {""} and got["point"].iloc[15] == ""
    assert chart([1, 2] * 6 + [2, 2, 2, 2, 2, 2], limits_from=12).table["rule"].iloc[-1] == "shift"


def test_no_moving_range_goes_across_a_gap() -> None:
    got = chart([1.0, 2, np.nan, 12, 13, 12]).table
    assert got["upper"].iloc[0] == pytest.approx(8 + 2.66)  # 40/5, and three ranges of 1


def test_a_gap_at_the_end_leaves_the_last_value_to_tell() -> None:
    got = chart([1.0, 2] * 6 + [50, np.nan], limits_from=12)
    assert got.variation == "special cause improving" and "outside" in got.sentence


@pytest.mark.parametrize("values", [[], [1.0], [np.nan, np.nan], [1.0, np.nan, 2.0]])
def test_too_few_points_say_so(values: list[float]) -> None:
    got = xmr(pd.Series(values, dtype=float), better=Better.HIGHER)
    assert isinstance(got, CannotSay) and "no two values in a row" in got.reason


@pytest.mark.parametrize("value", [0.1, 1 / 3, 7, 1e9 + 0.1])
def test_a_constant_series_is_common_cause_and_warned_of(value: float) -> None:
    for ranges in ("all", "screened"):
        got = chart([value] * 13, ranges=ranges)
        assert got.variation == COMMON and got.table["lower"].iloc[0] == got.table["upper"].iloc[0] == value
        assert got.warnings == ("the values that fix the last limits are all the same, so any other is outside",)


@pytest.mark.parametrize(("points", "warned"), [(11, True), (12, False)])
def test_limits_of_fewer_than_twelve_points_are_provisional(points: int, warned: bool) -> None:
    alternate = [float(i % 2) for i in range(24)]
    several = [
        chart(alternate[:points]),
        chart(alternate, limits_from=points),
        chart(alternate, rebases=[Rebase(24 - points, "a new form")]),
    ]
    for got in several:
        assert any("provisional" in warning for warning in got.warnings) == warned
        assert not warned or "rest on 11 points" in got.sentence or "rest on 11 points" in str(got.warnings)


# ---- bad input


@pytest.mark.parametrize("reason", ["", "  "])
def test_limits_start_afresh_only_for_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="only for a reason: say what changed"):
        Rebase("2019-Q1", reason)


@pytest.mark.parametrize("at", [0, 99])
def test_limits_start_afresh_only_inside_the_series(at: int) -> None:
    with pytest.raises(ValueError, match="no such point after its first"):
        chart([1, 2, 1, 2], rebases=[Rebase(at, "a new form")])


def test_a_phase_of_one_point_says_nothing() -> None:
    got = xmr(pd.Series([1.0, 2, 1, 9]), better=Better.HIGHER, rebases=[Rebase(3, "a new form")])
    assert isinstance(got, CannotSay)


@pytest.mark.parametrize("index", [[2, 1, 3], [1, 1, 2]])
def test_periods_out_of_order_are_refused(index: list[int]) -> None:
    with pytest.raises(ValueError, match="rise, each once"):
        xmr(pd.Series([1.0, 2, 3], index=index), better=Better.HIGHER)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"ranges": "some"}, '"all" or "screened", not "some"'),
        ({"limits_from": 1}, "two points at the least"),
        ({"limits_from": 0}, "two points at the least"),
    ],
)
def test_another_choice_is_refused(named: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chart([1, 2, 3], **named)


def test_limits_from_points_with_nothing_between_them_are_refused() -> None:
    with pytest.raises(ValueError, match="have no two values in a row"):
        chart([1.0, np.nan, 2, 3, 4], limits_from=2)


@pytest.mark.parametrize("make", [p_chart, p_prime_chart])
@pytest.mark.parametrize(
    ("events", "base", "message"),
    [
        ([1, 5], [2, 4], "no more than their denominator"),
        ([-1, 2], [2, 4], "not negative"),
        ([1, 2], [2, -4], "not negative"),
    ],
)
def test_what_is_no_proportion_is_refused(make, events: list[int], base: list[int], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        make(pd.Series(events), pd.Series(base), better=Better.HIGHER)


@pytest.mark.parametrize("make", [p_chart, p_prime_chart])
def test_denominators_of_other_periods_are_refused(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="different indexes"):
        make(pd.Series([1, 2]), pd.Series([2, 4], index=[1, 2]), better=Better.HIGHER)


@pytest.mark.parametrize("make", [p_chart, p_prime_chart])
def test_a_period_without_anyone_is_a_gap(make) -> None:  # type: ignore[no-untyped-def]
    got = make(pd.Series([5.0, 6, 0, np.nan, 4]), pd.Series([10.0, 12, 0, 10, 11]), better=Better.HIGHER)
    assert got.table["reason"].ne("").tolist() == [False, False, True, True, False]
    assert got.table["mean"].iloc[0] == pytest.approx(15 / 33)


@pytest.mark.parametrize("make", [p_chart, p_prime_chart])
@pytest.mark.parametrize("events", [[0] * 12, [100] * 12])
def test_all_or_nothing_every_time_is_common_cause(make, events: list[int]) -> None:  # type: ignore[no-untyped-def]
    got = make(pd.Series(events), pd.Series([100] * 12), better=Better.HIGHER)
    assert got.variation == COMMON and any("all the same" in warning for warning in got.warnings)


def test_with_large_denominators_a_p_chart_cries_wolf_and_laneys_does_not() -> None:
    rng = np.random.default_rng(5)
    base = pd.Series([200_000.0] * 200)
    events = pd.Series(rng.binomial(200_000, rng.normal(0.3, 0.01, 200)), dtype=float)
    plain, laney = (make(events, base, better=Better.HIGHER) for make in (p_chart, p_prime_chart))
    assert isinstance(plain, ControlChart) and isinstance(laney, ControlChart)
    assert (plain.table["outside"] != 0).mean() > 0.6
    assert (laney.table["outside"] != 0).mean() < 0.03


def test_by_chance_alone_the_two_charts_of_proportions_agree() -> None:
    rng = np.random.default_rng(6)
    base = pd.Series(rng.integers(300, 900, 2000), dtype=float)
    events = pd.Series(rng.binomial(base.astype(int), 0.3), dtype=float)
    plain, laney = (make(events, base, better=Better.HIGHER) for make in (p_chart, p_prime_chart))
    assert isinstance(plain, ControlChart) and isinstance(laney, ControlChart)
    np.testing.assert_allclose(laney.table["upper"] - 0.3, plain.table["upper"] - 0.3, rtol=0.08)
