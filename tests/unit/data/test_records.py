"""Records: the panel counted by hand, every message with the file that brings it, and files of every bad kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vfm.data import record_checks, record_lines
from vfm.data.record_checks import check_records
from vfm.data.records import PERSON_ID, RECORD, RECORD_ID, TYPES, has_form, lookups, months, panel
from vfm.vocabulary.errors import Problem, RunError
from vfm.vocabulary.periods import Quarter

HEADING = ",".join(TYPES)
SERVICES = pd.DataFrame([["Exit", "exit"], ["Gang Exit", "exit"], ["Drive", "drive"]], columns=["name", "service_id"])
AREAS = pd.DataFrame(
    [["Brent", "E09000005", False], ["Croydon", "E09000008", False], ["London", "E12000007", True]],
    columns=["area", "gss_code", "is_whole"],
)
GOOD = "r1,person-0001,Exit,Brent,2019-04-01,2019-06-30,10,12"


def of(folder: Path, *lines: str, name: str = "sent.csv", heading: str = HEADING) -> Path:
    path = folder / name
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8", newline="")
    return path


def checked(*paths: Path) -> list[Problem]:
    return check_records({p.name: p for p in paths}, services=set(SERVICES["name"]), areas=set(AREAS["area"]))


def counted(*paths: Path, areas: pd.DataFrame = AREAS) -> list[tuple[object, ...]]:
    made = panel(paths, service_names=SERVICES, return_areas=areas)
    return [tuple(row) for row in made.itertuples(index=False)]


def as_parquet(path: Path, **types: pa.DataType) -> Path:
    """The same records in Parquet, typed as an export of a database is."""
    stated = {
        "opened": pa.date32(),
        "closed": pa.date32(),
        "outcome_before": pa.float64(),
        "outcome_after": pa.float64(),
    }
    frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    arrays = [
        pa.array(frame[name].astype(object).where(frame[name].notna(), None).tolist(), pa.string()).cast(
            (stated | types).get(name, pa.string())
        )
        for name in frame
    ]
    pq.write_table(pa.table(arrays, names=list(frame)), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


# ---- the panel

BY_HAND = (
    "r1,person-0001,Exit,Brent,2019-04-01,2019-06-30,10,12",  # opened and closed in Q1, assessed, improved
    "r2,person-0001,Gang Exit,Brent,2019-06-30,2019-07-01,10,10",  # the same person and service; no better
    "r3,person-0001,Exit,Croydon,2019-05-01,,10,",  # the same person in another borough, still open
    "r4,person-0002,Exit,London,2019-05-01,2019-05-02,,12",  # not for one borough; no score before
    "r5,person-0002,Drive,Croydon,2020-01-01,2020-03-31,5,4.5",  # another service; worse
)
# service, area, quarter: opened, people, closed, assessed, improved
EXPECTED = [
    ("drive", "E09000008", "2019-20-Q4", 1, 1, 1, 1, 0),  # r5
    ("drive", "E12000007", "2019-20-Q4", 1, 1, 1, 1, 0),  # r5
    ("exit", "E09000005", "2019-20-Q1", 2, 1, 1, 1, 1),  # r1 and r2 opened, both person-0001; r1 closed
    ("exit", "E09000005", "2019-20-Q2", 0, 0, 1, 1, 0),  # r2 closed
    ("exit", "E09000008", "2019-20-Q1", 1, 1, 0, 0, 0),  # r3
    ("exit", "E12000007", "2019-20-Q1", 4, 2, 2, 1, 1),  # r1 to r4 of two people (boroughs alone: 1 + 1); r1, r4 closed
    ("exit", "E12000007", "2019-20-Q2", 0, 0, 1, 1, 0),  # r2 closed
]


def test_the_panel_is_what_is_counted_by_hand(tmp_path: Path) -> None:
    path = of(tmp_path, *BY_HAND)
    assert checked(path) == []
    assert counted(path) == EXPECTED
    parquet = as_parquet(path)
    assert checked(parquet) == []
    assert counted(parquet) == EXPECTED


def test_files_of_every_kind_and_order_of_columns_are_one_set_of_records(tmp_path: Path) -> None:
    first = of(tmp_path, *BY_HAND[:2], name="we ird' [x]*.csv")
    second = as_parquet(of(tmp_path, BY_HAND[2], name="b.csv"), opened=pa.timestamp("us"), record_id=pa.string())
    turned = [",".join(reversed(line.split(","))) for line in BY_HAND[3:]]
    third = of(tmp_path, *turned, name="ü.CSV", heading=",".join(reversed(TYPES)))
    assert checked(first, second, third) == []
    assert counted(first, second, third) == EXPECTED


def test_no_records_make_an_empty_panel(tmp_path: Path) -> None:
    assert counted() == []
    assert checked(of(tmp_path)) == []
    assert counted(of(tmp_path)) == []


def test_months_are_those_of_the_vocabulary() -> None:
    quarters = months().set_index("month")["quarter"]
    assert quarters[190001] == "1899-00-Q4"
    assert [quarters[m] for m in (201903, 201904, 201912, 202001)] == [
        "2018-19-Q4",
        *["2019-20-Q1", "2019-20-Q3"],
        "2019-20-Q4",
    ]
    assert len(quarters) == 300 * 12
    assert all(Quarter.parse(text).start.year <= month // 100 + 1 for month, text in quarters.items() if month > 190003)


DAYS = st.integers(0, 800).map(lambda n: date(2018, 12, 1) + timedelta(days=n))
SCORES = st.one_of(st.none(), st.integers(-3, 3).map(float))
LINES = st.tuples(
    st.integers(0, 5), st.sampled_from(list(SERVICES["name"])), st.integers(0, 142), DAYS,
    st.one_of(st.none(), st.integers(0, 300)), SCORES, SCORES,
)  # fmt: skip


def test_areas_fill_blocks_of_63_bits() -> None:
    areas = pd.DataFrame({"area": [f"A{n}" for n in range(130)], "gss_code": [f"c{n:03}" for n in range(130)]})
    areas = areas.assign(is_whole=areas["area"] == "A129")
    found = lookups(SERVICES, areas)
    bits = found["area_bits"].set_index("gss_code")
    assert bits["block"].value_counts().to_dict() == {0: 63, 1: 63, 2: 4}
    assert tuple(bits.loc["c129"]) == (0, 1)  # the whole is the first, and the others follow in their order
    assert [tuple(bits.loc[code]) for code in ("c000", "c061", "c062", "c128")] == [
        *[(0, 2), (0, 2**62)],
        *[(1, 1), (2, 2**3)],
    ]
    sets = found["areas"].set_index("area")
    assert [tuple(sets.loc["A129"]), tuple(sets.loc["A61"])] == [(0, 1), (0, 2**62 + 1)]
    assert list(sets.loc["A62"].itertuples(index=False, name=None)) == [(0, 1), (1, 1)]  # the whole's, and its own


def many_areas(n: int) -> pd.DataFrame:
    """London with n boroughs, the first two of them under two names each."""
    codes = [f"E09{k:06}" for k in range(n)]
    areas = [(f"Borough {k}", code, False) for k, code in enumerate(codes)]
    areas += [("London", "E12000007", True), ("First", codes[0], False), ("Second", codes[1], False)]
    return pd.DataFrame(areas, columns=["area", "gss_code", "is_whole"])


@pytest.mark.parametrize("boroughs", [2, 62, 63, 140])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=40))
def test_the_panel_is_what_pandas_counts(tmp_path: Path, boroughs: int, rows: list[tuple[object, ...]]) -> None:
    areas = many_areas(boroughs)
    frame = pd.DataFrame(rows, columns=["person_id", "service", "area", "opened", "open_for", "before", "after"])
    frame["record_id"] = [f"r{n}" for n in range(len(frame))]
    frame["area"] = [areas["area"].iloc[-1 - n % len(areas)] for n in frame["area"]]  # few numbers are often drawn
    frame["person_id"] = [f"person-{n:04}" for n in frame["person_id"]]
    frame["closed"] = [
        None if pd.isna(n) else day + timedelta(days=int(n))
        for day, n in zip(frame["opened"], frame["open_for"], strict=True)
    ]
    renamed = frame.rename(columns={"before": "outcome_before", "after": "outcome_after"})
    path = tmp_path / "random.csv"
    renamed[list(TYPES)].to_csv(path, index=False)
    assert counted(path, areas=areas) == by_pandas(renamed, areas)


def by_pandas(records: pd.DataFrame, areas: pd.DataFrame) -> list[tuple[object, ...]]:
    """The panel by loops and sets, for comparison."""
    cells: dict[tuple[str, str, str], list[object]] = {}
    ids, codes = dict(SERVICES.to_numpy().tolist()), dict(zip(areas["area"], areas["gss_code"], strict=True))

    def quarter(day: date) -> str:
        year = day.year - (day.month < 4)
        return f"{year}-{(year + 1) % 100:02}-Q{(day.month - 4) % 12 // 3 + 1}"

    for r in records.itertuples():
        for code in {codes[r.area], "E12000007"}:
            cell = cells.setdefault((ids[r.service], code, quarter(r.opened)), [0, set(), 0, 0, 0])
            cell[0] += 1
            cell[1].add(r.person_id)
            if pd.notna(r.closed):
                cell = cells.setdefault((ids[r.service], code, quarter(r.closed)), [0, set(), 0, 0, 0])
                cell[2] += 1
                assessed = pd.notna(r.outcome_before) and pd.notna(r.outcome_after)
                cell[3] += assessed
                cell[4] += assessed and r.outcome_after > r.outcome_before
    return [(*key, cell[0], len(cell[1]), *cell[2:]) for key, cell in sorted(cells.items())]


def test_too_little_memory_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = as_parquet(of(tmp_path, *(f"r{n},person-{n:05},Exit,Brent,2019-04-01,,1," for n in range(50_000))))
    monkeypatch.setenv("VFM_MEMORY", "2MB")
    with pytest.raises(RunError, match=r"could not finish in its memory: .* VFM_MEMORY=4GB"):
        checked(parquet)
    monkeypatch.undo()
    assert checked(parquet) == []


# ---- messages about a cell

UNREADABLE = "text where a number belongs"
NOT_A_KEY, NOT_A_PSEUDONYM = "not a plain key", "not a pseudonym"
CELLS = [
    ("record_id", "", "a blank cell", None),
    ("record_id", "a b", NOT_A_KEY, None),
    ("record_id", "1234567890", NOT_A_KEY, None),
    ("person_id", "", "a blank cell", None),
    ("person_id", "jo-bloggs", NOT_A_PSEUDONYM, None),
    ("person_id", "Jo Bloggs", NOT_A_PSEUDONYM, None),
    ("person_id", "short-1", NOT_A_PSEUDONYM, None),
    ("person_id", "1234567890", NOT_A_PSEUDONYM, None),
    ("person_id", "9434765919", "an NHS number", None),
    ("person_id", "07700900123", "a telephone number", None),
    ("person_id", "jo@example.org", "an email address", None),
    ("person_id", "ab123456c", "a National Insurance number", None),
    ("service", "", "a blank cell", None),
    ("service", "Exitt", "an unknown service", "Exitt"),
    ("service", "Exit ", "an unknown service", "Exit"),
    ("service", "x'); DROP TABLE known; --", "an unknown service", "x'); DROP TABLE known; --"),
    ("area", "", "a blank cell", None),
    ("area", "Croyden", "an unknown area", "Croyden"),
    ("area", "SE1 2AA", "a full postcode", None),
    ("opened", "", "a blank cell", None),
    ("opened", "01/04/2019", "not a day", "01/04/2019"),
    ("opened", "2019-02-29", "not a day", "2019-02-29"),
    ("opened", "1899-12-31", "not a day", "1899-12-31"),
    ("opened", "2200-01-01", "not a day", "2200-01-01"),
    ("closed", "30 June", "not a day", "30 June"),
    ("closed", "2019-03-31", "closed before it opened", "2019-03-31"),
    ("closed", "", "an outcome after of a case that is not closed", "12"),
    ("outcome_before", "ten", UNREADABLE, "ten"),
    ("outcome_before", "nan", UNREADABLE, "nan"),
    ("outcome_before", "9" * 400, UNREADABLE, "9" * 400),
    ("outcome_after", "1e5", UNREADABLE, "1e5"),
    ("outcome_after", "07700900123", "a telephone number", None),
    ("outcome_after", "-1000000", "a score beyond any scale", "-1000000"),
]


def spoilt(column: str, value: str, *, key: str = "r2") -> str:
    cells = dict(zip(TYPES, GOOD.split(","), strict=True)) | {"record_id": key} | {column: value}
    return ",".join(f'"{cell}"' if "'" in cell else cell for cell in cells.values())


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(("column", "value", "rule", "shown"), CELLS)
def test_a_cell_is_told_with_its_row(tmp_path: Path, kind: str, column: str, value: str, rule: str, shown: str) -> None:
    path = of(tmp_path, GOOD, spoilt(column, value))
    if kind == "parquet":
        text = dict.fromkeys(("opened", "closed", "outcome_before", "outcome_after"), pa.string())
        path = as_parquet(path, **text)
    (problem,) = checked(path)
    about = "outcome_after" if "not closed" in rule else column
    assert (problem.row, problem.column, problem.rule, problem.value, problem.more) == (3, about, rule, shown, 0)
    assert value == "" or shown is not None or value not in problem.mend


def test_every_rule_of_a_cell_is_among_them() -> None:
    told = {rule for _, _, rule, _ in CELLS}
    rules = {rule.says.rule for rule in record_checks._rules(SERVICES["name"], AREAS["area"])}
    assert rules <= told


def test_the_nearest_known_name_is_offered(tmp_path: Path) -> None:
    (problem,) = checked(of(tmp_path, spoilt("area", "Croyden")))
    assert problem.mend.endswith('Did you mean "Croydon"?')


def test_three_places_are_told_and_the_rest_are_counted(tmp_path: Path) -> None:
    lines = [spoilt("area", "Croyden", key=f"r{n}") for n in range(10)]
    assert [(p.row, p.more) for p in checked(of(tmp_path, *lines))] == [(2, 0), (3, 0), (4, 7)]
    lines = [spoilt("person_id", "9434765919", key=f"r{n}") for n in range(10)]
    assert [(p.row, p.more) for p in checked(of(tmp_path, *lines))] == [(2, 0), (3, 0), (4, 7)]


def test_a_key_that_stands_twice_is_told_across_files(tmp_path: Path) -> None:
    first = of(tmp_path, GOOD, GOOD, name="a.csv")
    second = of(tmp_path, spoilt("record_id", "r7"), GOOD, name="b.csv")
    problems = checked(first, second)
    assert [(p.file, p.row, p.column, p.value) for p in problems] == [
        ("a.csv", 3, "record_id", None),
        ("b.csv", 3, "record_id", None),
    ]
    assert problems[0].mend.endswith("It is also in row 2.")
    assert problems[1].mend.endswith("It is also in a.csv, row 2.")


def test_rows_are_right_among_blank_and_ragged_ones(tmp_path: Path) -> None:
    lines = [
        GOOD,
        "",
        "r2,too,few",
        ",,,,,,,",
        "",
        spoilt("area", "x", key="r3"),
        "a,b,c,d,e,f,g,h,i",
        spoilt("area", "y", key="r4"),
    ]
    problems = checked(of(tmp_path, *lines))
    ragged = "the number of cells differs from the heading's"
    assert [(p.rule, p.row) for p in problems] == [
        (ragged, 4),
        (ragged, 8),
        ("an unknown area", 7),
        ("an unknown area", 9),
    ]


def test_rows_are_right_in_a_file_that_is_read_in_parallel(tmp_path: Path) -> None:
    """As many rows as DuckDB's two threads share: 400,000, or some 60 MB."""
    bad = {4: "", 99_999: "x,y", 250_000: spoilt("area", "x", key="k1"), 399_990: spoilt("area", "y", key="k2")}
    lines = [bad.get(n, f"r{n},person-{n:012},Exit,Brent,2019-04-01,2019-06-30,10,12{' ' * 0}") for n in range(400_000)]
    problems = checked(of(tmp_path, *(line.ljust(0) for line in lines)))
    assert [p.row for p in problems] == [100_001, 250_002, 399_992]  # the heading is row 1, the first line row 2


