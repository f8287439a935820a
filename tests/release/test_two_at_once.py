"""Two at once: runs of one quarter wait for each other, of two do not, and a reader sees one release or the other."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from promises import SEED, SOAK
from small_projects import APPROVE, PUBLISH, QUARTER, SUBMIT, through_the_gate, write_notebook
from vfm.cli import main
from vfm.data import alone
from vfm.data.project import Project
from vfm.data.staging import staging_folder, whole
from vfm.release import gather, manifest
from vfm.vocabulary.periods import Quarter

pytestmark = pytest.mark.skipif(alone.fcntl is None, reason="Windows has no such locks: the last to end stands")

Tried = Callable[..., None]
WAITING = f"vfm: another process is at work on {QUARTER}: waiting until it is done\n"
EARLIER = "2019-20-Q3"


@contextmanager
def held(project: Path, quarter: str = QUARTER) -> Iterator[None]:
    """The lock of a quarter, held as by a run that is at work."""
    with alone.alone(Project(project), Quarter.parse(quarter), pytest.fail):
        yield


def refreshing(project: Path, quarter: str = QUARTER) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vfm", "refresh", quarter]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_of_two_refreshes_of_one_quarter_one_makes_the_draft_and_the_other_waits_and_says_so(
    draft: Path, tried: Tried
) -> None:
    small = draft.parents[2]
    shutil.rmtree(draft)
    tried("one-quarter", 2)
    with held(small):
        two = [refreshing(small) for _ in range(2)]
        for one in two:
            assert one.stderr is not None
            assert one.stderr.readline() == WAITING
        assert not draft.exists()
    said = [one.communicate(timeout=120)[0] for one in two]
    assert [one.returncode for one in two] == [0, 0]
    assert sorted("nothing to do" in words for words in said) == [False, True]
    assert manifest.broken_seal(draft) == []


@pytest.mark.parametrize("argv", [["build", QUARTER], ["refresh", QUARTER], SUBMIT, APPROVE, ["publish", QUARTER]])
def test_every_command_that_writes_waits_for_who_is_at_work_on_the_quarter(
    argv: list[str], draft: Path, tried: Tried, capfd: pytest.CaptureFixture[str]
) -> None:
    small = draft.parents[2]
    ready = {"approve": [SUBMIT], "publish": [SUBMIT, APPROVE]}
    for step in ready.get(argv[0], []):
        assert main(step) == 0
    statuses: list[int] = []
    tried("one-quarter")
    with held(small):
        waiting = threading.Thread(target=lambda: statuses.append(main(argv)))
        waiting.start()
        said = ""
        while WAITING not in said:
            assert waiting.is_alive(), said
            time.sleep(0.01)
            said += capfd.readouterr().err
        assert statuses == []
    waiting.join()
    assert statuses == [0]


def test_an_interrupt_ends_the_waiting_and_touches_nothing(draft: Path) -> None:
    small = draft.parents[2]
    with held(small):
        one = refreshing(small)
        assert one.stderr is not None
        assert one.stderr.readline() == WAITING
        one.send_signal(2)
        _, said = one.communicate(timeout=60)
    assert one.returncode == 130
    assert said == "vfm: interrupted. The last release is as it was.\n"


def test_a_run_of_another_quarter_does_not_wait(draft: Path, tried: Tried, capfd: pytest.CaptureFixture[str]) -> None:
    tried("two-quarters")
    with held(draft.parents[2], EARLIER):
        assert main(["refresh", QUARTER]) == 0
    assert "waiting" not in capfd.readouterr().err


@pytest.mark.skipif(not SOAK, reason="each starts kernels: under --soak")
def test_two_refreshes_of_two_quarters_both_finish(draft: Path, tried: Tried) -> None:
    small = draft.parents[2]
    for turn in range(5):
        write_notebook(small, "00-data-quality", PUBLISH.format(id="first", value=turn))
        tried("two-quarters", 2)
        two = [refreshing(small, quarter) for quarter in (QUARTER, EARLIER)]
        ended = [one.communicate(timeout=300) for one in two]
        assert [one.returncode for one in two] == [0, 0], ended
        for quarter in (QUARTER, EARLIER):
            assert manifest.broken_seal(draft.with_name(quarter)) == []


# ---- a reader, while releases are put in place


@pytest.fixture
def old_and_new(draft: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    """Where a release is published, and two releases to be published there in turn."""
    assert through_the_gate() == 0
    published = draft.parents[1] / QUARTER
    old, new = (shutil.copytree(published, tmp_path / name) for name in ("old", "new"))
    for path in new.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    described = {name: value for name, value in manifest.read(new).items() if name != "outputs"}
    described |= {"version": 2, "reason": "Late returns are in."}
    gather.write_pages(new, described)
    manifest.seal(new, described)
    return published, old, new


def test_a_reader_during_a_publish_sees_the_old_or_the_new_and_never_a_mixture(
    old_and_new: tuple[Path, Path, Path], tried: Tried
) -> None:
    published, old, new = old_and_new
    known = {(folder / manifest.MANIFEST).read_bytes(): folder for folder in (old, new)}
    chance, done = random.Random(SEED), threading.Event()
    seen: dict[str, int] = {}

    def publish() -> None:
        turn = 0
        while not done.is_set():
            turn += 1
            with staging_folder(published) as staged:
                shutil.copytree((new, old)[turn % 2], staged, dirs_exist_ok=True)
            time.sleep(chance.uniform(0, 0.05))

    def by_path() -> str:
        """As vfm reads: by the names of files."""
        one = known[(published / manifest.MANIFEST).read_bytes()]
        assert_or_replaced(manifest.broken_seal(published) == [])
        return one.name

    def by_handle() -> str:
        """As anyone may: the folder opened once, and its files through it."""
        handle = os.open(published, os.O_RDONLY)
        try:
            held_files = {name: read_at(handle, name) for name in (manifest.MANIFEST, "index.html", "revisions.html")}
        finally:
            os.close(handle)
        one = known[held_files[manifest.MANIFEST]]
        for name, data in held_files.items():
            assert data == (one / name).read_bytes(), name
        return one.name

    writer = threading.Thread(target=publish)
    writer.start()
    try:
        reads = 10_000 if SOAK else 300
        while reads:
            try:
                sort = whole(published, by_path) if reads % 2 else by_handle()
            except FileNotFoundError:  # the folder that was held is taken away: neither one nor the other, and told
                continue
            seen[sort] = seen.get(sort, 0) + 1
            tried("reader")
            reads -= 1
    finally:
        done.set()
        writer.join()
    assert set(seen) == {"old", "new"}, seen


def read_at(handle: int, name: str) -> bytes:
    with open(name, "rb", opener=lambda path, flags: os.open(path, flags, dir_fd=handle)) as file:
        return file.read()


def assert_or_replaced(holds: bool) -> None:
    """A mixture by path is what `whole` reads again; in a folder that stands still it is an error that goes through."""
    if not holds:
        raise OSError("a mixture")
