"""Which raw rows a piece of a processed table is made of: told by its key, which the raw row numbers go with.

A piece is a part of a table, or a row of one, that has been worked on: joined to other things, given more columns. As
long as the key of the table's rows is in it, it says which rows it is. A sum over rows has no key, and says nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

ROW = "raw_row"
RAW_OF = {
    "allocations": "borough_allocations",
    "areas": "boroughs",
    "crime": "recorded_crime_quarter",
    "deflator": "gdp_deflator",
    "discount_rates": "green_book_discount_rates",
}
# The tables whose rows are known, each with what tells them apart. A match is of a result, so it is looked for first.
KEYS = {
    "matches": ("match_id",),
    "awards": ("award_id",),
    "results": ("result_id",),
    "competitions": ("competition",),
    "budget": ("period", "measure"),
    "stated_values": ("decision_ref", "what", "stated_where"),
    "allocations": ("gss_code", "fund", "period"),
    "spend": ("service_id", "gss_code", "quarter", "basis", "source"),
    "outputs": ("service_id", "gss_code", "quarter", "measure_id", "source"),
    "outcomes": ("service_id", "gss_code", "quarter", "measure_id", "source"),
    "grants": ("file", "line"),
    "contracts": ("file", "line"),
    "ledgers": ("file", "line"),
}
ALIASES = {"match": "match_id"}  # what a method calls a key
# The column that says which file a row is of, for tables made of several.
FILE = dict.fromkeys(("spend", "outputs", "outcomes"), "source")
FILE |= dict.fromkeys(("grants", "contracts", "ledgers"), "file")

Rows = dict[str, list[int]]  # file ("" where the table has one alone) -> rows as a spreadsheet counts


def named(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table, which says its name to whoever has a piece of it."""
    table.attrs["table"] = name
    return table


def row_column(table: str) -> str:
    """The column of a table that counts its raw rows."""
    return "line" if FILE.get(table) == "file" else ROW


def rows_of(piece: object, tables: Mapping[str, pd.DataFrame]) -> tuple[str, Rows] | None:
    """The table that a piece was taken from, and its raw rows; None where the piece does not say.

    Parameters
    ----------
    piece : a part of a processed table, one of its rows, or a row as ``itertuples`` gives it
    tables : the processed tables by name
    """
    told = str(piece.attrs.get("table", "")) if isinstance(piece, pd.DataFrame | pd.Series) else ""
    has = _has(piece)
    for name in sorted(KEYS.keys() & tables.keys(), key=lambda name: (name != told, list(KEYS).index(name))):
        if has >= set(KEYS[name]) and (keys := list(_keys(piece, KEYS[name]))):
            table = tables[name]
            own, found = list(_texts(table[part] for part in KEYS[name])), set(keys)
            if found <= set(own):
                return name, all_rows(name, table[[one in found for one in own]]) or {}
    return None


def _has(piece: object) -> set[str]:
    """What a piece has a value of: its columns, what its rows are called, and what they are called one by one."""
    match piece:
        case pd.DataFrame():
            names = [*piece.columns, piece.index.name]
        case pd.Series():  # a row taken from a table indexed by its key does not say which key that is
            return {*map(_called, piece.index), *(key[0] for key in KEYS.values() if len(key) == 1)}
        case tuple():
            names = list(getattr(piece, "_fields", ()))
        case _:
            names = []
    return set(map(_called, names))


def _called(name: object) -> str:
    """A column by the name that the tables have for it."""
    return ALIASES.get(str(name), str(name))


def all_rows(table: str, frame: pd.DataFrame) -> Rows | None:
    """Every raw row of a table, or of a part of it; None where its rows are not known."""
    if table not in KEYS or row_column(table) not in frame.columns:
        return None
    numbered = frame.dropna(subset=[row_column(table), *([FILE[table]] if table in FILE else [])])
    files = numbered[FILE[table]].astype(str) if table in FILE else [""] * len(numbered)
    found: dict[str, set[int]] = {}
    for file, row in zip(files, numbered[row_column(table)], strict=True):
        found.setdefault(file, set()).add(int(row))
    return {file: sorted(found[file]) for file in sorted(found)}


def _texts(columns: Iterable[pd.Series]) -> Iterable[tuple[str, ...]]:
    """Columns as text, row by row."""
    return zip(*(column.astype(str) for column in columns), strict=True)


def _keys(piece: object, key: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """The keys that a piece has, in its columns or in what its rows are called; none where a part is missing."""
    if isinstance(piece, pd.DataFrame):
        columns = list(map(_called, piece.columns))
        if key == (_called(piece.index.name),) and key[0] not in columns:
            return [(str(one),) for one in piece.index]
        at = [columns.index(part) for part in key if columns.count(part) == 1]
        whole = len(at) == len(key) and piece.columns.is_unique
        return _texts(piece.iloc[:, place] for place in at) if whole else []
    if isinstance(piece, pd.Series):
        fields: dict[Any, Any] = {_called(name): value for name, value in piece.items()}
        if len(key) == 1 and key[0] not in fields:
            return [(str(piece.name),)]  # a row that was taken from a table indexed by its key
    elif isinstance(piece, tuple) and hasattr(piece, "_fields"):
        fields = {_called(name): value for name, value in zip(piece._fields, piece, strict=True)}
    else:
        return []
    return [tuple(str(fields[part]) for part in key)] if set(key) <= set(fields) else []
