"""The documents of a release, to take away: one set of names and one call that makes them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.report import figures, opendocument_writer, pages, prose, typeset, workbook, workbook_content
from vfm.report.pages import About

SCHEMA, SUMMARY = "numbers.schema.json", "summary.html"


@dataclass(frozen=True)
class Download:
    """A file of the release that the front page offers."""

    file: str
    what: str
    kind: str
    bytes: int

    @property
    def size(self) -> str:
        """Its size as a reader is told it: "232 KB", or "1.4 MB" from a thousand of them."""
        thousands = max(1, round(self.bytes / 1000))
        return f"{thousands} KB" if thousands < 1000 else f"{self.bytes / 1_000_000:.1f} MB"


def offered(quarter: str) -> dict[str, tuple[str, str]]:
    """Every file that a release may offer: its name -> what it is, and its kind."""
    return {
        SUMMARY: ("This update in plain words, on one page", "web page"),
        f"{quarter}.pdf": ("This update as a document, tagged for screen readers", "PDF"),
        f"{quarter}.xlsx": ("Every number, table and chart as a workbook", "XLSX"),
        f"{quarter}.ods": ("The same workbook as an OpenDocument spreadsheet", "ODS"),
        "numbers.csv": ("Every number of this update", "CSV"),
        "numbers.json": ("The same, for programs", "JSON"),
        SCHEMA: ("What each field of numbers.json means", "JSON schema"),
        "revisions.csv": ("Every figure that was revised, in this release and before it", "CSV"),
        "log.csv": ("Assumptions, decisions, data issues and exclusions", "CSV"),
    }


def downloads(folder: Path, quarter: str) -> list[Download]:
    """What `folder` has of the files that a release may offer, in order."""
    return [
        Download(file, what, kind, (folder / file).stat().st_size)
        for file, (what, kind) in offered(quarter).items()
        if (folder / file).is_file()
    ]


def write(
    folder: Path,
    update: Mapping[str, Any],
    about: About,
    as_of: date,
    *,
    apart: Callable[[str], bool] = lambda notebook: False,
) -> None:
    """Make the documents of a release in `folder`, whose numbers, log, charts and tables are there.

    Parameters
    ----------
    update : the executed notebook that is the quarterly update
    as_of : the only date that a document carries
    apart : whether a notebook's charts and tables have no sheet of the workbook, for they fill pages of their own
    """
    numbers = figures.read_numbers(folder)
    log = pd.read_csv(folder / "log.csv", dtype=str, keep_default_na=False).to_dict("records")
    parts = prose.blocks("".join(part.html for part in pages.read_parts(update)))
    sheets = workbook_content.sheet_names(folder, apart=apart)
    document = typeset.pdf(parts, folder, about=about, as_of=as_of, numbers=numbers, log=log, sheets=sheets)
    title = next((part.text for part in parts if part.kind == "heading"), about.quarter)
    book = workbook_content.book(folder, title, about, as_of, numbers.values(), log, apart=apart)
    (folder / f"{about.quarter}.pdf").write_bytes(document)
    (folder / f"{about.quarter}.xlsx").write_bytes(workbook.xlsx(book))
    (folder / f"{about.quarter}.ods").write_bytes(opendocument_writer.ods(book))


def schema() -> str:
    """The JSON schema of numbers.json."""
    return (files("vfm.report") / SCHEMA).read_text(encoding="utf-8")
