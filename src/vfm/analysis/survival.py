"""Kaplan-Meier with delayed entry: how long a spell lasts when some were under way before anybody looked.

A spell that began before the record does is only seen because it lasted until then. It enters at the age that it had on
the first day observed, and counts among those at risk from there: taken as seen from its start it would make spells
look longer than they are. The estimator is statsmodels'.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from vfm.analysis.preconditions import require_columns, require_known, require_level
from vfm.analysis.spells import ONE_DAY, months_between
from vfm.vocabulary.results import CannotSay, Estimate, Result

FEWEST_AT_RISK = 5  # one end among fewer moves the curve by over a fifth


@dataclass(frozen=True)
class Survival:
    """A curve as steps: `months`, `at_risk`, `ended`, `survival` and its limits `lower` and `upper`.

    `reach` is how many months it can speak of: to the last spell seen, or until too few are at risk.
    """

    steps: pd.DataFrame
    reach: float
    too_few: bool
    spells: int
    services: int
    level: float


def first_observed(awards: pd.DataFrame) -> pd.Timestamp:
    """The day from which the record sees: the first signature or, where no award has one, the first start."""
    signed = awards["date_signed"].dropna()
    return pd.Timestamp((signed if len(signed) else awards["start"]).min())


def under_observation(found: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """What is seen of each spell between two days, both observed.

    Parameters
    ----------
    found : from `spells`. A spell with no known start has no age, so it is left out: count it beside
    first, last : a spell that ended before `first` or began after `last` is not seen at all

    Returns
    -------
    `service_id`, `entry` and `exit` (its age in months as it comes into view and goes out of it) and `ended`: whether
    it ends within view. A spell that lasts beyond `last` was cut off there.
    """
    known = found[found["known_start"].astype(bool)]
    seen = known[(known["last"] >= first) & (known["start"] <= last)]
    entry = [months_between(row.start, max(row.start, first)) for row in seen.itertuples()]
    end = [months_between(row.start, min(row.last, last) + ONE_DAY) for row in seen.itertuples()]
    return pd.DataFrame(
        {
            "service_id": seen["service_id"].to_numpy(),
            "entry": np.array(entry, dtype=float),
            "exit": np.array(end, dtype=float),
            "ended": (seen["ended"].astype(bool) & (seen["last"] <= last)).to_numpy(),
        }
    )


def kaplan_meier(seen: pd.DataFrame, *, level: float = 0.95, fewest: int = FEWEST_AT_RISK) -> Survival | CannotSay:
    """The share of spells that lasts longer than so many months.

    Parameters
    ----------
    seen : from `under_observation`
    level : coverage of the limits
    fewest : the curve stops at the first end with fewer spells at risk than this

    Returns
    -------
    The curve; or why there is none. With d ends among n at risk at each age, S is the product of (1 - d / n), its
    variance Greenwood's, and its limits log-log: S ** exp(±z se / (S |ln S|)). Spells of one service count apart, so
    the limits are too close where they resemble each other. Source: Klein and Moeschberger (2003), Survival Analysis,
    chapter 4.

    >>> seen = pd.DataFrame({"service_id": list("abcdef"), "entry": [0, 0, 0, 0, 0, 8.0],
    ...                      "exit": [12, 12, 24, 24, 36, 36.0], "ended": [True] * 5 + [False]})
    >>> kaplan_meier(seen, fewest=1).steps[["at_risk", "survival"]].round(3).to_numpy().tolist()
    [[6.0, 0.667], [4.0, 0.333], [2.0, 0.167]]
    """
    require_level(level)
    require_columns(seen, ["entry", "exit", "ended", "service_id"])
    require_known(entry=seen["entry"], exit=seen["exit"])
    if (seen["exit"] <= seen["entry"]).any() or (seen["entry"] < 0).any():
        raise ValueError("a spell goes out of view after it comes into it")
    if not seen["ended"].any():
        return CannotSay("no spell with a known start is seen to end")
    curve = SurvfuncRight(seen["exit"].to_numpy(), seen["ended"].astype(int).to_numpy(), seen["entry"].to_numpy())
    steps = pd.DataFrame(
        {
            "months": curve.surv_times,
            "at_risk": curve.n_risk,
            "ended": curve.n_events,
            "survival": curve.surv_prob,
            "se": curve.surv_prob_se,
        }
    )
    steps = steps[steps["ended"] > 0].reset_index(drop=True)
    few = steps.index[steps["at_risk"] < fewest]
    reach = float(steps["months"][few[0]]) if len(few) else float(seen["exit"].max())
    steps = steps.iloc[: few[0]] if len(few) else steps
    if steps.empty:
        return CannotSay(f"fewer than {fewest} spells are at risk when the first ends")
    lower, upper = _log_log(steps["survival"].to_numpy(), steps["se"].to_numpy(), level)
    steps = steps.drop(columns="se").assign(lower=lower, upper=upper)
    return Survival(steps, reach, bool(len(few)), len(seen), seen["service_id"].nunique(), level)


def share_lasting(curve: Survival | CannotSay, months: float) -> Result:
    """The share of spells that lasts `months` or longer, where the curve reaches so far: one of just so long counts."""
    if isinstance(curve, CannotSay):
        return curve
    reached = curve.steps[curve.steps["months"] < months]
    if months > curve.reach:
        why = "too few spells are at risk" if curve.too_few else "no spell is seen"
        return CannotSay(f"{why} after {curve.reach:.3g} months")
    method = f"Kaplan-Meier with delayed entry; log-log limits, {curve.level:.0%}"
    if reached.empty:
        return Estimate(1.0, n=curve.spells, method=f"{method}; none has ended before")
    step = reached.iloc[-1]
    if np.isnan(step["lower"]):
        return Estimate(float(step["survival"]), n=curve.spells, method=f"{method}; there are none at 0")
    return Estimate(float(step["survival"]), float(step["lower"]), float(step["upper"]), curve.spells, method)


def median_spell(curve: Survival | CannotSay) -> Result:
    """The age in months by which half of the spells have ended, with limits where both are reached."""
    if isinstance(curve, CannotSay):
        return curve
    steps = curve.steps
    first = {name: steps["months"][steps[name] <= 0.5] for name in ("survival", "lower", "upper")}
    if first["survival"].empty:
        why = "too few are at risk" if curve.too_few else "the record ends"
        return CannotSay(f"more than half of the spells last {curve.reach:.3g} months, where {why}")
    method = f"Kaplan-Meier with delayed entry; log-log limits, {curve.level:.0%}"
    median = float(first["survival"].iloc[0])
    if first["lower"].empty or first["upper"].empty:
        return Estimate(median, n=curve.spells, method=f"{method}; the upper one is not reached")
    return Estimate(median, float(first["lower"].iloc[0]), float(first["upper"].iloc[0]), curve.spells, method)


def _log_log(survival: "np.ndarray", se: "np.ndarray", level: float) -> tuple["np.ndarray", "np.ndarray"]:
    """Limits that stay between 0 and 1; there are none where the share is 0."""
    z = stats.norm.ppf((1 + level) / 2)
    inside = survival > 0
    share = np.where(inside, survival, np.nan)
    width = z * np.where(inside, se, np.nan) / (share * np.abs(np.log(share)))
    return share ** np.exp(width), share ** np.exp(-width)


def side_by_side(curves: dict[str, Survival | CannotSay]) -> pd.DataFrame:
    """The steps of several curves under one another, each named in `curve`; one that says nothing has no row."""
    known = {name: curve.steps for name, curve in curves.items() if isinstance(curve, Survival)}
    columns = ["curve", "months", "at_risk", "ended", "survival", "lower", "upper"]
    if not known:
        return pd.DataFrame(columns=columns)
    return pd.concat([steps.assign(curve=name) for name, steps in known.items()], ignore_index=True)[columns]


def longest(found: pd.DataFrame) -> Result:
    """The longest spell of those found, in months; no interval, for it is what the record says."""
    if found.empty:
        return CannotSay("no award here has both a start and an end")
    return Estimate(float(found["months"].max()), n=len(found), method="longest of the spells found")
