"""The summary in plain words as a reader meets it: one page on paper, and nothing for axe to find."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboards import ROOT

from vfm.report import pages
from vfm.report.pages import About

OF = ("London", "Mayor's Office for Policing and Crime")
STATES = {
    "published": About(
        "2019-20-Q4", "January to March 2020", "23 November 2026", "published", 2, True, "abc123abc123", *OF
    ),
    "draft of the example": About(
        "2019-20-Q4", "January to March 2020", "15 May 2020", "draft", 1, False, "abc", *OF, True
    ),
}


@pytest.fixture(params=STATES)
def summary(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The page of the committed notebook, as published and under everything that a page may have to say besides."""
    notebook = json.loads((ROOT / "notebooks" / "95-plain-words.ipynb").read_text(encoding="utf-8"))
    path = tmp_path / "summary.html"
    path.write_text(pages.summary_page(notebook, STATES[request.param]), encoding="utf-8")
    return path


def test_it_is_one_page_of_a4(open_page: Any, summary: Path) -> None:
    printed = open_page(summary).pdf(prefer_css_page_size=True)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert len(pdf.pages) == 1
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]


def test_axe_finds_nothing(open_page: Any, summary: Path) -> None:
    # axe is put in by the driver, which the policy of the page against scripts would refuse
    found = Axe().run(open_page(summary, bypass_csp=True)).response["violations"]
    assert [one["id"] for one in found] == []


def test_it_needs_no_scrolling_sideways_on_a_small_screen(open_page: Any, summary: Path) -> None:
    page = open_page(summary, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
