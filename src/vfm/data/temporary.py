"""A folder for a while, that does not outlive its run by more than the next one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vfm.data import alone


@contextmanager
def temporary_folder(what: str) -> Iterator[Path]:
    """An empty folder ``vfm-<what>-…`` among the system's temporary ones, and away with it at the end.

    What processes that were killed left of the same kind goes first: it may be a copy of somebody's records.
    """
    prefix = f"vfm-{what}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        hold = alone.take(folder)
        if folder.is_dir():  # else another run took it away between the two lines above
            break
        alone.let_go(hold)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        alone.let_go(hold)


def _is_left(folder: Path) -> bool:
    """Whether it is one of this user's that nobody holds; where folders cannot be held, nothing is known."""
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return False
        hold = alone.take(folder, wait=False)
    except (OSError, AttributeError):  # held, gone, or a system without users
        return False
    alone.let_go(hold)
    return hold is not None
