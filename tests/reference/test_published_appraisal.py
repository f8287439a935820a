"""Discounting against the Green Book's own factors (case 34), and the social return of a made-up example (case 42)."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vfm.analysis import appraisal, discounting, social_return
from vfm.analysis.appraisal import Stream
from vfm.vocabulary.results import Estimate

HERE = Path(__file__).parent
RATES = pd.read_csv(HERE.parents[1] / "data" / "raw" / "reference" / "green_book_discount_rates.csv")
BOOK = json.loads((HERE / "green_book.json").read_text())
RETURN = json.loads((HERE / "social_return.json").read_text())
FACTORS = discounting.discount_factors(RATES, years=40)
PRICES = "2019-20"


def stream(pounds: list[float]) -> Stream:
    return Stream(tuple(pounds), PRICES)


def close(case: dict[str, Any], name: str, key: str | None = None) -> Any:
    part = case["expected"][name]
    return pytest.approx(part["value"] if key is None else part["value"][key], rel=part["rtol"], abs=0)


@pytest.mark.parametrize("year", [int(year) for year in BOOK["expected"]["factor"]["value"]])
def test_factors_are_those_of_the_green_book(year: int) -> None:
    assert FACTORS[year] == close(BOOK, "factor", str(year))


def test_costs_and_benefits_are_those_of_the_other_package() -> None:
    benefits, costs = stream(BOOK["inputs"]["benefits"]), stream(BOOK["inputs"]["costs"])
    ratio = appraisal.benefit_cost_ratio(benefits, costs, FACTORS)
    assert isinstance(ratio, Estimate) and ratio.value == close(BOOK, "plain", "bcr")
    assert appraisal.net_present_value(benefits, costs, FACTORS).value == close(BOOK, "plain", "npv")
    assert appraisal.present_value(costs, FACTORS).value == close(BOOK, "plain", "pv_costs")
    assert appraisal.present_value(benefits, FACTORS).value == close(BOOK, "plain", "pv_benefits")


@pytest.mark.parametrize("name", ["alternative_A", "alternative_B"])
def test_the_two_alternatives_of_the_treasury(name: str) -> None:
    assert appraisal.present_value(stream(BOOK["inputs"][name]), FACTORS).value == close(BOOK, f"{name}_npv")


OUTCOMES = [
    social_return.Outcome(
        row["name"],
        row["quantity"],
        row["proxy"],
        PRICES,
        row["deadweight"],
        row["displacement"],
        row["attribution_to_others"],
        row["drop_off"],
        row["years"],
    )
    for row in RETURN["inputs"]["outcomes"]
]


def test_the_impact_of_each_outcome_by_year() -> None:
    part = RETURN["expected"]["impact_by_year"]
    for outcome, wanted in zip(OUTCOMES, part["value"], strict=True):
        assert outcome.name == wanted["name"]
        assert list(social_return.impact(outcome, starts=0).pounds) == pytest.approx(
            wanted["by_year"], rel=part["rtol"], abs=0
        )


@pytest.mark.parametrize(
    ("starts", "name"), [(1, "sroi_ratio_year1_discounted_once"), (0, "sroi_ratio_green_book_year0")]
)
def test_the_social_return_by_either_convention(starts: int, name: str) -> None:
    assert FACTORS[1] == pytest.approx(1 / (1 + RETURN["inputs"]["discount_rate"]), rel=1e-15)
    inputs = stream([RETURN["inputs"]["inputs"]])
    got = social_return.social_return(OUTCOMES, inputs, FACTORS, starts=starts)
    assert isinstance(got, Estimate) and got.value == close(RETURN, name)
    assert social_return.CONVENTION[starts] in got.method


@pytest.mark.parametrize(
    ("starts", "name"),
    [(1, "present_value_year1_discounted_once"), (0, "present_value_year1_undiscounted_green_book_year0")],
)
def test_the_present_value_of_all_outcomes(starts: int, name: str) -> None:
    table = social_return.impact_table(OUTCOMES, starts=starts)
    assert float((table["pounds"] * table["year"].map(FACTORS)).sum()) == close(RETURN, name)
