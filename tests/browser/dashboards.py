"""The dashboards as the tests open them: made once a session from committed releases, and from a spoilt one."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from vfm.data.project import EXAMPLES, PUBLISHED, Project
from vfm.site.build import MANIFEST, latest, versions, write
from vfm.site.content import AREAS, Content

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "there is no Chromium on this machine: install it to test the dashboards in a browser"
NO_BOROUGHS = "the committed release has no figures of boroughs and there is no draft that has: run vfm refresh"
MUST = os.environ.get("CI") == "true"


def release(data: str) -> Path | None:
    """The committed release of one set of data; where that is older than the pages of boroughs, its draft."""
    project = Project(ROOT, data)
    committed = latest(project)
    for folder in (committed, project.reports / "drafts" / committed.name):
        if (folder / "tables" / f"{AREAS}.json").is_file() and (folder / MANIFEST).is_file():
            return folder
    return None


def make(data: str, folder: Path, place: Path) -> Path:
    """The site of a release, in `place`."""
    place.mkdir(parents=True)
    write(Content(folder), place, versions(Project(ROOT, data)))
    return place


# ---- a release in which everything is against us

SCRIPT = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
LONG = "Consortium " * 27 + "of 9"  # 300 letters and more, with nowhere that a line would have to end
UNBROKEN = "x" * 300
RIGHT_TO_LEFT = "مركز الضحايا \u202eevil\u202c לונדון"
EMPTY, SUPPRESSED, HURT = "barnet", "bexley", "hackney"

Rows = list[dict[str, str]]


def spoil(source: Path, place: Path) -> Path:
    """A copy of a release whose names, boroughs and counts are as hostile as they can be."""
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("*.png", "80-borough-*", "run.json"))
    tables = place / "tables"
    names = [SCRIPT, LONG, UNBROKEN, RIGHT_TO_LEFT]
    for name in ("register-services", "register-awards", "register-providers", "traced-awards"):
        _change(tables / f"{name}.csv", lambda rows: _name(rows, names))
    _change(tables / f"borough-{HURT}-services.csv", lambda rows: _name(rows, names))
    for name in ("services", "sums", "outcomes", "outputs", "outcomes-by-service"):
        _change(tables / f"borough-{EMPTY}-{name}.csv", lambda rows: [])
    hidden = {
        "service": SCRIPT,
        "measure": RIGHT_TO_LEFT,
        "status": "illustrative",
        "direction": "up",
        "unit": "people",
    }
    for name in ("outcomes", "outputs"):
        path = tables / f"borough-{SUPPRESSED}-{name}.csv"
        columns = _columns(path)
        _write(path, columns, [{column: hidden.get(column, "[c]") for column in columns}] * 3)
    return place


def _name(rows: Rows, names: list[str]) -> Rows:
    for number, row in enumerate(rows):
        for column in ("provider", "providers", "service", "title"):
            if column in row and number < 2 * len(names) and number % 2 == (column in {"service", "title"}):
                row[column] = f"{names[number // 2]}"
    return rows


def _columns(path: Path) -> list[str]:
    return next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def _change(path: Path, how: Callable[[Rows], Rows]) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    _write(path, _columns(path), how(rows))


def _write(path: Path, columns: list[str], rows: Rows) -> None:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="\n")


def numbers(folder: Path) -> dict[str, dict[str, object]]:
    """The numbers of a release by id, read without the site's own code."""
    return {one["figure_id"]: one for one in json.loads((folder / "numbers.json").read_text(encoding="utf-8"))}


__all__ = ["EXAMPLES", "PUBLISHED"]
