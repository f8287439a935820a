"""A figure's movement between two releases, split by what caused it; the parts add up to it exactly.

Causes are put in one after the other, in the order of `Cause`, and each is given what the figure moves by when it is
put in. What is compared is decimal text, so that every difference is exact and the parts add up without rounding.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("causes.csv")


class Cause(StrEnum):
    """Why a figure moved, in the order in which causes are put in."""

    METHOD = "method"
    PRICE_BASE = "price base"
    CORRECTION = "correction"
    LATE_DATA = "late data"
    NEW_PERIOD = "new period"
    SUPPRESSION = "suppression"


UNEXPLAINED = "nothing that was recorded"


@dataclass(frozen=True)
class Part:
    """What a movement owes to one cause, or to several that cannot be told apart, with why not."""

    causes: tuple[str, ...]
    amount: Fraction
    reason: str = ""


def split(values: Sequence[Fraction | None], causes: Sequence[Cause], reason: str) -> tuple[Part, ...]:
    """The parts of the movement from the first of `values` to the last.

    Parameters
    ----------
    values : before any cause, then after each; None where there is no value after it
    causes : one for each value but the first
    reason : why there is no value where there is none

    >>> [(str(part.causes[0]), str(part.amount)) for part in split(
    ...     [Fraction("0.1"), Fraction("0.3"), Fraction("0.2")], [Cause.METHOD, Cause.LATE_DATA], "")]
    [('method', '1/5'), ('late data', '-1/10')]
    >>> split([Fraction(1), None, Fraction(3)], [Cause.METHOD, Cause.LATE_DATA], "no value between")[0].causes
    (<Cause.METHOD: 'method'>, <Cause.LATE_DATA: 'late data'>)
    """
    if len(values) != len(causes) + 1 or values[0] is None or values[-1] is None:
        raise ValueError("a movement has a value before it, one after it, and one after each cause or why not")
    parts, before, waiting = [], values[0], list[Cause]()
    for cause, value in zip(causes, values[1:], strict=True):
        waiting.append(cause)
        if value is None:
            continue
        parts.append(Part(tuple(waiting), value - before, reason if len(waiting) > 1 else ""))
        before, waiting = value, []
    return tuple(parts) or (Part((UNEXPLAINED,), Fraction(0)),)


def cause_of(kind: str, name: str) -> tuple[str, str]:
    """What a change of a parameter or a raw file is a change of, and why: a `Cause`, "rows", "incoming" or "none"."""
    return next((cause, why) for row, pattern, cause, why in _table() if row == kind and fnmatchcase(name, pattern))


@cache
def _table() -> tuple[tuple[str, str, str, str], ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple((row["kind"], row["name"], row["cause"], row["why"]) for row in csv.DictReader(file))


def of_parameters(
    old: Mapping[str, Mapping[str, object]], new: Mapping[str, Mapping[str, object]]
) -> dict[Cause, list[str]]:
    """The parameters that differ, in words, by what they are a change of; a notebook that one side lacks is method."""
    found: dict[tuple[Cause, str], list[str]] = {}
    for notebook in sorted({*old, *new}):
        if notebook not in old or notebook not in new:
            found.setdefault((Cause.METHOD, "is new" if notebook in new else "is gone"), []).append(notebook)
            continue
        told, tells = old[notebook], new[notebook]
        for name in sorted({*told, *tells} - {"quarter"}):  # the whole release's, and said of that
            if told.get(name) != tells.get(name):
                words = f"{name} {told.get(name, 'not given')} to {tells.get(name, 'not given')}"
                found.setdefault((Cause(cause_of("parameter", name)[0]), words), []).append(notebook)
    by_cause: dict[Cause, list[str]] = {}
    for (cause, words), notebooks in found.items():
        by_cause.setdefault(cause, []).append(f"{words} ({', '.join(notebooks)})")
    return by_cause


def as_decimal(value: Fraction) -> str:
    """A difference of decimals as a decimal, every digit of it.

    >>> as_decimal(Fraction("0.1") - Fraction("0.3")), as_decimal(Fraction(12_000_000))
    ('-0.2', '12000000')
    """
    with localcontext() as context:
        context.prec = 2_000  # a number of double precision has at most 767 significant digits
        return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize() + 0, "f")
