"""An invented place: another name, other boroughs, police, services, measures and weights, in the same tables."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from maker import catalogue, chance
from maker.assumed import HEADING
from maker.crime import SEASON, quarters
from maker.files import write_csv
from maker.register import AWARDS, COMPETITIONS, LOG, MATCHES, ORIGIN, RESULTS, address
from vfm.data import schemas
from vfm.vocabulary.labels import slug
from vfm.vocabulary.periods import Quarter

PLACE = {
    "gss_code": "X12000001",  # no letter of a real code
    "name": "Northmere",
    "resident": "resident",
    "residents": "residents",
    "commissioner": "Northmere Safety Commissioner",
    "short": "NSC",
    "police": "Northmere Constabulary",
    "council": "Council of",
    "unrecorded": "its crime is recorded by the Harbour Police, which is not among the figures here",
    "beyond": "Northmere Ferry Port",
    "default_borough": "X09000002",
    "default_explain": "X09000003",
    "default_round": "Northmere round",
    "default_round_service": "safe-nights",
    "example_borough": "Brackenford",
    "example_service": "Open Door Northmere",
    "left_out": "35-effects-example|45-value-example|60-funding-formula",
}
HARBOUR = "Harbour Police"
BOROUGHS = (  # code, name, people in 2019, score of deprivation, force, row and column on the map
    ("X09000001", "Alderwick", 84_200, 18.4, PLACE["police"], 1, 1),
    ("X09000002", "Brackenford", 131_500, 31.2, PLACE["police"], 1, 2),
    ("X09000003", "Coldharrow", 97_800, 24.9, PLACE["police"], 2, 1),
    ("X09000004", "Duneside", 61_300, 38.6, PLACE["police"], 2, 2),
    ("X09000005", "Old Harbour", 5_400, 12.1, HARBOUR, 2, 3),
)
CRIMES = (  # kind, offences a thousand people and quarter, last quarter, counted as, place among those compared
    ("violence_and_threats", 6.4, None, "violence", 1),
    ("serious_violence", 0.4, None, "violence", None),
    ("breaking_in", 2.5, None, "other", 2),
    ("taking_without_right", 8.2, None, "other", None),
    ("damage_and_nuisance", 2.9, None, "other", None),
    ("unlicensed_dogs", 0.3, "2014-15-Q4", "other", None),
)
SERVICES = (  # key, name, theme, scope, pounds a year, boroughs by name
    ("open-door", "Open Door Northmere", "victims", "whole-place", 420_000, ()),
    ("safe-nights", "Safe Nights", "violence_reduction", "borough", 180_000, ("Alderwick", "Brackenford")),
    ("moor-lane", "Moor Lane Mentors", "youth", "borough", 95_000, ("Brackenford", "Coldharrow")),
    ("steady-steps", "Steady Steps", "reoffending", "not-stated", 140_000, ()),
    ("harbour-watch", "Harbour Watch", "crime_prevention", "borough", 60_000, ("Duneside",)),
)
MEASURES = (
    ("people-helped", "People helped", "output", "people", "up", "People who took part at least once.", None, None),
    (
        *("feeling-safer", "Feeling safer", "outcome", "people", "up", "People who say that they feel safer."),
        *("those who say so", "those who were asked"),
    ),
)
WEIGHTS = {"people": 0.4, "violence": 0.3, "other-crime": 0.1, "deprivation": 0.2}
FORMULA = (
    (
        "formula-budget",
        "Pounds that the formula of the example shares out in a year",
        1_200_000,
        1_000_000,
        1_400_000,
        "£",
    ),
    *(
        (f"formula-weight-{name}", f"Weight of {name} in the funding formula", weight, 0, 1, "proportion")
        for name, weight in WEIGHTS.items()
    ),
)
BIDDING = (
    ("bid-hours", "Hours that one bid takes", 12, 6, 40, "hours"),
    ("bid-hours-up-to", "Largest mean award of a round that the hours are for", 150_000, 150_000, 150_000, "£"),
    ("bid-hour-cost", "Cost of an hour of those who write a bid", 18, 15, 25, "£ per hour"),
    ("bid-form-share", "Share of the hours of a bid that goes into filling in fields", 0.4, 0.2, 0.6, "proportion"),
    ("bid-longer-bids", "Bids to a round of longer funding, for each bid to one as it is", 1, 1, 1.2, "ratio"),
)
INVENTED, KEPT = "Illustrative: invented", ("performance analyst", "2020-05-15", "2021-05-15")
FOUND = (  # key, service, what, output or outcome, how many, counted, for each, pounds
    ("NR1", "Open Door Northmere", "people helped", "output", 1_400, "person", "person", 420_000),
    ("NR2", "Safe Nights", "people who feel safer", "outcome", 310, "person who feels safer", "outcome", 180_000),
    ("NR3", "Moor Lane Mentors", "projects paid for", "output", 12, "grant", "grant", 95_000),
)
QUARTER, FIRST = "2019-20-Q4", Quarter.parse("2010-11-Q1")
CHANGED, MORE_RECORDED = Quarter.parse("2014-15-Q1"), 1.3  # violence as recorded from then on, over what it was
ORIGIN_OF_ALL = ("official", address("northmere", "all"), "Invented.")
YEARS = range(2010, 2021)


def write(raw: Path) -> None:
    """Write every table of the place, and what its providers sent."""
    shutil.rmtree(raw, ignore_errors=True)
    for name, rows in _tables().items():
        heading = rows[0] if rows else list(schemas.RAW[Path(name).stem].columns)
        write_csv(raw / name, heading, rows[1:])
    _returns(raw / "returns" / QUARTER)
    catalogue.write(raw, title="Illustrative: an invented place", reference="../../../data/raw")


def _tables() -> dict[str, list[Any]]:
    named = [(code, name) for code, name, *_ in BOROUGHS]
    return {
        "reference/place.csv": [tuple(PLACE), tuple(PLACE.values())],
        "reference/recommendations.csv": [],
        "reference/boroughs.csv": [
            ("gss_code", "borough", "short_code", "bcu_code", "bcu_name", "inner_outer", "policed_by", "region_code"),
            *((*one[:2], one[1][:3].upper(), None, None, None, one[4], PLACE["gss_code"]) for one in BOROUGHS),
        ],
        "reference/tile_grid.csv": [("gss_code", "borough", "row", "col"), *((*one[:2], *one[5:]) for one in BOROUGHS)],
        "reference/postcode_districts.csv": [
            ("district", "gss_code", "borough", "postcodes", "postcodes_in_district"),
            *((f"XN{number}", code, name, 900, 1_000) for number, (code, name) in enumerate(named, 1)),
        ],
        "reference/deprivation.csv": [
            ("gss_code", "borough", "imd_year", "domain", "average_score"),
            *((code, name, 2015, "imd", score) for code, name, _, score, *_ in BOROUGHS),
        ],
        "reference/population.csv": [
            ("series", "gss_code", "borough", "year", "population"),
            *(("original", code, name, year, _people(now, year)) for code, name, now, *_ in BOROUGHS for year in YEARS),
            *(
                ("original", PLACE["gss_code"], PLACE["name"], year, sum(_people(one[2], year) for one in BOROUGHS))
                for year in YEARS
            ),
        ],
        **_crime(),
        "services.csv": [
            ("service_id", "name", "aliases", "theme", "scope", "note"),
            *((key, name, None, theme, scope, INVENTED) for key, name, theme, scope, *_ in SERVICES),
        ],
        "indicators.csv": [
            tuple(schemas.RAW["indicators"].columns),
            *(
                (key, name, kind, unit, "in the quarter", way, means, above, below, "each quarter")
                for key, name, kind, unit, way, means, above, below in MEASURES
            ),
        ],
        "published/awards.csv": [AWARDS, *_awards()],
        "published/budget.csv": [
            ("period", "measure", "value_gbp", "precision", "rounded_to_gbp", *ORIGIN),
            *(
                (year, f"{PLACE['short']} commissioning budget (total)", pounds, "rounded", 100_000, *ORIGIN_OF_ALL)
                for year, pounds in (("2012/13", 900_000), ("2019/20", 1_400_000))
            ),
        ],
        "published/borough_allocations.csv": [
            ("gss_code", "borough", "fund", "period", "amount_gbp", *ORIGIN),
            *((code, name, "Northmere fund", "2019/20", 50_000, *ORIGIN_OF_ALL) for code, name in named[:4]),
        ],
        "published/results.csv": [RESULTS, *(_result(*one) for one in FOUND)],
        "matches.csv": [MATCHES, *(_match(*one) for one in FOUND)],
        "published/competitions.csv": [
            COMPETITIONS,
            (
                "Northmere round",
                "ND1",
                "2018-11",
                "2019-01",
                "2019-03",
                9,
                4,
                900_000,
                500_000,
                "as-published",
                INVENTED,
            ),
        ],
        "published/application_form.csv": [
            ("block", "fields", "always_shown", "mandatory"),
            ("About the provider", 10, 8, 8),
        ],
        "published/stated_values.csv": [
            ("decision_ref", "what", "value", "stated_where"),
            ("ND1", "ND1", "as said", "page"),
        ],
        "assumptions.csv": [HEADING, *((*one, INVENTED, *KEPT) for one in (*FORMULA, *BIDDING))],
        "log.csv": [
            LOG,
            (
                "everything-invented",
                "decision",
                "Illustrative: the place and all that is said of it are invented.",
                "Nothing here says anything of a real place.",
                "high",
                *KEPT,
                "examples/make.py",
            ),
            (
                "recording-changed",
                "data issue",
                "From April 2014 more of the violence that there was has been recorded, which is not more violence.",
                "No trend across that month is one of violence.",
                "high",
                *KEPT,
                "examples/make.py",
            ),
        ],
        **{name: [] for name in ("sums.csv", "corrections.csv", "receipts.csv")},
    }


def _result(*of: Any) -> list[Any]:
    key, service, what, kind, number, _, _, pounds = of
    told = {
        "result_id": key,
        "service": service,
        "period": "2018/19",
        "period_start": "2018-04-01",
        "period_end": "2019-03-31",
        "measure": what,
        "kind": kind,
        "value": number,
        "precision": "as-published",
        "evidence": "count",
        "stated_spend_gbp": pounds,
        **dict(zip(ORIGIN, ORIGIN_OF_ALL, strict=True)),
    }
    return [told.get(column) for column in RESULTS]


def _match(*of: Any) -> list[Any]:
    key, service, _, _, _, counted, each, _ = of
    told = {
        "match_id": f"{slug(service)}-2018-19",
        "result_id": key,
        "basis": "stated-spend",
        "pounds_precision": "as-published",
        "counted": counted,
        "denominator": each,
        "headline": True,
        "reason": INVENTED,
    }
    return [told.get(column) for column in MATCHES]


def _people(now: int, year: int) -> int:
    return round(now * (1 + 0.006 * (year - 2019)))


def _crime() -> dict[str, list[Any]]:
    random = chance("elsewhere")
    rows, months = [], dict[tuple[str, str], int]()
    for code, name, people, score, force, *_ in BOROUGHS:
        for quarter in [] if force == HARBOUR else quarters(FIRST):
            for kind, rate, last, *told in CRIMES:
                if last is None or quarter <= Quarter.parse(last):
                    more = MORE_RECORDED if told[0] == "violence" and quarter >= CHANGED else 1.0
                    count = int(random.poisson(people / 1000 * rate * more * SEASON[quarter.number] * score / 28))
                    rows.append((code, name, str(quarter), kind, count))
                    for third in range(3):
                        month = f"{quarter.start.year}-{quarter.start.month + third:02}"
                        had = months.get((month, kind), 0)
                        months[month, kind] = had + count // 3 + (third < count % 3)
    return {
        "reference/crime_kinds.csv": [
            ("category", "last_quarter", "counted_as", "compared"),
            *((kind, *told) for kind, _, *told in CRIMES),
        ],
        "reference/recorded_crime_quarter.csv": [("gss_code", "borough", "quarter", "category", "count"), *rows],
        "reference/recorded_crime_month.csv": [
            ("month", "category", "count"),
            *((*key, count) for key, count in sorted(months.items())),
        ],
    }


def _awards() -> Iterator[list[Any]]:
    number = 0
    for key, name, theme, scope, pounds, where in SERVICES:
        parts = [(area, f"{PLACE['council']} {area}") for area in where] or [("", f"{name} Trust")]
        for area, recipient in parts:
            for year, months in ((2018, 12), (2019, 24)) if key != "steady-steps" else ((2019, 12),):
                number += 1
                award = {
                    "award_id": f"N{number:02}",
                    "decision_ref": f"ND{number}",
                    "date_signed": date(year, 3, 1),
                    "title": f"{name}: {area or 'award'}",
                    "service": name,
                    "theme": theme,
                    "recipient": recipient,
                    "recipient_type": "borough" if area else "vcse",
                    "amount_gbp": round(pounds / len(parts) * months / 12),
                    "amount_precision": "as-published",
                    "role": "component",
                    "funder": PLACE["short"],
                    "award_type": "grant",
                    "route": "competitive" if scope == "borough" else "unknown",
                    "is_extension": False,
                    "start_date": date(year, 4, 1),
                    "end_date": date(year + months // 12, 3, 31),
                    "duration_months": months,
                    "source_kind": "official",
                    "source_url": address("northmere", number),
                    "note": "Invented.",
                }
                yield [award[column] for column in AWARDS]


def _returns(folder: Path) -> None:
    """A return of each of two services: one for two boroughs, and one for the whole."""
    random = chance("elsewhere-returns")
    for key, name, _, _, pounds, where in SERVICES[:2]:
        areas = where or (PLACE["name"],)
        helped = {area: int(random.integers(60, 140)) for area in areas}
        sheets = {
            "spend": [("service", "area", "basis", "amount")]
            + [(name, area, "actual", round(pounds / len(areas) / 4)) for area in areas],
            "outputs": [("service", "area", "measure", "count")]
            + [(name, area, "People helped", count) for area, count in helped.items()],
            "outcomes": [("service", "area", "measure", "achieved", "assessed")]
            + [(name, area, "Feeling safer", round(count * 0.6), round(count * 0.9)) for area, count in helped.items()],
        }
        for sheet, rows in sheets.items():
            write_csv(folder / f"vfm-return-{QUARTER}-{key}-{sheet}.csv", rows[0], rows[1:])
