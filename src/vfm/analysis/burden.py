"""What bidding costs those who bid, the losers too, and what a shorter form and a longer term would save.

No hours are published, so every number here is a scenario: it stands on rows of the table of assumptions, which its
method names, and its range is what they leave open. Nothing is drawn by chance: the range is the lowest and the highest
that the ends of the assumptions' ranges can make.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pandas as pd

from vfm.analysis.bidding import WHAT
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Result, Status

HOURS, HOUR_COST, FORM_SHARE, LONGER_BIDS = "bid-hours", "bid-hour-cost", "bid-form-share", "bid-longer-bids"
LARGEST = "bid-hours-up-to"  # the largest mean award of a round that the hours are for, in pounds
Model = Callable[[Mapping[str, float]], float]


@dataclass(frozen=True)
class Form:
    """The size of an application form, in fields: all, those shown to everyone, and those that must be filled in."""

    fields: int
    always_shown: int
    mandatory: int

    @classmethod
    def of(cls, blocks: pd.DataFrame) -> "Form":
        """The blocks of a form together: `fields`, `always_shown` and `mandatory`."""
        return cls(*(int(blocks[name].sum()) for name in ("fields", "always_shown", "mandatory")))


def scenario(model: Model, assumptions: pd.DataFrame, names: Sequence[str], what: str) -> Result:
    """A number at the assumptions, with the lowest and the highest over every combination of the ends of their ranges.

    Parameters
    ----------
    model : assumptions by name -> the number
    assumptions : `assumption_id`, `value`, `lower` and `upper`
    names : the assumptions that the number leans on
    what : how it is worked out, for the method

    Returns
    -------
    The number, whose method names the assumptions; or, where one of them is not recorded, that.
    """
    rows = assumptions.set_index("assumption_id")
    missing = [name for name in names if name not in rows.index]
    if missing:
        return CannotSay(f"no assumption is recorded as {' or '.join(missing)}", status=Status.SCENARIO)
    held = rows.loc[list(names), ["value", "lower", "upper"]].astype(float)
    ranges = held[["lower", "upper"]].to_numpy().tolist()
    ends = [float(model(dict(zip(names, point, strict=True)))) for point in product(*ranges)]
    value = float(model(held["value"].to_dict()))
    method = f"{what}; scenario at {', '.join(names)}, its range at every end of theirs"
    return Estimate(value, min(value, *ends), max(value, *ends), method=method, status=Status.SCENARIO)


def cost_of_bids(bids: float, assumptions: pd.DataFrame) -> Result:
    """Pounds of time that went into so many bids: bids x hours x the cost of an hour.

    >>> table = pd.DataFrame({"assumption_id": [HOURS, HOUR_COST], "value": [10, 20.0], "lower": [5, 16.0],
    ...                       "upper": [40, 30.0]})
    >>> cost = cost_of_bids(70, table)
    >>> cost.value, cost.lower, cost.upper
    (14000.0, 5600.0, 84000.0)
    """
    return scenario(lambda of: bids * _of_one(of), assumptions, (HOURS, HOUR_COST), "bids x hours x cost of an hour")


def cost(row: "pd.Series[Any]", assumptions: pd.DataFrame) -> Result:
    """Pounds of time that went into the bids of a round.

    Parameters
    ----------
    row : a round, as `vfm.analysis.bidding` has it: `bids`, `funded`, `granted` (pounds) and `granted_is`
    assumptions : with the largest mean award that the hours are for; where awards are larger, nothing can be said
    """
    return _why_not(row, assumptions) or cost_of_bids(float(row["bids"]), assumptions)


def cost_of_losers(row: "pd.Series[Any]", assumptions: pd.DataFrame) -> Result:
    """The part of `cost` that went into bids which were not funded."""
    return _why_not(row, assumptions) or cost_of_bids(float(row["bids"]) - float(row["funded"]), assumptions)


def cost_per_pound(row: "pd.Series[Any]", assumptions: pd.DataFrame) -> Result:
    """Pence that bidding cost all who bid, for each pound that was granted."""
    if why := _why_not(row, assumptions):
        return why
    granted, bids = float(row["granted"]), float(row["bids"])
    what = "100 x bids x hours x cost of an hour, over pounds granted"
    found = scenario(lambda of: 100 * bids * _of_one(of) / granted, assumptions, (HOURS, HOUR_COST), what)
    if isinstance(found, Estimate) and row["granted_is"] == Direction.AT_MOST:
        return replace(found, direction=Direction.AT_LEAST)
    return found


def costs(rounds: pd.DataFrame, assumptions: pd.DataFrame) -> pd.DataFrame:
    """What bidding cost in each round, where its bids are known.

    Returns
    -------
    One row a round whose bids are known: `round`, `bids`, `cost`, `losers` (pounds) and `pence` (a pound granted), each
    of the three with `_lower` and `_upper`, and `reason`: why they cannot be said, blank where they can.
    """
    known = rounds.dropna(subset=["bids"])
    table = known[["round", "bids"]].reset_index(drop=True)
    for name, work_out in (("cost", cost), ("losers", cost_of_losers), ("pence", cost_per_pound)):
        results = [work_out(row, assumptions) for _, row in known.iterrows()]
        for part, column in (("value", name), ("lower", f"{name}_lower"), ("upper", f"{name}_upper")):
            table[column] = pd.Series([getattr(one, part, None) for one in results], dtype=float)
        table["reason"] = [getattr(one, "reason", None) for one in results]
    return table


def _why_not(row: "pd.Series[Any]", assumptions: pd.DataFrame) -> CannotSay | None:
    """Why the cost of a round cannot be said: what it takes is not published, or the hours are not for such awards."""
    for name in ("bids", "funded", "granted"):
        if pd.isna(row[name]) or (name != "bids" and not row[name]):
            return CannotSay(f"{WHAT[name]} is not published", status=Status.SCENARIO)
    largest = scenario(lambda of: of[LARGEST], assumptions, (LARGEST,), "as assumed")
    if isinstance(largest, CannotSay):
        return largest
    if row["granted"] / row["funded"] > largest.value:
        why = f"the assumed hours are for awards of up to £{largest.value:,.0f} on average, and these are larger"
        return CannotSay(why, status=Status.SCENARIO)
    return None


# ---- what would be saved


def savings(
    row: "pd.Series[Any]", form: Form, assumptions: pd.DataFrame, *, term: Result, longer_term: float
) -> dict[str, Result]:
    """What all who bid would save in the months of `longer_term`, beside rounds of `term` with the whole form.

    Parameters
    ----------
    row : a round as it is
    form : as it is; the shorter one keeps only what is shown to everyone
    term, longer_term : months that a round funds, as it is and as it would be

    Returns
    -------
    Pounds: `as-it-is`, and saved by a `shorter-form`, by a `longer-term` and by `both`; and the shares of `as-it-is`
    that these are, with `-share`. Saved is what each leaves of it: a round of H hours takes H (1 - f (1 - kept /
    fields)) where f is the share of hours that goes into fields, and term / longer_term rounds are held, with r times
    the bids. A saving under 0 is a cost: longer funding may draw so many more bids that it costs more.

    Raises
    ------
    ValueError
        when a term is not over zero, or the longer one is the shorter.
    """
    if isinstance(term, CannotSay):
        return dict.fromkeys(NAMES, replace(term, status=Status.SCENARIO))
    if not 0 < term.value <= longer_term:
        raise ValueError(f"a longer term than {term.value:g} months is needed, not {longer_term:g}")
    if why := _why_not(row, assumptions):
        return dict.fromkeys(NAMES, why)
    bids = float(row["bids"])
    rounds, cut = longer_term / term.value, 1 - form.always_shown / form.fields

    def whole(of: Mapping[str, float]) -> float:
        return rounds * bids * _of_one(of)

    def left(of: Mapping[str, float], *, shorter: bool, longer: bool) -> float:
        hours = 1 - of[FORM_SHARE] * cut if shorter else 1.0
        return hours * (of[LONGER_BIDS] / rounds if longer else 1.0)

    form_only, term_only = (HOURS, HOUR_COST, FORM_SHARE), (HOURS, HOUR_COST, LONGER_BIDS)
    found = {"as-it-is": scenario(whole, assumptions, (HOURS, HOUR_COST), "rounds x bids x hours x cost of an hour")}
    for name, names, shorter, longer in (
        ("shorter-form", form_only, True, False),
        ("longer-term", term_only, False, True),
        ("both", (*form_only, LONGER_BIDS), True, True),
    ):

        def share(of: Mapping[str, float], shorter: bool = shorter, longer: bool = longer) -> float:
            return 1 - left(of, shorter=shorter, longer=longer)

        def pounds(of: Mapping[str, float], share: Model = share) -> float:
            return whole(of) * share(of)

        found[name] = scenario(pounds, assumptions, names, "what it is less what it would be")
        found[f"{name}-share"] = scenario(share, assumptions, names[2:], "share of the hours that would not be needed")
    return {name: found[name] for name in NAMES}


NAMES = ("as-it-is", "shorter-form", "longer-term", "both", "shorter-form-share", "longer-term-share", "both-share")


def _of_one(of: Mapping[str, float]) -> float:
    return of[HOURS] * of[HOUR_COST]
