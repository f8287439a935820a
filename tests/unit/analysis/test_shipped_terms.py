"""The terms, spells and ends of the shipped awards, from the project's own tables."""

import pandas as pd
import pytest

from vfm.analysis import cliffs, spells, term_sensitivity, terms
from vfm.data.quarter import QuarterData
from vfm.vocabulary.results import Estimate


def test_the_mean_weighted_by_pounds_is_twice_the_median(tables: QuarterData) -> None:
    got = terms.weighted_mean(tables.components)
    assert isinstance(got, Estimate) and got.value == pytest.approx(24.2, abs=0.05)


def test_extensions_are_shorter_than_new_awards(tables: QuarterData) -> None:
    apart = terms.by_group(tables.components, terms.groups(tables.components)["extension"]).set_index("group")
    assert apart["awards"].to_dict() == {"extension": 59, "new award": 113, "All": 172}
    assert apart["median"].to_dict() == {"extension": 12, "new award": 22, "All": 12}


def test_the_boards_were_funded_a_year_at_a_time_and_without_a_break(tables: QuarterData) -> None:
    boards = terms.of_service(tables.components, "safer-neighbourhood-boards")
    assert set(boards["months"]) == {12} and set(boards["amount"]) == {1_000_000}
    found = spells.spells(boards, until=pd.Timestamp("2026-11-23"))
    assert (found["awards"].tolist(), found["months"].tolist()) == ([5], [60])  # April 2016 to March 2021


def test_spells_gaps_and_notice_of_the_awards(tables: QuarterData) -> None:
    awards = tables.components
    found = spells.spells(awards, until=pd.Timestamp(tables.catalogue.as_of))
    assert found["awards"].sum() == awards.dropna(subset=["start", "end"]).shape[0] == 126
    gaps = spells.gaps(found).set_index("service_id")["months"]
    assert len(gaps) == 16 and gaps["lcpf-direct-borough-funding"] == 24  # a decision not found: it ran four years
    assert spells.notice(awards)["days"].tolist() == [209, 5, 5, 2, -5]


def test_most_money_ends_on_the_last_day_of_the_financial_year(tables: QuarterData) -> None:
    got = cliffs.edge_results(cliffs.endings(tables.components))
    shown = {key: result.value for key, result in got.items() if isinstance(result, Estimate)}
    assert (shown["ends-count"], shown["edge-count"]) == (131, 109)
    assert shown["edge-pounds-share"] == pytest.approx(0.972, abs=0.0005)


READINGS = {
    # reading: stated, under 24 months, median
    "An extension is a term of its own": (141, 89, 12),
    "An extension is joined to what it extends": (127, 72, 12),
    "Only decisions with a signature date": (38, 20, 15),
}


def test_what_the_terms_lean_on(tables: QuarterData) -> None:
    got = term_sensitivity.readings(tables.components).set_index("reading")
    for reading, expected in READINGS.items():
        assert tuple(got.loc[reading, ["stated", "short", "median"]]) == expected, reading
    bounds = term_sensitivity.unstated_bounds(tables.components)
    assert isinstance(bounds, Estimate)
    assert (bounds.lower, bounds.upper) == (89 / 172, (89 + 31) / 172)
