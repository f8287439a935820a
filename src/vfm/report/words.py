"""Numbers as people read them: one formatter for prose, tables, charts and alt text.

GOV.UK and ONS style: "£53.6 million" in prose, "£53.6m" on charts, commas from 1,000, a per cent sign.
Values are stored plainly (proportions, pounds); what is here is only how they look.
"""

import re
from datetime import date

import numpy as np
import pandas as pd

from vfm.vocabulary.results import Direction

MILLION = 1_000_000
# Symbols of the Government Statistical Service: a cell is never blank.
NOT_AVAILABLE, NOT_APPLICABLE = "[x]", "[z]"


def quantity(value: float, unit: str, *, short: bool = False) -> str:
    """A number with its unit, as prose writes it; `short` as a chart does.

    >>> quantity(53_600_000, "£"), quantity(53_600_000, "£", short=True), quantity(3802.28, "£ per young person")
    ('£53.6 million', '£53.6m', '£3,802')
    >>> quantity(18.1818, "£ per person reached"), quantity(1.2712, "proportion"), quantity(141, "awards")
    ('£18.18', '127.1%', '141')
    >>> quantity(12, "months"), quantity(0.1096, "offences")
    ('12 months', '0.11')
    """
    if unit.startswith("£"):
        return pounds(value, short=short)
    if unit.startswith("proportion"):
        return _signed(value, f"{abs(value) * 100:,.1f}%")
    places = 0 if float(value).is_integer() else 1 if round(abs(value), 2) >= 1 else 2
    text = _signed(value, f"{abs(value):,.{places}f}")
    return f"{text} month{'' if text == '1' else 's'}" if unit == "months" else text


def pounds(value: float, *, short: bool = False) -> str:
    """Pounds in prose: millions to one place, thousands whole, under £100 with pence.

    >>> pounds(4_377_630), pounds(260), pounds(18.18), pounds(-5200)
    ('£4.4 million', '£260', '£18.18', '−£5,200')
    """
    size = abs(value)
    if round(size) >= MILLION:
        text = f"£{size / MILLION:,.1f}{'m' if short else ' million'}"
    elif round(size, 2) >= 100 or round(size, 2) == 0:
        text = f"£{size:,.0f}"
    else:
        text = f"£{size:,.2f}"
    return _signed(value, text)


def span(lower: float, upper: float, unit: str) -> str:
    """An interval: "£3,369 to £4,307".

    The two ends keep enough places to differ from each other, for an interval that reads as a point is none. Two
    ends that are the same are one number.

    >>> span(1.2643, 1.2781, "proportion"), span(23_550_000, 23_650_000, "£")
    ('126.4% to 127.8%', '£23.55 million to £23.65 million')
    """
    if lower == upper:
        return quantity(lower, unit)
    low, high = quantity(lower, unit), quantity(upper, unit)
    millions = unit.startswith("£") and max(abs(lower), abs(upper)) >= MILLION
    for places in range(2, 9):
        if low != high and not (millions and places == 2):
            break
        low, high = (_placed(x, unit, places, millions=millions) for x in (lower, upper))
    return f"{low} to {high}"


def _placed(value: float, unit: str, places: int, *, millions: bool) -> str:
    size = abs(value)
    if millions:
        text = f"£{size / MILLION:,.{places}f} million"
    elif unit.startswith("proportion"):
        text = f"{size * 100:,.{places}f}%"
    else:
        text = f"{'£' if unit.startswith('£') else ''}{size:,.{places}f}{' months' if unit == 'months' else ''}"
    return _signed(value, text)


def bounded(text: str, direction: Direction | str) -> str:
    """Put what the source's "over" or "up to" means before a number.

    >>> bounded("£18.18", Direction.AT_MOST), bounded("£8,000", Direction.UNKNOWN), bounded("£260", "")
    ('at most £18.18', 'about £8,000 (direction unknown)', '£260')
    """
    if direction == Direction.UNKNOWN:
        return f"about {text} (direction unknown)"
    return f"{direction} {text}" if direction else text


def listing(items: list[str]) -> str:
    """A list in a sentence: "a, b and c".

    >>> listing(["one"]), listing(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def cell(value: object, unit: str = "") -> str:
    """A table's cell; a value that is not there is marked, never blank and never NaN."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return NOT_AVAILABLE
    if isinstance(value, bool | np.bool):
        return "yes" if value else "no"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return str(value) or NOT_AVAILABLE
    if unit == "£":  # whole pounds down a column, so that the eye can compare them
        return _signed(float(value), f"£{abs(float(value)):,.0f}")
    return quantity(float(value), unit)


def _signed(value: float, text: str) -> str:
    """`text` with a minus where `value` is under zero and the text is not that of zero."""
    return f"−{text}" if value < 0 and any(digit in text for digit in "123456789") else text
