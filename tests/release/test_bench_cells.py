"""The bench for a cell: tables of a release with units, status and n, and SQL that reaches nothing hidden."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import vfm
from small_projects import QUARTER, copy_project
from vfm.bench.cells import OPEN, Bench, open_bench
from vfm.data.project import PROJECT_VARIABLE
from vfm.data.tables import TABLES
from vfm.release import manifest
from vfm.report import figures
from vfm.report.figures import Shown
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.results import Status
from vfm.vocabulary.run_variables import READS_VARIABLE

MADE = {
    "register-areas": ([{"area": "Croydon"}, {"area": "Hackney"}], {"area": ("Area", "")}, "derived"),
    "borough-croydon-services": (
        [{"service": "London Gang Exit", "pounds": "[c]"}],
        {"service": ("Service", ""), "pounds": ("Pounds", "£")},
        "scenario",
    ),
    "unit-costs-people": (
        [{"service": "London Gang Exit", "cost": 3802.28}],
        {"service": ("Service", ""), "cost": ("Cost", "£ per person")},
        "derived",
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_project(tmp_path_factory.mktemp("bench") / "project", notebooks=False)
    folder = root / "reports" / QUARTER
    for name, (rows, columns, status) in MADE.items():
        shown = Shown(name, f"Title of {name}", "2019/20", status, "MOPAC", "75-services", columns)
        figures.write_new(folder / "tables" / f"{name}.json", figures.as_json(shown))
        figures.write_new(folder / "tables" / f"{name}.csv", figures.as_csv(pd.DataFrame(rows)))
    about = {"quarter": QUARTER, "as_of": "2026-11-23", "state": "published", "version": 3, "status": "published"}
    (folder / "numbers.json").write_text(json.dumps([]), encoding="utf-8")
    manifest.seal(folder, about | {"code": "c0de", "parameters": {}})
    return root


@pytest.fixture
def bench(made: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv(PROJECT_VARIABLE, str(made))
    return open_bench(QUARTER)


def test_services_of_a_borough_show_units_status_and_n(bench: Bench) -> None:
    answered = bench.services(borough="croydon")
    html = answered._repr_html_()
    assert (answered.status, answered.n) == (Status.SCENARIO, 1)
    assert "Title of borough-croydon-services" in html
    assert "Scenario: under assumptions of ours" in html
    assert "n = 1 rows" in html
    assert "[c]" in html and "[c]" in repr(answered)  # what the release hides stays hidden


def test_unit_costs_are_those_of_the_release(bench: Bench) -> None:
    costs = bench.unit_costs(by="person")
    assert costs.frame["cost"].tolist() == [3802.28]
    assert "£ per person" in costs._repr_html_() or "£3,802" in costs._repr_html_()


def test_sql_counts_rows_of_the_processed_tables(bench: Bench) -> None:
    answered = bench.sql("select count(*) as awards from awards where role = 'component'")
    assert answered.frame["awards"].tolist() == [172]  # data/raw/published/awards.csv: 172 components of 192 rows
    assert answered.status is Status.DERIVED


def test_sql_sees_people_as_they_may_be_published(bench: Bench) -> None:
    assert "mark" in bench.sql("select * from outputs").frame
    for name in ("panel", "queries", "ledgers"):  # people as they are, and what came in
        with pytest.raises(UsageError, match="does not exist"):
            bench.sql(f"select * from {name}")
    assert set(OPEN) < set(TABLES)
    assert {"mark", "of_mark"} <= set(bench.sql("select * from outcomes").frame)


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_parquet('{outputs}')",
        "select * from '{outputs}'",
        "select * from data",  # a variable of the method
        "set enable_external_access = true",
        "copy (select 1) to '{outputs}.csv'",
        "attach '{outputs}.db'",
    ],
)
def test_sql_reaches_no_file_and_no_variable(bench: Bench, made: Path, query: str) -> None:
    bench.sql("select 1")  # the tables are built
    outputs = made / "data" / "processed" / QUARTER / "outputs.parquet"
    assert outputs.is_file()
    with pytest.raises(UsageError, match="The query cannot be run"):
        bench.sql(query.format(outputs=outputs))
    assert not outputs.with_name("outputs.parquet.csv").exists()


def test_an_unknown_name_suggests_the_nearest(bench: Bench) -> None:
    with pytest.raises(UsageError, match='Did you mean "Croydon"'):
        bench.services(borough="Croyden")
    with pytest.raises(UsageError, match='Did you mean "person"'):
        bench.unit_costs(by="persons")
    with pytest.raises(UsageError, match='Did you mean "awards"'):
        bench.sql("select * from award")
    with pytest.raises(AttributeError, match='Did you mean "services"'):
        bench.service  # noqa: B018


def test_what_a_bench_answers_completes_by_tab(bench: Bench) -> None:
    assert {"services", "unit_costs", "sql", "boroughs"} <= set(dir(bench))
    assert bench.boroughs == ["Croydon", "Hackney"]


def test_the_tables_of_a_quarter_answer_from_its_release(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(made))
    data = vfm.open_quarter(QUARTER)
    assert "Title of borough-croydon-services" in data.services(borough="Croydon")._repr_html_()
    assert data.unit_costs(by="person").frame["cost"].tolist() == [3802.28]
    assert data.sql("select count(*) as n from services").frame["n"].tolist() == [len(data.services)]
    assert {"services", "unit_costs", "sql", "awards"} <= set(dir(data))
    with pytest.raises(AttributeError, match='Did you mean "unit_costs"'):
        data.unit_cost  # noqa: B018
    with pytest.raises(UsageError, match='Did you mean "Croydon"'):
        data.services(borough="Croyden")
    # it is a table as before, and its parts are no more than tables
    assert isinstance(data.services, pd.DataFrame)
    assert type(data.services[data.services["theme"] == "victims"]) is pd.DataFrame


def test_a_notebook_of_a_release_asks_no_release(made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(made))
    monkeypatch.setenv(READS_VARIABLE, str(tmp_path / "reads.txt"))
    with pytest.raises(UsageError, match="works from the tables"):
        vfm.open_quarter(QUARTER).sql("select 1")
