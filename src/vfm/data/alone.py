"""One at a time: what a process holds until it lets go or dies, by whatever end."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vfm.data.project import Project
from vfm.vocabulary.periods import Quarter

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

CANNOT = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF}


@contextmanager
def alone(project: Project, quarter: Quarter, say: Callable[[str], None]) -> Iterator[None]:
    """Have a quarter's tables, draft and release to oneself while the block lasts; wait, and say so, where another has.

    Where nothing can be written there is nothing to keep others from. Where the system has no such locks (Windows) two
    runs do not wait for each other: each is whole, and the last one stands.
    """
    file = project.root / "build" / "locks" / f"{project.data}-{quarter}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError:
        yield
        return
    try:
        hold = take(file, wait=False)
    except BlockingIOError:
        say(f"another process is at work on {quarter}: waiting until it is done")
        hold = take(file)
    try:
        yield
    finally:
        let_go(hold)


def take(path: Path, *, wait: bool = True) -> int | None:
    """Hold a file or a folder; what to let go of, or None where it cannot be held.

    Raises
    ------
    BlockingIOError
        when another has it and this is not to wait.
    """
    if fcntl is None:
        return None
    hold = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException as error:  # an interrupt while it waits too
        os.close(hold)
        if isinstance(error, OSError) and error.errno in CANNOT:
            return None
        raise
    return hold


def let_go(hold: int | None) -> None:
    """Let another have it."""
    if hold is not None:
        os.close(hold)
