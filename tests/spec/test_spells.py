"""Unbroken funding of a service, across awards, extensions and renewals.

A spell is a time in which a service was funded on every day. An award that starts on the day after one ends goes on
from it; one that starts a day later leaves a gap. A spell under way when the record begins enters at its age then.
"""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import spells, survival
from vfm.analysis.survival import Survival
from vfm.vocabulary.results import CannotSay, Estimate

UNTIL = pd.Timestamp("2026-11-23")
Row = tuple[str, str | None, str | None, bool]


def awards(*rows: Row, signed: list[str | None] | None = None) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["service_id", "start", "end", "is_extension"])
    table["award_id"] = table["title"] = [f"A{n:03d}" for n in range(len(table))]
    table["date_signed"] = signed or [None] * len(table)
    for name in ("start", "end", "date_signed"):
        table[name] = pd.to_datetime(table[name])
    return table


FIRST: Row = ("gangs", "2016-04-01", "2017-03-31", False)
SPELLS = [
    # the awards that follow the first, months of each spell, working
    ([], [12], "one award is a spell"),
    ([("gangs", "2017-04-01", "2018-03-31", True)], [24], "an extension from the next day goes on"),
    ([("gangs", "2017-04-01", "2018-03-31", False)], [24], "so does a renewal"),
    ([("gangs", "2017-04-02", "2018-03-31", True)], [12, 11 + 30 / 31], "a day between is a gap; March lacks a day"),
    ([("gangs", "2016-10-01", "2017-09-30", True)], [18], "what overlaps counts once: to the last day"),
    ([("gangs", "2016-06-01", "2016-08-31", True)], [12], "what lies within adds no day"),
    ([("other", "2017-04-01", "2018-03-31", False)], [12, 12], "another service has spells of its own"),
    ([("gangs", None, "2018-03-31", True)], [12], "an award without both days is in no spell"),
    ([("gangs", "2016-06-01", "2016-08-31", True), ("gangs", "2017-04-01", "2017-06-30", True)], [15], "to the latest"),
]


@pytest.mark.parametrize(("more", "months", "working"), SPELLS)
def test_spells(more: list[Row], months: list[float], working: str) -> None:
    got = spells.spells(awards(FIRST, *more), until=UNTIL)
    assert got["months"].tolist() == pytest.approx(months), working


def test_the_order_of_the_awards_makes_no_difference() -> None:
    held = awards(FIRST, ("gangs", "2017-04-01", "2018-03-31", True), ("a", "2019-01-01", "2019-06-30", False))
    pd.testing.assert_frame_equal(spells.spells(held[::-1], until=UNTIL), spells.spells(held, until=UNTIL))


@pytest.mark.parametrize(
    ("first", "second", "known", "working"),
    [
        (False, True, True, "it starts with a new award"),
        (True, False, False, "it starts by extending what was not found, so it is older than it looks"),
    ],
)
def test_the_age_of_a_spell_is_known_where_its_first_award_is_new(
    first: bool, second: bool, known: bool, working: str
) -> None:
    held = awards(("a", "2016-04-01", "2017-03-31", first), ("a", "2017-04-01", "2018-03-31", second))
    assert spells.spells(held, until=UNTIL)["known_start"].tolist() == [known], working


def test_a_new_award_on_the_first_day_is_enough_for_its_age() -> None:
    held = awards(("a", "2016-04-01", "2017-03-31", True), ("a", "2016-04-01", "2016-09-30", False))
    assert spells.spells(held, until=UNTIL)["known_start"].tolist() == [True]


@pytest.mark.parametrize(("end", "ended"), [("2026-11-22", True), ("2026-11-23", False), ("2028-03-31", False)])
def test_a_spell_that_is_funded_on_the_last_day_known_has_not_ended(end: str, ended: bool) -> None:
    assert spells.spells(awards(("a", "2025-04-01", end, False)), until=UNTIL)["ended"].tolist() == [ended]


def test_gaps_lie_between_the_spells_of_one_service() -> None:
    held = awards(
        FIRST,
        ("gangs", "2018-04-01", "2019-03-31", True),
        ("other", "2017-06-01", "2017-12-31", False),
        ("gangs", "2019-05-16", "2020-03-31", True),
    )
    got = spells.gaps(spells.spells(held, until=UNTIL))
    assert got["service_id"].tolist() == ["gangs", "gangs"]
    assert got["months"].tolist() == pytest.approx([12, 1 + 15 / 31])  # all of 2017/18; April and half of May 2019
    assert list(got["resumed"].dt.strftime("%Y-%m-%d")) == ["2018-04-01", "2019-05-16"]


