"""An invented place, by its own data alone: nothing that a reader of it sees is of London."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from pdf_reading import page_words
from small_projects import QUARTER, copy_project
from vfm.cli import main
from vfm.data.project import ELSEWHERE, PROJECT_VARIABLE, Project
from vfm.report.figures import read_numbers

ROOT = Path(__file__).resolve().parents[2]
DATA = ["--data", ELSEWHERE]
OF_LONDON = re.compile(
    r"London|MOPAC|Metropolitan|Mayor|Assembly|Safer Neighbourhood|Croydon|Hackney|Lambeth|Bromley|"
    r"\bE09\d{6}\b|\bE12\d{6}\b|\b32 boroughs|\b33 areas",
    re.IGNORECASE,
)
PICTURES = {".png"}
PLACES = {"Alderwick", "Brackenford", "Coldharrow", "Duneside", "Old Harbour", "Northmere"}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = copy_project(tmp_path_factory.mktemp("elsewhere"), notebooks=True)
    shutil.copytree(ROOT / "examples/elsewhere/raw", root / "examples/elsewhere/raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(root))
        assert main(["check", *DATA]) == 0
        assert main(["refresh", QUARTER, *DATA]) == 0
        assert main(["site", "--release", f"{QUARTER}@draft", *DATA]) == 0
        yield Project(root, ELSEWHERE)


def text_of(path: Path) -> str:
    """All that a file says."""
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return "\n".join(map(page_words, pdf.pages)) + str(pdf.open_metadata())
    if path.suffix in {".xlsx", ".ods", ".zip"}:
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_text(encoding="utf-8")


def test_nothing_that_is_made_of_it_speaks_of_london(elsewhere: Project) -> None:
    files = [path for path in elsewhere.reports.rglob("*") if path.is_file() and path.suffix not in PICTURES]
    kinds = {path.suffix for path in files}
    assert {".html", ".pdf", ".xlsx", ".ods", ".csv", ".json", ".svg", ".ipynb", ".js"} <= kinds
    found = {path.relative_to(elsewhere.reports).as_posix(): OF_LONDON.findall(text_of(path)) for path in files}
    assert {name: words for name, words in found.items() if words} == {}


def test_it_goes_by_its_own_names(elsewhere: Project) -> None:
    site = elsewhere.reports / "site"
    home = text_of(site / "index.html")
    assert "What Northmere’s policing and crime money buys" in home
    assert "The Northmere Safety Commissioner, NSC, pays others" in home
    assert not (site / "recommendations.html").exists()  # none were made to it
    assert {path.stem for path in (site / "boroughs").glob("*.html")} == {
        "index",
        *(name.lower().replace(" ", "-") for name in PLACES - {"Northmere"}),
    }
    draft = elsewhere.reports / "drafts" / QUARTER
    assert "Northmere" in text_of(draft / f"{QUARTER}.pdf")
    why = read_numbers(draft)["borough-old-harbour-crime-rate"]
    assert why.reason == "its crime is recorded by the Harbour Police, which is not among the figures here"


def test_its_crime_is_of_its_own_kinds(elsewhere: Project) -> None:
    """None of London's kinds is there, and each notebook that its data can fill has run, but for one about London."""
    draft = elsewhere.reports / "drafts" / QUARTER
    said = text_of(elsewhere.reports / "site" / "compare.html")
    assert "Violence and threats" in said and "Breaking in" in said
    for path in (draft / "tables" / "boroughs-compared.csv", draft / "tables" / "boroughs-variation.csv"):
        assert not re.search("violence against|burglary|robbery|vehicle", text_of(path), re.IGNORECASE), path
    ran = {path.stem for path in (draft / "notebooks").glob("[0-9]*.ipynb") if not path.stem.startswith("80-")}
    every = {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb") if not path.stem.startswith("80-")}
    # Two are of the invented services of London's example; the third is on a fund's published totals.
    assert every - ran == {"35-effects-example", "45-value-example", "60-funding-formula"}
    numbers = read_numbers(draft)
    assert numbers["violence-step"].value == pytest.approx(0.3, abs=0.1)  # what was built in: `MORE_RECORDED`
    assert numbers["bidding-northmere-round-success"].value == pytest.approx(4 / 9)


def test_the_formula_is_that_of_its_own_weights(elsewhere: Project) -> None:
    """Coldharrow's sum by hand, from the raw files: a share of each indicator by its weight, of £1,200,000."""

    def rows(name: str) -> list[dict[str, str]]:
        with (elsewhere.raw / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    policed = {row["gss_code"] for row in rows("reference/boroughs.csv") if row["policed_by"] != "Harbour Police"}
    people = {
        row["gss_code"]: float(row["population"])
        for row in rows("reference/population.csv")
        if row["year"] == "2017" and row["gss_code"] in policed
    }
    score = {row["gss_code"]: float(row["average_score"]) for row in rows("reference/deprivation.csv")}
    violence, other = dict.fromkeys(policed, 0.0), dict.fromkeys(policed, 0.0)
    counted_as = {row["category"]: row["counted_as"] for row in rows("reference/crime_kinds.csv")}
    for row in rows("reference/recorded_crime_quarter.csv"):
        if row["quarter"].startswith("2017-18"):  # the kind that ended did so before
            into = violence if counted_as[row["category"]] == "violence" else other
            into[row["gss_code"]] += float(row["count"])
    of = "X09000003"
    deprived = {code: people[code] * score[code] for code in policed}
    weights = {row["assumption_id"]: float(row["value"]) for row in rows("assumptions.csv")}
    share = sum(
        weights[f"formula-weight-{name}"] * need[of] / sum(need.values())
        for name, need in (
            ("people", people),
            ("violence", violence),
            ("other-crime", other),
            ("deprivation", deprived),
        )
    )
    numbers = read_numbers(elsewhere.reports / "drafts" / QUARTER)
    assert numbers["formula-example-explained"].value == pytest.approx(1_200_000 * share, abs=0.01)
    assert numbers["formula-example-explained-people"].value == pytest.approx(
        1_200_000 * people[of] / sum(people.values()), abs=0.01
    )


def test_it_is_asked_and_its_returns_are_sent_out_in_its_own_names(
    elsewhere: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", *DATA]) == 0
    assert "Which services are funded in Brackenford?" in capsys.readouterr().out
    assert main(["ask", "service", "--release", f"{QUARTER}@draft", *DATA]) == 0
    said = capsys.readouterr().out
    assert "What is known of the service Open Door Northmere?" in said
    assert OF_LONDON.findall(said) == []
    assert main(["template", QUARTER, "--service", "moor-lane", "--to", str(tmp_path), *DATA]) == 0
    book = openpyxl.load_workbook(tmp_path / f"vfm-return-{QUARTER}-moor-lane.xlsx")
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row}
    assert cells >= PLACES
    assert [cell for cell in cells if OF_LONDON.search(cell)] == []


def test_a_borough_of_another_place_is_refused(elsewhere: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refresh", QUARTER, "-p", "explain=E09000006", *DATA]) == 2
    said = capsys.readouterr().err
    assert 'explain="E09000006" is none of the 4 boroughs: give a code from X09000001 to X09000004.' in said
