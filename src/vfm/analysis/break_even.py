"""What would have to be avoided for published spending to pay for itself, in real terms."""

import numpy as np
import pandas as pd

from vfm.analysis import crime_costs, deflation
from vfm.analysis.unit_costs import SPEND_BOUND, direction
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Result, Status

# Of the kinds with an individual as victim, those that the police record as violence against the person or as robbery:
# what services for young people at risk of violence are for. Every kind stands in the whole table.
AGAINST_A_PERSON = ("violence with injury", "violence without injury", "robbery", "homicide")
COMPARED = "comparison-group"  # how `evidence` begins where there is a comparison group
ELSEWHERE = "elsewhere"  # the obstacle of a result that is not of the place


def chosen(matched: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """The spending that is looked at: every headline match of money with people, with the ends of its period.

    Parameters
    ----------
    matched : indexed by match, with `headline`, `denominator` and `result_id`
    results : `result_id`, `period_start`, `period_end`
    """
    headline = matched[matched["headline"].astype(bool) & (matched["denominator"] == "person")]
    return deflation.with_periods(headline, results)


def needed(
    spending: pd.DataFrame,
    unit_costs: pd.DataFrame,
    *,
    prices: str,
    part: str = "total",
    multipliers: "pd.Series[float] | None" = None,
) -> pd.DataFrame:
    """How many crimes of each kind would have to be avoided to pay for each spending, were that kind the only one.

    Parameters
    ----------
    spending : indexed by match, from `deflation.real_spending`, with `value` (people supported), `service`, `counted`,
        `pounds_precision` and `value_precision`
    unit_costs, prices, part, multipliers : as in `crime_costs.break_even`

    Returns
    -------
    One row a match and kind: `match`, `service`, `period`, `crime_type`, `each`, `avoided` (exact), `lower`, `upper`,
    `at_least` (whole crimes), `per_100` (for each 100 people supported), `per_100_lower`, `per_100_upper`, `direction`
    and `per_100_direction` where money or people are bounds, and `reason`. A bound has no range.
    """
    tables = [_needed_by(match, row, unit_costs, prices, part, multipliers) for match, row in spending.iterrows()]
    return pd.concat(tables, ignore_index=True)


def _needed_by(
    match: object,
    row: "pd.Series[float]",
    unit_costs: pd.DataFrame,
    prices: str,
    part: str,
    multipliers: "pd.Series[float] | None",
) -> pd.DataFrame:
    told = str(row["reason"])
    money = SPEND_BOUND[str(row["pounds_precision"])]
    people = direction(str(row["pounds_precision"]), str(row["value_precision"]))
    spend, for_people = (0.0 if told else deflation.bounded(row, way) for way in (money, people))
    table = crime_costs.break_even(spend, unit_costs, prices=prices, part=part, multipliers=multipliers)
    kept = np.nan if told else 1.0  # what is not known of the spending is not known of any kind
    worth = (table["each"] * table["multiplier"]).where(table["reason"] == "")
    by_money, by_people = (kept if way == Direction.EXACT else np.nan for way in (money, people))
    lower, upper = row["lower"] / worth, row["upper"] / worth
    each_100 = 100 / row["value"]
    return table.assign(
        match=match,
        service=row["service"],
        period=row["period"],
        avoided=table["avoided"] * kept,
        lower=lower * by_money,
        upper=upper * by_money,
        at_least=table["at_least"] * kept,
        per_100=for_people / worth * kept * each_100,
        per_100_lower=lower * each_100 * by_people,
        per_100_upper=upper * each_100 * by_people,
        direction=str(money),
        per_100_direction=str(people),
        reason=told or table["reason"],
    )[list(NEEDED)]


NEEDED = (
    *("match", "service", "period", "crime_type", "multiplier", "each", "avoided", "lower", "upper", "at_least"),
    *("per_100", "per_100_lower", "per_100_upper", "direction", "per_100_direction", "price_base", "reason"),
)


def as_result(row: "pd.Series[float]", value: str) -> Result:
    """A row of `needed` as a result: "at_least" whole crimes, "per_100", or "share" of people with one each.

    The share of those supported who would each have to avoid one crime is the switching value of the spending.
    """
    if row["reason"]:
        return CannotSay(row["reason"])
    column, scale = ("avoided", 1.0) if value == "at_least" else ("per_100", 0.01 if value == "share" else 1.0)
    ends = [row[f"{'' if column == 'avoided' else 'per_100_'}{end}"] * scale for end in ("lower", "upper")]
    point = row[column] * scale
    if value == "at_least":
        point, *ends = (np.ceil(np.round(x, 9)) for x in (point, *ends))
    method = f"real spending over the unit cost of one, {row['price_base']} prices"
    if row["multiplier"] != 1:
        method += "; with crimes that are not recorded"
    way = Direction(row["direction"] if column == "avoided" else row["per_100_direction"])
    if np.isnan(ends).any():
        return Estimate(float(point), method=method, status=Status.SCENARIO, direction=way)
    method += "; range over the years in which it may have been spent"
    return Estimate(float(point), float(ends[0]), float(ends[1]), method=method, status=Status.SCENARIO, direction=way)


def benefit_cost(evidence: pd.DataFrame, service_id: str, place: str) -> CannotSay:
    """Why there is no benefit-cost ratio of a service: a benefit is an effect, and an effect needs a comparison group.

    Parameters
    ----------
    evidence : matches with `service_id`, `evidence` and `obstacle`
    place : its name
    """
    own = compared(evidence)
    if (own["in_place"] & (own["service_id"] == service_id)).any():
        return CannotSay("an effect with a comparison group is published, and has not been priced yet")
    return CannotSay(f"no effect with a comparison group in {place} is published")


def compared(evidence: pd.DataFrame) -> pd.DataFrame:
    """The results that a comparison group stands behind, and whether each is `in_place`."""
    has = evidence["evidence"].fillna("").str.startswith(COMPARED)
    return evidence[has].assign(in_place=evidence["obstacle"].fillna("") != ELSEWHERE)


def not_monetised(results: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Published outcomes of the place's services; none has a price, and they stand beside what is counted in pounds.

    Parameters
    ----------
    results : `result_id`, `service_id`, `kind`, `measure`, `period`, `value`, `evidence`
    matches : `result_id`, `service`, `obstacle`

    Returns
    -------
    `service`, `measure`, `period`, `share` or `count`, and `evidence`: by service, then as published.
    """
    about = matches.drop_duplicates("result_id").set_index("result_id")
    outcomes = results[results["kind"] == "outcome"].join(about[["service", "obstacle"]], on="result_id")
    outcomes = outcomes[outcomes["obstacle"].fillna("") != ELSEWHERE]
    is_share = outcomes["value"] <= 1
    table = outcomes.assign(share=outcomes["value"].where(is_share), count=outcomes["value"].where(~is_share))
    return table.sort_values(["service", "result_id"])[["service", "measure", "period", "share", "count", "evidence"]]
