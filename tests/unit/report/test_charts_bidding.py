"""A drawing of bidding says what its table says, in the house style and with the same bytes."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vfm.report import charts, charts_bidding

PALETTE = {"#12436d", "#28a197", "#3d3d3d"}
PLAIN = {"#ffffff", "#000000", "#666666", "#cccccc", "#1a1a1a"}
DAYS = pd.DataFrame(
    {
        "round": ["Exact", "By month", "Not dated"],
        "days": [40.0, 60.0, np.nan],
        "days_lower": [40.0, 45.0, np.nan],
        "days_upper": [40.0, 75.0, np.nan],
    }
)
SHARES = pd.DataFrame({"round": ["A", "B"], "bids": [0.25, 1.0], "money": [0.5, np.nan]})


def spans(table: pd.DataFrame = DAYS) -> Figure:
    return charts_bidding.spans(
        table, label="round", value="days", unit="days", x_label="Days open", blank="not published"
    )


def paired_shares(table: pd.DataFrame = SHARES) -> Figure:
    names = ["of bids", "of pounds"]
    return charts_bidding.paired_shares(table, label="round", shares=["bids", "money"], names=names)


DRAWN: dict[str, Callable[[], Figure]] = {f.__name__: f for f in (spans, paired_shares)}
ALL = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


def texts(figure: Figure) -> list[str]:
    return [text.get_text().strip() for text in figure.axes[0].texts]


def test_every_drawing_is_read_back_here() -> None:
    public = {
        name
        for name, thing in vars(charts_bidding).items()
        if callable(thing) and getattr(thing, "__module__", "") == charts_bidding.__name__ and not name.startswith("_")
    }
    assert public == set(DRAWN)


def test_a_dot_is_the_number_a_line_its_range_and_a_blank_is_said() -> None:
    axes = spans().axes[0]
    dots = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "o"]
    ranges = [list(line.get_xdata()) for line in axes.lines if line.get_marker() != "o"]
    assert dots == [(40, 0), (60, 1)] and ranges == [[45, 75]]
    assert texts(spans()) == ["40", "45 to 75", "not published"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Exact", "By month", "Not dated"]
    assert axes.get_xlim()[0] == 0 and axes.yaxis_inverted()


def test_a_chart_without_a_number_says_so_in_every_row() -> None:
    assert texts(spans(DAYS.assign(days=np.nan, days_lower=np.nan, days_upper=np.nan))) == ["not published"] * 3


def test_two_shares_stand_side_by_side_and_an_unknown_one_is_said() -> None:
    axes = paired_shares().axes[0]
    first, second = axes.containers
    assert [bar.get_width() for bar in first] == [0.25, 1.0] and [bar.get_width() for bar in second] == [0.5, 0]
    assert texts(paired_shares()) == ["25.0%", "100.0%", "50.0%", "not published"]
    assert first.patches[0].get_hatch() != second.patches[0].get_hatch()
    with pytest.raises(ValueError, match="two shares side by side, not 1"):
        charts_bidding.paired_shares(SHARES, label="round", shares=["bids"], names=["of bids"])


@ALL
def test_the_house_style_and_the_same_bytes(draw: Callable[[], Figure]) -> None:
    drawn = charts.svg(draw(), "x")
    assert drawn == charts.svg(draw(), "x")
    found = {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9A-Fa-f]{6})", drawn)}
    assert found <= PALETTE | PLAIN and found & PALETTE
