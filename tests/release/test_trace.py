"""From a published number back to its rows: a release made once of small notebooks, and asked by the command."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import Any

import pytest

from project_copies import ProjectCopy
from small_projects import PUBLISH, QUARTER, ROOT, copy_project, through_the_gate, write_notebook
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE
from vfm.release import manifest
from vfm.release.parameters import PARAMETERS
from vfm.release.rules import method_of, parameter_of

OPEN = """import vfm
from vfm.analysis import completeness, growth, unit_costs
from vfm.vocabulary.periods import FinancialYear

data = vfm.open_quarter(quarter)
release = vfm.open_release(quarter)"""
BUDGET = """year = FinancialYear.parse("2019-20")
total = growth.published_total(data.budget, "MOPAC commissioning budget (total)", year)
about = {"title": "Commissioning budget", "unit": "£", "period": "2019/20", "source": total["source"]}
half = total["rounded_to"] / 2
release.published("budget-2019-20", total["amount"], half_width=half, leans_on=["mixed-funders"], **about);"""
COSTS = """costs = unit_costs.cost_matches(data.matched, level=level)
for match, row in costs.iterrows():
    about = {"title": f"Cost for each {row['counted']}", "unit": "£ per one", "period": row["period"]}
    release.number(f"unit-cost-{match}", unit_costs.as_result(row, level=level), source=row["source"], **about)"""
AWARDS = """traced = completeness.traced(data.awards)
release.number("awards-pounds", traced["awards-pounds"], title="Pounds traced", unit="£", period="2020", source="MOPAC")
release.exclude("not-components", "Awards that overlap", rows=int((data.awards["role"] != "component").sum()),
                pounds=float(data.awards["amount_not_summed"].sum()), effect="Left out of every sum")
columns = {"award_id": ("Award", "")}
release.table("listed", data.components, columns=columns, title="Awards", period="2020", source="MOPAC")"""
CRIME = """from vfm.vocabulary.results import Estimate

