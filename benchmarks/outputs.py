"""How long a person waits for what is made from a release, and for the short answers: `python3 run.py bench outputs`.

The dashboards of all areas from a release, again with nothing changed, the workbook and PDF, a refresh with nothing to
do, and help: each a command (or, for the documents, the one call that makes them) in a process of its own, ROUNDS times
in turn (5 unless given). The goals are seconds, so the machine and its load matter: both are kept with the result.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _results import environment, keep, machine
from suite import QUARTER, project_copy

SITE, AGAIN, DOCUMENTS, NOTHING, HELP, BARE = (
    "dashboards of 33 areas",
    "dashboards, nothing changed",
    "workbook and PDF",
    "refresh, nothing to do",
    "help",
    "Python itself",
)
GOALS = {SITE: 5.0, AGAIN: 1.0, DOCUMENTS: 5.0, NOTHING: 1.0, HELP: 0.2}  # seconds
MAKE_DOCUMENTS = f"""
import json, pathlib, sys, time
from datetime import date
from vfm.release import gather, manifest
from vfm.release.plan import UPDATE, is_borough
from vfm.report import documents, revised
folder = pathlib.Path(sys.argv[1])
described = manifest.read(folder)
notebook = json.loads((folder / "notebooks" / f"{{UPDATE}}.ipynb").read_text(encoding="utf-8"))
update, about = revised.marked_notebook(notebook, folder), gather.about_release(described)
documents.write(folder, update, about, date.fromisoformat(described["as_of"]), apart=is_borough)
assert (folder / "{QUARTER}.xlsx").is_file() and (folder / "{QUARTER}.pdf").is_file()
"""


def seconds(command: list[str], project: Path) -> float:
    started = time.perf_counter()
    told = environment() | {"VFM_PROJECT": str(project)}
    subprocess.run(command, cwd=project, env=told, check=True, capture_output=True)
    return time.perf_counter() - started


def main(rounds: int) -> int:
    began_on = machine()
    with tempfile.TemporaryDirectory() as place:
        project = project_copy(Path(place) / "project")
        vfm = [sys.executable, "-m", "vfm"]
        seconds([*vfm, "refresh", QUARTER], project)
        draft = project / "reports" / "drafts" / QUARTER
        copied = Path(place) / "release"
        shutil.copytree(draft, copied)
        before: dict[str, Callable[[], object]] = {
            SITE: lambda: shutil.rmtree(project / "reports" / "site", ignore_errors=True)
        }
        commands = {
            SITE: [*vfm, "site", "--release", f"{QUARTER}@draft"],
            AGAIN: [*vfm, "site", "--release", f"{QUARTER}@draft"],
            DOCUMENTS: [sys.executable, "-c", MAKE_DOCUMENTS, str(copied)],
            NOTHING: [*vfm, "refresh", QUARTER],
            HELP: [*vfm, "--help"],
            BARE: [sys.executable, "-c", "pass"],
        }
        took: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                before.get(name, lambda: None)()
                took[name].append(seconds(command, project))
        areas = len(list((project / "reports" / "site").rglob("boroughs/*")))
    result = {name: {"seconds": [round(s, 3) for s in found], "goal": GOALS.get(name)} for name, found in took.items()}
    keep("outputs", began_on, result | {"areas": areas})
    missed = False
    for name, found in took.items():
        median, goal = statistics.median(found), GOALS.get(name)
        missed |= goal is not None and median > goal
        says = "" if goal is None else f"; the goal is {goal:.1f}: {'missed' if median > goal else 'met'}"
        print(f"{name:30} {median:6.2f} s (from {min(found):.2f} to {max(found):.2f}){says}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
