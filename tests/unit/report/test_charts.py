"""A drawn chart says what its table says: read back from what was drawn, not from what was asked for."""

import hashlib
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from vfm.report import charts

HOUSE = {"#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1"}
PLAIN = {"#ffffff", "#000000", "#666666", "#cccccc", "#1a1a1a"}
GROUPS = {"a": "Before", "b": "Later"}

POINTS = pd.DataFrame(
    {
        "year": ["2012/13", "2019/20", "2012/13"],
        "prices": ["in cash", "in cash", "in 2019/20 prices"],
        "pounds": [23.6e6, 53.6e6, 26.6e6],
    }
)
PARTS = pd.DataFrame(
    {"label": ["Prices", "People"], "value": [4e6, -2e6], "lower": [3.9e6, -2.2e6], "upper": [4.2e6, -1.9e6]}
)
COSTS = pd.DataFrame(
    {
        "label": ["A", "B", "C", "D"],
        "cost": [18.18, 260.0, 3802.0, 8000.0],
        "lower": [None, None, 3369.0, None],
        "upper": [None, None, 4307.0, None],
        "direction": ["at most", "at least", "", "about, direction unknown"],
    }
).astype({"lower": float, "upper": float})
BANDS = pd.DataFrame({"term": ["Short", "Long"], "a": [23, 1], "b": [53, 1_200]})
STEPS = pd.DataFrame(
    {"side": ["Before"] * 2 + ["Later"], "months": [12.0, 24.0, 6.0], "awards": [1, 1, 1], "at_least": [1.0, 0.5, 1.0]}
)


def two_points() -> Figure:
    return charts.two_points(POINTS, x="year", y="pounds", group="prices")


def parts(table: pd.DataFrame = PARTS) -> Figure:
    return charts.parts(table, label="label", value="value", lower="lower", upper="upper")


def intervals(table: pd.DataFrame = COSTS) -> Figure:
    return charts.intervals(table, label="label", value="cost", x_label="Pounds")


def grouped_bars() -> Figure:
    return charts.grouped_bars(BANDS, label="term", groups=GROUPS, x_label="Awards")


def lasting() -> Figure:
    return charts.lasting(
        STEPS, x="months", share="at_least", group="side", x_label="Months", marks={24: "minimum", 36: "target"}
    )


DRAWN: dict[str, Callable[[], Figure]] = {f.__name__: f for f in (two_points, parts, intervals, grouped_bars, lasting)}
ALL = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def markers(figure: Figure) -> list[tuple[str, list[float], list[float]]]:
    lines = [line for line in figure.axes[0].lines if line.get_marker() in {"o", "D"}]
    return [(str(line.get_marker()), list(line.get_xdata()), list(line.get_ydata())) for line in lines]


def test_every_kind_of_chart_is_read_back_here() -> None:
    public = {
        name
        for name, thing in vars(charts).items()
        if callable(thing) and getattr(thing, "__module__", "") == charts.__name__ and not name.startswith("_")
    }
    assert public - {"mark", "svg", "png"} == set(DRAWN)


# ---- the drawing and its table


def test_two_points_stand_at_their_years_and_are_not_joined() -> None:
    figure = two_points()
    assert markers(figure) == [("o", [0, 7], [23.6e6, 53.6e6]), ("D", [0], [26.6e6])]
    assert {line.get_linestyle() for line in figure.axes[0].lines} == {"None"}
    years = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert (years[0], years[7], len(years)) == ("2012/13", "2019/20", 8)
    assert texts(figure)[:3] == ["£23.6m in cash", "£53.6m in cash", "£26.6m in 2019/20 prices"]
    assert figure.axes[0].get_ylim()[0] == 0


def test_bars_of_parts_are_as_long_as_their_values_with_their_whiskers() -> None:
    figure = parts()
    axes = figure.axes[0]
    assert [bar.get_x() + bar.get_width() if bar.get_width() < 0 else bar.get_width() for bar in axes.patches] == [
        4e6,
        -2e6,
    ]
    (whiskers,) = axes.collections
    ends = [sorted(segment[:, 0]) for segment in whiskers.get_segments()]
    assert ends == [pytest.approx([3.9e6, 4.2e6]), pytest.approx([-2.2e6, -1.9e6])]
    assert texts(figure) == ["£4.0m", "−£2.0m"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Prices", "People"]


@pytest.mark.parametrize("sign", [1, -1])
def test_parts_that_all_fall_or_all_rise_are_whole_in_view_from_zero(sign: int) -> None:
    ends = ["lower", "upper"] if sign > 0 else ["upper", "lower"]
    table = pd.DataFrame({"label": ["A", "B"], "value": [1e6 * sign, 2e6 * sign]})
    table[ends[0]], table[ends[1]] = table["value"] - 1e5 * sign, table["value"] + 1e5 * sign
    low, high = parts(table).axes[0].get_xlim()
    assert low <= min(0, table["lower"].min()) and high >= max(0, table["upper"].max())


def test_two_parts_of_one_name_are_two_bars() -> None:
    assert len(parts(PARTS.assign(label="Same")).axes[0].patches) == 2


def test_costs_stand_at_their_values_and_bounds_are_told_from_points() -> None:
    figure = intervals()
    axes = figure.axes[0]
    assert markers(figure) == [("D", [18.18], [0]), ("D", [260], [1]), ("o", [3802], [2]), ("D", [8000], [3])]
    spans = [list(line.get_xdata()) for line in axes.lines if line.get_marker() not in {"o", "D"}]
    assert spans == [[3369, 4307]]
    arrows = [text for text in axes.texts if not text.get_text()]
    assert [arrow.xy[1] for arrow in arrows] == [0, 1]
    assert texts(figure) == [
        "at most £18.18",
        "at least £260",
        "£3,802",
        "about £8,000 (direction unknown)",
    ]
    assert axes.get_xscale() == "log"


def test_an_arrow_points_to_where_the_true_cost_lies() -> None:
    arrows = [text for text in intervals().axes[0].texts if not text.get_text()]
    assert [(arrow.xy[0] < arrow.xyann[0], arrow.xy[1]) for arrow in arrows] == [(True, 0), (False, 1)]


@pytest.mark.parametrize("bad", [0.0, -5.0])
def test_a_cost_that_a_log_scale_cannot_show_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="log scale"):
        intervals(COSTS.assign(cost=[18.18, bad, 3802.0, 8000.0]))


