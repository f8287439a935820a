"""What a reader can make of a published cell: a count, a share, a cost, and what follows from them."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pandas as pd
import pytest

from vfm.data import said
from vfm.data.disclosure import Span, profile
from vfm.data.disclosure_audit import Attacker
from vfm.data.people import Leaf, People

RULE = profile("10-5")
KEY = {"measure_id": "safer", "service_id": "north", "quarter": "2019-20-Q4"}


def people(achieved: int, others: int) -> People:
    leaf = Leaf("safer", "achieved", "north", "youth", "E1", "2019-20-Q4")
    return People({leaf: achieved, leaf._replace(what="others"): others})


def narrowed(says: str, shown: str, counts: People, what: str = "achieved", **more: object) -> Span:
    one = said.said("table", {**KEY, **more}, says, shown)
    facts = said.facts_of(one, counts, RULE, table="table")
    return Attacker(facts).narrow(counts.terms(one.cell._replace(what=what)))


@pytest.mark.parametrize(
    ("says", "shown", "counts", "span", "why"),
    [
        ("achieved", "15", people(17, 40), Span(13, 17), "rounded to 5"),
        ("achieved", "17", people(17, 40), Span(17, 17), "as it is, which is more than the profile gives"),
        ("achieved", "[c]", people(4, 40), Span(0, inf), "hidden: none is hidden too, so it may be none"),
        ("with achieved", "1234.5", people(17, 40), Span(13, 17), "from the published count, so no more than that"),
        ("spend / achieved", "100", people(17, 40), Span(13, 17), "1,500 pounds over the published 15"),
        ("spend / achieved", "88.2352941176", people(17, 40), Span(17, 17), "1,500 pounds over 17"),
        ("spend / achieved", "88", people(17, 40), Span(17, 17), "1,500 over 87.5 to 88.5 is 16.9 to 17.1"),
        ("spend / achieved", "375", people(4, 40), Span(4, 4), "the cost of a hidden count gives it away"),
    ],
)
def test_a_cell_narrows_a_count_down_to_what_it_leaves_open(
    says: str, shown: str, counts: People, span: Span, why: str
) -> None:
    assert narrowed(says, shown, counts, spend=1500.0) == span, why


def test_a_share_of_published_counts_gives_no_more_than_they_do() -> None:
    counts = people(17, 40)  # 15 of 55
    assert narrowed("achieved / assessed", f"{15 / 55:.12g}", counts) == Span(13, 17)
    assert narrowed("achieved / assessed", f"{15 / 55:.12g}", counts, what="assessed") == Span(53, 57)


def test_a_sum_of_published_counts_tells_each_of_them_and_no_more() -> None:
    south = Leaf("safer", "achieved", "south", "youth", "E1", "2019-20-Q4")
    north = south._replace(service_id="north")
    small = south._replace(service_id="east")
    counts = People(
        {north: 17, south: 23, small: 4, **{leaf._replace(what="others"): 40 for leaf in (north, south, small)}}
    )
    key = {"measure_id": "safer", "quarter": "2019-20-Q4"}
    # 17 and 23 are published as 15 and 25: together 40, and what is worked out from that tells no more
    for says, shown in (("sum achieved", "40"), ("with sum achieved", "1234.5")):
        one = said.said("table", {**key, "services": "north|south"}, says, shown)
        facts = said.facts_of(one, counts, RULE, table="table")
        assert [Attacker(facts).narrow({leaf: 1.0}) for leaf in (north, south)] == [Span(13, 17), Span(23, 27)]
    for services, shown, why in (
        ("north|south", "45", "not the sum"),
        ("north|south|east", "44", "is hidden"),
        ("north|west", "15", "no return"),
    ):
        with pytest.raises(said.StrangeError, match=why):
            one = said.said("table", {**key, "services": services}, "sum achieved", shown)
            said.facts_of(one, counts, RULE, table="table")
    assert said.facts_of(one._replace(shown="[z]"), counts, RULE, table="table") == []


def test_an_exact_share_and_its_base_give_the_count_back() -> None:
    counts = people(4, 40)
    base = said.facts_of(said.said("bases", KEY, "assessed", "45"), counts, RULE, table="bases")  # 43 to 47
    share = said.facts_of(
        said.said("shares", KEY, "achieved / assessed", f"{4 / 44:.12g}"), counts, RULE, table="shares"
    )
    terms = counts.terms(said.said("t", KEY, "achieved", "").cell)
    assert Attacker([*base, *share]).narrow(terms) == Span(4, 4)  # one in eleven: 44 is the only eleven in 43 to 47
    assert Attacker(base).narrow(terms).upper > 9


def test_a_share_shown_to_one_place_leaves_more_open() -> None:
    counts = people(4, 40)
    rounded = said.facts_of(said.said("shares", KEY, "achieved / assessed", "0.1"), counts, RULE, table="shares")
    exact = said.facts_of(said.said("bases", KEY, "assessed", "45"), counts, RULE, table="bases")
    terms = counts.terms(said.said("t", KEY, "achieved", "").cell)
    assert Attacker([*exact, *rounded]).narrow(terms) == Span(3, 7)  # 0.05 to 0.15 of 43 to 47: 2.15 to 7.05


@pytest.mark.parametrize(
    ("says", "shown", "counts", "message"),
    [
        ("achieved", "20", people(17, 40), "neither the count of the returns nor"),
        ("with achieved", "12.5", people(4, 40), "shown though its count is hidden"),
        ("spend / achieved", "200", people(17, 40), "the cost of no count"),
        ("achieved / assessed", "0.9", people(17, 40), "the share of no counts"),
    ],
)
def test_a_cell_that_is_neither_what_was_returned_nor_what_may_be_published_is_strange(
    says: str, shown: str, counts: People, message: str
) -> None:
    with pytest.raises(said.StrangeError, match=message):
        narrowed(says, shown, counts, spend=1500.0)


def test_sessions_are_no_people_and_people_of_no_return_are_strange() -> None:
    counts = people(17, 40)
    assert said.facts_of(said.said("t", KEY | {"measure_id": "sessions"}, "count", "3"), counts, RULE, table="t") == []
    with pytest.raises(said.StrangeError, match="no return has these people"):
        said.facts_of(said.said("t", KEY | {"service_id": "south"}, "achieved", "20"), counts, RULE, table="t")


def test_a_measure_may_be_named_and_a_wrong_word_is_refused() -> None:
    assert said.said("t", KEY, "count of engaged", "5").cell.measure_id == "engaged"
    with pytest.raises(ValueError, match='"helped" names no count of people: count, achieved, assessed'):
        said.said("t", KEY, "helped", "5")


def test_what_a_release_keeps_is_read_back_as_it_was(tmp_path: Path) -> None:
    keys = pd.DataFrame([KEY | {"spend": 1500.0}, KEY | {"service_id": "south", "spend": 900.0}])
    cells = pd.DataFrame({"count": [15.0, "[c]"], "cost": [100.0, "[c]"]})
    rows = said.said_in("t", keys, cells, {"count": "achieved", "cost": "spend / achieved"}, quarter="2019-20-Q3")
    assert [one.shown for one in rows] == ["15", "[c]", "100", "[c]"]
    rows += said.reported(people(17, 40), ["safer"])
    path = tmp_path / "disclosure.csv"
    path.write_text(said.as_csv(rows), encoding="utf-8")
    assert said.read(path) == rows
    assert "17" not in path.read_text(encoding="utf-8")
