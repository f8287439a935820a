"""The case for a service that runs for some years and whose outcomes last: its streams and its net benefit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from vfm.analysis.appraisal import Stream, combine, with_optimism_bias
from vfm.analysis.social_return import Outcome, impact
from vfm.vocabulary.results import Status

# Drawn by chance or moved one at a time; the whole numbers of years stay as they are.
MOVED = ("attribution", "deadweight", "displacement", "drop-off", "optimism-bias", "setting-up", "worth")
ACHIEVED = "achieved"  # the share of those assessed; its chance comes from the counts and not from an assumption
BY_CHANCE = (*MOVED, ACHIEVED)
NEEDS = (*BY_CHANCE, "running", "lasting")


@dataclass(frozen=True)
class Case:
    """A service as its returns tell of it, scaled to a year.

    Parameters
    ----------
    name : of the service
    cost : pounds a year
    assessed : people assessed in a year
    achieved, of : of those assessed in the returns, how many achieved the outcome
    prices : the financial year whose prices the cost is in
    status : of the returns

    Raises
    ------
    ValueError
        when nobody was assessed or more achieved than were, or there is no cost.
    """

    name: str
    cost: float
    assessed: float
    achieved: int
    of: int
    prices: str
    status: Status = Status.SCENARIO

    def __post_init__(self) -> None:
        if not 0 <= self.achieved <= self.of or self.of < 1:
            raise ValueError(f"{self.name}: of {self.of} assessed, {self.achieved} cannot have achieved the outcome")
        if not (self.cost > 0 and self.assessed > 0):
            raise ValueError(f"{self.name}: a case needs a cost and people assessed")


def case_of(
    service_id: str,
    *,
    spend: pd.DataFrame,
    outcomes: pd.DataFrame,
    measure_id: str,
    quarter: str,
    prices: str,
) -> Case:
    """A service's quarter from its returns, times four: a year that is like the quarter in all.

    Parameters
    ----------
    spend : `service_id`, `quarter`, `basis`, `amount`; what was actually spent is taken
    outcomes : `service_id`, `quarter`, `measure_id`, `achieved`, `assessed`
    """
    money = spend[(spend["service_id"] == service_id) & (spend["quarter"] == quarter) & (spend["basis"] == "actual")]
    people = outcomes[
        (outcomes["service_id"] == service_id)
        & (outcomes["quarter"] == quarter)
        & (outcomes["measure_id"] == measure_id)
    ]
    if people[["achieved", "assessed"]].isna().any(axis=None):
        raise ValueError(f"{service_id}: a count of its people is hidden, so there is no case to be made from it")
    achieved, assessed = int(people["achieved"].sum()), int(people["assessed"].sum())
    status = Status.of_result([Status.SCENARIO, *money["status"].unique(), *people["status"].unique()])
    return Case(service_id, 4 * float(money["amount"].sum()), 4 * assessed, achieved, assessed, prices, status)


def base_values(case: Case, assumptions: pd.DataFrame) -> dict[str, float]:
    """Every number that the case rests on, by name: the assumptions, and the share that the returns tell of.

    Raises
    ------
    ValueError
        when an assumption that is needed is missing.
    """
    values = dict(zip(assumptions["assumption_id"], assumptions["value"].astype(float), strict=True))
    values[ACHIEVED] = case.achieved / case.of
    missing = sorted(set(NEEDS) - set(values))
    if missing:
        raise ValueError(f"the case needs {', '.join(missing)}")
    return values


def streams(case: Case, values: Mapping[str, float]) -> tuple[Stream, Stream]:
    """Benefits and costs year by year, from year 0, in real terms and not discounted; costs without optimism bias.

    Notes
    -----
    Each year that the service runs has people of its own, whose gain begins in that year and falls by the drop-off in
    each that follows. Setting up is paid in year 0, on top of that year's cost.
    """
    running, lasting = int(values["running"]), int(values["lasting"])
    cohort = impact(_outcome(case, values, lasting), starts=0)
    later = [replace(cohort, pounds=(0.0,) * year + cohort.pounds) for year in range(running)]
    benefits = replace(reduce(combine, later), status=case.status)
    yearly = [case.cost] * running
    yearly[0] += case.cost * values["setting-up"]
    return benefits, Stream(tuple(yearly), case.prices, status=case.status)


def _outcome(case: Case, values: Mapping[str, float], lasting: int) -> Outcome:
    return Outcome(
        name=case.name,
        quantity=case.assessed * values[ACHIEVED],
        proxy=values["worth"],
        prices=case.prices,
        deadweight=values["deadweight"],
        displacement=values["displacement"],
        attribution=values["attribution"],
        drop_off=values["drop-off"],
        years=lasting,
    )


def year_table(benefits: Stream, costs: Stream, factors: Mapping[str, "pd.Series[float]"]) -> pd.DataFrame:
    """`year`, `benefits`, `costs` and `net` in pounds not discounted, and the factor of each schedule."""
    pairs = zip_longest(benefits.pounds, costs.pounds, fillvalue=0.0)
    table = pd.DataFrame(pairs, columns=["benefits", "costs"]).rename_axis("year").reset_index()
    table = table.assign(net=table["benefits"] - table["costs"])
    return table.assign(**{name: factor.to_numpy()[: len(table)] for name, factor in factors.items()})


def costs_with_bias(costs: Stream, values: Mapping[str, float]) -> Stream:
    """The costs with the optimism bias that is assumed."""
    return with_optimism_bias(costs, values["optimism-bias"])


@dataclass(frozen=True)
class NetBenefit:
    """Net present value as a function of the assumptions, single or drawn: what `sensitivity` moves.

    Called with numbers by name it gives pounds; with arrays, one for each draw. It is the same sum as that of
    `streams` discounted, costs with optimism bias, written so that thousands of draws take one step.

    Parameters
    ----------
    case : the service
    factors : from `discounting.discount_factors`, for all the years that the benefits reach
    """

    case: Case
    factors: "pd.Series[float]"

    def __call__(self, values: Mapping[str, Any]) -> Any:
        running, lasting = int(values["running"]), int(values["lasting"])
        factor = self.factors.to_numpy()
        by_age = np.array([factor[age : age + running].sum() for age in range(lasting)])
        kept = (1 - np.asarray(values["drop-off"], dtype=float))[..., None] ** np.arange(lasting)
        own = (1 - values["deadweight"]) * (1 - values["displacement"]) * (1 - values["attribution"])
        benefits = self.case.assessed * values[ACHIEVED] * values["worth"] * own * (kept @ by_age)
        costs = self.case.cost * (1 + values["optimism-bias"]) * (factor[:running].sum() + values["setting-up"])
        return benefits - costs


def distributions(case: Case, assumptions: pd.DataFrame) -> dict[str, Any]:
    """What each number is drawn from: triangles over the ranges assumed, and for the share achieved a beta.

    The beta is that of Jeffreys: achieved + 1/2 and not achieved + 1/2.
    """
    ranges = assumptions.set_index("assumption_id").loc[list(MOVED), ["lower", "value", "upper"]].astype(float)
    drawn: dict[str, Any] = {
        str(name): stats.triang((row["value"] - row["lower"]) / width, loc=row["lower"], scale=width)
        for name, row in ranges.iterrows()
        if (width := row["upper"] - row["lower"]) > 0
    }
    return drawn | {ACHIEVED: stats.beta(case.achieved + 0.5, case.of - case.achieved + 0.5)}


def ranges(case: Case, assumptions: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """The ends of each number's range, for `sensitivity.one_way`: as assumed; of the share, the limits of its beta."""
    table = assumptions[assumptions["assumption_id"].isin(MOVED)]
    table = table[["assumption_id", "lower", "upper"]].set_axis(["assumption", "low", "high"], axis=1)
    beta = stats.beta(case.achieved + 0.5, case.of - case.achieved + 0.5)
    share = case.achieved / case.of
    low, high = (float(beta.ppf((1 + side * level) / 2)) for side in (-1, 1))
    limits = pd.DataFrame([(ACHIEVED, min(low, share), max(high, share))], columns=list(table.columns))
    return pd.concat([table, limits], ignore_index=True).astype({"low": float, "high": float})


def groups(benefit: float, values: Mapping[str, float]) -> pd.DataFrame:
    """A benefit shared between the poorer and the better-off, for `appraisal.distributional_weights`."""
    poorer = values["share-lower-income"]
    return pd.DataFrame(
        {
            "group": ["the poorer of those supported", "the better-off of those supported"],
            "benefit": [benefit * poorer, benefit * (1 - poorer)],
            "income": [values["income-lower"], values["income-higher"]],
        }
    )


def named(table: pd.DataFrame, assumptions: pd.DataFrame) -> pd.DataFrame:
    """A table of `sensitivity` with a `label` and the `unit` of each assumption."""
    units = assumptions.set_index("assumption_id")["unit"].to_dict() | {ACHIEVED: "proportion"}
    label = table["assumption"].str.replace("-", " ").str.capitalize()
    return table.assign(label=label, unit=table["assumption"].map(units))