@pytest.mark.parametrize("scale", [1, 7, 64])
def test_lines_are_the_same_however_the_file_is_cut(
    tmp_path: Path, scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_lines, "CHUNK", scale)
    path = tmp_path / "cut.csv"
    path.write_bytes('é,b\r\n\r\n\n1,"x"""\r\n\nlast'.encode())
    lines = record_lines.scan_lines(path)
    assert (lines.says, lines.blank.tolist()) == (None, [2, 3, 5])
    for content, says, row in (
        (b"a\n\n\xff\n", record_lines.NOT_TEXT, 3),
        (b"a\nb\nc\xc3", record_lines.NOT_TEXT, 3),
        (b"a\nb\0\n", record_lines.NULL_BYTE, 2),
        (b"a\rb\n", record_lines.OLD_LINE_END, 1),
        (b'a\n"b\n"\n', record_lines.QUOTES, 2),
    ):
        path.write_bytes(content)
        lines = record_lines.scan_lines(path)
        assert (lines.says, lines.row) == (says, row)


# ---- files that are not what they are called


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def text(*lines: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    return write("\n".join(lines).encode(encoding))


def parquet(**columns: list[object]) -> Callable[[Path], object]:
    full = {name: pa.array(columns.get(name, [None]), type=None) for name in TYPES}
    return lambda path: pq.write_table(pa.table(full), path)


HOSTILE = [
    ("a.csv", write(b""), "the file is empty", None),
    ("a.csv", write(b"\n\n"), "no heading in the first row", 1),
    ("a.csv", text(HEADING, GOOD, "Ex\u00eet", encoding="latin-1"), "bytes that are not UTF-8 text", 3),
    ("a.csv", text(HEADING, GOOD, encoding="utf-16"), "bytes that are not UTF-8 text", 1),
    ("a.csv", text(HEADING, GOOD, "r2,\0"), "a null byte in the text", 3),
    ("a.csv", text(HEADING, GOOD, 'r2,"person', GOOD), "quotation marks that do not pair", 3),
    ("a.csv", text(HEADING, GOOD, GOOD.replace("Exit", '"Ex" it')), "quotation marks that do not pair", 3),
    ("a.csv", text(HEADING.replace(",", "\r"), GOOD), "a line end of an old kind", 1),
    ("a.csv", text(HEADING, "x" * 100_001), "a row of more than 100,000 characters", 2),
    ("a.csv", text(HEADING.replace("area", "borough"), GOOD), "a column is missing", 1),
    ("a.csv", text(HEADING.replace("area", "surname"), GOOD), "a column of people's names", 1),
    ("a.csv", text(f"{HEADING},area", f"{GOOD},Brent"), "a column stands twice", 1),
    ("a.parquet", write(b""), "the file is empty", None),
    ("a.parquet", text(HEADING, GOOD), "not a Parquet file that can be read", None),
    ("a.parquet", write(b"PAR1" + b"\xff" * 100 + b"PAR1"), "not a Parquet file that can be read", None),
    ("a.parquet", parquet(opened=[[1, 2]]), "a column of another type", 1),
    ("a.parquet", parquet(outcome_after=[True]), "a column of another type", 1),
    ("a.xlsx", write(b"PK"), "neither CSV nor Parquet", None),
    ("a.csv", Path.mkdir, "neither CSV nor Parquet", None),
    ("_a.csv", text(HEADING, GOOD), "a file name that begins with _", None),
    ("a.csv", lambda path: path.symlink_to(path.parent / "gone"), "the file cannot be read", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "rule", "row"), HOSTILE)
def test_a_file_that_is_not_what_it_is_called_is_told_and_the_others_are_checked(
    tmp_path: Path, name: str, make: Callable[[Path], object], rule: str, row: int | None
) -> None:
    make(tmp_path / name)
    other = of(tmp_path, spoilt("area", "Croyden"), name="other.csv")
    problems = checked(tmp_path / name, other)
    told = [p for p in problems if p.file == name]
    assert (rule, row) in [(p.rule, p.row) for p in told]
    assert [p.rule for p in problems if p.file == "other.csv"] == ["an unknown area"]


def test_parquet_of_a_database_is_read_as_it_is(tmp_path: Path) -> None:
    path = of(tmp_path, GOOD, spoilt("closed", "2019-07-01", key="2"))
    types = {
        "opened": pa.timestamp("ns"),
        "closed": pa.timestamp("ms"),
        "outcome_before": pa.int8(),
        "outcome_after": pa.float32(),
    }
    assert checked(as_parquet(path, **types)) == []
    assert counted(as_parquet(path, **types)) == counted(path)


def test_a_time_of_day_and_a_number_that_is_none_are_told_in_parquet(tmp_path: Path) -> None:
    path = as_parquet(of(tmp_path, GOOD), opened=pa.timestamp("us"))
    table = pq.read_table(path)
    late = pa.array([np.datetime64("2019-04-01T09:30:00", "us")])
    table = table.set_column(4, "opened", late).set_column(6, "outcome_before", pa.array([float("inf")]))
    pq.write_table(table, path)
    assert [(p.rule, p.column) for p in checked(path)] == [("not a day", "opened"), (UNREADABLE, "outcome_before")]


def test_a_folder_of_many_files(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    for n in range(60):
        of(tmp_path / "records", GOOD.replace("r1", f"r{n}"), name=f"{n}.csv")
    files = {path.name: path for path in (tmp_path / "records").iterdir()}
    assert check_records(files, services=set(SERVICES["name"]), areas=set(AREAS["area"])) == []
    assert counted(*files.values())[0][3] == 60


# ---- what an identifier may be


@pytest.mark.parametrize(
    ("form", "text", "accepted"),
    [
        *[(PERSON_ID, t, True) for t in ("p-1f3a9c07", "0b3c6a1e-7d2f-4e11-9c55-2f8f0a6b1c3d", "1234567a", "1" * 20)],
        *[(PERSON_ID, t, False) for t in ("943 476 5919", "9434765919", "07700-900-123", "jo-bloggs", "ab123456c")],
        *[(PERSON_ID, t, False) for t in ("P-1F3A9C07", "short-1", "a1" * 33, "jo@ex4mple.org", "", "p-1f3a9c07\n")],
        *[(RECORD_ID, t, True) for t in ("r1", "1", "123456789", "CASE_2019-0001", "A" * 64)],
        *[(RECORD_ID, t, False) for t in ("1234567890", "079-0460", "AB123456C", "a b", "", "A" * 65)],
    ],
)
def test_identifiers(form: tuple[tuple[str, str], ...], text: str, accepted: bool) -> None:
    assert has_form(text, form) is accepted


def test_every_column_says_what_it_is() -> None:
    assert all(definition.description for definition in RECORD.columns.values())
