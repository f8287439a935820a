"""The marks [c], [x], [z] and [low] on their way from a table to every place where a reader meets them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vfm.report import charts, figures
from vfm.report.publishing import Release
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import CannotSay

HIDDEN = "[c], 1 value: hidden, so that nobody can be told by it."
ABOUT = {"period": "2019/20", "source": "here"}
COLUMNS = {"name": ("Service", ""), "count": ("People", "people")}


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(Quarter.parse("2019-20-Q4"), reading=tmp_path, writing=tmp_path)


@pytest.fixture
def counts() -> pd.DataFrame:
    """Four services: a number, a hidden one, none, and one that was not asked for."""
    cells = [25.0, Mark.SUPPRESSED, 0.0, Mark.NOT_APPLICABLE]
    return pd.DataFrame({"name": ["north", "south", "east", "west"], "count": pd.Series(cells, dtype=object)})


def test_a_table_keeps_each_mark_in_its_file_and_on_its_page(
    release: Release, counts: pd.DataFrame, tmp_path: Path
) -> None:
    said = release.table("people", counts, columns=COLUMNS, title="People", **ABOUT)
    file = tmp_path / "tables" / "people.csv"
    assert file.read_text(encoding="utf-8").split() == ["name,count", "north,25", "south,[c]", "east,0", "west,[z]"]
    assert [f">{cell}</td>" in said.html for cell in ("25", "[c]", "0", "[z]")] == [True] * 4
    assert HIDDEN in said.html


def test_a_mark_is_read_back_as_what_it_is(release: Release, counts: pd.DataFrame, tmp_path: Path) -> None:
    release.table("people", counts, columns=COLUMNS, title="People", **ABOUT)
    file = tmp_path / "tables" / "people.csv"
    cells = figures.read_data(file, figures.read_one(file.with_suffix(".json")))["count"].tolist()
    assert cells == [25.0, Mark.SUPPRESSED, 0.0, Mark.NOT_APPLICABLE]
    assert [type(cell) for cell in cells] == [float, Mark, float, Mark]


def test_each_row_can_say_in_its_own_way_why_it_has_no_number(release: Release, tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["north", "south"], "count": [np.nan, np.nan]})
    marks = pd.Series([Mark.SUPPRESSED, Mark.NOT_AVAILABLE])
    release.table("people", frame, columns=COLUMNS, title="People", missing={"count": marks}, **ABOUT)
    text = (tmp_path / "tables" / "people.csv").read_text(encoding="utf-8")
    assert text.split() == ["name,count", "north,[c]", "south,[x]"]


def test_a_chart_writes_the_mark_where_the_bar_would_begin_and_draws_no_bar(
    release: Release, counts: pd.DataFrame, tmp_path: Path
) -> None:
    drawing = charts.grouped_bars(counts, label="name", groups={"count": "People"}, x_label="People")
    (axes,) = drawing.axes
    assert [bar.get_width() for bar in axes.patches[:1]] == [25.0]
    assert np.isnan(axes.patches[1].get_width())  # hidden: no bar, and not one of no length
    assert axes.patches[2].get_width() == 0.0  # none: a bar of no length, and its number
    written = {text.get_text(): text.get_position() for text in axes.texts}
    assert set(written) == {"25", "0", "[c]", "[z]"}
    assert written["[c]"][1] == pytest.approx(1.0)

    said = release.chart("people", drawing, data=counts, columns=COLUMNS, title="People", alt="Four bars.", **ABOUT)
    shown = json.loads((tmp_path / "charts" / "people.json").read_text(encoding="utf-8"))
    assert shown["alt"] == f"Four bars. {HIDDEN}"
    assert HIDDEN in said.text
    svg = (tmp_path / "charts" / "people.svg").read_text(encoding="utf-8")
    assert ">[c]</text>" in svg
    assert HIDDEN in svg
    assert "south,[c]" in (tmp_path / "charts" / "people.csv").read_text(encoding="utf-8")


def test_charts_of_pounds_and_of_intervals_mark_what_is_hidden() -> None:
    table = pd.DataFrame(
        {
            "name": ["north", "south"],
            "cost": pd.Series([2000.0, Mark.SUPPRESSED], dtype=object),
            "lower": [1500.0, np.nan],
            "upper": [2500.0, np.nan],
            "direction": ["", ""],
        }
    )
    for drawing in (
        charts.intervals(table, label="name", value="cost", x_label="Pounds"),
        charts.parts(table, label="name", value="cost", lower="lower", upper="upper"),
    ):
        assert [text.get_text() for text in drawing.axes[0].texts].count("[c]") == 1


def test_a_sentence_says_that_a_number_is_hidden_and_its_download_has_the_mark(
    release: Release, tmp_path: Path
) -> None:
    why = CannotSay("it is of fewer than 10 people", mark=Mark.SUPPRESSED)
    number = release.number("young-people", why, title="Young people", unit="people", **ABOUT)
    assert release.say("Young people: {young-people}.").text == (
        "Young people: hidden [c]: it is of fewer than 10 people."
    )
    assert number.mark == "[c]"
    lines = figures.numbers_csv([number]).splitlines()
    assert lines[1].split(",")[2] == "[c]"
    assert figures.read_numbers(tmp_path)["young-people"].mark == "[c]"


def test_low_is_neither_zero_nor_hidden(release: Release) -> None:
    frame = pd.DataFrame({"name": ["north"], "count": pd.Series([Mark.LOW], dtype=object)})
    said = release.table("people", frame, columns=COLUMNS, title="People", **ABOUT)
    assert ">[low]</td>" in said.html
    assert "[low], 1 value: more than none, though it rounds to zero." in said.html
