"""What every estimate of impact carries: its design, how strong the design is, its checks, and words no stronger."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite, sqrt
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tools.sm_exceptions import ModelWarning, PerfectSeparationError

from vfm.vocabulary.evidence import Maryland, Wording, require_no_stronger
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status
from vfm.vocabulary.rounding import LOWER, UPPER, exact, to_places

T = TypeVar("T")

RATIO = "ratio"
CHECKS = ("check", "of", "value", "lower", "upper", "reason")
PLACEBO, LEFT_OUT = "placebo date", "left out"


@dataclass(frozen=True, eq=False)
class Effect:
    """An estimate of how far something changed, with all that is needed to judge it.

    Parameters
    ----------
    value, lower, upper : the estimate and its interval, on `scale`
    scale : "ratio" (1 is no change), or the unit of a difference (0 is no change)
    n : how many observations it rests on
    method : how the value and the interval were made
    design : what was compared with what
    level : of the design on the Maryland scale, 1 to 5
    table : what it is worked out from, one row a period, a group or a comparison
    sentence : the finding in words that the level allows
    checks : columns `CHECKS`, one row each placebo date or place left out; a blank value has its reason
    cautions : what weakens it, in words
    further : other results of the same model, by name
    """

    value: float
    lower: float
    upper: float
    scale: str
    n: int
    method: str
    design: str
    level: int
    table: pd.DataFrame
    sentence: str
    checks: pd.DataFrame
    cautions: tuple[str, ...] = ()
    further: Mapping[str, Result] = field(default_factory=dict)
    status: Status = Status.DERIVED

    def __post_init__(self) -> None:
        if not all(isfinite(x) for x in (self.value, self.lower, self.upper)):
            raise ValueError("an effect and its interval are finite; where nothing can be said, use CannotSay")
        if not self.lower <= self.value <= self.upper:
            raise ValueError(f"{self.value} is outside its interval {self.lower} to {self.upper}")
        if self.level not in list(Maryland):
            raise ValueError(f"the Maryland scale runs from 1 to 5, and has no {self.level}")
        if tuple(self.checks.columns) != CHECKS:
            raise ValueError(f"the checks of an effect have the columns {', '.join(CHECKS)}")
        require_no_stronger(self.sentence, self.level)

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out no change."""
        return not self.lower <= _none(self.scale) <= self.upper

    @property
    def change(self) -> Estimate:
        """A ratio as a change in proportion, to publish: 0.9 is -0.1."""
        return _as_change(Estimate(self.value, self.lower, self.upper, self.n, self.method, self.status))

    def changes(self, kind: str) -> dict[str, Result]:
        """The checks of one kind as changes in proportion, by what they are of."""
        rows = self.checks[self.checks["check"] == kind]
        return {
            row["of"]: CannotSay(row["reason"])
            if row["reason"]
            else _as_change(Estimate(row["value"], row["lower"], row["upper"], self.n, f"{self.method}; {kind}"))
            for row in rows.to_dict("records")
        }

    @property
    def estimate(self) -> Estimate:
        """The same as a number to publish."""
        return Estimate(self.value, self.lower, self.upper, n=self.n, method=self.method, status=self.status)


def _as_change(ratio: Estimate) -> Estimate:
    lower, upper = (None if end is None else end - 1 for end in (ratio.lower, ratio.upper))
    return replace(ratio, value=ratio.value - 1, lower=lower, upper=upper)


def check(kind: str, of: object, result: Result | Effect) -> dict[str, object]:
    """A row of `Effect.checks`: a result, or the reason why there is none."""
    if isinstance(result, CannotSay):
        return dict(zip(CHECKS, (kind, str(of), None, None, None, result.reason), strict=True))
    return dict(zip(CHECKS, (kind, str(of), result.value, result.lower, result.upper, ""), strict=True))


def findings(named: Mapping[str, Effect | CannotSay]) -> pd.DataFrame:
    """Effects side by side, each with its design and level: `name`, `design`, `level`, `sentence`, `cautions`.

    Where nothing can be said, the sentence says why, and the design is blank.
    """
    rows = []
    for name, found in named.items():
        if isinstance(found, CannotSay):
            rows.append((name, "none", "none", f"Cannot say: {found.reason}.", ""))
        else:
            rows.append((name, found.design, str(found.level), found.sentence, "; ".join(found.cautions)))
    return pd.DataFrame(rows, columns=["name", "design", "level", "sentence", "cautions"])


def checks_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows of `check` as a table with stated types."""
    table = pd.DataFrame(rows, columns=list(CHECKS))
    return table.astype(dict.fromkeys(("value", "lower", "upper"), float))


def quietly(fit: Callable[[], T]) -> T | CannotSay:
    """Run a fit; a warning of the optimiser or a singular matrix is a reason to say nothing, never a silent doubt."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return fit()
        except (ModelWarning, RuntimeWarning, PerfectSeparationError, np.linalg.LinAlgError) as fault:
            cause = (str(fault).strip().splitlines() or [type(fault).__name__])[0].rstrip(".")
            return CannotSay(f"the model could not be fitted to these figures ({cause})")


