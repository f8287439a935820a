"""The attacker: what published figures give away together, on tables small enough to try every count by hand."""

from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.data.disclosure import Span, profile
from vfm.data.disclosure_audit import Attacker, ContradictionError, Fact, Protected, attack


def fact(table: str, cells: str, lower: float, upper: float | None = None, **factors: float) -> Fact:
    """That a sum of counts, each named by a letter, lies between two numbers."""
    return Fact(table, {cell: factors.get(cell, 1.0) for cell in cells}, Span(lower, lower if upper is None else upper))


def hidden(cells: str, lower: float = 1, upper: float = 9) -> Protected:
    return Protected(cells, dict.fromkeys(cells, 1.0), Span(lower, upper))


def test_a_total_less_what_is_shown_gives_the_hidden_count_back() -> None:
    facts = [fact("by borough", "a", 20), fact("by borough", "b", 31), fact("totals", "abc", 54)]
    assert Attacker(facts).narrow({"c": 1.0}) == Span(3, 3)  # 54 - 20 - 31
    (leak,) = attack(facts, [hidden("c")])
    assert leak.through == ("by borough", "totals")


def test_two_tables_leak_what_neither_does_alone() -> None:
    by_theme = [fact("by theme", "ab", 40), fact("by theme", "cd", 60)]
    by_area = [fact("by area", "bcd", 97)]
    assert not attack(by_theme, [hidden("a")])
    assert not attack(by_area, [hidden("a")])
    assert Attacker([*by_theme, *by_area]).narrow({"a": 1.0}) == Span(3, 3)  # 40 + 60 - 97
    (leak,) = attack([*by_theme, *by_area], [hidden("a")])
    assert leak.through == ("by theme", "by area")


def test_a_table_that_is_not_needed_is_not_named() -> None:
    facts = [fact("boroughs", "a", 20), fact("total", "ab", 24), fact("something else", "cd", 99)]
    (leak,) = attack(facts, [hidden("b")])
    assert leak.through == ("boroughs", "total")


def test_two_hidden_cells_in_each_row_and_column_are_no_proof() -> None:
    # Rows and columns each hide two of a, b, d and e, but a, b and d, e are so small that their sums bound them.
    facts = [fact("rows", "ab", 3), fact("rows", "de", 40), fact("columns", "ad", 20), fact("columns", "be", 23)]
    assert Attacker(facts).narrow({"a": 1.0}) == Span(0, 3)
    (leak,) = attack(facts, [hidden("a")])  # up to 9 was to stay possible
    assert leak.through == ("rows",)


def test_rounding_leaves_room_that_the_attacker_knows_of() -> None:
    rule = profile("10-5")
    total, shown = rule.stands_for(rule.shown(24)), rule.stands_for(rule.shown(20))  # 25 and 20
    facts = [Fact("total", {"a": 1, "b": 1}, total), Fact("boroughs", {"a": 1}, shown)]
    assert Attacker(facts).narrow({"b": 1.0}) == Span(23 - 22, 27 - 18)
    assert not attack(facts, [hidden("b")])


def test_rounded_totals_can_still_leak_together() -> None:
    # a + b is 18 to 22 and a is 18 to 22, so b is at most 4: less than the 9 that a hidden count could be.
    facts = [fact("total", "ab", 18, 22), fact("boroughs", "a", 18, 22)]
    (leak,) = attack(facts, [hidden("b")])
    assert leak.through == ("total", "boroughs")


def test_a_percentage_gives_a_hidden_count_back() -> None:
    # 40 were assessed, and 7.5% of them to one place: between 2.98 and 3.02, so 3.
    share = [
        fact("shares", "ab", 0, inf, a=1, b=-0.07450),
        fact("shares", "ab", -inf, 0, a=1, b=-0.07550),
    ]
    facts = [fact("assessed", "b", 40), *share]
    assert Attacker(facts).narrow({"a": 1.0}) == Span(3, 3)
    (leak,) = attack(facts, [hidden("a")])
    assert set(leak.through) == {"assessed", "shares"}


def test_whole_people_are_narrowed_further_than_any_numbers_are() -> None:
    # 2a + 2b is 7 to 9 and a - b is 0 to 1.5: in numbers a is up to 3, in whole people a + b is 4 and a is 2.
    facts = [fact("t", "ab", 7, 9, a=2, b=2), fact("t", "ab", 0, 1.5, b=-1)]
    attacker = Attacker(facts)
    assert -attacker.least(-attacker.row({"a": 1.0})).value == pytest.approx(3.0)
    assert attacker.narrow({"a": 1.0}) == Span(2, 2)
    assert attack(facts, [hidden("a", 2, 3)])


def test_a_quarter_is_the_year_so_far_less_the_release_before() -> None:
    # q1, q2, q3: published for the year up to Q2 in one release and up to Q3 in the next; Q3 itself is hidden.
    facts = [fact("2019-20-Q2: so far", "pq", 61), fact("2019-20-Q3: so far", "pqr", 65)]
    (leak,) = attack(facts, [hidden("r")])
    assert leak.through == ("2019-20-Q2: so far", "2019-20-Q3: so far")


def test_two_releases_that_differ_by_one_late_return_leak_it() -> None:
    # Version 1 sums two services; version 2 has the late return of a third, whose own row is hidden.
    first, second = fact("version 1: totals", "ab", 130), fact("version 2: totals", "abc", 134)
    assert not attack([second], [hidden("c")])
    (leak,) = attack([first, second], [hidden("c")])
    assert leak.through == ("version 1: totals", "version 2: totals")


def test_with_nothing_published_nothing_is_known() -> None:
    assert Attacker([], also=[{"a": 1.0}]).narrow({"a": 1.0}) == Span(0, inf)
    assert attack([], [hidden("a")]) == []


def test_figures_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ContradictionError, match="not what the returns say"):
        attack([fact("one", "a", 10), fact("other", "a", 11)], [hidden("b")])


def test_what_holds_by_definition_is_known_and_named_in_no_message() -> None:
    facts = [Fact("", {"all": 1.0, "a": -1.0, "b": -1.0}, Span(0, 0)), fact("t", ["all"], 20), fact("u", "a", 17)]  # type: ignore[arg-type]
    (leak,) = attack(facts, [hidden("b")])
    assert leak.through == ("t", "u")


@settings(max_examples=20, deadline=None)
@given(
    counts=st.tuples(*[st.integers(0, 3)] * 4),
    spans=st.lists(
        st.tuples(st.sets(st.sampled_from("abcd"), min_size=1), st.integers(0, 1), st.integers(0, 1)),
        min_size=1,
        max_size=4,
    ),
)
def test_the_attacker_finds_what_trying_every_count_finds(
    counts: tuple[int, ...], spans: list[tuple[set[str], int, int]]
) -> None:
    real = dict(zip("abcd", counts, strict=True))
    facts = [fact("all", "abcd", 0, sum(counts))]  # so that there is an end to what can be tried
    for cells, below, above in spans:
        value = sum(real[cell] for cell in cells)
        facts.append(fact("t", "".join(sorted(cells)), value - below, value + above))
    tried = [dict(zip("abcd", each, strict=True)) for each in product(range(sum(counts) + 1), repeat=4)]
    possible = [each["a"] for each in tried if all(one.agrees(each) for one in facts)]
    assert Attacker(facts).narrow({"a": 1.0}) == Span(min(possible), max(possible))
