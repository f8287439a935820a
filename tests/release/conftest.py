"""Projects in a temporary folder: the whole one, and one with small notebooks for what goes wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
QUARTER = "2019-20-Q4"
PARAMETERS = f'quarter = "{QUARTER}"'
FRONT = f'{PARAMETERS}\nbase_year = "2012-13"\nyear = "2019-20"'
PUBLISH = """import vfm
from vfm.vocabulary.results import Estimate

release = vfm.open_release(quarter)
release.number("{id}", Estimate({value}), title="A number", unit="awards", period="2019/20", source="here");"""


def copy_project(target: Path, *, notebooks: bool) -> Path:
    shutil.copytree(ROOT / "data" / "raw", target / "data" / "raw")
    shutil.copy(ROOT / "requirements.lock", target)
    if notebooks:
        shutil.copytree(ROOT / "notebooks", target / "notebooks", ignore=shutil.ignore_patterns(".*"))
    else:
        (target / "notebooks").mkdir()
    return target


def write_notebook(project: Path, name: str, *cells: str, parameters: str = PARAMETERS) -> None:
    """A notebook of the project, with the parameters that its class has."""
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    body = [new_code_cell(cell) for cell in cells]
    nbformat.write(
        new_notebook(cells=[new_markdown_cell(f"# {name}"), first, *body]), project / f"notebooks/{name}.ipynb"
    )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose two notebooks publish a number each, with its draft made."""
    project = copy_project(tmp_path_factory.mktemp("prepared") / "project", notebooks=False)
    write_notebook(project, "00-data-quality", PUBLISH.format(id="first", value=1))
    write_notebook(project, "90-quarterly-update", PUBLISH.format(id="last", value=2), parameters=FRONT)
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
