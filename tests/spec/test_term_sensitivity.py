"""What the account of terms leans on: what counts as a term, and which decisions were found."""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import term_sensitivity, terms
from vfm.vocabulary.results import CannotSay, Estimate

Row = tuple[str, str | None, str | None, bool, float | None]


def awards(*rows: Row, months: list[float | None] | None = None) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["service_id", "start", "end", "is_extension", "amount"])
    table["award_id"] = [f"A{n:03d}" for n in range(len(table))]
    table = table.assign(start=pd.to_datetime(table["start"]), end=pd.to_datetime(table["end"]))
    return table.astype({"amount": float}).assign(months=pd.Series(months or [12] * len(rows), dtype=float))


YEAR: Row = ("a", "2016-04-01", "2017-03-31", False, 10.0)
JOINED = [
    # what else there is, months and pounds of each term, working
    ([("a", "2017-04-01", "2018-03-31", True, 5.0)], [(24, 15)], "an extension lengthens what ends the day before"),
    ([("a", "2016-10-01", "2017-09-30", True, 5.0)], [(18, 15)], "and what is running: from April to September"),
    ([("a", "2016-10-01", "2017-03-31", True, 5.0)], [(12, 15)], "more money within it makes it no longer"),
    ([("a", "2016-04-01", "2017-03-31", True, 5.0)], [(12, 15)], "an uplift from the same day adds to a new award"),
    ([("a", "2017-04-01", "2018-03-31", False, 5.0)], [(12, 10), (12, 5)], "a renewal is an award of its own"),
    ([("a", "2017-04-02", "2018-03-31", True, 5.0)], [(12, 10), (12, 5)], "after a gap it extends something else"),
    ([("b", "2017-04-01", "2018-03-31", True, 5.0)], [(12, 10), (12, 5)], "another service's extends another's"),
    ([("a", None, None, True, 5.0)], [(12, 10), (12, 5)], "without its days nobody knows what it extends"),
    ([("a", "2017-04-01", "2018-03-31", True, None)], [(24, 10)], "an amount that was not found adds nothing"),
    (
        [("a", "2017-04-01", "2018-03-31", True, 5.0), ("a", "2018-04-01", "2018-09-30", True, 1.0)],
        [(30, 16)],
        "one extension after the other: 12 + 12 + 6",
    ),
    (
        [("a", "2017-04-01", "2018-03-31", False, 5.0), ("a", "2017-04-01", "2017-09-30", True, 1.0)],
        [(12, 10), (12, 6)],
        "what is running comes before what has ended",
    ),
    (
        [("a", "2016-01-01", "2018-03-31", False, 5.0), ("a", "2017-04-01", "2017-09-30", True, 1.0)],
        [(12, 10), (27, 6)],
        "also where it started earlier: 27 months from January 2016 to March 2018",
    ),
]


@pytest.mark.parametrize(("more", "expected", "working"), JOINED)
def test_an_extension_joined_to_what_it_extends(
    more: list[Row], expected: list[tuple[float, float]], working: str
) -> None:
    got = term_sensitivity.joined(awards(YEAR, *more)).sort_values("award_id")
    assert list(got[["months", "amount"]].itertuples(index=False, name=None)) == expected, working
    assert len(got) + got["joined"].sum() == 1 + len(more)


def test_two_extensions_from_one_day_do_not_extend_each_other() -> None:
    both = [("a", "2016-04-01", "2017-03-31", True, 10.0), ("a", "2016-04-01", "2017-03-31", True, 5.0)]
    assert len(term_sensitivity.joined(awards(*both))) == 2


def test_the_order_of_the_awards_makes_no_difference_to_what_is_joined() -> None:
    held = awards(YEAR, *JOINED[-3][0])
    pd.testing.assert_frame_equal(term_sensitivity.joined(held[::-1]), term_sensitivity.joined(held))


def test_each_reading_is_the_same_account_of_other_awards() -> None:
    held = awards(YEAR, ("a", "2017-04-01", "2018-03-31", True, 30.0)).assign(
        date_signed=pd.to_datetime(["2016-02-03", None]), source_kind=["secondary", "official"]
    )
    got = term_sensitivity.readings(held).set_index("reading")
    own, joined = got.loc["An extension is a term of its own"], got.loc["An extension is joined to what it extends"]
    assert (own["awards"], own["short"], own["median"]) == (2, 2, 12)
    assert (joined["awards"], joined["short"], joined["median"], joined["short_share"]) == (1, 0, 24, 0)
    for reading, pounds in {
        "New awards alone": 10,
        "Extensions alone": 30,
        "Only decisions with a signature date": 10,
        "Only what an official page states": 30,
    }.items():
        chosen = held[held["amount"] == pounds]
        assert got.loc[reading, "awards"] == len(chosen) == 1, reading
    assert got.loc["Only awards with a start", "awards"] == 2


