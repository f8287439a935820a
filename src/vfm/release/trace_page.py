"""The page that says of every figure of a release what it is made from: each number on the other pages leads here.

What many figures share is written once, and each of them leads to it: a formula, the methods and parameters of a
calculation, a raw file, and the rows that it is made from with what was corrected, what was left out and the entries
that it leans on: its evidence.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from vfm.release.trace import Passport, Released
from vfm.release.trace_words import correction, exclusion, plain, reviewer
from vfm.report import pages
from vfm.report.pages import About

SHOWN = 3  # rows of one file that are shown where they are no more
EVIDENCE = ("rows", "given", "corrections", "exclusions", "leans_on")

Told = dict[str, Any]


def page(released: Released, about: About, names: Iterable[str], *, root: str = "") -> str:
    """A page of the passports of some figures.

    Parameters
    ----------
    names : of the figures, as passports.json calls them
    root : the way from the page to the top of the release
    """
    made = released.shared["figures"]
    passports = [released.passport(name) | {"figure": name, "shares": _shares(made[name])} for name in names]
    evidence: dict[str, Passport] = {}
    methods: dict[str, Told] = {}
    calculations: dict[str, Told] = {}
    for one in passports:
        evidence.setdefault(one["shares"], one)
        calculations.setdefault(_calculated(one), _calculation(one))
        if one["formula"]["method"]:
            methods.setdefault(one["formula"]["method"], one["formula"])
    places: dict[str, int] = {}
    shown = [_evidence(one, places) for one in evidence.values()]
    figures = [_figure(one, list(evidence), list(methods), list(calculations)) for one in passports]
    files = {held["file"]: held for one in passports for held in one["rows"] if held["file"]}
    parameters = {(p["name"], p["value"]): p for one in passports for p in one["parameters"]}
    return pages.trace_page(
        about,
        root=root,
        code={"hash": released.described["code"], "commit": released.described.get("commit", "")},
        reviewer=reviewer(released.described.get("approval")),
        notebooks=[
            {"name": name, "figures": [one for one in figures if one["made_by"]["notebook"] == name]}
            for name in dict.fromkeys(one["made_by"]["notebook"] for one in figures)
        ],
        evidence=shown,
        methods=list(methods.values()),
        calculations=list(calculations.values()),
        parameters=[parameters[key] for key in sorted(parameters)],
        files=[{"name": file, "place": place, **files[file]} for file, place in places.items()],
    )


def _shares(made: Mapping[str, Any]) -> str:
    """What figures with the same evidence have in common, as passports.json has it."""
    return repr([made["rows"], made["given"], made["exclusions"], made["leans_on"]])


def _evidence(passport: Passport, places: dict[str, int]) -> Told:
    rows = [
        {
            **held,
            "place": places.setdefault(held["file"], len(places) + 1) if held["file"] else 0,
            "shown": [_stated(row) for row in held["stated"]] if len(held["stated"]) <= SHOWN else [],
        }
        for held in passport["rows"]
    ]
    return {
        "rows": rows,
        "given": passport["given"],
        "corrected": [correction(one) for one in passport["corrections"]],
        "excluded": [exclusion(one) for one in passport["exclusions"]],
        "leans_on": passport["leans_on"],
    }


def _stated(row: Told) -> dict[str, str]:
    values = "".join(f", {name} {plain(value)}" for name, value in row["values"].items())
    return {"said": f"{row['key']}{values}", "source": row["source"]}


def _calculated(passport: Passport) -> str:
    return repr([passport["made_by"]["functions"], passport["parameters"]])


def _calculation(passport: Passport) -> Told:
    functions = [name.removeprefix("vfm.analysis.") for name in passport["made_by"]["functions"]]
    return {"methods": functions, "parameters": [f"{one['name']} = {one['value']}" for one in passport["parameters"]]}


def _figure(passport: Passport, evidence: list[str], methods: list[str], calculations: list[str]) -> Told:
    kept = {name: value for name, value in passport.items() if name not in EVIDENCE}
    return kept | {
        "evidence": evidence.index(passport["shares"]) + 1,
        "tables": list(dict.fromkeys(held["table"] for held in passport["rows"])),
        "place": methods.index(passport["formula"]["method"]) + 1 if passport["formula"]["method"] else 0,
        "calculation": calculations.index(_calculated(passport)) + 1,
    }
