"""Verdicts side by side, in the style of `vfm.report.charts`: a sign for each rung, told apart by shape."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import pandas as pd
import seaborn
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vfm.analysis.verdict import Rung
from vfm.report.charts import DARK_BLUE, ROW, _figure, _in_style

LONGEST = 28  # characters of a name in one line

# As the signs of `Rung.mark`: a full disc, a half, a ring, a dash.
SIGNS: dict[Rung, dict[str, Any]] = {
    Rung.SHOWN: {"marker": "o", "fillstyle": "full"},
    Rung.SUGGESTED: {"marker": "o", "fillstyle": "left", "markerfacecoloralt": "white"},
    Rung.NOT_SHOWN: {"marker": "o", "fillstyle": "none"},
    Rung.CANNOT_SAY: {"marker": "_", "fillstyle": "full"},
}


@_in_style
def rungs(table: pd.DataFrame, *, label: str, criteria: Sequence[str]) -> Figure:
    """The rung of each row under each criterion. There is no order among rows, and no score.

    Parameters
    ----------
    table : one row a service, with the column `label` and one for each of `criteria`, which holds a mark and a rung
    """
    figure, axes = _figure(1.5 + ROW * len(table))
    for column, criterion in enumerate(criteria):
        for row, cell in enumerate(table[criterion]):
            rung = Rung(str(cell).partition(" ")[2])
            axes.plot(column, row, **_sign(rung))
    axes.set_xlim(-0.5, len(criteria) - 0.5)
    axes.set_xticks(range(len(criteria)), [criterion.capitalize() for criterion in criteria])
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(table)), [fill(name, LONGEST) for name in table[label]])
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.tick_params(length=0, labelsize=10)
    axes.grid(visible=False)
    for row in range(1, len(table)):
        axes.axhline(row - 0.5, color="#D9D9D9", linewidth=0.8)
    seaborn.despine(ax=axes, left=True, bottom=True)
    signs = [Line2D([], [], label=str(rung), **_sign(rung)) for rung in Rung]
    figure.legend(handles=signs, loc="outside lower right", ncols=len(signs), handletextpad=0.2)
    return figure


def _sign(rung: Rung) -> dict[str, Any]:
    plain = {"linestyle": "none", "color": DARK_BLUE, "markeredgewidth": 2, "markersize": 11}
    return plain | SIGNS[rung]
