"""Invented recorded crime by borough and quarter, with one effect built in: see README.md."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from maker import chance
from maker.files import write_csv
from maker.register import STARTED_LATER, Places, Service
from vfm.vocabulary.periods import Quarter

EFFECT_ON_ROBBERY = 0.85  # robbery from the quarter in which the service starts, over what it would have been
FIRST, LAST = Quarter.parse("2016-17-Q1"), Quarter.parse("2019-20-Q4")
RATES = {  # offences a thousand people and quarter
    "arson_criminal_damage": 1.5,
    "burglary": 2.2,
    "drug_offences": 1.3,
    "historical_fraud_forgery": None,  # recorded no longer in these years
    "miscellaneous_crimes_against_society": 0.3,
    "possession_of_weapons": 0.2,
    "public_order_offences": 1.4,
    "robbery": 1.0,
    "sexual_offences": 0.5,
    "theft": 5.8,
    "vehicle_offences": 3.0,
    "violence_against_the_person": 5.9,
}
SEASON = {1: 1.02, 2: 1.05, 3: 1.0, 4: 0.93}


def quarters(first: Quarter = FIRST) -> list[Quarter]:
    """The quarters from the first to LAST."""
    found = [first]
    while found[-1] < LAST:
        found.append(found[-1].next)
    return found


def write(folder: Path, places: Places, services: Sequence[Service]) -> None:
    """Write both tables of recorded crime; London's months add up to the boroughs' quarters."""
    random = chance("crime")
    starts = next(service.starts for service in services if service.number == STARTED_LATER)
    when = quarters()
    rows, months = [], np.zeros((len(when), 3, len(RATES)), dtype=int)
    for name, code in places.code.items():
        if name == "City of London":  # it has a police force of its own
            continue
        level = random.lognormal(0, 0.22, len(RATES))
        for place, quarter in enumerate(when):
            working = name in starts and starts[name] <= quarter.start
            counts = [
                _count(random, category, places.people[name] * own, place, quarter, working)
                for category, own in zip(RATES, level, strict=True)
            ]
            rows += [(code, name, str(quarter), *one) for one in _known(counts)]
            months[place] += np.array([random.multinomial(count or 0, [1 / 3] * 3) for count in counts]).T
    write_csv(folder / "recorded_crime_quarter.csv", ("gss_code", "borough", "quarter", "category", "count"), rows)
    by_month = [
        (_month(quarter, third), *one)
        for quarter, thirds in zip(when, months.tolist(), strict=True)
        for third, counts in enumerate(thirds)
        for one in _known(counts)
    ]
    write_csv(folder / "recorded_crime_month.csv", ("month", "category", "count"), by_month)


def _count(
    random: np.random.Generator, category: str, people: float, place: int, quarter: Quarter, working: bool
) -> int | None:
    rate = RATES[category]
    if rate is None:
        return None
    expected = people / 1000 * rate * SEASON[quarter.number] * 1.004**place
    if category == "robbery" and working:
        expected *= EFFECT_ON_ROBBERY
    return int(random.poisson(expected * random.gamma(200, 1 / 200)))


def _known(counts: Sequence[int | None]) -> list[tuple[str, int | None]]:
    """What was recorded, kind by kind."""
    return [(name, count) for name, count in zip(RATES, counts, strict=True) if RATES[name] is not None]


def _month(quarter: Quarter, third: int) -> str:
    return f"{quarter.start.year}-{quarter.start.month + third:02}"
