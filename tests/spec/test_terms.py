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
    # terms in months, pounds, under 24, 36 or more, share under 24, share of pounds, median, working
    ([12, 23, 24, 36], [5, 5, 10, 20], 2, 1, 0.5, 0.25, 23.5, "2 of 4; 10 of £40; between 23 and 24"),
    ([12, None, 24], [6, 90, 2], 1, 0, 0.5, 0.75, 18.0, "of the 2 stated 1, £6 of £8; between 12 and 24"),
    ([12, 12, 48], [None, 1, 4], 2, 1, 2 / 3, 0.2, 12.0, "2 of 3; £1 of the £5 stated"),
    ([48], [7], 0, 1, 0.0, 0.0, 48.0, "0 of 1; £0 of £7"),
]


@pytest.mark.parametrize(("months", "pounds", "short", "long", "share", "of_pounds", "median", "working"), SUMMARIES)
def test_terms_in_short(
    months: list[float | None],
    pounds: list[float | None],
    short: int,
    long: int,
    share: float,
    of_pounds: float,
    median: float,
    working: str,
) -> None:
    awards = pd.DataFrame({"months": pd.Series(months, dtype=float), "amount": pd.Series(pounds, dtype=float)})
    got = terms.term_results(awards)
    expected = {
        "under-24-months-count": short,
        "36-months-or-more-count": long,
        "under-24-months-share": share,
        "under-24-months-pounds-share": of_pounds,
        "median-months": median,
    }
    assert {key: got[key].value for key in expected} == expected, working


def test_terms_without_amounts_have_no_share_of_pounds() -> None:
    got = terms.term_results(pd.DataFrame({"months": [12.0], "amount": [None]}, dtype=float))
    assert got["under-24-months-pounds-share"].reason == "no award here states both a term and an amount"
