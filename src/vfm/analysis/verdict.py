"""Economy, efficiency, effectiveness and equity: four statements side by side, never blended into a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from vfm.vocabulary.evidence import Maryland, require_no_stronger
from vfm.vocabulary.results import Better, CannotSay, Direction, Result


class Criterion(StrEnum):
    """The four Es: the National Audit Office's three, and equity."""

    ECONOMY = "economy"
    EFFICIENCY = "efficiency"
    EFFECTIVENESS = "effectiveness"
    EQUITY = "equity"

    @property
    def asks(self) -> str:
        return ASKS[self]

    @property
    def needs(self) -> Maryland:
        """The design that a claim needs to be shown: only effectiveness says what the money did."""
        return Maryland.COMPARED if self is Criterion.EFFECTIVENESS else Maryland.UNCONTROLLED


ASKS = {
    Criterion.ECONOMY: "what was put in, and at what price",
    Criterion.EFFICIENCY: "what was done for it",
    Criterion.EFFECTIVENESS: "what came of it",
    Criterion.EQUITY: "who it reached",
}


class Rung(StrEnum):
    """How far a claim is borne out."""

    SHOWN = "shown"
    SUGGESTED = "suggested"
    NOT_SHOWN = "not shown"
    CANNOT_SAY = "cannot say"

    @property
    def mark(self) -> str:
        """Its sign on a chart: told apart by shape, not by colour."""
        return MARKS[self]


MARKS = {Rung.SHOWN: "●", Rung.SUGGESTED: "◐", Rung.NOT_SHOWN: "○", Rung.CANNOT_SAY: "–"}
OPENINGS = {
    Rung.SHOWN: "Shown: {claim}.",
    Rung.SUGGESTED: "Suggested, and not more, that {claim}: {reason}.",
    Rung.NOT_SHOWN: "Not shown that {claim}: {reason}.",
    Rung.CANNOT_SAY: "Cannot say whether {claim}: {reason}.",
}


@dataclass(frozen=True)
class Statement:
    """One claim under one of the four Es, how far it is borne out, and the figures that it rests on.

    Parameters
    ----------
    claim : a sentence without its full stop, in words that `level` allows (see `vfm.vocabulary.evidence`)
    reason : why it is on no higher rung; "" where it is shown
    figures : ids of published figures; none only where nothing can be said
    level : of the design, Maryland 1 to 5

    Raises
    ------
    DataError
        when the claim is stronger than the level: a release with such a statement is not built.
    ValueError
        when a statement has no figure, or is not shown without a reason.
    """

    criterion: Criterion
    claim: str
    rung: Rung
    reason: str
    figures: tuple[str, ...]
    level: int

    def __post_init__(self) -> None:
        require_no_stronger(self.claim, self.level)
        if not self.figures and self.rung is not Rung.CANNOT_SAY:
            raise ValueError(f"what is said of {self.criterion} rests on no figure: name the ids")
        if bool(self.reason) == (self.rung is Rung.SHOWN):
            raise ValueError(f"what is said of {self.criterion} has a reason exactly where it is not shown")
        if self.rung is Rung.SHOWN and self.level < self.criterion.needs:
            raise ValueError(f"{self.criterion} is shown only from level {self.criterion.needs.value}")

    @property
    def sentence(self) -> str:
        """The claim as pages print it, opened by its rung."""
        return OPENINGS[self.rung].format(claim=self.claim, reason=self.reason)


def judge(
    criterion: Criterion,
    claim: str,
    result: Result,
    *,
    against: float,
    better: Better,
    level: int,
    figures: Sequence[str],
) -> Statement:
    """Put a claim on its rung by the interval of its figure and the strength of its design.

    Parameters
    ----------
    claim : what would be shown, in words that `level` allows: "the cost for each person was lower than in 2016/17"
    result : the figure, or why there is none
    against : what it has to be clear of, on the side that is better (0 for a difference)
    better : "higher" or "lower"
    level : Maryland, 1 to 5
    figures : ids of what it rests on

    Returns
    -------
    Shown: all of the interval is on the better side and the design carries it. Suggested: the design does not, or there
    is a point or a bound on the better side and no interval. Not shown: the interval reaches what it is set against, or
    all is on the other side. Cannot say: there is no figure, or nobody knows which way it is off.

    >>> from vfm.vocabulary.results import Estimate
    >>> cost = Estimate(3800, 3400, 4300)
    >>> claim = "the cost for each person was under £5,000"
    >>> judge(Criterion.ECONOMY, claim, cost, against=5000, better=Better.LOWER, level=1, figures=["cost"]).sentence
    'Shown: the cost for each person was under £5,000.'
    """
    rung, reason = _rung(result, against, better)
    if rung is Rung.SHOWN and level < criterion.needs:
        rung, reason = Rung.SUGGESTED, f"it was only compared {Maryland(level).design}"
    return Statement(criterion, claim, rung, reason, tuple(figures), level)


def _rung(result: Result, against: float, better: Better) -> tuple[Rung, str]:
    if better is Better.NEITHER:
        raise ValueError("a claim has a better side: higher or lower")
    if isinstance(result, CannotSay):
        return Rung.CANNOT_SAY, result.reason
    if result.direction is Direction.UNKNOWN:
        return Rung.CANNOT_SAY, "its sources are round and nobody knows which way"
    if result.lower is None or result.upper is None:
        return _rung_of_point(result.value, result.direction, against, better)
    worst, best = (result.lower, result.upper) if better is Better.HIGHER else (-result.upper, -result.lower)
    limit = against * better.sign
    if worst > limit:
        return Rung.SHOWN, ""
    if best < limit:
        return Rung.NOT_SHOWN, "the figure is clearly on the other side"
    return Rung.NOT_SHOWN, "chance alone may account for the difference"


def _rung_of_point(value: float, direction: Direction, against: float, better: Better) -> tuple[Rung, str]:
    towards = {Direction.AT_LEAST: Better.HIGHER, Direction.AT_MOST: Better.LOWER}.get(direction)
    beyond = (value - against) * better.sign > 0
    if beyond and towards in (None, better):
        return Rung.SUGGESTED, "the figure has no interval"
    if towards is None:
        return Rung.NOT_SHOWN, "the figure is not on the better side"
    return Rung.CANNOT_SAY, f"the figure is a bound ({direction}), and the true one may lie on either side"


@dataclass(frozen=True)
class Verdict:
    """The four statements, one for each E, in order. There is no score, no colour and no rank of the whole.

    Raises
    ------
    ValueError
        when one of the four is missing or stands twice.
    """

    statements: tuple[Statement, ...]

    def __post_init__(self) -> None:
        given = [statement.criterion for statement in self.statements]
        if given != list(Criterion):
            raise ValueError(f"a verdict has {', '.join(Criterion)}, once each and in that order")

    @property
    def table(self) -> pd.DataFrame:
        """`criterion`, `asks`, `mark`, `rung`, `sentence`, `reason`, `level` and `figures` (ids, parted by spaces)."""
        return pd.DataFrame(
            {
                "criterion": str(said.criterion),
                "asks": said.criterion.asks,
                "mark": said.rung.mark,
                "rung": str(said.rung),
                "sentence": said.sentence,
                "reason": said.reason,
                "level": int(said.level),
                "figures": " ".join(said.figures),
            }
            for said in self.statements
        )

    @property
    def alt(self) -> str:
        """What the chart of the four shows, for those who do not see it."""
        said = "; ".join(f"{said.criterion}: {said.rung}" for said in self.statements)
        return f"Four statements, each on one of four rungs. {said[0].upper()}{said[1:]}."
