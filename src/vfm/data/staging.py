"""Write a folder aside and put it in place in one step, so that a reader never meets half of one."""

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from vfm.data import alone
from vfm.vocabulary.errors import RunError, VfmError

Read = TypeVar("Read")

PREFIX, ASIDE = ".staging-", ".replaced-"
TRIES = 5  # times that a folder is read before it is said that it does not stand still
STAGED = re.compile(re.escape(PREFIX) + r"(?P<target>.+)\.(?P<process>\d{1,9})\.[^.]+")
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # Linux: renameat2(2)
RENAME_SWAP = 2  # macOS: renamex_np(2)


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside `target`; when the block ends well it becomes `target`, else it goes.

    Raises
    ------
    RunError
        when the folder cannot be written; `target` is as it was.
    """
    try:
        if target.is_symlink():
            target = target.resolve()
        if target.exists() and not target.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{target.name} is not a folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        finish_interrupted(target)
        folder, hold = _begin(target)
        folder.chmod(0o755)  # mkdtemp closes it to others; a release is for reading
    except OSError as error:
        raise RunError(f"Cannot write in {target.parent}: {error.strerror}. Make it writable and run again.") from error
    try:
        yield folder  # an error in the block is the block's, and goes through as it is
        _put_in_place(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        alone.let_go(hold)


def _begin(target: Path) -> tuple[Path, int | None]:
    """A new folder that is held, so that nobody takes it for one that a dead process left."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{target.name}.{os.getpid()}.", dir=target.parent))
        hold = alone.take(folder)
        if folder.is_dir():  # else another run cleared up between the two lines above
            return folder, hold
        alone.let_go(hold)


def settle(folder: Path) -> None:
    """Have every file of `folder` on the disk, so that a power cut after it is put in place cannot empty one."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_file() or os.name == "posix":  # Windows does so with files alone
            opened = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def whole(folder: Path, read: Callable[[], Read]) -> Read:
    """What `read` makes of `folder`, from one version of it: read again where it was put in place anew meanwhile.

    Raises
    ------
    RunError
        when it is replaced again and again.
    """
    for _ in range(TRIES):
        before = _which(folder)
        try:
            found = read()
        except (OSError, VfmError):
            if _which(folder) == before:
                raise
            continue
        if _which(folder) == before:
            return found
    raise RunError(f"{folder} was replaced {TRIES} times while it was read: wait until what writes it is done.")


def _which(folder: Path) -> tuple[int, ...]:
    """Which folder has the name now: its number, and since when, for the number of one that is gone is used again."""
    try:
        found = folder.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _put_in_place(folder: Path, target: Path) -> None:
    try:
        replace_folder(folder, target)
    except OSError as error:
        message = f"Cannot put {target} in place: {error.strerror}. What stood there is as it was."
        raise RunError(message) from error


def replace_folder(new: Path, target: Path) -> None:
    """Put `new` in the place of `target`, whether or not that exists; what stood there is then at `new`.

    Where the system can exchange two names (Linux, macOS) it is one step. Elsewhere it is two renames, and
    a crash between them is mended by the next run. Nothing is looked up first: another process may make or
    take away `target` in between, and the last to come has its folder there.
    """
    if _exchange(new, target):
        return
    try:
        new.rename(target)  # there is none, or an empty one
    except OSError:
        if not target.is_dir():
            raise
        if not _exchange(new, target):
            _swap_by_renames(new, target)


def _swap_by_renames(new: Path, target: Path) -> None:
    aside = _aside(target)
    target.rename(aside)
    try:
        new.rename(target)
    except BaseException:
        if not target.exists():
            aside.rename(target)
        raise
    aside.rename(new)


def _aside(target: Path) -> Path:
    return target.with_name(f"{ASIDE}{target.name}")


def finish_interrupted(target: Path) -> None:
    """Put back what a crash left aside, and take away what dead processes left half written beside `target`."""
    if not target.parent.is_dir():
        return
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
    for left in target.parent.iterdir():
        if left_beside(left) == target:
            shutil.rmtree(left, ignore_errors=True)


def left_beside(path: Path) -> Path | None:
    """The folder that `path` was to become or stood in place of, where no process is at it any more; else None."""
    if path.name.startswith(ASIDE):
        return path.with_name(path.name.removeprefix(ASIDE))
    named = STAGED.fullmatch(path.name)
    if named is None or os.name != "posix" or is_at_work(path, int(named["process"])):  # elsewhere none can ask
        return None
    return path.with_name(named["target"])


def is_at_work(folder: Path, process: int) -> bool:
    """Whether a process is at a staging folder: whoever writes one holds it, and the system lets go when he dies.

    Process numbers are used again, in a container soon: they are asked where a folder cannot be held.
    """
    try:
        hold = alone.take(folder, wait=False)
    except BlockingIOError:
        return True
    except OSError:  # it is another user's, or has gone
        hold = None
    if hold is None:
        return alive(process)
    alone.let_go(hold)
    return False


def alive(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def _exchange(one: Path, other: Path) -> bool:
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            return bool(library.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) == 0)
        if sys.platform == "darwin":
            return bool(library.renamex_np(first, second, RENAME_SWAP) == 0)
    except (OSError, AttributeError, TypeError):  # no such call here: the two renames serve
        pass
    return False
