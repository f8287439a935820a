"""What is wrong with files of records, told by DuckDB in passing: no file is ever taken into memory whole."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from vfm.data.engines import DuckDB, csv_heading, csv_scan, literal, out_of_memory, path_literal
from vfm.data.personal import find_personal
from vfm.data.readers import FIRST_RECORD, KINDS, heading_problems
from vfm.data.record_lines import NONE, QUOTES, Rows, scan_lines
from vfm.data.records import (
    AFTER_IS_CLOSED,
    CLOSED_AFTER_OPENED,
    LARGEST_SCORE,
    PERSON_ID,
    RECORD,
    RECORD_ID,
    SCORE,
    TYPES,
    Form,
)
from vfm.data.sheets import Sheet
from vfm.data.sources import CANNOT_READ, Says
from vfm.data.tables import DAY, NUMBER, TEXT
from vfm.data.temporary import temporary_folder
from vfm.vocabulary.errors import Problem, suggestion
from vfm.vocabulary.periods import YEARS

MOST_PLACES = 3  # of a kind in a file; how many more there are is said
MOST_RAGGED = 100_000  # a file with more is not looked into further
MOST_SUSPECTED = 100_000  # cells looked into for personal data, of those that break a rule
PSEUDONYMOUS = ("record_id", "person_id")  # whatever stands there wrongly may be about a person: it is not repeated

UNKNOWN_KIND = Says("neither CSV nor Parquet", "Save the records as CSV UTF-8 or Parquet.")
HIDDEN = Says("a file name that begins with _", "Rename it: some engines pass such files over.")
EMPTY_FILE = Says("the file is empty", "Ask for it again: the first row names the columns.")
NOT_PARQUET = Says("not a Parquet file that can be read", "Ask for it again, or save the records as CSV UTF-8.")
NOT_SCALAR = Says("a column of another type", "Save it as text, or as a number or a day where that is what it holds.")
RAGGED = Says(
    "the number of cells differs from the heading's", "Look for a comma that should stand inside quotation marks."
)
BLANK = Says("a blank cell", "Fill it in; the column may not be blank.")
UNKNOWN_SERVICE = Says("an unknown service", "Use a name of services.csv.")
UNKNOWN_AREA = Says("an unknown area", "Use a borough's name as in boroughs.csv, or the name in place.csv.")
TWICE = Says("the key stands twice (record_id)", "Keep one of the records, or give one a key of its own.")

# What a Parquet file may hold a column of each type as.
HOLDS = {
    TEXT: r"VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UUID|ENUM.*|\"?NULL\"?",
    DAY: r"VARCHAR|DATE|TIMESTAMP(_S|_MS|_NS)?|INTEGER|\"?NULL\"?",
    NUMBER: r"VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|\"?NULL\"?",
}
MIDNIGHT = (
    "CASE WHEN {0} = date_trunc('day', {0}) THEN CAST(CAST({0} AS DATE) AS VARCHAR) ELSE CAST({0} AS VARCHAR) END"
)
NOT_FINITE = "NOT isfinite(CAST({0} AS DOUBLE))"
UNREADABLE = {
    DAY: "(NOT regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') OR TRY_CAST({0} AS DATE) IS NULL "
    f"OR {{0}} < '{YEARS[0]}' OR {{0}} >= '{YEARS[-1] + 1}')",
    NUMBER: r"(NOT regexp_full_match({0}, '[+-]?[0-9]{{1,300}}(\.[0-9]{{1,300}})?'))",
}
UNREADABLE_SAYS = {name: Says(*KINDS[kind][1:]) for name, kind in TYPES.items() if kind in UNREADABLE}
ANY_FILLED = "concat(" + ", ".join(TYPES) + ") <> ''"  # a spreadsheet leaves rows that are blank but for their commas
REJECTED = {"MISSING COLUMNS": RAGGED, "TOO MANY COLUMNS": RAGGED}  # all else is quotation marks


def check_records(files: Mapping[str, Path], *, services: Collection[str], areas: Collection[str]) -> list[Problem]:
    """Find everything that is wrong with files of records.

    Parameters
    ----------
    files : CSV and Parquet files, by what messages call them
    services : every name that a service goes by
    areas : the names of the boroughs, and of the whole

    Returns
    -------
    A problem for each of the first three places of a kind in a file, the last of which says in `more` how many there
    are besides. Rows count as a spreadsheet does, in Parquet too: the first record is row 2. Identifiers are never
    repeated in a message; of a file with personal data nothing else is said.

    Raises
    ------
    RunError
        when DuckDB has too little memory for them.
    """
    problems: list[Problem] = []
    scanned: list[_Scan] = []
    with _connection() as connection:
        for label, path in files.items():
            with connection.cursor() as own:  # so that what is rejected of one file is not taken for another's
                scan, found = _one_file(label, path, own, _rules(services, areas))
            problems += found
            scanned += [scan] if scan else []
        return problems + list(_twice(scanned, connection))


@dataclass(frozen=True)
class _Scan:
    """How DuckDB reads a file, and which rows of it are passed over."""

    label: str
    table: str
    cells: Mapping[str, str]  # of each column, the SQL that gives its text
    unreadable: Mapping[str, str]  # of each column that is not text, the SQL that says that a cell cannot be read
    place: str  # the SQL that counts the records read, from 0
    skipped: Rows

    def row(self, place: int) -> int:
        """The row, as a spreadsheet counts, of a record read."""
        row = place + FIRST_RECORD
        return row + int(np.searchsorted(self.skipped - np.arange(len(self.skipped)), row, side="right"))

    def select(self, *also: str) -> str:
        cells = [f"{sql} AS {name}" for name, sql in self.cells.items()]
        bad = [f"{sql} AS bad_{name}" for name, sql in self.unreadable.items()]
        return f"SELECT {', '.join([*cells, *bad, *also])} FROM {self.table}"

    @property
    def places(self) -> str:
        return self.select(f"{self.place} AS place")


@dataclass(frozen=True)
class _Rule:
    """A rule, the column it is about, and the SQL that holds of a record which breaks it."""

    says: Says
    column: str
    breaks: str
    known: tuple[str, ...] = ()


@contextmanager
def _connection() -> Iterator[Any]:
    with temporary_folder("spill") as folder:
        engine = DuckDB(folder, in_order=True)
        try:
            yield engine.connection
        except duckdb.OutOfMemoryException as error:
            raise out_of_memory(error) from error
        finally:
            engine.close()


def _one_file(label: str, path: Path, connection: Any, rules: Sequence[_Rule]) -> tuple[_Scan | None, list[Problem]]:
    """The scan of a file, where there can be one, and what is wrong with the file."""
    try:
        scan, problems = _scan(label, path, connection)
        return (None, problems) if scan is None else _content(scan, path, connection, rules)
    except OSError as error:
        return None, [CANNOT_READ.at(label, value=error.strerror)]
    except duckdb.OutOfMemoryException:  # no fault of the file's
        raise
    except duckdb.Error:  # its text may hold what stands in the file
        return None, [(QUOTES if path.suffix.lower() == ".csv" else NOT_PARQUET).at(label)]


# ---- reading


def _scan(label: str, path: Path, connection: Any) -> tuple[_Scan | None, list[Problem]]:
    kind = path.suffix.lower()
    if path.is_dir() or kind not in (".csv", ".parquet"):
        return None, [UNKNOWN_KIND.at(label)]
    if path.name.startswith("_"):
        return None, [HIDDEN.at(label)]
    if path.stat().st_size == 0:
        return None, [EMPTY_FILE.at(label)]
    return _scan_csv(label, path) if kind == ".csv" else _scan_parquet(label, path, connection)


def _scan_csv(label: str, path: Path) -> tuple[_Scan | None, list[Problem]]:
    lines = scan_lines(path)
    if lines.says is not None:
        return None, [lines.says.at(label, lines.row)]
    heading = csv_heading(path)
    if problems := _heading(heading, label):
        return None, problems
    table = csv_scan(path_literal(str(path.absolute())), [(name, TEXT) for name in heading], "ignore_errors = true")
    unreadable = {name: UNREADABLE[kind].format(name) for name, kind in TYPES.items() if kind in UNREADABLE}
    texts = {name: name for name in TYPES}
    return _Scan(label, table, texts, unreadable, "row_number() OVER () - 1", lines.blank[lines.blank > 1]), []


def _scan_parquet(label: str, path: Path, connection: Any) -> tuple[_Scan | None, list[Problem]]:
    table = f"read_parquet({path_literal(str(path.absolute()))}, file_row_number = true)"
    described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {table}").fetchall()
    if problems := _heading([name for name, *_ in described], label):
        return None, problems
    held = {name: str(kind) for name, kind, *_ in described}
    cells, unreadable = {}, {}
    for name, kind in TYPES.items():
        if not re.fullmatch(HOLDS[kind], held[name]):
            return None, [NOT_SCALAR.at(label, 1, name)]
        cells[name] = MIDNIGHT.format(name) if held[name].startswith("TIMESTAMP") else f"CAST({name} AS VARCHAR)"
        if kind in UNREADABLE:
            is_number = kind == NUMBER and held[name] != "VARCHAR"
            unreadable[name] = (NOT_FINITE if is_number else UNREADABLE[kind]).format(f"({cells[name]})")
    return _Scan(label, table, cells, unreadable, "file_row_number", NONE), []


def _heading(heading: list[str], label: str) -> list[Problem]:
    """What is wrong with the names of the columns; those of people's names come before all else."""
    under = tuple("x" for _ in heading)  # a column counts where it is filled
    personal = find_personal([Sheet("", ((1, tuple(heading)), (2, under)))], label=label)
    return personal or list(heading_problems(heading, list(TYPES), label))


