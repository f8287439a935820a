"""Counts of people at every level: how they hang together, what is hidden, and that nothing narrows it down."""

from __future__ import annotations

import pandas as pd
import pytest

from vfm.data import said
from vfm.data.disclosure import Profile, Span, profile
from vfm.data.disclosure_audit import Fact, attack
from vfm.data.people import (
    ACHIEVED,
    ASSESSED,
    COUNT,
    OTHERS,
    Cell,
    People,
    cells_of,
    controlled,
    people_of,
    protected_cells,
)
from vfm.data.publishable import Publishable
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import Status

Q3, Q4 = "2019-20-Q3", "2019-20-Q4"
THEMES = {"north": "youth", "south": "youth", "east": "vawg"}


def returns(
    outputs: list[tuple[str, str, str, str, int]], outcomes: list[tuple[str, str, str, str, int, int]]
) -> People:
    """Rows of service, area, quarter and measure, with a count, or with achieved and assessed."""
    key = ["service_id", "gss_code", "quarter", "measure_id"]
    measures = {
        "engaged": "in the quarter",
        "so-far": "year so far",
        "safer": "in the quarter",
        "sessions": "in the quarter",
    }
    indicators = pd.DataFrame(
        [(name, "sessions" if name == "sessions" else "people", counted) for name, counted in measures.items()],
        columns=["measure_id", "unit", "counted"],
    )
    services = pd.DataFrame({"service_id": list(THEMES), "theme": list(THEMES.values())})
    done = pd.DataFrame(outputs, columns=[*key, "count"]).astype({"count": "Int64"})
    changed = pd.DataFrame(outcomes, columns=[*key, "achieved", "assessed"]).astype(
        {"achieved": "Int64", "assessed": "Int64"}
    )
    return people_of(done, changed, services=services, indicators=indicators)


def cell(measure: str, what: str, quarter: str = Q4, *, so_far: bool = False, **whose: str) -> Cell:
    where = {"service_id": "", "theme": "", "gss_code": ""} | whose
    return Cell(measure, what, **where, quarter=quarter, year_so_far=so_far)


ENGAGED = [
    ("north", "E1", Q4, "engaged", 40),
    ("north", "E2", Q4, "engaged", 3),
    ("south", "E1", Q4, "engaged", 25),
    ("south", "E2", Q4, "engaged", 31),
    ("east", "E1", Q4, "engaged", 50),
    ("east", "E2", Q4, "engaged", 60),
    ("east", "E2", Q4, "sessions", 2),
]


def test_a_total_is_the_sum_of_services_boroughs_and_themes() -> None:
    people = returns(ENGAGED, [("north", "E1", Q4, "safer", 6, 20)])
    totals = {
        cell("engaged", COUNT): 209,
        cell("engaged", COUNT, service_id="north"): 43,
        cell("engaged", COUNT, gss_code="E2"): 94,
        cell("engaged", COUNT, theme="youth"): 99,
        cell("engaged", COUNT, service_id="north", gss_code="E2"): 3,
        cell("safer", ASSESSED): 20,
        cell("safer", OTHERS): 14,
    }
    assert {one: people.total(one) for one in totals} == totals
    assert people.measures == {"engaged", "safer"}  # sessions are no people


def test_what_the_quarter_added_is_what_two_counts_of_the_year_so_far_give_away() -> None:
    people = returns([("north", "E1", Q3, "so-far", 60), ("north", "E1", Q4, "so-far", 64)], [])
    assert people.total(cell("so-far", COUNT, so_far=True)) == 64
    assert people.total(cell("so-far", COUNT)) == 4
    assert all(one.year_so_far for one in cells_of(people, Q4))
    assert cell("so-far", COUNT, so_far=True).words == "so-far, count: all services, all areas, 2019-20 up to Q4"


@pytest.mark.parametrize("rule", ["10-5", "7-5", "5"])
def test_no_protected_count_can_be_narrowed_down_from_all_that_may_be_published(rule: str) -> None:
    changed = [
        ("north", "E1", Q4, "safer", 12, 30),
        ("north", "E2", Q4, "safer", 2, 11),
        ("south", "E1", Q4, "safer", 0, 15),  # none of them
        ("south", "E2", Q4, "safer", 14, 14),  # all of them
        ("east", "E1", Q4, "safer", 21, 24),  # all but three
        ("east", "E2", Q4, "safer", 40, 70),
    ]
    people, chosen = returns(ENGAGED, changed), profile(rule)
    found = controlled(people, Q4, chosen)
    cells = [Cell._make(row) for row in found[list(Cell._fields)].itertuples(index=False)]
    rows = [
        said.Said("all", one, "count", "", "[c]" if mark else f"{shown:.12g}")
        for one, shown, mark in zip(cells, found["shown"], found["mark"], strict=True)
    ]
    facts = [fact for one in rows for fact in said.facts_of(one, people, chosen, table="all")]
    protected = protected_cells(people, cells, chosen)
    assert protected
    assert not attack(facts, protected)
    # What is hidden for itself alone would not do: something gives one back.
    alone = [by_itself(one, people, chosen) for one in cells if not chosen.small(people.total(one))]
    assert attack(alone, protected)


