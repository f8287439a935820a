"""Runs of vfm that are ended at a chosen step, and what may not be left of one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from small_projects import QUARTER
from vfm.release import manifest

FORKS = Path(__file__).with_name("dying.py")
PLACES = ("reports", "data/processed", "data/kept", "build/runs")
DRAFT, PUBLISHED, ARCHIVED = f"reports/drafts/{QUARTER}", f"reports/{QUARTER}", f"reports/archive/{QUARTER}/v1"


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit status (negative for a signal), its steps where it came to its end, what it said."""

    status: int
    steps: int
    said: str


class Runs:
    """The process that runs are forked from."""

    def __init__(self, folder: Path):
        """`folder` has a short name, for sockets are made in folders under it."""
        self._folder = folder
        self._number = 0
        self._process = subprocess.Popen(
            [sys.executable, str(FORKS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._answer() == "ready"

    def run(
        self,
        project: Path,
        *argv: str,
        at: int | None = None,
        error: int | None = None,
        where: str = "",
        fill: str = "",
        synced: str = "",
        after: float | None = None,
    ) -> Ended:
        """Run vfm in `project`, to be killed before step `at` or `after` seconds; with an `error`, its writes fail, and
        with a file to `fill`, its disk is full from there on.

        Asserts that it left no process and no temporary folder, but for one that the next run takes away.
        """
        self._number += 1
        own = self._folder / "t"
        own.mkdir(exist_ok=True)
        steps, said = (self._folder / f"{self._number}.{what}" for what in ("steps", "said"))
        told: dict[str, Any] = {"argv": argv, "at": at, "error": error, "where": where}
        told |= {"fill": fill, "synced": synced, "steps": str(steps), "said": str(said)}
        told["environment"] = {"VFM_PROJECT": str(project), "TMPDIR": str(own)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        process = int(self._answer())
        if after is not None:
            time.sleep(after)
            os.kill(process, signal.SIGKILL)  # it has not been waited for, or it is still there to be
        status = int(self._answer())
        may_stay = "vfm-spill-*" if status < 0 else ""  # of a run that is killed: the next one takes it away
        assert nothing_left(own, may_stay), (list(own.iterdir()), processes(own))
        return Ended(status, int(steps.read_text()) if steps.exists() else 0, said.read_text(encoding="utf-8"))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        assert answer, "the process that runs are forked from has gone"
        return answer


def nothing_left(temporary: Path, may_stay: str = "") -> bool:
    """Whether the temporary folder is empty and no process of a run lives, within twenty seconds."""
    for _ in range(400):
        left = [path for path in temporary.iterdir() if not (path.match(may_stay or " ") or is_probe(path))]
        if not left and not processes(temporary):
            return True
        time.sleep(0.05)
    return False


def is_probe(path: Path) -> bool:
    """Whether a file is the four bytes with which Python's tempfile asks, once a run, if a folder can be written to."""
    return path.is_file() and path.read_bytes() in (b"", b"blat")


def processes(temporary: Path) -> list[int]:
    """The processes that were started with that temporary folder."""
    sign, found = f"TMPDIR={temporary}\0".encode(), []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if sign in place.read_bytes() + b"\0":
                found.append(int(place.parent.name))
        except OSError:  # gone, or another user's
            continue
    return found


def half_files(project: Path) -> list[str]:
    """What a run that died left half written, where nothing of the kind may be."""
    found = (path for place in PLACES for path in (project / place).rglob(".*"))
    return sorted(path.relative_to(project).as_posix() for path in found)


def is_whole(release: Path) -> bool:
    """Whether a release is what was sealed."""
    return not manifest.broken_seal(release)


def numbers_of(project: Path) -> dict[str, tuple[int, int]]:
    """Every file of a project: device and number, by which it is known under whatever name, and when it changed."""
    files = (path for path in project.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): (path.stat().st_dev, path.stat().st_ino) for path in files}


def cut_the_power(project: Path, before: dict[str, tuple[int, int]], synced: Path, chance: Random) -> int:
    """Cut short what was written since `before` and not put on the disk by force; how many files that were.

    A file system that keeps a journal keeps changes of names in their order, and promises nothing of what is in a file.
    """
    safe = set(before.values())
    if synced.exists():
        safe |= {(int(dev), int(number)) for dev, number in map(str.split, synced.read_text().splitlines())}
    cut = 0
    for path, number in numbers_of(project).items():
        if number not in safe:
            size = Path(path).stat().st_size
            Path(path).chmod(0o644)
            os.truncate(path, chance.choice([0, 0, chance.randint(0, size)]))
            cut += 1
    return cut


def copied(base: Path, target: Path) -> Path:
    """A project to be spoilt."""
    shutil.rmtree(target, ignore_errors=True)
    return shutil.copytree(base, target)


Contents = Callable[[Path], dict[str, bytes]]
