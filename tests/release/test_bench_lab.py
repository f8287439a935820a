"""JupyterLab as it is opened here: on this machine alone, with a token, and gone when it is interrupted."""

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from small_projects import ROOT
from vfm.bench import lab
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.vocabulary.errors import UsageError

LONG = 90  # seconds before a start or an end is given up


@dataclass
class Running:
    """A server that was started, as its own runtime file tells of it."""

    process: subprocess.Popen[bytes]
    about: dict[str, Any]
    runtime: Path

    def fetch(self, path: str, *, token: str = "", post: bytes | None = None) -> tuple[int, bytes]:
        request = urllib.request.Request(f"{self.about['url']}{path}", data=post)
        if token:
            request.add_header("Authorization", f"token {token}")
        try:
            with urllib.request.urlopen(request, timeout=LONG) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    # a configuration that would open the door: what is told here goes before it
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text('c.ServerApp.ip = "0.0.0.0"\n', encoding="utf-8")
    own = {"JUPYTER_RUNTIME_DIR": tmp_path / "runtime", "JUPYTER_CONFIG_DIR": tmp_path / "config"}
    environment = os.environ | {name: str(value) for name, value in own.items()} | {PROJECT_VARIABLE: str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vfm", "explore", "--no-browser"],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield Running(process, _about(tmp_path / "runtime", process), tmp_path / "runtime")
        finally:
            process.kill()
            process.wait()


def _about(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    started = time.monotonic()
    while time.monotonic() - started < LONG and process.poll() is None:
        for path in folder.glob("jpserver-*.json"):
            try:
                about = dict(json.loads(path.read_text(encoding="utf-8")))
                socket.create_connection(("127.0.0.1", about["port"]), timeout=5).close()
                return about
            except (OSError, ValueError):  # the file is still being written, or nobody listens yet
                pass
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {(folder.parent / 'log').read_text(encoding='utf-8')}")


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


def none_left(runtime: Path) -> bool:
    """Whether every process ends, a kernel that was told to end a moment after the server."""
    started = time.monotonic()
    while processes_of(runtime) and time.monotonic() - started < LONG:
        time.sleep(0.1)
    return processes_of(runtime) == []


def test_it_wants_a_token_is_on_this_machine_alone_and_ends_with_its_kernels(running: Running) -> None:
    token = running.about["token"]
    assert len(token) >= 32
    assert running.fetch("api/contents/notebooks")[0] == 403
    assert running.fetch("api/contents/notebooks", token="0" * len(token))[0] == 403
    status, listed = running.fetch("api/contents/notebooks", token=token)
    assert status == 200
    assert "10-spend-growth.ipynb" in {one["name"] for one in json.loads(listed)["content"]}
    with socket.create_connection(("127.0.0.1", running.about["port"]), timeout=5):
        pass
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", running.about["port"]), timeout=5):
        pass  # every address of 127/8 is this machine: one that was bound to all of them would answer here

    status, page = running.fetch("lab", token=token)
    assert (status, b'"news": {"disabled": true}' in page) == (200, True)
    status, _ = running.fetch("api/kernels", token=token, post=b'{"name": "python3"}')
    assert status == 201
    assert len(processes_of(running.runtime)) >= 2  # itself and the kernel

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=LONG) == 0
    assert none_left(running.runtime)


def test_a_notebook_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no explore\.ipynb"):
        lab.start(Project(tmp_path), lab.NOTEBOOK)
