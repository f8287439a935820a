"""A drawing of value says what its table says, in the house style and with the same bytes."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from vfm.report import charts, charts_value

PALETTE = {"#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1"}
PLAIN = {"#ffffff", "#000000", "#666666", "#cccccc", "#1a1a1a"}

ENDS = pd.DataFrame(
    {
        "label": ["Worth", "Deadweight"],
        "unit": ["£ per person", "proportion"],
        "low": [1_200.0, 0.2],
        "high": [4_400.0, 0.6],
        "at_low": [-900_000.0, 300_000.0],
        "at_high": [800_000.0, -500_000.0],
        "at_base": -100_000.0,
    }
)
THRESHOLDS = pd.Index([0.0, 1_000.0, 2_000.0], name="threshold")
CHANCES = pd.DataFrame({"None": [1.0, 0.6, 0.1], "A": [0.0, 0.3, 0.46], "B": [0.0, 0.1, 0.44]}, index=THRESHOLDS)
FRONTIER = pd.DataFrame({"threshold": THRESHOLDS, "option": ["None", "None", "A"], "chance": [1.0, 0.6, 0.46]})
PLACES = pd.DataFrame(
    {
        "option": ["A", "B"],
        "inc_effect": [40.0, -2.0],
        "inc_cost": [60_000.0, 80_000.0],
        "effect_lower": [30.0, -5.0],
        "effect_upper": [50.0, 1.0],
        "cost_lower": [50_000.0, 70_000.0],
        "cost_upper": [75_000.0, 95_000.0],
    }
)


def tornado(table: pd.DataFrame = ENDS) -> Figure:
    return charts_value.tornado(table, label="label", x_label="Net benefit")


def acceptability(table: pd.DataFrame = CHANCES) -> Figure:
    return charts_value.acceptability(table, frontier=FRONTIER, x_label="Worth")


def plane(table: pd.DataFrame = PLACES) -> Figure:
    return charts_value.plane(table, reference="None", worth=2_000, x_label="Effect", y_label="Cost")


DRAWN: dict[str, Callable[[], Figure]] = {f.__name__: f for f in (tornado, acceptability, plane)}
ALL = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_drawing_is_read_back_here() -> None:
    public = {
        name
        for name, thing in vars(charts_value).items()
        if callable(thing) and getattr(thing, "__module__", "") == charts_value.__name__ and not name.startswith("_")
    }
    assert public == set(DRAWN)


def test_bars_of_a_tornado_run_from_the_base_to_the_answer_at_each_end() -> None:
    axes = tornado().axes[0]
    ends = [sorted([bar.get_x(), bar.get_x() + bar.get_width()]) for held in axes.containers for bar in held]
    # the lowest of both assumptions, then the highest of both
    assert ends == [pytest.approx(pair) for pair in ([-9e5, -1e5], [-1e5, 3e5], [-1e5, 8e5], [-5e5, -1e5])]
    assert axes.lines[0].get_xdata()[0] == -100_000
    assert texts(tornado()) == ["£1,200", "20.0%", "£4,400", "60.0%"]
    assert [text.get_ha() for text in axes.texts] == ["right", "left", "left", "right"]  # outside of its bar
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Worth", "Deadweight"]
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["at its lowest", "at its highest"]


def test_lines_of_acceptability_are_the_chances_and_circles_the_frontier() -> None:
    axes = acceptability().axes[0]
    *lines, circles = axes.lines
    assert [list(line.get_ydata()) for line in lines] == [list(CHANCES[name]) for name in CHANCES]
    assert all(list(line.get_xdata()) == [0, 1_000, 2_000] for line in lines)
    assert (list(circles.get_xdata()), list(circles.get_ydata())) == ([0, 1_000, 2_000], [1.0, 0.6, 0.46])
    assert circles.get_marker() == "o"
    assert texts(acceptability()) == ["None", "B", "A"]
    heights = [text.xy[1] for text in axes.texts]
    assert heights[:2] == [0.1, 0.44]
    assert heights[2] - heights[1] == pytest.approx(0.065)  # would stand on each other at 0.44 and 0.46


def test_lines_that_end_as_one_share_a_name_and_no_other_line_is_called_by_it() -> None:
    """At 0, 0 and 0.2: pushed up one by one, the name of the second would stand nearer to another line."""
    table = CHANCES.assign(**{"None": [1.0, 0.6, 0.0], "A": [0.0, 0.3, 0.2], "B": 0.0})
    assert [(text.get_text(), text.xy[1]) for text in acceptability(table).axes[0].texts] == [
        ("None\nand B", 0.0),
        ("A", 0.2),
    ]


def test_options_stand_on_the_plane_with_their_ranges() -> None:
    axes = plane().axes[0]
    points = [line for line in axes.lines if line.get_marker() in {"o", "s"}]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in points] == [(40, 60_000), (-2, 80_000)]
    across = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "|"]
    up = [list(line.get_ydata()) for line in axes.lines if line.get_marker() == "_"]
    assert across == [[30, 50], [-5, 1]] and up == [[50_000, 75_000], [70_000, 95_000]]
    worth = axes.lines[-1]
    assert (np.diff(worth.get_ydata()) / np.diff(worth.get_xdata())).item() == pytest.approx(2_000)
    assert sorted(texts(plane())) == ["A", "B", "None", "one worth £2,000"]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert left < -5 and right > 50 and low < 0 and high > 95_000


def test_names_of_neighbours_on_the_plane_stand_apart() -> None:
    """Of two cheap neighbours the left one has its name on the left, and both stand below; the dear ones above."""
    near = pd.DataFrame({"option": list("ABCD"), "inc_effect": [36.0, 40.0, 43.0, 2.0]})
    near["inc_cost"] = [69_000.0, 63_000.0, 90_000.0, 75_000.0]
    near = near.assign(effect_lower=near["inc_effect"] - 1, effect_upper=near["inc_effect"] + 1)
    near = near.assign(cost_lower=near["inc_cost"] - 5_000, cost_upper=near["inc_cost"] + 5_000)
    names = {text.get_text(): text for text in plane(near).axes[0].texts}
    assert [names[name].get_ha() for name in "ABCD"] == ["right", "left", "left", "left"]
    assert [names[name].xy[1] for name in "ABCD"] == [64_000, 58_000, 95_000, 80_000]


def test_more_options_than_there_are_looks_are_refused() -> None:
    six = pd.DataFrame(1 / 6, index=THRESHOLDS, columns=list("abcdef"))
    with pytest.raises(ValueError, match="two to five options apart, not 6"):
        acceptability(six)
    with pytest.raises(ValueError, match="two to five options apart, not 1"):
        acceptability(CHANCES[["A"]])
    with pytest.raises(ValueError, match="one to five options apart, not 6"):
        plane(pd.concat([PLACES] * 3, ignore_index=True))


def test_options_are_told_apart_by_more_than_colour() -> None:
    *lines, _ = acceptability().axes[0].lines
    looks = {to_hex(line.get_color()): line.get_linestyle() for line in lines}
    assert len(looks) == len(set(looks.values())) == 3
    points = [line for line in plane().axes[0].lines if line.get_marker() in {"o", "s"}]
    assert len({line.get_marker() for line in points}) == len({to_hex(line.get_color()) for line in points}) == 2
    assert len({held.patches[0].get_hatch() for held in tornado().axes[0].containers}) == 2


@ALL
def test_the_house_style_and_the_same_bytes(draw: Callable[[], Figure]) -> None:
    drawn = charts.svg(draw(), "x")
    assert drawn == charts.svg(draw(), "x")
    found = {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9A-Fa-f]{6})", drawn)}
    assert found <= PALETTE | PLAIN and found & PALETTE


def test_a_count_is_drawn_without_pounds() -> None:
    table = pd.DataFrame({"label": ["A", "B"], "value": [0.11, 25.7], "lower": [np.nan, 25.3], "upper": [np.nan, 26.2]})
    table["direction"] = ["at most", ""]
    figure = charts.intervals(table, label="label", value="value", x_label="Offences", unit="offences")
    assert [text for text in texts(figure) if text] == ["at most 0.11", "25.7"]
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "0.1" in ticks and "100" in ticks and not any("£" in tick for tick in ticks)
