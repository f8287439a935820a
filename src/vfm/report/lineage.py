"""What a figure is made from, read from the notebook that publishes it: tables, rows, functions, parameters.

The notebook's own code says which names a figure is made of, and which names those are made of, back to the tables.
Where one of the names holds a table's rows that still say which raw rows they are, the figure is made of those rows;
where a table was reduced before, of all that was reduced. Nothing is run again, and the notebook does not notice.

It is read statement by statement, so it may name too much (all that a name was made of) but leaves nothing out that
a name was made of. What a function does inside is the function's business: `functions` names it.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import FrameType
from typing import Any

import pandas as pd

from vfm.data.origins import KEYS, all_rows, rows_of
from vfm.data.quarter import QuarterData
from vfm.data.tables import TABLES

PUBLISHES = ("number", "published", "chart", "table", "exclude")
# What says something of a figure, and is not what it is made from.
ABOUT = {
    "title",
    "unit",
    "period",
    "source",
    "notes",
    "alt",
    "columns",
    "missing",
    "bounds",
    "what",
    "effect",
    "leans_on",
    "people",
}
METHODS = "vfm.analysis."

Rows = dict[str, list[int]]


@dataclass
class Lineage:
    """What one figure is made from.

    Parameters
    ----------
    cell : the code cell that publishes it, counted as the executed notebook does; 0 outside a notebook
    tables : processed table -> raw file ("" where it has one alone) -> rows; None where only the table is known
    functions : the methods, as "vfm.analysis.growth.compare_years"
    names : the plain values it is made from, its notebook's parameters among them
    leans_on : entries of the log that the notebook names
    """

    cell: int = 0
    tables: dict[str, Rows | None] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    leans_on: list[str] = field(default_factory=list)

    def add(self, table: str, rows: Rows | None) -> None:
        """Note rows of a table beside those that are known; to know only the table is to know less."""
        known = self.tables.get(table, {})
        if rows is None or known is None:
            self.tables[table] = None
            return
        files = known.keys() | rows.keys()
        self.tables[table] = {file: sorted({*known.get(file, []), *rows.get(file, [])}) for file in sorted(files)}


def of_caller() -> Lineage:
    """The lineage of what the notebook is just publishing."""
    frame = _notebook_frame(sys._getframe())
    return Lineage() if frame is None else _lineage(frame)


def _notebook_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None:
        if frame.f_globals.get("__name__") == "__main__" and isinstance(frame.f_globals.get("In"), list):
            return frame
        frame = frame.f_back
    return None


def _lineage(frame: FrameType) -> Lineage:
    cells: list[str] = frame.f_globals["In"]
    here = len(cells) - 1
    steps, call = _steps_before(cells[1:], frame.f_lineno)
    if call is None:
        return Lineage(cell=here)
    slice_ = _Slice(steps, _seed(call), {**frame.f_globals, **frame.f_locals})
    return slice_.lineage(here)


# ---- the notebook as steps


@dataclass(frozen=True)
class _Step:
    """A statement, or the head of one: the names that it gives a value, and the code that the value is made by."""

    gives: frozenset[str]
    made_by: tuple[ast.AST, ...]
    anew: bool = True  # the names have no value from before it


def _steps_before(cells: list[str], line: int) -> tuple[list[_Step], ast.Call | None]:
    """The steps of the notebook up to the call at `line` of its last cell, and that call."""
    steps: list[_Step] = []
    for cell in cells[:-1]:
        for statement in _parsed(cell):
            steps += _steps(statement)
    for statement in _parsed(cells[-1]):
        call = _call_at(statement, line)
        if call is not None:
            return [*steps, *(step for step in _steps(statement, until=call))], call
        steps += _steps(statement)
    return steps, None


@lru_cache(maxsize=256)
def _parsed(cell: str) -> tuple[ast.stmt, ...]:
    try:
        return tuple(ast.parse(cell).body)
    except SyntaxError:  # what IPython alone understands
        return ()


def _call_at(statement: ast.stmt, line: int) -> ast.Call | None:
    calls = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PUBLISHES
    ]
    at = [call for call in calls if call.lineno <= line <= (call.end_lineno or call.lineno)]
    return min(at, key=lambda call: (call.end_lineno or call.lineno) - call.lineno, default=None)


def _steps(statement: ast.stmt, until: ast.Call | None = None) -> Iterator[_Step]:
    """A statement as steps; of one that holds the call `until`, those that come before it."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            plain = all(isinstance(target, ast.Name | ast.Tuple | ast.List) for target in targets)
            yield _Step(frozenset().union(*map(_given, targets)), (value, *([] if plain else targets)), plain)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield _Step(_given(target), (value,))
        case ast.AugAssign(target=target, value=value):
            yield _Step(_given(target), (value,), anew=False)
        case ast.For(target=target, iter=each, body=body):
            yield _Step(_given(target), (each,))
            yield from _inside(body, until)
        case ast.If(test=test, body=body, orelse=orelse):
            inside = list(_inside([*body, *orelse], until))
            for step in inside:
                yield _Step(step.gives, (*step.made_by, test), anew=False)
        case ast.With(items=items, body=body):
            for item in items:
                yield _Step(_given(item.optional_vars) if item.optional_vars else frozenset(), (item.context_expr,))
            yield from _inside(body, until)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=_)) if until is None:
            yield _Step(frozenset({name}), (statement,), anew=False)  # a list that grows


