"""What is possible in a return and yet worth asking about: advice, never an error."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from vfm.vocabulary.errors import Problem
from vfm.vocabulary.periods import Quarter

JUMP = 10  # times as much, or as little, as the quarter before
SMALLEST = 10  # below this a count may jump by chance alone
ALIKE = 4  # boroughs with the very same number, or numbers the same as the quarter before
ASK = "Ask the provider; correct it at the source, or leave it when it is right."
VALUES = {"returned_spend": "amount", "returned_outputs": "count", "returned_outcomes": "achieved"}


def plausibility(tables: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Advice on the returns of every quarter.

    Parameters
    ----------
    tables : `returned_spend`, `returned_outputs` and `returned_outcomes`, and the raw `awards`
    """
    for name, value in VALUES.items():
        table = tables[name].dropna(subset=["service", "area", value]).rename(columns={value: "value"})
        table = table.assign(what=table["basis" if name == "returned_spend" else "measure"])
        yield from _jumps(table, value)
        yield from _copied(table, value)
        yield from _alike(table, value)
    yield from _over_award(tables["returned_spend"], tables["awards"])


def _with_previous(table: pd.DataFrame) -> pd.DataFrame:
    """Each row that the quarter before also has, with its value then as `before`."""
    key = ["service", "area", "what"]
    following = table["quarter"].map(lambda quarter: str(Quarter.parse(quarter).next))
    earlier = table.assign(quarter=following)[[*key, "quarter", "value"]].rename(columns={"value": "before"})
    return table.merge(earlier, on=[*key, "quarter"])


def _jumps(table: pd.DataFrame, column: str) -> Iterator[Problem]:
    both = _with_previous(table)
    large = both[["value", "before"]].max(axis=1) >= SMALLEST
    jump = (both["value"] >= JUMP * both["before"]) | (both["before"] >= JUMP * both["value"])
    for row in both[large & jump].itertuples():
        mend = f"It was {row.before:,.12g} in the quarter before. {ASK}"
        yield _about(row, column, "ten times the quarter before, or a tenth of it", mend)


def _copied(table: pd.DataFrame, column: str) -> Iterator[Problem]:
    both = _with_previous(table)
    for _, rows in both[both["value"] > 0].groupby(["file", "service"], sort=False):
        if len(rows) >= ALIKE and (rows["value"] == rows["before"]).all():
            mend = f"All {len(rows)} numbers equal those of the quarter before. {ASK}"
            yield _about(next(rows.itertuples()), column, "the quarter before, copied", mend)


def _alike(table: pd.DataFrame, column: str) -> Iterator[Problem]:
    counted = table[table["value"] >= SMALLEST]
    for _, rows in counted.groupby(["file", "service", "what", "value"], sort=False):
        if len(rows) >= ALIKE:
            mend = f"It stands in {len(rows)} areas. {ASK}"
            yield _about(next(rows.itertuples()), column, "the same number in many areas", mend)


def _over_award(spend: pd.DataFrame, awards: pd.DataFrame) -> Iterator[Problem]:
    """More spent than the service's component awards hold; said only where every one of them has an amount."""
    components = awards[awards["role"] == "component"]
    held = components.groupby("service")["amount_gbp"].agg(["sum", "size", "count"])
    known = held.loc[held["size"] == held["count"], "sum"]
    actual = spend[spend["basis"] == "actual"].dropna(subset=["service", "amount"])
    for service, rows in actual.groupby("service", sort=False):
        total = rows["amount"].sum()
        if service in known.index and total > known[service]:
            mend = f"Its awards hold £{known[service]:,.0f} and its returns report £{total:,.0f} in all. {ASK}"
            last = next(rows.tail(1).assign(value=rows["amount"].iloc[-1]).itertuples())
            yield _about(last, "amount", "more spent than was awarded", mend)


def _about(row: Any, column: str, rule: str, mend: str) -> Problem:
    return Problem(
        str(row.file),
        rule,
        mend,
        row=int(row.raw_row),
        column=column,
        value=f"{row.value:,.12g}",
        advice=True,
        sheet=row.sheet,
    )
