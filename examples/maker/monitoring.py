"""Invented monitoring returns of two quarters, as providers send them, and the register of when they came in."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from maker import chance
from maker.files import Rows, csv_text, filled, ods, write_csv
from maker.register import Places, Service
from vfm.data.places import read_place
from vfm.data.returns import RETURN
from vfm.data.template import write_template
from vfm.vocabulary.periods import Quarter

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "raw"
QUARTERS = (Quarter.parse("2019-20-Q3"), Quarter.parse("2019-20-Q4"))
OUTCOMES = {
    "violence_reduction": ("Lower risk", "Feeling safer"),
    "youth": ("In education or work", "Better wellbeing"),
    "vawg": ("Feeling safer", "Better wellbeing"),
    "victims": ("Better wellbeing", "Satisfied with the service"),
    "reoffending": ("Offended again", "Lower risk"),
    "crime_prevention": ("Feeling safer",),
    "hate_crime": ("Satisfied with the service", "Feeling safer"),
}
SEASON = {"youth": (1.06, 0.92), "violence_reduction": (1.04, 0.95), "vawg": (0.95, 1.08)}
WITHOUT_OUTCOMES = 8  # no one has achieved one
TRAINING = 16  # trains professionals and has no outcomes of people
SMALL = (12, 19)  # small enough that a count may be 0 or 1
AS_ODS, AS_CSV = (6, 15), (4, 17)
MISSING = {(20, "2019-20-Q4")}  # not yet in; the faulty ones in `faults` are attempts at it
LATE = {(5, "2019-20-Q3"): 19, (11, "2019-20-Q4"): 12}  # days after it was due
REVISED = {(3, "2019-20-Q3"): "xlsx", (14, "2019-20-Q4"): "ods"}
Sheets = dict[str, list[list[Any]]]


def write(raw: Path, places: Places, services: Sequence[Service]) -> None:
    """Write every return, and receipts.csv."""
    receipts: list[tuple[str, date, date, str | None]] = []
    for service in services:
        random = np.random.default_rng([*chance("returns").integers(0, 2**31, 4).tolist(), service.number])
        for place, quarter in enumerate(QUARTERS):
            sheets = invented(service, quarter, place, places, random)
            if (service.number, str(quarter)) not in MISSING:
                receipts += _send(raw, service, quarter, sheets, random)
    write_csv(raw / "receipts.csv", ("file", "received", "due", "replaces"), sorted(receipts, key=lambda row: row[0]))


def _send(
    raw: Path, service: Service, quarter: Quarter, sheets: Sheets, random: np.random.Generator
) -> list[tuple[str, date, date, str | None]]:
    """Write a return as its provider sends it, and what comes instead of it; give their receipts."""
    key = (service.number, str(quarter))
    folder = raw / "returns" / str(quarter)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"vfm-return-{quarter}-{service.key}"
    due = quarter.end + timedelta(days=31 if quarter.number == 3 else 30)
    received = due + timedelta(days=LATE.get(key, -int(random.integers(1, 20))))
    first = _slipped(sheets) if key in REVISED else sheets
    form = "csv" if service.number in AS_CSV else "ods" if service.number in AS_ODS else "xlsx"
    names = _write(folder, name, form, first, template(raw, quarter, service))
    receipts = [(f"returns/{quarter}/{one}", received, due, None) for one in names]
    if key in REVISED:
        (newer,) = _write(folder, f"{name}-revised", REVISED[key], sheets, template(raw, quarter, service))
        later = received + timedelta(days=9)
        receipts.append((f"returns/{quarter}/{newer}", later, max(due, later), f"returns/{quarter}/{names[0]}"))
    return receipts


def _write(folder: Path, name: str, form: str, sheets: Sheets, blank: bytes) -> list[str]:
    if form == "csv":  # a file holds one sheet
        for sheet, rows in sheets.items():
            (folder / f"{name}-{sheet.lower()}.csv").write_bytes(csv_text(with_heading(sheet, rows)).encode())
        return [f"{name}-{sheet.lower()}.csv" for sheet in sheets]
    content = blank if form == "xlsx" else b""
    with tempfile.TemporaryDirectory() as held:
        if form == "xlsx":
            (Path(held) / "template.xlsx").write_bytes(content)
            content = filled(Path(held) / "template.xlsx", sheets)
        else:
            content = ods({sheet: with_heading(sheet, rows) for sheet, rows in sheets.items()})
    (folder / f"{name}.{form}").write_bytes(content)
    return [f"{name}.{form}"]


def template(raw: Path, quarter: Quarter, service: Service) -> bytes:
    """The return that the project sends out for a service."""
    funded = set(pd.read_csv(raw / "published" / "borough_allocations.csv")["borough"])
    place = read_place(REFERENCE)
    by_name = tuple(sorted((area for area in place.areas if area.name in funded), key=lambda area: area.name))
    indicators = pd.read_csv(raw / "indicators.csv", keep_default_na=False)
    with tempfile.TemporaryDirectory() as held:
        path = Path(held) / "template.xlsx"
        write_template(path, quarter, service.name, place=replace(place, areas=by_name), indicators=indicators)
        return path.read_bytes()


def with_heading(sheet: str, rows: Rows) -> Rows:
    """The rows of a sheet under its heading."""
    return [list(RETURN[sheet].columns), *rows]


def _slipped(sheets: Sheets) -> Sheets:
    """The first version of a return that is revised later: one count has two digits the wrong way round."""
    first, *rest = sheets["Outputs"]
    count = 10 * (first[-1] % 10) + first[-1] // 10 % 10 + first[-1] // 100 * 100
    return sheets | {"Outputs": [[*first[:-1], count], *rest]}


def invented(service: Service, quarter: Quarter, place: int, places: Places, random: np.random.Generator) -> Sheets:
    """What a service reports of one quarter: money, then a funnel from those referred to those who were helped."""
    season = SEASON.get(service.theme, (1.0, 1.0))[place]
    people = sum(places.people.get(area, 9_000_000) for area in service.areas)
    sheets: Sheets = {"Spend": [], "Outputs": [], "Outcomes": []}
    for area in service.areas:
        share = places.people.get(area, 9_000_000) / people
        budget = service.yearly / 4 * share
        actual = budget * season * float(random.uniform(0.88, 1.03))
        sheets["Spend"] += [
            [service.name, area, "actual", round(actual, 2)],
            [service.name, area, "budget", round(budget, 2)],
        ]
        expected = budget / 900 * season
        if service.number in SMALL:
            expected = 2.0
        outputs, outcomes = _funnel(service, expected, random)
        sheets["Outputs"] += [[service.name, area, measure, count] for measure, count in outputs.items()]
        sheets["Outcomes"] += [[service.name, area, measure, *pair] for measure, pair in outcomes.items()]
    return sheets


def _funnel(
    service: Service, expected: float, random: np.random.Generator
) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    if service.number == TRAINING:
        return {"Professionals trained": int(random.poisson(expected)), "Sessions held": int(random.poisson(4))}, {}
    referred = int(random.poisson(expected))
    accepted = int(random.binomial(referred, 0.78))
    new = int(random.binomial(accepted, 0.85))
    engaged = new + int(random.poisson(expected * 0.5))
    outputs = {
        "Referrals received": referred,
        "Referrals accepted": accepted,
        "People new to the service": new,
        "People engaged": engaged,
        "Sessions held": int(random.poisson(engaged * 3.4)),
    }
    outcomes = {}
    for measure in OUTCOMES[service.theme]:
        assessed = int(random.binomial(engaged, 0.45))
        share = 0.0 if service.number == WITHOUT_OUTCOMES else {"Offended again": 0.28}.get(measure, 0.58)
        outcomes[measure] = (int(random.binomial(assessed, share)), assessed)
    return outputs, outcomes
