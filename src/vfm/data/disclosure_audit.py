"""The attacker: how far published figures, all of them together, narrow a count of people down.

The attacker knows every published table, number and chart of this release and of earlier ones, how the tables hang
together (which services and boroughs make up a total) and the rules by which counts were hidden and rounded. Of each
hidden count the smallest and the largest value is sought that agrees with all of it: by linear programming first,
which is quick and shows a leak for certain, and by integer programming where that is wider than whole people allow.

Reference: Fischetti and Salazar-González (2000), Models and algorithms for optimizing cell suppression in tabular data
with linear constraints, Journal of the American Statistical Association 95, 916-928.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from vfm.data.disclosure import Span
from vfm.vocabulary.errors import DataError

Terms = Mapping[Hashable, float]  # count -> coefficient
CONTRADICTION = "No counts of people agree with all that is published: a published figure is not what the returns say."
MANY = 4  # ends of intervals that one answer has to reach for another such answer to be sought
WHOLE = 1e-6  # how near to a whole number a solver's answer has to be to be one


@dataclass(frozen=True)
class Fact:
    """Something that anyone can read: a sum of counts, each with its coefficient, lies in `span`.

    A published count is a fact of one or several counts that it sums; a published share p of two counts is that the
    first, less p times the second, is about zero. `table` is where it can be read.
    """

    table: str
    terms: Terms
    span: Span

    def agrees(self, counts: Mapping[Hashable, float]) -> bool:
        """Whether it is true of these counts."""
        value = sum(factor * counts[name] for name, factor in self.terms.items())
        slack = WHOLE * max(1.0, abs(value))
        return self.span.lower - slack <= value <= self.span.upper + slack


@dataclass(frozen=True)
class Protected:
    """A sum of counts that must not be narrowed down to less than `span`; `hidden_in` are the tables that hide it."""

    name: str
    terms: Terms
    span: Span
    hidden_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leak:
    """A protected count that can be narrowed to within its protection interval, and through which tables."""

    of: Protected
    through: tuple[str, ...]


@dataclass(frozen=True)
class Bound:
    """The least that a sum of counts can be, the counts with which it is that, and the facts that hold it there."""

    value: float
    counts: NDArray[np.float64]
    held_by: tuple[int, ...]


class ContradictionError(DataError):
    """No counts agree with everything that is published."""


class Attacker:
    """Someone who has read `facts`, and knows that people come in whole numbers and not fewer than none."""

    def __init__(self, facts: Sequence[Fact], *, also: Iterable[Terms] = ()):
        self.facts = list(facts)
        names = dict.fromkeys(name for terms in (*also, *(fact.terms for fact in facts)) for name in terms)
        self._place = {name: place for place, name in enumerate(names)}
        self._matrix = _sparse([self.row(fact.terms) for fact in self.facts], len(names))
        self._lower = np.array([fact.span.lower for fact in self.facts], dtype=float)
        self._upper = np.array([fact.span.upper for fact in self.facts], dtype=float)
        # Above what any published figure allows, so that "without limit" is a number that a solver can reach.
        known = [abs(end) for end in (*self._lower, *self._upper) if isfinite(end)]
        self._most = 10.0 * max([1000.0, *known])

    def row(self, terms: Terms) -> NDArray[np.float64]:
        """A sum of counts as a row of coefficients."""
        row = np.zeros(len(self._place))
        for name, factor in terms.items():
            row[self._place[name]] += factor
        return row

    def least(self, row: NDArray[np.float64], *, whole: bool = False) -> Bound:
        """The least that `row` can come to, in whole people or in any number.

        Raises
        ------
        ContradictionError
            when nothing agrees with all the facts.
        """
        return self._in_whole(row) if whole else self._in_any(row)

    def _in_any(self, row: NDArray[np.float64]) -> Bound:
        up, down = np.isfinite(self._upper), np.isfinite(self._lower)
        limits = {
            "A_ub": vstack([self._matrix[up], -self._matrix[down]]) if len(self.facts) else None,
            "b_ub": np.concatenate([self._upper[up], -self._lower[down]]) if len(self.facts) else None,
        }
        found = linprog(row, **limits, bounds=(0, self._most), method="highs")
        if found.status != 0:
            raise ContradictionError(CONTRADICTION)
        held = found.ineqlin.marginals if len(self.facts) else np.zeros(0)
        places = np.concatenate([np.flatnonzero(up), np.flatnonzero(down)])
        return Bound(float(found.fun), found.x, tuple(sorted({int(place) for place in places[np.abs(held) > WHOLE]})))

    def _in_whole(self, row: NDArray[np.float64]) -> Bound:
        limits = [LinearConstraint(self._matrix, self._lower, self._upper)] if len(self.facts) else []
        everyone = np.ones(len(row))
        found = milp(row, constraints=limits, bounds=Bounds(0, self._most), integrality=everyone)
        if found.status != 0:
            raise ContradictionError(CONTRADICTION)
        return Bound(float(round(found.fun / WHOLE) * WHOLE), np.round(found.x), tuple(range(len(self.facts))))

    def reach(
        self, rows: Sequence[NDArray[np.float64]], wanted: Sequence[float], *, whole: bool
    ) -> NDArray[np.float64]:
        """Counts that agree with all the facts and in which as many of `rows` as can be come down to what is wanted.

        By how much each stays above it is what is made least, all together.
        """
        more, width = len(rows), self._matrix.shape[1]
        over = hstack([csr_array(np.array(rows)), -eye_array(more)])  # each row, less what it is over by
        matrix = vstack([hstack([self._matrix, csr_array((len(self.facts), more))]), over])
        found = milp(
            np.concatenate([np.zeros(width), np.ones(more)]),
            constraints=[
                LinearConstraint(
                    csr_array(matrix),
                    np.concatenate([self._lower, np.full(more, -inf)]),
                    np.concatenate([self._upper, wanted]),
                )
            ],
            bounds=Bounds(0, self._most),
            integrality=np.concatenate([np.full(width, float(whole)), np.zeros(more)]),
            options={"mip_rel_gap": 0.05},
        )
        if found.status != 0:
            raise ContradictionError(CONTRADICTION)
        counts: NDArray[np.float64] = np.round(found.x[:width]) if whole else found.x[:width]
        return counts

    def agrees(self, counts: NDArray[np.float64]) -> bool:
        """Whether all the facts are true of these counts."""
        if len(counts) != self._matrix.shape[1]:
            return False
        sums = self._matrix @ counts
        return bool(((self._lower - WHOLE <= sums) & (sums <= self._upper + WHOLE)).all())

    def narrow(self, terms: Terms) -> Span:
        """The least and the most that a sum of counts can be, in whole people."""
        row = self.row(terms)
        most = -self.least(-row, whole=True).value
        return Span(self.least(row, whole=True).value, inf if most >= self._most else most)


def fall_short(
    attacker: Attacker,
    protected: Sequence[Protected],
    *,
    whole: bool = True,
    seen: list[NDArray[np.float64]] | None = None,
) -> list[tuple[Protected, tuple[int, ...]]]:
    """The protected counts that are narrowed to within their interval, each with the facts that hold it there.

    Many ends of intervals are tried in one answer first; an end that no such answer reaches is tried by itself. With
    `whole` people come in whole numbers; without, fewer are found, but each that is found falls short for certain.
    `seen` are counts that were possible before, and those found now are added: what is still possible is not sought.
    """
    rows = {end: end[1] * attacker.row(protected[end[0]].terms) for end in product(range(len(protected)), (1, -1))}
    wanted = {end: _end(protected[end[0]].span, end[1]) + WHOLE for end in rows}
    still, found, known = set(rows), dict[int, tuple[int, ...]](), [] if seen is None else seen

    def reach(counts: NDArray[np.float64]) -> int:
        reached = {end for end in still if rows[end] @ counts <= wanted[end]}
        still.difference_update(reached)
        return len(reached)

    for counts in known:
        if still and attacker.agrees(counts) and not (whole and _fractional(counts)):
            reach(counts)
    for sign in (1, -1):
        while tried := sorted(end for end in still if end[1] == sign):
            counts = attacker.reach([rows[end] for end in tried], [wanted[end] - WHOLE for end in tried], whole=whole)
            known.append(counts)
            if reach(counts) < MANY:
                break
    for end in sorted(still):
        if end not in still:
            continue
        bound = attacker.least(rows[end])
        if whole and bound.value <= wanted[end] and _fractional(bound.counts):
            bound = attacker.least(rows[end], whole=True)
        if bound.value > wanted[end]:
            found.setdefault(end[0], bound.held_by)
        else:
            known.append(bound.counts)
            reach(bound.counts)
    return [(protected[place], held) for place, held in sorted(found.items())]


def _fractional(counts: NDArray[np.float64]) -> bool:
    return len(counts) > 0 and bool(np.abs(counts - np.round(counts)).max() > WHOLE)


def attack(facts: Sequence[Fact], protected: Sequence[Protected], *, explained: int = 3) -> list[Leak]:
    """Every protected count that can be narrowed to within its protection interval, and through which tables.

    Parameters
    ----------
    facts : all that is published; a fact whose table is "" holds by definition and is named in no message
    protected : what is hidden
    explained : for how many of the leaks the tables are sought; the others name none

    Raises
    ------
    ContradictionError
        when no counts agree with all the facts.
    """
    attacker = Attacker(facts, also=[one.terms for one in protected])
    found = [one for one, _ in fall_short(attacker, protected)]
    return [Leak(one, _through(facts, one) if place < explained else ()) for place, one in enumerate(found)]


def _through(facts: Sequence[Fact], one: Protected) -> tuple[str, ...]:
    """Tables that are enough together to narrow a count down and none of which can be done without."""
    needed = list(dict.fromkeys(fact.table for fact in facts if fact.table))
    for table in list(needed):
        others = [name for name in needed if name != table]
        attacker = Attacker([fact for fact in facts if not fact.table or fact.table in others], also=[one.terms])
        if fall_short(attacker, [one]):
            needed = others
    return tuple(needed)


def _end(span: Span, sign: int) -> float:
    """What the least of a sum (`sign` 1), or of its negative (-1), must not lie above."""
    return span.lower if sign == 1 else -span.upper


def _sparse(rows: list[NDArray[np.float64]], columns: int) -> csr_array:
    return csr_array(np.array(rows)) if rows else csr_array((0, columns))
