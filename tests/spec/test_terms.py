"""How long funding lasts.

The Assembly asked for no less than two years, with a target of three to four. A term is in whole months. Each term is
in one band, and an award that states none is in a band of its own: counted, not dropped.
"""

import pandas as pd
import pytest

from vfm.analysis import terms

BANDS = [
    # months, band, working
    (0, "Under 12 months", "0 < 12"),
    (11, "Under 12 months", "11 < 12"),
    (12, "12 to 23 months", "a year is not under a year"),
    (23, "12 to 23 months", "23 < 24"),
    (24, "24 to 35 months", "two years meet the minimum"),
    (35, "24 to 35 months", "35 < 36"),
    (36, "36 to 48 months", "three years reach the target"),
    (48, "36 to 48 months", "four years are in the target"),
    (49, "Over 48 months", "49 > 48"),
    (120, "Over 48 months", "120 > 48"),
    (None, "No stated term", "not stated is not zero"),
]


@pytest.mark.parametrize(("months", "band", "working"), BANDS)
def test_a_term_has_one_band(months: float | None, band: str, working: str) -> None:
    assert terms.term_bands(pd.Series([months], dtype=float)).tolist() == [band], working


def test_every_band_is_in_the_table() -> None:
    held = terms.shares_by_term(pd.DataFrame({"months": [12.0], "amount": [1.0]}))["term"]
    assert set(held) == {band for _, band, _ in BANDS}


SUMMARIES = [
    # terms in months, under 24, 36 or more, share under 24, median, working
    ([12, 23, 24, 36], 2, 1, 0.5, 23.5, "2 of 4; between 23 and 24"),
    ([12, None, 24], 1, 0, 0.5, 18.0, "1 of the 2 that are stated; between 12 and 24"),
    ([48], 0, 1, 0.0, 48.0, "0 of 1"),
]


@pytest.mark.parametrize(("months", "short", "long", "share", "median", "working"), SUMMARIES)
def test_terms_in_short(
    months: list[float | None], short: int, long: int, share: float, median: float, working: str
) -> None:
    got = terms.term_results(pd.DataFrame({"months": pd.Series(months, dtype=float)}))
    keys = ("under-24-months-count", "36-months-or-more-count", "under-24-months-share", "median-months")
    assert [got[key].value for key in keys] == [short, long, share, median], working
