"""What a later release states otherwise is marked wherever it is seen, listed, and kept from release to release."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

import pdf_reading
from project_copies import ProjectCopy
from release_reading import grids
from small_projects import PUBLISH, QUARTER, copy_project, through_the_gate, write_notebook
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.release import manifest
from vfm.release.find import find
from vfm.release.verify import verify
from vfm.report import figures

BUDGET = "published/budget.csv"
SHOW = """import vfm
from vfm.report import charts
from vfm.vocabulary.results import Estimate

budget = vfm.open_quarter(quarter).budget
rows = budget[budget["measure"] == "MOPAC offender budget"]
rows = rows.assign(provisional=rows["period"] == "2019/20")
release = vfm.open_release(quarter)
about = dict(period="all years", source="here")
release.number("offenders", Estimate(rows["amount"].sum()), title="For offenders", unit="£", provisional=True, **about)
release.number("rows", Estimate(len(rows)), title="Rows", unit="rows", **about)
columns = {"period": ("Period", ""), "amount": ("Amount", "£")}
about |= dict(columns=columns, title="By year")
release.table("by-year", rows, **about)"""
DRAW = """bars = charts.grouped_bars(rows, label="period", groups={"amount": "Amount"}, x_label="Pounds")
release.chart("bars", bars, data=rows.drop(columns="provisional"), alt="Two years.", **about)"""
DRAW_MARKED = """bars = charts.grouped_bars(rows, label="period", groups={"amount": "Amount"}, x_label="Pounds")
release.chart("marked", bars, data=rows, alt="Two years.", **about)"""
SAY = 'release.say("They had {offenders} in {rows} rows, with **{rows}**.")'
CARDS = 'release.cards("offenders", "rows")'
FRONT_SAYS = 'import vfm\nrelease = vfm.open_release(quarter)\nrelease.say("In all {offenders}.")'
FRONT_SHOWS = ('release.show("by-year")', 'release.show("marked")')


def version(root: Path, reason: str = "") -> Path:
    assert main(["refresh", QUARTER]) == 0
    assert through_the_gate(reason=reason) == 0
    return root / "reports" / QUARTER


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three versions: the second corrects a row, the third has one that came late."""
    root = copy_project(tmp_path_factory.mktemp("revisions") / "project", notebooks=False)
    write_notebook(root, "00-data-quality", SHOW, DRAW, DRAW_MARKED, SAY, CARDS)
    write_notebook(root, "90-quarterly-update", FRONT_SAYS, *FRONT_SHOWS, PUBLISH.format(id="last", value=2))
    raw = ProjectCopy(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(root))
        version(root)
        raw.change(BUDGET, lambda text: text.replace("MOPAC offender budget,755000,", "MOPAC offender budget,750000,"))
        version(root, "The source had a slip.")
        late = "2017/18,MOPAC offender budget,1000000,as-published,,https://www.london.gov.uk/,,official\n"
        raw.change(BUDGET, lambda text: text + late)
        version(root, "A year came late.")
    return root


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def release(root: Path, number: int) -> Path:
    return find(Project(root), f"{QUARTER}@v{number}")


def marks(folder: Path) -> dict[str, str]:
    return {row["figure_id"]: row["revision"] for row in rows(folder / "numbers.csv")}


def test_numbers_say_that_they_are_provisional_and_that_they_are_revised(three: Path) -> None:
    assert marks(release(three, 1)) == {"offenders": "[p]", "rows": "", "last": ""}
    assert marks(release(three, 2)) == {"offenders": "[p] [r]", "rows": "", "last": ""}
    assert marks(release(three, 3)) == {"offenders": "[p] [r]", "rows": "[r]", "last": ""}
    found = figures.read_numbers(release(three, 3))
    assert found["offenders"].text == "£3.2 million [p] [r]"
    assert json.loads((release(three, 3) / "numbers.json").read_text(encoding="utf-8"))[1]["revision"] == "[r]"


def test_tables_and_the_data_of_charts_say_which_cells(three: Path) -> None:
    def column(number: int, file: str) -> dict[str, str]:
        return {row["period"]: row.get("revision", "no column") for row in rows(release(three, number) / file)}

    assert column(1, "tables/by-year.csv") == {"2018/19": "none", "2019/20": "[p]"}
    assert column(2, "tables/by-year.csv") == {"2018/19": "none", "2019/20": "[p] [r] Amount"}
    assert column(3, "tables/by-year.csv") == {"2017/18": "none", "2018/19": "none", "2019/20": "[p]"}  # a row is new
    assert column(1, "charts/bars.csv") == {"2018/19": "no column", "2019/20": "no column"}
    assert column(2, "charts/bars.csv") == {"2018/19": "none", "2019/20": "[r] Amount"}
    about = json.loads((release(three, 2) / "tables/by-year.json").read_text(encoding="utf-8"))
    assert about["columns"]["revision"] == ["Revision", ""]


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))


def test_pages_have_the_marks_in_sentences_cards_tables_and_the_list_of_numbers(three: Path) -> None:
    first, third = (text_of(release(three, number) / "notebooks/00-data-quality.html") for number in (1, 3))
    assert "They had £2.2 million [p] in 2 rows, with 2 ." in first
    assert "They had £3.2 million [p] [r] in 3 [r] rows, with 3 [r] ." in third
    assert "For offenders £3.2 million [p] [r]" in third  # a card
    second = text_of(release(three, 2) / "notebooks/00-data-quality.html")
    assert "2019/20 £750,000 [p] [r] Amount" in second
    assert second.count("[r] Amount") == 3  # the table, and the tables of the two charts
    front = text_of(release(three, 3) / "index.html")
    assert "In all £3.2 million [p] [r] ." in front
    assert "rows 3 [r]" in front  # in the list of every number
    assert "[r]" not in text_of(release(three, 1) / "index.html").replace("what [r] and [p] mean", "")


