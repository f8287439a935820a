"""Which option is worth its cost: the incremental table, the plane, acceptability and what certainty would be worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vfm.analysis.preconditions import require_columns
from vfm.vocabulary.results import CannotSay, Estimate, Result

BEST, DOMINATED, EXTENDED = "ND", "D", "ED"
STATUSES = (BEST, EXTENDED, DOMINATED)
ROUNDING = 1e-9  # slopes nearer than this are the same: an option on the line between two others stays
NEAR = 1e-12  # net benefits nearer than this, beside the sums they are made of, are a tie
BLOCK = 200_000  # numbers held at once in one array: 1.6 MB, which stays near the processor

Array = NDArray[np.float64]


def incremental_table(options: pd.DataFrame) -> pd.DataFrame:
    """Options by cost, each against the next cheaper that is worth considering.

    Parameters
    ----------
    options : `option`, `cost` in pounds and `effect`, more being better; `price_base` where known, one for all

    Returns
    -------
    `option`, `cost`, `effect`, `inc_cost`, `inc_effect`, `icer` (pounds for each effect more), `status` and `reason`.
    The status is "ND" worth considering, "ED" worse than a mix of two others, or "D" worse than one other; the reason
    says why there is no ratio. First those worth considering by cost, then "ED", then "D".

    Raises
    ------
    ValueError
        when an option stands twice or a number is missing, or prices are mixed.

    Notes
    -----
    An option is dominated where another costs no more and achieves no less, with one of the two strict; of two that are
    alike the first by name stays. Then whatever has a higher ratio than the next dearer is taken out and the ratios are
    made anew, until they no longer fall.

    >>> two = pd.DataFrame({"option": ["usual", "new"], "cost": [5_000, 10_000], "effect": [1, 2]})
    >>> incremental_table(two)["icer"].tolist()
    [nan, 5000.0]
    """
    _refuse_bad(options)
    rows = _in_order(options).reset_index(drop=True)
    reason = _dominated(rows)
    kept = list(rows.index[reason == ""])
    while (worse := _first_fall(rows, kept)) is not None:
        left, place, right = kept[worse - 1], kept[worse], kept[worse + 1]
        reason[place] = f"worse than a mix of {rows['option'][left]} and {rows['option'][right]}"
        kept.remove(place)
    status = np.where(reason == "", BEST, np.where(reason.str.startswith("worse than a mix"), EXTENDED, DOMINATED))
    steps = rows.loc[kept, ["cost", "effect"]].diff().reindex(rows.index)
    reason[kept[0]] = "the cheapest of those worth considering" if len(rows) > 1 else "there is nothing to compare with"
    table = rows[["option", "cost", "effect"]].assign(
        inc_cost=steps["cost"],
        inc_effect=steps["effect"],
        icer=steps["cost"] / steps["effect"],
        status=status,
        reason=reason,
    )
    return table.sort_values("status", key=lambda names: names.map(STATUSES.index), kind="stable", ignore_index=True)


def _refuse_bad(options: pd.DataFrame) -> None:
    require_columns(options, ["option", "cost", "effect"])
    if options.empty:
        raise ValueError("there is no option")
    if options["option"].duplicated().any():
        raise ValueError("an option stands once")
    known = np.isfinite(options[["cost", "effect"]].astype(float)).all(axis=1)
    if not known.all():
        raise ValueError(f"cost or effect is not known of {list(options.loc[~known, 'option'])}")
    if "price_base" in options and options["price_base"].nunique(dropna=False) > 1:
        raise ValueError(f"costs are in the prices of one year, not of {list(options['price_base'].unique())}")


def _steps(values: "pd.Series[float]") -> "pd.Series[float]":
    """Numbers in steps of what rounding may have left, so that two which should be the same are."""
    return (values / (NEAR * (values.abs().max() or 1.0))).round()


def _in_order(options: pd.DataFrame) -> pd.DataFrame:
    """The options by cost, of equal cost the better first, then by name; with the steps that decide."""
    steps = {f"{name}_steps": _steps(options[name].astype(float)) for name in ("cost", "effect")}
    return options.assign(**steps).sort_values([*steps, "option"], ascending=[True, False, True])


def _dominated(rows: pd.DataFrame) -> "pd.Series[str]":
    """Why each is out, by the cheapest that does as much; `rows` stand by cost, then by effect, most first."""
    reason = pd.Series("", index=rows.index, dtype=object)
    cost, effect = rows["cost_steps"], rows["effect_steps"]
    best = 0
    for place in range(1, len(rows)):
        if effect[place] > effect[best]:
            best = place
            continue
        alike = effect[place] == effect[best] and cost[place] == cost[best]
        reason[place] = f"{'the same as' if alike else 'dominated by'} {rows['option'][best]}"
    return reason


def _first_fall(rows: pd.DataFrame, kept: list[int]) -> int | None:
    """The place in `kept` of the first option whose ratio is above that of the next dearer."""
    steps = np.diff(rows.loc[kept, ["cost", "effect"]].to_numpy(dtype=float), axis=0)
    for place in range(1, len(kept) - 1):
        (cost, effect), (next_cost, next_effect) = steps[place - 1], steps[place]
        # Multiplied out, so that an effect that is hardly larger divides nothing.
        if cost * next_effect > next_cost * effect * (1 + ROUNDING):
            return place
    return None


@dataclass(frozen=True, eq=False)
class Draws:
    """Simulated costs and effects of options, draw by draw.

    Parameters
    ----------
    options : their names, in the order of the columns
    costs : draws x options, in pounds of one year's prices
    effects : draws x options, more being better

    Raises
    ------
    ValueError
        when there are fewer than two options or draws, the shapes do not match, or a number is missing.
    """

    options: tuple[str, ...]
    costs: Array
    effects: Array

    def __post_init__(self) -> None:
        shape = np.shape(self.costs)
        if len(shape) != 2 or shape != np.shape(self.effects) or shape[1] != len(self.options):
            raise ValueError(f"costs and effects are draws x {len(self.options)} options, not {shape}")
        if len(self.options) < 2 or len(set(self.options)) != len(self.options):
            raise ValueError("a comparison takes two options or more, each with a name of its own")
        if shape[0] < 2:
            raise ValueError(f"there are too few draws: {shape[0]}")
        if not (np.isfinite(self.costs).all() and np.isfinite(self.effects).all()):
            raise ValueError("a draw of costs or effects is missing")

    @cached_property
    def means(self) -> pd.DataFrame:
        """The mean `cost` and `effect` of each `option`: what `incremental_table` takes."""
        return pd.DataFrame(
            {"option": self.options, "cost": self.costs.mean(axis=0), "effect": self.effects.mean(axis=0)}
        )

    def place(self, option: str) -> int:
        """The column of an option."""
        if option not in self.options:
            raise ValueError(f'there is no option "{option}"; there are {", ".join(self.options)}')
        return self.options.index(option)


def plane(draws: Draws, *, reference: str) -> pd.DataFrame:
    """Each draw's cost and effect beyond the reference's: `option`, `inc_effect`, `inc_cost`, `quadrant`.

    The quadrants are "dearer, better", "dearer, worse", "cheaper, better" and "cheaper, worse"; "on an axis" where one
    of the two is the same.
    """
    base = draws.place(reference)
    tables = []
    for column, option in enumerate(draws.options):
        if column == base:
            continue
        effect = draws.effects[:, column] - draws.effects[:, base]
        cost = draws.costs[:, column] - draws.costs[:, base]
        names = np.char.add(np.where(cost > 0, "dearer, ", "cheaper, "), np.where(effect > 0, "better", "worse"))
        quadrant = np.where((cost == 0) | (effect == 0), "on an axis", names)
        tables.append(pd.DataFrame({"option": option, "inc_effect": effect, "inc_cost": cost, "quadrant": quadrant}))
    return pd.concat(tables, ignore_index=True)


def mean_ratio(draws: Draws, option: str, *, reference: str) -> Result:
    """Mean extra cost over mean extra effect, or which of the two needs no ratio.

    It is the ratio of the means and never the mean of ratios. It has no interval: a ratio whose draws lie in several
    quadrants has none that means anything; the plane and acceptability show what is unsure.
    """
    one, other = draws.place(option), draws.place(reference)
    cost, effect = (_mean_apart(values[:, one], values[:, other]) for values in (draws.costs, draws.effects))
    if cost == 0 or effect == 0:
        same = [word for word, value in (("cost", cost), ("effect", effect)) if value == 0]
        return CannotSay(f"{option} and {reference} have the same mean {' and '.join(same)}")
    if (cost > 0) != (effect > 0):
        better, worse = (option, reference) if effect > 0 else (reference, option)
        return CannotSay(f"{better} costs less and achieves more than {worse}, so no ratio is needed")
    kind = "pounds for each effect gained" if effect > 0 else "pounds saved for each effect given up"
    return Estimate(cost / effect, n=len(draws.costs), method=f"mean extra cost over mean extra effect, {kind}")


def _mean_apart(one: Array, other: Array) -> float:
    apart = float((one - other).mean())
    return apart if abs(apart) > NEAR * max(np.abs(one).max(), np.abs(other).max()) else 0.0


def acceptability(draws: Draws, thresholds: ArrayLike) -> pd.DataFrame:
    """The chance that each option is the best of all, by what one effect is taken to be worth.

    Parameters
    ----------
    thresholds : pounds for each effect, not negative

    Returns
    -------
    One row a threshold and one column an option; each row sums to 1. Where options tie in a draw it is split
    between them. The most likely best need not be the best on average: see `frontier`.

    Notes
    -----
    The net benefit of an option in a draw is threshold x effect - cost. Source: van Hout et al. (1994), Health
    Economics 3, 309-319; Fenwick, Claxton and Sculpher (2001), Health Economics 10, 779-787.

    >>> two = Draws(("old", "new"), np.array([[0, 10]] * 4), np.array([[0, 0], [0, 1], [0, 2], [0, 5]]))
    >>> acceptability(two, [3])["new"].tolist()
    [0.25]
    """
    values = _thresholds(thresholds)
    shares = np.empty((len(values), len(draws.options)))
    for part, benefit, near in _net_benefits(draws, values):
        shares[part] = _split(benefit >= benefit.max(axis=1, keepdims=True) - near)
    return _by_threshold(shares, values, draws.options)


def pairwise_acceptability(draws: Draws, thresholds: ArrayLike, *, reference: str) -> pd.DataFrame:
    """The chance that each other option beats the reference, one against one; a tie does not beat it."""
    values, base = _thresholds(thresholds), draws.place(reference)
    shares = np.empty((len(values), len(draws.options)))
    for part, benefit, near in _net_benefits(draws, values):
        shares[part] = (benefit - benefit[:, base : base + 1] > near).mean(axis=2)
    return _by_threshold(shares, values, draws.options).drop(columns=reference)


def mean_net_benefit(draws: Draws, thresholds: ArrayLike) -> pd.DataFrame:
    """Threshold x mean effect - mean cost, in pounds: one row a threshold and one column an option."""
    values, means = _thresholds(thresholds), draws.means
    return _by_threshold(np.outer(values, means["effect"]) - means["cost"].to_numpy(), values, draws.options)


def frontier(draws: Draws, thresholds: ArrayLike) -> pd.DataFrame:
    """The option that is best on average at each threshold, and the chance that it is the best.

    Returns
    -------
    `threshold`, `option`, `net_benefit` (its mean, in pounds) and `chance` (from `acceptability`). Of options that
    are equal on average the cheaper is named, of equally dear ones the better, and of those the first by name.
    """
    values = _thresholds(thresholds)
    chances = acceptability(draws, values)
    means = draws.means
    benefit = mean_net_benefit(draws, values).to_numpy()
    near = NEAR * (np.outer(values, means["effect"].abs()) + means["cost"].abs().to_numpy()).max(axis=1, keepdims=True)
    leads = benefit >= benefit.max(axis=1, keepdims=True) - near
    order = _in_order(means).index.to_numpy()
    chosen = order[leads[:, order].argmax(axis=1)]
    row = np.arange(len(values))
    return pd.DataFrame(
        {
            "threshold": values,
            "option": np.array(draws.options, dtype=object)[chosen],
            "net_benefit": benefit[row, chosen],
            "chance": chances.to_numpy()[row, chosen],
        }
    )


def value_of_information(draws: Draws, thresholds: ArrayLike, *, people: float = 1.0) -> pd.DataFrame:
    """What it would be worth to know for certain which option is best.

    Parameters
    ----------
    people : whom the decision touches over its life, later ones discounted (`people_touched`); 1: for each person

    Returns
    -------
    `threshold` and `evpi` in pounds, never under 0: the mean of the best net benefit in each draw less the best of the
    mean ones, times `people`. It is the most that more research could be worth, not what it would be.

    Notes
    -----
    Source: Claxton (1999), Journal of Health Economics 18, 341-364.

    >>> two = Draws(("old", "new"), np.array([[0, 10]] * 4), np.array([[0, 0], [0, 1], [0, 2], [0, 5]]))
    >>> value_of_information(two, [3])["evpi"].tolist()
    [1.25]
    """
    if not 0 <= people < np.inf:
        raise ValueError(f"a number of people is not negative, and here it is {people}")
    values = _thresholds(thresholds)
    worth = np.empty(len(values))
    for part, benefit, near in _net_benefits(draws, values):
        gain = benefit.max(axis=1).mean(axis=1) - benefit.mean(axis=2).max(axis=1)
        worth[part] = np.where(gain <= near[:, 0, 0], 0.0, gain)
    return pd.DataFrame({"threshold": values, "evpi": worth * people})


def people_touched(each_year: Sequence[float], factors: "pd.Series[float]") -> Estimate:
    """The people whom a decision touches over its life, later years discounted; year 0 is not.

    >>> people_touched([100, 100], pd.Series([1.0, 0.5])).value
    150.0
    """
    people = np.asarray(each_year, dtype=float)
    if not len(people) or not (people >= 0).all() or len(people) > len(factors):
        raise ValueError("people are known and not negative for each year, and there is a factor for each")
    return Estimate(
        float(people @ factors.to_numpy()[: len(people)]), n=len(people), method="people times discount factors"
    )


def _thresholds(thresholds: ArrayLike) -> Array:
    values = np.atleast_1d(np.asarray(thresholds, dtype=float))
    if values.ndim != 1 or not len(values) or not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError("thresholds are pounds for each effect, known and not negative")
    return values


def _net_benefits(draws: Draws, thresholds: Array) -> Iterator[tuple[slice, Array, Array]]:
    """Net benefit, thresholds x options x draws, some thresholds at a time, and what counts as a tie there."""
    # Draws last and together in memory: the best of the options is then found for many draws at once.
    effects, costs = (np.ascontiguousarray(values.T, dtype=float) for values in (draws.effects, draws.costs))
    top = np.abs(effects).max(), np.abs(costs).max()
    step = max(1, BLOCK // effects.size)
    for start in range(0, len(thresholds), step):
        part = slice(start, min(start + step, len(thresholds)))
        value = thresholds[part, None, None]
        benefit = value * effects
        benefit -= costs
        yield part, benefit, NEAR * (value * top[0] + top[1])


def _split(leads: NDArray[np.bool_]) -> Array:
    """The share of draws that each option leads, a draw led by several being split between them."""
    many = leads.sum(axis=1, keepdims=True)
    if (many == 1).all():
        return leads.mean(axis=2)
    return (leads / many).mean(axis=2)


def _by_threshold(table: Array, thresholds: Array, options: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(table, index=pd.Index(thresholds, name="threshold"), columns=list(options))
