"""What moves when an assumption is another: the notebook that takes it runs again, beside the release's own figures.

Nothing is interpolated. A figure that the release hides stays hidden, whatever another run would say of it.
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.project import Project
from vfm.data.publishable import open_publishable
from vfm.data.quarter import QuarterData
from vfm.release import parameters
from vfm.release.ask import Sealed
from vfm.release.kernels import Kernels
from vfm.release.plan import LAST, Job, is_borough, plan
from vfm.report import figures, words
from vfm.report.figures import Number
from vfm.vocabulary.errors import DataError, UsageError, suggestion
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import Status

FIXED = ("quarter", "borough")  # another quarter or area is no assumption
GONE = "no longer worked out"
SAME = 1e-9  # of a figure: what two runs may differ by and be the same


@dataclass(frozen=True)
class WhatIf:
    """The figures of one notebook under an assumption of the asker's, each beside the release's own."""

    notebook: str
    name: str
    before: str
    after: str
    rows: pd.DataFrame  # figure, what, published, what if, change: those that move first

    status = Status.SCENARIO

    @property
    def sentence(self) -> str:
        """What moved, in words."""
        moved = int((self.rows["change"] != "").sum())
        held = len(self.rows) - moved
        return (
            f"Scenario, not published: with {self.name} = {self.after} in place of {self.before}, {moved} of the "
            f"{len(self.rows)} figures of {self.notebook} move and {held} stay as they are."
        )


def assumptions(sealed: Sealed) -> dict[str, dict[str, Any]]:
    """What can be changed: the parameters of each notebook of the release, and what they were."""
    told = sealed.described["parameters"]
    found = {}
    for notebook, held in told.items():
        free = {name: value for name, value in held.items() if name not in FIXED}
        if free and notebook not in LAST and not is_borough(notebook):
            found[notebook] = free
    return found


def what_if(project: Project, sealed: Sealed, notebook: str, name: str, value: str) -> WhatIf:
    """Run `notebook` again with one assumption changed, and set its numbers beside the release's.

    The notebook is first run as the release ran it. Where it does not say the same, the tables or the code are no
    longer the release's, and nothing is answered.

    Raises
    ------
    UsageError
        when the notebook or the parameter is not known, or the value not possible.
    DataError
        when the release cannot be had again from the tables and the code that are here.
    """
    known = assumptions(sealed)
    if notebook not in known:
        raise UsageError(f'No notebook with assumptions is called "{notebook}".{suggestion(notebook, list(known))}')
    if name not in known[notebook]:
        hint = suggestion(name, list(known[notebook])) or f" It has {', '.join(known[notebook])}."
        raise UsageError(f'{notebook} has no assumption "{name}".{hint}')
    told = sealed.described["parameters"][notebook]
    others = {key: held for key, held in told.items() if key != name}
    changed = parameters.for_notebook(notebook, sealed.quarter, project.place, {name: value}, others)
    jobs, _, _ = plan(project, sealed.quarter, {})
    job = next(one for one in jobs if one.name == notebook)
    open_publishable(QuarterData(project, sealed.quarter))  # built first, for a notebook writes in its own folder alone
    published = {key: one for key, one in sealed.numbers.items() if one.notebook == notebook}
    again = _numbers(project, replace(job, parameters=dict(told)), sealed)
    moved = [key for key, one in published.items() if key not in again or not _same(one, again[key])]
    if moved:
        raise DataError(
            f"{sealed.name} does not come out as it was published ({', '.join(moved[:3])}): the tables or the code "
            "have changed since. Run vfm refresh and publish it again, then ask."
        )
    after = _numbers(project, replace(job, parameters=changed), sealed)
    return WhatIf(notebook, name, str(told[name]), str(changed[name]), _beside(published, after))


def _numbers(project: Project, job: Job, sealed: Sealed) -> dict[str, Number]:
    with tempfile.TemporaryDirectory(prefix="vfm-what-if-") as place:
        folder = Path(place)
        asked = {"staging": folder / "figures", "output": folder / "run.ipynb", "reading": sealed.folder}
        # in a thread of its own: a notebook's cell has a loop of events already, and a run needs one that it may close
        with ThreadPoolExecutor(1) as apart:
            apart.submit(Kernels().run, job, project=project, **asked).result()
        return dict(figures.read_numbers(folder / "figures"))


def _same(one: Number, other: Number) -> bool:
    """Whether two runs say the same of a figure: of its value and of its interval."""
    if one.mark == Mark.SUPPRESSED:
        return True
    pairs = ((one.value, other.value), (one.lower, other.lower), (one.upper, other.upper))
    return all(_near(before, after) for before, after in pairs)


def _near(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return abs(before - after) <= SAME * max(1.0, abs(before))


def _told(number: Number) -> str:
    return f"{number.text} ({number.range})" if number.range else number.text


def _beside(published: dict[str, Number], after: dict[str, Number]) -> pd.DataFrame:
    """Each figure as published and as it would be: those that move first; what is hidden is the same in both."""
    rows = []
    for key, one in published.items():
        other = after.get(key)
        if one.mark == Mark.SUPPRESSED:
            text, change = one.text, ""
        elif other is None:
            text = change = GONE
        elif one.value is None or other.value is None:
            said = "can be said" if one.value is None else "cannot be said"
            text, change = _told(other), "" if one.text == other.text else said
        else:
            text, change = _told(other), _change(one, other)
        what = (other or one).title
        rows.append({"figure": key, "what": what, "published": _told(one), "what if": text, "change": change})
    for key in sorted(set(after) - set(published)):
        new = after[key]
        rows.append({"figure": key, "what": new.title, "published": "", "what if": _told(new), "change": "new"})
    table = pd.DataFrame(rows, columns=["figure", "what", "published", "what if", "change"])
    return table.sort_values("change", key=lambda text: text == "", kind="stable", ignore_index=True)


def _change(one: Number, other: Number) -> str:
    """By how much a number moves; nothing where neither it nor its interval does."""
    assert one.value is not None and other.value is not None
    if _same(one, other):
        return ""
    if _near(one.value, other.value):
        return "its interval"
    move = other.value - one.value
    text = f"{'+' if move > 0 else '−'}{words.quantity(abs(move), one.unit)}"
    return f"{text.removesuffix('%')} percentage points" if text.endswith("%") else text
