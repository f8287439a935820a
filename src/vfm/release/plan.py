"""Which notebooks make a release, in which order, each with its parameters."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from vfm.data.project import Project
from vfm.release import parameters
from vfm.report.figures import ILLUSTRATIVE
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Status

TOPIC = re.compile(r"\d\d-[a-z0-9-]+")
LAST = "90-quarterly-update"
PARAMETERS = "parameters"  # tag of the cell that sets them
ABOUT_PUBLISHED = "about-published"  # tag of a cell whose words hold of the published record alone
ABOUT_EXAMPLE = "about-example"  # beside the parameters, of a notebook that shows a method on the example alone
LEFT_OUT = "*Left out of the example: what stands here speaks of the published record.*"


@dataclass(frozen=True)
class Job:
    """One notebook to run, with what it is told."""

    name: str
    path: Path
    parameters: dict[str, Any]
    illustrative: bool = False


def plan(
    project: Project,
    quarter: Quarter,
    given: Mapping[str, str],
    told: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[list[Job], list[Job], list[str]]:
    """The notebooks that publish figures, those that run last because they read them, and the names left out.

    A notebook is left out whose parameters are about the other set of data, the published record or the example.
    `told` is what each was told in a release that is made again, by its name; it goes before `given`.

    Raises
    ------
    UsageError
        when a parameter is not known or not possible; nothing has run by then.
    RunError
        when there are no notebooks, or one asks for parameters that its class does not have.
    """
    paths = [path for path in sorted(project.notebooks.glob("*.ipynb")) if TOPIC.fullmatch(path.stem)]
    if not paths:
        raise RunError(f"There are no notebooks in {project.notebooks}.")
    illustrative = project.status is Status.ILLUSTRATIVE
    told = told or {}
    jobs = [
        Job(path.stem, path, parameters.for_notebook(path.stem, quarter, given, told.get(path.stem)), illustrative)
        for path in paths
    ]
    for job in jobs:
        _check_cell(job)
    left_out = [job for job in jobs if _is_about_the_other(job)]
    run = [job for job in jobs if job not in left_out]
    last = [job for job in run if job.name == LAST]
    return [job for job in run if job.name != LAST], last, [job.name for job in left_out]


def as_told(job: Job) -> Any:
    """The notebook that a job runs: as it stands, or, on invented data, without what holds of published data alone.

    Its first cell then says that it is illustrative. A cell that is left out keeps its place and its headings, and
    says so, once for each run of them.
    """
    notebook = nbformat.read(job.path, as_version=4)  # type: ignore[no-untyped-call]
    if not job.illustrative:
        return notebook
    told = False
    for cell in notebook.cells:
        leave = ABOUT_PUBLISHED in tags(cell)
        if leave:
            cell.source = "\n\n".join([*_headings(cell), *([] if told else [LEFT_OUT])])
            cell.cell_type, cell.metadata = "markdown", {}
            for part in ("outputs", "execution_count"):
                cell.pop(part, None)
        told = leave
    title, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{title}\n\n**{ILLUSTRATIVE}.**\n{rest}".rstrip()
    return notebook


def _headings(cell: Any) -> list[str]:
    return [line for line in cell.source.splitlines() if cell.cell_type == "markdown" and line.startswith("#")]


def tags(cell: Mapping[str, Any]) -> list[str]:
    """The tags of a notebook's cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def _is_about_the_other(job: Job) -> bool:
    other = ABOUT_PUBLISHED if job.illustrative else ABOUT_EXAMPLE
    cells = json.loads(job.path.read_text(encoding="utf-8"))["cells"]
    return any({PARAMETERS, other} <= set(tags(cell)) for cell in cells)


def _check_cell(job: Job) -> None:
    """Hold the notebook's parameters cell to its class: papermill itself only warns of a strange name."""
    asked = parameter_names(json.loads(job.path.read_text(encoding="utf-8")))
    if asked != set(job.parameters):
        odd = ", ".join(sorted(asked ^ set(job.parameters)))
        raise RunError(f"{job.name}: its parameters cell and its class in release/parameters.py differ: {odd}.")


def parameter_names(notebook: Mapping[str, Any]) -> set[str]:
    """The names that a notebook's cell tagged "parameters" sets."""
    for cell in notebook["cells"]:
        if PARAMETERS in tags(cell):
            body = ast.parse("".join(cell["source"])).body
            targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
            return {target.id for target in targets if isinstance(target, ast.Name)}
    return set()
