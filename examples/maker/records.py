"""Invented case records, with one effect built in: see README.md."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from maker import chance
from maker.files import write_csv
from maker.register import STARTED_LATER, Places, Service

EFFECT_ON_SCORE = 3.0  # points that a person gains more where the service has started by the day the case opens
CASES = 3000
FIRST, LAST = date(2016, 10, 1), date(2020, 3, 31)
COLUMNS = ("record_id", "person_id", "service", "area", "opened", "closed", "outcome_before", "outcome_after")


def write(folder: Path, places: Places, services: Sequence[Service]) -> None:
    """Write the records of borough services, in order of opening."""
    random = chance("records")
    starts = next(service.starts for service in services if service.number == STARTED_LATER)
    there = _services_by_area(services)
    areas = sorted(there)
    weights = np.array([places.people[area] for area in areas], dtype=float)
    opened = np.sort(random.integers(0, (LAST - FIRST).days - 45, CASES))
    people: list[tuple[str, str]] = []
    rows = []
    for number, day in enumerate(opened.tolist(), 1):
        again = people and random.random() < 0.08
        if again:
            person, area = people[int(random.integers(len(people)))]
        else:
            person, area = f"example-{len(people) + 1:06}", str(random.choice(areas, p=weights / weights.sum()))
            people.append((person, area))
        service = str(random.choice(there[area]))
        start = FIRST + timedelta(days=day)
        working = area in starts and starts[area] <= start
        rows.append([f"C{number:04}", person, service, area, start, *_course(random, start, working)])
    write_csv(folder / "contacts.csv", COLUMNS, rows)


def _services_by_area(services: Sequence[Service]) -> dict[str, list[str]]:
    borough = [service for service in services if len(service.areas) > 1 and service.number != STARTED_LATER]
    areas = sorted({area for service in borough for area in service.areas})
    return {area: [service.name for service in borough if area in service.areas] for area in areas}


def _course(random: np.random.Generator, start: date, working: bool) -> tuple[date | None, int, int | None]:
    """When a case closed, and its scores from 0 to 60 at the start and at closure; blank where they are not known."""
    before = _score(random.normal(26, 6))
    closed = start + timedelta(days=int(random.gamma(4, 30)) + 14)
    gain = 2 + 0.4 * (start - FIRST).days / 365 + EFFECT_ON_SCORE * working + random.normal(0, 5)
    if closed > LAST:
        return None, before, None
    return closed, before, None if random.random() < 0.08 else _score(before + gain)


def _score(value: float) -> int:
    return int(np.clip(np.rint(value), 0, 60))
