"""The code that made a release, from the repository's history, and a run of it: for releases that other code made.

The commit is looked for where the history first has the release's manifest, and at the commit that the manifest names.
It is the one when that code, asked for its own hash, gives the one that the release recorded.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vfm.data.project import DATA_VARIABLE, PROJECT_VARIABLE, Project
from vfm.release.kept import git
from vfm.release.refresh import Report
from vfm.vocabulary.errors import RunError

PARTS = ("src", "notebooks", "requirements.lock")
HASH = """from vfm.data.project import Project
from vfm.release.manifest import code_hash
print(code_hash(Project.find()))"""
PAGES = """import json, sys
from pathlib import Path
from vfm.release.gather import write_pages
write_pages(Path(sys.argv[1]), json.load(sys.stdin))"""
SAME_PARAMETERS = "its command line cannot tell the notebooks what the release was told"


def put(project: Project, described: Mapping[str, Any], clean: Project) -> str:
    """Put the code that made a release, and its notebooks, into a clean project; return the commit, "" where none is.

    Parameters
    ----------
    clean : has the release's raw files, and then its code too
    """
    for commit in _candidates(project, described):
        archive = git(project.root, "archive", "--format=tar", commit, "--", *PARTS)
        if not archive:
            continue
        for part in ("src", "notebooks"):
            shutil.rmtree(clean.root / part, ignore_errors=True)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(clean.root, filter="data")
        try:
            if hash_of(clean) == described["code"]:
                return commit
        except RunError:  # code from before releases had a hash of it
            continue
    return ""


def hash_of(project: Project) -> str:
    """What the code in a project's own ``src`` says its hash is."""
    return _run(project, [sys.executable, "-c", HASH]).strip()


def refresh(clean: Project, described: Mapping[str, Any], say: Report) -> Path:
    """Have the code in a clean project make the release again; return the draft, its pages as `described` says.

    Raises
    ------
    RunError
        when that code fails, or cannot be told what the release was told.
    """
    command = [sys.executable, "-m", "vfm", "refresh", described["quarter"], "--data", clean.data]
    for name, value in _uniform(described["parameters"]).items():
        command += ["-p", f"{name}={value}"]
    for line in _run(clean, command).splitlines():
        say(line)
    draft = next(path.parent for path in clean.reports.glob("drafts/*/manifest.json"))
    if json.loads((draft / "manifest.json").read_text(encoding="utf-8"))["parameters"] != described["parameters"]:
        raise RunError(SAME_PARAMETERS)
    _run(clean, [sys.executable, "-c", PAGES, str(draft)], json.dumps(dict(described)))
    return draft


def _candidates(project: Project, described: Mapping[str, Any]) -> Iterator[str]:
    named = str(described.get("commit", "")).partition(" ")[0]
    if named:
        yield named
    place = project.reports.relative_to(project.root).as_posix()
    found = git(project.root, "log", "--reverse", "--format=%H", f"-S{described['code']}", "--", place).decode().split()
    yield from (commit for commit in found[:3] if commit != named)


def _uniform(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What every notebook that has a parameter was told alike, for a command line that tells all of them."""
    values: dict[str, set[str]] = {}
    for parameters in told.values():
        for name, value in parameters.items():
            values.setdefault(name, set()).add(str(value))
    return {name: next(iter(given)) for name, given in values.items() if len(given) == 1 and name != "quarter"}


def _run(clean: Project, command: list[str], given: str = "") -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(clean.root / "src"),
        PROJECT_VARIABLE: str(clean.root),
        DATA_VARIABLE: clean.data,
    }
    done = subprocess.run(
        command, cwd=clean.root, env=environment, input=given, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise RunError(f"the code that made it failed: {done.stderr.strip()[-500:]}")
    return done.stdout
