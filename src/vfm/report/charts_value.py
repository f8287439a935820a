"""Charts of value, in the style of `vfm.report.charts`: what an answer leans on, and which option may be best."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vfm.report import words
from vfm.report.charts import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    LIGHT_PURPLE,
    ORANGE,
    ROW,
    TURQUOISE,
    _figure,
    _in_style,
    _pounds_axis,
    _rows,
)

LOOKS = (
    (DARK_BLUE, "-", "o"),
    (TURQUOISE, "--", "s"),
    (DARK_PINK, "-.", "D"),
    (ORANGE, ":", "^"),
    (LIGHT_PURPLE, (0, (5, 1, 1, 1, 1, 1)), "v"),
)


@_in_style
def tornado(table: pd.DataFrame, *, label: str, x_label: str) -> Figure:
    """How far the answer moves as each assumption goes to either end of its range, alone; widest at the top.

    Parameters
    ----------
    table : from `sensitivity.one_way`, with `label`, the `unit` of the assumption, and `low`, `high`, `at_low`,
        `at_high` and `at_base`
    """
    figure, axes = _figure(1.5 + ROW * len(table))
    base = float(table["at_base"].iloc[0])
    room = float(table[["at_low", "at_high"]].max(axis=None) - table[["at_low", "at_high"]].min(axis=None)) or 1.0
    for end, colour, hatch in (("low", DARK_BLUE, ""), ("high", TURQUOISE, "//")):
        reach = table[f"at_{end}"] - base
        look: dict[str, Any] = {"color": colour, "edgecolor": "white", "hatch": hatch, "label": f"at its {end}est"}
        axes.barh(range(len(table)), reach, left=base, height=0.62, **look)
        for row, (at, value, unit) in enumerate(zip(table[f"at_{end}"], table[end], table["unit"], strict=True)):
            outside = at > base or (at == base and end == "high")
            axes.annotate(
                words.quantity(value, unit, short=True),
                (at, row),
                xytext=(4 if outside else -4, 0),
                textcoords="offset points",
                ha="left" if outside else "right",
                va="center",
                fontsize=10,
            )
    axes.axvline(base, color=DARK_GREY, linewidth=1.5)
    low, high = table[["at_low", "at_high"]].min(axis=None), table[["at_low", "at_high"]].max(axis=None)
    axes.set_xlim(low - room * 0.14, high + room * 0.14)
    _rows(axes, list(table[label]), x_label)
    _pounds_axis(axes.xaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=2)
    return figure


@_in_style
def acceptability(table: pd.DataFrame, *, frontier: pd.DataFrame, x_label: str) -> Figure:
    """The chance that each option is the best, by what one effect is taken to be worth; circles mark the frontier.

    Parameters
    ----------
    table : from `cost_effectiveness.acceptability`: one column an option (two to five), indexed by threshold
    frontier : from `cost_effectiveness.frontier`: `threshold`, and the `chance` of the option best on average
    """
    _two_to_five(list(table.columns))
    figure, axes = _figure(4.6)
    for (_, chance), (colour, line, _) in zip(table.items(), LOOKS, strict=False):
        axes.plot(table.index, chance, color=colour, linestyle=line, linewidth=2.2)
    circles: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 5, "markerfacecolor": "white"}
    axes.plot(frontier["threshold"], frontier["chance"], color=DARK_GREY, label="best on average", **circles)
    last = float(table.index[-1])
    _end_labels(axes, last, {str(option): float(chance.iloc[-1]) for option, chance in table.items()}, apart=0.065)
    axes.set_xlim(float(table.index[0]), last * 1.32)
    axes.set_ylim(-0.02, 1.06)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _pounds_axis(axes.xaxis)
    axes.set_xlabel(x_label)
    axes.set_ylabel("Chance of being the best")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return figure


@_in_style
def plane(table: pd.DataFrame, *, reference: str, worth: float, x_label: str, y_label: str) -> Figure:
    """Extra effect and extra cost of each option beside a reference, with the middle of the draws both ways.

    Parameters
    ----------
    table : from `options.plane_summary`, one to five options
    reference : name of what they are set beside, at the crossing of the axes
    worth : pounds that one effect is taken to be worth, for the line below which an option is worth its cost
    """
    if not 1 <= len(table) <= len(LOOKS):
        raise ValueError(f"this chart tells one to five options apart, not {len(table)}")
    figure, axes = _figure(5.0)
    axes.axhline(0, color=DARK_GREY, linewidth=1)
    axes.axvline(0, color=DARK_GREY, linewidth=1)
    for row, (colour, _, marker) in zip(table.itertuples(), LOOKS, strict=False):
        across, up = [row.effect_lower, row.effect_upper], [row.cost_lower, row.cost_upper]
        axes.plot(across, [row.inc_cost] * 2, color=colour, linewidth=2, marker="|")
        axes.plot([row.inc_effect] * 2, up, color=colour, linewidth=2, marker="_")
        axes.plot(row.inc_effect, row.inc_cost, linestyle="none", marker=marker, markersize=9, color=colour)
    axes.annotate(reference, (0, 0), xytext=(6, -6), textcoords="offset points", va="top", fontsize=10)
    right, top = float(table["effect_upper"].max()) * 1.3, float(table["cost_upper"].max()) * 1.2
    far = min(right, top / worth) if worth > 0 else right
    axes.plot([0, far], [0, far * worth], color=DARK_GREY, linestyle=":", linewidth=1.8)
    axes.annotate(
        f"one worth {words.pounds(worth, short=True)}",
        (far * 0.3, far * 0.3 * worth),
        xytext=(6, -4),
        textcoords="offset points",
        va="top",
        fontsize=10,
    )
    _name_options(axes, table, near=0.3 * right)
    axes.set_xlim(min(0.0, float(table["effect_lower"].min())) - 0.06 * right, right)
    axes.set_ylim(min(0.0, float(table["cost_lower"].min())) - 0.1 * top, top)
    _pounds_axis(axes.yaxis)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure


def _name_options(axes: Axes, table: pd.DataFrame, *, near: float) -> None:
    """The dearer half above their crosses and the rest below, and to the left of a neighbour on the same side."""
    above = table["inc_cost"] >= table["inc_cost"].median()
    for place, row in enumerate(table.itertuples()):
        up = bool(above.iloc[place])
        apart = table["inc_effect"][above == up] - row.inc_effect
        left = ((apart > 0) & (apart < near)).any() and row.inc_effect > near
        axes.annotate(
            str(row.option),
            (row.inc_effect, row.cost_upper if up else row.cost_lower),
            xytext=(-4 if left else 4, 4 if up else -4),
            textcoords="offset points",
            ha="right" if left else "left",
            va="bottom" if up else "top",
            fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )


def _two_to_five(options: list[str]) -> None:
    if not 2 <= len(options) <= len(LOOKS):
        raise ValueError(f"this chart tells two to five options apart, not {len(options)}")


def _end_labels(axes: Axes, place: float, heights: dict[str, float], *, apart: float) -> None:
    """A name at the end of each line, moved up where two would stand on each other; lines that end as one share it."""
    ends: list[tuple[float, list[str]]] = []
    for name, height in sorted(heights.items(), key=lambda pair: pair[1]):
        if ends and height - ends[-1][0] < apart / 6:
            ends[-1][1].append(name)
        else:
            ends.append((height, [name]))
    last = -1.0
    for height, names in ends:
        last = max(height, last + apart)
        text = words.listing(names).replace(" and ", "\nand ")
        axes.annotate(text, (place, last), xytext=(6, 0), textcoords="offset points", va="center", fontsize=10)
        last += apart * text.count("\n") / 2