def by_itself(one: Cell, people: People, rule: Profile) -> Fact:
    return Fact("all", people.terms(one), rule.stands_for(rule.shown(people.total(one))))


def test_a_small_count_is_hidden_with_what_would_give_it_back() -> None:
    found = controlled(returns(ENGAGED, []), Q4, profile("5"))
    hidden = found[found["mark"] == Mark.SUPPRESSED]
    assert ("north", "E2") in set(zip(hidden["service_id"], hidden["gss_code"], strict=True))
    assert len(hidden) > 1
    shown = found[found["mark"] == ""]
    assert shown.loc[shown[["service_id", "theme", "gss_code"]].eq("").all(axis=1), "shown"].tolist() == [209]


def test_none_of_a_group_is_hidden_and_none_at_all_is_shown() -> None:
    people = returns(
        [("north", "E1", Q4, "engaged", 0), ("south", "E1", Q4, "engaged", 30)], [("north", "E1", Q4, "safer", 0, 40)]
    )
    found = controlled(people, Q4, profile("10-5")).set_index(["measure_id", "what", "service_id", "gss_code", "theme"])
    assert found.loc[("engaged", COUNT, "north", "E1", ""), "shown"] == 0
    assert found.loc[("safer", ACHIEVED, "north", "E1", ""), "mark"] == Mark.SUPPRESSED
    assert found.loc[("safer", ASSESSED, "north", "E1", ""), "shown"] == 40


def test_hidden_places_that_are_not_none_make_their_sum_no_smaller_than_they_are_many() -> None:
    outputs = [("north", area, Q4, "engaged", 1) for area in ("E1", "E2", "E3")]
    people, rule = returns(outputs, []), profile("5")
    (whole,) = protected_cells(people, [cell("engaged", COUNT)], rule)
    assert whole.span == Span(3, 4)  # each of three places that are not shown as 0 has someone
    assert (controlled(people, Q4, rule)["mark"] == Mark.SUPPRESSED).all()


def test_a_dominant_service_is_no_reason_to_hide_a_count() -> None:
    # Of 1,020 people 1,000 are of one service: each is one person, and no rule of dominance is for them.
    people = returns([("north", "E1", Q4, "engaged", 1000), ("south", "E1", Q4, "engaged", 20)], [])
    assert (controlled(people, Q4, profile("10-5"))["mark"] == "").all()


def test_what_an_earlier_release_gave_is_reckoned_with() -> None:
    # Version 1 knew of two services; the third came late and is small: version 2 must not give the new total.
    late = ("east", "E1", Q4, "engaged", 4)
    people = returns([("north", "E1", Q4, "engaged", 40), ("south", "E1", Q4, "engaged", 25), late], [])
    before = people.as_in(one for one in cells_of(people, Q4) if one.service_id in ("north", "south") and one.gss_code)
    rule = profile("5")
    total = said.said("totals", {"measure_id": "engaged", "quarter": Q4}, "count", "65")
    known = {"engaged": said.facts_of(total, before, rule, table="v1: totals")}
    alone = controlled(people, Q4, rule)
    found = controlled(people, Q4, rule, known=known)
    whole = {"service_id": "", "gss_code": "", "theme": ""}

    def shows_total(table: pd.DataFrame) -> bool:
        row = table[table[list(whole)].eq(pd.Series(whole)).all(axis=1)]
        return bool((row["mark"] == "").all())

    assert shows_total(alone)
    assert not shows_total(found)


def test_notebooks_open_outputs_and_outcomes_at_the_level_they_ask_for() -> None:
    people = returns(ENGAGED, [("north", "E1", Q4, "safer", 2, 20)])
    safe = Publishable(controlled(people, Q4, profile("10-5")), Status.ILLUSTRATIVE)
    by_service = safe.outputs("service_id").set_index("service_id")
    assert by_service.loc["south", "count"] == 55  # 25 + 31 = 56
    assert set(safe.outputs("service_id", "gss_code").columns) >= {"service_id", "gss_code", "count", "mark", "status"}
    (row,) = safe.outcomes().to_dict("records")
    assert pd.isna(row["achieved"])
    assert (row["mark"], row["assessed"], row["of_mark"], row["status"]) == ("[c]", 20, "", "illustrative")
