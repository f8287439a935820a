"""Charts in the Analysis Function's style: its colours in their order, direct labels, nothing by colour alone.

Each function takes a table and returns a figure; the title, the alt text and the table beneath are the
release's. A drawing has the same bytes whenever it is drawn from the same numbers: text is text in a font
that matplotlib brings along, and identifiers come from the figure's id.
"""

import functools
import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from io import BytesIO
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vfm.report import words
from vfm.vocabulary.marks import Mark

# Analysis Function categorical palette; only neighbours reach 3:1 contrast, so the order is kept.
DARK_BLUE, TURQUOISE, DARK_PINK, ORANGE, DARK_GREY, LIGHT_PURPLE = (
    "#12436D",
    "#28A197",
    "#801650",
    "#F46A25",
    "#3D3D3D",
    "#A285D1",
)
FONT_STACK = ["DejaVu Sans", "Arial", "Helvetica", "sans-serif"]
WIDTH, ROW, STRIP = 8.0, 0.52, 0.35  # inches
NOT_STYLE = ("backend", "interactive", "toolbar", "webagg", "tk.", "docstring", "timezone")  # the session's own


@functools.cache
@functools.cache
def _style() -> Any:
    """Every setting that a drawing can depend on: matplotlib's own, the sheet's, and ours."""
    sheet = str(files("afcharts") / "afcharts.mplstyle")
    own = {
        "font.sans-serif": FONT_STACK,
        "font.size": 11,
        "svg.fonttype": "none",
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "xtick.color": "#666666",
        "ytick.color": "#666666",
        "text.parse_math": False,  # a dollar sign in a name is a dollar sign
        "hatch.linewidth": 1.5,
    }
    plain = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith(NOT_STYLE)}
    return plain | dict(matplotlib.rc_params_from_file(sheet, use_default_template=False)) | own


def _in_style(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw in the house style whatever the session has set, for a text takes its style as it is made."""

    @functools.wraps(draw)
    def styled(table: pd.DataFrame, **named: Any) -> Figure:
        with matplotlib.rc_context(_style()):
            figure = draw(_in_numbers(table), **named)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")  # laid out once: laid out again, the parts would move by a hair
            return figure

    return styled


def _in_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The table with gaps where marks stand, so that none is drawn as zero; `_marks` tells where they stood."""
    standing = {name: [cell if isinstance(cell, Mark) else "" for cell in table[name]] for name in table.columns}
    marked = [name for name, cells in standing.items() if any(cells)]
    numbers = table.assign(**{name: pd.to_numeric(table[name].replace(list(Mark), np.nan)) for name in marked})
    numbers.attrs = {name: standing[name] for name in marked}
    return numbers


def _marks(axes: Axes, table: pd.DataFrame, column: str, heights: Iterable[float]) -> None:
    """Write the marks of a column where its bars or dots would begin."""
    for height, text in zip(heights, table.attrs.get(column, [""] * len(table)), strict=True):
        if text:
            axes.text(0.01, height, text, transform=axes.get_yaxis_transform(), va="center", color=DARK_GREY)


def _figure(rows: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, rows), layout="constrained")
    return figure, figure.add_subplot()


def _at_most_two(groups: object) -> None:
    count = len(list(groups))  # type: ignore[call-overload]
    if not 1 <= count <= 2:
        raise ValueError(f"this chart tells one or two groups apart, not {count}")


def _rows(axes: Axes, labels: list[str], x_label: str) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(x_label)
    seaborn.despine(ax=axes, left=True)


def _pounds_axis(axis: Any) -> None:
    axis.set_major_formatter(lambda value, _: words.pounds(value, short=True).replace(".0m", "m").removesuffix(".00"))


