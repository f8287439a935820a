"""How long funding lasts.

The Assembly asked for no less than two years, with a target of three to four. Each term is in one band, and an award
that states none is in a band of its own: counted, not dropped.
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
    (48.5, "Over 48 months", "half a month over"),
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


WEIGHTED = [
    # terms, pounds, mean weighted by pounds, working
    ([12, 36], [1, 3], 30, "(12 * 1 + 36 * 3) / 4"),
    ([12, 36, None], [1, 1, 9], 24, "what states no term weighs nothing"),
    ([12, 36], [1, None], 12, "what states no amount weighs nothing"),
]


@pytest.mark.parametrize(("months", "pounds", "mean", "working"), WEIGHTED)
def test_the_mean_weighted_by_pounds(
    months: list[float | None], pounds: list[float | None], mean: float, working: str
) -> None:
    held = pd.DataFrame({"months": months, "amount": pounds}, dtype=float)
    got = terms.weighted_mean(held)
    assert got == terms.term_results(held)["weighted-mean-months"]
    assert getattr(got, "value", None) == mean, working


GROUPED = pd.DataFrame(
    {
        "theme": ["victims", "victims", "victims", "youth", "other"],
        "route": ["competitive", "extension", "competitive", "formula", "unknown"],
        "recipient_type": ["vcse", "vcse", "nhs", "borough", "unknown"],
        "is_extension": [False, True, False, False, False],
        "start": pd.to_datetime(["2016-04-01", "2017-03-31", None, "2020-03-31", "2020-04-01"]),
        "months": [12.0, 36.0, 12.0, 24.0, None],
        "amount": [10.0, 30.0, None, 5.0, 8.0],
    }
)
GROUPS = [
    # group, awards, stated, share 12 to 23, share 36 to 48, pounds 12 to 23, median, mean, working
    ("theme", "victims", 3, 3, 2 / 3, 1 / 3, 0.25, 12, 30, "12, 36 and 12; £10 and £30"),
    ("theme", "youth", 1, 1, 0, 0, 0, 24, 24, "24 alone"),
    ("theme", "other", 1, 0, None, None, None, None, None, "none states a term"),
    ("theme", "All", 5, 4, 0.5, 0.25, 10 / 45, 18, 1320 / 45, "12, 36, 12, 24; 120 + 1,080 + 120 over £45"),
    ("route", "competitive", 2, 2, 1, 0, 1, 12, 12, "both are 12; one states £10"),
    ("recipient-type", "nhs", 1, 1, 1, 0, None, 12, None, "its pounds are not known"),
    ("start-year", "2016/17", 2, 2, 0.5, 0.5, 0.25, 24, 30, "31 March is the year before's"),
    ("start-year", "2019/20", 1, 1, 0, 0, 0, 24, 24, "the last day of the year"),
    ("start-year", "2020/21", 1, 0, None, None, None, None, None, "the first day of the next"),
    ("start-year", "Not dated", 1, 1, 1, 0, None, 12, None, "an award without a start is counted"),
    ("extension", "extension", 1, 1, 0, 1, 0, 36, 36, "the extension alone"),
    ("extension", "new award", 4, 3, 2 / 3, 0, 10 / 15, 12, 16, "12, 12 and 24; (120 + 120) / 15"),
]


@pytest.mark.parametrize(
    ("by", "group", "awards", "stated", "a_year", "long", "pounds", "median", "mean", "working"), GROUPS
)
def test_terms_by_group(
    by: str,
    group: str,
    awards: int,
    stated: int,
    a_year: float | None,
    long: float | None,
    pounds: float | None,
    median: float | None,
    mean: float | None,
    working: str,
) -> None:
    row = terms.by_group(GROUPED, terms.groups(GROUPED)[by]).set_index("group").loc[group]
    assert (row["awards"], row["stated"]) == (awards, stated), working
    names = ["awards: 12 to 23 months", "awards: 36 to 48 months", "pounds: 12 to 23 months", "median", "weighted_mean"]
    for name, expected in zip(names, [a_year, long, pounds, median, mean], strict=True):
        assert pd.isna(row[name]) if expected is None else row[name] == pytest.approx(expected), (name, working)


def test_every_way_of_telling_awards_apart_counts_each_once() -> None:
    for by, group in terms.groups(GROUPED).items():
        table = terms.by_group(GROUPED, group)
        assert table["group"].iloc[-1] == "All" and table["awards"].iloc[:-1].sum() == len(GROUPED), by
    assert set(terms.groups(GROUPED)) == {"theme", "route", "recipient-type", "start-year", "extension"}


def test_terms_without_amounts_have_no_share_of_pounds() -> None:
    got = terms.term_results(pd.DataFrame({"months": [12.0], "amount": [None]}, dtype=float))
    assert got["under-24-months-pounds-share"].reason == "no award here states both a term and an amount"
