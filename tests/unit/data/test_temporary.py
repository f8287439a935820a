"""A temporary folder goes at its end, and what a killed process left of one goes with the next."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from vfm.data.temporary import temporary_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no asking whether a process lives")

DIES = "import os\nfrom vfm.data.temporary import temporary_folder\nwith temporary_folder('spill'): os._exit(9)"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_it_is_empty_for_its_owner_alone_and_goes_at_the_end(temporary: Path) -> None:
    with temporary_folder("spill") as folder:
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o77 == 0
        (folder / "rows").write_text("x")
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_is_in_use_or_of_another_kind_stays(temporary: Path) -> None:
    assert subprocess.run([sys.executable, "-c", DIES]).returncode == 9
    (left,) = temporary.iterdir()
    (temporary / "vfm-again-x").mkdir()
    (temporary / "vfm-spill-link").symlink_to(temporary / "vfm-again-x")
    with temporary_folder("spill") as one, temporary_folder("spill") as other:
        assert not left.exists()
        assert one.exists()
        assert other.exists()
    assert sorted(path.name for path in temporary.iterdir()) == ["vfm-again-x", "vfm-spill-link"]
