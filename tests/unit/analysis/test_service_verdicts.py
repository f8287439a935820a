"""The four Es of a service: no further than what is published goes, and each on figures that are published."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from vfm.analysis import deflation, growth
from vfm.analysis import service_verdicts as verdicts
from vfm.analysis.unit_costs import cost_matches
from vfm.analysis.verdict import Criterion, Rung
from vfm.data.quarter import QuarterData

SERVICES = pd.DataFrame({"service_id": ["s", "t"], "name": ["Example", "Other"]})


def cost(period: str, value: float, **more: Any) -> dict[str, Any]:
    row = {"service_id": "s", "denominator": "person", "value_precision": "as-published", "headline": True}
    real = {"real_cost": value, "real_lower": value - 1, "real_upper": value + 1, "real_reason": ""}
    return row | {"period": period, "direction": ""} | real | more


def outcome(result: str, evidence: str, value: float = 0.4) -> dict[str, Any]:
    known = {"service_id": "s", "kind": "outcome", "measure": "fewer charges"}
    return known | {"result_id": result, "evidence": evidence, "value": value}


def judged(costs: list[dict[str, Any]], outcomes: list[dict[str, Any]]) -> dict[Criterion, Any]:
    names = [
        "service_id",
        "denominator",
        "value_precision",
        "headline",
        "period",
        "direction",
        "real_cost",
        "real_lower",
        "real_upper",
        "real_reason",
    ]
    table = pd.DataFrame(costs, columns=names, index=[f"c{n}" for n in range(len(costs))])
    results = pd.DataFrame(outcomes, columns=["result_id", "service_id", "kind", "measure", "evidence", "value"])
    found = verdicts.service_verdicts(table, results, SERVICES)
    return {said.criterion: said for said in found["Example"].statements}


def test_economy_and_equity_cannot_be_said() -> None:
    said = judged([cost("2019", 10)], [])
    assert said[Criterion.ECONOMY].rung is said[Criterion.EQUITY].rung is Rung.CANNOT_SAY
    assert "no budget is published" in said[Criterion.ECONOMY].sentence
    assert "no result is published by who was reached" in said[Criterion.EQUITY].sentence


@pytest.mark.parametrize(
    ("costs", "rung", "reason"),
    [
        ([cost("2019", 10)], Rung.CANNOT_SAY, "one period only"),
        ([cost("2019", 10), cost("2020", 5)], Rung.SHOWN, ""),  # 4 to 6 less 9 to 11: -7 to -3
        ([cost("2019", 10), cost("2020", 9)], Rung.NOT_SHOWN, "chance alone"),  # 8 to 10 less 9 to 11: -3 to 1
        ([cost("2020", 5), cost("2019", 10)], Rung.SHOWN, ""),  # whatever the order of the rows
        ([cost("2019", 5), cost("2020", 10)], Rung.NOT_SHOWN, "on the other side"),
        ([cost("2019", 10, direction="at most"), cost("2020", 5)], Rung.CANNOT_SAY, "is a bound"),
        ([cost("2019", 10), cost("2020", 5, real_reason="the deflator has no value")], Rung.CANNOT_SAY, "deflator"),
        ([cost("2019", 10), cost("2020", 5, headline=False)], Rung.CANNOT_SAY, "one period only"),
    ],
)
def test_efficiency_sets_the_last_cost_against_the_one_before(
    costs: list[dict[str, Any]], rung: Rung, reason: str
) -> None:
    said = judged(costs, [])[Criterion.EFFICIENCY]
    assert said.rung is rung
    assert reason in said.reason
    assert bool(said.figures) == (len([c for c in costs if c["headline"]]) == 2)


@pytest.mark.parametrize(
    ("outcomes", "rung", "reason", "level"),
    [
        ([], Rung.CANNOT_SAY, "no outcome is published", 1),
        ([outcome("R1", "not stated")], Rung.CANNOT_SAY, "without how it was measured", 1),
        ([outcome("R1", "provider self-report")], Rung.CANNOT_SAY, "reports on itself", 1),
        ([outcome("R1", "before-after")], Rung.SUGGESTED, "no interval", 1),
        ([outcome("R1", "before-after"), outcome("R2", "comparison-group (national)")], Rung.SUGGESTED, "interval", 3),
        ([outcome("R1", "before-after", value=-0.1)], Rung.NOT_SHOWN, "not on the better side", 1),
    ],
)
def test_effectiveness_goes_no_further_than_the_design(
    outcomes: list[dict[str, Any]], rung: Rung, reason: str, level: int
) -> None:
    said = judged([cost("2019", 10)], outcomes)[Criterion.EFFECTIVENESS]
    assert (said.rung, said.level) == (rung, level)
    assert reason in said.reason


def test_words_for_those_who_do_not_see_the_chart_name_whoever_stands_apart() -> None:
    results = pd.DataFrame([outcome("R1", "before-after")])
    table = pd.DataFrame([cost("2019", 10), cost("2019", 9) | {"service_id": "t"}])
    found = verdicts.service_verdicts(table, results, SERVICES)
    assert verdicts.in_words(found) == (
        "Economy: cannot say for every service. Efficiency: cannot say for every service. "
        "Effectiveness: suggested for Example; cannot say for every other service. "
        "Equity: cannot say for every service."
    )


def test_a_plan_and_a_grant_are_no_reason_to_speak_of_a_service() -> None:
    table = pd.DataFrame([cost("2019", 10, value_precision="plan"), cost("2019", 10, denominator="grant")])
    none = pd.DataFrame(columns=["result_id", "service_id", "kind", "measure", "evidence", "value"])
    assert verdicts.service_verdicts(table, none, SERVICES) == {}


def test_of_the_shipped_services_two_are_more_than_silent(tables: QuarterData) -> None:
    costs = cost_matches(deflation.with_periods(tables.matched, tables.results))
    real = deflation.real_costs(costs, growth.index_of_vintage(tables.deflator, "2023-06 (QNA)"), "2019-20")
    found = verdicts.service_verdicts(real, tables.results, tables.services)
    table = verdicts.side_by_side(found)
    assert len(table) == 12
    spoken = table[(table.drop(columns="service") != "– cannot say").any(axis=1)]
    assert spoken[["service", "effectiveness"]].to_numpy().tolist() == [
        ["Drive (national)", "◐ suggested"],
        ["GPS tagging (domestic abuse)", "◐ suggested"],
    ]
    said = verdicts.statements(found, *Criterion)
    assert len(said) == 4 * len(table)
    figures = {one for row in said["figures"].dropna() for one in row.split()}
    evaluated = {verdicts.outcome_figure(result) for result in verdicts.evaluated(tables.results)["result_id"]}
    assert figures
    assert figures <= evaluated | {f"unit-cost-{match}-real" for match in tables.matched.index}
