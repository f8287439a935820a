"""Notebook 60 says of every figure that rests on weights of ours that it does, and names the weights beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "notebooks" / "60-funding-formula.ipynb"
SAYS = "Scenario: weights of ours, not the published formula's (People 25.0%, Recorded violence 25.0%, "
FROM_WEIGHTS = {
    "formula-per-head",
    "formula-scenario",
    "formula-floor",
    "formula-gains",
    "formula-ranks",
    "formula-vintages",
    "formula-equity",
    "formula-explained-terms",
    "formula-damping",
}
OF_PUBLISHED = {"formula-checks", "formula-audit", "formula-audit-weights", "formula-audit-areas"}
OTHERS = {
    "formula-one-borough",
    "formula-weights",
}  # assume a total, and list the weights: scenarios, but no allocation


@pytest.fixture(scope="module")
def figures() -> dict[str, str]:
    """The page of each chart and table, by its id."""
    found = {}
    for cell in json.loads(PATH.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", []))
            if match := re.search(r'<(?:div class="tabled"|figure class="chart") id="([a-z0-9-]+)"', html):
                found[match[1]] = html
    return found


def test_every_chart_and_table_is_of_one_kind_or_the_other(figures: dict[str, str]) -> None:
    assert set(figures) == FROM_WEIGHTS | OF_PUBLISHED | OTHERS


@pytest.mark.parametrize("figure_id", sorted(FROM_WEIGHTS))
def test_what_our_weights_make_says_so_and_names_them(figures: dict[str, str], figure_id: str) -> None:
    page = figures[figure_id].replace("&#x27;", "'").replace("&#39;", "'")
    assert SAYS in page
    assert "Scenario: under assumptions of ours" in page


@pytest.mark.parametrize("figure_id", sorted(OTHERS))
def test_what_rests_on_another_assumption_of_ours_says_so(figures: dict[str, str], figure_id: str) -> None:
    assert "Scenario: under assumptions of ours" in figures[figure_id]


@pytest.mark.parametrize("figure_id", sorted(OF_PUBLISHED))
def test_what_is_worked_out_from_published_figures_alone_is_derived(figures: dict[str, str], figure_id: str) -> None:
    assert '<span class="status">derived</span>' in figures[figure_id]
    assert SAYS not in figures[figure_id]


def test_the_notebook_ends_with_what_it_would_take_to_know_better() -> None:
    last = json.loads(PATH.read_text(encoding="utf-8"))["cells"][-1]
    assert last["cell_type"] == "markdown"
    assert "To know better: " in "".join(last["source"])
