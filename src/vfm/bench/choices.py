"""What can be asked of a release with the controls: the measures, and what each control offers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from vfm.release.ask import AREAS, SERVICES, Sealed
from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.labels import slug

ALL = ""  # what a control says where it does not narrow anything
CASH, REAL = "cash, as paid", "in the prices of one year"
MONTHS = ("3 months", "6 months", "12 months")
YEARS = ("five years", "ten years")


@dataclass(frozen=True)
class Measure:
    """Something to look at: what it is called, and which controls it heeds."""

    key: str
    name: str
    heeds: tuple[str, ...]


MEASURES = {
    one.key: one
    for one in (
        Measure("services", "Services funded", ("theme", "service", "borough", "compare")),
        Measure("person", "Cost for each person", ("theme", "service", "prices")),
        Measure("outcome", "Cost for each outcome", ("theme", "service", "prices")),
        Measure("grant", "Average grant", ("theme", "service", "prices")),
        Measure("results", "Published results", ("theme", "service")),
        Measure("outcomes", "Outcomes that providers return", ("service", "borough")),
        Measure("money", "Money traced to boroughs", ("borough", "compare")),
        Measure("crime", "Recorded crime", ("borough", "compare", "period")),
        Measure("ending", "Money that ends soon", ("theme", "service", "period")),
        Measure("terms", "Length of awards", ("theme", "service")),
        Measure("budget", "The commissioning budget", ("prices",)),
        Measure("bidding", "Rounds of bidding", ()),
        Measure("formula", "Funding by the scenario's formula", ("borough", "compare")),
        Measure("worth", "Offences to prevent, to break even", ("theme", "service")),
    )
}


@dataclass(frozen=True)
class Choice:
    """What the controls say. A control that its measure does not heed is as if it said nothing."""

    measure: str = "services"
    theme: str = ALL
    service: str = ALL
    borough: str = ALL
    period: str = ALL
    prices: str = CASH
    compare: str = ALL

    @property
    def heeded(self) -> dict[str, str]:
        """What its measure goes by."""
        said = asdict(self)
        return {"measure": self.measure} | {name: said[name] for name in MEASURES[self.measure].heeds}


CONTROLS = tuple(one.name for one in fields(Choice) if one.name != "measure")


def options(sealed: Sealed, measure: str) -> dict[str, list[str]]:
    """What each control may say for a measure, the first being what it says at first."""
    boroughs = sorted(sealed.column(AREAS, "area"))
    needs_one = measure in {"crime", "outcomes", "money", "formula"}
    return {
        "theme": [ALL, *sorted(sealed.column(SERVICES, "theme"))],
        "service": [ALL, *sorted(sealed.column(SERVICES, "service"))],
        "borough": boroughs if needs_one else [ALL, *boroughs],
        "period": list(MONTHS[::-1] if measure == "ending" else YEARS[::-1]),
        "prices": [CASH, REAL],
        "compare": [sealed.place, *boroughs] if measure == "crime" else [ALL, *boroughs],
    }


def choose(sealed: Sealed, given: Mapping[str, str]) -> Choice:
    """The choice that some words make, as the release spells them; the first option stands for what is not given.

    Raises
    ------
    UsageError
        when there is no such control, measure, borough, service or theme: the nearest is suggested.
    """
    unknown = [name for name in given if name not in ("measure", *CONTROLS)]
    if unknown:
        near = suggestion(unknown[0], ["measure", *CONTROLS]) or f" There are measure, {', '.join(CONTROLS)}."
        raise UsageError(f'No control is called "{unknown[0]}".{near}')
    measure = given.get("measure", Choice.measure)
    if measure not in MEASURES:
        near = suggestion(measure, list(MEASURES)) or f" There are {', '.join(MEASURES)}."
        raise UsageError(f'No measure is called "{measure}".{near}')
    said = {name: offered[0] for name, offered in options(sealed, measure).items()}
    for name, offered in options(sealed, measure).items():
        if name in given:
            said[name] = _meant(name, given[name], offered)
    chosen = Choice(measure, **said)
    return replace(
        chosen, **{name: ALL for name in CONTROLS if name not in MEASURES[measure].heeds and name != "prices"}
    )


def _meant(name: str, said: str, offered: list[str]) -> str:
    meant = {slug(one) if one else ALL: one for one in offered}.get(slug(said) if said else ALL)
    if meant is None:
        hint = suggestion(said, offered) or f" There are {', '.join(one or 'all' for one in offered[:12])}."
        raise UsageError(f'No {name} is called "{said}".{hint}')
    return meant
