"""A passport as a person reads it: in the terminal, and in the sentences that the page has too."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vfm.release.trace import MOST_ROWS

WIDTH, LABEL = 110, 12
NO_ROW = "which of its rows is not recorded: the table is read as a whole"


def as_text(passports: Sequence[Mapping[str, Any]]) -> str:
    """One passport in full; of several, a line each."""
    if len(passports) > 1:
        lines = [f"{one['figure']}: {one['title']}{_is(one)}" for one in passports]
        return "\n".join([*lines, f"{len(lines)} figures: name one of them."]) + "\n"
    return "\n".join(_lines(passports[0])) + "\n"


def parts(passport: Mapping[str, Any]) -> dict[str, list[str]]:
    """A passport part by part, each in sentences; a part that is empty says so."""
    made_by, code = passport["made_by"], passport["code"]
    methods = ", ".join(name.removeprefix("vfm.analysis.") for name in made_by["functions"])
    return {
        "value": [_value(passport)],
        "release": [f"{passport['release']}, facts up to {passport['as_of']}"],
        "formula": _formula(passport["formula"]),
        "made by": [f"{made_by['page']}", *([f"methods, in vfm.analysis: {methods}"] if methods else [])],
        "code": [f"hash {code['hash']}", f"commit {code['commit'] or 'not recorded'}"],
        "parameters": [_parameter(one) for one in passport["parameters"]] or ["none"],
        "rows": [line for one in passport["rows"] for line in _rows(one)] or ["none: no table is read"],
        "given": [f"{', '.join(passport['given'])}: to the same calculation; this formula does not read them"]
        if passport["given"]
        else [],
        "corrections": [correction(one) for one in passport["corrections"]] or ["none of these rows was corrected"],
        "exclusions": [exclusion(one) for one in passport["exclusions"]] or ["none"],
        "leans on": [f"{one['entry_id']} ({one['kind']}): {one['what']}" for one in passport["leans_on"]]
        or ["nothing"],
        "reviewer": [reviewer(passport["reviewer"])],
    }


def _lines(passport: Mapping[str, Any]) -> Iterator[str]:
    yield f"{passport['figure']}: {passport['title']}"
    for name, sentences in parts(passport).items():
        for place, sentence in enumerate(sentences):
            label = name if place == 0 else ""
            yield textwrap.fill(
                f"  {label:<{LABEL}}{sentence}",
                WIDTH,
                subsequent_indent=" " * (LABEL + 4),
                break_long_words=False,
                break_on_hyphens=False,
            )


def _is(passport: Mapping[str, Any]) -> str:
    return f": {passport['text']}" if passport["kind"] == "number" else f" ({passport['kind']})"


def _value(passport: Mapping[str, Any]) -> str:
    if passport["kind"] != "number":
        return f"a {passport['kind']}: {passport['period']}, {passport['status']}. Source: {passport['sources']}"
    interval = f" ({passport['range']})" if passport["range"] else ", no interval"
    about = f"{passport['unit']}, {passport['period']}, {passport['status']}. Source: {passport['source']}"
    return f"{passport['text']}{'' if passport['value'] is None else interval}; {about}"


def _formula(formula: Mapping[str, str]) -> list[str]:
    if not formula["method"]:
        return ["each cell says its own, or is a count or a value of the rows below"]
    if "formula" not in formula:
        return [f"{formula['method']} (release/methods.csv does not spell it out)"]
    return [formula["formula"], f"method: {formula['method']}", f"source of the formula: {formula['source']}"]


def _parameter(one: Mapping[str, str]) -> str:
    about = f": {one['what']}. Source: {one['source']}; {one['date']}" if "what" in one else ""
    return f"{one['name']} = {one['value']}{about}"


def _rows(held: Mapping[str, Any]) -> Iterator[str]:
    if not held["file"]:
        why = "has no rows: nothing came in" if held["rows"] == "" else "is made as the release is: it has no raw file"
        yield f"table {held['table']} {why}"
        return
    counted = f"{held['count']} row{'' if held['count'] == 1 else 's'}"
    which = NO_ROW if held["rows"] is None else f"row{'' if held['count'] == 1 else 's'} {held['rows']} ({counted})"
    yield f"{held['file']}, {which}, as table {held['table']}; sha256 {held.get('sha256', 'not recorded')}"
    for one in held["stated"][:MOST_ROWS]:
        values = ", ".join(f"{name} {plain(value)}" for name, value in one["values"].items()) or "no number"
        yield f"    row {one['row']}: {one['key']}; {values}{'; ' + one['source'] if one['source'] else ''}"
    if len(held["stated"]) > MOST_ROWS:
        yield f"    and {len(held['stated']) - MOST_ROWS} more rows (--json lists all)"


def plain(value: float | str) -> str:
    """A value of a raw row: a number with commas, anything else as it stands."""
    return value if isinstance(value, str) else f"{value:,.12g}"


def correction(one: Mapping[str, str]) -> str:
    """A correction in a sentence: where, what stands there, what is read and why."""
    return (
        f'{one["file"]}, row {one["row"]}, {one["column"]}: "{one["from_value"]}" read as "{one["to_value"]}"; '
        f"{one['reason']} ({one['owner_role']}, {one['recorded']})"
    )


def exclusion(one: Mapping[str, str]) -> str:
    """What was left out, how many rows and how many pounds."""
    pounds = f"£{float(one['pounds']):,.0f}" if one["pounds"] else "pounds not known"
    rows = f"{float(one['rows']):,.0f} rows" if one["rows"] else "rows not counted"
    return f"{one['entry_id']}: {one['what']}; {rows}, {pounds}. {one['effect']}"


def reviewer(approval: Mapping[str, str] | None) -> str:
    """Which role approved, when and over what."""
    if not approval:
        return "not approved"
    says = f". {approval['says']}" if "says" in approval else ""
    return f"approved by the {approval['role']}, {approval['at']}, over {approval['hash']}{says}"