@dataclass(frozen=True)
class About:
    """What an estimate is about, for its sentence: the outcome as a noun, its unit, and what came when."""

    outcome: str
    unit: str
    when: str


def from_panel(
    estimate: Estimate,
    *,
    about: About,
    design: str,
    table: pd.DataFrame,
    checks: list[dict[str, object]],
    cautions: list[str],
    coverage: float,
    further: Mapping[str, Result] | None = None,
) -> Effect:
    """An effect of places treated beside places that were not: Maryland level 3."""
    value, lower, upper = estimate.value, estimate.lower, estimate.upper
    if lower is None or upper is None:
        raise ValueError("an effect has an interval")
    named = checks_table(checks)
    said = finding(
        about.outcome,
        about.when,
        value=value,
        lower=lower,
        upper=upper,
        scale=about.unit,
        level=3,
        coverage=coverage,
    )
    return Effect(
        value=value,
        lower=lower,
        upper=upper,
        scale=about.unit,
        n=int(estimate.n or 0),
        method=estimate.method,
        design=design,
        level=3,
        table=table,
        sentence=f"{said} {checks_in_words(named, scale=about.unit)}".strip(),
        checks=named,
        cautions=tuple(cautions),
        further=further or {},
    )


def as_ratio(effect: Effect, *, about: About, coverage: float) -> Effect:
    """An effect on the log of an outcome as a ratio, with its checks, its table and its sentence.

    Parameters
    ----------
    effect : a difference of logs, and so nearly of proportions where it is small
    about : words for the sentence, the outcome being what was logged
    coverage : of its interval, as it was made

    Notes
    -----
    The ends of an interval are brought over one by one: exp of each. p-values stay as they are.
    """
    ends = ["value", "lower", "upper"]
    checks = effect.checks.copy()
    checks[ends] = np.exp(checks[ends])
    table = effect.table
    if set(ends) <= set(table.columns):
        table = table.assign(**np.exp(table[ends])).drop(columns="se", errors="ignore")
    value, lower, upper = (float(np.exp(end)) for end in (effect.value, effect.lower, effect.upper))
    own = {"value": value, "lower": lower, "upper": upper, "scale": RATIO, "level": effect.level, "coverage": coverage}
    words = [finding(about.outcome, about.when, **own), checks_in_words(checks, scale=RATIO)]  # type: ignore[arg-type]
    return replace(
        effect,
        value=value,
        lower=lower,
        upper=upper,
        scale=RATIO,
        method=f"{effect.method}; of logs, as a ratio",
        table=table,
        sentence=" ".join(words).strip(),
        checks=checks,
        further={name: _exponent(found) for name, found in effect.further.items()},
    )


def _exponent(found: Result) -> Result:
    if isinstance(found, CannotSay) or found.lower is None or found.upper is None:
        return found  # without an interval it is a p-value
    value, lower, upper = (float(np.exp(end)) for end in (found.value, found.lower, found.upper))
    return replace(found, value=value, lower=lower, upper=upper)


def student(value: float, se: float, *, degrees: float, coverage: float, n: float, method: str) -> Estimate:
    """A value with its standard error as an estimate, by Student's t."""
    half = float(stats.t.isf((1 - coverage) / 2, degrees)) * se
    return Estimate(float(value), float(value - half), float(value + half), n=n, method=method)


def each_left_out(
    panel: pd.DataFrame, place: str, estimate: Callable[[pd.DataFrame], Result]
) -> list[dict[str, object]]:
    """The same estimate without each place in turn, as rows of `Effect.checks`."""
    return [check(LEFT_OUT, name, estimate(panel[panel[place] != name])) for name in panel[place].unique()]


def check_coverage(coverage: float) -> None:
    """Refuse a coverage that is none."""
    if not 0 < coverage < 1:
        raise ValueError(f"coverage is between 0 and 1, not {coverage}")


# ---- words


