"""The schemas that code holds and those that the catalogue tells the world are the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

from vfm.data import rules, schemas
from vfm.data.dictionary import GROUPS
from vfm.data.schemas_processed import PROCESSED
from vfm.data.tables import DAY, FLAG, NUMBER, TABLES, TEXT, WHOLE

CATALOGUE = Path(__file__).resolve().parents[3] / "data" / "raw" / "datapackage.json"
RESOURCES = json.loads(CATALOGUE.read_text(encoding="utf-8"))["resources"]
EVERY = [pytest.param(schema, id=f"{group.each} {name}") for group in GROUPS for name, schema in group.schemas.items()]
FRICTIONLESS = {NUMBER: "number", WHOLE: "integer", DAY: "date", FLAG: "boolean"}


def kind(column: Any) -> str:
    """What a Frictionless schema calls the type of a column; pandas knows several types of string."""
    dtype = str(column.dtype)
    return "string" if dtype.startswith(TEXT) else FRICTIONLESS[dtype]


def test_every_table_is_in_the_catalogue_and_no_other() -> None:
    assert sorted(resource["name"] for resource in RESOURCES) == sorted(schemas.RAW)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource["name"])
def test_the_catalogue_says_of_a_table_what_the_schema_says(resource: dict[str, Any]) -> None:
    schema = schemas.RAW[resource["name"]]
    described = [
        (field["name"], field["type"], field.get("constraints", {}).get("required", False), field["description"])
        for field in resource["schema"]["fields"]
    ]
    held = [(name, kind(column), not column.nullable, column.description) for name, column in schema.columns.items()]
    assert described == held
    assert resource["schema"]["primaryKey"] == schema.unique
    assert resource["title"].strip()  # its own: what the publisher calls it


def test_a_processed_table_is_one_that_an_sql_file_makes() -> None:
    assert sorted(PROCESSED) == list(TABLES)


@pytest.mark.parametrize("schema", EVERY)
def test_a_table_takes_its_own_columns_alone_and_its_key_is_never_blank(schema: pa.DataFrameSchema) -> None:
    assert schema.strict
    assert schema.title
    blank = {name for name in schema.unique if schema.columns[name].nullable}
    assert blank <= SHEETS


SHEETS = {"sheet"}  # of corrections: a CSV file has none, and two blanks are the same


@pytest.mark.parametrize("schema", PROCESSED.values(), ids=PROCESSED)
def test_a_processed_table_is_given_its_types_and_holds_its_order(schema: pa.DataFrameSchema) -> None:
    assert schema.coerce
    assert schema.ordered


def says_no_more_than(name: str, description: str) -> bool:
    """Whether a description has no word but those of the column's name and the smallest ones."""
    words = set(re.findall("[a-z0-9]+", description.lower()))
    return words <= {*name.split("_"), "a", "an", "and", "in", "is", "it", "of", "the"}


@pytest.mark.parametrize("schema", EVERY)
def test_a_column_says_more_than_its_name(schema: pa.DataFrameSchema) -> None:
    told = {name: column.description or "" for name, column in schema.columns.items()}
    assert [name for name, description in told.items() if says_no_more_than(name, description)] == []


def test_a_description_that_repeats_the_name_is_found() -> None:
    assert says_no_more_than("financial_year", "the financial year")
    assert says_no_more_than("theme", "")
    assert not says_no_more_than("population", "people")


@pytest.mark.parametrize("schema", EVERY)
def test_every_rule_says_what_is_wrong_and_how_to_mend_it(schema: pa.DataFrameSchema) -> None:
    for check in [*schema.checks, *(check for column in schema.columns.values() for check in column.checks)]:
        assert check.error
        assert not check.error.endswith(".")
        assert check.description.endswith(".")


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (rules.NOT_NEGATIVE, [0, 0.5, 10**9], [-1, -0.01]),
        (rules.AREA_CODE, ["E09000001", "E12000007", "none"], ["E0900001", "E090000011", "EE9000001", "e09000001", ""]),
        (rules.BOROUGH_CODE, ["E09000001", "X12000007"], ["none", "E0900000१"]),
        (rules.YEAR, ["2019-20", "1999-00"], ["2019/20", "2019-21", "2019", "२०१९-20", "9999-00", "2019-20 "]),
        (
            rules.QUARTER,
            ["2019-20-Q4", "1999-00-Q1"],
            ["2019-20-Q5", "2019-21-Q1", "2019-20", "2019/20-Q1", "0000-01-Q1"],
        ),
        (rules.MONTH, ["2019-04"], ["2019", "2019-04-01", "2019-13", "2019-00", "2019-4"]),
        (
            rules.PART_DATE,
            ["2019", "2019-04", "2020-02-29"],
            ["2019-13", "2019-02-29", "0000", "9999", "19", "2019-", "२०१९"],
        ),
        (
            rules.LINK,
            ["https://www.london.gov.uk/a?b=c", "http://a"],
            ["www.london.gov.uk", "ftp://a", "https://", "https://a b"],
        ),
        (rules.PLAIN_KEY, ["london-gang-exit", "r13"], ["London", "a_b", "a b", "", "é"]),
        (rules.one_of("a", "b"), ["a", "b"], ["c", "A", ""]),
    ],
    ids=lambda value: getattr(value, "error", ""),
)
def test_a_rule_takes_the_good_and_refuses_the_bad(rule: Any, good: list[Any], bad: list[Any]) -> None:
    dtype = TEXT if isinstance(good[0], str) else NUMBER
    values = pd.Series([*good, *bad], dtype=dtype)
    assert list(rule(values).check_output) == [True] * len(good) + [False] * len(bad)
