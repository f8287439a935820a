"""Run a release again from what it recorded and hold what comes out against what it says."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from vfm.data.catalogue import sha256
from vfm.data.project import Project
from vfm.data.staging import whole
from vfm.release import contents, find, manifest, rebuild
from vfm.release.contents import Cells, Key, Kind, Said
from vfm.release.refresh import Report
from vfm.release.tolerances import tolerance_of
from vfm.vocabulary.errors import DataError

DOTS = "the dots of a PNG depend on the machine that draws: the SVG of the same chart is compared"
TIMES = "run.json holds the times and the machine of the run, which no later run has"


class Outcome(StrEnum):
    """What is said of a piece of a release once it has been made again."""

    SAME = "same"
    WITHIN = "same within its tolerance"
    DIFFERS = "differs"
    MISSING = "missing"  # the release has it, and making it again does not
    NEW = "new"  # made again, and the release does not have it
    ALTERED = "altered"  # not as it was sealed
    CANNOT_SAY = "cannot say"
    NOT_CHECKED = "not checked"


LONGEST_LINE = 400  # letters; --json has all of them
SHOWN = 12  # pieces of one outcome that a person is told of one by one
GOOD = {Outcome.SAME, Outcome.WITHIN, Outcome.NOT_CHECKED}


@dataclass(frozen=True)
class Finding:
    """One piece: what is said of it, by how much it differs where it is a number, and why."""

    kind: str
    name: str
    outcome: Outcome
    detail: str = ""
    by: str = ""
    reason: str = ""

    def __str__(self) -> str:
        how = [self.detail, f"by {self.by}" if self.by and not self.detail else "", self.reason]
        line = f"    {self.kind} {self.name}: {self.outcome}. {'. '.join(filter(None, how))}"
        return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}..."


@dataclass(frozen=True)
class Verified:
    """What was found of every piece of one release."""

    release: str
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...] = field(default=())  # other code, other libraries

    @property
    def good(self) -> bool:
        """Whether everything that was checked is the same."""
        return all(finding.outcome in GOOD for finding in self.findings)

    def as_text(self) -> str:
        """A line for each kind of piece, then one for each that is not the same."""
        lines = []
        for kind in dict.fromkeys(one.kind for one in self.findings):
            outcomes = Counter(one.outcome for one in self.findings if one.kind == kind)
            counts = ", ".join(f"{outcomes[outcome]:,} {outcome}" for outcome in Outcome if outcomes[outcome])
            lines.append(f"{kind}: {counts}")
        for outcome in [one for one in Outcome if one not in {Outcome.SAME, Outcome.NOT_CHECKED}]:
            found = [one for one in self.findings if one.outcome is outcome]
            lines += [str(finding) for finding in found[:SHOWN]]
            if len(found) > SHOWN:
                lines.append(f"    and {len(found) - SHOWN:,} more that are: {outcome} (--json lists all)")
        left = Counter(one.reason for one in self.findings if one.outcome is Outcome.NOT_CHECKED)
        lines += [f"    not checked ({times:,}): {reason}" for reason, times in left.items()]
        lines += [f"This release was {reason}." for reason in self.reasons]
        checked = sum(one.outcome is not Outcome.NOT_CHECKED for one in self.findings)
        bad = sum(one.outcome not in GOOD for one in self.findings)
        said = (
            f"verified: all {checked:,} pieces that were checked are" if self.good else f"not verified: {bad:,} are not"
        )
        return "\n".join([*lines, f"{self.release} {said} as they were released."]) + "\n"

    def as_json(self) -> str:
        """Every finding, and the counts of each kind and outcome."""
        counts = Counter((str(one.kind), str(one.outcome)) for one in self.findings)
        record = {
            "release": self.release,
            "verified": self.good,
            "reasons": list(self.reasons),
            "counts": [{"kind": kind, "outcome": outcome, "count": n} for (kind, outcome), n in sorted(counts.items())],
            "findings": [vars(finding) for finding in self.findings],
        }
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def verify(project: Project, name: str, say: Report) -> Verified:
    """Make the release that `name` means again, in a folder of its own, and compare it piece by piece.

    Parameters
    ----------
    name : as `find` reads it: a quarter, a version of it, or a path
    say : called with a line of progress

    Raises
    ------
    UsageError, DataError
        when there is no such release, or it cannot be read.
    RunError
        when the notebooks of the code that made it fail on what it was made from.
    """
    folder = find.find(project, name)
    return whole(folder, lambda: _verified(find.project_of(project, folder), folder, say))


def _verified(project: Project, folder: Path, say: Report) -> Verified:
    described = manifest.read(folder)
    altered = [Finding("seal", one.file, Outcome.ALTERED, one.rule) for one in manifest.broken_seal(folder)]
    released = contents.read(folder)
    reasons: tuple[str, ...] = ()
    try:
        with rebuild.made_again(project, described, say) as made:
            again, reasons = made.folder, made.reasons
            files = _not_kept(described["outputs"], folder, again, reasons)
            compared = list(_compared(released, contents.read(again), reasons))
            files += _other_files(described["outputs"], folder, again, reasons)
    except DataError as error:
        compared, files = [Finding(*_key(key), Outcome.CANNOT_SAY, reason=_why(error)) for key in released], []
    return Verified(find.name_of(described), (*altered, *compared, *files), reasons)


def _why(error: DataError) -> str:
    return " ".join([str(error), *(f"{problem.place}: {problem.rule}." for problem in error.problems[:3])])


def _key(key: Key) -> tuple[str, str]:
    return str(key[0]), key[1]


def _compared(released: Mapping[Key, Cells], again: Mapping[Key, Cells], reasons: tuple[str, ...]) -> Iterator[Finding]:
    order = list(Kind)
    for key in sorted({*released, *again}, key=lambda one: (order.index(one[0]), one[1])):
        if key not in again:
            finding = Finding(*_key(key), Outcome.MISSING, "it is in the release, and making it again does not give it")
        elif key not in released:
            finding = Finding(*_key(key), Outcome.NEW, "making it again gives it, and it is not in the release")
        else:
            finding = compare_piece(key, released[key], again[key])
        yield _excused(finding, reasons)


def _excused(finding: Finding, reasons: tuple[str, ...]) -> Finding:
    """What differs cannot be laid at a release's door where other code or libraries made it again."""
    if finding.outcome in GOOD or not reasons:
        return finding
    detail = f"{finding.outcome}: {finding.detail}"
    return Finding(finding.kind, finding.name, Outcome.CANNOT_SAY, detail, finding.by, "; ".join(reasons))


