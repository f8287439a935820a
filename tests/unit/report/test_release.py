"""What a notebook publishes is what the release holds and the report reads again, hostile words and all."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import vfm
from vfm.report import figures, fragments, tables
from vfm.report.publishing import Release
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Status
from vfm.vocabulary.run_variables import STAGING_VARIABLE

QUARTER = Quarter.parse("2019-20-Q4")
ABOUT = {"title": "A title", "unit": "£", "period": "2019/20", "source": "A source"}
SHOWN: dict[str, Any] = {"title": "A title", "period": "2019/20", "source": "A source"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</data></p><h1>Not ours</h1>",
    "[press](javascript:alert(1)) **loud** `code`",
    "{braces} and {{more}}",
    "\u202etfel ot thgir\u202c שלום",
    "n" * 300,
    "two\nlines",
]
COLUMNS = {"name": ("Name", ""), "pounds": ("Pounds", "£"), "share": ("Share", "proportion")}
DATA = pd.DataFrame({"name": ["a", "b"], "pounds": [1_234_567.891, None], "share": [0.5, 1 / 3], "hidden": [1, 2]})


@pytest.fixture
def staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(STAGING_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def release(staging: Path) -> Release:
    return vfm.open_release(str(QUARTER))


def later(staging: Path) -> Release:
    """The release as the notebook that runs last opens it."""
    return vfm.open_release(str(QUARTER))


class Seen(HTMLParser):
    """The tags, attributes and words of a page, as a browser reads them."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data: str) -> None:
        self.words += data


def assert_harmless(html: str) -> Seen:
    seen = Seen(html)
    assert not {"script", "img", "iframe", "h1"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert not [value for name, value in seen.attributes if name == "href" and "javascript" in str(value)]
    return seen


# ---- numbers


def test_a_number_is_read_again_as_it_was_published(release: Release, staging: Path) -> None:
    result = Estimate(3802.28, 3369.0, 4307.0, n=263, method="ratio of totals", direction=Direction.EXACT)
    release.number("gang-exit", result, **ABOUT)
    got = later(staging)["gang-exit"]
    assert got == release["gang-exit"]
    assert (got.text, got.range, got.status, got.n) == ("£3,802", "£3,369 to £4,307", "derived", 263)


def test_run_alone_it_only_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STAGING_VARIABLE, raising=False)
    alone = Release(QUARTER, reading=tmp_path)
    alone.number("one", Estimate(1), **ABOUT)
    alone.number("one", Estimate(2), **ABOUT)  # a cell may be run again
    assert alone["one"].value == 2 and list(tmp_path.iterdir()) == []


def test_an_id_is_published_once(release: Release, chart: Figure) -> None:
    release.number("one", Estimate(1), **ABOUT)
    with pytest.raises(ValueError, match='"one" is already published'):
        release.number("one", Estimate(2), **ABOUT)
    release.table("two", DATA, columns=COLUMNS, **SHOWN)
    with pytest.raises(ValueError, match='"two" is already published'):
        release.table("two", DATA, columns=COLUMNS, **SHOWN)
    release.chart("three", chart, data=DATA, columns=COLUMNS, alt="A chart", **SHOWN)
    with pytest.raises(ValueError, match='"three" is already published'):
        release.chart("three", chart, data=DATA, columns=COLUMNS, alt="A chart", **SHOWN)


def test_an_id_is_that_of_one_figure_of_whatever_kind(release: Release, chart: Figure) -> None:
    release.number("one", Estimate(1), **ABOUT)
    with pytest.raises(ValueError, match='"one" is already published, in numbers: ids are used once'):
        release.table("one", DATA, columns=COLUMNS, **SHOWN)
    with pytest.raises(ValueError, match="in numbers"):
        release.chart("one", chart, data=DATA, columns=COLUMNS, alt="A chart", **SHOWN)
    release.table("two", DATA, columns=COLUMNS, **SHOWN)
    with pytest.raises(ValueError, match='"two" is already published, in tables'):
        release.number("two", Estimate(2), **ABOUT)


