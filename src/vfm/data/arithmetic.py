"""Sums that must hold, counts that may not fall, and what a source states twice.

What published sources get wrong is theirs: it is told as advice and never mended in silence. A difference that
rounding explains is told apart from one that it does not.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from vfm.data import schemas
from vfm.vocabulary.errors import Problem, suggestion
from vfm.vocabulary.periods import Quarter

SAME = 1e-6  # of a value: so small a difference is of rounding, whatever the source rounds to
MONEY = {"awards": "amount_gbp", "borough_allocations": "amount_gbp", "stated_values": "value"}
THEIRS = "The inconsistency is the source's: say which value is used."

Rule = Callable[..., Iterator[Problem]]


def is_rounding(one: float, other: float, rounded_to: float = 0) -> bool:
    """Whether rounding explains the difference of two numbers.

    Parameters
    ----------
    rounded_to : sum of the steps that the numbers, and the parts that they sum, are rounded to; each may be off by
        half of its step

    >>> is_rounding(7539034, 7539033), is_rounding(246700, 264700), is_rounding(5.4, 5.3, 0.2)
    (True, False, True)
    """
    # What is off by exactly half a step on both sides still is rounding, whatever binary fractions make of it.
    return abs(one - other) <= max(SAME * max(abs(one), abs(other)), rounded_to / 2 * (1 + SAME))


# ---- stated twice


def _stated_twice(stated: pd.DataFrame, file: str) -> Iterator[Problem]:
    for what, places in stated.groupby("what", sort=False):
        if places["value"].nunique() > 1:
            values = list(places["value"])
            rule = "the source states it twice with different values"
            if _are_rounded(values):
                rule = "the source states it twice, differently rounded"
            mend = f"{_said(str(what), places)}.{_swapped(*values[:2])} {THEIRS}"
            yield Problem(file, rule, mend, row=int(places.index[0]), column="value", advice=True)


def _said(what: str, places: pd.DataFrame) -> str:
    """What is stated, and each value with its place, and with its decision where there are two."""
    decisions = places["decision_ref"].fillna("")
    named = decisions + ", " if decisions.nunique() > 1 else [""] * len(places)
    values = zip(places["value"], named, places["stated_where"], strict=True)
    return f"{what}: " + " and ".join(f"{value} ({decision}{where})" for value, decision, where in values)


def _are_rounded(values: list[str]) -> bool:
    numbers = pd.to_numeric(pd.Series(values), errors="coerce")
    return bool(numbers.notna().all()) and is_rounding(numbers.min(), numbers.max())


def _swapped(one: str, other: str) -> str:
    differ = [at for at in range(min(len(one), len(other))) if one[at] != other[at]]
    is_swap = len(one) == len(other) and len(differ) == 2 and differ[1] == differ[0] + 1
    return " Two digits stand the other way round." if is_swap and sorted(one) == sorted(other) else ""


# ---- sums


def _sums(sums: pd.DataFrame, *tables_and_files: Any) -> Iterator[Problem]:
    tables = dict(zip(MONEY, tables_and_files[: len(MONEY)], strict=True))
    file = tables_and_files[len(MONEY)]
    amounts = {name: _by_key(name, table) for name, table in tables.items()}
    for sum_id, members in sums.groupby("sum_id", sort=False):
        unknown = [row for row in members.itertuples() if row.row_key not in amounts.get(row.table, {})]
        for row in unknown:
            known = sorted(amounts.get(row.table, {}))
            mend = f"Name the key of a row of {row.table}.{suggestion(str(row.row_key), known)}"
            yield Problem(
                file, "a sum of a row that is not there", mend, row=row.Index, column="row_key", value=row.row_key
            )
        totals, parts = members[members["member"] != "part"], members[members["member"] == "part"]
        if len(totals) != 1 or parts.empty:
            mend = "A sum has one row that is its whole or its ceiling, and at least one part."
            first = int(members.index[0])
            yield Problem(file, "a sum without its total or its parts", mend, row=first, column="member", value=sum_id)
        elif not unknown:
            yield from _sum_problems(str(sum_id), members.assign(amount=_amounts(members, amounts)), file)


def _by_key(name: str, table: pd.DataFrame) -> dict[str, float]:
    """The money of each row of a table, by its key; a key of several columns is written with bars."""
    keys = table[list(schemas.RAW[name].unique or [])].fillna("").astype(str).agg("|".join, axis=1)
    return dict(zip(keys, pd.to_numeric(table[MONEY[name]], errors="coerce"), strict=True))


def _amounts(members: pd.DataFrame, amounts: dict[str, dict[str, float]]) -> list[float]:
    return [amounts[table][key] for table, key in zip(members["table"], members["row_key"], strict=True)]


def _sum_problems(sum_id: str, members: pd.DataFrame, file: str) -> Iterator[Problem]:
    total = next(members[members["member"] != "part"].itertuples())
    parts = members.loc[members["member"] == "part", "amount"]
    if members["amount"].isna().any():
        mend = "Take the sum away, or name rows that state an amount."
        yield Problem(file, "a sum of a row without an amount", mend, row=total.Index, column="row_key", value=sum_id)
        return
    found, stated = float(parts.sum()), float(total.amount)
    if found == stated or (total.member == "ceiling" and found <= stated):
        return
    if is_rounding(found, stated, float(members["rounded_to"].fillna(0).sum())):
        rule = "parts that sum to their total but for rounding"
    elif total.member == "ceiling":
        rule = "parts that exceed their envelope"
    else:
        rule = "parts that do not sum to their total"
    mend = f"{total.reason}: {len(parts)} parts sum to {_money(found)} and {_money(stated)} is stated. {THEIRS}"
    yield Problem(file, rule, mend, row=total.Index, column="row_key", value=str(total.row_key), advice=True)


def _money(pounds: float) -> str:
    return f"£{pounds:,.2f}".removesuffix(".00")


# ---- counts so far


def _published_counts(results: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Counts of one thing from one start: the later end cannot have fewer, but for what is planned or "at least"."""
    counted = results[results["denominator"].isna() & (results["precision"] != "plan")]
    key = ["service", "measure", "kind", "period_start"]
    for _, rows in counted.dropna(subset=[*key, "period_end", "value"]).groupby(key, sort=False):
        ordered = rows.sort_values("period_end", kind="stable")
        for (_, before), (row, after) in zip(ordered.iloc[:-1].iterrows(), ordered.iloc[1:].iterrows(), strict=True):
            later = before["period_end"] < after["period_end"] and after["precision"] != "at-least"
            if later and after["value"] < before["value"]:
                mend = f"It was {before['value']:,.12g} up to {before['period_end']} from the same start. {THEIRS}"
                yield Problem(
                    file, "a count so far that falls", mend, int(str(row)), "value", f"{after['value']:,.12g}", True
                )


