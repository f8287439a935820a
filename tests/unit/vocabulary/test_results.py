"""What a calculation may answer, and how its status is worked out."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from vfm.vocabulary.results import Estimate, Status


@pytest.mark.parametrize(
    ("inputs", "result"),
    [
        ([], "derived"),
        (["published"], "derived"),
        (["derived", "published"], "derived"),
        (["published", "scenario"], "scenario"),
        (["scenario", "derived"], "scenario"),
        (["illustrative", "published"], "illustrative"),
        (["published", "scenario", "illustrative", "derived"], "illustrative"),
        ([Status.SCENARIO, "published"], "scenario"),
    ],
)
def test_a_result_has_the_weakest_status_of_its_inputs(inputs: list[str], result: str) -> None:
    assert Status.of_result(inputs) == result
    assert Status.of_result(reversed(inputs)) == result


def test_a_status_that_there_is_not_is_a_defect() -> None:
    with pytest.raises(ValueError, match="invented"):
        Status.of_result(["published", "invented"])


@pytest.mark.parametrize(
    "parts",
    [
        {"value": 2},
        {"value": 0.0},
        {"value": 2, "lower": 1, "upper": 3},
        {"value": 2, "lower": 2, "upper": 2},
        {"value": -2, "lower": -3, "upper": -1},
    ],
)
def test_an_estimate_lies_in_its_interval(parts: dict[str, Any]) -> None:
    assert Estimate(**parts).value == parts["value"]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"value": nan}, "finite"),
        ({"value": inf}, "finite"),
        ({"value": 2, "lower": -inf, "upper": 3}, "finite"),
        ({"value": 2, "lower": 1, "upper": nan}, "finite"),
        ({"value": 2, "lower": 1}, "both ends"),
        ({"value": 2, "upper": 3}, "both ends"),
        ({"value": 0.9, "lower": 1, "upper": 3}, "0.9 is outside its interval 1 to 3"),
        ({"value": 3.1, "lower": 1, "upper": 3}, "outside"),
        ({"value": 2, "lower": 3, "upper": 1}, "outside"),
    ],
)
def test_an_estimate_that_cannot_be_stood_behind_is_not_made(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Estimate(**parts)
