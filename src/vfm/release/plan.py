"""Which notebooks make a release, in which order, each with its parameters."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vfm.data.project import Project
from vfm.release import parameters
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.labels import slug
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.place import Place
from vfm.vocabulary.results import ILLUSTRATIVE, Status

TOPIC = re.compile(r"\d\d-[a-z0-9-]+")
BOROUGH = "80-borough"  # runs once for each area, after the topics
UPDATE, SUMMARY = "90-quarterly-update", "95-plain-words"
LAST = (UPDATE, SUMMARY)  # they read what the others published
PARAMETERS = "parameters"  # tag of the cell that sets them
ABOUT_PUBLISHED = "about-published"  # tag of a cell whose words hold of the published record alone
LEFT_OUT = "*Left out of the example: what stands here speaks of the published record.*"
OF_ANOTHER = "*Left out: what stands here speaks of the published record of another place.*"
OWN_PLACE = "place"  # of a notebook's metadata: the code of the place that such cells are about


@dataclass(frozen=True)
class Job:
    """One notebook to run, with what it is told."""

    name: str
    path: Path
    parameters: dict[str, Any]
    illustrative: bool = False
    elsewhere: bool = False  # whether it is run for another place than the one that it was written about


def plan(
    project: Project,
    quarter: Quarter,
    given: Mapping[str, str],
    told: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[list[Job], list[Job], list[str]]:
    """The notebooks that publish figures, those that run last because they read them, and the names left out.

    A notebook is left out where the place has nothing for it, as its file says.
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
    place, illustrative, again = project.place, project.status is Status.ILLUSTRATIVE, told or {}
    run = [path for path in paths if path.stem not in place.left_out]
    jobs = [job for path in run for job in _jobs(place, path, quarter, given, again, illustrative)]
    for job in {job.path: job for job in jobs}.values():
        _check_cell(job)
    last = [job for job in jobs if job.name in LAST]
    return [job for job in jobs if job.name not in LAST], last, [path.stem for path in paths if path not in run]


def _own_place(path: Path) -> str | None:
    """The code of the place that a notebook says it was written about, if it says so."""
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return metadata.get("vfm", {}).get(OWN_PLACE)


def stages(topics: list[Job], last: list[Job]) -> list[list[Job]]:
    """The order of a run: a stage begins when the one before it is done, for it may read what that published."""
    boroughs = [job for job in topics if is_borough(job.name)]
    return [[job for job in topics if job not in boroughs], boroughs, last]


def is_borough(name: str) -> bool:
    """Whether a job or an executed notebook is one borough's run: "80-borough-hackney"."""
    return name.startswith(f"{BOROUGH}-")


def _jobs(
    place: Place,
    path: Path,
    quarter: Quarter,
    given: Mapping[str, str],
    told: Mapping[str, Mapping[str, Any]],
    illustrative: bool,
) -> Iterator[Job]:
    """One job a notebook; of the borough's one for each area, or for the ones that are given or were told."""
    elsewhere = _own_place(path) not in (None, place.gss_code)
    if path.stem != BOROUGH:
        known = parameters.for_notebook(path.stem, quarter, place, given, told.get(path.stem))
        yield Job(path.stem, path, known, illustrative, elsewhere)
        return
    parameters.for_notebook(BOROUGH, quarter, place, given)  # a code that is none is refused, not met by no area
    made_again = any(map(is_borough, told))
    for area in place.areas:
        code, name = area.gss_code, f"{BOROUGH}-{slug(area.name)}"
        if name in told if made_again else code == given.get("borough", code):
            known = parameters.for_notebook(BOROUGH, quarter, place, {**given, "borough": code}, told.get(name))
            yield Job(name, path, known, illustrative, elsewhere)


def as_told(job: Job) -> Any:
    """The notebook that a job runs: as it stands, or, on invented data or for another place, without what holds of the
    published data of its own place alone.

    On invented data its first cell then says that it is illustrative. A cell that is left out keeps its place and its
    headings, and says so, once for each run of them.
    """
    import nbformat  # slow to import, and to plan needs none of it

    notebook = nbformat.read(job.path, as_version=4)  # type: ignore[no-untyped-call]
    if not (job.illustrative or job.elsewhere):
        return notebook
    told, says = False, LEFT_OUT if job.illustrative else OF_ANOTHER
    for cell in notebook.cells:
        leave = ABOUT_PUBLISHED in tags(cell)
        if leave:
            cell.source = "\n\n".join([*_headings(cell), *([] if told else [says])])
            cell.cell_type, cell.metadata = "markdown", {}
            for part in ("outputs", "execution_count"):
                cell.pop(part, None)
        told = leave
    if job.illustrative:
        title, _, rest = notebook.cells[0].source.partition("\n")
        notebook.cells[0].source = f"{title}\n\n**{ILLUSTRATIVE}.**\n{rest}".rstrip()
    return notebook


def _headings(cell: Any) -> list[str]:
    return [line for line in cell.source.splitlines() if cell.cell_type == "markdown" and line.startswith("#")]


def tags(cell: Mapping[str, Any]) -> list[str]:
    """The tags of a notebook's cell."""
    return list(cell.get("metadata", {}).get("tags", []))


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
