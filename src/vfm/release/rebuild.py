"""Make a release again from what it recorded, in a folder of its own: nothing of the project is written to."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vfm.data.catalogue import CATALOGUE, INCOMING
from vfm.data.earlier import FILE as DISCLOSURE
from vfm.data.project import Project
from vfm.data.temporary import temporary_folder
from vfm.release import find, gate, gather, kept, manifest, old_code
from vfm.release.refresh import Report, refresh
from vfm.vocabulary.errors import DataError, Problem, RunError
from vfm.vocabulary.periods import Quarter

LOCK = "requirements.lock"
NOT_HAD = "neither in its place, kept nor in the repository's history as the release recorded it"


@dataclass(frozen=True)
class Again:
    """A release made again: where it is, and why what differs in it cannot be laid at the release's door."""

    folder: Path
    reasons: tuple[str, ...]


@contextmanager
def made_again(project: Project, described: Mapping[str, Any], say: Report) -> Iterator[Again]:
    """The release that the recorded inputs, parameters and code make, while the block lasts.

    Code other than that of now is had from the repository's history; where it is not to be had, the code of now makes
    the release, and says so. Libraries are those of now.

    Raises
    ------
    DataError
        when an input is not to be had, or the code or the libraries that there are cannot make it.
    RunError
        when the code and the libraries that made it no longer can.
    """
    reasons = other_libraries(described)
    with temporary_folder("again") as place:
        clean = clean_project(project, place.resolve(), described)
        here = manifest.code_hash(project)
        commit = "" if described["code"] == here else old_code.put(project, described, clean)
        if described["code"] != here and not commit:
            reasons.insert(0, f"made by other code ({described['code'][:12]}; here {here[:12]})")
        try:
            if commit:
                say(f"made again by the code of commit {commit[:12]}, which made it")
                folder = old_code.refresh(clean, _as_written(described), say)
            else:
                folder = refresh(clean, Quarter.parse(described["quarter"]), {}, say, told=described["parameters"])
                gather.write_pages(folder, _as_written(described))
        except (DataError, RunError) as error:
            if not reasons and not commit:
                raise
            raise DataError("; ".join([*reasons, str(error)])) from error
        yield Again(folder, tuple(reasons))


def _as_written(described: Mapping[str, Any]) -> dict[str, Any]:
    """What the pages of a release were written from; whoever submits or approves a draft does not write them anew."""
    written = {part: value for part, value in described.items() if part != "outputs"}
    if described["state"] == gate.PUBLISHED:
        return written
    return {part: value for part, value in written.items() if part not in ("submitted", "approval")} | {
        "state": gate.DRAFT
    }


def other_libraries(described: Mapping[str, Any]) -> list[str]:
    """Libraries of another version than a release was made with."""
    here = manifest.packages()
    return [
        f"made with {name} {version}, here {here.get(name, 'none')}"
        for name, version in described["packages"].items()
        if here.get(name) != version
    ]


def clean_project(project: Project, root: Path, described: Mapping[str, Any]) -> Project:
    """A project in `root` with the raw files that a release recorded and no other, the notebooks and the lock.

    Raises
    ------
    DataError
        naming the inputs that are not to be had.
    """
    inputs, clean = described["inputs"], Project(root, project.data)
    missing = [file for file, hashed in inputs.items() if not _restored(project, file, hashed, root / file)]
    problems = [Problem(file, NOT_HAD, "Put it back as it was, from its publisher or a copy.") for file in missing]
    if any(not problem.file.endswith(CATALOGUE) for problem in problems):
        raise DataError("What the release was made from is not all to be had.", problems)
    _bring_what_was_out(project, clean, described)
    for one in {clean, Project(root)}:  # the example borrows facts from the published record
        _as_catalogued(project.root, one, described)
    shutil.copytree(project.notebooks, clean.notebooks, ignore=shutil.ignore_patterns(".*"))
    if (project.root / LOCK).is_file():
        shutil.copyfile(project.root / LOCK, root / LOCK)
    return clean


def _bring_what_was_out(project: Project, clean: Project, described: Mapping[str, Any]) -> None:
    """Put the releases that this one was held against where its making finds them: those it revises or counts with.

    Of the first the making reads everything, and what that was made from; of the others what they say of people.
    """
    if described.get("revises"):
        folder = find.find(project, described["revises"])
        earlier = manifest.read(folder)
        shutil.copytree(folder, clean.published(Quarter.parse(earlier["quarter"])))
        for file, hashed in earlier["inputs"].items():
            if described["inputs"].get(file) != hashed:
                _restored(project, file, hashed, kept.place(clean, hashed))
    for name in described.get("disclosure", {}).get("attacked_with", []):
        quarter, _, version = name.partition(" ")
        number = int(version[1:]) if version else published_then(project, Quarter.parse(quarter), described)
        if number is None:
            raise DataError(f"The release of {quarter} that it was held against is not to be had.")
        folder = find.find(project, f"{quarter}@v{number}")
        target = clean.reports / (f"archive/{quarter}/{version}" if version else quarter)
        target.mkdir(parents=True, exist_ok=True)
        for file in (manifest.MANIFEST, DISCLOSURE):
            shutil.copyfile(folder / file, target / file)


def published_then(project: Project, quarter: Quarter, described: Mapping[str, Any]) -> int | None:
    """The version of a quarter's release that was published when a release was made; of its own, the one it follows."""
    if str(quarter) == described["quarter"]:
        followed: int | None = described["follows"]
        return followed
    when = described.get("published_at", "9999")
    out = [
        number
        for number, folder in find.versions(project, quarter).items()
        if manifest.read(folder).get("published_at", "") <= when
    ]
    return max(out, default=None)


def _restored(project: Project, file: str, hashed: str, target: Path) -> bool:
    found = kept.recorded(project, file, hashed)
    if found is not None and not target.exists():
        kept.put(found, target)
    return found is not None


def _as_catalogued(root: Path, clean: Project, described: Mapping[str, Any]) -> None:
    """Have the catalogue describe the recorded files, and no others.

    A release from before catalogues were recorded, or whose catalogue is not to be had, is given the one of now:
    the titles of files and their sources may then differ, which shows where a figure names its source.
    """
    path = clean.raw / CATALOGUE
    now = root / path.relative_to(clean.root)
    if path.is_file() or not now.is_file():
        return
    package = json.loads(now.read_text(encoding="utf-8-sig"))
    inputs = described["inputs"]
    kept = []
    for resource in package["resources"]:
        file = (clean.raw / resource["path"]).relative_to(clean.root).as_posix()
        if file in inputs:
            kept.append(resource | {"hash": f"sha256:{inputs[file]}"})
    package |= {"resources": kept, "as_of": described["as_of"]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


def is_incoming(file: str) -> bool:
    """Whether an input is one of those that others send, which the catalogue does not describe one by one."""
    return any(part in INCOMING for part in Path(file).parts[:-1])
