"""Read a raw table as it came, and say of every cell that cannot be used where it is."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from vfm.data.corrections import Correction, corrected
from vfm.data.delimited import UnreadableTextError, records_of, text_of
from vfm.data.tables import DAY, FLAG, NUMBER, WHOLE
from vfm.vocabulary.errors import Problem, nearest, suggestion
from vfm.vocabulary.periods import YEARS

FIRST_RECORD = 2  # as a spreadsheet counts: the heading is row 1
MOST_COLUMNS = 1000  # far more than any table has
MOST_DIGITS = 15  # of a number, which a float then holds to the penny, or nearly
LARGEST = 2**63 - 1  # what a whole number of 64 bits holds


def read_table(
    path: Path, schema: pa.DataFrameSchema, *, label: str, corrections: Sequence[Correction] = ()
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a CSV file into the columns of `schema`.

    Parameters
    ----------
    path : the file
    schema : one of `schemas.RAW`
    label : what messages call the file
    corrections : of this file, made before anything is read

    Returns
    -------
    The table, indexed by row as a spreadsheet counts, and its problems. The table is None when its heading
    cannot be used, and holds only what could be read when a cell could not.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        mend = "Make it readable, or restore it."
        return None, [Problem(label, f"the raw file cannot be read: {error.strerror}", mend)]
    try:
        records = list(records_of(text_of(content)))
    except UnreadableTextError as unreadable:
        return None, [Problem(label, unreadable.rule, unreadable.mend, row=unreadable.row)]
    made, problems = corrected(list(enumerate(records, FIRST_RECORD - 1)), corrections, label)
    table, found = typed_table(made, schema, label=label)
    return table, problems + found


def typed_table(
    records: Sequence[tuple[int, Sequence[str]]], schema: pa.DataFrameSchema, *, label: str
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Records as a table of `schema`, wherever they were read from.

    Parameters
    ----------
    records : (row, cells) of every row with the heading first, cells as text
    schema, label : as for `read_table`, which says what is returned
    """
    heading = list(records[0][1]) if records else []
    problems = list(heading_problems(heading, list(schema.columns), label))
    if problems:
        return None, problems
    body = [(row, list(record)) for row, record in records[1:] if any(map(str.strip, record))]
    if not body and not schema.metadata["empty"]:
        return None, [Problem(label, "no rows under the heading", "Restore the rows from the publisher's file.", row=1)]
    ragged = {row for row, record in body if len(record) != len(heading)}
    problems += [
        Problem(
            label,
            "the number of cells differs from the heading's",
            "Look for a comma that should stand inside quotation marks.",
            row=row,
        )
        for row in sorted(ragged)
    ]
    kept = [(row, record) for row, record in body if row not in ragged]
    text_frame = pd.DataFrame([r for _, r in kept], columns=heading, index=[row for row, _ in kept], dtype="string")
    frame, unread = _typed(text_frame.loc[:, list(schema.columns)], schema, label)
    return frame, problems + unread + _rule_problems(frame, text_frame, schema, label, unread)


def heading_problems(heading: list[str], wanted: list[str], label: str) -> Iterator[Problem]:
    """Say what is wrong with the names of the columns that came, of which `wanted` should be all."""
    if not any(map(str.strip, heading)):
        yield Problem(
            label, "no heading in the first row", f"The first row names the columns: {', '.join(wanted)}.", row=1
        )
        return
    if len(heading) > MOST_COLUMNS:
        mend = "Look for line ends that were lost."
        yield Problem(label, f"a heading of more than {MOST_COLUMNS} columns", mend, row=1)
        return
    times = Counter(heading)
    unknown = [name for name in times if name not in wanted]
    renamed = set()
    for name in wanted:
        if name in times:
            continue
        near = nearest(name, unknown)
        if near is None:
            mend = f"Add the column {name}."
        else:
            mend = f'Did you mean "{near}"? Rename that column to {name}.'
            renamed.add(near)
        yield Problem(label, "a column is missing", mend, row=1, column=name)
    for name in unknown:
        if name not in renamed:
            where = name if name.strip() else f"{heading.index(name) + 1} (without a name)"
            yield Problem(label, "a column that is not known", "Take it away.", row=1, column=where)
    for name, count in times.items():
        if count > 1 and name.strip():
            yield Problem(label, "a column stands twice", "Keep one of them.", row=1, column=name)


