"""Ratios, bootstrap and denominators: edges, bad input, and what the limits are worth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from vfm.analysis import bootstrap, ratios
from vfm.analysis.bootstrap import bootstrap_ratios
from vfm.analysis.ratios import Ratio, Shape, fieller_paired, fieller_two_sample, provider_ratios
from vfm.report.denominators import one_denominator
from vfm.vocabulary.results import CannotSay, Estimate

CASES = settings(max_examples=50, deadline=None)  # other work on the machine may slow any one of them
PAIRS = st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 50)), min_size=2, max_size=12)
SAMPLE = st.lists(st.integers(-50, 1_000), min_size=2, max_size=12)
LEVEL = st.floats(0.5, 0.998)


def statistic(spend: np.ndarray, count: np.ndarray, ratio: float) -> float:
    """Student's t of the pairs' left-overs at a ratio: what Fieller's set is defined by."""
    left = spend - ratio * count
    return abs(left.mean()) / (left.std(ddof=1) / np.sqrt(len(left)))


@CASES
@given(pairs=PAIRS, level=LEVEL, ratio=st.floats(-1e3, 1e3))
def test_the_set_holds_its_ratio_and_just_what_a_test_would_not_rule_out(
    pairs: list[tuple[int, int]], level: float, ratio: float
) -> None:
    spend, count = np.array(pairs, dtype=float).T
    got = fieller_paired(spend, count, level=level)
    assume(isinstance(got, Ratio))
    assert isinstance(got, Ratio)
    assert got.holds(got.value)
    assert (got.g < 1) == (got.shape is Shape.INTERVAL)
    spread = (spend - ratio * count).std()
    assume(spread > 1e-6)
    limit = stats.t.isf((1 - level) / 2, len(pairs) - 1)
    far = statistic(spend, count, ratio) / limit
    assume(abs(far - 1) > 1e-6)  # not on the very edge
    assert got.holds(ratio) == (far < 1)


@CASES
@given(pairs=PAIRS, level=LEVEL, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_pairs_makes_no_difference(pairs: list[tuple[int, int]], level: float, shuffle: object) -> None:
    other = list(pairs)
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    one, two = (fieller_paired(*np.array(rows, dtype=float).T, level=level) for rows in (pairs, other))
    assert one == two


@CASES
@given(above=SAMPLE, below=SAMPLE, level=LEVEL, variances=st.sampled_from(["separate", "pooled"]))
def test_two_samples_hold_their_ratio(above: list[int], below: list[int], level: float, variances: str) -> None:
    got = fieller_two_sample(above, below, level=level, variances=variances)
    if isinstance(got, Ratio):
        assert got.holds(got.value)
        assert got.value == pytest.approx(np.mean(above) / np.mean(below))
        least = min(len(above), len(below)) - 1
        assert least * (1 - 1e-9) <= got.df <= (len(above) + len(below) - 2) * (1 + 1e-9)


def test_limits_widen_to_no_interval_as_the_count_grows_uncertain() -> None:
    shapes = []
    for apart in (1, 5, 9, 9.9):
        got = fieller_paired([90, 100, 110, 100], [10 - apart, 10 + apart, 10 - apart / 2, 10 + apart / 2])
        assert isinstance(got, Ratio)
        shapes.append((got.shape, isinstance(got.as_result(), Estimate)))
    assert shapes[0] == (Shape.INTERVAL, True) and shapes[-1] == (Shape.HALF_LINES, False)


def test_a_ratio_without_an_interval_says_why() -> None:
    got = fieller_paired((10, 11, 12), (0, 0, 3), level=0.8)
    assert isinstance(got, Ratio)
    assert got.as_result() == CannotSay("what it is divided by may be zero (g = 3.56, from 1 on there is no interval)")
    assert got.holds(-20) and got.holds(11) and not got.holds(0)


def test_one_end_may_be_at_infinity() -> None:
    # a = u^2 - t^2 vu = 0: g is just 1, and what is left of the set is one half-line
    assert ratios._roots(0.0, 2.0, 4.0) == (Shape.HALF_LINES, -np.inf, 1.0)
    assert ratios._roots(0.0, -2.0, 4.0) == (Shape.HALF_LINES, -1.0, np.inf)


@pytest.mark.parametrize(
    ("spend", "count", "words"),
    [
        ([1.0, np.nan], [1, 2], "spend has 1 that are missing"),
        ([1.0, 2.0], [1, np.inf], "count has 1 that are missing"),
        ([1.0, -2.0], [1, 2], "not negative"),
        ([1.0, 2.0], [1, -2], "not negative"),
        ([1.0, 2.0, 3.0], [1, 2], "there are 3 and 2"),
        ([[1.0, 2.0]], [[1, 2]], "one row of numbers"),
    ],
)
def test_pairs_that_are_none_are_refused(spend: list[float], count: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fieller_paired(spend, count)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_no_coverage_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="coverage between 0 and 1"):
        fieller_paired([1, 2], [2, 1], level=level)


def test_variances_of_another_name_are_refused() -> None:
    with pytest.raises(ValueError, match='not "equal"'):
        fieller_two_sample([1, 2], [1, 2], variances="equal")


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [
        ([1], [1, 2], "too few"),
        ([1, 2], [-1, 1], "is zero"),
        ([1, 1], [2, 2], "neither group varies"),
        ([0, 0], [0, 1], "zero throughout"),
    ],
)
def test_two_samples_of_which_nothing_can_be_said(above: list[int], below: list[int], words: str) -> None:
    got = fieller_two_sample(above, below)
    assert isinstance(got, CannotSay) and words in got.reason


