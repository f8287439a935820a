"""The front door: help in no time, and a plain line for what goes wrong."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vfm.cli import COMMANDS, main, parser


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vfm", *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8"
    )


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example_that_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert f"example: {COMMANDS[name].example}" in " ".join(capsys.readouterr().out.split())
    taken = parser().parse_args(shlex.split(COMMANDS[name].example)[1:])
    assert taken.function is COMMANDS[name].function


def test_help_imports_nothing_that_takes_time() -> None:
    code = "import sys; from vfm.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for slow in ("pandas", "numpy", "pandera", "duckdb", "papermill", "matplotlib", "scipy", "jupyter_client"):
        assert f"'{slow}'" not in said


@pytest.mark.parametrize("arguments", [["frobnicate"], [], ["refresh"], ["check", "--nonsense"]])
def test_a_wrong_command_is_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: vfm" in capsys.readouterr().err


def test_a_folder_that_is_named_and_is_no_project_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VFM_PROJECT", str(tmp_path))
    assert main(["check"]) == 2
    assert "No vfm project at VFM_PROJECT=" in capsys.readouterr().err


def test_the_project_is_found_from_a_folder_inside_it(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VFM_PROJECT")
    done = run("build", "2019-20-Q4", cwd=small / "data" / "raw" / "published")
    assert (done.returncode, done.stderr) == (0, "")
    assert (small / "data" / "processed" / "2019-20-Q4" / "awards.parquet").is_file()


def test_check_says_what_it_read(small: Path) -> None:
    done = run("check", cwd=small)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("0 errors, 10 advice")


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe that is closed early is POSIX's")
def test_a_reader_that_has_enough_is_no_fault(small: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -u -m vfm check | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=small, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def test_a_fault_of_the_system_is_one_line(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "awards.parquet")

    monkeypatch.setattr("pandas.DataFrame.to_parquet", full)
    assert main(["build", "2019-20-Q4"]) == 3
    said = capsys.readouterr().err
    assert said == "vfm: cannot use awards.parquet: No space left on device. The last release is as it was.\n"
