"""A raw table as it came: which cells can be used, and where those are that cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vfm.data.readers import read_table
from vfm.data.rules import ENDS_AFTER_START, NOT_NEGATIVE, column, one_of, table
from vfm.data.schemas import RAW
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE
from vfm.vocabulary.errors import Problem

GRANTS = table(
    "Grants",
    ["grant_id"],
    {
        "grant_id": column(TEXT, "key"),
        "theme": column(TEXT, "theme", one_of("victims", "youth")),
        "amount_gbp": column(NUMBER, "pounds", NOT_NEGATIVE, blank=True),
        "people": column(WHOLE, "people", blank=True),
        "start_date": column(DAY, "first day", blank=True),
        "end_date": column(DAY, "last day", blank=True),
        "is_extension": column(FLAG, "whether it extends another", blank=True),
        "route": column(TEXT, "route", one_of("bid", "formula")),
        "note": column(TEXT, "note", blank=True),
    },
    ENDS_AFTER_START,
)
HEADING = ",".join(GRANTS.columns)
GOOD = "G1,youth,1250.50,12,2019-04-01,2020-03-31,true,bid,first"
Read = Callable[..., tuple[pd.DataFrame | None, list[Problem]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(*lines: str | bytes, end: bytes = b"\n") -> tuple[pd.DataFrame | None, list[Problem]]:
        path = tmp_path / "grants.csv"
        path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + end for line in lines))
        return read_table(path, GRANTS, label="grants.csv")

    return read


def grant(key: str, **cells: str) -> str:
    """One line, good but for `cells`."""
    values = dict(zip(GRANTS.columns, GOOD.split(","), strict=True)) | {"grant_id": key} | cells
    return ",".join(values.values())


def told(problems: list[Problem]) -> list[tuple[int | None, str | None, str]]:
    return [(problem.row, problem.column, problem.rule) for problem in problems]


def test_a_good_row_is_read_with_the_types_of_its_columns(read: Read) -> None:
    frame, problems = read(HEADING, GOOD)
    assert problems == []
    assert frame is not None
    assert frame.loc[2].to_dict() == {
        "grant_id": "G1",
        "theme": "youth",
        "amount_gbp": 1250.50,
        "people": 12,
        "start_date": pd.Timestamp(2019, 4, 1),
        "end_date": pd.Timestamp(2020, 3, 31),
        "is_extension": True,
        "route": "bid",
        "note": "first",
    }


def test_columns_may_come_in_another_order(read: Read) -> None:
    names, cells = HEADING.split(","), GOOD.split(",")
    frame, problems = read(",".join(reversed(names)), ",".join(reversed(cells)))
    assert problems == []
    assert frame is not None
    assert list(frame.columns) == names
    assert frame.loc[2, "people"] == 12


# ---- bytes and lines


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_are_no_matter(read: Read, end: bytes, mark: str) -> None:
    frame, problems = read(mark + HEADING, GOOD, grant("G2", note="naïve £"), end=end)
    assert problems == []
    assert frame is not None
    assert list(frame["note"]) == ["first", "naïve £"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_rows_count_as_a_spreadsheet_does(read: Read, end: bytes) -> None:
    # Row 2 is three lines of the file, rows 3 and 5 are blank, and row 6 is at fault.
    frame, problems = read(
        HEADING, grant("G1", note='"one\ntwo\nthree"'), "", grant("G2"), ",,,,,,,,", grant("G3", people="x"), end=end
    )
    assert told(problems) == [(6, "people", "not a whole number")]
    assert frame is not None
    assert list(frame.index) == [2, 4, 6]
    assert frame.loc[2, "note"] == "one\ntwo\nthree"


def test_a_line_end_within_a_cell_is_read_as_one_kind(read: Read) -> None:
    frame, _ = read(HEADING, grant("G1", note='"one\r\ntwo"'))
    assert frame is not None
    assert frame.loc[2, "note"] == "one\ntwo"


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        (grant("G3", note="£5").encode("cp1252"), "bytes that are not UTF-8 text"),
        (grant("G3", note="nul\0l"), "a null byte in the text"),
        (grant("G3", note='"left open'), "quotation marks that do not pair"),
        (grant("G3", note='"a "quoted" word"'), "quotation marks that do not pair"),
        (grant("G3", note="x" * 131_073), "a cell longer than 131,072 characters"),
    ],
)
def test_records_that_cannot_be_told_apart_are_refused_with_their_row(
    read: Read, spoilt: str | bytes, rule: str
) -> None:
    frame, problems = read(HEADING, grant("G1", note='"one\ntwo"'), grant("G2"), spoilt, grant("G4"))
    assert frame is None
    assert told(problems) == [(4, None, rule)]


def test_a_cell_of_the_longest_length_is_read(read: Read) -> None:
    frame, problems = read(HEADING, grant("G1", note="x" * 131_072))
    assert problems == []
    assert frame is not None


@pytest.mark.parametrize(
    ("encoding", "rule"),
    [
        ("utf-16", "bytes that are not UTF-8 text"),
        ("utf-16-le", "a null byte in the text"),
        ("utf-32-be", "a null byte in the text"),
    ],
)
def test_other_unicode_encodings_are_refused_in_the_first_row(read: Read, encoding: str, rule: str) -> None:
    _, problems = read(f"{HEADING}\n{GOOD}".encode(encoding))
    assert told(problems) == [(1, None, rule)]
    assert problems[0].mend == "Save the file as CSV UTF-8."


@pytest.mark.parametrize("content", ["", "\n\n", " \n", ",,,\n", "\ufeff"])
def test_an_empty_file_has_no_heading(read: Read, content: str) -> None:
    frame, problems = read(content, end=b"")
    assert frame is None
    assert told(problems) == [(1, None, "no heading in the first row")]
    assert HEADING.replace(",", ", ") in problems[0].mend


@pytest.mark.parametrize("after", ["", "\n\n", ",,,,,,,,\n"])
def test_a_heading_alone_is_a_table_that_was_lost(read: Read, after: str) -> None:
    frame, problems = read(HEADING, after)
    assert frame is None
    assert told(problems) == [(1, None, "no rows under the heading")]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    frame, problems = read_table(tmp_path, GRANTS, label="grants.csv")  # a folder
    assert frame is None
    assert [problem.rule for problem in problems] == ["the raw file cannot be read: Is a directory"]


def test_rows_of_too_few_or_too_many_cells_are_told_and_left_out(read: Read) -> None:
    frame, problems = read(HEADING, "G1,youth", GOOD, f"{GOOD},more", grant("G2", note="a, comma"))
    rule = "the number of cells differs from the heading's"
    assert told(problems) == [(2, None, rule), (4, None, rule), (5, None, rule)]
    assert frame is not None
    assert list(frame.index) == [3]


# ---- the heading


def test_a_renamed_column_is_told_once_with_its_name(read: Read) -> None:
    frame, problems = read(HEADING.replace("amount_gbp", "Amount GBP"), GOOD)
    assert frame is None
    assert told(problems) == [(1, "amount_gbp", "a column is missing")]
    assert problems[0].mend == 'Did you mean "Amount GBP"? Rename that column to amount_gbp.'


def test_every_fault_of_a_heading_is_told(read: Read) -> None:
    heading = HEADING.replace("amount_gbp", "colour").replace("route", "theme")
    _, problems = read(heading, GOOD)
    assert set(told(problems)) == {
        (1, "amount_gbp", "a column is missing"),
        (1, "route", "a column is missing"),
        (1, "colour", "a column that is not known"),
        (1, "theme", "a column stands twice"),
    }


def test_a_second_column_like_the_missing_one_is_told_too(read: Read) -> None:
    _, problems = read(HEADING.replace("amount_gbp", "amount_gbq") + ",amount_gb", GOOD + ",1")
    assert sorted(told(problems)) in (
        [(1, "amount_gb", "a column that is not known"), (1, "amount_gbp", "a column is missing")],
        [(1, "amount_gbp", "a column is missing"), (1, "amount_gbq", "a column that is not known")],
    )


def test_columns_without_a_name_are_told_by_their_place(read: Read) -> None:
    _, problems = read(HEADING + ",,", GOOD + ",,")
    assert told(problems) == [(1, "10 (without a name)", "a column that is not known")]


def test_a_heading_that_swallowed_the_table_is_one_problem(read: Read) -> None:
    _, problems = read(",".join(f"c{number}" for number in range(50_000)))
    assert told(problems) == [(1, None, "a heading of more than 1000 columns")]


# ---- cells: one row for each text, so that a column is read once


def read_each(read: Read, name: str, texts: list[str]) -> tuple[list[Any], list[tuple[str | None, str]]]:
    """What a column's cells are read as, and of those that cannot be the value and the rule."""
    rows = [grant(f"G{number}", **{"end_date": "", name: text}) for number, text in enumerate(texts)]
    frame, problems = read(HEADING, *rows)
    assert frame is not None
    assert all(problem.column == name for problem in problems)
    assert all(pd.isna(frame.loc[problem.row, name]) for problem in problems)
    return list(frame[name]), [(problem.value, problem.rule) for problem in problems]


