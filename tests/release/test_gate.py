"""Draft, in review, approved, published: who may, in which order, over what, and what it says when it may not be."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pdf_reading import elements
from small_projects import APPROVE, PUBLISH, QUARTER, SUBMIT, through_the_gate, write_notebook
from vfm.cli import main
from vfm.release import gate, manifest
from vfm.report import words

Contents = Callable[[Path], dict[str, bytes]]
PUBLISHING = ["publish", QUARTER]
MADE = ("quarter", "as_of", "parameters", "status", "inputs", "packages", "seed")


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def revise(folder: Path, **parts: Any) -> None:
    """Change a manifest by hand; a seal is over the other files."""
    (folder / "manifest.json").chmod(0o644)
    text = json.dumps(manifest.read(folder) | parts)
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def redraft(published: Path) -> None:
    """Put the next version's draft in place, as a refresh with other code would have made it."""
    draft = published.parent / "drafts" / QUARTER
    sealed = {name: value for name, value in manifest.read(draft).items() if name in MADE}
    manifest.seal(draft, sealed | {"state": "draft", "version": 2, "follows": 1, "code": "0" * 64})


@pytest.fixture
def published(draft: Path) -> Path:
    assert through_the_gate() == 0
    return draft.parents[1] / QUARTER


def test_the_four_states_follow_one_another(draft: Path) -> None:
    states = [manifest.read(draft)["state"]]
    for step in (SUBMIT, APPROVE):
        assert main(step) == 0
        states.append(manifest.read(draft)["state"])
    assert main(PUBLISHING) == 0
    states.append(manifest.read(draft.parents[1] / QUARTER)["state"])
    assert states == ["draft", "in-review", "approved", "published"]