# ---- what records have to hold


def _rules(services: Collection[str], areas: Collection[str]) -> list[_Rule]:
    rules = []
    for name, definition in RECORD.columns.items():
        if not definition.nullable:
            rules.append(_Rule(BLANK, name, f"{_blank(name)} AND {ANY_FILLED}"))
        if name in UNREADABLE_SAYS:
            rules.append(_Rule(UNREADABLE_SAYS[name], name, f"{_filled(name)} AND bad_{name}"))
        if TYPES[name] == NUMBER:
            beyond = f"NOT bad_{name} AND abs(TRY_CAST({name} AS DOUBLE)) > {LARGEST_SCORE}"
            rules.append(_Rule(_says(SCORE), name, f"{_filled(name)} AND {beyond}"))
    for name, form in (("record_id", RECORD_ID), ("person_id", PERSON_ID)):
        (rule,) = RECORD.columns[name].checks
        rules.append(_Rule(_says(rule), name, f"{_filled(name)} AND NOT ({_has_form(name, form)})"))
    for name, says, known in (("service", UNKNOWN_SERVICE, services), ("area", UNKNOWN_AREA, areas)):
        listed = ", ".join(map(literal, sorted(known)))
        rules.append(_Rule(says, name, f"{_filled(name)} AND {name} NOT IN ({listed})", tuple(sorted(known))))
    days = "NOT bad_opened AND NOT bad_closed"
    rules.append(_Rule(_says(CLOSED_AFTER_OPENED), "closed", f"{_filled('closed')} AND {days} AND closed < opened"))
    rules.append(_Rule(_says(AFTER_IS_CLOSED), "outcome_after", f"{_filled('outcome_after')} AND {_blank('closed')}"))
    return rules


