"""Question cards: answered from a release alone, in its words, with a receipt that has the answer again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from places import LONDON
from small_projects import QUARTER, ROOT, copy_project
from vfm.analysis import formula, formula_need
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.data.quarter import QuarterData
from vfm.release import manifest
from vfm.release.ask import SERVICES, ask
from vfm.release.cards import cards
from vfm.report import figures
from vfm.report.figures import Columns, Number, Shown
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.run_variables import READS_VARIABLE

SHIPPED = ROOT / "reports" / QUARTER
BOROUGHS = ["Croydon", "Hackney", "City of London"]
NAMED = {"service": ("Service", "")}
RESTS = {
    "entry_id": "decisions-found",
    "kind": "data issue",
    "what": "The awards are those found.",
    "effect": "Not all.",
}
LEFT = {"entry_id": "no-amount", "what": "Awards without an amount", "rows": "8", "pounds": "", "effect": "Not summed"}
PLANNED = 20_000_001.0  # pounds of two years; an odd one, so that a year has to be rounded


def number(figure_id: str, value: float | None, **told: Any) -> Number:
    about = {"title": f"Title of {figure_id}", "unit": "services", "period": "2019/20", "status": "derived"}
    about |= {"lower": None, "upper": None, "method": "count", "source": "MOPAC", "notebook": "80-borough"} | told
    return Number(figure_id=figure_id, value=value, **about)


NUMBERS = [
    number("borough-croydon-services-count", 3.0, n=103.0),
    number("borough-croydon-money-here", None, unit="£", status="scenario", reason="no award names it"),
    number(
        "borough-hackney-outcomes-known", None, mark="[c]", reason="fewer than ten people", period="January to March"
    ),
    number("formula-planned", PLANNED, unit="£"),
]


def write_table(folder: Path, figure_id: str, rows: list[dict[str, Any]], columns: Columns, **told: Any) -> None:
    about = {"title": f"Title of {figure_id}", "period": "2019/20", "status": "derived", "sources": "MOPAC"} | told
    shown = Shown(figure_id, notebook="75-services", columns=dict(columns), **about)
    figures.write_new(folder / "tables" / f"{figure_id}.json", figures.as_json(shown))
    figures.write_new(folder / "tables" / f"{figure_id}.csv", figures.as_csv(pd.DataFrame(rows, columns=list(columns))))


def formula_tables(folder: Path, data: QuarterData) -> None:
    """The scenario as notebook 60 publishes it: a quarter for each of the four indicators."""
    vintage = formula_need.Vintage("2017-18", "original", 2015)
    need = formula_need.indicators(data.crime, data.population, data.deprivation, data.place, vintage)
    table = formula.allocate(need, dict.fromkeys(need, 0.25), round(PLANNED / 2) * 100).table
    names = formula_need.boroughs_of(data.place)
    rows = [{"area": names[code], "pounds": pence / 100} for code, pence in table["allocation"].items()]
    write_table(folder, "formula-scenario", rows, {"area": ("Borough", ""), "pounds": ("Pounds a year", "£")})
    weights = [{"assumption_id": f"formula-weight-{key}", "value": 0.25} for key in formula_need.INDICATORS]
    columns = {"assumption_id": ("Assumption", ""), "value": ("Weight", "proportion")}
    write_table(folder, "formula-weights", weights, columns, status="scenario")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a small release, written by hand and sealed."""
    root = copy_project(tmp_path_factory.mktemp("asked") / "project", notebooks=False)
    folder = root / "reports" / QUARTER
    folder.mkdir(parents=True)
    figures.write_numbers(folder, NUMBERS)
    write_table(folder, "register-areas", [{"area": name} for name in BOROUGHS], {"area": ("Area", "")})
    themes = [
        {"service": "London Gang Exit", "theme": "Violence"},
        {"service": "Restorative justice", "theme": "Victims"},
    ]
    write_table(folder, SERVICES, themes, NAMED | {"theme": ("Theme", "")})
    write_table(folder, "borough-croydon-services", [{"service": "London Gang Exit"}], NAMED, notes="Spread over days.")
    kept = [{"service": "Restorative justice", "measure": "helped", "value": "[c]"}]
    columns = NAMED | {"measure": ("Counted", ""), "value": ("As published", "people")}
    write_table(folder, "register-results", kept, columns)
    costs = [{"service": "London Gang Exit", "cost": 4752.85, "bound": "at most", "spend": 1.0}]
    columns = NAMED | {"spend": ("Money", "£"), "bound": ("The cost is", ""), "cost": ("Cost", "£ per one")}
    write_table(folder, "unit-costs-people", costs, columns, bounds={"cost": "bound"})
    ends = [{"service": s, "end": e} for s, e in (("A", "2020-04-30"), ("B", "2020-09-30"), ("C", "2020-10-01"))]
    write_table(folder, "terms-ends-next", ends, NAMED | {"end": ("Last day funded", "")})
    formula_tables(folder, QuarterData(Project(root), Quarter.parse(QUARTER)))
    passport = {
        "figure_id": "borough-croydon-services",
        "leans_on": ["decisions-found"],
        "exclusions": ["no-amount"],
    }
    (folder / "passports.json").write_text(json.dumps({"figures": {"one": passport}}), encoding="utf-8")
    (folder / "log.csv").write_text(pd.DataFrame([RESTS, LEFT]).fillna("").to_csv(index=False), encoding="utf-8")
    told = {"need_year": "2017-18", "population": "original", "imd_year": 2015}
    about = {"quarter": QUARTER, "as_of": "2026-11-23", "state": "published", "version": 3, "status": "published"}
    manifest.seal(folder, about | {"code": "c0de", "parameters": {"60-funding-formula": told}})
    return root


