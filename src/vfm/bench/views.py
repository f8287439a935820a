"""What a choice shows: rows of the release, a drawing of them and a sentence on them, with a receipt."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from vfm.bench import parts, parts_of_funding
from vfm.bench.choices import Choice
from vfm.bench.parts import Part
from vfm.data.project import PUBLISHED, Project
from vfm.release import manifest
from vfm.release.ask import Sealed
from vfm.report import charts, figures
from vfm.report.figures import Shown
from vfm.vocabulary.labels import slug
from vfm.vocabulary.results import ILLUSTRATIVE, Status

PARTS = parts.PARTS | parts_of_funding.PARTS
NO_ROWS = "the release has nothing of this kind for this choice"


@dataclass(frozen=True)
class View:
    """A table, its drawing and its sentence, all of one choice, and the receipt that has them again."""

    choice: Choice
    shown: Shown
    rows: pd.DataFrame
    sentence: str
    figure: Figure | None
    undrawn: str
    receipt: dict[str, Any]

    @property
    def illustrative(self) -> bool:
        return self.shown.status == Status.ILLUSTRATIVE

    @cached_property
    def drawing(self) -> str:
        """The drawing as SVG; "" where there is none."""
        return charts.svg(self.figure, self.name) if self.figure else ""

    @property
    def name(self) -> str:
        """What its files are called."""
        said = [one for one in self.choice.heeded.values() if one]
        return "-".join(filter(None, map(slug, [*said, *([] if not self.illustrative else ["illustrative"])])))[:90]

    def _repr_html_(self) -> str:
        from vfm.bench import pages  # which draws views

        return pages.view_html(self)

    def __repr__(self) -> str:
        return f"{self.sentence}\n{in_words(self).to_string(index=False)}"


def see(project: Project, sealed: Sealed, choice: Choice) -> View:
    """What a choice shows."""
    sealed.read.clear()  # so that the receipt names what this view was read from, whatever was looked at before it
    part = PARTS[choice.measure](sealed, choice)
    shown = replace(part.shown, alt=part.alt, title=part.shown.title)
    figure, undrawn = None, part.undrawn
    if part.rows.empty:
        undrawn = NO_ROWS
    elif part.draw is not None:
        figure = part.draw()
        if shown.status == Status.ILLUSTRATIVE:
            charts.mark(figure, ILLUSTRATIVE)
    sentence = part.sentence if not part.rows.empty else f"Cannot say: {NO_ROWS}."
    if shown.status == Status.ILLUSTRATIVE:
        sentence = f"Illustrative: {sentence}"
    return View(choice, shown, part.rows, sentence, figure, undrawn, _receipt(project, sealed, choice, part, sentence))


def _receipt(project: Project, sealed: Sealed, choice: Choice, part: Part, sentence: str) -> dict[str, Any]:
    """By what a view can be checked and had again."""
    told = {
        "choice": choice.heeded,
        "rows": part.rows.to_csv(index=False),
        "sentence": sentence,
        "release": sealed.name,
    }
    asked = ", ".join(f"{name}={value!r}" for name, value in choice.heeded.items())
    where = "" if project.data == PUBLISHED else f", data={project.data!r}"
    return {
        "choice": choice.heeded,
        "release": sealed.name,
        "as_of": sealed.described["as_of"],
        "release_hash": sealed.content_hash,
        "code": code_of(project),
        "figure": part.shown.figure_id,
        "files": dict(sorted(sealed.read.items())),
        "answer_hash": hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
        "again": f"from vfm.bench.explorer import open_explorer\nopen_explorer({sealed.name!r}{where}).see({asked})",
    }


@cache
def code_of(project: Project) -> str:
    """The hash of the code that looks, worked out once in a session: it reads every file of it."""
    return manifest.code_hash(project)


def in_words(view: View) -> pd.DataFrame:
    """The rows as a reader sees them: words, marks and units."""
    return figures.in_words(view.shown, view.rows)
