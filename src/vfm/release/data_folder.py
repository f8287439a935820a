"""What is wrong with a data folder: leftovers, damaged tables and kept runs, raw files, seals of what is published."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from vfm.data import stamp
from vfm.data.catalogue import Catalogue
from vfm.data.project import DATA, PUBLISHED, Project
from vfm.data.staging import STAGED, finish_interrupted, left_beside
from vfm.release import gate, held, manifest
from vfm.release.findings import Finding
from vfm.release.kept import half_kept
from vfm.vocabulary.errors import DataError, Problem, UsageError
from vfm.vocabulary.periods import Quarter

ANY_TIME = "Nothing is lost with it: vfm doctor --mend takes it away."
RESTORE = "Restore the release as it was published, from the repository (git checkout -- {place}) or a copy."


def data_folder(project: Project) -> Iterator[Finding]:
    """Everything found about one of the two sets of data."""
    yield from leftovers(project)
    raw = list(raw_files(project))
    yield from raw
    yield from tables(project, can_build=not raw)
    yield from kept(project)
    yield from seals(project)


def leftovers(project: Project) -> Iterator[Finding]:
    """What processes left half written that died; what one that lives is at is information."""
    own = (project.reports, project.tables, _runs(project))
    for top in own:
        for folder, names, _ in os.walk(top):
            if project.data == PUBLISHED and Path(folder) in {top / name for top in own for name in DATA}:
                names.clear()  # of another set
                continue
            for name in [name for name in sorted(names) if name.startswith(".")]:
                names.remove(name)
                yield from _left(project, Path(folder) / name)
            names.sort()
    for part in half_kept(project) if project.data == PUBLISHED else ():
        yield Finding(_place(project, part), "a run that died left it half written", ANY_TIME, part.unlink)


def _left(project: Project, path: Path) -> Iterator[Finding]:
    place, target = _place(project, path), left_beside(path)
    if target is not None:

        def mend() -> None:
            finish_interrupted(target)

        do = ANY_TIME if target.exists() else f"vfm doctor --mend puts {target.name} in order."
        yield Finding(place, "a run that died left it half done", do, mend)
    elif named := STAGED.fullmatch(path.name):
        what = f"process {named['process']} is writing it"
        yield Finding(place, what, "Wait for it, or end that process.", information=True)


def raw_files(project: Project) -> Iterator[Finding]:
    """Raw files that the catalogue does not describe as they are. Nothing received is ever changed here."""
    problems: tuple[Problem, ...] | list[Problem]
    try:
        problems = Catalogue.read(project.raw).problems()
    except DataError as error:
        problems = error.problems
    for problem in problems:
        yield Finding(f"{_place(project, project.raw)}/{problem.place}", problem.rule, problem.mend)


def tables(project: Project, *, can_build: bool) -> Iterator[Finding]:
    """Processed tables that are not as they were written; they are built again, where the raw files allow it."""
    for folder, quarter in _quarters(project.tables):
        wrong = stamp.damage(folder)
        if wrong:

            def mend(quarter: Quarter = quarter) -> None:
                from vfm.data.build import build  # a look at what is wrong works without the libraries

                build(project, quarter)

            what = f"the processed tables are damaged. {wrong}"
            do = "vfm doctor --mend builds them again." if can_build else "Mend the raw files first, then build again."
            yield Finding(_place(project, folder), what, do, mend if can_build else None)


def kept(project: Project) -> Iterator[Finding]:
    """Kept runs of notebooks that are not as they were kept."""
    for folder, _ in _quarters(_runs(project)):
        for run in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
            wrong = held.damage(run)
            if wrong:

                def mend(run: Path = run) -> None:
                    shutil.rmtree(run)

                yield Finding(_place(project, run), f"the kept run is damaged. {wrong}", ANY_TIME, mend)


def seals(project: Project) -> Iterator[Finding]:
    """Published releases, those in the archive too, that are not as they were sealed and approved."""
    archive = project.reports / "archive"
    published = [folder for folder, _ in _quarters(project.reports)]
    archived = [path for folder, _ in _quarters(archive) for path in sorted(folder.glob("v*")) if path.is_dir()]
    for folder in [*published, *archived]:
        place = _place(project, folder)
        restore = RESTORE.format(place=place)
        try:
            described = manifest.read(folder)
            broken = manifest.broken_seal(folder)
            approved = gate.is_as_approved(described)
        except DataError as error:
            yield Finding(place, f"the seal cannot be read. {error}", restore)
            continue
        except (LookupError, TypeError, AttributeError):
            yield Finding(f"{place}/{manifest.MANIFEST}", "the manifest is not what was written", restore)
            continue
        for problem in broken:
            yield Finding(f"{place}/{problem.place}", f"the seal is broken: {problem.rule}", restore)
        if not broken and not approved:
            yield Finding(f"{place}/{manifest.MANIFEST}", "the release is not the one that was approved", restore)


def _runs(project: Project) -> Path:
    return project.root / "build" / "runs" / project.data


def _quarters(folder: Path) -> Iterator[tuple[Path, Quarter]]:
    """The folders of `folder` that are named by a quarter."""
    for path in sorted(folder.glob("*")):
        if path.is_dir() and re.fullmatch(r"\d{4}-\d\d-Q\d", path.name):
            try:
                yield path, Quarter.parse(path.name)
            except UsageError:  # no quarter after all, and nothing of ours
                continue


def _place(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def projects(project: Project, named: str | None) -> list[Project]:
    """The set of data that is `named`, or both where both are there."""
    every = [Project(project.root, name) for name in DATA]
    return [project] if named else [one for one in every if one == project or one.raw.is_dir()]