def _says(rule: Any) -> Says:
    return Says(str(rule.error), str(rule.description))


def _filled(name: str) -> str:
    return f"trim(coalesce({name}, '')) <> ''"


def _blank(name: str) -> str:
    return f"trim(coalesce({name}, '')) = ''"


def _has_form(name: str, form: Form) -> str:
    return " AND ".join(f"{sense} regexp_full_match({name}, {literal(pattern)})" for sense, pattern in form)


def _content(scan: _Scan, path: Path, connection: Any, rules: Sequence[_Rule]) -> tuple[_Scan | None, list[Problem]]:
    """What stands wrongly in a file's records: first how often each rule is broken, then where those are that are."""
    is_csv = path.suffix.lower() == ".csv"
    table = (
        scan.table.replace("ignore_errors = true", "store_rejects = true, rejects_limit = 0") if is_csv else scan.table
    )
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {rule.breaks})" for rule in rules)
    # All is fetched: DuckDB notes what it rejected when a query has ended.
    ((*times,),) = connection.execute(f"SELECT {counts} FROM ({replace(scan, table=table).select()})").fetchall()
    problems: list[Problem] = []
    if is_csv:
        rejected, problems = _rejected(scan.label, connection)
        if problems and (len(rejected) >= MOST_RAGGED or any(problem.rule == QUOTES.rule for problem in problems)):
            return None, problems
        scan = replace(scan, skipped=np.union1d(scan.skipped, rejected))
    broken = [(rule, count) for rule, count in zip(rules, times, strict=True) if count]
    personal = _personal(scan, connection, [rule for rule, _ in broken])
    if personal:
        return None, personal
    return scan, problems + [problem for rule, count in broken for problem in _told(scan, connection, rule, count)]