NUMBERS = {"0": 0, " 12 ": 12, "-0": 0, "+3": 3, "007": 7, "1250000.50": 1250000.5, "0.1": 0.1, "\u00a012": 12}
NOT_NUMBERS = [
    *("1,000", "£5", "1e6", "nan", "NaN", "inf", "-inf", "1_000", "0x10", "1.", ".5", "1 000", "12%", "(5)", "--1"),
    *("१२", "²", "½", "−5", "n/a", "NA", "-", "9" * 400),
]


def test_a_number_is_digits_with_a_point(read: Read) -> None:
    values, problems = read_each(read, "amount_gbp", list(NUMBERS))
    assert problems == []
    assert values == list(NUMBERS.values())


@pytest.mark.parametrize(
    ("name", "rule"), [("amount_gbp", "text where a number belongs"), ("people", "not a whole number")]
)
def test_what_is_not_a_number_is_told_as_it_stands(read: Read, name: str, rule: str) -> None:
    _, problems = read_each(read, name, [f'"{text}"' for text in NOT_NUMBERS])
    assert problems == [(text, rule) for text in NOT_NUMBERS]


def test_a_whole_number_is_read_to_the_last_digit(read: Read) -> None:
    texts = ["1250.0", "9007199254740993", "9223372036854775807", "-4"]
    values, problems = read_each(read, "people", texts)
    assert values == [1250, 2**53 + 1, 2**63 - 1, -4]
    assert problems == []


