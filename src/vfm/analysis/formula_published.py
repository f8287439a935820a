"""What is published of the London Crime Prevention Fund's formula, and whether its totals fit one another.

Totals and mechanics are published; indicators, weights and the sums of most boroughs are not. So this holds totals
against each other. It replays nothing.
"""

from dataclasses import dataclass

import pandas as pd

from vfm.analysis.formula_rules import CO_COMMISSIONED, DIRECT, split
from vfm.vocabulary.errors import DataError, suggestion
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

TWO_YEARS = ("2019/20-2020/21", "LCPF direct borough funding (two-year total)")
NEXT_YEAR = ("2021/22", "LCPF direct borough funding")
LATER = ("2022/23-2024/25", "LCPF direct borough funding (three-year total)")
FOUR_YEARS = ("2017/18-2020/21", "LCPF budget (four-year total)")
YEAR_BEFORE = ("2016/17", "LCPF budget")
TOGETHER = ("2018/19-2020/21", "LCPF Co-commissioning Fund (three-year total)")
FLOOR_COST = "PCD 421, cost of no borough losing"
DIRECT_SHARE = "PCD 79, direct share from the second year"
FUND, BEFORE, AFTER = "LCPF direct", "2017/18", "2018/19"


@dataclass(frozen=True)
class Published:
    """The published sums, in pounds, and the direct share as a proportion.

    `two_years` is of 2019/20 and 2020/21, `next_year` of 2021/22, `later` of three years, `fund` of four,
    `before` of 2016/17 (at most) and `co_commissioned` of three.
    """

    two_years: float
    floor_cost: float
    next_year: float
    later: float
    fund: float
    before: float
    co_commissioned: float
    direct_share: float

    @property
    def planned(self) -> float:
        """Direct funding of the two years as it was planned before no borough was to lose."""
        return self.two_years - self.floor_cost


def published(budget: pd.DataFrame, stated: pd.DataFrame) -> Published:
    """The published sums of the fund's formula, from `budget` and `stated_values`.

    Raises
    ------
    DataError
        when one is not there, or is stated twice: which.
    """
    sums = budget.set_index(["period", "measure"])["amount"]
    values = stated.set_index("what")["value"]
    found = {
        name: _one(sums, key)
        for name, key in {
            "two_years": TWO_YEARS,
            "next_year": NEXT_YEAR,
            "later": LATER,
            "fund": FOUR_YEARS,
            "before": YEAR_BEFORE,
            "co_commissioned": TOGETHER,
        }.items()
    }
    return Published(**found, floor_cost=_one(values, FLOOR_COST), direct_share=_one(values, DIRECT_SHARE))


def _one(values: "pd.Series[float]", key: object) -> float:
    rows = values[values.index == key]
    if len(rows) != 1:
        known = [str(one) for one in values.index]
        raise DataError(f"{key} is published {len(rows)} times here, and not once.{suggestion(str(key), known)}")
    return float(rows.iloc[0])


EXACTLY, FITS, DIFFERS = "exactly", "fits what was said", "differs"


def checks(sums: Published) -> pd.DataFrame:
    """Published totals against what the mechanics make of other published totals.

    Returns
    -------
    One row a check: `check`, `stated` and `expected` (pounds), `difference` (stated less expected), `holds` ("exactly",
    "fits what was said" of a total that is stated as "more than", or "differs") and `reading`.
    """
    a_year = {part: pence / 100 for part, pence in split(round(sums.fund * 25), sums.direct_share).items()}
    rows = [
        (
            "Direct funding of 2021/22 is half of that of the two years before",
            *(sums.next_year, sums.two_years / 2, False),
            "The same sum each year from 2019/20 to 2021/22.",
        ),
        (
            "Direct funding of the three years from 2022/23 is three times that",
            *(sums.later, 3 * sums.next_year, True),
            'Stated as "more than" a rounded sum, from a secondary source.',
        ),
        (
            "Direct funding as planned for two years is the direct share of the fund",
            *(sums.planned, 2 * a_year[DIRECT], False),
            "The fund of a year is taken as a quarter of the four-year total; how it fell by year is not published.",
        ),
        (
            "Direct funding of two years with nobody losing is the direct share of the fund",
            *(sums.two_years, 2 * a_year[DIRECT], False),
            "With the cost of nobody losing, more than the stated share of the fund is direct.",
        ),
        (
            "Co-commissioned funding of three years is the rest of the fund",
            *(sums.co_commissioned, 3 * a_year[CO_COMMISSIONED], False),
            "Stated as approximate.",
        ),
    ]
    table = pd.DataFrame(rows, columns=["check", "stated", "expected", "more_than", "reading"])
    table.insert(3, "difference", table["stated"] - table["expected"])
    fits = table["more_than"] & (table["difference"] <= 0)
    holds = pd.Series(DIFFERS, index=table.index).mask(fits, FITS).mask(table["difference"] == 0, EXACTLY)
    return table.assign(holds=holds).drop(columns="more_than")


