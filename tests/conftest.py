"""What tests of several kinds share: a copy of the project's data that may be spoilt."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from project_copies import CHECKOUT, ProjectCopy


@pytest.fixture
def project_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectCopy:
    """A copy of the raw files in a project of its own, which commands then find."""
    copy = ProjectCopy(tmp_path / "project")
    shutil.copytree(CHECKOUT / "data" / "raw", copy.raw)
    monkeypatch.setenv("VFM_PROJECT", str(copy.root))
    return copy
