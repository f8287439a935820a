"""Every value that a release publishes, in a number or in a cell, so that two releases can be compared value by value.

A cell is known by its row's heading and its column, not by its place: a row that comes in between moves no value.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vfm.release import contents
from vfm.release.contents import Cells, Kind, Said
from vfm.release.tolerances import tolerance_of
from vfm.report import words
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
    for (kind, figure), cells in contents.read(folder, values_alone=True).items():
        if kind is Kind.NUMBER:
            values: Iterator[Value] = iter([_number(figure, cells)])
        elif kind in {Kind.TABLE, Kind.CHART_DATA}:
            values = _cells(kind, figure, cells)
        else:
            continue
        found.update({(value.kind, value.figure, value.cell): value for value in values})
    return found


def is_revised(old: Value, new: Value) -> bool:
    """Whether a value is another than it was: by more than the last digit of another machine, hidden, given or gone.

    Where nothing is said in either, another reason is no revision of a figure.
    """
    if old.amount is None or new.amount is None:
        return (old.amount is None, old.suppressed) != (new.amount is None, new.suppressed)
    return not tolerance_of(str(new.kind), new.figure).allows(old.amount, new.amount)


def apart(before: Said, after: Said, unit: str) -> tuple[str, str]:
    """Two values as a person reads them, with enough places that two that differ read as two.

    >>> apart(Fraction(2_183_000), Fraction(2_178_000), "£")
    ('£2,183,000', '£2,178,000')
    """
    if not isinstance(before, Fraction) or not isinstance(after, Fraction):
        return _in_words(before, unit), _in_words(after, unit)
    old, new = float(before), float(after)
    for how in (words.quantity, lambda value, unit: words.cell(value, unit), lambda value, _: f"{value:,.12g}"):
        pair = how(old, unit), how(new, unit)
        if pair[0] != pair[1]:
            break
    return pair


def _in_words(said: Said, unit: str) -> str:
    return words.quantity(float(said), unit) if isinstance(said, Fraction) else str(said)


def _number(figure: str, cells: Cells) -> Value:
    amount = cells["value"]
    reason = str(cells.get("reason") or "")
    mark = str(cells.get("mark") or "")
    said = f"{mark}: {reason}" if mark == SUPPRESSED else f"cannot say: {reason}"
    instead = "" if isinstance(amount, Fraction) else said
    about = (str(cells[name]) for name in ("title", "unit", "period"))
    return Value(Kind.NUMBER, figure, "", amount if isinstance(amount, Fraction) else None, instead, *about)


def _cells(kind: Kind, figure: str, cells: Cells) -> Iterator[Value]:
    columns = json.loads(str(cells["columns"]))
    title, period = str(cells["title"]), str(cells["period"])
    for part, place in _places(columns, cells).items():
        said = cells[part]
        if said is None:
            raise DataError(f"{figure}: {part} holds nothing, where a mark has to stand.")
        amount, instead = (said, "") if isinstance(said, Fraction) else (None, said)
        yield Value(kind, figure, place.cell, amount, instead, title, place.unit, period)


@dataclass(frozen=True)
class Place:
    """Where a value stands in a table: what its cell is called, its row from 0, its column's heading and unit."""

    cell: str
    row: int
    heading: str
    unit: str


def places(folder: Path) -> dict[Known, Place]:
    """Where each value of every table, and of the data of every chart, stands."""
    return {
        (kind, figure, place.cell): place
        for (kind, figure), cells in contents.read(folder, values_alone=True).items()
        if kind in {Kind.TABLE, Kind.CHART_DATA}
        for place in _places(json.loads(str(cells["columns"])), cells).values()
    }


def _places(columns: Mapping[str, Sequence[str]], cells: Cells) -> dict[str, Place]:
    """Every cell of a column with a unit; a heading that rows share is counted, and the second is the second."""
    taken: Counter[tuple[str, str]] = Counter()
    found = {}
    for part in cells:
        matched = CELL.fullmatch(part)
        if matched and columns.get(matched[3], ("", ""))[1]:
            row, name = matched[2], matched[3]
            taken[row, name] += 1
            again = f", {taken[row, name]}" if taken[row, name] > 1 else ""
            heading, unit = columns[name]
            found[part] = Place(f"{row}{again}, {heading}", int(matched[1]) - 1, heading, unit)
    return found
