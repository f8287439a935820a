"""No release tells of people who must not be known by it: what is published is attacked before it is sealed."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pikepdf
import pytest
from nbformat.v4 import new_output
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import pdf_reading
from small_projects import QUARTER, ROOT, copy_project, write_notebook
from vfm.cli import main
from vfm.data import said
from vfm.data.disclosure import profile
from vfm.data.earlier import FILE, earlier
from vfm.data.people import Cell, cells_of
from vfm.data.project import EXAMPLES, PROJECT_VARIABLE, Project
from vfm.data.publishable import open_publishable, people_in
from vfm.data.quarter import QuarterData
from vfm.release import attack
from vfm.report.publishing import Release
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Estimate, Status

NOW = Quarter.parse(QUARTER)
REAL = ("20-cost-per-outcome", "80-borough")
RETURN = f"examples/raw/returns/{QUARTER}/vfm-return-{QUARTER}-example-service-04-outcomes.csv"
PLANTED = ("Lewisham,Better wellbeing,9,15", "Lewisham,Better wellbeing,48614,51377")
ABOUT = {"period": QUARTER, "source": "monitoring returns"}
COLUMNS = {"service_id": ("Service", ""), "achieved": ("Achieved", "people"), "assessed": ("Assessed", "people")}
SAYS = {"achieved": "achieved", "assessed": "assessed"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> QuarterData:
    """The example's tables, in a project of their own, with counts that no other number is like."""
    root = copy_project(tmp_path_factory.mktemp("disclosure") / "project", notebooks=False)
    shutil.copytree(ROOT / "examples" / "raw", root / "examples" / "raw")
    sent = (root / RETURN).read_text(encoding="utf-8")
    assert PLANTED[0] in sent
    (root / RETURN).write_text(sent.replace(*PLANTED), encoding="utf-8")
    for name in REAL:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", root / "notebooks")
    write_notebook(Project(root).root, "90-quarterly-update", "1")
    return QuarterData(Project(root, EXAMPLES), NOW)


@pytest.fixture
def draft(tmp_path: Path) -> Release:
    """A draft that a test publishes into, as a notebook does."""
    return Release(NOW, reading=tmp_path, writing=tmp_path, status=Status.ILLUSTRATIVE)


@pytest.fixture
def seal(built: QuarterData, tmp_path: Path) -> Callable[[], None]:
    return lambda: attack.gather(built.project, NOW, tmp_path)


def of_services(data: QuarterData, measure: str = "wellbeing-better") -> pd.DataFrame:
    """What was really counted, by service: what a notebook must not publish."""
    rows = data.outcomes[(data.outcomes["quarter"] == QUARTER) & (data.outcomes["measure_id"] == measure)]
    return rows.groupby("service_id", as_index=False)[["achieved", "assessed"]].sum().assign(measure_id=measure)


def test_what_may_be_published_is_sealed_with_the_profile_that_it_was_made_under(
    built: QuarterData, draft: Release, seal: Callable[[], None], tmp_path: Path
) -> None:
    safe = built.publishable.outcomes("service_id")
    draft.table("outcomes", safe, columns=COLUMNS, title="Outcomes", people=SAYS, **ABOUT)
    seal()
    kept = said.read(tmp_path / FILE)
    assert {one.figure_id for one in kept} == {"outcomes", ""}
    assert not (tmp_path / said.FOLDER).exists()


def test_counts_as_they_were_returned_are_not_sealed_and_the_message_names_the_tables(
    built: QuarterData, draft: Release, seal: Callable[[], None]
) -> None:
    exact = of_services(built, "risk-lower")
    draft.table("as-returned", exact, columns=COLUMNS, title="Outcomes", people=SAYS, **ABOUT)
    with pytest.raises(DataError, match="so it is not sealed") as refused:
        seal()
    told = " ".join(f"{one.place} {one.rule} {one.mend}" for one in refused.value.problems)
    assert "a hidden count of people that can be worked out from what is published" in told
    assert "risk-lower, achieved: example-service-12, all areas, 2019-20-Q4" in told
    assert "through as-returned" in told
    assert "its protection interval" in told


