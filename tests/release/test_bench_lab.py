"""JupyterLab as it is opened here: on this machine alone, with a token, and gone when it is told to end."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from lab_servers import none_left, processes_of, serving
from small_projects import ROOT
from vfm.bench import lab
from vfm.data.project import Project
from vfm.vocabulary.errors import UsageError


def test_it_wants_a_token_is_on_this_machine_alone_and_ends_with_its_kernels(tmp_path: Path) -> None:
    # a configuration that would open the door: what is told here goes before it
    with serving(ROOT, tmp_path, configured='c.ServerApp.ip = "0.0.0.0"\n') as running:
        token = running.token
        assert len(token) >= 32
        assert running.fetch("api/contents/notebooks")[0] == 403
        assert running.fetch("api/contents/notebooks", token="0" * len(token))[0] == 403
        status, listed = running.fetch("api/contents/notebooks", token=token)
        assert status == 200
        assert lab.NOTEBOOK in {one["name"] for one in json.loads(listed)["content"]}
        with socket.create_connection(("127.0.0.1", running.about["port"]), timeout=5):
            pass
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", running.about["port"]), timeout=5):
            pass  # every address of 127/8 is this machine: one that was bound to all of them would answer here

        status, _ = running.fetch("api/kernels", token=token, post=b'{"name": "python3"}')
        assert status == 201
        assert len(processes_of(running.runtime)) >= 2  # itself and the kernel
        assert running.end(signal.SIGINT) == 0
        assert none_left(running.runtime)


def test_it_does_not_start_without_a_token(tmp_path: Path) -> None:
    refused = pytest.raises(pytest.fail.Exception, match="would open this without a token")
    with refused, serving(ROOT, tmp_path, configured='c.IdentityProvider.token = ""\n'):
        pass


def test_a_notebook_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no explore\.ipynb"):
        lab.start(Project(tmp_path), lab.NOTEBOOK)
