"""A budget shared by a formula: named indicators, stated weights and rules, to the penny.

Every step is exact: shares are fractions and money is whole pence, so that a sum is a sum, the order of the rows does
not matter and two areas with the same need differ by a penny at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from vfm.vocabulary.errors import DataError, suggestion
from vfm.vocabulary.results import Status

STANDARDISED = "each indicator as the area's share of its total over all areas, times its weight over all weights"
FLOOR, MOST_LOSS, MOST_GAIN = "floor", "most loss", "most gain"
PENCE = 100


class ConflictingRulesError(DataError):
    """Rules that cannot all hold; the message says which, by how much, and what would let them."""


@dataclass(frozen=True)
class Allocation:
    """What a formula gives each area, with the weights that it was made with beside it.

    Parameters
    ----------
    table : one row an area: `share` of need, `formula` (pence, with no rule but the budget), `lower` and `upper` (pence
        that the rules leave open; an upper that is missing is none), `previous` (pence; missing where none was given),
        `allocation` (pence) and `rule` (which one holds it from the formula; "" where none does)
    terms : what each indicator adds to each area's share of need, exact: one column an indicator
    weights : of the indicators, brought to a sum of 1
    budget : pence; what the allocations sum to
    rate : pence for the whole of need, by which areas are paid that no rule holds
    status : weights that nobody published are an assumption, so whatever they make is a scenario
    """

    table: pd.DataFrame
    terms: pd.DataFrame
    weights: Mapping[str, Fraction]
    budget: int
    rate: Fraction
    status: Status = Status.SCENARIO

    @property
    def assumption(self) -> str:
        """The sentence that stands wherever an allocation is shown: whose the weights are, and what they are."""
        named = ", ".join(f"{name} {float(weight):.1%}" for name, weight in self.weights.items())
        whose = "weights of ours, not the published formula's" if self.status is Status.SCENARIO else "weights"
        return f"{self.status.value.capitalize()}: {whose} ({named}); {STANDARDISED}."


def allocate(
    need: pd.DataFrame,
    weights: Mapping[str, float],
    budget: int,
    *,
    floor: "int | pd.Series[int] | None" = None,
    previous: "pd.Series[int] | None" = None,
    max_gain: float | None = None,
    max_loss: float | None = None,
) -> Allocation:
    """Share a budget by need, within rules.

    Parameters
    ----------
    need : one row an area, one column an indicator: amounts, not negative, more of them being more need. A rate or a
        score is not an amount: multiply it by its people first
    weights : indicator -> weight, not negative; they are divided by their sum
    budget : pence, whole
    floor : pence that each area gets at least; one for all, or one each. What areas had before, so that none loses
    previous : pence that each area had before
    max_gain, max_loss : how far an area may rise above or fall below `previous`, as proportions of it

    Returns
    -------
    An `Allocation` that sums to the budget exactly.

    Raises
    ------
    ConflictingRulesError
        when the rules cannot all hold: which of them, in pounds, and for which area where it is one.
    DataError
        when an indicator, a weight or a sum before cannot be used.

    Notes
    -----
    Share: s = sum over indicators of w / sum(w) x amount / total amount. Allocation: the rate r times s, brought within
    the bounds of each area, with the one r for which the sum is the budget: what a floor costs is paid by all areas
    that no rule holds, in proportion to their need. Pennies: rounded down, then those left over go to the largest
    remainders, equal ones in the order of the areas' codes (Hamilton's method, also Hare-Niemeyer).

    >>> need = pd.DataFrame({"people": [1, 1, 2]}, index=["A", "B", "C"])
    >>> allocate(need, {"people": 1}, 1001, floor=300).table["allocation"].tolist()
    [300, 300, 401]
    """
    terms, normal = _terms(need, weights)
    if budget != int(budget) or budget < 0:
        raise DataError(f"A budget is a whole number of pence, not {budget}.")
    share = {area: sum(row, Fraction()) for area, row in zip(terms.index, terms.to_numpy(), strict=True)}
    had = None if previous is None else _pence(previous, need.index, "what areas had before")
    lower, upper, why = _bounds(need.index, floor, had, max_gain, max_loss)
    _require_possible(share, lower, upper, why, int(budget))
    rate = _rate(share, lower, upper, int(budget))
    within = {area: _within(rate * share[area], lower[area], upper[area]) for area in share}
    table = pd.DataFrame(
        {
            "share": {area: float(value) for area, value in share.items()},
            "formula": to_the_penny({area: budget * value for area, value in share.items()}, int(budget)),
            "lower": lower,
            "upper": pd.Series(upper, dtype="Int64"),
            "previous": pd.Series(had, dtype="Int64", index=need.index),
            "allocation": to_the_penny(within, int(budget)),
            "rule": {
                area: why[area]
                if rate * share[area] < lower[area]
                else MOST_GAIN
                if _over(rate * share[area], upper[area])
                else ""
                for area in share
            },
        }
    )
    return Allocation(table.loc[need.index], terms, normal, int(budget), rate)


def to_the_penny(exact: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Exact sums as whole pence that add up to `total`: down, then the pennies left over to the largest remainders.

    Equal remainders are served in the order of the names, so that the order of the rows does not matter.

    >>> to_the_penny({"A": Fraction(5, 2), "B": Fraction(5, 2)}, 5)
    {'A': 3, 'B': 2}
    """
    whole = {name: floor(value) for name, value in exact.items()}
    left = total - sum(whole.values())
    if sum(exact.values(), Fraction()) != total or not 0 <= left <= len(whole):
        raise ValueError(f"the parts sum to {float(sum(exact.values())):,.2f} pence, not to {total:,}")
    first = sorted(exact, key=lambda name: (whole[name] - exact[name], str(name)))[:left]
    return {name: pence + (name in first) for name, pence in whole.items()}


