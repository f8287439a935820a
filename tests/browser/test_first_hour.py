"""Each tutorial as a newcomer follows it: typed into a terminal, in a clone, and its pages opened in a browser."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from promises import SOAK

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs"))
from test_tutorials import assert_shown, steps

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = ROOT / "docs" / "tutorials"
LONG = 600  # seconds before a command is given up
DONE = "the exit status is"
TELL = f"echo {DONE} $?"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")
ALONE = {"python3 run.py test"}  # these tests are among it
STAYS = {"python3 run.py lab"}  # until it is told to end

pytestmark = pytest.mark.skipif(
    not SOAK or os.name != "posix", reason="takes minutes: under --soak (test_tutorials.py follows them without)"
)


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, folder: Path):
        self._ours, theirs = pty.openpty()
        path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        told = os.environ | {"PATH": path, "PS1": "", "TERM": "xterm-256color", "COLUMNS": "160", "LINES": "50"}
        told.pop("VFM_SOAK", None)
        told.pop("VFM_PROJECT", None)
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, env=told, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.run("stty -echo cols 160 rows 50; set +o emacs; bind 'set enable-bracketed-paste off' 2>/dev/null")

    def type(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def until(self, pattern: str, seconds: float = LONG) -> str:
        """What the terminal shows until a line of it is so."""
        shown, end = "", time.monotonic() + seconds
        while not re.search(pattern, shown, re.MULTILINE):
            left = end - time.monotonic()
            assert left > 0, f"{pattern!r} was not seen, but:\n{shown}"
            if select.select([self._ours], [], [], min(left, 1))[0]:
                shown += CONTROL.sub("", os.read(self._ours, 65536).decode("utf-8", "replace")).replace("\r", "\n")
        return shown

    def run(self, command: str) -> tuple[int, str]:
        """Type a command and wait for its end: its exit status and what was shown."""
        self.type(f"{command}; {TELL}")
        shown = self.until(rf"^{DONE} \d+\s")
        said, _, status = shown.rpartition(DONE)
        return int(status.split()[0]), said

    def interrupt(self) -> None:
        os.write(self._ours, b"\x03")

    def close(self) -> None:
        os.killpg(self._shell.pid, signal.SIGHUP)
        self._shell.wait(30)
        os.close(self._ours)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone, set up by its reader's first command."""
    folder = tmp_path / "vfm"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    subprocess.run([sys.executable, "run.py", "check"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def terminal(clone: Path) -> Iterator[Terminal]:
    found = Terminal(clone)
    yield found
    found.close()


def opened(browser: Browser, page: Path, heading: str) -> None:
    """Open a page that a command has named, as its reader would."""
    view = browser.new_page()
    failed: list[str] = []
    view.on("pageerror", lambda error: failed.append(str(error)))
    view.goto(page.as_uri())
    expect(view.get_by_role("heading", level=1).first).to_contain_text(heading, ignore_case=True)
    assert failed == []
    view.close()


def lab_is_seen(terminal: Terminal, browser: Browser, command: str) -> None:
    """JupyterLab starts, the notebook that the page names is there and opens, and Ctrl-C ends it."""
    terminal.type(f"{command} --no-browser; {TELL}")
    shown = terminal.until(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+")
    address = re.findall(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", shown)[-1]
    view = browser.new_page()
    view.goto(address)
    view.get_by_text("10-spend-growth.ipynb").first.dblclick(timeout=60_000)
    title = view.get_by_role("heading", name="Spend growth: how far the commissioning budget has grown").first
    expect(title).to_be_visible(timeout=60_000)
    view.close()
    terminal.interrupt()
    terminal.interrupt()
    terminal.until(rf"^{DONE} \d+\s", 60)


@pytest.mark.parametrize("tutorial", ["ask-a-question", "check-a-change", "refresh-a-quarter"])
def test_a_newcomer_follows_it_to_the_end(tutorial: str, clone: Path, terminal: Terminal, browser: Browser) -> None:
    for command, shown in steps((TUTORIALS / f"{tutorial}.md").read_text(encoding="utf-8")):
        if command in ALONE:
            continue
        if command in STAYS:
            lab_is_seen(terminal, browser, command)
            continue
        status, said = terminal.run(command)
        assert status == 0, f"{command}\n{said}"
        assert_shown(shown, said, command)
        if command.startswith("vfm verify"):  # it makes the release again in a folder of its own, which is gone
            continue
        for page in re.findall(r"^(?:made|draft|in review|published): (\S+\.html)", said, re.MULTILINE):
            opened(browser, clone / page, "" if "site" in page else "value for money")
        for book in (word for word in said.split() if word.endswith(".xlsx") and word.startswith("build/")):
            assert (clone / book).is_file()
