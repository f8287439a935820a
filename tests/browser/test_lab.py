"""JupyterLab in a real browser: notebooks run from top to bottom, and the bench answers whoever looks or types."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboards import ROOT
from playwright.sync_api import Browser, Page, expect

from lab_servers import LONG, Running, none_left, serving
from vfm.bench.lab import NOTEBOOK

BENCH = Path(NOTEBOOK).stem
SHARED = ("data", "reports", "examples", "src", "requirements.lock")
QUICK = ("70-bidding", "95-plain-words")
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
RUN = NOTEBOOKS if os.environ.get("VFM_SOAK") else QUICK
MOST_TABS = 150
OURS = [".jp-Cell-outputArea"]  # all else on the page is JupyterLab's own


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with copies of its notebooks, none of which has run: what is saved here touches no other."""
    root = tmp_path_factory.mktemp("lab") / "project"
    (root / "notebooks").mkdir(parents=True)
    for name in SHARED:
        (root / name).symlink_to(ROOT / name)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, root / "notebooks" / path.name)
    return root


@pytest.fixture(scope="module")
def lab(project: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(project, tmp_path_factory.mktemp("server")) as running:
        yield running
        assert running.end() == 0
        assert none_left(running.runtime)


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The addresses that the browser has asked."""
    return []


@pytest.fixture(scope="module")
def open_lab(lab: Running, browser: Browser, asked: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(LONG * 1000)
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()


@pytest.fixture(scope="module")
def bench(open_lab: Page, lab: Running, project: Path) -> Page:
    run_all(open_lab, lab, project, BENCH)
    return open_lab


def run_all(page: Page, lab: Running, project: Path, name: str) -> None:
    """Open a notebook, choose Run All Cells from the menu, and save it when its last cell has run."""
    # a workspace of its own: no notebook that was open before is opened again
    page.goto(lab.address(f"lab/workspaces/{name}/tree/notebooks/{name}.ipynb?token={lab.token}"))
    idle = page.get_by_text("Python 3 (ipykernel) | Idle")
    idle.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    started = time.monotonic()
    while not has_run(project, name) and time.monotonic() - started < LONG:
        idle.wait_for()
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
    assert has_run(project, name), f"{name} did not run to its end"


def code_cells(path: Path) -> list[dict[str, object]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def has_run(project: Path, name: str) -> bool:
    try:
        cells = code_cells(project / "notebooks" / f"{name}.ipynb")
    except ValueError:  # it is being saved
        return False
    return all(cell["execution_count"] for cell in cells) or any(errors(cell) for cell in cells)


def errors(cell: dict[str, object]) -> list[str]:
    outputs = cell["outputs"]
    assert isinstance(outputs, list)
    return [f"{one['ename']}: {one['evalue']}" for one in outputs if one["output_type"] == "error"]


def expect_outputs(project: Path, name: str) -> None:
    """No cell failed, and each has an output that had one when the notebook was committed."""
    ran = code_cells(project / "notebooks" / f"{name}.ipynb")
    committed = code_cells(ROOT / "notebooks" / f"{name}.ipynb")
    assert [fault for cell in ran for fault in errors(cell)] == []
    assert len(ran) == len(committed) > 0
    for cell, before in zip(ran, committed, strict=True):
        assert cell["outputs"] or not before["outputs"], cell["source"]


def parts(page: Page) -> tuple[str, str, str]:
    """The sentence, what the drawing is said to show, and the table of what is looked at."""
    looked = page.locator(".jp-Cell", has=page.get_by_label("Look at"))
    drawing = looked.locator("svg[role=img]").first.get_attribute("aria-label") or ""
    sentence, table = (looked.locator(one).first.text_content() or "" for one in (".sentence", "table"))
    return sentence, drawing, table  # the text of it all, for what is scrolled out of sight is not drawn


def test_the_bench_runs_from_top_to_bottom(bench: Page, project: Path) -> None:
    cells = code_cells(project / "notebooks" / NOTEBOOK)
    assert [fault for cell in cells for fault in errors(cell)] == []
    shown = [cell for cell in cells if "parameters" not in cell["metadata"].get("tags", [])]  # type: ignore[attr-defined]
    assert len(shown) >= 5 and all(cell["outputs"] for cell in shown)


def test_the_controls_change_sentence_drawing_and_table(bench: Page) -> None:
    bench.get_by_label("Look at").select_option(label="Recorded crime")
    for name in ("Croydon", "Hackney"):
        looked = bench.locator(".jp-Cell", has=bench.get_by_label("Look at"))
        looked.get_by_label("Borough").select_option(label=name)
        expect(looked.locator(".sentence")).to_contain_text(f"residents: {name}", timeout=LONG * 1000)
        expect(looked.locator("table").first).to_contain_text(name)
        assert all(name in part for part in parts(bench))


def test_what_is_seen_is_taken_away(bench: Page, project: Path) -> None:
    bench.get_by_role("button", name="Make the files to take away").click()
    looked = bench.locator(".jp-Cell", has=bench.get_by_label("Look at"))
    expect(looked.get_by_role("link")).to_have_text(["CSV", "XLSX", "SVG", "PNG", "IPYNB"], timeout=LONG * 1000)
    with bench.expect_download() as saved:
        looked.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8"))))
    name = saved.value.suggested_filename
    assert name.endswith(".csv") and "crime" in name
    chart = project / "reports/2019-20-Q4/charts/borough-hackney-crime-trend.csv"
    first = next(csv.DictReader(io.StringIO(chart.read_text(encoding="utf-8"))))
    assert rows[0]["here"] == first["here"]


def test_a_question_sets_the_controls(bench: Page) -> None:
    bench.get_by_label("Question").select_option(
        label="How much did the commissioning budget grow, and what made it grow?"
    )
    looked = bench.locator(".jp-Cell", has=bench.get_by_label("Look at"))
    expect(looked.locator(".sentence")).to_contain_text("The commissioning budget", timeout=LONG * 1000)


def test_a_what_if_stands_apart_by_word_and_by_colour(bench: Page) -> None:
    box = bench.locator(".jp-Cell", has=bench.get_by_label("Becomes"))
    box.get_by_label("Notebook").select_option(label="70-bidding")
    box.get_by_label("Assumption").select_option(label="longer_term, now 36")
    expect(box.get_by_label("Becomes")).to_have_value("36", timeout=LONG * 1000)  # what it is comes from the kernel
    box.get_by_label("Becomes").fill("48")
    box.get_by_label("Becomes").press("Tab")
    box.get_by_role("button", name="Work it out again").click()
    expect(box.locator(".sentence")).to_contain_text("longer_term = 48 in place of 36", timeout=LONG * 1000)
    expect(box.locator(".sentence")).to_contain_text("Scenario, not published")
    edge = box.locator(".vfm-bench.scenario").evaluate("one => getComputedStyle(one).borderLeftColor")
    assert edge == "rgb(128, 22, 80)"


def test_the_bench_is_used_by_keyboard_alone(bench: Page) -> None:
    bench.keyboard.press("Escape")
    bench.evaluate("document.activeElement.blur()")
    to_control(bench, "Look at")
    bench.keyboard.type("Money traced")
    looked = bench.locator(".jp-Cell", has=bench.get_by_label("Look at"))
    expect(looked.locator(".sentence")).to_contain_text("of what is for all of London", timeout=LONG * 1000)
    to_control(bench, "Borough")
    bench.keyboard.type("Croy")
    expect(looked.locator(".sentence")).to_contain_text("Croydon", timeout=LONG * 1000)
    to_control(bench, "Make the files to take away")
    bench.keyboard.press("Enter")
    expect(looked.get_by_role("link")).to_have_count(5, timeout=LONG * 1000)
    to_control(bench, "CSV")


def to_control(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()") == name:
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def test_axe_finds_nothing_in_what_is_ours(bench: Page) -> None:
    results = Axe().run(bench, context={"include": OURS})
    assert results.response["passes"], "axe looked at nothing"
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", RUN)
def test_a_notebook_runs_from_top_to_bottom(
    open_lab: Page, lab: Running, project: Path, bench: Page, name: str
) -> None:
    run_all(open_lab, lab, project, name)
    expect_outputs(project, name)


def test_nothing_is_asked_of_another_host(bench: Page, lab: Running, asked: list[str]) -> None:
    assert asked
    assert [url for url in asked if not url.startswith((lab.address(""), "data:", "blob:"))] == []
