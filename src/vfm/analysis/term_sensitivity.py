"""How far the account of terms leans on what counts as a term, and on which decisions were found."""

from typing import cast

import numpy as np
import pandas as pd

from vfm.analysis.spells import ONE_DAY, months_between
from vfm.analysis.terms import MINIMUM, NOT_DATED, groups, term_results
from vfm.vocabulary.results import CannotSay, Estimate, Result

FEWEST_DECISIONS = 10
NUMBERED = r"^PCD (\d+)$"  # since 2016 they are numbered one after another; before, within a year: DMPCD 2015 24


def joined(awards: pd.DataFrame) -> pd.DataFrame:
    """The awards with each extension joined to what it extends: one term, from the first day to the last.

    An extension joins the award of its service that is running when it starts, or else the one that ends on the day
    before; of several, the one that started last. Where they start on one day it adds to a new award, and not to
    another extension. One that extends nothing found stays a term of its own, and so does one without both days.

    Returns
    -------
    One row a term: the columns of the award that was extended, with `months` from its first day to its last, `amount`
    the sum of those stated, and `joined`, how many extensions it took in. A term without extensions keeps its stated
    months.
    """
    held = awards.sort_values(["start", "award_id"]).assign(joined=0)
    months, ends = held["months"].to_dict(), held["end"].to_dict()
    amounts, counts = held["amount"].to_dict(), dict.fromkeys(held.index, 0)
    taken: list[object] = []
    for index, award in held[
        held["is_extension"].astype(bool) & held["start"].notna() & held["end"].notna()
    ].iterrows():
        eve, at = award["start"] - ONE_DAY, held["start"]
        earlier = (at < award["start"]) | ((at == award["start"]) & ~held["is_extension"].astype(bool))
        others = [one for one in held.index[(held["service_id"] == award["service_id"]) & earlier] if one not in taken]
        able = [one for one in others if pd.notna(ends[one]) and ends[one] >= eve]
        if not able:
            continue
        of = max(able, key=lambda one: (ends[one] > eve, held.loc[one, "start"]))
        taken.append(index)
        counts[of] += 1 + counts[index]
        ends[of] = max(ends[of], ends[index])
        months[of] = months_between(cast("pd.Timestamp", held.loc[of, "start"]), ends[of] + ONE_DAY)
        both = [amount for amount in (amounts[of], amounts[index]) if pd.notna(amount)]
        amounts[of] = sum(both) if both else np.nan
    columns = {"months": months, "end": ends, "amount": amounts, "joined": counts}
    return held.assign(**{name: pd.Series(values) for name, values in columns.items()}).drop(index=taken)


def readings(awards: pd.DataFrame) -> pd.DataFrame:
    """The same account of terms under other choices, each on a row.

    Returns
    -------
    `reading`, `awards`, `stated`, `short` (stated terms of under 24 months), `short_share` (of those stated),
    `short_pounds_share`, `median` and `weighted_mean` (months); blank where nothing is stated.
    """
    new = ~awards["is_extension"].astype(bool)
    choices = {
        "An extension is a term of its own": awards,
        "An extension is joined to what it extends": joined(awards),
        "New awards alone": awards[new],
        "Extensions alone": awards[~new],
        "Only decisions with a signature date": awards[awards["date_signed"].notna()],
        "Only what an official page states": awards[awards["source_kind"] == "official"],
        "Only awards with a start": awards[awards["start"].notna()],
    }
    keys = {
        "stated": "stated-count",
        "short": "under-24-months-count",
        "short_share": "under-24-months-share",
        "short_pounds_share": "under-24-months-pounds-share",
        "median": "median-months",
        "weighted_mean": "weighted-mean-months",
    }
    rows = []
    for name, chosen in choices.items():
        found = term_results(chosen)
        row = {column: getattr(found[key], "value", None) for column, key in keys.items()}
        rows.append({"reading": name, "awards": len(chosen)} | row)
    return pd.DataFrame(rows)