@pytest.fixture
def project(made: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv(PROJECT_VARIABLE, str(made))
    return Project(made)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(["ask", *arguments]) == status
    out, err = capsys.readouterr()
    return " ".join((out or err).split())


def test_an_answer_is_the_releases_own_words_status_and_caveats(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "services-in", "borough=Croydon")
    assert "Which services are funded in Croydon? Status: scenario" in text
    assert "Title of borough-croydon-services-count: 3 services; 2019/20, derived, n = 103" in text
    assert "Title of borough-croydon-money-here: cannot say: no award names it; 2019/20, scenario" in text
    assert "Service London Gang Exit Spread over days." in text
    assert "decisions-found (data issue): The awards are those found. Not all." in text
    assert "no-amount: Awards without an amount; 8 rows, pounds not known. Not summed" in text


def test_the_receipt_has_what_it_takes_to_check_and_to_have_it_again(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = json.loads(said(capsys, "services-in", "borough=croydon", "--json"))
    receipt = answer["receipt"]
    folder = project.reports / QUARTER
    described = manifest.read(folder)
    assert receipt["parameters"] == {"borough": "Croydon"}
    assert receipt["release"] == "2019-20-Q4@v3"
    assert receipt["release_hash"] == manifest.content_hash(described)
    assert (receipt["release_code"], receipt["code"]) == ("c0de", manifest.code_hash(project))
    assert all(described["outputs"][name]["sha256"] == sha for name, sha in receipt["files"].items())
    assert {"numbers.json", "tables/borough-croydon-services.csv"} <= set(receipt["files"])
    assert receipt["command"] == "vfm ask services-in borough=Croydon --release 2019-20-Q4@v3"
    again = json.loads(said(capsys, *shlex.split(receipt["command"])[2:], "--json"))
    assert again == answer
    other = json.loads(said(capsys, "services-in", "borough=Hackney", "--json"))["receipt"]
    assert other["answer_hash"] != receipt["answer_hash"]


def test_what_the_release_hides_stays_hidden(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert "hidden [c]: fewer than ten people" in said(capsys, "outcomes-in", "borough=Hackney")
    assert "helped [c]" in said(capsys, "victim-cost")


def test_no_card_but_a_scenario_opens_a_table_of_the_data(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reads = tmp_path / "reads"
    monkeypatch.setenv(READS_VARIABLE, str(reads))
    for name, card in cards(LONDON).items():
        if card.answers == "release":
            ask(project, name, {})
    assert not reads.exists()
    ask(project, "formula-what-if", {})
    opened = {line for line in reads.read_text(encoding="utf-8").splitlines() if not line.startswith("sources")}
    assert opened == {
        "crime",
        "crime_kinds",
        "population",
        "deprivation",
        "areas",
        "place",
    }  # none of them of people who were helped


def test_rows_are_chosen_by_service_theme_and_date(project: Project) -> None:
    def services(card: str, given: dict[str, str], figure_id: str) -> list[str]:
        table = next(one for one in ask(project, card, given).tables if one.figure_id == figure_id)
        return [row[0] for row in table.rows]

    assert services("victim-cost", {}, "register-results") == ["Restorative justice"]
    assert services("victim-cost", {"theme": "Violence"}, "register-results") == []
    # six months after 31 March 2020 is 30 September 2020
    assert services("ends-soon", {}, "terms-ends-next") == ["A", "B"]
    assert services("ends-soon", {"months": "7"}, "terms-ends-next") == ["A", "B", "C"]


def test_where_no_row_is_of_what_was_asked_it_says_so(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "victim-cost")
    assert "none: no row of it is of Victims" in text
    assert "nothing can be said of what a person cost" in text


def test_a_bound_keeps_the_word_that_says_it_is_one(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert "at most £4,753" in said(capsys, "cost-of", "service=london gang exit")


def test_a_figure_that_the_release_has_not_is_cannot_say(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "growth")
    assert "budget-growth-real: cannot say: 2019-20-Q4@v3 has no figure budget-growth-real" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["service-in"], 'There is no card "service-in". Did you mean "services-in"?'),
        (["services-in", "borough=Croyden"], 'No borough is called "Croyden". Did you mean "Croydon"?'),
        (
            ["service", "service=London Gang Exits"],
            'No service is called "London Gang Exits". Did you mean "London Gang',
        ),
        (["services-in", "boroug=Croydon"], 'has no parameter "boroug". Did you mean "borough"?'),
        (["growth", "borough=Croydon"], 'The card growth has no parameter "borough". It has none.'),
        (["victim-cost", "theme=Sport"], 'No theme is called "Sport". There are Violence, Victims.'),
        (["ends-soon", "months=13"], 'months="13" is not a whole number from 1 to 12.'),
        (["formula-what-if", "times=twice"], 'times="twice" is not a number from 0 to 100, such as 2 or 0.5.'),
        (["formula-what-if", "times=nan"], 'times="nan" is not a number from 0 to 100'),
        (["formula-what-if", "indicator=depravation"], 'Did you mean "deprivation"?'),
        (["formula-what-if", "borough=City of London"], "The fund is for the 32 boroughs, and not for City of London."),
        (["services-in", "Croydon"], '"Croydon" is not NAME=VALUE.'),
        (["services-in", "borough=Croydon", "borough=Camden"], "borough is given twice: keep one of them."),
    ],
)
def test_an_unknown_name_suggests_the_nearest(
    project: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in said(capsys, *arguments, status=2)


def test_nothing_is_answered_from_a_file_that_was_changed_since(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project.reports / QUARTER / "tables" / "borough-croydon-services.csv"
    was = path.read_bytes()
    path.write_bytes(was.replace(b"London Gang Exit", b"Another service"))
    text = said(capsys, "services-in", status=1)
    path.write_bytes(was)
    assert "2019-20-Q4@v3 is not as it was sealed, so nothing is answered from it." in text
    assert "error: the file is not as it was sealed tables/borough-croydon-services.csv. Restore it as it was" in text


def test_a_release_from_before_boroughs_says_so(project: Project) -> None:
    archived = ROOT / "reports" / "archive" / QUARTER / "v1"
    with pytest.raises(DataError, match="before there were figures of boroughs and services"):
        ask(project, "services-in", {}, str(archived))
    assert any("£53.6 million" in one.text for one in ask(project, "growth", {}, str(archived)).numbers)


# ---- a scenario


def test_what_if_works_the_formula_out_again(project: Project) -> None:
    data = QuarterData(project, Quarter.parse(QUARTER))
    vintage = formula_need.Vintage("2017-18", "original", 2015)
    need = formula_need.indicators(data.crime, data.population, data.deprivation, data.place, vintage)
    share = need.loc["E09000012"] / need.sum()
    people, violence, other, deprivation = share
    year = 10_000_000  # half of 20,000,001 pounds, rounded to the even pound
    numbers = {one.figure_id: one for one in ask(project, "formula-what-if", {"borough": "Hackney"}).numbers}
    before, after = numbers["formula-what-if-before"], numbers["formula-what-if-after"]
    # every indicator a quarter; then deprivation 2 parts in 5 and the others 1 each; both to the penny
    assert before.value == pytest.approx(year * (people + violence + other + deprivation) / 4, abs=0.01)
    assert after.value == pytest.approx(year * (people + violence + other + 2 * deprivation) / 5, abs=0.01)
    assert before.value and after.value
    assert numbers["formula-what-if-change"].value == pytest.approx(after.value - before.value, abs=1e-6)
    assert {one.status for one in numbers.values()} == {"scenario"}
    assert "(People 20.0%, Recorded violence 20.0%, Other recorded crime 20.0%" in after.method


def test_nothing_moves_where_the_weight_is_as_it_was(project: Project) -> None:
    numbers = {one.figure_id: one.value for one in ask(project, "formula-what-if", {"times": "1"}).numbers}
    moved = ("formula-what-if-change", "formula-what-if-moved", "formula-what-if-gain", "formula-what-if-lose")
    assert [numbers[name] for name in moved] == [0, 0, 0, 0]


def test_a_scenario_is_refused_where_the_tables_are_no_longer_those_of_the_release(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = formula_need.indicators

    def revised(*tables: Any) -> pd.DataFrame:
        need = counted(*tables)
        return need.mul(need.index.map({"E09000012": 1.01}).fillna(1), axis="index")

    monkeypatch.setattr(formula_need, "indicators", revised)
    with pytest.raises(DataError, match="does not come out as it was published"):
        ask(project, "formula-what-if", {})


# ---- the cards


def test_cards_are_listed_with_their_questions_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    listed = {one["card"]: one for one in json.loads(said(capsys, "--json"))}
    assert len(listed) >= 15
    assert listed["services-in"] == {
        "card": "services-in",
        "question": "Which services are funded in Croydon?",
        "parameters": {"borough": "Croydon"},
        "answers": "release",
    }
    assert [name for name, one in listed.items() if one["answers"] == "scenario"] == ["formula-what-if"]
    assert all(f"{name}: {one['question']}" in text for name, one in listed.items())


@pytest.mark.parametrize("name", cards(LONDON))
def test_the_shipped_release_has_every_figure_that_a_card_asks_for(name: str) -> None:
    answer = ask(Project(ROOT), name, {}, str(SHIPPED))
    told = figures.read_numbers(SHIPPED)
    assert all("has no figure" not in one.reason for one in (*answer.numbers, *answer.tables))
    assert all(told[one.figure_id] == one for one in answer.numbers if not cards(LONDON)[name].recompute)
    assert answer.caveats