def _require_digits(text: str) -> None:
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text, flags=re.ASCII):
        raise ValueError


def _number(text: str) -> float:
    _require_digits(text)
    number = float(text)
    if abs(number) >= 10**MOST_DIGITS:
        raise ValueError
    return number


def _whole(text: str) -> int:
    whole, _, fraction = text.partition(".")
    _require_digits(text)
    if fraction.strip("0") or abs(int(whole)) > LARGEST:
        raise ValueError
    return int(whole)  # and not by way of a float, which is exact to 15 digits only


def _day(text: str) -> pd.Timestamp:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError
    return pd.Timestamp(day)


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


KINDS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    NUMBER: (
        _number,
        "text where a number belongs",
        f"Write digits only, no more than {MOST_DIGITS} before the point: 1250000 or 1250000.50.",
    ),
    WHOLE: (_whole, "not a whole number", "Write digits only: 1250."),
    DAY: (
        _day,
        "not a day",
        f"Write it as 2019-04-01; it must be a day of the calendar from {YEARS[0]} to {YEARS[-1]}.",
    ),
    FLAG: (_flag, "neither true nor false", "Write true or false."),
}


def _typed(frame: pd.DataFrame, schema: pa.DataFrameSchema, label: str) -> tuple[pd.DataFrame, list[Problem]]:
    columns, problems = {}, []
    for name, definition in schema.columns.items():
        cells = frame[name].str.strip()
        cells = cells.mask(cells == "")
        dtype = str(definition.dtype)
        if dtype in KINDS:
            read, rule, mend = KINDS[dtype]
            known, unread = _each_read(cells.dropna().unique().tolist(), read)
            values = [known.get(cell) for cell in cells.tolist()]
            columns[name] = pd.Series(values, index=cells.index, dtype=dtype)
            for row, cell in cells[cells.isin(unread)].items() if unread else []:
                problems.append(Problem(label, rule, mend, row=int(str(row)), column=name, value=str(cell)))
        else:
            columns[name] = cells
    return pd.DataFrame(columns, index=frame.index), problems


def _each_read(cells: Sequence[str], read: Callable[[str], Any]) -> tuple[dict[str, Any], list[str]]:
    """What each of several different cells says, and those that cannot be read."""
    known: dict[str, Any] = {}
    unread = []
    for cell in cells:
        try:
            known[cell] = read(cell)
        except (ValueError, KeyError):
            unread.append(cell)
    return known, unread


def _rule_problems(
    frame: pd.DataFrame, text: pd.DataFrame, schema: pa.DataFrameSchema, label: str, unread: list[Problem]
) -> list[Problem]:
    """What breaks a rule of `schema`, but for the cells that could not be read at all."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    told = {(problem.row, problem.column) for problem in unread}
    problems = {}
    for case in cases.itertuples():
        row = int(case.index)
        rule, mend, cells, allowed = _rule(str(case.check), str(case.column), schema)
        if told.isdisjoint((row, cell) for cell in cells):
            value = str(text.at[row, cells[0]]).strip()
            mend += suggestion(value, allowed)
            problems[rule, row, cells[0]] = Problem(label, rule, mend, row=row, column=cells[0], value=value or None)
    return list(problems.values())


def _rule(check: str, column: str, schema: pa.DataFrameSchema) -> tuple[str, str, list[str], list[str]]:
    """What pandera calls a failure, as (rule, how to mend it, columns it is about, values allowed)."""
    if check == "not_nullable":
        return "a blank cell", "Fill it in; the column may not be blank.", [column], []
    if check == "multiple_fields_uniqueness":
        key = list(schema.unique or [])
        mend = "Keep one of the rows, or give one a key of its own."
        return f"the key stands twice ({', '.join(key)})", mend, key, []
    # Columns may share a rule and differ in what it allows, so a column's own is looked for first.
    own = [c for c in schema.columns[column].checks if c.error == check] if column in schema.columns else []
    found = own[0] if own else next(c for c in schema.checks if c.error == check)
    allowed = (found.statistics or {}).get("allowed_values", ())
    return str(found.error), str(found.description), [column if own else str(found.name)], sorted(allowed)
