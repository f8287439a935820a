"""The other versions of Python that are to be found here install from the same lock, pass and make the same figures."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from promises import SOAK

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# A part that needs every library: documents, kernels, methods, readers. All of it takes ten minutes for each version.
PART = ("tests/spec", "tests/unit/vocabulary", "tests/unit/report/test_typeset.py", "tests/release/test_publish.py")


def interpreter(version: str) -> str | None:
    """Where that version of Python is, among pyenv's or on the path; None where it is not to be had.

    Of pyenv's, what is on the path may be a name alone that starts nothing.
    """
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(kept[-1]) if kept else shutil.which(f"python{version}")


@pytest.mark.skipif(not SOAK, reason="installs everything anew: under --soak")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_of_python_installs_passes_and_makes_the_same_figures(
    version: str, root: Path, tmp_path: Path, tried: Callable[..., None]
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not to be had here")
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        pytest.skip("that is the one which runs all the tests")
    home = tmp_path / "venv"
    subprocess.run([python, "-m", "venv", str(home)], check=True)
    own = home / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(own)]
    subprocess.run([*uv, "--require-hashes", "--requirement", str(root / "requirements.lock")], check=True)
    subprocess.run([*uv, "--no-deps", "--no-build-isolation", str(root)], check=True)
    environment = {name: value for name, value in os.environ.items() if name not in ("VFM_SOAK", "PYTHONPATH")}
    run = subprocess.run(
        [own, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *PART],
        cwd=root,
        env=environment | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:]
    tried("pythons", 1, **{f"Python_{version}": run.stdout.strip().splitlines()[-1]})