@pytest.mark.parametrize("bad", ["", "Budget", "a b", "../up", "a--b", "-a", "a_b", "a\n", "é"])
def test_an_id_that_cannot_name_a_file_is_refused(release: Release, bad: str) -> None:
    with pytest.raises(ValueError, match="is not a figure id"):
        release.number(bad, Estimate(1), **ABOUT)


def test_an_unknown_id_suggests_the_nearest(release: Release) -> None:
    release.number("budget-2019-20", Estimate(1), **ABOUT)
    with pytest.raises(KeyError, match='Did you mean "budget-2019-20"'):
        release["budget-2019-21"]
    with pytest.raises(KeyError, match="Run vfm refresh 2019-20-Q4 first"):
        release["zzz"]
    release.table("terms-bands", DATA, columns=COLUMNS, **SHOWN)
    with pytest.raises(KeyError, match='Did you mean "terms-bands"'):
        release.show("terms-band")


def test_what_cannot_be_said_is_marked_with_its_reason(release: Release, staging: Path) -> None:
    release.number("nothing", CannotSay("no award states a term"), **ABOUT)
    got = later(staging)["nothing"]
    assert (got.value, got.text, got.range) == (None, "cannot say: no award states a term", "")
    heading, row = figures.numbers_csv([got]).splitlines()
    cells = dict(zip(heading.split(","), row.split(","), strict=True))
    assert (cells["value"], cells["reason"], cells["method"]) == ("[x]", "no award states a term", "cannot say")
    assert "cannot say: no award states a term" in release.say("It is {nothing}.").html


@pytest.mark.parametrize(
    ("own", "given", "kept"),
    [
        (Status.DERIVED, None, "derived"),
        (Status.PUBLISHED, None, "published"),
        (Status.DERIVED, "scenario", "scenario"),
        (Status.ILLUSTRATIVE, "published", "illustrative"),
        (Status.SCENARIO, "derived", "scenario"),
    ],
)
def test_a_number_is_never_called_better_than_it_is(
    release: Release, own: Status, given: str | None, kept: str
) -> None:
    assert release.number("one", Estimate(1, status=own), status=given, **ABOUT).status == kept


def test_a_status_that_is_none_is_refused(release: Release) -> None:
    with pytest.raises(ValueError, match="golden"):
        release.number("one", Estimate(1), status="golden", **ABOUT)


def test_a_published_figure_carries_the_range_of_its_rounding(release: Release) -> None:
    got = release.published("budget", 23_600_000, half_width=50_000, **ABOUT)
    assert (got.status, got.range) == ("published", "£23.55 million to £23.65 million")


# ---- words


def test_say_fills_in_numbers_ranges_and_periods(release: Release) -> None:
    release.number("cost", Estimate(18.18, 17, 19), **ABOUT)
    release.number("bound", Estimate(23.39, direction=Direction.AT_MOST), **ABOUT)
    said = release.say("**It** cost {cost} ({cost:range}) in {cost:period}.", "Or {bound}.")
    assert said.text == "**It** cost £18.18 (£17.00 to £19.00) in 2019/20.\n\nOr at most £23.39."
    assert '<data data-figure="cost" value="18.18">£18.18</data> (£17.00 to £19.00) in 2019/20' in said.html
    assert "<strong>It</strong>" in said.html and said.html.count("<p>") == 2


@pytest.mark.parametrize("wrong", ["{cost:value}", "{cost:.2f}"])
def test_a_figure_is_shown_in_one_of_three_ways(release: Release, wrong: str) -> None:
    release.number("cost", Estimate(1), **ABOUT)
    with pytest.raises(ValueError, match="a figure is shown as"):
        release.say(wrong)