def compare_piece(key: Key, released: Cells, again: Cells) -> Finding:
    """One piece of a release against the same made again: the worst of its parts says what it is."""
    kind, name = _key(key)
    tolerance = tolerance_of(kind, name)
    different, furthest, within = [], Fraction(0), False
    for part in dict.fromkeys([*released, *again]):
        old, new = released.get(part), again.get(part)
        if part in released and part in again and old == new:
            continue
        if isinstance(old, Fraction) and isinstance(new, Fraction):
            furthest = max(furthest, new - old, key=abs)
            if tolerance.allows(old, new):
                within = True
                continue
        different.append(_part(part, part in released, old, part in again, new))
    by = _signed(furthest) if furthest else ""
    if different:
        shown = "; ".join(different[:3]) + (f"; and {len(different) - 3} more" if len(different) > 3 else "")
        return Finding(kind, name, Outcome.DIFFERS, shown, by)
    if within:
        return Finding(kind, name, Outcome.WITHIN, by=by, reason=tolerance.reason)
    return Finding(kind, name, Outcome.SAME)


def _part(part: str, was: bool, old: Said, is_: bool, new: Said) -> str:
    if not is_:
        return f"{part} is missing"
    if not was:
        return f"{part} is new"
    if isinstance(old, Fraction) and isinstance(new, Fraction):
        share = f", {float((new - old) / abs(old)):+.3g} of it" if old else ""
        return f"{part} is {plain(old)} in the release and {plain(new)} made again: {_signed(new - old)}{share}"
    return f"{part} is {_cut(old)} in the release and {_cut(new)} made again"