def _rejected(label: str, connection: Any) -> tuple[Rows, list[Problem]]:
    """The rows that DuckDB could not take apart, and why."""
    found = connection.execute("SELECT line, min(error_type) FROM reject_errors GROUP BY line ORDER BY line")
    lines = {int(line): REJECTED.get(str(error), QUOTES) for line, error in found.fetchmany(MOST_RAGGED)}
    problems: list[Problem] = []
    for says in dict.fromkeys(lines.values()):
        rows = [line for line, said in lines.items() if said is says]
        problems += _first([says.at(label, row) for row in rows[:MOST_PLACES]], len(rows))
    return np.array(sorted(lines), dtype=np.int64), problems


def _told(scan: _Scan, connection: Any, rule: _Rule, count: int) -> list[Problem]:
    """The first places where a rule is broken."""
    found = connection.execute(
        f"SELECT place, {rule.column} FROM ({scan.places}) WHERE {rule.breaks} ORDER BY place LIMIT {MOST_PLACES}"
    ).fetchall()
    problems = []
    for place, value in found:
        shown = None if rule.column in PSEUDONYMOUS or rule.says is BLANK else value
        problem = rule.says.at(scan.label, scan.row(place), rule.column, shown)
        problems.append(replace(problem, mend=rule.says.mend + suggestion(str(value), rule.known)))
    return _first(problems, count)


def _first(problems: list[Problem], count: int) -> list[Problem]:
    """The first few of `count` problems, the last of which says how many more there are."""
    return [*problems[:-1], replace(problems[-1], more=count - len(problems))] if problems else []


def _personal(scan: _Scan, connection: Any, broken: Sequence[_Rule]) -> list[Problem]:
    """Personal data in cells that break a rule. Those that keep it cannot hold any: that is what the rules are for."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for name in dict.fromkeys(rule.column for rule in broken):
        breaks = " OR ".join(f"({rule.breaks})" for rule in broken if rule.column == name)
        cells = connection.execute(
            f"SELECT place, {name} FROM ({scan.places}) WHERE ({breaks}) AND regexp_matches({name}, '[@0-9]') "
            f"ORDER BY place LIMIT {MOST_SUSPECTED}"
        ).fetchall()
        sheet = Sheet("", tuple((scan.row(place), (text,)) for place, text in cells))
        for problem in find_personal([sheet], label=scan.label):
            found.setdefault((name, problem.rule), []).append(replace(problem, column=name))
    return [told for problems in found.values() for told in _first(problems[:MOST_PLACES], len(problems))]


def _twice(scans: Sequence[_Scan], connection: Any) -> Iterator[Problem]:
    """Keys that stand more than once, in one file or in several."""
    try:
        yield from _again(scans, connection)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:  # a file that changed while it was read
        yield from (CANNOT_READ.at(scan.label) for scan in scans)


def _again(scans: Sequence[_Scan], connection: Any) -> Iterator[Problem]:
    if not scans:
        return
    filled = f"WHERE {_filled('record_id')}"
    keys = " UNION ALL ".join(f"SELECT record_id FROM ({scan.select()}) {filled}" for scan in scans)
    connection.execute(
        f"CREATE TEMP TABLE repeated AS SELECT record_id FROM ({keys}) GROUP BY record_id HAVING COUNT(*) > 1"
    )
    if connection.execute("SELECT COUNT(*) FROM repeated").fetchone() == (0,):
        return
    places = " UNION ALL ".join(
        f"SELECT {n} AS file, place, record_id FROM ({scan.places}) {filled}" for n, scan in enumerate(scans)
    )
    found = connection.execute(
        f"""
        WITH placed AS (SELECT * FROM ({places}) WHERE record_id IN (SELECT record_id FROM repeated)),
        numbered AS (SELECT *, row_number() OVER same AS time, first_value(file) OVER same AS first_file,
                            first_value(place) OVER same AS first_place
                     FROM placed WINDOW same AS (PARTITION BY record_id ORDER BY file, place)),
        again AS (SELECT *, row_number() OVER (PARTITION BY file ORDER BY place) AS nth,
                         COUNT(*) OVER (PARTITION BY file) AS times
                  FROM numbered WHERE time > 1)
        SELECT file, place, first_file, first_place, times FROM again WHERE nth <= {MOST_PLACES} ORDER BY file, place
        """
    ).fetchall()
    for (_, times), rows in groupby(found, key=lambda row: (row[0], row[4])):
        problems = []
        for file, place, first_file, first_place, _ in rows:
            scan, first = scans[file], scans[first_file]
            problem = TWICE.at(scan.label, scan.row(place), "record_id")
            where = "" if first is scan else f"{first.label}, "
            mend = f"{TWICE.mend} It is also in {where}row {first.row(first_place)}."
            problems.append(replace(problem, mend=mend))
        yield from _first(problems, times)
