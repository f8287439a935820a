"""How far a figure made again may be from the one released and still be the same: by figure, each with its reason.

The table is data (`tolerances.csv`), read from the top: the first row that fits a figure holds. It allows for nothing
but arithmetic on another machine; on the same machine every figure comes out to the bit.
"""

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("tolerances.csv")


@dataclass(frozen=True)
class Tolerance:
    """The figures that it is for (a kind and an id, with ``*`` for any letters), how much it lets pass, and why."""

    kind: str
    figure: str
    relative: Fraction
    absolute: Fraction
    reason: str

    def allows(self, released: Fraction, again: Fraction) -> bool:
        """Whether two values are the same within it."""
        return abs(again - released) <= max(self.absolute, self.relative * abs(released))


@cache
def table() -> tuple[Tolerance, ...]:
    """Every tolerance, in the order in which they hold."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Tolerance(row["kind"], row["figure"], Fraction(row["relative"]), Fraction(row["absolute"]), row["reason"])
            for row in csv.DictReader(file)
        )


def tolerance_of(kind: str, figure: str) -> Tolerance:
    """The tolerance of one figure."""
    return next(one for one in table() if fnmatchcase(kind, one.kind) and fnmatchcase(figure, one.figure))
