"""Sums of money as people write them, to the penny."""

import re
from decimal import Decimal

from vfm.data.sources import Says

NOT_AN_AMOUNT = Says("text where an amount belongs", "Write the pounds as 1234.50; a credit as -1234.50.")
COMMA_FOR_PENCE = Says("a comma before the pence", "Write 1234.50: whether 1.234,50 is thousands or pence is a guess.")
DOT_FOR_WHAT = Says(
    "a dot before three digits", "Write 1250.00 or 1.25: whether 1.250 is thousands or pence is a guess."
)
PART_PENCE = Says("an amount with parts of a penny", "Write the amount that was paid, to the penny.")

MOST_DIGITS = 15  # of pounds: a whole number of 64 bits holds their pence
PLAIN = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d*))?", re.ASCII)
THREE_DIGITS = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
CONTINENTAL = re.compile(r"(\d{1,3}(\.\d{3})*|\d+),\d{1,2}|\d{1,3}(\.\d{3}){2,}", re.ASCII)


class AmountError(ValueError):
    """Why a text is no amount."""

    def __init__(self, says: Says):
        super().__init__(says.rule)
        self.says = says


def pence(text: str) -> int:
    """The pence that a text states.

    Parameters
    ----------
    text : pounds, with or without a sign of the pound, commas at the thousands, and one mark of a credit:
        a minus before or after, brackets, or CR

    Raises
    ------
    AmountError : with the rule that it breaks

    Examples
    --------
    >>> [pence(text) for text in ("£1,234.50", "(1,234.50)", "1,234.50-", "1234.5 CR", "−7")]
    [123450, -123450, -123450, -123450, -700]
    """
    bare, credit = _unsigned(text)
    match = PLAIN.fullmatch(bare)
    if not match or not (match[1] or match[2]):
        raise AmountError(COMMA_FOR_PENCE if CONTINENTAL.fullmatch(bare) else NOT_AN_AMOUNT)
    if THREE_DIGITS.fullmatch(bare):
        raise AmountError(DOT_FOR_WHAT)
    whole, part = (match[1] or "0").replace(",", ""), (match[2] or "").rstrip("0")
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise AmountError(NOT_AN_AMOUNT)
    if len(part) > 2:
        raise AmountError(PART_PENCE)
    total = int(Decimal(f"{whole}.{part or 0}") * 100)
    return -total if credit else total


def _unsigned(text: str) -> tuple[str, bool]:
    """A text without its marks of currency and credit, and whether it is one; two marks of credit are no amount."""
    bare = re.sub(r"£|GBP|\s", "", text.replace("−", "-"), flags=re.IGNORECASE)
    marks = 0
    for mark in (r"\((.*)\)", r"-(.*)", r"(.*)-", r"(.*)CR"):
        if match := re.fullmatch(mark, bare, flags=re.IGNORECASE):
            bare, marks = match[1], marks + 1
    if marks > 1:
        raise AmountError(NOT_AN_AMOUNT)
    return re.sub("DR$", "", bare, flags=re.IGNORECASE) if not marks else bare, marks == 1