def _inside(body: list[ast.stmt], until: ast.Call | None) -> Iterator[_Step]:
    for statement in body:
        if until is not None and any(node is until for node in ast.walk(statement)):
            yield from _steps(statement, until)
            return
        yield from _steps(statement)


def _given(target: ast.AST) -> frozenset[str]:
    """The names that an assignment gives a value, or a part of one."""
    match target:
        case ast.Name(id=name):
            return frozenset({name})
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return frozenset().union(*map(_given, parts))
        case ast.Starred(value=value) | ast.Subscript(value=value) | ast.Attribute(value=value):
            return _given(value)
    return frozenset()


def _seed(call: ast.Call) -> tuple[ast.AST, ...]:
    """The arguments of a figure that it is made from."""
    return (*call.args[1:], *(word.value for word in call.keywords if word.arg is not None and word.arg not in ABOUT))


# ---- the slice


class _Slice:
    """Everything that some code is made by, followed back from name to name."""

    def __init__(self, steps: list[_Step], seed: tuple[ast.AST, ...], values: Mapping[str, Any]):
        self._steps, self._seed, self._values = steps, seed, values
        self._known: dict[str, tuple[str, Rows] | None] = {}  # what a name's value was found to be a piece of
        self._taken: dict[tuple[int, str], object] = {}  # a property of the quarter may be worked out each time
        data = next((value for value in values.values() if isinstance(value, QuarterData)), None)
        # Only tables that the notebook has opened: to open another would be to read it.
        self._tables = {} if data is None else {name: vars(data)[name] for name in TABLES if name in vars(data)}

    def lineage(self, cell: int) -> Lineage:
        """All that it is made by; rows where they can be told, and the table alone where they cannot."""
        lineage = Lineage(cell=cell)
        code, _ = self._follow()
        lineage.functions = sorted(set(filter(None, map(self._function, code))))
        named = {node.id for node in code if isinstance(node, ast.Name)}
        lineage.names = sorted(name for name in named if isinstance(self._values.get(name), str | int | float))
        nearer, pieces = self._follow(stop=True)
        named_rows = self._named_rows(nearer)
        whole = [
            (name, all_rows(name, value)) for node, name, value in self._attributes(nearer) if node not in named_rows
        ]
        for table, rows in [*pieces, *named_rows.values(), *whole]:
            lineage.add(table, rows)
        for _, table, _ in self._attributes(code):  # reached through a piece that says only its own rows
            lineage.tables.setdefault(table, None)
        return lineage

    def _follow(self, *, stop: bool = False) -> tuple[list[ast.AST], list[tuple[str, Rows]]]:
        """The code that it is made by; with `stop`, no farther than pieces whose rows are known, and those pieces."""
        code: list[ast.AST] = list(_nodes(self._seed))
        pieces: list[tuple[str, Rows]] = []
        since: set[str] = set()  # names that have another value now than they had there
        wanted = self._names(code)
        if stop:
            wanted, pieces = self._stopped(wanted, since)
        for step in reversed(self._steps):
            if step.gives & wanted:
                here = list(_nodes(step.made_by))
                code += here
                more = self._names(here)
                if stop:
                    more, found = self._stopped(more, since | step.gives)
                    pieces += found
                wanted = (wanted - step.gives if step.anew else wanted) | more
            since |= step.gives
        return code, pieces

    def _names(self, code: list[ast.AST]) -> set[str]:
        names = {node.id for node in code if isinstance(node, ast.Name)}
        return {name for name in names if not isinstance(self._values.get(name), QuarterData)}

    def _stopped(self, names: set[str], since: set[str]) -> tuple[set[str], list[tuple[str, Rows]]]:
        """The names to follow farther, and what those are that need not be followed."""
        known = {name: rows for name in names - since if (rows := self._rows(name))}
        return names - set(known), list(known.values())

    def _rows(self, name: str) -> tuple[str, Rows] | None:
        if name not in self._known:
            piece = self._values.get(name)
            known = isinstance(piece, pd.DataFrame | pd.Series | tuple)
            self._known[name] = rows_of(piece, self._tables) if known else None
        return self._known[name]

    def _named_rows(self, code: list[ast.AST]) -> dict[ast.AST, tuple[str, Rows]]:
        """``pathway(data.results, RESCUE)``: the tables of which a call is told the rows, by their keys."""
        found: dict[ast.AST, tuple[str, Rows]] = {}
        for call in (node for node in code if isinstance(node, ast.Call)):
            for node, table, value in self._attributes(list(call.args)):
                key = KEYS.get(table, ())
                for keys in (self._values.get(argument.id) for argument in call.args if isinstance(argument, ast.Name)):
                    if len(key) == 1 and isinstance(keys, list | tuple) and keys and _are_among(keys, value[key[0]]):
                        rows = all_rows(table, value[value[key[0]].isin(keys)])
                        found |= {} if rows is None else {node: (table, rows)}
        return found

    def _attributes(self, code: list[ast.AST]) -> Iterator[tuple[ast.AST, str, pd.DataFrame]]:
        """``data.awards``, ``data.components``: the tables taken from the quarter, whole or in part."""
        for node in code:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                data = self._values.get(node.value.id)
                if isinstance(data, QuarterData) and node.attr == "publishable":  # made of both, as far as they may be
                    yield from ((node, table, getattr(data, table)) for table in ("outputs", "outcomes"))
                elif isinstance(data, QuarterData) and isinstance(value := self._take(data, node.attr), pd.DataFrame):
                    table = str(value.attrs.get("table", node.attr))
                    if table in TABLES:
                        yield node, table, value

    def _take(self, data: QuarterData, name: str) -> object:
        if (id(data), name) not in self._taken:
            self._taken[id(data), name] = getattr(data, name, None)
        return self._taken[id(data), name]

    def _function(self, node: ast.AST) -> str:
        """The method that a call is of; "" for anything else."""
        value: Any = None
        match node:
            case ast.Call(func=ast.Name(id=name)):
                value = self._values.get(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)):
                value = getattr(self._values.get(name), attribute, None)
        module, name = getattr(value, "__module__", "") or "", getattr(value, "__qualname__", "")
        return f"{module}.{name}" if module.startswith(METHODS) else ""


def _are_among(keys: list[object] | tuple[object, ...], column: pd.Series) -> bool:
    return all(isinstance(key, str) for key in keys) and set(keys) <= set(column)


def _nodes(code: tuple[ast.AST, ...]) -> Iterator[ast.AST]:
    """Everything in some code but the names that a comprehension makes for itself."""
    inner = {
        name
        for part in code
        for node in ast.walk(part)
        if isinstance(node, ast.comprehension)
        for name in _given(node.target)
    }
    for part in code:
        for node in ast.walk(part):
            if not (isinstance(node, ast.Name) and node.id in inner):
                yield node