@pytest.mark.parametrize(("bridge", "months"), [(0, [12, 12]), (30, [12, 12]), (365, [36]), (np.inf, [36])])
def test_breaks_of_so_many_days_can_be_bridged(bridge: float, months: list[float]) -> None:
    held = awards(FIRST, ("gangs", "2018-04-01", "2019-03-31", True))  # 365 days between
    assert spells.spells(held, until=UNTIL, bridge_days=bridge)["months"].tolist() == months


NOTICE = [
    # start of the award that goes on, whether an extension, signed, kind and days, working
    ("2017-04-01", True, "2017-03-31", [("extension", 0)], "signed on the last day"),
    ("2017-04-01", True, "2017-01-31", [("extension", 59)], "28 days of February and 31 of March"),
    ("2017-04-01", True, "2017-04-05", [("extension", -5)], "signed when the funding had ended"),
    ("2017-04-01", False, "2017-03-01", [("renewal", 30)], "a new award that goes on is a renewal"),
    ("2017-05-01", False, "2017-03-01", [], "a new award after a gap carries nothing on"),
    ("2018-04-01", True, "2018-03-26", [("extension", 5)], "an extension ends what it extends, found or not"),
    ("2017-04-01", True, None, [], "without a signature nothing is known"),
]


@pytest.mark.parametrize(("start", "extends", "signed", "expected", "working"), NOTICE)
def test_notice_before_an_end(
    start: str, extends: bool, signed: str | None, expected: list[tuple[str, int]], working: str
) -> None:
    held = awards(FIRST, ("gangs", start, "2019-03-31", extends), signed=["2016-01-04", signed])
    got = spells.notice(held)
    assert list(got[["follows", "days"]].itertuples(index=False, name=None)) == expected, working


SIGNED = [
    # signed, days to the first day funded (1 April 2016), whether late, working
    ("2016-03-31", 1, False, "on the day before"),
    ("2016-04-01", 0, True, "on the day itself the service is running"),
    ("2016-07-27", -117, True, "29 + 31 + 30 + 27 days after"),
]


@pytest.mark.parametrize(("signed", "days", "late", "working"), SIGNED)
def test_a_decision_that_comes_after_the_funding_starts_is_late(
    signed: str, days: int, late: bool, working: str
) -> None:
    got = spells.late_signatures(awards(FIRST, signed=[signed]))
    values = {key: getattr(result, "value", None) for key, result in got.items()}
    assert (values["signed-late-count"], values["signed-median-days"]) == (late, days), working


def test_late_signatures_are_a_share_of_those_with_both_days() -> None:
    rows: list[Row] = [FIRST, FIRST, FIRST, ("gangs", None, "2017-03-31", False)]
    got = spells.late_signatures(awards(*rows, signed=["2016-03-01", "2016-05-01", None, "2016-05-01"]))
    assert {key: getattr(result, "value", None) for key, result in got.items()} == {
        "signed-count": 2,
        "signed-late-count": 1,
        "signed-late-share": 0.5,
        "signed-median-days": 0.5,  # 31 days before and 30 after
    }
    none = spells.late_signatures(awards(FIRST))
    assert none["signed-late-share"] == CannotSay("no award here has both a signature and a start")


# ---- delayed entry

SEEN = pd.DataFrame(
    [("a", 0, 12, True), ("b", 0, 24, True), ("c", 18, 36, True), ("d", 6, 24, False), ("e", 12, 24, True)],
    columns=["service_id", "entry", "exit", "ended"],
).astype({"entry": float, "exit": float})
STEPS = [
    # months, at risk, ended, survival, working
    (12, 3, 1, 2 / 3, "a, b and d; e comes into view only after 12"),
    (24, 4, 2, 1 / 3, "b, c, d and e, of whom b and e end: 2/3 of 1/2"),
    (36, 1, 1, 0, "c alone"),
]


def test_who_is_at_risk_when_entry_is_delayed() -> None:
    curve = survival.kaplan_meier(SEEN, fewest=1)
    assert isinstance(curve, Survival)
    got = curve.steps[["months", "at_risk", "ended", "survival"]].to_numpy().tolist()
    assert got == [pytest.approx([months, n, d, s], abs=1e-12) for months, n, d, s, _ in STEPS]


