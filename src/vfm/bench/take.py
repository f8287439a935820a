"""Take a view away: as CSV, a workbook, a drawing, or a notebook of its own that runs."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date
from html import escape

import pandas as pd

from vfm.bench.views import View
from vfm.release.ask import Answer
from vfm.report import charts, figures, workbook
from vfm.report.workbook_content import Book, Column, Sheet
from vfm.vocabulary.labels import slug
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import ILLUSTRATIVE

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ipynb": "application/x-ipynb+json",
    "json": "application/json",
}
HELD = "The answer is the one that was taken away, if the next cell says nothing."
IMPORTS_OF_ANSWER = """from vfm.bench.pages import answer_html
from vfm.data.project import Project
from vfm.release.ask import ask
from vfm.release.ask_words import as_text
from vfm.report.fragments import Fragment"""


def files(view: View) -> dict[str, bytes]:
    """The files of a view by their names; a drawing only where there is one."""
    return {
        f"{view.name}.{kind}": make(view) for kind, make in FORMS.items() if view.figure or kind not in ("svg", "png")
    }


def link(name: str, held: bytes) -> str:
    """A link that saves a file from the page itself, so that nothing has to be served."""
    kind = name.rpartition(".")[2]
    address = f"data:{MIME[kind]};base64,{base64.b64encode(held).decode()}"
    return f'<a download="{escape(name)}" href="{address}">{kind.upper()}</a>'


def links(files: Mapping[str, bytes]) -> str:
    """A line of links, one a file."""
    each = " ".join(link(name, held) for name, held in files.items())
    return f'<div class="vfm-bench"><p>Take it away: {each}</p></div>'


def files_of_answer(answer: Answer, data: str) -> dict[str, bytes]:
    """The answer to a question as JSON, and a notebook that asks it again and holds it to its receipt."""
    release, receipt = answer.receipt["release"], dict(answer.receipt)
    name = "-".join(filter(None, map(slug, [answer.card, *answer.parameters.values()])))[:90]
    asking = f"answer = ask(Project.find({data!r}), {answer.card!r}, {dict(answer.parameters)!r}, {release!r})"
    cells = [
        _cell_of("markdown", "about", f"# {answer.question}\n\nAsked of {release}, by `{receipt['command']}`."),
        _cell_of("code", "answer", f"{IMPORTS_OF_ANSWER}\n\n{asking}\nFragment(answer_html(answer), as_text(answer))"),
        _cell_of("markdown", "held", HELD),
        _cell_of("code", "check", f'assert answer.receipt["answer_hash"] == "{receipt["answer_hash"]}"'),
    ]
    return {f"{name}.json": answer.as_json().encode(), f"{name}.ipynb": _as_notebook(cells)}


def _csv(view: View) -> bytes:
    rows = view.rows[[name for name in view.shown.columns if name in view.rows]]
    return figures.as_csv(rows.assign(status=view.shown.status, release=view.receipt["release"])).encode()


def _xlsx(view: View) -> bytes:
    rows = view.rows[[name for name in view.shown.columns if name in view.rows]]
    columns = tuple(Column(*view.shown.columns[name]) for name in rows)
    cells: tuple[tuple[str | float, ...], ...] = tuple(
        tuple(_cell(cell) for cell in row) for row in rows.itertuples(index=False)
    )
    if not cells:  # a sheet has no empty table
        cells = ((view.sentence, *[str(Mark.NOT_APPLICABLE)] * (len(columns) - 1)),)
    lines = (view.sentence, f"Source: {view.shown.sources}.", f"Status: {view.shown.status}.", _again(view))
    title = f"{ILLUSTRATIVE}. {view.shown.title}" if view.illustrative else view.shown.title
    about = Book(
        title=title,
        subject="A view of a release",
        keywords=view.receipt["release"],
        as_of=date.fromisoformat(view.receipt["as_of"]),
        cover=(("What this is", (view.sentence,)), ("How to have it again", tuple(_again(view).splitlines()))),
        sheets=(Sheet("view", title, lines, columns, cells),),
    )
    return workbook.xlsx(about)


def _cell(cell: object) -> str | float:
    if isinstance(cell, Mark) or not isinstance(cell, int | float):
        return str(cell)
    return str(Mark.NOT_AVAILABLE) if pd.isna(cell) else float(cell)


def _again(view: View) -> str:
    return f"Release {view.receipt['release']}, answer {view.receipt['answer_hash'][:16]}.\n{view.receipt['again']}"


def _svg(view: View) -> bytes:
    alt = escape(view.shown.alt)
    return view.drawing.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1).encode()


def _png(view: View) -> bytes:
    assert view.figure is not None
    return charts.png(view.figure, view.shown.title)


def _notebook(view: View) -> bytes:
    """A notebook that has the view again from the release that it is of, and holds it to its receipt."""
    importing, asking = view.receipt["again"].splitlines()
    told = json.dumps(view.receipt, indent=1, ensure_ascii=False)
    held = f'assert view.receipt["answer_hash"] == "{view.receipt["answer_hash"]}"'
    cells = [
        _cell_of("markdown", "about", f"# {view.shown.title}\n\n{view.sentence}"),
        _cell_of("code", "view", f"{importing}\n\nview = {asking}\nview"),
        _cell_of("markdown", "held", HELD),
        _cell_of("code", "check", held),
        _cell_of("markdown", "receipt", f"The receipt:\n\n```json\n{told}\n```"),
    ]
    return _as_notebook(cells)


def _as_notebook(cells: list[dict[str, object]]) -> bytes:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _cell_of(kind: str, name: str, source: str) -> dict[str, object]:
    more: dict[str, object] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": {}, "source": source, **more}


FORMS: dict[str, Callable[[View], bytes]] = {"csv": _csv, "xlsx": _xlsx, "svg": _svg, "png": _png, "ipynb": _notebook}
