"""What can be read in a release, whatever holds it: every text of a file, and its tables row by row."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html
import openpyxl
import pandas as pd
import pikepdf
from PIL import Image

import pdf_reading
from vfm.release import contents
from vfm.release.verify import GOOD, Outcome, compare_piece

TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{part}:1.0}}" for part in ("table", "text"))


@dataclass(frozen=True)
class Grid:
    """A table: what stands over it, its headings and its rows, all as text."""

    over: str
    heads: list[str]
    rows: list[list[str]]


def texts(path: Path) -> Iterator[str]:
    """Everything that a reader of a file can find in it: what is shown, and what its format keeps out of sight."""
    yield path.name
    match path.suffix:
        case ".png":
            with Image.open(path) as image:
                image.load()
                yield " ".join(f"{name} {_text(value)}" for name, value in image.info.items())
                yield " ".join(f"{name} {_text(value)}" for name, value in image.getexif().items())
        case ".pdf":
            yield from _pdf_texts(path)
        case ".xlsx" | ".ods":
            with zipfile.ZipFile(path) as book:
                yield _text(book.comment)
                for name in book.namelist():
                    yield from (name, book.read(name).decode("utf-8", errors="replace"))
        case ".parquet":
            table = pd.read_parquet(path)
            yield from (table.to_string(), str(table.attrs))
        case ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                yield "\n".join(" | ".join(row) for row in csv.reader(file))
        case ".json" | ".ipynb":
            yield from (text := path.read_text(encoding="utf-8"), "\n".join(_scalars(json.loads(text))))
        case _:
            yield path.read_text(encoding="utf-8")


def _scalars(held: Any) -> Iterator[str]:
    """Every name and value of a JSON file, each by itself, as a program reads them."""
    if isinstance(held, dict):
        yield from held
        held = list(held.values())
    if isinstance(held, list):
        for one in held:
            yield from _scalars(one)
    else:
        yield f"{held:.12g}" if isinstance(held, float) else str(held)


def _text(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _pdf_texts(path: Path) -> Iterator[str]:
    """The words of a PDF page by page and part by part, its alt texts, its properties and what is attached to it."""
    with pikepdf.open(path) as pdf:
        yield " ".join(str(value) for value in pdf.docinfo.values())
        if "/Metadata" in pdf.Root:
            yield _text(pdf.Root.Metadata.read_bytes())
        yield from (pdf_reading.page_words(page) for page in pdf.pages)
        if "/StructTreeRoot" in pdf.Root:
            yield from (f"{one.alt} {one.words}" for one in pdf_reading.elements(pdf))
        for name, attached in pdf.attachments.items():
            yield f"{name} {_text(attached.get_file().read_bytes())}"


def grids(path: Path) -> Iterator[Grid]:
    """The tables in a file, row by row."""
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                heads, *rows = list(csv.reader(file)) or [[]]
            yield Grid(path.stem, heads, rows)
        case ".parquet":
            table = pd.read_parquet(path)
            yield Grid(path.stem, list(table.columns), table.astype(str).to_numpy().tolist())
        case ".html":
            yield from _html_grids(path.read_text(encoding="utf-8"))
        case ".ipynb":
            for output in _outputs(path):
                yield from _html_grids(output.get("text/html", ""))
        case ".json":
            held = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(held, list) and held and isinstance(held[0], dict):
                yield Grid(path.stem, list(held[0]), [[str(value) for value in one.values()] for one in held])
        case ".xlsx":
            for sheet in openpyxl.load_workbook(path).worksheets:
                yield _sheet([["" if cell is None else str(cell) for cell in row] for row in sheet.values])
        case ".ods":
            with zipfile.ZipFile(path) as book:
                content = lxml.etree.fromstring(book.read("content.xml"))
            for table in content.iter(f"{TABLE}table"):
                yield _sheet([_ods_row(row) for row in table.iter(f"{TABLE}table-row")])
        case ".pdf":
            yield from _pdf_grids(path)


def lines(path: Path) -> Iterator[str]:
    """The lines of text that a notebook's outputs hold beside their HTML, and those of a file of plain text."""
    if path.suffix == ".ipynb":
        for output in _outputs(path):
            yield from output.get("text/plain", "").splitlines()


def _outputs(path: Path) -> Iterator[dict[str, str]]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            held = {"text/plain": output["text"]} if "text" in output else output.get("data", {})
            yield {kind: "".join(text) for kind, text in held.items() if kind.startswith("text/")}


def _html_grids(text: str) -> Iterator[Grid]:
    if "<table" not in text:
        return
    for table in lxml.html.fromstring(text).iter("table"):
        ids = [one.get("id") for one in table.iterancestors() if one.get("id")][:1]
        captions = [one.text_content() for one in table.iter("caption")]
        rows = [[cell.text_content() for cell in row.iter("th", "td")] for row in table.iter("tr")]
        yield Grid(" ".join([*ids, *captions]), rows[0] if rows else [], rows[1:])


def _sheet(rows: list[list[str]]) -> Grid:
    """A sheet: lines with one filled cell stand over the table, whose first row has more."""
    first = next((place for place, row in enumerate(rows) if sum(map(bool, row)) > 1), len(rows))
    return Grid(
        " ".join(cell for row in rows[:first] for cell in row), rows[first] if rows[first:] else [], rows[first + 1 :]
    )


