"""Numbers as people read them: one formatter for prose, tables, charts and alt text.

Millions to one place, thousands whole with commas, under £100 with pence, proportions in per cent to one place. An
interval keeps as many places as tell its ends apart. A cell without a value is marked and never blank: [x] not
available, [z] not applicable.
"""

import numpy as np
import pandas as pd
import pytest

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
    (3_369.47, 4_307.17, "£", "£3,369 to £4,307"),
    (23_550_000, 23_650_000, "£", "£23.55 million to £23.65 million"),
    (950_000, 1_050_000, "£", "£0.95 million to £1.05 million"),
    (-2_000_000, 500_000, "£", "−£2.00 million to £0.50 million"),
    (53_600_100, 53_600_200, "£", "£53.6001 million to £53.6002 million"),
    (1.2643, 1.2781, "proportion", "126.4% to 127.8%"),
    (0.12411, 0.12422, "proportion", "12.41% to 12.42%"),
    (260.1, 260.2, "£", "£260.10 to £260.20"),
    (5.5, 5.5, "£", "£5.50"),
    (-0.01, 0.01, "proportion", "−1.0% to 1.0%"),
]


@pytest.mark.parametrize(("lower", "upper", "unit", "text"), SPANS)
def test_an_interval_is_told_from_a_point(lower: float, upper: float, unit: str, text: str) -> None:
    assert words.span(lower, upper, unit) == text


BOUNDS = [
    ("", "£260"),
    ("at most", "at most £260"),
    ("at least", "at least £260"),
    ("about, direction unknown", "about £260 (direction unknown)"),
]


@pytest.mark.parametrize(("direction", "text"), BOUNDS)
def test_a_bound_says_so_before_the_number(direction: str, text: str) -> None:
    assert words.bounded("£260", direction) == text


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
