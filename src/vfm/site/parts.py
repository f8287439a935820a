"""Pieces of a dashboard: a number, a chart or a table, each with its downloads, its link and how it is known."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
from markupsafe import Markup

from vfm.report import figures, fragments, words
from vfm.report.figures import Number, Shown
from vfm.site.content import Content
from vfm.site.downloads import FOLDER, Downloads
from vfm.vocabulary.labels import slug

Address = Callable[[object], str | None]
NONE = "There is nothing to list."
LIMITS = ("measure", "unit", "lower_95", "upper_95", "lower_998", "upper_998")  # the drawing and the files have them
MIXED = ("count or proportion", "rate or proportion")  # units of a column that mixes two: the row says which


class Parts:
    """What one page shows of a release; `root` leads from the page to the front page's folder."""

    def __init__(self, content: Content, downloads: Downloads, root: str):
        self._content = content
        self._downloads = downloads
        self.root = root

    # ---- numbers

    def has(self, *figure_ids: str) -> bool:
        """Whether the release has every one of these figures."""
        return all(name in self._content.numbers or name in self._content.shown for name in figure_ids)

    def number(self, figure_id: str, form: str = "text") -> Markup:
        """A number in a sentence, that leads to how it is known; `form` is "text", "range" or "period"."""
        one = self._content.numbers[figure_id]
        text = escape(str(getattr(one, form)))
        return Markup(f'<a class="number-link" href="{self._known(one)}">{text}</a>')

    def cards(self, *figure_ids: str) -> Markup:
        """Headline numbers side by side; those that the release does not have are left out."""
        found = [self._content.numbers[name] for name in figure_ids if name in self._content.numbers]
        return Markup(f'<div class="cards">{"".join(map(self._card, found))}</div>') if found else Markup("")

    def _card(self, one: Number) -> str:
        spread = f'<p class="range">Between {escape(one.range).replace(" to ", " and ")}</p>' if one.range else ""
        if one.value is None:
            said, _, why = one.text.partition(": ")
            value = f'<p class="unsaid"><strong>{escape(said.capitalize())}:</strong> {escape(why)}.</p>'
        else:
            unit = _after(one)
            after = f' <span class="unit">{escape(unit)}</span>' if unit else ""
            value = f'<p class="value"><data value="{one.value:.12g}">{escape(one.text)}</data>{after}</p>'
        return (
            f'<div class="card" id="{one.figure_id}"><p class="title">{escape(one.title)}</p>{value}{spread}'
            f'<p class="about">{escape(one.period)}. {fragments.status_label(one.status)}</p>'
            f"{self._links(one, self._known(one))}</div>"
        )

    def _known(self, one: Number | Shown) -> str:
        return f"{self.root}figures/{one.notebook}.html#{self._content.anchor(one)}"

    # ---- charts and tables

    def chart(self, figure_id: str) -> Markup:
        """A chart of the release, with its table beneath."""
        shown = self._content.shown[figure_id]
        label = escape(shown.alt)
        svg = self._content.drawing(figure_id).replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
        return self._drawn(shown, svg, self._table(shown, self._content.data(figure_id), {}))

    def any(self, figure_id: str) -> Markup:
        """A chart or a table, whichever the release has."""
        return self.chart(figure_id) if self._content.kind[figure_id] == "charts" else self.table(figure_id)

    def drawn(self, figure_id: str, svg: str, rows: pd.DataFrame, anchor: str, title: str) -> Markup:
        """A drawing that the dashboard makes of a published table, with the rows that it shows beneath."""
        shown = self._content.shown[figure_id]
        leave = LIMITS if "lower_95" in rows else ()
        table = self._table(shown, rows, {}, caption=title, classed=True, leave=leave)
        return self._drawn(shown, svg, table, anchor=anchor, title=title)

    def _drawn(self, shown: Shown, svg: str, table: str, *, anchor: str = "", title: str = "") -> Markup:
        said = escape(title or shown.title)
        caption = f"{self._mark(shown)}{said}"
        return Markup(
            f'<figure class="drawn" id="{anchor or self._content.anchor(shown)}"><figcaption>{caption}</figcaption>'
            f'<div class="drawing" role="region" tabindex="0" aria-label="Drawing: {said}">{svg}</div>'
            f"{self._source(shown)}"
            f"<details><summary>The numbers in this chart</summary>{table}</details>"
            f"{self._links(shown, self._known(shown), anchor)}</figure>"
        )

    def table(
        self,
        figure_id: str,
        *,
        rows: pd.DataFrame | None = None,
        leave: tuple[str, ...] = (),
        links: Mapping[str, Address] | None = None,
        caption: str = "",
        fixed: bool = False,
        anchor: str = "",
    ) -> Markup:
        """A table of the release.

        Parameters
        ----------
        rows : some of its rows, where a page shows not all of them
        leave : columns that the page leaves out; the downloads have them
        links : column -> where a cell of it leads
        caption : what it is, where the page says it in fewer words
        fixed : whether its order says something, so that it is not for sorting
        """
        shown = self._content.shown[figure_id]
        data = self._content.data(figure_id) if rows is None else rows
        held = self._table(shown, data, links or {}, leave=leave, caption=caption, fixed=fixed)
        source = f"{self._source(shown)}{self._links(shown, self._known(shown), anchor)}"
        return Markup(f'<div class="tabled" id="{anchor or self._content.anchor(shown)}">{held}{source}</div>')

    def beneath(self, figure_id: str) -> Markup:
        """The source, downloads and links of a table that a page lays out itself."""
        shown = self._content.shown[figure_id]
        return Markup(f"{self._source(shown)}{self._links(shown, self._known(shown))}")

    def _table(
        self,
        shown: Shown,
        rows: pd.DataFrame,
        links: Mapping[str, Address],
        *,
        leave: tuple[str, ...] = (),
        caption: str = "",
        fixed: bool = False,
        classed: bool = False,
    ) -> str:
        columns = {name: pair for name, pair in shown.columns.items() if name not in leave}
        said = escape(caption or shown.title)
        heads = "".join(
            f'<th scope="col"{_kind(unit)}>{escape(_heading(heading, unit))}</th>' for heading, unit in columns.values()
        )
        kept = replace(shown, columns=columns)
        told = figures.in_words(kept, rows).to_dict("split")["data"]
        pairs = zip(rows.to_dict("records"), told, strict=True)
        body = "".join(_row(row, texts, columns, links, classed) for row, texts in pairs)
        body = body or f'<tr><td colspan="{len(columns)}">{NONE}</td></tr>'
        kind = "fixed" if fixed or len(rows) < 3 else "sortable"
        return (
            f'<div class="table" role="region" tabindex="0" aria-label="{said}"><table class="{kind}">'
            f"<caption>{self._mark(shown)}{said}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    # ---- what stands beneath

    def _source(self, shown: Shown) -> str:
        notes = f"{escape(shown.notes)} " if shown.notes else ""
        label = fragments.status_label(shown.status)
        return (
            f'<p class="source">{notes}{escape(shown.period[:1].upper() + shown.period[1:])}. '
            f"Source: {escape(shown.sources)}. {label}</p>"
        )

    def _mark(self, shown: Shown) -> str:
        return '<strong class="mark">Illustrative</strong> ' if shown.status == "illustrative" else ""

    def _links(self, one: Number | Shown, known: str, anchor: str = "") -> str:
        about = f'<span class="unseen">: {escape(one.title)}</span>'
        files = ""
        if isinstance(one, Shown):
            name = f"{self.root}{FOLDER}/{self._downloads.of(one.figure_id)}"
            files = "".join(
                f'<li><a href="{name}.{kind.lower()}" download>{kind}{about}</a></li>' for kind in ("CSV", "JSON")
            )
        here = anchor or self._content.anchor(one)
        return (
            f'<ul class="links">{files}<li><a class="share" href="#{here}">Link to this{about}</a></li>'
            f'<li><a href="{known}">How do we know?{about}</a></li></ul>'
        )


def _row(
    row: Mapping[Any, object],
    texts: list[str],
    columns: Mapping[str, tuple[str, str]],
    links: Mapping[str, Address],
    classed: bool,
) -> str:
    cells = []
    for place, (name, (_, unit)) in enumerate(columns.items()):
        text = escape(_mixed(row, name, unit) or texts[place])
        address = links[name](row[name]) if name in links else None
        if address is None and str(row[name]).startswith("https://"):
            address, text = str(row[name]), f"{text.removeprefix('https://').partition('/')[0]}"
        held = f'<a href="{escape(address)}">{text}</a>' if address else text
        cells.append(f'<th scope="row">{held}</th>' if place == 0 else f"<td{_kind(unit)}>{held}</td>")
    mark = f' class="a-{slug(str(row["area"]))}"' if classed and "area" in row else ""
    return f"<tr{mark}>{''.join(cells)}</tr>"


def _mixed(row: Mapping[Any, object], name: str, unit: str) -> str:
    """A number of a column that mixes shares and rates, by what its row says; "" of any other."""
    value = row[name]
    if unit not in MIXED or not isinstance(value, float):
        return ""
    share = 0 <= value <= 1 if "unit" not in row else str(row["unit"]).startswith("of people")
    return words.quantity(value, "proportion" if share else "count")


def _heading(heading: str, unit: str) -> str:
    return f"{heading} (£)" if unit.startswith("£") and "£" not in heading else heading


def _kind(unit: str) -> str:
    return ' class="number"' if unit else ""


def _after(one: Number) -> str:
    """The unit after a number whose text does not say it: "3 services", "109.3 crimes for each thousand residents"."""
    if one.unit.startswith(("£", "proportion")) or one.unit in {"months", "count", "ratio"}:
        return one.unit[1:].strip() if one.unit.startswith("£ ") else ""
    return one.unit.removesuffix("s") if one.value == 1 and " " not in one.unit else one.unit