def test_a_fraction_or_a_number_past_64_bits_is_not_whole(read: Read) -> None:
    texts = ["0.5", "12.01", "9223372036854775808", "9" * 30, "9" * 5000, "-9223372036854775808"]
    _, problems = read_each(read, "people", texts)
    assert problems == [(text, "not a whole number") for text in texts]


def test_a_day_of_the_calendar_is_read(read: Read) -> None:
    texts = ["1900-01-01", "2020-02-29", "2199-12-31", " 2019-04-01 "]
    values, problems = read_each(read, "start_date", texts)
    assert problems == []
    assert [str(value.date()) for value in values] == [text.strip() for text in texts]


def test_what_is_not_a_day_is_told(read: Read) -> None:
    texts = [
        *("31/03/2020", "2019-02-30", "2019-02-29", "2019-13-01", "0001-01-01", "9999-12-31", "1899-12-31"),
        *("2200-01-01", "2019-4-1", "20190401", "2019-04", "2019-04-01T00:00", "२०१९-०४-०१", "43556", "0000-00-00"),
    ]
    _, problems = read_each(read, "start_date", texts)
    assert problems == [(text, "not a day") for text in texts]


def test_a_flag_is_true_or_false(read: Read) -> None:
    values, problems = read_each(read, "is_extension", ["true", "false"])
    assert (values, problems) == ([True, False], [])
    texts = ["yes", "TRUE", "1", "0", "t"]
    _, problems = read_each(read, "is_extension", texts)
    assert problems == [(text, "neither true nor false") for text in texts]


