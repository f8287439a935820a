"""What other people publish or send, kind by kind: where it is put, how it is read, what comes of it.

Monitoring returns and contact records have modules of their own; the kinds here become a table each as they are.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from vfm.data import contracts, funding_tables, grants, ledgers
from vfm.data.catalogue import RECORDS, RETURNS, Catalogue, Incoming
from vfm.data.personal import Watch, in_columns, is_personal
from vfm.data.returns import RETURN
from vfm.data.schemas_open import OPEN
from vfm.data.sources import PREAMBLE, UnreadableError, csv_rows, json_document
from vfm.data.workbooks import read_workbook
from vfm.vocabulary.errors import Problem

MOST_LOOKED_AT = 100_000  # bytes of a file, to know what kind it is

Read = tuple[pd.DataFrame | None, list[Problem]]


@dataclass(frozen=True)
class Kind:
    """Files of one standard: their folder under data/raw, their reader, and the table that they become.

    `written` are the columns in which a person may have written freely: they are looked through for personal data,
    which the identifiers and places of organisations are not.
    """

    folder: str
    what: str
    read: Callable[..., Read]
    written: tuple[str, ...]


LEDGERS = Kind("ledgers", "Ledger of payments", ledgers.read_ledger, ("supplier", "area", "category"))
KINDS = (
    Kind(
        "grants",
        "Grants in the 360Giving standard",
        grants.read_grants,
        ("title", "description", "recipient_name", "programme"),
    ),
    Kind(
        "contracts",
        "Contracts in the Open Contracting Data Standard",
        contracts.read_contracts,
        ("title", "method_rationale", "buyer", "suppliers"),
    ),
    LEDGERS,
    Kind(
        "funding_tables",
        "Table of funding by borough",
        funding_tables.read_funding_table,
        ("area", "period"),
    ),
)


Tables = dict[str, pd.DataFrame]


def read_incoming(catalogue: Catalogue) -> tuple[Tables, dict[str, ledgers.Looked], list[Problem]]:
    """Every file of every kind, as one table a kind, and what is wrong with them.

    Returns
    -------
    `grants`, `contracts`, `ledgers` and `funding_tables`: as `schemas_open.OPEN` says; empty where nothing came in, and
    that of `ledgers` always: they may be larger than memory, so they are looked through, and the build reads them.
    """
    tables, problems, looked = {}, [], {}
    for one in catalogue.incoming(LEDGERS.folder):
        looked[one.label] = look_through(one)
        problems += looked[one.label].problems
    problems += ledgers.repeated_months({label: found.months for label, found in looked.items()})
    for kind in KINDS:
        parts = {}
        if kind is LEDGERS:
            tables[kind.folder] = _together([], kind)
            continue
        for one in catalogue.incoming(kind.folder):
            table, found = read_one(kind, one)
            problems += found
            if table is not None:
                where = {"file": one.label, "line": range(1, len(table) + 1), "status": str(catalogue.status)}
                parts[one.label] = table.assign(**where)
        tables[kind.folder] = _together(list(parts.values()), kind)
    return tables, looked, problems


def look_through(one: Incoming) -> ledgers.Looked:
    """What is wrong with a ledger; where personal data stands in it nothing more is said of it, nor is it of use."""
    watch = Watch(LEDGERS.written, label=one.label)
    looked = ledgers.look_through(one.path, label=one.label, look=watch.look)
    if watch.found:
        return ledgers.Looked(watch.found)
    return replace(looked, problems=[without_personal(problem) for problem in looked.problems])


def read_one(kind: Kind, one: Incoming) -> Read:
    """One file as a table; None where personal data stands in it, of which nothing more is then said."""
    table, problems = kind.read(one.path, label=one.label)
    personal = [] if table is None else in_columns(table, kind.written, label=one.label)
    if personal:
        return None, personal
    return table, [without_personal(problem) for problem in problems]


def without_personal(problem: Problem) -> Problem:
    """The problem, its value left out where that is about a person: a message repeats nothing of the kind."""
    return replace(problem, value=None) if problem.value is not None and is_personal(problem.value) else problem


def _together(parts: Sequence[pd.DataFrame], kind: Kind) -> pd.DataFrame:
    if parts:
        return pd.concat(parts, ignore_index=True)
    columns = OPEN[kind.folder].columns.items()
    return pd.DataFrame({name: pd.Series(dtype=str(definition.dtype)) for name, definition in columns})


# ---- which kind a file is of


def folder_of(path: Path) -> str | None:
    """The folder of data/raw that a file belongs into, by what stands in it; None where it is of no kind known here."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return RECORDS
    if suffix == ".json":
        return _folder_of_document(path)
    rows = _first_rows(path) if suffix == ".csv" else _sheet_rows(path)
    return next((folder for folder, is_heading in HEADINGS.items() if any(map(is_heading, rows))), None)


def why_unknown(one: Incoming) -> list[Problem]:
    """Why a file is of no kind: it cannot be opened, or holds something else."""
    suffix = one.path.suffix.lower()
    if suffix in (".json", ".csv"):
        try:
            json_document(one.path) if suffix == ".json" else next(csv_rows(one.path, one.label)[0], None)
        except UnreadableError as unreadable:
            return [unreadable.problem(one.label)]
    elif suffix in (".xlsx", ".ods"):
        sheets, problems = read_workbook(one.path, label=one.label)
        if not sheets:
            return problems
    mend = (
        "Give a monitoring return, grants in 360Giving, contracts in OCDS, a ledger, a table of funding by borough, "
        "or contact records."
    )
    return [Problem(one.label, "a file of no kind that is known", mend)]


def _folder_of_document(path: Path) -> str | None:
    try:
        document = json_document(path)
    except UnreadableError:
        return None
    parts = set(document) if isinstance(document, dict) else set()
    return next((folder for folder, signs in DOCUMENTS.items() if parts & signs), None)


def _first_rows(path: Path) -> list[Sequence[str]]:
    """The rows at the head of a CSV file, whatever its size and encoding."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_LOOKED_AT).decode("utf-8-sig", errors="replace")
    except OSError:
        return []
    return list(csv.reader(text.replace("\0", "").splitlines()[:PREAMBLE]))


def _sheet_rows(path: Path) -> list[Sequence[str]]:
    sheets, _ = read_workbook(path, label=path.name)
    named = [["service", "area"] for sheet in sheets if sheet.name in RETURN]  # a return, whatever its heading says
    return [*named, *(cells for sheet in sheets for _, cells in sheet.rows[:PREAMBLE])]


DOCUMENTS = {"grants": {"grants"}, "contracts": {"releases", "records"}}
HEADINGS: dict[str, Callable[[Sequence[str]], bool]] = {
    RECORDS: lambda cells: {"record_id", "person_id"} <= set(cells),
    RETURNS: lambda cells: {"service", "area"} <= set(cells),
    "grants": grants.is_heading,
    "ledgers": ledgers.is_heading,
    "funding_tables": funding_tables.is_heading,
}
