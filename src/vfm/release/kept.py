"""What releases were made from, to be had again later: in its place, kept by hash, or in the repository's history.

A raw file that its publisher issues anew takes the place of the one before it. `keep` puts what a release was made from
aside as it is published, under ``data/kept``, each file once and named by its hash. Record-level files are not kept
twice: every copy of personal data is one more to guard.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from vfm.data.catalogue import RECORDS, sha256
from vfm.data.project import Project
from vfm.data.staging import alive
from vfm.vocabulary.errors import DataError, Problem

KEPT = "kept"
PART = re.compile(r"\.[0-9a-f]{64}\.(?P<process>\d{1,9})")  # of a raw file that is being kept


def keep(project: Project, inputs: Mapping[str, str]) -> None:
    """Keep every raw file of `inputs` (path from the project -> hash) but records, where it is not kept yet.

    Raises
    ------
    DataError
        when a file is no longer what the release was made from.
    """
    for part in half_kept(project):
        part.unlink(missing_ok=True)
    found = {file: recorded(project, file, hashed) for file, hashed in inputs.items()}
    mend = "Make the draft again from the files as they are now, or put the file back as it was."
    rule = "the raw file has changed since the draft was made"
    if changed := [Problem(file, rule, mend) for file, data in found.items() if data is None]:
        raise DataError("What the draft was made from is not all to be had any more.", changed)
    for file, data in found.items():
        target = place(project, inputs[file])
        is_there = target.is_file() and sha256(target) == inputs[file]
        if data is not None and not is_there and RECORDS not in Path(file).parts:
            put(data, target)
            target.chmod(0o444)


def half_kept(project: Project) -> list[Path]:
    """What runs that died were keeping."""
    parts = sorted((project.root / "data" / KEPT).glob(".*"))
    named = [(part, PART.fullmatch(part.name)) for part in parts]
    return [part for part, name in named if name is not None and not alive(int(name["process"]))]


def put(data: bytes | Path, target: Path) -> None:
    """Write a file in one step: what is at `target` is all of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    with part.open("wb") as file:
        file.write(data if isinstance(data, bytes) else data.read_bytes())
        file.flush()
        os.fsync(file.fileno())  # or a power cut could leave the name with nothing behind it
    part.replace(target)


def place(project: Project, hashed: str) -> Path:
    """Where a raw file is kept."""
    return project.root / "data" / KEPT / hashed


def recorded(project: Project, file: str, hashed: str) -> bytes | Path | None:
    """What a release recorded as `file` with the hash `hashed`: where it is or what it holds; None if not to be had."""
    for path in (project.root / file, place(project, hashed)):
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
