"""Difference in differences: the change of those treated, less that of those not treated.

Two groups and two times: a difference of differences of means, its error clustered by unit. Units seen at both times:
the difference of mean changes, by Welch. Many times: a fixed effect for each unit and time. Different starts: each
group that starts together against units that have not started, then drawn together; two-way fixed effects are a
weighted mean of two-by-two comparisons, some of them with units treated already.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import difference_in_differences as did
from vfm.analysis import staggered
from vfm.analysis.event_study import event_study
from vfm.analysis.impact import About, Effect
from vfm.vocabulary.results import CannotSay

ABOUT = About("staff", "jobs", "the rise")

# ---- two by two

PAIRS = pd.DataFrame(
    # unit, treated, after, outcome
    [
        ("a", 1, 0, 10.0),
        ("b", 1, 0, 14.0),
        ("c", 0, 0, 8.0),
        ("d", 0, 0, 12.0),
        ("a", 1, 1, 15.0),
        ("b", 1, 1, 21.0),
        ("c", 0, 1, 8.0),
        ("d", 0, 1, 14.0),
    ],
    columns=["unit", "treated", "after", "y"],
)
TWO: dict[str, Any] = {"outcome": "y", "unit": "unit", "treated": "treated", "after": "after", "about": ABOUT}
MANY: dict[str, Any] = {"outcome": "y", "unit": "unit", "time": "after", "first_treated": "start", "about": ABOUT}


def pairs(copies: int) -> pd.DataFrame:
    """The four units so many times over: changes of 5 and 7 where treated, of 0 and 2 where not."""
    panel = pd.concat([PAIRS.assign(unit=PAIRS["unit"] + str(copy)) for copy in range(copies)], ignore_index=True)
    return panel.assign(start=panel["treated"].where(panel["treated"] == 1))


ESTIMATES = [
    # method, half width, working: of 64 units, 32 of each; the effect is (18 - 12) - (11 - 10) = 5
    ("two_by_two", 0.509589, "variance 2 x 32(1/32)^2 = 1/16, times 64/63 x 127/124; root 0.255006 x t(63) 1.998341"),
    ("paired_changes", 0.507739, "variance 2 x (32/31)/32 = 2/31; root 0.254000 x t(62) 1.998972, Welch"),
    ("two_way", 0.507547, "1/16, times 64/63 x 127/125 for a slope and 2 times; root 0.253984 x t(63) 1.998341"),
]


@pytest.mark.parametrize(("method", "half", "working"), ESTIMATES)
def test_two_groups_and_two_times(method: str, half: float, working: str) -> None:
    found = getattr(did, method)(pairs(16), **(MANY if method == "two_way" else TWO))
    assert isinstance(found, Effect)
    assert found.value == pytest.approx(5)
    assert [found.value - found.lower, found.upper - found.value] == pytest.approx([half, half], rel=1e-6), working
    assert found.level == 3


LEFT_OUT = [
    # unit of twelve, effect without it, working: treated changes 5, 5, 5, 7, 7, 7; others 0, 0, 0, 2, 2, 2
    ("a0", 5.2, "(2 x 5 + 3 x 7)/5 - 1"),
    ("b0", 4.8, "(3 x 5 + 2 x 7)/5 - 1"),
    ("c0", 4.8, "6 - (3 x 2)/5"),
    ("d0", 5.2, "6 - (2 x 2)/5"),
]


@pytest.mark.parametrize("method", ["two_by_two", "paired_changes", "two_way"])
def test_each_unit_left_out(method: str) -> None:
    checks = getattr(did, method)(pairs(3), **(MANY if method == "two_way" else TWO)).checks.set_index("of")
    for unit, effect, working in LEFT_OUT:
        assert checks["value"][unit] == pytest.approx(effect), working
        assert checks["check"][unit] == "left out"


# ---- different starts: units a and b from time 1, c and d from time 3, e and f never; the effects are 1, 2, 3 and 6

EFFECTS = {"early": [0, 1, 2, 3], "late": [0, 0, 0, 6], "never": [0, 0, 0, 0]}
STARTS = {"early": 1.0, "late": 3.0, "never": np.nan}


def staggered_panel(scatter: float = 0.0, copies: int = 1) -> pd.DataFrame:
    rows = []
    for number, unit in enumerate("abcdef"):
        group = list(EFFECTS)[number // 2]
        for time in range(4):
            swing = scatter * (-1) ** number * (1, -1, 2, 0)[time]  # the two units of a group swing against each other
            y = 10 * number + 3 * time + EFFECTS[group][time] + swing
            rows += [(f"{unit}{copy}" if copy else unit, time, STARTS[group], y) for copy in range(copies)]
    return pd.DataFrame(rows, columns=["unit", "time", "start", "y"])


PANEL: dict[str, Any] = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}


def wide() -> staggered.Wide:
    found = staggered.widen(staggered_panel(), **PANEL)
    assert isinstance(found, staggered.Wide)
    return found


CELLS = [
    # controls, group, time, effect, units to compare with, working
    ("never", 1, 1, 1, 2, "units e and f"),
    ("never", 1, 3, 3, 2, "units e and f"),
    ("never", 3, 1, 0, 2, "before the start, against the time before"),
    ("never", 3, 3, 6, 2, "units e and f"),
    ("not-yet", 1, 1, 1, 4, "c and d have not started, with e and f"),
    ("not-yet", 1, 2, 2, 4, "c and d have not started, with e and f"),
    ("not-yet", 1, 3, 3, 2, "c and d have started: e and f"),
    ("not-yet", 3, 2, 0, 2, "a and b have started: e and f"),
]


@pytest.mark.parametrize(("controls", "group", "time", "effect", "units", "working"), CELLS)
def test_a_group_at_a_time(controls: str, group: int, time: int, effect: float, units: int, working: str) -> None:
    found = staggered.group_time(wide(), controls=controls)
    assert isinstance(found, staggered.GroupTimes)
    cell = found.table.set_index(["group", "time"]).loc[(group, time)]
    assert cell["value"] == pytest.approx(effect, abs=1e-9), working
    assert cell["controls"] == units, working


OVERALL = [
    # by, overall, working
    ("simple", 3, "(1 + 2 + 3 + 6)/4"),
    ("exposure", 17 / 6, "at the start (1 + 6)/2, then 2, then 3: the mean of 3.5, 2 and 3"),
    ("group", 4, "early (1 + 2 + 3)/3 = 2, late 6"),
    ("calendar", 2.5, "1, then 2, then (3 + 6)/2 = 4.5"),
]


@pytest.mark.parametrize(("by", "value", "working"), OVERALL)
def test_groups_drawn_together(by: str, value: float, working: str) -> None:
    found = staggered.group_time(wide())
    assert isinstance(found, staggered.GroupTimes)
    assert staggered.aggregate(found, by)["value"].iloc[-1] == pytest.approx(value), working


BACON = [
    # treated, control, kind, value, weight, working: treated 3/4 and 1/4 of the time, each group a third of the units
    (1, "never", "untreated", 2, 0.3, "(2/3)^2 x 1/4 x 3/4 x 1/4 = 3/144; effect (1 + 2 + 3)/3"),
    (3, "never", "untreated", 6, 0.3, "(2/3)^2 x 1/4 x 1/4 x 3/4 = 3/144"),
    (1, 3, "not yet treated", 1.5, 0.2, "(2/3 x 3/4)^2 x 1/4 x 2/3 x 1/3 = 2/144; effect (1 + 2)/2"),
    (3, 1, "already treated", 4.5, 0.2, "(2/3 x 3/4)^2 x 1/4 x 1/3 x 2/3 = 2/144; 6 - (3 - (1 + 2)/2)"),
]


@pytest.mark.parametrize(("treated", "control", "kind", "value", "weight", "working"), BACON)
def test_what_two_way_fixed_effects_are_made_of(
    treated: int, control: object, kind: str, value: float, weight: float, working: str
) -> None:
    parts = staggered.bacon(wide())
    assert isinstance(parts, pd.DataFrame) and len(parts) == 4
    row = parts[(parts["treated"] == treated) & (parts["control"] == control)].iloc[0]
    assert row["kind"] == kind
    assert [row["value"], row["weight"]] == pytest.approx([value, weight]), working


def test_their_mean_is_the_estimate_and_the_worst_part_is_said() -> None:
    found = did.two_way(staggered_panel(scatter=0.5), **PANEL, about=ABOUT)
    assert isinstance(found, Effect)
    assert found.value == pytest.approx(0.3 * 2 + 0.3 * 6 + 0.2 * 1.5 + 0.2 * 4.5)
    assert "units start at different times: 20.0% of the weight compares with units treated already" in found.cautions


# ---- round the start

COURSES = [
    # ends, exposure, value, working: units c and d from time 3 alone, effect 6; the time before the start is the base
    ((-3, 3), -3, 0, "time 0"),
    ((-3, 3), -2, 0, "time 1"),
    ((-3, 3), -1, 0, "the base"),
    ((-3, 3), 0, 6, "time 3"),
    ((-2, 0), -2, 0, "times 0 and 1 in one"),
]


@pytest.mark.parametrize(("ends", "exposure", "value", "working"), COURSES)
def test_the_course_round_the_start(ends: tuple[int, int], exposure: int, value: float, working: str) -> None:
    panel = staggered_panel(scatter=0.5, copies=2)
    found = event_study(panel[panel["start"] != 1], **PANEL, about=ABOUT, ends=ends)
    assert isinstance(found, Effect)
    assert found.table.set_index("exposure")["value"][exposure] == pytest.approx(value, abs=1e-9), working
    assert found.value == pytest.approx(6)


# ---- what cannot be said

REFUSALS = [
    # rows kept or changed, reason, working
    (PAIRS[PAIRS["treated"] == 1], "every unit is treated, so there is no group to compare with", "a and b"),
    (PAIRS[PAIRS["treated"] == 0], "every unit is untreated, so there is no group to compare with", "c and d"),
    (PAIRS[PAIRS["after"] == 1], "a group has no rows before, or none after", "only after"),
    (PAIRS[PAIRS["unit"] != "a"], "a group has one unit only, so what is due to chance cannot be told", "b alone"),
    (PAIRS.assign(y=3.0), "the outcome does not vary", "3 throughout"),
    (PAIRS.assign(y=PAIRS["y"].where(PAIRS["unit"] != "a")), "2 of 8 rows lack a value", "a is blank"),
]


@pytest.mark.parametrize(("panel", "reason", "working"), REFUSALS)
@pytest.mark.parametrize("method", [did.two_by_two, did.paired_changes])
def test_two_by_two_cannot_say(method: Any, panel: pd.DataFrame, reason: str, working: str) -> None:
    assert method(panel, **TWO) == CannotSay(reason), working


P = staggered_panel(scatter=0.5)
NO_CONTROLS = [
    # rows kept or changed, reason, working
    (P[P["start"] == 1], "every unit starts at the same time, so there is none untreated to compare with", "a and b"),
    (P[P["start"].isna()], "no unit is treated at any time, so there is no treatment to compare", "e and f"),
    (
        P[P["unit"].isin(["a", "e", "f"])],
        "one unit only is treated, so what is due to chance cannot be told",
        "a alone",
    ),
    (P.assign(y=P["y"].where(P["time"] > 0)), "values are missing in y", "blank at time 0"),
    (P.assign(y=P["unit"].map(ord)), "the outcome does not vary within the groups", "each unit stays as it is"),
]


@pytest.mark.parametrize(("panel", "reason", "working"), NO_CONTROLS)
@pytest.mark.parametrize("method", [did.two_way, event_study])
def test_fixed_effects_cannot_say(method: Any, panel: pd.DataFrame, reason: str, working: str) -> None:
    assert method(panel, **PANEL, about=ABOUT) == CannotSay(reason), working


STAGGERED = [
    # rows kept or changed, reason, working
    (
        P[P["start"] == 1],
        "no unit is still untreated to compare with: every place starts at the same time, or has started",
        "a, b",
    ),
    (P[P["start"].isna()], "no unit starts between the second time and the last", "e and f"),
    (P.assign(start=0.0), "no unit starts between the second time and the last", "all from the first time"),
    (
        P.assign(y=P["y"].where(P["time"] > 0)),
        "6 of 6 units lack a value at some time, a among them",
        "blank at time 0",
    ),
    (
        P[(P["unit"] != "b") | (P["time"] != 2)],
        "1 of 6 units lack a value at some time, b among them",
        "a row is not there",
    ),
    (P.assign(y=1.0), "the outcome does not vary", "1 throughout"),
    (P[P["time"] == 1], "there is one time only", "time 1"),
]


@pytest.mark.parametrize(("panel", "reason", "working"), STAGGERED)
def test_staggered_starts_cannot_say(panel: pd.DataFrame, reason: str, working: str) -> None:
    assert staggered.staggered_effect(panel, **PANEL, about=ABOUT) == CannotSay(reason), working
