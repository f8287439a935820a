"""What a cell, a row or a column of a table has to be.

A rule is a pandera `Check` whose `error` says what is wrong and whose `description` says how to mend it.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandera.pandas as pa

from vfm.data.tables import TEXT
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import YEARS, FinancialYear, Quarter


def check(test: Callable[[Any], Any], says: str, mend: str, **more: Any) -> pa.Check:
    """A rule: what it tests, what it says of what breaks it, and how to mend that."""
    return pa.Check(test, error=says, description=mend, **more)


def _each(test: Callable[[str], bool], says: str, mend: str) -> pa.Check:
    """The test holds of each cell; a text that stands in many cells is tested once."""
    return check(lambda cells: cells.map({text: test(text) for text in cells.unique()}), says, mend)


def one_of(*allowed: str) -> pa.Check:
    """The cell is one of a few words."""
    return pa.Check.isin(allowed, error="not one of the known values", description="Use " + ", ".join(allowed) + ".")


def matches(pattern: str, says: str, mend: str) -> pa.Check:
    """The whole cell is as `pattern` says; its digits are ASCII's."""
    compiled = re.compile(pattern, flags=re.ASCII)
    return _each(lambda text: compiled.fullmatch(text) is not None, says, mend)


def _is_written_as(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether `read` takes a text and would write it the same."""

    def test(text: str) -> bool:
        try:
            return str(read(text)) == text
        except UsageError:
            return False

    return test


def _is_part_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, flags=re.ASCII):
        return False
    try:
        day = date.fromisoformat(text + "-01-01"[len(text) - len("2019") :])
    except ValueError:
        return False
    return day.year in YEARS


def _is_month(text: str) -> bool:
    return len(text) == len("2019-04") and _is_part_date(text)


NOT_NEGATIVE = check(
    lambda s: s >= 0,
    "a negative amount",
    "Amounts are positive; record a reversal as a row of its own with its reason.",
)
CODE_MEND = "Use the ONS code: a capital letter and eight digits, as in boroughs.csv."
AREA_CODE = matches(r"[A-Z]\d{8}|none", "not an area code", CODE_MEND)
BOROUGH_CODE = matches(r"[A-Z]\d{8}", "not a borough's code", CODE_MEND)
DISTRICT = matches(
    r"[A-Z]{1,2}[0-9]{1,2}[A-Z]?",
    "not a postcode district",
    "Use the first half of a postcode in capitals, such as CR0 or SW1A.",
)
PLAIN_KEY = matches(r"[a-z0-9-]+", "not a plain key", "Use a-z, 0-9 and hyphens.")
YEAR = _each(_is_written_as(FinancialYear.parse), "not a financial year", "Write it as 2019-20.")
QUARTER = _each(_is_written_as(Quarter.parse), "not a quarter", "Write it as 2019-20-Q4.")
MONTH = _each(_is_month, "not a month", "Write it as 2019-04.")
PART_DATE = _each(_is_part_date, "not a date", "Write 2019, 2019-04 or 2019-04-01.")
LINK = matches(r"https?://\S+", "not a web address", "Give the address of the page that publishes it.")
SOURCE_KIND = one_of("official", "secondary")
ENDS_AFTER_START = check(
    lambda frame: ~(frame["end_date"] < frame["start_date"]),
    "the end is before the start",
    "Correct start_date or end_date from the decision.",
    name="end_date",
)


def no_more_than(part: str, whole: str) -> pa.Check:
    """A number of a row is a part of another one."""
    return check(
        lambda frame: ~(frame[part] > frame[whole]).fillna(False),
        f"more {part} than {whole}",
        f"Those in {part} are some of those in {whole}: correct one of the two.",
        name=part,
    )


def column(dtype: str, description: str, *checks: pa.Check, blank: bool = False) -> pa.Column:
    """A column of a table: its type, what it means and the rules that its cells keep."""
    return pa.Column(dtype, list(checks), nullable=blank, description=description)


def table(
    title: str, key: list[str], columns: dict[str, pa.Column], *checks: pa.Check, empty: bool = False
) -> pa.DataFrameSchema:
    """A table: its title, key and columns, the rules that its rows keep, and whether it may have no rows."""
    about = {"empty": empty}
    return pa.DataFrameSchema(columns, checks=list(checks), unique=key, title=title, strict=True, metadata=about)


def processed_table(title: str, key: list[str], columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    """A table that the build makes: its columns stand in this order, and it is given their types."""
    return pa.DataFrameSchema(columns, unique=key, title=title, strict=True, ordered=True, coerce=True)


AREA = {
    "gss_code": column(TEXT, "ONS code of the area; none is what is in no borough", AREA_CODE),
    "borough": column(TEXT, "name of the area"),
}

THEME = one_of(
    "crime_prevention",
    "hate_crime",
    "other",
    "reoffending",
    "safer_neighbourhood_boards",
    "vawg",
    "victims",
    "violence_reduction",
    "youth",
)
