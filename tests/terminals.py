"""A shell in a real terminal, typed into and read as a person would."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

LONG = 600  # seconds before a command is given up
DONE = "the exit status is"
TELL = f"echo {DONE} $?"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, folder: Path):
        self._ours, theirs = pty.openpty()
        path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        told = os.environ | {"PATH": path, "PS1": "", "TERM": "xterm-256color", "COLUMNS": "160", "LINES": "50"}
        told.pop("VFM_SOAK", None)
        told.pop("VFM_PROJECT", None)
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, env=told, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.run("stty -echo cols 160 rows 50; set +o emacs; bind 'set enable-bracketed-paste off' 2>/dev/null")

    def type(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def until(self, pattern: str, seconds: float = LONG) -> str:
        """What the terminal shows until a line of it is so."""
        shown, end = "", time.monotonic() + seconds
        while not re.search(pattern, shown, re.MULTILINE):
            left = end - time.monotonic()
            assert left > 0, f"{pattern!r} was not seen, but:\n{shown}"
            if select.select([self._ours], [], [], min(left, 1))[0]:
                shown += CONTROL.sub("", os.read(self._ours, 65536).decode("utf-8", "replace")).replace("\r", "\n")
        return shown

    def run(self, command: str) -> tuple[int, str]:
        """Type a command and wait for its end: its exit status and what was shown."""
        self.type(f"{command}; {TELL}")
        shown = self.until(rf"^{DONE} \d+\s")
        said, _, status = shown.rpartition(DONE)
        return int(status.split()[0]), said

    def interrupt(self) -> None:
        os.write(self._ours, b"\x03")

    def close(self) -> None:
        os.killpg(self._shell.pid, signal.SIGHUP)
        self._shell.wait(30)
        os.close(self._ours)