def _ods_row(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{TABLE}table-cell"):
        words = " ".join("".join(part.itertext()) for part in cell.iter(f"{TEXT}p"))
        cells += [words] * min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), 50 if words else 1)
    return cells


def _pdf_grids(path: Path) -> Iterator[Grid]:
    with pikepdf.open(path) as pdf:
        over, rows = "", []
        for one in pdf_reading.elements(pdf):
            if one.kind == "Caption":
                over = one.words
            elif one.kind == "Table":
                if rows:
                    yield Grid(over, rows[0], rows[1:])
                over, rows = (over, []) if "Caption" not in one.within else ("", [])
            elif one.kind == "TR":
                rows.append([])
            elif one.kind in {"TH", "TD"}:
                rows[-1].append(one.words)
        if rows:
            yield Grid(over, rows[0], rows[1:])


# ---- counts that are hidden, each in its own cell


@dataclass(frozen=True)
class Hidden:
    """The counts of people that a release may not show, and how its files name services, measures and areas.

    `counts` has (measure, service, area) -> what is hidden of it ("count", "achieved", "assessed") -> how many they
    are; an area of "" is all of London. Each of the others has every name, and every id, with the id that it is of.
    """

    counts: Mapping[tuple[str, str, str], Mapping[str, int]]
    services: Mapping[str, str]
    measures: Mapping[str, str]
    areas: Mapping[str, str]


@dataclass
class Shown:
    """What a search found: the rows of hidden counts that it read, by kind of file, and those that show a number."""

    read: Counter[str]
    told: list[tuple[str, str, str]]  # the file, the row's key, the column


NUMBER = re.compile(r"\d")
WORKED_OUT = ("share", "interval", "lower", "upper", "cost", "from", "to,", "to ", "real_", "shown")


def shown_though_hidden(folder: Path, hidden: Hidden) -> Shown:
    """Search each table of each file for a number where a count is hidden, and each line of text for the count."""
    seen = Shown(Counter(), [])
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for grid in grids(path):
            place = _area(f"{name} {grid.over}", hidden)
            for row in grid.rows:
                for key, column in _told(row, grid.heads, place, hidden, seen, path.suffix):
                    seen.told.append((name, " ".join(key), column))
        for line in lines(path):
            seen.told += [(name, " ".join(key), "text") for key in _told_in_line(line, name, hidden)]
    return seen


def _area(text: str, hidden: Hidden) -> str:
    """The area that a table is of, by its title or the name of its file."""
    spelt = text.lower().replace("-", " ")
    return next((code for name, code in hidden.areas.items() if name.lower().replace("-", " ") in spelt), "")


def _told(
    row: list[str], heads: list[str], place: str, hidden: Hidden, seen: Shown, kind: str
) -> Iterator[tuple[tuple[str, str, str], str]]:
    service = next((hidden.services[cell] for cell in row if cell in hidden.services), "")
    measure = next((hidden.measures[cell] for cell in row if cell in hidden.measures), "")
    area = next((hidden.areas[cell] for cell in row if cell in hidden.areas), place)
    held = hidden.counts.get((measure, service, area), {})
    if not held:
        return
    seen.read[kind] += 1
    stated = dict(zip(heads, row, strict=False))
    for head, cell in stated.items():
        what = _counted(head.lower(), held, stated.get("what", ""))
        if what & set(held) and NUMBER.search(cell):
            yield (measure, service, area), head


def _counted(head: str, held: Mapping[str, int], said: str) -> set[str]:
    """The counts that a column is of, or is worked out from."""
    if "assessed" in head:
        return {"assessed"}
    if head.startswith(("achieved", "count")):
        return {"achieved", "count"}
    if head.startswith(WORKED_OUT):
        return {said} if said else set(held)
    return set()


def _told_in_line(line: str, name: str, hidden: Hidden) -> Iterator[tuple[str, str, str]]:
    for service, service_id in hidden.services.items():
        for measure, measure_id in hidden.measures.items() if service in line else ():
            key = (measure_id, service_id, _area(name, hidden))
            if measure in line and key in hidden.counts:
                after = line.split(measure, 1)[1].replace(",", "").split()
                if any(str(count) in after for count in hidden.counts[key].values()):
                    yield key


def not_as_released(made: Path, released: Path, *parts: str) -> list[str]:
    """The files that making a release again did not give as they are; `parts` are patterns of those that are looked at.

    They are the same to the byte, but that on another processor a figure may have turned within its tolerance.
    """
    ours, theirs = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for part in parts for path in folder.glob(part)}
        for folder in (made, released)
    )
    assert ours
    before, again = contents.read(released), contents.read(made)
    found = sorted(ours.keys() ^ theirs.keys())
    for name in sorted(name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]):
        outcomes = {compare_piece(key, before[key], again.get(key, {})).outcome for key in before if _holds(name, key)}
        if not outcomes <= GOOD or Outcome.WITHIN not in outcomes:
            found.append(name)
    return found


def _holds(name: str, key: contents.Key) -> bool:
    """Whether a file of a release holds a piece whose figures may turn."""
    match key:
        case contents.Kind.NUMBER, _:
            return name in {"numbers.csv", "numbers.json"}
        case contents.Kind.TABLE, figure:
            return name in {f"tables/{figure}.csv", f"tables/{figure}.json"}
        case contents.Kind.CHART_DATA, figure:
            return name in {f"charts/{figure}.csv", f"charts/{figure}.json"}
    return False
