"""Problems as a person reads them, and the same as CSV and as JSON."""

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import chain

from vfm.vocabulary.errors import Problem, shown
from vfm.vocabulary.formula_guard import guarded

PLACES = 3  # how many places of one kind of problem are named in text
COLUMNS = ("level", "rule", "file", "sheet", "row", "column", "value", "mend", "more")


def times(problems: Sequence[Problem]) -> int:
    """How many places the problems are about, with those that none of them names."""
    return sum(1 + problem.more for problem in problems)


def as_text(problems: Sequence[Problem]) -> str:
    """A paragraph a kind of problem: what, how many, the first places, how to mend it; each line ended."""
    lines = chain.from_iterable(_paragraph(rule, advice, found) for (rule, advice), found in _kinds(problems).items())
    return "".join(f"{line}\n" for line in lines)


def as_csv(problems: Sequence[Problem]) -> str:
    """A row a problem, with the columns of `COLUMNS`; `more` counts further places that have no row.

    A text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in problems:
        place = (one.file, one.sheet, one.row, one.column, one.value, one.mend)
        writer.writerow([_level(one.advice), one.rule, *map(_harmless, place), one.more])
    return out.getvalue()


def as_json(problems: Sequence[Problem]) -> str:
    """An object with the counts of errors and advice, and each kind of problem with all of its places."""
    kinds = [
        {
            "level": _level(advice),
            "rule": rule,
            "times": times(found),
            "places": [
                {part: getattr(one, part) for part in ("file", "sheet", "row", "column", "value", "mend")}
                for one in found
            ],
        }
        for (rule, advice), found in _kinds(problems).items()
    ]
    counts = {level: times([one for one in problems if one.advice == (level == "advice")]) for level in LEVELS}
    # Names of files that are not text come as lone surrogates, which only an escape can write.
    return json.dumps({"errors": counts["error"], "advice": counts["advice"], "kinds": kinds}, indent=1) + "\n"


LEVELS = ("error", "advice")
FORMS = {"text": as_text, "csv": as_csv, "json": as_json}


def _level(advice: bool) -> str:
    return LEVELS[advice]


def _kinds(problems: Sequence[Problem]) -> dict[tuple[str, bool], list[Problem]]:
    """Problems by what is said, errors before advice, each in the order it was found."""
    kinds: dict[tuple[str, bool], list[Problem]] = {}
    for problem in sorted(problems, key=lambda one: one.advice):
        kinds.setdefault((problem.rule, problem.advice), []).append(problem)
    return kinds


def _paragraph(rule: str, advice: bool, found: list[Problem]) -> Iterator[str]:
    all_told = times(found)
    yield f"{_level(advice)}: {rule}" + (f" ({all_told:,})" if all_told > 1 else "")
    named = found[:PLACES]
    for problem in named:
        value = "" if problem.value is None else f': "{shown(problem.value)}"'
        yield f"    {problem.place}{value}. {problem.mend}"
    if all_told > len(named):
        yield f"    and {all_told - len(named):,} more"


def _harmless(cell: object) -> object:
    return guarded(cell) if isinstance(cell, str) else cell
