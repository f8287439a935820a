"""Returns with the faults that providers make: attempts at the one return that is not in `raw`."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from maker import chance
from maker.files import csv_text, filled
from maker.monitoring import QUARTERS, Sheets, invented, template, with_heading
from maker.register import Places, Service

Change = Callable[[Sheets], Sheets]


def write(folder: Path, raw: Path, places: Places, services: Sequence[Service]) -> None:
    """Write one file a fault."""
    service = services[19]
    earlier, quarter = QUARTERS
    sheets = invented(service, quarter, 1, places, chance("faults"))
    before = _sent(raw / "returns" / str(earlier) / f"vfm-return-{earlier}-{service.key}.xlsx")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as held:
        blank = Path(held) / "template.xlsx"
        blank.write_bytes(template(raw, quarter, service))
        for name, change in _in_cells(before, service).items():
            (folder / f"vfm-{name}.xlsx").write_bytes(filled(blank, change(sheets)))
        for name, alter in IN_WORKBOOK.items():
            (folder / f"vfm-{name}.xlsx").write_bytes(filled(blank, sheets, alter))
    (folder / "vfm-old-format-renamed.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    (folder / "vfm-windows-text.csv").write_bytes(_windows_text(sheets))


def _sent(path: Path) -> Sheets:
    book = openpyxl.load_workbook(path)
    return {
        name: [list(row) for row in book[name].iter_rows(min_row=2, values_only=True) if row[0]]
        for name in ("Spend", "Outputs", "Outcomes")
    }


def _cell(sheet: str, row: int, column: int, value: Any) -> Change:
    """Another value in one cell, counted as a spreadsheet does: row 2 is the first under the heading, column 0 is A."""

    def change(sheets: Sheets) -> Sheets:
        rows = [list(cells) for cells in sheets[sheet]]
        rows[row - 2][column] = value
        return sheets | {sheet: rows}

    return change


def _all(sheet: str, value: Callable[[list[Any]], list[Any]]) -> Change:
    return lambda sheets: sheets | {sheet: [value(list(cells)) for cells in sheets[sheet]]}


def _in_cells(before: Sheets, service: Service) -> dict[str, Change]:
    area = service.areas[0]
    total = [service.name, "Total", "People engaged", 99]
    return {
        "misspelt-borough": _cell("Outputs", 4, 1, area[:-1] + "m"),
        "total-row": lambda sheets: sheets | {"Outputs": [*sheets["Outputs"], total]},
        "not-applicable": _cell("Outputs", 3, 3, "n/a"),
        "pounds-and-commas": _cell("Spend", 2, 3, "£12,340.50"),
        "percentages": _all("Outcomes", lambda row: [*row[:3], round(row[3] / max(row[4], 1), 2) or 0.5, row[4]]),
        "last-quarter-copied": lambda sheets: sheets | {"Outputs": before["Outputs"]},
        "ten-times-too-much": _cell("Spend", 4, 3, round(before["Spend"][2][3] * 10, 2)),
        "more-achieved-than-assessed": _swapped,
        "year-to-date": _year_to_date(before),
        "half-filled": _cell("Outputs", 5, 3, None),
        "the-same-row-twice": lambda sheets: sheets | {"Outputs": [*sheets["Outputs"], sheets["Outputs"][0]]},
        "minus-for-a-refund": _cell("Spend", 6, 3, -250),
    }


def _swapped(sheets: Sheets) -> Sheets:
    place = next(i for i, row in enumerate(sheets["Outcomes"]) if row[3] < row[4])
    rows = [list(row) for row in sheets["Outcomes"]]
    rows[place][3:] = rows[place][:2:-1]
    return sheets | {"Outcomes": rows}


def _year_to_date(before: Sheets) -> Change:
    """Four quarters of money in place of one."""
    earlier = {tuple(row[:3]): row[3] for row in before["Spend"]}
    return _all("Spend", lambda row: [*row[:3], round(row[3] + 3 * earlier[tuple(row[:3])], 2)])


def _note_with_email(book: Any) -> None:
    sheet = book.create_sheet("Notes")
    sheet["A1"] = "Questions to someone.invented@example.org"


def _formula(book: Any) -> None:
    book["Outputs"]["D3"] = "=D2*2"


def _other_sheet(book: Any) -> None:
    sheet = book["Spend"]
    sheet.title = "Finance"
    for column, heading in enumerate(("Service", "Borough", "Type", "Cost"), 1):
        sheet.cell(1, column, heading)


def _merged_heading(book: Any) -> None:
    sheet = book["Outcomes"]
    sheet.insert_rows(1)
    sheet["A1"] = "Outcomes of the quarter"
    sheet.merge_cells("A1:E1")


IN_WORKBOOK: dict[str, Callable[[Any], None]] = {
    "note-with-an-email": _note_with_email,
    "formula": _formula,
    "other-sheet": _other_sheet,
    "merged-heading": _merged_heading,
}


def _windows_text(sheets: Sheets) -> bytes:
    """A CSV file as Excel for Windows saves it, with a character that is not UTF-8's."""
    rows = [list(row) for row in with_heading("Spend", sheets["Spend"])]
    rows[2][-1] = "£" + str(rows[2][-1])
    return csv_text(rows).encode("cp1252")
