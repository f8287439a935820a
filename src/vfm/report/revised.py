"""The marks of what may change and of what has: [p] provisional, [r] revised, in tables and on pages.

A notebook knows what is provisional and marks it as it publishes. What is revised is known only when the release is
held against the one before it, after the notebooks ran: their figures are then marked where they are shown.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.report import figures
from vfm.report.figures import MARKS, MARKS_HEADING, PROVISIONAL, REVISED, UNMARKED, Columns, Number, Shown
from vfm.report.fragments import chart_html, table_html

FLAG = "provisional"  # the column of a table's data that says of each row whether it is
STATED = re.compile(r'<data data-figure="([a-z0-9-]+)"[^>]*>.*?(?=</data>)', re.DOTALL)
ADDED = re.compile(rf"\s*{re.escape(REVISED)}.*$", re.DOTALL)


def with_provisional(frame: pd.DataFrame, columns: Columns) -> tuple[pd.DataFrame, Columns]:
    """A table with a column of marks, where its data has a column `provisional` that is true of any row."""
    if FLAG not in frame.columns or not frame[FLAG].any():
        return frame, columns
    marks = [PROVISIONAL if flag else UNMARKED for flag in frame[FLAG]]
    return frame.assign(**{MARKS: marks}), {**columns, MARKS: (MARKS_HEADING, "")}


def marked_number(number: Number) -> Number:
    """A number that is revised."""
    return replace(number, revision=f"{number.revision} {REVISED}".strip())


def marked_table(
    shown: Shown, data: pd.DataFrame, revised: Mapping[int, Collection[str]]
) -> tuple[Shown, pd.DataFrame]:
    """A table with the mark of what is revised in it.

    Parameters
    ----------
    revised : place of a row, from 0 -> the headings of the columns that are revised in it
    """
    before = list(data[MARKS]) if MARKS in shown.columns else [UNMARKED] * len(data)
    marks = [
        f"{'' if mark == UNMARKED else f'{mark} '}{REVISED} {', '.join(revised[place])}" if place in revised else mark
        for place, mark in enumerate(before)
    ]
    columns = {**shown.columns, MARKS: (MARKS_HEADING, "")}
    return replace(shown, columns=columns), data.assign(**{MARKS: marks})


def _as_it_was(shown: Shown, data: pd.DataFrame) -> tuple[Shown, pd.DataFrame]:
    """A table as the notebook showed it, before what is revised was marked."""
    marks = [ADDED.sub("", str(mark)) or UNMARKED for mark in data[MARKS]]
    if set(marks) <= {UNMARKED}:
        columns = {name: about for name, about in shown.columns.items() if name != MARKS}
        return replace(shown, columns=columns), data.drop(columns=MARKS)
    return shown, data.assign(**{MARKS: marks})


def marked_notebook(notebook: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """An executed notebook with [r] at every figure of it that is revised, as the release in `folder` says.

    Its sentences and cards have the mark after the number; a table or the table of a chart has its column of marks.
    """
    numbers = {name for name, number in figures.read_numbers(folder).items() if REVISED in number.revision}
    pieces = _pieces(folder)
    if not numbers and not pieces:
        return dict(notebook)

    def marked(html: str) -> str:
        for before, after in pieces.items():
            html = html.replace(before, after)
        return STATED.sub(lambda found: found[0] + (f" {REVISED}" if found[1] in numbers else ""), html)

    return {**notebook, "cells": [_with_outputs(cell, marked) for cell in notebook["cells"]]}


def _with_outputs(cell: Mapping[str, Any], marked: Any) -> dict[str, Any]:
    outputs = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            html = data["text/html"]
            data = {**data, "text/html": marked(html if isinstance(html, str) else "".join(html))}
            output = {**output, "data": data}
        outputs.append(output)
    return {**cell, "outputs": outputs} if "outputs" in cell else dict(cell)


def _pieces(folder: Path) -> dict[str, str]:
    """Every table and chart with something revised in it, as its notebook showed it -> with its marks."""
    found = {}
    for kind in ("tables", "charts"):
        for shown in figures.read_shown(folder, kind):
            if MARKS not in shown.columns:
                continue
            path = folder / kind / f"{shown.figure_id}.csv"
            data = figures.read_data(path, shown)
            svg = "" if kind == "tables" else path.with_suffix(".svg").read_text(encoding="utf-8")
            found[_html(*_as_it_was(shown, data), svg)] = _html(shown, data, svg)
    return found


def _html(shown: Shown, data: pd.DataFrame, svg: str) -> str:
    return chart_html(shown, svg, data) if svg else table_html(shown, data)
