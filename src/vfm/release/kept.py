"""What releases were made from, to be had again later: in its place, kept by hash, or in the repository's history.

A raw file that its publisher issues anew takes the place of the one before it. `keep` puts what a release was made from
aside as it is published, under ``data/kept``, each file once and named by its hash. Record-level files are not kept
twice: every copy of personal data is one more to guard.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from vfm.data.catalogue import RECORDS, sha256
from vfm.data.project import Project
from vfm.data.staging import staging_folder

KEPT = "kept"


def keep(project: Project, inputs: Mapping[str, str]) -> None:
    """Keep every raw file of `inputs` (path from the project -> hash) but records, where it is not kept yet."""
    folder = _folder(project)
    for file, hashed in inputs.items():
        if (folder / hashed).exists() or RECORDS in Path(file).parts:
            continue
        with staging_folder(folder / hashed) as staged:
            copy = staged / Path(file).name
            shutil.copyfile(project.root / file, copy)
            copy.chmod(0o444)


def place(project: Project, file: str, hashed: str) -> Path:
    """Where a raw file is kept."""
    return _folder(project) / hashed / Path(file).name


def recorded(project: Project, file: str, hashed: str) -> bytes | Path | None:
    """What a release recorded as `file` with the hash `hashed`: where it is or what it holds; None if not to be had."""
    for path in (project.root / file, place(project, file, hashed)):
        if path.is_file() and sha256(path) == hashed:
            return path
    return next((old for old in versions(project, file) if hashlib.sha256(old).hexdigest() == hashed), None)


def versions(project: Project, file: str) -> Iterator[bytes]:
    """What the repository's history holds of a file, the newest first; nothing where there is no repository."""
    for commit in git(project.root, "log", "--format=%H", "--", file).decode().split():
        yield git(project.root, "show", f"{commit}:./{file}")


def git(folder: Path, *arguments: str) -> bytes:
    """What git says, or nothing where there is no git or it has nothing to say."""
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


def _folder(project: Project) -> Path:
    return project.root / "data" / KEPT
