"""Control charts: has a series changed, or does it only vary?

XmR: limits are the mean -+ 2.66 x the mean moving range, how far each value is from the one before. A point is special
cause when it is outside the limits; one of seven or more that each went the same way; near a limit (in the outer third)
as two in three on that side are; or one of seven or more on one side of the mean. The first of these that holds is
named. Which way is an improvement is declared. Limits start afresh only for a reason that is written down.
"""

import math

import pandas as pd
import pytest

from vfm.analysis import control_chart
from vfm.analysis.control_chart import ControlChart, Rebase, p_chart, p_prime_chart, xmr
from vfm.vocabulary.results import Better, CannotSay

EVEN = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]  # mean 1.5, every moving range 1
SPIKE = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1]


def chart(values: list[float], **named: object) -> ControlChart:
    got = xmr(pd.Series(values), **({"better": Better.HIGHER} | named))  # type: ignore[arg-type]
    assert isinstance(got, ControlChart)
    return got


LIMITS = [
    # values, ranges, limits from, mean, lower, upper, working
    (EVEN, "all", None, 1.5, -1.16, 4.16, "1.5 -+ 2.66 x 1"),
    (SPIKE, "all", None, 26 / 12, 26 / 12 - 2.66 * 26 / 11, 26 / 12 + 2.66 * 26 / 11, "ranges: 8, 9 and nine of 1"),
    (SPIKE, "screened", None, 26 / 12, 26 / 12 - 2.66, 26 / 12 + 2.66, "8 and 9 are 3.267 x 26/11 = 7.72 or more"),
    ([*EVEN, 30], "all", 12, 1.5, -1.16, 4.16, "the first twelve alone"),
    ([4, 4, 4], "all", None, 4, 4, 4, "no moving range"),
]


@pytest.mark.parametrize(("values", "ranges", "limits_from", "mean", "lower", "upper", "working"), LIMITS)
def test_limits_of_single_values(
    values: list[float], ranges: str, limits_from: int | None, mean: float, lower: float, upper: float, working: str
) -> None:
    got = chart(values, ranges=ranges, limits_from=limits_from).table.iloc[-1]
    assert (got["mean"], got["lower"], got["upper"]) == pytest.approx((mean, lower, upper)), working


# Against the limits of EVEN, -1.16 to 4.16 round 1.5: the outer thirds start at -0.273 and at 3.273.
RULES = [
    # what follows EVEN, rule of each following point, point of the last if higher is better, working
    ([2, 1], ["", ""], "common cause", "within"),
    ([4.17], ["outside"], "special cause improving", "over 4.16"),
    ([-1.17], ["outside"], "special cause worsening", "under -1.16"),
    ([4.16], [""], "common cause", "on the limit is not outside"),
    ([3.3, 2, 3.3], ["near", "", "near"], "special cause improving", "two of three over 3.273, all over the mean"),
    ([3.3, 1, 3.3], ["", "", ""], "common cause", "the middle one is on the other side"),
    ([-0.3, -0.3], ["", ""], "common cause", "two of three, but the third is on the other side"),
    ([1, -0.3, -0.3], ["", "near", "near"], "special cause worsening", "low on the low side"),
    ([3.3, 2, 9], ["", "", "outside"], "special cause improving", "beyond the limit is not near it"),
    ([2] * 6, ["shift"] * 6, "special cause improving", "with the 2 before them seven above the mean"),
    ([2] * 5, [""] * 5, "common cause", "six above the mean"),
    ([1.6, 1.5, 1.6] * 4, [""] * 12, "common cause", "a point on the mean ends the run"),
    (
        [1.1, 1.2, 1.3, 1.4, 1.45, 1.48, 1.49],
        ["trend"] * 7,
        "special cause improving",
        "seven that rise, though all are below the mean",
    ),
    ([1.1, 1.2, 1.3, 1.4, 1.45, 1.48], [""] * 6, "common cause", "six that rise, and the 2 before is above them"),
    (
        [1.1, 1.2, 1.3, 1.4, 1.4, 1.48, 1.6],
        [""] * 7,
        "common cause",
        "a tie ends the trend; six below the mean are no shift",
    ),
]


@pytest.mark.parametrize(("then", "rules", "point", "working"), RULES)
def test_the_rules(then: list[float], rules: list[str], point: str, working: str) -> None:
    got = chart([*EVEN, *then], limits_from=12)
    assert got.table["rule"].tolist()[12:] == rules, working
    assert got.variation == got.table["point"].iloc[-1] == point, working


