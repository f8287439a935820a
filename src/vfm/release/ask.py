"""Answer a question card from a release alone: its numbers and tables, in its words, with a receipt.

Nothing is read but the files that the release has published, so what it hides stays hidden; each is held against the
seal before it is read. Only a scenario reads the processed tables, and no table of people's records.
"""

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.catalogue import sha256
from vfm.data.project import PUBLISHED, Project
from vfm.data.staging import whole
from vfm.release import find, manifest, trace_words
from vfm.release.cards import Card, card_named, parameters_of
from vfm.release.trace import PASSPORTS, Released, latest
from vfm.report import figures
from vfm.report.figures import Number, Shown
from vfm.vocabulary.errors import DataError, Problem
from vfm.vocabulary.labels import slug
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Status

AREAS, SERVICES = "register-areas", "register-services"
NUMBERS, LOG = "numbers.json", "log.csv"
COMES_WITH = {"table": "tables", "chart": "charts"}


@dataclass(frozen=True)
class Told:
    """A table of the release as an answer shows it: its cells in words, under its headings, with its notes."""

    figure_id: str
    title: str
    period: str
    status: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str
    sources: str
    reason: str = ""  # why there are no rows


@dataclass(frozen=True)
class Answer:
    """What a card answers, and the receipt by which it can be checked and had again."""

    card: str
    question: str
    parameters: Mapping[str, str]
    status: Status
    numbers: tuple[Number, ...]
    tables: tuple[Told, ...]
    limits: tuple[str, ...]
    caveats: tuple[str, ...]
    receipt: Mapping[str, Any]

    def as_json(self) -> str:
        """Everything, as JSON."""
        said = asdict(self) | {"numbers": [asdict(one) | {"text": one.text} for one in self.numbers]}
        return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


class Sealed:
    """The files of a release, each held against the seal as it is read; `read` says which were, with their hashes."""

    def __init__(self, folder: Path):
        self.folder, self.described = folder, manifest.read(folder)
        self.name = find.name_of(self.described)
        self.read: dict[str, str] = {}

    @cached_property
    def content_hash(self) -> str:
        """The hash of what the release is made from and holds."""
        return manifest.content_hash(self.described)

    @property
    def place(self) -> str:
        """The name of the place that it is about."""
        name: str = self.described.get("place", {}).get("name", "the whole area")  # earlier ones do not say
        return name

    @property
    def quarter(self) -> Quarter:
        return Quarter.parse(self.described["quarter"])

    @cached_property
    def numbers(self) -> dict[str, Number]:
        self._check(NUMBERS)
        return figures.read_numbers(self.folder)

    def shown(self, figure_id: str) -> tuple[Shown, pd.DataFrame] | None:
        """A table, or the data of a chart, as it was published; None where the release has none of that id."""
        for place in COMES_WITH.values():
            name = f"{place}/{figure_id}"
            if f"{name}.csv" in self.described["outputs"]:
                self._check(f"{name}.json")
                self._check(f"{name}.csv")
                shown = figures.read_one(self.folder / f"{name}.json")
                return shown, figures.read_data(self.folder / f"{name}.csv", shown)
        return None

    def column(self, figure_id: str, name: str) -> list[str]:
        """One column of a table that every card with names needs."""
        found = self.shown(figure_id)
        if found is None:
            raise DataError(
                f"{self.name} was released before there were figures of boroughs and services: it has no {figure_id}. "
                "Name a later release (--release), or run vfm refresh and publish it again."
            )
        return list(dict.fromkeys(found[1][name]))

    def rests_on(self, ids: list[str]) -> Iterator[str]:
        """What the log says that these figures rest on and leave out, each once."""
        if PASSPORTS not in self.described["outputs"]:
            yield f"{self.name} was released before figures had passports: see its {LOG} for what they rest on."
            return
        self._check(PASSPORTS)
        self._check(LOG)
        released = Released(self.folder, self.described)
        made = [one for one in released.shared["figures"].values() if one["figure_id"] in ids]
        for entry in dict.fromkeys(entry for one in made for entry in one["leans_on"]):
            row = released.log.get(entry, {})
            yield f"{entry} ({row.get('kind', '')}): {row.get('what', '')} {row.get('effect', '')}".strip()
        for entry in dict.fromkeys(entry for one in made for entry in one["exclusions"]):
            if entry in released.log:
                yield trace_words.exclusion(released.log[entry])

    def _check(self, name: str) -> None:
        sealed = self.described["outputs"].get(name)
        path = self.folder / name
        if sealed is None or not path.is_file() or sha256(path) != sealed["sha256"]:
            problem = Problem(name, "the file is not as it was sealed", "Restore it as it was published.")
            raise DataError(f"{self.name} is not as it was sealed, so nothing is answered from it.", [problem])
        self.read[name] = sealed["sha256"]


def ask(project: Project, name: str, given: Mapping[str, str], release: str = "") -> Answer:
    """The answer to a card.

    Parameters
    ----------
    given : parameter -> value; the card's own stand for those that are not given
    release : as `find` reads it; without one, the latest that is published, or else the latest draft

    Raises
    ------
    UsageError
        when there is no such card, parameter, borough or service: the nearest name is suggested.
    DataError
        when there is no such release, or a file of it is not as it was sealed.
    """
    card = card_named(name, project.place)
    folder = find.find(project, release) if release else latest(project)
    return whole(folder, lambda: _answer(find.project_of(project, folder), card, given, Sealed(folder)))


