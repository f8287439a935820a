"""A drawing of terms says what its table says, in the house style and with the same bytes."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from vfm.report import charts, charts_terms

PALETTE = {"#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1"}
PLAIN = {"#ffffff", "#000000", "#666666", "#cccccc", "#1a1a1a"}
PARTS = {"Of awards": ["a1", "a2"], "Of pounds": ["p1", "p2"]}
SHARES = pd.DataFrame(
    {"group": ["Youth", "All"], "a1": [0.25, 0.9], "a2": [0.75, 0.1], "p1": [np.nan, 0.5], "p2": [np.nan, 0.5]}
)
CURVES = pd.DataFrame(
    {
        "curve": ["As found", "As found", "Bridged"],
        "months": [12.0, 24.0, 36.0],
        "survival": [0.6, 0.3, 0.5],
        "lower": [0.4, 0.1, 0.2],
        "upper": [0.8, 0.5, 0.7],
    }
)
QUARTERS = pd.DataFrame(
    {
        "quarter": ["2019-20-Q4", "2020-21-Q1", "2020-21-Q2", "2020-21-Q3", "2020-21-Q4"],
        "alone": [2e6, 0.0, 1e5, 0.0, np.nan],
        "carried_on": [1e6, 0.0, 0.0, 0.0, np.nan],
        "services": [3, 0, 1, 0, 1],
        "services_on": [2, 0, 0, 0, 0],
    }
)


def shares_side_by_side(table: pd.DataFrame = SHARES) -> Figure:
    return charts_terms.shares_side_by_side(table, label="group", panels=PARTS, names=["Short", "Long"])


def survival(table: pd.DataFrame = CURVES) -> Figure:
    return charts_terms.survival(table, group="curve", x_label="Months", marks={24: "minimum", 36: "target"})


def calendar(table: pd.DataFrame = QUARTERS, today: str = "2020-21-Q2") -> Figure:
    columns = {"pounds": ["alone", "carried_on"], "services": ["services", "services_on"]}
    names = ["ends", "carried on"]
    return charts_terms.calendar(table, quarter="quarter", **columns, names=names, today=today, largest=2)


DRAWN: dict[str, Callable[[], Figure]] = {f.__name__: f for f in (shares_side_by_side, survival, calendar)}
ALL = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


def test_every_drawing_is_read_back_here() -> None:
    public = {
        name
        for name, thing in vars(charts_terms).items()
        if callable(thing) and getattr(thing, "__module__", "") == charts_terms.__name__ and not name.startswith("_")
    }
    assert public == set(DRAWN)


def test_parts_of_a_bar_stand_one_after_another_and_come_to_the_whole() -> None:
    left, right = shares_side_by_side().axes
    first, second = left.containers
    assert [bar.get_width() for bar in first] == [0.25, 0.9] and [bar.get_x() for bar in second] == [0.25, 0.9]
    assert all(bar.get_x() + bar.get_width() == pytest.approx(1) for bar in second)
    assert [text.get_text() for text in left.texts] == ["25%", "90%", "75%"]  # a tenth has no room for its number
    assert [text.get_text() for text in right.texts] == ["50%", "50%", "not stated"]
    assert [axes.get_title(loc="left") for axes in (left, right)] == list(PARTS)
    assert [label.get_text() for label in left.get_yticklabels()] == ["Youth", "All"] and left.yaxis_inverted()
    assert [text.get_text() for text in shares_side_by_side().legends[0].get_texts()] == ["Short", "Long"]


def test_a_curve_begins_at_all_and_steps_down_where_spells_end() -> None:
    axes = survival().axes[0]
    found, bridged = axes.lines[:2]
    assert (list(found.get_xdata()), list(found.get_ydata())) == ([0, 12, 24], [1, 0.6, 0.3])
    assert (list(bridged.get_xdata()), list(bridged.get_ydata())) == ([0, 36], [1, 0.5])
    assert found.get_drawstyle() == bridged.get_drawstyle() == "steps-post"
    assert found.get_linestyle() != bridged.get_linestyle()
    (band,) = axes.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.min() == 0.1 and {0.4, 0.8} <= set(heights)
    assert [text.get_text() for text in axes.texts] == ["minimum", "target"]
    assert axes.texts[0].xy[1] > axes.texts[1].xy[1]  # a year apart, the words would run into each other


def test_columns_stand_on_each_other_and_the_tallest_say_how_tall() -> None:
    upper, lower = calendar().axes
    alone, carried_on = upper.containers
    assert [bar.get_height() for bar in alone] == [2e6, 0, 1e5, 0, 0]
    assert next(bar.get_y() for bar in carried_on) == 2e6
    assert [bar.get_height() for bar in lower.containers[0]] == [3, 0, 1, 0, 1]
    assert len({held.patches[0].get_hatch() for held in upper.containers}) == 2
    assert [text.get_text() for text in upper.texts] == ["£3.0m", "£100,000", "to come"]
    assert [text.get_text() for text in lower.texts] == ["5", "1"]
    assert upper.lines[0].get_xdata()[0] == lower.lines[0].get_xdata()[0] == 2.5  # after what is known
    assert [label.get_text() for label in lower.get_xticklabels()] == ["Mar\n2020", "Mar\n2021"]
    assert upper.get_ylim()[0] == lower.get_ylim()[0] == 0
    assert [text.get_text() for text in calendar().legends[0].get_texts()] == ["ends", "carried on"]


@pytest.mark.parametrize("today", ["2020-21-Q4", "2025-26-Q1", "2012-13-Q1"])
def test_nothing_is_to_come_where_all_columns_are_past(today: str) -> None:
    assert not any(axes.lines for axes in calendar(today=today).axes)


def test_what_a_chart_cannot_tell_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="two panels of at most 5 parts, not 1 of 2"):
        charts_terms.shares_side_by_side(SHARES, label="group", panels={"Of awards": ["a1", "a2"]}, names=["x", "y"])
    with pytest.raises(ValueError, match="one or two groups apart, not 3"):
        survival(CURVES.assign(curve=["a", "b", "c"]))


@ALL
def test_the_house_style_and_the_same_bytes(draw: Callable[[], Figure]) -> None:
    drawn = charts.svg(draw(), "x")
    assert drawn == charts.svg(draw(), "x")
    found = {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9A-Fa-f]{6})", drawn)}
    assert found <= PALETTE | PLAIN and found & PALETTE


def test_numbers_in_a_bar_can_be_read_on_its_colour() -> None:
    """At least 4.5 to 1, as WCAG 2.2 has it for text."""

    def light(colour: str) -> float:
        parts = [int(to_hex(colour)[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ground, ink in charts_terms.SEGMENTS:
        low, high = sorted([light(ground), light(ink)])
        assert (high + 0.05) / (low + 0.05) >= 4.5, ground
