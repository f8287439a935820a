"""Where things are, for what was published and for the example."""

from __future__ import annotations

from pathlib import Path

import pytest

from project_copies import CHECKOUT
from vfm.cli import main
from vfm.data.project import EXAMPLES, Project
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

QUARTER = Quarter.parse("2019-20-Q4")


@pytest.mark.parametrize(
    ("data", "raw", "processed", "draft", "published", "archive"),
    [
        (
            "published",
            "data/raw",
            "data/processed/2019-20-Q4",
            "reports/drafts/2019-20-Q4",
            "reports/2019-20-Q4",
            "reports/archive/2019-20-Q4",
        ),
        (
            "examples",
            "examples/raw",
            "data/processed/examples/2019-20-Q4",
            "reports/examples/drafts/2019-20-Q4",
            "reports/examples/2019-20-Q4",
            "reports/examples/archive/2019-20-Q4",
        ),
    ],
)
def test_folders(data: str, raw: str, processed: str, draft: str, published: str, archive: str) -> None:
    project = Project(Path("/p"), data)
    assert project.raw == Path("/p", raw)
    assert project.processed(QUARTER) == Path("/p", processed)
    assert project.draft(QUARTER) == Path("/p", draft)
    assert project.published(QUARTER) == Path("/p", published)
    assert project.archive(QUARTER) == Path("/p", archive)


def test_the_environment_chooses_where_the_command_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VFM_PROJECT", str(CHECKOUT))
    assert Project.find().data == "published"
    monkeypatch.setenv("VFM_DATA", "examples")
    assert Project.find().data == "examples"
    assert Project.find("published").data == "published"


@pytest.mark.parametrize(
    ("name", "hint"), [("exampels", 'Did you mean "examples"?'), ("raw", "There are published, examples, elsewhere.")]
)
def test_an_unknown_name_is_usage(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=f'There is no data called "{name}"'):
        Project(CHECKOUT, name)
    assert main(["check", "--data", name]) == 2
    assert hint in capsys.readouterr().err


def test_a_template_of_the_example_is_of_its_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VFM_PROJECT", str(CHECKOUT))
    command = ["template", str(QUARTER), "--service", "example-service-07", "--to", str(tmp_path)]
    assert main(command) == 2
    assert main([*command, "--data", EXAMPLES]) == 0
    assert (tmp_path / "vfm-return-2019-20-Q4-example-service-07.xlsx").is_file()