def exactly(number: float) -> Fraction:
    """A number as it is written in decimals: 0.1 is a tenth, and not the binary number next to it."""
    return Fraction(str(number))


def as_pounds(pence: float) -> str:
    """Pence as a message writes them: ``£1,118,248.00``."""
    return f"£{pence / PENCE:,.2f}"


# ---- need


def _terms(need: pd.DataFrame, weights: Mapping[str, float]) -> tuple[pd.DataFrame, dict[str, Fraction]]:
    """What each indicator adds to each area's share, exact, and the weights brought to a sum of 1."""
    _require_areas(need)
    for name, weight in weights.items():
        if name not in need.columns:
            raise DataError(
                f'A weight is given to "{name}", which is no indicator.{suggestion(name, list(need.columns))}'
            )
        if not weight >= 0:
            raise DataError(f'The weight of "{name}" is {weight}: a weight is not negative.')
    total = sum((exactly(weight) for weight in weights.values()), Fraction())
    if not total:
        raise DataError("No indicator has any weight, so there is nothing to share by.")
    normal = {name: exactly(weight) / total for name, weight in weights.items()}
    return pd.DataFrame({name: _parts(need[name]) for name in weights}, index=need.index).mul(
        pd.Series(normal, dtype=object), axis="columns"
    ), normal


def _parts(amounts: "pd.Series[float]") -> "pd.Series[float]":
    """Each area's part of an indicator's total."""
    bad = amounts.isna() | ~(amounts >= 0)
    if bad.any():
        named = ", ".join(map(str, amounts.index[bad]))
        raise DataError(
            f'The indicator "{amounts.name}" is missing or below zero for {named}: an amount is needed of each.'
        )
    exact = amounts.map(exactly).astype(object)
    if not exact.sum():
        raise DataError(f'No area has any of the indicator "{amounts.name}", so it shares nothing.')
    return exact / exact.sum()


def _require_areas(need: pd.DataFrame) -> None:
    if need.empty:
        raise DataError("There is no area to share among.")
    twice = need.index[need.index.duplicated()].unique()
    if len(twice):
        raise DataError(f"An area stands twice in the table of need: {', '.join(map(str, twice))}.")


# ---- rules


def _pence(values: "pd.Series[int]", areas: pd.Index, what: str) -> dict[str, int]:
    """Whole pence of every area, or why not."""
    missing = [str(area) for area in areas if area not in values.index or pd.isna(values[area])]
    if missing:
        raise DataError(f"It is not known of {', '.join(missing)}: {what}.")
    bad = [str(area) for area in areas if values[area] < 0 or values[area] != int(values[area])]
    if bad:
        raise DataError(f"Not a whole number of pence, zero or more, for {', '.join(bad)}: {what}.")
    return {area: int(values[area]) for area in areas}


