"""The passport of every figure: what it is made from, gathered into one small file that a release carries.

What the notebooks noted (`vfm.report.lineage`) is joined here to what the house knows: the raw files with their hashes,
the rows behind a match, the formula of a method, corrections and exclusions. Rows that several figures share are kept
once. Values of rows are given for what was published alone: what providers return may be protected.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.catalogue import INCOMING, Catalogue, sha256
from vfm.data.origins import FILE, KEYS, RAW_OF, row_column
from vfm.data.quarter import QuarterData
from vfm.release.rules import Leaning, Reads, method_of
from vfm.report import figures

PASSPORTS = "passports.json"
LINEAGE, EXCLUSIONS = "lineage", "exclusions"  # where the notebooks note, and a kind of what they note
# Raw files behind a processed table that is made of more than the one of its name.
ALSO_OF = {"crime": ("recorded_crime_month",), "areas": ("tile_grid",), "services": ("awards",)}
# What a row of a published table states, for whoever looks it up.
STATES = {
    "awards": ("amount", "amount_not_summed"),
    "results": ("value",),
    "matches": ("pounds", "value"),
    "budget": ("amount",),
    "stated_values": ("value",),
    "allocations": ("amount",),
    "competitions": ("bids",),
}

Rows = dict[str, list[int]]


@dataclass
class Gathered:
    """What the passports of a release share."""

    data: QuarterData
    catalogue: Catalogue
    row_sets: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    methods: dict[str, dict[str, str]] = field(default_factory=dict)

    def row_set(self, table: str, file: str, rows: list[int] | None) -> int:
        """The place of some rows among the row sets, where they are put if they are new."""
        asked = {"table": table, "file": file, "rows": None if rows is None else ranges(rows), "count": len(rows or [])}
        if asked not in self.row_sets:
            self.row_sets.append(asked)
            if file:
                self.files.setdefault(file, self._about(file))
        return self.row_sets.index(asked)

    def _about(self, file: str) -> dict[str, str]:
        described = next((one for one in self.catalogue.files.values() if one.path == file), None)
        if described is not None:
            known = ("title", "publisher", "licence", "source", "sha256")
            return {name: str(getattr(described, name)) for name in known}
        sent = (one for folder in INCOMING for one in self.catalogue.incoming(folder) if one.label == file)
        return next(({"title": "as it came in", "sha256": sha256(one.path)} for one in sent), {})


def gather(folder: Path, data: QuarterData) -> dict[str, Any]:
    """Everything that passports.json holds but what figures lean on, from what the notebooks noted in `folder`."""
    known = Gathered(data, data.catalogue)
    names = [path.stem for path in sorted((folder / LINEAGE / EXCLUSIONS).glob("*.json"))]
    excluded = {name: _noted(folder, EXCLUSIONS, name) for name in names}
    made = {
        figure.figure_id: _passport(kind, figure, _noted(folder, f"{kind}s", figure.figure_id), excluded, known)
        for kind, figure in _figures(folder)
    }
    return {
        "status": str(data.catalogue.status),
        "figures": made,
        "row_sets": known.row_sets,
        "rows": _rows(known),
        "files": dict(sorted(known.files.items())),
        "methods": known.methods,
        "corrections": _corrections(known),
    }


def reads(gathered: Mapping[str, Any]) -> dict[str, Reads]:
    """What each figure rests on: the tables that it is made from, its method, and what its notebook names."""
    sets = gathered["row_sets"]
    return {
        name: Reads(frozenset(sets[one]["table"] for one in made["rows"]), made["method"], tuple(made["leans_on"]))
        for name, made in gathered["figures"].items()
    }


def write(folder: Path, gathered: Mapping[str, Any], leaning: Leaning) -> None:
    """Write passports.json, and take away the notes that it was made from."""
    figures_of = {name: made | {"leans_on": leaning.entries(name)} for name, made in gathered["figures"].items()}
    text = as_text({**gathered, "figures": figures_of})
    (folder / PASSPORTS).write_text(text, encoding="utf-8", newline="\n")
    shutil.rmtree(folder / LINEAGE, ignore_errors=True)


def _noted(folder: Path, kind: str, name: str) -> dict[str, Any]:
    path = folder / LINEAGE / kind / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def as_text(record: Mapping[str, Any]) -> str:
    """Passports as their file has them: one line a figure, so that two releases can be put side by side."""
    parts = []
    for name, value in record.items():
        if isinstance(value, str):
            parts.append(f'"{name}": {_json(value)}')
            continue
        lines = [f"{json.dumps(key, ensure_ascii=False)}: {_json(one)}" for key, one in _items(value)]
        listed = [line if isinstance(value, dict) else line.partition(": ")[2] for line in lines]
        ends = "{}" if isinstance(value, dict) else "[]"
        parts.append(f'"{name}": {ends[0]}\n' + ",\n".join(listed) + f"\n{ends[1]}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def ranges(rows: Iterable[int]) -> str:
    """Rows as a person would write them.

    >>> ranges([2, 3, 4, 9, 11, 12])
    '2-4, 9, 11-12'
    """
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _figures(folder: Path) -> list[tuple[str, Any]]:
    numbers = [("number", number) for number in figures.read_numbers(folder).values()]
    shown = [(kind[:-1], one) for kind in ("charts", "tables") for one in figures.read_shown(folder, kind)]
    return [*numbers, *shown]


def _passport(
    kind: str, figure: Any, note: Mapping[str, Any], excluded: Mapping[str, Any], known: Gathered
) -> dict[str, Any]:
    method = getattr(figure, "method", "")
    tables = note.get("tables", {})
    read = _read(tables, method)
    if method:
        known.methods.setdefault(method, method_of(method))
    read_rows = {table: tables[table] for table in read}
    passport = {
        "figure_id": figure.figure_id,
        "kind": kind,
        "title": figure.title,
        "notebook": figure.notebook,
        "cell": note.get("cell", 0),
        "functions": note.get("functions", []),
        "names": note.get("names", []),
        "rows": _row_sets(_joined(read_rows, known), known),
        "given": sorted(set(tables) - set(read)),
        "exclusions": sorted(name for name, one in excluded.items() if set(one["tables"]) & set(read)),
        "method": method,
        "leans_on": note.get("leans_on", []),
    }
    return passport | ({"text": figure.text, "range": figure.range} if kind == "number" else {})


def _read(tables: Mapping[str, Any], method: str) -> list[str]:
    """The tables that a figure is worked out from: of those it was given, the ones that its method reads."""
    named = method_of(method).get("reads", "").split() if method else []
    return [table for table in tables if table in named] or list(tables)


def _joined(tables: Mapping[str, Rows | None], known: Gathered) -> dict[str, Rows | None]:
    """With the results and awards that a match joins: its row in the register names theirs."""
    joined = dict(tables)
    rows = (tables.get("matches") or {}).get("")
    if not rows:
        return joined
    register = known.data.matches.set_index("raw_row").loc[rows]
    raw = pd.read_csv(known.catalogue.folder / known.catalogue.files["matches"].path, dtype=str, keep_default_na=False)
    named = raw.iloc[[row - 2 for row in rows]]  # row 1 is the heading
    awards = {one for cell in register["award_ids"].dropna() for one in str(cell).split("|")}
    results = {*named["result_id"], *named["base_result_id"]} - {""}
    for table, key, wanted in (("results", "result_id", results), ("awards", "award_id", awards)):
        of = getattr(known.data, table)
        found = of.loc[of[key].isin({one.strip() for one in wanted}), "raw_row"]
        if len(found):
            before = (joined.get(table) or {}).get("", [])
            joined[table] = {"": sorted({*before, *map(int, found)})}
    return joined


def _row_sets(tables: Mapping[str, Rows | None], known: Gathered) -> list[int]:
    found = []
    for table, rows in sorted(tables.items()):
        if rows is None:
            found += [known.row_set(table, file, None) for file in _files(table, known) or [""]]
        elif not any(rows.values()):
            found.append(known.row_set(table, "", []))  # nothing came in
        elif table in FILE:
            found += [known.row_set(table, file, numbers) for file, numbers in rows.items()]
        else:
            found += [known.row_set(table, file, rows.get("", [])) for file in _files(table, known)[:1]]
    return found


def _files(table: str, known: Gathered) -> list[str]:
    """The described raw files behind a table; what came in beside them stands in the rows."""
    names = (RAW_OF.get(table, table), *ALSO_OF.get(table, ()))
    return [known.catalogue.files[name].path for name in names if name in known.catalogue.files]


def _rows(known: Gathered) -> dict[str, dict[str, list[Any]]]:
    """What each row that a figure rests on is called and states, and where it is published."""
    found = {}
    for table, columns in STATES.items():
        wanted = {
            row for one in known.row_sets if one["table"] == table and one["rows"] for row in _numbers(one["rows"])
        }
        frame = getattr(known.data, table)
        frame = frame[frame[row_column(table)].isin(wanted)]
        if len(frame):
            found[table] = {str(row[row_column(table)]): _stated(row, table, columns) for _, row in frame.iterrows()}
    return found


def _stated(row: "pd.Series", table: str, columns: tuple[str, ...]) -> list[Any]:
    key = ", ".join(str(row[name]) for name in KEYS[table])
    values = {name: _plain(row[name]) for name in columns if pd.notna(row[name])}
    return [key, values, str(row.get("source", ""))]


def _plain(value: Any) -> float | str:
    """A number as one; what a source states in words, such as a day, as it does."""
    return value if isinstance(value, str) else float(value)


def _numbers(text: str) -> Iterable[int]:
    for part in text.split(", "):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _corrections(known: Gathered) -> list[dict[str, str]]:
    """The corrections of files that figures rest on."""
    path = known.catalogue.folder / known.catalogue.files["corrections"].path
    register = pd.read_csv(path, dtype=str, keep_default_na=False)
    return [
        {str(name): value for name, value in row.items()}
        for row in register.to_dict("records")
        if row["file"] in known.files
    ]


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
