"""Whether there is anything to do, asked before anything that takes time to import is."""

from collections.abc import Mapping

from vfm.data.project import Project
from vfm.data.staging import finish_interrupted, left_beside
from vfm.data.stamp import is_current
from vfm.release import find, manifest
from vfm.release.parameters import check_names
from vfm.release.plan import plan
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import Quarter


def clear_up(project: Project, quarter: Quarter) -> None:
    """Finish or take away what runs of `quarter` left that died, whatever they were at."""
    for target in (project.processed(quarter), project.draft(quarter), project.published(quarter)):
        finish_interrupted(target)
    for folder in (project.archive(quarter), project.runs(quarter)):
        for whole in {named for path in folder.glob(".*") if (named := left_beside(path))}:
            finish_interrupted(whole)


def is_up_to_date(project: Project, quarter: Quarter, given: Mapping[str, str]) -> bool:
    """Whether the draft of `quarter` is what a refresh would make: same inputs, code, parameters and libraries.

    Raises
    ------
    UsageError
        when a parameter is not known or not possible.
    """
    check_names(given)
    if not is_current(project, quarter):
        return False
    draft = project.draft(quarter)
    try:
        made = manifest.read(draft)
        if manifest.broken_seal(draft):
            return False
    except DataError:
        return False
    topics, last, _ = plan(project, quarter, given)
    before = find.before(project, quarter)
    revises = None if before is None else find.name_of(manifest.read(before))
    wanted = manifest.describe(project, quarter, topics + last) | {"revises": revises}
    later = {*manifest.OF_THE_GATE, "outputs", "commit"}  # what came after it was planned, or changes no figure
    return all(made.get(name) == wanted.get(name) for name in (made.keys() | wanted.keys()) - later)
