"""Difference in differences: did places that were treated move otherwise than places that were not?

A comparison group with a before and an after stands on the third step of the Maryland scale. The errors are clustered
by place, since a place resembles itself from one time to the next.
"""

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant

from vfm.analysis import few_places, impact
from vfm.analysis.few_places import Cleared, of_few
from vfm.analysis.fixed_effects import PanelFit, fixed_effects, one_of, within
from vfm.analysis.impact import About, Effect
from vfm.analysis.preconditions import require_columns, require_no_infinite
from vfm.analysis.staggered import bacon, widen
from vfm.vocabulary.results import CannotSay, Estimate, Result

ONE_BEFORE = CannotSay("there is one time only before the treatment")


# ---- two groups, two times


def group_means(panel: pd.DataFrame, *, outcome: str, treated: str, after: str) -> pd.DataFrame:
    """Means of the four cells, to look at first.

    Returns
    -------
    Indexed by `treated` and `after` (0 or 1): `mean`, `se` (spread over n - 1, over the root of n), `n`, and `reason`,
    which says why there is no error (""). Rows without an outcome are not counted.
    """
    require_columns(panel, [outcome, treated, after], what="the panel")
    require_no_infinite(**{outcome: panel[outcome]})
    cells = panel.groupby([treated, after])[outcome]
    table = pd.DataFrame({"mean": cells.mean(), "se": cells.sem(), "n": cells.count()})
    reasons = table["n"].map({0: "no outcome is known", 1: "one outcome has no spread"}).fillna("")
    return table.assign(reason=reasons).rename_axis(["treated", "after"])


def two_by_two(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    treated: str,
    after: str,
    about: About,
    generator: np.random.Generator | None = None,
    coverage: float = 0.95,
) -> Effect | CannotSay:
    """The change in the mean of those treated, less that of those not treated, from every row there is.

    Parameters
    ----------
    panel : one row a unit and time, with an outcome in every row
    outcome, unit, treated, after : columns; the last two hold 0 or 1 (or false and true)
    about : words for the sentence
    generator : seeded, for 13 units or more that are few: see `few_places`
    coverage : of the interval, Student's with units - 1 degrees of freedom

    Returns
    -------
    An effect, its table being that of `group_means`; or why nothing can be said.

    Notes
    -----
    Least squares on treated, after and both; errors clustered by unit, times G/(G-1) (n-1)/(n-4). With few units, or
    few of a group, the interval is that of the wild cluster bootstrap.
    """
    refusal = _refusal(panel, outcome, unit, treated, after, coverage)
    if refusal:
        return refusal
    clusters = pd.factorize(panel[unit])[0]
    both = (panel[treated].astype(float) * panel[after].astype(float)).rename("both")
    design = add_constant(pd.concat([panel[[treated, after]].astype(float), both], axis=1))
    fitted = impact.quietly(
        lambda: OLS(panel[outcome].astype(float), design).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    )
    if isinstance(fitted, CannotSay):
        return fitted
    count = int(clusters.max()) + 1
    estimate = impact.student(
        fitted.params["both"],
        fitted.bse["both"],
        degrees=count - 1,
        coverage=coverage,
        n=len(panel),
        method=f"difference of differences of means; errors clustered in {count} units",
    )
    sizes = panel.groupby(treated)[unit].nunique()
    told = of_few(
        estimate,
        Cleared.of_regression(panel[outcome], both, design.drop(columns="both"), clusters=clusters),
        few=few_places.are_few(treated=int(sizes[1]), others=int(sizes[0])),
        coverage=coverage,
        generator=generator,
        method="difference of differences of means",
    )
    if isinstance(told, CannotSay):
        return told

    def without(left: pd.DataFrame) -> Result:
        return _difference(left, outcome, treated, after)

    return impact.from_panel(
        told[0],
        about=about,
        design="difference in differences of two groups and two times",
        table=group_means(panel, outcome=outcome, treated=treated, after=after).reset_index(),
        checks=[impact.check(impact.PLACEBO, "any", ONE_BEFORE), *impact.each_left_out(panel, unit, without)],
        cautions=_one_time_only(panel, unit, after),
        coverage=coverage,
        further=told[1],
    )


