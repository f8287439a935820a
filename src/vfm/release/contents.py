"""What a release says, piece by piece, so that two of them can be held against each other."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

from vfm.vocabulary.errors import DataError

Said = str | Fraction | None
Cells = Mapping[str, Said]  # what a piece says, each part of it by name


class Kind(StrEnum):
    """The kinds of piece, in the order in which a report names them."""

    NUMBER = "number"
    TABLE = "table"
    CHART_DATA = "chart data"
    DRAWING = "drawing"
    SENTENCE = "sentence"
    LOG = "log entry"
    PAGE = "page"
    FILE = "file"


Key = tuple[Kind, str]

AS_IN_JSON = "as in numbers.json"
WORKBOOKS = (".xlsx", ".ods")
NOT_COMPARED = {"order": "where it stands among the others follows from the notebook"}
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z£“\"])")


def read(folder: Path, *, values_alone: bool = False) -> dict[Key, Cells]:
    """Every number, table, chart, drawing, sentence, log entry and page of a release; or numbers and tables alone.

    Raises
    ------
    DataError
        when a file of it cannot be read as what it is.
    """
    found: dict[Key, Cells] = {}
    for part in (_numbers, _tables) if values_alone else (_numbers, _tables, _drawings, _sentences, _log, _pages):
        try:
            found.update(part(folder))
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # a file that was changed by hand
            raise DataError(f"{folder} cannot be read as a release: {error}.") from error
    return found


def exact(value: object) -> Said:
    """A value as it is written, so that differences of two are exact; text that is no number stays text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and isfinite(value):
        return Fraction(repr(value))
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _numbers(folder: Path) -> Iterator[tuple[Key, Cells]]:
    records = {
        record["figure_id"]: record for record in json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
    }
    for figure, record in records.items():
        yield (Kind.NUMBER, figure), {n: exact(value) for n, value in record.items() if n not in NOT_COMPARED}
    # The spreadsheet's file has to say the same as the other; where it does not, it is a difference of its own.
    cells = {
        f"{row['figure_id']}, {name}": AS_IN_JSON if _same(records.get(row["figure_id"], {}).get(name), text) else text
        for row in _rows(folder / "numbers.csv")
        for name, text in row.items()
    }
    yield (Kind.FILE, "numbers.csv"), cells


def _same(value: object, text: str) -> bool:
    return isinstance(value, float) and f"{value:.12g}" == text


def _tables(folder: Path) -> Iterator[tuple[Key, Cells]]:
    for kind, place in ((Kind.TABLE, "tables"), (Kind.CHART_DATA, "charts")):
        for path in sorted((folder / place).glob("*.json")):
            about = json.loads(path.read_text(encoding="utf-8"))
            said = {name: exact(value) for name, value in about.items() if name not in NOT_COMPARED}
            units = {name: unit for name, (_, unit) in about["columns"].items()}
            yield (kind, path.stem), said | dict(_cells(_rows(path.with_suffix(".csv")), units))


def _cells(rows: list[dict[str, str]], units: Mapping[str, str]) -> Iterator[tuple[str, Said]]:
    yield "rows", Fraction(len(rows))
    for place, row in enumerate(rows, 1):
        heading = next(iter(row.values()), "")
        for name, text in row.items():
            numeric = bool(units.get(name)) and not text.startswith("[")
            yield f"row {place} ({heading}), {name}", Fraction(text) if numeric else text


def _drawings(folder: Path) -> Iterator[tuple[Key, Cells]]:
    for path in sorted((folder / "charts").glob("*.svg")):
        yield (Kind.DRAWING, path.stem), {"SVG": path.read_text(encoding="utf-8")}


def _sentences(folder: Path) -> Iterator[tuple[Key, Cells]]:
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for place, cell in enumerate(notebook["cells"], 1):
            for number, sentence in enumerate(_said(cell), 1):
                yield (Kind.SENTENCE, f"{path.stem}, cell {place}, sentence {number}"), {"words": sentence}


def _said(cell: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of a cell: its Markdown, or the words that its code says."""
    if cell["cell_type"] == "markdown":
        texts = [_text(cell["source"])]
    else:
        data = [output.get("data", {}) for output in cell.get("outputs", [])]
        texts = [_text(d["text/plain"]) for d in data if _text(d.get("text/html", "")).startswith('<div class="say">')]
    for text in texts:
        for paragraph in filter(None, map(str.strip, text.split("\n\n"))):
            yield from SENTENCE_END.split(paragraph)


def _log(folder: Path) -> Iterator[tuple[Key, Cells]]:
    for row in _rows(folder / "log.csv"):
        yield (Kind.LOG, row["entry_id"]), row


def _pages(folder: Path) -> Iterator[tuple[Key, Cells]]:
    for path in sorted(folder.rglob("*.html")):
        yield (Kind.PAGE, path.relative_to(folder).as_posix()), {"HTML": path.read_text(encoding="utf-8")}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{str(name): str(text) for name, text in row.items()} for row in csv.DictReader(file)]


def workbook(path: Path) -> Mapping[Key, Cells]:
    """What a workbook of a release says: a piece for each number in it, and one for each other sheet."""
    import pandas as pd

    from vfm.report.workbook_content import IDENTIFIER, NUMBERS

    found: dict[Key, dict[str, Said]] = {}
    for name, sheet in pd.read_excel(path, sheet_name=None, header=None, dtype=object).items():
        figures = next((sheet[at] for at in sheet if name == NUMBERS and IDENTIFIER in set(sheet[at])), None)
        for row, values in enumerate(sheet.itertuples(index=False)):
            figure = None if figures is None or pd.isna(figures[row]) else str(figures[row])
            cells = found.setdefault((Kind.NUMBER, figure) if figure else (Kind.TABLE, str(name)), {})
            for column, value in enumerate(values, 1):
                cells[f"{name}, row {row + 1}, column {column}"] = None if pd.isna(value) else exact(value)
    return found


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


READ_FROM = ("numbers.json", "numbers.csv", "log.csv", "charts/", "tables/", "notebooks/")


def is_read(file: str) -> bool:
    """Whether what a file of a release says is among the pieces; a drawing in dots is not."""
    return file.endswith(".html") or (file.startswith(READ_FROM) and not file.endswith(".png"))
