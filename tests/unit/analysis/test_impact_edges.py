"""Impact: edges, refusals, and what holds whatever the figures are."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from vfm.analysis import difference_in_differences as did
from vfm.analysis import few_places, impact, staggered
from vfm.analysis import fixed_effects as fe
from vfm.analysis.event_study import event_study
from vfm.analysis.impact import About, Effect
from vfm.analysis.interrupted_series import interrupted_series, slope_test
from vfm.analysis.segmented_regression import SeriesFit, SeriesModel, fit_series
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.results import CannotSay, Estimate

ABOUT = About("crime", "crimes", "the scheme")
NUMBERS = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
PANEL: dict[str, Any] = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}


def panel_of(values: np.ndarray, starts: list[float]) -> pd.DataFrame:
    """A panel from a matrix of units by times."""
    rows = [(i, t, starts[i], value) for i, row in enumerate(values) for t, value in enumerate(row)]
    return pd.DataFrame(rows, columns=["unit", "time", "start", "y"])


@st.composite
def panels(draw: st.DrawFn, *, times: int | None = None, single: bool = False) -> pd.DataFrame:
    """Panels of seven to nine units: four or five that start and some that never do."""
    periods = times or draw(st.integers(3, 5))
    starting = draw(st.integers(4, 5))
    first = draw(st.lists(st.integers(1, periods - 1), min_size=starting, max_size=starting))
    first = [first[0]] * starting if single else first
    starts = [*map(float, first), *[np.nan] * draw(st.integers(3, 4))]
    seed = draw(st.integers(0, 2**32 - 1))
    return panel_of(np.random.default_rng(seed).normal(0, 10, (len(starts), periods)).round(3), starts)


# ---- what holds whatever the figures are


@given(panels(times=2, single=True))
@settings(max_examples=10, deadline=None)
def test_two_by_two_is_the_difference_of_differences_of_means_and_so_is_two_way(panel: pd.DataFrame) -> None:
    groups = panel.assign(treated=panel["start"].notna().astype(int))
    m = groups.groupby(["treated", "time"])["y"].mean()
    difference = (m[1, 1] - m[1, 0]) - (m[0, 1] - m[0, 0])
    named: dict[str, Any] = {"outcome": "y", "unit": "unit", "treated": "treated", "after": "time", "about": ABOUT}
    found = [method(groups, **named) for method in (did.two_by_two, did.paired_changes)]
    found.append(did.two_way(panel, **PANEL, about=ABOUT))
    assert [e.value for e in found] == pytest.approx([difference] * 3, rel=1e-8, abs=1e-8)


@given(panels())
@settings(max_examples=20, deadline=None)
def test_bacon_weights_sum_to_one_and_give_two_way_fixed_effects(panel: pd.DataFrame) -> None:
    wide = staggered.widen(panel, **PANEL)
    assert isinstance(wide, staggered.Wide)
    parts = staggered.bacon(wide)
    fit = did.two_way(panel, **PANEL, about=ABOUT)
    assert isinstance(parts, pd.DataFrame) and isinstance(fit, Effect)
    assert (parts["weight"] > 0).all()
    assert parts["weight"].sum() == pytest.approx(1, rel=1e-9)
    assert (parts["weight"] * parts["value"]).sum() == pytest.approx(fit.value, rel=1e-7, abs=1e-8)


def test_bacon_holds_with_units_treated_throughout() -> None:
    values = np.random.default_rng(3).normal(size=(8, 6))
    panel = panel_of(values, [0.0, 0.0, 2.0, 2.0, 4.0, 4.0, np.nan, np.nan])
    wide = staggered.widen(panel, **PANEL)
    assert isinstance(wide, staggered.Wide)
    parts = staggered.bacon(wide)
    fit = did.two_way(panel, **PANEL, about=ABOUT)
    assert isinstance(parts, pd.DataFrame) and isinstance(fit, Effect)
    assert parts["weight"].sum() == pytest.approx(1, rel=1e-9)
    assert (parts["weight"] * parts["value"]).sum() == pytest.approx(fit.value, rel=1e-7)


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 1))
@settings(max_examples=20, deadline=None)
def test_the_within_transform_is_a_regression_on_dummies(seed: int, kept: float) -> None:
    generator = np.random.default_rng(seed)
    pairs = np.array(list(itertools.product(range(6), range(5))))
    pairs = pairs[generator.random(30) < kept]
    assume(len(pairs) > 8)
    codes = [pd.factorize(column)[0].astype(np.int64) for column in pairs.T]
    values = generator.normal(size=(len(pairs), 2))
    dummies = np.column_stack([np.eye(int(c.max()) + 1)[c] for c in codes])
    residuals = values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]
    np.testing.assert_allclose(fe.within(values, codes), residuals, atol=1e-8)
    assert fe.absorbed(codes) == np.linalg.matrix_rank(dummies)


@given(panels(), st.lists(NUMBERS, min_size=9, max_size=9))
@settings(max_examples=5, deadline=None)
def test_a_constant_added_to_a_unit_changes_nothing(panel: pd.DataFrame, added: list[float]) -> None:
    moved = panel.assign(y=panel["y"] + panel["unit"].map(dict(enumerate(added))))
    for estimate in (did.two_way, event_study, staggered.staggered_effect):
        before, after = (estimate(p, **PANEL, about=ABOUT) for p in (panel, moved))
        assert type(before) is type(after)
        if isinstance(before, Effect) and isinstance(after, Effect):
            ends = [(e.value, e.lower, e.upper) for e in (before, after)]
            assert ends[0] == pytest.approx(ends[1], rel=1e-5, abs=1e-5)


@given(panels())
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_changes_nothing(panel: pd.DataFrame) -> None:
    mixed = panel.sample(frac=1, random_state=1)
    for estimate in (did.two_way, event_study, staggered.staggered_effect):
        # so many places that their starts are dealt out by drawing need a generator, the same for both
        before, after = (estimate(p, **PANEL, about=ABOUT, generator=np.random.default_rng(9)) for p in (panel, mixed))
        assert type(before) is type(after)
        if isinstance(before, Effect) and isinstance(after, Effect):
            assert (before.value, before.lower) == pytest.approx((after.value, after.lower), rel=1e-6, abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 2.0, 10.0]))
@settings(max_examples=15, deadline=None)
def test_a_series_in_other_units_has_the_same_step(seed: int, times: float) -> None:
    counts = series(np.random.default_rng(seed).poisson(80, 30))
    found = [fit_series(c, "2011-04", model=SeriesModel()) for c in (counts, counts * times)]
    assert [f.ratio("step").value for f in found if isinstance(f, SeriesFit)] == pytest.approx(
        [found[0].ratio("step").value] * 2,
        rel=1e-5,  # type: ignore[union-attr]
    )


def test_plain_errors_of_a_coverage_are_those_of_the_simulation() -> None:
    """The interval of a quasipoisson step holds the truth as often as it says, though counts vary twice as much."""
    generator, held = np.random.default_rng(11), 0
    for _ in range(200):
        counts = series(generator.negative_binomial(100, 0.5, 48))  # mean 100, variance 200
        found = fit_series(counts, "2012-01", model=SeriesModel())
        assert isinstance(found, SeriesFit)
        step = found.ratio("step")
        held += step.lower is not None and step.upper is not None and step.lower <= 1 <= step.upper
    assert 0.90 <= held / 200 <= 0.985  # 95% less and more three times its error, 1.5%, and normal for Student's


# ---- the wild bootstrap


def brute_force_p(panel: pd.DataFrame) -> float:
    """Each pattern of signs of the units' changes; with two times the regression is one of changes on a constant."""
    times = panel.pivot(index="unit", columns="time", values="y")
    change, treated = (times[1] - times[0]).to_numpy(), panel.groupby("unit")["start"].first().notna().to_numpy()

    def t(values: np.ndarray) -> float:
        gaps = [values[g] - values[g].mean() for g in (treated, ~treated)]
        spread = np.sqrt(sum(((gap / len(gap)) ** 2).sum() for gap in gaps))
        return abs(values[treated].mean() - values[~treated].mean()) / spread

    null = change - change.mean()
    patterns = itertools.product([1, -1], repeat=len(change))
    return float(np.mean([t(null * np.array(signs)) >= t(change) * (1 - 1e-9) for signs in patterns]))


