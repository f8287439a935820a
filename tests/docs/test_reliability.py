"""docs/reliability.md says what the tests counted, no more and no less, and every promise has been tried."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from promises import TRIED, promises, write_counts


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    """tools/reliability.py, which is not part of the package."""
    spec = importlib.util.spec_from_file_location("tool_reliability", root / "tools" / "reliability.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def counts(root: Path, tool: ModuleType) -> list[dict[str, Any]]:
    return tool.read(root / tool.RECORD)


def test_the_page_is_what_the_recorded_counts_make(root: Path, tool: ModuleType, counts: list[dict[str, Any]]) -> None:
    assert tool.page(counts) == (root / tool.PAGE).read_text(encoding="utf-8")
    assert tool.merged(counts, []) == counts, "counts of promises or tests that there are no more"


def test_what_was_tried_was_promised_and_nothing_failed(counts: list[dict[str, Any]]) -> None:
    assert {one["promise"] for one in counts} <= set(promises())
    assert [one["test"] for one in counts if one["failed"]] == []
    assert all(one["tried"] >= 1 for one in counts)


def reported(nodeid: str, *tried: tuple[str, int], failed: bool = False) -> SimpleNamespace:
    noted = [(TRIED, {"promise": name, "times": times, "figures": {}}) for name, times in tried]
    return SimpleNamespace(nodeid=nodeid, failed=failed, user_properties=[("another", 1), *noted])


def test_a_run_replaces_the_counts_of_its_own_tests_and_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "build" / "counts.json"
    assert write_counts([reported("a", ("killed", 2), ("killed", 3)), reported("b", ("killed", 1))], file) == {
        "killed": 6
    }
    assert write_counts([reported("b", ("killed", 4), failed=True), reported("c")], file) == {"killed": 4}
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert [(one["test"], one["tried"], one["failed"]) for one in kept] == [("a", 5, 0), ("b", 4, 1)]


def test_a_run_that_counts_nothing_writes_nothing(tmp_path: Path) -> None:
    assert write_counts([reported("a")], tmp_path / "counts.json") == {}
    assert list(tmp_path.iterdir()) == []


def test_the_page_adds_up_each_mode_apart_and_says_what_was_not_tried(tool: ModuleType) -> None:
    one = {"promise": "killed", "mode": "ci", "test": "tests/a.py::x", "tried": 3, "failed": 0, "figures": {}}
    one |= {"seed": 7, "on": "2026-11-26", "machine": "Linux"}
    counts = [one, one | {"test": "tests/a.py::y", "tried": 2}, one | {"mode": "soak", "tried": 1200, "failed": 1}]
    lines = tool.page(counts).splitlines()
    (killed,) = [line for line in lines if line.startswith("| Killed outright")]
    assert "| 5 each run; 1,200 `--soak` | 1 | 2026-11-26 | `tests/a.py` |" in killed
    (cut,) = [line for line in lines if line.startswith("| After a power cut")]
    assert "| not yet | 0 |  | nothing yet |" in cut
