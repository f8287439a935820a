"""Many small charts of one kind side by side, in the style of `vfm.report.charts`."""

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vfm.report.charts import DARK_BLUE, DARK_GREY, DARK_PINK, TURQUOISE, WIDTH, _in_style
from vfm.vocabulary.periods import month_in_words

SMALL = 9  # points of type in a panel


@_in_style
def control_charts(table: pd.DataFrame, *, names: list[str], change: str) -> Figure:
    """A control chart for each area, each on its own scale from zero.

    Parameters
    ----------
    table : one row an area and quarter, in order: `area`, `quarter` ("2014-15-Q1"), `value`, `mean`, `lower`, `upper`,
        `phase` and `rule` ("" where no rule holds)
    names : the areas to draw, in order
    change : what happened where the limits start afresh, for the line in the first panel
    """
    figure, panels = _grid(len(names), columns=3, height=1.75)
    for name, axes in zip(names, panels, strict=False):
        rows = table[table["area"] == name].reset_index(drop=True)
        if rows.empty:
            raise ValueError(f"there are no points of {name}")
        _control_chart(axes, rows)
        _dress(axes, rows["quarter"], name)
    first = table[table["area"] == names[0]].reset_index(drop=True)
    if first["phase"].nunique() > 1:
        start, top = _starts(first["phase"])[1], panels[0].get_ylim()[1]
        panels[0].annotate(change, (start - 0.5, top * 0.03), xytext=(4, 0), textcoords="offset points", fontsize=SMALL)
    return figure


def _control_chart(axes: Axes, rows: pd.DataFrame) -> None:
    for phase, part in rows.groupby("phase"):
        places = part.index.to_numpy()
        axes.fill_between(places, part["lower"].clip(lower=0), part["upper"], color=TURQUOISE, alpha=0.25, linewidth=0)
        axes.plot(places, part["mean"], color=DARK_GREY, linewidth=1, linestyle="--")
        if phase > 1:
            axes.axvline(places[0] - 0.5, color=DARK_GREY, linestyle=":", linewidth=1.2)
    axes.plot(rows.index, rows["value"], color=DARK_BLUE, linewidth=1.3)
    special = rows[rows["rule"] == "outside"]
    axes.plot(special.index, special["value"], linestyle="none", marker="D", markersize=3.5, color=DARK_PINK)
    last = len(rows) - 1
    axes.annotate(
        f"{rows['value'].iloc[last]:,.1f}",
        (last, rows["value"].iloc[last]),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        annotation_clip=False,
    )
    axes.set_ylim(0, float(rows[["value", "upper"]].max(axis=None)) * 1.12)


@_in_style
def courses(table: pd.DataFrame, *, started: str, never: str, y_label: str) -> Figure:
    """For each start, the mean course of those that started then beside those that never did, on one scale.

    Parameters
    ----------
    table : from `starts.mean_courses`: `start`, `areas`, `quarter` (periods of quarters to March), `started`, `never`
    started, never : names of the solid and of the dashed line, told in the first panel
    y_label : what is counted
    """
    starts = list(dict.fromkeys(table["start"]))
    figure, panels = _grid(len(starts), columns=2, height=2.3)
    top = float(table[["started", "never"]].max(axis=None)) * 1.12
    for start, axes in zip(starts, panels, strict=False):
        rows = table[table["start"] == start].reset_index(drop=True)
        quarters = pd.Series([f"{period.qyear - 1}-Q{period.quarter}" for period in rows["quarter"]])
        axes.plot(rows.index, rows["never"], color=TURQUOISE, linewidth=1.8, linestyle="--")
        axes.plot(rows.index, rows["started"], color=DARK_BLUE, linewidth=2.2)
        axes.axvline(int((rows["quarter"] < start).sum()) - 0.5, color=DARK_GREY, linestyle=":", linewidth=1.5)
        _dress(axes, quarters, f"Started {month_in_words(start.start_time)}: {rows['areas'].iloc[0]} boroughs")
        axes.set_ylim(0, top)
    words = f"solid: {started}\ndashed: {never}"  # on the right: the first start is the earliest
    panels[0].annotate(words, (len(rows) - 1, top * 0.05), ha="right", fontsize=SMALL)
    figure.supylabel(y_label, fontsize=SMALL + 1)
    return figure


def _grid(count: int, *, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    rows = -(-count // columns)
    figure = Figure(figsize=(WIDTH, 0.4 + height * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for empty in panels[count:]:
        empty.set_axis_off()
    return figure, panels


def _dress(axes: Axes, quarters: "pd.Series[str]", name: str) -> None:
    """The name over a panel, and the first and the last April under it."""
    axes.set_title(name, fontsize=SMALL, loc="left")
    starts = [place for place, quarter in enumerate(quarters) if quarter.endswith("-Q1")]
    ends = starts[:: max(1, len(starts) - 1)] if len(starts) > 1 else starts
    axes.set_xticks(ends, [f"Apr {quarters.iloc[place][:4]}" for place in ends], fontsize=SMALL)
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.locator_params(axis="y", nbins=4)
    axes.set_xlim(-1, len(quarters) * 1.16)
    axes.grid(visible=False, axis="x")
    seaborn.despine(ax=axes)


def _starts(phases: "pd.Series[int]") -> list[int]:
    return [int(place) for place in np.flatnonzero(phases.diff().ne(0).to_numpy())]
