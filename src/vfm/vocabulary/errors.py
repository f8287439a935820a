"""Errors by who can mend them, each with the exit status the command line ends with.

The analyst mends the data (`DataError`, 1) and the command (`UsageError`, 2); a run that fails part-way
(`RunError`, 3) leaves the last release as it was. Anything else that escapes is a defect of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST_SHOWN = 60  # characters


@dataclass(frozen=True)
class Problem:
    """One thing wrong in what came in: where it is, which rule it breaks and how to mend it.

    `sheet` is of a workbook; `row` counts as a spreadsheet does: the heading is row 1, the first record row 2. `more`
    is how many further places of the same kind the file has that no problem of their own tells of.
    """

    file: str
    rule: str
    mend: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    advice: bool = False
    sheet: str | None = None
    more: int = 0

    @property
    def place(self) -> str:
        """Where it is, as a person would point: ``awards.csv, row 12, column amount_gbp``."""
        parts = [_plain(self.file)]
        if self.sheet is not None:
            parts.append(f"sheet {shown(self.sheet)}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {shown(self.column)}")
        return ", ".join(parts)


def shown(text: str) -> str:
    """A piece of what came in, as a message shows it: on one line, plain, and cut where it is long.

    >>> shown("one\\ntwo")
    'one\\\\ntwo'
    """
    cut = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
    return _plain(cut)


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class VfmError(Exception):
    """A failure that has a plain message and an exit status, and needs no traceback."""

    exit_status = 3


class DataError(VfmError):
    """The data, the policy or a verification says no."""

    exit_status = 1

    def __init__(self, message: str, problems: Sequence[Problem] = ()):
        super().__init__(message)
        self.problems = tuple(problems)


class UsageError(VfmError):
    """The command, a parameter or a name was not one that exists."""

    exit_status = 2


class RunError(VfmError):
    """A run stopped before its release was whole; what was published stays."""

    exit_status = 3


def suggestion(name: str, known: Sequence[str]) -> str:
    """End a message about an unknown name with the nearest known one.

    >>> suggestion("Croyden", ["Camden", "Croydon"])
    ' Did you mean "Croydon"?'
    >>> suggestion("Paris", ["Camden", "Croydon"])
    ''
    """
    near = nearest(name, known)
    return "" if near is None else f' Did you mean "{near}"?'


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The one of `known` that `name` is most likely meant for, whatever its case, or None."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None