def _answer(project: Project, card: Card, given: Mapping[str, str], sealed: Sealed) -> Answer:
    parameters = parameters_of(card, given, _known(sealed, card))
    numbers = tuple(_number(sealed, _filled(one, parameters)) for one in card.numbers)
    tables = tuple(_table(sealed, one, parameters) for one in card.tables)
    if card.recompute:
        from vfm.release.what_if import formula_what_if  # it opens the processed tables, which no other card needs

        numbers += formula_what_if(project, sealed, parameters)
    shown: list[Number | Told] = [*numbers, *tables]
    answer = Answer(
        card=card.card,
        question=card.asked(parameters),
        parameters=parameters,
        status=_weakest([one.status for one in shown]),
        numbers=numbers,
        tables=tables,
        limits=tuple(card.limits),
        caveats=tuple(sealed.rests_on([one.figure_id for one in shown])),
        receipt={},
    )
    return replace(answer, receipt=_receipt(project, sealed, answer))


def _known(sealed: Sealed, card: Card) -> dict[str, list[str]]:
    """The names that the release knows, of the kinds that the card asks for."""
    places = {"borough": (AREAS, "area"), "service": (SERVICES, "service"), "theme": (SERVICES, "theme")}
    return {name: sealed.column(*places[name]) for name in card.parameters if name in places}


def _filled(text: str, parameters: Mapping[str, str]) -> str:
    """An id with the borough in it, as ids write one."""
    return text.format(**{name: slug(value) for name, value in parameters.items()})


def _number(sealed: Sealed, figure_id: str) -> Number:
    found = sealed.numbers.get(figure_id)
    if found is not None:
        return found
    return Number(
        figure_id,
        title=figure_id,
        value=None,
        lower=None,
        upper=None,
        unit="",
        period=str(sealed.quarter),
        status=str(Status.DERIVED),
        method="cannot say",
        source="",
        notebook="",
        reason=f"{sealed.name} has no figure {figure_id}",
    )


def _table(sealed: Sealed, asked: Mapping[str, Any], parameters: Mapping[str, str]) -> Told:
    figure_id = _filled(asked["figure"], parameters)
    found = sealed.shown(figure_id)
    if found is None:
        reason = f"{sealed.name} has no figure {figure_id}"
        return Told(figure_id, figure_id, str(sealed.quarter), str(Status.DERIVED), (), (), "", "", reason)
    shown, data = found
    kept = _rows(sealed, data, asked, parameters)
    names = _columns(shown, asked["columns"])
    words = figures.in_words(replace(shown, columns={name: shown.columns[name] for name in names}), kept)
    if data.empty:
        reason = "no row of it was published"
    elif kept.empty:
        reason = f"no row of it is of {', '.join(parameters.values())}"
    else:
        reason = ""
    headings = tuple(_heading(*shown.columns[name]) for name in names)
    rows = tuple(tuple(map(str, row)) for row in words.itertuples(index=False))
    told = (shown.title, shown.period, shown.status, headings, rows, shown.notes, shown.sources, reason)
    return Told(figure_id, *told)


def _heading(heading: str, unit: str) -> str:
    return f"{heading} ({unit})" if unit and unit not in {"£", "proportion"} and unit not in heading else heading


def _columns(shown: Shown, asked: list[str]) -> list[str]:
    """The columns that are asked for and, beside each that may be a bound, the one that says whether it is."""
    wanted = {name for name in asked if name in shown.columns} or set(shown.columns)
    wanted |= {says for name, says in shown.bounds.items() if name in wanted}
    wanted |= {"status"} & set(shown.columns)
    return [name for name in shown.columns if name in wanted]


def _rows(sealed: Sealed, data: pd.DataFrame, asked: Mapping[str, Any], parameters: Mapping[str, str]) -> pd.DataFrame:
    for column, text in asked.get("where", {}).items():
        data = data[data[column] == text.format(**parameters)]
    if "theme" in asked:
        found = sealed.shown(SERVICES)
        themes = {} if found is None else dict(zip(found[1]["service"], found[1]["theme"], strict=True))
        data = data[data["service"].map(themes) == asked["theme"].format(**parameters)]
    for column, months in asked.get("until", {}).items():
        after = pd.Timestamp(sealed.quarter.end) + pd.offsets.MonthEnd(int(months.format(**parameters)))
        data = data[pd.to_datetime(data[column]) <= after]
    return data


def _weakest(statuses: list[str]) -> Status:
    order = list(Status)
    return max((Status(one) for one in statuses if one in order), key=order.index, default=Status.DERIVED)


def _as_asked(project: Project, sealed: Sealed) -> str:
    """How the release is named so that it is found again: by its name, or by its folder where that is elsewhere."""
    try:
        found = find.find(project, sealed.name)
    except DataError:
        found = None
    return sealed.name if found is not None and found.resolve() == sealed.folder.resolve() else str(sealed.folder)


def _receipt(project: Project, sealed: Sealed, answer: Answer) -> dict[str, Any]:
    """By what the answer can be checked: the release, the code, the files that were read, and one hash over it all."""
    told = {name: value for name, value in asdict(answer).items() if name != "receipt"} | {"release": sealed.name}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    where = [] if project.data == PUBLISHED else ["--data", project.data]
    given = [f"{name}={value}" for name, value in answer.parameters.items()]
    command = ["vfm", "ask", answer.card, *given, "--release", _as_asked(project, sealed), *where]
    return {
        "card": answer.card,
        "parameters": dict(answer.parameters),
        "release": sealed.name,
        "as_of": sealed.described["as_of"],
        "release_hash": sealed.content_hash,
        "release_code": sealed.described["code"],
        "code": manifest.code_hash(project),
        "files": dict(sorted(sealed.read.items())),
        "answer_hash": hashlib.sha256(text.encode()).hexdigest(),
        "command": shlex.join(command),
    }
