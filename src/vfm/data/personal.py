"""Find personal data in what was sent, and name its place and its kind but never what it says."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd

from vfm.data.sheets import MOST_TOLD, Sheet, letter
from vfm.vocabulary.errors import Problem

DELETE_FILE = "Delete this file, and ask the sender to take it away at the source and send the file again."
DELETE_COLUMN = "Delete this file, and ask the sender to take the column away at the source and send the file again."
LEAVE_OUT = "Take the file away, and tell its publisher: nothing about a person may be kept here."
SHORT = 80  # characters; a heading is no longer

# The areas of Royal Mail: a code of two letters and digits that is in none of them is no postcode.
AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY"
    "|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP"
    "|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB"
    "|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
PERSON = (
    "client|victim|survivor|patient|offender|perpetrator|person|child|parent|carer|service user|participant|learner"
    "|young person|staff|worker|employee|case ?worker|key ?worker|contact|resident|witness|suspect|next of kin"
)
DAY = (
    r"(?:\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{4})"
)
BIRTH = r"(?:d\.?o\.?b\.?|date of birth|birth ?da(?:te|y))"

# Whole headings only: "service name" or a plain "name" is as often a service's as a person's.
NAME_HEADING = re.compile(
    rf"(?:(?:{PERSON})s? )?(?:first|last|middle|full|given|family|maiden|preferred|christian) ?names?"
    rf"|(?:(?:{PERSON})s? )?(?:fore|sur)names?|(?:{PERSON})s? names?|names? of (?:the )?(?:{PERSON})s?"
)
BIRTH_HEADING = re.compile(rf"(?:(?:{PERSON})s? )?{BIRTH}(?: ?\(.*\))?")
BORN = re.compile(rf"\b(?:born|{BIRTH})(?: on| is|:| -)? ?:? ?{DAY}\b", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
DATES = re.compile(r"\b(?:\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{4}[-./]\d{1,2}[-./]\d{1,2})\b")
TELEPHONE = re.compile(
    r"(?<![\w.,£/-])(?:\+44|0044|\(?0)[ ()-]{0,3}(?:0\)[ -]?)?[1-35789](?:[ ()-]{0,2}\d){8,9}(?![ -]?\d|[A-Za-z_/.,]\w)"
)
POSTCODE = re.compile(rf"(?<![\w/-])(?:{AREAS})\d[A-HJKMNP-Y\d]? ?\d[ABD-HJLNP-UW-Z]{{2}}(?![\w/-])")
TEN_DIGITS = re.compile(r"(?<![\w.,£/+-])\d{3}([ -]?)\d{3}\1\d{4}(?![\w/-]|[.,]\d)", re.ASCII)
INSURANCE = re.compile(
    r"(?<![\w/-])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d{2} ?){3}[A-D](?![\w/-])",
    re.IGNORECASE | re.ASCII,
)
NHS_WEIGHTS = range(10, 1, -1)


@dataclass(frozen=True)
class Kind:
    """A kind of personal data: what is said of it, and whether a text holds it."""

    rule: str
    holds: Callable[[str], object]


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits end in the check digit of an NHS number (modulus 11, NHS Data Dictionary).

    >>> is_nhs_number("9434765919"), is_nhs_number("9434765918")
    (True, False)
    """
    total = sum(weight * int(digit) for weight, digit in zip(NHS_WEIGHTS, digits[:9], strict=True))
    check = (11 - total % 11) % 11  # a check of 10 is no digit, so that no number has it
    return check == int(digits[9]) and len(set(digits)) > 1


def _has_nhs_number(text: str) -> bool:
    return any(is_nhs_number(re.sub(r"\D", "", found[0])) for found in TEN_DIGITS.finditer(text))


def _has_postcode(text: str) -> bool:
    # Small letters are believed only alone in a cell: "e1 2nd floor" is no postcode.
    return POSTCODE.search(text) is not None or POSTCODE.fullmatch(text.strip().upper()) is not None


