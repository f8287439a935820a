"""What the workbook of a release holds, sheet by sheet: one content, written as XLSX and as ODS."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from vfm.report import figures, tables, words
from vfm.report.figures import Number, Shown
from vfm.report.fragments import status_words
from vfm.report.pages import About
from vfm.vocabulary.formula_guard import guarded
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import ILLUSTRATIVE

IDENTIFIER = "Identifier"  # the heading over the ids of numbers
COVER, CONTENTS, NOTES, NUMBERS, LOG = "Cover", "Contents", "Notes", "Numbers", "Log"
ONE_TABLE = "This sheet contains one table."
LONGEST_CELL = 32_000  # letters; Excel holds 32,767 in a cell and drops a longer one
CUT = " … (cut: the whole text is in the CSV file)"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
BETWEEN_SENTENCES = re.compile(r"(?<=[a-z0-9)%][.!?]) (?=[A-Z£])")
BETWEEN_SOURCES = re.compile(r"(?<=\)); ")
SYMBOLS = {mark.value: f"{mark.meaning[0].upper()}{mark.meaning[1:]}." for mark in Mark} | {
    figures.PROVISIONAL: "Provisional: it may change when late returns come in.",
    figures.REVISED: "Revised: the release before this one said otherwise.",
}
STATUSES = {
    "published": "As its source states it.",
    "derived": "Worked out from published figures alone.",
    "scenario": "Published figures under an assumption of the compilers, named beside it.",
    "illustrative": "Made up to show the working.",
}

Cell = str | float


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the unit of its numbers; without a unit it holds text."""

    heading: str
    unit: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table: a title, lines under it, then the table, which has no empty cell."""

    name: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    linked: bool = False  # its first column names sheets, and leads to them


@dataclass(frozen=True)
class Book:
    """A workbook: what its properties and its cover say, and its sheets."""

    title: str
    subject: str
    keywords: str
    as_of: date
    cover: tuple[tuple[str, tuple[str, ...]], ...]  # a heading and the paragraphs under it
    sheets: tuple[Sheet, ...]

    author: str = "vfm: an independent compilation"


def book(
    folder: Path,
    title: str,
    about: About,
    as_of: date,
    numbers: Iterable[Number],
    log: Sequence[Mapping[str, str]],
    *,
    apart: Callable[[str], bool] = lambda notebook: False,
) -> Book:
    """The workbook of the release in `folder`.

    Parameters
    ----------
    title : of the quarterly update
    as_of : the day up to which facts are known: the only date of the workbook
    numbers : every number, in order
    log : every entry of the log, as text
    apart : whether a notebook's charts and tables have no sheet here, for they fill pages of their own
    """
    held = [_numbers_sheet(numbers), *_shown_sheets(folder, apart), _log_sheet(log)]
    sheets = [_notes_sheet(), *held]
    made = [_contents_sheet(sheets), *sheets]
    whole = f"{title}: {about.period}"
    return Book(
        title=_clean(f"Illustrative: {whole}" if about.illustrative else whole),
        subject=_clean(f"{when(about)}. {known(about)}. {state(about)}."),
        keywords=f"value for money, policing, crime, commissioning, {about.place}, {about.quarter}",
        as_of=as_of,
        cover=_cover(about, any(apart(one.notebook) for one in figures.read_shown(folder, "tables"))),
        sheets=tuple(_marked(sheet) for sheet in made) if about.illustrative else tuple(made),
    )


def sheet_names(folder: Path, *, apart: Callable[[str], bool] = lambda notebook: False) -> dict[str, str]:
    """The sheet of each chart and table, by its id: Chart_1, Table_1 and so on in the order of the release."""
    names: dict[str, str] = {}
    for kind, word in (("charts", "Chart"), ("tables", "Table")):
        shown = [one for one in figures.read_shown(folder, kind) if not apart(one.notebook)]
        names |= {one.figure_id: f"{word}_{place}" for place, one in enumerate(shown, start=1)}
    return names


def when(about: About) -> str:
    """The period reported on."""
    return about.period + (", compiled in retrospect" if about.in_retrospect else "")


def known(about: About) -> str:
    """Up to when facts are known."""
    return f"With what {'is invented' if about.illustrative else 'was published'} up to {about.as_of}"


def state(about: About) -> str:
    """Whether it is published, and as which version."""
    return f"Version {about.version}" if about.state == "published" else "Draft: not published, and it may change"


def approval(about: About) -> str:
    """By which role it was approved, and what a reader has to know of that; "" where it was not."""
    said = about.approved if about.state == "published" else ""
    return f"Approved {said}. {about.of_approval}".rstrip() if said else ""


def _cover(about: About, some_apart: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    first = (f"{ILLUSTRATIVE}.",) if about.illustrative else ()
    return (
        (
            "Introductory information",
            (
                *first,
                f"{when(about)}.",
                f"{known(about)}. {state(about)}.",
                *([approval(about)] if approval(about) else []),
                "Every number of the update, and each of its tables and charts on a sheet of its own, with its source.",
                *(["The tables of single boroughs are on the pages of the boroughs."] if some_apart else []),
                f"Value for money of policing and crime commissioning in {about.place}: an independent compilation, "
                f"not a publication of the {about.commissioner}.",
            ),
        ),
        (
            "About these data",
            (
                "Sums are in pounds and shares are proportions, unrounded; how many places are shown is a matter of "
                "the cell's format.",
                "No cell is empty: the sheet Notes says what stands where there is no number.",
                f"Made by vfm; code {about.code}. The manifest of the release lists every input with its hash.",
                "Words and figures: Open Government Licence v3.0.",
            ),
        ),
    )


def _contents_sheet(sheets: list[Sheet]) -> Sheet:
    rows = tuple((sheet.name, sheet.title) for sheet in sheets)
    return Sheet(CONTENTS, "Contents", (ONE_TABLE,), (Column("Sheet"), Column("What it holds")), rows, linked=True)


def _notes_sheet() -> Sheet:
    rows = [
        *((symbol, meaning) for symbol, meaning in SYMBOLS.items()),
        *((f"Status: {status}", meaning) for status, meaning in STATUSES.items()),
        ("Interval", "The lower and upper ends of what the method named beside a number allows."),
        (
            "Apostrophe first",
            "A text that a spreadsheet would take for a formula is preceded by an apostrophe. No sheet has one.",
        ),
    ]
    return Sheet(NOTES, "Notes", (ONE_TABLE,), (Column("Symbol or word"), Column("What it means")), tuple(rows))


def _numbers_sheet(numbers: Iterable[Number]) -> Sheet:
    heads = ("Number", "As it is written", "Value", "Lower", "Upper", "Unit", "Period", "Status", "Method", "Source")
    columns = [Column(head, "mixed" if head in {"Value", "Lower", "Upper"} else "") for head in heads]
    columns += [Column(IDENTIFIER), Column("Made by")]
    rows = [
        (
            n.title,
            n.text,
            n.mark or words.NOT_AVAILABLE if n.value is None else n.value,
            words.NOT_APPLICABLE if n.lower is None else n.lower,
            words.NOT_APPLICABLE if n.upper is None else n.upper,
            *(
                "pounds (£)" if n.unit == "£" else n.unit,
                n.period,
                n.status,
                n.method,
                n.source,
                n.figure_id,
                n.notebook,
            ),
        )
        for n in numbers
    ]
    return _sheet(NUMBERS, "Every number of the update", (ONE_TABLE,), columns, rows)


def _shown_sheets(folder: Path, apart: Callable[[str], bool]) -> list[Sheet]:
    names = sheet_names(folder, apart=apart)
    return [
        _shown_sheet(names[shown.figure_id], folder / kind / f"{shown.figure_id}.csv", shown)
        for kind in ("charts", "tables")
        for shown in figures.read_shown(folder, kind)
        if shown.figure_id in names
    ]


def _shown_sheet(name: str, path: Path, shown: Shown) -> Sheet:
    data = figures.read_data(path, shown)
    lines = [
        ONE_TABLE,
        *(_sentences(f"What the chart of it shows: {shown.alt}") if shown.alt else []),
        *_sentences(shown.notes),
        *filter(None, [figures.words_of_marks(data)]),
        f"Period: {shown.period}. Status: {status_words(shown.status)}.",
        *(f"Source: {source}" for source in BETWEEN_SOURCES.split(shown.sources)),
    ]
    units = dict(shown.columns.values())
    columns = [Column(tables.heading(head, units), unit) for head, unit in shown.columns.values()]
    return _sheet(name, shown.title, lines, columns, data[list(shown.columns)].itertuples(index=False, name=None))


def _sentences(text: str) -> list[str]:
    """A text as lines, one a sentence, so that each is read without leaving its cell."""
    return BETWEEN_SENTENCES.split(text) if text else []


def _log_sheet(log: Sequence[Mapping[str, str]]) -> Sheet:
    columns = [Column(_words(name), {"rows": "rows", "pounds": "£"}.get(name, "")) for name in (log[0] if log else ())]
    rows = [[_logged(name, text) for name, text in entry.items()] for entry in log]
    title = "Assumptions, decisions, data issues and exclusions"
    return _sheet(LOG, title, (ONE_TABLE,), columns or [Column("Entry")], rows)


def _logged(name: str, text: str) -> Cell:
    if not text:
        return words.NOT_APPLICABLE
    return float(text) if name in {"rows", "pounds"} else words.cell(text)


def _words(name: str) -> str:
    head = name.replace("_", " ").capitalize()
    return f"{head} (£)" if name == "pounds" else head


def _sheet(
    name: str, title: str, lines: Iterable[str], columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> Sheet:
    """A sheet whose texts can be held by either format; a table without rows says so in its one row."""
    held = [tuple(_cell(value) for value in row) for row in rows]
    if not held:
        held = [(tables.NO_ROWS, *([words.NOT_APPLICABLE] * (len(columns) - 1)))]
    heads = _distinct([_text(column.heading) for column in columns])
    return Sheet(
        name=name,
        title=_text(title),
        lines=tuple(map(_text, lines)),
        columns=tuple(Column(head, column.unit) for head, column in zip(heads, columns, strict=True)),
        rows=tuple(held),
    )


def _cell(value: object) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool) and not pd.isna(value):
        return float(value)
    return _text(words.cell(value) if not isinstance(value, str) else value)


def _text(text: str) -> str:
    """A text as a cell holds it: guarded, without what XML cannot hold, and never blank."""
    held = guarded(_clean(text)) if text.strip() else words.NOT_AVAILABLE
    return held if len(held) <= LONGEST_CELL else held[: LONGEST_CELL - len(CUT)] + CUT


def _clean(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def _distinct(heads: list[str]) -> list[str]:
    """Headings that differ when capitals do not count, as a spreadsheet's table asks."""
    seen: set[str] = set()
    made = []
    for head in heads:
        name, number = head, 2
        while name.casefold() in seen:
            name, number = f"{head} ({number})", number + 1
        seen.add(name.casefold())
        made.append(name)
    return made


def _marked(sheet: Sheet) -> Sheet:
    lines = (f"{ILLUSTRATIVE}.", *sheet.lines)
    return Sheet(sheet.name, f"Illustrative: {sheet.title}", lines, sheet.columns, sheet.rows, sheet.linked)
