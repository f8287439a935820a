"""Financial years and quarters, as the public sector counts them: April to March."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, Self

from vfm.vocabulary.errors import UsageError

# Not the machine's: its names of months are in whatever language it is set to.
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

MONTHS = {1: "April to June", 2: "July to September", 3: "October to December", 4: "January to March"}

YEARS = range(1900, 2200)  # any other is a slip of the keyboard, and the calendar ends at 9999


class InAMonth(Protocol):
    """A day, or a period such as a month or a quarter, which is named by the month that it is said to be in."""

    @property
    def year(self) -> int: ...

    @property
    def month(self) -> int: ...


def month_in_words(when: InAMonth) -> str:
    """The month of a day as prose writes it.

    >>> month_in_words(date(2014, 4, 1))
    'April 2014'
    """
    return f"{MONTH_NAMES[when.month - 1]} {when.year}"


@dataclass(frozen=True, order=True)
class FinancialYear:
    """A year from 1 April to 31 March, named by the calendar year it starts in.

    >>> str(FinancialYear.parse("2019/20")), FinancialYear(2019).end
    ('2019-20', datetime.date(2020, 3, 31))
    """

    first: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2019-20`` or ``2019/20``; a span that is not one year is refused."""
        match = re.fullmatch(r"(\d{4})[-/](\d{2})", str(text).strip(), flags=re.ASCII)
        if not match or (int(match[1]) + 1) % 100 != int(match[2]) or int(match[1]) not in YEARS:
            raise UsageError(f'"{text}" is not a financial year: write it as 2019-20.')
        return cls(int(match[1]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The financial year in which a day lies.

        >>> str(FinancialYear.of(date(2020, 3, 31))), str(FinancialYear.of(date(2020, 4, 1)))
        ('2019-20', '2020-21')
        """
        return cls(day.year if day.month > 3 else day.year - 1)

    def __str__(self) -> str:
        return f"{self.first}-{(self.first + 1) % 100:02d}"

    def __sub__(self, other: Self) -> int:
        return self.first - other.first

    @property
    def words(self) -> str:
        """As prose writes it: ``2019/20``."""
        return str(self).replace("-", "/")

    @property
    def start(self) -> date:
        return date(self.first, 4, 1)

    @property
    def end(self) -> date:
        return date(self.first + 1, 3, 31)


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a financial year.

    >>> quarter = Quarter.parse("2019-20-Q4")
    >>> quarter.start, quarter.end, quarter.words
    (datetime.date(2020, 1, 1), datetime.date(2020, 3, 31), 'January to March 2020')
    """

    year: FinancialYear
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2019-20-Q4``."""
        year, _, number = str(text).strip().rpartition("-Q")
        if number not in {"1", "2", "3", "4"}:
            raise UsageError(f'"{text}" is not a quarter: write it as 2019-20-Q4, with Q1 to Q4.')
        try:
            return cls(FinancialYear.parse(year), int(number))
        except UsageError:
            raise UsageError(f'"{text}" is not a quarter: "{year}" is not a financial year.') from None

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def start(self) -> date:
        month = 3 * self.number + 1
        return date(self.year.first, month, 1) if month < 13 else date(self.year.first + 1, 1, 1)

    @property
    def end(self) -> date:
        return self.next.start - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        if self.number < 4:
            return Quarter(self.year, self.number + 1)
        return Quarter(FinancialYear(self.year.first + 1), 1)

    @property
    def words(self) -> str:
        """As prose writes it: ``January to March 2020``."""
        return f"{MONTHS[self.number]} {self.end.year}"
