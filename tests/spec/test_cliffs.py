"""The cliff calendar: what funding ends when, and whether an award found carries the service on."""

import pandas as pd
import pytest

from vfm.analysis import cliffs
from vfm.vocabulary.results import CannotSay, Estimate

Row = tuple[str, str | None, str | None, float | None]
COLUMNS = ["service_id", "start", "end", "amount"]


def awards(*rows: Row) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"amount": float})
    table["award_id"] = [f"A{n:03d}" for n in range(len(table))]
    return table.assign(start=pd.to_datetime(table["start"]), end=pd.to_datetime(table["end"]))


QUARTERS = [
    ("2020-03-31", "2019-20-Q4", "the edge of the financial year"),
    ("2020-04-01", "2020-21-Q1", "the first day of the next"),
    ("2020-06-30", "2020-21-Q1", "April to June"),
    ("2020-09-30", "2020-21-Q2", "July to September"),
    ("2020-12-31", "2020-21-Q3", "October to December"),
    ("2021-01-01", "2020-21-Q4", "January is the last quarter of the year before"),
]


@pytest.mark.parametrize(("day", "quarter", "working"), QUARTERS)
def test_the_financial_quarter_of_a_day(day: str, quarter: str, working: str) -> None:
    assert str(cliffs.quarter_of(pd.Timestamp(day))) == quarter, working


FOLLOWED = [
    # another award, whether it carries the service on, working
    (("a", "2020-04-01", "2021-03-31", 1.0), True, "it starts on the next day"),
    (("a", "2019-10-01", "2020-09-30", 1.0), True, "it is running already and goes on"),
    (("a", "2020-04-01", None, 1.0), True, "it starts on the next day, however long it lasts"),
    (("a", "2020-04-02", "2021-03-31", 1.0), False, "a day lies between"),
    (("a", "2019-10-01", "2020-03-31", 1.0), False, "it ends on the same day"),
    (("a", "2019-10-01", None, 1.0), False, "nobody knows whether it is running still"),
    (("b", "2020-04-01", "2021-03-31", 1.0), False, "it is another service's"),
]


@pytest.mark.parametrize(("other", "followed", "working"), FOLLOWED)
def test_what_carries_a_service_on(other: Row, followed: bool, working: str) -> None:
    got = cliffs.endings(awards(("a", "2019-04-01", "2020-03-31", 1.0), other))
    assert got.set_index("award_id").loc["A000", "followed"] == followed, working


HELD = awards(
    ("a", "2019-04-01", "2020-03-31", 100.0),
    ("a", "2019-04-01", "2020-03-31", 50.0),
    ("b", "2019-04-01", "2020-03-31", 7.0),
    ("b", "2020-04-01", "2020-10-31", None),
    ("c", None, None, 1_000.0),
)


def test_the_calendar_has_every_quarter_between_and_sums_what_ends() -> None:
    got = cliffs.calendar(cliffs.endings(HELD)).set_index("quarter")
    assert got.index.tolist() == ["2019-20-Q4", "2020-21-Q1", "2020-21-Q2", "2020-21-Q3"]
    edge = got.loc["2019-20-Q4"]
    assert (edge["awards"], edge["services"], edge["pounds"]) == (3, 2, 157)  # 100 + 50 + 7
    assert (edge["services_not_followed"], edge["pounds_not_followed"]) == (1, 150)  # b goes on
    assert got.loc["2020-21-Q1"].tolist() == [0] * 6


def test_a_quarter_whose_ends_state_no_amount_has_no_pounds_and_not_0() -> None:
    last = cliffs.calendar(cliffs.endings(HELD)).iloc[-1]
    assert (last["awards"], last["without_amount"], last["services_not_followed"]) == (1, 1, 1)
    assert pd.isna(last["pounds"]) and pd.isna(last["pounds_not_followed"])


def test_the_edge_in_awards_and_in_pounds() -> None:
    got = cliffs.edge_results(cliffs.endings(HELD))
    values = {key: result.value for key, result in got.items() if isinstance(result, Estimate)}
    assert values == {
        "ends-count": 4,
        "edge-count": 3,
        "edge-share": 0.75,
        "edge-pounds-share": 1.0,  # the fourth states no amount
        "not-followed-count": 3,  # both of a, and the last of b
        "not-followed-share": 0.75,
        "largest-quarter-pounds": 157,
    }
    assert cliffs.largest_quarter(cliffs.endings(HELD)) == "January to March 2020"


def test_ends_between_two_days_come_by_day_and_then_by_pounds() -> None:
    got = cliffs.between(cliffs.endings(HELD), pd.Timestamp("2020-03-31"), pd.Timestamp("2020-10-31"))
    assert got["award_id"].tolist() == ["A000", "A001", "A002", "A003"]  # £100, £50 and £7, then October
    assert got["followed"].tolist() == [False, False, True, False]
    assert cliffs.between(got, pd.Timestamp("2020-04-01"), pd.Timestamp("2020-10-30")).empty


def test_nothing_that_ends_is_an_empty_calendar_and_a_reason() -> None:
    ending = cliffs.endings(HELD.iloc[4:])
    assert cliffs.calendar(ending).empty
    results = cliffs.edge_results(ending)
    assert results["edge-share"] == CannotSay("no award here states its end")
    assert cliffs.largest_quarter(ending) == "no quarter"
    assert results["ends-count"] == Estimate(0, method="count of the awards found")


def test_ends_without_an_amount_have_no_share_of_pounds() -> None:
    got = cliffs.edge_results(cliffs.endings(HELD.iloc[3:4]))
    assert got["edge-pounds-share"] == CannotSay("no award here states both an end and an amount")
    assert got["largest-quarter-pounds"] == CannotSay("no award here states both an end and an amount")
