"""Pages from executed notebooks: one file, no script, and nothing in them but what is meant."""

import re
from typing import Any

import pytest

from vfm.report import pages
from vfm.report.figures import Number

ABOUT = pages.About(
    "2019-20-Q4",
    "January to March 2020",
    "23 November 2026",
    "draft",
    1,
    True,
    "abc123",
    "London",
    "Mayor's Office for Policing and Crime",
)
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }} {% raw %}", "שלום", "n" * 300]


def markdown(*lines: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": [f"{line}\n" for line in lines]}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": [markdown("# A title", "", "What it is."), *cells]}


def number(**changed: Any) -> Number:
    plain: dict[str, Any] = {
        "figure_id": "budget",
        "title": "Budget",
        "value": 53.6e6,
        "lower": None,
        "upper": None,
        "unit": "£",
        "period": "2019/20",
        "status": "published",
        "method": "as published",
        "source": "https://example.org/page",
        "notebook": "10-spend-growth",
    }
    return Number(**(plain | changed))


LOG = {"entry_id": "an-entry", "what": "What", "kind": "decision", "effect": "Effect", "reliability": "", "sunset": ""}


def front(*cells: dict[str, Any], numbers: list[Number] | None = None, **entry: str) -> str:
    return pages.front_page(notebook(*cells), ABOUT, numbers or [number()], [LOG | entry])


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_on_every_page(words: str) -> None:
    cells = [
        markdown(f"## A {words}", "", f"Text {words} and more", "", words),
        code(words, {"output_type": "stream", "text": words}),
        code("", {"output_type": "execute_result", "data": {"text/plain": words}}),
    ]
    hostile = number(title=words, unit=words, period=words, method=words, source=words, notebook=words)
    told = front(*cells, numbers=[hostile], what=words, kind=words, effect=words, reliability=words, sunset=words)
    for page in (told, pages.notebook_page(notebook(*cells), ABOUT)):
        assert "<script" not in page and "<img" not in page and " 49 " not in page
        assert page.count("<h1>") == 1


def test_a_title_is_escaped() -> None:
    held = {"cells": [markdown("# <script>alert(1)</script>")]}
    assert "<script" not in pages.notebook_page(held, ABOUT)


def test_every_figure_in_the_text_is_a_link_to_its_row() -> None:
    said = '<p><data data-figure="budget" value="53600000">£53.6 million</data></p>'
    cell = code("", {"output_type": "execute_result", "data": {"text/html": said}})
    page = front(cell)
    assert '<a class="figure" href="#number-budget">£53.6 million</a>' in page and 'id="number-budget"' in page
    assert 'href="../index.html#number-budget"' in pages.notebook_page(notebook(cell), ABOUT)


def test_the_summary_shows_no_code_and_leads_to_the_update() -> None:
    said = '<p><data data-figure="budget" value="53600000">£53.6 million</data></p>'
    cell = code("secret = 1", {"output_type": "execute_result", "data": {"text/html": said}})
    page = pages.summary_page(notebook(cell), ABOUT)
    assert '<a class="figure" href="index.html#number-budget">£53.6 million</a>' in page
    assert "secret" not in page and page.count("<h1>") == 1
    assert '<a href="index.html">Read the whole update</a>' in page


def test_code_is_folded_on_a_notebooks_page_and_absent_from_the_front() -> None:
    cell = code("secret = 1 < 2")
    assert "secret = 1 &lt; 2" in pages.notebook_page(notebook(cell), ABOUT)
    assert "secret" not in front(cell)


def test_the_contents_lead_to_every_heading_and_no_address_is_used_twice() -> None:
    page = front(markdown("## Limits", "", "## Limits", "", "## שלום", "", "## What *is* known"))
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids)) and "" not in ids
    assert {"limits", "limits-2", "section", "what"} <= {*ids, "what"}
    assert set(re.findall(r'<li><a href="#([^"]+)"', page)) <= set(ids)


def test_the_title_stands_once_and_the_text_under_it_stays() -> None:
    page = pages.notebook_page(notebook(), ABOUT)
    assert page.count("A title</h1>") == 1 and "What it is." in page


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    page = front()
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|<link[^>]*href)="(?!data:)', page)


def test_where_nothing_can_be_said_the_row_says_why() -> None:
    page = front(numbers=[number(value=None, reason="no award states a term")])
    assert "<strong>cannot say: no award states a term</strong>" in page


@pytest.mark.parametrize(
    ("state", "words"), [("draft", "not published, and it may change"), ("published", "Version 1")]
)
def test_a_draft_says_that_it_is_one(state: str, words: str) -> None:
    about = pages.About(**(ABOUT.__dict__ | {"state": state}))
    assert words in pages.notebook_page(notebook(), about)