counted = Estimate(float(data.crime["count"].sum()), method="count of the crimes")
release.number("crime-counted", counted, title="Crime", unit="crimes", period="2010 to 2020", source="MPS");"""
GANG_EXIT = "unit-cost-london-gang-exit-young-people-2016-17-whole-award"
CORRECTED = {"row": 56, "column": "amount_gbp", "from_value": "1250000", "to_value": "1260000"}


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose release is published, with one correction of a raw row."""
    project = copy_project(tmp_path_factory.mktemp("traced") / "project", notebooks=False)
    parts = {"file": "published/awards.csv", "sheet": "", **CORRECTED, "reason": "Misread.", "owner_role": "analyst"}
    line = ",".join(map(str, [*parts.values(), "2026-11-20"]))
    ProjectCopy(project).change("corrections.csv", lambda text: f"{text}{line}\n")
    write_notebook(project, "20-cost-per-outcome", OPEN, BUDGET, COSTS, AWARDS, CRIME)
    write_notebook(
        project, "90-quarterly-update", PUBLISH.format(id="last", value=2), "release.say('It is {budget-2019-20}.')"
    )
    in_short = "release.say('It was {budget-2019-20}, {awards-pounds} traced.', 'In all {budget-2019-20}.')"
    write_notebook(project, "95-plain-words", f"import vfm\nrelease = vfm.open_release(quarter)\n{in_short}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        assert main(["refresh", QUARTER]) == 0
        assert through_the_gate() == 0
    return project


@pytest.fixture
def ask(traced: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `vfm trace` prints of a figure, as JSON."""
    monkeypatch.setenv(PROJECT_VARIABLE, str(traced))

    def asked(*arguments: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert main(["trace", *arguments, "--json"]) == 0
        return list(json.loads(capsys.readouterr().out))

    return asked


def raw_row(project: Path, file: str, row: int) -> dict[str, str]:
    """A row of a raw file, read as a spreadsheet counts."""
    with (project / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))[row - 2]


def held(passport: dict[str, Any], table: str) -> dict[str, Any]:
    return next(one for one in passport["rows"] if one["table"] == table)


def test_value_interval_and_status(ask: Any) -> None:
    (passport,) = ask("budget-2019-20")
    assert (passport["value"], passport["lower"], passport["upper"]) == (53_600_000, 53_550_000, 53_650_000)
    assert (passport["text"], passport["range"]) == ("£53.6 million", "£53.55 million to £53.65 million")
    assert (passport["unit"], passport["period"], passport["status"]) == ("£", "2019/20", "published")


def test_the_formula_and_its_source(ask: Any) -> None:
    (passport,) = ask("unit-cost-london-gang-exit-young-people-2016-17")
    assert passport["formula"]["formula"].startswith("pounds / count")
    assert "Breslow and Day" in passport["formula"]["source"]
    assert "Byar" in passport["formula"]["method"]


def test_the_notebook_and_the_cell(ask: Any, traced: Path) -> None:
    (passport,) = ask("awards-pounds")
    made_by = passport["made_by"]
    assert made_by["functions"] == ["vfm.analysis.completeness.traced"]
    notebook = json.loads((traced / f"reports/{QUARTER}/notebooks/{made_by['notebook']}.ipynb").read_text("utf-8"))
    cells = {
        cell["execution_count"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"
    }
    assert 'release.number("awards-pounds"' in cells[made_by["cell"]]
    page = (traced / "reports" / QUARTER / made_by["page"].partition("#")[0]).read_text(encoding="utf-8")
    assert page.count(f'id="cell-{made_by["cell"]}"') == 1


def test_the_code_by_hash_and_by_commit_where_there_is_one(ask: Any, traced: Path, tmp_path: Path) -> None:
    (passport,) = ask("awards-pounds")
    assert passport["code"]["hash"] == manifest.read(traced / "reports" / QUARTER)["code"]
    assert passport["code"]["commit"] == ""  # the copy is no repository
    (tmp_path / "data" / "raw").mkdir(parents=True)
    for arguments in (
        ["init", "-q"],
        ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x", "--allow-empty"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    commit = manifest.commit(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{40}", commit)
    (tmp_path / "data" / "raw" / "new.csv").write_text("a\n", encoding="utf-8")
    assert manifest.commit(tmp_path) == f"{commit} and changes that are not committed"
    assert manifest.commit(tmp_path / "data") == ""  # a folder within another's repository


def test_parameters_with_their_sources_and_dates(ask: Any) -> None:
    (passport,) = ask(GANG_EXIT)
    (level,) = [one for one in passport["parameters"] if one["name"] == "level"]
    assert level["value"] == "0.95"
    assert level["source"]
    assert level["date"]
    assert {one["name"] for one in ask("budget-2019-20")[0]["parameters"]} == set()  # it is made with none


def test_rows_of_a_number_down_to_the_raw_file_with_its_hash(ask: Any, traced: Path) -> None:
    (passport,) = ask("budget-2019-20")
    (rows,) = passport["rows"]
    assert (rows["file"], rows["count"]) == ("data/raw/published/budget.csv", 1)
    raw = raw_row(traced, rows["file"], int(rows["rows"]))
    assert (raw["period"], raw["measure"]) == ("2019/20", "MOPAC commissioning budget (total)")
    assert float(raw["value_gbp"]) == 53_600_000
    assert rows["stated"][0]["values"] == {"amount": 53_600_000}
    package = json.loads((traced / "data/raw/datapackage.json").read_text(encoding="utf-8"))
    assert {f"sha256:{rows['sha256']}"} == {
        r["hash"] for r in package["resources"] if r["path"] == "published/budget.csv"
    }


def test_a_match_leads_on_to_its_result_and_its_awards(ask: Any, traced: Path) -> None:
    (passport,) = ask(GANG_EXIT)
    found = {one["table"]: raw_row(traced, one["file"], int(one["rows"])) for one in passport["rows"]}
    assert f"unit-cost-{found['matches']['match_id']}" == GANG_EXIT
    assert found["results"]["result_id"] == found["matches"]["result_id"]
    assert found["awards"]["award_id"] == found["matches"]["award_ids"]


def test_rows_of_a_sum_are_all_that_went_in(ask: Any, traced: Path) -> None:
    with (traced / "data/raw/published/awards.csv").open(encoding="utf-8", newline="") as lines:
        awards = list(csv.DictReader(lines))
    components = [row for row, award in enumerate(awards, 2) if award["role"] == "component"]
    (listed,) = ask("listed")
    assert held(listed, "awards")["count"] == len(components)
    assert [int(one["row"]) for one in held(listed, "awards")["stated"]] == components
    assert held(ask("awards-pounds")[0], "awards")["count"] == len(awards)


def test_where_only_the_table_is_known_it_says_so(ask: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (passport,) = ask("crime-counted")
    files = {one["file"]: one["rows"] for one in passport["rows"]}
    reference = "data/raw/reference"
    assert files == {f"{reference}/recorded_crime_{name}.csv": None for name in ("quarter", "month")}
    assert main(["trace", "crime-counted"]) == 0
    assert "which of its rows is not recorded: the table is read as a whole" in " ".join(
        capsys.readouterr().out.split()
    )


def test_corrections_that_were_applied_to_its_rows_and_no_others(ask: Any) -> None:
    (passport,) = ask(GANG_EXIT)
    (correction,) = passport["corrections"]
    assert {name: correction[name] for name in CORRECTED} == {name: str(value) for name, value in CORRECTED.items()}
    assert ask("budget-2019-20")[0]["corrections"] == []
    assert passport["value"] == pytest.approx(1_260_000 / 263)  # £4,791: the corrected sum over the 263 young people


def test_exclusions_with_counts_and_pounds(ask: Any) -> None:
    (exclusion,) = ask("awards-pounds")[0]["exclusions"]
    assert float(exclusion["rows"]) == 192 - 172  # awards, and components among them
    assert float(exclusion["pounds"]) == pytest.approx(653_718_165 - 410_013_635.05, abs=1)
    assert ask("budget-2019-20")[0]["exclusions"] == []


def test_what_it_leans_on_by_rule_and_by_what_the_notebook_names(ask: Any) -> None:
    leans_on = {one["entry_id"] for one in ask("budget-2019-20")[0]["leans_on"]}
    assert leans_on == {"budget-rounding", "compiled-in-retrospect", "mixed-funders", "sums-checked"}


def test_the_reviewer_is_the_role_that_approved(ask: Any, traced: Path) -> None:
    approval = manifest.read(traced / "reports" / QUARTER)["approval"]
    assert ask("awards-pounds")[0]["reviewer"] == approval
    assert approval["role"] == "head of performance"
    assert ask("awards-pounds", "--release", f"{QUARTER}@draft")[0]["reviewer"]["role"] == "head of performance"


def test_it_works_from_the_release_alone(
    ask: Any, traced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = ask(GANG_EXIT)
    shutil.copytree(traced / "reports" / QUARTER, tmp_path / "taken along")
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "datapackage.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    assert main(["trace", GANG_EXIT, "--json", "--release", str(tmp_path / "taken along")]) == 0
    assert json.loads(capsys.readouterr().out) == expected


def test_nothing_slow_is_imported_and_nothing_is_fetched(traced: Path) -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise OSError('offline')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from vfm.cli import main\n"
        f"status = main(['trace', {GANG_EXIT!r}])\n"
        "print(status, sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=traced, capture_output=True, text=True, check=True)
    *_, modules = done.stdout.splitlines()
    assert modules.startswith("0 ")
    for slow in ("pandas", "numpy", "duckdb", "jinja2", "papermill", "nbformat", "matplotlib", "pyarrow"):
        assert f"'{slow}'" not in modules


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Commissioning budget", ["budget-2019-20"]),  # of its title
        ("commissioning BUDGET", ["budget-2019-20"]),
        ("£53.6 million", ["budget-2019-20"]),  # as it is printed
        ("The budget came to £53.6 million, it said.", ["budget-2019-20"]),  # in a sentence
        ("listed", ["listed"]),  # a table
    ],
)
def test_a_figure_is_found_by_its_words_and_by_its_number(ask: Any, asked: str, expected: list[str]) -> None:
    assert [one["figure"] for one in ask(asked)] == expected


def test_several_are_listed_with_their_numbers(ask: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(ask("unit-cost")) > 5
    assert main(["trace", "unit-cost"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith("figures: name one of them.")
    assert any(
        line.startswith("unit-cost-london-gang-exit-young-people-2016-17: ") and "£3,802" in line for line in lines
    )


def test_a_name_that_is_near_is_suggested(ask: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "budget-2019-21"]) == 2
    assert 'Did you mean "budget-2019-20"?' in capsys.readouterr().err


def test_a_release_from_before_there_were_passports_is_said(
    traced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(traced))
    shutil.copytree(traced / "reports" / QUARTER, tmp_path / "old")
    (tmp_path / "old" / "passports.json").unlink()
    assert main(["trace", "last", "--release", str(tmp_path / "old")]) == 1
    assert "was released before figures had passports" in capsys.readouterr().err


def test_in_the_terminal_each_part_has_its_name(ask: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", GANG_EXIT]) == 0
    said = capsys.readouterr().out
    parts = (
        "value",
        "formula",
        "made by",
        "code",
        "parameters",
        "rows",
        "corrections",
        "exclusions",
        "leans on",
        "reviewer",
    )
    assert all(re.search(rf"^  {part} ", said, re.MULTILINE) for part in parts)
    assert 'published/awards.csv, row 56, amount_gbp: "1250000" read as "1260000"; Misread.' in " ".join(said.split())


def test_every_number_of_the_pages_leads_to_its_passport_without_a_script(traced: Path) -> None:
    release = traced / "reports" / QUARTER
    trace = (release / "trace.html").read_text(encoding="utf-8")
    numbers = json.loads((release / "numbers.json").read_text(encoding="utf-8"))
    front = (release / "index.html").read_text(encoding="utf-8")
    assert "<script" not in trace
    for number in numbers:
        assert trace.count(f'id="{number["figure_id"]}"') == 1
        assert f'href="trace.html#{number["figure_id"]}"' in front
    assert '<a class="figure" href="#number-budget-2019-20">£53.6 million</a>' in front  # in a sentence
    notebook = (release / "notebooks/20-cost-per-outcome.html").read_text(encoding="utf-8")
    assert 'href="../trace.html#listed">How do we know?' in notebook  # a table


def test_every_link_of_the_page_leads_somewhere(traced: Path) -> None:
    release = traced / "reports" / QUARTER
    trace = (release / "trace.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="([^"]+)"', trace))
    for link in (one for one in links if not one.startswith("http")):
        file, _, anchor = link.partition("#")
        page = (release / file).read_text(encoding="utf-8") if file else trace
        assert not anchor or f'id="{anchor}"' in page, link


def test_the_page_writes_what_figures_share_once_and_each_leads_to_it(traced: Path) -> None:
    trace = (traced / "reports" / QUARTER / "trace.html").read_text(encoding="utf-8")
    sections = dict(re.findall(r'<section class="passport" id="([^"]+)">(.*?)</section>', trace, re.DOTALL))
    evidence = {name: text for name, text in sections.items() if name.startswith("evidence-")}
    bodies = [text.partition("<dl>")[2] for text in evidence.values()]
    assert len(bodies) == len(set(bodies)) >= 5
    assert trace.count("Misread.") == len([body for body in bodies if "Misread." in body])  # in no figure's own part
    for name in ("unit-cost-london-gang-exit-young-people-2016-17", GANG_EXIT, "awards-pounds", "listed"):
        leads_to = re.findall(r'href="#((?:evidence|calculation|formula)-\d+)"', sections[name])
        kinds = [one.partition("-")[0] for one in leads_to]
        assert kinds == ["formula", "calculation", "evidence"][name == "listed" :]  # a table has no one formula
    gang = re.search(r'href="#(evidence-\d+)"', sections[GANG_EXIT])
    assert gang and "row 56" in evidence[gang[1]] and "Misread." in evidence[gang[1]]
    formula = method_of(json.loads((traced / f"reports/{QUARTER}/numbers.json").read_text("utf-8"))[0]["method"])
    assert trace.count(escape(formula["formula"])) == 1


def test_every_number_of_the_plain_words_leads_to_its_passport(traced: Path) -> None:
    release = traced / "reports" / QUARTER
    trace = (release / "trace.html").read_text(encoding="utf-8")
    summary = (release / "summary.html").read_text(encoding="utf-8")
    numbers = re.findall(r'<a class="figure" href="trace.html#([^"]+)">', summary)
    assert numbers == ["budget-2019-20", "awards-pounds", "budget-2019-20"]
    assert summary.count('class="figure"') == len(numbers)  # and no number leads anywhere else
    assert all(f'<section class="passport" id="{name}">' in trace for name in numbers)


def test_passports_share_their_rows(traced: Path) -> None:
    made = json.loads((traced / f"reports/{QUARTER}/passports.json").read_text(encoding="utf-8"))
    sets = [json.dumps(one) for one in made["row_sets"]]
    assert len(sets) == len(set(sets))
    assert (traced / f"reports/{QUARTER}/passports.json").stat().st_size < 100_000


def test_every_parameter_is_described_with_its_source_and_date() -> None:
    names = {name for definition in PARAMETERS.values() for name in definition.__dataclass_fields__}
    assert {name for name in names if not all(parameter_of(name, "").values()) or not parameter_of(name, "")} == set()


def test_every_method_of_the_shipped_numbers_has_its_formula() -> None:
    paths = [*ROOT.glob("reports/*/numbers.json"), *ROOT.glob("reports/examples/*/numbers.json")]
    methods = {number["method"] for path in paths for number in json.loads(path.read_text(encoding="utf-8"))}
    assert {method for method in methods if not method_of(method).get("formula")} == set()
