"""Projects in a temporary folder, whole or with small notebooks for what goes wrong."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from places import LONDON
from vfm.cli import main
from vfm.data.project import Project
from vfm.release.parameters import for_notebook
from vfm.vocabulary.periods import Quarter

ROOT = Path(__file__).resolve().parents[2]
QUARTER = "2019-20-Q4"
SUBMIT = ["submit", QUARTER, "--role", "performance analyst"]
APPROVE = ["approve", QUARTER, "--role", "head of performance"]
PUBLISH = """import vfm
from vfm.vocabulary.results import Estimate

release = vfm.open_release(quarter)
release.number("{id}", Estimate({value}), title="A number", unit="awards", period="2019/20", source="here");"""

HANGS = """import os, tempfile, time
from pathlib import Path
told = Path(tempfile.gettempdir()) / "kernel.pid"
told.with_suffix(".new").write_text(f"{os.getpid()} {os.getppid()} {os.environ['JPY_PARENT_PID']}")
told.with_suffix(".new").rename(told)
time.sleep(600)"""


def kernel_of(run: subprocess.Popen[str], project: Path) -> tuple[int, int, int]:
    """The process of the kernel whose cell HANGS in a run, of its parent, and what the kernel was told that is."""
    while not (found := [path.read_text() for path in project.rglob("kernel.pid")]):
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    kernel, parent, told = map(int, found[0].split())
    return kernel, parent, told


def copy_project(target: Path, *, notebooks: bool) -> Path:
    shutil.copytree(ROOT / "data" / "raw", target / "data" / "raw")
    shutil.copy(ROOT / "requirements.lock", target)
    if notebooks:
        shutil.copytree(ROOT / "notebooks", target / "notebooks", ignore=shutil.ignore_patterns(".*"))
    else:
        (target / "notebooks").mkdir()
    return target


def write_notebook(project: Path, name: str, *cells: str, parameters: str | None = None) -> None:
    """A notebook of the project, with the parameters that its class has unless others are given."""
    if parameters is None:
        defaults = for_notebook(name, Quarter.parse(QUARTER), LONDON, {})
        parameters = "\n".join(f"{name} = {value!r}" for name, value in defaults.items())
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    body = [new_code_cell(cell) for cell in cells]
    nbformat.write(
        new_notebook(cells=[new_markdown_cell(f"# {name}"), first, *body]), project / f"notebooks/{name}.ipynb"
    )


def made_anew(project: Path) -> None:
    """Run every notebook, whatever was made of it before."""
    shutil.rmtree(Project(project).runs(Quarter.parse(QUARTER)), ignore_errors=True)
    shutil.rmtree(project / "reports/drafts", ignore_errors=True)
    assert main(["refresh", QUARTER]) == 0


def through_the_gate(*, reason: str = "") -> int:
    """Submit, approve and publish the draft; the exit status of the last."""
    assert main(SUBMIT) == 0
    assert main(APPROVE) == 0
    return main(["publish", QUARTER, *(["--reason", reason] if reason else [])])
