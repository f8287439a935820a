"""What tests of several kinds share: a copy of the project's data that may be spoilt, and a count of inputs tried."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from project_copies import CHECKOUT, ProjectCopy
from promises import TRIED, promises, write_counts
from vfm.data import checks, returns

INPUTS = "inputs tried"


@pytest.fixture
def project_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectCopy:
    """A copy of the raw files in a project of its own, which commands then find."""
    copy = ProjectCopy(tmp_path / "project")
    shutil.copytree(CHECKOUT / "data" / "raw", copy.raw)
    monkeypatch.setenv("VFM_PROJECT", str(copy.root))
    return copy


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each table and workbook once, for all the tests that leave it as it is: a key holds all that is read."""

    def once(module: ModuleType, name: str, key: Callable[..., Any]) -> None:
        read = getattr(module, name)

        def reads(given: Any, *args: Any, **named: Any) -> Any:
            try:
                held = (name, key(given), *map(id, args), *((k, str(v)) for k, v in named.items()))
            except OSError:
                return read(given, *args, **named)
            if held not in READ:
                READ[held] = read(given, *args, **named)
            found, problems = READ[held]
            return found.copy() if isinstance(found, pd.DataFrame) else found, list(problems)

        monkeypatch.setattr(module, name, reads)

    once(checks, "read_table", lambda path: path.read_bytes())
    once(returns, "read_workbook", lambda path: (path.suffix, path.read_bytes()))
    once(returns, "typed_table", lambda rows: tuple((row, tuple(cells)) for row, cells in rows))


READ: dict[Any, Any] = {}


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Count what a test tries of a promise, and note figures of it; docs/reliability.md is made from the counts."""
    known = promises()

    def note(promise: str, times: int = 1, **figures: str) -> None:
        assert promise in known, promise
        told = {"promise": promise, "times": times, "figures": figures}
        request.node.user_properties.append((TRIED, told))

    return note


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    """Note how many inputs a property test was given; a report carries that from a worker too."""
    report = yield
    if call.when == "call" and (said := getattr(item, "hypothesis_statistics", "")):
        tried = sum(map(int, re.findall(r"(\d+) (?:passing|failing|invalid)", said)))
        report.user_properties.append((INPUTS, tried))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many inputs the property tests tried."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    for promise, times in sorted(write_counts(reports).items()):
        terminalreporter.write_line(f"{times:,} tried: {promise}")
    tried = [value for report in reports for name, value in report.user_properties if name == INPUTS]
    if tried:
        terminalreporter.write_line(f"{sum(tried):,} {INPUTS} by {len(tried)} property tests")
