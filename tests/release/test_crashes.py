"""Runs that are killed, cut off, out of room or not let write: what was published stands, and the next run just works.

Each kind of run is ended before a step (a write to the file system): one that is drawn from a seed in CI, and under
`--soak` every one, or forty of them for the rarer errors. Where kernels are at work, a run is ended at moments that
are drawn from the seed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from ended_runs import (
    ARCHIVED,
    DRAFT,
    PUBLISHED,
    Contents,
    Ended,
    Runs,
    copied,
    cut_the_power,
    half_files,
    is_whole,
    numbers_of,
)
from promises import SEED, SOAK
from small_projects import QUARTER, through_the_gate
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE
from vfm.release import gate, manifest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches processes through /proc")

Tried = Callable[..., None]
REFRESH = ["refresh", QUARTER]
PUBLISH_AGAIN = ["publish", QUARTER, "--reason", "A file was described anew."]


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    folder = Path("/tmp") / f"d{os.getpid()}"  # short, for a socket's path may have 107 letters
    folder.mkdir()
    made = Runs(folder)
    yield made
    made.close()
    shutil.rmtree(folder)


class Stage:
    """A project in which a run is about to begin, and what the run makes of it if nobody ends it."""

    def __init__(self, runs: Runs, base: Path, argv: list[str], contents: Contents):
        self.runs, self.base, self.argv, self.contents = runs, base, argv, contents
        self.published = contents(base / PUBLISHED)
        undisturbed = copied(base, base.with_name("undisturbed"))
        ended = runs.run(undisturbed, *argv)
        assert ended.status == 0, ended.said
        self.steps = ended.steps
        self.made = contents(undisturbed / DRAFT)

    def project(self) -> Path:
        """The project, to be spoilt."""
        return copied(self.base, self.base.with_name("spoilt"))

    def assert_stands(self, project: Path) -> None:
        """What was published is what it was; where this run publishes, the new one may stand in its place."""
        now = self.contents(project / PUBLISHED)
        if now != self.published:
            assert self.argv[0] == "publish"
            assert is_whole(project / PUBLISHED)
            assert self.contents(project / ARCHIVED) == self.published

    def assert_goes_on(self, project: Path) -> Ended:
        """The next run needs no hand work, makes what it would have made, and leaves nothing half done."""
        done = self.argv[0] == "publish" and manifest.read(project / PUBLISHED)["version"] == 2
        again = self.runs.run(project, *(REFRESH if done else self.argv))
        assert again.status == 0, again.said
        assert half_files(project) == []
        if self.argv[0] == "publish":
            assert manifest.read(project / PUBLISHED)["version"] == 2
            assert is_whole(project / PUBLISHED)
            assert self.contents(project / ARCHIVED) == self.published
        else:
            assert self.contents(project / PUBLISHED) == self.published
            assert self.contents(project / DRAFT) == self.made
            assert is_whole(project / DRAFT)
        return again


@pytest.fixture(scope="module")
def contents_of() -> Contents:
    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "run.json")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return read


@pytest.fixture(scope="module")
def out(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with a release that is published."""
    project = shutil.copytree(prepared, tmp_path_factory.mktemp("crashes") / "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        assert through_the_gate() == 0
    return project


@pytest.fixture(scope="module")
def refreshing(runs: Runs, out: Path, contents_of: Contents, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A refresh that has tables to build and a draft to make; the runs of its notebooks are kept."""
    base = shutil.copytree(out, tmp_path_factory.mktemp("refreshing") / "base")
    shutil.rmtree(base / "data/processed")
    return Stage(runs, base, REFRESH, contents_of)


@pytest.fixture(scope="module")
def publishing(runs: Runs, out: Path, contents_of: Contents, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The publication of a second version, for a file that was described anew."""
    base = shutil.copytree(out, tmp_path_factory.mktemp("publishing") / "base")
    catalogue = base / "data/raw/datapackage.json"
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(base))
        assert main(REFRESH) == 0
        assert main(["submit", QUARTER, "--role", "performance analyst"]) == 0
        assert main(["approve", QUARTER, "--role", "head of performance"]) == 0
    return Stage(runs, base, PUBLISH_AGAIN, contents_of)


# With every step twice, as it is and with the power cut, a refresh is killed at more than 200 points.
MOMENTS = 40


def drawn(what: str, steps: int, most: int = 1_000_000) -> list[int]:
    """Steps at which to end a run: every one under `--soak`, or as many as are asked for; else one that is drawn."""
    return sorted(Random(f"{SEED} {what}").sample(range(1, steps + 1), min(most, steps) if SOAK else 1))


# ---- killed, and the power cut


@pytest.mark.parametrize("cut", [False, True], ids=["killed", "power cut"])
@pytest.mark.parametrize("stage", ["refreshing", "publishing"])
def test_a_run_killed_at_any_step_leaves_what_was_published_and_the_next_goes_on(
    stage: str, cut: bool, request: pytest.FixtureRequest, tried: Tried, tmp_path: Path
) -> None:
    if not SOAK and cut != (stage == "publishing"):
        pytest.skip("under --soak")
    at: Stage = request.getfixturevalue(stage)
    for step in drawn(f"{stage} {cut}", at.steps):
        project, synced = at.project(), tmp_path / f"synced-{step}"
        before = numbers_of(project)
        tried("power-cut" if cut else "killed")
        tried("no-process-left", 2)
        assert at.runs.run(project, *at.argv, at=step, synced=str(synced)).status == -9, step
        if cut:
            cut_the_power(project, before, synced, Random(f"{SEED} {stage} {step}"))
        at.assert_stands(project)
        at.assert_goes_on(project)


@pytest.mark.skipif(not SOAK, reason="each starts kernels: under --soak (test_kernels.py kills one run so in CI)")
def test_a_run_killed_at_any_moment_with_its_kernels_at_work_goes_on(refreshing: Stage, tried: Tried) -> None:
    chance = Random(f"{SEED} kernels")
    for _ in range(MOMENTS):
        project = refreshing.project()
        shutil.rmtree(project / "build/runs")
        tried("killed")
        tried("no-process-left", 2)
        assert refreshing.runs.run(project, *REFRESH, after=chance.uniform(0.2, 6)).status in (-9, 0)
        refreshing.assert_stands(project)
        refreshing.assert_goes_on(project)


# ---- no room, no permission


@pytest.mark.parametrize(
    ("promise", "error"), [("disk-full", errno.ENOSPC), ("permission-lost", errno.EACCES), ("disk-full", errno.EIO)]
)
@pytest.mark.parametrize("stage", ["refreshing", "publishing"])
def test_a_run_whose_writes_begin_to_fail_says_so_and_the_next_goes_on(
    stage: str, promise: str, error: int, request: pytest.FixtureRequest, tried: Tried
) -> None:
    if not SOAK and (stage, error) not in {("refreshing", errno.ENOSPC), ("publishing", errno.EACCES)}:
        pytest.skip("under --soak")
    at: Stage = request.getfixturevalue(stage)
    for step in drawn(f"{stage} {error}", at.steps, 1_000_000 if error == errno.ENOSPC else 40):
        project = at.project()
        tried(promise)
        tried("no-process-left", 2)
        ended = at.runs.run(project, *at.argv, at=step, error=error, where=str(project))
        assert "Traceback" not in ended.said
        if ended.status != 0:  # the last steps of a run clear up, and may fail without harm
            assert ended.status == 3, (step, ended)
            assert os.strerror(error) in ended.said, (step, ended)
        at.assert_stands(project)
        at.assert_goes_on(project)


# ---- on a file system of their own, which takes root

soak = pytest.mark.skipif(not SOAK, reason="takes a file system of its own, and its time: under --soak")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of so many kilobytes, where one can be had (as root, on Linux)."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        place = tmp_path / "disk"
        place.mkdir(exist_ok=True)
        if mounted:
            subprocess.run(["umount", place], check=True)
            mounted.clear()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place]
        if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no file system can be mounted here; full disks are tried by failing writes above")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", place], check=True)


