"""The bytes of a CSV file of any size, looked at once in passing: whether its rows can be told apart.

A record is one line, for nothing in it has a line end. That makes the row of everything certain.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vfm.data.delimited import OPEN_QUOTE, SAVE_AS
from vfm.data.sources import Says

Rows = np.ndarray[tuple[int], np.dtype[np.int64]]
NONE: Rows = np.array([], dtype=np.int64)
CHUNK = 1 << 24
LONGEST_LINE = 100_000  # bytes; a record has some hundred

NOT_TEXT = Says("bytes that are not UTF-8 text", SAVE_AS)
NULL_BYTE = Says("a null byte in the text", SAVE_AS)
OLD_LINE_END = Says("a line end of an old kind", SAVE_AS)
QUOTES = Says("quotation marks that do not pair", OPEN_QUOTE)
TOO_LONG = Says("a row of more than 100,000 characters", "Look for line ends that were lost.")


@dataclass(frozen=True)
class Lines:
    """What stops a file from being read and in which row, or else its blank rows."""

    says: Says | None
    row: int
    blank: Rows


def scan_lines(path: Path) -> Lines:
    """Look through a file, a part at a time; OSError where it cannot be read."""
    blank: list[int] = []
    row, carried = 1, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk, is_last in _chunks(path):
        part = carried + chunk
        for says, at in _faults(part, chunk, decoder, is_last):
            return Lines(says, row + part.count(b"\n", 0, at), NONE)
        whole = len(part) if is_last else part.rfind(b"\n") + 1
        lines, carried = part[:whole], part[whole:]
        found = _lines(lines)
        for says, number in found.faults():
            return Lines(says, row + number, NONE)
        if len(carried) > LONGEST_LINE:
            return Lines(TOO_LONG, row + len(found.ends), NONE)
        blank += [row + number for number in found.blank()]
        row += lines.count(b"\n")
    return Lines(None, 0, np.array(blank, dtype=np.int64))


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        chunk = file.read(CHUNK).removeprefix(codecs.BOM_UTF8)
        while True:
            following = file.read(CHUNK)
            yield chunk, not following
            if not following:
                return
            chunk = following


def _faults(part: bytes, chunk: bytes, decoder: codecs.IncrementalDecoder, is_last: bool) -> Iterator[tuple[Says, int]]:
    """Bytes that no line of text holds, with their place in `part`."""
    start = len(part) - len(chunk)
    found = [(start + null, NULL_BYTE)] if (null := chunk.find(b"\0")) >= 0 else []
    try:
        decoder.decode(chunk, is_last)
    except UnicodeDecodeError as error:
        found.append((max(start + error.start, 0), NOT_TEXT))
    for at, says in sorted(found, key=lambda pair: pair[0]):
        yield says, at


@dataclass(frozen=True)
class _Found:
    ends: Rows
    content: "np.ndarray[tuple[int], np.dtype[np.uint8]]"

    @property
    def lengths(self) -> Rows:
        return np.diff(self.ends, prepend=-1) - 1

    def faults(self) -> Iterator[tuple[Says, int]]:
        """The first line that cannot be read, by its number from 0."""
        found = []
        returns = np.flatnonzero(self.content == ord("\r"))
        alone = returns[~np.isin(returns + 1, self.ends, assume_unique=True)]
        if len(alone):
            found.append((int(np.searchsorted(self.ends, alone[0])), OLD_LINE_END))
        quotes = np.flatnonzero(self.content == ord('"'))
        odd = np.flatnonzero(np.searchsorted(quotes, self.ends) % 2)
        if len(odd):
            found.append((int(odd[0]), QUOTES))
        long = np.flatnonzero(self.lengths > LONGEST_LINE)
        if len(long):
            found.append((int(long[0]), TOO_LONG))
        for number, says in sorted(found, key=lambda pair: pair[0]):
            yield says, number

    def blank(self) -> list[int]:
        lengths = self.lengths
        short = np.flatnonzero(lengths <= 1)
        return [int(n) for n in short if lengths[n] == 0 or self.content[self.ends[n] - 1] == ord("\r")]


def _lines(content: bytes) -> _Found:
    """The lines of `content`, the last of which may have no end."""
    characters = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(characters == ord("\n"))
    if content and not content.endswith(b"\n"):
        ends = np.append(ends, len(content))
    return _Found(ends, characters)
