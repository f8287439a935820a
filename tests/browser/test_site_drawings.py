"""The drawings that the dashboards make: their words come from their numbers, and their places too."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from vfm.site import drawings
from vfm.site.content import Area
from vfm.vocabulary.marks import Mark


def outcomes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "service": ["One", "<Two>"],
            "measure": ["Feeling safer", "Lower risk"],
            "share": pd.Series([0.5, Mark.SUPPRESSED], dtype=object),
            "lower": pd.Series([0.25, Mark.SUPPRESSED], dtype=object),
            "upper": pd.Series([0.75, Mark.SUPPRESSED], dtype=object),
        }
    )


def test_intervals_are_told_in_words_and_what_is_hidden_is_said_to_be() -> None:
    alt = drawings.intervals_alt(outcomes())
    assert "One, feeling safer: 50.0% (25.0% to 75.0%)" in alt
    assert "<Two>, lower risk: not shown, [c]" in alt
    assert drawings.any_shown(outcomes()) and not drawings.any_shown(outcomes().tail(1))


def test_an_interval_stands_where_its_numbers_are() -> None:
    svg = drawings.intervals(outcomes())
    left, right = 320, 630  # of none and of all: the names take 320, and 50 of 680 are left beside the last
    assert re.search(rf'cx="{(left + right) / 2}"', svg)
    assert re.search(rf'x1="{left + 0.25 * 310}" x2="{left + 0.75 * 310}"', svg)
    assert "&lt;Two&gt;" in svg and "<Two>" not in svg


def funnel() -> pd.DataFrame:
    rows = {"area": ["A", "B", "C"], "value": [10.0, 20.0, 90.0], "base": [100.0, 200.0, 300.0], "target": 20.0}
    limits = {"lower_95": 10.0, "upper_95": 30.0, "lower_998": 5.0, "upper_998": 40.0}
    return pd.DataFrame(rows).assign(**limits, band=["within the limits"] * 2 + ["above the 99.8% limit"])


def test_a_funnel_says_who_is_outside_and_that_this_is_no_verdict() -> None:
    alt = drawings.funnel_alt(funnel(), False)
    assert alt.startswith("Funnel of 3 areas round an average of 20. Outside the farther limits: C (90, above).")
    assert alt.endswith("Outside means look, not bad.")
    svg = drawings.funnel(funnel(), share=False, x_label="Residents", y_label="Crimes")
    assert [svg.count(f'class="dot a-{name}"') for name in "abc"] == [1, 1, 1]


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0, 412, [0, 100, 200, 300, 400]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1])]
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert drawings.Scale(low, high, 0, 100).ticks() == pytest.approx(expected)


def test_the_map_links_each_area_and_leaves_out_one_without_a_place() -> None:
    areas = [Area("E1", "Tower Hamlets", "tower-hamlets", 1, 1, "k"), Area("E2", "Nowhere", "nowhere", None, None, "k")]
    svg = drawings.tile_map(areas, "../")
    assert 'href="../boroughs/tower-hamlets.html"' in svg and "nowhere" not in svg
    assert svg.count("<text") == 2  # a line for each word
