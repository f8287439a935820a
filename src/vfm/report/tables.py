"""Tables as accessible HTML: a caption, headings with scope, numbers to the right."""

from collections.abc import Mapping
from html import escape

import pandas as pd

from vfm.report import words

NO_ROWS = "There is nothing to list."


def to_html(frame: pd.DataFrame, *, caption: str, units: Mapping[str, str]) -> str:
    """One table: the first column heads its rows.

    Parameters
    ----------
    frame : what to show, columns named as the reader should read them
    caption : what the table is
    units : column -> unit, for the columns that hold numbers
    """
    numeric = {name for name in frame.columns if units.get(name) or pd.api.types.is_numeric_dtype(frame[name])}
    heads = "".join(
        f'<th scope="col"{_kind(name in numeric)}>{escape(heading(name, units))}</th>' for name in frame.columns
    )
    body = "".join(_row(record, list(frame.columns), numeric, units) for record in frame.to_dict("records"))
    body = body or f'<tr><td colspan="{len(frame.columns)}">{NO_ROWS}</td></tr>'
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(record: dict[str, object], columns: list[str], numeric: set[str], units: Mapping[str, str]) -> str:
    cells = []
    for place, name in enumerate(columns):
        text = escape(words.cell(record[name], units.get(name, "")))
        if place == 0:
            cells.append(f'<th scope="row">{text}</th>')
        else:
            cells.append(f"<td{_kind(name in numeric)}>{text}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def heading(name: str, units: Mapping[str, str]) -> str:
    """A column's heading, with its unit where that is pounds."""
    unit = units.get(name, "")
    return f"{name} (£)" if unit.startswith("£") and "£" not in name else name


def _kind(numeric: bool) -> str:
    return ' class="number"' if numeric else ""
