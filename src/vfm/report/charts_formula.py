"""Charts of a funding formula: many areas down the page, each a dot with its range, in one or two panels."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vfm.report import words
from vfm.report.charts import DARK_BLUE, DARK_GREY, DARK_PINK, TURQUOISE, WIDTH, _in_style

LINE = 0.235  # inches an area takes; there are 32 of them
SMALL = 9.5


@dataclass(frozen=True)
class Panel:
    """What one panel draws.

    Parameters
    ----------
    value, lower, upper : columns: a dot, and the range through it
    x_label : what it is
    unit : as `words.quantity` takes it
    other : a column with a second value, drawn as an open diamond; "" for none
    mark : a value that all are held against, as a dotted line, and its name; None for none
    """

    value: str
    lower: str
    upper: str
    x_label: str
    unit: str
    other: str = ""
    mark: tuple[float, str] | None = None


@_in_style
def dots(table: pd.DataFrame, *, label: str, panels: Sequence[Panel], names: Sequence[str] = ()) -> Figure:
    """A row for each area, in the order of the table, in panels side by side that share the rows.

    Parameters
    ----------
    table : one row an area with `label` and the columns of the panels
    names : what the dot and the diamond are, for a key; () for none
    """
    if not 1 <= len(panels) <= 2:
        raise ValueError(f"one or two panels stand side by side, not {len(panels)}")
    figure = Figure(figsize=(WIDTH, 1.3 + LINE * len(table)), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1)  # type: ignore[union-attr, call-arg]
    drawn = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, panel in zip(drawn, panels, strict=True):
        _panel(axes, table, panel)
    drawn[0].set_yticks(range(len(table)), list(table[label]), fontsize=SMALL)
    drawn[0].set_ylim(len(table) - 0.4, -0.6)
    if names:
        handles = drawn[0].get_lines()
        shown = [next(line for line in handles if line.get_marker() == marker) for marker in "oD"[: len(names)]]
        figure.legend(shown, list(names), loc="outside upper left", ncols=2, fontsize=SMALL)
    return figure


def _panel(axes: Axes, table: pd.DataFrame, panel: Panel) -> None:
    rows = range(len(table))
    if panel.mark:
        value, name = panel.mark
        axes.axvline(value, color=DARK_GREY, linestyle=":", linewidth=1.5)
        low, high = float(table[panel.lower].min()), float(table[panel.upper].max())
        right = value > (low + high) / 2  # then its name goes to the left, where there is room
        at = {"xytext": (-4 if right else 4, 3), "textcoords": "offset points", "fontsize": SMALL, "color": DARK_GREY}
        axes.annotate(name, (value, -0.6), ha="right" if right else "left", annotation_clip=False, **at)  # type: ignore[arg-type]
    axes.hlines(rows, table[panel.lower], table[panel.upper], color=TURQUOISE, linewidth=3)
    axes.plot(table[panel.value], rows, "o", color=DARK_BLUE, markersize=4.5)
    if panel.other:
        axes.plot(table[panel.other], rows, "D", color=DARK_PINK, markerfacecolor="none", markersize=6.5)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(lambda tick, _: _tick(float(tick), panel.unit))
    axes.set_xlabel(panel.x_label, fontsize=SMALL + 0.5)
    if float(table[panel.lower].min()) >= 0:
        axes.set_xlim(left=0)
    seaborn.despine(ax=axes, left=True)


def _tick(value: float, unit: str) -> str:
    text = words.quantity(value, unit, short=True)
    return text.replace(".00", "").replace(".0%", "%")
