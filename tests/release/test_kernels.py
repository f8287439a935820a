"""Kernels forked from a warm process: the same output as the stock ones, each by itself, and none outlives its run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from small_projects import HANGS, PUBLISH, QUARTER, kernel_of, made_anew, write_notebook
from vfm.cli import main
from vfm.release import forks

Contents = Callable[[Path], dict[str, bytes]]

pytestmark = pytest.mark.skipif(not forks.can_fork(), reason="kernels are forked on Linux alone")

SHOWS = PUBLISH.replace('"here");', '"here")') + "\nimport pandas as pd\npd.DataFrame([range(30)])"


def test_forked_and_stock_kernels_give_the_same_bytes(
    small: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook(small, "00-data-quality", SHOWS.format(id="first", value=1))
    made = {}
    for how in ("", "stock"):
        monkeypatch.setenv(forks.SWITCH, how)
        made_anew(small)
        made[how] = contents(small / "reports/drafts" / QUARTER)
    assert made[""] == made["stock"]
    assert b"..." in made[""]["notebooks/00-data-quality.html"]  # a wide table is cut short, as in any kernel


def test_kernels_share_nothing_and_draw_other_numbers(small: Path) -> None:
    draws = "import random, builtins, numpy as np\n"
    draws += "print(hasattr(builtins, 'left'), random.random(), np.random.rand())\nbuiltins.left = True"
    names = ("00-data-quality", "20-cost-per-outcome")
    for name in names:
        write_notebook(small, name, draws)
    assert main(["refresh", QUARTER]) == 0
    folder = small / "reports/drafts" / QUARTER / "notebooks"
    made = [json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"] for name in names]
    one, other = ("".join(cells[-1]["outputs"][0]["text"]).split() for cells in made)
    assert (one[0], other[0]) == ("False", "False")
    assert one[1] != other[1]
    assert one[2] != other[2]


def gone(process: int) -> bool:
    """Whether a process has ended, within ten seconds."""
    for _ in range(200):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def hanging(small: Path, folder: Path) -> tuple[subprocess.Popen[str], int, int]:
    """A refresh whose notebook hangs, with its kernel's process and the warm one's; sockets go under `folder`."""
    write_notebook(small, "00-data-quality", HANGS)
    run = subprocess.Popen(
        [sys.executable, "-m", "vfm", "refresh", QUARTER],
        cwd=small,
        env={**os.environ, "TMPDIR": str(folder)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    kernel, warm, told = kernel_of(run, small)
    assert warm == told
    return run, kernel, warm


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder with a short name, as a socket's must be."""
    folder = Path("/tmp") / f"v{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_a_refresh_killed_outright_leaves_no_process_and_no_folder(
    draft: Path, sockets: Path, contents: Contents
) -> None:
    small, before = draft.parents[2], contents(draft)
    run, kernel, warm = hanging(small, sockets)
    run.kill()
    run.communicate()
    assert gone(kernel)
    assert gone(warm)
    assert list(sockets.glob("vfm-*")) == []
    assert contents(draft) == before


def test_a_warm_process_that_is_killed_takes_its_kernels_and_is_said(
    draft: Path, sockets: Path, contents: Contents
) -> None:
    small, before = draft.parents[2], contents(draft)
    run, kernel, warm = hanging(small, sockets)
    os.kill(warm, signal.SIGKILL)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 3
    assert "00-data-quality: cell 3 failed: its kernel died" in said
    assert gone(kernel)
    assert list(sockets.glob("vfm-*")) == []
    assert contents(draft) == before


def test_a_warm_process_that_has_gone_is_started_again(small: Path) -> None:
    assert main(["refresh", QUARTER]) == 0
    warm = forks.Warm.process()
    warm._process.kill()
    warm._process.wait()
    assert main(["refresh", QUARTER]) == 0
    assert forks.Warm.process() is not warm


def test_the_warm_process_holds_what_every_notebook_imports_and_nothing_that_only_making_a_release_needs() -> None:
    wanted = sorted(
        {
            line.strip()
            for path in (Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb")
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "code"
            for line in cell["source"]
            if line.startswith(("import ", "from "))
        }
    )
    code = [
        "import sys",
        "from vfm.release.warm import preload",
        "preload()",
        "have = set(sys.modules)",
        *wanted,
        "print(*sorted(set(sys.modules) - have))",
        "print(*sorted(have & {'openpyxl', 'pandera', 'duckdb', 'jinja2', 'statsmodels.api', 'vfm.data.build'}))",
    ]
    said = subprocess.run([sys.executable, "-c", "\n".join(code)], capture_output=True, text=True, check=True)
    assert len(wanted) > 30
    assert said.stdout == "\n\n"


def test_a_warm_process_that_nobody_asked_ends_at_once_and_leaves_nothing() -> None:
    warm = forks.Warm()
    warm.close()
    assert warm._process.returncode == -signal.SIGTERM  # it would still be importing
    assert warm._folder is None  # it makes none before it can be asked
