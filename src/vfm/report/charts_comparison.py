"""Charts that hold places against one another, in the style of `vfm.report.charts`."""

import pandas as pd
from matplotlib.figure import Figure

from vfm.report import words
from vfm.report.charts import DARK_BLUE, DARK_GREY, DARK_PINK, TURQUOISE, _figure, _in_style

LIMITS = {"998": ("-", "99.8%"), "95": ("--", "95%")}


@_in_style
def funnel(table: pd.DataFrame, *, x_label: str, y_label: str) -> Figure:
    """Areas by their size, with the limits round their average; only those outside the farther limits have a name.

    Parameters
    ----------
    table : from `boroughs.funnel` or `comparison.funnel_rates`: `value`, `base`, `target`, the limits `lower_95`,
        `upper_95`, `lower_998` and `upper_998`, and `label` ("" but outside the 99.8% limits)
    """
    rows = table.dropna(subset=["value", "lower_95"]).sort_values("base")
    if rows.empty:
        raise ValueError("no area has limits, so there is no funnel")
    figure, axes = _figure(4.8)
    right, target = float(rows["base"].iloc[-1]), float(rows["target"].iloc[0])
    axes.plot(rows["base"], rows["target"], color=DARK_GREY, linewidth=1.2, linestyle=":")
    ends = {"average": target}
    for name, (line, text) in LIMITS.items():
        for side in ("lower", "upper"):
            axes.plot(rows["base"], rows[f"{side}_{name}"], color=TURQUOISE, linewidth=1.6, linestyle=line)
            ends[f"{text}{' ' * (side == 'upper')}"] = float(rows[f"{side}_{name}"].iloc[-1])
    for text, height in ends.items():
        at = {"xytext": (8, 0), "textcoords": "offset points", "va": "center", "fontsize": 9.5, "color": DARK_GREY}
        axes.annotate(text.strip(), (right, height), annotation_clip=False, **at)  # type: ignore[arg-type]
    out = rows["label"] != ""
    for chosen, marker, colour in ((~out, "o", DARK_BLUE), (out, "D", DARK_PINK)):
        part = rows[chosen]
        axes.plot(part["base"], part["value"], linestyle="none", marker=marker, markersize=6, color=colour)
    for x, y, label in zip(rows["base"][out], rows["value"][out], rows["label"][out], strict=True):
        axes.annotate(label, (x, y), xytext=(0, 8), textcoords="offset points", ha="center", va="bottom")
    left, width = float(rows["base"].iloc[0]), right - float(rows["base"].iloc[0])
    axes.set_xlim(left - 0.06 * width, right + 0.14 * width)
    axes.set_ylim(0, float(rows[["value", "upper_998"]].max(axis=None)) * 1.15)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: words.cell(float(value)))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(visible=False, axis="x")
    return figure


@_in_style
def event_study(table: pd.DataFrame, *, x_label: str, y_label: str) -> Figure:
    """Changes by time since a start: a dot with its interval for each, and a line at no change.

    Parameters
    ----------
    table : from `event_study`, as changes in proportion: `exposure` (whole; the first and the last hold all beyond),
        `value`, `lower` and `upper`. The one before the start is the base, and has no interval
    """
    rows = table.sort_values("exposure", ignore_index=True)
    exposures = list(rows["exposure"].astype(int))
    if -1 not in exposures:
        raise ValueError("the chart needs the time before the start, which the others are held against")
    figure, axes = _figure(4.2)
    axes.axhline(0, color=DARK_GREY, linewidth=1.2)
    axes.axvline(exposures.index(-1) + 0.5, color=DARK_GREY, linestyle=":", linewidth=1.5)
    known = rows[rows["exposure"] != -1]
    for place, low, high in zip(known.index, known["lower"], known["upper"], strict=True):
        axes.plot([place, place], [low, high], color=DARK_BLUE, linewidth=2)
    axes.plot(known.index, known["value"], linestyle="none", marker="o", markersize=7, color=DARK_BLUE)
    base = rows.index[rows["exposure"] == -1]
    axes.plot(base, rows["value"][base], "D", markersize=7, color=DARK_BLUE, markerfacecolor="white")
    axes.annotate("base", (base[0], 0), xytext=(0, 9), textcoords="offset points", ha="center")
    names = [str(e) for e in exposures]
    names[0], names[-1] = f"{names[0].replace('-', '−')} or\nbefore", f"{names[-1]} or\nlater"
    axes.set_xticks(range(len(rows)), [name.replace("-", "−") for name in names])
    axes.yaxis.set_major_formatter(lambda value, _: words.quantity(float(value), "proportion").replace(".0%", "%"))
    axes.set_xlim(-0.5, len(rows) - 0.5)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(visible=False, axis="x")
    return figure
