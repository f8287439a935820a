"""What an executed notebook says, as blocks in reading order: what a page shows, for documents that are not HTML.

The HTML is the house's own (`fragments`, and Markdown as `pages` reads it). Charts, tables and cards are named by the
figures that they show, and are drawn again from the release; whatever else holds words is a paragraph.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html.parser import HTMLParser

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
PARAGRAPHS = {"p", "div", "blockquote", "pre", "ul", "ol", "table"}
SKIPPED = {"style", "script", "template", "details"}  # nothing of them is read out
VOID = {"br", "hr", "img", "input"}


@dataclass(frozen=True)
class Run:
    """Words of one kind: plain, strong or stressed, and the figure that they state."""

    text: str
    strong: bool = False
    stressed: bool = False
    figure: str = ""


@dataclass(frozen=True)
class Block:
    """A part of a document: a "heading" or "paragraph", an "item" of a list, "cards", a "chart", a "table", a "grid".

    `level` is a heading's; `figures` are the ids that cards, a chart or a table show; `rows` are a grid's cells, the
    first row its heading.
    """

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    figures: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        """Its words alone."""
        return "".join(run.text for run in self.runs)


def blocks(html: str) -> list[Block]:
    """The blocks of a page of the house, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.blocks


def cited(parts: Iterable[Block]) -> list[str]:
    """The numbers that sentences and cards state, by id, each once, in the order of reading."""
    said = [
        name
        for block in parts
        for name in [*(run.figure for run in block.runs), *(block.figures if block.kind == "cards" else ())]
    ]
    return [name for name in dict.fromkeys(said) if name]


class _Reader(HTMLParser):
    """Walks the HTML once; what it stands in decides what a run of words is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._runs: list[Run] = []
        self._kind, self._level = "paragraph", 0
        self._strong = self._stressed = 0
        self._figure = ""
        self._whole: list[str] = []  # the tags open within a part that is taken whole: cards, a chart, a table, a skip
        self._taken: Block | None = None
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._whole:
            self._inside(tag, given)
            return
        kinds = given.get("class", "").split()
        if tag in SKIPPED:
            self._take(tag, None)
        elif "cards" in kinds:
            self._take(tag, Block("cards"))
        elif tag == "figure":
            self._take(tag, Block("chart", figures=(given.get("id", ""),)))
        elif "tabled" in kinds:
            self._take(tag, Block("table", figures=(given.get("id", ""),)))
        elif tag == "table":
            self._take(tag, Block("grid"))
        elif tag in HEADINGS or tag == "li" or tag in PARAGRAPHS:
            self.end_block()
            self._kind = "heading" if tag in HEADINGS else "item" if tag == "li" else "paragraph"
            self._level = HEADINGS.get(tag, 0)
        else:
            self._inline(tag, given, 1)

    def handle_endtag(self, tag: str) -> None:
        if self._whole:
            self._leave(tag)
        elif tag in HEADINGS or tag == "li" or tag in PARAGRAPHS:
            self.end_block()
        else:
            self._inline(tag, {}, -1)

    def handle_data(self, data: str) -> None:
        if not self._whole:
            self._runs.append(Run(data, self._strong > 0, self._stressed > 0, self._figure))
        elif self._taken and self._taken.kind == "grid" and self._rows and self._rows[-1]:
            self._rows[-1][-1] += data

    def end_block(self) -> None:
        """Close what is open; blanks between words are one space, as a browser reads them."""
        runs = _tidied(self._runs)
        if runs:
            self.blocks.append(Block(self._kind, runs, self._level))
        self._runs, self._kind, self._level = [], "paragraph", 0

    def _inline(self, tag: str, given: dict[str, str], step: int) -> None:
        if tag in {"strong", "b"}:
            self._strong += step
        elif tag in {"em", "i"}:
            self._stressed += step
        elif tag == "data":
            self._figure = given.get("data-figure", "")
        elif tag == "br" and step > 0:
            self._runs.append(Run(" "))

    def _take(self, tag: str, block: Block | None) -> None:
        self.end_block()
        self._whole, self._taken, self._rows = [tag], block, []

    def _inside(self, tag: str, given: dict[str, str]) -> None:
        if tag not in VOID:
            self._whole.append(tag)
        if self._taken is None:
            return
        if self._taken.kind == "cards" and given.get("data-figure"):
            self._taken = replace(self._taken, figures=(*self._taken.figures, given["data-figure"]))
        elif self._taken.kind == "grid" and tag == "tr":
            self._rows.append([])
        elif self._taken.kind == "grid" and tag in {"th", "td"}:
            self._rows[-1].append("")

    def _leave(self, tag: str) -> None:
        while self._whole and self._whole.pop() != tag:
            continue
        if self._whole or self._taken is None:
            return
        rows = tuple(tuple(" ".join(cell.split()) for cell in row) for row in self._rows if row)
        self.blocks.append(replace(self._taken, rows=rows))
        self._taken = None


def _tidied(runs: list[Run]) -> tuple[Run, ...]:
    tidy: list[Run] = []
    for run in runs:
        text = " ".join(f"x{run.text}x".split())[1:-1]  # a blank at either end stays one blank
        if not tidy or tidy[-1].text.endswith(" "):
            text = text.lstrip()
        if text:
            tidy.append(replace(run, text=text))
    if tidy and tidy[-1].text.rstrip() != tidy[-1].text:
        last = replace(tidy[-1], text=tidy[-1].text.rstrip())
        tidy = [*tidy[:-1], *([last] if last.text else [])]
    return tuple(tidy)