def results(sums: Published) -> dict[str, Result]:
    """What follows from the published sums, in pounds unless it says otherwise.

    Returns
    -------
    `planned` (direct funding of two years before the cost of nobody losing), `a-year` (direct funding of each year),
    `floor-share` (what the floor costs, as a share of the money that it is part of), `direct-share` (direct funding as
    planned over the fund) and `fund-a-year` (the fund of which the plan would be exactly the stated share).
    """
    return {
        "planned": Estimate(sums.planned, method="two years less the cost of no borough losing"),
        "a-year": Estimate(sums.two_years / 2, method="half of the two years"),
        "floor-share": Estimate(sums.floor_cost / sums.two_years, method="cost over the direct funding of two years"),
        "direct-share": Estimate(sums.planned / (sums.fund / 2), method="plan of two years over half of the fund"),
        "fund-a-year": Estimate(sums.planned / 2 / sums.direct_share, method="plan of a year over the direct share"),
    }


@dataclass(frozen=True)
class Move:
    """One borough's move from the year before the formula to its first year, in pounds, as parts that add up.

    `before` less `top_slice` (the part that became co-commissioned) and `by_formula` more is `after`.
    """

    before: float
    top_slice: float
    by_formula: float
    after: float


def move(allocations: pd.DataFrame, gss_code: str, direct_share: float) -> Move | CannotSay:
    """Part a borough's change between 2017/18 and 2018/19 into the top-slice and what the formula did.

    Notes
    -----
    An accounting split: the top-slice is taken as the same proportion of every borough's sum.
    """
    own = allocations[(allocations["gss_code"] == gss_code) & (allocations["fund"] == FUND)]
    by_year = own.set_index("period")["amount"]
    lacking = [year for year in (BEFORE, AFTER) if year not in by_year.index]
    if lacking:
        return CannotSay(f"no direct sum of the borough is published for {' or '.join(lacking)}")
    before, after = float(by_year[BEFORE]), float(by_year[AFTER])
    top_slice = round(before * (1 - direct_share), 2)
    return Move(before, top_slice, round(after - (before - top_slice), 2), after)


def move_results(moved: Move | CannotSay) -> dict[str, Result]:
    """The parts of a move as results: `before`, `top-slice`, `by-formula`, `after` in pounds, and `change`.

    `change` is what the formula alone did, as a proportion of what the top-slice had left.
    """
    if isinstance(moved, CannotSay):
        return dict.fromkeys(("before", "top-slice", "by-formula", "after", "change"), moved)
    left = moved.before - moved.top_slice
    return {
        "before": Estimate(moved.before, method="as published", status=Status.PUBLISHED),
        "top-slice": Estimate(moved.top_slice, method="co-commissioned share of the sum before"),
        "by-formula": Estimate(moved.by_formula, method="change less the top-slice"),
        "after": Estimate(moved.after, method="as published", status=Status.PUBLISHED),
        "change": Estimate(moved.by_formula / left, method="change beside the top-slice over what that left"),
    }


def share_of_plan(moved: Move | CannotSay, sums: Published) -> Result:
    """A borough's share of direct funding in the formula's first year, were its total that planned for the years after.

    The total of that year is not published, so this is a scenario.
    """
    if isinstance(moved, CannotSay):
        return moved
    method = "its sum over half of the plan of the two years after"
    return Estimate(moved.after / (sums.planned / 2), method=method, status=Status.SCENARIO)
