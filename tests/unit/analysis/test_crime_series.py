"""Recorded crime as series: what is counted, what is left out, and why boroughs cannot be compared."""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import crime_series, impact
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import CannotSay, Estimate

WHOLE = "E12000007"
UNTIL = Quarter.parse("2012-13-Q4")
MONTHS = ["2013-03", "2013-01", "2013-02", "2013-04"]
QUARTERS = [f"{year}-Q{n}" for year in ("2011-12", "2012-13", "2013-14") for n in (1, 2, 3, 4)]


def crime() -> pd.DataFrame:
    generator = np.random.default_rng(12)
    rows = [
        (WHOLE, m, c, n) for m in MONTHS for c, n in (("theft", 5), ("burglary", 2), ("historical_fraud_forgery", 90))
    ]
    boroughs = ["E09000002", "E09000003", "E09000004", "E09000005", "none"]
    for place in boroughs:
        rows += [
            (place, q, c, int(generator.poisson(100))) for q in QUARTERS for c in ("theft", "historical_fraud_forgery")
        ]
    table = pd.DataFrame(rows, columns=["gss_code", "period", "category", "count"])
    return table.assign(throughout=table["category"] != "historical_fraud_forgery")


def test_the_whole_by_month_is_in_order_without_fraud_and_ends_with_the_quarter() -> None:
    got = crime_series.whole_by_month(crime(), whole=WHOLE, until=UNTIL)
    assert list(got.index.astype(str)) == ["2013-01", "2013-02", "2013-03"] and list(got) == [7, 7, 7]
    assert list(crime_series.whole_by_month(crime(), "burglary", whole=WHOLE, until=UNTIL)) == [2, 2, 2]


def test_boroughs_by_quarter_are_by_the_financial_year() -> None:
    table = crime()
    got = crime_series.boroughs_by_quarter(table, "theft", until=UNTIL)
    assert got.shape == (8, 5)
    assert str(got.index[0].start_time.date()) == "2011-04-01" and str(got.index[-1].end_time.date()) == "2013-03-31"
    row = table[(table["gss_code"] == "E09000003") & (table["period"] == "2012-13-Q2") & (table["category"] == "theft")]
    assert got.loc[pd.Period("2012-07", "Q-MAR"), "E09000003"] == row["count"].item()


def test_fraud_and_what_is_not_recorded_have_no_trend() -> None:
    with pytest.raises(ValueError, match="so it has no trend"):
        crime_series.whole_by_month(crime(), "historical_fraud_forgery", whole=WHOLE, until=UNTIL)
    with pytest.raises(ValueError, match=r'no crime is recorded as "thef"; there are theft$'):
        crime_series.boroughs_by_quarter(crime(), "thef", until=UNTIL)


def test_a_moving_year_holds_twelve_months() -> None:
    counts = pd.Series(np.arange(14.0))
    got = crime_series.moving_year(counts)
    assert got.isna().sum() == 11 and list(got.dropna()) == [5.5, 6.5, 7.5]


def test_each_fund_has_its_own_reason() -> None:
    allocations = pd.DataFrame(
        [(f"E0900000{n}", "All", "2012/13") for n in range(2, 10)]
        + [("E09000002", "One", "2012/13-2013/14"), ("E09000003", "Later", "2021/22")]
        + [("E09000002", "Two", "2012/13"), ("E09000003", "Two", "2012/13")],
        columns=["gss_code", "fund", "period"],
    )
    more = {f"E0900000{n}": f"E0900000{n + 4}" for n in (2, 3, 4, 5)}  # eight boroughs: of fewer than six it says so
    eight = pd.concat([crime(), crime().assign(gss_code=lambda c: c["gss_code"].map(more)).dropna(subset="gss_code")])
    got = crime_series.allocation_comparisons(eight, allocations, until=UNTIL).set_index("fund")
    assert list(got.index) == ["All", "Two", "Later", "One"]
    assert list(got["boroughs"]) == [8, 2, 1, 1] and list(got["start"]) == ["2012/13", "2012/13", "2021/22", "2012/13"]
    assert list(got["reason"]) == [
        "every borough starts at the same time, so there is none untreated to compare with",
        "boroughs that are not named may have had some too",
        "it starts after the quarter reported on",
        "one borough only is treated, so what is due to chance cannot be told",
    ]


# ---- findings side by side


def test_findings_and_changes_are_what_the_effects_say() -> None:
    rows = [
        impact.check(impact.PLACEBO, "2012-04", Estimate(1.1, 0.9, 1.3)),
        impact.check(impact.PLACEBO, "2013-04", CannotSay("few")),
    ]
    effect = impact.Effect(
        value=0.9,
        lower=0.8,
        upper=0.95,
        scale="ratio",
        n=24,
        method="m",
        design="d",
        level=2,
        table=pd.DataFrame(),
        sentence="It was lower.",
        checks=impact.checks_table(rows),
        cautions=("short", "bent"),
    )
    assert [effect.change.value, effect.change.lower, effect.change.upper] == pytest.approx([-0.1, -0.2, -0.05])
    changes = effect.changes(impact.PLACEBO)
    first = changes["2012-04"]
    assert isinstance(first, Estimate) and first.value == pytest.approx(0.1)
    assert changes["2013-04"] == CannotSay("few")
    got = impact.findings({"A": effect, "B": CannotSay("too few")})
    assert got.to_numpy().tolist() == [
        ["A", "d", "2", "It was lower.", "short; bent"],
        ["B", "none", "none", "Cannot say: too few.", ""],
    ]
