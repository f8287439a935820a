"""Read a raw table as it came, and say of every cell that cannot be used where it is."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from vfm.data.tables import DAY, FLAG, NUMBER, WHOLE
from vfm.vocabulary.errors import Problem, suggestion

FIRST_RECORD = 2  # as a spreadsheet counts: the heading is row 1


def read_table(path: Path, schema: pa.DataFrameSchema, *, label: str) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a CSV file into the columns of `schema`.

    Parameters
    ----------
    path : the file
    schema : one of `schemas.RAW`
    label : what messages call the file

    Returns
    -------
    The table, indexed by row as a spreadsheet counts, and its problems. The table is None when its heading
    cannot be used, and holds only what could be read when a cell could not.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        row = path.read_bytes()[: error.start].count(b"\n") + 1
        mend = "Save the file as CSV UTF-8."
        return None, [Problem(label, "bytes that are not UTF-8 text", mend, row=row)]
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        return None, [Problem(label, "a null byte in the text", "Save the file as CSV UTF-8.", row=row)]
    records = list(csv.reader(StringIO(text, newline="")))
    heading = records[0] if records else []
    problems = list(_heading_problems(heading, list(schema.columns), label))
    if problems:
        return None, problems
    body = [(row, record) for row, record in enumerate(records[1:], FIRST_RECORD) if record]
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
    if unread:
        return frame, problems + unread
    return frame, problems + _rule_problems(frame, text_frame, schema, label)


def _heading_problems(heading: list[str], wanted: list[str], label: str) -> Iterator[Problem]:
    missing = [name for name in wanted if name not in heading]
    unknown = [name for name in heading if name not in wanted]
    for name in missing:
        hint = suggestion(name, unknown)
        mend = f"{hint.strip()} Rename that column to {name}." if hint else f"Add the column {name}."
        yield Problem(label, "a column is missing", mend, row=1, column=name)
    for name in unknown:
        if not (missing and suggestion(name, missing)):
            yield Problem(label, "a column that is not known", "Take it away.", row=1, column=name)
    for name in sorted({name for name in heading if heading.count(name) > 1}):
        yield Problem(label, "a column stands twice", "Keep one of them.", row=1, column=name)


def _number(text: str) -> float:
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text, flags=re.ASCII):
        raise ValueError
    return float(text)


def _whole(text: str) -> int:
    number = _number(text)
    if number != int(number):
        raise ValueError
    return int(number)


def _day(text: str) -> pd.Timestamp:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError
    return pd.Timestamp(date.fromisoformat(text))


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


KINDS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    NUMBER: (_number, "text where a number belongs", "Write digits only: 1250000 or 1250000.50."),
    WHOLE: (_whole, "not a whole number", "Write digits only: 1250."),
    DAY: (_day, "not a day", "Write it as 2019-04-01; it must be a day of the calendar."),
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
            values: list[Any] = []
            for row, cell in cells.items():
                try:
                    values.append(None if pd.isna(cell) else read(cell))
                except (ValueError, KeyError):
                    values.append(None)
                    problems.append(Problem(label, rule, mend, row=int(str(row)), column=name, value=cell))
            columns[name] = pd.Series(values, index=cells.index, dtype=dtype)
        else:
            columns[name] = cells
    return pd.DataFrame(columns, index=frame.index), problems


def _rule_problems(frame: pd.DataFrame, text: pd.DataFrame, schema: pa.DataFrameSchema, label: str) -> list[Problem]:
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    checks = {c.error: c for definition in schema.columns.values() for c in definition.checks}
    checks |= {c.error: c for c in schema.checks}
    problems = {}
    for case in cases.itertuples():
        row = int(case.index)
        rule, mend, name = _rule(str(case.check), checks, str(case.column), schema)
        value = text.at[row, name] if name in text.columns else None
        if case.check in checks and "allowed_values" in (checks[case.check].statistics or {}):
            mend += suggestion(str(value), sorted(checks[case.check].statistics["allowed_values"]))
        problems[rule, row, name] = Problem(label, rule, mend, row=row, column=name, value=value)
    return list(problems.values())


def _rule(check: str, checks: dict[str, pa.Check], column: str, schema: pa.DataFrameSchema) -> tuple[str, str, str]:
    """What pandera calls a failure, as (rule, how to mend it, column)."""
    if check == "not_nullable":
        return "a blank cell", "Fill it in; the column may not be blank.", column
    if check == "multiple_fields_uniqueness":
        key = ", ".join(schema.unique or [])
        return (
            f"the key stands twice ({key})",
            "Keep one of the rows, or give one a key of its own.",
            (schema.unique or [column])[0],
        )
    found = checks[check]
    return str(found.error), str(found.description), column if column in schema.columns else str(found.name)
