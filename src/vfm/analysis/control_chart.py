"""Whether a series has changed or only varies: control charts with the rules of NHS England's Making Data Count.

Source of the rules and of the constants: NHS England, Making Data Count; Wheeler (1993), Understanding Variation; for
proportions with large denominators Laney (2002), Quality Engineering 14, 531-537.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vfm.analysis.preconditions import require_no_infinite
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.results import Better, CannotSay

Floats = NDArray[np.float64]
Signs = NDArray[np.int64]  # 1 above or up, -1 below or down, 0 neither
Limits = tuple[ArrayLike, ArrayLike, ArrayLike]  # mean, lower, upper

XMR = 2.66  # limits from the mean moving range: 3 over 1.128, as NHS England rounds it
RANGE_TO_SPREAD = 1.128  # mean moving range of a normal series over its standard deviation
SCREEN = 3.267  # a moving range as many times the mean one is out of the ordinary
RUN = 7  # points on one side, or in a row up or down
ENOUGH = 12  # points, below which limits are provisional


@dataclass(frozen=True)
class Rebase:
    """From here on the limits are worked out afresh, because of a change that is known and written down.

    Parameters
    ----------
    at : the first label of the new phase
    reason : what changed, as the log has it
    """

    at: Hashable
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(f"limits are worked out afresh from {self.at} only for a reason: say what changed")


RECORDING_CHANGED = "recording-changed"  # the log's entry on the day from which crime was recorded otherwise


def recording_changed(log: pd.DataFrame) -> str:
    """What the log says of the day from which crime was recorded otherwise: the reason for limits that start afresh.

    Raises
    ------
    DataError
        when the log has no such entry.
    """
    said = log.set_index("entry_id")["what"]
    if RECORDING_CHANGED not in said.index:
        raise DataError(f"log.csv has no entry {RECORDING_CHANGED}: add one that says what changed in recording.")
    return str(said[RECORDING_CHANGED]).rstrip(".")


COMMON = "common cause"
IMPROVING, WORSENING, NEITHER = "special cause improving", "special cause worsening", "special cause neither"
ALWAYS, NEVER, CHANCE = "the target will be met", "the target will be missed", "the target is met or missed by chance"
RULES = {  # in the order in which one is named where several hold
    "outside": "it is outside the limits",
    "trend": f"it is one of {RUN} or more points in a row that each went the same way",
    "near": "it is one of two in three points near a limit",
    "shift": f"it is one of {RUN} or more points in a row on one side of the mean",
}


@dataclass(frozen=True)
class ControlChart:
    """A series with its limits, and what they say of its last point and of a target.

    Parameters
    ----------
    table : one row a point: `value`, `mean`, `lower`, `upper`, `phase` (from 1), the rules `outside`, `trend`, `near`
        and `shift` (1 above or up, -1 below or down, 0 neither), `rule` (the first that holds, or ""), `point`
        (common cause, or special cause improving, worsening or neither) and `reason` why there is no value ("")
    variation : `point` of the last value
    assurance : what the last limits say of the target, or why they say nothing
    warnings : what to know before leaning on it
    """

    table: pd.DataFrame
    variation: str
    assurance: str | CannotSay
    warnings: tuple[str, ...]
    method: str

    @property
    def sentence(self) -> str:
        """What the chart says, in words that claim no cause outside the series."""
        rule = self.table.loc[self.table["value"].notna(), "rule"].iloc[-1]
        said = [f"The last point is {self.variation}" + (f": {RULES[rule]}" if rule else "")]
        if isinstance(self.assurance, str):
            said.append(f"By these limits {self.assurance}")
        return ". ".join([*said, *(warning[0].upper() + warning[1:] for warning in self.warnings)]) + "."


# ---- the charts


def xmr(
    values: "pd.Series[float]",
    *,
    better: Better,
    target: float | None = None,
    rebases: Sequence[Rebase] = (),
    ranges: str = "all",
    limits_from: int | None = None,
) -> ControlChart | CannotSay:
    """An XmR chart: single values, with limits from how far each moves from the one before.

    Parameters
    ----------
    values : one a period, in order, on labels that rise; a gap stays a gap, and no rule runs across it
    better : which way is an improvement
    target : what the values are meant to reach
    rebases : where limits start afresh, each with its reason
    ranges : "all", as NHS England's workbook, or "screened": moving ranges of 3.267 times the mean one or more are
        left out, once, as the R package NHSRplotthedots has it. The mean keeps every point
    limits_from : how many first points of each phase fix its limits (by default all)

    Notes
    -----
    Limits: mean -+ 2.66 x mean moving range.

    >>> chart = xmr(pd.Series([5, 7, 5, 7, 5, 7, 5, 7, 5, 7, 5, 20]), better=Better.LOWER)
    >>> chart.variation, chart.table["rule"].iloc[-1]
    ('special cause worsening', 'outside')
    """
    require_no_infinite(values=values)
    if ranges not in SCREENS:
        raise ValueError(f'ranges are "all" or "screened", not "{ranges}"')
    if limits_from is not None and limits_from < 2:
        raise ValueError("limits are fixed by two points at the least")
    _require_order(values.index)
    known = values.astype(float).to_frame("value")

    def limits(phase: pd.DataFrame) -> Limits:
        held = phase["value"].head(limits_from or len(phase))
        half = XMR * _mean_range(held.to_numpy(), ranges)
        # the mean of equal values may differ from them in its last digit, and with no range that would be outside
        mean = held.mean() if held.nunique() > 1 else held.dropna().iloc[0]
        return mean, mean - half, mean + half

    method = f"XmR, 2.66 x mean moving range, {ranges} ranges"
    return _chart(known, limits, rebases, (better, target, method), limits_from)


def p_chart(
    events: "pd.Series[float]",
    denominators: "pd.Series[float]",
    *,
    better: Better,
    target: float | None = None,
    rebases: Sequence[Rebase] = (),
) -> ControlChart | CannotSay:
    """A p chart: proportions, with limits from chance alone; with large denominators use `p_prime_chart`.

    Notes
    -----
    p the total proportion of the phase: p -+ 3 sqrt(p (1 - p) / n), cut to 0 and 1.
    """

    def limits(phase: pd.DataFrame) -> Limits:
        p, spread = _chance(phase)
        return p, np.maximum(p - 3 * spread, 0), np.minimum(p + 3 * spread, 1)

    shares = _proportions(events, denominators)
    return _chart(shares, limits, rebases, (better, target, "p chart, 3 standard errors"))


def p_prime_chart(
    events: "pd.Series[float]",
    denominators: "pd.Series[float]",
    *,
    better: Better,
    target: float | None = None,
    rebases: Sequence[Rebase] = (),
) -> ControlChart | CannotSay:
    """Laney's p' chart: proportions whose spread from period to period is more, or less, than chance alone has.

    Notes
    -----
    With z = (value - p) / sqrt(p (1 - p) / n), the limits of the p chart times the mean moving range of z / 1.128.
    """

    def limits(phase: pd.DataFrame) -> Limits:
        p, spread = _chance(phase)
        z = ((phase["value"] - p) / np.where(spread > 0, spread, 1)).to_numpy()
        half = 3 * spread * _mean_range(z, "all") / RANGE_TO_SPREAD
        return p, np.maximum(p - half, 0), np.minimum(p + half, 1)

    shares = _proportions(events, denominators)
    return _chart(shares, limits, rebases, (better, target, "Laney p', 3 standard errors"))


def _proportions(events: "pd.Series[float]", denominators: "pd.Series[float]") -> pd.DataFrame:
    _require_order(events.index)
    if not events.index.equals(denominators.index):
        raise ValueError("events and denominators have different indexes: align them first")
    require_no_infinite(events=events, denominators=denominators)
    if (events < 0).any() or (denominators < 0).any() or (events > denominators).any():
        raise ValueError("events are counts, not negative and no more than their denominator")
    base = denominators.astype(float).where(denominators > 0)
    return pd.DataFrame({"value": events / base, "base": base.where(events.notna())})


def _chance(phase: pd.DataFrame) -> tuple[float, Floats]:
    p = float((phase["value"] * phase["base"]).sum() / phase["base"].sum())
    return p, np.sqrt(p * (1 - p) / phase["base"].to_numpy())


def _mean_range(values: Floats, ranges: str) -> float:
    steps = np.abs(np.diff(values))
    moved = steps[~np.isnan(steps)]
    if not moved.size:
        raise ValueError("the points that fix the limits have no two values in a row")
    return SCREENS[ranges](moved)


def _screened(steps: Floats) -> float:
    return float(steps[steps < SCREEN * steps.mean()].mean()) if steps.any() else 0.0


SCREENS: dict[str, Callable[[Floats], float]] = {"all": lambda steps: float(steps.mean()), "screened": _screened}


# ---- what they share


def _require_order(index: pd.Index) -> None:
    if not (index.is_monotonic_increasing and index.is_unique):
        raise ValueError("the periods of a control chart rise, each once: sort them first")


def _phases(index: pd.Index, rebases: Sequence[Rebase]) -> Signs:
    for rebase in rebases:
        if rebase.at not in index[1:]:
            raise ValueError(f"limits cannot start afresh at {rebase.at}: the series has no such point after its first")
    return 1 + np.cumsum(index.isin([rebase.at for rebase in rebases]))


Reading = tuple[Better, float | None, str]


def _chart(
    values: pd.DataFrame,
    limits: Callable[[pd.DataFrame], Limits],
    rebases: Sequence[Rebase],
    reading: Reading,
    limits_from: int | None = None,
) -> ControlChart | CannotSay:
    better, target, method = reading
    phase = _phases(values.index, rebases)
    parts = [values[phase == number] for number in range(1, phase.max(initial=0) + 1)]
    if not parts or any(part["value"].diff().count() < 1 for part in parts):
        return CannotSay("a phase has no two values in a row, so nothing to say how far they vary")
    charted = pd.concat([_with_rules(part, limits(part), better) for part in parts])
    known = charted["value"].notna()
    charted.insert(4, "phase", phase)
    charted["reason"] = np.where(known, "", "there is no value for this period")
    last = charted[known].iloc[-1]
    warnings = (
        *_warnings(parts[-1]["value"].head(limits_from or len(values)), last),
        *(f"limits start afresh at {r.at}: {r.reason}" for r in rebases),
    )
    return ControlChart(charted, last["point"], assurance(last, target, better), warnings, method)


def _warnings(values: "pd.Series[float]", last: "pd.Series[float]") -> list[str]:
    warnings = []
    if values.count() < ENOUGH:
        warnings.append(f"provisional: the last limits rest on {values.count()} points, and {ENOUGH} are wanted")
    if last["lower"] == last["upper"]:
        warnings.append("the values that fix the last limits are all the same, so any other is outside")
    return warnings


def assurance(last: "pd.Series[float]", target: float | None, better: Better) -> str | CannotSay:
    """What limits say of a target: it will be met, or missed, as long as nothing changes, or either by chance.

    Parameters
    ----------
    last : `lower` and `upper`
    """
    if target is None:
        return CannotSay("no target is set")
    if better is Better.NEITHER:
        return CannotSay("it is not declared which way is an improvement")
    if last["lower"] <= target <= last["upper"]:
        return CHANCE
    return ALWAYS if (last["lower"] > target) == (better is Better.HIGHER) else NEVER


# ---- the rules


def _with_rules(part: pd.DataFrame, limits: Limits, better: Better) -> pd.DataFrame:
    table = part[["value"]].assign(**dict(zip(("mean", "lower", "upper"), limits, strict=True)))
    value, mean = table["value"].to_numpy(), table["mean"].to_numpy()
    side = _sign(value - mean)
    outside = np.where(value > table["upper"], 1, np.where(value < table["lower"], -1, 0))
    reach = np.where(side > 0, table["upper"] - mean, mean - table["lower"])
    near = np.where((np.abs(value - mean) > 2 / 3 * reach) & (outside == 0), side, 0)
    table["outside"] = outside
    table["trend"] = trends(value)
    table["near"] = np.where(two_of_three(near, side), near, 0)
    table["shift"] = shifts(side)
    rules = [table[rule] != 0 for rule in RULES]
    table["rule"] = np.select(rules, list(RULES), "")
    way = np.select(rules, [table[rule] for rule in RULES], 0) * better.sign
    special = np.select([way > 0, way < 0], [IMPROVING, WORSENING], NEITHER)
    table["point"] = np.where(table["value"].isna(), "", np.where(table["rule"] == "", COMMON, special))
    return table


def _sign(values: Floats) -> Signs:
    return np.sign(np.nan_to_num(values)).astype(np.int64)


def shifts(side: ArrayLike) -> Signs:
    """Every point of seven or more in a row on one side of the mean; a point on the mean is on neither.

    >>> shifts([1] * 7 + [-1]).tolist()
    [1, 1, 1, 1, 1, 1, 1, 0]
    """
    return _runs(np.asarray(side, dtype=np.int64), RUN)


def trends(values: ArrayLike) -> Signs:
    """Every point of seven or more in a row that each are above, or below, the one before; a tie ends it.

    >>> trends([3, 1, 2, 3, 4, 5, 6, 7]).tolist()
    [0, 1, 1, 1, 1, 1, 1, 1]
    """
    steps = _runs(_sign(np.diff(np.asarray(values, dtype=float))), RUN - 1)
    ends, starts = np.append(0, steps), np.append(steps, 0)
    return np.where(ends != 0, ends, starts)  # the point where a run turns belongs to the one that it ends


def _runs(signs: Signs, shortest: int) -> Signs:
    number = np.cumsum(np.append(True, np.diff(signs) != 0)[: len(signs)])
    length = np.bincount(number, minlength=1)[number] if len(signs) else number
    return np.where(length >= shortest, signs, 0)


def two_of_three(near: ArrayLike, side: ArrayLike) -> NDArray[np.bool_]:
    """Every point of three in a row on one side of which two or more are near the limit of that side.

    Near is in the outer third; beyond the limit is not near. The chart then marks the near points of them alone.

    >>> two_of_three([1, 0, 1], [1, 1, 1]).tolist(), two_of_three([1, 0, 1], [1, -1, 1]).tolist()
    ([True, True, True], [False, False, False])
    """
    close, sides = np.abs(np.asarray(near)), np.asarray(side)
    found = np.zeros(len(sides), dtype=bool)
    for first in range(len(sides) - 2):
        three = slice(first, first + 3)
        found[three] |= (close[three].sum() >= 2) & (np.abs(sides[three].sum()) == 3)
    return found
