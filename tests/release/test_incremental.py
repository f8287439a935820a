"""A notebook runs again only when what it was made from has changed; the release is the same as from scratch."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, write_notebook
from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE

Contents = Callable[[Path], dict[str, bytes]]

READS_BUDGET = "data = vfm.open_quarter(quarter)\nlen(data.budget), data.sources('budget')"
READS_AWARDS = "data = vfm.open_quarter(quarter)\ndata.awards['title'].iloc[0]"
READS_FIGURES = 'release["first"].value + release["second"].value'


@pytest.fixture
def three(small: Path) -> Path:
    """Two topics that read other tables, and a front page that reads the figures of both."""
    write_notebook(small, "00-data-quality", PUBLISH.format(id="first", value=1), READS_BUDGET)
    write_notebook(small, "20-cost-per-outcome", PUBLISH.format(id="second", value=2), READS_AWARDS)
    write_notebook(small, "90-quarterly-update", PUBLISH.format(id="last", value=3), READS_FIGURES)
    assert main(["refresh", QUARTER]) == 0
    return small


def refreshed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, str]:
    """Which notebooks a refresh ran, each with its reason."""
    capsys.readouterr()
    assert main(["refresh", QUARTER, *options]) == 0
    ran = (line.partition(": done, ") for line in capsys.readouterr().out.splitlines() if ": done, " in line)
    return {name: said.partition("(")[2].rstrip(")") for name, _, said in ran}


def retitle_first_award(project: Path, title: str) -> None:
    """Give the first award another title, in the raw file and with the hash that its catalogue promises."""
    path, catalogue = project / "data/raw/published/awards.csv", project / "data/raw/datapackage.json"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    where = lines[0].split(",").index("title")
    cells = lines[1].split(",")
    assert '"' not in "".join(cells[: where + 1])
    lines[1] = ",".join([*cells[:where], title, *cells[where + 1 :]])
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text("".join(lines), encoding="utf-8", newline="")
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    text = catalogue.read_text(encoding="utf-8")
    assert before in text
    catalogue.write_text(text.replace(before, after), encoding="utf-8")


def test_with_nothing_changed_nothing_runs(three: Path, contents: Contents, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(three / "reports/drafts" / QUARTER)
    assert refreshed(capsys) == {}
    assert main(["refresh", QUARTER]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert contents(three / "reports/drafts" / QUARTER) == before


def test_what_a_notebook_says_of_itself_runs_it_again_and_what_reads_its_figures(
    three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(three, "00-data-quality", PUBLISH.format(id="first", value=5), READS_BUDGET)
    assert refreshed(capsys) == {
        "00-data-quality": "changed: the notebook itself",
        "90-quarterly-update": "changed: what it reads: figures that other notebooks published",
    }


def test_a_row_that_changed_runs_what_reads_its_table_and_nothing_else(
    three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    retitle_first_award(three, "Another title")
    assert refreshed(capsys) == {"20-cost-per-outcome": "changed: what it reads: awards"}
    executed = (three / "reports/drafts" / QUARTER / "notebooks/20-cost-per-outcome.ipynb").read_text(encoding="utf-8")
    assert "Another title" in executed


def test_a_parameter_runs_the_notebook_that_has_it(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refreshed(capsys, "-p", "level=0.9") == {"20-cost-per-outcome": "changed: its parameter level"}
    assert refreshed(capsys) == {"20-cost-per-outcome": "changed: its parameter level"}


def test_another_environment_runs_everything(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (three / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# another\n")
    assert set(refreshed(capsys).values()) == {"changed: the environment"}


@pytest.mark.parametrize("damage", ["made-from.json", "not JSON"])
def test_a_kept_run_that_is_damaged_is_run_again(three: Path, capsys: pytest.CaptureFixture[str], damage: str) -> None:
    kept = three / "build/runs/published" / QUARTER / "00-data-quality"
    if damage == "not JSON":
        (kept / "made-from.json").write_text("{", encoding="utf-8")
    else:
        (kept / "made-from.json").unlink()
    shutil.rmtree(three / "reports/drafts")
    assert refreshed(capsys) == {"00-data-quality": "it has not run here before"}


def test_a_draft_that_was_touched_is_made_again(three: Path, contents: Contents) -> None:
    draft = three / "reports/drafts" / QUARTER
    before = contents(draft)
    (draft / "numbers.csv").write_text("by hand", encoding="utf-8")
    assert main(["refresh", QUARTER]) == 0
    assert contents(draft) == before


def test_an_id_that_two_notebooks_publish_is_refused(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_notebook(three, "20-cost-per-outcome", PUBLISH.format(id="first", value=2))
    assert main(["refresh", QUARTER]) == 3
    said = capsys.readouterr().err
    assert '20-cost-per-outcome: the figure "first" is already published by another notebook' in said


def test_an_id_that_is_a_number_in_one_notebook_and_a_table_in_another_is_refused(
    three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = """import pandas as pd
import vfm
release = vfm.open_release(quarter)
about = dict(title="T", period="2019/20", source="here", columns={"name": ("Name", "")})
release.table("first", pd.DataFrame({"name": ["north"]}), **about)"""
    write_notebook(three, "20-cost-per-outcome", table)
    assert main(["refresh", QUARTER]) == 3
    assert 'the figure "first" is already published by another notebook' in capsys.readouterr().err


def test_incremental_equals_from_scratch_over_random_edits(
    three: Path, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(20200331)
    parameters: list[str] = []
    edits: dict[str, Callable[[], None]] = {
        "first": lambda: write_notebook(
            three, "00-data-quality", PUBLISH.format(id="first", value=chance.randrange(3)), READS_BUDGET
        ),
        "second": lambda: write_notebook(
            three,
            "20-cost-per-outcome",
            PUBLISH.format(id="second", value=chance.randrange(3)),
            READS_AWARDS,
        ),
        "award": lambda: retitle_first_award(three, chance.choice(["One", "Two", "Three"])),
        "level": lambda: parameters.__setitem__(slice(None), ["-p", f"level={chance.choice([0.9, 0.95])}"]),
        "front": lambda: write_notebook(
            three, "90-quarterly-update", READS_FIGURES + " " * chance.randrange(2) + "\n1"
        ),
    }
    for turn in range(100 if os.environ.get("VFM_SOAK") else 4):
        made = []
        for _ in range(chance.randint(1, 2)):
            made.append(chance.choice(sorted(edits)))
            edits[made[-1]]()
        assert main(["refresh", QUARTER, *parameters]) == 0
        fresh = tmp_path / f"fresh-{turn}"
        shutil.copytree(three, fresh, ignore=shutil.ignore_patterns("build", "drafts", "processed"))
        with monkeypatch.context() as patch:
            patch.setenv(PROJECT_VARIABLE, str(fresh))
            assert main(["refresh", QUARTER, *parameters]) == 0
        draft = f"reports/drafts/{QUARTER}"
        assert contents(three / draft) == contents(fresh / draft), made
        shutil.rmtree(fresh)


SLOW = (
    "pandas",
    "numpy",
    "pandera",
    "duckdb",
    "papermill",
    "nbformat",
    "matplotlib",
    "scipy",
    "jupyter_client",
    "jinja2",
)


def test_to_find_that_there_is_nothing_to_do_imports_nothing_that_takes_time(three: Path) -> None:
    code = (
        f"import sys, json; from vfm.cli import main; main(['refresh', '{QUARTER}']);"
        f"print(json.dumps([name for name in {SLOW} if name in sys.modules]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0].startswith("nothing to do")
    assert json.loads(said[-1]) == []
