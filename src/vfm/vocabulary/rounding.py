"""Rounding, for whatever is put into words: an end of an interval and a bound go away from what they hold."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

LOWER, UPPER = "lower", "upper"  # the ends of an interval; any other number goes to the nearest
ROUNDING = {"": ROUND_HALF_EVEN, LOWER: ROUND_FLOOR, UPPER: ROUND_CEILING}


def exact(value: float) -> Decimal:
    """A number to the twelve significant digits that files keep: noise past them would round away a whole unit."""
    return Decimal(f"{value:.12g}")


def to_places(number: Decimal, places: int, end: str = "") -> Decimal:
    """A number to so many places: to the nearest, or outwards where it is the `end` "lower" or "upper" of an interval.

    >>> to_places(exact(18.1818), 2, UPPER), to_places(exact(-0.0501), 3, LOWER), to_places(exact(0.1 + 0.2), 1, UPPER)
    (Decimal('18.19'), Decimal('-0.051'), Decimal('0.3'))
    """
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUNDING[end])