def test_a_table_of_providers_gives_limits_or_reasons() -> None:
    pairs = pd.DataFrame(
        [("b", 10, 1), ("b", 20, 3), ("b", 30, 2), ("a", 10, 0), ("a", 11, 0), ("a", 12, 3), ("c", 5, 1)],
        columns=["service", "spend", "count"],
    )
    got = provider_ratios(pairs, by="service", level=0.5).set_index("service")
    assert list(got.index) == ["a", "b", "c"] and list(got["n"]) == [3, 3, 1]
    assert got.loc["b", "lower"] == pytest.approx((350 - 6900**0.5) / 34) and got.loc["b", "reason"] == ""
    assert got.loc["c", "reason"].startswith("there are too few pairs") and np.isnan(got.loc["c", "value"])
    assert list(got["lower"].isna()) == list(got["reason"] != "")
    shuffled = provider_ratios(pairs.sample(frac=1, random_state=1), by="service", level=0.5).set_index("service")
    pd.testing.assert_frame_equal(got, shuffled)


# ---- bootstrap


def providers(*groups: list[tuple[float, float]]) -> pd.DataFrame:
    rows = [(f"g{place}", *pair) for place, group in enumerate(groups) for pair in group]
    return pd.DataFrame(rows, columns=["service", "spend", "count"])


PLAIN = [(10.0, 2.0), (20.0, 3.0), (35.0, 4.0), (10.0, 5.0), (50.0, 6.0), (20.0, 1.0)]


def limits(pairs: pd.DataFrame, **changed: object) -> pd.DataFrame:
    return bootstrap_ratios(pairs, **({"by": ["service"], "draws": 2_000, "seed": 1} | changed))  # type: ignore[arg-type]


def test_draws_give_the_limits_that_scipy_gives() -> None:
    spend, count = np.array(PLAIN).T
    got = limits(providers(PLAIN), draws=40_000).iloc[0]
    other = stats.bootstrap(
        (spend, count),
        lambda s, c, axis: s.sum(axis=axis) / c.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=40_000,
        method="BCa",
        rng=np.random.default_rng(2),
    )
    # 2%: both draw by chance
    assert [got["lower"], got["upper"]] == pytest.approx(list(other.confidence_interval), rel=0.02)
    assert got["se"] == pytest.approx(other.standard_error, rel=0.02)


def test_a_group_is_the_same_whatever_else_is_in_the_table_and_however_it_is_sorted() -> None:
    other = [(spend * 3, count + 1) for spend, count in PLAIN]
    both, alone = limits(providers(PLAIN, other, PLAIN[:5])), limits(providers(PLAIN))
    pd.testing.assert_frame_equal(both.iloc[:1], alone)
    shuffled = providers(PLAIN, other, PLAIN[:5]).sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(limits(shuffled), both)


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = providers(*[[(spend + place, count) for spend, count in PLAIN] for place in range(5)])
    whole = limits(pairs)
    monkeypatch.setattr(bootstrap, "BLOCK", 4_000)  # two groups at a time, 666 draws at a time
    pd.testing.assert_frame_equal(limits(pairs), whole, rtol=1e-12)


