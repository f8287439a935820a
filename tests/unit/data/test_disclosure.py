"""Profiles of disclosure control: what each makes of one count, and what a published cell can stand for."""

import pytest

from vfm.data.disclosure import DEFAULT, Profile, Span, profile, profiles
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.marks import Mark, as_shown


@pytest.mark.parametrize(
    ("name", "hidden", "shown"),
    [
        ("10-5", [1, 9], {0: 0, 10: 10, 12: 10, 13: 15, 17: 15, 98: 100}),
        ("7-5", [1, 7], {0: 0, 8: 10, 12: 10, 13: 15}),
        ("5", [1, 4], {0: 0, 5: 5, 13: 13}),
    ],
)
def test_a_profile_hides_small_counts_and_rounds_the_others(
    name: str, hidden: list[int], shown: dict[int, int]
) -> None:
    one = profile(name)
    assert [count for count in range(200) if one.small(count)] == list(range(hidden[0], hidden[1] + 1))
    assert {count: one.shown(count) for count in shown} == shown


def test_services_to_victims_have_the_strictest_profile_unless_another_is_chosen() -> None:
    assert profile() == profile(DEFAULT) == profile("10-5")
    assert profile().fewest == max(one.fewest for one in profiles().values())


def test_none_is_a_number_unless_it_tells_of_everyone_in_a_group() -> None:
    assert not profile("10-5").small(0)  # nobody was there: it tells of nobody
    assert profile("10-5").small(0, of_group=True)  # nobody of these achieved it: it tells of each of them
    assert not profile("7-5").small(0, of_group=True)  # the practice that it follows shows zeros
    assert profile("10-5").protected(of_group=True) == Span(0, 9)
    assert profile("10-5").protected() == Span(1, 9)


@pytest.mark.parametrize("name", ["10-5", "7-5", "5"])
def test_a_published_count_stands_for_exactly_the_counts_that_are_published_so(name: str) -> None:
    one = profile(name)
    for count in range(120):
        if not one.small(count):
            span = one.stands_for(one.shown(count))
            alike = [other for other in range(200) if not one.small(other) and one.shown(other) == one.shown(count)]
            assert (span.lower, span.upper) == (alike[0], alike[-1])


def test_a_base_that_is_even_rounds_halves_up() -> None:
    one = Profile("halves", fewest=3, base=4)
    assert [one.shown(count) for count in (3, 5, 6, 9, 10)] == [4, 4, 8, 8, 12]
    assert one.stands_for(8.0) == Span(6, 9)


def test_some_that_round_to_none_are_marked_low_and_not_zero() -> None:
    one = Profile("rounds-alone", fewest=1, base=10)
    assert one.shown(3) is Mark.LOW
    assert one.shown(0) == 0
    assert one.stands_for(Mark.LOW) == Span(1, 4)


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r'no profile .* "20-5".*10-5'):
        profile("20-5")
    with pytest.raises(ValueError, match="1 or more"):
        Profile("nothing", 0, 5)


def test_the_four_marks_are_four_things_and_none_is_zero() -> None:
    assert {str(mark) for mark in Mark} == {"[c]", "[x]", "[z]", "[low]"}
    assert len({mark.meaning for mark in Mark}) == 4
    assert all(as_shown(str(mark)) is mark for mark in Mark)
    assert as_shown("0") == 0.0
    with pytest.raises(ValueError, match=r"\[q\]"):
        as_shown("[q]")