def test_a_code_that_looks_like_nothing_stays_text(read: Read) -> None:
    texts = ["NA", "nan", "None", "null", "N/A", "<NA>", "-"]
    assert read_each(read, "note", texts) == (texts, [])


def test_the_code_of_north_area_stays_text_in_the_raw_data() -> None:
    path = Path(__file__).parents[3] / "data" / "raw" / "reference" / "boroughs.csv"
    frame, problems = read_table(path, RAW["boroughs"], label="boroughs.csv")
    assert problems == []
    assert frame is not None
    assert sorted(frame.loc[frame["bcu_code"] == "NA", "borough"]) == ["Enfield", "Haringey"]


@pytest.mark.parametrize("name", ["note", "amount_gbp", "people", "start_date", "is_extension"])
def test_a_blank_cell_is_missing(read: Read, name: str) -> None:
    values, problems = read_each(read, name, ["", " ", "\t", '""'])
    assert problems == []
    assert pd.isna(values).all()


# ---- rules


def test_a_blank_cell_in_a_column_that_may_not_be_is_told(read: Read) -> None:
    _, problems = read(HEADING, grant("G1", theme=" "))
    assert told(problems) == [(2, "theme", "a blank cell")]
    assert problems[0].value is None


def test_a_word_that_is_not_known_brings_the_words_of_its_own_column(read: Read) -> None:
    _, problems = read(HEADING, grant("G1", theme="yuoth", route="raffle"))
    assert {(p.column, p.value, p.mend) for p in problems} == {
        ("theme", "yuoth", 'Use victims, youth. Did you mean "youth"?'),
        ("route", "raffle", "Use bid, formula."),
    }


def test_both_rows_of_a_key_that_stands_twice_are_told(read: Read) -> None:
    _, problems = read(HEADING, GOOD, grant("G2"), GOOD)
    rule = "the key stands twice (grant_id)"
    assert told(problems) == [(2, "grant_id", rule), (4, "grant_id", rule)]


@pytest.mark.parametrize(
    ("start", "end", "problems"),
    [
        ("2020-01-01", "2019-12-31", [(2, "end_date", "the end is before the start")]),
        ("2020-01-01", "2020-01-01", []),
        ("2020-01-01", "", []),
        ("", "2020-01-01", []),
        ("", "", []),
    ],
)
def test_an_end_may_not_come_before_its_start(read: Read, start: str, end: str, problems: list[Any]) -> None:
    # a blank elsewhere in the row does not keep the rule from being asked
    _, found = read(HEADING, grant("G1", start_date=start, end_date=end, note="", amount_gbp=""))
    assert told(found) == problems


def test_rules_are_asked_of_every_cell_that_could_be_read(read: Read) -> None:
    _, problems = read(
        HEADING,
        "short",
        grant("G1", amount_gbp="-5"),
        grant("G2", amount_gbp="five", start_date="1 April", theme=""),
        grant("G2", people="1.5", end_date="2018-01-01"),
    )
    assert sorted(told(problems), key=str) == sorted(
        [
            (2, None, "the number of cells differs from the heading's"),
            (3, "amount_gbp", "a negative amount"),
            (4, "amount_gbp", "text where a number belongs"),
            (4, "start_date", "not a day"),
            (4, "theme", "a blank cell"),
            (4, "grant_id", "the key stands twice (grant_id)"),
            (5, "people", "not a whole number"),
            (5, "end_date", "the end is before the start"),
            (5, "grant_id", "the key stands twice (grant_id)"),
        ],
        key=str,
    )


def test_a_cell_that_could_not_be_read_is_told_once(tmp_path: Path) -> None:
    # unread it is blank in the table: neither a blank where none may be, nor the same key as the other
    years = table("Years", ["year"], {"year": column(WHOLE, "year")})
    (tmp_path / "years.csv").write_text("year\nsoon\nlater\n")
    _, problems = read_table(tmp_path / "years.csv", years, label="years.csv")
    assert told(problems) == [(2, "year", "not a whole number"), (3, "year", "not a whole number")]
