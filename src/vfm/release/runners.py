"""Who runs the notebooks of a stage: threads of this process, each with a kernel, or the workers of a cluster."""

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vfm.data.project import Project
from vfm.release.kernels import Kernels
from vfm.release.plan import Job
from vfm.release.profile import Took

EXECUTED, FIGURES, SAMPLED = "executed.ipynb", "figures", "profile.json"


@dataclass(frozen=True)
class Run:
    """A notebook to run: what it opens, and where it finds and leaves things.

    Each attempt has a folder of its own under `attempts`, so that one which died half-way is in nobody's way.
    """

    job: Job
    project: Project
    reading: Path  # the figures of the notebooks before it
    attempts: Path
    output: Path  # where the executed notebook goes
    profiled: bool


@dataclass(frozen=True)
class Ran:
    """What came of a run: the folder of the figures that it published, how long it took, and which attempt it was."""

    published: Path
    took: Took
    attempt: int


class Runner(Protocol):
    """What takes runs and gives a future of each."""

    def submit(self, run: Run) -> Future[Ran]:
        """Have a notebook run as soon as there is room."""

    def look(self) -> None:
        """Called now and then while one waits: a RunError where no run will ever end."""

    def stop(self) -> None:
        """End what is running, and begin nothing more."""


Started = Callable[[str], None]  # called with the name of a notebook as it starts, from any thread


def attempt(run: Run, kernels: Kernels) -> Ran:
    """Run a notebook once, in this thread.

    Raises
    ------
    RunError
        as `Kernels.run` does; the notebook as it ran is then in `run.output` too.
    """
    own = run.attempts / run.job.name
    own.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=own))
    executed = place / EXECUTED
    try:
        took = kernels.run(
            run.job,
            project=run.project,
            staging=place / FIGURES,
            reading=run.reading,
            output=executed,
            profile=place / SAMPLED if run.profiled else None,
        )
    finally:
        if executed.exists():
            executed.replace(run.output)
    return Ran(place / FIGURES, took, attempt=len(list(own.iterdir())))


class Threads:
    """Threads of this process."""

    def __init__(self, executor: ThreadPoolExecutor, started: Started):
        self._executor, self._started, self._kernels = executor, started, Kernels()

    def submit(self, run: Run) -> Future[Ran]:
        return self._executor.submit(self._attempt, run)

    def _attempt(self, run: Run) -> Ran:
        self._started(run.job.name)
        return attempt(run, self._kernels)

    def look(self) -> None:
        pass

    def stop(self) -> None:
        self._kernels.stop()


@contextmanager
def threads(started: Started) -> Iterator[Runner]:
    """As many threads as there are processors, within reason."""
    with ThreadPoolExecutor(max_workers=max(1, min(os.cpu_count() or 1, 8))) as executor:
        yield Threads(executor, started)
