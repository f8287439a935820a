"""Charts of one series over time, in the style of `vfm.report.charts`."""

import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vfm.report import words
from vfm.report.charts import DARK_BLUE, DARK_GREY, TURQUOISE, _figure, _in_style


@_in_style
def series(table: pd.DataFrame, *, x: str, value: str, smooth: str, y_label: str, smooth_label: str) -> Figure:
    """A count over time as a thin line, with a steadier line through it that carries the label.

    Parameters
    ----------
    table : one row a month or quarter, in order: `x` (a period), `value`, and `smooth` (blank where there is none)
    """
    figure, axes = _figure(4.2)
    places = range(len(table))
    axes.plot(places, table[value], color=TURQUOISE, linewidth=1.2)
    axes.plot(places, table[smooth], color=DARK_BLUE, linewidth=2.5)
    _label(axes, len(table) - 1, float(table[smooth].iloc[-1]), smooth_label, DARK_BLUE)
    _label(
        axes,
        0,
        float(table[value].iloc[:6].max()),
        "each month" if len(table) > 60 else "each period",
        DARK_GREY,
        below=0,
    )
    _time_axis(axes, table[x], y_label, float(table[value].max()))
    return figure


@_in_style
def series_with_counterfactual(table: pd.DataFrame, *, x: str, y_label: str, change: str) -> Figure:
    """A series as observed and as fitted, and from the change on what its earlier course suggests, with its interval.

    Parameters
    ----------
    table : from `counterfactual`, with `x` (a period), in order: `observed`, `fitted`, `counterfactual`, `lower`,
        `upper` and `after`
    change : what happened at the change, for its line
    """
    if table["after"].all() or not table["after"].any():
        raise ValueError("the chart needs points before the change and from it on")
    figure, axes = _figure(4.4)
    places = pd.Series(range(len(table)), index=table.index)
    after = table["after"]
    start = int(after.to_numpy().argmax())
    axes.fill_between(
        places[after], table["lower"][after], table["upper"][after], color=TURQUOISE, alpha=0.25, linewidth=0
    )
    axes.plot(places, table["observed"], linestyle="none", marker="o", markersize=4, color=DARK_GREY)
    for side in (after, ~after):
        axes.plot(places[side], table["fitted"][side], color=DARK_BLUE, linewidth=2.2)
    axes.plot(places[after], table["counterfactual"][after], color=TURQUOISE, linewidth=2.2, linestyle="--")
    top = float(table[["observed", "upper"]].max(axis=None))
    axes.axvline(start - 0.5, color=DARK_GREY, linestyle=":", linewidth=1.5)
    axes.annotate(change, (start - 0.5, top * 1.1), xytext=(-6, 0), textcoords="offset points", ha="right", va="top")
    last = len(table) - 1
    ends = sorted(
        [(float(table["fitted"].iloc[-1]), "fitted"), (float(table["counterfactual"].iloc[-1]), "earlier course")]
    )
    nearer = ends[1][0] - ends[0][0] < 0.06 * top
    for place, (height, text) in enumerate(ends):
        apart = (place - 0.5) * 0.06 * top if nearer else 0
        _label(axes, last, height + apart, text, DARK_BLUE if text == "fitted" else DARK_GREY)
    _label(
        axes, 0, float(table["observed"].iloc[: len(table) // 3].min()) * 0.97, "dots: as recorded", DARK_GREY, below=1
    )
    _time_axis(axes, table[x], y_label, top)
    return figure


def _label(axes: Axes, place: float, height: float, text: str, colour: str, *, below: int | None = None) -> None:
    at_end = below is None
    offset, up = ((6, 0), "center") if at_end else ((0, -4 if below else 6), "top" if below else "bottom")
    axes.annotate(
        text, (place, height), xytext=offset, textcoords="offset points", va=up, color=colour, annotation_clip=False
    )


def _time_axis(axes: Axes, periods: "pd.Series[pd.Period]", y_label: str, top: float) -> None:
    """Years in April, where financial years begin; the scale from zero, and room on the right for the labels."""
    starts = [place for place, period in enumerate(periods) if period.start_time.month == 4]
    axes.set_xticks(starts, [f"Apr {periods.iloc[place].start_time.year}" for place in starts])
    if len(starts) > 7:
        axes.set_xticks(starts[::2], [f"Apr {periods.iloc[place].start_time.year}" for place in starts[::2]])
    axes.set_ylim(0, top * 1.12)
    axes.set_xlim(-1, len(periods) * 1.17)
    axes.yaxis.set_major_formatter(lambda value, _: words.cell(float(value)))
    axes.set_ylabel(y_label)
    axes.grid(visible=False, axis="x")


@_in_style
def beside(table: pd.DataFrame, *, x: str, here: str, there: str, names: tuple[str, str], y_label: str) -> Figure:
    """One area's course as a solid line beside that of the whole as a dashed one, each named at its end.

    Parameters
    ----------
    table : one row a year, in order: `x` (text), `here` and `there`
    names : what `here` and `there` are called
    """
    figure, axes = _figure(3.2)
    places = range(len(table))
    lines = zip((here, there), (DARK_BLUE, TURQUOISE), ("-", "--"), ("o", "D"), strict=True)
    for column, colour, line, marker in lines:
        axes.plot(places, table[column], color=colour, linestyle=line, marker=marker, markersize=4, linewidth=2)
    ends = table[[here, there]].iloc[-1].to_numpy(dtype=float)
    top = float(table[[here, there]].max(axis=None))
    apart = max(0.0, 0.09 * top - abs(ends[0] - ends[1])) / 2  # so that two names at one height stand apart
    for end, other, name, colour in zip(ends, ends[::-1], names, (DARK_BLUE, DARK_GREY), strict=True):
        up = apart if (end, name == names[0]) >= (other, name == names[1]) else -apart
        _label(axes, len(table) - 1, end + up, f"{name} {words.cell(round(end, 1))}", colour)
    axes.set_xticks(list(places)[::2], [str(year) for year in table[x]][::2])
    axes.set_ylim(0, top * 1.12)
    axes.set_xlim(-0.3, len(table) - 1 + 0.3 * len(table))
    axes.set_ylabel(y_label)
    axes.grid(visible=False, axis="x")
    seaborn.despine(ax=axes)
    return figure
