"""A PDF as a screen reader meets it: its structure in order, each part with its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf


@dataclass(frozen=True)
class Element:
    """A part of the structure: its kind, its alt text, the words under it, and what encloses it."""

    kind: str
    alt: str
    words: str
    within: tuple[str, ...]
    attributes: tuple[dict[str, Any], ...] = ()


def elements(pdf: pikepdf.Pdf) -> list[Element]:
    """Every part of the structure tree, in the order of reading, outer parts before those within them."""
    marked = {page.objgen: _marked_words(page) for page in pdf.pages}
    return list(_walk(pdf.Root.StructTreeRoot.K, None, marked, ()))


def page_words(page: pikepdf.Page) -> str:
    """All words on a page, those of its header and footer too, in the order in which they are drawn."""
    return "".join(_marked_words(page, whole=True).values())


def marked_order(pdf: pikepdf.Pdf) -> list[list[int]]:
    """For each page, the marks of its content as the structure reads them."""
    places = {page.objgen: number for number, page in enumerate(pdf.pages)}
    found: list[list[int]] = [[] for _ in pdf.pages]
    for page, mark in _marks(pdf.Root.StructTreeRoot.K, None):
        found[places[page.objgen]].append(mark)
    return found


def _children(node: Any) -> list[Any]:
    return list(node) if isinstance(node, pikepdf.Array) else [node]


def _marks(kids: Any, page: Any) -> Iterator[tuple[Any, int]]:
    for node in _children(kids):
        if isinstance(node, int):
            yield page, node
        elif isinstance(node, pikepdf.Dictionary):
            own = node.get("/Pg", page)
            if node.get("/Type") == "/MCR":
                yield own, int(node.MCID)
            elif "/K" in node:
                yield from _marks(node.K, own)


def _walk(kids: Any, page: Any, marked: dict[Any, dict[int, str]], within: tuple[str, ...]) -> Iterator[Element]:
    for node in _children(kids):
        if not isinstance(node, pikepdf.Dictionary) or "/S" not in node:
            continue
        kind, own = str(node.S)[1:], node.get("/Pg", page)
        below = node.get("/K", pikepdf.Array())
        words = " ".join(marked[p.objgen].get(mark, "") for p, mark in _marks(below, own))
        attributes = tuple(_plain(a) for a in _children(node.A)) if "/A" in node else ()
        yield Element(kind, str(node.get("/Alt", "")), " ".join(words.split()), within, attributes)
        yield from _walk(below, own, marked, (*within, kind))


def _plain(dictionary: Any) -> dict[str, Any]:
    return {str(key)[1:]: str(value) for key, value in dictionary.items()} if hasattr(dictionary, "items") else {}


def _marked_words(page: Any, *, whole: bool = False) -> dict[int, str]:
    """The words of a page by their mark; with `whole`, of what has none too, by its place."""
    fonts = {name: _letters(font) for name, font in page.Resources.get("/Font", {}).items()}
    words: dict[int, str] = {}
    stack: list[tuple[int | None, bool]] = [(None, False)]  # the mark, and whether a text stands in for the letters
    font: dict[int, str] = {}

    def add(text: str) -> None:
        mark = stack[-1][0]
        if mark is not None or whole:
            key = -1 if mark is None else mark
            words[key] = words.get(key, "") + text

    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                given = operands[1] if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else {}
                mark, replaced = stack[-1]
                stack.append((int(given["/MCID"]) if "/MCID" in given else mark, replaced or "/ActualText" in given))
                if "/ActualText" in given and not replaced:
                    add(str(given["/ActualText"]))
            case "EMC":
                stack.pop()
            case "Tf":
                font = fonts[str(operands[0])]
            case "Tj" | "TJ" if not stack[-1][1]:
                shown = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                codes = b"".join(bytes(part) for part in shown if isinstance(part, pikepdf.String))
                add("".join(font.get(code, "") for code in _pairs(codes)))
    return words


def _pairs(codes: bytes) -> list[int]:
    return [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]


def _letters(font: Any) -> dict[int, str]:
    """What each code of a font stands for, from its map to Unicode."""
    cmap = font.ToUnicode.read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = int(text, 16)
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(start + step)
    return found
