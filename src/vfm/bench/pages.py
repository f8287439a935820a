"""A view, an answer and a scenario as HTML, for a notebook's cell and for the controls."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from vfm.bench.views import View, in_words
from vfm.bench.what_if import WhatIf
from vfm.release.ask import Answer, Told
from vfm.report import fragments, tables
from vfm.vocabulary.errors import VfmError
from vfm.vocabulary.results import ILLUSTRATIVE, Status

STYLE = """<style>
.vfm-bench{color:#0b0c0c;background:#fff;padding:.1rem .4rem}
.vfm-bench .sentence{font-size:1.1em;max-width:46rem;margin:.5rem 0}
.vfm-bench.scenario{border-left:6px double #801650;padding-left:1rem}
.vfm-bench .mark{background:#801650;color:#fff;padding:0 .5rem;font-weight:700}
.vfm-bench table{border-collapse:collapse;color:inherit;background:inherit}
.vfm-bench th,.vfm-bench td{text-align:left;vertical-align:top;padding:.25rem .7rem .25rem 0;color:inherit}
.vfm-bench th,.vfm-bench td{max-width:24rem;white-space:normal}
.vfm-bench td.number,.vfm-bench th.number{text-align:right}
.vfm-bench caption{font-weight:700;text-align:left;color:inherit;padding:.3rem 0}
.vfm-bench .table{max-height:28rem;overflow:auto}
.vfm-bench svg{max-width:100%;height:auto;background:#fff}
.vfm-bench a{color:#1a4f8b;text-decoration:underline}
</style>"""


def view_html(view: View) -> str:
    """A view: its sentence, its drawing and its table."""
    return f"{STYLE}{sentence_html(view)}{drawing_html(view)}{table_html(view)}{receipt_html(view.receipt)}"


def sentence_html(view: View) -> str:
    """The sentence of a view, marked where it is of made-up data."""
    loud = ILLUSTRATIVE if view.illustrative else fragments.STATUS_WORDS.get(view.shown.status, "")
    mark = f'<span class="mark">{escape(loud)}</span> ' if loud else ""
    return f'<div class="vfm-bench"><p class="sentence" role="status">{mark}{escape(view.sentence)}</p></div>'


def drawing_html(view: View) -> str:
    """The drawing of a view with its words for who cannot see it, or why there is none."""
    if view.figure is None:
        return f'<div class="vfm-bench"><p>No drawing: {escape(view.undrawn)}.</p></div>'
    svg = view.drawing
    labelled = f'<svg role="img" aria-label="{escape(view.shown.alt)}" '
    return f'<div class="vfm-bench">{svg[svg.index("<svg") :].replace("<svg ", labelled, 1)}</div>'


def table_html(view: View) -> str:
    """The rows of a view, with their source and status."""
    held = tables.to_html(in_words(view), caption=view.shown.title, units=dict(view.shown.columns.values()))
    notes = f"{view.shown.notes} " if view.shown.notes else ""
    source = f"{notes}Source: {view.shown.sources}. {view.shown.period}."
    return f'<div class="vfm-bench">{held}<p>{escape(source)} {fragments.status_label(view.shown.status)}</p></div>'


def fault_html(error: VfmError) -> str:
    """What is wrong with what was asked, in place of an answer."""
    return f'{STYLE}<div class="vfm-bench"><p role="alert"><strong>{escape(str(error))}</strong></p></div>'


def receipt_html(receipt: Mapping[str, Any]) -> str:
    """A receipt, folded away."""
    rows = "".join(f"<li>{escape(name)}: <code>{escape(str(value))}</code></li>" for name, value in receipt.items())
    return f'<div class="vfm-bench"><details><summary>Receipt</summary><ul>{rows}</ul></details></div>'


def answer_html(answer: Answer) -> str:
    """The answer to a question card."""
    scenario = " scenario" if answer.status is Status.SCENARIO else ""
    mark = f'<span class="mark">{ILLUSTRATIVE}</span> ' if answer.status is Status.ILLUSTRATIVE else ""
    numbers = "".join(
        f"<li>{escape(one.title)}: <strong>{escape(one.text)}</strong>{_range(one.range)}. {escape(one.period)}. "
        f"{fragments.status_label(one.status)}</li>"
        for one in answer.numbers
    )
    parts = [f'<p class="sentence" role="status">{mark}<strong>{escape(answer.question)}</strong></p>']
    parts += [f"<ul>{numbers}</ul>"] if numbers else []
    parts += [_told_html(table) for table in answer.tables]
    for title, sentences in (("What this does not say", answer.limits), ("It rests on", answer.caveats)):
        if sentences:
            said = "".join(f"<li>{escape(one)}</li>" for one in sentences)
            parts.append(f"<p><strong>{title}</strong></p><ul>{said}</ul>")
    return f'{STYLE}<div class="vfm-bench{scenario}">{"".join(parts)}</div>{receipt_html(answer.receipt)}'


def _range(text: str) -> str:
    return f" ({escape(text)})" if text else ""


def _told_html(table: Told) -> str:
    if table.reason:
        return f"<p>{escape(table.title)}: cannot say, because {escape(table.reason)}.</p>"
    frame = pd.DataFrame(list(table.rows), columns=list(table.headings))
    held = tables.to_html(frame, caption=table.title, units={})
    notes = f"{table.notes} " if table.notes else ""
    return f"{held}<p>{escape(notes)}Source: {escape(table.sources)}. {fragments.status_label(table.status)}</p>"


def scenario_html(found: WhatIf) -> str:
    """What moved with an assumption, apart from what is published by word and by colour."""
    table = tables.to_html(found.rows, caption=f"Scenario: {found.name} = {found.after}", units={})
    said = f'<p class="sentence" role="status"><span class="mark">Scenario</span> {escape(found.sentence)}</p>'
    return f'{STYLE}<div class="vfm-bench scenario">{said}{table}</div>'
