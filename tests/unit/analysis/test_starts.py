"""Starts by area, panels of them, and effects of logs brought over to ratios."""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import difference_in_differences, event_study, few_places, impact, staggered, starts
from vfm.vocabulary.results import CannotSay, Estimate

PERIODS = pd.period_range("2017-04", periods=6, freq="Q-MAR")
AREAS = pd.DataFrame({"gss_code": ["E1", "E2", "E3"], "area": ["Merton", "Brent", "Ealing"]})
ABOUT = impact.About("recorded robbery", "logs", "the start")
COLUMNS = {"unit": "area", "time": "quarter", "first_treated": "start"}


def awards(*rows: tuple[str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["title", "start"])
    return table.assign(start=pd.to_datetime(table["start"]))


def test_the_earliest_award_of_an_area_is_its_start() -> None:
    told = awards(("S: Merton", "2018-01-01"), ("S: Merton", "2017-07-01"), ("S: part: Brent", "2018-04-01"))
    wanted = {"E1": pd.Timestamp("2017-07-01"), "E2": pd.Timestamp("2018-04-01")}
    assert starts.starts_by_area(told, AREAS).to_dict() == wanted


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("S: Atlantis", "2018-01-01"), "no area is called Atlantis"),
        (("S", "2018-01-01"), "no area is called S"),
        (("S: Merton", None), "an award has no start"),
    ],
)
def test_awards_that_do_not_tell_a_start_are_refused(row: tuple[str, str | None], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        starts.starts_by_area(awards(row), AREAS)


def test_a_panel_has_logs_and_the_quarters_begun_since_the_start() -> None:
    counts = pd.DataFrame({"E1": np.arange(6.0) + 1, "E2": 7.0}, index=PERIODS)
    got = starts.panel(counts, pd.Series({"E1": pd.Timestamp("2017-11-15")}))  # October to December, the third
    assert not isinstance(got, CannotSay)
    one, two = (got[got["area"] == area].sort_values("quarter") for area in ("E1", "E2"))
    assert list(one["since"]) == [0, 0, 1, 2, 3, 4] and list(two["since"]) == [0] * 6
    assert list(one["count"]) == [1, 2, 3, 4, 5, 6] and list(one["log"]) == pytest.approx(list(np.log(one["count"])))
    assert set(one["start"] - one["quarter"].min()) == {2} and two["start"].isna().all()


def test_a_panel_without_logs_says_so_and_a_start_without_counts_is_refused() -> None:
    counts = pd.DataFrame({"E1": [1.0, 0, 3, 4, 5, 6]}, index=PERIODS)
    assert isinstance(starts.panel(counts, pd.Series(dtype="datetime64[ns]")), CannotSay)
    with pytest.raises(ValueError, match="nothing is counted in E9"):
        starts.panel(counts + 1, pd.Series({"E9": pd.Timestamp("2017-07-01")}))


def test_mean_courses_are_of_each_start_beside_those_that_never_began() -> None:
    values = pd.DataFrame({"a": 1.0, "b": 3.0, "c": 10.0, "d": [4.0, 6, 8, 10, 12, 14]}, index=PERIODS)
    began = pd.Series({"c": "2018-01-01", "a": "2017-07-01", "b": "2017-08-01"}).map(pd.Timestamp)
    got = starts.mean_courses(values, began)
    assert list(got["start"].unique()) == [PERIODS[1], PERIODS[3]] and list(got["areas"]) == [2] * 6 + [1] * 6
    assert list(got["started"]) == [2.0] * 6 + [10.0] * 6 and list(got["never"]) == [4, 6, 8, 10, 12, 14] * 2
    with pytest.raises(ValueError, match="every area started"):
        starts.mean_courses(values[["a"]], began[["a"]])


# ---- ratios


def invented() -> pd.DataFrame:
    generator = np.random.default_rng(35)
    counts = pd.DataFrame({f"a{n:02}": generator.poisson(400, 12).astype(float) for n in range(12)})
    counts = counts.set_axis(pd.period_range("2017-04", periods=12, freq="Q-MAR"))
    days = {f"a{n:02}": pd.Timestamp("2018-04-01" if n < 3 else "2019-01-01") for n in range(6)}
    panel = starts.panel(counts, pd.Series(days))
    assert not isinstance(panel, CannotSay)
    return panel


def test_an_effect_of_logs_is_brought_over_end_by_end() -> None:
    named = {"about": ABOUT, "generator": np.random.default_rng(1)}
    logs = staggered.staggered_effect(invented(), outcome="log", **named, **COLUMNS)  # type: ignore[arg-type]
    assert isinstance(logs, impact.Effect)
    got, ends = impact.as_ratio(logs, about=ABOUT, coverage=0.95), ["value", "lower", "upper"]
    assert (got.value, got.lower, got.upper) == pytest.approx(tuple(np.exp([logs.value, logs.lower, logs.upper])))
    np.testing.assert_allclose(got.table[ends], np.exp(logs.table[ends]))
    np.testing.assert_allclose(got.checks[ends], np.exp(logs.checks[ends]))
    assert "se" not in got.table and got.scale == impact.RATIO and got.level == 3
    assert got.sentence.count("%") >= 5 and "logs" not in got.sentence
    simple, of_logs = got.further["simple"], logs.further["simple"]
    assert isinstance(simple, Estimate) and isinstance(of_logs, Estimate)
    assert simple.value == pytest.approx(np.exp(of_logs.value))


def test_p_values_and_means_are_not_brought_over() -> None:
    study = event_study.event_study(invented(), outcome="log", about=ABOUT, **COLUMNS)
    logs = difference_in_differences.two_way(invented(), outcome="log", about=ABOUT, **COLUMNS)
    assert isinstance(study, impact.Effect) and isinstance(logs, impact.Effect)
    for found, name in ((study, "pre-trend-p"), (logs, few_places.NO_EFFECT)):
        assert impact.as_ratio(found, about=ABOUT, coverage=0.95).further[name] == found.further[name]
    assert study.further["pre-trend-p"] == CannotSay(
        "the earlier exposures together cannot be tested with so few units: see each by itself"
    )
    pd.testing.assert_frame_equal(impact.as_ratio(logs, about=ABOUT, coverage=0.95).table, logs.table)


def test_an_effect_that_grows_is_kept_by_groups_and_times_and_lost_in_two_ways() -> None:
    panel = invented()
    wide = staggered.widen(panel, outcome="since", **COLUMNS)
    assert not isinstance(wide, CannotSay)
    cells, parts = staggered.group_time(wide), staggered.bacon(wide)
    assert not isinstance(cells, CannotSay) and not isinstance(parts, CannotSay)
    true = panel.loc[panel["since"] > 0, "since"].mean()
    assert staggered.aggregate(cells, "simple")["value"].iloc[-1] == pytest.approx(true)
    two_way = difference_in_differences.two_way(panel, outcome="since", about=ABOUT, **COLUMNS)
    assert isinstance(two_way, impact.Effect) and two_way.value < 0.95 * true
    kinds = staggered.by_kind(parts)
    assert kinds["weight"].sum() == pytest.approx(1)
    assert (kinds["weight"] * kinds["value"]).sum() == pytest.approx(two_way.value)
