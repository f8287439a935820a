"""Numbers as people read them: one formatter for prose, tables, charts and alt text.

GOV.UK and ONS style: "£53.6 million" in prose, "£53.6m" on charts, commas from 1,000, a per cent sign.
Values are stored plainly (proportions, pounds); what is here is only how they look. An interval and a bound are rounded
outwards: what is shown holds all that was worked out.
"""

import re
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from vfm.vocabulary.marks import Mark
from vfm.vocabulary.periods import month_in_words
from vfm.vocabulary.results import Direction
from vfm.vocabulary.rounding import LOWER, UPPER, exact, to_places

MILLION = 1_000_000
# Symbols of the Government Statistical Service: a cell is never blank.
SUPPRESSED, NOT_AVAILABLE, NOT_APPLICABLE, LOW = Mark


def quantity(value: float, unit: str, *, short: bool = False, end: str = "") -> str:
    """A number with its unit, as prose writes it; `short` as a chart does.

    An `end` of an interval, "lower" or "upper", is rounded away from what lies in it, and any other to the nearest.

    >>> quantity(53_600_000, "£"), quantity(53_600_000, "£", short=True), quantity(3802.28, "£ per young person")
    ('£53.6 million', '£53.6m', '£3,802')
    >>> quantity(18.1818, "£ per person reached"), quantity(1.2712, "proportion"), quantity(141, "awards")
    ('£18.18', '127.1%', '141')
    >>> quantity(12, "months"), quantity(0.1096, "offences")
    ('12 months', '0.11')
    >>> quantity(18.1818, "£ per person reached", end="upper"), quantity(0.1299, "proportion", end="lower")
    ('£18.19', '12.9%')
    """
    if unit.startswith("£"):
        return pounds(value, short=short, end=end)
    number = exact(value)
    if unit.startswith("proportion"):
        return _signed(to_places(number * 100, 1, end), "{:,.1f}%")
    places = 0 if number == number.to_integral_value() else 1 if abs(to_places(number, 2)) >= 1 else 2
    text = _signed(to_places(number, places, end), f"{{:,.{places}f}}")
    return f"{text} month{'' if text == '1' else 's'}" if unit == "months" else text


def pounds(value: float, *, short: bool = False, end: str = "") -> str:
    """Pounds in prose: millions to one place, thousands whole, under £100 with pence; `end` as in `quantity`.

    >>> pounds(4_377_630), pounds(260), pounds(18.18), pounds(-5200)
    ('£4.4 million', '£260', '£18.18', '−£5,200')
    """
    number = exact(value)
    whole, pence = to_places(number, 0, end), to_places(number, 2, end)
    if abs(whole) >= MILLION:
        return _signed(to_places(number / MILLION, 1, end), f"£{{:,.1f}}{'m' if short else ' million'}")
    if abs(pence) >= 100 or pence == 0:
        return _signed(whole, "£{:,.0f}")
    return _signed(pence, "£{:,.2f}")


def span(lower: float, upper: float, unit: str) -> str:
    """An interval: "£3,369 to £4,308", each end rounded outwards.

    The two ends keep enough places to differ from each other when rounded to the nearest, for an interval that reads as
    a point is none. Two ends that are the same are one number.

    >>> span(1.2643, 1.2781, "proportion"), span(23_550_000, 23_650_000, "£")
    ('126.4% to 127.9%', '£23.55 million to £23.65 million')
    """
    if lower == upper:
        return quantity(lower, unit)
    if not unit.startswith("£") or max(abs(lower), abs(upper)) < MILLION:
        if quantity(lower, unit) != quantity(upper, unit):
            return f"{quantity(lower, unit, end=LOWER)} to {quantity(upper, unit, end=UPPER)}"
        scale, form = (Decimal(100), "{:,.%df}%%") if unit.startswith("proportion") else (Decimal(1), "{:,.%df}")
        form = f"£{form}" if unit.startswith("£") else f"{form} months" if unit == "months" else form
    else:
        scale, form = 1 / Decimal(MILLION), "£{:,.%df} million"
    low, high = exact(lower) * scale, exact(upper) * scale
    places = next((places for places in range(2, 8) if to_places(low, places) != to_places(high, places)), 8)
    return " to ".join(_signed(to_places(x, places, end), form % places) for x, end in ((low, LOWER), (high, UPPER)))


def bounded(value: float, unit: str, direction: Direction | str, *, short: bool = False) -> str:
    """A number with what its source's "over" or "up to" means before it; a bound is rounded so that it stays one.

    >>> bounded(18.1818, "£", Direction.AT_MOST), bounded(8000, "£", Direction.UNKNOWN), bounded(260, "£", "")
    ('at most £18.19', 'about £8,000 (direction unknown)', '£260')
    """
    text = quantity(value, unit, short=short, end=END_OF.get(str(direction), ""))
    if direction == Direction.UNKNOWN:
        return f"about {text} (direction unknown)"
    return f"{direction} {text}" if direction else text


# What is stated as a bound is rounded as the end of an interval is.
END_OF = {str(Direction.AT_MOST): UPPER, str(Direction.AT_LEAST): LOWER}


def listing(items: list[str]) -> str:
    """A list in a sentence: "a, b and c".

    >>> listing(["one"]), listing(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def cell(value: object, unit: str = "", *, end: str = "") -> str:
    """A table's cell; a value that is not there is marked, never blank and never NaN. `end` is as in `quantity`."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return NOT_AVAILABLE
    if isinstance(value, bool | np.bool):
        return "yes" if value else "no"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return f"{value.day} {month_in_words(value)}"
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return str(value) or NOT_AVAILABLE
    if unit == "£":  # whole pounds down a column, so that the eye can compare them
        return _signed(to_places(exact(float(value)), 0, end), "£{:,.0f}")
    return quantity(float(value), unit, end=end)


def _signed(number: Decimal, form: str) -> str:
    """`number` as `form` writes its size, after a minus where it is under zero."""
    return f"{'−' if number < 0 else ''}{form.format(abs(number))}"


IN_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def in_words(number: int) -> str:
    """A number below ten as prose writes it, and a greater one in figures.

    >>> in_words(4), in_words(12)
    ('four', '12')
    """
    return IN_WORDS[number] if number < len(IN_WORDS) else f"{number:,}"
