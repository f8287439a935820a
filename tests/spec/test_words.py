"""Numbers as people read them: one formatter for prose, tables, charts and alt text.

Millions to one place, thousands whole with commas, under £100 with pence, proportions in per cent to one place. An
interval keeps as many places as tell its ends apart, and its ends are rounded outwards, as is a number that is a bound:
what is shown holds all that was worked out. A cell without a value is marked and never blank: [x] not
available, [z] not applicable.
"""

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vfm.report import words

QUANTITIES = [
    # value, unit, in prose, on a chart
    (53_600_000, "£", "£53.6 million", "£53.6m"),
    (4_377_630.44, "£", "£4.4 million", "£4.4m"),
    (1_000_000, "£", "£1.0 million", "£1.0m"),
    (999_999.5, "£", "£1.0 million", "£1.0m"),
    (999_999.4, "£", "£999,999", "£999,999"),
    (-1_500_000, "£", "−£1.5 million", "−£1.5m"),
    (3_802.28, "£ per young person", "£3,802", "£3,802"),
    (1_000, "£", "£1,000", "£1,000"),
    (260, "£", "£260", "£260"),
    (100, "£", "£100", "£100"),
    (99.999, "£", "£100", "£100"),
    (99.99, "£", "£99.99", "£99.99"),
    (18.1818, "£", "£18.18", "£18.18"),
    (0.5, "£", "£0.50", "£0.50"),
    (0, "£", "£0", "£0"),
    (-0.001, "£", "£0", "£0"),
    (1.2712, "proportion", "127.1%", "127.1%"),
    (0.124, "proportion a year", "12.4%", "12.4%"),
    (-0.05, "proportion", "−5.0%", "−5.0%"),
    (-0.0001, "proportion", "0.0%", "0.0%"),
    (0, "proportion", "0.0%", "0.0%"),
    (141, "awards", "141", "141"),
    (3_621, "rows", "3,621", "3,621"),
    (12, "months", "12 months", "12 months"),
    (1, "months", "1 month", "1 month"),
    (0, "months", "0 months", "0 months"),
    (22.5, "months", "22.5 months", "22.5 months"),
]


@pytest.mark.parametrize(("value", "unit", "prose", "chart"), QUANTITIES)
def test_a_number_with_its_unit(value: float, unit: str, prose: str, chart: str) -> None:
    assert (words.quantity(value, unit), words.quantity(value, unit, short=True)) == (prose, chart)


SPANS = [
    # lower, upper, unit, text
    (3_369.47, 4_307.17, "£", "£3,369 to £4,308"),
    (3_369, 4_307, "£", "£3,369 to £4,307"),
    (23_550_000, 23_650_000, "£", "£23.55 million to £23.65 million"),
    (950_000, 1_050_000, "£", "£0.95 million to £1.05 million"),
    (-2_000_000, 500_000, "£", "−£2.00 million to £0.50 million"),
    (53_600_100, 53_600_200, "£", "£53.6001 million to £53.6002 million"),
    (1_849_999, 1_951_111, "£", "£1.84 million to £1.96 million"),
    (1.2643, 1.2781, "proportion", "126.4% to 127.9%"),
    (0.12411, 0.12422, "proportion", "12.41% to 12.43%"),
    (260.1, 260.2, "£", "£260.10 to £260.20"),
    (5.5, 5.5, "£", "£5.50"),
    (-0.01, 0.01, "proportion", "−1.0% to 1.0%"),
    (-0.0501, -0.0299, "proportion", "−5.1% to −2.9%"),
    (0.1 + 0.2, 0.7 + 0.1, "proportion", "30.0% to 80.0%"),
    (99.991, 100.2, "£", "£99.99 to £101"),
    (0.041, 0.049, "offences", "0.04 to 0.05"),
    (0.0401, 0.0402, "offences", "0.0401 to 0.0402"),
    (11.7, 12.2, "months", "11.7 months to 12.2 months"),
]


@pytest.mark.parametrize(("lower", "upper", "unit", "text"), SPANS)
def test_an_interval_is_told_from_a_point(lower: float, upper: float, unit: str, text: str) -> None:
    assert words.span(lower, upper, unit) == text


BOUNDS = [
    # value, unit, direction, text
    (260.4, "£", "", "£260"),
    (260.4, "£", "at most", "at most £261"),
    (260.6, "£", "at least", "at least £260"),
    (260.6, "£", "about, direction unknown", "about £261 (direction unknown)"),
    (600_000 / 33_000, "£ per person reached", "at most", "at most £18.19"),
    (1_999_999, "£", "at least", "at least £1.9 million"),
    (999_999.4, "£", "at most", "at most £1.0 million"),
    (0.0804, "proportion", "at most", "at most 8.1%"),
    (1_196, "offences", "at least", "at least 1,196"),
]


@pytest.mark.parametrize(("value", "unit", "direction", "text"), BOUNDS)
def test_a_bound_says_so_before_the_number(value: float, unit: str, direction: str, text: str) -> None:
    assert words.bounded(value, unit, direction) == text


def read(text: str) -> Decimal:
    """The number that a text of `words` says, in pounds, as a proportion, or as it is."""
    digits = re.sub(r"[^0-9.−]", "", text).replace("−", "-")
    return Decimal(digits) * (1_000_000 if "million" in text else 1) / (100 if "%" in text else 1)


VALUES = st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda x: float(f"{x:.9g}"))
UNITS = st.sampled_from(["£", "£ per person", "proportion", "offences", "months"])


@given(one=VALUES, other=VALUES, unit=UNITS)
def test_what_is_shown_of_an_interval_or_a_bound_holds_what_was_worked_out(one: float, other: float, unit: str) -> None:
    lower, upper = sorted((one, other))
    shown = [read(part) for part in words.span(lower, upper, unit).split(" to ")]
    if lower < upper:
        assert shown[0] <= Decimal(repr(lower)) and Decimal(repr(upper)) <= shown[1]
    assert Decimal(repr(one)) <= read(words.bounded(one, unit, "at most").removeprefix("at most "))
    assert read(words.bounded(one, unit, "at least").removeprefix("at least ")) <= Decimal(repr(one))
    assert read(words.cell(one, unit, end="lower")) <= Decimal(repr(one)) <= read(words.cell(one, unit, end="upper"))


CELLS = [
    # value, unit, text
    (None, "£", "[x]"),
    (float("nan"), "£", "[x]"),
    (np.float32("nan"), "£", "[x]"),
    (pd.NA, "awards", "[x]"),
    (pd.NaT, "", "[x]"),
    ("", "", "[x]"),
    ("[z]", "£", "[z]"),
    (0, "awards", "0"),
    (0.0, "£", "£0"),
    (4_377_630.44, "£", "£4,377,630"),
    (-5_200, "£", "−£5,200"),
    (18.18, "£ per one", "£18.18"),
    (True, "", "yes"),
    (np.bool(False), "", "no"),
    (pd.Timestamp("2020-04-01"), "", "1 April 2020"),
    ("2020-04-01", "", "1 April 2020"),
    ("2019-20", "", "2019-20"),
    ("Safer London", "", "Safer London"),
]


@pytest.mark.parametrize(("value", "unit", "text"), CELLS)
def test_a_cell_is_never_blank(value: object, unit: str, text: str) -> None:
    assert words.cell(value, unit) == text
