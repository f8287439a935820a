"""Services that share an outcome, set side by side as options for the same people."""

import numpy as np
import pandas as pd

from vfm.analysis.cost_effectiveness import Draws, plane
from vfm.vocabulary.results import Estimate, Status

NO_SERVICE = "No service"
PEOPLE = 100  # costs and effects are for so many people supported
HIDDEN = "a count is hidden, so that nobody can be told by it"
FEWEST = 20  # assessed: a share of fewer says too little to be set beside others


def options_sharing(
    measure_id: str,
    *,
    spend: pd.DataFrame,
    outputs: pd.DataFrame,
    outcomes: pd.DataFrame,
    quarter: str,
    at_least: int = FEWEST,
) -> pd.DataFrame:
    """The services that report an outcome in a quarter, with what they spent and whom they supported.

    Parameters
    ----------
    measure_id : the outcome
    spend, outputs, outcomes : from the monitoring returns
    at_least : how many people have to be assessed for a service to be set beside others

    Returns
    -------
    `option` (the service), `spend` (pounds), `engaged`, `assessed`, `achieved`, NaN where hidden, and `reason`, why a
    service is not set beside the others.
    """
    people = outcomes[(outcomes["quarter"] == quarter) & (outcomes["measure_id"] == measure_id)]
    table = people.groupby("service_id")[["assessed", "achieved"]].sum(min_count=1).astype(float)
    money = spend[(spend["quarter"] == quarter) & (spend["basis"] == "actual")]
    engaged = outputs[(outputs["quarter"] == quarter) & (outputs["measure_id"] == "people-engaged")]
    table["spend"] = money.groupby("service_id")["amount"].sum()
    table["engaged"] = engaged.groupby("service_id")["count"].sum(min_count=1).astype(float)
    told = table.index.isin(engaged["service_id"])
    known = table["spend"].notna() & told & ~(table["engaged"] == 0)
    hidden = table[["assessed", "achieved", "engaged"]].isna().any(axis=1)
    reason = np.select(
        [~known, hidden, table["assessed"] < at_least],
        ["its money or its people are not known", HIDDEN, f"fewer than {at_least} people were assessed"],
        "",
    )
    table = table.assign(reason=reason).rename_axis("option").reset_index()
    return table[["option", "spend", "engaged", "assessed", "achieved", "reason"]]


def option_draws(options: pd.DataFrame, *, deadweight: float, draws: int, generator: np.random.Generator) -> Draws:
    """Costs and effects for each 100 people supported, drawn for each service, beside no service at all.

    Parameters
    ----------
    options : from `options_sharing`, those without a reason
    deadweight : share of those who achieve the outcome that would have done so anyway, the same for all
    draws : how many
    generator : source of chance; each service has its own, in the order of the table

    Returns
    -------
    The draws. No service costs nothing and brings nothing beyond what would have happened anyway.

    Notes
    -----
    The share that achieves the outcome is drawn from a beta (Jeffreys: achieved + 1/2, not achieved + 1/2), times
    1 - deadweight. What is spent is taken as known; how many it reaches is drawn from a gamma (engaged + 1/2).
    """
    if not 0 <= deadweight <= 1:
        raise ValueError(f"a deadweight is a share between 0 and 1, not {deadweight}")
    costs, effects = [np.zeros(draws)], [np.zeros(draws)]
    for row, own in zip(options.itertuples(), generator.spawn(len(options)), strict=True):
        costs.append(PEOPLE * row.spend / own.gamma(row.engaged + 0.5, size=draws))
        share = own.beta(row.achieved + 0.5, row.assessed - row.achieved + 0.5, size=draws)
        effects.append(PEOPLE * share * (1 - deadweight))
    names = (NO_SERVICE, *options["option"])
    return Draws(names, np.column_stack(costs), np.column_stack(effects))


def plane_summary(draws: Draws, *, reference: str, level: float = 0.95) -> pd.DataFrame:
    """Where each option stands on the plane, seen from the reference: the means, and the middle of the draws.

    Returns
    -------
    `option`, `inc_effect` and `inc_cost` (means), the ends of the middle `level` of each (`effect_lower`,
    `effect_upper`, `cost_lower`, `cost_upper`), and `quadrant`, the one with most draws, with its `share` of them.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is a share between 0 and 1, not {level}")
    rows = []
    for option, own in plane(draws, reference=reference).groupby("option", sort=False):
        quadrant = own["quadrant"].value_counts(normalize=True)
        ends = own[["inc_effect", "inc_cost"]].quantile([(1 - level) / 2, (1 + level) / 2])
        effect, cost = ends["inc_effect"], ends["inc_cost"]
        means = own[["inc_effect", "inc_cost"]].mean()
        rows.append((option, *means, *effect, *cost, quadrant.index[0], quadrant.iloc[0]))
    return pd.DataFrame(rows, columns=list(SUMMARY))


SUMMARY = (
    *("option", "inc_effect", "inc_cost", "effect_lower", "effect_upper", "cost_lower", "cost_upper"),
    *("quadrant", "share"),
)


def certainty(evpi: float, *, worth: float, people: float, draws: int) -> Estimate:
    """What `cost_effectiveness.value_of_information` gives, as a result that says for whom and at which worth."""
    for_whom = f"{people:,.0f} people, later ones discounted"
    method = f"best of each draw less best on average; one effect worth {worth:g} pounds; {for_whom}"
    return Estimate(evpi, n=draws, method=method, status=Status.SCENARIO)
