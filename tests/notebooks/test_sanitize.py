"""The notebook comparison lets through what may differ from run to run, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

CONFIG = Path(__file__).with_name("sanitize.cfg")

CASES = {
    "svg": ("<svg width='1'>\n<g id='a1'/></svg>", "<svg width='2'>\n<g id='b2'/>\n</svg>", True),
    "moment": ("read at 2020-06-30 09:15:02", "read at 2026-11-23T17:01:59.123Z", True),
    "clock": ("done 09:15:02", "done 23:59:59.5", True),
    "duration": ("took 3 ms", "took 812.4 ms", True),
    "seconds": ("took 1.25 s", "took 2.5s", True),
    "address": ("<object at 0x7f00>", "<object at 0x1a2b3c>", True),
    "date": ("as of 2020-03-31", "as of 2020-06-30", False),
    "money": ("£23,600,000", "£23,600,001", False),
    "decade": ("the 1990s", "the 1980s", False),
    "count": ("5 services", "6 services", False),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What nbval says of a notebook with a cell a case, each printing the second text."""
    path = tmp_path_factory.mktemp("sanitize") / "cases.ipynb"
    cells = [
        new_code_cell(
            f"print({now!r})",
            outputs=[new_output("stream", name="stdout", text=f"{kept}\n")],
            execution_count=1,
        )
        for kept, now, _ in CASES.values()
    ]
    nbformat.write(new_notebook(cells=cells), path)
    options = ["-p", "no:cacheprovider", "-rA", "--color=no", "--nbval", "--nbval-current-env"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--nbval-sanitize-with", str(CONFIG), str(path)],
        cwd=path.parent,
        capture_output=True,
        encoding="utf-8",
    )
    return ran.stdout


@pytest.mark.parametrize("case", CASES)
def test_what_counts_as_the_same(outcome: str, case: str) -> None:
    word = "PASSED" if CASES[case][2] else "FAILED"
    number = list(CASES).index(case)
    assert any(line.startswith(word) and f"::Cell {number}" in line for line in outcome.splitlines()), outcome
