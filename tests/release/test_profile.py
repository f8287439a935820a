"""Where the time of a run went, and how far it has come: told notebook by notebook, and the release no other for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, write_notebook
from vfm.cli import main
from vfm.data.project import Project
from vfm.release import profile
from vfm.release.progress import State
from vfm.release.refresh import refresh
from vfm.vocabulary.periods import Quarter

Contents = Callable[[Path], dict[str, bytes]]
BUSY = """import time
until = time.monotonic() + 0.6
while time.monotonic() < until:
    pass"""


def test_the_parts_of_a_notebook_are_told_and_the_release_is_the_same(
    small: Path, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(small, "00-data-quality", PUBLISH.format(id="first", value=1), BUSY)
    draft = small / "reports/drafts" / QUARTER
    assert main(["refresh", QUARTER]) == 0
    assert "compute" not in capsys.readouterr().out
    before = contents(draft)
    for made in ("build", "reports/drafts"):
        shutil.rmtree(small / made)
    capsys.readouterr()
    assert main(["refresh", QUARTER, "--profile"]) == 0
    assert contents(draft) == before
    heading, first, *_, wall = capsys.readouterr().out.partition("seconds ")[2].splitlines()[:5]
    assert heading.split() == ["start", "imports", "compute", "drawing", "writing", "other", "total"]
    name, *seconds = first.split()
    assert name == "00-data-quality"  # it ran longest
    *parts, total = map(float, seconds)
    assert parts[2] > 0.5  # of the 0.6 seconds that it was made to compute
    assert parts[3] == 0  # it draws nothing
    assert sum(parts) == pytest.approx(total, abs=0.04)  # each is rounded to a hundredth
    assert "while they ran" in wall


def test_what_is_not_sampled_is_told_as_other(tmp_path: Path) -> None:
    record = {"seconds": 5.0, "before": 1.0, "after": 0.5, "notebooks": {"a": {"start": 0.5, "total": 2.0}}}
    (tmp_path / profile.RECORD).write_text(json.dumps(record), encoding="utf-8")
    assert profile.as_text(tmp_path).splitlines()[1].split() == [
        "a",
        "0.50",
        "0.00",
        "0.00",
        "0.00",
        "0.00",
        "1.50",
        "2.00",
    ]
    assert "1.0 before the notebooks (checks, tables), 3.5 while they ran, 0.5 after" in profile.as_text(tmp_path)


def test_whoever_watches_is_told_what_is_done_running_and_left(small: Path) -> None:
    shutil.rmtree(small / "build")  # the kept runs
    seen: list[State] = []
    quiet: Callable[[str], None] = lambda line: None  # noqa: E731
    refresh(Project(small), Quarter.parse(QUARTER), {}, quiet, watch=seen.append)
    topic, last = "00-data-quality", "90-quarterly-update"
    assert [(one.done, one.running, one.left) for one in seen] == [
        ((), (topic,), (last,)),
        ((topic,), (), (last,)),
        ((topic,), (last,), ()),
        ((topic, last), (), ()),
    ]
    assert [one.to_come for one in seen] == [2, 1, 1, 0]
    seen.clear()
    (small / "reports/drafts" / QUARTER / "numbers.csv").write_text("by hand", encoding="utf-8")
    refresh(Project(small), Quarter.parse(QUARTER), {}, quiet, watch=seen.append)
    assert seen[-1] == State(as_before=(topic, last), done=(), running=(), left=())