SAID = "[p], 1 row: provisional, for late returns may change them."


def test_what_is_provisional_says_so_in_every_form_that_it_is_published_in(three: Path) -> None:
    folder = release(three, 1)
    about = json.loads((folder / "charts/marked.json").read_text(encoding="utf-8"))
    assert about["alt"] == f"Two years. {SAID}"
    drawn = (folder / "charts/marked.svg").read_text(encoding="utf-8")
    assert SAID in drawn  # the picture has it in its words
    assert "[p]" not in (folder / "charts/bars.svg").read_text(encoding="utf-8")
    with Image.open(folder / "charts/marked.png") as picture:
        assert picture.info["Title"] == SAID
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert f'aria-label="Two years. {SAID}"' in page
    assert text_of(folder / "index.html").count(SAID) >= 2  # beside the table, and beside the chart
    said = [grid for suffix in ("xlsx", "ods") for grid in grids(folder / f"{QUARTER}.{suffix}")]
    marked = [grid for grid in said if SAID in grid.over]
    assert [(grid.rows[-1][0], grid.rows[-1][2]) for grid in marked] == [("2019/20", "[p]")] * 4
    assert len([row for grid in said for row in grid.rows if "£2.2 million [p]" in row]) == 2  # the sheet of numbers
    with pikepdf.open(folder / f"{QUARTER}.pdf") as pdf:
        parts = pdf_reading.elements(pdf)
    assert [one.alt for one in parts if one.kind == "Figure"] == [f"Two years. {SAID}"]
    assert any(one.kind == "P" and one.words.startswith("In all £2.2 million [p]") for one in parts)  # a sentence
    assert any(one.kind == "TD" and one.words == "[p]" for one in parts)  # a row of the table
    assert {row["revision"] for row in rows(folder / "tables/by-year.csv")} == {"none", "[p]"}


def test_the_notebook_as_it_ran_is_left_as_it_was(three: Path) -> None:
    text = (release(three, 3) / "notebooks/00-data-quality.ipynb").read_text(encoding="utf-8")
    assert "[p]" in text  # which it knew
    assert "[r]" not in text  # which it could not


def test_revisions_grow_from_release_to_release_and_say_what_each_was(three: Path) -> None:
    first, second, third = (rows(release(three, number) / "revisions.csv") for number in (1, 2, 3))
    assert first == []
    assert third[: len(second)] == second
    said = {
        (row["release"][-2:], row["figure_id"], row["cell"], row["before"], row["after"], row["causes"])
        for row in third
    }
    assert said == {
        ("v2", "offenders", "", "2183000", "2178000", "correction"),
        ("v2", "by-year", "2019/20, Amount", "755000", "750000", "correction"),
        ("v2", "bars", "2019/20, Amount", "755000", "750000", "correction"),
        ("v2", "marked", "2019/20, Amount", "755000", "750000", "correction"),
        ("v3", "offenders", "", "2178000", "3178000", "late data"),
        ("v3", "rows", "", "2", "3", "late data"),
    }
    assert {row["revises"] for row in second} == {f"{QUARTER}@v1"}


def test_the_page_keeps_what_was_to_be_expected_apart_from_corrections(three: Path) -> None:
    assert "No figure has been revised so far." in text_of(release(three, 1) / "revisions.html")
    page = text_of(release(three, 3) / "revisions.html")
    late, corrected = page.index("Scheduled: data that came late"), page.index("Corrections")
    assert late < page.index("£2.2 million £3.2 million") < corrected
    said = "January to March 2020, version {}: what it states otherwise than January to March 2020, version {}"
    assert page.index(said.format(3, 2)) < page.index(said.format(2, 1))
    assert "£2,183,000 £2,178,000" in page  # in millions the two would read as one
    assert "3 cells of 3 tables and charts" in page
    assert 'href="revisions.html"' in (release(three, 3) / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [1, 2])  # the third is the release as it stands
def test_old_releases_stay_and_can_be_made_again_from_what_they_recorded(three: Path, number: int) -> None:
    folder = release(three, number)
    assert manifest.broken_seal(folder) == []
    assert manifest.read(folder)["revises"] == (f"{QUARTER}@v{number - 1}" if number > 1 else None)
    verified = verify(Project(three), f"{QUARTER}@v{number}", lambda _: None)
    assert verified.good, verified.as_text()


def test_a_quarter_follows_the_quarter_before_and_a_new_period_is_no_revision(three: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(three, root)
    earlier = root / "reports/2019-20-Q3"
    shutil.move(root / "reports" / QUARTER, earlier)
    shutil.rmtree(root / "reports/archive")
    described = manifest.read(earlier) | {"quarter": "2019-20-Q3"}
    for path in earlier.rglob("*"):
        path.chmod(0o755)
    numbers = [
        number.__class__(
            **{**vars(number), "value": 7.0, "period": "another" if number.figure_id == "rows" else number.period}
        )
        for number in figures.read_numbers(earlier).values()
    ]
    figures.write_numbers(earlier, numbers)
    manifest.seal(earlier, {name: value for name, value in described.items() if name != "outputs"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(root))
        assert main(["refresh", QUARTER]) == 0
    draft = root / "reports/drafts" / QUARTER
    assert marks(draft) == {"offenders": "[p] [r]", "rows": "", "last": "[r]"}
    assert manifest.read(draft)["revises"] == "2019-20-Q3@v3"
    assert {row["causes"] for row in rows(draft / "revisions.csv") if row["release"] == f"{QUARTER}@v1"} == {
        "new period"
    }
