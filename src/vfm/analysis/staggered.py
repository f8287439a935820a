"""Difference in differences where places start at different times.

With staggered starts, two-way fixed effects use places already treated as controls. Here each group that starts
together is held only against places that have not started; `bacon` shows what two-way fixed effects would have done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vfm.analysis import few_places, impact
from vfm.analysis.few_places import Assignments
from vfm.analysis.fixed_effects import within
from vfm.analysis.impact import About, Effect
from vfm.analysis.preconditions import require_columns, require_no_infinite
from vfm.vocabulary.results import CannotSay, Estimate, Result

Floats = NDArray[np.float64]
NEVER = np.iinfo(np.int64).max
BY = ("simple", "exposure", "group", "calendar")


@dataclass(frozen=True, eq=False)
class Wide:
    """A balanced panel as a matrix: `values` of places by times, and `start`, the column in which each place starts."""

    values: Floats
    start: NDArray[np.int64]
    places: pd.Index
    times: pd.Index


def widen(panel: pd.DataFrame, *, outcome: str, unit: str, time: str, first_treated: str) -> Wide | CannotSay:
    """A panel as `Wide`; or why it cannot be: a place that lacks a time, or missing outcomes.

    Parameters
    ----------
    panel : one row a unit and time; `first_treated` is the time of its start, missing where it never starts, and the
        same in every row of a unit. A start after the last time counts as never.
    """
    require_columns(panel, [outcome, unit, time, first_treated], what="the panel")
    require_no_infinite(**{outcome: panel[outcome]})
    if panel.duplicated([unit, time]).any():
        raise ValueError("the panel has two rows for one unit and time")
    if (panel.groupby(unit)[first_treated].nunique(dropna=False) > 1).any():
        raise ValueError("a unit has one start: the column differs between its rows")
    values = panel.pivot(index=unit, columns=time, values=outcome)
    gaps = values.index[values.isna().any(axis=1)]
    if len(gaps):
        return CannotSay(f"{len(gaps)} of {len(values)} units lack a value at some time, {gaps[0]} among them")
    if values.shape[1] < 2:
        return CannotSay("there is one time only")
    starts = panel.groupby(unit)[first_treated].first().reindex(values.index)
    column = values.columns.searchsorted(starts.fillna(values.columns[-1])).astype(np.int64)
    never = starts.isna() | (starts > values.columns[-1])
    start = np.where(never, NEVER, column)
    return Wide(values.to_numpy(dtype=float), start, values.index, values.columns)


@dataclass(frozen=True, eq=False)
class GroupTimes:
    """The effect on each group at each time: `table`, and the `influence` of every unit on every row of it.

    `loads` is the weight that each row gives to an outcome by start (in the order of `starts`) and time.
    """

    table: pd.DataFrame
    influence: Floats
    sizes: "pd.Series[int]"
    starts: NDArray[np.int64]
    loads: Floats


def group_time(wide: Wide, *, controls: str = "not-yet") -> GroupTimes | CannotSay:
    """The effect on each group that starts together, at each time, against places not treated.

    Parameters
    ----------
    wide : from `widen`
    controls : "not-yet" (places that have not started by then, with those that never do) or "never"

    Returns
    -------
    `table` has `group` and `time` (as columns of the panel), `exposure` (times since the start), `value`, `se`,
    `treated` and `controls` (units); or why nothing can be said.

    Notes
    -----
    ATT(g, t) = mean change of group g since its base less that of the controls; the base is the time before g
    starts, or, for times before that, the one before (Callaway and Sant'Anna 2021, eq. 2.4 and 2.5, no
    covariates). The error is from the influence function: the root of var_g / n_g + var_c / n_c, variances over n.
    """
    if controls not in {"not-yet", "never"}:
        raise ValueError(f'controls are "not-yet" or "never", not "{controls}"')
    groups = [int(g) for g in np.unique(wide.start) if 0 < g < NEVER]
    if not groups:
        return CannotSay("no unit starts between the second time and the last")
    rows, influence, loads, starts = [], [], [], np.unique(wide.start)
    for g in groups:
        for t in range(1, len(wide.times)):
            found = _cell(wide, g, t, controls)
            if found:
                rows.append(found[0])
                influence.append(found[1])
                loads.append(_loads(wide, g, t, controls, starts))
    if not any(row["exposure"] >= 0 for row in rows):
        return CannotSay(
            "no unit is still untreated to compare with: every place starts at the same time, or has started"
        )
    sizes = pd.Series({wide.times[g]: int((wide.start == g).sum()) for g in groups})
    return GroupTimes(pd.DataFrame(rows), np.column_stack(influence), sizes, starts, np.array(loads))


def _held_against(start: NDArray[np.int64], g: int, t: int, controls: str) -> tuple[int, Any, Any]:
    """The base of a cell, who is treated in it, and who they are held against."""
    base = g - 1 if t >= g else t - 1
    treated = start == g
    return base, treated, start == NEVER if controls == "never" else (start > max(t, base)) & ~treated


def _loads(wide: Wide, g: int, t: int, controls: str, starts: NDArray[np.int64]) -> Floats:
    base, _, other = _held_against(wide.start, g, t, controls)
    _, own, others = _held_against(starts, g, t, controls)
    loads = np.zeros((len(starts), len(wide.times)))
    loads[:, t] = own / (wide.start == g).sum() - others / other.sum()
    loads[:, base] = -loads[:, t]
    return loads


def _cell(wide: Wide, g: int, t: int, controls: str) -> tuple[dict[str, Any], Floats] | None:
    base, treated, other = _held_against(wide.start, g, t, controls)
    if treated.sum() < 2 or other.sum() < 2:
        return None  # one unit has no spread, so no error
    change = wide.values[:, t] - wide.values[:, base]
    means = change[treated].mean(), change[other].mean()
    influence = np.where(treated, (change - means[0]) / treated.sum(), 0.0)
    influence -= np.where(other, (change - means[1]) / other.sum(), 0.0)
    row: dict[str, Any] = {
        "group": wide.times[g],
        "time": wide.times[t],
        "exposure": t - g,
        "value": means[0] - means[1],
    }
    row |= {"se": float(np.sqrt((influence**2).sum())), "treated": int(treated.sum()), "controls": int(other.sum())}
    return row, influence


def aggregate(cells: GroupTimes, by: str) -> pd.DataFrame:
    """Effects of groups and times drawn together, and an overall one in the last row.

    Parameters
    ----------
    cells : from `group_time`
    by : "exposure" (times since the start; the overall is the plain mean of those from 0), "group", "calendar", or
        "simple" (the overall alone, over every group and time since its start)

    Returns
    -------
    `of`, `value`, `se`. Groups weigh by their units, whose numbers are taken as given.

    Notes
    -----
    Callaway and Sant'Anna 2021, table 1.
    """
    if by not in BY:
        raise ValueError(f'an aggregate is by {", ".join(BY)}, not "{by}"')
    rows = _combined(cells, by)
    found = [
        (name, float(w @ cells.table["value"]), float(np.sqrt(((cells.influence @ w) ** 2).sum()))) for name, w in rows
    ]
    return pd.DataFrame(found, columns=["of", "value", "se"])


def _combined(cells: GroupTimes, by: str) -> list[tuple[object, Floats]]:
    """The rows of an aggregate, each with the weight of every cell in it."""
    table = cells.table
    size = table["group"].map(cells.sizes).to_numpy(dtype=float)
    post = (table["exposure"] >= 0).to_numpy()
    rows: list[tuple[object, Floats]] = []
    if by != "simple":
        key = table[{"exposure": "exposure", "group": "group", "calendar": "time"}[by]]
        for name in sorted(key.unique()):
            chosen = (key == name).to_numpy() & (post | (by == "exposure"))
            if chosen.any():
                rows.append((name, np.where(chosen, size, 0) / size[chosen].sum()))
    rows.append(("overall", _overall(by, rows, np.where(post, size, 0), cells.sizes)))
    return rows


def _overall(by: str, rows: list[tuple[object, Floats]], simple: Floats, sizes: "pd.Series[int]") -> Floats:
    if by == "simple":
        return simple / simple.sum()
    kept = [(name, w) for name, w in rows if by != "exposure" or int(str(name)) >= 0]
    share = np.array([float(sizes[name]) if by == "group" else 1.0 for name, _ in kept])
    return np.sum([w * s for (_, w), s in zip(kept, share / share.sum(), strict=True)], axis=0)


def staggered_effect(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    about: About,
    controls: str = "not-yet",
    generator: np.random.Generator | None = None,
    coverage: float = 0.95,
) -> Effect | CannotSay:
    """The mean effect over times since the start, from groups held against places not yet treated.

    Parameters
    ----------
    panel, outcome, unit, time, first_treated : as for `widen`
    about : words for the sentence
    controls : as for `group_time`
    generator : seeded, where units are few and their starts can be dealt out in more than 4,096 ways
    coverage : of the intervals, Student's with units - 1 degrees of freedom; where units are few, or those of a start
        or those that never start, by dealing the starts out again: see `few_places`

    Returns
    -------
    An effect, Maryland level 3. Its table is by exposure, its placebo dates are the times before the start, its
    `further` the other three ways to draw the groups together; or why nothing can be said.
    """
    impact.check_coverage(coverage)
    wide = widen(panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated)
    if isinstance(wide, CannotSay):
        return wide
    cells = group_time(wide, controls=controls)
    if isinstance(cells, CannotSay):
        return cells
    if np.ptp(wide.values) == 0:
        return CannotSay("the outcome does not vary")
    told = _teller(wide, cells, controls, coverage, generator)
    table = aggregate(cells, "exposure")
    results = [told("exposure", place) for place in range(len(table))]
    overall = results[-1]
    if isinstance(overall, CannotSay):
        return overall
    ends = [(None, None) if isinstance(one, CannotSay) else (one.lower, one.upper) for one in results]
    table = table.assign(lower=[low for low, _ in ends], upper=[high for _, high in ends])
    rows = [
        impact.check(impact.PLACEBO, f"{-exposure} before the start", result)
        for exposure, result in zip(table["of"], results, strict=True)
        if exposure != "overall" and exposure < -0.5
    ] or [impact.check(impact.PLACEBO, "any", CannotSay("no group has two times before its start"))]
    rows += [impact.check(impact.LEFT_OUT, name, _without(wide, i, controls)) for i, name in enumerate(wide.places)]
    return impact.from_panel(
        overall,
        about=about,
        design=f"staggered difference in differences, {controls.replace('-', ' ')} treated controls",
        table=table,
        checks=rows,
        cautions=_cautions(wide, cells),
        coverage=coverage,
        further={by: told(by, -1) for by in BY if by != "exposure"},
    )


def _teller(
    wide: Wide, cells: GroupTimes, controls: str, coverage: float, generator: np.random.Generator | None
) -> Callable[[str, int], Result]:
    """What makes an estimate of a row of an aggregate: its error by influence, or, of few units, starts dealt out."""
    method = f"group-time effects with {controls.replace('-', ' ')} treated controls; mean over exposure"
    seen = wide.start > 0  # a unit that had started by the first time is in no comparison
    smallest = np.unique_counts(wide.start[seen]).counts.min()

    def by_influence(by: str, place: int) -> Result:
        row = aggregate(cells, by).iloc[place]
        named: dict[str, Any] = {"degrees": len(wide.places) - 1, "coverage": coverage, "n": wide.values.size}
        return impact.student(row["value"], row["se"], method=method, **named)

    if smallest >= few_places.FEW_OF_A_KIND and seen.sum() >= few_places.FEW:
        return by_influence
    assignments = Assignments.of(cells.starts.searchsorted(wide.start[seen]), generator)
    times = np.arange(len(wide.times))

    def dealt(by: str, place: int) -> Result:
        name, weights = _combined(cells, by)[place]
        since = min(0, int(str(name))) if by == "exposure" and name != "overall" else 0
        step = (times >= wide.start[seen][:, None] + since) & (wide.start[seen][:, None] != NEVER)
        loads = np.tensordot(weights, cells.loads, axes=1)
        found = few_places.reassigned(loads, wide.values[seen], step.astype(float), assignments, coverage=coverage)
        if isinstance(found, CannotSay):
            return found
        return Estimate(*found, n=wide.values.size, method=f"{method}; interval by {assignments.words}")

    return dealt


def _without(wide: Wide, row: int, controls: str) -> Result:
    kept = np.arange(len(wide.places)) != row
    cells = group_time(Wide(wide.values[kept], wide.start[kept], wide.places[kept], wide.times), controls=controls)
    return cells if isinstance(cells, CannotSay) else Estimate(float(aggregate(cells, "exposure")["value"].iloc[-1]))


def _cautions(wide: Wide, cells: GroupTimes) -> list[str]:
    said = []
    early = int((wide.start == 0).sum())
    if early:
        said.append(f"{early} units had started by the first time and are left out")
    alone = [str(name) for name in cells.sizes.index if name not in set(cells.table["group"])]
    if alone:
        said.append(f"no effect for the starts {', '.join(alone)}: one unit only, or no controls")
    return said


# ---- what two-way fixed effects would do


def bacon(wide: Wide) -> pd.DataFrame | CannotSay:
    """The comparisons that the two-way fixed effects estimate is made of, with the weight of each.

    Returns
    -------
    One row a pair of groups: `treated`, `control` (a start, or "never"), `kind` ("untreated", "not yet treated", or
    "already treated", the one to beware of), `value` and `weight`. The weights sum to 1, and the weighted mean of
    the values is the estimate.

    Notes
    -----
    Goodman-Bacon 2021, eq. 7 and 10a to 10c, for a balanced panel.
    """
    n, periods = wide.values.shape
    # a start at the first time is one of treatment throughout
    share = {int(g): float((wide.start == g).mean()) for g in np.unique(wide.start)}
    spent = {g: 0.0 if g == NEVER else (periods - g) / periods for g in share}
    treated = (np.arange(periods) >= wide.start[:, None]).astype(float)
    codes = [np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)]
    variance = float((within(treated.reshape(-1, 1), codes) ** 2).mean())
    if variance < 1e-12:
        return CannotSay("every place starts at the same time, or none does")
    means = {g: wide.values[wide.start == g].mean(axis=0) for g in share}
    rows = []
    for k in share:
        for other in share:
            if k in (other, NEVER) or k == 0:
                continue
            found = _comparison(k, other, spent, share, means, periods)
            if found:
                rows.append(
                    {
                        "treated": wide.times[k],
                        "control": "never" if other == NEVER else wide.times[other],
                        "kind": found[0],
                        "value": found[1],
                        "weight": found[2] / variance,
                    }
                )
    return pd.DataFrame(rows)


def by_kind(parts: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of `bacon` by kind: how many, their weight together, and their weighted mean value.

    >>> by_kind(pd.DataFrame({"kind": ["a", "a"], "value": [1.0, 4.0], "weight": [0.5, 0.25]})).iloc[0].to_dict()
    {'kind': 'a', 'comparisons': 2, 'weight': 0.75, 'value': 2.0}
    """
    weighed = parts.assign(product=parts["value"] * parts["weight"]).groupby("kind")
    sums = weighed.agg(comparisons=("weight", "size"), weight=("weight", "sum"), product=("product", "sum"))
    return sums.assign(value=sums["product"] / sums["weight"]).drop(columns="product").reset_index()


def _comparison(
    k: int, other: int, spent: dict[int, float], share: dict[int, float], means: dict[int, Floats], periods: int
) -> tuple[str, float, float] | None:
    """One two-by-two: its kind, its value and its weight before division by the variance of treatment."""
    both = share[k] + share[other]
    mixed = share[k] / both * share[other] / both
    # in the window of times, k switches on at `k` and the other group's treatment stays as it is
    if other == NEVER:
        kind, first, last = "untreated", 0, periods
    elif other > k:
        kind, first, last = "not yet treated", 0, other
    else:
        kind, first, last = "already treated", other, periods
    window = (last - first) / periods
    on = (last - k) / (last - first)
    if not 0 < on < 1:
        return None
    gap = means[k] - means[other]
    value = gap[k:last].mean() - gap[first:k].mean()
    return kind, float(value), (both * window) ** 2 * mixed * on * (1 - on)
