"""The catalogue: every raw file is described, in its place and as it was when it was described."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vfm.data.catalogue import INCOMING, Catalogue, sha256
from vfm.vocabulary.errors import DataError

FILE = "awards.csv"
ENTRY = {
    "name": "awards",
    "path": FILE,
    "title": "Awards",
    "publisher": "MOPAC",
    "licenses": [{"title": "Open Government Licence"}],
    "sources": [{"title": "decisions"}],
    "status": "published",
    "hash": "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",  # echo hello | sha256sum
    "schema": {"fields": []},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw"
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(b"hello\n")
    return folder


def read(folder: Path, *entries: Any, as_of: Any = "2020-03-31") -> Catalogue:
    text = json.dumps({"as_of": as_of, "resources": list(entries)})
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return Catalogue.read(folder)


def told(catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(problem.file, problem.rule) for problem in catalogue.problems()]


def refused(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as error:
        Catalogue.read(folder)
    return [(problem.rule, problem.mend) for problem in error.value.problems]


def test_a_file_as_it_was_described_is_no_problem(folder: Path) -> None:
    catalogue = read(folder, ENTRY)
    assert told(catalogue) == []
    assert catalogue.as_of == "2020-03-31"
    assert (catalogue.files["awards"].publisher, catalogue.files["awards"].licence) == (
        "MOPAC",
        "Open Government Licence",
    )


def test_a_hash_is_that_of_the_bytes(folder: Path) -> None:
    assert f"sha256:{sha256(folder / FILE)}" == ENTRY["hash"]


def test_a_missing_a_changed_and_an_undescribed_file_are_all_told(folder: Path) -> None:
    (folder / FILE).write_bytes(b"hello\r\n")
    (folder / "more").mkdir()
    (folder / "more" / "spend.csv").touch()
    catalogue = read(folder, ENTRY, ENTRY | {"name": "budget", "path": "budget.csv"})
    assert told(catalogue) == [
        (FILE, "the file is not the one that the catalogue describes: its hash differs"),
        ("budget.csv", "the raw file is missing"),
        ("more/spend.csv", "the file is not described in the catalogue"),
    ]
    assert sha256(folder / FILE) in catalogue.problems()[0].mend


@pytest.mark.parametrize("name", [".DS_Store", ".ipynb_checkpoints/awards.csv"])
def test_hidden_files_are_the_systems_own(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).touch()
    assert told(read(folder, ENTRY)) == []


def test_a_folder_in_the_place_of_a_file_is_not_the_file(folder: Path) -> None:
    (folder / "budget.csv").mkdir()
    catalogue = read(folder, ENTRY, ENTRY | {"name": "budget", "path": "budget.csv"})
    assert told(catalogue) == [("budget.csv", "the raw file is missing")]


# ---- out of the folder


@pytest.mark.parametrize(
    "path", ["../secret.csv", "more/../../secret.csv", "{outside}", "link.csv", "links/secret.csv"]
)
def test_a_path_out_of_the_folder_is_refused_and_nothing_there_is_read(folder: Path, path: str) -> None:
    outside = folder.parent / "secret.csv"
    outside.write_bytes(b"hello\n")  # with the hash that the entry gives
    (folder / "link.csv").symlink_to(outside)
    (folder / "links").symlink_to(folder.parent, target_is_directory=True)
    path = path.format(outside=outside)
    catalogue = read(folder, ENTRY, ENTRY | {"name": "budget", "path": path})
    assert (path, "the path leads out of the folder of raw files") in told(catalogue)
    assert catalogue.present(catalogue.files["budget"]) is None


@pytest.mark.parametrize("link", ["returns/2019-20-Q4/spend.csv", "ledgers/linked", "ledgers/loop"])
def test_what_came_in_as_a_link_out_of_the_folder_is_refused_and_not_read(folder: Path, link: str) -> None:
    outside = folder.parent / "sent"
    outside.mkdir()
    (outside / "spend.csv").write_bytes(b"service,area\n")
    (folder / link).parent.mkdir(parents=True)
    leads_to = {"spend.csv": outside / "spend.csv", "linked": outside, "loop": folder / link}
    (folder / link).symlink_to(leads_to[Path(link).name])
    (folder / "grants").mkdir()
    (folder / "grants" / "same.csv").symlink_to(folder / FILE)
    catalogue = read(folder, ENTRY)
    assert (link, "a link that leads out of the folder of raw files, or nowhere") in told(catalogue)
    assert [one.label for sent in INCOMING for one in catalogue.incoming(sent)] == ["grants/same.csv"]


@pytest.mark.parametrize("path", ["a\0b", "loop", "x" * 300])
def test_a_path_that_no_system_takes_is_a_problem_and_no_crash(folder: Path, path: str) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    catalogue = read(folder, ENTRY, ENTRY | {"name": "budget", "path": path})
    ((file, rule),) = told(catalogue)
    assert file == path
    assert rule in ("the path leads out of the folder of raw files", "the raw file is missing")


def test_a_link_within_the_folder_is_a_file_like_others(folder: Path) -> None:
    (folder / FILE).rename(folder / "as-received.csv")
    (folder / FILE).symlink_to("as-received.csv")
    assert told(read(folder, ENTRY)) == []


def test_the_folder_itself_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(folder, target_is_directory=True)
    assert told(read(tmp_path / "linked", ENTRY)) == []


# ---- the catalogue itself


def test_no_catalogue(folder: Path) -> None:
    ((rule, mend),) = refused(folder)
    assert rule == "the catalogue of raw files is missing"
    assert str(folder / "datapackage.json") in mend


def test_a_catalogue_that_cannot_be_read(folder: Path) -> None:
    (folder / "datapackage.json").mkdir()
    ((rule, _),) = refused(folder)
    assert rule == "the catalogue cannot be read: Is a directory"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{\0}\0", b"[" * 100_000, b'{"as_of": 1' + b"0" * 5000 + b"}"])
def test_what_is_not_json_is_said_to_be_so(folder: Path, content: bytes) -> None:
    (folder / "datapackage.json").write_bytes(content)
    ((rule, _),) = refused(folder)
    assert rule.startswith("not JSON: ")


def test_a_byte_order_mark_before_the_json_is_no_matter(folder: Path) -> None:
    read(folder, ENTRY)
    path = folder / "datapackage.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert told(Catalogue.read(folder)) == []


@pytest.mark.parametrize(
    "content", ["[]", "3", '"text"', "null", "{}", '{"resources": {"a": 1}}', '{"resources": null}']
)
def test_json_that_is_no_catalogue_lists_no_files(folder: Path, content: str) -> None:
    (folder / "datapackage.json").write_text(content)
    assert [rule for rule, _ in refused(folder)] == ["the catalogue lists no files"]


@pytest.mark.parametrize("value", [None, 5, "", [], [{}], {"title": 3}], ids=repr)
def test_an_entry_that_lacks_a_part_is_told_with_its_number_and_the_part(folder: Path, value: Any) -> None:
    for part in set(ENTRY) - ({"schema"} if isinstance(value, dict) else set()):  # a schema may be any object
        with pytest.raises(DataError) as error:
            read(folder, ENTRY, ENTRY | {"name": "budget", "path": "budget.csv"} | {part: value})
        name = "budget" if part != "name" else str(value or "without a name")
        (problem,) = error.value.problems
        assert problem.rule == "an entry is incomplete"
        assert problem.mend == f"Entry 2 ({name}) has no usable {part}."


def test_every_incomplete_entry_is_told(folder: Path) -> None:
    without = {part: value for part, value in ENTRY.items() if part not in ("hash", "sources")}
    with pytest.raises(DataError) as error:
        read(folder, without, "not an entry", ENTRY | {"name": "budget", "path": "b.csv", "status": "invented"})
    assert [problem.mend for problem in error.value.problems] == [
        "Entry 1 (awards) has no usable hash, sources.",
        "Entry 2 (without a name) has no usable content.",
        "Entry 3 (budget) has no usable status.",
    ]


@pytest.mark.parametrize("part", ["name", "path"])
def test_two_entries_of_one_name_or_path_are_told(folder: Path, part: str) -> None:
    other = {"name": "budget", "path": "budget.csv"} | {part: ENTRY[part]}
    with pytest.raises(DataError) as error:
        read(folder, ENTRY, ENTRY | other)
    (problem,) = error.value.problems
    assert (problem.rule, problem.value) == (f"two entries have the same {part}", ENTRY[part])


@pytest.mark.parametrize("as_of", [None, "", "March 2020", "2020-02-30", 20200331, "20200331"])
def test_the_day_of_the_facts_is_a_day(folder: Path, as_of: Any) -> None:
    with pytest.raises(DataError) as error:
        read(folder, ENTRY, as_of=as_of)
    assert [problem.rule for problem in error.value.problems] == ["as_of is not a day"]


# ---- the fingerprint


@pytest.mark.parametrize(
    "change", [{"hash": "sha256:00"}, {"title": "Awards, revised"}, {"status": "illustrative"}, {"path": "b.csv"}]
)
def test_a_fingerprint_changes_with_whatever_the_catalogue_says(folder: Path, change: dict[str, str]) -> None:
    before = read(folder, ENTRY).fingerprint
    assert read(folder, ENTRY | change).fingerprint != before
    assert read(folder, ENTRY, as_of="2020-04-01").fingerprint != before
    assert read(folder, ENTRY).fingerprint == before