def plain(value: Said) -> str:
    """A value as a line of text says it."""
    if isinstance(value, Fraction):
        return f"{float(value):.12g}"
    return "nothing" if value is None else value


def _signed(difference: Fraction) -> str:
    return f"{float(difference):+.12g}"


def _cut(value: Said) -> str:
    text = plain(value)
    return f'"{text}"' if len(text) <= 160 else f'"{text[:157]}..."'


def _not_kept(
    outputs: Mapping[str, Mapping[str, Any]], folder: Path, again: Path, reasons: tuple[str, ...]
) -> list[Finding]:
    """What a release does not keep because it can be made again: by the hash that it sealed. It then is not read."""
    found = []
    for file, output in outputs.items():
        if output["kept"] != "rebuildable" or (folder / file).is_file():
            continue
        if not (again / file).is_file():
            found.append(_excused(Finding("file", file, Outcome.MISSING, "making it again does not give it"), reasons))
        else:
            same = sha256(again / file) == output["sha256"]
            if same:
                found.append(Finding("file", file, Outcome.SAME))
            elif file.endswith(".png"):
                found.append(Finding("file", file, Outcome.NOT_CHECKED, reason=DOTS))
            else:
                found.append(_excused(Finding("file", file, Outcome.DIFFERS, "its bytes are others"), reasons))
            (again / file).unlink()
    return found


def _workbook(file: str, folder: Path, again: Path) -> Finding:
    """A workbook of other bytes: the last digits of figures in it may have turned, and nothing else may differ."""
    released, made = contents.workbook(folder / file), contents.workbook(again / file)
    found = [compare_piece(key, released.get(key, {}), made.get(key, {})) for key in dict.fromkeys([*released, *made])]
    different = [one.detail for one in found if one.outcome is Outcome.DIFFERS]
    within = [one for one in found if one.outcome is Outcome.WITHIN]
    if different or not within:
        shown = "; ".join(different[:3]) or "its bytes are others, and its cells are the same"
        return Finding("file", file, Outcome.DIFFERS, shown)
    return Finding("file", file, Outcome.WITHIN, reason=within[0].reason)


def _other_files(
    outputs: Mapping[str, Mapping[str, Any]], folder: Path, again: Path, reasons: tuple[str, ...]
) -> Iterator[Finding]:
    """What is compared by its bytes first, for no piece is read from it, and what is not compared, with why."""
    made = {path.relative_to(again).as_posix(): path for path in again.rglob("*") if path.is_file()}
    for file in sorted({*outputs, *made} - manifest.NOT_SEALED):
        if contents.is_read(file):
            continue
        if outputs.get(file, {}).get("kept") == "rebuildable" and not (folder / file).is_file():
            continue
        if file.endswith(".png") and file in made and file in outputs:
            same = sha256(made[file]) == outputs[file]["sha256"]
            yield Finding("file", file, Outcome.SAME if same else Outcome.NOT_CHECKED, reason="" if same else DOTS)
        elif file not in made:
            yield _excused(Finding("file", file, Outcome.MISSING, "making it again does not give it"), reasons)
        elif file not in outputs:
            yield _excused(Finding("file", file, Outcome.NEW, "making it again gives it"), reasons)
        elif sha256(made[file]) == outputs[file]["sha256"]:
            yield Finding("file", file, Outcome.SAME)
        elif file.endswith(contents.WORKBOOKS) and sha256(folder / file) == outputs[file]["sha256"]:
            yield _excused(_workbook(file, folder, again), reasons)
        else:
            yield _excused(Finding("file", file, Outcome.DIFFERS, "its bytes are others"), reasons)
    yield Finding("file", "run.json", Outcome.NOT_CHECKED, reason=TIMES)
