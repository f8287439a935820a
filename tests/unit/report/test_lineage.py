"""What a figure is made from, read from a notebook's own code: cells run one by one, as a kernel runs them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vfm.data.origins import named, rows_of
from vfm.data.project import Project
from vfm.data.quarter import QuarterData
from vfm.report import lineage
from vfm.report.lineage import Lineage
from vfm.vocabulary.periods import Quarter

AWARDS = pd.DataFrame(
    {
        "award_id": ["A1", "A2", "A3"],
        "role": ["component", "envelope", "component"],
        "amount": [100.0, None, 50.0],
        "raw_row": [2, 3, 4],
    }
)
RESULTS = pd.DataFrame({"result_id": ["R1", "R2"], "value": [10.0, 20.0], "raw_row": [2, 3]})
MATCHES = pd.DataFrame(
    {"match_id": ["one", "two"], "basis": ["awards", "awards"], "pounds": [100.0, 50.0], "raw_row": [7, 9]}
)
CRIME = pd.DataFrame({"gss_code": ["E09000001"], "count": [5]})
OUTCOMES = pd.DataFrame(
    {
        "service_id": ["s", "s"],
        "gss_code": ["E09000001", "E09000002"],
        "quarter": ["2019-20-Q4"] * 2,
        "measure_id": ["m", "m"],
        "achieved": [3, 4],
        "source": ["returns/a.xlsx", "returns/b.xlsx"],
        "raw_row": [5, 5],
    }
)
TABLES = {"awards": AWARDS, "results": RESULTS, "matches": MATCHES, "crime": CRIME, "outcomes": OUTCOMES}


class Tables(QuarterData):
    """A quarter whose tables are these."""

    def __init__(self) -> None:
        self.project, self.quarter = Project(Path()), Quarter.parse("2019-20-Q4")
        for name, table in TABLES.items():
            self.__dict__[name] = named(table.copy(), name)


class Noting:
    """What a notebook publishes through, which keeps the lineage of each figure."""

    def __init__(self) -> None:
        self.noted: dict[str, Lineage] = {}

    def number(self, figure_id: str, value: object, **_: object) -> None:
        self.noted[figure_id] = lineage.of_caller()

    def published(self, figure_id: str, value: object, **about: object) -> None:
        self.number(figure_id, value, **about)

    table = chart = exclude = number


def run(*cells: str) -> dict[str, Lineage]:
    """The lineage of every figure that some cells publish."""
    release = Noting()
    space: dict[str, Any] = {"__name__": "__main__", "In": [""], "data": Tables(), "release": release, "pd": pd}
    exec("from vfm.analysis import growth", space)
    space["chosen_sum"] = lambda table, keys: table[table["result_id"].isin(keys)]["value"].sum()
    for place, cell in enumerate(cells, 1):
        source = inspect.cleandoc(cell)
        space["In"].append(source)
        exec(compile(source, f"cell {place}", "exec"), space)
    return release.noted


def test_the_cell_is_the_one_that_publishes() -> None:
    noted = run("x = 1", "y = 2", 'release.number("a", x)')
    assert noted["a"].cell == 3


def test_a_table_used_whole_is_all_its_rows_and_a_part_of_it_that_part() -> None:
    noted = run('release.number("whole", data.awards["amount"].sum())\nrelease.number("part", len(data.components))')
    assert noted["whole"].tables == {"awards": {"": [2, 3, 4]}}
    assert noted["part"].tables == {"awards": {"": [2, 4]}}  # the envelope is row 3


def test_a_name_is_followed_through_the_cells_before() -> None:
    noted = run(
        "awards = data.components", "total = awards['amount'].sum()", "half = total / 2", 'release.number("a", half)'
    )
    assert noted["a"].tables == {"awards": {"": [2, 4]}}


def test_a_name_that_was_given_another_value_since_is_not_taken_for_the_one_before() -> None:
    noted = run(
        "part = data.components",
        "total = part['amount'].sum()",
        "part = data.awards.head(1)",
        'release.number("a", total)',
    )
    assert noted["a"].tables == {"awards": {"": [2, 4]}}  # and not row 2 alone, which is what `part` is now


def test_what_was_made_of_something_else_is_not_in_it() -> None:
    noted = run(
        "crime = data.crime['count'].sum()", "pounds = data.awards['amount'].sum()", 'release.number("a", pounds)'
    )
    assert set(noted["a"].tables) == {"awards"}


def test_in_a_loop_each_figure_is_of_its_own_row() -> None:
    noted = run(
        "costs = data.matched.assign(cost=lambda frame: frame['spend'] / 2)",
        """
        for match, row in costs.iterrows():
            result = row["cost"]
            release.number(f"cost-{match}", result)
        """,
    )
    assert noted["cost-one"].tables == {"matches": {"": [7]}}
    assert noted["cost-two"].tables == {"matches": {"": [9]}}


def test_rows_are_told_by_their_key_after_a_join_and_not_by_a_sum_of_row_numbers() -> None:
    noted = run(
        "joined = data.matches.merge(pd.DataFrame({'basis': ['awards'], 'more': [1]}), on='basis')",
        "first = joined.iloc[0]",
        'release.number("joined", first["pounds"])',
        "summed = data.matches.groupby('basis').sum(numeric_only=True)",
        "of_sum = summed.iloc[0]",
        'release.number("summed", of_sum["pounds"])',
    )
    assert noted["joined"].tables == {"matches": {"": [7]}}
    assert noted["summed"].tables == {"matches": {"": [7, 9]}}  # 7 + 9 = 16 is no row


def test_a_call_that_is_given_keys_is_made_of_their_rows() -> None:
    noted = run(
        "WANTED = ['R2']\nchosen = chosen_sum(data.results, WANTED)",
        'release.number("a", chosen)',
    )
    assert noted["a"].tables == {"results": {"": [3]}}


def test_where_rows_are_not_known_the_table_alone_is_named() -> None:
    assert run('release.number("a", data.crime["count"].sum())')["a"].tables == {"crime": None}


def test_rows_of_returns_are_told_file_by_file() -> None:
    tables = run('release.number("a", data.outcomes["achieved"].sum())')["a"].tables
    assert tables == {"outcomes": {"returns/a.xlsx": [5], "returns/b.xlsx": [5]}}


def test_what_says_something_of_a_figure_is_not_what_it_is_made_from() -> None:
    noted = run('release.number("a", len(data.awards), title=str(data.crime), source=str(len(data.results)))')
    assert set(noted["a"].tables) == {"awards"}


def test_methods_and_plain_values_are_named() -> None:
    noted = run("level = 0.95\nother = 1", "rounded = growth.rounded(level, 0.1)", 'release.number("a", rounded)')
    assert noted["a"].functions == ["vfm.analysis.growth.rounded"]
    assert noted["a"].names == ["level"]


def test_the_call_is_found_in_a_cell_that_publishes_several_over_many_lines() -> None:
    noted = run(
        """
        release.number(
            "first",
            len(data.awards),
            title="one",
        )
        release.table(
            "second",
            data.results,
        )
        """
    )
    assert set(noted["first"].tables) == {"awards"}
    assert set(noted["second"].tables) == {"results"}


def test_outside_a_notebook_nothing_is_claimed() -> None:
    assert lineage.of_caller() == Lineage()


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (AWARDS.iloc[[0, 2]], ("awards", {"": [2, 4]})),
        (AWARDS.iloc[1], ("awards", {"": [3]})),
        (next(AWARDS.itertuples()), ("awards", {"": [2]})),
        (MATCHES.set_index("match_id").iloc[1], ("matches", {"": [9]})),
        (MATCHES.rename(columns={"match_id": "match"}).drop(columns="raw_row"), ("matches", {"": [7, 9]})),
        (AWARDS.assign(award_id=["A1", "A2", "A9"]), None),  # A9 is no award
        (AWARDS.drop(columns="award_id"), None),
        (AWARDS["amount"], None),
        (AWARDS.iloc[:0], None),
        (3, None),
    ],
)
def test_a_piece_says_which_rows_it_is_by_its_key(piece: object, expected: object) -> None:
    assert rows_of(piece, TABLES) == expected