def _difference(panel: pd.DataFrame, outcome: str, treated: str, after: str) -> Result:
    means = panel.groupby([panel[treated].astype(int), panel[after].astype(int)])[outcome].mean()
    if len(means) < 4:
        return CannotSay("a group or a time is empty without it")
    return Estimate(float(means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0]))


def _one_time_only(panel: pd.DataFrame, unit: str, after: str) -> list[str]:
    once = int((panel.groupby(unit)[after].nunique() < 2).sum())
    return [f"{once} units are seen at one time only, so the groups are not made of the same units"] if once else []


def paired_changes(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    treated: str,
    after: str,
    about: About,
    coverage: float = 0.95,
) -> Effect | CannotSay:
    """The mean change of units treated, less that of units not treated, from units seen at both times.

    Parameters
    ----------
    panel, outcome, unit, treated, after, about, coverage : as for `two_by_two`

    Returns
    -------
    An effect, its table being the mean change of each group with `se` and `n`; or why nothing can be said.

    Notes
    -----
    The error is the root of s1^2/n1 + s0^2/n0, the variances being unequal; Student's t with Welch's degrees.
    """
    refusal = _refusal(panel, outcome, unit, treated, after, coverage)
    if refusal:
        return refusal
    if panel.duplicated([unit, after]).any():
        raise ValueError("the panel has two rows for one unit and time")
    times = panel.assign(after=panel[after].astype(int)).pivot(index=[unit, treated], columns="after", values=outcome)
    changes = (times[1] - times[0]).dropna().rename("change").reset_index()
    groups = changes.groupby(changes[treated].astype(int))["change"]
    table = pd.DataFrame({"mean": groups.mean(), "se": groups.sem(), "n": groups.count()}).rename_axis("treated")
    if len(table) < 2 or table["n"].min() < 2:
        return CannotSay("fewer than two units of a group are seen at both times")
    variances = table["se"] ** 2
    if variances.sum() == 0:
        return CannotSay("the units of a group all changed alike, so no error can be worked out")
    estimate = impact.student(
        table["mean"][1] - table["mean"][0],
        float(np.sqrt(variances.sum())),
        degrees=float(variances.sum() ** 2 / (variances**2 / (table["n"] - 1)).sum()),
        coverage=coverage,
        n=len(changes),
        method="difference of mean changes; unequal variances, Welch's degrees of freedom",
    )

    def without(left: pd.DataFrame) -> Result:
        means = left.groupby(left[treated].astype(int))["change"].mean()
        return Estimate(float(means[1] - means[0]))

    dropped = len(times) - len(changes)
    return impact.from_panel(
        estimate,
        about=about,
        design="difference in differences of units seen at both times",
        table=table.reset_index(),
        checks=[impact.check(impact.PLACEBO, "any", ONE_BEFORE), *impact.each_left_out(changes, unit, without)],
        cautions=[f"{dropped} units are seen at one time only and are left out"] if dropped else [],
        coverage=coverage,
    )


