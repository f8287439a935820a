"""Whatever the bytes, a raw table is read or its problems are told: never a crash, never a value made up."""

from __future__ import annotations

import csv
import os
import tracemalloc
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vfm.data.readers import read_table
from vfm.data.rules import ENDS_AFTER_START, LINK, NOT_NEGATIVE, PART_DATE, QUARTER, YEAR, column, one_of, table
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

SOAK = os.environ.get("VFM_SOAK") == "1"
TABLE = table(
    "Of every kind",
    ["key", "quarter"],
    {
        "key": column(TEXT, "key"),
        "quarter": column(TEXT, "quarter", QUARTER),
        "year": column(TEXT, "year", YEAR, blank=True),
        "theme": column(TEXT, "theme", one_of("victims", "youth"), blank=True),
        "amount_gbp": column(NUMBER, "pounds", NOT_NEGATIVE, blank=True),
        "people": column(WHOLE, "people", blank=True),
        "start_date": column(DAY, "first day", blank=True),
        "end_date": column(DAY, "last day", blank=True),
        "signed": column(TEXT, "when", PART_DATE, blank=True),
        "is_extension": column(FLAG, "flag", blank=True),
        "link": column(TEXT, "link", LINK, blank=True),
    },
    ENDS_AFTER_START,
)
COLUMNS = list(TABLE.columns)
GOOD = [
    "K1",
    "2019-20-Q4",
    "2019-20",
    "youth",
    "1250.50",
    "12",
    "2019-04-01",
    "2020-03-31",
    "2019-04",
    "true",
    "https://a.uk",
]
LABEL = "published/some.csv"


def often(examples: int) -> settings:
    """The same examples in every default run; many more, and others each time, in a soak."""
    return settings(
        max_examples=examples * (100 if SOAK else 1),
        derandomize=not SOAK,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def assert_read_or_told(folder: Path, content: bytes) -> pd.DataFrame | None:
    path = folder / "some.csv"
    path.write_bytes(content)
    frame, problems = read_table(path, TABLE, label=LABEL)
    assert frame is not None or problems
    lines = content.count(b"\n") + content.count(b"\r") + 1
    for problem in problems:
        assert problem.file == LABEL
        assert problem.rule
        assert problem.mend
        assert problem.row is not None
        assert 1 <= problem.row <= lines
        assert problem.value is None or isinstance(problem.value, str)
    if frame is not None:
        assert list(frame.columns) == COLUMNS
        assert frame.index.is_unique
        numbers = pd.concat([frame["amount_gbp"], frame["people"].astype("float64")]).dropna()
        assert numbers.abs().lt(float("inf")).all()
    return frame


ODD_CELLS = st.sampled_from(
    [
        *(
            "",
            " ",
            '"',
            '""',
            "\0",
            "\ufeff",
            "NA",
            "nan",
            "inf",
            "1e400",
            "9" * 25,
            "-1",
            "2019-02-30",
            "9999-12-31",
            "२",
        ),
        *(
            "\u2028",
            "\x1b",
            "2019-20-Q5",
            "0000-01-Q1",
            "youht",
            "x" * 500,
            "a\nb",
            "a\r\nb",
            "£1,000",
            "true ",
            "\x85",
        ),
    ]
)


@often(25)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_told(tmp_path: Path, content: bytes) -> None:
    assert_read_or_told(tmp_path, content)
    assert_read_or_told(tmp_path, ",".join(COLUMNS).encode() + b"\n" + content)


@often(25)
@given(
    rows=st.lists(
        st.tuples(*(st.one_of(st.just(good), ODD_CELLS, st.text(max_size=8)) for good in GOOD)), min_size=1, max_size=6
    )
)
def test_any_cells_are_read_or_told(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    text = StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    assert_read_or_told(tmp_path, text.getvalue().encode("utf-8", errors="surrogatepass"))


@often(25)
@given(data=st.data())
def test_a_good_file_with_bytes_lost_changed_or_put_in_is_read_or_told(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray("\n".join(map(",".join, [COLUMNS, GOOD, ["K2", *GOOD[1:]]])).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from(b'",\n\r\0 -.9\xff\xefaQ').map(lambda byte: bytes([byte]))
        )
    assert_read_or_told(tmp_path, bytes(content))


# ---- there and back

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


RECORDS = st.fixed_dictionaries(
    {
        "key": TEXTS | TEXTS.map(lambda text: f'{text},"{text}"\n{text}'),
        "quarter": st.builds("{}-{:02d}-Q{}".format, st.just(1999), st.just(0), st.integers(1, 4)),
        "year": maybe(st.integers(1900, 2199).map(lambda year: f"{year}-{(year + 1) % 100:02d}")),
        "theme": maybe(st.sampled_from(["victims", "youth"])),
        "amount_gbp": maybe(st.integers(0, 10**12).map(lambda pence: pence / 100)),
        "people": maybe(st.integers(-(2**63) + 1, 2**63 - 1)),
        "start_date": maybe(DAYS),
        "end_date": st.none(),
        "signed": maybe(DAYS.map(str)),
        "is_extension": maybe(st.booleans()),
        "link": maybe(st.just("https://www.london.gov.uk")),
    }
)


def written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@often(25)
@given(
    records=st.lists(RECORDS, min_size=1, max_size=5, unique_by=lambda record: (record["key"], record["quarter"])),
    order=st.permutations(COLUMNS),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_a_good_table_is_read_back_as_it_was_written(
    tmp_path: Path, records: list[dict[str, Any]], order: list[str], end: str, mark: str
) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerows([order, *([written(record[name]) for name in order] for record in records)])
    path = tmp_path / "some.csv"
    path.write_bytes((mark + text.getvalue()).encode())
    frame, problems = read_table(path, TABLE, label=LABEL)
    assert problems == []
    assert frame is not None
    assert list(frame.index) == list(range(2, 2 + len(records)))  # a record is a row, however many lines it takes
    for record, (_, row) in zip(records, frame.iterrows(), strict=True):
        for name, value in record.items():
            if value is None:
                assert pd.isna(row[name])
            else:
                assert (row[name].date() if isinstance(value, date) else row[name]) == value


# ---- room

HEADING = ",".join(COLUMNS).encode() + b"\n"
SIZE = 2_000_000 if SOAK else 10_000


@pytest.mark.parametrize("before", [b"", HEADING], ids=["heading", "body"])
@pytest.mark.parametrize("piece", [b",", b"\n", b'"', b'""', b"a,", b"1\n", b"\0", b"\xff", b",,,,,,,,,,x\n"])
def test_the_room_that_a_file_takes_is_in_keeping_with_its_size(tmp_path: Path, before: bytes, piece: bytes) -> None:
    content = before + piece * (SIZE // len(piece))
    tracemalloc.start()
    try:
        assert_read_or_told(tmp_path, content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # a line of one byte is a list, a row number and a problem: some 400 bytes, and pandas' own
    assert peak < 1000 * len(content) + 10_000_000