def unstated_bounds(awards: pd.DataFrame) -> Result:
    """The share of all awards under 24 months, between none and all of those that state no term being so.

    >>> unstated_bounds(pd.DataFrame({"months": [12, 36, 12, None]})).lower
    0.5
    """
    stated = awards["months"].dropna()
    if stated.empty:
        return CannotSay("no award here states a term")
    short, count = int((stated < MINIMUM).sum()), len(awards)
    method = "share of those stated; limits where none and where all of the unstated are short"
    return Estimate(short / len(stated), short / count, (short + count - len(stated)) / count, count, method)


def to_turn(awards: pd.DataFrame) -> Result:
    """How many awards of 24 months or more would have to be missing for the short ones to be no more than half.

    With s short awards of n stated it is 2 s - n, for s / (n + 2 s - n) is a half.

    >>> to_turn(pd.DataFrame({"months": [12, 12, 12, 36]})).value
    2.0
    """
    stated = awards["months"].dropna()
    short = int((stated < MINIMUM).sum())
    if 2 * short <= len(stated):
        return CannotSay("the short awards are no more than half as it is")
    return Estimate(float(2 * short - len(stated)), n=len(stated), method="twice the short awards less those stated")


def every_year_alike(awards: pd.DataFrame) -> Result:
    """The share under 24 months if each start year weighed the same, however many of its decisions were found.

    The limits are the lowest and the highest of any one year: no weights on the years can lead outside them.
    """
    stated = awards[awards["months"].notna()]
    years = groups(stated)["start-year"]
    dated = stated[years != NOT_DATED]
    if dated.empty:
        return CannotSay("no award here has both a start and a term")
    shares = (dated["months"] < MINIMUM).groupby(years[dated.index]).mean()
    method = f"mean of the shares of {len(shares)} start years; limits are the lowest and the highest year"
    return Estimate(float(shares.mean()), float(shares.min()), float(shares.max()), len(dated), method)


def by_decision(awards: pd.DataFrame, generator: np.random.Generator, *, draws: int = 2_000) -> Result:
    """The share under 24 months, with limits as if the decisions found were drawn by chance from all there are.

    Awards of one decision come together, so decisions are drawn, not awards. An award without a reference is a decision
    of its own. They were found by searching and not by chance, so the limits leave out the larger part of what is not
    known.

    Parameters
    ----------
    generator : where chance comes from; the limits do not depend on the order of the awards
    """
    stated = awards[awards["months"].notna()].sort_values("award_id")
    decision = stated["decision_ref"].where(stated["decision_ref"].notna(), stated["award_id"])
    per = (stated["months"] < MINIMUM).groupby(decision).agg(["sum", "size"]).to_numpy(dtype=float)
    if len(per) < FEWEST_DECISIONS:
        return CannotSay(f"limits by chance take {FEWEST_DECISIONS} decisions with a term, and there are {len(per)}")
    weights = generator.multinomial(len(per), np.full(len(per), 1 / len(per)), size=draws)
    short, count = (weights @ per).T
    lower, upper = np.quantile(short / count, [0.025, 0.975])
    method = f"{draws:,} draws of {len(per)} decisions, 95% of them; as if found by chance"
    value = per[:, 0].sum() / per[:, 1].sum()
    return Estimate(float(value), float(min(lower, value)), float(max(upper, value)), len(per), method)


def numbers_seen(decision_refs: "pd.Series[str]") -> Result:
    """The share of the numbered decisions, up to the highest number seen, in which an award was found.

    Most decisions are about something else (estates, the police's own contracts), so this is less than the share of the
    decisions on commissioning that were found: how much less is not known.
    """
    numbers = decision_refs.dropna().str.extract(NUMBERED)[0].dropna().astype(int).unique()
    if not len(numbers):
        return CannotSay("no decision here is numbered")
    method = f"{len(numbers)} decision numbers seen of {numbers.max():,}"
    return Estimate(len(numbers) / int(numbers.max()), n=len(numbers), method=method)