def test_taken_as_seen_from_its_start_a_spell_would_look_longer() -> None:
    late, early = (survival.kaplan_meier(table, fewest=1) for table in (SEEN, SEEN.assign(entry=0.0)))
    assert isinstance(late, Survival) and isinstance(early, Survival)
    assert early.steps["survival"].tolist()[:2] == pytest.approx([4 / 5, 4 / 5 * 2 / 4])
    assert (late.steps["survival"][:2] < early.steps["survival"][:2]).all()


LASTING = [(11, 1.0), (12, 1.0), (12.5, 2 / 3), (24, 2 / 3), (24.5, 1 / 3), (36, 1 / 3)]


@pytest.mark.parametrize(("months", "share"), LASTING)
def test_a_spell_of_just_two_years_lasts_two_years(months: float, share: float) -> None:
    got = survival.share_lasting(survival.kaplan_meier(SEEN, fewest=1), months)
    assert isinstance(got, Estimate) and got.value == pytest.approx(share)


def test_the_window_cuts_what_is_seen_of_a_spell() -> None:
    found = pd.DataFrame(
        [
            ("whole", "2019-04-01", "2020-03-31", True, True),
            ("under way", "2018-04-01", "2021-03-31", True, True),
            ("cut off", "2020-04-01", "2023-03-31", True, True),
            ("over before", "2016-04-01", "2018-12-31", True, True),
            ("not yet", "2022-04-01", "2023-03-31", True, True),
            ("of unknown age", "2019-04-01", "2020-03-31", True, False),
        ],
        columns=["service_id", "start", "last", "ended", "known_start"],
    ).astype({"start": "datetime64[ns]", "last": "datetime64[ns]"})
    got = survival.under_observation(found, pd.Timestamp("2019-01-01"), pd.Timestamp("2021-12-31"))
    assert list(got.itertuples(index=False, name=None)) == [
        ("whole", 0, 12, True),
        ("under way", 9, 36, True),  # April to December 2018 had gone by
        ("cut off", 0, 21, False),  # April 2020 to December 2021
    ]


def test_the_curve_stops_where_few_are_left_and_says_so() -> None:
    curve = survival.kaplan_meier(SEEN, fewest=3)
    assert isinstance(curve, Survival)
    assert curve.steps["months"].tolist() == [12, 24] and curve.reach == 36
    past = survival.share_lasting(curve, 37)
    assert past == CannotSay("too few spells are at risk after 36 months")
    assert survival.kaplan_meier(SEEN, fewest=4) == CannotSay("fewer than 4 spells are at risk when the first ends")


def test_nothing_can_be_said_of_spells_that_all_go_on() -> None:
    none = CannotSay("no spell with a known start is seen to end")
    assert survival.kaplan_meier(SEEN.assign(ended=False)) == none
    assert survival.share_lasting(none, 24) == survival.median_spell(none) == none


def test_a_median_that_is_not_reached_is_said() -> None:
    curve = survival.kaplan_meier(SEEN.assign(ended=[True, False, False, False, False]), fewest=1)
    assert survival.median_spell(curve) == CannotSay(
        "more than half of the spells last 36 months, where the record ends"
    )


@pytest.mark.parametrize("fault", [{"exit": 0.0}, {"entry": -1.0}])
def test_a_spell_has_to_be_seen_for_a_while(fault: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="goes out of view after it comes into it"):
        survival.kaplan_meier(SEEN.assign(**fault))
    with pytest.raises(ValueError, match="level is a coverage between 0 and 1"):
        survival.kaplan_meier(SEEN, level=1.0)


def test_a_record_without_signatures_is_seen_from_the_first_start() -> None:
    held = awards(FIRST, ("gangs", "2015-04-01", "2016-03-31", False))
    assert survival.first_observed(held) == pd.Timestamp("2015-04-01")
    assert survival.first_observed(held.assign(date_signed=pd.Timestamp("2015-02-03"))) == pd.Timestamp("2015-02-03")


def test_no_awards_are_no_spells_no_gaps_and_a_reason() -> None:
    none = awards()
    found = spells.spells(none.astype({"is_extension": bool}), until=UNTIL)
    results = spells.continuity(found, spells.gaps(found), spells.notice(none.astype({"is_extension": bool})))
    assert results["spells-count"] == Estimate(0, method="count in the awards found")
    assert isinstance(results["gaps-median-months"], CannotSay)
    assert isinstance(results["notice-median-days"], CannotSay)
    assert isinstance(survival.longest(found), CannotSay)
