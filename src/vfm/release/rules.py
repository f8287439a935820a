"""Rules that are data: the formula of each method, what each parameter is, and which figures lean on which entries."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent
METHODS, PARAMETERS, LEANS_ON = (ROOM / f"{name}.csv" for name in ("methods", "parameters", "leans_on"))
EVERY_DATA, OWN_WORDS = "both", "="


def method_of(method: str) -> dict[str, str]:
    """The formula of a method, its source and the tables that it reads; nothing where it is not in methods.csv.

    A formula of "=" is the method's own words, which say it.
    """
    row = next((row for row in _rows(METHODS) if fnmatchcase(method, row["method"])), None)
    found = {name: row[name] for name in ("formula", "source", "reads")} if row else {}
    return found | {"formula": method} if found.get("formula") == OWN_WORDS else found


def parameter_of(name: str, value: object) -> dict[str, str]:
    """What a parameter is, and the source and date of its value; nothing where it is not in parameters.csv."""
    rows = [row for row in _rows(PARAMETERS) if row["parameter"] == name]
    own = [row for row in rows if row["value"] == str(value)] or [row for row in rows if row["value"] == "*"]
    return {part: own[0][part] for part in ("what", "source", "date")} if own else {}


@dataclass(frozen=True)
class Reads:
    """What a figure rests on: the tables that it reads, its method, and the entries that its notebook names."""

    tables: frozenset[str]
    method: str
    leans_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaning:
    """Which entries of the log, and which assumptions, each figure of a release leans on."""

    of_figure: Mapping[str, tuple[str, ...]]

    def entries(self, figure_id: str) -> list[str]:
        return list(self.of_figure.get(figure_id, ()))

    def figures(self, entry_id: str) -> list[str]:
        return [figure for figure, entries in self.of_figure.items() if entry_id in entries]

    @property
    def used(self) -> list[str]:
        """Every entry that some figure leans on."""
        return sorted({entry for entries in self.of_figure.values() for entry in entries})


def leaning(reads: Mapping[str, Reads], *, data: str, assumptions: Iterable[str]) -> Leaning:
    """What each figure leans on: by rules of its id, its tables and its method, and by what its notebook names.

    Parameters
    ----------
    reads : figure -> what it rests on
    data : the set of data, published or examples
    assumptions : the keys of the table of assumptions. A rule may name several at once; a figure that reads the table
        and that no rule gives any of them leans on all.
    """
    rules = [row for row in _rows(LEANS_ON) if row["data"] in {data, EVERY_DATA}]
    assumed = sorted(assumptions)
    found = {}
    for figure, about in reads.items():
        named = [rule["entry_id"] for rule in rules if _is_of(rule, figure, about)]
        entries = {entry for name in named for entry in _meant(name, assumed)} | {*about.leans_on}
        if "assumptions" in about.tables and not entries & set(assumed):
            entries |= set(assumed)
        found[figure] = tuple(sorted(entries))
    return Leaning(found)


def _is_of(rule: Mapping[str, str], figure: str, about: Reads) -> bool:
    """Whether a rule is of a figure: in every part of it that is not left open."""
    return (
        fnmatchcase(figure, rule["figure"])
        and (not rule["table"] or rule["table"] in about.tables)
        and (not rule["method"] or fnmatchcase(about.method, rule["method"]))
    )


def _meant(name: str, assumed: list[str]) -> list[str]:
    return [one for one in assumed if fnmatchcase(one, name)] if "*" in name else [name]


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