def _has_telephone(text: str) -> bool:
    return TELEPHONE.search(DATES.sub("#", text)) is not None


IN_CELLS = (
    Kind("an email address", lambda text: "@" in text and EMAIL.search(text)),
    Kind("a telephone number", _has_telephone),
    Kind("a full postcode", _has_postcode),
    Kind("a date of birth", BORN.search),
    Kind("an NHS number", _has_nhs_number),
    Kind("a National Insurance number", INSURANCE.search),
)
IN_HEADINGS = (
    Kind("a column of people's names", NAME_HEADING.fullmatch),
    Kind("a column of dates of birth", BIRTH_HEADING.fullmatch),
)


def find_personal(sheets: Iterable[Sheet], *, label: str) -> list[Problem]:
    """Find what may be about a person in the sheets of a file.

    Parameters
    ----------
    sheets : as `workbooks.read_workbook` gives them
    label : what messages call the file

    Returns
    -------
    A problem for each kind in each cell, with its place and without its value; the first thousand of a file.
    A column of names or dates of birth is told at its heading, where a cell below it is filled.
    """
    return list(islice((problem for sheet in sheets for problem in _in_sheet(sheet, label)), MOST_TOLD))


def in_columns(table: pd.DataFrame, columns: Iterable[str], *, label: str) -> list[Problem]:
    """Find what may be about a person in some columns of a table; `source_row` says where; the first thousand."""
    columns = tuple(columns)
    watch = Watch(columns, label=label)
    texts = table[["source_row", *columns]].astype(object)
    for row in texts.where(texts.notna(), None).to_dict("records"):
        watch.look(row)
    return watch.found


MOST_KNOWN = 100_000  # texts that are known to tell nothing, and not looked at again


class Watch:
    """Looks through rows as they come, each text once."""

    def __init__(self, columns: Iterable[str], *, label: str):
        self.found: list[Problem] = []
        self._columns, self._label = tuple(columns), label
        self._told_nothing: set[str] = set()

    def look(self, row: Mapping[str, Any]) -> None:
        """Look at the columns of one row, whose `source_row` says where it is."""
        for column in self._columns:
            text = row[column]
            if not text or text in self._told_nothing or len(self.found) == MOST_TOLD:
                continue
            kinds = list(_kinds_in(text))
            self.found += [Problem(self._label, kind.rule, LEAVE_OUT, row["source_row"], column) for kind in kinds]
            if not kinds and len(self._told_nothing) < MOST_KNOWN:
                self._told_nothing.add(text)


def is_personal(text: str) -> bool:
    """Whether a text holds what may be about a person."""
    return any(True for _ in _kinds_in(text))


def _in_sheet(sheet: Sheet, label: str) -> Iterator[Problem]:
    last_filled = {column: row for row, cells in sheet.rows for column, text in enumerate(cells, 1) if text}
    for row, cells in sheet.rows:
        for column, text in enumerate(cells, 1):
            if not text:
                continue
            for kind in _kinds_in(text):
                yield _problem(kind, DELETE_FILE, label, sheet, row, column)
            if last_filled[column] > row:
                for kind in _headed(text):
                    yield _problem(kind, DELETE_COLUMN, label, sheet, row, column)


def _problem(kind: Kind, mend: str, label: str, sheet: Sheet, row: int, column: int) -> Problem:
    return Problem(label, kind.rule, mend, row, letter(column), sheet=sheet.name or None)


def _kinds_in(text: str) -> Iterator[Kind]:
    if "@" in text or any(map(str.isdigit, text)):
        yield from (kind for kind in IN_CELLS if kind.holds(text))


def _headed(text: str) -> Iterator[Kind]:
    if len(text) <= SHORT:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)  # fullName is two words
        plain = " ".join(re.sub(r"['\u2019]s?\b|[_*:-]", " ", words).lower().split())
        yield from (kind for kind in IN_HEADINGS if kind.holds(plain))