def test_two_tables_that_are_safe_alone_are_refused_together(
    built: QuarterData, draft: Release, tmp_path: Path
) -> None:
    # Of referrals received service 12 alone has fewer than 10: a table leaves it out, another has the total.
    rows = built.outputs[(built.outputs["quarter"] == QUARTER) & (built.outputs["measure_id"] == "referrals-received")]
    by_service = rows.groupby(["measure_id", "service_id"], as_index=False)["count"].sum()
    but_one = by_service[by_service["service_id"] != "example-service-12"]
    in_all = rows.groupby("measure_id", as_index=False)["count"].sum().assign(where="London")
    counts = ABOUT | {"people": {"count": "count"}, "title": "Referrals received"}
    of_service = {"service_id": ("Service", ""), "count": ("Referrals", "people")}
    draft.table("but-one", but_one, columns=of_service, **counts)
    attack.require_safe(built.project, NOW, tmp_path)
    draft.table("in-all", in_all, columns={"where": ("Where", ""), "count": ("Referrals", "people")}, **counts)
    with pytest.raises(DataError) as refused:
        attack.require_safe(built.project, NOW, tmp_path)
    told = " ".join(one.mend for one in refused.value.problems)
    assert "referrals-received, count: example-service-12, all areas, 2019-20-Q4" in told
    assert "through but-one, in-all" in told
    assert not re.search(r"\b7\b", told)  # nor does the message say how many they are


@pytest.mark.parametrize(
    ("says", "service"), [("spend / achieved", "example-service-12"), ("achieved / assessed", "example-service-01")]
)
def test_a_rate_or_a_percentage_that_gives_a_hidden_count_away_is_refused(
    built: QuarterData, draft: Release, seal: Callable[[], None], says: str, service: str
) -> None:
    # Pounds over 3 people are 3 people; 16 of 22 is 0.727, which of 18 to 22 (20, as published) only 22 can give.
    safe = built.publishable.outcomes("service_id")
    safe = safe[(safe["measure_id"] == "risk-lower") & (safe["service_id"] == service)]
    draft.table("bases", safe, columns=COLUMNS, title="Bases", people=SAYS, **ABOUT)
    table = of_services(built, "risk-lower").assign(spend=43060.62)
    over, under = says.split(" / ")
    table = table[table["service_id"] == service].assign(rate=table[over] / table[under])
    columns = {"service_id": ("Service", ""), "rate": ("Rate", "rate")}
    draft.table("rates", table, columns=columns, title="Rates", people={"rate": says}, **ABOUT)
    with pytest.raises(DataError) as refused:
        seal()
    assert all("rates" in f"{one.file} {one.mend}" for one in refused.value.problems[:1])


def test_a_number_that_is_neither_returned_nor_controlled_is_refused(
    built: QuarterData, draft: Release, seal: Callable[[], None]
) -> None:
    key = {"says": "achieved", "measure_id": "safer", "service_id": "example-service-07"}
    draft.number("made-up", Estimate(33.0), title="Safer", unit="people", people=key, **ABOUT)
    with pytest.raises(DataError) as refused:
        seal()
    (problem,) = refused.value.problems
    assert problem.file == "made-up"
    assert "neither the count of the returns nor" in problem.rule


def test_a_table_of_people_says_whom_it_counts(built: QuarterData, draft: Release, seal: Callable[[], None]) -> None:
    draft.table("silent", of_services(built), columns=COLUMNS, title="Outcomes", **ABOUT)
    with pytest.raises(DataError) as refused:
        seal()
    (problem,) = refused.value.problems
    assert (problem.file, problem.rule) == ("silent", "a figure that does not say which people it counts")
    assert "Give people= where the notebook publishes it" in problem.mend


