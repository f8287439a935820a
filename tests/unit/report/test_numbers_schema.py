"""The JSON schema of numbers.json: it holds every release, says what each field is, and refuses what is wrong."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from document_kit import number
from vfm.report import documents, figures
from vfm.report.figures import Number
from vfm.vocabulary.results import Direction, Status

SCHEMA: dict[str, Any] = json.loads(documents.schema())
ONE: dict[str, Any] = SCHEMA["$defs"]["number"]
RELEASES = sorted((Path(__file__).parents[3] / "reports").rglob("numbers.json"))


def record(**changed: Any) -> dict[str, Any]:
    return json.loads(figures.as_json(number())) | changed


def validate(*records: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(list(records))


def test_it_is_a_schema_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_field_of_a_number_is_described_and_nothing_else() -> None:
    assert list(ONE["properties"]) == [field.name for field in fields(Number)]
    # Releases that were made before numbers said how they are missing, or revised, stay as they are.
    assert ONE["required"] == [name for name in ONE["properties"] if name not in {"mark", "revision"}]
    for name, about in ONE["properties"].items():
        assert about["description"].endswith("."), name


def test_statuses_and_directions_are_those_of_the_vocabulary() -> None:
    assert ONE["properties"]["status"]["enum"] == [str(status) for status in Status]
    assert ONE["properties"]["direction"]["enum"] == [str(direction) for direction in Direction]
    assert all(f"{status}: " in ONE["properties"]["status"]["description"] for status in Status)


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.parent.relative_to(path.parents[2]).as_posix())
def test_the_numbers_of_every_release_hold_to_it(path: Path) -> None:
    records = json.loads(path.read_text(encoding="utf-8"))
    assert records
    validate(*records)


def test_a_number_and_a_reason_why_there_is_none_both_hold() -> None:
    validate(record(), record(value=None, lower=None, upper=None, reason="no return is held"))


@pytest.mark.parametrize(
    "changed",
    [
        {"figure_id": "Not An Id"},
        {"value": "53.6"},
        {"value": None},  # and no reason
        {"reason": "why, when there is a value"},
        {"value": None, "lower": 1.0, "reason": "an interval round nothing"},
        {"status": "certain"},
        {"direction": "over"},
        {"title": ""},
        {"note": "a field of no one's"},
    ],
    ids=str,
)
def test_what_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(record(**changed))


@pytest.mark.parametrize("name", [field.name for field in fields(Number) if field.name not in {"mark", "revision"}])
def test_no_field_may_be_left_out(name: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({key: value for key, value in record().items() if key != name})
