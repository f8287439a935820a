"""A JupyterLab that was started as a reader starts it, told to end at the end, and looked for afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vfm.data.project import PROJECT_VARIABLE

LONG = 60  # seconds before a start, an end or a run is given up


@dataclass
class Running:
    """A server that was started, as its own runtime file tells of it."""

    process: subprocess.Popen[bytes]
    about: dict[str, Any]
    runtime: Path

    @property
    def token(self) -> str:
        return str(self.about["token"])

    def address(self, path: str) -> str:
        return f"{self.about['url']}{path}"

    def fetch(self, path: str, *, token: str = "", post: bytes | None = None) -> tuple[int, bytes]:
        request = urllib.request.Request(self.address(path), data=post)
        if token:
            request.add_header("Authorization", f"token {token}")
        try:
            with urllib.request.urlopen(request, timeout=LONG) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def end(self, how: int = signal.SIGINT) -> int:
        """Tell it to end, and return its exit status."""
        self.process.send_signal(how)
        return self.process.wait(timeout=LONG)


@contextmanager
def serving(root: Path, place: Path, *, configured: str = "") -> Iterator[Running]:
    """`vfm explore` on the project at `root`; what it keeps is in `place`, and `configured` is the user's own."""
    runtime, config = place / "runtime", place / "config"
    for folder in (runtime, config):
        folder.mkdir(parents=True)
    (config / "jupyter_server_config.py").write_text(configured, encoding="utf-8")
    own = {"JUPYTER_RUNTIME_DIR": runtime, "JUPYTER_CONFIG_DIR": config, "JUPYTERLAB_WORKSPACES_DIR": place / "spaces"}
    environment = os.environ | {name: str(value) for name, value in own.items()} | {PROJECT_VARIABLE: str(root)}
    command = [sys.executable, "-m", "vfm", "explore", "--no-browser"]
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield Running(process, _about(place, process), runtime)
        finally:
            process.kill()
            process.wait()


def _about(place: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    started = time.monotonic()
    while time.monotonic() - started < LONG and process.poll() is None:
        for path in (place / "runtime").glob("jpserver-*.json"):
            try:
                about = dict(json.loads(path.read_text(encoding="utf-8")))
                socket.create_connection(("127.0.0.1", about["port"]), timeout=5).close()
                return about
            except (OSError, ValueError):  # the file is still being written, or nobody listens yet
                pass
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {(place / 'log').read_text(encoding='utf-8')}")


def none_left(runtime: Path) -> bool:
    """Whether every process ends, a kernel that was told to end a moment after the server."""
    started = time.monotonic()
    while processes_of(runtime) and time.monotonic() - started < LONG:
        time.sleep(0.1)
    return processes_of(runtime) == []


def processes_of(runtime: Path) -> list[int]:
    """The processes that are alive and were started with this folder in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"JUPYTER_RUNTIME_DIR={runtime}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:  # it ended meanwhile, or is somebody else's
            continue
    return found
