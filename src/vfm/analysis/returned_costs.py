"""What a quarter's monitoring returns say a service cost: for each thing done, and for each outcome achieved."""

import numpy as np
import pandas as pd

from vfm.analysis.bootstrap import bootstrap_ratios
from vfm.analysis.growth import real_terms
from vfm.analysis.ratios import provider_ratios
from vfm.analysis.unit_costs import unit_cost
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import CannotSay, Estimate, Result

SPENT = "actual"  # the basis that says what was spent; a budget and a commitment are no spend
DENOMINATOR = {"count": "output", "achieved": "outcome"}  # what a cost is for each of, by what is counted
HIDDEN = "the count is hidden, so that nobody can be told by it"
NO_RETURN = "no monitoring return is held for the quarter"
WHOLE_SPEND = (
    "All of the service's spend in the quarter is set against each measure, so the costs of two measures are two "
    "views of the same money and are never added."
)


def spent(spend: pd.DataFrame, quarter: str) -> "pd.Series[float]":
    """Pounds that each service says it spent in a quarter, over all its areas, by `service_id`."""
    rows = spend[(spend["quarter"] == quarter) & (spend["basis"] == SPENT)]
    return rows.groupby("service_id")["amount"].sum(min_count=1)


def cost_of_returns(
    spend: pd.DataFrame,
    counts: pd.DataFrame,
    services: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    quarter: str,
    counted: str,
    level: float = 0.95,
) -> pd.DataFrame:
    """The cost of each thing that a quarter's returns count: a ratio of totals over the areas of a service.

    Parameters
    ----------
    spend : `service_id`, `quarter`, `basis` and `amount`, nominal pounds
    counts : `outputs` or `outcomes`: `service_id`, `quarter`, `measure_id` and the column `counted`
    services, indicators : their keys and names, and `unit`, `counted` and `direction` of each measure
    counted : "count" of outputs, "achieved" of outcomes; the two are never in one table
    level : coverage of the interval, by the Poisson limits of the count

    Returns
    -------
    One row a service and measure, by name: `service_id`, `service`, `measure_id`, `measure`, `unit`, `denominator`
    (output or outcome), `spend`, `count`, `cost`, `lower`, `upper`, `reason`, which says why there is no cost or no
    upper limit, and `mark`, which stands there: that the count, NaN, is hidden, or that there can be none. A count of
    the year so far is left out, for the spend is the quarter's; so is what is not better for being more, such as
    people who offended again, for a low cost of it is no gain.
    """
    quarterly = indicators[(indicators["counted"] == "in the quarter") & (indicators["direction"] == "up")]
    rows = counts[(counts["quarter"] == quarter) & counts["measure_id"].isin(quarterly["measure_id"])]
    totals = rows.groupby(["service_id", "measure_id"])[counted].sum(min_count=1).rename("count").reset_index()
    table = totals.assign(spend=totals["service_id"].map(spent(spend, quarter)).astype(float))
    table = table.merge(services[["service_id", "name"]].rename(columns={"name": "service"}), on="service_id")
    names = quarterly[["measure_id", "name", "unit"]].rename(columns={"name": "measure"})
    table = table.merge(names, on="measure_id").sort_values(["service", "measure"], ignore_index=True)
    costs = unit_cost(table["spend"], table["count"].astype(float), level=level)
    hidden = table["count"].isna()
    costs["reason"] = costs["reason"].mask(hidden, HIDDEN)
    table["denominator"] = DENOMINATOR[counted]
    table["mark"] = np.where(hidden, Mark.SUPPRESSED, Mark.NOT_APPLICABLE)
    shown = ["service_id", "service", "measure_id", "measure", "unit", "denominator", "spend", "count", "mark"]
    return table[shown].join(costs.rename(columns={"value": "cost"})[["cost", "lower", "upper", "reason"]])


