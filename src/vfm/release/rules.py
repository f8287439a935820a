"""Rules that are data: the formula of each method, what each parameter is, and which figures lean on which entries."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent
METHODS, PARAMETERS, LEANS_ON = (ROOM / f"{name}.csv" for name in ("methods", "parameters", "leans_on"))
EVERY_DATA = "both"


def method_of(method: str) -> dict[str, str]:
    """The formula of a method, its source and the tables that it reads; nothing where it is not in methods.csv."""
    row = next((row for row in _rows(METHODS) if fnmatchcase(method, row["method"])), None)
    return {name: row[name] for name in ("formula", "source", "reads")} if row else {}


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
    """What each figure leans on: by its id, by a table that it reads, by its method, and what its notebook names.

    Parameters
    ----------
    reads : figure -> what it rests on
    data : the set of data, published or examples
    assumptions : the keys of the table of assumptions, on all of which a figure leans that reads it
    """
    rules = [row for row in _rows(LEANS_ON) if row["data"] in {data, EVERY_DATA}]
    assumed = set(assumptions)
    found = {}
    for figure, about in reads.items():
        entries = {rule["entry_id"] for rule in rules if _is_of(rule, figure, about)} | {*about.leans_on}
        found[figure] = tuple(sorted(entries | (assumed if "assumptions" in about.tables else set())))
    return Leaning(found)


def _is_of(rule: Mapping[str, str], figure: str, about: Reads) -> bool:
    pattern = rule["pattern"]
    match rule["by"]:
        case "figure":
            return fnmatchcase(figure, pattern)
        case "table":
            return pattern in about.tables
        case "method":
            return fnmatchcase(about.method, pattern)
    raise ValueError(f"{LEANS_ON.name}: a rule goes by figure, table or method, not by {rule['by']}")


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
