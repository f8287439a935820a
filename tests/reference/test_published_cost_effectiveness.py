"""Incremental tables against dampack (case 04); net benefit, acceptability and EVPI against BCEA (case 06)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import cost_effectiveness as ce
from vfm.vocabulary.results import Estimate

CASES = json.loads((Path(__file__).parent / "incremental_tables.json").read_text())
SHARED = Path(__file__).parents[3] / "shared" / "reference" / "06_psa_vaccine"


@pytest.mark.parametrize("name", ["va", "hiv", "tie"])
def test_tables_are_those_of_the_other_package(name: str) -> None:
    options = pd.DataFrame(CASES["options"][name]).rename(columns={"strategy": "option"})
    if name == "hiv":
        options = options.assign(effect=options["effect_months"] / 12)
    part = CASES["expected"][name]
    got = ce.incremental_table(options)
    wanted = pd.DataFrame(part["value"])
    assert list(zip(got["option"], got["status"], strict=True)) == list(
        zip(wanted["strategy"], wanted["status"], strict=True)
    )
    for column in ("inc_cost", "inc_effect", "icer"):
        np.testing.assert_allclose(
            got[column], wanted[column].astype(float), rtol=part["rtol"], atol=part["atol"], err_msg=column
        )


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    if not SHARED.is_dir():
        pytest.skip(
            "case 06 holds GPL-3 example data, so it is not in this tree; put `shared` beside the clone to run it"
        )
    return {part["name"]: part for part in json.loads((SHARED / "expected.json").read_text())["expected"]}


@pytest.fixture(scope="module")
def draws(expected: dict[str, Any]) -> ce.Draws:
    table = pd.read_csv(SHARED / "vaccine_psa.csv")
    names = ("status_quo", "vaccination")
    costs, effects = (table[[f"{kind}_{name}" for name in names]].to_numpy() for kind in ("c", "e"))
    return ce.Draws(names, costs, effects)


def close(part: dict[str, Any]) -> Any:
    return pytest.approx(part["value"], rel=part["rtol"], abs=part["atol"])


def test_the_mean_increments_and_their_ratio(expected: dict[str, Any], draws: ce.Draws) -> None:
    beyond = ce.plane(draws, reference="status_quo")
    assert beyond["inc_effect"].mean() == close(expected["mean_delta_effect"])
    assert beyond["inc_cost"].mean() == close(expected["mean_delta_cost"])
    ratio = ce.mean_ratio(draws, "vaccination", reference="status_quo")
    assert isinstance(ratio, Estimate) and ratio.value == close(expected["icer"])
    assert ce.incremental_table(draws.means)["icer"].iloc[1] == close(expected["icer"])


def test_vaccination_is_acceptable_as_often_as_bcea_finds(expected: dict[str, Any], draws: ce.Draws) -> None:
    thresholds, part = expected["k"]["value"], expected["ceac_prob_vaccination_better"]
    pairwise = ce.pairwise_acceptability(draws, thresholds, reference="status_quo")["vaccination"]
    assert pairwise.tolist() == close(part)
    assert ce.acceptability(draws, thresholds)["vaccination"].tolist() == close(part)


def test_certainty_is_worth_what_bcea_finds(expected: dict[str, Any], draws: ce.Draws) -> None:
    got = ce.value_of_information(draws, expected["k"]["value"])
    assert got["evpi"].tolist() == close(expected["evpi"])


def test_the_frontier_turns_where_bcea_does(expected: dict[str, Any], draws: ce.Draws) -> None:
    grid = np.arange(0, 50_001, 100)
    got = ce.frontier(draws, grid)
    assert (
        got.loc[got["option"] == "vaccination", "threshold"].min() == expected["break_even_on_grid_step_100"]["value"]
    )
    at = ce.frontier(draws, 25_000).iloc[0]
    part = expected["expected_net_benefit_at_25000"]
    assert at["net_benefit"] == pytest.approx(part["value"]["vaccination"], rel=part["rtol"], abs=part["atol"])


def test_the_expected_gain_is_that_of_bcea(expected: dict[str, Any], draws: ce.Draws) -> None:
    benefit = ce.mean_net_benefit(draws, expected["k"]["value"])
    gains = (benefit["vaccination"] - benefit["status_quo"]).tolist()
    assert gains == close(expected["expected_incremental_benefit"])
    part = expected["expected_net_benefit_at_25000"]
    assert benefit.loc[25_000].to_dict() == pytest.approx(part["value"], rel=part["rtol"], abs=part["atol"])
