"""Write a folder aside and put it in place in one step, so that a reader never meets half of one."""

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vfm.vocabulary.errors import RunError

PREFIX = ".staging-"
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
        target.parent.mkdir(parents=True, exist_ok=True)
        _finish_interrupted(target)
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{target.name}.{os.getpid()}.", dir=target.parent))
        folder.chmod(0o755)  # mkdtemp closes it to others; a release is for reading
    except OSError as error:
        raise RunError(f"Cannot write in {target.parent}: {error.strerror}. Make it writable and run again.") from error
    try:
        yield folder
        replace_folder(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_folder(new: Path, target: Path) -> None:
    """Put `new` in the place of `target`; what stood there is then at `new`.

    Where the system can exchange two names (Linux, macOS) it is one step. Elsewhere it is two renames, and
    a crash between them is mended by the next run.
    """
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        aside = _aside(target)
        target.rename(aside)
        new.rename(target)
        aside.rename(new)


def _aside(target: Path) -> Path:
    return target.with_name(f".replaced-{target.name}")


def _finish_interrupted(target: Path) -> None:
    if os.name == "posix":
        for left in target.parent.glob(f"{PREFIX}{target.name}.*"):
            if not _alive(int(left.name.split(".")[-2])):
                shutil.rmtree(left, ignore_errors=True)
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _alive(process: int) -> bool:
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
