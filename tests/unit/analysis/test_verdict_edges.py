"""Verdicts: what a statement has to have, bad input, and what always holds of a rung."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vfm.analysis.verdict import ASKS, MARKS, OPENINGS, Criterion, Rung, Statement, Verdict, judge
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.evidence import require_no_stronger
from vfm.vocabulary.results import Better, CannotSay, Estimate

PLAIN = Statement(Criterion.ECONOMY, "the cost was lower", Rung.SHOWN, "", ("cost",), 1)
ENDS = st.tuples(st.integers(-100, 100), st.integers(0, 50), st.integers(0, 50))


def judged(value: float, low: float, high: float, against: float, better: Better, level: int, what: Criterion) -> Rung:
    result = Estimate(value, value - low, value + high)
    return judge(what, "it differs", result, against=against, better=better, level=level, figures=["id"]).rung


@given(
    ends=ENDS,
    against=st.integers(-100, 100),
    better=st.sampled_from([Better.HIGHER, Better.LOWER]),
    level=st.integers(1, 5),
    what=st.sampled_from(Criterion),
)
def test_turned_round_the_rung_is_the_same_and_a_claim_is_never_shown_both_ways(
    ends: tuple[int, int, int], against: int, better: Better, level: int, what: Criterion
) -> None:
    value, low, high = ends
    other = Better.LOWER if better is Better.HIGHER else Better.HIGHER
    got = judged(value, low, high, against, better, level, what)
    assert judged(-value, high, low, -against, other, level, what) == got
    borne_out = {Rung.SHOWN, Rung.SUGGESTED}
    assert not {got, judged(value, low, high, against, other, level, what)} <= borne_out
    assert level >= what.needs or got is not Rung.SHOWN


@given(ends=ENDS, against=st.integers(-100, 100), level=st.integers(1, 5))
def test_a_wider_interval_never_says_more(ends: tuple[int, int, int], against: int, level: int) -> None:
    value, low, high = ends
    order = list(Rung)
    near, far = (
        judged(value, low + more, high + more, against, Better.HIGHER, level, Criterion.EFFECTIVENESS)
        for more in (0, 5)
    )
    assert order.index(far) >= order.index(near)


@pytest.mark.parametrize("rung", Rung)
@pytest.mark.parametrize("level", [1, 2])
def test_what_the_rungs_add_to_a_claim_is_never_a_claim(rung: Rung, level: int) -> None:
    reason = "" if rung is Rung.SHOWN else "the figure has no interval"
    require_no_stronger(replace(PLAIN, rung=rung, reason=reason, level=level).sentence, 1)


@pytest.mark.parametrize("table", [MARKS, OPENINGS])
def test_every_rung_has_words_and_a_mark_of_its_own(table: dict[Rung, str]) -> None:
    assert set(table) == set(Rung) and len(set(table.values())) == len(Rung)


def test_every_criterion_says_what_it_asks() -> None:
    assert set(ASKS) == set(Criterion) and all(criterion.asks for criterion in Criterion)


# ---- what a statement has to have


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"figures": ()}, "economy rests on no figure"),
        ({"reason": "chance"}, "a reason exactly where it is not shown"),
        ({"rung": Rung.NOT_SHOWN}, "a reason exactly where it is not shown"),
        ({"criterion": Criterion.EFFECTIVENESS}, "effectiveness is shown only from level 3"),
        ({"criterion": Criterion.EFFECTIVENESS, "level": 2}, "effectiveness is shown only from level 3"),
        ({"level": 6}, "6 is not a valid Maryland"),
    ],
)
def test_a_statement_that_rests_on_too_little_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(PLAIN, **changed)  # type: ignore[arg-type]


def test_a_statement_made_by_hand_is_checked_too() -> None:
    with pytest.raises(DataError, match='"cut" says more than level 1'):
        replace(PLAIN, claim="it cut the cost")


def test_only_where_nothing_can_be_said_is_no_figure_needed() -> None:
    got = judge(
        Criterion.EQUITY, "it differs", CannotSay("no areas"), against=0, better=Better.HIGHER, level=1, figures=[]
    )
    assert got.figures == () and got.rung is Rung.CANNOT_SAY


def test_a_claim_without_a_better_side_is_refused() -> None:
    with pytest.raises(ValueError, match="a claim has a better side"):
        judge(Criterion.EQUITY, "it differs", Estimate(1), against=0, better=Better.NEITHER, level=1, figures=["id"])


@pytest.mark.parametrize("order", [[0, 1, 2], [0, 1, 2, 2], [1, 0, 2, 3], []])
def test_a_verdict_is_all_four_once_and_in_order(order: list[int]) -> None:
    four = [replace(PLAIN, criterion=criterion, level=3) for criterion in Criterion]
    with pytest.raises(ValueError, match="economy, efficiency, effectiveness, equity, once each and in that order"):
        Verdict(tuple(four[i] for i in order))
    assert len(Verdict(tuple(four)).table) == 4
