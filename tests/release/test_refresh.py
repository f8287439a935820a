"""Making a draft: what happens when all is well, and that nothing is lost when it is not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, write_notebook
from vfm.cli import main
from vfm.release import manifest

Contents = Callable[[Path], dict[str, bytes]]


def test_a_line_for_each_notebook_and_the_path_of_the_draft(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(small / "build")
    assert main(["refresh", QUARTER]) == 0
    said = capsys.readouterr()
    assert [line.split(",")[0] for line in said.out.splitlines() if "done" in line] == [
        "00-data-quality: done",
        "90-quarterly-update: done",
    ]
    assert f"draft: {Path('reports/drafts') / QUARTER / 'index.html'}" in said.out
    assert said.err == ""


def test_a_run_leaves_the_process_where_it_was(small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    write_notebook(
        small,
        "00-data-quality",
        PUBLISH.format(id="first", value=1),
        f"assert __import__('os').getcwd() == {str(small)!r}",
    )
    assert main(["refresh", QUARTER]) == 0
    assert Path.cwd() == tmp_path


def test_two_runs_make_the_same_bytes(draft: Path, contents: Contents) -> None:
    before = contents(draft)
    for made in ("build", "data/processed", "reports/drafts"):
        shutil.rmtree(draft.parents[2] / made)
    assert main(["refresh", QUARTER]) == 0
    assert contents(draft) == before


def test_the_notebook_that_runs_last_reads_what_the_others_published(small: Path) -> None:
    write_notebook(small, "90-quarterly-update", 'import vfm\nvfm.open_release(quarter)["first"].text')
    assert main(["refresh", QUARTER]) == 0
    page = (small / f"reports/drafts/{QUARTER}/index.html").read_text(encoding="utf-8")
    assert re.search(r"<pre>(&#x27;|&#39;)1(&#x27;|&#39;)</pre>", page)


def test_parameters_reach_the_notebook_and_the_manifest(small: Path) -> None:
    cell = PUBLISH.format(id="level", value="level")
    write_notebook(small, "20-cost-per-outcome", cell)
    assert main(["refresh", QUARTER, "-p", "level=0.998"]) == 0
    folder = small / f"reports/drafts/{QUARTER}"
    numbers = {n["figure_id"]: n for n in json.loads((folder / "numbers.json").read_text(encoding="utf-8"))}
    assert numbers["level"]["value"] == 0.998
    assert manifest.read(folder)["parameters"]["20-cost-per-outcome"]["level"] == 0.998


WRONG = {
    "not a quarter": ([f"{QUARTER[:-1]}5"], '"2019-20-Q5" is not a quarter'),
    "not a year": (["2019-21-Q1"], '"2019-21" is not a financial year'),
    "before the data": (["2004-05-Q1"], "Nothing is known of 2004-05-Q1"),
    "unknown name": ([QUARTER, "-p", "yeer=2012-13"], 'No notebook has a parameter "yeer". Did you mean "year"?'),
    "two values": ([QUARTER, "-p", "level=0.9", "-p", "level=0.95"], "level is given twice: keep one of them."),
    "no value": ([QUARTER, "-p", "year"], '"year" is not NAME=VALUE'),
    "wrong type": ([QUARTER, "-p", "level=high"], 'level="high" is not a number'),
    "impossible": ([QUARTER, "-p", "level=1.5"], "level=1.5 is not a coverage between 0 and 1"),
    "years swapped": ([QUARTER, "-p", "base_year=2019-20"], "year=2019-20 is not after base_year=2019-20"),
    "in the future": (["2015-16-Q1"], "year=2019-20 is after the quarter 2015-16-Q1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_quarter_or_parameter_is_an_error_before_any_cell_runs(
    small: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    write_notebook(
        small,
        "20-cost-per-outcome",
        f"open(r'{small}/ran', 'w').close()",
    )
    arguments, message = WRONG[case]
    assert main(["refresh", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (small / "ran").exists()
    assert not (small / "reports" / "drafts" / QUARTER).exists()


def test_a_notebook_whose_parameters_are_not_those_of_its_class_does_not_run(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(small, "00-data-quality", "1 / 0", parameters=f'quarter = "{QUARTER}"\nextra = 1')
    assert main(["refresh", QUARTER]) == 3
    assert (
        "00-data-quality: its parameters cell and its class in release/parameters.py differ: extra"
        in capsys.readouterr().err
    )


def test_no_notebooks_is_said(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (small / "notebooks").iterdir():
        path.unlink()
    assert main(["refresh", QUARTER]) == 3
    assert "There are no notebooks" in capsys.readouterr().err


def test_raw_files_that_cannot_be_used_stop_the_run_before_any_notebook(
    draft: Path, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    small, before = draft.parents[2], contents(draft)
    (small / "data/raw/published/awards.csv").write_text("changed", encoding="utf-8")
    capsys.readouterr()
    assert main(["refresh", QUARTER]) == 1
    said = capsys.readouterr()
    assert "published/awards.csv" in said.err
    assert "its hash differs" in said.err
    assert "done" not in said.out
    assert contents(draft) == before


def test_a_reports_folder_that_cannot_be_written_is_said(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "reports").write_text("a file where the folder should be", encoding="utf-8")
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr().err
    assert "Cannot write in" in said
    assert "Make it writable and run again" in said


def test_a_reader_never_meets_a_draft_that_is_not_whole(draft: Path) -> None:
    """While drafts are put in place, the folder is there and its seal holds, whenever one looks."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "vfm", "refresh", QUARTER], cwd=draft.parents[2], stdout=subprocess.PIPE
    )
    looks = 0
    while writer.poll() is None:
        sealed = json.loads((draft / "manifest.json").read_text(encoding="utf-8"))
        assert sealed["quarter"] == QUARTER
        looks += 1
        time.sleep(0.02)  # leave the writer its processor
    writer.communicate()
    assert writer.returncode == 0
    assert looks > 0
    assert manifest.broken_seal(draft) == []
