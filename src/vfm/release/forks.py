"""The warm process that kernels are forked from, where the system can: fast to start, and the same output."""

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Optional

from vfm.vocabulary.errors import RunError

# What a figure may not depend on: threads that add up in another order, another hash seed, another language.
FIXED = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}

SWITCH = "VFM_KERNELS"  # "stock" starts every kernel by itself: slower, and no figure differs


def can_fork() -> bool:
    """Whether kernels are forked here: on Linux, unless VFM_KERNELS is "stock"."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and os.environ.get(SWITCH, "") != "stock"


GONE = f"The process that starts kernels has gone. Run it again; {SWITCH}=stock does without that process."


def begin() -> None:
    """Start the warm process where kernels are forked: it has much to import, and nobody need wait for it."""
    if can_fork():
        Warm.process()


class Warm:
    """The warm process of this one, started when it is first asked for."""

    _one: ClassVar[Optional["Warm"]] = None
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair()
        command = [sys.executable, "-m", "vfm.release.warm", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline", **FIXED},
            )
        self._folder: Path | None = None  # not known until it is ready

    @classmethod
    def process(cls) -> "Warm":
        """The one warm process, started again where it has gone."""
        with cls._guard:
            if cls._one is not None and cls._one._process.poll() is not None:
                cls._one.close()
                cls._one = None
            if cls._one is None:
                cls._one = cls()
                atexit.register(cls._one.close)
            return cls._one

    def fork(self, argv: list[str], env: dict[str, str], cwd: str) -> "Forked":
        """A new kernel."""
        asked = json.dumps({"argv": argv, "env": env, "cwd": cwd}) + "\n"
        try:
            with self._guard:
                self._asking.sendall(asked.encode())
                answer, handles = self._answer()
        except (OSError, EOFError):
            raise RunError(GONE) from None
        if not handles:
            raise RunError("A kernel ended as it started: is there memory and room for more processes?")
        return Forked(json.loads(answer)["pid"], handles[0])

    @property
    def folder(self) -> Path:
        """Where its kernels have their sockets: a folder that it has made, when it is ready to fork, and takes away."""
        try:
            with self._guard:
                if self._folder is None:
                    self._folder = Path(self._answer()[0].decode())
                return self._folder
        except (OSError, EOFError):
            raise RunError(GONE) from None

    def _answer(self) -> tuple[bytes, list[int]]:
        answer, handles, _, _ = socket.recv_fds(self._asking, 1024, 1)
        if not answer:
            raise EOFError
        return answer, handles

    def close(self) -> None:
        """End the process, and with it every kernel that is left."""
        atexit.unregister(self.close)
        self._asking.close()
        if self._folder is None:
            self._process.terminate()  # nobody has asked it yet, and it would import to its end
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)  # its own last act, where it could act


class Forked:
    """A forked kernel's process, with the face of a Popen that a provisioner needs."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, handle: int):
        self.pid = pid
        self.handle = handle
        self.returncode: int | None = None

    def __del__(self) -> None:
        os.close(self.handle)

    def poll(self) -> int | None:
        """None while it runs; how it ended is not known."""
        return self._ended(0)

    def wait(self) -> int | None:
        """Return when it has ended."""
        return self._ended(None)

    def _ended(self, milliseconds: int | None) -> int | None:
        waiting = select.poll()
        waiting.register(self.handle, select.POLLIN)
        if self.returncode is None and waiting.poll(milliseconds):
            self.returncode = 0
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the process that this was from the start, or nobody."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)
