"""Two releases value by value: what is the same, what moved and why, what came and what went."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from vfm.data.project import Project
from vfm.data.staging import whole
from vfm.release import between, find, manifest
from vfm.release.changes import Change, Sides, changes
from vfm.release.contents import Said
from vfm.release.movements import UNEXPLAINED, Cause, Part, as_decimal, split
from vfm.release.refresh import Report
from vfm.release.values import Known, Value, apart, is_revised, read_values
from vfm.report import words
from vfm.vocabulary.errors import UsageError

SHOWN = 40  # values that a person is told of one by one


class Move(StrEnum):
    """What became of a value from the one release to the other."""

    MOVED = "moved"
    NEW = "new"
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"  # there was a value, and it is hidden now
    UNCOVERED = "no longer suppressed"
    NOW_SAID = "now said"  # nothing could be said, and now it is
    NO_LONGER_SAID = "no longer said"
    UNLIKE = "not comparable"  # another unit
    OTHER_REASON = "still not said, for another reason"
    SAME = "same"


@dataclass(frozen=True)
class Compared:
    """One value in two releases; `parts` add up to what it moved by, exactly."""

    move: Move
    old: Value | None
    new: Value | None
    parts: tuple[Part, ...] = ()

    @property
    def value(self) -> Value:
        """The value as the newer release has it, or the older where that has none."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a comparison has a value on at least one side")
        return found

    @property
    def by(self) -> Fraction | None:
        """What it moved by, where it is a number in both."""
        if self.old is None or self.new is None or self.old.amount is None or self.new.amount is None:
            return None
        return self.new.amount - self.old.amount


@dataclass(frozen=True)
class Comparison:
    """Two releases: what changed in their making, and what became of every value."""

    old: str
    new: str
    changes: tuple[Change, ...]
    values: tuple[Compared, ...]

    def as_json(self) -> str:
        """Everything, differences as decimal text, every digit of them."""
        record = {
            "old": self.old,
            "new": self.new,
            "changes": [{"cause": str(change.cause), "what": change.what} for change in self.changes],
            "counts": Counter(str(one.move) for one in self.values),
            "values": [_as_record(one) for one in self.values],
        }
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n"

    def as_text(self) -> str:
        """What changed, then what moved, largest share first, then counts."""
        lines = [f"{self.old} to {self.new}", "What changed in the making:"]
        lines += [f"    {change.cause}: {change.what}" for change in self.changes] or ["    nothing that was recorded"]
        told = [one for one in self.values if one.move is not Move.SAME]
        numbers = [one for one in told if not one.value.cell]
        shown = [*numbers, *(one for one in told if one.value.cell)][:SHOWN]
        lines += ["What became of the figures:"] if shown else []
        for one in shown:
            lines += _as_lines(one)
        if len(told) > len(shown):
            lines.append(f"    and {len(told) - len(shown):,} more (--json lists all)")
        counts = Counter(one.move for one in self.values)
        lines.append(", ".join(f"{counts[move]:,} {move}" for move in Move if counts[move]))
        return "\n".join(lines) + "\n"


def compare(project: Project, old: str, new: str, say: Report) -> Comparison:
    """Compare two releases, split each movement by its causes, and say what cannot be told apart.

    Parameters
    ----------
    old, new : as `find` reads them
    say : called with a line of progress

    Raises
    ------
    UsageError, DataError
        when there is no such release, or the two are of data that never mix.
    """
    folders = find.find(project, old), find.find(project, new)
    return whole(folders[0], lambda: whole(folders[1], lambda: _compared(project, folders, say)))


def _compared(project: Project, folders: tuple[Path, Path], say: Report) -> Comparison:
    before, after = (manifest.read(folder) for folder in folders)
    if before.get("status") != after.get("status"):
        raise UsageError("One release is of the published record and the other of the example: they are not compared.")
    sides = Sides(find.project_of(project, folders[1]), before, after)
    changed = changes(sides)
    causes = list(dict.fromkeys(change.cause for change in changed))
    old_values, new_values = (read_values(folder) for folder in folders)
    steps, reason = between.steps(sides, causes, say) if _moved(old_values, new_values) else ([], "")
    compared = compare_values(old_values, new_values, causes, steps, reason)
    return Comparison(find.name_of(before), find.name_of(after), tuple(changed), tuple(compared))


