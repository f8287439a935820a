"""Each tutorial as a newcomer follows it: typed into a terminal, in a clone, and its pages opened in a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from promises import SOAK
from terminals import DONE, TELL, Terminal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs"))
import test_examples_run
from test_tutorials import assert_shown, steps

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = ROOT / "docs" / "tutorials"
ALONE = {"python3 run.py test"}  # these tests are among it
STAYS = ("python3 run.py lab", "vfm explore", "dask ")  # until it is told to end
SPARK = "build/spark/pyspark/bin/spark-class org.apache.spark.deploy"
READY = {
    "vfm explore": r"token=\w+",
    "dask scheduler": r"Scheduler at:",
    "dask worker": r"Registered to:",
    f"{SPARK}.master": r"Starting Spark master at",
    f"{SPARK}.worker": r"Successfully registered with master",
}
HAS_WORKED = {"PYTHONPATH=build/spark": r"Asked to launch executor"}  # what the last that stays shows after a command

pytestmark = pytest.mark.skipif(
    not SOAK or os.name != "posix", reason="takes minutes: under --soak (test_tutorials.py follows them without)"
)


def cloned(into: Path) -> Path:
    folder = into / "vfm"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    subprocess.run([sys.executable, "run.py", "check"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone, set up by its reader's first command."""
    return cloned(tmp_path)


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
        if command.startswith(STAYS):
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


def that_write(page: Path) -> list[str]:
    """What of a page tests/docs/test_examples_run.py does not run itself; this machine is the cluster."""
    shown = [command for command in test_examples_run.shown_in(page) if not test_examples_run.only_reads(command)]
    kept = [command for command in shown if command not in ALONE]
    return [command.replace("10.0.0.5", "127.0.0.1") for command in dict.fromkeys(kept)]


WRITE = {page: found for page in test_examples_run.PAGES if (found := that_write(page))}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cloned(tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize("page", WRITE, ids=lambda page: page.stem)
def test_every_command_of_a_page_does_what_it_says(page: Path, once: Path) -> None:
    for command in ("git checkout --quiet .", "git clean -fdxq --exclude=.venv --exclude=build"):
        subprocess.run(command.split(), cwd=once, check=True)
    terminals = [Terminal(once)]
    try:
        for command in WRITE[page]:
            if command.startswith("vfm submit"):  # with something new to say, or there would be nothing to publish
                assert terminals[0].run("vfm refresh 2019-20-Q4 -p level=0.9")[0] == 0
            if ready := next((sign for begins, sign in READY.items() if command.startswith(begins)), None):
                terminals.append(Terminal(once))
                terminals[-1].type(f"{command}{' --no-browser' * command.startswith('vfm explore')}; {TELL}")
                terminals[-1].until(ready, 60)
                continue
            status, said = terminals[0].run(command)
            assert status == 0, f"{command}\n{said}"
            if sign := next((sign for begins, sign in HAS_WORKED.items() if command.startswith(begins)), None):
                terminals[-1].until(sign, 5)
        for staying in reversed(terminals[1:]):
            staying.interrupt()
            staying.interrupt()
            staying.until(rf"^{DONE} \d+\s", 60)
    finally:
        for terminal in terminals:
            terminal.close()
