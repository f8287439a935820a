"""Grants in the 360Giving standard: the same rows from every form, and each fault told at its place. Made-up grants."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_files import LABEL, Bad, rules_of, standard_file, told

from vfm.data import grants
from vfm.data.grants import COLUMNS, read_grants
from vfm.vocabulary.errors import Problem

GOOD = {
    "Identifier": "360G-example-1",
    "Title": "Example grant",
    "Description": "Example work",
    "Currency": "GBP",
    "Amount Awarded": "1250.50",
    "Award Date": "2019-03-01",
    "Planned Dates:Start Date": "2019-04-01",
    "Planned Dates:End Date": "2020-03-31",
    "Recipient Org:Identifier": "GB-CHC-0",
    "Recipient Org:Name": "Example charity",
    "Funding Org:Identifier": "GB-LAE-0",
    "Funding Org:Name": "Example council",
    "From an open call?": "Yes",
}
GOOD_JSON: dict[str, Any] = {
    "id": "360G-example-1",
    "title": "Example grant",
    "description": "Example work",
    "currency": "GBP",
    "amountAwarded": 1250.5,
    "awardDate": "2019-03-01T00:00:00Z",
    "plannedDates": [{"startDate": "2019-04-01", "endDate": "2020-03-31"}],
    "recipientOrganization": [{"id": "GB-CHC-0", "name": "Example charity"}],
    "fundingOrganization": [{"id": "GB-LAE-0", "name": "Example council"}],
    "fromOpenCall": "Yes",
}


def sheet(*rows: dict[str, str], without: str = "") -> str:
    names = [name for name in {**GOOD, **rows[0]} if name != without]
    lines = [[f'"{name}"' for name in names]] + [[f'"{({**GOOD, **row})[name]}"' for name in names] for row in rows]
    return "".join(",".join(line) + "\n" for line in lines)


def document(*grants: Any) -> str:
    return json.dumps({"grants": list(grants)})


def read(folder: Path, content: str | bytes, ending: str = ".csv") -> tuple[pd.DataFrame | None, list[Problem]]:
    path = folder / f"grants{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_grants(path, label=LABEL)


def one(folder: Path, content: str | bytes, ending: str = ".csv") -> pd.Series[Any]:
    table, problems = read(folder, content, ending)
    assert told(problems) == []
    assert table is not None
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == COLUMNS
    assert len(table) == 1
    return table.iloc[0]


def test_a_grant_is_read_with_its_types_and_months(tmp_path: Path) -> None:
    row = one(tmp_path, sheet({}))
    assert row["identifier"] == "360G-example-1"
    assert row["amount_awarded"] == 1250.5
    assert row["award_date"] == pd.Timestamp("2019-03-01")
    assert row["planned_months"] == 12
    assert row["from_open_call"] is True or row["from_open_call"] == True  # noqa: E712
    assert row["source_row"] == 2
    assert row[["recipient_place", "delivery_place", "beneficiary_place", "amount_disbursed"]].isna().all()


def test_csv_json_and_xlsx_give_the_same_grant(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    page = book.create_sheet("Grants")
    page.append(list(GOOD))
    typed = {"Amount Awarded": 1250.5, "Award Date": datetime(2019, 3, 1)}
    page.append([typed.get(name, value) for name, value in GOOD.items()])
    book.save(tmp_path / "example.xlsx")
    table, problems = read_grants(tmp_path / "example.xlsx", label=LABEL)
    assert table is not None
    assert problems == []
    flat = one(tmp_path, sheet({}))
    pd.testing.assert_series_equal(table.iloc[0], flat)
    nested = one(tmp_path, document(GOOD_JSON), ".json")
    pd.testing.assert_series_equal(nested.drop("source_row"), flat.drop("source_row"))
    assert nested["source_row"] == 1


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("Recipient Org:0:Identifier", "recipientOrganization/0/id"),
        ("recipientOrganization/0/id", "recipientOrganization/0/id"),
        ("RECIPIENT ORG : NAME", "recipientOrganization/0/name"),
        ("Recipient Org:Location:0:Geographic Code", "recipientOrganization/0/location/0/geoCode"),
        ("Beneficiary Location:1:Geographic Code", "beneficiaryLocation/1/geoCode"),
        ("Planned Dates:Duration (months)", "plannedDates/0/duration"),
        ("From An Open Call?", "fromOpenCall"),
        ("amount  awarded", "amountAwarded"),
        ("Grant Programme:Title", "grantProgramme/0/title"),
        ("Actual Dates:0:End Date", "actualDates/0/endDate"),
    ],
)
def test_titles_and_paths_lead_to_one_field(heading: str, path: str) -> None:
    assert grants.standard_path(heading) == path


def test_every_field_is_reached_by_its_own_path() -> None:
    fields = [field for fields in (*grants.FIELDS.values(), *grants.PLACES.values()) for field in fields]
    for field in fields:
        assert "/".join(part for part in grants.standard_path(field).split("/") if part != "0") == field


def test_three_places_are_kept_apart(tmp_path: Path) -> None:
    places = {
        "Recipient Org:City": "Example town",
        "Delivery Location:Name": "Example borough",
        "Beneficiary Location:0:Geographic Code": "E09000001",
        "Beneficiary Location:1:Geographic Code": "E09000002",
        "Beneficiary Location:0:Name": "Not taken",
    }
    row = one(tmp_path, sheet(places))
    assert row["recipient_place"] == "Example town"
    assert row["delivery_place"] == "Example borough"
    assert row["beneficiary_place"] == "E09000001|E09000002"
    alone = one(tmp_path, sheet({"Beneficiary Location:Name": "Example ward"}))
    assert alone["beneficiary_place"] == "Example ward"
    assert alone[["recipient_place", "delivery_place"]].isna().all()


def test_stated_months_stand(tmp_path: Path) -> None:
    assert one(tmp_path, sheet({"Planned Dates:Duration (months)": "11"}))["planned_months"] == 11


def test_a_person_has_an_identifier_and_no_name(tmp_path: Path) -> None:
    person = {key: value for key, value in GOOD_JSON.items() if key != "recipientOrganization"}
    row = one(tmp_path, document(person | {"recipientIndividual": {"id": "E-1", "name": "Example"}}), ".json")
    assert row["recipient_id"] == "E-1"
    assert pd.isna(row["recipient_name"])


def without(field: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD_JSON.items() if key != field}


BAD = [
    Bad(grants.NO_HEADING, ",".join(GOOD), 1),
    Bad(grants.NO_HEADING, "", 1),
    Bad(grants.MISSING_COLUMN, sheet({}, without="Funding Org:Name"), 1, "fundingOrganization/name"),
    Bad(grants.TWICE, sheet({"title": "Example"}), 1, "Title"),
    Bad(grants.TOO_LONG, sheet({}) + ",".join(["x"] * 14), 3),
    Bad(grants.NOT_GRANTS, "[]", ending=".json"),
    Bad(grants.NOT_GRANTS, '{"grants": {}}', ending=".json"),
    Bad(grants.NOT_A_GRANT, document(GOOD_JSON, "x"), 2, ending=".json"),
    Bad(grants.UNKNOWN_KIND, "x", ending=".docx"),
    Bad(grants.BLANK, sheet({}, {"Identifier": "2", "Title": " "}), 3, "Title"),
    Bad(grants.BLANK, sheet({"Recipient Org:Name": ""}), 2, "Recipient Org:Name"),
    Bad(grants.BLANK, document(without("fundingOrganization") | {"fundingOrganization": [{"id": "x"}]}), 1,
        "fundingOrganization/name", ending=".json"),
    Bad(grants.NO_AMOUNT, sheet({"Amount Awarded": ""}), 2, "Amount Awarded"),
    Bad(grants.NO_AMOUNT, document(without("amountAwarded")), 1, "amountAwarded", ending=".json"),
    Bad(grants.NOT_AMOUNT, sheet({"Amount Awarded": "some"}), 2, "Amount Awarded", "some"),
    Bad(grants.NEGATIVE, sheet({"Amount Awarded": "-5"}), 2, "Amount Awarded", "-5"),
    Bad(grants.NOT_DAY, sheet({"Award Date": "01/03/2019"}), 2, "Award Date", "01/03/2019"),
    Bad(grants.NOT_DAY, document(GOOD_JSON | {"plannedDates": [{"endDate": "2019-02-30"}]}), 1,
        "plannedDates/0/endDate", "2019-02-30", ending=".json"),
    Bad(grants.NOT_MONTHS, sheet({"Planned Dates:Duration (months)": "a year"}), 2, "Planned Dates:Duration (months)",
        "a year"),
    Bad(grants.NOT_YES, sheet({"From an open call?": "Perhaps"}), 2, "From an open call?", "Perhaps"),
    Bad(grants.CURRENCY, sheet({"Currency": "EUR"}), 2, "Currency", "EUR"),
    Bad(grants.REPEATED, sheet({}, {}), 3, "Identifier", "360G-example-1"),
    Bad(grants.ENDS_BEFORE, sheet({"Planned Dates:End Date": "2019-03-31"}), 2, "Planned Dates:End Date", "2019-03-31"),
    Bad(grants.ENDS_BEFORE, document(
        GOOD_JSON | {"actualDates": [{"startDate": "2020-01-02", "endDate": "2020-01-01"}]}
        ), 1, "actualDates/0/endDate", "2020-01-01", ending=".json"),
    Bad(grants.MONTHS_DIFFER, sheet({"Planned Dates:Duration (months)": "24"}), 2, "Planned Dates:Duration (months)",
        "24"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.says.rule}{bad.ending}")
def test_a_fault_is_told_at_its_place(bad: Bad, tmp_path: Path) -> None:
    _, problems = read_grants(bad.write(tmp_path), label=LABEL)
    assert problems == [bad.problem]


def test_every_rule_has_a_bad_file() -> None:
    assert rules_of(grants) == {bad.says for bad in BAD}


def test_a_problem_in_a_workbook_names_its_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(GOOD))
    book.active.append([*list(GOOD.values())[:-1], "Perhaps"])
    book.save(tmp_path / "example.xlsx")
    _, problems = read_grants(tmp_path / "example.xlsx", label=LABEL)
    assert [problem.place for problem in problems] == ["example.file, sheet Sheet, row 2, column From an open call?"]


# ---- the real publisher's file


def test_both_forms_of_a_real_file_give_the_same_rows() -> None:
    """But for `source_row`: a sheet has a heading above its first grant, a list has not."""
    name = "trafford_council_voluntary_sector_grants"
    flat, first = read_grants(standard_file("360giving", f"{name}.csv"), label="flat")
    nested, second = read_grants(standard_file("360giving", f"{name}.json"), label="nested")
    assert flat is not None
    assert nested is not None
    assert (first, second) == ([], [])
    assert len(flat) == 555
    assert (flat["source_row"] - nested["source_row"]).eq(1).all()
    pd.testing.assert_frame_equal(flat.drop(columns="source_row"), nested.drop(columns="source_row"))
    assert flat["planned_months"].eq(12).all()
    assert flat["beneficiary_place"].eq("E08000009").all()
    assert flat[["recipient_place", "delivery_place", "planned_start", "amount_applied_for"]].isna().all().all()


# ---- whatever comes

EASY = settings(
    max_examples=100, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from([*GOOD_JSON, "grants", "startDate", "location", "geoCode", "id"]), st.text(max_size=3)
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("2019-04-01"))
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


@EASY
@given(parts=st.dictionaries(NAMES, ANY_JSON, max_size=4))
def test_any_json_is_read_or_told(parts: dict[str, Any], tmp_path: Path) -> None:
    for content in (parts, {"grants": [GOOD_JSON | parts]}, {"grants": [parts]}):
        table, problems = read(tmp_path, json.dumps(content), ".json")
        assert table is not None or problems


@EASY
@given(content=st.binary(max_size=200), cells=st.lists(st.text(max_size=9), min_size=13, max_size=13))
def test_any_bytes_are_read_or_told(content: bytes, cells: list[str], tmp_path: Path) -> None:
    for ending in (".csv", ".json", ".xlsx"):
        table, problems = read(tmp_path, content, ending)
        assert table is not None or problems
    table, problems = read(tmp_path, sheet({}).encode() + content)
    assert table is not None or problems
    table, problems = read(
        tmp_path,
        sheet(dict(zip(GOOD, (cell.replace('"', "") for cell in cells), strict=True))).encode("utf-8", "replace"),
    )
    assert table is not None or problems
