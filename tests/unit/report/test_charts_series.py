"""A drawn series says what its table says, in the house style and with the same bytes."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vfm.report import charts, charts_series

PALETTE = {"#12436d", "#28a197", "#3d3d3d", "#ffffff", "#000000", "#666666", "#cccccc", "#1a1a1a"}
MONTHS = pd.period_range("2014-02", periods=24, freq="M")
COUNTS = pd.DataFrame(
    {"month": MONTHS, "count": np.arange(24.0) + 50, "year": np.r_[[np.nan] * 11, np.arange(13.0) + 55]}
)
AFTER = np.arange(24) >= 12
STEP = pd.DataFrame(
    {
        "month": MONTHS,
        "observed": np.where(AFTER, 130.0, 100.0) + np.tile([5.0, -5.0], 12),
        "fitted": np.where(AFTER, 130.0, 100.0),
        "counterfactual": 100.0,
        "lower": 90.0,
        "upper": 111.0,
        "after": AFTER,
    }
)


def series() -> Figure:
    return charts_series.series(
        COUNTS, x="month", value="count", smooth="year", y_label="Crimes a month", smooth_label="mean of a year"
    )


def counterfactual(table: pd.DataFrame = STEP) -> Figure:
    return charts_series.series_with_counterfactual(
        table, x="month", y_label="Crimes a month", change="recording changed"
    )


ALL = pytest.mark.parametrize("draw", [series, counterfactual])


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_series_is_drawn_point_by_point() -> None:
    axes = series().axes[0]
    thin, thick = axes.lines
    assert list(thin.get_ydata()) == list(COUNTS["count"])
    np.testing.assert_array_equal(thick.get_ydata(), COUNTS["year"])
    assert thin.get_linewidth() < thick.get_linewidth()
    assert texts(series()) == ["mean of a year", "each period"]
    assert axes.get_ylim()[0] == 0 and axes.get_ylim()[1] > COUNTS["count"].max()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["Apr 2014", "Apr 2015"]
    assert list(axes.get_xticks()) == [2, 14]


def test_a_counterfactual_starts_at_the_change() -> None:
    axes = counterfactual().axes[0]
    dots, after, before, dashed, change = axes.lines
    assert list(dots.get_ydata()) == list(STEP["observed"]) and dots.get_marker() == "o"
    assert list(after.get_xdata()) == list(range(12, 24)) and set(after.get_ydata()) == {130}
    assert list(before.get_xdata()) == list(range(12)) and set(before.get_ydata()) == {100}
    assert list(dashed.get_xdata()) == list(range(12, 24)) and set(dashed.get_ydata()) == {100}
    assert dashed.get_linestyle() == "--"
    assert change.get_xdata()[0] == 11.5
    (band,) = axes.collections
    heights = band.get_paths()[0].vertices
    assert (heights[:, 1].min(), heights[:, 1].max(), heights[:, 0].min()) == (90, 111, 12)
    assert texts(counterfactual()) == ["recording changed", "earlier course", "fitted", "dots: as recorded"]


def test_labels_of_near_lines_stand_apart() -> None:
    near = STEP.assign(fitted=101.0)
    heights = sorted(
        text.xy[1] for text in counterfactual(near).axes[0].texts if text.get_text() in {"fitted", "earlier course"}
    )
    assert heights[1] - heights[0] > 0.05 * 135


@pytest.mark.parametrize("after", [True, False])
def test_a_change_without_two_sides_is_refused(after: bool) -> None:
    with pytest.raises(ValueError, match="points before the change and from it on"):
        counterfactual(STEP.assign(after=after))


@ALL
def test_the_house_style_and_the_same_bytes(draw: Callable[[], Figure]) -> None:
    drawn = charts.svg(draw(), "x")
    assert drawn == charts.svg(draw(), "x")
    assert {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9A-Fa-f]{6})", drawn)} <= PALETTE
