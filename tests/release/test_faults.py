"""A run that stops part-way: the cell is named, the others finish, and nothing is lost."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from small_projects import HANGS, PUBLISH, QUARTER, kernel_of, write_notebook
from vfm.cli import main
from vfm.release import kernels, limits
from vfm.vocabulary.errors import UsageError

Contents = Callable[[Path], dict[str, bytes]]


FAULTS = {
    "an exception": ("x = 1\n1 / 0", "failed with ZeroDivisionError: division by zero", "x = 1"),
    "a kernel that dies": (
        "import os\nos._exit(9)",
        "failed: its kernel died (out of memory, or ended from outside).",
        "import os",
    ),
    "more memory than there may be": (
        "numbers = bytearray(8 * 2**30)",
        "failed with MemoryError (a notebook may have 4 GB; VFM_NOTEBOOK_GB gives it more)",
        "numbers = bytearray",
    ),
    "a hundred megabytes shown": (
        "for _ in range(100):\n    print('x' * 1_000_000)",
        "was stopped: it shows more than 10,000,000 characters. Show less, or a part.",
        "for _ in range(100):",
    ),
    "a warning": (
        "import warnings\nwarnings.warn('rates are old')",
        "warned. UserWarning: rates are old Settle what it warns of, or filter it in the cell.",
        "import warnings",
    ),
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
    draft: Path, contents: Contents, capsys: pytest.CaptureFixture[str], case: str, tried: Callable[..., None]
) -> None:
    small, before = draft.parents[2], contents(draft)
    tried("notebook-fault")
    cell, message, begins = FAULTS[case]
    write_notebook(small, "00-data-quality", PUBLISH.format(id="first", value=2), cell)
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr()
    assert "00-data-quality: failed" in said.out
    assert message in said.err
    assert "Traceback" not in said.err
    if begins:
        assert "00-data-quality: cell 4 " in said.err  # title, parameters, the good cell, and this
        assert f"the cell begins: {begins}" in said.err
    assert contents(draft) == before
    kept = small / f"reports/drafts/.failed-{QUARTER}/00-data-quality.ipynb"
    assert kept.is_file()
    assert sorted(p.name for p in draft.parent.iterdir()) == [f".failed-{QUARTER}", QUARTER]


VERSION = 0 if sys.platform != "linux" else ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
ELSEWHERE = {
    "a file": "open(r'{place}/new', 'w')",
    "a file written over": "open(r'{place}/datapackage.json', 'a')",
    "a file taken away": "import os\nos.remove(r'{place}/datapackage.json')",
    "a folder": "import os\nos.mkdir(r'{place}/new')",
    "a library's own writing": "import pandas\npandas.DataFrame({{'a': [1]}}).to_parquet(r'{place}/new')",
    "a connection": "import socket\nsocket.create_connection(('127.0.0.1', {port}))",
    "another process": "import subprocess\nsubprocess.run(['touch', r'{place}/new'], check=True)",
}


@pytest.mark.skipif(VERSION < 1, reason="this system has no Landlock")
def test_a_cell_that_writes_outside_its_folder_is_refused_and_named(
    draft: Path, contents: Contents, capsys: pytest.CaptureFixture[str], tried: Callable[..., None]
) -> None:
    small = draft.parents[2]
    raw = contents(small / "data")
    before = contents(draft)
    heard = socket.create_server(("127.0.0.1", 0))
    cells = [cell.format(place=small / "data/raw", port=heard.getsockname()[1]) for cell in ELSEWHERE.values()]
    refused = [f"try:\n{textwrap.indent(cell, '    ')}\nexcept Exception as error:\n    print(error)" for cell in cells]
    tried("notebook-fault", len(cells))
    write_notebook(small, "00-data-quality", *refused, cells[0])
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr().err
    assert f"00-data-quality: cell {len(cells) + 3} failed with PermissionError: " in said
    assert "(a notebook writes in its own folder alone)" in said
    assert contents(small / "data") == raw
    assert contents(draft) == before
    shown = (small / f"reports/drafts/.failed-{QUARTER}/00-data-quality.ipynb").read_text(encoding="utf-8")
    assert ("Permission denied" in shown, shown.count('"output_type": "stream"')) == (True, len(cells) - (VERSION < 4))
    heard.close()


def test_a_cell_that_hangs_is_stopped_at_the_notebooks_limit_and_named(
    draft: Path, contents: Contents, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tried: Any
) -> None:
    small, before = draft.parents[2], contents(draft)
    write_notebook(small, "00-data-quality", "x = 1", "import time\ntime.sleep(600)")
    monkeypatch.setenv("VFM_NOTEBOOK_SECONDS", "3")
    tried("notebook-fault")
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr().err
    assert "00-data-quality: cell 4 was stopped: the notebook ran longer than 3 seconds, which is what it may" in said
    assert "the cell begins: import time" in said
    assert contents(draft) == before


def test_what_does_not_come_through_is_not_told_as_a_notebook_that_ran_too_long(
    draft: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tried: Any
) -> None:
    write_notebook(draft.parents[2], "00-data-quality", "x = 1", "print('x' * 5_000_000)")
    monkeypatch.setattr(kernels, "TO_COME_THROUGH", 0)
    tried("notebook-fault")
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr().err
    assert "was stopped: what it shows did not come through in 0 seconds. Show less, or a part." in said
    assert "ran longer" not in said


@pytest.mark.parametrize("limit", ["VFM_NOTEBOOK_SECONDS", "VFM_NOTEBOOK_GB"])
@pytest.mark.parametrize("text", ["0", "-1", "much", "inf", "nan"])
def test_a_limit_that_is_none_is_wrong_usage(limit: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limit, text)
    with pytest.raises(UsageError, match=f'{limit}="{text}" is not a number above 0'):
        limits.told([])
        limits.seconds()


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
    write_notebook(small, "00-data-quality", HANGS)
    run = subprocess.Popen(
        [sys.executable, "-m", "vfm", "refresh", QUARTER],
        cwd=small,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    kernel, _, _ = kernel_of(run, small)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert said.strip() == "vfm: interrupted. The last release is as it was."
    assert contents(draft) == before
    assert [p.name for p in draft.parent.iterdir()] == [QUARTER]
    for _ in range(200):
        if not Path(f"/proc/{kernel}").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the kernel outlived its run")
