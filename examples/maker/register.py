"""The invented services, their awards, and what was published of them."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from maker import chance
from maker.files import write_csv

UNSERVED = ("City of London", "Kingston upon Thames", "Richmond upon Thames")
STARTS = (date(2017, 7, 1), date(2018, 1, 1), date(2018, 7, 1), date(2019, 1, 1))
STARTED_LATER = 7  # the service that began in half of the boroughs, a quarter of those on each day of STARTS
PAN_LONDON = (9, 18)
THEMES = ("violence_reduction", "youth", "vawg", "victims", "reoffending", "crime_prevention", "hate_crime")
TERMS = (12, 24, 12, 36, 12, 12, 0, 12, 48, 12, 24, 12, 36, 12, 24, 12, 12, 24, 12, 12)  # months, service by service
LONDON = "London"
# The notebooks that speak of the published record alone.
PUBLISHED_ALONE = (
    "10-spend-growth",
    "30-trend-effects",
    "40-value",
    "60-funding-formula",
    "65-formula-example",
    "70-bidding",
)
YEAR = date(2019, 4, 1)


@dataclass(frozen=True)
class Places:
    """The real boroughs: their codes and how many people live there (mid-2019)."""

    code: dict[str, str]
    people: dict[str, int]

    @property
    def served(self) -> list[str]:
        return [name for name in self.code if name not in UNSERVED]


@dataclass(frozen=True)
class Service:
    """An invented service: where it works, from when, and what it costs a year."""

    number: int
    theme: str
    starts: dict[str, date]  # area -> first day
    yearly: int

    @property
    def name(self) -> str:
        return f"Example service {self.number:02}"

    @property
    def key(self) -> str:
        return self.name.lower().replace(" ", "-")

    @property
    def areas(self) -> list[str]:
        return list(self.starts)


def read_places(reference: Path) -> Places:
    """Read the boroughs and their people from the project's own tables."""
    boroughs = pd.read_csv(reference / "reference" / "boroughs.csv")
    people = pd.read_csv(reference / "reference" / "population.csv")
    people = people[(people["series"] == "original") & (people["year"] == 2019)].set_index("gss_code")["population"]
    code = dict(zip(boroughs["borough"], boroughs["gss_code"], strict=True))
    return Places(code, {name: int(people[gss]) for name, gss in code.items()})


def services(places: Places) -> list[Service]:
    """The twenty services."""
    random = chance("services")
    made = []
    for number in range(1, 21):
        starts = _starts(number, places, random)
        people = sum(places.people.get(area, 9_000_000) for area in starts)
        a_head = random.uniform(0.06, 0.3) * (0.3 if number in PAN_LONDON else 1)
        theme = THEMES[(number - 1) % len(THEMES)]
        made.append(Service(number, theme, starts, int(round(a_head * people, -3))))
    return made


