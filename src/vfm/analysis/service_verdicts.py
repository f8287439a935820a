"""The four Es of each service, as far as what is published lets anything be said."""

import pandas as pd

from vfm.analysis.verdict import Criterion, Rung, Statement, Verdict, judge
from vfm.vocabulary.evidence import Maryland
from vfm.vocabulary.results import Better, CannotSay, Direction, Estimate, Result

# What a source says of how it knows, as the level of a design; anything else is no design.
LEVELS = {"before-after": Maryland.UNCONTROLLED, "comparison-group (national)": Maryland.COMPARED}
SELF_REPORT = "provider self-report"

NO_BUDGET = "no budget is published beside what was spent, for the same time"
ONE_PERIOD = "its cost is published for one period only, so there is nothing to set it against"
NO_COST = "no money can be set against a result of it"
NO_GROUPS = "no result is published by who was reached"
NO_OUTCOME = "no outcome is published"
BY_ITSELF = "its provider reports on itself, and compares it with nothing"
NO_DESIGN = "an outcome is published, without how it was measured or what it was compared with"


def outcome_figure(result_id: str) -> str:
    """The id of the figure that publishes an outcome: R19 is `outcome-r19`."""
    return f"outcome-{result_id.lower()}"


def evaluated(results: pd.DataFrame) -> pd.DataFrame:
    """The published outcomes that were compared with something, each with the `level` of its design."""
    outcomes = results[(results["kind"] == "outcome") & results["evidence"].isin(LEVELS)]
    return outcomes.assign(level=outcomes["evidence"].map(LEVELS).astype(int))


def named(outcomes: pd.DataFrame, services: pd.DataFrame) -> pd.DataFrame:
    """Outcomes with the `service` that each is of, by the name that pages show."""
    return outcomes.merge(services[["service_id", "name"]].rename(columns={"name": "service"}), on="service_id")


def service_verdicts(costs: pd.DataFrame, results: pd.DataFrame, services: pd.DataFrame) -> dict[str, Verdict]:
    """A verdict on every service that has a cost or a published outcome, by its name.

    Parameters
    ----------
    costs : from `deflation.real_costs`: indexed by match, with `service_id`, `denominator`, `value_precision`,
        `headline`, `period`, `direction`, `real_cost`, `real_lower`, `real_upper` and `real_reason`
    results : `result_id`, `service_id`, `measure`, `kind`, `value` and `evidence`
    services : `service_id` and `name`

    Returns
    -------
    Economy and equity cannot be said of any: nothing published bears on them. Efficiency sets the cost of the latest
    period against the one before, in the prices of one year. Effectiveness takes the published outcomes, no further
    than their design goes.
    """
    per_person = costs[costs["denominator"].isin(["person", "outcome"]) & (costs["value_precision"] != "plan")]
    outcomes = results[results["kind"] == "outcome"]
    spoken_of = {*per_person["service_id"], *outcomes["service_id"]}
    names = services[services["service_id"].isin(spoken_of)].sort_values("name")
    return {
        str(name): _verdict(per_person[per_person["service_id"] == key], outcomes[outcomes["service_id"] == key])
        for key, name in zip(names["service_id"], names["name"], strict=True)
    }


def _verdict(costs: pd.DataFrame, outcomes: pd.DataFrame) -> Verdict:
    return Verdict(
        (
            _unsaid(Criterion.ECONOMY, "it cost no more than was planned", NO_BUDGET),
            _efficiency(costs),
            _effectiveness(outcomes),
            _unsaid(Criterion.EQUITY, "it reached those with the most need", NO_GROUPS),
        )
    )


def _unsaid(criterion: Criterion, claim: str, reason: str) -> Statement:
    return Statement(criterion, claim, Rung.CANNOT_SAY, reason, (), Maryland.UNCONTROLLED)


def _efficiency(costs: pd.DataFrame) -> Statement:
    claim = "the cost for each person was lower in real terms than in the period before"
    people = costs[(costs["denominator"] == "person") & costs["headline"]].sort_values("period")
    if costs.empty:
        return _unsaid(Criterion.EFFICIENCY, claim, NO_COST)
    if len(people) < 2:
        return _unsaid(Criterion.EFFICIENCY, claim, ONE_PERIOD)
    before, now = people.iloc[-2], people.iloc[-1]
    figures = [f"unit-cost-{match}-real" for match in people.index[-2:]]
    return judge(
        Criterion.EFFICIENCY,
        claim,
        _difference(before, now),
        against=0,
        better=Better.LOWER,
        level=Maryland.UNCONTROLLED,
        figures=figures,
    )


