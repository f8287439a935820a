"""Bring what the notebooks published into the shape of a release: numbers, log and pages."""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.quarter import QuarterData
from vfm.release import gate, log, passports, revisions, rules, trace_page
from vfm.release.plan import BOROUGH, SUMMARY, UPDATE, is_borough
from vfm.release.trace import PAGE, PASSPORTS, Released
from vfm.report import documents, figures, pages, revised, words
from vfm.report.pages import About
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Status

TRACE_OF_BOROUGHS = f"notebooks/{BOROUGH}-trace.html"
EARLIER = {"name": "its area", "commissioner": "commissioner"}  # of a release that does not say of which place it is
RETROSPECT = 183  # days after its end at which a quarter's update no longer counts as timely


def gather(folder: Path) -> None:
    """Turn one file a number into numbers.csv and numbers.json."""
    figures.write_numbers(folder, list(figures.read_numbers(folder).values()))
    _write(folder / documents.SCHEMA, documents.schema())
    shutil.rmtree(folder / "numbers", ignore_errors=True)


def gather_passports(folder: Path, data: QuarterData) -> None:
    """Write passports.json, and log.csv of the entries that figures lean on and of what was left out.

    The log of illustrative data says so in every row, as the numbers do.

    Raises
    ------
    DataError
        when a figure leans on an entry that is empty or past its day.
    """
    made = passports.gather(folder, data)
    assumed, known = data.assumptions["assumption_id"], log.register(data)
    leaning = rules.leaning(passports.reads(made), data=data.project.data, assumptions=assumed)
    log.require_founded(leaning, known, as_of=data.catalogue.as_of)
    passports.write(folder, made, leaning)
    entries = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "log").glob("*.json"))]
    touched = Counter(entry for figure in made["figures"].values() for entry in figure["exclusions"])
    excluded = [one | {"figures": touched[one["entry_id"]]} for one in entries if one["kind"] == "exclusion"]
    frame = log.used(leaning, known, excluded)
    _write(folder / "log.csv", figures.as_csv(frame.assign(**_illustrative(data.project.status))))
    shutil.rmtree(folder / "log", ignore_errors=True)


def _illustrative(status: Status) -> dict[str, str]:
    return {"status": str(status)} if status is Status.ILLUSTRATIVE else {}


def write_pages(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a page for each executed notebook, the summary, and from the update index.html and the documents."""
    about, update = about_release(manifest), None
    _write(folder / "revisions.html", pages.revisions_page(about, revisions.grouped(revisions.read(folder))))
    traces = _write_traces(folder, manifest, about)
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        notebook = revised.marked_notebook(json.loads(path.read_text(encoding="utf-8")), folder)
        _write(path.with_suffix(".html"), pages.notebook_page(notebook, about, traces))
        if path.stem == SUMMARY:
            _write(folder / documents.SUMMARY, pages.summary_page(notebook, about, traces))
        update = notebook if path.stem == UPDATE else update
    if update:
        documents.write(folder, update, about, date.fromisoformat(manifest["as_of"]), apart=is_borough)
        numbers = [one for one in figures.read_numbers(folder).values() if not is_borough(one.notebook)]
        entries = pd.read_csv(folder / "log.csv", dtype=str, keep_default_na=False).to_dict("records")
        offered = documents.downloads(folder, about.quarter)
        _write(folder / "index.html", pages.front_page(update, about, numbers, entries, offered, traces))


def _write_traces(folder: Path, manifest: Mapping[str, Any], about: About) -> dict[str, str]:
    """Write the pages that say what every figure is made from; where each figure is told of.

    The boroughs' have a page of their own, which is rebuilt as their notebooks' pages are. A release that was made
    before figures had passports has none.
    """
    if not (folder / PASSPORTS).is_file():
        return {}
    released = Released(folder, dict(manifest))
    made = released.shared["figures"]
    places = {name: TRACE_OF_BOROUGHS if is_borough(one["notebook"]) else PAGE for name, one in made.items()}
    for page, root in ((PAGE, ""), (TRACE_OF_BOROUGHS, "../")):
        names = [name for name, place in places.items() if place == page]
        if names:
            _write(folder / page, trace_page.page(released, about, names, root=root))
    return {name: f"{place}#{name}" for name, place in places.items()}


def about_release(manifest: Mapping[str, Any]) -> About:
    """What the pages say of a release, from its manifest."""
    place = manifest.get("place", EARLIER)
    quarter, as_of = Quarter.parse(manifest["quarter"]), date.fromisoformat(manifest["as_of"])
    return About(
        quarter=str(quarter),
        period=quarter.words,
        as_of=words.cell(pd.Timestamp(as_of)),
        state=manifest["state"],
        version=manifest["version"],
        in_retrospect=(as_of - quarter.end).days > RETROSPECT,
        code=manifest["code"][:12],
        place=place["name"],
        commissioner=place["commissioner"],
        illustrative=manifest.get("status") == Status.ILLUSTRATIVE,
        approved=_approved(manifest.get("approval")),
        of_approval=manifest.get("approval", {}).get(gate.SAYS, ""),
        reason=manifest.get("reason", ""),
    )


def _approved(approval: Mapping[str, str] | None) -> str:
    return f"by the {approval['role']} on {words.cell(approval['at'][:10])}" if approval else ""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
