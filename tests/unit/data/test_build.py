"""Raw to processed: what the tables promise, and the published figures that they have to come to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from project_copies import ProjectCopy
from vfm.data import stamp
from vfm.data.build import build, conform, require_known
from vfm.data.project import Project
from vfm.data.quarter import QuarterData
from vfm.data.schemas import RAW
from vfm.data.schemas_processed import PROCESSED
from vfm.data.stamp import is_current
from vfm.data.tables import TABLES
from vfm.vocabulary.errors import DataError, UsageError
from vfm.vocabulary.periods import FinancialYear, Quarter

Q4 = Quarter.parse("2019-20-Q4")
Tables = dict[str, pd.DataFrame]

# ---- the published figures


def test_only_components_have_an_amount(built: Tables) -> None:
    awards = built["awards"]
    component = awards["role"] == "component"
    assert awards.loc[~component, "amount"].isna().all()
    assert awards.loc[component, "amount_not_summed"].isna().all()
    assert (component.sum(), awards["amount"].notna().sum()) == (172, 164)


def test_the_components_come_to_what_was_published_and_everything_to_more(built: Tables) -> None:
    awards = built["awards"]
    assert awards["amount"].sum() == pytest.approx(410_013_635.05, abs=0.005)  # to the penny: £410,013,635
    gross = awards["amount"].sum() + awards["amount_not_summed"].sum()
    assert round(gross) == 653_718_165


def test_no_award_is_lost_on_the_way(built: Tables, raw: Tables) -> None:
    assert sorted(built["awards"]["award_id"]) == sorted(raw["awards"]["award_id"])
    assert sorted(built["results"]["result_id"]) == sorted(raw["results"]["result_id"])
    assert sorted(built["matches"]["match_id"]) == sorted(raw["matches"]["match_id"])
    # the services' own sums come to the same: no award is counted under two
    assert built["services"]["amount"].sum() == pytest.approx(410_013_635.05, abs=0.005)
    assert built["services"]["awards"].sum() == len(raw["awards"])


def test_a_row_of_a_table_points_at_its_raw_row(built: Tables, raw: Tables) -> None:
    for row in built["awards"].itertuples():
        assert raw["awards"].loc[row.raw_row, "award_id"] == row.award_id


@pytest.mark.parametrize(("year", "crimes"), [(2012, 768_753), (2019, 913_660)])
def test_recorded_crime_of_the_mps_is_what_was_published(built: Tables, year: int, crimes: int) -> None:
    """With fraud, which was discontinued; by quarter, so that London's months are not counted too."""
    quarters = [str(Quarter(FinancialYear(year), number)) for number in (1, 2, 3, 4)]
    crime = built["crime"]
    assert crime.loc[crime["period"].isin(quarters), "count"].sum() == crimes


@pytest.mark.parametrize(("year", "people"), [(2012, 8_308_833), (2019, 8_961_989)])
def test_londons_population_is_the_original_estimate(built: Tables, year: int, people: int) -> None:
    population = built["population"]
    of = population[(population["series"] == "original") & (population["year"] == year)].set_index("gss_code")[
        "population"
    ]
    assert of["E12000007"] == people
    assert of.drop("E12000007").sum() == people  # the boroughs and the City
    assert len(of) == 34