def counts_so_far(outputs: pd.DataFrame, indicators: pd.DataFrame) -> Iterator[Problem]:
    """Errors about returned counts of the year so far that fall from one quarter of a year to the next.

    Parameters
    ----------
    outputs : `returned_outputs`
    indicators : `name` and `counted`
    """
    names = indicators.loc[indicators["counted"] == "year so far", "name"]
    so_far = outputs[outputs["measure"].isin(names) & (outputs["quarter"] != "")]
    so_far = so_far.dropna(subset=["service", "area", "measure", "count"])
    so_far = so_far.assign(year=[str(Quarter.parse(quarter).year) for quarter in so_far["quarter"]])
    for _, rows in so_far.groupby(["service", "area", "measure", "year"], sort=False):
        ordered = rows.sort_values("quarter", kind="stable")
        for (_, before), (_, after) in zip(ordered.iloc[:-1].iterrows(), ordered.iloc[1:].iterrows(), strict=True):
            if before["quarter"] < after["quarter"] and after["count"] < before["count"]:
                mend = f"It was {before['count']} in {before['quarter']} ({before['file']}): correct one of the two."
                place = (int(after["raw_row"]), "count", str(after["count"]))
                yield Problem(
                    str(after["file"]), "a count of the year so far that falls", mend, *place, sheet="Outputs"
                )


RULES: dict[Rule, tuple[str, ...]] = {
    _stated_twice: ("stated_values",),
    _sums: ("sums", *MONEY),
    _published_counts: ("results",),
}
