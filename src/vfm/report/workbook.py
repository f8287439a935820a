"""The workbook of a release as XLSX, by the Analysis Function's gptables: accessible, typed and the same each time."""

import re
import textwrap
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pandas as pd

from vfm.report.number_formats import number_format
from vfm.report.workbook_content import COVER, Book, Cell, Sheet

BLUE, INK = "#12436d", "#0b0c0c"
FONT = {"font_name": "Arial", "font_color": INK}
THEME: dict[str, Any] = {
    "global": {"font_size": 11, **FONT},
    "cover_title": {"bold": True, "font_size": 20, "font_color": BLUE, "text_wrap": True},
    "cover_subtitle": {"bold": True, "font_size": 14, "font_color": BLUE, "text_wrap": True},
    "cover_text": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 16, "font_color": BLUE},
    "subtitle": {"font_size": 11},
    "instructions": {"font_size": 11},
    "legend": {"font_size": 11},
    "column_heading": {
        "bold": True,
        "bottom": 2,
        "bottom_color": BLUE,
        "bg_color": "#f3f5f7",
        "text_wrap": True,
        "valign": "top",
    },
    "data": {"text_wrap": True, "valign": "top"},
    "description_order": ["instructions", "legend"],
}
# Nothing that is text is ever written as a formula, a number or a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
NARROWEST, WIDEST, FIRST = 9, 50, 30  # letters: of a column, and of the first one at least
LONG = 140  # letters: a longer line above a table is wrapped, a shorter one runs over the empty cells beside it
LINE = 15  # points
COVER_WIDTH = 90


def xlsx(book: Book) -> bytes:
    """`book` as an XLSX file."""
    from gptables.core.cover import Cover  # slow to import: only where a workbook is made
    from gptables.core.theme import Theme
    from gptables.core.wrappers import GPWorkbook

    file = BytesIO()
    made = GPWorkbook(file, options=OPTIONS)
    made.set_theme(Theme(deepcopy(THEME)))
    made.set_properties(_properties(book))
    cover = made.add_worksheet(COVER)
    cover.write_cover(
        Cover(_plain(book.title), *([_plain(text) for text in part] for _, part in book.cover), width=COVER_WIDTH)
    )
    for row, lines in enumerate(cover_heights(book)):
        cover.set_row(row, LINE * lines + (12 if row == 0 else 5))
    _print_well(cover, book.title)
    for sheet in book.sheets:
        _write(made.add_worksheet(sheet.name), sheet, book.title)
    made.close()
    return file.getvalue()


def cover_lines(book: Book) -> list[str]:
    """The cover, from the top down, a row each."""
    return [book.title, *(text for heading, part in book.cover for text in (heading, *part))]


def cover_heights(book: Book) -> list[int]:
    """How many lines each row of the cover takes."""
    return [_lines(text, COVER_WIDTH) for text in cover_lines(book)]


def widths(sheet: Sheet) -> list[int]:
    """How wide each column is, in letters, for either format."""
    found = []
    for place, column in enumerate(sheet.columns):
        texts = [column.heading, *(_as_shown(row[place], column.unit) for row in sheet.rows)]
        word = max((len(word) for text in texts for word in text.split()), default=1)
        longest = max(map(len, texts[1:]))
        found.append(min(max(word + 2, min(longest + 2, WIDEST), NARROWEST), WIDEST))
    if sheet.linked:
        return [found[0], 2 * WIDEST]
    first = WIDEST if any(len(line) > LONG for line in sheet.lines) else FIRST
    return [max(found[0], first), *found[1:]]


def heights(sheet: Sheet) -> list[int]:
    """How many lines each row from the title down takes; a program that opens the file need not measure them."""
    wide = widths(sheet)
    above = [_lines(line, wide[0]) if len(line) > LONG else 1 for line in sheet.lines]
    rows = [tuple(column.heading for column in sheet.columns), *sheet.rows]
    table = [max(_lines(cell, width) for cell, width in zip(row, wide, strict=True)) for row in rows]
    return [1, *above, *table]


def column_format(sheet: Sheet, place: int) -> str:
    """The number format of a column, in Excel's notation."""
    unit = sheet.columns[place].unit
    cells = [row[place] for row in sheet.rows]
    return number_format(unit, [cell for cell in cells if isinstance(cell, float)])


def _as_shown(cell: Cell, unit: str) -> str:
    """A cell about as long as it looks."""
    if isinstance(cell, str):
        return cell
    return f"{cell:.12g}" if unit == "mixed" else f"{cell:,.0f}" + "." * (4 if unit else 0)


def _lines(cell: Cell, width: int) -> int:
    if not isinstance(cell, str):
        return 1
    return max(1, sum(_wrapped(part, width) for part in cell.split("\n")))


def _wrapped(line: str, width: int) -> int:
    if len(line) <= width and "\t" not in line:  # most are, and need no wrapping
        return 1
    return len(textwrap.wrap(line, width)) or 1


def _properties(book: Book) -> dict[str, Any]:
    return {
        "title": book.title,
        "subject": book.subject,
        "author": book.author,
        "keywords": book.keywords,
        "comments": "Open Government Licence v3.0",
        "created": datetime(book.as_of.year, book.as_of.month, book.as_of.day, tzinfo=UTC),
    }


def _write(worksheet: Any, sheet: Sheet, title: str) -> None:
    from gptables.core.gptable import GPTable

    first, *rest = sheet.lines
    table = GPTable(
        table=_table(sheet),
        table_name=f"table_{sheet.name.lower()}",
        title=_plain(sheet.title),
        instructions=_plain(first),
        legend=[_plain(line) for line in rest],
        index_columns={},
        additional_formatting=_formats(sheet),
    )
    worksheet.write_gptable(table, auto_width=False)
    for place, width in enumerate(widths(sheet)):
        worksheet.set_column(place, place, width)
    for row, lines in enumerate(heights(sheet)):
        worksheet.set_row(row, LINE * lines + (7 if row == 0 else 3))
    worksheet.repeat_rows(len(sheet.lines) + 1)
    _print_well(worksheet, title)


def _table(sheet: Sheet) -> pd.DataFrame:
    rows = [[_cell(value) for value in row] for row in sheet.rows]
    if sheet.linked:
        rows = [[{row[0]: f"internal:'{row[0]}'!A1"}, *row[1:]] for row in sheet.rows]
    return pd.DataFrame(rows, columns=[column.heading for column in sheet.columns], dtype="object")


def _cell(value: Cell) -> object:
    """A cell as gptables takes it as it is: it reads ``[a](b)`` as a link, and refuses a text of signs alone."""
    from gptables.core.gptable import FormatList

    if isinstance(value, str) and ("](" in value or not re.search("[a-zA-Z0-9]", value)):
        return FormatList([{}, value])
    return value


def _plain(text: str) -> Any:
    """A line above a table, in the same way: there ``$$a$$`` would be a reference to a note, too."""
    text = text.replace("$$", "$ $")
    return (
        [{"text_wrap": True, "valign": "top"} if len(text) > LONG else {}, text]
        if "](" in text or len(text) > LONG
        else text
    )


def _formats(sheet: Sheet) -> list[dict[str, Any]]:
    return [
        {"column": {"columns": [place], "format": {"num_format": column_format(sheet, place), "align": "right"}}}
        for place, column in enumerate(sheet.columns)
        if column.unit
    ]


def _print_well(worksheet: Any, title: str) -> None:
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.set_footer(f"&L{title.replace('&', '&&')}&R&P / &N")
