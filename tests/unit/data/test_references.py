"""What tables say of one another, each rule on tables small enough to see why."""

from __future__ import annotations

import pandas as pd
import pytest

from vfm.data import references
from vfm.vocabulary.errors import Problem

NA = pd.NA


def rows(**columns: list[object]) -> pd.DataFrame:
    """A table as it is read: text that may be blank, numbered from row 2."""
    size = len(next(iter(columns.values())))
    index = pd.RangeIndex(2, 2 + size)
    kinds = {"headline": "boolean", "stated_pounds": "float64", "stated_spend_gbp": "float64"}
    return pd.DataFrame(
        {name: pd.Series(cells, index=index, dtype=kinds.get(name, "string")) for name, cells in columns.items()}
    )


def told(problems: list[Problem]) -> list[tuple[str, int | None, str | None, str, str | None]]:
    return [(p.file, p.row, p.column, p.rule, p.value) for p in problems]


# ---- areas

BOROUGHS = rows(gss_code=["E09000008", "E09000007", NA, "E09000001"], borough=["Croydon", "Camden", "Barnet", NA])
PLACE = rows(gss_code=["E12000007"], name=["London"], beyond=["London Heathrow and London City Airports"])


@pytest.mark.parametrize(
    ("code", "borough", "problem"),
    [
        ("E09000008", "Croydon", None),
        ("E12000007", "London", None),
        ("none", "London Heathrow and London City Airports", None),
        ("E09000008", "Croyden", ("borough", "an unknown borough", "Croyden", ' Did you mean "Croydon"?')),
        ("E09000008", "Paris", ("borough", "an unknown borough", "Paris", "Use a name from boroughs.csv.")),
        ("E09000007", "Croydon", ("gss_code", "the code and the name are of two areas", "E09000007", "E09000008")),
        ("E09000099", "Croydon", ("gss_code", "the code and the name are of two areas", "E09000099", "E09000008")),
        (NA, "Croydon", None),  # a blank cell is a problem of its own
        ("E09000008", NA, None),
    ],
)
def test_an_area_has_the_name_of_its_code(code: str, borough: str, problem: tuple[str, str, str, str] | None) -> None:
    table = rows(gss_code=["E09000007", code], borough=["Camden", borough])
    found = list(references.area_problems(table, "crime.csv", BOROUGHS, PLACE))
    if problem is None:
        assert found == []
    else:
        column, rule, value, hint = problem
        assert told(found) == [("crime.csv", 3, column, rule, value)]
        assert found[0].mend.endswith(hint) or f" {hint}." in found[0].mend


# ---- services

SERVICES = rows(
    service_id=["gang-exit", "refuge", "x"],
    name=["London Gang Exit", "Refuge", NA],
    aliases=["LGE | Gang exit", NA, NA],
)


def known_services(services: pd.DataFrame, awards: list[object], results: list[object]) -> list[Problem]:
    files = ("services.csv", "awards.csv", "results.csv")
    return list(references._known_services(services, rows(service=awards), rows(service=results), *files))


def test_a_service_goes_by_its_name_and_its_aliases() -> None:
    names = references.service_names(SERVICES)
    assert list(names.itertuples(index=False, name=None)) == [
        ("London Gang Exit", "gang-exit"),
        ("LGE", "gang-exit"),
        ("Gang exit", "gang-exit"),
        ("Refuge", "refuge"),
    ]
    assert known_services(SERVICES, ["LGE", "Refuge", NA], ["Gang exit"]) == []


def test_an_unknown_service_is_told_in_awards_and_in_results() -> None:
    found = known_services(SERVICES, ["Refuge", "Refuges"], ["Bakery"])
    assert told(found) == [
        ("awards.csv", 3, "service", "an unknown service", "Refuges"),
        ("results.csv", 2, "service", "an unknown service", "Bakery"),
    ]
    assert found[0].mend.endswith('Did you mean "Refuge"?')