def test_every_pattern_of_signs_is_taken_where_there_are_few() -> None:
    values = np.random.default_rng(8).normal(size=(8, 2)) + np.outer([1.5] * 4 + [0] * 4, [0, 1])
    panel = panel_of(values, [1.0] * 4 + [np.nan] * 4)
    found = did.two_way(panel, **PANEL, about=ABOUT, generator=np.random.default_rng(1))
    assert isinstance(found, Effect)
    p = found.further[few_places.NO_EFFECT]
    assert isinstance(p, Estimate)
    assert p.value == pytest.approx(brute_force_p(panel), abs=1e-12) and 0 < p.value < 1


def boot_of(panel: pd.DataFrame, **named: Any) -> few_places.WildBootstrap:
    on = panel.assign(on=(panel["time"] >= panel["start"]).astype(float))
    fit = fe.fixed_effects(on, outcome="y", regressors=["on"], groups=["unit", "time"], cluster="unit")
    assert isinstance(fit, fe.PanelFit)
    return few_places.WildBootstrap(fe.one_of(fit, pd.Series({"on": 1.0})), **named)


def test_a_bootstrap_that_is_drawn_is_near_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(9).normal(size=(9, 3)) + np.outer([0.8] * 5 + [0] * 4, [0, 0, 1])
    panel = panel_of(values, [2.0] * 5 + [np.nan] * 4)
    whole = boot_of(panel).p()
    monkeypatch.setattr(few_places, "MOST_AT_ONCE", 1)
    drawn = boot_of(panel, generator=np.random.default_rng(7), draws=500)
    assert not drawn.every
    assert drawn.p() == pytest.approx(whole, abs=0.07)  # three times sqrt(0.25/500)


