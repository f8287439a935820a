"""Workbooks as they are sent, good and hostile, made small."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing")]
)
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def xlsx(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in (sheets or {"Spend": [["borough", "pounds"], ["Croydon", 1250]]}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook, the same ones whenever it is saved: openpyxl notes the time in two places."""
    stream = BytesIO()
    book.save(stream)
    made = members(stream.getvalue())
    noted = made["docProps/core.xml"]
    assert isinstance(noted, bytes)
    return packed(made | {"docProps/core.xml": re.sub(rb"\d{4}(-\d\d){2}T[\d:]{8}Z", b"2020-01-01T00:00:00Z", noted)})


def packed(members: dict[str, bytes | str], *, method: int = ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(ZipInfo(name), content, method)
    return stream.getvalue()


def members(content: bytes) -> dict[str, bytes | str]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_member(content: bytes, name: str, member: bytes | str) -> bytes:
    return packed(members(content) | {name: member})


def changed(content: bytes, name: str, old: str, new: str) -> bytes:
    text = members(content)[name]
    assert isinstance(text, bytes) and old.encode() in text
    return with_member(content, name, text.replace(old.encode(), new.encode()))


def sheet_xml(rows: str) -> bytes:
    """A workbook whose one sheet holds `rows` as XML."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return with_member(xlsx(), "xl/worksheets/sheet1.xml", sheet)


def ods(*rows: str, before: str = "", **more: bytes | str) -> bytes:
    """An OpenDocument spreadsheet whose one sheet, Spend, holds `rows` as XML."""
    table = f'<table:table table:name="Spend">{"".join(rows)}</table:table>'
    content = (
        f'<office:document-content {NAMESPACES} xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0">'
        f"<office:body><office:spreadsheet>{before}{table}</office:spreadsheet></office:body></office:document-content>"
    )
    return packed({"mimetype": MIMETYPE, "content.xml": content, **more})


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def cell(text: str = "", times: int = 1, **attributes: str) -> str:
    said = "".join(f' {name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    inner = f"<text:p>{text}</text:p>" if text else ""
    return f'<table:table-cell table:number-columns-repeated="{times}"{said}>{inner}</table:table-cell>'


def number(value: str, kind: str = "float") -> str:
    return cell("shown otherwise", office_value_type=kind, office_value=value)


HEADING = row(cell("borough"), cell("pounds"))