WAYS = [
    # better, last value after EVEN, point, working
    (Better.HIGHER, 9, "special cause improving", "high is good"),
    (Better.LOWER, 9, "special cause worsening", "high is bad"),
    (Better.LOWER, -9, "special cause improving", "low is good"),
    (Better.NEITHER, 9, "special cause neither", "nothing is declared"),
    (Better.NEITHER, 2, "common cause", "within"),
]


@pytest.mark.parametrize(("better", "last", "point", "working"), WAYS)
def test_which_way_is_better_is_declared(better: Better, last: float, point: str, working: str) -> None:
    assert chart([*EVEN, last], better=better, limits_from=12).variation == point, working


TARGETS = [
    # better, target, assurance (limits -1.16 to 4.16), working
    (Better.HIGHER, -2, control_chart.ALWAYS, "all that chance allows is above it"),
    (Better.HIGHER, 5, control_chart.NEVER, "all that chance allows is below it"),
    (Better.HIGHER, 2, control_chart.CHANCE, "between the limits"),
    (Better.LOWER, 5, control_chart.ALWAYS, "below is good"),
    (Better.LOWER, -2, control_chart.NEVER, "above is bad"),
    (Better.HIGHER, 4.16, control_chart.CHANCE, "on a limit: it can just be met"),
    (Better.NEITHER, 2, CannotSay("it is not declared which way is an improvement"), "no way to meet it"),
    (Better.HIGHER, None, CannotSay("no target is set"), "nothing to meet"),
]


@pytest.mark.parametrize(("better", "target", "assurance", "working"), TARGETS)
def test_what_the_limits_say_of_a_target(
    better: Better, target: float | None, assurance: str | CannotSay, working: str
) -> None:
    assert chart(EVEN, better=better, target=target).assurance == assurance, working


def test_limits_start_afresh_for_a_reason() -> None:
    values = [*EVEN, *[x + 10 for x in EVEN]]
    got = chart(values, rebases=[Rebase(12, "the recording of crime changed")])
    assert got.table["phase"].tolist() == [1] * 12 + [2] * 12
    assert got.table["mean"].tolist() == [1.5] * 12 + [11.5] * 12
    assert got.variation == "common cause" and set(got.table["rule"]) == {""}
    assert got.warnings == ("limits start afresh at 12: the recording of crime changed",)
    assert set(chart(values).table["rule"]) == {"outside"}, "without it every point is special cause"


SENTENCES = [
    # values, named, sentence, working
    (EVEN, {}, "The last point is common cause.", "nothing else to say"),
    (
        EVEN,
        {"target": 2},
        "The last point is common cause. By these limits the target is met or missed by chance.",
        "with a target",
    ),
    (
        [*EVEN[:8], 20],
        {},
        "The last point is special cause improving: it is outside the limits. "
        "Provisional: the last limits rest on 9 points, and 12 are wanted.",
        "mean 32/9; moving ranges seven of 1 and one of 18: 3.125; 3.556 + 8.3125 = 11.87",
    ),
]


@pytest.mark.parametrize(("values", "named", "sentence", "working"), SENTENCES)
def test_what_a_chart_says(values: list[float], named: dict[str, object], sentence: str, working: str) -> None:
    assert chart(values, **named).sentence == sentence, working


PROPORTIONS = [
    # chart, lower, upper of the first period, working: 10, 30 of 100 in turn, p = 0.2, chance 0.04, z -2.5 and 2.5
    (p_chart, 0.08, 0.32, "0.2 -+ 3 x 0.04"),
    (p_prime_chart, 0.0, 0.731915, "ranges of z are 5: 0.12 x 5/1.128 = 0.531915; 0.2 less that is cut to 0"),
]


@pytest.mark.parametrize(("make", "lower", "upper", "working"), PROPORTIONS)
def test_limits_of_proportions(make, lower: float, upper: float, working: str) -> None:  # type: ignore[no-untyped-def]
    got = make(pd.Series([10, 30] * 6), pd.Series([100] * 12), better=Better.HIGHER)
    first = got.table.iloc[0]
    assert (first["mean"], first["lower"], first["upper"]) == pytest.approx((0.2, lower, upper), abs=1e-6), working


def test_limits_of_proportions_follow_the_denominator() -> None:
    got = p_chart(pd.Series([20, 80]), pd.Series([100, 400]), better=Better.HIGHER)
    assert isinstance(got, ControlChart)
    # 0.2 -+ 3 sqrt(0.16 / 100) and 0.2 -+ 3 sqrt(0.16 / 400)
    assert got.table["upper"].tolist() == pytest.approx([0.32, 0.26])
    assert not math.isclose(got.table["lower"][0], got.table["lower"][1])
