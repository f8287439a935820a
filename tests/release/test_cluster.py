"""The notebooks on a Dask cluster: a scheduler and two workers, each a process of its own, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, write_notebook
from vfm.cli import main
from vfm.data.project import Project
from vfm.release.cluster import made_by, require_same
from vfm.release.progress import State
from vfm.release.refresh import refresh
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter

Contents = Callable[[Path], dict[str, bytes]]

LOOPBACK = ["--host", "127.0.0.1", "--no-dashboard"]
# The first attempt says where it runs and waits to be killed; the second goes on.
SHARED = Path(f"/dev/shm/vfm-test-{os.getpid()}")  # a notebook may write nowhere in the project
WAITS_ONCE = f"""import os, time
from pathlib import Path
told = Path("{SHARED / "kernel.pid"}")
if not told.exists():
    told.with_suffix(".new").write_text(str(os.getpid()))
    told.with_suffix(".new").rename(told)
    time.sleep(600)"""


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


@dataclass
class Processes:
    """A scheduler and its workers, by process number."""

    address: str = ""
    workers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)


@pytest.fixture(autouse=True)
def shared() -> Iterator[None]:
    SHARED.mkdir()
    yield
    shutil.rmtree(SHARED)


def wait_for(happens: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    log = (folder / "log").open("wb")

    def start(program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *LOOPBACK, "--scheduler-file", str(file)]
        kernels = {"VFM_KERNELS": ""}
        return subprocess.Popen([*command, *options], cwd=folder, env=os.environ | kernels, stdout=log, stderr=log)

    started = [start("dask_scheduler", "--port", "0")]
    found = Processes()
    try:
        wait_for(file.exists)
        found.address = json.loads(file.read_text(encoding="utf-8"))["address"]
        for _ in range(2):
            started.append(start("dask_worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)))
            found.workers[started[-1].pid] = started[-1]
        yield found
    finally:
        for process in reversed(started):
            process.kill()  # a worker asked nicely waits for what it runs
            process.wait(30)
        log.close()


def test_the_release_is_the_local_one_though_a_worker_is_killed_in_the_middle(
    small: Path, cluster: Processes, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(small, "00-data-quality", PUBLISH.format(id="first", value=1), WAITS_ONCE)
    write_notebook(small, "20-cost-per-outcome", PUBLISH.format(id="second", value=2))
    (SHARED / "kernel.pid").touch()  # here nothing waits
    draft = small / "reports/drafts" / QUARTER
    assert main(["refresh", QUARTER]) == 0
    local = contents(draft)
    for made in ("build", "reports/drafts"):
        shutil.rmtree(small / made)
    (SHARED / "kernel.pid").unlink()

    command = [sys.executable, "-m", "vfm", "refresh", QUARTER, "--cluster", cluster.address]
    with subprocess.Popen(command, cwd=small, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_for((SHARED / "kernel.pid").exists)
        kernel = int((SHARED / "kernel.pid").read_text(encoding="utf-8"))
        worker = parent_of(parent_of(kernel))  # the kernel's parent is the warm process, whose parent is the worker
        cluster.workers.pop(worker).kill()
        said, complained = run.communicate(timeout=120)
    assert run.returncode == 0, complained
    assert "00-data-quality: done" in said
    assert "attempt 2, for a worker was lost" in said
    assert contents(draft) == local
    wait_for(lambda: not Path(f"/proc/{kernel}").exists())


def test_an_interrupt_leaves_no_kernel_on_a_worker(small: Path, cluster: Processes) -> None:
    write_notebook(small, "00-data-quality", WAITS_ONCE)
    command = [sys.executable, "-m", "vfm", "refresh", QUARTER, "--cluster", cluster.address]
    with subprocess.Popen(command, cwd=small, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_for((SHARED / "kernel.pid").exists)
        kernel = int((SHARED / "kernel.pid").read_text(encoding="utf-8"))
        run.send_signal(signal.SIGINT)
        _, complained = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "interrupted. The last release is as it was." in complained
    wait_for(lambda: not Path(f"/proc/{kernel}").exists())


def test_whoever_watches_is_told_what_a_worker_has_begun(small: Path, cluster: Processes) -> None:
    shutil.rmtree(small / "build")
    seen: list[State] = []
    said: list[str] = []
    project = Project(small)
    refresh(project, Quarter.parse(QUARTER), {}, said.append, watch=seen.append, cluster=cluster.address)
    assert ("00-data-quality",) in [state.running for state in seen]
    assert seen[-1].done == ("00-data-quality", "90-quarterly-update")


def test_a_worker_with_other_code_is_refused(
    small: Path, cluster: Processes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vfm.release.manifest.code_hash", lambda project: "another")
    shutil.rmtree(small / "build")
    assert main(["refresh", QUARTER, "--cluster", cluster.address]) == 3
    said = capsys.readouterr().err
    assert "has other code than the machine that asks: make them the same." in said


def test_a_worker_that_cannot_make_the_same_release_says_why(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(small)
    same = made_by(project)
    monkeypatch.setattr("vfm.release.cluster._began_with", {str(small): "what it was before"})
    with pytest.raises(RunError, match="worker 7 was started before the code was changed: start it again"):
        require_same(project, same, "worker 7")
    with pytest.raises(RunError, match=f"worker 7 does not see the project at {tmp_path}: it has to, at that path"):
        require_same(Project(tmp_path), same, "worker 7")


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("tcp://127.0.0.1:9", 3, "No Dask scheduler answers at tcp://127.0.0.1:9: start one with `dask scheduler`."),
        ("pigeon://loft", 2, '"pigeon://loft" is not the address of a scheduler, as tcp://host:8786'),
    ],
)
def test_no_scheduler_at_an_address(
    small: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    status: int,
    says: str,
) -> None:
    monkeypatch.setattr("vfm.release.cluster.ANSWER", 1)
    for made in ("build", "data/processed"):
        shutil.rmtree(small / made)
    assert main(["refresh", QUARTER, "--cluster", address]) == status
    assert says in capsys.readouterr().err
    assert (small / "data/processed" / QUARTER).exists() == (status == 3), "it was built for an address that is none"
