"""Sealing a draft as the release: what is refused, and that an earlier version stays as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from small_projects import PUBLISH, QUARTER, through_the_gate, write_notebook
from vfm.cli import main
from vfm.release import manifest

Contents = Callable[[Path], dict[str, bytes]]


def change(project: Path, value: int) -> None:
    write_notebook(project, "00-data-quality", PUBLISH.format(id="first", value=value))
    assert main(["refresh", QUARTER]) == 0


@pytest.fixture
def published(draft: Path) -> Path:
    assert through_the_gate() == 0
    return draft.parents[1] / QUARTER


def test_publishing_seals_the_draft(published: Path, draft: Path) -> None:
    sealed = manifest.read(published)
    assert (sealed["state"], sealed["version"], sealed["follows"]) == ("published", 1, None)
    assert manifest.broken_seal(published) == []
    assert (published / "numbers.csv").read_bytes() == (draft / "numbers.csv").read_bytes()
    assert "Version 1, approved by the head of performance on " in (published / "index.html").read_text(
        encoding="utf-8"
    )


def test_a_draft_made_after_a_release_is_up_to_date_too(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refresh", QUARTER]) == 0  # it now follows a release, which the draft before it did not
    capsys.readouterr()
    assert main(["refresh", QUARTER]) == 0
    assert capsys.readouterr().out.startswith("nothing to do")


def test_without_a_draft_there_is_nothing_to_publish(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", QUARTER]) == 1
    assert f"There is no draft of {QUARTER}: run vfm refresh {QUARTER} first." in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["changed", "added", "taken away", "no manifest", "manifest not JSON"])
def test_a_draft_that_was_touched_is_refused(draft: Path, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    match fault:
        case "changed":
            (draft / "numbers.csv").write_text("figure_id,value\nfirst,1000000\n", encoding="utf-8")
        case "added":
            (draft / "note.txt").write_text("by hand", encoding="utf-8")
        case "taken away":
            (draft / "log.csv").unlink()
        case "no manifest":
            (draft / "manifest.json").unlink()
        case "manifest not JSON":
            (draft / "manifest.json").write_text("{", encoding="utf-8")
    assert main(["publish", QUARTER]) == 1
    said = capsys.readouterr().err
    expected = {
        "changed": "numbers.csv",
        "added": "note.txt",
        "taken away": "log.csv",
        "no manifest": "no manifest.json",
        "manifest not JSON": "cannot be read",
    }
    assert expected[fault] in said
    assert "Traceback" not in said
    assert not (draft.parents[1] / QUARTER).exists()


def test_a_draft_that_says_nothing_new_is_refused(
    published: Path, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(published)
    assert main(["refresh", QUARTER]) == 0
    assert through_the_gate(reason="Once more.") == 1
    assert "says nothing that version 1 does not" in capsys.readouterr().err
    assert contents(published) == before


def test_a_draft_from_before_the_last_version_is_refused(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", QUARTER]) == 1
    assert "was made before version 1 was published: refresh it first" in capsys.readouterr().err


def test_the_version_before_moves_to_the_archive_and_is_read_only(published: Path, contents: Contents) -> None:
    before = contents(published)
    change(published.parents[1], 5)
    assert through_the_gate(reason="A count was corrected.") == 0
    archived = published.parent / "archive" / QUARTER / "v1"
    assert contents(archived) == before
    assert manifest.broken_seal(archived) == []
    assert all(path.stat().st_mode & 0o222 == 0 for path in archived.rglob("*") if path.is_file())
    sealed = manifest.read(published)
    assert (sealed["version"], sealed["follows"]) == (2, 1)


def test_a_publish_cut_short_after_the_archive_is_finished_by_the_next(published: Path, contents: Contents) -> None:
    before = contents(published)
    change(published.parents[1], 5)
    archived = published.parent / "archive" / QUARTER / "v1"
    archived.mkdir(parents=True)
    for name, data in before.items():
        (archived / name).parent.mkdir(parents=True, exist_ok=True)
        (archived / name).write_bytes(data)
    assert through_the_gate(reason="A count was corrected.") == 0
    assert contents(archived) == before
    assert manifest.read(published)["version"] == 2


def test_one_that_the_archive_has_otherwise_is_not_written_over(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(published.parents[1], 5)
    archived = published.parent / "archive" / QUARTER / "v1"
    shutil.copytree(published, archived)
    (archived / "log.csv").unlink()
    assert through_the_gate(reason="A count was corrected.") == 1
    assert "is not the version 1 of 2019-20-Q4 that is published: look at it first" in capsys.readouterr().err


def test_drawings_in_dots_may_be_missing_from_a_sealed_release(published: Path) -> None:
    (published / "manifest.json").chmod(0o644)
    (published / "charts").mkdir(exist_ok=True)
    sealed = manifest.read(published)
    sealed["outputs"]["charts/one.png"] = {"sha256": "0" * 64, "kept": "rebuildable"}
    sealed["outputs"]["charts/one.svg"] = {"sha256": "0" * 64, "kept": "committed"}
    manifest.seal(published, sealed)  # seals what is there: put the two back by hand
    text = (published / "manifest.json").read_text(encoding="utf-8")
    (published / "manifest.json").write_text(
        text.replace(
            '"outputs": {',
            '"outputs": {"charts/one.png": {"sha256": "0", "kept": "rebuildable"},'
            ' "charts/one.svg": {"sha256": "0", "kept": "committed"},',
        ),
        encoding="utf-8",
    )
    assert [problem.file for problem in manifest.broken_seal(published)] == ["charts/one.svg"]


def test_what_a_release_was_made_from_is_kept_as_it_is_published(published: Path) -> None:
    project = published.parents[1]
    inputs = manifest.read(published)["inputs"]
    assert "data/raw/datapackage.json" in inputs
    for file, hashed in inputs.items():
        assert (project / "data/kept" / hashed).read_bytes() == (project / file).read_bytes()


def test_a_draft_whose_raw_files_have_changed_since_is_not_published(
    draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = draft.parents[2] / "data/raw/reference/tile_grid.csv"
    file.write_bytes(file.read_bytes() + b"\n")
    assert through_the_gate() == 1
    said = capsys.readouterr().err
    assert "data/raw/reference/tile_grid.csv" in said
    assert "has changed since the draft was made" in said
    assert not (draft.parents[1] / QUARTER).exists()
