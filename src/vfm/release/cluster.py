"""Run the notebooks on a Dask cluster: ``vfm refresh --cluster tcp://host:8786``.

The workers have to see the project at the same path as here, have the same code and the same libraries: each of them
is asked before its first notebook. A worker that dies costs another attempt elsewhere, in a folder of its own; what
the dead one had begun is in nobody's way.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from vfm.data.catalogue import Catalogue
from vfm.data.project import Project
from vfm.release import manifest
from vfm.release.kernels import Kernels
from vfm.release.runners import Ran, Run, Runner, Started, attempt
from vfm.vocabulary.errors import DataError, RunError, UsageError

ANSWER = 10  # seconds in which a scheduler has to answer
EMPTY = 60.0  # seconds that a cluster may be without workers, as while they are started again
BEGUN = "vfm-begun"  # the topic on which workers say what they begin
NEEDS = "--cluster asks for Dask: pip install vfm[cluster]. Without it, the notebooks run on this machine."

_kernels: dict[str, Kernels] = {}  # on a worker: those of each release that is being made
_began_with: dict[str, str] = {}  # on a worker: the code that it has loaded, by the project that it saw first


class Cluster:
    """The workers of a Dask cluster."""

    def __init__(self, client: Any, address: str, project: Project, started: Started):
        self._client, self._address = client, address
        self._executor = client.get_executor(pure=False)
        self._release = uuid4().hex
        self._same = made_by(project)
        self._last_seen = time.monotonic()
        client.subscribe_topic(BEGUN, lambda event: self._begun(event, started))

    def _begun(self, event: tuple[float, Any], started: Started) -> None:
        release, name = event[1]
        if release == self._release:
            started(name)

    def submit(self, run: Run) -> Future[Ran]:
        there: Future[Ran] = self._executor.submit(on_a_worker, run, self._release, self._same)
        here: Future[Ran] = Future()
        there.add_done_callback(lambda ended: self._ended(ended, here))
        return here

    def _ended(self, there: Future[Ran], here: Future[Ran]) -> None:
        """Say what came of a run; where Dask gave it up, in a sentence."""
        error = CancelledError("it was given up") if there.cancelled() else there.exception()
        if error is None:
            here.set_result(there.result())
        elif type(error).__module__.startswith("vfm."):
            here.set_exception(error)
        else:
            here.set_exception(RunError(f"The cluster at {self._address} could not finish a notebook: {error}"))

    def look(self) -> None:
        if self._client.status != "running":
            raise RunError(f"The scheduler at {self._address} has gone, and the runs with it. Start it and run again.")
        if self._client.scheduler_info(n_workers=-1)["workers"]:
            self._last_seen = time.monotonic()
        elif time.monotonic() - self._last_seen > EMPTY:
            raise RunError(f"The cluster at {self._address} has had no worker for {EMPTY:.0f} seconds. Start some.")

    def stop(self) -> None:
        with suppress(Exception):  # the cluster may be what has gone
            self._executor.shutdown(wait=False)
            self._client.run(_stop, self._release)


def check_address(address: str) -> None:
    """Look at the address before anything is done for it.

    Raises
    ------
    UsageError
        when Dask is not installed, or the address is not one of a scheduler.
    """
    try:
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        raise UsageError(NEEDS) from None
    try:
        get_address_host_port(address)
    except ValueError as error:
        raise UsageError(f'"{address}" is not the address of a scheduler, as tcp://host:8786: {error}') from None


@contextmanager
def on_cluster(address: str, project: Project, started: Started) -> Iterator[Runner]:
    """The cluster whose scheduler is at `address`, while the block lasts.

    Raises
    ------
    RunError
        when no scheduler answers there.
    """
    from distributed import Client

    try:
        client: Any = Client(address, timeout=ANSWER, set_as_default=False, name="vfm")  # type: ignore[no-untyped-call]
    except OSError:
        raise RunError(f"No Dask scheduler answers at {address}: start one with `dask scheduler`.") from None
    with client:
        yield Cluster(client, address, project, started)


def made_by(project: Project) -> dict[str, str]:
    """What has to be the same wherever a notebook of one release runs."""
    return {
        "code": manifest.code_hash(project),
        "libraries": repr(manifest.packages()),
        "Python": ".".join(map(str, sys.version_info[:3])),
        "raw files": Catalogue.read(project.raw).fingerprint,
    }


def on_a_worker(run: Run, release: str, same: dict[str, str]) -> Ran:
    """Run a notebook here, on a worker.

    Raises
    ------
    RunError
        as `runners.attempt` does, or when this worker would make another release than the one asked for.
    """
    from distributed import get_worker

    worker = get_worker()
    require_same(run.project, same, f"worker {worker.address} on {socket.gethostname()} (process {os.getpid()})")
    worker.log_event(BEGUN, [release, run.job.name])
    return attempt(run, _kernels.setdefault(release, Kernels()))


def require_same(project: Project, same: dict[str, str], here: str) -> None:
    """Refuse to run notebooks where they would make another release than the one asked for.

    Raises
    ------
    RunError
        that says of the process, which `here` names, what is other.
    """
    try:
        found = made_by(project)
    except (DataError, OSError):
        raise RunError(f"{here} does not see the project at {project.root}: it has to, at that path.") from None
    other = [name for name, value in same.items() if found[name] != value]
    if other:
        raise RunError(f"{here} has other {', '.join(other)} than the machine that asks: make them the same.")
    if _began_with.setdefault(str(project.root), found["code"]) != found["code"]:
        raise RunError(f"{here} was started before the code was changed: start it again.")


def _stop(release: str) -> None:
    if release in _kernels:
        _kernels[release].stop()
