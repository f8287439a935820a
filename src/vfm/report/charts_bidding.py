"""Charts of bidding, in the style of `vfm.report.charts`."""

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from vfm.report import words
from vfm.report.charts import DARK_BLUE, DARK_GREY, ROW, TURQUOISE, WIDTH, _in_style, _rows


@_in_style
def spans(table: pd.DataFrame, *, label: str, value: str, unit: str, x_label: str, blank: str) -> Figure:
    """A number for each row as a dot, with its range as a line where it has one; a row that has none says so.

    Parameters
    ----------
    table : `label`, `value`, `<value>_lower` and `<value>_upper` (the value itself where exact)
    unit : what the values are in, as `words.quantity` takes it
    blank : what stands where there is no number: "not published"
    """
    figure = Figure(figsize=(WIDTH, 1.1 + ROW * len(table)), layout="constrained")
    axes = figure.add_subplot()
    columns = [value, f"{value}_lower", f"{value}_upper"]
    numbers = table[columns].astype(float).set_axis(["value", "lower", "upper"], axis=1)
    top = float(numbers.fillna(0).max(axis=None)) or 1.0
    for row, point in enumerate(numbers.itertuples()):
        if pd.isna(point.value):
            axes.text(0, row, f" {blank}", va="center", color=DARK_GREY, style="italic", fontsize=10)
            continue
        text, end = words.quantity(point.value, unit, short=True), point.value
        if point.lower < point.upper:
            axes.plot([point.lower, point.upper], [row, row], color=TURQUOISE, linewidth=4, solid_capstyle="butt")
            text, end = words.span(point.lower, point.upper, unit), point.upper
        axes.plot(point.value, row, marker="o", markersize=8, color=DARK_BLUE, linestyle="none", clip_on=False)
        axes.annotate(text, (end, row), xytext=(8, 0), textcoords="offset points", va="center", fontsize=10)
    axes.set_xlim(0, top * 1.25)
    axes.set_ylim(-0.6, len(table) - 0.4)
    _rows(axes, [textwrap.fill(text, 30) for text in table[label].astype(str)], x_label)
    return figure


@_in_style
def paired_shares(table: pd.DataFrame, *, label: str, shares: Sequence[str], names: Sequence[str]) -> Figure:
    """Two shares of each row as bars side by side; one that is not known says so.

    Parameters
    ----------
    table : `label`, and the two columns of `shares`, proportions
    names : what the two are called
    """
    if len(shares) != 2 or len(names) != 2:
        raise ValueError(f"this chart sets two shares side by side, not {len(shares)}")
    figure = Figure(figsize=(WIDTH, 1.2 + ROW * 1.3 * len(table)), layout="constrained")
    axes = figure.add_subplot()
    for place, (column, name, colour, hatch) in enumerate(
        zip(shares, names, (DARK_BLUE, TURQUOISE), ("", "//"), strict=True)
    ):
        middle = [row + (place - 0.5) * 0.4 for row in range(len(table))]
        widths = table[column].astype(float)
        axes.barh(middle, widths.fillna(0), height=0.38, color=colour, hatch=hatch, edgecolor="white", label=name)
        for y, width in zip(middle, widths, strict=True):
            known = pd.notna(width)
            text = words.quantity(float(width), "proportion") if known else "not published"
            style = "normal" if known else "italic"
            axes.text((float(width) if known else 0) + 0.01, y, text, va="center", fontsize=10, style=style)
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(lambda tick, _: f"{tick:.0%}")
    _rows(axes, [textwrap.fill(text, 30) for text in table[label].astype(str)], "Share of what was bid that was funded")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=2)
    return figure
