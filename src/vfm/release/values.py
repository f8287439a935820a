"""Every value that a release publishes, in a number or in a cell, so that two releases can be compared value by value.

A cell is known by its row's heading and its column, not by its place: a row that comes in between moves no value.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vfm.release import contents
from vfm.release.contents import Cells, Kind
from vfm.vocabulary.errors import DataError

SUPPRESSED = "[c]"
CELL = re.compile(r"row (\d+) \((.*)\), ([^,]*)", re.DOTALL)


@dataclass(frozen=True)
class Value:
    """One value: whose it is, how much, or the mark or the reason that stands in its place.

    Parameters
    ----------
    kind : of the figure: a number, a table or the data of a chart
    figure : its id
    cell : in a table, the row's heading and the column
    amount : exactly as it is published; None where there is none
    instead : what stands there then: a mark such as [c], or "cannot say" with its reason
    """

    kind: Kind
    figure: str
    cell: str
    amount: Fraction | None
    instead: str
    title: str
    unit: str
    period: str

    @property
    def name(self) -> str:
        """What it is called: the figure's id, and the cell of it."""
        return f"{self.figure} [{self.cell}]" if self.cell else self.figure

    @property
    def suppressed(self) -> bool:
        """Whether it is hidden so that nobody can be told by it."""
        return self.amount is None and self.instead.startswith(SUPPRESSED)


Known = tuple[Kind, str, str]


def read_values(folder: Path) -> dict[Known, Value]:
    """The values of a release, numbers first."""
    found = {}
    for (kind, figure), cells in contents.read(folder).items():
        if kind is Kind.NUMBER:
            values: Iterator[Value] = iter([_number(figure, cells)])
        elif kind in {Kind.TABLE, Kind.CHART_DATA}:
            values = _cells(kind, figure, cells)
        else:
            continue
        found.update({(value.kind, value.figure, value.cell): value for value in values})
    return found


def _number(figure: str, cells: Cells) -> Value:
    amount = cells["value"]
    reason = str(cells.get("reason") or "")
    mark = str(cells.get("mark") or "")
    instead = "" if isinstance(amount, Fraction) else mark or f"cannot say: {reason}"
    about = (str(cells[name]) for name in ("title", "unit", "period"))
    return Value(Kind.NUMBER, figure, "", amount if isinstance(amount, Fraction) else None, instead, *about)


def _cells(kind: Kind, figure: str, cells: Cells) -> Iterator[Value]:
    columns = json.loads(str(cells["columns"]))
    title, period = str(cells["title"]), str(cells["period"])
    taken: Counter[tuple[str, str]] = Counter()
    for part, said in cells.items():
        matched = CELL.fullmatch(part)
        if not matched or not columns.get(matched[3], ("", ""))[1]:
            continue
        heading, column = matched[2], matched[3]
        taken[heading, column] += 1
        again = f", {taken[heading, column]}" if taken[heading, column] > 1 else ""
        heading_of_column, unit = columns[column]
        if said is None:
            raise DataError(f"{figure}: {part} holds nothing, where a mark has to stand.")
        amount, instead = (said, "") if isinstance(said, Fraction) else (None, said)
        cell = f"{heading}{again}, {heading_of_column}"
        yield Value(kind, figure, cell, amount, instead, title, unit, period)