def _refusal(
    panel: pd.DataFrame, outcome: str, unit: str, treated: str, after: str, coverage: float
) -> CannotSay | None:
    impact.check_coverage(coverage)
    require_columns(panel, [outcome, unit, treated, after], what="the panel")
    require_no_infinite(**{outcome: panel[outcome]})
    missing = int(panel[[outcome, unit, treated, after]].isna().any(axis=1).sum())
    if missing:
        return CannotSay(f"{missing} of {len(panel)} rows lack a value")
    for name in (treated, after):
        if not panel[name].isin([0, 1]).all():
            raise ValueError(f"{name} holds 0 or 1")
    if (panel.groupby(unit)[treated].nunique() > 1).any():
        raise ValueError(f"{treated} says which group a unit is in, and a unit is in one: it differs between its rows")
    if panel[treated].nunique() < 2:
        which = "treated" if panel[treated].all() else "untreated"
        return CannotSay(f"every unit is {which}, so there is no group to compare with")
    if panel.groupby([treated, after]).ngroups < 4:
        return CannotSay("a group has no rows before, or none after")
    if panel.groupby(treated)[unit].nunique().min() < 2:
        return CannotSay("a group has one unit only, so what is due to chance cannot be told")
    if panel[outcome].nunique() == 1:
        return CannotSay("the outcome does not vary")
    return None


# ---- many times


def two_way(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    about: About,
    generator: np.random.Generator | None = None,
    coverage: float = 0.95,
) -> Effect | CannotSay:
    """The effect of being treated, with a fixed effect for each unit and each time.

    Parameters
    ----------
    panel : one row a unit and time; gaps are allowed
    outcome, unit, time : columns
    first_treated : the column with the time of a unit's start, missing where it never starts
    about : words for the sentence
    generator : seeded, for 13 units or more that are few: see `few_places`
    coverage : of the interval, Student's with units - 1 degrees of freedom; with few units, or few that start or never
        do, that of the wild cluster bootstrap

    Returns
    -------
    An effect, its table being the mean outcome by `start` and time; or why nothing can be said. Where units start at
    different times, a caution gives the weight of comparisons with units treated already.
    """
    impact.check_coverage(coverage)
    fit = _two_way_fit(panel, outcome, unit, time, first_treated)
    if isinstance(fit, CannotSay):
        return fit
    few = are_few(panel, unit, time, first_treated)
    told = _told(fit, coverage, few, generator)
    if isinstance(told, CannotSay):
        return told
    rows = [_placebo(panel, outcome, unit, time, first_treated, coverage, generator)]
    rows += _each_left_out(panel, outcome, unit, time, first_treated)
    return impact.from_panel(
        told[0],
        about=about,
        design="difference in differences with fixed effects of unit and time",
        table=_mean_courses(panel, outcome, time, first_treated),
        checks=rows,
        cautions=_forbidden(panel, outcome, unit, time, first_treated),
        coverage=coverage,
        further=told[1],
    )


def are_few(panel: pd.DataFrame, unit: str, time: str, first_treated: str) -> bool:
    """Whether the units of a panel, those that start or those that never do, are too few for a clustered error."""
    reached = panel[panel[time] >= panel[first_treated]][unit].nunique()
    return few_places.are_few(treated=reached, others=panel[unit].nunique() - reached)


def _two_way_fit(panel: pd.DataFrame, outcome: str, unit: str, time: str, first_treated: str) -> PanelFit | CannotSay:
    require_columns(panel, [outcome, unit, time, first_treated], what="the panel")
    require_no_infinite(**{outcome: panel[outcome]})
    refusal = treatment_refusal(panel, unit, time, first_treated)
    if refusal:
        return refusal
    on = (panel[time] >= panel[first_treated]).astype(float)
    named = {"outcome": outcome, "regressors": ["treated"], "groups": [unit, time], "cluster": unit}
    return fixed_effects(panel.assign(treated=on), **named)  # type: ignore[arg-type]


