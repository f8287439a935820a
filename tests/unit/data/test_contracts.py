"""Contracts in the Open Contracting Data Standard: what is not given is missing, never 0. Made-up contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_files import LABEL, Bad, rules_of, standard_file, told

from vfm.data import contracts
from vfm.data.contracts import COLUMNS, read_contracts
from vfm.vocabulary.errors import Problem

GOOD: dict[str, Any] = {
    "ocid": "ocds-example-1",
    "id": "1",
    "date": "2020-01-02T10:00:00Z",
    "buyer": {"name": "Example council"},
    "tender": {
        "title": "Example service",
        "procurementMethod": "open",
        "procurementMethodRationale": "Example reason",
        "tenderPeriod": {"startDate": "2019-10-01T00:00:00Z", "endDate": "2019-11-01T12:00:00Z"},
        "enquiryPeriod": {"endDate": "2019-10-15T12:00:00Z"},
        "numberOfTenderers": 4,
        "amendments": [{"id": "1"}],
    },
    "bids": {"statistics": [{"measure": "validBids", "value": 2}, {"measure": "bids", "value": 3}]},
    "awards": [
        {
            "id": "A",
            "date": "2019-12-20T00:00:00Z",
            "value": {"amount": 1000.5, "currency": "GBP"},
            "suppliers": [{"name": "Example supplier 1"}, {"name": "Example supplier 2"}],
            "contractPeriod": {
                "startDate": "2020-01-01T00:00:00Z",
                "endDate": "2021-12-31T23:59:59+00:00",
                "maxExtentDate": "2023-12-31T00:00:00Z",
            },
        }
    ],
}
BARE = {"ocid": "ocds-example-2", "id": "1", "date": "2020-01-01T00:00:00Z", "tender": {"title": "Example"}}


def package(*releases: Any) -> str:
    return json.dumps({"version": "1.1", "releases": releases})


def records(*records: Any) -> str:
    return json.dumps({"version": "1.1", "records": records})


def changed(path: str, value: Any, base: dict[str, Any] = GOOD) -> dict[str, Any]:
    """A release, good but for the value at `path`."""
    copy = json.loads(json.dumps(base))
    *above, last = path.split("/")
    holder = copy
    for part in above:
        holder = holder[int(part)] if part.isdecimal() else holder.setdefault(part, {})
    holder[last] = value
    return copy


def read(folder: Path, content: str | bytes) -> tuple[pd.DataFrame | None, list[Problem]]:
    path = folder / "example.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_contracts(path, label=LABEL)


def good(folder: Path, content: str) -> pd.DataFrame:
    table, problems = read(folder, content)
    assert told(problems) == []
    assert table is not None
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == COLUMNS
    return table


def values(row: pd.Series[Any]) -> dict[str, Any]:
    return {name: str(value.date()) if isinstance(value, pd.Timestamp) else value for name, value in row.items()}


def test_an_award_is_read_whole(tmp_path: Path) -> None:
    table = good(tmp_path, package(GOOD))
    assert values(table.iloc[0]) == {
        "ocid": "ocds-example-1",
        "release_date": "2020-01-02",
        "releases": 1,
        "buyer": "Example council",
        "title": "Example service",
        "tender_start": "2019-10-01",
        "tender_end": "2019-11-01",
        "enquiry_end": "2019-10-15",
        "tenderers": 4,
        "bids": 3,
        "procurement_method": "open",
        "method_rationale": "Example reason",
        "award_id": "A",
        "award_date": "2019-12-20",
        "suppliers": "Example supplier 1|Example supplier 2",
        "amount": 1000.5,
        "currency": "GBP",
        "contract_start": "2020-01-01",
        "contract_end": "2021-12-31",
        "max_extent_end": "2023-12-31",
        "period_of": "award",
        "amendments": 1,
        "source_row": 1,
    }


def test_what_is_not_given_is_missing_and_never_0(tmp_path: Path) -> None:
    empty = changed("tender/tenderers", [], changed("bids", {"details": []}, changed("awards", [], BARE)))
    for release in (BARE, empty):
        row = good(tmp_path, package(release)).iloc[0]
        assert set(row.dropna().index) == {"ocid", "release_date", "releases", "title", "source_row"}


def test_a_stated_0_is_0(tmp_path: Path) -> None:
    assert good(tmp_path, package(changed("tender/numberOfTenderers", 0))).iloc[0]["tenderers"] == 0


def test_tenderers_and_bids_may_be_listed(tmp_path: Path) -> None:
    release = BARE | {"bids": {"details": [{"id": "1"}, {"id": "2"}]}}
    row = good(tmp_path, package(changed("tender/tenderers", [{"name": "Example"}], release))).iloc[0]
    assert (row["tenderers"], row["bids"]) == (1, 2)


def test_releases_of_a_process_are_merged_by_date_and_not_by_order(tmp_path: Path) -> None:
    later = {
        "ocid": "ocds-example-1",
        "id": "2",
        "date": "2020-02-01T00:00:00Z",
        "tender": {"title": "Example renamed", "procurementMethod": None},
        "awards": [{"id": "A", "value": {"amount": 900}}, {"id": "B", "value": {"amount": 50, "currency": "GBP"}}],
    }
    for order in ((GOOD, later), (later, GOOD)):
        table = good(tmp_path, package(*order))
        assert list(table["award_id"]) == ["A", "B"]
        assert list(table["amount"]) == [900, 50]
        first = table.iloc[0]
        assert (first["title"], first["procurement_method"], first["currency"]) == ("Example renamed", "open", "GBP")
        assert (first["releases"], first["tenderers"]) == (2, 4)
        assert first["release_date"] == pd.Timestamp("2020-02-01")


def test_the_clock_decides_which_release_is_later(tmp_path: Path) -> None:
    early = changed("tender/title", "early", BARE) | {"id": "a", "date": "2020-01-01T12:30:00+01:00"}
    late = changed("tender/title", "late", BARE) | {"id": "b", "date": "2020-01-01T12:00:00Z"}
    assert good(tmp_path, package(late, early)).iloc[0]["title"] == "late"


def test_a_contract_of_an_award_has_the_period_that_was_signed(tmp_path: Path) -> None:
    signed = {"id": "C", "awardID": "A", "period": {"startDate": "2020-02-01"}, "amendments": [{}, {}]}
    other = {"id": "D", "awardID": "Z", "period": {"startDate": "2020-03-01"}}
    row = good(tmp_path, package(GOOD | {"contracts": [other, signed]})).iloc[0]
    assert (row["contract_start"], row["period_of"]) == (pd.Timestamp("2020-02-01"), "contract")
    assert pd.isna(row["contract_end"])
    assert row["amendments"] == 3


def test_a_tender_without_an_award_has_its_own_value_and_period(tmp_path: Path) -> None:
    tender = {"value": {"amount": 10, "currency": "GBP"}, "contractPeriod": {"endDate": "2021-01-01"}}
    row = good(tmp_path, package(BARE | {"tender": tender})).iloc[0]
    assert (row["amount"], row["period_of"]) == (10, "tender")
    assert pd.isna(row["award_id"])


def test_an_award_never_takes_the_value_of_its_tender(tmp_path: Path) -> None:
    release = changed("tender/value", {"amount": 99, "currency": "GBP"}, BARE) | {"awards": [{"id": "A"}]}
    assert pd.isna(good(tmp_path, package(release)).iloc[0]["amount"])


def test_records_are_read_by_their_releases_or_as_compiled(tmp_path: Path) -> None:
    embedded = good(tmp_path, records({"ocid": "ocds-example-1", "releases": [GOOD], "compiledRelease": BARE}))
    pd.testing.assert_frame_equal(embedded, good(tmp_path, package(GOOD)))
    compiled = good(tmp_path, records({"ocid": "ocds-example-1", "compiledRelease": GOOD, "releases": [{"url": "x"}]}))
    pd.testing.assert_frame_equal(compiled, embedded)


def test_a_buyer_may_stand_among_the_parties(tmp_path: Path) -> None:
    parties = [{"name": "Example council", "roles": ["buyer"]}, {"name": "Example", "roles": "buyer"}]
    assert good(tmp_path, package(BARE | {"parties": parties})).iloc[0]["buyer"] == "Example council"


def bad(says: contracts.Says, content: str, *place: Any) -> Bad:
    return Bad(says, content, *place, ending=".json")


BAD = [
    bad(contracts.NOT_A_PACKAGE, '{"grants": []}'),
    bad(contracts.NOT_A_PACKAGE, "[]"),
    bad(contracts.EMPTY, package()),
    bad(contracts.NOT_A_RELEASE, package(GOOD, 7), 2),
    bad(contracts.NO_OCID, package(GOOD, BARE | {"ocid": None}), 2, "ocid"),
    bad(contracts.LINKED, records({"ocid": "x", "releases": [{"url": "https://example.org"}]}), 1, "releases"),
    bad(contracts.NO_DATE, package(BARE, GOOD | {"date": "soon"}), 2, "date", "soon"),
    bad(contracts.REPEATED, package(GOOD, GOOD), 2, "id", "1"),
    bad(contracts.NOT_DAY, package(BARE, changed("awards/0/date", "2020-02-30")), 2, "awards/0/date", "2020-02-30"),
    bad(contracts.NOT_AMOUNT, package(changed("awards/0/value/amount", "10")), 1, "awards/0/value/amount", "10"),
    bad(contracts.NOT_AMOUNT, package(changed("awards/0/value/amount", True)), 1, "awards/0/value/amount", "true"),
    bad(contracts.NOT_COUNT, package(changed("tender/numberOfTenderers", -1)), 1, "tender/numberOfTenderers", "-1"),
    bad(contracts.NOT_SHAPED, package(changed("awards/0/suppliers", "x")), 1, "suppliers", "x"),
    bad(contracts.NOT_SHAPED, package(changed("tender/title", ["x"])), 1, "title", "a list"),
    bad(contracts.ENDS_BEFORE, package(changed("tender/tenderPeriod/endDate", "2019-09-30T00:00:00Z")), 1,
        "tender/tenderPeriod/endDate", "2019-09-30"),
    bad(contracts.CURRENCY, package(changed("awards/0/value/currency", "EUR")), 1, "awards/0/value/currency", "EUR"),
    bad(contracts.COUNTS_DIFFER, package(changed("tender/tenderers", [{}])), 1, "tender/numberOfTenderers", "4"),
]  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.says.rule)
def test_a_fault_is_told_at_its_place(case: Bad, tmp_path: Path) -> None:
    _, problems = read_contracts(case.write(tmp_path), label=LABEL)
    assert problems == [case.problem]


def test_every_rule_has_a_bad_file() -> None:
    assert rules_of(contracts) == {case.says for case in BAD}


def test_real_releases_state_no_bidders_and_no_start_of_a_tender() -> None:
    table, problems = read_contracts(standard_file("ocds", "contracts_finder_100_releases.json"), label=LABEL)
    assert table is not None
    assert problems == []
    assert (table["ocid"].nunique(), table.drop_duplicates("ocid")["releases"].sum()) == (97, 100)
    absent = ["tenderers", "bids", "tender_start", "enquiry_end", "max_extent_end", "method_rationale", "amendments"]
    assert table[absent].isna().all().all()
    assert table["award_id"].notna().sum() == 85
    assert table["tender_end"].notna().sum() == 96


# ---- whatever comes

EASY = settings(
    max_examples=100, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
NAMES = st.sampled_from(
    [*GOOD, *GOOD["tender"], *GOOD["awards"][0], "contracts", "parties", "roles", "startDate", "amount", "period", "x"]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("2019-04-01"))
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=15,
)


@EASY
@given(parts=st.dictionaries(NAMES, ANY_JSON, max_size=5), whole=ANY_JSON)
def test_any_json_is_read_or_told(parts: dict[str, Any], whole: Any, tmp_path: Path) -> None:
    record = {"ocid": "o", "releases": [parts], "compiledRelease": parts}
    for content in (json.dumps(whole), package(parts, GOOD | parts, GOOD), records(parts, record)):
        table, problems = read(tmp_path, content)
        assert table is not None or problems


@EASY
@given(content=st.binary(max_size=100))
def test_any_bytes_are_read_or_told(content: bytes, tmp_path: Path) -> None:
    table, problems = read(tmp_path, content)
    assert table is not None or problems


def test_nesting_without_end_is_read_or_told(tmp_path: Path) -> None:
    for deep in (10, 500, 200_000):
        for opened, closed in (("[", "]"), ('{"tender":', "}")):
            nested = opened * deep + "1" + closed * deep
            release = package(BARE, BARE | {"id": "2"}).replace('{"title": "Example"}', nested)
            table, problems = read(tmp_path, release)
            assert table is not None or problems
