"""An executed notebook as a page of its own: one file, no script, nothing fetched from elsewhere."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files
from typing import Any

import jinja2
import mistune

from vfm.report.figures import Number
from vfm.vocabulary.labels import slug
from vfm.vocabulary.results import ILLUSTRATIVE

FIGURE = re.compile(r'<data data-figure="([a-z0-9-]+)"[^>]*>(.*?)</data>', re.DOTALL)
SOURCED = re.compile(
    r'(<(?:figure class="chart"|div class="tabled") id="([a-z0-9-]+)">.*?<p class="source">.*?)</p>', re.DOTALL
)
FIRST_HEADING = re.compile(r"<h1[^>]*>.*?</h1>", re.DOTALL)


@dataclass(frozen=True)
class About:
    """What every page of a release says of it."""

    quarter: str
    period: str
    as_of: str
    state: str
    version: int
    in_retrospect: bool
    code: str
    place: str  # its name
    commissioner: str
    illustrative: bool = False
    approved: str = ""  # by which role, and when
    of_approval: str = ""  # what a reader has to know of that role, in a sentence
    reason: str = ""  # why there is another version


@dataclass(frozen=True)
class Part:
    """A cell on a page: its code, shown on demand, and the HTML it gives."""

    html: str
    code: str = ""
    cell: int = 0  # how the executed notebook counts it


def front_page(
    notebook: Mapping[str, Any],
    about: About,
    numbers: Iterable[Number],
    log: list[dict[str, str]],
    downloads: Iterable[Any] = (),
    traces: Mapping[str, str] | None = None,
) -> str:
    """The quarterly update: the last notebook without its code, what to take away, every number and the log.

    `traces` says of each figure where it is told what it is made from, seen from the top of the release.
    """
    traces = traces or {}
    parts = [Part(_traced(_linked(part.html, {}), traces)) for part in read_parts(notebook)]
    headings = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', "".join(part.html for part in parts))
    return _render(
        "update.html.j2",
        about=about,
        parts=_without_title(parts),
        title=_title(notebook),
        contents=headings,
        numbers=list(numbers),
        log=log,
        downloads=list(downloads),
        traces=traces,
    )


def notebook_page(notebook: Mapping[str, Any], about: About, traces: Mapping[str, str] | None = None) -> str:
    """A notebook as executed, its code folded away; `traces` is as for the front page."""
    up = {name: f"../{place}" for name, place in (traces or {}).items()}
    parts = [
        Part(_traced(_linked(part.html, up, "../index.html"), up), part.code, part.cell)
        for part in read_parts(notebook)
    ]
    return _render("notebook.html.j2", about=about, parts=_without_title(parts), title=_title(notebook))


def summary_page(notebook: Mapping[str, Any], about: About, traces: Mapping[str, str] | None = None) -> str:
    """The update in plain words, from a notebook that says little: each number leads to what it is made from.

    `traces` is as for the front page; without it a number leads to its row there.
    """
    parts = [Part(_linked(part.html, traces or {}, "index.html")) for part in read_parts(notebook)]
    return _render("summary.html.j2", about=about, parts=_without_title(parts), title=_title(notebook))


def revisions_page(about: About, releases: Mapping[tuple[str, str], Mapping[str, list[Any]]]) -> str:
    """What this release and those before it stated otherwise than the one before each.

    Parameters
    ----------
    releases : (release, what it revises) -> heading -> revisions, the newest release first
    """
    return _render("revisions.html.j2", about=about, title="Revisions", releases=releases)


def trace_page(about: About, **told: Any) -> str:
    """What every figure is made from, each under its id."""
    return _render("trace.html.j2", about=about, title="How do we know?", **told)


class _Renderer(mistune.HTMLRenderer):
    def __init__(self) -> None:
        super().__init__(escape=True)
        self._taken: Counter[str] = Counter()

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        name = slug(text) or "section"
        self._taken[name] += 1
        address = name if self._taken[name] == 1 else f"{name}-{self._taken[name]}"
        return f'<h{level} id="{address}">{text}</h{level}>\n'


def read_parts(notebook: Mapping[str, Any]) -> list[Part]:
    """The cells of an executed notebook as HTML, in order."""
    markdown = mistune.create_markdown(renderer=_Renderer(), plugins=["table"])
    parts = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(Part(str(markdown(_text(cell["source"])))))
        elif cell["cell_type"] == "code":
            html = "".join(_output(output) for output in cell["outputs"])
            parts.append(Part(html, _text(cell["source"]), cell.get("execution_count") or 0))
    return parts


def _output(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return f"<pre>{escape(_text(output['text']))}</pre>"
    data = output.get("data", {})
    if "text/html" in data:
        return _text(data["text/html"])
    return f"<pre>{escape(_text(data['text/plain']))}</pre>" if "text/plain" in data else ""


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _linked(html: str, traces: Mapping[str, str], page: str = "") -> str:
    """Each number as a link: to where it is told what it is made from, or to the list of numbers."""
    return FIGURE.sub(
        lambda one: f'<a class="figure" href="{traces.get(one[1]) or f"{page}#number-{one[1]}"}">{one[2]}</a>', html
    )


def _traced(html: str, traces: Mapping[str, str]) -> str:
    """Each chart and table with a link to what it is made from, after its source."""
    return SOURCED.sub(lambda one: one[1] + (_how(traces[one[2]]) if one[2] in traces else "") + "</p>", html)


def _how(place: str) -> str:
    return f' <a class="trace" href="{place}">How do we know?</a>'


def _title(notebook: Mapping[str, Any]) -> str:
    first = _text(notebook["cells"][0]["source"]).splitlines()[0]
    return first.removeprefix("# ").strip()


def _without_title(parts: list[Part]) -> list[Part]:
    return [replace(parts[0], html=FIRST_HEADING.sub("", parts[0].html, count=1)), *parts[1:]]


def _render(template: str, **values: Any) -> str:
    loader = jinja2.PackageLoader("vfm.report", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    style = (files("vfm.report") / "templates" / "style.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(style=style, illustrative=ILLUSTRATIVE, **values)
