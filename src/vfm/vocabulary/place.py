"""The place that is reported on: its name and its areas, and who polices, pays and lives there."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

SEVERAL = "|"  # between the notebooks of a cell
APART = {"left_out", "areas", "kinds"}  # of a place: what is not a text


@dataclass(frozen=True)
class Area:
    """A borough: its code, its name and the force that polices it."""

    gss_code: str
    name: str
    policed_by: str


@dataclass(frozen=True)
class Kind:
    """A kind of recorded crime: its name in the tables, the indicator of need that it is in, and whether it is still
    recorded, without which it has no trend."""

    category: str
    counted_as: str
    throughout: bool
    compared: int | None


@dataclass(frozen=True)
class Place:
    """The whole area and its boroughs, as data/raw/reference/place.csv and boroughs.csv describe them.

    Parameters
    ----------
    gss_code, name : of the whole
    resident, residents : one who lives there, and all who do
    commissioner, short : the full name of who pays, and the one in use
    police : the force whose crime is counted, and whose boroughs are those that a fund for every borough is for
    council : what stands before a borough's name in its council's
    unrecorded : why crime of a borough that another force polices is not there
    beyond : what crime in no borough is called
    default_borough, default_explain : codes of the boroughs of a page and of the worked sum, where none is named
    default_round, default_round_service : the round whose cost of bidding is worked out, and the key of its service
    example_borough, example_service : names that a question is about, where none is named
    left_out : notebooks that there is nothing for
    kinds : what crime is recorded as, as crime_kinds.csv has it; empty where only a release is at hand
    """

    gss_code: str
    name: str
    resident: str
    residents: str
    commissioner: str
    short: str
    police: str
    council: str
    unrecorded: str
    beyond: str
    default_borough: str
    default_explain: str
    default_round: str
    default_round_service: str
    example_borough: str
    example_service: str
    left_out: tuple[str, ...]
    areas: tuple[Area, ...]
    kinds: tuple[Kind, ...] = ()

    @classmethod
    def of(
        cls, row: Mapping[str, Any], areas: Iterable[Mapping[str, Any]], kinds: Iterable[Mapping[str, Any]] = ()
    ) -> "Place":
        """A place from a row of place.csv, its areas (`gss_code`, `borough`, `policed_by`) and rows of its kinds."""
        return cls(
            **{name: str(row[name] or "") for name in cls.__dataclass_fields__ if name not in APART},
            left_out=tuple(name for name in str(row["left_out"] or "").split(SEVERAL) if name),
            areas=tuple(Area(one["gss_code"], one["borough"], one["policed_by"]) for one in areas),
            kinds=tuple(map(_kind, kinds)),
        )

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all its boroughs."""
        return tuple(area.gss_code for area in self.areas)

    @property
    def every(self) -> tuple[str, ...]:
        """The codes of the boroughs that are meant by every borough: those that `police` polices."""
        return tuple(area.gss_code for area in self.areas if area.policed_by == self.police)

    @property
    def apart(self) -> tuple[str, ...]:
        """The names of the others."""
        return tuple(area.name for area in self.areas if area.policed_by != self.police)

    @property
    def all_of(self) -> str:
        """How the whole is called: "all of London"."""
        return f"all of {self.name}"

    @property
    def apart_in_words(self) -> str:
        """The others in a sentence: "the City of London"."""
        return " and ".join(f"the {name}" if name.startswith("City of ") else name for name in self.apart)

    @property
    def by_residents(self) -> str:
        """How awards for the whole are put down to boroughs: "London-wide awards shared by residents"."""
        return f"{self.name}-wide awards shared by residents"

    @property
    def in_words(self) -> str:
        """All of them in a sentence: "32 boroughs and the City of London", or "5 boroughs"."""
        return " and ".join(filter(None, (f"{len(self.every)} boroughs", self.apart_in_words)))

    def as_record(self) -> dict[str, Any]:
        """What a release notes of it: all but the areas, which the release has a table of."""
        return {name: value for name, value in asdict(self).items() if name not in APART}

    @property
    def trends(self) -> tuple[str, ...]:
        """The kinds of crime that have a trend: those that are still recorded."""
        return tuple(kind.category for kind in self._recorded)

    @property
    def compared(self) -> tuple[str, ...]:
        """The kinds of crime that boroughs are compared by, in their order."""
        return tuple(kind.category for kind in self._recorded if kind.compared)

    @property
    def violence(self) -> tuple[str, ...]:
        """The kinds of crime that the formula's indicator of violence counts."""
        return tuple(kind.category for kind in self._recorded if kind.counted_as == "violence")

    @property
    def _recorded(self) -> list[Kind]:
        """The kinds that are still recorded: those that boroughs are compared by in their order, then the others."""
        kept = (kind for kind in self.kinds if kind.throughout)
        return sorted(kept, key=lambda kind: (kind.compared or inf, kind.category))


def _kind(row: Mapping[str, Any]) -> Kind:
    """A kind from a row whose blanks may be anything that is none."""
    place = row["compared"]
    return Kind(row["category"], row["counted_as"], not row["last_quarter"], int(place) if place else None)
