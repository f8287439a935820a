"""Comma-separated text: how bytes become text, and text becomes rows of cells, or why they cannot."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice

SAVE_AS = "Save the file as CSV UTF-8."
COMMAS = "Save it with commas: CSV UTF-8 (comma delimited)."
LOOKED_AT = 5  # rows, to know what parts the cells
PARTED_BY = {";": "semicolons", "\t": "tabs"}  # as spreadsheets save where the comma is for pence
OPEN_QUOTE = "Look for a quotation mark that is not closed, or that should be written twice."


class UnreadableTextError(Exception):
    """Why a file's records cannot be told apart, with the row where that shows."""

    def __init__(self, rule: str, mend: str, row: int):
        super().__init__(rule)
        self.rule, self.mend, self.row = rule, mend, row


def text_of(content: bytes) -> str:
    """The text of a file that has to be UTF-8, its line ends made one kind."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        raise UnreadableTextError("bytes that are not UTF-8 text", SAVE_AS, _row_after(before)) from None
    before, null, _ = text.partition("\0")
    if null:
        raise UnreadableTextError("a null byte in the text", SAVE_AS, _row_after(before))
    return re.sub("\r\n?", "\n", text)


def _row_after(text: str) -> int:
    """The row in which what comes after `text` stands: line ends within quotation marks do not count."""
    try:
        return sum(1 for _ in csv.reader(StringIO(f"{text}x", newline="")))
    except csv.Error:
        return text.count("\n") + 1


def records_of(text: str) -> Iterator[list[str]]:
    """The rows of comma-separated text, each as its cells."""
    return records_in(StringIO(text, newline=""))


def records_in(lines: Iterable[str]) -> Iterator[list[str]]:
    """The rows of comma-separated lines, as they come."""
    records = _records_in(lines)
    head = list(islice(records, LOOKED_AT))
    filled = [record for record in head if any(record)]
    for mark, name in PARTED_BY.items():
        if filled and all(len(record) == 1 and mark in record[0] for record in filled):
            raise UnreadableTextError(f"cells parted by {name}, not by commas", COMMAS, 1)
    yield from head
    yield from records


def _records_in(lines: Iterable[str]) -> Iterator[list[str]]:
    # Not strict, an open quotation mark would take every row below it into one cell without a word.
    reader = csv.reader(lines, strict=True)
    row = 0
    while True:
        row += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                rule = f"a cell longer than {csv.field_size_limit():,} characters"
                raise UnreadableTextError(rule, OPEN_QUOTE, row) from None
            raise UnreadableTextError("quotation marks that do not pair", OPEN_QUOTE, row) from None