def test_a_late_return_is_not_told_by_the_difference_of_two_versions(built: QuarterData, tmp_path: Path) -> None:
    # Version 1 was published before the return of service 12 had come: what it said of the totals stays known.
    project = Project(tmp_path / "later", EXAMPLES)
    shutil.copytree(built.project.root, project.root, ignore=shutil.ignore_patterns("reports", "build"))
    published = project.published(NOW)
    published.mkdir(parents=True)
    data = QuarterData(project, NOW)
    people, rule = people_in(data), profile("10-5")
    before = [one for one in said.reported(people, ["risk-lower"]) if one.cell.service_id != "example-service-12"]
    cell = Cell("risk-lower", "achieved", "", "", "", QUARTER)
    then = people.as_in(one.cell for one in before)
    total = said.Said("totals", cell, "count", "", f"{then.total(cell)}")  # as it was: not even rounded
    (published / FILE).write_text(said.as_csv([total, *before]), encoding="utf-8")
    assert list(earlier(project)) == [QUARTER]

    now = said.Said("new-totals", cell, "count", "", f"{people.total(cell)}")
    folder = tmp_path / "draft"
    (folder / said.FOLDER).mkdir(parents=True)
    (folder / said.FOLDER / "new-totals.csv").write_text(said.as_csv([now]), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        attack.require_safe(project, NOW, folder)
    told = " ".join(one.mend for one in refused.value.problems)
    assert f"{QUARTER}: totals" in told
    assert "new-totals" in told

    safe = open_publishable(QuarterData(project, NOW)).cells
    whole = safe[(safe[["service_id", "theme", "gss_code"]] == "").all(axis=1)]
    row = whole[(whole["measure_id"] == "risk-lower") & (whole["what"] == "achieved")].iloc[0]
    assert row["mark"] == "[c]"  # so it is hidden now, where without version 1 it need not be
    free = built.publishable.cells
    assert free.loc[row.name, "mark"] == ""
    assert rule.shown(people.total(cell)) == free.loc[row.name, "shown"]


def test_shipped_figures_count_no_people_who_need_protecting() -> None:
    """Every count of people in the published record is as its own publisher has published it, and no return is held.

    They are in the public domain as they stand, so hiding them here would hide nothing; what providers return, and
    nobody has published, is what the profile is for. The day a return is put into data/raw, the seal asks for people=.
    """
    data = QuarterData(Project(ROOT), NOW)
    assert people_in(data).counts == {}
    assert (len(data.outputs), len(data.outcomes)) == (0, 0)
    counted = data.results[data.results["denominator"].isin(["person", "people"])]
    assert counted["source"].str.startswith("http").all()


# -- a whole release, searched for what must not be in it ----------------------------------------------


@pytest.fixture(scope="module")
def released(built: QuarterData) -> Path:
    """A draft that the real notebooks make, of which one borough's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(built.project.root))
        assert main(["refresh", QUARTER, "--data", "examples", "-p", "borough=E09000023"]) == 0
    return built.project.draft(NOW)


def texts(path: Path) -> Iterator[str]:
    """Everything that a reader of a file can find in it: what is shown, and what its format keeps out of sight."""
    yield path.name
    match path.suffix:
        case ".png":
            with Image.open(path) as image:
                yield " ".join(f"{name} {value}" for name, value in image.info.items())
        case ".pdf":
            with pikepdf.open(path) as pdf:
                yield " ".join(str(value) for value in pdf.docinfo.values())
                yield from (" ".join(pdf_reading.page_words(page)) for page in pdf.pages)
        case ".xlsx" | ".ods":
            with zipfile.ZipFile(path) as book:
                yield from (book.read(name).decode("utf-8", errors="replace") for name in book.namelist())
        case ".parquet":
            yield pd.read_parquet(path).to_string()
        case _:
            yield path.read_text(encoding="utf-8")


def found(folder: Path, numbers: set[float]) -> dict[str, set[str]]:
    """In which files of a release which of `numbers` can be read, with or without commas."""
    forms = {form for one in numbers for form in (f"{one:.10g}", f"{one:,.10g}")}
    pattern = re.compile(rf"(?<![\w.,])(?:{'|'.join(map(re.escape, forms))})(?!\w)")
    hits = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (seen := {hit for text in texts(path) for hit in pattern.findall(text)}):
            hits[path.relative_to(folder).as_posix()] = seen
    return hits


def test_no_file_of_a_release_holds_a_number_that_was_only_used_on_the_way(built: QuarterData, released: Path) -> None:
    people, rule = people_in(built), profile("10-5")
    large = {cell: people.total(cell) for cell in cells_of(people, QUARTER) if people.total(cell) > 10_000}
    exact = {float(count) for count in large.values() if rule.shown(count) != count}
    assert {48614.0, 51377.0} <= exact
    hidden = built.publishable.cells
    hidden = {Cell._make(row) for row in hidden.loc[hidden["mark"] != "", list(Cell._fields)].itertuples(index=False)}
    exact |= {float(str(rule.shown(count))) for cell, count in large.items() if cell in hidden}
    services = {cell: count for cell, count in large.items() if cell.service_id}
    shares = {cell: cell._replace(what="assessed") for cell in services if cell.what == "achieved"}
    exact |= {float(f"{services[cell] / people.total(whole):.10g}") for cell, whole in shares.items()}
    assert found(released, exact) == {}
    assert "48,630" in (released / "notebooks" / "20-cost-per-outcome.html").read_text(encoding="utf-8")


def test_the_search_finds_a_number_wherever_it_is_planted(released: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    shutil.copytree(released, folder)
    note = PngInfo()
    note.add_text("Comment", "total 48614")
    Image.new("RGB", (1, 1)).save(folder / "picture.png", pnginfo=note)
    pd.DataFrame({"achieved": [48614]}).to_parquet(folder / "panel.parquet")
    with zipfile.ZipFile(folder / "book.xlsx", "w") as book:
        book.writestr("xl/comments1.xml", "<t>48,614</t>")
    notebook = nbformat.read(folder / "notebooks" / "20-cost-per-outcome.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.outputs.append(new_output("stream", name="stdout", text="achieved 48614\n"))
    nbformat.write(notebook, folder / "notebooks" / "20-cost-per-outcome.ipynb")
    (folder / "hover.svg").write_text("<svg><title>48,614 people</title></svg>", encoding="utf-8")
    planted = {"picture.png", "panel.parquet", "book.xlsx", "notebooks/20-cost-per-outcome.ipynb", "hover.svg"}
    assert set(found(folder, {48614.0})) == planted


def test_the_manifest_records_the_profile_and_what_the_attacker_had(released: Path) -> None:
    recorded = json.loads((released / "manifest.json").read_text(encoding="utf-8"))["disclosure"]
    assert recorded == {"profile": "10-5", "attacked_with": [], "not_attacked_with": []}


def test_a_release_that_leaks_is_not_sealed_and_the_command_says_so(
    built: QuarterData,
    released: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path / "project"
    shutil.copytree(built.project.root, root)
    for name in REAL:
        (root / "notebooks" / f"{name}.ipynb").unlink()
    code = """import vfm
data, release = vfm.open_quarter(quarter), vfm.open_release(quarter)
rows = data.outcomes[(data.outcomes["quarter"] == quarter) & (data.outcomes["measure_id"] == "risk-lower")]
table = rows.groupby(["service_id", "measure_id"], as_index=False)["achieved"].sum()
columns = {"service_id": ("Service", ""), "achieved": ("Achieved", "people")}
about = {"title": "T", "period": "p", "source": "s", "people": {"achieved": "achieved"}}
release.table("as-returned", table, columns=columns, **about);"""
    write_notebook(root, "00-data-quality", code)
    monkeypatch.setenv(PROJECT_VARIABLE, str(root))
    before = (root / "reports/examples/drafts" / QUARTER / "manifest.json").read_bytes()
    capsys.readouterr()
    assert main(["refresh", QUARTER, "--data", "examples"]) == 1
    told = capsys.readouterr().err
    assert "so it is not sealed" in told
    assert "through as-returned" in told
    assert (root / "reports/examples/drafts" / QUARTER / "manifest.json").read_bytes() == before