def _difference(before: "pd.Series[float]", now: "pd.Series[float]") -> Result:
    """The later cost less the earlier, in real terms; two bounds of one kind leave the difference open either way."""
    reasons = [str(row["real_reason"]) for row in (before, now) if row["real_reason"]]
    if reasons:
        return CannotSay(reasons[0])
    if before["direction"] or now["direction"]:
        return CannotSay("one of the two costs, or both, is a bound, so the true difference may lie on either side")
    value, method = now["real_cost"] - before["real_cost"], "difference of costs in real terms"
    if pd.notna(now["real_lower"]) and pd.notna(before["real_lower"]):
        lower, upper = now["real_lower"] - before["real_upper"], now["real_upper"] - before["real_lower"]
        return Estimate(value, lower, upper, method=f"{method}, ends of both intervals")
    return Estimate(value, method=method, direction=Direction.EXACT)


def _effectiveness(outcomes: pd.DataFrame) -> Statement:
    claim = "those it reached were better off afterwards"
    if outcomes.empty:
        return _unsaid(Criterion.EFFECTIVENESS, claim, NO_OUTCOME)
    compared = evaluated(outcomes)
    if compared.empty:
        by_itself = (outcomes["evidence"] == SELF_REPORT).all()
        return _unsaid(Criterion.EFFECTIVENESS, claim, BY_ITSELF if by_itself else NO_DESIGN)
    chosen = compared.sort_values(["level", "result_id"], ascending=[False, True]).iloc[0]
    return judge(
        Criterion.EFFECTIVENESS,
        f'what the source calls "{chosen["measure"]}" was above nought afterwards',
        Estimate(float(chosen["value"]), method="as published"),
        against=0,
        better=Better.HIGHER,
        level=int(chosen["level"]),
        figures=[outcome_figure(result) for result in compared["result_id"]],
    )


def side_by_side(verdicts: dict[str, Verdict]) -> pd.DataFrame:
    """One row a service: `service`, and for each of the four Es its mark and rung."""
    rows = [
        {"service": name} | {str(said.criterion): f"{said.rung.mark} {said.rung}" for said in verdict.statements}
        for name, verdict in verdicts.items()
    ]
    return pd.DataFrame(rows, columns=["service", *map(str, Criterion)])


def in_words(verdicts: dict[str, Verdict]) -> str:
    """What a chart of `side_by_side` shows, for those who do not see it: by criterion, who is on which rung."""
    said = []
    for place, criterion in enumerate(Criterion):
        held: dict[Rung, list[str]] = {}
        for name, verdict in verdicts.items():
            held.setdefault(verdict.statements[place].rung, []).append(name)
        ranks = [rung for rung in Rung if rung in held]
        if len(ranks) == 1:
            said.append(f"{criterion}: {ranks[0]} for every service")
            continue
        most = max(ranks, key=lambda rung: (len(held[rung]), rung is Rung.CANNOT_SAY))
        parts = [f"{rung} for {', '.join(held[rung])}" for rung in ranks if rung is not most]
        said.append(f"{criterion}: {'; '.join(parts)}; {most} for every other service")
    return ". ".join(one[0].upper() + one[1:] for one in said) + "."


def statements(verdicts: dict[str, Verdict], *criteria: Criterion) -> pd.DataFrame:
    """One row a statement under `criteria`.

    Returns
    -------
    `service`, `criterion`, `sentence`, and the `level` and `figures` (ids) that it leans on, blank where on none.
    """
    rows = [
        (name, str(said.criterion), said.sentence, int(said.level) if said.figures else None, " ".join(said.figures))
        for name, verdict in verdicts.items()
        for said in verdict.statements
        if said.criterion in criteria
    ]
    table = pd.DataFrame(rows, columns=["service", "criterion", "sentence", "level", "figures"])
    return table.astype({"level": "Int64"}).assign(figures=table["figures"].replace("", None))
