"""Dots of many areas say what their table says, in the house style."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from vfm.report import charts, charts_formula
from vfm.report.charts_formula import Panel

TABLE = pd.DataFrame(
    {
        "area": ["A", "B", "C"],
        "value": [1.0, 2.0, 3.0],
        "lower": [0.5, 1.5, 2.0],
        "upper": [1.5, 2.5, 5.0],
        "other": [1.2, 2.2, 2.8],
        "change": [-0.1, 0.0, 0.2],
    }
)
HEAD = Panel("value", "lower", "upper", "Pounds for each resident", "£", other="other", mark=(4.0, "all boroughs"))


def drawing() -> Figure:
    change = Panel("change", "change", "change", "Change", "proportion", mark=(0, "as before"))
    return charts_formula.dots(TABLE, label="area", panels=[HEAD, change], names=("by need", "nobody loses"))


def test_every_area_has_its_dot_its_range_and_its_diamond() -> None:
    first, second = drawing().axes
    lines = {line.get_marker(): line.get_xdata() for line in first.get_lines()}
    assert list(lines["o"]) == [1, 2, 3]
    assert list(lines["D"]) == [1.2, 2.2, 2.8]
    spans = [segment[:, 0].tolist() for segment in first.collections[0].get_segments()]
    assert spans == [[0.5, 1.5], [1.5, 2.5], [2.0, 5.0]]
    assert [label.get_text() for label in first.get_yticklabels()] == ["A", "B", "C"]
    assert first.get_ylim()[0] > first.get_ylim()[1]  # the first row is at the top
    assert [line.get_xdata()[0] for line in second.get_lines() if line.get_linestyle() == ":"] == [0]


def test_a_scale_of_what_is_never_below_zero_starts_at_zero() -> None:
    first, second = drawing().axes
    assert first.get_xlim()[0] == 0
    assert second.get_xlim()[0] < 0


def test_what_the_marks_are_is_said_and_where_they_are_held_to() -> None:
    figure = drawing()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["by need", "nobody loses"]
    mark = figure.axes[0].texts[0]
    assert (mark.get_text(), mark.get_ha()) == ("all boroughs", "right")  # its room is to the left


def test_the_same_numbers_make_the_same_bytes() -> None:
    assert charts.svg(drawing(), "x") == charts.svg(drawing(), "x")


@pytest.mark.parametrize("count", [0, 3])
def test_more_than_two_panels_do_not_stand_side_by_side(count: int) -> None:
    with pytest.raises(ValueError, match=f"one or two panels stand side by side, not {count}"):
        charts_formula.dots(TABLE, label="area", panels=[HEAD] * count)
