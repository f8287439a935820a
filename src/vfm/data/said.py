"""What a release says of people: each published cell with the count behind it, and what a reader can make of it.

A notebook says of a column, in words, what its numbers are: "achieved" (a count), "achieved / assessed" (a share),
"spend / achieved" (pounds of a column for each person), or "with achieved": worked out from the published count, and so
shown where that is shown. "count of people-engaged" names a measure that is not the row's own. "sum achieved" is the
sum of the counts of the row's `services` as each is published, and "with sum achieved" is worked out from that. A
release keeps a row for each such cell, with no number that it does not publish.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from math import ceil, floor, inf, isclose
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from vfm.data.disclosure import Profile, Span
from vfm.data.disclosure_audit import Fact
from vfm.data.people import ACHIEVED, ASSESSED, COUNT, Cell, People, hidden_fact
from vfm.vocabulary.formula_guard import guarded, unguarded
from vfm.vocabulary.marks import Mark, as_shown

FOLDER = "people"  # where notebooks put it while a release is being made
SUM, BETWEEN = "sum", "|"
REPORTED = "reported"  # a row that says only that a count exists: who returned what, and where
SAME = 1e-9  # of the size of a number: apart by less, two are the same but for noise of the machine
WHOLE_TOLERANCE = 1e-6


class Said(NamedTuple):
    """One published cell: in which figure, of which people, in which form, and what stands there.

    `form` is "count", "share" (over the count `of`), "cost" (`of` is the pounds), "with", "sum" and "with sum" (`of`
    are the services whose counts are summed, with | between them), or "reported".
    """

    figure_id: str
    cell: Cell
    form: str
    of: str
    shown: str


Strange = tuple[Said, str]  # a published cell, and what is wrong with it


class StrangeError(ValueError):
    """A published cell that is neither what the returns say nor what the profile makes of it."""


def said_in(
    figure_id: str, keys: pd.DataFrame, cells: pd.DataFrame, people: Mapping[str, str], *, quarter: str
) -> list[Said]:
    """What a chart or table says of people, cell by cell.

    Parameters
    ----------
    keys : the table with `measure_id` and those of `service_id`, `theme`, `gss_code` and `quarter` that it has
    cells : the same rows as they are published
    people : column -> what its numbers are, in words
    quarter : of rows that do not say theirs
    """
    found = []
    for name, says in people.items():
        if name in cells.columns:
            for key, shown in zip(keys.to_dict("records"), cells[name], strict=True):
                found.append(said(figure_id, {"quarter": quarter, **key}, says, _text(shown)))
    return found


def said(figure_id: str, key: Mapping[str, object], says: str, shown: str) -> Said:
    """What one published cell says.

    >>> said("t", {"measure_id": "safer", "quarter": "2019-20-Q4"}, "achieved / assessed", "0.45").form
    'share'
    """
    says, _, measure = says.partition(" of ")
    form = next((form for form in (f"with {SUM}", "with", SUM) if says.startswith(f"{form} ")), "")
    first, _, second = (part.strip() for part in says.removeprefix(form).partition("/"))
    counts = (COUNT, ACHIEVED, ASSESSED)
    form = form or ("count" if not second else "share" if first in counts else "cost")
    what, of = (second, str(key[first])) if form == "cost" else (first, second)
    of = str(key["services"]) if SUM in form else of
    if what not in counts:
        raise ValueError(f'"{says}" names no count of people: {", ".join(counts)}')
    whose = {name: str(key.get(name) or "") for name in ("measure_id", "service_id", "theme", "gss_code", "quarter")}
    whose |= {"measure_id": measure} if measure else {}
    return Said(figure_id, Cell(what=what, **whose, year_so_far=bool(key.get("year_so_far", False))), form, of, shown)


def _text(cell: object) -> str:
    return f"{cell:.12g}" if isinstance(cell, float | int) else str(cell)


def facts_in(rows: Sequence[Said], people: People, rule: Profile, *, table: str) -> tuple[list[Fact], list[Strange]]:
    """What a reader can make of a figure, cell by cell, and its cells that are strange.

    Where one count of a figure is not rounded, its reader takes all of its counts to be as they are.
    """
    as_it_is = any(_not_rounded(one, people, rule) for one in rows)
    facts: list[Fact] = []
    strange: list[Strange] = []
    for one in rows:
        try:
            facts += facts_of(one, people, rule, table=table, as_it_is=as_it_is)
        except StrangeError as error:
            strange.append((one, str(error)))
    return facts, strange


def _not_rounded(one: Said, people: People, rule: Profile) -> bool:
    size = people.total(one.cell)
    return one.form == "count" and one.shown == f"{size:.12g}" and rule.shown(size) != size


def facts_of(one: Said, people: People, rule: Profile, *, table: str, as_it_is: bool = False) -> list[Fact]:
    """What a reader can make of a published cell; `as_it_is` where counts of its figure are not rounded.

    Raises
    ------
    StrangeError
        when it is neither what the returns say nor what the profile makes of it.
    """
    if one.cell.measure_id not in people.measures:
        return []  # of sessions and other things
    if not people.leaves(one.cell):
        raise StrangeError("no return has these people")
    if SUM in one.form:
        return _sum(one, people, rule, table)
    shown, size = as_shown(one.shown), people.total(one.cell)
    if isinstance(shown, Mark) and shown is not Mark.LOW:
        hides = one.form == "count" and shown is Mark.SUPPRESSED
        return [hidden_fact(table, one.cell, people.terms(one.cell), rule)] if hides else []
    small = rule.small(size, of_group=people.of_group(one.cell))
    as_published = None if small else rule.shown(size)
    controlled = Fact(table, people.terms(one.cell), Span(0, inf) if small else rule.stands_for(rule.shown(size)))
    if one.form == "with":
        if small:
            raise StrangeError("it is shown though its count is hidden")
        return [controlled]
    if one.form == "count":
        if shown == as_published and not (as_it_is and shown == size):
            return [controlled]
        if shown == size:
            return [Fact(table, people.terms(one.cell), Span(size, size))]
        raise StrangeError("it is neither the count of the returns nor that count as it is rounded")
    assert isinstance(shown, float)
    if one.form == "cost":
        return [controlled if _cost(one, as_published) else _exact_cost(one, people, size, table)]
    return _share(one, shown, people, rule, table)


def _sum(one: Said, people: People, rule: Profile, table: str) -> list[Fact]:
    """Of a sum of published counts, and of what is worked out from it: each of these counts, as it is published."""
    if isinstance(as_shown(one.shown), Mark):
        return []
    facts, sizes = [], []
    for service in filter(None, one.of.split(BETWEEN)):
        cell = one.cell._replace(service_id=service)
        size = people.total(cell)
        if not people.leaves(cell) or rule.small(size, of_group=people.of_group(cell)):
            raise StrangeError("a count that it sums is hidden, or is of no return")
        facts.append(Fact(table, people.terms(cell), rule.stands_for(rule.shown(size))))
        sizes.append(rule.shown(size))
    whole = sum(size for size in sizes if isinstance(size, float))
    if not facts or (one.form == SUM and as_shown(one.shown) != whole):
        raise StrangeError("it is not the sum of the counts as they are published")
    return facts


def _cost(one: Said, count: object) -> bool:
    return isinstance(count, float) and count > 0 and isclose(float(one.of) / count, float(one.shown), rel_tol=SAME)


def _exact_cost(one: Said, people: People, size: int, table: str) -> Fact:
    pounds, cost, half = float(one.of), float(one.shown), _half(one.shown)
    if not size or not (isclose(pounds / size, cost, rel_tol=SAME) or abs(pounds / size - cost) <= half):
        raise StrangeError("it is the cost of no count that could be published")
    spread = cost * SAME if isclose(pounds / size, cost, rel_tol=SAME) else half
    most = floor(pounds / (cost - spread) + WHOLE_TOLERANCE) if cost > spread else inf
    return Fact(table, people.terms(one.cell), Span(ceil(pounds / (cost + spread) - WHOLE_TOLERANCE), most))


def _share(one: Said, shown: float, people: People, rule: Profile, table: str) -> list[Fact]:
    base = one.cell._replace(what=one.of)
    part, whole = people.total(one.cell), people.total(base)
    small = [rule.small(count, of_group=people.of_group(cell)) for count, cell in ((part, one.cell), (whole, base))]
    if not any(small) and whole:
        ends = [(cell, rule.shown(count)) for cell, count in ((one.cell, part), (base, whole))]
        numbers = [count for _, count in ends if isinstance(count, float)]
        if len(numbers) == 2 and numbers[1] and isclose(numbers[0] / numbers[1], shown, rel_tol=SAME, abs_tol=SAME):
            return [Fact(table, people.terms(cell), rule.stands_for(count)) for cell, count in ends]
    exact = whole > 0 and isclose(part / whole, shown, rel_tol=SAME, abs_tol=SAME)
    half = SAME if exact else _half(one.shown)
    if not whole or not abs(part / whole - shown) <= half * (1 + SAME):
        raise StrangeError("it is the share of no counts that could be published")
    return [
        Fact(table, _less(people, one.cell, base, shown - half), Span(0, inf)),
        Fact(table, _less(people, one.cell, base, shown + half), Span(-inf, 0)),
    ]


def _less(people: People, part: Cell, whole: Cell, share: float) -> dict[object, float]:
    """A count less a share of another, as a sum of leaves."""
    terms: dict[object, float] = {leaf: -share * factor for leaf, factor in people.terms(whole).items()}
    for leaf, factor in people.terms(part).items():
        terms[leaf] = terms.get(leaf, 0.0) + factor
    return terms


def _half(text: str) -> float:
    """Half a unit of the last place that a number is shown to."""
    places = len(text.partition(".")[2].partition("e")[0])
    return 0.5 * 10.0**-places * (1 + SAME)


def reported(people: People, measures: Iterable[str]) -> list[Said]:
    """A row for each count that there is, without its number: with them a later release knows what a total was of."""
    wanted = set(measures)
    return [Said("", Cell(*leaf), REPORTED, "", "") for leaf in people.counts if leaf.measure_id in wanted]


def as_csv(rows: Sequence[Said], status: str = "") -> str:
    """Rows as the file that a release keeps, with the status of what they are of."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["figure_id", *Cell._fields, "form", "of", "shown", "status"])
    for one in rows:
        named = map(guarded, (one.figure_id, *one.cell[:-1]))
        writer.writerow([*named, int(one.cell.year_so_far), one.form, one.of, one.shown, status])
    return out.getvalue()


def read(path: Path) -> list[Said]:
    """The rows that a release keeps."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Said(
                row["figure_id"],
                Cell._make([*(unguarded(row[name]) for name in Cell._fields[:-1]), row["year_so_far"] == "1"]),
                row["form"],
                row["of"],
                row["shown"],
            )
            for row in csv.DictReader(lines)
        ]
