"""The page on performance says what the benchmarks measured, and its words follow the numbers."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def page(root: Path) -> ModuleType:
    """benchmarks/page.py, which is not part of the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "benchmarks"))
        import page

        return page


def test_the_committed_page_is_the_one_that_the_results_make(root: Path, page: ModuleType) -> None:
    results = sys.modules["_results"].read()
    assert (root / "docs" / "performance.md").read_text(encoding="utf-8") == page.page(results), "run.py bench page"


def test_a_missed_goal_other_output_and_a_busy_machine_are_said(page: ModuleType) -> None:
    round_ = {"seconds": 10.0, "processor": 18.0, "megabytes": 500}
    ways = {
        "vfm": {"rounds": [round_ | {"seconds": 13.0}], "differ": []},
        "plain Python, two processes": {"rounds": [round_], "differ": ["figures/a.json"]},
    }
    machine = {"when": "2026-11-26 10:00", "processors": 2, "memory_gb": 8, "system": "Linux", "python": "3.11.7"}
    result = {"machine": machine | {"load": 0.1, "load_after": 2.0}, "result": {"boroughs": 4, "ways": ways}}
    made = page.page({"suite": result})
    row = next(line for line in made.splitlines() if line.startswith("| plain Python"))
    # ours takes 13 / 10 of its time and 18 / 18 of its processor time
    assert row.endswith("| 10.0 | 1.30 | **missed**, 1.25 | 1.00 | 500 | differs: figures/a.json |")
    assert "1 round, with 4 of the 33 boroughs." in made
    assert "other work" not in made
    busy = copy.deepcopy(result)
    busy["machine"]["load"] = 4.5
    assert "**The machine had other work: its load was 4.5 before and 2.0 after.**" in page.page({"suite": busy})


def test_a_way_that_did_not_end_is_said(page: ModuleType) -> None:
    ended = {"seconds": 2.0, "ratio": 1.0, "megabytes": 500, "same": True, "rounds": 1}
    failed = {"failed": True, "megabytes": 900, "same": False, "rounds": 1}
    machine = {"when": "2026-11-26 10:00", "processors": 2, "memory_gb": 8, "system": "Linux", "python": "3.11.7"}
    sizes = {"2000": {"ours": ended}, "20000": {"ours": ended | {"seconds": 30.0}}, "100000": {"ours": failed}}
    made = page.page({"records": {"machine": machine | {"load": 0.1, "load_after": 0.1}, "result": sizes}})
    assert "| 100,000 | ours | **out of memory** |  |  | 900 | none |" in made
    assert "10 times the records took 15.0 times as long: 1 round." in made  # 30 seconds over 2
