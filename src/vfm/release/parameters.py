"""What each notebook may be told: one typed class a notebook, read by the command line and checked before a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.periods import FinancialYear, Quarter
from vfm.vocabulary.place import Place

POPULATIONS = ("original", "rebased")
PARTS = ("anticipation", "consequence", "response", "total")  # of what a crime costs
FEWEST_DRAWS = 100
DEFLATOR = "2023-06 (QNA)"  # the vintage that money is brought to one year's prices by, unless another is named


@dataclass(frozen=True)
class QuarterOnly:
    """The quarter reported on."""

    quarter: str

    def __post_init__(self) -> None:
        Quarter.parse(self.quarter)


@dataclass(frozen=True)
class TwoYears(QuarterOnly):
    """Two years with a published total."""

    base_year: str = "2012-13"
    year: str = "2019-20"

    def __post_init__(self) -> None:
        super().__post_init__()
        first, last = FinancialYear.parse(self.base_year), FinancialYear.parse(self.year)
        if not first < last:
            raise UsageError(f"year={self.year} is not after base_year={self.base_year}.")
        if last > Quarter.parse(self.quarter).year:
            raise UsageError(f"year={self.year} is after the quarter {self.quarter}: give a year up to it.")


@dataclass(frozen=True)
class SpendGrowth(TwoYears):
    """The series that put the two years side by side."""

    deflator: str = DEFLATOR
    other_deflator: str = "2020-03 (Budget)"
    population: str = "original"


@dataclass(frozen=True)
class Coverage(QuarterOnly):
    """The coverage of every interval."""

    level: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_level(self.level)


@dataclass(frozen=True)
class CostPerOutcome(Coverage):
    """The financial year whose prices stand beside cash, and the vintage of the deflator that brings money to them."""

    price_base: str = "2019-20"
    deflator: str = DEFLATOR

    def __post_init__(self) -> None:
        super().__post_init__()
        FinancialYear.parse(self.price_base)


@dataclass(frozen=True)
class TrendEffects(Coverage):
    """The month in which recording changed, and the quarter up to which the series round it is taken.

    `category` is the kind of crime that boroughs are compared by, and `population` the series that it is set against.
    """

    change: str = "2014-04"
    until: str = "2016-17-Q4"
    category: str = ""  # the first of those that boroughs are compared by
    population: str = "original"

    def __post_init__(self) -> None:
        super().__post_init__()
        end = Quarter.parse(self.until)
        if end > Quarter.parse(self.quarter):
            raise UsageError(f"until={self.until} is after the quarter {self.quarter}: give one up to it.")
        try:
            day = date.fromisoformat(f"{self.change}-01")
        except ValueError:
            raise UsageError(f'change="{self.change}" is not a month: write it as 2014-04.') from None
        if not day < end.start:
            raise UsageError(f"change={self.change} is not before the quarter until={self.until}.")
        _check_population(self.population)


@dataclass(frozen=True)
class EffectsExample(Coverage):
    """What was built into the example, and how it is looked for: see examples/README.md.

    `built_in` is the ratio that the example has from the start of `service` on; `first` and `last` are the ends of the
    event study, in quarters from the start.
    """

    service: str = "example-service-07"
    category: str = "robbery"
    built_in: float = 0.85
    first: int = -5
    last: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.built_in > 0:
            raise UsageError(f"built_in={self.built_in} is no ratio: give one over zero.")
        if not (self.first <= -2 and self.last >= 0):
            raise UsageError(f"first={self.first} and last={self.last} are not at most -2 and at least 0.")


@dataclass(frozen=True)
class Value(QuarterOnly):
    """The prices of the answer, the deflator that brings spending to them, and which part of a crime's cost counts."""

    price_base: str = "2019-20"
    deflator: str = DEFLATOR
    part: str = "total"

    def __post_init__(self) -> None:
        super().__post_init__()
        FinancialYear.parse(self.price_base)
        if self.part not in PARTS:
            raise UsageError(f'part="{self.part}" is not one of {", ".join(PARTS)}.')


@dataclass(frozen=True)
class ValueExample(Coverage):
    """The invented service of the appraisal, the outcome that services share, and how many draws are made."""

    service: str = "example-service-15"
    measure: str = "risk-lower"
    price_base: str = "2019-20"
    schedule: str = "standard"
    draws: int = 10_000

    def __post_init__(self) -> None:
        super().__post_init__()
        FinancialYear.parse(self.price_base)
        if self.draws < FEWEST_DRAWS:
            raise UsageError(f"draws={self.draws} is too few: give {FEWEST_DRAWS} or more.")


@dataclass(frozen=True)
class FundingTerms(QuarterOnly):
    """The day that parts earlier awards from later ones: what was asked for is of March 2020."""

    split: str = "2020-04-01"


@dataclass(frozen=True)
class Bidding(QuarterOnly):
    """The round whose cost of bidding is worked out, the service that it funds, and the months of a longer term."""

    competition: str = ""  # the one that place.csv names
    service: str = ""  # and its service
    longer_term: int = 36

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.longer_term < 1:
            raise UsageError(f"longer_term={self.longer_term} is no term: give the months, one or more.")


