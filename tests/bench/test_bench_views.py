"""The bench: what each choice shows of the committed releases, what it hides, and what can be taken away."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from places import LONDON
from vfm.bench import take, what_if
from vfm.bench.choices import CASH, MEASURES, REAL
from vfm.bench.explorer import Explorer, open_explorer
from vfm.data.project import EXAMPLES, PUBLISHED, Project
from vfm.release.ask import ask
from vfm.release.cards import cards
from vfm.release.kernels import Kernels
from vfm.release.plan import Job
from vfm.report.figures import Number
from vfm.vocabulary.errors import DataError, RunError, UsageError

ROOT = Path(__file__).resolve().parents[2]
QUARTER = "2019-20-Q4"


@pytest.fixture(scope="module", params=[PUBLISHED, EXAMPLES])
def either(request: pytest.FixtureRequest) -> Explorer:
    return open_explorer(QUARTER, data=request.param)


@pytest.fixture(scope="module")
def published() -> Explorer:
    return open_explorer(QUARTER, data=PUBLISHED)


@pytest.fixture(scope="module")
def example() -> Explorer:
    return open_explorer(QUARTER, data=EXAMPLES)


def rows(explorer: Explorer, file: str) -> list[dict[str, str]]:
    with (explorer.sealed.folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_a_sentence_rows_and_a_drawing_or_says_why_not(either: Explorer, measure: str) -> None:
    view = either.see(measure=measure)
    assert view.sentence.rstrip().endswith(".")
    assert bool(view.drawing) != bool(view.undrawn)
    assert view.rows.empty == ("Cannot say" in view.sentence)
    assert view.receipt["release"] == either.sealed.name
    assert bool(view.receipt["files"]) == bool(view.shown.notebook)  # none where the release has no such figure
    assert not re.search(r"\bnan\b|>None<", view._repr_html_())


def test_a_sentence_says_the_releases_own_numbers(published: Explorer) -> None:
    view = published.see(measure="crime", borough="Croydon", compare="London", period="ten years")
    held = rows(published, "charts/borough-croydon-crime-trend.csv")[-10:]
    first, last = held[0], held[-1]
    for number in (first["here"], last["here"], first["there"], last["there"]):
        assert f"{round(float(number), 1):g}" in view.sentence
    five = published.see(measure="crime", borough="Croydon", period="five years")
    assert first["year"] in view.sentence and first["year"] not in five.sentence and len(five.rows) == 5


def test_a_borough_stands_beside_another(published: Explorer) -> None:
    view = published.see(measure="crime", borough="Croydon", compare="Hackney")
    there = {row["year"]: float(row["here"]) for row in rows(published, "charts/borough-hackney-crime-trend.csv")}
    assert dict(zip(view.rows["year"], view.rows["there"], strict=True)) == there
    assert view.shown.columns["there"][0] == "Hackney" and "Hackney" in view.sentence and "London" not in view.sentence


def test_prices_change_which_cost_is_told(published: Explorer) -> None:
    cash, real = (published.see(measure="person", service="London Gang Exit", prices=one) for one in (CASH, REAL))
    assert "£3,802" in cash.sentence and "£3,802" not in real.sentence
    assert "£4,037" in real.sentence and "real_cost" not in cash.shown.columns
    assert "2019/20 prices" in real.sentence


def test_themes_and_services_narrow(published: Explorer) -> None:
    themes = {row["service"]: row["theme"] for row in rows(published, "tables/register-services.csv")}
    view = published.see(theme="Victims")
    assert set(view.rows["service"]) == {name for name, theme in themes.items() if theme == "Victims"}
    assert published.see(service="London Gang Exit").rows["service"].tolist() == ["London Gang Exit"]


def test_what_is_hidden_stays_hidden_in_all_that_is_shown_or_taken(example: Explorer) -> None:
    view = example.see(measure="outcomes", borough="Hackney")
    held = rows(example, "tables/borough-hackney-outcomes.csv")
    hidden = sum(row["share"] == "[c]" for row in held)
    assert hidden > 0 and f"{hidden} of {len(held)} are hidden, [c]" in view.sentence
    assert [str(cell) for cell in view.rows["share"]].count("[c]") == hidden
    taken = take.files(view)
    made = list(csv.DictReader(io.StringIO(taken[f"{view.name}.csv"].decode())))
    assert [row["share"] for row in made] == [row["share"] for row in held]
    book = openpyxl.load_workbook(io.BytesIO(taken[f"{view.name}.xlsx"]))
    cells = [str(cell.value) for row in book["view"].iter_rows() for cell in row]
    assert cells.count("[c]") == sum(list(row.values()).count("[c]") for row in held)


def test_made_up_data_says_so_wherever_it_is_seen(example: Explorer) -> None:
    view = example.see(measure="services", borough="Hackney", compare="Croydon")
    taken = take.files(view)
    assert view.sentence.startswith("Illustrative:") and "Illustrative" in view._repr_html_()
    assert view.name.endswith("illustrative")
    assert "ILLUSTRATIVE" in view.drawing.upper()
    assert {row["status"] for row in csv.DictReader(io.StringIO(taken[f"{view.name}.csv"].decode()))} == {
        "illustrative"
    }
    assert "llustrative" in str(openpyxl.load_workbook(io.BytesIO(taken[f"{view.name}.xlsx"])).properties.title)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"measure": "crimes"}, 'Did you mean "crime"'),
        ({"borough": "Hackny"}, 'Did you mean "Hackney"'),
        ({"bourough": "Hackney"}, 'Did you mean "borough"'),
        ({"service": "London Gang Exits"}, 'Did you mean "London Gang Exit"'),
        ({"measure": "crime", "borough": "Narnia"}, "No borough is called"),
    ],
)
def test_a_name_that_is_not_known_suggests_the_nearest(published: Explorer, asked: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        published.see(**asked)


def test_a_receipt_changes_with_what_was_answered_and_not_with_when(published: Explorer) -> None:
    first, again, other = (published.see(measure="money", borough=name) for name in ("Croydon", "Croydon", "Hackney"))
    assert first.receipt == again.receipt
    assert first.receipt["answer_hash"] != other.receipt["answer_hash"]


def test_a_view_taken_away_as_a_notebook_runs_and_finds_the_same(published: Explorer, tmp_path: Path) -> None:
    view = published.see(measure="crime", borough="Croydon", compare="Hackney")
    path = tmp_path / "view.ipynb"
    path.write_bytes(take.files(view)[f"{view.name}.ipynb"])
    project = Project(ROOT, PUBLISHED)
    Kernels().run(Job("view", path, {}), project=project, staging=None, output=tmp_path / "run.ipynb")
    ran = json.loads((tmp_path / "run.ipynb").read_text(encoding="utf-8"))
    assert view.sentence in json.dumps(ran, ensure_ascii=False)
    path.write_text(path.read_text(encoding="utf-8").replace(view.receipt["answer_hash"], "0" * 64), encoding="utf-8")
    with pytest.raises(RunError, match="AssertionError"):
        Kernels().run(Job("view", path, {}), project=project, staging=None, output=tmp_path / "run.ipynb")


def test_a_drawing_taken_away_has_its_words_and_an_image_its_title(published: Explorer) -> None:
    view = published.see(measure="money", borough="Croydon")
    taken = take.files(view)
    assert b'role="img"' in taken[f"{view.name}.svg"] and b"Two bars for each area" in taken[f"{view.name}.svg"]
    assert taken[f"{view.name}.png"].startswith(b"\x89PNG") and view.shown.title.encode() in taken[f"{view.name}.png"]
    assert set(take.files(published.see(measure="results"))) == {"results.csv", "results.xlsx", "results.ipynb"}


# ---- controls


def test_drawing_table_and_sentence_change_together(published: Explorer) -> None:
    controls = published.controls
    box = controls.look
    seen = []
    for measure, borough in (("crime", "Croydon"), ("crime", "Hackney"), ("money", "Hackney")):
        controls._measure.value = measure
        controls._controls["borough"].value = borough
        parts = [controls._sentence.value, controls._drawing.value, controls._table.value, controls._receipt.value]
        assert all(borough in part for part in parts)
        seen.append(parts)
    assert all(one != other for before, after in pairwise(seen) for one, other in zip(before, after, strict=True))
    assert len(box.children) == 8


def test_files_are_of_what_is_seen_and_gone_when_that_changes(published: Explorer) -> None:
    controls = published.controls
    assert controls.look
    controls._measure.value = "money"
    controls._take.click()
    assert [
        kind for kind in ("csv", "xlsx", "svg", "png", "ipynb") if f">{kind.upper()}</a>" in controls._files.value
    ] == [*("csv", "xlsx", "svg", "png", "ipynb")]
    controls._controls["borough"].value = "Hackney"
    assert controls._files.value == ""


def test_a_receipt_names_the_files_of_its_view_and_of_none_before_it(published: Explorer) -> None:
    published.see(measure="person")
    files = published.see(measure="crime", borough="Croydon", compare="Hackney").receipt["files"]
    assert set(files) == {
        f"charts/borough-{name}-crime-trend.{kind}" for name in ("croydon", "hackney") for kind in ("csv", "json")
    }


@pytest.mark.parametrize("name", cards(LONDON))
def test_a_question_sets_the_controls_to_what_shows_it(published: Explorer, name: str) -> None:
    controls = published.controls
    assert controls.look and controls.questions
    first = next(iter(cards(LONDON)))
    controls._card.value = next(other for other in cards(LONDON) if other != first) if name == first else first
    controls._card.value = name
    card = cards(LONDON)[name]
    wanted = {key: text.format(**card.parameters) for key, text in card.view.items()}
    assert controls.view is not None
    assert {key: controls.view.choice.heeded[key] for key in wanted} == wanted


def test_a_question_taken_away_as_a_notebook_runs_and_holds_its_receipt(published: Explorer, tmp_path: Path) -> None:
    answer = ask(published.project, "services-in", {"borough": "Hackney"}, str(published.sealed.folder))
    taken = take.files_of_answer(answer, published.project.data)
    assert set(taken) == {"services-in-hackney.json", "services-in-hackney.ipynb"}
    assert json.loads(taken["services-in-hackney.json"])["receipt"] == dict(answer.receipt)
    path = tmp_path / "answer.ipynb"
    path.write_bytes(taken["services-in-hackney.ipynb"])
    project = Project(ROOT, PUBLISHED)
    Kernels().run(Job("answer", path, {}), project=project, staging=None, output=tmp_path / "run.ipynb")
    assert "Which services are funded in Hackney?" in (tmp_path / "run.ipynb").read_text(encoding="utf-8")


def test_a_measure_offers_only_what_it_goes_by(published: Explorer) -> None:
    controls = published.controls
    assert controls.look
    for key, measure in MEASURES.items():
        controls._measure.value = key
        assert {name for name, one in controls._controls.items() if not one.disabled} == set(measure.heeds)


def test_a_question_is_answered_with_its_receipt_and_a_wrong_one_with_what_is_wrong(published: Explorer) -> None:
    controls = published.controls
    assert controls.questions
    controls._card.value = "services-in"
    controls._parameters["borough"].value = "Hackney"
    assert "Which services are funded in Hackney?" in controls._answer.value and "Receipt" in controls._answer.value
    controls._card.value = "ends-soon"
    controls._parameters["months"].value = "soon"
    assert 'role="alert"' in controls._answer.value and "whole number from 1 to 12" in controls._answer.value


# ---- what if


def index(vintage: str) -> pd.Series[float]:
    table = pd.read_csv(ROOT / "data" / "raw" / "reference" / "gdp_deflator.csv")
    return table[table["vintage"] == vintage].set_index("financial_year")["index"]


def test_another_deflator_moves_what_is_in_real_terms_and_nothing_else(published: Explorer) -> None:
    found = what_if.what_if(published.project, published.sealed, "10-spend-growth", "deflator", "2020-03 (Budget)")
    moved = found.rows.set_index("figure")
    # 53.6 over 23.6 million, less the growth of prices from 2012-13 to 2019-20 by that vintage; less one
    prices = index("2020-03 (Budget)")
    last = prices["2018-19"] * 1.01916869  # that vintage forecasts 2019-20 by its change alone, 1.916869 per cent
    growth = 53.6 / 23.6 / (last / prices["2012-13"]) - 1
    assert moved.loc["budget-growth-real", "what if"].startswith(f"{growth:.1%}")
    assert moved.loc["budget-growth-real", "published"] != moved.loc["budget-growth-real", "what if"]
    assert moved.loc["budget-growth-nominal", "change"] == "" and moved.loc["budget-2019-20", "change"] == ""
    assert found.sentence.startswith("Scenario, not published:")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("10-spend-grow", "deflator", "x"), 'Did you mean "10-spend-growth"'),
        (("10-spend-growth", "deflater", "x"), 'Did you mean "deflator"'),
        (("10-spend-growth", "quarter", "x"), 'has no assumption "quarter"'),
        (("20-cost-per-outcome", "level", "95"), "level"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(published: Explorer, asked: tuple[str, str, str], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        what_if.what_if(published.project, published.sealed, *asked)


def test_nothing_is_answered_where_the_release_does_not_come_out(
    published: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*_: object) -> dict[str, Number]:
        return {}

    monkeypatch.setattr(what_if, "_numbers", other)
    with pytest.raises(DataError, match="does not come out as it was published"):
        what_if.what_if(published.project, published.sealed, "10-spend-growth", "deflator", "2020-03 (Budget)")


def number(value: float | None, lower: float | None = None, upper: float | None = None, mark: str = "") -> Number:
    return Number("one", "One", value, lower, upper, "people", "2019/20", "derived", "", "", "x", reason="r", mark=mark)


def test_what_a_release_hides_stays_hidden_whatever_another_run_says() -> None:
    row = what_if._beside({"one": number(None, mark="[c]")}, {"one": number(3)}).iloc[0]
    assert row["what if"] == row["published"] == "hidden [c]: r"
    assert row["change"] == "" and "3" not in str(row.to_dict())


def test_an_interval_that_moves_is_said_where_its_number_does_not() -> None:
    row = what_if._beside({"one": number(10, 8, 12)}, {"one": number(10, 9, 11)}).iloc[0]
    assert row["change"] == "its interval"
    assert row["published"] == "10 (8 to 12)" and row["what if"] == "10 (9 to 11)"
