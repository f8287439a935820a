"""Counts of people from the monitoring returns at every level, as they may be published.

The levels hang together: a service's boroughs make up the service, services make up a theme and a borough, and those
who achieved an outcome and those who did not make up those assessed. So all of them are controlled at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from typing import Any, NamedTuple

import pandas as pd

from vfm.data.disclosure import Profile, Span
from vfm.data.disclosure_audit import Fact, Protected, Terms
from vfm.data.suppression import Candidate, smallest_pattern
from vfm.vocabulary.marks import Mark

COUNT, ACHIEVED, ASSESSED, OTHERS = "count", "achieved", "assessed", "others"
PARTS = {COUNT: (COUNT,), ACHIEVED: (ACHIEVED,), OTHERS: (OTHERS,), ASSESSED: (ACHIEVED, OTHERS)}
THEME_WEIGHT = 0.5  # a theme's total is asked for least, so it is hidden sooner than a service's or a borough's
# What is published of a measure, dearest to hide last.
LEVELS = (("service_id", "gss_code"), ("service_id",), ("gss_code",), ("theme",), ())


class Cell(NamedTuple):
    """One count of people: whom, of which service or theme, where and when; "" is all of them.

    `what` is "count" of an output, "achieved" or "assessed" of an outcome, or "others": assessed, and did not achieve
    it. `year_so_far` takes in the quarters of the year before `quarter`.
    """

    measure_id: str
    what: str
    service_id: str
    theme: str
    gss_code: str
    quarter: str
    year_so_far: bool = False

    def takes(self, leaf: "Leaf") -> bool:
        """Whether a leaf of its measure is part of it."""
        when = leaf.quarter == self.quarter or (
            self.year_so_far and leaf.quarter[:7] == self.quarter[:7] and leaf.quarter < self.quarter
        )
        return (
            when
            and self.service_id in ("", leaf.service_id)
            and self.theme in ("", leaf.theme)
            and self.gss_code in ("", leaf.gss_code)
        )

    @property
    def words(self) -> str:
        """The cell as a message names it, without its number."""
        whose = self.service_id or (f"theme {self.theme}" if self.theme else "all services")
        when = f"{self.quarter[:7]} up to {self.quarter[-2:]}" if self.year_so_far else self.quarter
        return f"{self.measure_id}, {self.what}: {whose}, {self.gss_code or 'all areas'}, {when}"


class Leaf(NamedTuple):
    """A count that is a sum of no others: one measure, service, area and quarter."""

    measure_id: str
    what: str
    service_id: str
    theme: str
    gss_code: str
    quarter: str


@dataclass(frozen=True)
class People:
    """The counts that returns hold, of which every other count is a sum: how many people each leaf has.

    `so_far` are the measures that are counted since April; their leaves are what each quarter added.
    """

    counts: Mapping[Leaf, int]
    so_far: frozenset[str] = frozenset()

    @cached_property
    def _leaves(self) -> dict[tuple[str, str], list[Leaf]]:
        found: dict[tuple[str, str], list[Leaf]] = {}
        for leaf in self.counts:
            found.setdefault((leaf.measure_id, leaf.what), []).append(leaf)
        return found

    @property
    def measures(self) -> set[str]:
        return {measure for measure, _ in self._leaves}

    def leaves(self, cell: Cell) -> list[Leaf]:
        """The counts that a cell is the sum of."""
        return [
            leaf
            for what in PARTS[cell.what]
            for leaf in self._leaves.get((cell.measure_id, what), ())
            if cell.takes(leaf)
        ]

    def terms(self, cell: Cell) -> Terms:
        """The same as a sum, each with the coefficient 1."""
        return dict.fromkeys(self.leaves(cell), 1.0)

    def total(self, cell: Cell) -> int:
        """How many people a cell really is."""
        return sum(self.counts[leaf] for leaf in self.leaves(cell))

    def as_in(self, reported: Iterable[Cell]) -> "People":
        """The people of whom an earlier release knew: the same counts, of those that had been returned by then."""
        then = {Leaf(*cell[:6])._replace(theme="") for cell in reported}  # a service may have another theme since
        found = {leaf: count for leaf, count in self.counts.items() if leaf._replace(theme="") in then}
        return People(found, self.so_far)

    def of_group(self, cell: Cell) -> bool:
        """Whether a cell says how many of a known group, so that none and all tell of each of them."""
        return cell.what in (ACHIEVED, OTHERS) and self.total(cell._replace(what=ASSESSED)) > 0

    def places(self, cell: Cell) -> int:
        """In how many services, areas and quarters a cell is known not to be none, where none is shown as 0."""
        if cell.what != OTHERS:
            return len({leaf._replace(what="") for leaf in self.leaves(cell) if self.counts[leaf]})
        others = [leaf for leaf in self.leaves(cell) if self.counts[leaf]]
        # all of those assessed, where nobody achieved the outcome
        return sum(not self.counts[leaf._replace(what=ACHIEVED)] for leaf in others)


def people_of(
    outputs: pd.DataFrame, outcomes: pd.DataFrame, *, services: pd.DataFrame, indicators: pd.DataFrame
) -> People:
    """Every count of people in the returns, and those of outcomes as who achieved it and who did not.

    Parameters
    ----------
    outputs, outcomes : the processed tables
    services, indicators : the theme of each service, and the unit of each measure: sessions are no people
    """
    measures = indicators.set_index("measure_id")
    whom = measures.index[measures["unit"] == "people"]
    done = outputs.assign(what=COUNT, people=outputs["count"])
    changed = [
        outcomes.assign(what=ACHIEVED, people=outcomes["achieved"]),
        outcomes.assign(what=OTHERS, people=outcomes["assessed"] - outcomes["achieved"]),
    ]
    rows = pd.concat([done, *changed], ignore_index=True)
    rows = rows[rows["measure_id"].isin(whom) & rows["people"].notna()]
    rows["theme"] = rows["service_id"].map(services.set_index("service_id")["theme"]).fillna("")
    rows = rows.sort_values(list(Leaf._fields), ignore_index=True)
    so_far = frozenset(measures.index[measures["counted"] == "year so far"])
    # Of a count of the year so far, what each quarter added: what the difference of two releases would tell.
    year = rows["quarter"].str[:7].rename("year")
    before = rows.groupby([*Leaf._fields[:-1], year])["people"].shift(fill_value=0)
    added = rows["people"] - before.where(rows["measure_id"].isin(so_far), 0)
    return People(
        dict(zip(map(Leaf._make, rows[list(Leaf._fields)].to_numpy()), added.astype(int), strict=True)), so_far
    )


def cells_of(people: People, quarter: str, levels: Sequence[Sequence[str]] = LEVELS) -> list[Cell]:
    """Every cell of a quarter at the levels that are published."""
    cells: dict[Cell, None] = {}
    for what in (ACHIEVED, ASSESSED, COUNT):
        for level in levels:
            for leaf in people.counts:
                if leaf.quarter == quarter and leaf.what in PARTS[what]:
                    named = {
                        name: getattr(leaf, name) if name in level else ""
                        for name in ("service_id", "theme", "gss_code")
                    }
                    cells[
                        Cell(
                            leaf.measure_id,
                            what,
                            **named,
                            quarter=quarter,
                            year_so_far=leaf.measure_id in people.so_far,
                        )
                    ] = None
    return list(cells)


def protected_cells(people: People, cells: Iterable[Cell], profile: Profile) -> list[Protected]:
    """What must not be narrowed down: every small count among the cells, and those who did not achieve an outcome."""
    wanted = dict.fromkeys(cells)
    wanted |= dict.fromkeys(cell._replace(what=OTHERS) for cell in wanted if cell.what == ACHIEVED)
    return [one for cell in wanted if (one := _protected(people, cell, profile)) is not None]


def _protected(people: People, cell: Cell, profile: Profile) -> Protected | None:
    of_group = people.of_group(cell)
    if not profile.small(people.total(cell), of_group=of_group):
        return None
    span = profile.protected(of_group=of_group)
    if span.lower:  # where none is shown as 0, each place that is hidden has someone in it, and so has their sum
        span = Span(max(span.lower, people.places(cell)), span.upper)
    return Protected(cell.words, people.terms(cell), span)


def hidden_fact(table: str, cell: Cell, terms: Terms, profile: Profile) -> Fact:
    """What is known of a hidden count: that it is not none, unless none is hidden too."""
    perhaps_none = cell.what == ACHIEVED and profile.hides_none_and_all
    return Fact(table, terms, Span(0 if perhaps_none else 1, inf))


def controlled(
    people: People,
    quarter: str,
    profile: Profile,
    *,
    levels: Sequence[Sequence[str]] = LEVELS,
    known: Mapping[str, Sequence[Fact]] | None = None,
) -> pd.DataFrame:
    """Every count of a quarter as it may be published, at every level: one row a cell.

    Parameters
    ----------
    people : all that the returns hold, of every quarter
    quarter : the one that is published
    profile : the rule
    known : measure -> what is known of it besides, such as from earlier releases

    Returns
    -------
    The fields of `Cell`, `shown` (NaN where it is hidden) and `mark` ("" or "[c]"). A field that is "" is all.

    Raises
    ------
    DataError
        when what is known besides gives a count away whatever is hidden.
    """
    rows: list[dict[str, Any]] = []
    cells = cells_of(people, quarter, levels)
    for measure in dict.fromkeys(cell.measure_id for cell in cells):
        own = [cell for cell in cells if cell.measure_id == measure]
        candidates = [_candidate(people, cell, profile) for cell in own]
        further = (known or {}).get(measure, ())
        hidden = smallest_pattern(candidates, protected_cells(people, own, profile), known=further)
        for cell, one in zip(own, candidates, strict=True):
            out = one.name in hidden
            shown = nan if out else profile.shown(one.people)
            rows.append({**cell._asdict(), "shown": shown, "mark": str(Mark.SUPPRESSED) if out else ""})
    return pd.DataFrame(rows, columns=[*Cell._fields, "shown", "mark"]).astype({"shown": float, "mark": object})


def _candidate(people: People, cell: Cell, profile: Profile) -> Candidate:
    terms, count = people.terms(cell), people.total(cell)
    primary = profile.small(count, of_group=people.of_group(cell))
    if_hidden = hidden_fact("", cell, terms, profile)
    shown = Fact("", terms, Span(count, count) if primary else profile.stands_for(profile.shown(count)))
    return Candidate(cell.words, terms, count, shown, if_hidden, primary, THEME_WEIGHT if cell.theme else 1.0)
