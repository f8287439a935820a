"""Which further counts to hide, so that no sum gives a hidden one back: the smallest pattern that is safe.

To hide two cells in each row and column is no proof. A pattern is safe when the attacker of `disclosure_audit` cannot
narrow any protected count to within its interval. Among all safe patterns the one is sought that hides the fewest
people: an integer program chooses the cells, the attacker tries them, and each leak is a new constraint, that at least
one of the figures which hold the count there has to be hidden as well. Each constraint is true of every safe pattern,
so the first pattern that is the cheapest under them and that the attacker cannot break is the smallest one. Until no
leak is left a pattern that is nearly the cheapest will do, for it is only there to find constraints.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from vfm.data.disclosure_audit import Attacker, Fact, Protected, Terms, fall_short
from vfm.vocabulary.errors import DataError

NEARLY = 0.2  # of the cost: how far from the cheapest a pattern may be that only looks for leaks


@dataclass(frozen=True)
class Candidate:
    """A count that is to be published.

    Parameters
    ----------
    name : its own
    terms : the counts that it is the sum of
    people : how many it really is; what is hidden with it is counted in these
    shown : the fact that is published where it is not hidden
    if_hidden : what is known of it all the same where it is hidden, if anything
    primary : whether it is hidden for itself
    weight : how much it is missed where it is hidden, beside others of as many people
    """

    name: str
    terms: Terms
    people: int
    shown: Fact
    if_hidden: Fact | None = None
    primary: bool = False
    weight: float = 1.0


def smallest_pattern(
    candidates: Sequence[Candidate], protected: Sequence[Protected], *, known: Sequence[Fact] = ()
) -> frozenset[str]:
    """The names of the counts to hide: those hidden for themselves, and the fewest people besides.

    Parameters
    ----------
    candidates : every count that is to be published, over all margins and hierarchies
    protected : what must not be narrowed down
    known : what is known besides, such as from earlier releases

    Raises
    ------
    DataError
        when no pattern is safe, for what is known besides gives a count away.

    Notes
    -----
    The cost of a pattern is the people in the cells hidden besides, and one for each of these cells, by their weights.
    A count of none is never hidden to protect another: it is often known from elsewhere.
    """
    cuts: list[NDArray[np.float64]] = []
    seen: list[NDArray[np.float64]] = []
    every = [*(one.terms for one in candidates), *(one.terms for one in protected)]
    gap = NEARLY
    while True:
        hidden = _cheapest(candidates, cuts, gap)
        published = [
            (place, fact)
            for place, one in enumerate(candidates)
            if (fact := _fact(one, bool(hidden[place]))) is not None
        ]
        facts = [*(fact for _, fact in published), *known]
        attacker = Attacker(facts, also=every)
        leaks = fall_short(attacker, protected, whole=False, seen=seen) or fall_short(attacker, protected, seen=seen)
        if not leaks and gap and cuts:
            gap = 0.0
            continue
        if not leaks:
            return frozenset(one.name for one, out in zip(candidates, hidden, strict=True) if out)
        for one, held_by in leaks:
            places = [published[fact][0] for fact in held_by if fact < len(published)]
            helping = [place for place in places if not hidden[place] and candidates[place].people > 0]
            if not helping:
                raise DataError(
                    f"{one.name} cannot be protected: what is known already gives it away, whatever is hidden."
                )
            cuts.append(np.isin(np.arange(len(candidates)), helping).astype(float))


def _fact(one: Candidate, hidden: bool) -> Fact | None:
    return one.if_hidden if hidden else one.shown


def _cheapest(candidates: Sequence[Candidate], cuts: Sequence[NDArray[np.float64]], gap: float) -> NDArray[np.bool_]:
    """The cheapest choice of cells that meets every constraint so far, or one that is by `gap` of its cost dearer."""
    primary = np.array([one.primary for one in candidates], dtype=bool)
    if not cuts:
        return primary
    people = np.array([0.0 if one.primary else one.weight * (one.people + 1) for one in candidates])
    first = (
        np.arange(len(people)) / len(people) ** 2
    )  # of patterns that cost the same, that of the first; under 1 in all
    found = milp(
        people + first,
        constraints=[LinearConstraint(csr_array(np.array(cuts)), 1, np.inf)],
        bounds=Bounds(primary.astype(float), 1.0),
        integrality=np.ones(len(candidates)),
        options={"mip_rel_gap": gap},
    )
    chosen: NDArray[np.bool_] = np.round(found.x) > 0
    return chosen
