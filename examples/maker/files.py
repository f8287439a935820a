"""Files with the same bytes whenever they are written: CSV, XLSX and ODS."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import openpyxl

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
Rows = Sequence[Sequence[Any]]


def write_csv(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV file in UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text([heading, *rows]), encoding="utf-8", newline="\n")


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV, a missing cell blank and a truth in small letters."""
    held = StringIO()
    csv.writer(held, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows)
    return held.getvalue()


def _cell(cell: Any) -> Any:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return "" if cell is None else cell


def filled(template: Path, sheets: dict[str, Rows], change: Callable[[Any], None] | None = None) -> bytes:
    """A template with rows under its headings, and with what a provider then did to the workbook."""
    book = openpyxl.load_workbook(template)
    created = book.properties.created
    for name, rows in sheets.items():
        for row in rows:
            book[name].append(list(row))
    if change:
        change(book)
    held = BytesIO()
    book.save(held)
    stamp = f">{created:%Y-%m-%dT%H:%M:%SZ}</dcterms:modified>".encode()
    return _stored(
        {
            name: re.sub(rb">[^<]*</dcterms:modified>", stamp, content) if name == "docProps/core.xml" else content
            for name, content in _members(held.getvalue()).items()
        }
    )


def ods(sheets: dict[str, Rows]) -> bytes:
    """A workbook of OpenDocument with these sheets, their headings among the rows."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return _stored({"mimetype": MIMETYPE.encode(), "content.xml": content.encode()})


def _ods_row(row: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Any) -> str:
    kind = "string" if isinstance(cell, str) else "float"
    value = "" if kind == "string" else f' office:value="{cell}"'
    shown = f"<text:p>{escape(str(cell))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{value}>{shown}</table:table-cell>'


def _members(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _stored(members: dict[str, bytes]) -> bytes:
    """A zip without its times, and not packed: two libraries need not pack the same bytes alike."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(ZipInfo(name), content)
    return held.getvalue()
