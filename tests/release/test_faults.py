"""A run that stops part-way: the cell is named, the others finish, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, write_notebook
from vfm.cli import main

Contents = Callable[[Path], dict[str, bytes]]


FAULTS = {
    "an exception": ("x = 1\n1 / 0", "failed with ZeroDivisionError: division by zero", "x = 1"),
    "a kernel that dies": ("import os\nos._exit(9)", "its kernel died", ""),
    "an id used twice": (PUBLISH.format(id="first", value=3), 'the figure "first" is already published', "import vfm"),
    "words stronger than their evidence": (
        'release.say("The service reduced crime.", level=1)',
        '"reduced" says more than level 1 of the Maryland scale carries',
        "release.say(",
    ),
    "a figure that is not there": ('release["frist"]', 'Did you mean "first"?', 'release["frist"]'),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_notebook_that_fails_names_the_cell_and_leaves_the_last_draft(
    draft: Path, contents: Contents, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    small, before = draft.parents[2], contents(draft)
    cell, message, begins = FAULTS[case]
    write_notebook(small, "00-data-quality", PUBLISH.format(id="first", value=2), cell)
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr()
    assert "00-data-quality: failed" in said.out
    assert message in said.err
    assert "Traceback" not in said.err
    if begins:
        assert "00-data-quality: cell 4 failed" in said.err  # title, parameters, the good cell, and this
        assert f"the cell begins: {begins}" in said.err
    assert contents(draft) == before
    kept = small / f"reports/drafts/.failed-{QUARTER}/00-data-quality.ipynb"
    assert kept.is_file()
    assert sorted(p.name for p in draft.parent.iterdir()) == [f".failed-{QUARTER}", QUARTER]


def test_the_others_finish_and_the_next_good_run_clears_what_the_failed_one_left(
    draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = draft.parents[2]
    good = (small / "notebooks/00-data-quality.ipynb").read_bytes()
    write_notebook(small, "00-data-quality", "1 / 0")
    write_notebook(small, "20-cost-per-outcome", PUBLISH.format(id="other", value=1))
    assert main(["refresh", QUARTER]) == 3
    assert "20-cost-per-outcome: done" in capsys.readouterr().out
    (small / "notebooks/00-data-quality.ipynb").write_bytes(good)
    assert main(["refresh", QUARTER]) == 0
    assert [p.name for p in draft.parent.iterdir()] == [QUARTER]


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_an_interrupt_loses_nothing_and_leaves_no_kernel(draft: Path, contents: Contents) -> None:
    small, before = draft.parents[2], contents(draft)
    pid_file = small / "kernel.pid"
    hang = f"import os, time\nopen(r'{pid_file}', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    write_notebook(small, "00-data-quality", hang)
    run = subprocess.Popen(
        [sys.executable, "-m", "vfm", "refresh", QUARTER],
        cwd=small,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (pid_file.exists() and pid_file.read_text()):
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert said.strip() == "vfm: interrupted. The last release is as it was."
    assert contents(draft) == before
    assert [p.name for p in draft.parent.iterdir()] == [QUARTER]
    kernel = int(pid_file.read_text())
    for _ in range(200):
        if not Path(f"/proc/{kernel}").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the kernel outlived its run")