@_in_style
def two_points(table: pd.DataFrame, *, x: str, y: str, group: str) -> Figure:
    """Values at two years, not joined: nothing is published between them.

    Parameters
    ----------
    table : one row a point with the columns named: a year as text, pounds, and a group (at most two)
    """
    _at_most_two(table[group].unique())
    figure, axes = _figure(3.6)
    first, last = sorted(table[x].unique())[0], sorted(table[x].unique())[-1]
    years = [f"{year}/{(year + 1) % 100:02d}" for year in range(int(first[:4]), int(last[:4]) + 1)]
    for (name, rows), colour, marker in zip(
        table.groupby(group, sort=False), (DARK_BLUE, TURQUOISE), ("o", "D"), strict=False
    ):
        places = [years.index(year) for year in rows[x]]
        axes.plot(places, rows[y], linestyle="none", marker=marker, markersize=9, color=colour, clip_on=False)
        for place, value in zip(places, rows[y], strict=True):
            left = place == 0
            axes.annotate(
                f"{words.pounds(value, short=True)} {name}",
                (place, value),
                xytext=(12 if left else -12, 0),
                textcoords="offset points",
                ha="left" if left else "right",
                va="center",
            )
    axes.set_xlim(-0.3, len(years) - 0.7)
    axes.set_ylim(0, table[y].max() * 1.12)
    axes.set_xticks(range(len(years)), years)
    axes.text(
        (len(years) - 1) / 2,
        table[y].max() * 0.1,
        "no published total for the years between",
        ha="center",
        color=DARK_GREY,
        style="italic",
    )
    _pounds_axis(axes.yaxis)
    axes.set_xlabel("Financial year")
    return figure


@_in_style
def parts(table: pd.DataFrame, *, label: str, value: str, lower: str, upper: str) -> Figure:
    """The parts of a sum as bars, each with its interval and its number."""
    figure, axes = _figure(1.0 + ROW * len(table))
    table = table.assign(**{end: table[end].astype(float).fillna(table[value]) for end in (lower, upper)})
    axes.barh(range(len(table)), table[value], height=0.62, color=DARK_BLUE)
    errors = [table[value] - table[lower], table[upper] - table[value]]
    axes.errorbar(table[value], range(len(table)), xerr=errors, fmt="none", ecolor=TURQUOISE, elinewidth=2, capsize=4)
    low, high = min(0, table[lower].min()), max(0, table[upper].max())
    room = high - low
    for row, (number, end) in enumerate(zip(table[value], table[upper], strict=True)):
        if pd.notna(number):
            axes.text(max(end, 0) + room * 0.02, row, words.pounds(number, short=True), va="center")
    _marks(axes, table, value, range(len(table)))
    axes.set_xlim(low - room * 0.1 * (low < 0), high + room * 0.18)
    _rows(axes, list(table[label]), "Pounds, cash")
    _pounds_axis(axes.xaxis)
    return figure


@_in_style
def intervals(table: pd.DataFrame, *, label: str, value: str, x_label: str, unit: str = "£") -> Figure:
    """Values on a log scale: a dot with its interval, or a dot and an arrow for a bound.

    Parameters
    ----------
    table : the columns named, and `lower`, `upper` (blank without an interval) and `direction`
    unit : what the values are in, as `words.quantity` takes it
    """
    if not (table[[value, "lower", "upper"]].min(axis=None) > 0):
        raise ValueError("a log scale has no place for a value of zero or less")
    figure, axes = _figure(1.2 + ROW * len(table))
    axes.set_xscale("log")
    points = table[[label, value, "lower", "upper", "direction"]].set_axis(
        ["label", "value", "lower", "upper", "direction"], axis=1
    )
    _marks(axes, table, value, range(len(table)))
    for row, point in enumerate(points.itertuples()):
        if pd.isna(point.value):
            continue
        if pd.notna(point.lower) and pd.notna(point.upper):
            axes.plot([point.lower, point.upper], [row, row], color=DARK_BLUE, linewidth=2)
        bound = {"at most": -1, "at least": 1}.get(str(point.direction))
        if bound:
            axes.annotate(
                "",
                (point.value * 10 ** (0.28 * bound), row),
                (point.value, row),
                arrowprops={"arrowstyle": "->", "color": DARK_BLUE, "linewidth": 2},
            )
        axes.plot(
            point.value,
            row,
            marker="o" if not point.direction else "D",
            markersize=8,
            color=DARK_BLUE,
            markerfacecolor=DARK_BLUE if not point.direction else "white",
        )
        axes.annotate(
            words.bounded(point.value, unit, point.direction, short=True),
            (point.value, row),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=10,
        )
    low, high = points[["value", "lower"]].min(axis=None), points[["value", "upper"]].max(axis=None)
    axes.set_xlim(low / 5, high * 20)  # room for the words beside the first and the last
    axes.set_ylim(-0.8, len(table) - 0.4)
    _rows(axes, list(points["label"]), x_label)
    if unit.startswith("£"):
        _pounds_axis(axes.xaxis)
    else:
        axes.xaxis.set_major_formatter(lambda tick, _: f"{tick:,.12g}")
    axes.xaxis.set_minor_formatter(lambda *_: "")
    return figure


