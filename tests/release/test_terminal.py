"""The front door in a shell: completion, JSON for machines, and what a run looks like while it lasts."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vfm.cli import COMMANDS, main
from vfm.cli.shells import bash, fish, zsh
from vfm.cli.terminal import closing, in_words, shown_as_it_runs
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.release.progress import State
from vfm.vocabulary.periods import Quarter

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = """
source /dev/stdin <<'END'
{script}
END
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); compopt() {{ :; }}
_vfm; printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("vfm ver", ["verify"]),
        ("vfm che", ["check"]),
        ("vfm check --fo", ["--format"]),
        ("vfm check --format t", ["text"]),
        ("vfm refresh --data ex", ["examples"]),
        ("vfm refresh --pro", ["--profile"]),
    ],
)
def test_bash_completes_commands_options_and_their_words(typed: str, offered: list[str]) -> None:
    words = " ".join(f"'{word}'" for word in typed.split(" "))
    done = subprocess.run(
        ["bash", "-c", COMPLETE.format(script=bash(), words=words)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == offered, done.stderr


@pytest.mark.parametrize("told", [bash, zsh, fish])
def test_every_command_is_offered_in_every_shell(told: object) -> None:
    script = told()  # type: ignore[operator]
    assert [name for name in COMMANDS if name not in script] == []


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("completion", "explore")])
def test_every_command_that_says_something_says_it_to_a_machine_too(name: str) -> None:
    assert "--json" in {word for argument in COMMANDS[name].arguments for word in argument.names}


def test_a_machine_is_told_facts_and_nothing_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(ROOT))
    main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"mended", "found"}
    main(["check", "--json"])
    assert {"errors", "advice", "kinds"} <= set(json.loads(capsys.readouterr().out))


STATE = State(as_before=("a",), done=("b", "c"), running=("d", "e", "f", "g"), left=("h",))


def test_how_far_a_run_has_come_is_one_line() -> None:
    assert in_words(STATE) == "3 of 8 notebooks done, running d, e, f and 1 more, 1 left"
    assert in_words(State((), ("a",), (), ())) == "1 of 1 notebooks done, 0 left"


def test_where_nobody_looks_a_run_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_as_it_runs(quiet=False) as (line, watch):
        watch(STATE)
        line("a: done, [1] s")
    assert capsys.readouterr().out == "a: done, [1] s\n"
    with shown_as_it_runs(quiet=True) as (line, _):
        line("a: done")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "a: done\n")  # what is for a machine is alone on its way


def test_in_a_terminal_what_is_running_and_left_stands_beneath_the_lines() -> None:
    code = (
        "from vfm.cli.terminal import shown_as_it_runs\nfrom vfm.release.progress import State\nimport time\n"
        "with shown_as_it_runs(quiet=False) as (line, watch):\n"
        "    watch(State((), ('b',), ('d',), ('h',)))\n    line('b: done, [1] s')\n    time.sleep(0.3)\n"
    )
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    )
    os.close(theirs)
    seen = io.BytesIO()
    try:
        while part := os.read(ours, 4096):
            seen.write(part)
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert child.wait(timeout=60) == 0
    text = seen.getvalue().decode()
    assert "b: done, [1] s" in text and "1 of 3 notebooks done, running d, 1 left" in text


def test_the_end_of_a_run_says_where_it_is_and_what_comes_next(tmp_path: Path) -> None:
    folder = tmp_path / "reports" / "drafts" / "2019-20-Q4"
    folder.mkdir(parents=True)
    for name in ("index.html", "2019-20-Q4.pdf", "2019-20-Q4.xlsx"):
        (folder / name).touch()
    text, facts = closing(Project(tmp_path), Quarter.parse("2019-20-Q4"), "examples")
    assert text.splitlines() == [
        "draft: reports/drafts/2019-20-Q4/index.html",
        "pdf: reports/drafts/2019-20-Q4/2019-20-Q4.pdf",
        "workbook: reports/drafts/2019-20-Q4/2019-20-Q4.xlsx",
        "to put it forward: vfm submit 2019-20-Q4 --role ROLE --data examples",
    ]
    assert facts["next"] == "vfm submit 2019-20-Q4 --role ROLE --data examples"