def treatment_refusal(panel: pd.DataFrame, unit: str, time: str, first_treated: str) -> CannotSay | None:
    """Why no treatment can be compared in a panel, or None where one can."""
    if pd.api.types.is_numeric_dtype(panel[time]):
        require_no_infinite(**{time: panel[time]})
    if panel.duplicated([unit, time]).any():
        raise ValueError("the panel has two rows for one unit and time")
    if (panel.groupby(unit)[first_treated].nunique(dropna=False) > 1).any():
        raise ValueError("a unit has one start: the column differs between its rows")
    on = (panel[time] >= panel[first_treated]).astype(float)
    if not on.any():
        return CannotSay("no unit is treated at any time, so there is no treatment to compare")
    reached = panel.assign(on=on).groupby(unit)["on"].max()
    if reached.sum() < 2:
        return CannotSay("one unit only is treated, so what is due to chance cannot be told")
    starts = panel.assign(on=on).groupby(time)["on"].nunique()
    if (starts < 2).all():
        return CannotSay("every unit starts at the same time, so there is none untreated to compare with")
    return None


def _told(
    fit: PanelFit, coverage: float, few: bool, generator: np.random.Generator | None
) -> tuple[Estimate, dict[str, Result]] | CannotSay:
    words = "two-way fixed effects"
    estimate = impact.student(
        fit.coefficients["treated"],
        fit.clustered_se["treated"],
        degrees=fit.clusters - 1,
        coverage=coverage,
        n=fit.n,
        method=f"{words}; errors clustered in {fit.clusters} units, times the root of {fit.factor:.4f}",
    )
    one = one_of(fit, pd.Series({"treated": 1.0}))
    return of_few(estimate, one, few=few, coverage=coverage, generator=generator, method=words)


def _each_left_out(
    panel: pd.DataFrame, outcome: str, unit: str, time: str, first_treated: str
) -> list[dict[str, object]]:
    """The coefficient without each unit; only averages are taken again, for there may be hundreds."""
    on = (panel[time] >= panel[first_treated]).astype(float)
    raw = np.column_stack([panel[outcome].astype(float), on])
    codes = [pd.factorize(panel[name])[0].astype(np.int64) for name in (unit, time)]
    rows = []
    for code, name in enumerate(panel[unit].unique()):
        kept = codes[0] != code
        y, x = within(raw[kept], [c[kept] for c in codes]).T
        gone = x @ x < 1e-8
        found = CannotSay("no treatment is left to compare") if gone else Estimate(float(x @ y / (x @ x)))
        rows.append(impact.check(impact.LEFT_OUT, name, found))
    return rows


def _placebo(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    coverage: float,
    generator: np.random.Generator | None,
) -> dict[str, object]:
    """The units that are treated later, as though they had been in the middle of the time before any was."""
    before = panel[panel[time] < panel[first_treated].min()]
    times = sorted(before[time].unique())
    if len(times) < 2:
        return impact.check(impact.PLACEBO, "any", ONE_BEFORE)
    date = times[len(times) // 2]
    moved = before.assign(**{first_treated: before[first_treated].where(before[first_treated].isna(), date)})
    fit = _two_way_fit(moved, outcome, unit, time, first_treated)
    if isinstance(fit, CannotSay):
        return impact.check(impact.PLACEBO, date, fit)
    told = _told(fit, coverage, are_few(moved, unit, time, first_treated), generator)
    return impact.check(impact.PLACEBO, date, told if isinstance(told, CannotSay) else told[0])


def _mean_courses(panel: pd.DataFrame, outcome: str, time: str, first_treated: str) -> pd.DataFrame:
    start = panel[first_treated].astype(object).where(panel[first_treated].notna(), "never").map(str)
    grouped = panel.assign(start=start).groupby(["start", time])[outcome]
    return grouped.agg(mean="mean", n="size").reset_index()


def _forbidden(panel: pd.DataFrame, outcome: str, unit: str, time: str, first_treated: str) -> list[str]:
    if panel[first_treated].nunique() < 2:
        return []
    wide = widen(panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated)
    parts = wide if isinstance(wide, CannotSay) else bacon(wide)
    if isinstance(parts, CannotSay):
        return ["units start at different times, so units treated already serve as controls"]
    weight = float(parts.loc[parts["kind"] == "already treated", "weight"].sum())
    return [f"units start at different times: {weight:.1%} of the weight compares with units treated already"]
