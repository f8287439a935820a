"""Financial years and quarters: how they are read, written and counted."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import FinancialYear, Quarter, month_in_words


def test_months_have_their_english_names_wherever_it_runs() -> None:
    """A day, a month of pandas and an instant alike."""
    assert [month_in_words(date(2014, month, 1)).split()[0][:3] for month in range(1, 13)] == (
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )
    assert month_in_words(pd.Period("2014-04", "M")) == "April 2014"
    assert month_in_words(pd.Period("2014-09", "M").start_time) == "September 2014"


@pytest.mark.parametrize("text", ["2019-20", "2019/20", " 2019-20 ", "2019-20\n"])
def test_a_year_is_read_with_either_mark_and_written_with_a_hyphen(text: str) -> None:
    assert FinancialYear.parse(text) == FinancialYear(2019)
    assert str(FinancialYear.parse(text)) == "2019-20"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2019-21",
            "2019-19",
            "2019",
            "2019-2020",
            "19-20",
            "2019_20",
            "2019 -20",
            "",
            "twenty",
            "२०१९-२०",
            "2019-२०",
        ),
        *("0000-01", "0001-02", "9999-00", "1899-00", "2200-01", "-2019-20", "2019-20-21"),
    ],
)
def test_what_is_not_a_financial_year_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        FinancialYear.parse(text)
    assert str(refused.value) == f'"{text}" is not a financial year: write it as 2019-20.'


def test_a_century_ends_within_a_financial_year() -> None:
    assert FinancialYear.parse("1999-00") == FinancialYear(1999)
    assert str(FinancialYear(1999)) == "1999-00"
    assert FinancialYear(1999).end == date(2000, 3, 31)


def test_a_year_runs_from_april_to_march_and_has_words() -> None:
    year = FinancialYear(2019)
    assert (year.start, year.end, year.words) == (date(2019, 4, 1), date(2020, 3, 31), "2019/20")
    assert FinancialYear(2019) - FinancialYear(2012) == 7
    assert FinancialYear(2012) < FinancialYear(2019)


@pytest.mark.parametrize(
    ("text", "start", "end", "words"),
    [
        ("2019-20-Q1", date(2019, 4, 1), date(2019, 6, 30), "April to June 2019"),
        ("2019-20-Q2", date(2019, 7, 1), date(2019, 9, 30), "July to September 2019"),
        ("2019-20-Q3", date(2019, 10, 1), date(2019, 12, 31), "October to December 2019"),
        ("2019-20-Q4", date(2020, 1, 1), date(2020, 3, 31), "January to March 2020"),
        ("1999-00-Q4", date(2000, 1, 1), date(2000, 3, 31), "January to March 2000"),
    ],
)
def test_a_quarter_has_its_days_and_words(text: str, start: date, end: date, words: str) -> None:
    quarter = Quarter.parse(text)
    assert (str(quarter), quarter.start, quarter.end, quarter.words) == (text, start, end, words)


def test_quarters_follow_each_other_without_a_gap() -> None:
    quarter = Quarter.parse("1998-99-Q1")
    for _ in range(4 * 3):
        assert quarter.next.start == quarter.end + timedelta(days=1)
        assert quarter < quarter.next
        quarter = quarter.next
    assert str(quarter) == "2001-02-Q1"


@pytest.mark.parametrize(
    "text",
    [
        *("2019-20-Q5", "2019-20-Q0", "2019-20-Q", "2019-20-Q44", "2019-20-q4", "2019-20", "2019-20-4", "2019-20 Q4"),
        *("Q4", "", "2019-20-Q४", "2019-20-Q²"),
    ],
)
def test_what_is_not_a_quarter_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Quarter.parse(text)
    assert str(refused.value) == f'"{text}" is not a quarter: write it as 2019-20-Q4, with Q1 to Q4.'


@pytest.mark.parametrize("year", ["2019-21", "2019", "२०१९-20", "9999-00", "../2019-20", "2019-20-Q1"])
def test_a_quarter_of_no_financial_year_is_refused_with_the_year(year: str) -> None:
    with pytest.raises(UsageError) as refused:
        Quarter.parse(f"{year}-Q1")
    assert str(refused.value) == f'"{year}-Q1" is not a quarter: "{year}" is not a financial year.'


def test_space_round_a_quarter_is_no_matter() -> None:
    assert Quarter.parse(" 2019-20-Q4\n") == Quarter(FinancialYear(2019), 4)


def test_the_first_and_last_years_have_all_their_days() -> None:
    assert Quarter.parse("1900-01-Q1").start == date(1900, 4, 1)
    assert Quarter.parse("2199-00-Q4").next.end == date(2200, 6, 30)
