"""Bidding read from open standards: a small file of our own in each, and the real ones where they are here."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from published_files import standard_file

from vfm.analysis import bidding
from vfm.data.contracts import read_contracts
from vfm.data.grants import read_grants
from vfm.vocabulary.results import CannotSay, Estimate


def process(ocid: str, **other: Any) -> dict[str, Any]:
    return {"ocid": ocid, "id": ocid, "date": "2020-06-01T00:00:00Z", "tag": ["award"]} | other


def award(name: str, day: str, amount: float | None, currency: str = "GBP") -> dict[str, Any]:
    value = {} if amount is None else {"value": {"amount": amount, "currency": currency}}
    return {"id": name, "date": f"{day}T00:00:00Z"} | value


OPEN = {"tenderPeriod": {"startDate": "2020-01-01T00:00:00Z", "endDate": "2020-01-31T00:00:00Z"}}
PROCESSES = [
    process(
        "contested",
        tender={"title": "Contested", "procurementMethod": "open", "numberOfTenderers": 5} | OPEN,
        awards=[award("1", "2020-02-10", 100.0), award("2", "2020-02-20", 300.0)],
    ),
    process(
        "single",
        tender={"title": "Single", "procurementMethod": "direct", "numberOfTenderers": 1},
        awards=[award("1", "2020-02-10", 50.0)],
    ),
    process("counted", bids={"statistics": [{"measure": "bids", "value": 7}]}, tender={"numberOfTenderers": 9} | OPEN),
    process("abroad", awards=[award("1", "2020-02-10", 80.0, "EUR")]),
    process("partly", awards=[award("1", "2020-02-10", 80.0), award("2", "2020-02-10", None)]),
]


@pytest.fixture
def contracts(tmp_path: Path) -> pd.DataFrame:
    path = tmp_path / "contracts.json"
    path.write_text(json.dumps({"releases": PROCESSES}), encoding="utf-8")
    table, _ = read_contracts(path, label="contracts.json")
    assert table is not None
    return bidding.measured(bidding.rounds_of_contracts(table)).set_index("round")


def test_a_process_is_a_round_and_its_awards_are_bids_that_won(contracts: pd.DataFrame) -> None:
    assert contracts.index.tolist() == ["Contested", "Single", "counted", "abroad", "partly"]
    row = contracts.loc["Contested"]
    assert (row["days_open"], row["bids"], row["funded"], row["success"]) == (30, 5, 2, 0.4)  # 31 January less 1
    assert (row["mean_award"], row["median_award"], row["open_call"]) == (200, 200, True)
    assert (row["days_to_decision_lower"], row["days_to_decision_upper"]) == (10, 20)  # the first award and the last


def test_bids_that_are_counted_come_before_tenderers(contracts: pd.DataFrame) -> None:
    assert contracts.loc["counted", "bids"] == 7 and pd.isna(contracts.loc["counted", "funded"])


def test_a_sum_that_is_not_whole_or_not_in_pounds_is_not_said(contracts: pd.DataFrame) -> None:
    assert contracts.loc[["abroad", "partly"], "granted"].isna().all()
    assert contracts.loc["partly", "mean_award_reason"] == "what was granted is not published"


def test_single_bids_and_open_calls_are_counted_where_they_are_stated(contracts: pd.DataFrame) -> None:
    got = bidding.summary(contracts.reset_index())
    values = {name: getattr(result, "value", None) for name, result in got.items()}
    assert (values["rounds-count"], values["bids-known-count"], values["single-bid-count"]) == (5, 3, 1)
    assert values["single-bid-share"] == 1 / 3
    assert values["open-call-share"] == 0.5  # one open and one direct; three do not say
    assert values["success-share"] == 0.5  # 2 + 1 of 5 + 1


GRANTS = """Identifier,Title,Description,Currency,Amount Awarded,Amount Applied For,Award Date,\
Recipient Org:Identifier,Recipient Org:Name,Funding Org:Identifier,Funding Org:Name,\
Grant Programme:Title,From an open call?
g1,A,a,GBP,100,150,2020-03-02,o1,One,f,Funder,Small grants,Yes
g2,B,b,GBP,300,,2020-03-02,o2,Two,f,Funder,Small grants,Yes
g3,C,c,GBP,50,,2020-09-01,o3,Three,f,Funder,Small grants,No
g4,D,d,GBP,70,,2020-09-01,o4,Four,f,Funder,Other,
"""


def test_grants_of_a_programme_and_a_day_are_a_round_without_losers(tmp_path: Path) -> None:
    path = tmp_path / "grants.csv"
    path.write_text(GRANTS, encoding="utf-8")
    table, _ = read_grants(path, label="grants.csv")
    assert table is not None
    got = bidding.measured(bidding.rounds_of_grants(table)).set_index("round")
    assert got.index.tolist() == [
        "Other, 1 September 2020",
        "Small grants, 2 March 2020",
        "Small grants, 1 September 2020",
    ]
    first = got.loc["Small grants, 2 March 2020"]
    assert (first["funded"], first["granted"], first["mean_award"], first["open_call"]) == (2, 400, 200, True)
    assert got["success_reason"].unique().tolist() == ["how many bid is not published"]
    # What those who were funded asked for is not what all asked for.
    assert got["success_by_money_reason"].unique().tolist() == ["what bidders asked for is not published"]
    assert bidding.summary(got.reset_index())["open-call-share"] == Estimate(
        0.5, n=2, method="open calls over rounds that state whether they were"
    )


def test_grants_without_a_day_or_a_programme_are_a_round_of_their_funder(tmp_path: Path) -> None:
    path = tmp_path / "grants.csv"
    path.write_text(GRANTS, encoding="utf-8")
    table, _ = read_grants(path, label="grants.csv")
    assert table is not None
    got = bidding.rounds_of_grants(table.assign(programme=None, award_date=pd.NaT))
    assert (got["round"].tolist(), got["funded"].tolist()) == (["Funder, not dated"], [4])
    assert got["decided_first"].isna().all() and got["open_call"].isna().all()


def test_files_that_did_not_come_in_are_no_rounds_and_reasons(tmp_path: Path) -> None:
    path = tmp_path / "grants.csv"
    path.write_text(GRANTS, encoding="utf-8")
    table, _ = read_grants(path, label="grants.csv")
    assert table is not None
    none = bidding.summary(bidding.rounds_of_grants(table.iloc[:0]))
    assert none["mean-award-median"] == CannotSay(
        "no round found states both what was granted and how many were funded"
    )


def test_real_contract_notices_cannot_say_who_bid_nor_how_long_they_were_open() -> None:
    """Of a hundred notices none has tenderers, bids or the start of its tender. They are not London's figures."""
    table, _ = read_contracts(standard_file("ocds", "contracts_finder_100_releases.json"), label="notices")
    assert table is not None
    rounds = bidding.rounds_of_contracts(table)
    got = bidding.summary(rounds)
    assert len(rounds) == table["ocid"].nunique()
    assert got["bids-known-count"] == Estimate(0, method="count of the rounds found")
    assert got["single-bid-count"] == got["single-bid-share"] == CannotSay("no round found states how many bid")
    assert got["days-open-median"] == CannotSay("no round found states both when it opened and when it closed")
    assert got["success-share"] == CannotSay("no round found states both how many were funded and how many bid")
    assert got["success-by-money-share"] == CannotSay(
        "no round found states both what was granted and what bidders asked for"
    )
    assert set(bidding.measured(rounds)["days_open_reason"]) == {"when it opened is not published"}
    assert isinstance(got["days-to-decision-median"], Estimate)  # closing days and award days are there


def test_real_grants_have_no_losers() -> None:
    path = standard_file("360giving", "trafford_council_voluntary_sector_grants.csv")
    table, _ = read_grants(path, label="grants")
    assert table is not None
    rounds = bidding.rounds_of_grants(table)
    assert rounds["funded"].sum() == len(table) == 555
    assert rounds["granted"].sum() == pytest.approx(table["amount_awarded"].sum())
    got = bidding.summary(rounds)
    assert isinstance(got["success-share"], CannotSay) and isinstance(got["open-call-share"], Estimate)
