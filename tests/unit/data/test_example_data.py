"""The example: made again byte for byte, marked wherever it stands, and with what it says was built in."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from project_copies import CHECKOUT
from vfm.data import checks
from vfm.data.catalogue import NEVER_LENT, Catalogue, sha256
from vfm.data.project import EXAMPLES, Project
from vfm.vocabulary.results import Status

HERE = CHECKOUT / "examples"
RAW = HERE / "raw"
FAULTS = HERE / "faults"
MADE = ("raw", "faults/vfm-", "elsewhere/raw")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that is made, with its bytes."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(files.items()) if name.startswith(MADE)}


def test_the_example_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(HERE / "make.py"), str(tmp_path)], check=True)
    made, here = contents(tmp_path), contents(HERE)
    assert sorted(made) == sorted(here)
    assert [name for name in made if made[name] != here[name]] == []
    assert sum(map(len, here.values())) < 4_000_000


@pytest.fixture(scope="module")
def checked() -> checks.Checked:
    return checks.check(Catalogue.read(RAW))


# ---- what is in it


def test_every_file_of_its_own_is_illustrative_and_says_so_in_its_title() -> None:
    package = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))
    assert package["status"] == "illustrative"
    for resource in package["resources"]:
        assert resource["status"] == "illustrative", resource["name"]
        assert resource["title"].startswith("Illustrative: "), resource["name"]
        assert not re.search("MOPAC|Mayor|London Crime", resource["title"]), resource["name"]
    assert Project(CHECKOUT, EXAMPLES).status is Status.ILLUSTRATIVE


def test_only_facts_are_taken_from_the_published_files_and_no_outcome() -> None:
    files = Catalogue.read(RAW).files.values()
    lent = {file.name for file in files if file.base != "."}
    assert lent == {
        "boroughs",
        "crime_kinds",
        "deprivation",
        "gdp_deflator",
        "green_book_discount_rates",
        "population",
        "postcode_districts",
        "recommendations",
        "tile_grid",
        "unit_costs_of_crime",
    }
    assert lent.isdisjoint(NEVER_LENT)


def test_an_outcome_is_not_lent_even_where_the_example_has_none(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "examples" / "raw")
    shutil.copytree(CHECKOUT / "data" / "raw", tmp_path / "data" / "raw")
    path = tmp_path / "examples" / "raw" / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] not in NEVER_LENT]
    path.write_text(json.dumps(package), encoding="utf-8")
    assert set(Catalogue.read(path.parent).files).isdisjoint(NEVER_LENT)


def test_names_and_addresses_are_clearly_invented(checked: checks.Checked) -> None:
    tables = checked.tables
    assert len(tables["services"]) == 20
    for name, column, pattern in (
        ("services", "name", r"Example service \d\d"),
        ("awards", "recipient", r"Example provider \d\d"),
        ("awards", "decision_ref", r"Example decision \d\d"),
    ):
        assert tables[name][column].str.fullmatch(pattern).all(), (name, column)
    for name in ("awards", "budget", "results", "borough_allocations"):
        assert tables[name]["source_url"].str.startswith("https://example.org/invented/").all(), name


def test_the_checks_find_no_error_and_tell_the_late_and_the_replaced(checked: checks.Checked) -> None:
    assert checked.errors == []
    told = pd.Series([problem.rule for problem in checked.advice]).value_counts()
    assert told["a return that came late"] == 2
    assert told["a return that a later one replaces"] == 2


def test_what_the_readme_says_was_built_in_is_there(checked: checks.Checked) -> None:
    spend, outcomes = checked.tables["returned_spend"], checked.tables["returned_outcomes"]
    assert set(spend["quarter"]) == {"2019-20-Q3", "2019-20-Q4"}
    areas = set(checked.tables["boroughs"]["borough"])
    assert areas - set(spend["area"]) == {"City of London", "Kingston upon Thames", "Richmond upon Thames"}
    sent = [set(spend.loc[spend["quarter"] == quarter, "service"]) for quarter in ("2019-20-Q3", "2019-20-Q4")]
    assert sent[0] - sent[1] == {"Example service 20"}
    assert set(spend.loc[spend["area"] == "London", "service"]) == {"Example service 09", "Example service 18"}
    none = outcomes.groupby("service")["achieved"].sum()
    assert list(none[none == 0].index) == ["Example service 08"]
    assert {Path(file).suffix for file in spend["file"]} == {".xlsx", ".ods", ".csv"}


def test_terms_are_as_the_notebook_on_terms_says_of_them(checked: checks.Checked) -> None:
    """Its words hold of the example too: both groups fall most at a year, and short awards are the smaller ones."""
    awards = checked.tables["awards"]
    awards = awards[awards["role"] == "component"]
    before = awards["start_date"] < pd.Timestamp("2020-04-01")
    for group in (awards[before], awards[~before]):
        assert group["duration_months"].mode().tolist() == [12]
    known = awards.dropna(subset=["amount_gbp"])
    short = known["duration_months"] < 24
    assert known.loc[short, "amount_gbp"].sum() / known["amount_gbp"].sum() < short.mean()
    assert awards["start_date"].isna().any()


# ---- the one true effect


def starts(awards: pd.DataFrame) -> dict[str, pd.Timestamp]:
    rows = awards[(awards["service"] == "Example service 07") & (awards["role"] == "component")]
    return dict(zip(rows["title"].str.removeprefix("Example service 07: "), rows["start_date"], strict=True))


def test_robbery_falls_by_what_the_readme_says_and_theft_does_not(checked: checks.Checked) -> None:
    """Log counts less the means of borough and quarter: the coefficient of having started is ln 0.85 = -0.163."""
    began, crime = starts(checked.tables["awards"]), checked.tables["recorded_crime_quarter"]
    assert sorted(pd.Series(began).value_counts().tolist()) == [4, 4, 4, 4]
    crime = crime.pivot(index=["borough", "quarter"], columns="category", values="count").reset_index()
    first = crime["quarter"].map({q: _first_day(q) for q in crime["quarter"].unique()})
    working = (first >= crime["borough"].map(began).fillna(pd.Timestamp("2100-01-01"))).astype(float)

    def within(values: pd.Series[float]) -> pd.Series[float]:
        table = values.groupby([crime["borough"], crime["quarter"]]).first().unstack()
        centred = table.sub(table.mean(axis=1), axis=0).sub(table.mean(axis=0)) + table.to_numpy().mean()
        return centred.stack()

    treated = within(working)
    for category, expected in (("robbery", np.log(0.85)), ("theft", 0.0)):
        logs = within(np.log(crime[category].astype(float)))
        assert float((treated * logs).sum() / (treated**2).sum()) == pytest.approx(expected, abs=0.03), category


def _first_day(quarter: str) -> pd.Timestamp:
    year, number = int(quarter[:4]), int(quarter[-1])
    return pd.Timestamp(date(year + (number == 4), (3 * number) % 12 + 1, 1))


def test_scores_rise_by_what_the_readme_says(checked: checks.Checked) -> None:
    began = starts(checked.tables["awards"])
    cases = pd.read_csv(RAW / "records" / "contacts.csv", parse_dates=["opened", "closed"])
    assert len(cases) == 3000
    assert cases["record_id"].is_unique
    assert cases["person_id"].duplicated().any()
    assert (cases["closed"] >= cases["opened"]).sum() == cases["closed"].notna().sum()
    done = cases.dropna(subset=["outcome_after"])
    after = (done["opened"] >= done["area"].map(began).fillna(pd.Timestamp("2100-01-01"))).astype(float)
    years = (done["opened"] - pd.Timestamp("2016-10-01")).dt.days / 365
    gain = (done["outcome_after"] - done["outcome_before"]).to_numpy()
    effect, a_year, everyone = np.linalg.lstsq(np.column_stack([after, years, np.ones(len(done))]), gain)[0]
    # 2,500 cases and a spread of 5 points: standard errors near 0.25, 0.12 and 0.2; three of each allowed
    assert effect == pytest.approx(3.0, abs=0.75)
    assert a_year == pytest.approx(0.4, abs=0.36)
    assert everyone == pytest.approx(2.0, abs=0.6)


# ---- faults


def faults() -> Iterator[tuple[str, str, str]]:
    for line in (FAULTS / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("vfm-"):
            yield cells[0], cells[2], cells[3]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example into which a fault may be dropped."""
    root = tmp_path_factory.mktemp("faults")
    shutil.copytree(RAW, root / "examples" / "raw")
    shutil.copytree(CHECKOUT / "data" / "raw", root / "data" / "raw")
    return root / "examples" / "raw"


def test_every_faulty_return_is_in_the_table() -> None:
    assert sorted(file for file, *_ in faults()) == sorted(path.name for path in FAULTS.glob("vfm-*"))


@pytest.mark.parametrize(("file", "rule", "where"), list(faults()))
def test_a_fault_is_told_as_the_table_says(
    example: Path, checked: checks.Checked, file: str, rule: str, where: str
) -> None:
    label = f"returns/2019-20-Q4/{file}"
    shutil.copy(FAULTS / file, example / label)
    try:
        problems = checks.check(Catalogue.read(example)).problems
    finally:
        (example / label).unlink()
    new = [problem for problem in problems if problem not in checked.problems]
    assert (rule, ", ".join(filter(None, (label, where)))) in [(problem.rule, problem.place) for problem in new]
    assert {problem.file for problem in new} == {label}
    assert len({problem.rule for problem in new}) <= 2


def test_the_returns_are_hashed_as_they_lie_there() -> None:
    returned = Catalogue.read(RAW).incoming("returns")
    with (RAW / "receipts.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["file"] for row in csv.DictReader(file)) == sorted(r.label for r in returned)
    assert len({sha256(r.path) for r in returned}) == len(returned)
