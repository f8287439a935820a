"""Terms and completeness: edges, and nothing dropped on the way."""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import completeness, terms
from vfm.vocabulary.results import CannotSay

DAY = pd.Timestamp("2020-04-01")
SIDES = {"before": "Before", "later_or_undated": "Later"}


def awards(months: list[float], starts: list[str | None]) -> pd.DataFrame:
    dates = pd.to_datetime(pd.Series(starts, dtype="object"))
    return pd.DataFrame({"months": pd.Series(months, dtype=float), "start": dates, "amount": 10.0})


def test_a_negative_term_is_refused() -> None:
    with pytest.raises(ValueError, match="a term is not negative"):
        terms.term_bands(pd.Series([12.0, -1.0]))


def test_terms_that_are_not_stated_leave_a_reason_and_not_a_number() -> None:
    got = terms.term_results(awards([np.nan, np.nan], [None, None]))
    assert got["awards-count"].value == 2 and got["stated-count"].value == 0  # type: ignore[union-attr]
    assert isinstance(got["median-months"], CannotSay) and isinstance(got["under-24-months-share"], CannotSay)


def test_every_award_and_every_pound_is_in_one_band() -> None:
    table = terms.shares_by_term(awards([3, 12, 30, 40, 60, np.nan], [None] * 6))
    assert table["awards"].sum() == 6 and table["pounds"].sum() == 60
    assert table["share_of_awards"].sum() == pytest.approx(1) and table["share_of_pounds"].sum() == pytest.approx(1)


def test_the_day_itself_is_later_and_so_is_an_award_without_a_start() -> None:
    held = awards([1, 2, 3], ["2020-03-31", "2020-04-01", None])
    assert list(terms.on_side(held, DAY, "before")["months"]) == [1]
    assert list(terms.on_side(held, DAY, "later_or_undated")["months"]) == [2, 3]


def test_the_share_that_lasts_falls_from_all_to_the_longest() -> None:
    held = awards([12, 12, 24, 36, np.nan], ["2019-01-01"] * 5)
    got = terms.lasting(held, DAY, SIDES)
    assert list(got["months"]) == [12, 24, 36] and list(got["at_least"]) == [1, 0.5, 0.25]


def test_a_side_without_awards_has_no_steps() -> None:
    assert set(terms.lasting(awards([12], ["2019-01-01"]), DAY, SIDES)["side"]) == {"Before"}


def test_pounds_of_two_roles_are_never_added() -> None:
    held = pd.DataFrame(
        {
            "role": ["component", "component", "envelope"],
            "amount": [10.0, np.nan, np.nan],
            "amount_not_summed": [np.nan, np.nan, 99.0],
            "source_kind": ["official", "secondary", "official"],
        }
    )
    table = completeness.by_role(held).set_index("role")
    assert list(table["pounds"]) == [10, 99] and list(table["summed"]) == ["yes", "no"]
    traced = completeness.traced(held)
    assert traced["awards-pounds"].value == 10 and traced["awards-with-amount-count"].value == 1
    assert traced["awards-secondary-count"].value == 1
    assert "not a sum of money" in traced["awards-not-summed-pounds"].method


def test_missing_cells_are_counted_as_a_share_of_the_rows() -> None:
    got = completeness.missing_cells(pd.DataFrame({"a": [1, None], "b": [1, 2]}), ["a", "b"])
    assert list(got["missing"]) == [1, 0] and list(got["share"]) == [0.5, 0]