def test_what_came_in_is_a_table_too(built: Tables, raw: Tables) -> None:
    received = built["received"].set_index("name")
    assert dict(received["rows"]) == {name: len(table) for name, table in raw.items() if name in RAW}
    assert received["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert set(built["queries"]["file"]) == {"published/stated_values.csv", "sums.csv"}


def test_what_came_in_beside_the_described_files_is_built_too(project_copy: ProjectCopy) -> None:
    """A ledger of one payment and advice about the file as a whole, which has no row."""
    heading = "Body Name,Supplier Name,Payment Date,Net Amount,Transaction No\n"
    for name in ("a.csv", "b.csv"):
        (project_copy.raw / "ledgers" / "2019").mkdir(parents=True, exist_ok=True)
        payment = f"Council,Example {name},31/03/2020,5.25,R1\n"
        (project_copy.raw / "ledgers" / "2019" / name).write_text(heading + payment)
    build(Project(project_copy.root), Q4)
    data = QuarterData(Project(project_copy.root), Q4)
    assert list(data.ledgers[["file", "line", "amount_pence"]].itertuples(index=False, name=None)) == [
        ("ledgers/2019/a.csv", 1, 525),
        ("ledgers/2019/b.csv", 1, 525),
    ]
    received = data.received.set_index("name").loc["ledgers/2019/a.csv"]
    assert (received["title"], received["rows"], received["status"]) == ("Ledger of payments, 2019", 1, "published")
    (query,) = data.queries[data.queries["file"] == "ledgers/2019/b.csv"].to_dict("records")
    assert (query["rule"], query["field"]) == ("a month that another file has", "date")
    assert pd.isna(query["raw_row"])


def test_records_are_built_into_the_panel_and_told_as_received(project_copy: ProjectCopy) -> None:
    """One person with two contacts in one quarter, of which the first closed in it and was better after."""
    (project_copy.raw / "records").mkdir()
    (project_copy.raw / "records" / "a.csv").write_text(
        "record_id,person_id,service,area,opened,closed,outcome_before,outcome_after\n"
        "r1,person-1,London Gang Exit,Croydon,2020-01-07,2020-03-01,10,12\n"
        "r2,person-1,London Gang Exit,Croydon,2020-02-07,,10,\n"
    )
    data = QuarterData(Project(project_copy.root), Q4)
    assert data.panel[["gss_code", "opened", "people", "closed", "assessed", "improved"]].to_numpy().tolist() == [
        ["E09000008", 2, 1, 1, 1, 1],
        ["E12000007", 2, 1, 1, 1, 1],
    ]
    received = data.received.set_index("name").loc["records/a.csv"]
    assert (received["title"], received["rows"]) == ("Contact records", 2)


def test_records_that_are_wrong_stop_a_build(project_copy: ProjectCopy) -> None:
    (project_copy.raw / "records").mkdir()
    (project_copy.raw / "records" / "a.csv").write_text(
        "record_id,person_id,service,area,opened,closed,outcome_before,outcome_after\n"
        "r1,jo bloggs,London Gang Exit,Croyden,2020-01-07,2019-03-01,10,12\n"
    )
    with pytest.raises(DataError) as refused:
        build(Project(project_copy.root), Q4)
    told = [(problem.rule, problem.row, problem.column) for problem in refused.value.problems if not problem.advice]
    assert told == [
        ("not a pseudonym", 2, "person_id"),
        ("an unknown area", 2, "area"),
        ("closed before it opened", 2, "closed"),
    ]


# ---- the contract

SENT = {
    "spend",
    "outputs",
    "outcomes",
    "panel",
    "grants",
    "contracts",
    "ledgers",
    "funding_tables",
}  # no return is published, nor London's rest


@pytest.mark.parametrize("name", TABLES)
def test_a_processed_table_has_the_columns_types_and_key_that_it_promises(built: Tables, name: str) -> None:
    key, columns = PROCESSED[name].unique, PROCESSED[name].columns
    table = built[name]
    assert list(table.columns) == list(columns)
    assert (len(table) > 0) == (name not in SENT)
    assert not table[key].isna().any(axis=None)
    assert not table.duplicated(key).any()
    pd.testing.assert_frame_equal(conform(name, table), table)


@pytest.mark.parametrize(
    "frame",
    [
        {"gss_code": ["E09000001"], "imd_year": [2015], "domain": ["imd"]},
        {"gss_code": ["E09000001"], "imd_year": [2015], "domain": ["imd"], "average_score": [1.0], "more": [1]},
        {"gss_code": ["E09000001"] * 2, "imd_year": [2015] * 2, "domain": ["imd"] * 2, "average_score": [1.0, 2.0]},
        {"gss_code": [None], "imd_year": [2015], "domain": ["imd"], "average_score": [1.0]},
        {"imd_year": [2015], "gss_code": ["E09000001"], "domain": ["imd"], "average_score": [1.0]},
        {"gss_code": ["Barnet"], "imd_year": [2015], "domain": ["imd"], "average_score": [1.0]},
        {"gss_code": ["E09000001"], "imd_year": [2015], "domain": ["imd"], "average_score": [None]},
    ],
    ids=["a column less", "a column more", "the key twice", "a blank key", "another order", "a rule", "a blank"],
)
def test_a_table_that_breaks_its_promise_is_a_defect(frame: dict[str, list[object]]) -> None:
    with pytest.raises((SchemaError, SchemaErrors)):
        conform("deprivation", pd.DataFrame(frame))


def test_one_cell_may_be_queried_for_two_reasons() -> None:
    cell = {"file": "returns/2019-20-Q4/a.csv", "raw_row": 2, "field": "amount", "mend": "Ask the provider."}
    rules = ["ten times the quarter before, or a tenth of it", "more spent than was awarded"]
    queries = pd.DataFrame([{**cell, "query": n, "rule": rule} for n, rule in enumerate(rules, 1)])[
        list(PROCESSED["queries"].columns)
    ]
    assert list(conform("queries", queries)["rule"]) == rules


def test_a_table_is_given_the_types_that_it_promises() -> None:
    frame = pd.DataFrame({"gss_code": ["E09000001"], "imd_year": [2015.0], "domain": ["imd"], "average_score": [1]})
    assert list(conform("deprivation", frame).dtypes) == ["string", "Int64", "string", "float64"]


# ---- quarters


@pytest.mark.parametrize("quarter", ["2010-11-Q1", "2019-20-Q4", "2023-24-Q1"])
def test_a_quarter_that_the_data_reaches_is_known(raw: Tables, quarter: str) -> None:
    require_known(Quarter.parse(quarter), raw["recorded_crime_quarter"]["quarter"], "2026-11-23")


@pytest.mark.parametrize("quarter", ["2009-10-Q4", "2023-24-Q2", "2199-00-Q4"])
def test_a_quarter_that_the_data_does_not_reach_is_refused_with_those_it_does(
    project_copy: ProjectCopy, quarter: str
) -> None:
    with pytest.raises(UsageError) as refused:
        build(Project(project_copy.root), Quarter.parse(quarter))
    assert str(refused.value).startswith(
        f"Nothing is known of {quarter}: the data of 2026-11-23 reaches from 2010-11-Q1 to 2023-24-Q1."
    )
    assert not (project_copy.root / "data" / "processed").exists()


# ---- when to build again


@pytest.fixture
def project(project_copy: ProjectCopy) -> Project:
    """A project whose processed tables stand as if just built: the stamp is what is looked at."""
    project = Project(project_copy.root)
    folder = project.processed(Q4)
    folder.mkdir(parents=True)
    for name in TABLES:
        (folder / f"{name}.parquet").touch()
    stamp.write_stamp(folder, stamp.Catalogue.read(project.raw))
    assert is_current(project, Q4)
    return project


def test_tables_of_another_quarter_are_not_those_of_this(project: Project) -> None:
    assert not is_current(project, Quarter.parse("2019-20-Q3"))


def test_a_raw_file_that_changes_calls_for_a_build(project: Project, project_copy: ProjectCopy) -> None:
    log = project.raw / "log.csv"
    before = log.read_bytes()
    log.write_bytes(before + b"\n")
    assert not is_current(project, Q4)  # and the build will refuse it: its hash differs
    project_copy.write("log.csv", before + b"\n")
    assert not is_current(project, Q4)  # described, it calls for a build


def test_a_raw_file_that_goes_or_comes_calls_for_a_build(project: Project) -> None:
    (project.raw / "log.csv").rename(project.raw / "log-2.csv")
    assert not is_current(project, Q4)


def test_an_sql_file_that_changes_calls_for_a_build(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = shutil.copytree(stamp.ROOM, tmp_path / "room")
    monkeypatch.setattr(stamp, "ROOM", room)
    assert is_current(project, Q4)
    for path in (room / "sql" / "awards.sql", room / "checks.py"):
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert not is_current(project, Q4), path.name
        path.write_bytes(before)
    assert is_current(project, Q4)


def test_another_version_of_a_library_calls_for_a_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "version", lambda name: "0.0.1")
    assert not is_current(project, Q4)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"built_from": null}', "\x00"])
