"""The auditor: before a release is sealed, everything that it and earlier releases publish of people is attacked.

Nothing here says how many people a hidden count is of, in a message or in a file.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from vfm.data import said
from vfm.data.disclosure import Profile, profile
from vfm.data.disclosure_audit import ContradictionError, Fact, Leak, attack
from vfm.data.earlier import FILE, earlier
from vfm.data.people import People, cells_of, protected_cells
from vfm.data.project import Project
from vfm.data.publishable import known, people_in
from vfm.data.quarter import QuarterData
from vfm.data.said import Said
from vfm.report import figures
from vfm.vocabulary.errors import DataError, Problem
from vfm.vocabulary.periods import Quarter

OF_PEOPLE = re.compile(r"^people\b|\bor people\b|£ per person$")
MOST_TABLES = 6  # named in one message


def gather(project: Project, quarter: Quarter, folder: Path) -> None:
    """Attack what the draft in `folder` publishes of people, and gather what its notebooks say of them into one file.

    Raises
    ------
    DataError
        as `require_safe`.
    """
    require_safe(project, quarter, folder)
    data, rows = QuarterData(project, quarter), _gathered(folder)
    shutil.rmtree(folder / said.FOLDER, ignore_errors=True)
    if cells := [one for found in rows.values() for one in found]:
        known_of = said.reported(people_in(data), (one.cell.measure_id for one in cells))
        text = said.as_csv([*cells, *known_of], project.status)
        (folder / FILE).write_text(text, encoding="utf-8", newline="\n")


def require_safe(project: Project, quarter: Quarter, folder: Path) -> None:
    """Attack what `folder` publishes of people, with all that is published.

    Raises
    ------
    DataError
        naming what a hidden count is given away by, or a figure that does not say whom it counts.
    """
    data = QuarterData(project, quarter)
    rule, people, out = profile(data.catalogue.profile), people_in(data), earlier(project)
    rows = _gathered(folder)
    problems = [*_silent(folder, rows, people), *_leaks(people, str(quarter), rule, rows, known(people, out, rule))]
    if problems:
        raise DataError(
            "The release would tell of people who must not be known by it, so it is not sealed. "
            "The last release is as it was.",
            problems,
        )


def _gathered(folder: Path) -> dict[str, list[Said]]:
    """What each figure says of people, by its id, from the parts that the notebooks wrote or from the one file."""
    if (folder / FILE).is_file():
        rows: dict[str, list[Said]] = defaultdict(list)
        for one in said.read(folder / FILE):
            if one.form != said.REPORTED:
                rows[one.figure_id].append(one)
        return rows
    return {path.stem: said.read(path) for path in sorted((folder / said.FOLDER).glob("*.csv"))}


def _silent(folder: Path, rows: dict[str, list[Said]], people: People) -> Iterator[Problem]:
    """Figures in units of people that do not say whom they count, where there are returns that name people."""
    if not people.counts or (folder / FILE).is_file():
        return
    units = {one.figure_id: [one.unit] for one in figures.read_numbers(folder).values()}
    for kind in ("charts", "tables"):
        units |= {one.figure_id: [unit for _, unit in one.columns.values()] for one in figures.read_shown(folder, kind)}
    for figure_id, shown_in in units.items():
        if figure_id not in rows and any(OF_PEOPLE.search(unit) for unit in shown_in):
            mend = "Give people= where the notebook publishes it: which counts its columns are, or {} for none."
            yield Problem(figure_id, "a figure that does not say which people it counts", mend)


def _leaks(
    people: People, quarter: str, rule: Profile, rows: dict[str, list[Said]], before: dict[str, list[Fact]]
) -> Iterator[Problem]:
    facts: dict[str, list[Fact]] = defaultdict(list)
    for figure_id, found in rows.items():
        for measure in dict.fromkeys(one.cell.measure_id for one in found):
            cells = [one for one in found if one.cell.measure_id == measure]
            told, strange = said.facts_in(cells, people, rule, table=figure_id)
            facts[measure] += told
            for one, why in strange:
                mend = f"{one.cell.words}: publish it from data.publishable, which holds what may be published."
                yield Problem(figure_id, f"a figure of people that may not be published so: {why}", mend)
    for measure, own in facts.items():
        every = {one.cell for found in rows.values() for one in found if one.cell.measure_id == measure}
        every |= {cell for when in {quarter, *(cell.quarter for cell in every)} for cell in cells_of(people, when)}
        wanted = sorted(cell for cell in every if cell.measure_id == measure)
        wanted += [cell._replace(year_so_far=False) for cell in wanted if cell.year_so_far]
        try:
            found_out = attack([*own, *before.get(measure, [])], protected_cells(people, wanted, rule))
        except ContradictionError as error:
            yield Problem(measure, "figures of people that contradict each other", str(error))
            continue
        yield from map(_leak, found_out)


def _leak(leak: Leak) -> Problem:
    named = ", ".join(leak.through[:MOST_TABLES]) + (" and others" if len(leak.through) > MOST_TABLES else "")
    span = leak.of.span
    mend = (
        f"{leak.of.name}: it can be narrowed to within {span.lower:g} to {span.upper:g}, its protection interval"
        f"{f', through {named}' if named else ''}. "
        "Publish these from data.publishable, which hides the least that keeps it safe."
    )
    where = leak.through[0] if leak.through else leak.of.name
    return Problem(where, "a hidden count of people that can be worked out from what is published", mend)