def over_services(costs: pd.DataFrame, *, level: float = 0.95, draws: int = 10_000, seed: int) -> pd.DataFrame:
    """The cost of each thing over all services that return it, with limits for how services differ from one another.

    Parameters
    ----------
    costs : from `cost_of_returns`; a service whose spend or count is not known is left out
    level : coverage of both intervals
    draws, seed : of the bootstrap

    Returns
    -------
    One row a measure, by name: `measure`, `measure_id`, `services` (whose they are, with | between their ids), `n` of
    these, `spend`, `count`, `cost` (a ratio of totals),
    `fieller_lower`, `fieller_upper` and `g`, how unsure what it is divided by is (see `ratios`), `bca_lower` and
    `bca_upper` (see `bootstrap`), and `reason`, which says why limits are not there.
    """
    known = costs.dropna(subset=["spend", "count"]).astype({"spend": float, "count": float})
    fieller = provider_ratios(known, by="measure", level=level).set_index("measure")
    drawn = bootstrap_ratios(known, by=["measure"], draws=draws, seed=seed, level=level).set_index("measure")
    grouped = known.groupby("measure")
    sums = grouped[["spend", "count"]].sum()
    both = sums.assign(
        measure_id=grouped["measure_id"].first(),
        services=grouped["service_id"].agg(lambda ids: "|".join(sorted(set(ids)))),
        n=drawn["n"],
        cost=drawn["value"],
        fieller_lower=fieller["lower"].clip(lower=0),  # a cost is not under nothing
        fieller_upper=fieller["upper"],
        g=fieller["g"],
        bca_lower=drawn["lower"],
        bca_upper=drawn["upper"],
    )
    reasons = pd.DataFrame({"Fieller": fieller["reason"], "bootstrap": drawn["reason"]})
    told = ["; ".join(f"{name}: {why}" for name, why in row.items() if why) for _, row in reasons.iterrows()]
    return both.assign(reason=told).reset_index()[["measure", "n", *both.columns.drop("n"), "reason"]]


def in_prices(costs: pd.DataFrame, index: "pd.Series[float]", base: str, *, quarter: str) -> pd.DataFrame:
    """The costs of a quarter in the prices of a financial year, beside those in cash.

    Parameters
    ----------
    costs : from `cost_of_returns`
    index : a deflator by financial year, of one vintage
    base : the financial year whose prices are wanted

    Returns
    -------
    `costs` with `real_cost`, `real_lower` and `real_upper`. The money is in the prices of the financial year that the
    quarter lies in; where the deflator has none for it, `reason` says so.
    """
    factor = real_terms(1.0, str(Quarter.parse(quarter).year), base, index)
    times = float("nan") if isinstance(factor, CannotSay) else factor.value
    real = {f"real_{name}": costs[name] * times for name in ("cost", "lower", "upper")}
    if isinstance(factor, CannotSay):
        return costs.assign(**real, reason=costs["reason"].where(costs["reason"] != "", factor.reason))
    return costs.assign(**real)


def as_result(row: "pd.Series[float]", *, level: float) -> Result:
    """A row of `cost_of_returns` as a result."""
    if pd.isna(row["cost"]):
        return CannotSay(str(row["reason"]))
    known = pd.notna(row["lower"]) and pd.notna(row["upper"])
    method = f"ratio of totals over areas; {level * 100:.12g}% Poisson limits of the count, inverted"
    lower, upper = (row["lower"], row["upper"]) if known else (None, None)
    return Estimate(row["cost"], lower, upper, n=row["count"], method=method if known else f"{method}: {row['reason']}")


def provisional(spend: pd.DataFrame, *, quarter: str) -> bool:
    """Whether what a quarter's returns say may still change: some are held, and none of a later quarter is."""
    return bool(len(spend) and spend["quarter"].max() == quarter)


def services_returned(spend: pd.DataFrame, *, quarter: str) -> Result:
    """How many services returned what they spent in a quarter, or that none did."""
    found = spent(spend, quarter).dropna()
    return Estimate(float(len(found)), method="services with actual spend") if len(found) else CannotSay(NO_RETURN)


def pounds_returned(spend: pd.DataFrame, *, quarter: str) -> Result:
    """Pounds that the services say they spent in a quarter, or that none did."""
    found = spent(spend, quarter).dropna()
    return Estimate(float(found.sum()), method="sum of actual spend") if len(found) else CannotSay(NO_RETURN)