def _bounds(
    areas: pd.Index,
    least: "int | pd.Series[int] | None",
    previous: dict[str, int] | None,
    max_gain: float | None,
    max_loss: float | None,
) -> tuple[dict[str, int], dict[str, int | None], dict[str, str]]:
    """The lowest and the highest pence of each area, and the rule that the lowest is by."""
    if previous is None and (max_gain is not None or max_loss is not None):
        raise DataError("A greatest gain or loss is measured from what areas had before: give previous too.")
    for name, limit in (("max_gain", max_gain), ("max_loss", max_loss)):
        if limit is not None and not limit >= 0:
            raise DataError(f"{name} is {limit}: give a proportion of what areas had before, such as 0.05.")
    each = least if isinstance(least, pd.Series) else pd.Series(0 if least is None else least, index=areas)
    floors = _pence(each, areas, "the floor")
    before = previous or {}
    kept = dict.fromkeys(areas, 0)
    upper: dict[str, int | None] = dict.fromkeys(areas)
    if max_loss is not None:
        kept = {area: ceil(before[area] * max(1 - exactly(max_loss), Fraction())) for area in areas}
    if max_gain is not None:
        upper = {area: floor(before[area] * (1 + exactly(max_gain))) for area in areas}
    lower = {area: max(floors[area], kept[area]) for area in areas}
    return lower, upper, {area: FLOOR if floors[area] >= kept[area] else MOST_LOSS for area in areas}


def _require_possible(
    share: Mapping[str, Fraction],
    lower: Mapping[str, int],
    upper: Mapping[str, int | None],
    why: Mapping[str, str],
    budget: int,
) -> None:
    """Refuse rules of which one forbids what another asks for."""
    for area, least in lower.items():
        most = upper[area]
        if most is not None and least > most:
            raise ConflictingRulesError(
                f"{area}: the {why[area]} of {as_pounds(least)} is more than the most gain allows, {as_pounds(most)}. "
                f"Lower the one or raise the other by {as_pounds(least - most)}."
            )
    least = sum(lower.values())
    if least > budget:
        rules = " and ".join(sorted({why[area] for area in lower if lower[area]}))
        raise ConflictingRulesError(
            f"The {rules} and the budget conflict: the areas must have {as_pounds(least)} together, and the budget is "
            f"{as_pounds(budget)}. Lower the former or raise the budget by {as_pounds(least - budget)}."
        )
    if any(upper[area] is None for area in share if share[area]):
        return
    most = sum((upper[area] or 0) if share[area] else lower[area] for area in share)
    if most < budget:
        raise ConflictingRulesError(
            f"The most gain and the budget conflict: the areas with any need may have {as_pounds(most)} together, "
            f"and the budget is {as_pounds(budget)}. Raise max_gain, or lower the budget by {as_pounds(budget - most)}."
        )


def _within(value: Fraction, lower: int, upper: int | None) -> Fraction:
    return max(Fraction(lower), value if upper is None else min(value, Fraction(upper)))


def _over(value: Fraction, upper: int | None) -> bool:
    return upper is not None and value > upper


def _rate(
    share: Mapping[str, Fraction], lower: Mapping[str, int], upper: Mapping[str, int | None], budget: int
) -> Fraction:
    """The rate at which the areas, each brought within its bounds, have the budget together.

    Their sum rises with the rate along straight pieces that meet where an area reaches one of its bounds.
    """
    needy = [area for area in share if share[area]]
    ends = {bound / share[area] for area in needy for bound in (lower[area], upper[area]) if bound is not None}
    corners = sorted(ends | {Fraction()})

    def together(rate: Fraction) -> Fraction:
        return sum((_within(rate * share[area], lower[area], upper[area]) for area in share), Fraction())

    low, high = 0, len(corners) - 1
    while low < high:  # the last corner at which they do not have more than the budget
        middle = (low + high + 1) // 2
        low, high = (middle, high) if together(corners[middle]) <= budget else (low, middle - 1)
    start = corners[low]
    rising = [a for a in needy if lower[a] <= start * share[a] and not _over(start * share[a], upper[a])]
    slope = sum((share[area] for area in rising if start * share[area] != upper[area]), Fraction())
    return start + (budget - together(start)) / slope if slope else start