def test_approval_records_which_role_when_and_over_which_hash(draft: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert main(SUBMIT) == main(APPROVE) == 0
    sealed = manifest.read(draft)
    assert sealed["submitted"]["role"] == "performance analyst"
    assert sealed["approval"]["role"] == "head of performance"
    assert before <= datetime.fromisoformat(sealed["approval"]["at"]) <= datetime.now(UTC)
    assert sealed["approval"]["hash"] == manifest.content_hash(sealed)


def test_submitting_and_approving_change_the_manifest_alone(draft: Path, contents: Contents) -> None:
    before = contents(draft)
    assert main(SUBMIT) == main(APPROVE) == 0
    after = contents(draft)
    assert sorted(after) == sorted(before)
    assert [name for name in before if before[name] != after[name]] == ["manifest.json"]


def test_what_is_published_has_the_hash_that_was_approved(published: Path) -> None:
    sealed = manifest.read(published)
    assert sealed["approval"]["hash"] == manifest.content_hash(sealed)


@pytest.mark.parametrize("part", ["a number", "an input", "the code"])
def test_the_hash_is_of_what_it_holds_and_what_it_is_made_from(draft: Path, part: str) -> None:
    sealed = manifest.read(draft)
    other = json.loads(json.dumps(sealed))
    match part:
        case "a number":
            other["outputs"]["numbers.csv"]["sha256"] = "0" * 64
        case "an input":
            other["inputs"]["data/raw/log.csv"] = "0" * 64
        case "the code":
            other["code"] = "0" * 64
    assert manifest.content_hash(other) != manifest.content_hash(sealed)


def test_what_is_not_approved_is_not_published(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(PUBLISHING) == 1
    assert (
        "The draft of 2019-20-Q4 is a draft, not approved: "
        "vfm submit 2019-20-Q4 --role ROLE, then vfm approve 2019-20-Q4 --role ROLE." in said(capsys)
    )
    assert main(SUBMIT) == 0
    assert main(PUBLISHING) == 1
    assert "is in review, not approved: vfm approve 2019-20-Q4 --role ROLE." in said(capsys)
    assert not (draft.parents[1] / QUARTER).exists()


def test_what_was_changed_since_it_was_approved_is_not_published(
    draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(SUBMIT) == main(APPROVE) == 0
    (draft / "numbers.csv").write_text("figure_id,value\n", encoding="utf-8")
    assert main(PUBLISHING) == 1
    told = said(capsys)
    assert "It was changed since the head of performance approved it." in told
    assert "numbers.csv" in told


def test_what_was_sealed_again_since_it_was_approved_is_not_published(
    draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(SUBMIT) == main(APPROVE) == 0
    (draft / "numbers.csv").write_text("figure_id,value\n", encoding="utf-8")
    manifest.seal(draft, {name: value for name, value in manifest.read(draft).items() if name != "outputs"})
    assert main(PUBLISHING) == 1
    assert "was changed since the head of performance approved it: vfm refresh 2019-20-Q4, and have it" in said(capsys)


def test_a_draft_made_again_has_to_be_approved_again(draft: Path) -> None:
    assert main(SUBMIT) == main(APPROVE) == 0
    assert main(["refresh", QUARTER]) == 0  # nothing has changed, so nothing is made
    assert manifest.read(draft)["state"] == "approved"
    write_notebook(draft.parents[2], "00-data-quality", PUBLISH.format(id="first", value=7))
    assert main(["refresh", QUARTER]) == 0
    assert manifest.read(draft)["state"] == "draft"
    assert "approval" not in manifest.read(draft)
    assert main(PUBLISHING) == 1


@pytest.mark.parametrize(
    ("steps", "last", "status", "expected"),
    [
        ([], APPROVE, 1, "is a draft, not in review: vfm submit 2019-20-Q4 --role ROLE comes first"),
        ([SUBMIT], SUBMIT, 1, "is in review: there is nothing to submit"),
        ([SUBMIT, APPROVE], APPROVE, 1, "is approved, not in review"),
        ([SUBMIT], [*SUBMIT[:3], "head of perfomance"], 2, 'no role "head of perfomance". Did you mean "head of per'),
        ([], [*SUBMIT[:3], "data protection lead"], 1, "The data protection lead submits no release"),
        ([SUBMIT], [*APPROVE[:3], "performance analyst"], 1, "The performance analyst approves no release"),
        (
            [[*SUBMIT[:3], "head of performance"]],
            APPROVE,
            1,
            "The head of performance submitted the draft of 2019-20-Q4: another role approves it.",
        ),
    ],
)
def test_who_may_and_in_which_order(
    draft: Path,
    steps: list[list[str]],
    last: list[str],
    status: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for step in steps:
        assert main(step) == 0
    before = manifest.read(draft)
    assert main(last) == status
    assert expected in said(capsys)
    assert manifest.read(draft) == before


def test_a_draft_that_was_touched_is_neither_submitted_nor_approved(draft: Path) -> None:
    assert main(SUBMIT) == 0
    (draft / "note.txt").write_text("by hand", encoding="utf-8")
    assert main(APPROVE) == 1
    assert manifest.read(draft)["state"] == "in-review"


def test_a_first_version_needs_no_reason_and_a_later_one_does(
    published: Path, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(published)
    redraft(published)
    assert through_the_gate() == 2
    assert "Version 1 of 2019-20-Q4 is published: say why there is to be another, --reason TEXT." in said(capsys)
    assert contents(published) == before
    assert main([*PUBLISHING, "--reason", "  "]) == 2
    assert main([*PUBLISHING, "--reason", "A count was corrected."]) == 0
    assert manifest.read(published)["reason"] == "A count was corrected."
    page = (published / "index.html").read_text(encoding="utf-8")
    assert "This version because: A count was corrected." in page


def test_a_reason_is_published_so_it_names_no_person(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    redraft(published)
    assert through_the_gate(reason="Asked for by someone@example.org.") == 2
    told = said(capsys)
    assert "has personal data in it" in told
    assert "someone@" not in told


@pytest.mark.skipif(os.name != "posix", reason="the bits that a file is closed by are POSIX's")
def test_what_is_published_is_read_only_on_disk(published: Path) -> None:
    files = [path for path in published.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path.name for path in files if path.stat().st_mode & 0o222] == []


def test_no_command_but_publish_changes_what_is_published(published: Path, contents: Contents) -> None:
    before = contents(published)
    redraft(published)
    assert main(SUBMIT) == main(APPROVE) == 0
    assert contents(published) == before
    assert main([*PUBLISHING, "--reason", "A count was corrected."]) == 0
    assert contents(published.parent / "archive" / QUARTER / "v1") == before


@pytest.mark.parametrize("fault", ["a file changed", "a file added", "its manifest changed"])
def test_what_was_altered_after_it_was_published_is_not_archived(
    published: Path, fault: str, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    match fault:
        case "a file changed":
            (published / "numbers.csv").chmod(0o644)
            (published / "numbers.csv").write_text("figure_id,value\nfirst,1000000\n", encoding="utf-8")
        case "a file added":
            (published / "note.txt").write_text("by hand", encoding="utf-8")
        case "its manifest changed":
            revise(published, as_of="2030-01-01")
    before = contents(published)
    redraft(published)
    assert through_the_gate(reason="A count was corrected.") == 1
    told = said(capsys)
    assert "Version 1 of 2019-20-Q4 was altered after it was published. It is not put into the archive" in told
    assert f"restore {published} as it was" in told
    assert contents(published) == before
    assert not (published.parent / "archive").exists()


def test_a_release_from_before_there_was_a_gate_can_be_followed(published: Path) -> None:
    sealed = manifest.read(published)
    for part in ("approval", "submitted", "reason", "published_at"):
        del sealed[part]
    (published / "manifest.json").chmod(0o644)
    (published / "manifest.json").write_text(json.dumps(sealed), encoding="utf-8")
    redraft(published)
    assert through_the_gate(reason="A count was corrected.") == 0
    assert manifest.read(published)["version"] == 2


def test_the_roles_are_data_and_name_no_person() -> None:
    lines = gate.ROLES.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "role,submits,approves,what,says"
    assert all(line.split(",")[1] in {"yes", "no"} and line.split(",")[2] in {"yes", "no"} for line in lines[1:])


SHOWN_ONLY = (
    "The project gave this approval itself, to show how the gate works: nobody outside the project has reviewed or "
    "approved this release."
)


def test_where_the_project_approves_its_own_release_every_page_and_document_says_so(
    draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["submit", QUARTER, "--role", "maker of this project"]) == 0
    assert main(["approve", QUARTER, "--role", "maker of this project"]) == 1  # another role than the one that made it
    assert main(["approve", QUARTER, "--role", "checker of this project"]) == 0
    assert main(PUBLISHING) == 0
    published = draft.parents[1] / QUARTER
    assert manifest.read(published)["approval"]["says"] == SHOWN_ONLY
    for page in ("index.html", "trace.html", "revisions.html", "notebooks/00-data-quality.html"):
        text = (published / page).read_text(encoding="utf-8")
        assert "approved by the checker of this project" in text
        assert SHOWN_ONLY in text
    with pikepdf.open(published / f"{QUARTER}.pdf") as pdf:
        told = " ".join(" ".join(element.words for element in elements(pdf)).split())
    day = words.cell(manifest.read(published)["approval"]["at"][:10])
    assert f"Approved by the checker of this project on {day}. {SHOWN_ONLY}" in told
    for suffix in ("xlsx", "ods"):
        assert SHOWN_ONLY in xml_of(published / f"{QUARTER}.{suffix}")
    capsys.readouterr()
    assert main(["trace", "first"]) == 0
    assert SHOWN_ONLY in " ".join(capsys.readouterr().out.split())


def test_where_another_role_approves_nothing_is_said_beside_it(published: Path) -> None:
    assert "says" not in manifest.read(published)["approval"]
    assert "gave this approval itself" not in (published / "index.html").read_text(encoding="utf-8")


def xml_of(book: Path) -> str:
    with zipfile.ZipFile(book) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
