"""Which notebooks make a release, in which order, each with its parameters."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vfm.data.project import Project
from vfm.release import parameters
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter

TOPIC = re.compile(r"\d\d-[a-z0-9-]+")
LAST = "90-quarterly-update"


@dataclass(frozen=True)
class Job:
    """One notebook to run, with what it is told."""

    name: str
    path: Path
    parameters: dict[str, Any]


def plan(project: Project, quarter: Quarter, given: Mapping[str, str]) -> tuple[list[Job], list[Job]]:
    """The notebooks that publish figures, and those that run last because they read them.

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
    jobs = [Job(path.stem, path, parameters.for_notebook(path.stem, quarter, given)) for path in paths]
    for job in jobs:
        _check_cell(job)
    return [job for job in jobs if job.name != LAST], [job for job in jobs if job.name == LAST]


def _check_cell(job: Job) -> None:
    """Hold the notebook's parameters cell to its class: papermill itself only warns of a strange name."""
    asked = parameter_names(json.loads(job.path.read_text(encoding="utf-8")))
    if asked != set(job.parameters):
        odd = ", ".join(sorted(asked ^ set(job.parameters)))
        raise RunError(f"{job.name}: its parameters cell and its class in release/parameters.py differ: {odd}.")


def parameter_names(notebook: Mapping[str, Any]) -> set[str]:
    """The names that a notebook's cell tagged "parameters" sets."""
    for cell in notebook["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            body = ast.parse("".join(cell["source"])).body
            targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
            return {target.id for target in targets if isinstance(target, ast.Name)}
    return set()
