"""What README tells a reader to type is what CI runs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from vfm.cli import parser

CI_ENDS_WITH = "python3 run.py test"


def fenced_commands(text: str) -> list[str]:
    """The lines of a page's fenced blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def ci_commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_readme_gives_the_two_commands(root: Path) -> None:
    assert fenced_commands((root / "README.md").read_text(encoding="utf-8")) == [
        "python3 run.py report",
        "python3 run.py test",
    ]


def test_readmes_commands_exist(root: Path, run_py: ModuleType) -> None:
    for command in fenced_commands((root / "README.md").read_text(encoding="utf-8")):
        assert command.split()[2] in run_py.COMMANDS


def test_every_command_that_readme_names_is_one_that_vfm_takes(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`(?:\.venv/bin/)?(vfm [^`]+)`", text)
    assert len(named) >= 10
    for command in named:
        assert callable(parser().parse_args(shlex.split(command)[1:]).function), command


def test_every_place_that_a_page_links_to_is_there(root: Path) -> None:
    pages = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md"), root / "examples/README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith(("https:", "http:", "mailto:")):
                assert (page.parent / target).exists(), (page.name, target)


def test_every_folder_and_file_that_readme_lists_is_there(root: Path) -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) >= 10
    for place in rows:
        assert (root / place).exists(), place


def test_every_command_is_in_the_help(run_py: ModuleType) -> None:
    for name in run_py.COMMANDS:
        assert f"run.py {name} " in run_py.__doc__


def test_ci_runs_readmes_test_command_and_installs_no_python_package(root: Path) -> None:
    commands = ci_commands((root / ".ci" / "run").read_text(encoding="utf-8"))
    assert commands[-1] == CI_ENDS_WITH
    assert CI_ENDS_WITH in fenced_commands((root / "README.md").read_text(encoding="utf-8"))
    by_hand = [line for line in commands if re.search(r"\b(pip3?|uv|pipx|conda|npm|curl|wget)\b", line)]
    assert by_hand == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="CI's script is for bash, and there is none here")
def test_ci_script_works_from_any_folder(root: Path, tmp_path: Path) -> None:
    project = tmp_path / "clone été"
    (project / ".ci").mkdir(parents=True)
    shutil.copy(root / ".ci" / "run", project / ".ci" / "run")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("chromium", "java", "python3"):
        (tools / name).write_text('#!/bin/sh\n[ "$1" = -c ] || echo "$PWD $*"\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    ran = subprocess.run(
        ["bash", str(project / ".ci" / "run")],
        cwd=tmp_path,
        env={"PATH": f"{tools}{os.pathsep}{os.defpath}"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert ran.stdout.splitlines() == [f"{project} run.py test"]


def test_makefile_only_calls_run_py(root: Path) -> None:
    lines = (root / "Makefile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("\t")] == ["\t@python3 run.py $@"]
    assert "report test lab check bench:" in lines
