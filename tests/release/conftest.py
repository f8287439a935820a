"""The small project, drafted once for all the tests of a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, copy_project, write_notebook
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose two notebooks publish a number each, with its draft made."""
    project = copy_project(tmp_path_factory.mktemp("prepared") / "project", notebooks=False)
    write_notebook(project, "00-data-quality", PUBLISH.format(id="first", value=1))
    write_notebook(project, "90-quarterly-update", PUBLISH.format(id="last", value=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        assert main(["refresh", QUARTER]) == 0
    return project


@pytest.fixture
def small(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same project, no draft made yet, under a path that is not plain."""
    project = tmp_path / "a project, été"
    shutil.copytree(prepared, project, ignore=shutil.ignore_patterns("reports"))
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    return project


@pytest.fixture
def draft(prepared: Path, small: Path) -> Path:
    """The draft of the small project."""
    shutil.copytree(prepared / "reports", small / "reports")
    return small / "reports" / "drafts" / QUARTER


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Every file of a folder with its bytes, but for the times of the run."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "run.json")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return read