def test_a_name_that_two_services_go_by_is_told_at_the_second() -> None:
    services = rows(service_id=["a", "b"], name=["Refuge", "Shelter"], aliases=[NA, "Home|Refuge"])
    (found,) = known_services(services, ["Refuge"], ["Home"])
    assert told([found]) == [("services.csv", 3, "aliases", "a name that two services go by", "Refuge")]


# ---- matches


def matches(**columns: list[object]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    blank = {
        name: [NA] * size
        for name in ("match_id", "result_id", "base_result_id", "basis", "award_ids", "obstacle", "headline")
    }
    return rows(**(blank | {"stated_pounds": [None] * size} | columns))


RESULTS = rows(
    result_id=["R1", "R2", "R3", NA],
    precision=["as-published", "plan", "as-published", NA],
    evidence=["count", "count", "provider self-report", NA],
    stated_spend_gbp=[100.0, None, None, None],
)
AWARDS = rows(award_id=["A1", "A2", "A3", NA], role=["component", "envelope", NA, "component"])


def unmatched(table: pd.DataFrame) -> list[Problem]:
    return list(references._match_references(table, RESULTS, AWARDS, "matches.csv", "results.csv", "awards.csv"))


def test_a_match_names_results_and_component_awards_that_there_are() -> None:
    good = matches(result_id=["R1", "R2", "R3"], award_ids=["A1", " A1 ", NA], base_result_id=["R2", NA, NA])
    assert unmatched(good) == []
    bad = matches(
        result_id=["R1", "R2", "R9", "R3"], award_ids=["A1|A2", "A3", "A9", "A1|"], base_result_id=["R8", *[NA] * 3]
    )
    assert told(unmatched(bad)) == [
        ("matches.csv", 4, "result_id", "an unknown result", "R9"),
        ("matches.csv", 2, "base_result_id", "an unknown result", "R8"),
        ("matches.csv", 2, "award_ids", "not a component award", "A2"),
        ("matches.csv", 3, "award_ids", "not a component award", "A3"),
        ("matches.csv", 4, "award_ids", "not a component award", "A9"),
        ("matches.csv", 5, "award_ids", "not a component award", ""),
    ]


def test_a_result_that_no_match_speaks_of_is_told_at_the_result() -> None:
    found = unmatched(matches(result_id=["R1", "R3"]))
    assert told(found) == [("results.csv", 3, "result_id", "a result that no match speaks of", "R2")]


def test_a_plan_or_a_self_report_is_never_a_headline() -> None:
    table = matches(result_id=["R1", "R2", "R3", "R3", "R9", NA], headline=[True, True, True, False, True, True])
    found = list(references._headlines(table, RESULTS, "matches.csv", "results.csv"))
    assert told(found) == [
        ("matches.csv", 3, "headline", "a headline on weak evidence", "R2"),
        ("matches.csv", 4, "headline", "a headline on weak evidence", "R3"),
    ]


@pytest.mark.parametrize(
    ("basis", "has", "lacks"),
    [
        ("awards", {"award_ids": "A1"}, {"stated_pounds": 5.0, "obstacle": "elsewhere"}),
        ("stated-elsewhere", {"stated_pounds": 5.0}, {"award_ids": "A1", "obstacle": "elsewhere"}),
        ("stated-spend", {"result_id": "R1"}, {"result_id": "R2", "award_ids": "A1"}),
        ("none", {"obstacle": "elsewhere"}, {"award_ids": "A1", "stated_pounds": 5.0}),
    ],
)
def test_a_match_has_what_its_basis_needs(basis: str, has: dict[str, object], lacks: dict[str, object]) -> None:
    def found(cells: dict[str, object]) -> list[Problem]:
        table = matches(basis=[basis], **{name: [cell] for name, cell in cells.items()})
        return list(references._match_money(table, RESULTS, "matches.csv", "results.csv"))

    assert found(has) == []
    rule = "a match without what its basis needs"
    assert told(found(lacks)) == [("matches.csv", 2, "basis", rule, basis)]


def test_a_basis_that_is_not_known_is_told_by_the_schema_alone() -> None:
    table = matches(basis=["hearsay", NA])
    assert list(references._match_money(table, RESULTS, "matches.csv", "results.csv")) == []