def test_the_seed_is_what_moves_the_limits() -> None:
    assert limits(providers(PLAIN), seed=2)["lower"].item() != limits(providers(PLAIN))["lower"].item()
    pd.testing.assert_frame_equal(limits(providers(PLAIN)), limits(providers(PLAIN)))


@pytest.mark.parametrize(
    ("pairs", "reason", "known"),
    [
        ([(1.0, 0.0)] * 6, bootstrap.NONE_COUNTED, ""),
        ([(2.0, 1.0)] * 6, bootstrap.ONE_RATIO, "value"),
        ([(1.0, 3.0), (2.0, 6.0), (3.0, 9.0), (4.0, 12.0), (5.0, 15.0)], bootstrap.ONE_RATIO, "value"),
        ([(1.0, 5.0), *[(2.0, 0.0)] * 5], bootstrap.ONE_COUNTS, "value"),
        ([(1.0, 5.0), (2.0, 1.0)], "there are too few providers to draw from: 2, and limits take 5", "value"),
        ([(1.0, 5.0), (2.0, 1.0), *[(2.0, 0.0)] * 4], bootstrap.NO_UPPER, "value lower"),
    ],
)
def test_no_limits_have_a_reason(pairs: list[tuple[float, float]], reason: str, known: str) -> None:
    got = limits(providers(pairs)).iloc[0]
    assert got["reason"] == reason
    assert got[["value", "lower", "upper"]].notna().to_dict() == {
        name: name in known.split() for name in ("value", "lower", "upper")
    }


def test_a_few_draws_without_a_count_take_the_standard_error_away_but_not_the_limits() -> None:
    got = limits(providers([(10.0, 4.0), (20.0, 5.0), (35.0, 6.0), (10.0, 5.0), (50.0, 6.0), (20.0, 0.0)])).iloc[0]
    assert got["reason"] == "" and got["se"] > 0  # (1/6)^6 of the draws: none of 2,000
    got = limits(providers([(10.0, 4.0), (20.0, 5.0), (35.0, 6.0), (10.0, 0.0), (50.0, 6.0)]), draws=20_000).iloc[0]
    assert "so there is no standard error" in got["reason"] and np.isnan(got["se"]) and np.isfinite(got["upper"])


@CASES
@given(pairs=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 20)), min_size=1, max_size=9))
def test_draws_never_fail_and_nothing_is_missing_without_a_reason(pairs: list[tuple[int, int]]) -> None:
    got = limits(providers([(float(s), float(c)) for s, c in pairs]), draws=1_000).iloc[0]
    assert got[["value", "lower", "upper", "se", "bias"]].notna().all() == (got["reason"] == "")
    # The limits may leave the ratio out where the draws are few and lumpy, but they keep their order.
    assert not got["lower"] > got["upper"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"spend": [np.nan] * 6}, "spend is missing or negative"),
        ({"count": [-1.0] * 6}, "count is missing or negative"),
        ({"spend": [np.inf] * 6}, "spend is missing or negative"),
        ({"service": [None] * 6}, "a row has no service"),
    ],
)
def test_rows_that_cannot_be_drawn_are_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        limits(providers(PLAIN).assign(**changed))


@pytest.mark.parametrize("changed", [{"draws": 999}, {"level": 1.0}])
def test_too_few_draws_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="1,000 draws or more"):
        limits(providers(PLAIN), **changed)


def test_no_rows_give_no_rows() -> None:
    got = limits(providers())
    assert got.empty and list(got.columns)[:4] == ["service", "value", "lower", "upper"]


# ---- denominators


@pytest.mark.parametrize("labels", [["output", "outcome"], [], ["output", None]])
def test_costs_of_different_things_are_never_in_one_table(labels: list[str]) -> None:
    with pytest.raises(ValueError, match="never in one table"):
        one_denominator(pd.DataFrame({"denominator": labels}))


def test_a_table_that_does_not_say_what_each_is_is_refused() -> None:
    with pytest.raises(ValueError, match="says in a column"):
        one_denominator(pd.DataFrame({"value": [1.0]}))