def compare_values(
    old: Mapping[Known, Value],
    new: Mapping[Known, Value],
    causes: Sequence[Cause],
    steps: Sequence[Mapping[Known, Value] | None],
    reason: str,
) -> Iterator[Compared]:
    """Hold every value of two releases against each other.

    Parameters
    ----------
    causes : of what changed, in the order in which they are put in
    steps : the values after each cause but the last; None where they are not to be had
    reason : why not
    """
    for known in dict.fromkeys([*old, *new]):
        one, other = old.get(known), new.get(known)
        move = _move(one, other)
        parts: tuple[Part, ...] = ()
        if move is Move.MOVED and one and other:
            parts = _parts(known, one, other, causes, steps, reason)
        yield Compared(move, one, other, parts)


def _parts(
    known: Known,
    old: Value,
    new: Value,
    causes: Sequence[Cause],
    steps: Sequence[Mapping[Known, Value] | None],
    reason: str,
) -> tuple[Part, ...]:
    if not causes:
        return (Part((UNEXPLAINED,), (new.amount or Fraction(0)) - (old.amount or Fraction(0))),)
    amounts = [step[known].amount if step and known in step else None for step in steps]
    amounts += [None] * (len(causes) - 1 - len(amounts))
    why = reason or "with the one and without the other there is no value"
    return split([old.amount, *amounts, new.amount], causes, why)


def _move(old: Value | None, new: Value | None) -> Move:
    if old is None:
        return Move.NEW
    if new is None:
        return Move.WITHDRAWN
    if old.unit != new.unit:
        return Move.UNLIKE
    if not is_revised(old, new):
        return Move.SAME if new.amount is not None or old.instead == new.instead else Move.OTHER_REASON
    if new.suppressed:
        return Move.SUPPRESSED
    if old.suppressed:
        return Move.UNCOVERED
    if new.amount is None:
        return Move.NO_LONGER_SAID
    return Move.NOW_SAID if old.amount is None else Move.MOVED


def _moved(old: Mapping[Known, Value], new: Mapping[Known, Value]) -> bool:
    return any(_move(old[known], new[known]) is Move.MOVED for known in old if known in new)


def _said(value: Value | None) -> Said:
    if value is None:
        return "nothing"
    return value.instead if value.amount is None else value.amount


def moved_by(amount: Fraction, unit: str) -> str:
    """A movement as a person reads it, with its sign; shares move by percentage points.

    >>> moved_by(Fraction("0.005"), "proportion"), moved_by(Fraction(-1200), "£")
    ('+0.50 percentage points', '−£1,200')
    """
    if unit.startswith("proportion"):
        text = words.quantity(float(amount * 100), "percentage points") + " percentage points"
    else:
        text = words.quantity(float(amount), unit)
    return text if amount <= 0 else f"+{text}"


def _as_lines(one: Compared) -> list[str]:
    value = one.value
    before, after = apart(_said(one.old), _said(one.new), value.unit)
    lines = [f"    {value.name}: {one.move}, {before} to {after}"]
    if one.move is Move.SUPPRESSED or one.move is Move.UNCOVERED:
        lines.append(f"        {Cause.SUPPRESSION}: what it moved by is not said")
    for part in one.parts:
        causes = " and ".join(part.causes)
        said = f"        {causes}: {moved_by(part.amount, value.unit)}"
        lines.append(f"{said}; not told apart: {part.reason}" if part.reason else said)
    return lines


def _as_record(one: Compared) -> dict[str, Any]:
    value, by = one.value, one.by
    sides = {
        side: None if held is None else {"value": _decimal(held.amount), "instead": held.instead, "period": held.period}
        for side, held in (("old", one.old), ("new", one.new))
    }
    parts = [
        {"causes": list(map(str, part.causes)), "amount": as_decimal(part.amount), "reason": part.reason}
        for part in one.parts
    ]
    about = {"kind": str(value.kind), "figure": value.figure, "cell": value.cell, "unit": value.unit}
    return about | {"move": str(one.move)} | sides | {"by": _decimal(by), "parts": parts}


def _decimal(amount: Fraction | None) -> str | None:
    return None if amount is None else as_decimal(amount)
