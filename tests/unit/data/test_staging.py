"""A folder is written aside and put in place in one step; whatever fails leaves the old one whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vfm.data import alone, staging
from vfm.data.staging import replace_folder, settle, staging_folder, whole
from vfm.vocabulary.errors import RunError


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of putting a folder in place: the system's exchange, and what serves where there is none."""
    if request.param == "two renames":
        monkeypatch.setattr(staging, "_exchange", lambda one, other: False)
    return request.param


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "2019-20-Q4"


@pytest.fixture
def old(target: Path) -> Path:
    """The target, with something in it."""
    target.mkdir(parents=True)
    (target / "page").write_text("old")
    return target


def write(target: Path, text: str) -> None:
    with staging_folder(target) as folder:
        (folder / "page").write_text(text)


def beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


# ---- all goes well


def test_a_folder_that_was_not_there_is_made_with_its_parents(target: Path, way: str) -> None:
    write(target, "new")
    assert (target / "page").read_text() == "new"
    assert beside(target) == ["2019-20-Q4"]


def test_a_folder_that_was_there_is_replaced_whole(old: Path, way: str) -> None:
    (old / "only in the old").touch()
    write(old, "new")
    assert {path.name: path.read_text() for path in old.iterdir()} == {"page": "new"}
    assert beside(old) == ["2019-20-Q4"]


def test_an_empty_folder_is_replaced(target: Path, way: str) -> None:
    target.mkdir(parents=True)
    write(target, "new")
    assert (target / "page").read_text() == "new"
    assert beside(target) == ["2019-20-Q4"]


def test_the_old_is_there_until_the_block_ends(old: Path, way: str) -> None:
    with staging_folder(old) as folder:
        assert list(folder.iterdir()) == []
        assert folder.parent == old.parent
        (folder / "page").write_text("new")
        assert (old / "page").read_text() == "old"
    assert (old / "page").read_text() == "new"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_what_was_put_in_place(target: Path) -> None:
    write(target, "new")
    assert target.stat().st_mode & 0o777 == 0o755


def test_what_stood_there_is_then_where_the_new_one_was(old: Path, way: str) -> None:
    new = old.with_name("new")
    new.mkdir()
    replace_folder(new, old)
    assert list(old.iterdir()) == []
    assert (new / "page").read_text() == "old"


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="only these exchange two names")
def test_this_system_exchanges_two_names_in_one_step(old: Path) -> None:
    new = old.with_name("new")
    new.mkdir()
    assert staging._exchange(new, old)
    assert (new / "page").read_text() == "old"
    assert not staging._exchange(new, old.with_name("missing"))
    assert (new / "page").read_text() == "old"


def test_a_link_stays_and_what_it_leads_to_is_replaced(old: Path, tmp_path: Path, way: str) -> None:
    link = tmp_path / "link"
    link.symlink_to(old, target_is_directory=True)
    write(link, "new")
    assert link.is_symlink()
    assert (old / "page").read_text() == "new"
    assert beside(old) == ["2019-20-Q4"]
    assert beside(link) == ["link", "reports"]


# ---- something fails


@pytest.mark.parametrize(
    "error", [ValueError("ours"), OSError(28, "No space left"), KeyboardInterrupt(), RunError("x")]
)
def test_an_error_in_the_block_goes_through_as_it_is_and_leaves_the_old(
    old: Path, way: str, error: BaseException
) -> None:
    with pytest.raises(type(error)) as raised, staging_folder(old) as folder:
        (folder / "page").write_text("half")
        raise error
    assert raised.value is error
    assert (old / "page").read_text() == "old"
    assert beside(old) == ["2019-20-Q4"]


def test_an_error_in_the_block_makes_no_folder_where_there_was_none(target: Path, way: str) -> None:
    with pytest.raises(ZeroDivisionError), staging_folder(target):
        _ = 1 / 0
    assert beside(target) == []


