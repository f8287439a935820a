"""Panels against published answers: Card and Krueger (case 22), staggered wages (case 23), Grunfeld (case 26)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import difference_in_differences as did
from vfm.analysis import fixed_effects as fe
from vfm.analysis import staggered
from vfm.analysis.impact import About, Effect

HERE = Path(__file__).parent
ABOUT = About("full-time staff", "jobs", "the wage rise of 1992")

# ---- case 22: New Jersey's minimum wage; means and errors as in table 3 of the paper, to more places

STORES = pd.read_csv(HERE / "card_krueger_1994.csv").dropna(subset=["fte"])
COLUMNS: dict[str, Any] = {"outcome": "fte", "unit": "id", "treated": "nj", "after": "d", "about": ABOUT}
CELLS = [
    # New Jersey, after, mean, error
    (0, 0, 23.331169, 1.3511489),
    (1, 0, 20.439408, 0.5082607),
    (0, 1, 21.165584, 0.94322116),
    (1, 1, 21.027429, 0.52030944),
]


@pytest.mark.parametrize(("treated", "after", "mean", "se"), CELLS)
def test_the_means_of_card_and_krueger(treated: int, after: int, mean: float, se: float) -> None:
    cell = did.group_means(STORES, outcome="fte", treated="nj", after="d").loc[(treated, after)]
    assert list(cell[["mean", "se"]]) == pytest.approx([mean, se], rel=1e-6)


def test_every_store_of_card_and_krueger() -> None:
    found = did.two_by_two(STORES, **COLUMNS)
    assert isinstance(found, Effect)
    assert found.value == pytest.approx(2.7536058, rel=1e-6)
    # clustered by restaurant, 1.30661 times Student's t of 409 degrees of freedom, 1.965756
    assert (found.upper - found.value) / 1.965756 == pytest.approx(1.30661, rel=1e-4)


def test_the_same_stores_of_card_and_krueger() -> None:
    found = did.paired_changes(STORES, **COLUMNS)
    assert isinstance(found, Effect)
    table = found.table.set_index("treated")
    assert table["n"].sum() == found.n == 384
    assert list(table["mean"]) == pytest.approx([-2.2833333, 0.46666667], rel=1e-6)
    assert found.value == pytest.approx(2.75, rel=1e-6)
    assert float(np.sqrt((table["se"] ** 2).sum())) == pytest.approx(1.3423, rel=1e-3)


# ---- case 23: staggered wages

CASE = HERE.parents[2] / "shared" / "reference" / "23_did_staggered_mpdta"
needs_case = pytest.mark.skipif(
    not CASE.is_dir(), reason="the licence of the county data (GPL) keeps them out of the tree"
)


@cache
def wanted() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in json.loads((CASE / "expected.json").read_text())["expected"]}


@cache
def counties() -> pd.DataFrame:
    rows = pd.read_csv(CASE / "mpdta.csv")
    return rows.assign(start=rows["first_treat"].where(rows["first_treat"] > 0))


PANEL: dict[str, Any] = {"outcome": "lemp", "unit": "countyreal", "time": "year", "first_treated": "start"}


@cache
def cells() -> staggered.GroupTimes:
    wide = staggered.widen(counties(), **PANEL)
    assert isinstance(wide, staggered.Wide)
    found = staggered.group_time(wide, controls="never")
    assert isinstance(found, staggered.GroupTimes)
    return found


@needs_case
@pytest.mark.parametrize(("name", "column", "key"), [("att_gt", "value", "att"), ("att_gt_analytic_se", "se", "se")])
def test_every_group_at_every_time(name: str, column: str, key: str) -> None:
    entry, table = wanted()[name], cells().table.set_index(["group", "time"])[column]
    rows = entry["value"]
    assert len(rows) == len(table)
    got = [table[row["group"], row["time"]] for row in rows]
    # the errors too come from the influence function, so they agree far within the 2% that is asked
    np.testing.assert_allclose(got, [row[key] for row in rows], rtol=1e-6, atol=entry["atol"])


@needs_case
def test_groups_and_times_drawn_together() -> None:
    table = staggered.aggregate(cells(), "exposure").set_index("of")["value"]
    for exposure, value in wanted()["dynamic"]["value"].items():
        assert table[int(exposure)] == pytest.approx(value, rel=1e-6, abs=1e-9)
    overall = {
        "simple": "simple_att",
        "exposure": "dynamic_overall",
        "group": "group_overall",
        "calendar": "calendar_overall",
    }
    for by, name in overall.items():
        got = staggered.aggregate(cells(), by).iloc[-1]
        assert got["of"] == "overall" and got["value"] == pytest.approx(wanted()[name]["value"], rel=1e-6)


@needs_case
def test_two_way_fixed_effects_and_what_they_are_made_of() -> None:
    found = did.two_way(counties(), about=ABOUT, **PANEL)
    assert isinstance(found, Effect)
    value = wanted()["twfe"]["value"]["coef"]
    assert found.value == pytest.approx(value, rel=1e-6)
    student = 1.964729  # of 499 degrees of freedom
    assert (found.upper - found.value) / student == pytest.approx(wanted()["twfe_se_cluster_county"]["value"], rel=1e-5)
    wide = staggered.widen(counties(), **PANEL)
    assert isinstance(wide, staggered.Wide)
    parts = staggered.bacon(wide)
    assert isinstance(parts, pd.DataFrame)
    assert parts["weight"].sum() == pytest.approx(1, rel=1e-9)
    assert (parts["weight"] * parts["value"]).sum() == pytest.approx(value, rel=1e-6)


@needs_case
def test_the_error_of_the_overall_effect_is_that_of_counties_drawn_again() -> None:
    # the influence function takes group sizes as given, so whole groups are drawn again within themselves
    wide = staggered.widen(counties(), **PANEL)
    assert isinstance(wide, staggered.Wide)
    generator = np.random.default_rng(20_210_426)
    drawn = []
    for _ in range(200):
        rows = np.concatenate(
            [
                generator.choice(np.flatnonzero(wide.start == g), int((wide.start == g).sum()))
                for g in np.unique(wide.start)
            ]
        )
        again = staggered.Wide(wide.values[rows], wide.start[rows], wide.places[rows], wide.times)
        found = staggered.group_time(again, controls="never")
        assert isinstance(found, staggered.GroupTimes)
        drawn.append(staggered.aggregate(found, "exposure")["value"].iloc[-1])
    got = staggered.aggregate(cells(), "exposure")["se"].iloc[-1]
    # 15%: three times the error of a spread from 200 draws, 1/sqrt(400)
    assert got == pytest.approx(np.std(drawn), rel=0.15)


# ---- case 26: Grunfeld's investment

FIRMS = pd.read_csv(HERE / "grunfeld_1958.csv")
SLOPES = ["value", "capital"]
GRUNFELD = [
    # groups, coefficients, plain errors, R squared within: plm 2.6-2 in R; to 4 places in Baltagi's book
    (["firm"], (0.110123804120718, 0.310065341300139), (0.0118566942140438, 0.0173545027755526), 0.76675758374814),
    (
        ["firm", "year"],
        (0.117715855082606, 0.357916273073427),
        (0.0137512830036482, 0.0227190108825725),
        0.720145212924406,
    ),
]


def investment(groups: list[str]) -> fe.PanelFit:
    found = fe.fixed_effects(FIRMS, outcome="inv", regressors=SLOPES, groups=groups, cluster="firm")
    assert isinstance(found, fe.PanelFit)
    return found


@pytest.mark.parametrize(("groups", "coefficients", "errors", "r2"), GRUNFELD)
def test_the_investment_of_grunfeld(
    groups: list[str], coefficients: tuple[float, float], errors: tuple[float, float], r2: float
) -> None:
    found = investment(groups)
    assert list(found.coefficients) == pytest.approx(coefficients, rel=1e-6)
    assert list(found.se) == pytest.approx(errors, rel=1e-6)
    assert found.r2_within == pytest.approx(r2, rel=1e-6)


def test_each_convention_of_clustered_errors() -> None:
    found = investment(["firm", "year"])
    assert found.parameters == 22  # 2 slopes and 20 years: the firms lie within the clusters
    plain = fe.clustered_covariance(found.regressors, found.residuals, found.codes)
    factor = fe.cluster_factor(observations=200, clusters=10, parameters=2)
    conventions = [
        # covariance, errors of value and capital
        (plain, (0.00971202368683507, 0.0429311089399738)),  # plm HC0
        (found.clustered, (0.01082442948, 0.04784839659)),  # fixest
        (plain * factor, (0.010263191236561, 0.0453674944847846)),  # plm "sss"
    ]
    for covariance, errors in conventions:
        assert list(np.sqrt(np.diag(covariance))) == pytest.approx(errors, rel=1e-5)