@pytest.mark.parametrize("wrong", ["{}", "{unknown}", "{cost", "cost}"])
def test_braces_that_name_no_figure_are_an_error_and_not_a_gap(release: Release, wrong: str) -> None:
    release.number("cost", Estimate(1), **ABOUT)
    with pytest.raises((KeyError, ValueError)):
        release.say(wrong)


def test_doubled_braces_are_braces(release: Release) -> None:
    assert release.fill("{{as it is}}") == "{as it is}"


# ---- charts and tables


@pytest.fixture(scope="module")
def chart() -> Figure:
    from vfm.report import charts

    table = pd.DataFrame({"label": ["A"], "value": [2.0], "lower": [1.0], "upper": [3.0]})
    return charts.parts(table, label="label", value="value", lower="lower", upper="upper")


def test_a_chart_is_shown_again_as_it_was_published(release: Release, staging: Path, chart: Figure) -> None:
    release.number("one", Estimate(5), **ABOUT)
    made = release.chart("drawn", chart, data=DATA, columns=COLUMNS, alt="It is {one}.", **SHOWN)
    assert later(staging).show("drawn").html == made.html
    assert 'aria-label="It is £5.00."' in made.html
    assert {path.name for path in (staging / "charts").iterdir()} == {
        f"drawn.{end}" for end in ("json", "svg", "csv", "png")
    }
    assert (staging / "charts" / "drawn.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("alt", ["", "  \n "])
def test_a_chart_without_alt_text_is_refused(release: Release, chart: Figure, alt: str) -> None:
    with pytest.raises(ValueError, match='"drawn" needs alt text'):
        release.chart("drawn", chart, data=DATA, columns=COLUMNS, alt=alt, **SHOWN)


def test_only_the_columns_that_are_shown_are_published(release: Release, staging: Path) -> None:
    release.table("table", DATA, columns=COLUMNS, **SHOWN)
    text = (staging / "tables" / "table.csv").read_text()
    assert text == "name,pounds,share\na,1234567.891,0.5\nb,[x],0.333333333333\n"
    with pytest.raises(ValueError, match="no column strange in the table; it has name"):
        release.table("other", DATA, columns={"strange": ("Strange", "")}, **SHOWN)


def test_two_columns_of_one_heading_are_refused(release: Release) -> None:
    with pytest.raises(ValueError, match="one heading: Same, Same"):
        release.table("table", DATA, columns={"name": ("Same", ""), "pounds": ("Same", "£")}, **SHOWN)


MIXED = pd.DataFrame(
    {
        "words": ["a,b", 'say "so"', "two\r\nlines", "", None, "[z]", "NA", "=1+1"],
        "count": pd.array([0, 1, 1_000, None, 5, 6, 7, 8], dtype="Int64"),
        "pounds": [0.0, -5_200.5, 53.6e6, None, 18.18, 1e-9, 0.1 + 0.2, 1e15],
        "day": pd.to_datetime(["2020-04-01", None, *["2019-12-31"] * 6]),
        "year": [2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019],
        "flag": [True, False] * 4,
    }
)
MIXED_COLUMNS = {
    "words": ("Words", ""),
    "count": ("Count", "awards"),
    "pounds": ("Pounds", "£"),
    "day": ("Day", ""),
    "year": ("Year", ""),
    "flag": ("Flag", ""),
}


def test_a_table_shows_the_same_cells_in_the_notebook_and_in_the_report(release: Release, staging: Path) -> None:
    made = release.table("mixed", MIXED, columns=MIXED_COLUMNS, missing={"pounds": "[z]"}, **SHOWN)
    assert later(staging).show("mixed").html == made.html
    for words in (">1 April 2020<", ">2019<", ">yes<", ">£53,600,000<", ">−£5,200<", ">[x]<", ">[z]<", ">NA<"):
        assert words in made.html


def test_ends_of_intervals_and_bounds_in_a_table_are_rounded_outwards(release: Release, staging: Path) -> None:
    """Each cost is 18.1849 or 18.1851: to the nearest penny 18.18 and 18.19, and outwards by what the row says."""
    rows = pd.DataFrame(
        {
            "cost": [18.1849, 18.1851, 18.1849, 18.1851],
            "bound": ["at most", "at least", "exact", "about, direction unknown"],
            "real_lower": 17.999,
            "real_upper": 19.001,
        }
    )
    columns = {"cost": ("Cost", "£ each"), "bound": ("It is", "")}
    columns |= {"real_lower": ("From", "£ each"), "real_upper": ("To", "£ each")}
    made = release.table("costs", rows, columns=columns, bounds={"cost": "bound"}, **SHOWN)
    cells = [">£18.19<", ">£18.18<", ">£18.18<", ">£18.19<"]
    body = made.html.split("<tbody>")[1].split("</tr>")
    for row, cell in zip(body, cells, strict=False):
        assert cell in row and ">£17.99<" in row and ">£19.01<" in row
    assert later(staging).show("costs").html == made.html


def test_data_is_read_again_as_it_was_written(release: Release, staging: Path) -> None:
    release.table("mixed", MIXED, columns=MIXED_COLUMNS, missing={"pounds": "[z]"}, **SHOWN)
    path = staging / "tables" / "mixed.json"
    got = figures.read_data(path.with_suffix(".csv"), figures.read_one(path))
    wanted = figures.only_shown(MIXED, MIXED_COLUMNS, {"pounds": "[z]"})
    for name in MIXED_COLUMNS:
        for read, written in zip(got[name], wanted[name], strict=True):
            if isinstance(written, str):
                assert read == written
            else:
                assert read == pytest.approx(float(written), rel=1e-11)  # twelve digits are kept
    assert (staging / "tables" / "mixed.csv").read_text(encoding="utf-8").count("2020-04-01") == 1


def test_a_table_is_as_weak_as_its_weakest_row(release: Release) -> None:
    rows = DATA.assign(status=["published", "illustrative"])
    shown = release.table("table", rows, columns=COLUMNS, **SHOWN)
    assert "ILLUSTRATIVE" in shown.html and "loud" in shown.html


def test_costs_for_each_of_different_things_are_never_in_one_table_or_chart(release: Release, chart: Figure) -> None:
    rows = DATA.assign(cost=1.0, denominator=["output"] + ["outcome"] * (len(DATA) - 1))
    with pytest.raises(ValueError, match=r"never in one table, and here are: \['outcome', 'output'\]"):
        release.table("costs", rows, columns=COLUMNS, **SHOWN)
    with pytest.raises(ValueError, match="never in one table"):
        release.chart("costs", chart, data=rows, columns=COLUMNS, alt="Two bars.", **SHOWN)
    release.table("costs", rows.assign(denominator="outcome"), columns=COLUMNS, **SHOWN)


def test_a_log_entry_is_recorded_once(release: Release, staging: Path) -> None:
    release.exclude("left-out", "Rows", rows=3, pounds=None, effect="None")
    assert json.loads((staging / "log" / "left-out.json").read_text()) == {
        "entry_id": "left-out",
        "kind": "exclusion",
        "what": "Rows",
        "effect": "None",
        "rows": 3,
    }
    with pytest.raises(ValueError, match="already published"):
        release.exclude("left-out", "Rows", rows=3, pounds=1.0, effect="None")


# ---- hostile words


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_wherever_they_stand(release: Release, chart: Figure, words: str) -> None:
    typed = words.replace("{", "{{").replace("}", "}}")  # titles, alt text and notes may name figures
    text = {"title": typed, "period": words, "source": words, "notes": typed}
    columns = {"name": (words, ""), "pounds": (f"{words}.", words)}
    data = DATA.assign(name=words)
    drawn = release.chart("drawn", chart, data=data, columns=columns, alt=typed, **text)
    tabled = release.table("tabled", data, columns=columns, **text)
    for html in (drawn.html, tabled.html):
        assert words in assert_harmless(html).words
    labels = [value for name, value in assert_harmless(drawn.html).attributes if name == "aria-label"]
    assert labels == [words, words]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_of_a_number_are_words(release: Release, words: str) -> None:
    about = {"title": words, "unit": words, "period": words, "source": words}
    release.number("one", Estimate(1, 0, 2), **about)
    release.number("none", CannotSay(words), **about)
    for html in (release.cards("one", "none").html, release.say("{none} in {one:period}").html):
        seen = assert_harmless(html)
        assert words in seen.words
        assert not {"strong", "code", "a"} & set(seen.tags)


def test_words_that_say_more_than_their_design_are_refused(release: Release) -> None:
    release.number("fall", Estimate(-0.2), **ABOUT | {"unit": "proportion"})
    assert "was lower by" in release.say("Crime was lower by {fall} after it began.", level=1).text
    assert "estimated" in release.say("It is estimated to have reduced crime by {fall}.", level=3).text
    with pytest.raises(DataError, match=r'"reduced" says more than level 1 .* It reduced crime by'):
        release.say("Crime was measured twice. It reduced crime by {fall}. That was all.", level=1)


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<h1>x</h1>"])
def test_tags_typed_into_a_paragraph_are_words(release: Release, words: str) -> None:
    assert words in assert_harmless(release.say(f"A {words} in a line").html).words
    assert words in assert_harmless(release.say(words).html).words


def test_a_status_that_is_read_from_a_file_is_escaped() -> None:
    assert "<b>" not in fragments.status_label("<b>")


def test_a_table_has_a_caption_headings_with_scope_and_numbers_to_the_right() -> None:
    html = tables.to_html(DATA[["name", "pounds"]], caption="C", units={"pounds": "£"})
    assert "<caption>C</caption>" in html and '<th scope="row">a</th>' in html
    assert '<th scope="col" class="number">pounds (£)</th>' in html and '<td class="number">£1,234,568</td>' in html


# ---- illustrative


@pytest.fixture
def example(staging: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.setenv("VFM_DATA", "examples")
    return vfm.open_release(str(QUARTER))


@pytest.mark.parametrize("given", [None, "published", "derived"])
def test_whatever_touches_the_example_is_illustrative(example: Release, given: str | None) -> None:
    assert example.number("one", Estimate(1, status=Status.PUBLISHED), status=given, **ABOUT).status == "illustrative"
    assert example.number("two", CannotSay("nobody knows"), **ABOUT).status == "illustrative"


def test_a_chart_of_the_example_says_so_in_each_of_its_files(example: Release, staging: Path, chart: Figure) -> None:
    heights = chart.get_size_inches()[1], chart.axes[0].get_position().height
    example.chart("drawn", chart, data=DATA, columns=COLUMNS, alt="Two dots.", **SHOWN)
    said = {path.suffix: path.read_bytes() for path in (staging / "charts").iterdir()}
    assert all(b"Illustrative: invented" in said[kind] for kind in (".svg", ".png"))
    assert said[".csv"].decode().splitlines()[0] == "name,pounds,share,status"
    assert all(line.endswith(",illustrative") for line in said[".csv"].decode().splitlines()[1:])
    assert '"alt": "Illustrative. Two dots."' in said[".json"].decode()
    # The drawing itself keeps its size: the words stand in a strip that is added.
    assert chart.axes[0].get_position().height * chart.get_size_inches()[1] == pytest.approx(heights[0] * heights[1])


def test_a_table_that_has_a_status_of_its_own_keeps_it(example: Release, staging: Path) -> None:
    data, columns = DATA.assign(status="published"), COLUMNS | {"status": ("Status", "")}
    made = example.table("listed", data, columns=columns, **SHOWN)
    assert "ILLUSTRATIVE: made-up data" in made.html
    assert (staging / "tables" / "listed.csv").read_text(encoding="utf-8").count("published") == len(DATA)