def test_starts_that_are_drawn_give_nearly_the_interval_of_all_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(10).normal(size=(9, 3)) + np.outer([0.8] * 5 + [0] * 4, [0, 0, 1])
    panel = panel_of(values, [2.0] * 5 + [np.nan] * 4)
    whole = staggered.staggered_effect(panel, **PANEL, about=ABOUT)
    monkeypatch.setattr(few_places, "MOST_AT_ONCE", 1)
    drawn = staggered.staggered_effect(panel, **PANEL, about=ABOUT, generator=np.random.default_rng(3))
    assert isinstance(whole, Effect) and isinstance(drawn, Effect)
    assert "all 126 ways" in whole.method and "9,999 ways that were drawn" in drawn.method
    # with 126 deals the ends are of the sixth of 126 and stand at steps; the drawn ones stand at the same or the next
    assert (drawn.lower, drawn.upper) == pytest.approx((whole.lower, whole.upper), abs=0.25)


@given(panels())
@settings(max_examples=15, deadline=None)
def test_loads_give_every_group_at_every_time(panel: pd.DataFrame) -> None:
    wide = staggered.widen(panel, **PANEL)
    assert isinstance(wide, staggered.Wide)
    for controls in ("not-yet", "never"):
        cells = staggered.group_time(wide, controls=controls)
        assume(isinstance(cells, staggered.GroupTimes))
        assert isinstance(cells, staggered.GroupTimes)
        each = cells.loads[:, cells.starts.searchsorted(wide.start), :]
        assert (each * wide.values).sum(axis=(1, 2)) == pytest.approx(cells.table["value"].to_numpy(), abs=1e-9)


def test_few_draws_are_refused() -> None:
    panel = panel_of(np.random.default_rng(2).normal(size=(6, 2)), [1.0] * 3 + [np.nan] * 3)
    with pytest.raises(ValueError, match="99 draws at least"):
        boot_of(panel, draws=10)


def test_a_sum_of_no_coefficients_is_refused() -> None:
    panel = panel_of(np.random.default_rng(2).normal(size=(6, 2)), [1.0] * 3 + [np.nan] * 3)
    on = panel.assign(on=(panel["time"] >= panel["start"]).astype(float))
    fit = fe.fixed_effects(on, outcome="y", regressors=["on"], groups=["unit", "time"], cluster="unit")
    assert isinstance(fit, fe.PanelFit)
    with pytest.raises(ValueError, match="has a weight"):
        fe.one_of(fit, pd.Series({"other": 1.0}))