def test_a_spoilt_stamp_calls_for_a_build(project: Project, content: str) -> None:
    (project.processed(Q4) / stamp.STAMP).write_text(content)
    assert not is_current(project, Q4)


def test_a_table_that_was_taken_away_calls_for_a_build(project: Project) -> None:
    (project.processed(Q4) / "awards.parquet").unlink()
    assert not is_current(project, Q4)


def test_a_build_that_is_refused_leaves_the_tables_as_they_were(project: Project, project_copy: ProjectCopy) -> None:
    project_copy.set_cell("published/awards.csv", 2, "amount_gbp", "-1")
    with pytest.raises(DataError):
        build(project, Q4)
    assert (project.processed(Q4) / "awards.parquet").read_bytes() == b""


# ---- the tables as a notebook opens them


def test_a_notebook_gets_its_tables_built_once_and_by_name(
    project_copy: ProjectCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(project_copy.root)
    data = QuarterData(project, Q4)
    assert is_current(project, Q4)
    assert json.loads((project.processed(Q4) / stamp.STAMP).read_text())["built_from"]
    assert len(data.components) == 172
    assert data.awards is data.awards
    assert data.matched["spend"].notna().all()
    assert (data.matched["basis"] != "none").all()
    assert "awards" in dir(data)
    assert repr(data).startswith("Tables of 2019-20-Q4 (January to March 2020): allocations, application_form, areas,")
    assert data.sources("deflator").startswith("GDP deflator by financial year, two vintages (HM Treasury; ")

    for unknown, hint in (("award", ' Did you mean "awards"?'), ("colour", "")):
        with pytest.raises(AttributeError) as missing:
            getattr(data, unknown)
        assert str(missing.value) == f'There is no table "{unknown}".{hint}'
    with pytest.raises(UsageError) as unsourced:
        data.sources("popluation")
    assert str(unsourced.value) == 'No raw file is behind a table "popluation". Did you mean "population"?'
    with pytest.raises(UsageError, match="behind a table"):
        data.sources("received")  # ours, of no raw file

    monkeypatch.setattr("vfm.data.build.build", lambda *_: pytest.fail("built again"))
    assert QuarterData(project, Q4).budget.equals(data.budget)


def test_tables_open_without_the_libraries_that_only_a_build_needs() -> None:
    code = "import sys, vfm.data.quarter; print(*{name.split('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "pandas" in ran.stdout.split()
    assert {"duckdb", "openpyxl", "pandera"}.isdisjoint(ran.stdout.split())


def test_a_correction_is_made_in_what_is_built_and_not_in_the_file(project_copy: ProjectCopy) -> None:
    before = (project_copy.raw / "published/awards.csv").read_bytes()
    line = "published/awards.csv,,2,amount_gbp,6144288,6144289,a slip,performance analyst,2026-11-23\n"
    project_copy.change("corrections.csv", lambda text: text + line)
    built = QuarterData(Project(project_copy.root), Quarter.parse("2019-20-Q4")).awards.set_index("award_id")
    assert built.loc["A001", "amount"] == 6144289
    assert (project_copy.raw / "published/awards.csv").read_bytes() == before
