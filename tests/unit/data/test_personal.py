"""Personal data is told by place and kind, and never echoed; what only looks like it is let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vfm.data import personal
from vfm.data.personal import DELETE_COLUMN, DELETE_FILE, find_personal, is_nhs_number
from vfm.data.sheets import Sheet
from vfm.vocabulary.errors import Problem

EMAIL, PHONE, POSTCODE = "an email address", "a telephone number", "a full postcode"
BORN, NHS, INSURANCE = "a date of birth", "an NHS number", "a National Insurance number"
NAMES, BIRTHS = "a column of people's names", "a column of dates of birth"

# Invented, or reserved for such use: Ofcom's drama numbers, the NHS's and HMRC's own test values.
PERSONAL = [
    *[(EMAIL, text) for text in ("jo.bloggs@example.org", "write to <a+b@mail.example.co.uk>.", "MAILTO:X@Y.ORG")],
    *[
        (PHONE, text)
        for text in ("020 7946 0958", "07700 900123", "07700900123", "+44 20 7946 0958", "(020) 7946 0958")
    ],
    *[(PHONE, text) for text in ("+44 20 7946 0958", "+44 (0)20 7946 0958", "ring 01632-960-001.", "0044 7700 900123")],
    (PHONE, "0808 157 0192"),
    *[(POSTCODE, text) for text in ("SE1 2AA", "SE12AA", "lives at SW1A 1AA, flat 2", "ec1a 1bb", "W1A 0AX", "E1 6AN")],
    *[(BORN, text) for text in ("born 01/02/1990", "DOB: 1.2.90", "Date of birth 1990-02-01", "b. born on 1 Feb 1990")],
    *[(NHS, text) for text in ("9434765919", "943 476 5919", "943-476-5919", "NHS no 9434765919.")],
    *[(INSURANCE, text) for text in ("AB123456C", "ab 12 34 56 c", "NI: AB123456D.")],
]
NOT_PERSONAL = [
    *("E09000008", "E12000007", "SE1", "SW1A", "E1 2", "2019-20-Q4", "PCD 1234", "DPC-0201-2019", "360G-x-02079460958"),
    *("1250000", "1250.50", "£9434765919", "9434765918", "9434765919.25", "1,234,567,890", "1111111111", "0000000000"),
    *("0.20794609581", "01-04-2019 31-03-2020", "01/04/2019 - 31/03/2020", "2019-04-01", "01234567", "12345678901234"),
    *("QQ123456C", "GB123456A", "AB123456E", "e1 2nd floor", "at 5 @ 3 pounds", "@name", "3@5", "born in 1990"),
    *("the service was born 2 years ago", "Croydon", "Ward E05011464", "QX1 2AB", "02079460958123"),
]


def found(*rows: tuple[str, ...], name: str = "Outputs") -> list[Problem]:
    return find_personal([Sheet(name, tuple(enumerate(rows, 1)))], label="sent.xlsx")


@pytest.mark.parametrize(("kind", "text"), PERSONAL)
def test_it_is_found_told_with_its_place_and_never_echoed(kind: str, text: str) -> None:
    problems = found(("notes", "pounds"), ("", text))
    assert problems == [Problem("sent.xlsx", kind, DELETE_FILE, 2, "B", sheet="Outputs")]
    (problem,) = problems
    assert problem.value is None
    assert text not in f"{problem.rule} {problem.mend} {problem.place}"


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_only_looks_like_it_is_let_through(text: str) -> None:
    assert found(("notes",), (text,)) == []


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        *[(NAMES, h) for h in ("First name", "surname", "last_name", "FORENAME", "Client's name", "victim name")],
        *[(NAMES, h) for h in ("fullName", "Name of the child", "Service user names", "Key worker name")],
        *[(BIRTHS, h) for h in ("DOB", "d.o.b.", "date_of_birth", "Client\u2019s DOB", "Date of birth (dd/mm/yyyy)")],
    ],
)
def test_a_column_is_told_at_its_heading_where_it_is_filled(kind: str, heading: str) -> None:
    assert found(("a title", ""), ("borough", heading), ("", ""), ("Croydon", "x")) == [
        Problem("sent.xlsx", kind, DELETE_COLUMN, 2, "B", sheet="Outputs")
    ]
    assert found(("borough", heading), ("Croydon", "")) == []


@pytest.mark.parametrize(
    "heading",
    [
        *("name", "Service name", "provider_name", "Recipient Org:Name", "borough name", "measure", "file name"),
        *("people who gave a first name", "date", "birth rate", "start date", "Funding Org:Name"),
    ],
)
def test_other_columns_are_let_through(heading: str) -> None:
    assert found((heading,), ("x",)) == []


def test_a_cell_of_two_kinds_is_told_of_both() -> None:
    assert [p.rule for p in found(("jo@example.org, SE1 2AA",))] == [EMAIL, POSTCODE]


def test_a_file_without_sheets_has_no_sheet_in_its_places() -> None:
    (problem,) = found(("jo@example.org",), name="")
    assert problem.place == "sent.xlsx, row 1, column A"


def test_a_file_full_of_it_is_told_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "MOST_TOLD", 3)
    assert len(found(*[("jo@example.org",)] * 9)) == 3


def test_what_to_do_is_said() -> None:
    assert DELETE_FILE.startswith("Delete this file, and ask the sender to take it away at the source")
    assert DELETE_COLUMN.startswith("Delete this file, and ask the sender to take the column away at the source")


@given(st.integers(0, 999_999_999))
def test_nine_digits_have_at_most_one_check_digit(first: int) -> None:
    assert sum(is_nhs_number(f"{first:09}{check}") for check in range(10)) <= 1


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    assert all(problem.value is None for problem in found((text,), (text,)))