@soak
@pytest.mark.parametrize("stage", ["refreshing", "publishing"])
def test_a_disk_that_is_really_full_at_any_step_is_said_and_with_room_the_next_goes_on(
    stage: str, request: pytest.FixtureRequest, small_disk: Callable[[int], Path], tried: Tried
) -> None:
    at: Stage = request.getfixturevalue(stage)
    size = sum(path.stat().st_blocks for path in at.base.rglob("*")) // 2
    disk = small_disk(size * 4 + 20_000)
    filler = disk / "filler"
    for step in drawn(f"{stage} disk", at.steps):
        project = copied(at.base, disk / "project")
        tried("disk-full")
        tried("no-process-left", 2)
        ended = at.runs.run(project, *at.argv, at=step, fill=str(filler))
        assert "Traceback" not in ended.said
        if ended.status != 0:  # as above
            assert ended.status == 3, (step, ended)
            assert os.strerror(errno.ENOSPC) in ended.said, (step, ended)
        filler.unlink()
        at.assert_stands(project)
        at.assert_goes_on(project)


@soak
def test_a_project_that_may_only_be_read_is_said_and_when_it_may_be_written_goes_on(
    publishing: Stage, small_disk: Callable[[int], Path], tried: Tried
) -> None:
    size = sum(path.stat().st_blocks for path in publishing.base.rglob("*"))
    disk = small_disk(size * 2 + 20_000)
    project = shutil.copytree(publishing.base, disk / "project")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for argv in (PUBLISH_AGAIN, [*REFRESH, "-p", "level=0.9"], ["build", QUARTER]):
        tried("permission-lost")
        ended = publishing.runs.run(project, *argv)
        assert (ended.status, "Traceback" in ended.said) == (3, False), ended
        assert os.strerror(errno.EROFS) in ended.said
        publishing.assert_stands(project)
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    publishing.assert_goes_on(project)


# ---- the clock


@soak
def test_a_clock_that_was_set_back_changes_no_figure_and_stops_nothing(
    refreshing: Stage, tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = refreshing.project()
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    for path in project.rglob("*"):
        os.utime(path, (4e9, 4e9))  # in the year 2096
    tried("clock", 3)
    refreshing.assert_goes_on(project)
    catalogue = project / "data/raw/datapackage.json"
    described = json.loads(catalogue.read_text(encoding="utf-8"))
    catalogue.write_text(json.dumps(described, indent=2), encoding="utf-8")  # or there would be nothing to publish
    assert main(REFRESH) == 0
    monkeypatch.setattr(gate, "now", lambda: "2096-10-02T07:06:40+00:00")
    assert through_the_gate(reason="It was approved while the clock was wrong.") == 0
    monkeypatch.undo()
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    catalogue.write_text(json.dumps(described), encoding="utf-8")
    assert main(REFRESH) == 0
    assert through_the_gate(reason="The clock is right again.") == 0
    described = manifest.read(project / PUBLISHED)
    assert described["version"] == 3
    assert described["published_at"] < "2096"
    assert is_whole(project / PUBLISHED)