def test_a_file_where_a_folder_should_be_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(RunError) as refused:
        write(tmp_path / "reports" / "drafts" / "2019-20-Q4", "new")
    assert str(refused.value).startswith(f"Cannot write in {tmp_path / 'reports' / 'drafts'}: ")
    assert str(refused.value).endswith(" Make it writable and run again.")
    assert (tmp_path / "reports").read_text() == "a file"


def test_a_file_in_the_targets_own_place_is_refused_and_kept(tmp_path: Path, way: str) -> None:
    (tmp_path / "2019-20-Q4").write_text("a file")
    with pytest.raises(RunError, match="2019-20-Q4 is not a folder"):
        write(tmp_path / "2019-20-Q4", "new")
    assert (tmp_path / "2019-20-Q4").read_text() == "a file"
    assert beside(tmp_path / "x") == ["2019-20-Q4"]


def test_a_file_put_in_the_targets_place_meanwhile_is_told(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_exchange", lambda one, other: False)
    with pytest.raises(RunError, match=r"Cannot put .* in place"), staging_folder(target):
        target.write_text("a file")
    assert target.read_text() == "a file"
    assert beside(target) == ["2019-20-Q4"]


# ---- another process in between


def test_a_folder_that_another_made_meanwhile_is_replaced(target: Path, way: str) -> None:
    with staging_folder(target) as folder:
        (folder / "page").write_text("mine")
        target.mkdir()
        (target / "page").write_text("another's")
    assert (target / "page").read_text() == "mine"
    assert beside(target) == ["2019-20-Q4"]


def test_a_folder_that_another_made_at_the_last_moment_is_replaced(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, calls = staging._exchange, []

    def meanwhile(one: Path, other: Path) -> bool:
        calls.append(exchange(one, other))
        if len(calls) == 1:  # it was not there to be exchanged, and now it is
            target.mkdir()
            (target / "page").write_text("another's")
        return calls[-1]

    monkeypatch.setattr(staging, "_exchange", meanwhile)
    write(target, "mine")
    assert (target / "page").read_text() == "mine"
    assert beside(target) == ["2019-20-Q4"]


def test_a_folder_that_another_took_away_meanwhile_is_made_again(old: Path, way: str) -> None:
    with staging_folder(old) as folder:
        (folder / "page").write_text("mine")
        (old / "page").unlink()
        old.rmdir()
    assert (old / "page").read_text() == "mine"
    assert beside(old) == ["2019-20-Q4"]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_swap_that_fails_half_way_puts_the_old_one_back(
    old: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    rename = Path.rename

    def failing(self: Path, to: Path) -> Path:
        if to == old and self.name.startswith(staging.PREFIX) and not old.exists():
            raise error
        return rename(self, to)

    monkeypatch.setattr(staging, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(RunError if isinstance(error, OSError) else KeyboardInterrupt):
        write(old, "new")
    assert (old / "page").read_text() == "old"
    assert beside(old) == ["2019-20-Q4"]


# ---- what a crash left


def test_a_swap_that_a_crash_cut_short_is_put_back_before_the_next(old: Path) -> None:
    old.rename(old.with_name(".replaced-2019-20-Q4"))
    with pytest.raises(ZeroDivisionError), staging_folder(old):
        assert (old / "page").read_text() == "old"
        _ = 1 / 0
    assert (old / "page").read_text() == "old"
    assert beside(old) == ["2019-20-Q4"]


def test_the_old_one_of_a_swap_that_was_done_goes(old: Path) -> None:
    aside = old.with_name(".replaced-2019-20-Q4")
    aside.mkdir()
    (aside / "page").write_text("older")
    write(old, "new")
    assert (old / "page").read_text() == "new"
    assert beside(old) == ["2019-20-Q4"]


@pytest.mark.skipif(os.name != "posix", reason="there is no asking whether a process lives")
def test_what_dead_processes_left_half_written_goes_and_nothing_else(old: Path, dead: int) -> None:
    kept = [
        f".staging-2019-20-Q3.{dead}.abc",  # of another target
        ".staging-2019-20-Q4.copy.old",  # somebody's own
        ".staging-2019-20-Q4.notes",
        ".staging-2019-20-Q4.99999999999999999999.abc",  # no process has such a number
        ".staging-2019-20-Q4.-1.abc",
    ]
    held = f".staging-2019-20-Q4.{os.getpid()}.abc_1"
    reused = f".staging-2019-20-Q4.{os.getpid()}.abc_2"  # a dead process' folder, whose number this one has now
    for name in [*kept, held, reused, f".staging-2019-20-Q4.{dead}.x0_z"]:
        (old.parent / name).mkdir()
        (old.parent / name / "half").touch()
    hold = alone.take(old.parent / held)
    write(old, "new")
    assert beside(old) == sorted([*kept, held, "2019-20-Q4"])
    alone.let_go(hold)
    write(old, "newer")
    assert beside(old) == sorted([*kept, "2019-20-Q4"])


@pytest.mark.skipif(os.name != "posix", reason="there is no asking whether a process lives")
@pytest.mark.parametrize("lives", [True, False])
def test_where_folders_cannot_be_held_the_number_of_the_process_is_asked(
    old: Path, dead: int, lives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "fcntl", None)
    left = old.with_name(f".staging-2019-20-Q4.{os.getpid() if lives else dead}.abc")
    left.mkdir()
    write(old, "new")
    assert left.exists() == lives


def test_a_run_that_is_killed_leaves_the_old_one_and_the_next_clears_up(old: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from vfm.data.staging import staging_folder\n"
        "with staging_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'page').write_text('half'); os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(old)]).returncode == 9
    assert (old / "page").read_text() == "old"
    assert len(beside(old)) == 2
    write(old, "new")
    assert (old / "page").read_text() == "new"
    if os.name == "posix":
        assert beside(old) == ["2019-20-Q4"]


# ---- on the disk, and read whole


@pytest.mark.skipif(sys.platform != "linux", reason="asks what a handle leads to")
def test_every_file_and_folder_is_on_the_disk_before_it_is_put_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled, fsync = set(), os.fsync

    def noted(handle: int) -> None:
        settled.add(Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    (tmp_path / "charts").mkdir()
    for name in ("page", "charts/one"):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(0o444)
    settle(tmp_path)
    assert settled == {tmp_path, tmp_path / "page", tmp_path / "charts", tmp_path / "charts" / "one"}


def test_what_is_replaced_while_it_is_read_is_read_again(old: Path) -> None:
    turns = []

    def read() -> str:
        first = (old / "page").read_text()
        if not turns:
            write(old, "new")
        turns.append(first)
        return first + (old / "page").read_text()

    assert whole(old, read) == "newnew"
    assert turns == ["old", "new"]


def test_what_was_replaced_by_a_folder_of_the_same_number_was_replaced(old: Path) -> None:
    """A file system uses the number of what is gone again: replaced twice, a folder may have the one that it had."""
    number, turns = old.stat().st_ino, []

    def read() -> str:
        if not turns:
            for turn in range(50):
                write(old, f"new {turn}")
                turns.append(old.stat().st_ino)
                if turns[-1] == number:
                    break
            raise OSError("of one half a page, of the other half another")
        return (old / "page").read_text()

    assert whole(old, read).startswith("new")


def test_an_error_of_what_stood_still_goes_through_and_of_what_was_replaced_does_not(old: Path) -> None:
    def read() -> str:
        if (old / "page").read_text() == "old":
            write(old, "new")
            raise FileNotFoundError(old / "gone")
        return (old / "page").read_text()

    assert whole(old, read) == "new"
    with pytest.raises(ZeroDivisionError):
        whole(old, lambda: 1 / 0)
    with pytest.raises(FileNotFoundError):
        whole(old, (old / "gone").read_text)


def test_what_does_not_stand_still_is_said(old: Path) -> None:
    with pytest.raises(RunError, match="was replaced 5 times while it was read"):
        whole(old, lambda: write(old, "another"))
