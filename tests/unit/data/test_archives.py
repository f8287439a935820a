"""A zip is looked into before it is parsed: each thing that is refused, by name, with no parser called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_STORED

import pytest
import sent_files as sent

from vfm.data import archives, workbooks
from vfm.data.sheets import RefusedError

XLSX, ODS = ".xlsx", ".ods"
DOCTYPE = "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><a>&b;</a>"
MANIFEST = '<m:manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
LINK = '<Relationships><Relationship Type="{}" TargetMode="External" Target="file:///etc/passwd"/></Relationships>'


def lying() -> bytes:
    """A member that inflates to more than its entry claims."""
    content = sent.packed(sent.members(sent.xlsx()) | {"xl/a.bin": b"a" * 40_961})
    size, false = (40_961).to_bytes(4, "little"), (16).to_bytes(4, "little")
    assert content.count(size) == 2
    return content.replace(size, false)


def spoilt() -> bytes:
    content = sent.packed(sent.members(sent.xlsx()), method=ZIP_STORED)
    return content.replace(b"<sheetData>", b"<sheetDota>", 1)


def encrypted() -> bytes:
    content = bytearray(sent.xlsx())
    entry = content.index(archives.CENTRAL_ENTRY)
    content[entry + 8] |= 1
    return bytes(content)


def twice() -> bytes:
    return sent.packed(sent.members(sent.xlsx()) | {"xl/Styles.xml": "<a/>"})


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str, str]] = {
    "a path out": (
        lambda: sent.with_member(sent.xlsx(), "../../etc/cron.d/x", "a"),
        *(XLSX, "an archive with a part that leads out of it", archives.OPEN_AND_SAVE),
    ),
    "an absolute path": (
        lambda: sent.with_member(sent.xlsx(), "/etc/x", "a"),
        *(XLSX, "an archive with a part that leads out of it", archives.OPEN_AND_SAVE),
    ),
    "a drive": (
        lambda: sent.with_member(sent.xlsx(), "C:x", "a"),
        *(XLSX, "an archive with a part that leads out of it", archives.OPEN_AND_SAVE),
    ),
    "twins": (twice, XLSX, "an archive with two parts of one name", archives.OPEN_AND_SAVE),
    "an encrypted member": (encrypted, XLSX, "an archive with a password", archives.NO_PASSWORD),
    "bzip2": (
        lambda: sent.packed(sent.members(sent.xlsx()), method=ZIP_BZIP2),
        *(XLSX, "an archive packed in an unusual way", archives.OPEN_AND_SAVE),
    ),
    "a Word document": (
        lambda: sent.packed({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}),
        *(XLSX, "a zip that is no workbook", "Send the workbook itself, as .xlsx or .ods."),
    ),
    "a text document": (
        lambda: sent.packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        *(ODS, "a zip that is no workbook", "Send the workbook itself, as .xlsx or .ods."),
    ),
    "ods named xlsx": (sent.ods, XLSX, "a .ods workbook named .xlsx", "Name it with .ods at its end."),
    "xlsx named ods": (sent.xlsx, ODS, "a .xlsx workbook named .ods", "Name it with .xlsx at its end."),
    "macros": (
        lambda: sent.with_member(sent.xlsx(), "xl/vbaProject.bin", b"\xd0\xcf"),
        *(XLSX, "a workbook with macros", archives.NO_MACROS),
    ),
    "an xlsm renamed": (
        lambda: sent.changed(sent.xlsx(), "[Content_Types].xml", "spreadsheetml.sheet.main", "sheet.macroEnabled.main"),
        *(XLSX, "a workbook with macros", archives.NO_MACROS),
    ),
    "macros of ods": (
        lambda: sent.ods(**{"Basic/Standard/Module1.xml": "<a/>"}),
        *(ODS, "a workbook with macros", archives.NO_MACROS),
    ),
    "an external workbook": (
        lambda: sent.with_member(sent.xlsx(), "xl/externalLinks/externalLink1.xml", "<a/>"),
        *(XLSX, "a workbook with links to other files", archives.NO_LINKS),
    ),
    "an external relationship": (
        lambda: sent.with_member(sent.xlsx(), "xl/worksheets/_rels/sheet1.xml.rels", LINK.format("urn:oleObject")),
        *(XLSX, "a workbook with links to other files", archives.NO_LINKS),
    ),
    "entities": (
        lambda: sent.with_member(sent.xlsx(), "xl/sharedStrings.xml", DOCTYPE),
        *(XLSX, "a workbook whose XML declares entities or a document type", archives.OPEN_AND_SAVE),
    ),
    "a document type": (
        lambda: sent.with_member(sent.xlsx(), "xl/sharedStrings.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
        *(XLSX, "a workbook whose XML declares entities or a document type", archives.OPEN_AND_SAVE),
    ),
    "entities in UTF-16": (
        lambda: sent.with_member(sent.xlsx(), "xl/odd.bin", DOCTYPE.encode("utf-16")),
        *(XLSX, "a workbook whose XML declares entities or a document type", archives.OPEN_AND_SAVE),
    ),
    "entities in ods": (
        lambda: sent.ods(**{"content.xml": DOCTYPE}),
        *(ODS, "a workbook whose XML declares entities or a document type", archives.OPEN_AND_SAVE),
    ),
    "broken XML": (
        lambda: sent.with_member(sent.xlsx(), "xl/styles.xml", "<a><b></a>"),
        *(XLSX, "a workbook whose XML cannot be read", archives.OPEN_AND_SAVE),
    ),
    "a zip within": (
        lambda: sent.with_member(sent.xlsx(), "xl/embeddings/a.bin", sent.xlsx()),
        *(XLSX, "a workbook with another file inside it", archives.ONLY_DATA),
    ),
    "ods with a password": (
        lambda: sent.ods(**{"styles.xml": b"\x00\x01", "META-INF/manifest.xml": MANIFEST}),
        *(ODS, "a workbook with a password", archives.NO_PASSWORD),
    ),
    "a member that lies": (lying, XLSX, "a broken workbook", archives.OPEN_AND_SAVE),
    "a spoilt member": (spoilt, XLSX, "a broken workbook", archives.OPEN_AND_SAVE),
    "cut short": (lambda: sent.xlsx()[:-40], XLSX, "a broken workbook", archives.OPEN_AND_SAVE),
}
LIMITS = {
    "MOST_MEMBERS": (5, "an archive of more than 5 parts"),
    "MOST_MEMBER_BYTES": (500, "a workbook that unpacks to more than a return can hold"),
    "MOST_TOTAL_BYTES": (2_000, "a workbook that unpacks to more than a return can hold"),
    "MOST_TAGS": (30, "a workbook of more elements than a return can hold"),
}


def never(*_: object) -> None:
    raise AssertionError("a parser was called")


@pytest.fixture
def no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "load_workbook", never)
    monkeypatch.setattr(workbooks, "read_ods", never)


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_before_any_parser_sees_it(name: str, tmp_path: Path, no_parser: None) -> None:
    make, kind, rule, mend = HOSTILE[name]
    (path := tmp_path / f"sent{kind}").write_bytes(make())
    sheets, (problem,) = workbooks.read_workbook(path, label="sent")
    assert sheets == []
    assert (problem.rule, problem.mend, problem.place) == (rule, mend, "sent")


@pytest.mark.parametrize("limit", LIMITS)
def test_past_a_limit_it_is_refused(
    limit: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_parser: None
) -> None:
    most, rule = LIMITS[limit]
    monkeypatch.setattr(archives, limit, most)
    (path := tmp_path / "sent.xlsx").write_bytes(sent.xlsx())
    assert [problem.rule for problem in workbooks.read_workbook(path, label="sent")[1]] == [rule]


def test_a_bomb_is_refused_by_its_ratio_and_never_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 50_000)
    monkeypatch.setattr(archives, "_members", never)
    content = sent.with_member(sent.xlsx(), "xl/media/a.bin", b"\0" * 100_000)
    with pytest.raises(RefusedError, match="a workbook packed tighter than real data can be"):
        archives.examine(content, label="sent", kind=XLSX)


def test_what_shrinks_as_sheets_do_is_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 50_000)
    archives.examine(sent.xlsx(Spend=[["Croydon", n] for n in range(5_000)]), label="sent", kind=XLSX)


def test_a_member_is_inflated_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan stops at the limit: what follows is never inflated."""
    monkeypatch.setattr(archives, "MOST_TAGS", 10)
    monkeypatch.setattr(archives, "PIECE", 64)
    rest = "<b/>" * 2_000 + "</wrong>"  # would be told as broken, were it read
    content = sent.with_member(sent.xlsx(), "[Content_Types].xml", "<a>" + rest)
    with pytest.raises(RefusedError, match="more elements"):
        archives.examine(content, label="sent", kind=XLSX)


def test_a_hyperlink_is_words_and_is_let_through() -> None:
    rels = LINK.format("http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink")
    content = sent.with_member(sent.xlsx(), "xl/worksheets/_rels/sheet1.xml.rels", rels)
    archives.examine(content, label="sent", kind=XLSX)


def test_good_workbooks_are_let_through() -> None:
    archives.examine(sent.xlsx(), label="sent", kind=XLSX)
    archives.examine(sent.ods(sent.HEADING), label="sent", kind=ODS)
