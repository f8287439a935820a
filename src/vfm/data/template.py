"""The return that a provider fills in: a workbook with drop-downs, checks inside and plain instructions."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from vfm.data.quarter import QuarterData
from vfm.data.returns import BASES, RETURN
from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.place import Place

ROWS = 500  # rows that carry the drop-downs and checks
HEAD = PatternFill("solid", fgColor="12436D")
WIDTHS = {"service": 38, "area": 26, "measure": 30, "basis": 14}


def write_template(path: Path, quarter: Quarter, service: str, *, place: Place, indicators: pd.DataFrame) -> None:
    """Write the return of one service for one quarter.

    Parameters
    ----------
    path : where the XLSX file goes
    service : name of the service, filled in for the provider
    place : whose boroughs the drop-down has
    indicators : `name`, `kind`, `unit`, `definition`, `numerator`, `denominator` and `due` of every measure
    """
    book = Workbook()
    _read_me(book.active, quarter, service, place.name, indicators)
    lists = _lists(book, service, [*(area.name for area in place.areas), place.name], indicators)
    for name in RETURN:
        _part(book.create_sheet(name), name, service, lists)
    book.move_sheet("Lists", offset=len(RETURN))
    stamp = datetime(quarter.end.year, quarter.end.month, quarter.end.day)
    book.properties.title = f"Monitoring return, {quarter.words}: {service}"
    book.properties.creator = "vfm"
    # The same template has the same properties whenever it is written.
    book.properties.created = book.properties.modified = stamp
    book.save(path)


def template_for(data: QuarterData, service: str, folder: Path) -> Path:
    """Write the return of `service`, by its key or its name, into `folder`; return the file.

    Raises
    ------
    UsageError
        when there is no such service, or the folder cannot be written.
    """
    rows = data.services[(data.services["service_id"] == service) | (data.services["name"] == service)]
    if rows.empty:
        known = [*data.services["service_id"], *data.services["name"]]
        raise UsageError(f'No service "{service}" in services.csv.{suggestion(service, known)}')
    row = rows.iloc[0]
    path = folder / f"vfm-return-{data.quarter}-{row['service_id']}.xlsx"
    try:
        write_template(path, data.quarter, row["name"], place=data.place, indicators=data.indicators)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. Name another folder with --to.") from error
    return path


def _read_me(sheet: Any, quarter: Quarter, service: str, whole: str, indicators: pd.DataFrame) -> None:
    sheet.title = "Read me"
    lines = [
        f"Monitoring return: {service}, {quarter.words} ({quarter})",
        "Fill in the sheets Spend, Outputs and Outcomes. Each row is one borough and one measure.",
        f'Choose from the drop-downs. Choose "{whole}" for what is not for one borough.',
        "Report the quarter alone, but for a measure that says the year so far.",
        "Leave a row out when there is nothing to report; write 0 for none.",
        "Write numbers only: no pound signs, no words, no formulas.",
        "Write no names, dates of birth, addresses or numbers of people here: counts only.",
        "Save the file under its own name and send it back as XLSX, ODS or CSV.",
    ]
    for row, line in enumerate(lines, 1):
        sheet.cell(row, 1, line).font = Font(bold=row == 1, size=14 if row == 1 else 11)
    columns = {"name": "Measure", "kind": "Kind", "unit": "Counts", "definition": "What is counted", "due": "Due"}
    for place, heading in enumerate(columns.values(), 1):
        _head(sheet.cell(len(lines) + 2, place, heading))
    for row, measure in enumerate(indicators.to_dict("records"), len(lines) + 3):
        for place, column in enumerate(columns, 1):
            sheet.cell(row, place, measure[column]).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (32, 12, 12, 80, 16), strict=True):
        sheet.column_dimensions[letter].width = width


def _lists(book: Workbook, service: str, areas: list[str], indicators: pd.DataFrame) -> dict[str, str]:
    """A sheet with what may be chosen; returns where each list stands, as a formula names it."""
    sheet = book.create_sheet("Lists")
    kinds = {kind: list(rows["name"]) for kind, rows in indicators.groupby("kind")}
    lists = {
        "service": [service],
        "area": areas,
        "basis": list(BASES),
        "Outputs": kinds.get("output", []),
        "Outcomes": kinds.get("outcome", []),
    }
    places = {}
    for place, (name, values) in enumerate(lists.items(), 1):
        _head(sheet.cell(1, place, name))
        for row, value in enumerate(values, 2):
            sheet.cell(row, place, value)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 34
        places[name] = f"{quote_sheetname('Lists')}!${letter}$2:${letter}${max(len(values) + 1, 2)}"
    return places


def _part(sheet: Any, name: str, service: str, lists: dict[str, str]) -> None:
    columns = list(RETURN[name].columns)
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        _head(sheet.cell(1, place, column))
        sheet.column_dimensions[letter].width = WIDTHS.get(column, 14)
        validation = _validation(name, column, letter, columns, lists)
        validation.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(validation)
    sheet.freeze_panes = "A2"


def _validation(sheet: str, column: str, letter: str, columns: list[str], lists: dict[str, str]) -> DataValidation:
    """The check of one column: a drop-down, a number that is not negative, or no more achieved than assessed."""
    if column in {"service", "area", "basis", "measure"}:
        validation = DataValidation("list", formula1=lists[sheet if column == "measure" else column])
        validation.error = f"Choose the {column} from the list."
    elif column == "achieved":
        assessed = get_column_letter(columns.index("assessed") + 1)
        # A cell has one check: whole, not negative, and no more than were assessed.
        whole = f"AND(ISNUMBER({letter}2),{letter}2>=0,{letter}2=INT({letter}2))"
        validation = DataValidation("custom", formula1=f'AND({whole},OR({assessed}2="",{letter}2<={assessed}2))')
        validation.error = "A whole number, no more than were assessed."
    else:
        kind = "decimal" if column == "amount" else "whole"
        validation = DataValidation(kind, operator="greaterThanOrEqual", formula1="0")
        validation.error = "A number, 0 or more." if kind == "decimal" else "A whole number, 0 or more."
    validation.errorTitle, validation.showErrorMessage, validation.allow_blank = "Please check", True, True
    return validation


def _head(cell: Any) -> None:
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = HEAD
