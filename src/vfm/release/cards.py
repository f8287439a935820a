"""Question cards: a committee's questions, each with the figures of a release that answer it (cards.json)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vfm.analysis.formula_need import INDICATORS
from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.labels import slug
from vfm.vocabulary.place import Place

CARDS = "cards.json"
MOST_MONTHS = 12  # the release lists the awards that end in the year after its quarter
MOST_TIMES = 100

Known = Mapping[str, Sequence[str]]  # the kind of a parameter -> the names that a release knows


@dataclass(frozen=True)
class Card:
    """A question in a committee's words.

    Parameters
    ----------
    parameters : name -> what it is where nobody says; a borough and a service are the example of the place
    numbers : ids of the figures that answer; ``{borough}`` in one is the borough as ids write it
    tables : what is read of each table or chart: `figure`; `columns`, all where none; and which rows, by `where` a
        column is what a parameter says, by the `theme` of their service, or `until` so many months after the quarter
    limits : what the answer does not say
    view : what the controls of the bench are set to with it
    recompute : what is worked out again under an assumption of the asker's, which makes the answer a scenario
    """

    card: str
    question: str
    parameters: Mapping[str, str]
    numbers: Sequence[str]
    tables: Sequence[Mapping[str, Any]]
    limits: Sequence[str]
    view: Mapping[str, str]
    recompute: str = ""

    @property
    def answers(self) -> str:
        """How it is answered: from the release, or as a scenario."""
        return "scenario" if self.recompute else "release"

    def asked(self, given: Mapping[str, str]) -> str:
        """The question with its parameters in their places."""
        return self.question.format(**given)

    def as_record(self) -> dict[str, Any]:
        """The card as a list of cards has it."""
        return {
            "card": self.card,
            "question": self.asked(self.parameters),
            "parameters": dict(self.parameters),
            "answers": self.answers,
        }


@cache
def cards(place: Place) -> dict[str, Card]:
    """Every card by its name."""
    records = json.loads(files("vfm.release").joinpath(CARDS).read_text(encoding="utf-8"))
    examples = {"borough": place.example_borough, "service": place.example_service}
    for record in records:
        record["parameters"] = {name: own or examples[name] for name, own in record["parameters"].items()}
    return {record["card"]: Card(**record) for record in records}


def card_named(name: str, place: Place) -> Card:
    """The card of that name; an unknown one is a `UsageError` that names the nearest."""
    known = cards(place)
    if name not in known:
        hint = suggestion(name, list(known)) or " vfm ask lists them."
        raise UsageError(f'There is no card "{name}".{hint}')
    return known[name]


def parameters_of(card: Card, given: Mapping[str, str], known: Known) -> dict[str, str]:
    """The parameters of an answer: those given, as the release spells them, and the card's own for the others.

    Raises
    ------
    UsageError
        when the card has no such parameter, or the release no such name: the nearest is suggested.
    """
    for name in given:
        if name not in card.parameters:
            there = f" It has {', '.join(card.parameters)}." if card.parameters else " It has none."
            hint = suggestion(name, list(card.parameters)) or there
            raise UsageError(f'The card {card.card} has no parameter "{name}".{hint}')
    return {name: _checked(name, given.get(name, own), known) for name, own in card.parameters.items()}


def _checked(name: str, value: str, known: Known) -> str:
    if name == "months":
        if not (value.isdecimal() and 1 <= int(value) <= MOST_MONTHS):
            raise UsageError(f'months="{value}" is not a whole number from 1 to {MOST_MONTHS}.')
        return str(int(value))
    if name == "times":
        try:
            times = float(value)
        except ValueError:
            times = -1
        if not 0 <= times <= MOST_TIMES:
            raise UsageError(f'times="{value}" is not a number from 0 to {MOST_TIMES}, such as 2 or 0.5.')
        return f"{times:g}"
    names = list(INDICATORS) if name == "indicator" else known[name]
    meant = {slug(one): one for one in names}.get(slug(value))
    if meant is None:
        hint = suggestion(value, names) or (f" There are {', '.join(names)}." if len(names) <= MOST_MONTHS else "")
        raise UsageError(f'No {name} is called "{value}".{hint}')
    return meant
