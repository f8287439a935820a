"""The release that is shipped is the one that the notebooks make, and holds what a release has to."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pandas as pd
import pikepdf
import pytest

import pdf_reading
from promises import SOAK
from release_reading import not_as_released
from small_projects import QUARTER, ROOT, copy_project, through_the_gate
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.release import forks, kernels, manifest
from vfm.release.plan import BOROUGH, LAST, Job, is_borough
from vfm.report import figures
from vfm.report.fragments import table_html

SHIPPED = ROOT / "reports" / QUARTER
DOCUMENTS = {".pdf", ".xlsx", ".ods"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft that the committed notebooks make from the committed data."""
    project = copy_project(tmp_path_factory.mktemp("whole"), notebooks=True)
    follows = manifest.read(SHIPPED)["follows"]
    if follows is not None:  # what it revises is marked in it
        shutil.copytree(ROOT / f"reports/archive/{QUARTER}/v{follows}", project / "reports" / QUARTER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        patch.setenv("TZ", "Asia/Kathmandu")
        patch.setenv("PYTHONHASHSEED", "7")
        assert main(["refresh", QUARTER]) == 0
    return project / "reports" / "drafts" / QUARTER


def numbers(folder: Path) -> list[dict[str, str]]:
    with (folder / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(folder: Path, figure_id: str) -> dict[str, str]:
    return next(row for row in numbers(folder) if row["figure_id"] == figure_id)


@pytest.mark.parametrize(
    "part", ["numbers.csv", "numbers.json", "log.csv", "tables/*", "charts/*.svg", "charts/*.[cj]s*"]
)
def test_a_run_makes_what_is_shipped(made: Path, part: str) -> None:
    assert not_as_released(made, SHIPPED, part) == []


def test_documents_hold_what_the_page_says_and_every_table(made: Path) -> None:
    with pikepdf.open(made / f"{QUARTER}.pdf") as pdf:
        parts = pdf_reading.elements(pdf)
    page = (made / "index.html").read_text(encoding="utf-8")
    drawings = re.findall(r'<figure class="chart" id="([a-z0-9-]+)">', page)
    alts = [json.loads((made / f"charts/{name}.json").read_text(encoding="utf-8"))["alt"] for name in drawings]
    assert drawings and [part.alt for part in parts if part.kind == "Figure"] == alts
    said = " ".join(part.words for part in parts if part.kind in {"P", "LBody"})
    for honest in ("accounting split and not a cause", "not MOPAC's spend"):
        assert honest in said
    about = [json.loads(path.read_text(encoding="utf-8")) for path in made.glob("[ct]*s/*.json")]
    sheets_of = sum(not is_borough(one["notebook"]) for one in about)
    for engine, suffix in (("openpyxl", "xlsx"), ("odf", "ods")):
        sheets = pd.read_excel(made / f"{QUARTER}.{suffix}", engine=engine, sheet_name=None, header=None)
        assert len(sheets) == sheets_of + len(("Cover", "Contents", "Notes", "Numbers", "Log"))
        assert len(sheets["Numbers"]) == len(numbers(made)) + 3  # a title, a line and the heads


def test_notebooks_as_executed_are_what_is_shipped(made: Path) -> None:
    for path in sorted((made / "notebooks").glob("*.ipynb")):
        if is_borough(path.stem):  # rebuildable, and so not committed
            continue
        assert path.read_text(encoding="utf-8") == (SHIPPED / "notebooks" / path.name).read_text(encoding="utf-8")


def test_the_shipped_release_is_as_it_was_sealed() -> None:
    assert manifest.broken_seal(SHIPPED) == []
    assert manifest.read(SHIPPED)["state"] == "published"


def test_the_shipped_release_is_made_from_the_raw_files_that_are_here() -> None:
    inputs = manifest.read(SHIPPED)["inputs"]
    inputs.pop("data/raw/datapackage.json", None)  # versions from before it was recorded do not have it
    package = json.loads((ROOT / "data/raw/datapackage.json").read_text(encoding="utf-8"))
    here = {f"data/raw/{r['path']}": r["hash"].removeprefix("sha256:") for r in package["resources"]}
    assert inputs == here


def test_the_shipped_release_is_small_and_text_but_for_its_documents(made: Path) -> None:
    files = [path for path in SHIPPED.rglob("*") if path.is_file() and path.suffix != ".png"]
    assert sum(path.stat().st_size for path in files) < 25_000_000
    for path in files:
        if path.suffix not in DOCUMENTS:
            path.read_text(encoding="utf-8")


def test_a_release_holds_what_the_design_lists(made: Path) -> None:
    top = {path.name for path in made.iterdir()}
    assert top == {
        "index.html",
        *(f"{QUARTER}{suffix}" for suffix in DOCUMENTS),
        "summary.html",
        "numbers.csv",
        "numbers.json",
        "numbers.schema.json",
        "charts",
        "tables",
        "notebooks",
        "manifest.json",
        "passports.json",
        "sbom.cdx.json",
        "trace.html",
        "disclosure.csv",
        "run.json",
        "log.csv",
        "revisions.csv",
        "revisions.html",
    }
    for chart in made.glob("charts/*.svg"):
        assert all(chart.with_suffix(suffix).is_file() for suffix in (".png", ".csv", ".json"))
    for notebook in made.glob("notebooks/*.ipynb"):
        assert notebook.with_suffix(".html").is_file()
    sealed = manifest.read(made)
    for part in ("quarter", "as_of", "version", "parameters", "inputs", "code", "packages", "seed", "state", "follows"):
        assert part in sealed
    assert {name: out["kept"] for name, out in sealed["outputs"].items() if name.endswith(".png")}
    assert all(out["kept"] == "rebuildable" for name, out in sealed["outputs"].items() if name.endswith(".png"))
    assert "run.json" not in sealed["outputs"]


@pytest.mark.parametrize(
    ("figure_id", "expected", "to"),
    [
        # Published; the rest by hand from them, June 2023 deflators, original population, MPS crime without fraud.
        ("budget-2012-13", 23_600_000, 0),
        ("budget-2019-20", 53_600_000, 0),
        ("budget-growth-absolute", 30_000_000, 0),
        ("budget-growth-nominal", 53.6 / 23.6 - 1, 1e-9),  # 127.1 %
        ("budget-growth-annual", (53.6 / 23.6) ** (1 / 7) - 1, 1e-9),  # 12.4 % a year
        ("budget-2012-13-real", 23_600_000 * 88.934 / 78.9011, 0.001),  # £26.6m
        ("budget-growth-real", 53.6 / (23.6 * 88.934 / 78.9011) - 1, 1e-9),  # 101.5 %
        ("budget-growth-real-other-vintage", 53.6 / (23.6 * 101.916869 / 90.1926) - 1, 1e-9),  # 101.0 %
        ("budget-per-head-2012-13", 23_600_000 / 8_308_833, 1e-9),  # £2.84
        ("budget-per-head-2019-20", 53_600_000 / 8_961_989, 1e-9),  # £5.98
        ("budget-per-crime-2012-13", 31.79, 0.005),
        ("budget-per-crime-2019-20", 58.67, 0.005),
        ("budget-change-prices", 4_377_630, 0.5),  # the split is published in the project's sources, to the pound
        ("budget-change-population", 2_767_505, 0.5),
        ("budget-change-crime-per-head", 4_822_600, 0.5),
        ("budget-change-real-per-crime", 18_032_265, 0.5),
        ("unit-cost-london-gang-exit-young-people-2016-17", 1_000_000 / 263, 1e-6),  # £3,802
        ("unit-cost-three-exploitation-services-young-people-2016-24", 8_000, 0),
        ("unit-cost-shared-endeavour-people-2021-22", 600_000 / 33_000, 1e-9),  # £18.18
        ("unit-cost-shared-endeavour-people-2022-23", 725_000 / 31_000, 1e-9),  # £23.39
        ("unit-cost-stronger-futures-young-people-2021-23", 260, 0),
        ("awards-count", 172, 0),
        ("awards-with-amount-count", 164, 0),
        ("awards-pounds", 410_013_635.05, 0.001),
        ("terms-stated-count", 141, 0),
        ("terms-under-24-months-count", 89, 0),
        ("terms-36-months-or-more-count", 21, 0),
        ("terms-median-months", 12, 0),
        # 13 + 76 awards under 24 months: £4,233,001 + £111,747,662 of £328,410,570 with a stated term
        ("terms-under-24-months-pounds-share", 115_980_663.27 / 328_410_570.05, 1e-9),
        ("terms-before-stated-count", 45, 0),
        ("terms-before-median-months", 22, 0),
        ("terms-since-stated-count", 96, 0),
        ("terms-since-median-months", 12, 0),
        ("formula-direct-two-years", 26_210_370, 0),
        ("formula-floor-cost", 1_118_248, 0),
        ("formula-planned", 25_092_122, 0),  # their difference
        ("formula-a-year", 13_105_185, 0),  # half of the first, and the sum of 2021/22
    ],
)
def test_the_figures_are_those_that_the_sources_give(made: Path, figure_id: str, expected: float, to: float) -> None:
    assert abs(float(value(made, figure_id)["value"]) - expected) <= to


def test_the_split_adds_up_to_the_growth_to_the_penny(made: Path) -> None:
    parts = [float(row["value"]) for row in numbers(made) if row["figure_id"].startswith("budget-change-")]
    assert len(parts) == 4
    assert round(sum(parts), 2) == 30_000_000.00


@pytest.mark.parametrize(
    ("figure_id", "lower", "upper"),
    [
        # Both totals are rounded to £0.1m, so each may be £0.05m out.
        ("budget-growth-absolute", 29_900_000, 30_100_000),  # 53.55 - 23.65, 53.65 - 23.55
        ("budget-growth-nominal", 53.55 / 23.65 - 1, 53.65 / 23.55 - 1),
        ("budget-per-head-2019-20", 53_550_000 / 8_961_989, 53_650_000 / 8_961_989),
    ],
)
def test_what_is_derived_from_rounded_totals_carries_their_rounding(
    made: Path, figure_id: str, lower: float, upper: float
) -> None:
    row = value(made, figure_id)
    assert float(row["lower"]) == pytest.approx(lower, rel=1e-9)
    assert float(row["upper"]) == pytest.approx(upper, rel=1e-9)


def test_what_a_source_calls_over_is_a_bound_in_the_figure(made: Path) -> None:
    directions = {row["figure_id"]: row["direction"] for row in numbers(made)}
    assert directions["unit-cost-shared-endeavour-people-2021-22"] == "at most"
    assert directions["unit-cost-shared-endeavour-people-2022-23"] == "at most"
    assert directions["unit-cost-three-exploitation-services-young-people-2016-24"] == "about, direction unknown"
    assert directions["unit-cost-london-gang-exit-young-people-2016-17"] == ""


# What rests on assumptions of ours: what a service would have to avoid, and weights of a formula.
WITH_ASSUMPTIONS = {
    "40-value": {"scenario", "derived"},
    "60-funding-formula": {"scenario", "derived", "published"},
    "70-bidding": {"scenario", "derived", "published"},
    "75-services": {"scenario", "derived", "published"},  # a year's share of an award is taken by its months
}


def test_every_number_says_what_it_is(made: Path) -> None:
    for row in numbers(made):
        for column in ("figure_id", "title", "unit", "period", "status", "method", "source", "notebook", "value"):
            assert row[column], (row["figure_id"], column)
        notebook = "75-services" if is_borough(row["notebook"]) else row["notebook"]  # a borough's part of its money
        allowed = WITH_ASSUMPTIONS.get(notebook, {"published", "derived"})
        assert row["status"] in allowed, row["figure_id"]
        assert (row["value"] == "[x]") == bool(row["reason"]), row["figure_id"]
        assert "nan" not in row["value"].lower()


def test_no_cell_of_a_published_table_is_blank_or_nan(made: Path) -> None:
    for path in [*made.glob("tables/*.csv"), *made.glob("charts/*.csv")]:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert all(cell not in {"", "nan", "NaN", "None", "<NA>"} for cell in row), (path.name, row)


def test_every_number_on_the_front_page_is_a_figure_of_the_release(made: Path) -> None:
    page = (made / "index.html").read_text(encoding="utf-8")
    ids = {row["figure_id"] for row in numbers(made) if not is_borough(row["notebook"])}
    linked = set(re.findall(r'<a class="figure" href="#number-([a-z0-9-]+)">', page))
    assert linked <= ids
    assert len(linked) > 20
    for figure_id in ids:
        assert page.count(f'id="number-{figure_id}"') == 1


def test_pages_stand_alone_and_every_chart_has_its_words(made: Path) -> None:
    for path in [*made.glob("*.html"), *made.glob("notebooks/*.html")]:
        page = path.read_text(encoding="utf-8")
        assert "<script" not in page
        assert not re.findall(r'(?:src|xlink:href)="(?!data:|#)[^"]*"', page), path.name
        assert not re.findall(r"url\((?!#)[^)]*\)", page), path.name
        assert page.count("<figure") == page.count('<svg role="img" aria-label="')
        assert '<html lang="en-GB">' in page
        identifiers = re.findall(r'\bid="([^"]+)"', page)
        assert len(identifiers) == len(set(identifiers)), path.name
        for target in re.findall(r'href="#([^"]+)"', page):
            assert target in identifiers, (path.name, target)


def test_a_table_can_be_drawn_again_from_its_files_as_its_notebook_showed_it(made: Path) -> None:
    """The marks of what is revised are put into a page that way."""
    notebooks = [nbformat.read(path, as_version=4) for path in made.glob("notebooks/*.ipynb")]
    outputs = [output for notebook in notebooks for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [output.get("data", {}).get("text/html", "") for output in outputs]
    for one in figures.read_shown(made, "tables"):
        if "revision" in one.columns:  # the column of marks was put in after its notebook had shown it
            continue
        html = table_html(one, figures.read_data(made / f"tables/{one.figure_id}.csv", one))
        assert any(html in output for output in shown), one.figure_id


def test_the_front_page_says_what_it_is(made: Path) -> None:
    page = (made / "index.html").read_text(encoding="utf-8")
    assert "January to March 2020, compiled in retrospect" in page
    assert "23 November 2026" in page
    assert "Draft: not published" in page
    published = (SHIPPED / "index.html").read_text(encoding="utf-8")
    assert re.search(r"Version [1-9]\d*[.,]", published)
    assert "Draft:" not in published
    for honest in ("accounting split and not a cause", "not MOPAC's spend", "at most £18.19", "direction unknown"):
        assert honest.replace("'", "&#39;") in page or honest in page


def test_the_log_counts_what_was_left_out(made: Path) -> None:
    with (made / "log.csv").open(encoding="utf-8", newline="") as file:
        log = {row["entry_id"]: row for row in csv.DictReader(file)}
    # 653,718,165 gross less 410,013,635.05 in components, both as published by the sources (to the pound)
    assert float(log["not-components"]["pounds"]) == pytest.approx(653_718_165 - 410_013_635.05, abs=1)
    assert float(log["not-components"]["rows"]) == 192 - 172
    assert float(log["no-amount"]["rows"]) == 172 - 164
    assert log["compiled-in-retrospect"]["kind"] == "decision"


@pytest.mark.skipif(not SOAK, reason="publishes the whole release: under --soak (test_gate.py does a small one)")
def test_publishing_the_whole_release_changes_its_state_and_no_figure(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made.parents[2]
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    assert through_the_gate(reason="Says so.") == 0
    published = project / "reports" / QUARTER
    assert manifest.broken_seal(published) == []
    assert (published / "numbers.csv").read_bytes() == (made / "numbers.csv").read_bytes()
    says = f"Version {manifest.read(SHIPPED)['version']}, approved by the head of performance"
    assert (published / "index.html").read_text(encoding="utf-8").count(says) == 1
    shutil.rmtree(published)


# ---- what a figure may not depend on


@pytest.fixture(scope="module")
def turkish(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a Turkish machine, whose small i is another letter and whose decimals have a comma.

    None where no such locale can be made.
    """
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/tr_TR").is_file():
        return {}
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", str(folder / "tr_TR.UTF-8")], check=True)
    return {"LOCPATH": str(folder), "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"}


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ELSEWHERE = {"PYTHONHASHSEED": "7041776", "TZ": "Pacific/Apia"} | dict.fromkeys(THREADS, "4")
SPEAK = 'import locale\nassert locale.setlocale(locale.LC_ALL, "") == "tr_TR.UTF-8"\nassert f"{0.5:n}" == "0,5"'


def remade(
    made: Path, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], first: str = ""
) -> Path:
    """One notebook of the release run again in a kernel of its own that has `settings` and none of the fixed ones."""
    monkeypatch.setattr(forks, "FIXED", settings)
    monkeypatch.setenv("VFM_KERNELS", "stock")  # a forked one has the settings of the process that it is forked from
    source = BOROUGH if is_borough(name) else name
    notebook = nbformat.read(made.parents[2] / "notebooks" / f"{source}.ipynb", as_version=4)
    if first:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    nbformat.write(notebook, folder / "notebook.ipynb")
    staging = folder / "staging"
    job = Job(name, folder / "notebook.ipynb", manifest.read(made)["parameters"][name])
    kernels.Kernels().run(job, project=Project(made.parents[2]), staging=staging, output=folder / "executed.ipynb")
    return staging


def assert_the_same_figures(made: Path, again: Path, name: str) -> None:
    """As the notebook published them: what is revised is marked afterwards, and may be marked in what was made."""
    run = made.parents[2] / "build/runs/published" / QUARTER / name / "figures"
    kept = {
        path.relative_to(run).as_posix(): path.read_bytes()
        for kind in (*figures.KINDS, "log")
        for path in (run / kind).glob("*")
        if path.suffix != ".png"
    }
    assert any(file.startswith("numbers/") for file in kept)
    for file, expected in kept.items():
        assert (again / file).read_bytes() == expected, file


OTHERS = (
    *("00-data-quality", "10-spend-growth", "20-cost-per-outcome", "40-value", "50-funding-terms"),
    *("60-funding-formula", "70-bidding", "75-services", "80-borough-camden"),
)


@pytest.mark.parametrize("name", ["30-trend-effects", *(OTHERS if SOAK else ())])
def test_no_figure_depends_on_hash_seed_threads_time_zone_or_language(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turkish: dict[str, str], name: str
) -> None:
    """The regressions, the random effects and the charts of them, where an order of adding would show, to the bit; and
    days, months and decimals, in tables, titles and on axes. With --soak every notebook.
    """
    assert not set(ELSEWHERE.items()) & set(forks.FIXED.items())
    again = remade(made, name, tmp_path, monkeypatch, ELSEWHERE | turkish, first=SPEAK if turkish else "")
    assert_the_same_figures(made, again, name)
    if not turkish:
        pytest.skip("all but the language: there is no localedef here to make a locale with")


def test_every_notebook_of_the_release_is_tried_under_other_settings() -> None:
    ran = {name for name in manifest.read(SHIPPED)["parameters"] if not is_borough(name) and name not in LAST}
    assert ran == {"30-trend-effects", *OTHERS} - {"80-borough-camden"}