def test_bars_of_two_groups_are_as_long_as_their_counts() -> None:
    figure = grouped_bars()
    axes = figure.axes[0]
    assert [[bar.get_width() for bar in held] for held in axes.containers] == [[23, 1], [53, 1_200]]
    assert texts(figure) == ["23", "1", "53", "1,200"]
    assert [label.get_text() for label in axes.get_legend().get_texts()] == ["Before", "Later"]
    assert axes.yaxis_inverted()


def test_steps_fall_at_the_lengths_of_the_table() -> None:
    axes = lasting().axes[0]
    before, later, *marks = axes.lines
    assert (list(before.get_xdata()), list(before.get_ydata())) == ([0, 12, 24, 24], [1, 1, 0.5, 0])
    assert (list(later.get_xdata()), list(later.get_ydata())) == ([0, 6, 6], [1, 1, 0])
    assert before.get_drawstyle() == "steps-pre"  # up to a length the share is that of the length
    assert [mark.get_xdata()[0] for mark in marks] == [24, 36]
    assert texts(lasting()) == ["minimum", "target"]


@pytest.mark.parametrize("name", ["two_points", "grouped_bars", "lasting"])
def test_a_third_group_is_refused_and_not_left_out(name: str) -> None:
    third = {
        "two_points": lambda: charts.two_points(POINTS.assign(g=list("xyz")), x="year", y="pounds", group="g"),
        "grouped_bars": lambda: charts.grouped_bars(
            BANDS.assign(c=1), label="term", groups=GROUPS | {"c": "Third"}, x_label="n"
        ),
        "lasting": lambda: charts.lasting(
            STEPS.assign(side=list("xyz")), x="months", share="at_least", group="side", x_label="n", marks={}
        ),
    }
    with pytest.raises(ValueError, match="one or two groups apart, not 3"):
        third[name]()


# ---- style


@ALL
def test_only_the_house_palette_is_drawn(draw: Callable[[], Figure]) -> None:
    drawn = charts.svg(draw(), "x")
    found = {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9A-Fa-f]{6})", drawn)}
    assert found <= HOUSE | PLAIN and found & HOUSE


@ALL
def test_groups_are_told_apart_by_more_than_colour(draw: Callable[[], Figure]) -> None:
    axes = draw().axes[0]
    looks = {}
    for bars in axes.containers:
        if hasattr(bars, "patches"):
            looks.setdefault(to_hex(bars.patches[0].get_facecolor()), set()).add(bars.patches[0].get_hatch())
    for line in axes.lines:
        if line.get_color() != charts.DARK_GREY:
            style = (line.get_marker(), line.get_linestyle()) if len(line.get_xdata()) else ()
            looks.setdefault(to_hex(line.get_color()), set()).add(style)
    styles = list(looks.values())
    assert all(not one & other for i, one in enumerate(styles) for other in styles[i + 1 :])


@ALL
def test_words_are_dark_enough_to_read(draw: Callable[[], Figure]) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for text in draw().axes[0].texts:
        assert 1.05 / (light(to_hex(text.get_color())) + 0.05) >= 4.5, text.get_text()


@ALL
def test_the_fonts_are_there(draw: Callable[[], Figure], caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        charts.png(draw())
    assert "findfont" not in caplog.text


@ALL
def test_a_session_that_draws_otherwise_draws_the_same_here(draw: Callable[[], Figure]) -> None:
    wanted = charts.svg(draw(), "x")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "lines.linewidth": 9, "axes.facecolor": "red"}):
        assert charts.svg(draw(), "x") == wanted


HOSTILE = ["<script>alert(1)</script>", "cost $5 and $6", r"$\frac{$", 'quote " and {brace}', "שלום" * 3, "n" * 300]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_drawn_as_it_is(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name of 300 letters leaves no room to lay the chart out
        drawn = charts.svg(intervals(COSTS.assign(label=[name, "B", "C", "D"])), "x")
    words = {"".join(element.itertext()) for element in ElementTree.fromstring(drawn).iter()}
    assert name in words
    assert "<script" not in drawn


# ---- the same bytes


@ALL
def test_a_chart_has_the_same_bytes_twice(draw: Callable[[], Figure]) -> None:
    assert charts.svg(draw(), "x") == charts.svg(draw(), "x")
    figure = draw()
    assert charts.svg(figure, "x") == charts.svg(figure, "x")


def test_identifiers_are_the_figures_own_so_two_can_stand_on_one_page() -> None:
    one, other = charts.svg(parts(), "one"), charts.svg(parts(), "other")
    ids = [set(re.findall(r'\sid="([^"]+)"', drawn)) for drawn in (one, other)]
    assert ids[0] and not ids[0] & ids[1]
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', one))
    assert used and used <= ids[0]


SCRIPT = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import test_charts
print(test_charts.hashes())
"""


def hashes() -> list[str]:
    return [hashlib.sha256(charts.svg(draw(), "x").encode()).hexdigest() for draw in DRAWN.values()]


def test_a_chart_has_the_same_bytes_in_a_process_with_another_hash_seed() -> None:
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    other = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert other.stdout.strip() == str(hashes())