def _starts(number: int, places: Places, random: Any) -> dict[str, date]:
    if number in PAN_LONDON:
        return {LONDON: YEAR}
    if number == STARTED_LATER:
        chosen = random.permutation(places.served)[: 4 * len(STARTS)]
        return {str(name): STARTS[place // 4] for place, name in enumerate(chosen)}
    size = 4 if number == 20 else int(random.integers(4, 11))
    return {str(name): YEAR for name in sorted(random.permutation(places.served)[:size])}


def write(raw: Path, places: Places, made: Sequence[Service], *, indicators: Path) -> None:
    """Write every table of the register, and the measures as they are."""
    published = raw / "published"
    rows = [(s.key, s.name, None, s.theme, _scope(s), "Invented, to show the working.") for s in made]
    write_csv(raw / "services.csv", ("service_id", "name", "aliases", "theme", "scope", "note"), rows)
    write_csv(published / "awards.csv", AWARDS, _numbered(_awards(made)))
    for name, (heading, table) in _small_tables(places, made).items():
        write_csv(raw / name, heading, table)
    shutil.copyfile(indicators, raw / "indicators.csv")
    place = pd.read_csv(indicators.parent / "reference" / "place.csv", dtype=str)
    none = dict.fromkeys(("default_round", "default_round_service"), "")
    own = place.assign(**none, example_service=made[0].name, left_out="|".join(PUBLISHED_ALONE))
    write_csv(raw / "reference" / "place.csv", list(own.columns), own.fillna("").to_numpy().tolist())


def _scope(service: Service) -> str:
    return "pan-london" if service.number in PAN_LONDON else "borough"


def address(kind: str, number: int | str) -> str:
    """An address that no one can take for a real page."""
    return f"https://example.org/invented/{kind}/{number}"


# ---- awards

AWARDS = (
    "award_id",
    "decision_ref",
    "date_signed",
    "title",
    "service",
    "theme",
    "recipient",
    "recipient_type",
    "amount_gbp",
    "amount_precision",
    "role",
    "funder",
    "award_type",
    "route",
    "is_extension",
    "start_date",
    "end_date",
    "duration_months",
    "source_kind",
    "source_url",
    "note",
)
Award = dict[str, Any]


def _numbered(awards: Iterator[Award]) -> list[list[Any]]:
    rows = []
    for number, award in enumerate(awards, 1):
        known = {
            "award_id": f"E{number:03}",
            "decision_ref": f"Example decision {number:02}",
            "source_kind": "secondary" if number % 9 == 0 else "official",
            "source_url": address("decision", f"{number:02}"),
            "note": "Invented.",
        }
        rows.append([(known | award).get(name) for name in AWARDS])
    return rows


def _award(service: Service, title: str, pounds: float, months: int, start: date | None, **more: Any) -> Award:
    known = {
        "date_signed": start and start - timedelta(days=20 + 3 * service.number),
        "title": f"{service.name}: {title}",
        "service": service.name,
        "theme": service.theme,
        "recipient": f"Example provider {service.number:02}",
        "recipient_type": ("vcse", "contractor", "nhs", "multiple")[service.number % 4],
        "amount_gbp": int(round(pounds, -2)),
        "amount_precision": "as-published",
        "role": "component",
        "funder": "Example funder",
        "award_type": ("grant", "contract")[service.number % 2],
        "route": ("competitive", "single_tender", "unknown")[service.number % 3],
        "is_extension": False,
        "start_date": start,
        "end_date": start and _after(start, months),
        "duration_months": months,
    }
    return known | more


def _after(start: date, months: int) -> date:
    """The last day of so many months from the first day of one."""
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, 1) - timedelta(days=1)


EXTENDED = {"award_type": "extension", "route": "extension", "is_extension": True}


def _awards(made: Sequence[Service]) -> Iterator[Award]:
    random = chance("awards")
    for service in made:
        if service.number == STARTED_LATER:
            yield from _by_borough(service)
            continue
        months = TERMS[service.number - 1]
        start = date(2020 - max(1, months // 12), 4, 1)
        if service.number % 4 == 1:  # fewer of the early ones, as a search finds them
            yield _award(service, "earlier award", service.yearly * 0.8, 12, date(start.year - 1, 4, 1))
        unknown = {"amount_gbp": None, "amount_precision": "not-found"} if service.number == 13 else {}
        yield _award(service, "award", service.yearly * months / 12, months, start, **unknown)
        if service.number == len(made):  # the faulty returns are its attempts: what it holds is known to the pound
            continue
        if service.number % 5 == 0:
            yield _award(service, "extra places", service.yearly * 0.1, 6, date(2019, 10, 1), **EXTENDED)
        if service.number % 2 == 0:
            kept = 12 if service.number % 4 == 0 else 6
            share = float(random.uniform(0.4, 0.9)) * kept / 12
            yield _award(service, "extension", service.yearly * share, kept, date(2020, 4, 1), **EXTENDED)
        elif service.number % 3 == 0:
            yield _award(service, "next award", service.yearly, 12, date(2020, 4, 1))
    yield _award(made[0], "award without a date", made[0].yearly * 0.3, 12, None)
    yield _award(made[4], "award without a date", made[4].yearly * 0.2, 12, None)
    yield from _not_summed(made)


def _by_borough(service: Service) -> Iterator[Award]:
    for place, (area, start) in enumerate(service.starts.items()):
        months = (2020 - start.year) * 12 + 4 - start.month
        pounds = service.yearly / len(service.areas) * months / 12 * (0.9 + 0.2 * (place % 2))
        yield _award(service, area, pounds, months, start, recipient_type="borough", route="formula")


def _not_summed(made: Sequence[Service]) -> Iterator[Award]:
    """One award of each role that no sum may hold."""
    for role, service, share in (
        ("envelope", made[6], 1.1),
        ("superseded", made[1], 0.9),
        ("inside-another", made[3], 0.2),
        ("multi-funder", made[8], 2.0),
    ):
        pounds = service.yearly * share
        yield _award(service, role.replace("-", " "), pounds, 12, date(2019, 4, 1), role=role)


# ---- what was published, and what the project keeps itself

ORIGIN = ("source_kind", "source_url", "note")
RESULTS = (
    "result_id",
    "service",
    "period",
    "period_start",
    "period_end",
    "measure",
    "kind",
    "value",
    "precision",
    "denominator",
    "evidence",
    "stated_spend_gbp",
    *ORIGIN,
)
MATCHES = (
    "match_id",
    "result_id",
    "basis",
    "award_ids",
    "stated_pounds",
    "pounds_precision",
    "base_result_id",
    "counted",
    "denominator",
    "headline",
    "obstacle",
    "reason",
)
LOG = ("entry_id", "kind", "what", "effect", "reliability", "owner_role", "recorded", "sunset", "source")
COMPETITIONS = (
    "competition",
    "decision_ref",
    "opened",
    "closed",
    "decided",
    "bids",
    "funded",
    "asked_gbp",
    "granted_gbp",
    "granted_precision",
    "note",
)
ROUND = (
    "Example round",
    "Example decision 01",
    "2018-11",
    "2019-01",
    "2019-03",
    41,
    14,
    5_200_000,
    1_900_000,
    "as-published",
    "Invented.",
)
NOTHING: tuple[tuple[Any, ...], ...] = ()


def _small_tables(places: Places, made: Sequence[Service]) -> dict[str, tuple[Sequence[str], Any]]:
    results, matches = zip(*_results(made), strict=True)
    return {
        "published/budget.csv": (("period", "measure", "value_gbp", "precision", "rounded_to_gbp", *ORIGIN), BUDGET),
        "published/results.csv": (RESULTS, results),
        "published/borough_allocations.csv": (
            ("gss_code", "borough", "fund", "period", "amount_gbp", *ORIGIN),
            [
                (code, name, "Example fund", "2019/20", round(places.people[name] * 0.9, -2), *_origin("fund", code))
                for name, code in places.code.items()
                if name not in UNSERVED
            ],
        ),
        "published/competitions.csv": (
            COMPETITIONS,
            [ROUND],
        ),
        "published/application_form.csv": (
            ("block", "fields", "always_shown", "mandatory"),
            [("About the example provider", 12, 6, 9), ("About the example service", 20, 15, 16)],
        ),
        "published/stated_values.csv": (
            ("decision_ref", "what", "value", "stated_where"),
            [("Example decision 01", "Example decision 01, award", "as in awards.csv", "award line")],
        ),
        "matches.csv": (MATCHES, matches),
        "sums.csv": (("sum_id", "member", "table", "row_key", "rounded_to", "reason"), NOTHING),
        "corrections.csv": (
            ("file", "sheet", "row", "column", "from_value", "to_value", "reason", "owner_role", "recorded"),
            NOTHING,
        ),
        "log.csv": (LOG, [(*entry, *KEPT) for entry in ENTRIES]),
    }


def _origin(kind: str, number: int | str) -> tuple[str, str, str]:
    return "official", address(kind, number), "Invented."


BUDGET = [
    ("2018/19", "Example commissioning budget (total)", 8_200_000, "rounded", 100_000, *_origin("budget", "2018-19")),
    ("2019/20", "Example commissioning budget (total)", 9_100_000, "rounded", 100_000, *_origin("budget", "2019-20")),
]
KEPT = ("performance analyst", "2020-05-15", "2021-05-15", "examples/make.py")
ENTRIES = [
    (
        "everything-invented",
        "decision",
        "Illustrative: every service, provider, sum and count here is invented; boroughs and their people are real.",
        "Nothing here says anything of a real service, borough or commissioner.",
        "high",
    ),
    (
        "outcomes-invented",
        "decision",
        "Illustrative: recorded crime is invented too, so that an invented service never meets a real outcome.",
        "No change after an invented start is one that happened.",
        "high",
    ),
    (
        "decisions-found",
        "assumption",
        "Illustrative: more of the recent decisions are here than of the early ones, as if a search had found them.",
        "Sums and shares describe the invented decisions.",
        "high",
    ),
]


def _results(made: Sequence[Service]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Each result with the judgement on what it cost."""
    for number, (service, measure, kind, value, precision, evidence, money, judged) in enumerate(_told(made), 1):
        result = f"ER{number:02}"
        year = ("2018/19", "2018-04-01", "2019-03-31")
        told = [measure, kind, value, precision, None, evidence, money, *_origin("result", result)]
        about = {"match_id": f"{service.key}-{number}", "result_id": result, "headline": False} | judged
        about.setdefault("reason", "Invented, to show how a result and its money are matched.")
        yield [result, service.name, *year, *told], [about.get(name) for name in MATCHES]


STATED = {"basis": "stated-spend", "pounds_precision": "as-published"}


def _told(made: Sequence[Service]) -> Iterator[tuple[Any, ...]]:
    one, two, three, four, five, six, _, eight, nine, ten, eleven, *_ = made
    person = {"counted": "young person", "denominator": "person", "headline": True}
    yield one, "young people engaged", "output", 212, "as-published", "count", one.yearly * 0.8, STATED | person
    more = {"basis": "stated-elsewhere", "stated_pounds": two.yearly, "pounds_precision": "at-most"}
    yield two, "young people engaged", "output", 145, "as-published", "count", None, more | person
    yield three, "people engaged", "output", 300, "at-least", "count", three.yearly, STATED | person
    safer = {"counted": "person who felt safer", "denominator": "outcome"}
    yield four, "people who felt safer", "outcome", 61, "as-published", "not stated", four.yearly, STATED | safer
    grant = {"counted": "project", "denominator": "grant"}
    yield five, "projects funded", "output", 14, "as-published", "count", five.yearly, STATED | grant
    for service, obstacle, evidence, precision in (
        (six, "spend-not-published", "count", "as-published"),
        (eight, "self-report", "provider self-report", "as-published"),
        (nine, "shared-money", "count", "as-published"),
        (ten, "spend-not-published", "plan", "plan"),
        (eleven, "period-differs", "count", "as-published"),
    ):
        none = {"basis": "none", "obstacle": obstacle}
        yield service, "people engaged", "output", 40 + 9 * service.number, precision, evidence, None, none
