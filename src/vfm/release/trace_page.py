"""The page that says of every figure of a release what it is made from: each number on the other pages leads here."""

from collections.abc import Iterable
from typing import Any

from vfm.release.trace import Passport, Released
from vfm.release.trace_words import correction, exclusion, plain, reviewer
from vfm.report import pages
from vfm.report.pages import About

SHOWN = 3  # rows of one file that are shown where they are no more


def page(released: Released, about: About, names: Iterable[str], *, root: str = "") -> str:
    """A page of the passports of some figures.

    Parameters
    ----------
    names : of the figures, as passports.json calls them
    root : the way from the page to the top of the release
    """
    passports = [released.passport(name) | {"figure": name} for name in names]
    places: dict[str, int] = {}
    figures = [_shown(one, places) for one in passports]
    notebooks = dict.fromkeys(one["made_by"]["notebook"] for one in figures)
    files = {held["file"]: held for one in passports for held in one["rows"] if held["file"]}
    parameters = {(p["name"], p["value"]): p for one in passports for p in one["parameters"]}
    return pages.trace_page(
        about,
        root=root,
        code={"hash": released.described["code"], "commit": released.described.get("commit", "")},
        reviewer=reviewer(released.described.get("approval")),
        notebooks=[
            {"name": name, "figures": [one for one in figures if one["made_by"]["notebook"] == name]}
            for name in notebooks
        ],
        parameters=[parameters[key] for key in sorted(parameters)],
        files=[{"name": file, "place": place, **files[file]} for file, place in places.items()],
    )


def _stated(row: dict[str, Any]) -> dict[str, str]:
    values = "".join(f", {name} {plain(value)}" for name, value in row["values"].items())
    return {"said": f"{row['key']}{values}", "source": row["source"]}


def _shown(passport: Passport, places: dict[str, int]) -> dict[str, Any]:
    rows = [
        {
            **held,
            "place": places.setdefault(held["file"], len(places) + 1) if held["file"] else 0,
            "shown": [_stated(row) for row in held["stated"]] if len(held["stated"]) <= SHOWN else [],
        }
        for held in passport["rows"]
    ]
    methods = [name.removeprefix("vfm.analysis.") for name in passport["made_by"]["functions"]]
    return passport | {
        "rows": rows,
        "methods": ", ".join(methods),
        "corrected": [correction(one) for one in passport["corrections"]],
        "excluded": [exclusion(one) for one in passport["exclusions"]],
    }
