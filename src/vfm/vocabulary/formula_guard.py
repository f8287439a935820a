"""Text that a spreadsheet would take for a formula, made plain text: for every file of ours that one may open.

A name that begins with ``=``, ``+``, ``-`` or ``@`` (their full-width forms too), a tab or an end of a line can run as
a formula when a CSV file, or a workbook saved as one, is opened. Such a text is preceded by an apostrophe. A text that
is wholly a number is left as it is, and so is every number. See docs/decisions/0010-documents-say-the-same.md.
"""

import re

APOSTROPHE = "'"
# OWASP, "CSV injection": the signs that start a formula, and the blanks that a program may drop before one.
STARTS = "=+\\-@＝＋－＠\t\r\n"
_RISKY = re.compile(rf"'*[{STARTS}]")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def guarded(text: str) -> str:
    """A text as it goes into a file that a spreadsheet may open.

    A text that already has apostrophes before such a sign is given one more, so that `unguarded` is exact.

    >>> guarded("=1+2"), guarded("'=1+2"), guarded("-5.2"), guarded("London Gang Exit")
    ("'=1+2", "''=1+2", '-5.2', 'London Gang Exit')
    """
    return APOSTROPHE + text if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given.

    >>> unguarded("'=1+2"), unguarded("'twas"), unguarded("-5.2")
    ('=1+2', "'twas", '-5.2')
    """
    return text[1:] if text.startswith(APOSTROPHE) and _RISKY.match(text) else text