@dataclass(frozen=True)
class FundingFormula(QuarterOnly):
    """The data that stand in for need, the year before that, the borough that is explained, and the draws of weights.

    `need_year` and `need_before` are financial years of recorded crime, and `population` the series of residents;
    `imd_year` is the edition of the Index of Multiple Deprivation. `explain` is a borough's ONS code.
    """

    need_year: str = "2017-18"
    need_before: str = "2016-17"
    population: str = "original"
    imd_year: int = 2015
    explain: str = ""
    draws: int = 2_000

    def __post_init__(self) -> None:
        super().__post_init__()
        before, year = FinancialYear.parse(self.need_before), FinancialYear.parse(self.need_year)
        if not before < year:
            raise UsageError(f"need_year={self.need_year} is not after need_before={self.need_before}.")
        _check_population(self.population)
        if self.draws < FEWEST_DRAWS:
            raise UsageError(f"draws={self.draws} is too few: give {FEWEST_DRAWS} or more.")


@dataclass(frozen=True)
class FormulaExample(QuarterOnly):
    """The data that stand in for need, the borough that is explained, and the draws of weights, as for the formula."""

    need_year: str = "2017-18"
    population: str = "original"
    imd_year: int = 2015
    explain: str = ""
    draws: int = 2_000

    def __post_init__(self) -> None:
        super().__post_init__()
        FinancialYear.parse(self.need_year)
        _check_population(self.population)
        if self.draws < FEWEST_DRAWS:
            raise UsageError(f"draws={self.draws} is too few: give {FEWEST_DRAWS} or more.")


@dataclass(frozen=True)
class Services(QuarterOnly):
    """The financial year whose published total the awards are traced to, and the people that it is shared by."""

    year: str = "2019-20"
    population: str = "original"

    def __post_init__(self) -> None:
        super().__post_init__()
        if FinancialYear.parse(self.year) > Quarter.parse(self.quarter).year:
            raise UsageError(f"year={self.year} is after the quarter {self.quarter}: give a year up to it.")
        _check_population(self.population)


@dataclass(frozen=True)
class Borough(Services):
    """The area that a page is about, by its code; without it every area has its run."""

    borough: str = ""
    level: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_level(self.level)


def _check_borough(name: str, code: str, codes: Sequence[str]) -> None:
    if code not in codes:
        raise UsageError(
            f'{name}="{code}" is none of the {len(codes)} boroughs: give a code from {codes[0]} to {codes[-1]}.'
        )


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise UsageError(f"level={level} is not a coverage between 0 and 1.")


def _check_population(population: str) -> None:
    if population not in POPULATIONS:
        raise UsageError(f'There is no population series "{population}": there are {" and ".join(POPULATIONS)}.')


def _check_category(category: str, known: Sequence[str]) -> None:
    """Refuse a kind of crime that has no series up to now."""
    if category not in known:
        hint = suggestion(category, known) or f" There are {', '.join(known)}."
        raise UsageError(f'No crime is recorded as "{category}" throughout.{hint}')


PARAMETERS: dict[str, type[QuarterOnly]] = {
    "00-data-quality": QuarterOnly,
    "10-spend-growth": SpendGrowth,
    "20-cost-per-outcome": CostPerOutcome,
    "30-trend-effects": TrendEffects,
    "35-effects-example": EffectsExample,
    "40-value": Value,
    "45-value-example": ValueExample,
    "50-funding-terms": FundingTerms,
    "60-funding-formula": FundingFormula,
    "65-formula-example": FormulaExample,
    "70-bidding": Bidding,
    "75-services": Services,
    "80-borough": Borough,
    "90-quarterly-update": TwoYears,
    "95-plain-words": TwoYears,
}


def for_notebook(
    name: str, quarter: Quarter, place: Place, given: Mapping[str, str], told: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The parameters of one notebook: its defaults, those of `given` that it knows, typed, and those it was `told`.

    A borough and a kind of crime are of `place`, which says which one where none is named.

    Raises
    ------
    UsageError
        when a value is not of its type or not possible.
    """
    definition = PARAMETERS.get(name, QuarterOnly)
    typed: dict[str, Any] = {"quarter": str(quarter)}
    for field in fields(definition):
        if field.name in given and field.name != "quarter":
            typed[field.name] = _typed(field.name, given[field.name], field.type)
        if told and field.name in told:
            typed[field.name] = told[field.name]
    known = {field.name: getattr(definition(**typed), field.name) for field in fields(definition)}
    boroughs = {"borough": (place.codes, place.default_borough), "explain": (place.every, place.default_explain)}
    for name, (codes, default) in boroughs.items():
        if name in known:
            known[name] = known[name] if name in typed else default
            _check_borough(name, known[name], codes)
    if "category" in known:
        known["category"] = known["category"] or place.compared[0]
        _check_category(known["category"], sorted(place.trends))
    if "competition" in known:
        known["competition"] = known["competition"] or place.default_round
        known["service"] = known["service"] or place.default_round_service
    return known


def check_names(given: Mapping[str, str]) -> None:
    """Refuse a parameter that no notebook has."""
    known = sorted({field.name for definition in PARAMETERS.values() for field in fields(definition)} - {"quarter"})
    for name in given:
        if name not in known:
            hint = suggestion(name, known) or f" There are {', '.join(known)}."
            raise UsageError(f'No notebook has a parameter "{name}".{hint}')


def _typed(name: str, value: str, kind: Any) -> Any:
    if kind not in {int, float}:
        return value
    try:
        return kind(value)
    except ValueError:
        raise UsageError(f'{name}="{value}" is not a {"whole " if kind is int else ""}number.') from None
