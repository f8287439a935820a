"""Runs vfm as forks of one process that has imported it all, and ends a run at the step that it is told.

It is asked in lines of JSON and answers each with two: the number of the process, then how it ended. A step is a
write to the file system: a file opened to be written, a name changed, made or taken away. ``at`` is the step before
which the run is killed or, given an ``error``, from which on every write under ``where`` fails with it or, given a
file to ``fill`` the disk with, no room is left.
"""

from __future__ import annotations

import atexit
import errno
import importlib
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

LIBRARIES = ("duckdb", "openpyxl", "papermill", "papermill.engines", "typst", "nbclient", "odf.opendocument")
ROOMS = ("vfm.release.refresh", "vfm.release.publish", "vfm.release.up_to_date", "vfm.site.build")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "os.symlink", "os.link", "os.truncate"}
GIVES_ROOM = {"os.rmdir", "os.remove"}


def path_of(event: str, args: tuple[Any, ...]) -> str | None:
    """The path that an event of the interpreter writes to; None where it writes to none."""
    if event == "open" and isinstance(args[0], str | bytes | os.PathLike) and args[2] & WRITES:
        return os.fsdecode(args[0])
    if event in CHANGES and isinstance(args[0], str | bytes | os.PathLike):
        return os.fsdecode(args[0])
    if event == "ctypes.dlsym" and args[1] == "renameat2":
        return ""
    return None


def watch(told: dict[str, Any]) -> None:
    """Count the steps, and do at the one named what was asked."""
    count, where = 0, told.get("where", "")

    def step(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        path = path_of(event, args)
        if path is None or (where and path and not str(Path(path).absolute()).startswith(where)):
            return
        count += 1
        counted[0] = count
        if told["at"] is None or count < told["at"]:
            return
        if told.get("fill"):
            told["at"] = None
            fill(told["fill"])
        elif told.get("error") is None:
            os.kill(os.getpid(), signal.SIGKILL)
        elif told["error"] != 28 or event not in GIVES_ROOM:
            raise OSError(told["error"], os.strerror(told["error"]), path)

    counted = told["counted"] = [0]
    sys.addaudithook(step)


def fill(file: str) -> None:
    """Leave no room on the disk that `file` is on."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(handle, bytes(1 << 16))
    except OSError as error:
        assert error.errno == errno.ENOSPC, error
    finally:
        os.close(handle)


def note_synced(file: str) -> None:
    """Note in `file` what was put on the disk by force, as it happens: device and number of each."""
    fsync = os.fsync

    def noted(handle: int) -> None:
        fsync(handle)
        found = os.fstat(handle)
        os.write(noting, f"{found.st_dev} {found.st_ino}\n".encode())

    noting = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.fsync = noted


def run(told: dict[str, Any]) -> int:
    """Be one run of vfm."""
    os.setsid()
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        name = os.devnull if number == 0 else told["said"]
        os.dup2(os.open(name, mode | (os.O_CREAT | os.O_APPEND if number else 0)), number)
    os.environ.update(told["environment"])
    os.chdir(told["environment"]["VFM_PROJECT"])
    tempfile.tempdir = None
    from vfm.cli import main

    if told.get("synced"):
        note_synced(told["synced"])
    watch(told)
    status = main(told["argv"])
    counted = told["counted"][0]
    told["at"] = None
    Path(told["steps"]).write_text(str(counted))
    return status


def serve() -> None:
    """Fork a run for each line that comes in."""
    for name in (*LIBRARIES, *ROOMS):
        importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()
    answers = os.fdopen(os.dup(1), "w")
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            status = 70  # a defect of this file, or a traceback of the run
            try:
                status = run(json.loads(line))
            finally:
                if status == 70:
                    import traceback

                    traceback.print_exc()
                sys.stdout.flush()
                atexit._run_exitfuncs()
                os._exit(status)
        print(process, file=answers, flush=True)
        _, ended = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(ended), file=answers, flush=True)


if __name__ == "__main__":
    serve()