# ---- series: slips of the caller, and fits that fail


def series(values: Any) -> "pd.Series[float]":
    return pd.Series(values, index=pd.period_range("2010-01", periods=len(values), freq="M"), dtype=float)


GOOD = series(np.random.default_rng(4).poisson(100, 24))

SLIPS: list[tuple[Any, dict[str, Any], str]] = [
    (GOOD.reset_index(drop=True), {}, "give it a PeriodIndex"),
    (GOOD.drop(GOOD.index[3]), {}, "without gaps"),
    (GOOD.iloc[::-1], {}, "without gaps"),
    (GOOD - 200, {}, "a count is not negative"),
    (GOOD, {"exposure": GOOD.iloc[1:]}, "align them first"),
    (GOOD, {"exposure": GOOD * 0}, "an exposure is more than zero"),
    (GOOD, {"change": "2019-01"}, "2019-01 is outside it"),
]


@pytest.mark.parametrize(("counts", "named", "said"), SLIPS)
def test_a_slip_in_a_series_is_refused(counts: Any, named: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit_series(counts, **({"change": "2011-01", "model": SeriesModel()} | named))


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"family": "gamma"}, 'not "gamma"'),
        ({"harmonics": -1}, "not negative"),
        ({"lags": -1}, "not negative"),
        ({"family": "negbin", "lags": 3}, "use quasipoisson"),
        ({"coverage": 95}, "between 0 and 1"),
    ],
)
def test_a_model_that_is_none_is_refused(named: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SeriesModel(**named)


def test_more_harmonics_than_a_year_can_hold() -> None:
    quarters = pd.Series(np.arange(20.0) + 5, index=pd.period_range("2010Q1", periods=20, freq="Q-MAR"))
    found = fit_series(quarters, quarters.index[10], model=SeriesModel(harmonics=2))
    assert found == CannotSay("2 harmonics need more than 4 points in a year")


def test_more_unknowns_than_points() -> None:
    found = fit_series(GOOD.iloc[:16], "2010-09", model=SeriesModel(harmonics=5, slope=True))
    assert found == CannotSay("16 points are too few for the 14 unknowns of the model")


@pytest.mark.parametrize("family", ["poisson", "quasipoisson"])
def test_a_fit_without_any_scatter_says_so(family: str) -> None:
    found = fit_series(series([100.0] * 12 + [80.0] * 12), "2011-01", model=SeriesModel(family))
    assert isinstance(found, CannotSay) and found.reason.startswith("the model could not be fitted to these figures (")


def test_counts_that_vary_less_than_poisson_have_no_negative_binomial() -> None:
    values = [100 + s for s in (1, -1, -1, 1) * 6]
    found = fit_series(series(values), "2011-01", model=SeriesModel("negbin"))
    assert isinstance(found, CannotSay) and "vary no more than a Poisson's" in found.reason


def test_the_test_of_a_slope_takes_the_two_fits_it_is_for() -> None:
    fit = fit_series(GOOD, "2011-01", model=SeriesModel())
    assert isinstance(fit, SeriesFit)
    with pytest.raises(ValueError, match="takes a quasipoisson fit with a slope"):
        slope_test(fit, fit)


def test_places_left_out_of_a_series() -> None:
    parts = pd.DataFrame({"a": GOOD // 3, "b": GOOD - GOOD // 3})
    found = interrupted_series(GOOD, "2011-01", outcome="Theft", model=SeriesModel(), places=parts)
    assert isinstance(found, Effect)
    rows = found.checks[found.checks["check"] == impact.LEFT_OUT].set_index("of")
    alone = fit_series(parts["b"], "2011-01", model=SeriesModel())
    assert isinstance(alone, SeriesFit)
    assert rows["value"]["a"] == pytest.approx(alone.ratio("step").value)
    assert "Leaving out one place at a time moves it between" in found.sentence


def test_places_that_do_not_sum_are_refused() -> None:
    parts = pd.DataFrame({"a": GOOD, "b": GOOD})
    with pytest.raises(ValueError, match="do not sum to the series"):
        interrupted_series(GOOD, "2011-01", outcome="Theft", model=SeriesModel(), places=parts)
    with pytest.raises(ValueError, match="their exposures are not known"):
        interrupted_series(GOOD, "2011-01", outcome="Theft", model=SeriesModel(), places=parts, exposure=GOOD * 0 + 9)


def test_a_placebo_date_that_is_not_before_is_refused() -> None:
    with pytest.raises(ValueError, match="a placebo date is before the change"):
        interrupted_series(GOOD, "2011-01", outcome="Theft", model=SeriesModel(), placebos=["2011-01"])


def test_what_weakens_a_series_is_said() -> None:
    walk = np.exp(np.cumsum(np.random.default_rng(2).normal(0, 0.2, 60)))
    found = interrupted_series(series(500 * walk), "2012-07", outcome="Theft", model=SeriesModel("poisson"))
    assert isinstance(found, Effect)
    assert any("neighbouring points are alike" in caution for caution in found.cautions)
    assert any("times as much as Poisson counts" in caution for caution in found.cautions)


# ---- panels: slips of the caller


def test_slips_in_a_panel_are_refused() -> None:
    panel = panel_of(np.random.default_rng(5).normal(size=(6, 3)), [1.0] * 3 + [np.nan] * 3)
    twice, moving = pd.concat([panel, panel]), panel.assign(start=panel["start"].where(panel["time"] > 0))
    for estimate in (did.two_way, event_study, staggered.staggered_effect):
        with pytest.raises(ValueError, match="two rows for one unit and time"):
            estimate(twice, **PANEL, about=ABOUT)
        with pytest.raises(ValueError, match="a unit has one start"):
            estimate(moving, **PANEL, about=ABOUT)
        with pytest.raises(ValueError, match="the panel has no column y"):
            estimate(panel.drop(columns="y"), **PANEL, about=ABOUT)
        with pytest.raises(ValueError, match="coverage is between 0 and 1"):
            estimate(panel, **PANEL, about=ABOUT, coverage=95)
    with pytest.raises(ValueError, match="the ends are at most -2"):
        event_study(panel, **PANEL, about=ABOUT, ends=(-1, 3))
    wide = staggered.widen(panel, **PANEL)
    assert isinstance(wide, staggered.Wide)
    with pytest.raises(ValueError, match='not "all"'):
        staggered.group_time(wide, controls="all")


def test_slips_in_two_by_two_are_refused() -> None:
    panel = panel_of(np.random.default_rng(5).normal(size=(6, 2)), [1.0] * 3 + [np.nan] * 3)
    panel = panel.assign(treated=panel["start"].notna().astype(int))
    named: dict[str, Any] = {"outcome": "y", "unit": "unit", "treated": "treated", "after": "time", "about": ABOUT}
    with pytest.raises(ValueError, match="time holds 0 or 1"):
        did.two_by_two(panel.assign(time=panel["time"] + 2000), **named)
    with pytest.raises(ValueError, match="it differs between its rows"):
        did.two_by_two(panel.assign(treated=panel["time"]), **named)
    with pytest.raises(ValueError, match="two rows for one unit and time"):
        did.paired_changes(pd.concat([panel, panel]), **named)


def test_no_treatment_can_be_seen_where_every_borough_is_served() -> None:
    panel = panel_of(np.random.default_rng(5).normal(size=(32, 8)), [4.0] * 32)
    said = CannotSay("every unit starts at the same time, so there is none untreated to compare with")
    assert did.two_way(panel, **PANEL, about=ABOUT) == event_study(panel, **PANEL, about=ABOUT) == said


def test_a_panel_with_gaps_is_fitted_and_its_few_units_are_bootstrapped() -> None:
    panel = panel_of(np.random.default_rng(5).normal(size=(8, 6)), [3.0] * 4 + [np.nan] * 4).drop(index=[5, 17, 30])
    found = did.two_way(panel, **PANEL, about=ABOUT)
    assert isinstance(found, Effect)
    on = panel.assign(on=(panel["time"] >= panel["start"]).astype(float))
    dummies = pd.get_dummies(on[["unit", "time"]].astype(str)).to_numpy(dtype=float)
    solved = np.linalg.lstsq(np.column_stack([on["on"], dummies]), on["y"], rcond=None)[0]
    assert found.value == pytest.approx(solved[0])
    assert "wild cluster bootstrap of 8 units, all 256 patterns" in found.method


def test_an_event_study_is_a_regression_on_dummies() -> None:
    panel = panel_of(np.random.default_rng(21).normal(size=(30, 7)), [4.0] * 15 + [np.nan] * 15)
    found = event_study(panel, **PANEL, about=ABOUT, ends=(-4, 2))
    assert isinstance(found, Effect)
    since = panel["time"] - panel["start"]
    exposures = [-4, -3, -2, 0, 1, 2]
    columns = [(since == e).astype(float) for e in exposures]
    dummies = pd.get_dummies(panel[["unit", "time"]].astype(str)).drop(columns="time_0").to_numpy(dtype=float)
    fitted = sm.OLS(panel["y"].to_numpy(), np.column_stack([*columns, dummies])).fit(
        cov_type="cluster", cov_kwds={"groups": panel["unit"].to_numpy(), "use_correction": False}
    )
    covariance = fitted.cov_params()[:6, :6] * fe.cluster_factor(observations=210, clusters=30, parameters=6 + 7)
    values, student = fitted.params[:6], stats.t.isf(0.025, 29)
    table = found.table[found.table["exposure"] != -1]
    assert list(table["value"]) == pytest.approx(list(values))
    assert list(table["upper"]) == pytest.approx(list(values + student * np.sqrt(np.diag(covariance))))
    after = np.array([0, 0, 0, 1, 1, 1]) / 3
    assert found.value == pytest.approx(after @ values)
    assert found.upper - found.value == pytest.approx(student * np.sqrt(after @ covariance @ after))
    f = values[:3] @ np.linalg.solve(covariance[:3, :3], values[:3]) / 3
    p = found.further["pre-trend-p"]
    assert isinstance(p, Estimate) and p.value == pytest.approx(stats.f.sf(f, 3, 29))


def test_an_event_study_is_made_again_without_each_unit() -> None:
    panel = panel_of(np.random.default_rng(23).normal(size=(31, 6)), [3.0] * 16 + [np.nan] * 15)
    found = event_study(panel, **PANEL, about=ABOUT)
    assert isinstance(found, Effect)
    left = found.checks[found.checks["check"] == impact.LEFT_OUT].set_index("of")["value"]
    assert len(left) == 31
    for unit in (0, 15):
        without = event_study(panel[panel["unit"] != unit], **PANEL, about=ABOUT)
        assert isinstance(without, Effect) and left[str(unit)] == pytest.approx(without.value)


def test_an_exposure_that_one_unit_alone_shows_is_not_made_without_it() -> None:
    """Unit 0 starts last of 30, so that it alone shows the fourth time before a start."""
    starts = [4.0, *[2.0] * 14, *[np.nan] * 15]
    panel = panel_of(np.random.default_rng(24).normal(size=(30, 6)), starts)
    found = event_study(panel, **PANEL, about=ABOUT, ends=(-4, 1))
    assert isinstance(found, Effect)
    checks = found.checks[found.checks["check"] == impact.LEFT_OUT].set_index("of")
    assert checks["reason"]["0"] == "an exposure is left without a unit to show it"
    assert checks["reason"]["1"] == ""


def test_the_placebo_of_a_panel_is_the_middle_of_the_time_before() -> None:
    panel = panel_of(np.random.default_rng(22).normal(size=(8, 6)), [4.0] * 4 + [np.nan] * 4)
    found = did.two_way(panel, **PANEL, about=ABOUT)
    assert isinstance(found, Effect)
    row = found.checks[found.checks["check"] == impact.PLACEBO].iloc[0]
    m = panel[panel["time"] < 4].assign(on=lambda p: p["time"] >= 2, group=lambda p: p["start"].notna())
    means = m.groupby(["group", "on"])["y"].mean()
    assert row["of"] == "2"
    assert row["value"] == pytest.approx(
        means[True, True] - means[True, False] - means[False, True] + means[False, False]
    )


def test_newey_west_errors_that_are_too_small_are_said() -> None:
    swing = np.tile([12.0, -12.0], 15) + np.random.default_rng(3).normal(0, 2, 30)
    found = interrupted_series(series(200 + swing), "2011-04", outcome="Theft", model=SeriesModel(lags=3))
    assert isinstance(found, Effect)
    assert any("too small in a short series" in caution for caution in found.cautions)


# ---- the shared result


def effect(**changed: Any) -> Effect:
    plain: dict[str, Any] = {
        "value": 1.0,
        "lower": 0.5,
        "upper": 2.0,
        "scale": "ratio",
        "n": 9,
        "method": "",
        "design": "",
    }
    plain |= {"level": 2, "table": pd.DataFrame(), "sentence": "It was lower.", "checks": impact.checks_table([])}
    return Effect(**(plain | changed))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": float("nan")}, "use CannotSay"),
        ({"value": 3.0}, "outside its interval"),
        ({"level": 6}, "has no 6"),
        ({"checks": pd.DataFrame()}, "the checks of an effect have the columns"),
    ],
)
def test_an_effect_that_is_none_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        effect(**changed)


def test_a_sentence_stronger_than_its_design_is_refused() -> None:
    with pytest.raises(DataError, match='"reduced" says more than level 2'):
        effect(sentence="It reduced crime.")
    assert effect(sentence="It is estimated to have reduced crime.", level=3).level == 3


def test_an_effect_is_a_number_to_publish() -> None:
    assert effect().estimate == Estimate(1.0, 0.5, 2.0, n=9)
    assert not effect().shown and effect(value=0.6, upper=0.9).shown


@pytest.mark.parametrize("named", [{"sd": 0}, {"correlation": 1.5}, {"baselines": 0}])
def test_regression_to_the_mean_of_nothing_is_refused(named: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="sd is positive"):
        impact.regression_to_mean(**({"mean": 0, "sd": 1, "correlation": 0.5, "cut": 1} | named))  # type: ignore[arg-type]


def test_regression_to_the_mean_far_out_is_finite() -> None:
    assert impact.regression_to_mean(mean=0, sd=1, correlation=0.5, cut=60) == pytest.approx(30, rel=0.001)


# ---- real figures: a change that is known, and a date at which nothing is

RAW = Path(__file__).parents[3] / "data" / "raw" / "reference"


def violence() -> "pd.Series[float]":
    table = pd.read_csv(RAW / "recorded_crime_month.csv")
    months = table[table["category"] == "violence_against_the_person"].set_index("month")["count"]
    return months.set_axis(pd.PeriodIndex(months.index, freq="M")).astype(float)


def test_violence_rose_when_recording_changed_and_the_two_files_agree() -> None:
    counts = violence()
    years = [counts[f"{first}-04" : f"{first + 1}-03"].sum() for first in (2013, 2014)]  # type: ignore[misc]
    assert [round(year, -3) for year in years] == [129_000, 163_000]
    quarters = pd.read_csv(RAW / "recorded_crime_quarter.csv")
    violent = quarters[quarters["category"] == "violence_against_the_person"]
    assert violent[violent["quarter"].str.startswith("2014-15")]["count"].sum() == years[1]


def test_the_known_change_is_found_and_the_known_break_refused() -> None:
    counts = violence()["2010-04":"2016-03"]  # type: ignore[misc]
    model = SeriesModel(harmonics=2, lags=12)
    found = interrupted_series(counts, "2014-04", outcome="Recorded violence", model=model, placebos=["2013-01"])
    assert isinstance(found, Effect)
    assert found.shown and found.value > 1.15
    assert "was" in found.sentence and found.level == 2
    told = {"2014-04": "police recording improved"}
    refused = interrupted_series(counts, "2014-04", outcome="Recorded violence", model=model, known_breaks=told)
    assert refused == CannotSay("the change coincides with a break in the record: police recording improved")
