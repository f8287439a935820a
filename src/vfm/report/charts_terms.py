"""Charts of how long funding lasts and when it ends, in the style of `vfm.report.charts`."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vfm.report import words
from vfm.report.charts import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    ORANGE,
    ROW,
    TURQUOISE,
    WIDTH,
    _at_most_two,
    _in_style,
    _pounds_axis,
)

SEGMENTS = ((DARK_BLUE, "white"), (TURQUOISE, "black"), (DARK_PINK, "white"), (ORANGE, "black"), (DARK_GREY, "white"))
NARROWEST = 0.15  # of a bar: a narrower segment has no room for its number


@_in_style
def shares_side_by_side(
    table: pd.DataFrame, *, label: str, panels: Mapping[str, Sequence[str]], names: Sequence[str]
) -> Figure:
    """Bars of a whole in parts, in two panels over the same rows: parts of the awards, and parts of the pounds.

    Parameters
    ----------
    table : one row a group: `label`, and the columns of the parts, proportions; a row that has none stays empty
    panels : heading -> columns of its parts, in order; two panels, at most five parts
    names : what the parts are called
    """
    if len(panels) != 2 or len(names) > len(SEGMENTS):
        raise ValueError(f"two panels of at most {len(SEGMENTS)} parts, not {len(panels)} of {len(names)}")
    figure = Figure(figsize=(WIDTH, 1.5 + ROW * 0.8 * len(table)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, (heading, columns) in zip((left, right), panels.items(), strict=True):
        starts = np.zeros(len(table))
        for column, name, (colour, ink) in zip(columns, names, SEGMENTS, strict=False):
            widths = table[column].astype(float).fillna(0).to_numpy()
            axes.barh(range(len(table)), widths, left=starts, height=0.7, color=colour, edgecolor="white", label=name)
            for row, (start, width) in enumerate(zip(starts, widths, strict=True)):
                if width >= NARROWEST:
                    axes.text(start + width / 2, row, f"{width:.0%}", ha="center", va="center", color=ink, fontsize=9.5)
            starts = starts + widths
        for empty in np.flatnonzero(starts == 0):
            axes.text(0.02, empty, "not stated", va="center", color=DARK_GREY, style="italic", fontsize=9.5)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.set_xticks([0, 0.5, 1])
        axes.tick_params(axis="y", length=0)
        axes.set_title(heading, fontsize=11, loc="left")
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
    left.set_yticks(range(len(table)), [textwrap.fill(text, 28) for text in table[label].astype(str)])
    left.invert_yaxis()
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=3, fontsize=10)
    return figure


@_in_style
def survival(table: pd.DataFrame, *, group: str, x_label: str, marks: Mapping[float, str]) -> Figure:
    """Kaplan-Meier curves for one or two groups, with the limits of the first as a band.

    Parameters
    ----------
    table : one row a group and step: `months`, `survival`, `lower` and `upper` (blank where there are none)
    marks : length -> name of a line that the curves are held against
    """
    _at_most_two(table[group].unique())
    figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
    axes = figure.add_subplot()
    for place, (name, rows) in enumerate(table.groupby(group, sort=False)):
        months, shares = [0.0, *rows["months"]], [1.0, *rows["survival"]]
        colour, line = ((DARK_BLUE, "-"), (TURQUOISE, "--"))[place]
        axes.plot(months, shares, drawstyle="steps-post", color=colour, linestyle=line, linewidth=2.2, label=name)
        if place == 0:
            low, high = ([1.0, *rows[end].astype(float)] for end in ("lower", "upper"))
            axes.fill_between(months, low, high, step="post", color=DARK_BLUE, alpha=0.15, linewidth=0)
    for place, (value, text) in enumerate(marks.items()):
        axes.axvline(value, color=DARK_GREY, linestyle=":", linewidth=1.5)
        axes.annotate(
            text, (value, 1 - 0.06 * place), xytext=(4, 0), textcoords="offset points", va="top", fontsize=9.5
        )
    axes.set_xticks(range(0, int(table["months"].max()) + 13, 12))
    axes.set_xlim(0, float(table["months"].max()) + 4)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(x_label)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return figure


@_in_style
def calendar(
    table: pd.DataFrame,
    *,
    quarter: str,
    pounds: Sequence[str],
    services: Sequence[str],
    names: Sequence[str],
    today: str,
    largest: int = 4,
) -> Figure:
    """Pounds by financial quarter as stacked columns, services beneath, the tallest with their numbers.

    Parameters
    ----------
    table : one row a quarter, in order and without gaps ("2019-20-Q4")
    pounds, services : columns of the parts, from the ground up, at most two each
    names : what the parts are called
    today : the quarter in which what is known ends; a line says that later columns are to come
    largest : how many columns of each panel have their number written over them
    """
    _at_most_two(names)
    figure = Figure(figsize=(WIDTH, 5.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    quarters = list(table[quarter])
    for axes, columns, heading in ((upper, pounds, "Pounds in awards that end"), (lower, services, "Services")):
        tops = _stacked(axes, table[list(columns)].astype(float).fillna(0), names)
        for place in np.argsort(-tops, kind="stable")[:largest]:
            if tops[place] > 0:
                top = float(tops[place])
                text = words.pounds(top, short=True) if axes is upper else words.cell(top)
                offset = {"xytext": (0, 3), "textcoords": "offset points"}
                axes.annotate(text, (place, top), ha="center", fontsize=9.5, **offset)
        if today in quarters[:-1]:
            axes.axvline(quarters.index(today) + 0.5, color=DARK_GREY, linestyle=":", linewidth=1.5)
        axes.set_ylim(0, float(tops.max()) * 1.2 or 1)
        axes.grid(visible=False, axis="x")
        axes.set_title(heading, fontsize=11, loc="left")
    if today in quarters[:-1]:
        _to_come(upper, quarters.index(today) + 0.5)
    marked = [place for place, name in enumerate(quarters) if name.endswith("Q4")]
    lower.set_xticks(marked, [f"Mar\n{int(quarters[place][:4]) + 1}" for place in marked], fontsize=9.5)
    _pounds_axis(upper.yaxis)
    figure.legend(*upper.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def _stacked(axes: Axes, parts: pd.DataFrame, names: Sequence[str]) -> "np.ndarray":
    """Columns of parts on each other; how high each stands."""
    heights = np.zeros(len(parts))
    for column, name, (colour, hatch) in zip(parts, names, ((DARK_BLUE, ""), (TURQUOISE, "//")), strict=False):
        values = parts[column].to_numpy()
        places = range(len(parts))
        axes.bar(places, values, bottom=heights, width=0.8, color=colour, hatch=hatch, edgecolor="white", label=name)
        heights = heights + values
    return heights


def _to_come(axes: Axes, place: float) -> None:
    top = axes.get_ylim()[1]
    axes.annotate("to come", (place, top), xytext=(4, 0), textcoords="offset points", va="top", fontsize=9.5)
