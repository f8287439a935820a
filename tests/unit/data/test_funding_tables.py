"""Tables of funding by borough as people publish them: every penny, each borough found, each fault told at its place.

The sums here are made up.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_files import LABEL, Bad, rules_of, told

from places import LONDON
from project_copies import ProjectCopy
from vfm.analysis import formula_audit, formula_need
from vfm.data import amounts, funding_tables, sources
from vfm.data.catalogue import Catalogue
from vfm.data.checks import check
from vfm.data.funding_tables import COLUMNS, placed, read_funding_table
from vfm.data.quarter import QuarterData
from vfm.vocabulary.errors import Problem

HEADING = "Borough,Amount\n"
GOOD = "Croydon,1250.50\n"
BOROUGHS = {
    "E09000001": "City of London",
    "E09000002": "Barking and Dagenham",
    "E09000008": "Croydon",
    "E09000020": "Kensington and Chelsea",
    "E09000033": "Westminster",
}
PLACE = replace(LONDON, areas=tuple(area for area in LONDON.areas if area.gss_code in BOROUGHS))


def read(folder: Path, content: str | bytes, ending: str = ".csv") -> tuple[pd.DataFrame | None, list[Problem]]:
    path = folder / f"example{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_funding_table(path, label=LABEL)


def good(folder: Path, content: str, *advice: tuple[Any, ...]) -> pd.DataFrame:
    table, problems = read(folder, content)
    assert told(problems) == list(advice)
    assert table is not None
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == COLUMNS
    return table


def test_a_sum_is_read_to_the_penny(tmp_path: Path) -> None:
    row = good(tmp_path, 'Borough,GSS code,Period,Allocation (£)\nCroydon,E09000008,2019/20,"£1,250.50"\n').iloc[0]
    assert dict(row) == {
        "area": "Croydon",
        "gss_code": "E09000008",
        "period": "2019/20",
        "amount_pence": 125050,
        "source_row": 2,
    }


@pytest.mark.parametrize(
    "heading", ["borough,amount", "Local Authority,Funding (£)", "AREA NAME , Grant GBP", "ONS code,Total"]
)
def test_a_heading_has_many_names_and_may_stand_below_notes(heading: str, tmp_path: Path) -> None:
    table = good(tmp_path, f"A fund,\n\n{heading}\nE09000008,5\n")
    assert table[["amount_pence", "source_row"]].to_numpy().tolist() == [[500, 4]]


def test_a_column_a_year_is_a_sum_a_year_and_their_total_is_not_read(tmp_path: Path) -> None:
    table = good(tmp_path, "Borough,2019/20,2020-21 (£),Total\nCroydon,5,6,11\n")
    assert table[["period", "amount_pence"]].to_numpy().tolist() == [["2019/20", 500], ["2020/21", 600]]


def test_totals_are_left_out_and_held_against_their_rows(tmp_path: Path) -> None:
    rows = HEADING + "Croydon,5\nWestminster,6\n"
    assert len(good(tmp_path, rows + "Total,11\n", (4, None, funding_tables.TOTALS.rule))) == 2
    for name in ("London total", "Total London", "Grand total:", "Sub-total", "All boroughs", "Total for London"):
        assert len(good(tmp_path, rows + f"{name},11\n", (4, None, funding_tables.TOTALS.rule))) == 2


def test_a_workbook_is_read_from_its_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["nothing here"])
    sheet = book.create_sheet("Allocations")
    for row in (["Borough", "Amount"], ["Croydon", 1250.5], ["Westminster", "some"]):
        sheet.append(row)
    book.save(tmp_path / "example.xlsx")
    table, problems = read_funding_table(tmp_path / "example.xlsx", label=LABEL)
    assert table is not None
    assert table["amount_pence"].tolist() == [125050]
    assert [problem.place for problem in problems] == [f"{LABEL}, sheet Allocations, row 3, column Amount"]


# ---- which borough it is


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Croydon", "E09000008"),
        ("croydon ", "E09000008"),
        ("London Borough of Croydon", "E09000008"),
        ("LB Barking & Dagenham", "E09000002"),
        ("Royal Borough of Kensington and Chelsea", "E09000020"),
        ("The Royal Borough of Kensington & Chelsea", "E09000020"),
        ("City of Westminster", "E09000033"),
        ("Westminster Council", "E09000033"),
        ("Croydon London Borough", "E09000008"),
        ("City of London", "E09000001"),
        ("City of London Council", "E09000001"),
    ],
)
def test_a_borough_goes_by_many_names(name: str, code: str, tmp_path: Path) -> None:
    table = good(tmp_path, f'{HEADING}"{name}",5\n').assign(file=LABEL)
    known, problems = placed(table, PLACE)
    assert known["gss_code"].tolist() == [code]
    assert known["area"].tolist() == [BOROUGHS[code]]
    assert {problem.rule for problem in problems} == {funding_tables.LACKING.rule}


PLACES = [
    # rows under borough, code and amount; the rule, row, column, value and what the mend ends with
    ("Croyden,,5", funding_tables.UNKNOWN_AREA, 2, "area", "Croyden", 'Did you mean "Croydon"?'),
    ("Croydon,E09000099,5", funding_tables.UNKNOWN_AREA, 2, "gss_code", "E09000099", "from boroughs.csv."),
    ("Croydon,E09000002,5", funding_tables.OF_TWO, 2, "gss_code", "E09000002", "the one or the other."),
    ("Croydon,,5\nCROYDON,E09000008,6", funding_tables.REPEATED, 3, None, "Croydon", "give each its period."),
]


@pytest.mark.parametrize(("rows", "says", "row", "column", "value", "mend"), PLACES)
def test_a_borough_that_cannot_be_placed_is_told(
    rows: str, says: sources.Says, row: int, column: str | None, value: str, mend: str, tmp_path: Path
) -> None:
    table = good(tmp_path, f"Borough,Code,Amount\n{rows}\n").assign(file=LABEL)
    problem = next(problem for problem in placed(table, PLACE)[1] if problem.rule == says.rule)
    assert (problem.file, problem.row, problem.column, problem.value) == (LABEL, row, column, value)
    assert problem.mend.endswith(mend)
    assert not problem.advice


def test_a_borough_may_stand_once_a_period(tmp_path: Path) -> None:
    table = good(tmp_path, "Borough,Year,Amount\nCroydon,2019/20,5\nCroydon,2020/21,6\n").assign(file=LABEL)
    assert {problem.rule for problem in placed(table, PLACE)[1]} == {funding_tables.LACKING.rule}


def test_boroughs_without_a_row_are_counted_and_the_city_is_none_of_them(tmp_path: Path) -> None:
    """Of five areas four are boroughs of the fund: with Croydon alone three lack, with all four none."""
    table = good(tmp_path, HEADING + "Croydon,5\nCity of London,5\n").assign(file=LABEL)
    assert placed(table, PLACE)[1] == [funding_tables.LACKING.at(LABEL, value=3)]
    every = "".join(f"{name},5\n" for name in [*BOROUGHS.values()][1:])
    assert placed(good(tmp_path, HEADING + every).assign(file=LABEL), PLACE)[1] == []


def test_a_row_of_the_whole_place_is_a_total_and_held_against_the_others(tmp_path: Path) -> None:
    """5 and 6 make 11, and not 12; it is the place's own name or code that is its own total, and no other's."""
    rows = HEADING.replace("Amount", "Code,Amount") + "Croydon,,5\nWestminster,,6\n"
    elsewhere = replace(PLACE, name="Northmere", gss_code="X12000001", council="Council of", areas=PLACE.areas[1:])
    for place, named in ((PLACE, "LONDON,"), (PLACE, "London,E12000007"), (elsewhere, "Northmere,")):
        value = named.split(",")[0]
        table = good(tmp_path, f"{rows}{named},11\n").assign(file=LABEL)
        known, problems = placed(table, place)
        assert known["amount_pence"].tolist() == [500, 600]
        assert problems == [funding_tables.WHOLE.at(LABEL, 4, value=value), funding_tables.LACKING.at(LABEL, value=2)]
        problems = placed(good(tmp_path, f"{rows}{named},12\n").assign(file=LABEL), place)[1]
        stated = "£12.00 is stated, and they make £11.00"
        assert problems[1] == funding_tables.TOTAL_DIFFERS.at(LABEL, 4, value=stated)
    table = good(tmp_path, f"{rows}London,,11\n").assign(file=LABEL)
    assert placed(table, elsewhere)[1][0].rule == funding_tables.UNKNOWN_AREA.rule


def test_every_borough_is_found_by_its_own_name(tables: QuarterData, tmp_path: Path) -> None:
    areas = tables.areas[tables.areas["gss_code"].str.startswith("E09")]
    rows = "".join(f"{name},1\n" for name in areas["area"])
    known, problems = placed(good(tmp_path, HEADING + rows).assign(file=LABEL), LONDON)
    assert known["gss_code"].tolist() == areas["gss_code"].tolist()
    assert problems == []


# ---- from the file to the audit


def test_a_table_that_is_put_in_is_checked_and_audited(project_copy: ProjectCopy, tables: QuarterData) -> None:
    """All but Bromley by people, and Bromley ten times what its people would bring: it alone departs upwards."""
    people = tables.population.query("series == 'original' and year == 2017").set_index("gss_code")["population"]
    names = formula_need.boroughs_of(tables.place)
    sums = people.reindex(names.index).where(names != "Bromley", 10 * people)
    folder = project_copy.raw / "funding_tables"
    folder.mkdir()
    lines = [f"{name},{amount}.00" for name, amount in zip(names, sums, strict=True)]
    (folder / "fund.csv").write_text("\n".join(["Borough,2019/20", *lines, f"Total,{sums.sum()}"]) + "\n")
    checked = check(Catalogue.read(project_copy.raw)).require_clean()
    table = checked.tables["funding_tables"]
    assert table["amount_pence"].sum() == sums.sum() * 100
    need = formula_need.indicators(
        tables.crime,
        tables.population,
        tables.deprivation,
        tables.place,
        formula_need.Vintage("2017-18", "original", 2015),
    )
    put_in = formula_audit.given_tables(tables.allocations.iloc[:0], table, names)
    assert list(put_in) == ["funding_tables/fund.csv, 2019/20"]
    areas = formula_audit.audits(put_in, {"four": need}, names).areas
    assert areas[areas["departs"] == formula_audit.MORE]["area"].tolist() == ["Bromley"]


# ---- one bad file for each rule

BAD = [
    Bad(funding_tables.UNKNOWN_KIND, "x", ending=".pdf"),
    Bad(funding_tables.NO_HEADING, "Borough,Note\nCroydon,5\n", 1),
    Bad(funding_tables.NO_HEADING, "Borough,Supplier,Amount\nCroydon,x,5\n", 1),
    Bad(funding_tables.NO_HEADING, "", 1),
    Bad(funding_tables.NO_ROWS, HEADING, 1),
    Bad(funding_tables.TWICE, "Borough,Amount,Amount\nCroydon,5,5\n", 1, "Amount"),
    Bad(funding_tables.TWICE, "Borough,2019/20,2019-20\nCroydon,5,5\n", 1, "2019-20"),
    Bad(funding_tables.YEARS_READ, "Borough,Amount,2019/20\nCroydon,5,5\n", 1, "Amount"),
    Bad(funding_tables.TOO_LONG, HEADING + GOOD + "Westminster,1,250\n", 3),
    Bad(funding_tables.NO_AREA, HEADING + GOOD + ",5\n", 3, "Borough"),
    Bad(funding_tables.NO_SUM, HEADING + GOOD + "Westminster,\n", 3, "Amount"),
    Bad(funding_tables.NEGATIVE, HEADING + "Croydon,-5\n", 2, "Amount", "-5"),
    Bad(funding_tables.TOTALS, HEADING + GOOD + "Total,1250.50\n", 3, None, "1"),
    Bad(amounts.NOT_AN_AMOUNT, HEADING + "Croydon,some\n", 2, "Amount", "some"),
    Bad(amounts.COMMA_FOR_PENCE, HEADING + 'Croydon,"1.234,50"\n', 2, "Amount", "1.234,50"),
    Bad(amounts.PART_PENCE, HEADING + "Croydon,0.005\n", 2, "Amount", "0.005"),
    Bad(amounts.DOT_FOR_WHAT, HEADING + "Croydon,1.250\n", 2, "Amount", "1.250"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.says.rule)
def test_a_fault_is_told_at_its_place(bad: Bad, tmp_path: Path) -> None:
    _, problems = read_funding_table(bad.write(tmp_path), label=LABEL)
    assert problems == [bad.problem]


def test_a_total_that_its_rows_do_not_make_is_told_with_both(tmp_path: Path) -> None:
    _, problems = read(tmp_path, HEADING + GOOD + "Total,1250.60\n")
    value = "£1,250.60 is stated, and they make £1,250.50"
    assert problems[1] == funding_tables.TOTAL_DIFFERS.at(LABEL, 3, "Amount", value)


def test_every_rule_has_a_bad_file() -> None:
    of_places = {says for _, says, *_ in PLACES}
    of_places |= {funding_tables.LACKING, funding_tables.TOTAL_DIFFERS, funding_tables.WHOLE}
    assert rules_of(funding_tables) | rules_of(amounts) == {bad.says for bad in BAD} | of_places


# ---- whatever comes

EASY = settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@EASY
@given(content=st.binary(max_size=200), cells=st.lists(st.lists(st.text(max_size=9), max_size=5), max_size=4))
def test_any_bytes_and_cells_are_read_or_told(content: bytes, cells: list[list[str]], tmp_path: Path) -> None:
    out = StringIO()
    csv.writer(out).writerows(cells)
    for body in (content, HEADING.encode() + content, (HEADING + out.getvalue()).encode("utf-8", "replace")):
        for ending in (".csv", ".xlsx"):
            table, problems = read(tmp_path, body, ending)
            assert table is not None or problems
            if table is not None:
                placed(table.assign(file=LABEL), PLACE)
