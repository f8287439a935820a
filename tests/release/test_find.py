"""What a person calls a release, and the folder that it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from small_projects import QUARTER, ROOT
from vfm.data.project import EXAMPLES, Project
from vfm.release.find import before, find, name_of, project_of, versions
from vfm.release.manifest import read
from vfm.vocabulary.errors import DataError, UsageError
from vfm.vocabulary.periods import Quarter

Q4 = Quarter.parse(QUARTER)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that has a published release of version 2, version 1 in the archive, and a draft."""
    for place, state, version in (
        (QUARTER, "published", 2),
        (f"archive/{QUARTER}/v1", "published", 1),
        (f"drafts/{QUARTER}", "draft", 3),
    ):
        folder = tmp_path / "reports" / place
        folder.mkdir(parents=True)
        text = f'{{"quarter": "{QUARTER}", "state": "{state}", "version": {version}, "status": "published"}}'
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    return Project(tmp_path)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (QUARTER, QUARTER),
        ("2019/20-Q4", QUARTER),
        (f"{QUARTER}@v2", QUARTER),
        (f"{QUARTER}@v1", f"archive/{QUARTER}/v1"),
        (f"{QUARTER}@1", f"archive/{QUARTER}/v1"),
        (f"{QUARTER}@draft", f"drafts/{QUARTER}"),
    ],
)
def test_a_name_is_a_folder_and_a_folder_has_a_name(project: Project, name: str, place: str) -> None:
    folder = find(project, name)
    assert folder == project.reports / place
    assert find(project, name_of(read(folder))) == folder


def test_a_path_is_taken_as_it_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    assert find(project, f"reports/{QUARTER}") == project.published(Q4)
    assert find(project, f"./reports/{QUARTER}/manifest.json") == project.published(Q4)


def test_a_version_that_there_is_not_is_answered_with_those_that_there_are(project: Project) -> None:
    with pytest.raises(DataError, match=f"no release {QUARTER}@v7: .* {QUARTER}@v1, {QUARTER}@v2, {QUARTER}@draft"):
        find(project, f"{QUARTER}@v7")
    with pytest.raises(DataError, match="run vfm refresh 2018-19-Q1"):
        find(project, "2018-19-Q1")


@pytest.mark.parametrize("name", ["2019-20-Q5", "2019-21-Q1", f"{QUARTER}@latest", "nowhere", ""])
def test_what_is_no_name_is_refused(project: Project, name: str) -> None:
    with pytest.raises((UsageError, DataError)):
        find(project, name)


def test_a_folder_that_holds_no_release_says_so(project: Project) -> None:
    with pytest.raises(DataError, match="There is no release in"):
        find(project, str(project.reports))


def test_versions_are_every_published_one(project: Project) -> None:
    assert list(versions(project, Q4)) == [1, 2]


def test_a_release_follows_its_own_version_before_or_the_latest_quarter_before(project: Project) -> None:
    assert before(project, Q4) == project.published(Q4)
    assert before(project, Quarter.parse("2020-21-Q2")) == project.published(Q4)
    assert before(project, Quarter.parse("2019-20-Q3")) is None
    shutil.rmtree(project.published(Q4))
    assert before(project, Quarter.parse("2020-21-Q2")) is None


def test_a_release_of_the_example_is_about_the_example() -> None:
    project = Project(ROOT)
    assert project_of(project, ROOT / "reports" / QUARTER) == project
    assert project_of(project, ROOT / "reports" / "examples" / QUARTER) == Project(ROOT, EXAMPLES)
