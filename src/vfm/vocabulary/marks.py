"""What stands in a cell that has no number: the symbols of the Government Statistical Service, each its own thing.

A zero is none of them: it is a number, and says that there were none.
"""

from enum import StrEnum


class Mark(StrEnum):
    """Why there is no number; the text is what every reader sees, in a table, a chart, a sheet or a file.

    >>> f"{Mark.SUPPRESSED}: {Mark.SUPPRESSED.meaning}"
    '[c]: hidden, so that nobody can be told by it'
    """

    SUPPRESSED = "[c]"
    NOT_AVAILABLE = "[x]"
    NOT_APPLICABLE = "[z]"
    LOW = "[low]"

    @property
    def meaning(self) -> str:
        """The mark in words, as a note beneath a table says it."""
        return MEANINGS[self]


MEANINGS = {
    Mark.SUPPRESSED: "hidden, so that nobody can be told by it",
    Mark.NOT_AVAILABLE: "not available",
    Mark.NOT_APPLICABLE: "not applicable",
    Mark.LOW: "more than none, though it rounds to zero",
}

Shown = float | Mark  # a cell as it is published


def as_shown(text: str) -> Shown:
    """A cell of a published file as what it is: a number, or the mark that stands for none.

    >>> as_shown("15"), as_shown("[c]")
    (15.0, <Mark.SUPPRESSED: '[c]'>)
    """
    return Mark(text) if text.startswith("[") else float(text)