# ---- how far the sample could mislead


def test_what_the_unstated_terms_leave_open() -> None:
    """Of 3 stated 2 are short, and 2 state none: between 2 of 5, were none short, and 4 of 5, were all."""
    got = term_sensitivity.unstated_bounds(pd.DataFrame({"months": [12, 12, 36, None, None]}))
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper) == (2 / 3, 2 / 5, 4 / 5)


@pytest.mark.parametrize(("short", "long", "missing"), [(3, 1, 2), (89, 52, 37), (2, 1, 1)])
def test_how_many_longer_awards_would_turn_it(short: int, long: int, missing: int) -> None:
    got = term_sensitivity.to_turn(pd.DataFrame({"months": [12.0] * short + [24.0] * long}))
    assert isinstance(got, Estimate) and got.value == missing
    assert short / (short + long + missing) == 0.5


def test_a_half_need_not_be_turned() -> None:
    got = term_sensitivity.to_turn(pd.DataFrame({"months": [12.0, 24.0]}))
    assert got == CannotSay("the short awards are no more than half as it is")


def test_every_year_alike_is_the_mean_of_the_years_and_lies_within_them() -> None:
    """2016/17: 1 of 1 short. 2017/18: 1 of 3. Their mean is 2/3, where the awards' share is 2 of 4."""
    starts = ["2016-04-01", "2017-04-01", "2017-05-01", "2018-03-31", None]
    held = pd.DataFrame({"months": [12.0, 12, 36, 36, 12], "start": pd.to_datetime(starts)})
    held = held.assign(theme="", route="", recipient_type="", is_extension=False)
    got = term_sensitivity.every_year_alike(held)
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper, got.n) == (pytest.approx(2 / 3), pytest.approx(1 / 3), 1, 4)


def decisions(per: int) -> pd.DataFrame:
    """Forty awards, half of them short, in decisions of `per` awards that are alike."""
    number = np.arange(40) // per
    return pd.DataFrame(
        {
            "award_id": [f"A{n:03d}" for n in range(40)],
            "decision_ref": [f"PCD {n}" for n in number],
            "months": np.where(number % 2, 36.0, 12.0),
        }
    )


def test_chance_is_of_decisions_so_awards_that_come_together_say_less() -> None:
    alone, four = (term_sensitivity.by_decision(decisions(n), np.random.default_rng(1)) for n in (1, 4))
    assert isinstance(alone, Estimate) and isinstance(four, Estimate)
    assert alone.value == four.value == 0.5 and alone.n == 40 and four.n == 10
    # the binomial's standard error with n decisions: sqrt(0.25 / n), 1.96 of them on either side
    for got, n in ((alone, 40), (four, 10)):
        assert got.lower is not None and got.upper is not None
        assert (got.upper - got.lower) / 2 == pytest.approx(1.96 * 0.5 / n**0.5, rel=0.12)  # steps of 1/n, 2,000 draws


def test_the_limits_by_chance_do_not_depend_on_the_order_of_the_awards() -> None:
    held = decisions(1)
    first, second = (
        term_sensitivity.by_decision(table, np.random.default_rng(5)) for table in (held, held.sample(frac=1))
    )
    assert first == second


def test_an_award_without_a_reference_is_a_decision_of_its_own() -> None:
    got = term_sensitivity.by_decision(decisions(4).assign(decision_ref=None), np.random.default_rng(1))
    assert isinstance(got, Estimate) and got.n == 40


def test_few_decisions_bear_no_limits() -> None:
    got = term_sensitivity.by_decision(decisions(8), np.random.default_rng(1))
    assert got == CannotSay("limits by chance take 10 decisions with a term, and there are 5")


def test_the_numbers_seen_are_of_one_series_and_count_once() -> None:
    """PCD 5 twice and PCD 20: two of twenty. DMPCD 2015 24 is of the series before, which began anew each year."""
    refs = pd.Series(["PCD 5", "PCD 5", "PCD 20", "DMPCD 2015 24", None, "ocds-h6vhtk-05e26d"])
    got = term_sensitivity.numbers_seen(refs)
    assert isinstance(got, Estimate) and (got.value, got.n) == (0.1, 2)
    assert term_sensitivity.numbers_seen(refs[3:]) == CannotSay("no decision here is numbered")


def test_awards_that_state_no_term_leave_reasons() -> None:
    none = awards(YEAR, months=[None]).assign(theme="", route="", recipient_type="", decision_ref=None)
    assert term_sensitivity.unstated_bounds(none) == CannotSay("no award here states a term")
    assert term_sensitivity.every_year_alike(none) == CannotSay("no award here has both a start and a term")
    assert terms.weighted_mean(none) == terms.NO_POUNDS
