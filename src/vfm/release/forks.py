"""Kernels forked from a warm process, where the system can: the fast way to start one, with the same output."""

import asyncio
import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Optional

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from vfm.vocabulary.errors import RunError

SWITCH = "VFM_KERNELS"  # "stock" starts every kernel by itself: slower, and no figure differs
LAUNCHER = "ipykernel_launcher"


def can_fork() -> bool:
    """Whether kernels are forked here: on Linux, unless VFM_KERNELS is "stock"."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and os.environ.get(SWITCH, "") != "stock"


class Warm:
    """The warm process of this one, started when it is first asked for."""

    _one: ClassVar[Optional["Warm"]] = None
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, environment: dict[str, str]):
        self.folder = Path(tempfile.mkdtemp(prefix="vfm-"))  # short, for a socket's path may have 107 letters
        self._asking, theirs = socket.socketpair()
        command = [sys.executable, "-m", "vfm.release.warm", str(theirs.fileno()), str(self.folder)]
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline", **environment},
            )
        self._ready = False

    @classmethod
    def process(cls, environment: dict[str, str]) -> "Warm":
        """The one warm process, started again where it has gone."""
        with cls._guard:
            if cls._one is not None and cls._one._process.poll() is not None:
                cls._one.close()
                cls._one = None
            if cls._one is None:
                cls._one = cls(environment)
                atexit.register(cls._one.close)
            return cls._one

    def fork(self, argv: list[str], env: dict[str, str], cwd: str) -> "Forked":
        """A new kernel."""
        asked = json.dumps({"argv": argv, "env": env, "cwd": cwd}) + "\n"
        try:
            with self._guard:
                if not self._ready:
                    self._answer()
                    self._ready = True
                self._asking.sendall(asked.encode())
                answer, handles = self._answer()
        except (OSError, EOFError):
            raise RunError(
                f"The process that starts kernels has gone. Run it again; {SWITCH}=stock does without that process."
            ) from None
        if not handles:
            raise RunError("A kernel ended as it started: is there memory and room for more processes?")
        return Forked(json.loads(answer)["pid"], handles[0])

    def _answer(self) -> tuple[bytes, list[int]]:
        answer, handles, _, _ = socket.recv_fds(self._asking, 1024, 1)
        if not answer:
            raise EOFError
        return answer, handles

    def close(self) -> None:
        """End the process, and with it every kernel that is left."""
        atexit.unregister(self.close)
        self._asking.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)  # its own last act, where it could act


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


class ForkProvisioner(LocalProvisioner):
    """Gives Jupyter a kernel that is forked from the warm process."""

    warm: Warm
    process: Any  # a Forked

    async def launch_kernel(self, cmd: list[str], **kw: Any) -> Any:
        """Fork in place of starting `cmd`, with the arguments that it gives the launcher."""
        argv = cmd[cmd.index(LAUNCHER) + 1 :]
        process = await asyncio.to_thread(self.warm.fork, argv, kw["env"], kw["cwd"])
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        self.cwd = kw["cwd"]
        return self.connection_info

    async def listening(self) -> None:
        """Return when the kernel has opened its sockets, or has ended."""
        of = self.connection_info
        doors = [Path(f"{of['ip']}-{port}") for name, port in of.items() if name.endswith("_port")]
        while self.process is not None and self.process.poll() is None and not all(door.exists() for door in doors):
            await asyncio.sleep(0.002)

    async def wait(self) -> int | None:
        """Return when the kernel has ended, at once: its handle says so."""
        process = self.process
        if process is None:
            return 0
        if process.poll() is None:
            loop, ended = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(process.handle, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(process.handle)
            process.poll()
        self.process = None
        return 0