def finding(
    outcome: str, when: str, *, value: float, lower: float, upper: float, scale: str, level: int, coverage: float
) -> str:
    """An effect in a sentence whose verb is no stronger than its design.

    Levels 1 and 2 say what was higher or lower: a series held against its own past has nothing else to be held against,
    whatever is taken into account. From level 3 an estimated effect may be spoken of.

    >>> finding("Recorded theft", "April 2014", value=0.9, lower=0.85, upper=0.95, scale="ratio", level=2, coverage=0.95)
    'Recorded theft was 10.0% lower from April 2014 than its earlier course suggests (95% interval: 15.0% lower to 5.0% lower). This does not show what it would have been otherwise.'
    """  # noqa: E501
    interval = (
        f"{coverage * 100:.12g}% interval: {amount(lower, scale, end=LOWER)} to {amount(upper, scale, end=UPPER)}"
    )
    compared = Maryland(level).wording is Wording.EFFECT
    against = f"than {'the comparison' if compared else 'its earlier course'} suggests ({interval})"
    if lower <= _none(scale) <= upper:
        none = f"No change in {_lower_first(outcome)} from {when} is shown: {amount(value, scale)} {against}."
        return f"{none} This does not show that there was none."
    if not compared:
        said = f"{outcome} was {amount(value, scale)} from {when} {against}."
        return f"{said} This does not show what it would have been otherwise."
    said = f"From {when}, {_lower_first(outcome)} is estimated to be {amount(value, scale)} {against}."
    if level > Maryland.COMPARED:
        return said
    return (
        f"{said} That is an estimated effect only if both groups would have moved in parallel, which cannot be tested."
    )


def amount(value: float, scale: str, *, end: str = "") -> str:
    """A ratio or a difference as "10.0% lower" or "2.75 jobs higher"; an `end` of an interval is rounded outwards.

    >>> amount(1.127, "ratio"), amount(-2.75, "jobs"), amount(0, "jobs"), amount(1.1272, "ratio", end="upper")
    ('12.7% higher', '2.75 jobs lower', '0 jobs different', '12.8% higher')
    """
    difference = (exact(value) - 1) * 100 if scale == RATIO else exact(value)
    places = 1 if scale == RATIO else max(0, 2 - difference.adjusted())  # three digits, and whole ones from 100
    shown = abs(to_places(difference, places, end))
    text = f"{shown:,.1f}%" if scale == RATIO else f"{shown.normalize():,f} {scale}"
    return f"{text} {'different' if difference == 0 else 'higher' if difference > 0 else 'lower'}"


def checks_in_words(checks: pd.DataFrame, *, scale: str) -> str:
    """What the placebo dates and the places left out show, in a sentence or two."""
    said = []
    placebos = checks[checks["check"] == PLACEBO]
    known = placebos.dropna(subset=["value"])
    if len(known):
        found = int((~known["lower"].le(_none(scale)) | ~known["upper"].ge(_none(scale))).sum())
        said.append(
            f"Of {len(known)} placebo date{'s' * (len(known) > 1)}, {found or 'none'} show{'s' * (found < 2)} a change."
        )
    elif len(placebos):
        said.append(f"No placebo date can be tried: {placebos['reason'].iloc[0]}.")
    left = checks[checks["check"] == LEFT_OUT].dropna(subset=["value"])
    if len(left):
        low, high = left.loc[left["value"].idxmin()], left.loc[left["value"].idxmax()]
        ends = [
            f"{amount(row['value'], scale, end=end)} (without {row['of']})"
            for row, end in ((low, LOWER), (high, UPPER))
        ]
        said.append(f"Leaving out one place at a time moves it between {ends[0]} and {ends[1]}.")
    elif (checks["check"] == LEFT_OUT).any():
        said.append(f"No place can be left out: {checks.loc[checks['check'] == LEFT_OUT, 'reason'].iloc[0]}.")
    return " ".join(said)


def _none(scale: str) -> float:
    return 1.0 if scale == RATIO else 0.0


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


# ---- regression to the mean


def regression_to_mean(*, mean: float, sd: float, correlation: float, cut: float, baselines: int = 1) -> float:
    """How far places picked for a bad baseline are expected to move back with nothing done.

    Parameters
    ----------
    mean, sd : of the measure over all places at one time
    correlation : between two measurements of the same place
    cut : places on the far side of it from `mean` were picked
    baselines : how many measurements were averaged before picking

    Returns
    -------
    The expected move towards the mean, in the unit of the measure, never negative.

    Notes
    -----
    With within-place variance w = (1 - r) sd^2 over m baselines and between-place variance b = r sd^2, the move is
    (w/m) / s times phi(z) / (1 - Phi(z)), where s^2 = b + w/m and z = |cut - mean| / s (Barnett, van der Pols and
    Dobson 2005, p. 217). An improvement of that size in places that were picked shows nothing of what was done.

    >>> round(regression_to_mean(mean=60, sd=15, correlation=0.5, cut=40), 3)
    13.486
    """
    if sd <= 0 or not 0 <= correlation <= 1 or baselines < 1:
        raise ValueError("sd is positive, the correlation is between 0 and 1, and there is at least one baseline")
    within = (1 - correlation) * sd**2 / baselines
    spread = sqrt(correlation * sd**2 + within)
    z = abs(cut - mean) / spread
    # exp of the difference of logs: far out, both the density and the tail are too small to divide
    hazard = np.exp(stats.norm.logpdf(z) - stats.norm.logsf(z))
    return float(within / spread * hazard)
