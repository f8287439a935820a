"""Spend ledgers as published: every penny, credits marked, and each fault told at its place. Made-up payments."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_files import LABEL, Bad, rules_of, told

from vfm.data import amounts, delimited, ledgers, sources
from vfm.data.amounts import AmountError, pence
from vfm.data.ledgers import COLUMNS, ledger_day, read_ledger, repeated_months
from vfm.data.sources import json_document
from vfm.vocabulary.errors import Problem

HEADING = "Body Name,Supplier Name,Payment Date,Net Amount (£),Transaction No,Service Area,Expense Type\n"
GOOD = "Example council,Example supplier 1,31/03/2020,1250.50,R1,Example area,Example category\n"


def line(
    supplier: str = "Example supplier 1", day: str = "31/03/2020", amount: str = "1250.50", ref: str = "R1"
) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow(["Example council", supplier, day, amount, ref, "a", "c"])
    return out.getvalue()


def read(folder: Path, content: str | bytes, ending: str = ".csv") -> tuple[pd.DataFrame | None, list[Problem]]:
    path = folder / f"example{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ledger(path, label=LABEL)


def good(folder: Path, content: str, *advice: tuple[Any, ...]) -> pd.DataFrame:
    table, problems = read(folder, content)
    assert told(problems) == list(advice)
    assert table is not None
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == COLUMNS
    return table


def test_a_payment_is_read_whole(tmp_path: Path) -> None:
    row = good(tmp_path, HEADING + GOOD).iloc[0]
    assert dict(row) == {
        "body": "Example council",
        "supplier": "Example supplier 1",
        "redacted": False,
        "date": pd.Timestamp("2020-03-31"),
        "amount_pence": 125050,
        "reference": "R1",
        "area": "Example area",
        "category": "Example category",
        "kind": "payment",
        "source_row": 2,
    }


@pytest.mark.parametrize(
    "heading", ["Vendor,Amount,Date Paid", "PAYEE , Value (£),date", "creditor_name,Net  Amount,Paid Date"]
)
def test_a_heading_has_many_names_and_may_stand_below_notes(heading: str, tmp_path: Path) -> None:
    table = good(tmp_path, f"Example council,,\n\nPayments over £500,,\n{heading}\nExample,5,1/4/2020\n")
    assert table[["supplier", "amount_pence", "source_row"]].to_numpy().tolist() == [["Example", 500, 5]]
    assert table["body"].isna().all()


def test_every_name_of_a_heading_stands_once_and_as_it_is_looked_for() -> None:
    with ledgers.HEADINGS.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    names = [one["heading"] for one in listed]
    assert len(set(names)) == len(names)
    assert names == [ledgers._plain(name) for name in names]
    assert {one["field"] for one in listed} == {"supplier", "amount", "date", "reference", "area", "category", "body"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1234.50", 123450), ("£1,234.50", 123450), ("(1,234.50)", -123450), ("1,234.50-", -123450)),
        *(("-£7", -700), ("£-7", -700), ("−0.01", -1), ("1234.5 CR", -123450), ("12 dr", 1200), (".5", 50)),
        *(("1 234.50", 123450), ("1,234,567.89", 123456789), ("5.", 500), ("7.1000", 710), ("0", 0), ("GBP 3", 300)),
        ("999999999999999.99", 99999999999999999),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, expected: int) -> None:
    assert pence(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *((text, amounts.COMMA_FOR_PENCE) for text in ("1.234,50", "1234,50", "1.234.567", "12,5")),
        *((text, amounts.PART_PENCE) for text in ("1234.567", "0.001", "1.2345")),
        *(
            (text, amounts.NOT_AN_AMOUNT)
            for text in ("", ".", "-", "(5", "-(5)", "--5", "-5 CR", "1e5", "12,34.5", "nil")
        ),
        *((text, amounts.NOT_AN_AMOUNT) for text in ("२", "1,2345", "9" * 16, "$5", "5 5%", "(5) CR", "1..2")),
    ],
)
def test_what_is_no_amount_is_refused(text: str, says: sources.Says) -> None:
    with pytest.raises(AmountError) as error:
        pence(text)
    assert error.value.says == says


@pytest.mark.parametrize(
    "text",
    [
        "31/03/2020",
        "31/3/20",
        "31-Mar-20",
        "31 March 2020",
        "31.03.2020",
        "2020-03-31",
        "2020-03-31 00:00:00",
        "31/03/2020 00:00",
    ],
)
def test_dates_as_people_write_them(text: str) -> None:
    assert str(ledger_day(text)[0]) == "2020-03-31"


@pytest.mark.parametrize("text", ["03/31/2020", "31/02/2020", "2020", "31-Foo-20", "1/1/0020", "99999", "March"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ledger_day(text)


def test_credits_are_negative_rows_and_a_reversal_takes_back_one_payment(tmp_path: Path) -> None:
    rows = [("A", "10", "R1"), ("a", "-10", "R1"), ("A", "-10.00", "R1"), ("A", "-10", "R2"), ("B", "(10)", "R1")]
    rows += [("C", "5", ""), ("C", "-5", "")]
    table = good(tmp_path, HEADING + "".join(line(s, "01/04/2020", a, r) for s, a, r in rows))
    assert list(table["kind"]) == ["payment", "reversal", "credit", "credit", "credit", "payment", "credit"]
    assert table["amount_pence"].sum() == -3000


def test_redacted_suppliers_are_kept_as_such(tmp_path: Path) -> None:
    table = good(tmp_path, HEADING + line("REDACTED PERSONAL DATA") + line("xxxxx") + line("Example"))
    assert list(table["redacted"]) == [True, True, False]
    assert list(table["supplier"]) == ["REDACTED PERSONAL DATA", "xxxxx", "Example"]


def test_totals_are_left_out_and_a_supplier_called_total_is_not(tmp_path: Path) -> None:
    content = (
        HEADING + line("Total Example Energy") + ",Sub-total,,1250.50,,,\n" + ",,,1250.50,,,\nGrand Total,,,1,,,\n"
    )
    table, problems = read(tmp_path, content)
    assert table is not None
    assert list(table["supplier"]) == ["Total Example Energy"]
    assert problems == [ledgers.TOTALS.at(LABEL, 3, value=3)]


def months_of(table: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(table["body"], table["date"].dt.strftime("%Y-%m"), strict=True))


def test_the_same_month_of_a_body_in_two_files_is_advice(tmp_path: Path) -> None:
    march = good(tmp_path, HEADING + line())
    april = good(tmp_path, HEADING + line(day="01/04/2020") + line(day="02/03/2020"))
    other = march.assign(body="Example other council")
    assert repeated_months({"a": months_of(march), "b": months_of(april), "c": months_of(other)}) == [
        ledgers.SAME_MONTH.at("b", column="date", value="2020-03, also in a")
    ]


def test_of_a_ledger_with_a_sheet_a_month_none_is_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Example council: payments over £500"])
    for month in ("April", "May", "June"):
        page = book.create_sheet(month)
        page.append(HEADING.strip().split(","))
        page.append(["Example council", f"Supplier of {month}", pd.Timestamp("2020-03-31"), 5, "R1", None, None])
    book.save(tmp_path / "example.xlsx")
    table, problems = read_ledger(tmp_path / "example.xlsx", label=LABEL)
    assert table is not None
    assert list(table["supplier"]) == ["Supplier of April"]
    assert problems == [sources.MORE_SHEETS.at(LABEL, sheet=month) for month in ("May", "June")]
    assert not any(problem.advice for problem in problems)


def test_a_workbook_is_read_as_the_same_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Example council"])
    book.active.append(HEADING.strip().split(","))
    book.active.append(["Example council", "Example supplier 1", pd.Timestamp("2020-03-31"), 1250.5, "R1", None, None])
    book.save(tmp_path / "example.xlsx")
    table, problems = read_ledger(tmp_path / "example.xlsx", label=LABEL)
    assert table is not None
    assert problems == []
    assert table[["amount_pence", "source_row"]].to_numpy().tolist() == [[125050, 3]]


QUOTES = sources.Says("quotation marks that do not pair", delimited.OPEN_QUOTE)
SEMICOLONS = sources.Says("cells parted by semicolons, not by commas", delimited.COMMAS)
NOT_ROWS = dict.fromkeys((QUOTES, SEMICOLONS), sources.NOT_ROWS)  # which says why in the words of delimited.py
BAD = [
    Bad(ledgers.UNKNOWN_KIND, "x", ending=".pdf"),
    Bad(ledgers.NO_HEADING, "Supplier,Amount\nExample,5\n", 1),
    Bad(ledgers.NO_ROWS, HEADING, 1),
    Bad(ledgers.TWICE, "Supplier,Date,Amount,Amount\nExample,1/4/2020,5,6\n", 1, "Amount"),
    Bad(ledgers.CHOSEN, "Supplier,Date,Gross Amount,Net Amount\nExample,1/4/2020,6,5\n", 1, "Net Amount"),
    Bad(ledgers.TOO_LONG, HEADING + GOOD + GOOD.strip() + ",more\n", 3),
    Bad(ledgers.BLANK, HEADING + line() + line(supplier=""), 3, "Supplier Name"),
    Bad(ledgers.BLANK, HEADING + line(amount=""), 2, "Net Amount (£)"),
    Bad(ledgers.NOT_DAY, HEADING + line(day="03/31/2020"), 2, "Payment Date", "03/31/2020"),
    Bad(ledgers.SERIAL_DAY, HEADING + line(day="43921"), 2, "Payment Date", "43921"),
    Bad(ledgers.TOTALS, HEADING + line() + ",Total:,,1250.50,,,\n", 3, None, "1"),
    Bad(ledgers.SAME_ROWS, HEADING + GOOD + GOOD, 3, None, "as row 2"),
    Bad(amounts.NOT_AN_AMOUNT, HEADING + line(amount="some"), 2, "Net Amount (£)", "some"),
    Bad(amounts.COMMA_FOR_PENCE, HEADING + line(amount="1.234,50"), 2, "Net Amount (£)", "1.234,50"),
    Bad(amounts.PART_PENCE, HEADING + line(amount="0.005"), 2, "Net Amount (£)", "0.005"),
    Bad(amounts.DOT_FOR_WHAT, HEADING + line(amount="-1.250"), 2, "Net Amount (£)", "-1.250"),
    Bad(sources.OTHER_ENCODING, (HEADING + GOOD).encode("cp1252"), 1),
    Bad(sources.NOT_TEXT, b"\x81" + HEADING.encode(), 1),
    Bad(sources.NOT_TEXT, (HEADING + GOOD).encode("utf-16"), 1),
    Bad(QUOTES, HEADING + GOOD + '"open', 3),
    Bad(SEMICOLONS, (HEADING + GOOD).replace(",", ";"), 1),
    Bad(sources.TOO_WIDE, HEADING + "," * 1000, 2),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.says.rule)
def test_a_fault_is_told_at_its_place(bad: Bad, tmp_path: Path) -> None:
    _, problems = read_ledger(bad.write(tmp_path), label=LABEL)
    assert problems == [bad.problem]


def too_large(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_BYTES", 5)
    path.write_text("123456")


OF_THE_FILE: dict[sources.Says, Callable[[Path, pytest.MonkeyPatch], None]] = {
    sources.CANNOT_READ: lambda path, _: path.mkdir(),
    sources.TOO_LARGE: too_large,
    sources.NOT_JSON: lambda path, _: path.write_text('{"a": NaN}') and None,
    sources.TOO_DEEP: lambda path, _: path.write_text("[" * 1_000_000) and None,
}


@pytest.mark.parametrize("says", OF_THE_FILE, ids=lambda says: says.rule)
def test_a_file_that_cannot_be_read(says: sources.Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "example.json"
    OF_THE_FILE[says](path, monkeypatch)
    with pytest.raises(sources.UnreadableError) as error:
        json_document(path)
    assert error.value.says == says


def test_every_rule_has_a_bad_file() -> None:
    elsewhere = {ledgers.SAME_MONTH, sources.MORE_SHEETS}  # of several files or sheets
    said = {NOT_ROWS.get(bad.says, bad.says) for bad in BAD} | set(OF_THE_FILE) | elsewhere
    assert rules_of(ledgers, amounts, sources) == said


# ---- whatever comes

EASY = settings(
    max_examples=100, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
FORMS = ["{0}", "£{0:,}", "{0:,}", "{0:f} ", " £ {0:,}"]
CREDITS = ["-{0}", "(£{0:,})", "{0:,}-", "{0} CR"]


@EASY
@given(paid=st.lists(st.tuples(st.integers(1, 10**12), st.sampled_from(FORMS + CREDITS)), min_size=1, max_size=20))
def test_pence_add_up_exactly(paid: list[tuple[int, str]], tmp_path: Path) -> None:
    rows = [line(amount=form.format(Decimal(one) / 100), ref=f"R{n}") for n, (one, form) in enumerate(paid)]
    table = good(tmp_path, HEADING + "".join(rows))
    assert table["amount_pence"].sum() == sum(-one if form in CREDITS else one for one, form in paid)
    assert (table["kind"] == "payment").sum() == sum(form in FORMS for _, form in paid)


@EASY
@given(content=st.binary(max_size=200), cells=st.lists(st.lists(st.text(max_size=9), max_size=8), max_size=4))
def test_any_bytes_and_cells_are_read_or_told(content: bytes, cells: list[list[str]], tmp_path: Path) -> None:
    out = StringIO()
    csv.writer(out).writerows(cells)
    for body in (content, HEADING.encode() + content, (HEADING + out.getvalue()).encode("utf-8", "replace")):
        for ending in (".csv", ".xlsx"):
            table, problems = read(tmp_path, body, ending)
            assert table is not None or problems


# ---- how much of it is held


MEASURE = """
import resource, sys
from pathlib import Path
from vfm.data import ledgers
from vfm.data.ledgers import blocks_of, look_through
ledgers.ROWS = 2_000
looked = look_through(Path(sys.argv[1]), label="x")
kept = sum(len(block) for block in blocks_of(Path(sys.argv[1]), label="x", reversals=looked.reversals))
print(looked.rows, kept, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units")
def test_a_longer_ledger_takes_little_more_memory(tmp_path: Path) -> None:
    """Of a payment two keys of 16 bytes are held: 40,000 more take 1.3 MB, with what finds repeats perhaps 5."""
    most = []
    for payments in (5_000, 45_000):
        path = tmp_path / f"{payments}.csv"
        path.write_text(HEADING + "".join(line(ref=f"R{number}") for number in range(payments)), encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        rows, kept, megabytes = map(int, run.stdout.split())
        assert rows == kept == payments
        most.append(megabytes)
    assert most[1] - most[0] < 20  # held as they were, they took some 50 more


def test_a_reversal_beyond_the_first_block_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "ROWS", 2)
    lines = [line(ref="R1"), line(ref="R2"), line(ref="R3"), line(ref="R1", amount="-1250.50", day="01/04/2020")]
    table = good(tmp_path, HEADING + "".join(lines))
    assert table["kind"].tolist() == ["payment", "payment", "payment", "reversal"]
    assert table["source_row"].tolist() == [2, 3, 4, 5]
