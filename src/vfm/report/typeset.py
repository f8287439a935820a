"""The quarterly update as a tagged PDF (PDF/UA-1), set by typst from what the page says and the release's drawings.

What is set reaches the template as data, never as markup: no name, however it is spelt, is a command to typst.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from vfm.report import figures, prose, tables, words
from vfm.report.figures import Number, Shown
from vfm.report.fragments import STATUS_WORDS, status_words
from vfm.report.pages import About
from vfm.report.prose import Block, Run
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.results import ILLUSTRATIVE

TEMPLATE = "update.typ"
STANDARD: Literal["ua-1"] = "ua-1"
WIDEST, SHORT, NARROWEST = 40, 18, 6  # letters: what a column is weighed as


def pdf(
    parts: list[Block],
    folder: Path,
    *,
    about: About,
    as_of: date,
    numbers: Mapping[str, Number],
    log: Iterable[Mapping[str, str]],
    sheets: Mapping[str, str],
) -> bytes:
    """The update as a PDF, the same bytes each time.

    Parameters
    ----------
    parts : what it says, from `prose.blocks`; its first heading is the title
    folder : the release, which holds the charts and tables that the parts name
    as_of : the day up to which facts are known: the document's only date
    numbers : the release's, by id
    sheets : the sheet of the workbook that holds a chart's numbers, by the chart's id

    Raises
    ------
    RunError
        when typst refuses it: a figure without alt text, or a character that no font has.
    """
    import typst  # a compiled library: only where a document is made

    content = _content(parts, folder, about, numbers, log, sheets)
    template = (files("vfm.report") / "templates" / TEMPLATE).read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[font_folder()])
    try:
        made = typst.Compiler(template, root=folder, font_paths=fonts, ignore_system_fonts=True).compile(
            format="pdf",
            pdf_standards=STANDARD,
            timestamp=datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC),
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        hints = " ".join(error.hints)
        raise RunError(f"The PDF of {about.quarter} cannot be set: {error.message}. {hints}".rstrip()) from error
    assert isinstance(made, bytes)
    return made


def font_folder() -> Path:
    """Where the fonts of documents are: those of the drawings, which come with matplotlib."""
    spec = find_spec("matplotlib")  # not imported: that takes a second
    assert spec and spec.origin
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def _content(
    parts: list[Block],
    folder: Path,
    about: About,
    numbers: Mapping[str, Number],
    log: Iterable[Mapping[str, str]],
    sheets: Mapping[str, str],
) -> dict[str, Any]:
    cited = [name for name in prose.cited(parts) if name in numbers]
    title = next((part.text for part in parts if part.kind == "heading"), about.quarter)
    shown = [part for part in parts if not (part.kind == "heading" and part.level == 1)]
    return {
        "about": about.__dict__ | {"title": title, "illustrative": ILLUSTRATIVE if about.illustrative else ""},
        "blocks": [block for part in _stepwise(shown) if (block := _block(part, folder, numbers, cited, sheets))],
        "cited": [_number(numbers[name]) for name in cited],
        "log": [
            {name: entry[name] or words.NOT_APPLICABLE for name in ("what", "kind", "effect", "reliability", "sunset")}
            for entry in log
        ],
    }


def _stepwise(parts: list[Block]) -> Iterable[Block]:
    """The same, no heading more than a level under the one before it: the standard asks for that."""
    level = 1
    for part in parts:
        if part.kind == "heading":
            level = min(part.level, level + 1)
            yield Block("heading", part.runs, level)
        else:
            yield part


def _block(
    part: Block, folder: Path, numbers: Mapping[str, Number], cited: list[str], sheets: Mapping[str, str]
) -> dict[str, Any] | None:
    match part.kind:
        case "cards":
            held = [_number(numbers[name]) for name in part.figures if name in numbers]
            return {"kind": "cards", "cards": held} if held else None
        case "chart":
            return _chart(*_read(folder / "charts" / f"{part.figures[0]}.json"), sheets)
        case "table":
            return _table(*_read(folder / "tables" / f"{part.figures[0]}.json"))
        case "grid":
            width = max(map(len, part.rows), default=0)
            rows = [[*row, *[""] * (width - len(row))] for row in part.rows]
            columns = [{"head": head, "numeric": False, "weight": NARROWEST} for head in rows[0]] if rows else []
            return {"kind": "table", "title": "", "columns": columns, "rows": rows[1:]} if columns else None
        case kind:
            return {"kind": kind, "level": part.level, "runs": [_run(run, cited) for run in part.runs]}


def _run(run: Run, cited: list[str]) -> dict[str, Any]:
    return run.__dict__ | {"figure": run.figure if run.figure in cited else ""}


def _number(number: Number) -> dict[str, Any]:
    return {
        "id": number.figure_id,
        "title": number.title,
        "text": number.text,
        "range": number.range,
        "period": number.period,
        "method": number.method,
        "source": number.source,
        "notebook": number.notebook,
        **_status(number.status),
    }


def _status(status: str) -> dict[str, Any]:
    return {"status": status_words(status), "loud": status in STATUS_WORDS}


def _about_shown(shown: Shown, data: pd.DataFrame) -> dict[str, Any]:
    notes = " ".join(filter(None, (shown.notes, figures.words_of_marks(data))))
    return {"title": shown.title, "notes": notes, "source": shown.sources, **_status(shown.status)}


def _read(path: Path) -> tuple[Shown, pd.DataFrame]:
    shown = figures.read_one(path)
    return shown, figures.read_data(path.with_suffix(".csv"), shown)


def _chart(shown: Shown, data: pd.DataFrame, sheets: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "chart",
        "path": f"/charts/{shown.figure_id}.svg",
        "alt": shown.alt,
        "sheet": sheets.get(shown.figure_id, ""),
        **_about_shown(shown, data),
    }


def _table(shown: Shown, data: pd.DataFrame) -> dict[str, Any]:
    units = dict(shown.columns.values())
    rows = figures.in_words(shown, data).to_numpy().tolist()
    columns = [
        {
            "head": tables.heading(head, units),
            "numeric": bool(unit),
            "weight": _weight(head, [row[place] for row in rows], bool(unit)),
        }
        for place, (head, unit) in enumerate(shown.columns.values())
    ]
    return {"kind": "table", "columns": columns, "rows": rows, "none": tables.NO_ROWS, **_about_shown(shown, data)}


def _weight(head: str, cells: list[str], numeric: bool) -> int:
    """How wide a column should be beside the others: whole where its cells are short, else about half of the longest.

    No word of it is broken, as far as `WIDEST` allows.
    """
    longest = max(map(len, cells), default=0)
    words_ = [len(word) for text in [head, *cells] for word in text.split()]
    wanted = longest if longest <= SHORT else max(SHORT, longest // 2)
    if numeric:
        wanted = longest + longest // 3  # a figure is wider than a letter
    return min(max(*words_, wanted, NARROWEST), WIDEST) + 2
