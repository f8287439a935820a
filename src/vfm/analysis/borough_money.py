"""What awards are worth in one year, and how much of that can be put down to each borough: to the penny."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.place import Place
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

# How far an award reaches, and what can be put down to one borough by that.
HERE = "this borough"
EVERY = "every borough"
UNSTATED = "not stated"
WHY_NOT = {
    EVERY: "it is for every borough, and what each one has is not published",
    UNSTATED: "where it is delivered is not stated",
}
WHOLE_PLACE, PAN = "whole-place", "pan-"  # scopes of a service that is for the whole: pan-, then the place's name
NOT_ALLOCATED = "Not allocated to a borough"
SPREAD = "each award spread evenly over the days of its term"

# ---- in one year


def pence_in_year(awards: pd.DataFrame, year: FinancialYear) -> "pd.Series[int]":
    """Pence of each award that fall in `year`, its amount spread evenly over the days of its term.

    Parameters
    ----------
    awards : component awards: `award_id`, `amount` (pounds), `start` and `end` (days, both within the term)

    Returns
    -------
    By `award_id`, to the nearest penny: the awards with an amount, a start and an end that run in the year.

    Notes
    -----
    amount x days of the term in the year / days of the term. It is an assumption, and what rests on it a scenario: how
    an award is spent over its term is not published.
    """
    stated = awards.dropna(subset=["amount", "start", "end"])
    if (stated["end"] < stated["start"]).any():
        raise ValueError("an award ends before it starts")
    first, last = pd.Timestamp(year.start), pd.Timestamp(year.end)
    within = (stated["end"].clip(upper=last) - stated["start"].clip(lower=first)).dt.days + 1
    term = (stated["end"] - stated["start"]).dt.days + 1
    pence = (stated["amount"] * 100 * within / term).round()
    return pence[within > 0].astype("int64").set_axis(stated.loc[within > 0, "award_id"])


def undated(awards: pd.DataFrame) -> "pd.Series[float]":
    """Pounds of each award that lacks a start or an end, so that it can be put in no year."""
    lacking = awards[awards["amount"].notna() & (awards["start"].isna() | awards["end"].isna())]
    return lacking.set_index("award_id")["amount"]


# ---- where it reaches


def reach(awards: pd.DataFrame, services: pd.DataFrame, place: Place) -> pd.DataFrame:
    """How far each award reaches, by what its decision says and no further.

    Parameters
    ----------
    awards : `award_id`, `service_id`, `title` and `recipient`
    services : `service_id` and `scope` ("whole-place", or "pan-" and its name, where a service is for the whole)
    place : its boroughs, and how their councils are called

    Returns
    -------
    By `award_id`: `reach`, one of "this borough", "every borough", "all of London" (or the like: `Place.all_of`) and
    "not stated", and `gss_code` of the one borough. A borough counts where the decision pays its council ("London
    Borough of Hackney") or names it at the end of the title ("Safer Streets: Hackney"); one borough that leads a
    partnership does not. Every borough is meant by the number of those in `place`: "32 London boroughs".
    """
    codes = {area.name: area.gss_code for area in place.areas}
    numbers = "|".join(sorted({str(len(place.every)), str(len(place.areas))}))
    to_all = re.compile(rf"(?:all )?(?:{numbers}) (?:{re.escape(place.name)} )?boroughs?\b", re.IGNORECASE)
    scope = services.set_index("service_id")["scope"].reindex(awards["service_id"]).to_numpy()
    rows: list[tuple[str, str | None]] = []
    for award, of_service in zip(awards.itertuples(), scope, strict=True):
        code = _named(str(award.title), str(award.recipient), codes, place.council)
        if code:
            rows.append((HERE, code))
        elif str(of_service).startswith((WHOLE_PLACE, PAN)):
            rows.append((place.all_of, None))
        else:
            rows.append((EVERY if to_all.match(_plain(award.recipient)) else UNSTATED, None))
    return pd.DataFrame(rows, columns=["reach", "gss_code"], index=awards["award_id"], dtype="object")


def _plain(recipient: object) -> str:
    return str(recipient).replace("borough boards", "boroughs")


def _named(title: str, recipient: str, codes: dict[str, str], before: str) -> str | None:
    council = recipient.removeprefix(before).strip() if recipient.startswith(before) else ""
    return codes.get(council) or codes.get(title.rpartition(": ")[2])


# ---- by borough


def by_area(pence: "pd.Series[int]", reached: pd.DataFrame, people: "pd.Series[float]", place: Place) -> pd.DataFrame:
    """What each area has of the awards of a year, and what cannot be put down to any.

    Parameters
    ----------
    pence : from `pence_in_year`
    reached : from `reach`
    people : residents by `gss_code` of every borough, which awards for the whole are shared by

    Returns
    -------
    Indexed by `gss_code`, the last row `NOT_ALLOCATED`: pounds `here`, `share` (of awards for the whole) and `total`.
    The totals add up to the awards exactly.
    """
    where = reached.loc[pence.index]
    table = pd.DataFrame(0, index=[*people.index, NOT_ALLOCATED], columns=["here", "share"], dtype="int64")
    for award, amount in pence.items():
        how, code = where.loc[award, "reach"], where.loc[award, "gss_code"]
        if how == HERE:
            table.loc[code, "here"] += amount
        elif how == place.all_of:
            table.loc[people.index, "share"] += divide(int(amount), people.to_numpy(dtype=float))
        else:
            table.loc[NOT_ALLOCATED, "here"] += amount
    table = table.assign(total=table["here"] + table["share"])
    if table["total"].sum() != pence.sum():
        raise AssertionError("the parts of the awards do not add up to them")
    return table / 100


def balance_sheet(by_area: pd.DataFrame, names: "pd.Series[str]", published: Result, left: Result) -> pd.DataFrame:
    """The whole sum, row by row: the areas, what is not allocated, what is not traced, and what was published.

    Parameters
    ----------
    by_area : from `by_area`
    names : of areas, by `gss_code`
    published, left : from `published_total` and `not_traced`

    Returns
    -------
    `area`, `here`, `share`, `total` and `gss_code` ("none" where a row is no area). The last rows have a `total` only,
    blank where it cannot be said.
    """
    areas = by_area.drop(index=NOT_ALLOCATED)
    sums = {
        f"All {len(areas)} areas": areas.sum(),
        NOT_ALLOCATED: by_area.loc[NOT_ALLOCATED],
        "Traced awards": by_area.sum(),
    }
    rows = [{"area": names[code], "gss_code": code, **row} for code, row in areas.to_dict("index").items()]
    rows += [{"area": name, "gss_code": "none", **row.to_dict()} for name, row in sums.items()]
    for name, result in (("Not traced", left), ("Published budget", published)):
        rows.append({"area": name, "gss_code": "none", "total": getattr(result, "value", None)})
    return pd.DataFrame(rows, columns=["area", "here", "share", "total", "gss_code"])


def divide(pence: int, weights: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[int]:
    """Whole pence in proportion to `weights`, adding up exactly: the largest remainders have the pence left over.

    >>> divide(100, [1, 1, 1])
    [34, 33, 33]
    """
    shares = np.asarray(weights, dtype=float)
    if not (shares >= 0).all() or not shares.sum() > 0:
        raise ValueError("a sum is divided by weights over zero")
    exact = pence * shares / shares.sum()
    whole = np.floor(exact).astype("int64")
    left = pence - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return [int(part) for part in whole]


def not_traced(published: Estimate | CannotSay, traced: float) -> Result:
    """What is left of a published total after what was traced, with the rounding of the total."""
    if isinstance(published, CannotSay):
        return CannotSay("no total is published for the year", status=Status.SCENARIO)
    if traced > (published.upper or published.value):
        return CannotSay("more was traced than is published, for awards of other funders are among it", Status.SCENARIO)
    lower, upper = (None if end is None else end - traced for end in (published.lower, published.upper))
    method = f"the published total less what was traced, {SPREAD}; interval: the rounding of the total"
    return Estimate(published.value - traced, lower, upper, method=method, status=Status.SCENARIO)


TOTAL = "commissioning budget (total)"


def published_total(budget: pd.DataFrame, year: FinancialYear) -> Estimate | CannotSay:
    """The commissioning budget that is published for a year, with its rounding; or that none is."""
    rows = budget[(budget["period"] == year.words) & budget["measure"].str.endswith(TOTAL)]
    if len(rows) != 1:
        return CannotSay(f"no total is published for {year.words}", status=Status.PUBLISHED)
    amount, step = float(rows["amount"].iloc[0]), rows["rounded_to"].iloc[0]
    lower, upper = (None, None) if pd.isna(step) else (amount - float(step) / 2, amount + float(step) / 2)
    return Estimate(amount, lower, upper, method="as published", status=Status.PUBLISHED)