@_in_style
def grouped_bars(table: pd.DataFrame, *, label: str, groups: dict[str, str], x_label: str) -> Figure:
    """Counts by category for one or two groups, with a gap between bars and the number on each.

    Parameters
    ----------
    table : one row a category
    groups : column -> name; at most two. A mark in place of a number is written where its bar would begin
    """
    _at_most_two(groups)
    figure, axes = _figure(1.1 + ROW * len(table))
    height = 0.78 / len(groups)
    styles = zip((DARK_BLUE, TURQUOISE), ("", "//"), strict=True)
    for place, (column, (colour, hatch)) in enumerate(zip(groups, styles, strict=False)):
        middle = np.arange(len(table)) + (place - (len(groups) - 1) / 2) * (height + 0.02)
        look: dict[str, Any] = {"color": colour, "edgecolor": "white", "hatch": hatch, "label": groups[column]}
        axes.barh(middle, table[column], height=height, **look)
        for y, number in zip(middle, table[column], strict=True):
            if pd.notna(number):
                beside = number + table[list(groups)].max(axis=None) * 0.012
                axes.text(beside, y, words.cell(float(number)), va="center")
        _marks(axes, table, column, middle)
    _rows(axes, list(table[label].astype(str)), x_label)
    if len(groups) > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return figure


@_in_style
def lasting(table: pd.DataFrame, *, x: str, share: str, group: str, x_label: str, marks: dict[float, str]) -> Figure:
    """The share that lasts at least so long, as a step for each of at most two groups.

    Parameters
    ----------
    table : one row a group and length: the columns named, and the share (a proportion) that is at least as long
    marks : length -> name of a line that the steps are held against
    """
    _at_most_two(table[group].unique())
    figure, axes = _figure(4.2)
    styles = zip((DARK_BLUE, TURQUOISE), ("-", "--"), strict=True)
    for (name, rows), (colour, line) in zip(table.groupby(group, sort=False), styles, strict=False):
        lengths = [0.0, *rows[x], rows[x].iloc[-1]]
        shares = [1.0, *rows[share], 0.0]
        axes.plot(lengths, shares, drawstyle="steps-pre", color=colour, linestyle=line, label=name)
    for value, text in marks.items():
        axes.axvline(value, color=DARK_GREY, linestyle=":", linewidth=1.5)
        axes.annotate(text, (value, 1.0), xytext=(4, 0), textcoords="offset points", va="top", fontsize=9.5)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    axes.set_xticks(range(0, int(table[x].max()) + 13, 12))
    axes.set_xlim(0, None)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(x_label)
    return figure


def mark(figure: Figure, text: str) -> None:
    """Write `text` over a drawing, in a strip that it grows by: a picture goes about without its page."""
    width, height = figure.get_size_inches()
    kept = height / (height + STRIP)
    figure.set_size_inches(width, height + STRIP)
    for axes in figure.axes:
        box = axes.get_position()
        axes.set_position((box.x0, box.y0 * kept, box.width, box.height * kept))
    with matplotlib.rc_context(_style()):
        figure.text(0.01, (1 + kept) / 2, text, va="center", fontsize=10, color=DARK_PINK, weight="bold")


def svg(figure: Figure, figure_id: str) -> str:
    """A figure as SVG: the same bytes each time, its identifiers its own, so that two can stand on one page."""
    with matplotlib.rc_context(_style() | {"svg.hashsalt": figure_id}):
        drawn = _written(figure, "svg", {"Date": None, "Creator": None}).decode()
    # Names such as axes_1 are the same in every chart, and a page holds several.
    return re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", drawn)


def png(figure: Figure, title: str | None = None) -> bytes:
    """A figure as PNG at 144 dots an inch, with what the file says of itself where it has a title."""
    with matplotlib.rc_context(_style()):
        return _written(figure, "png", {"Software": None} | ({"Title": title} if title else {}))


def _written(figure: Figure, form: str, metadata: dict[str, str | None]) -> bytes:
    held = BytesIO()
    figure.savefig(held, format=form, metadata=metadata, dpi=144)
    return held.getvalue()
