"""Drawn funnels, event studies and small multiples say what their tables say, in the house style."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vfm.report import charts, charts_comparison, charts_small_multiples

PALETTE = {"#12436d", "#28a197", "#801650", "#3d3d3d", "#ffffff", "#000000", "#666666", "#cccccc", "#1a1a1a"}
FUNNEL = pd.DataFrame(
    {
        "value": [30.0, 20.0, 52.0, np.nan],
        "base": [300.0, 150.0, 200.0, np.nan],
        "target": 25.0,
        "lower_95": [20.0, 15.0, 18.0, np.nan],
        "upper_95": [31.0, 35.0, 33.0, np.nan],
        "lower_998": [16.0, 10.0, 13.0, np.nan],
        "upper_998": [34.0, 42.0, 38.0, np.nan],
        "label": ["", "", "Far: look, not bad", ""],
    }
)
EVENT = pd.DataFrame(
    {
        "exposure": [0, -1, 1, -2],
        "value": [-0.1, 0.0, -0.2, 0.05],
        "lower": [-0.2, 0.0, -0.3, -0.05],
        "upper": [0.0, 0.0, -0.1, 0.15],
    }
)
QUARTERS = [f"{year}-Q{n}" for year in ("2013-14", "2014-15") for n in (1, 2, 3, 4)]
POINTS = pd.DataFrame(
    {
        "area": ["A"] * 8 + ["B"] * 8,
        "quarter": QUARTERS * 2,
        "value": [1.0, 2, 1, 2, 5, 6, 5, 9, 4, 4, 4, 4, 4, 4, 4, 5],
        "mean": [1.5] * 4 + [6.0] * 4 + [4.0] * 8,
        "lower": [-0.5] * 4 + [4.0] * 4 + [3.0] * 8,
        "upper": [3.5] * 4 + [8.0] * 4 + [6.0] * 8,
        "phase": ([1] * 4 + [2] * 4) * 2,
        "rule": ["", "", "", "", "", "shift", "", "outside"] + [""] * 8,
    }
)
PERIODS = pd.period_range("2013-04", periods=8, freq="Q-MAR")
COURSES = pd.DataFrame(
    {
        "start": [PERIODS[2]] * 8 + [PERIODS[5]] * 8,
        "areas": [4] * 8 + [3] * 8,
        "quarter": list(PERIODS) * 2,
        "started": np.arange(16.0),
        "never": list(np.arange(8.0) + 3) * 2,
    }
)


def funnel(table: pd.DataFrame = FUNNEL) -> Figure:
    return charts_comparison.funnel(table, x_label="Residents, thousands", y_label="Crimes")


def event_study(table: pd.DataFrame = EVENT) -> Figure:
    return charts_comparison.event_study(table, x_label="Quarters since the start", y_label="Change")


def control_charts(names: tuple[str, ...] = ("B", "A")) -> Figure:
    return charts_small_multiples.control_charts(POINTS, names=list(names), change="recording changed")


def courses() -> Figure:
    return charts_small_multiples.courses(COURSES, started="began", never="never began", y_label="Rate")


DRAWN: dict[str, Callable[[], Figure]] = {f.__name__: f for f in (funnel, event_study, control_charts, courses)}
ALL = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


def texts(figure: Figure, panel: int = 0) -> list[str]:
    return [text.get_text() for text in figure.axes[panel].texts]


def marked(figure: Figure, marker: str, panel: int = 0) -> list[tuple[list[float], list[float]]]:
    lines = [line for line in figure.axes[panel].lines if line.get_marker() == marker]
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in lines]


def test_every_drawing_of_these_modules_is_read_back_here() -> None:
    public = {
        name
        for module in (charts_comparison, charts_small_multiples)
        for name, thing in vars(module).items()
        if callable(thing) and getattr(thing, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert public == set(DRAWN)


def test_a_funnel_has_its_areas_by_size_and_its_limits_through_them() -> None:
    figure = funnel()
    assert marked(figure, "o") == [([150, 300], [20, 30])]
    assert marked(figure, "D") == [([200], [52])]
    drawn: dict[str, list[list[float]]] = {}
    for line in figure.axes[0].lines:
        if line.get_linestyle() != "None":
            assert list(line.get_xdata()) == [150, 200, 300]
            drawn.setdefault(line.get_linestyle(), []).append(list(line.get_ydata()))
    assert drawn == {":": [[25, 25, 25]], "-": [[10, 13, 16], [42, 38, 34]], "--": [[15, 18, 20], [35, 33, 31]]}


def test_a_funnel_names_its_limits_and_the_areas_outside_alone() -> None:
    heights = {(text.get_text(), text.xy[1]) for text in funnel().axes[0].texts}
    limits = {("99.8%", 16), ("99.8%", 34), ("95%", 20), ("95%", 31), ("average", 25)}
    assert heights == limits | {("Far: look, not bad", 52)}
    low, high = funnel().axes[0].get_ylim()
    assert low == 0 and high > 52


def test_a_funnel_without_limits_is_refused() -> None:
    with pytest.raises(ValueError, match="no area has limits"):
        funnel(FUNNEL.assign(lower_95=np.nan))


def test_an_event_study_has_a_dot_and_its_interval_for_each_time_and_a_hollow_base() -> None:
    figure = event_study()
    assert marked(figure, "o") == [([0, 2, 3], [0.05, -0.1, -0.2])]
    assert marked(figure, "D") == [([1], [0])]
    assert next(x for x in figure.axes[0].lines if x.get_marker() == "D").get_markerfacecolor() == "white"
    spans = [x for x in figure.axes[0].lines if x.get_linewidth() == 2 and x.get_marker() == "None"]
    ends = [(list(span.get_xdata()), list(span.get_ydata())) for span in spans]
    assert ends == [([0, 0], [-0.05, 0.15]), ([2, 2], [-0.2, 0.0]), ([3, 3], [-0.3, -0.1])]
    none, start = (x for x in figure.axes[0].lines if x.get_marker() == "None" and x not in spans)
    assert list(none.get_ydata()) == [0, 0] and list(start.get_xdata()) == [1.5, 1.5]
    assert texts(figure) == ["base"]
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["−2 or\nbefore", "−1", "0", "1 or\nlater"]


def test_an_event_study_without_its_base_is_refused() -> None:
    with pytest.raises(ValueError, match="the time before the start"):
        event_study(EVENT[EVENT["exposure"] != -1])


def test_each_area_has_its_panel_in_the_order_asked_for() -> None:
    figure = control_charts()
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["B", "A"]
    assert not figure.axes[2].axison  # the place of a third is empty
    for panel, area in enumerate("BA"):
        rows = POINTS[POINTS["area"] == area]
        line = next(line for line in figure.axes[panel].lines if line.get_color() == charts.DARK_BLUE)
        assert list(line.get_ydata()) == list(rows["value"])
        low, high = figure.axes[panel].get_ylim()
        assert low == 0 and high > rows[["value", "upper"]].max(axis=None)
        assert texts(figure, panel)[0] == f"{rows['value'].iloc[-1]:.1f}"


def test_limits_and_mean_are_those_of_each_phase_and_only_points_outside_are_marked() -> None:
    axes = control_charts().axes[1]
    bands = [band.get_paths()[0].vertices for band in axes.collections]
    edges = [(b[:, 0].min(), b[:, 0].max(), b[:, 1].min(), b[:, 1].max()) for b in bands]
    assert edges == [(0, 3, 0, 3.5), (4, 7, 4, 8)]  # a lower limit under zero ends at zero
    means = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert [set(line.get_ydata()) for line in means] == [{1.5}, {6.0}]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == ":"] == [3.5]
    assert marked(control_charts(), "D", 1) == [([7], [9])]
    assert marked(control_charts(), "D", 0) == [([], [])]


def test_the_change_is_named_once_and_an_area_without_points_is_refused() -> None:
    assert "recording changed" in texts(control_charts(), 0)
    assert "recording changed" not in texts(control_charts(), 1)
    with pytest.raises(ValueError, match="there are no points of C"):
        control_charts(("A", "C"))


def test_courses_are_on_one_scale_with_a_line_at_each_start() -> None:
    figure = courses()
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Started October 2013: 4 boroughs", "Started July 2014: 3 boroughs"]
    for panel, (rows, start) in enumerate(((COURSES[:8], 1.5), (COURSES[8:], 4.5))):
        lines = {line.get_linestyle(): line for line in figure.axes[panel].lines}
        assert list(lines["--"].get_ydata()) == list(rows["never"])
        assert list(lines["-"].get_ydata()) == list(rows["started"])
        assert lines[":"].get_xdata()[0] == start
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim() == (0, pytest.approx(15 * 1.12))
    assert (texts(figure, 0), texts(figure, 1)) == (["solid: began\ndashed: never began"], [])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["Apr 2013", "Apr 2014"]


@ALL
def test_the_house_style_and_the_same_bytes(draw: Callable[[], Figure]) -> None:
    drawn = charts.svg(draw(), "x")
    assert drawn == charts.svg(draw(), "x")
    assert {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9A-Fa-f]{6})", drawn)} <= PALETTE
