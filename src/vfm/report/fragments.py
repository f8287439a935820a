"""Pieces of a page: what a notebook shows is what the report shows."""

from html import escape

import pandas as pd

from vfm.report import figures, tables
from vfm.report.figures import Number, Shown
from vfm.vocabulary.results import Status


class Fragment:
    """A piece of a page, as a notebook shows it: HTML, and plain text where there is no HTML."""

    def __init__(self, html: str, text: str):
        self.html = html
        self.text = text

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


STATUS_WORDS: dict[str, str] = {
    Status.SCENARIO: "Scenario: under assumptions of ours",
    Status.ILLUSTRATIVE: "ILLUSTRATIVE: made-up data",
}


def status_label(status: str) -> str:
    """Status where the eye is: loud when a figure is not a published or derived one."""
    loud = " loud" if status in STATUS_WORDS else ""
    return f'<span class="status{loud}">{escape(status_words(status))}</span>'


def status_words(status: str) -> str:
    """A status as a reader is told it."""
    return STATUS_WORDS.get(status, status)


def chart_html(shown: Shown, svg: str, data: pd.DataFrame) -> str:
    """A chart on a page: title, drawing with its alt text, source and status, and its table."""
    drawing = svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(shown.alt)}" ', 1)
    table, notes = _table(shown, data), _notes(shown, figures.words_of_marks(data))
    return (
        f'<figure class="chart" id="{shown.figure_id}"><figcaption>{escape(shown.title)}</figcaption>{drawing}'
        f"{notes}<details><summary>The numbers in this chart</summary>{table}</details></figure>"
    )


def table_html(shown: Shown, data: pd.DataFrame) -> str:
    """A table on a page, with source and status."""
    table = _table(shown, data)
    of_marks = figures.words_of_marks(data)
    return f'<div class="tabled" id="{shown.figure_id}">{table}{_notes(shown, of_marks)}</div>'


def _notes(shown: Shown, of_marks: str) -> str:
    notes = "".join(f"{escape(note)} " for note in (shown.notes, of_marks) if note)
    return f'<p class="source">{notes}Source: {escape(shown.sources)}. {status_label(shown.status)}</p>'


def card(number: Number) -> str:
    """A headline number: title, value, interval, period and status."""
    spread = f'<p class="range">{escape(number.range)}</p>' if number.range else ""
    return (
        f'<div class="card"><p class="title">{escape(number.title)}</p>'
        f'<p class="value"><data data-figure="{number.figure_id}">{escape(number.text)}</data></p>{spread}'
        f'<p class="about">{escape(number.period)}. {status_label(number.status)}</p></div>'
    )


def _table(shown: Shown, data: pd.DataFrame) -> str:
    return tables.to_html(figures.in_words(shown, data), caption=shown.title, units=dict(shown.columns.values()))
