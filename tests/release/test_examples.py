"""A release of the example: every file of it says that it is illustrative, and the shipped one has no part of it."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pikepdf
import pytest

import pdf_reading
from promises import SOAK
from release_reading import not_as_released
from small_projects import ROOT, copy_project
from vfm.cli import main
from vfm.data.project import ELSEWHERE, EXAMPLES, PROJECT_VARIABLE, PUBLISHED, Project
from vfm.release import manifest
from vfm.release.bill_of_materials import BILL
from vfm.release.plan import ABOUT_PUBLISHED, LEFT_OUT, OF_ANOTHER, Job, as_told, plan
from vfm.report import documents
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import ILLUSTRATIVE

QUARTERS = ("2019-20-Q3", "2019-20-Q4")
SHIPPED = ROOT / "reports" / "2019-20-Q4"
AS_A_WHOLE = {"manifest.json", "run.json", "passports.json"}  # files that say it once, at the top
PROPER_NAMES = (
    "MOPAC",
    "London Gang Exit",
    "Shared Endeavour",
    "Stronger Futures",
    "Empower",
    "Rescue",
)


@pytest.fixture(scope="module", params=QUARTERS if SOAK else QUARTERS[-1:])
def drafted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft that the committed notebooks make of the committed example."""
    project = copy_project(tmp_path_factory.mktemp("examples") / request.param, notebooks=True)
    shutil.copytree(ROOT / "examples" / "raw", project / "examples" / "raw")
    reports = ROOT / "reports/examples"
    follows = manifest.read(reports / request.param)["follows"]
    if follows is not None:  # what it revises is marked in it
        shutil.copytree(reports / f"archive/{request.param}/v{follows}", project / "reports/examples" / request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        assert main(["refresh", request.param, "--data", "examples"]) == 0
    assert not (project / "reports" / "drafts").exists()
    return project / "reports" / "examples" / "drafts" / str(request.param)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FACTS = {"published", "derived"}  # what the example borrows: places, people and prices


def says(path: Path) -> bool:
    """Whether a file says that what is in it is illustrative, in the way of its kind."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    match path.suffix:
        case ".csv":
            statuses = {row.get("status") for row in rows(path)}
            if not statuses:  # a table without a row: its heading has the column, and the file beside it the word
                return text.rstrip().endswith(",status")
            own = path.name == "data-received.csv"  # its rows are files, and facts are among them
            return "illustrative" in statuses and statuses <= {"illustrative"} | (FACTS if own else set())
        case ".json" if path.name == BILL:
            return not re.search(r"[Ee]xample (service|provider)", text)  # it lists software, and holds no figure
        case ".json" if path.name == documents.SCHEMA:
            return text == documents.schema()  # it says what a field means, and holds no figure
        case ".json" if path.name in AS_A_WHOLE or path.parent.name in {"charts", "tables"}:
            return json.loads(text)["status"] == "illustrative"
        case ".json":
            return {number["status"] for number in json.loads(text)} == {"illustrative"}
        case ".ipynb":
            first = json.loads(text)["cells"][0]["source"]
            return ILLUSTRATIVE in "".join(first)
        case ".html":
            return f'<p class="illustrative" role="note">{ILLUSTRATIVE}</p>' in text
        case ".svg" | ".png":
            return ILLUSTRATIVE in text
        case ".pdf":
            with pikepdf.open(path) as pdf:
                return all(ILLUSTRATIVE in pdf_reading.page_words(page) for page in pdf.pages)
        case ".xlsx" | ".ods":
            engine = {".xlsx": "openpyxl", ".ods": "odf"}[path.suffix]
            sheets = pd.read_excel(path, engine=engine, sheet_name=None, header=None).values()
            return all(f"{ILLUSTRATIVE}." in set(sheet[0].head(3)) for sheet in sheets)
    return False


def test_every_file_of_an_example_says_that_it_is_illustrative(drafted: Path) -> None:
    files = [path for path in drafted.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {
        ".csv",
        ".json",
        ".ipynb",
        ".html",
        ".svg",
        ".png",
        ".pdf",
        ".xlsx",
        ".ods",
    }
    assert [path.relative_to(drafted).as_posix() for path in files if not says(path)] == []


def test_alt_text_begins_with_the_word_and_every_table_on_a_page_has_it_beside_it(drafted: Path) -> None:
    for path in drafted.glob("charts/*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["alt"].startswith("Illustrative. "), path.name
    for path in [*drafted.glob("*.html"), *drafted.glob("notebooks/*.html")]:
        page = path.read_text(encoding="utf-8")
        assert page.count('aria-label="Illustrative. ') == page.count('<svg role="img"'), path.name
        sources = re.findall(r'<p class="source">.*?</p>', page, flags=re.DOTALL)
        assert all("ILLUSTRATIVE: made-up data" in source for source in sources), path.name
        cards = re.findall(r'<p class="about">.*?</p>', page, flags=re.DOTALL)
        assert all("ILLUSTRATIVE: made-up data" in card for card in cards), path.name


def test_nothing_typed_of_a_real_service_is_said_of_an_example(drafted: Path) -> None:
    for path in [*drafted.glob("*.html"), *drafted.glob("notebooks/*.html")]:
        page = path.read_text(encoding="utf-8")
        page = re.sub(r'<details class="code">.*?</details>', "", page, flags=re.DOTALL)
        assert [name for name in PROPER_NAMES if name in page] == [], path.name


def test_what_is_left_out_is_said(drafted: Path) -> None:
    names = {path.stem for path in drafted.glob("notebooks/*.ipynb")}
    shared = {"00-data-quality", "20-cost-per-outcome", "50-funding-terms", "90-quarterly-update", "95-plain-words"}
    boroughs = {name for name in names if name.startswith("80-borough-")}
    assert len(boroughs) == 33
    assert names == shared | boroughs | {"35-effects-example", "45-value-example", "75-services"}
    assert LEFT_OUT.strip("*") in (drafted / "index.html").read_text(encoding="utf-8")


def test_the_seal_names_the_examples_files_and_the_facts_that_were_lent(drafted: Path) -> None:
    inputs = manifest.read(drafted)["inputs"]
    assert {name.split("/")[0] for name in inputs} == {"examples", "data"}
    assert "data/raw/reference/population.csv" in inputs
    assert "examples/raw/reference/recorded_crime_quarter.csv" in inputs
    assert not any("data/raw/published" in name or "data/raw/reference/recorded" in name for name in inputs)
    assert manifest.broken_seal(drafted) == []


def test_a_run_makes_the_committed_release_of_the_example(drafted: Path) -> None:
    committed = ROOT / "reports" / "examples" / drafted.name
    assert not_as_released(drafted, committed, "numbers.[cj]s*", "log.csv", "tables/*", "charts/*.[cjs]*") == []


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_committed_release_of_the_example_is_as_it_was_sealed(quarter: str) -> None:
    folder = ROOT / "reports" / "examples" / quarter
    assert manifest.broken_seal(folder) == []
    assert all(says(path) for path in folder.rglob("*") if path.is_file())


def test_the_shipped_release_has_nothing_illustrative() -> None:
    assert not any(name.startswith("examples") for name in manifest.read(SHIPPED)["inputs"])
    for path in set(SHIPPED.rglob("*.json")) - {SHIPPED / documents.SCHEMA}:
        assert '"illustrative"' not in path.read_text(encoding="utf-8"), path.name
    for path in [SHIPPED / "numbers.csv", *SHIPPED.glob("*/*.csv")]:
        assert not any("illustrative" in row.values() for row in rows(path)), path.name
    for path in SHIPPED.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert ILLUSTRATIVE not in page
        assert "ILLUSTRATIVE" not in page


# ---- what a notebook is told


def written(tmp_path: Path, *cells: nbformat.NotebookNode) -> Path:
    path = tmp_path / "20-some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path


def test_cells_about_the_published_record_keep_their_place_and_headings_alone(tmp_path: Path) -> None:
    tagged = {"tags": [ABOUT_PUBLISHED]}
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    path = written(
        tmp_path,
        markdown("# A title\n\nOf anyone."),
        code("x = 1"),
        markdown("## Spent\n\nMOPAC spent this.", metadata=tagged),
        code("release.say('MOPAC')", metadata=tagged),
        code("x"),
    )
    told = [cell.source for cell in as_told(Job("20-some", path, {}, illustrative=True)).cells]
    assert told == [
        f"# A title\n\n**{ILLUSTRATIVE}.**\n\nOf anyone.",
        "x = 1",
        f"## Spent\n\n{LEFT_OUT}",
        "",
        "x",
    ]
    elsewhere = [cell.source for cell in as_told(Job("20-some", path, {}, elsewhere=True)).cells]
    assert elsewhere == ["# A title\n\nOf anyone.", "x = 1", f"## Spent\n\n{OF_ANOTHER}", "", "x"]
    plain = as_told(Job("20-some", path, {}))
    assert [cell.source for cell in plain.cells] == [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_a_notebook_written_about_one_place_knows_where_it_is_elsewhere() -> None:
    """By its metadata: London's cells are London's, in its own release and in its example, and nowhere else."""
    quarter = Quarter.parse("2019-20-Q4")
    tagged = {path.stem for path in ROOT.glob("notebooks/*.ipynb") if ABOUT_PUBLISHED in path.read_text("utf-8")}
    assert len(tagged) > 8
    for data, away in ((PUBLISHED, False), (EXAMPLES, False), (ELSEWHERE, True)):
        topics, last, _ = plan(Project(ROOT, data), quarter, {})
        told = {job.name: job.elsewhere for job in [*topics, *last] if job.name in tagged}
        assert set(told.values()) == {away} and len(told) > 4, data
