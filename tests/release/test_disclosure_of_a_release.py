"""No release tells of people who must not be known by it: what is published is attacked before it is sealed."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import typst
from nbformat.v4 import new_output
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from release_reading import Hidden, shown_though_hidden, texts
from small_projects import QUARTER, ROOT, copy_project, through_the_gate, write_notebook
from vfm.cli import main
from vfm.data import said
from vfm.data.disclosure import profile
from vfm.data.earlier import FILE, earlier
from vfm.data.people import Cell, cells_of
from vfm.data.project import DATA_VARIABLE, EXAMPLES, PROJECT_VARIABLE, Project
from vfm.data.publishable import known, open_publishable, people_in
from vfm.data.quarter import QuarterData
from vfm.release import attack
from vfm.report import opendocument_writer, workbook
from vfm.report.publishing import Release
from vfm.report.workbook_content import Book, Column, Sheet
from vfm.site.build import write as write_site
from vfm.site.content import Content
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Estimate, Status

NOW = Quarter.parse(QUARTER)
REAL = ("20-cost-per-outcome", "80-borough")
RETURN = f"examples/raw/returns/{QUARTER}/vfm-return-{QUARTER}-example-service-04-outcomes.csv"
PLANTED = ("Lewisham,Better wellbeing,9,15", "Lewisham,Better wellbeing,48614,51377")
OF_PEOPLE = ("returned-costs-outcomes", "returned-costs-outputs")
SHOW = "import vfm\nvfm.open_release(quarter).show('{}')"
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
    write_notebook(Project(root).root, "90-quarterly-update", *(SHOW.format(table) for table in OF_PEOPLE))
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


def test_notebooks_read_counts_of_people_only_as_they_may_be_published() -> None:
    code = {
        path.stem: "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"])
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    }
    assert [name for name, text in code.items() if re.search(r"\bdata\.(outputs|outcomes|panel)\b", text)] == []
    assert "data.publishable.outcomes" in code["20-cost-per-outcome"]
    # What is declared to count nobody whom a return names: residents, from the census; and for each hundred people,
    # by shares of published counts, what an option would do; residents again, and the people of a published result,
    # which 40 has in two tables.
    nobody = {name: len(re.findall(r'people={}|"people": {}', text)) for name, text in code.items()}
    assert {name: times for name, times in nobody.items() if times} == {
        "10-spend-growth": 1,
        "20-cost-per-outcome": 1,
        "40-value": 2,
        "45-value-example": 2,
        "80-borough": 1,
    }


# -- a whole release, searched for what must not be in it ----------------------------------------------


@pytest.fixture(scope="module")
def released(built: QuarterData) -> Path:
    """A draft that the real notebooks make, of which one borough's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(built.project.root))
        assert main(["refresh", QUARTER, "--data", "examples", "-p", "borough=E09000023"]) == 0
    return built.project.draft(NOW)


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
    folder.mkdir()
    note, exif = PngInfo(), Image.Exif()
    note.add_itxt("Comment", "total 48614", zip=True)
    Image.new("RGB", (1, 1)).save(folder / "picture.png", pnginfo=note)
    exif[0x010E] = "48,614 people"  # the image's description
    Image.new("RGB", (1, 1)).save(folder / "photo.png", exif=exif)
    pd.DataFrame({"achieved": [48614]}).to_parquet(folder / "panel.parquet", compression="zstd")
    for name, part in (("book.xlsx", "xl/comments1.xml"), ("book.ods", "meta.xml")):
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr(part, "<t>48,614</t>")
    notebook = nbformat.read(released / "notebooks" / "20-cost-per-outcome.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.outputs.append(new_output("stream", name="stdout", text="achieved 48614\n"))
    nbformat.write(notebook, folder / "20-cost-per-outcome.ipynb")
    (folder / "hover.svg").write_text("<svg><title>48,614 people</title></svg>", encoding="utf-8")
    (folder / "words.pdf").write_bytes(typst.compile(b"They were 48,614 people."))
    alt = b"#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\"), alt: \"a bar of 48614\")"
    (folder / "alt.pdf").write_bytes(typst.compile(alt))
    (folder / "about.pdf").write_bytes(typst.compile(b'#set document(description: "of 48,614 people")\nPeople.'))
    (folder / "counts.csv").write_text("service,achieved\nOne,48614\n", encoding="utf-8")
    (folder / "counts.json").write_text('{"achieved":[1,48614,2]}', encoding="utf-8")
    planted = {path.name for path in folder.iterdir()}
    assert len(planted) == 12
    assert set(found(folder, {48614.0})) == planted


# -- a whole release, searched cell by cell for small counts -------------------------------------------


@pytest.fixture(scope="module")
def hidden(built: QuarterData) -> Hidden:
    """Every count that is marked [c] at the level of services and of their boroughs, with what it really is."""
    return hidden_of(built)


def hidden_of(data: QuarterData) -> Hidden:
    people, cells = people_in(data), data.publishable.cells
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in cells.loc[(cells["mark"] == "[c]") & (cells["service_id"] != ""), list(Cell._fields)].itertuples():
        cell = Cell._make(row[1:])
        counts.setdefault((cell.measure_id, cell.service_id, cell.gss_code), {})[cell.what] = people.total(cell)
    tables = ((data.services, "service_id", "name"), (data.indicators, "measure_id", "name"))
    services, measures = (
        {**dict(zip(t[n], t[i], strict=True)), **dict(zip(t[i], t[i], strict=True))} for t, i, n in tables
    )
    boroughs = data.areas[data.areas["gss_code"].str.startswith("E09")]
    areas = {name: code for code, name in zip(boroughs["gss_code"], boroughs["area"], strict=True)}
    return Hidden(counts, services, measures, areas | {code: code for code in areas.values()})


def test_where_a_count_is_hidden_no_file_has_a_number(released: Path, hidden: Hidden) -> None:
    assert sum(len(held) for held in hidden.counts.values()) > 300
    searched = shown_though_hidden(released, hidden)
    assert searched.told == []
    # it has read rows of hidden counts in every kind of file, or it has searched nothing
    assert {kind for kind, rows in searched.read.items() if rows >= 5} == set(KINDS)


def test_where_a_count_is_hidden_the_shipped_example_and_its_site_have_no_number(tmp_path: Path) -> None:
    data = QuarterData(Project(ROOT, EXAMPLES), NOW)
    shipped = Project(ROOT, EXAMPLES).published(NOW)
    site = tmp_path / "site"
    site.mkdir()
    write_site(Content(shipped), site, [])
    for folder in (shipped, site):
        searched = shown_though_hidden(folder, hidden_of(data))
        assert searched.told == []
        assert sum(searched.read.values()) > 500


KINDS = (".csv", ".html", ".ipynb", ".ods", ".pdf", ".xlsx")


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_finds_a_small_count_in_its_own_cell(hidden: Hidden, tmp_path: Path, kind: str) -> None:
    key, count = min(
        ((key, held["achieved"]) for key, held in hidden.counts.items() if "achieved" in held and not key[2]),
        key=lambda one: one[1],
    )
    assert count < 10
    measure, service = (
        next(name for name, one in named.items() if one == wanted)
        for named, wanted in ((hidden.measures, key[0]), (hidden.services, key[1]))
    )
    heads, cells = ["Service", "Measure", "Count"], [service, measure, str(count)]
    match kind:
        case ".csv":
            pd.DataFrame([cells], columns=heads).to_csv(tmp_path / "a.csv", index=False)
        case ".html" | ".ipynb":
            html = pd.DataFrame([cells], columns=heads).to_html(index=False)
            output = new_output("display_data", {"text/html": html, "text/plain": " ".join(cells)})
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
            (tmp_path / f"a{kind}").write_text(html if kind == ".html" else nbformat.writes(notebook), encoding="utf-8")
        case ".xlsx" | ".ods":
            sheet = Sheet("S", "T", ("One table.",), tuple(map(Column, heads)), (tuple(cells),))
            book = Book("T", "s", "k", date(2020, 1, 1), (("C", ("p",)),), (sheet,))
            write = workbook.xlsx if kind == ".xlsx" else opendocument_writer.ods
            (tmp_path / f"a{kind}").write_bytes(write(book))
        case ".pdf":
            told = ", ".join(f"[{cell}]" for cell in cells)
            source = f"#table(columns: 3, table.header{tuple(heads)}, {told})".replace("'", '"')
            (tmp_path / "a.pdf").write_bytes(typst.compile(source.encode()))
    told = shown_though_hidden(tmp_path, hidden).told
    assert {file for file, _, _ in told} == {f"a{kind}"}
    assert {where for _, _, where in told} == ({"Count", "text"} if kind == ".ipynb" else {"Count"})


def test_what_was_returned_for_the_latest_quarter_is_provisional(released: Path) -> None:
    for name in ("returned-costs-outcomes", "returned-costs-outputs", "returned-costs-over-services"):
        assert set(pd.read_csv(released / "tables" / f"{name}.csv")["revision"]) == {"[p]"}
    numbers = pd.read_csv(released / "numbers.csv", keep_default_na=False).set_index("figure_id")["revision"]
    assert numbers[["returned-services-count", "returned-spend"]].to_list() == ["[p]", "[p]"]


def test_the_manifest_records_the_profile_and_what_the_attacker_had(released: Path) -> None:
    recorded = json.loads((released / "manifest.json").read_text(encoding="utf-8"))["disclosure"]
    assert recorded == {"profile": "10-5", "attacked_with": [], "not_attacked_with": []}


# A table of referrals without service 12, whose 7 are hidden, and another of the total: each is safe without the other.
BUT_ONE = """import vfm
data, release = vfm.open_quarter(quarter), vfm.open_release(quarter)
rows = data.outputs[(data.outputs["quarter"] == quarter) & (data.outputs["measure_id"] == "referrals-received")]
table = rows.groupby(["service_id", "measure_id"], as_index=False)["count"].sum()
columns = {"service_id": ("Service", ""), "count": ("Received", "people")}
about = {"title": "T", "period": "p", "source": "s", "people": {"count": "count"}, "columns": columns}
release.table("but-one", table[table["service_id"] != "example-service-12"], **about)"""
IN_ALL = """table = rows.groupby("measure_id", as_index=False)["count"].sum().assign(service_id="")
release.table("in-all", table, **about)"""


@pytest.fixture
def leaky(built: QuarterData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example with other notebooks, no release made yet."""
    root = tmp_path / "project"
    not_these = shutil.ignore_patterns("reports", *(f"{one}.ipynb" for one in REAL))
    shutil.copytree(built.project.root, root, ignore=not_these)
    write_notebook(root, "90-quarterly-update", "1")
    write_notebook(root, "00-data-quality", BUT_ONE)
    monkeypatch.setenv(PROJECT_VARIABLE, str(root))
    monkeypatch.setenv(DATA_VARIABLE, EXAMPLES)
    return root


def test_a_release_that_leaks_is_not_sealed_and_the_command_says_which_table_leaks_through_which_others(
    leaky: Path, contents: Callable[[Path], dict[str, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refresh", QUARTER]) == 0
    draft = leaky / "reports/examples/drafts" / QUARTER
    before = contents(draft)
    write_notebook(leaky, "00-data-quality", BUT_ONE, IN_ALL)
    capsys.readouterr()
    assert main(["refresh", QUARTER]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "so it is not sealed" in told
    assert "a hidden count of people that can be worked out from what is published" in told
    assert "referrals-received, count: example-service-12, all areas, 2019-20-Q4" in told
    assert "can be narrowed to within 1 to 9, its protection interval, through but-one, in-all" in told
    assert contents(draft) == before


def test_a_release_is_attacked_once_more_as_it_is_published_with_what_has_been_published_since(
    leaky: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refresh", QUARTER]) == 0
    # meanwhile the next quarter's release came out, with the total of this one
    project = Project(leaky, EXAMPLES)
    people = people_in(QuarterData(project, NOW))
    cell = Cell("referrals-received", "count", "", "", "", QUARTER)
    total = said.Said("in-all", cell, "count", "", f"{people.total(cell)}")
    later = project.published(NOW.next) / FILE
    later.parent.mkdir(parents=True)
    later.write_text(said.as_csv([total, *said.reported(people, ["referrals-received"])]), encoding="utf-8")
    capsys.readouterr()
    assert through_the_gate() == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "example-service-12, all areas, 2019-20-Q4" in told
    assert "through but-one, 2020-21-Q1: in-all" in told
    assert not project.published(NOW).exists()
    shutil.rmtree(later.parent)
    assert main(["publish", QUARTER]) == 0  # without it nothing is given away


def test_what_an_earlier_release_told_is_read_by_the_rule_that_it_was_made_under(
    built: QuarterData, tmp_path: Path
) -> None:
    # 63 is published as 65 to the nearest 5, which leaves 63 to 67; by a rule that does not round it would be no count
    people = people_in(built)
    cell = Cell("referrals-received", "count", "example-service-02", "", "", QUARTER)
    assert people.total(cell) == 63
    row = said.Said("t", cell, "count", "", "65")
    (tmp_path / FILE).write_text(said.as_csv([row, *said.reported(people, ["referrals-received"])]), encoding="utf-8")
    out = {"2019-20-Q3": tmp_path / FILE}
    assert known(people, out, profile("5"))["referrals-received"] == []
    (tmp_path / "manifest.json").write_text('{"disclosure": {"profile": "10-5"}}', encoding="utf-8")
    (fact,) = known(people, out, profile("5"))["referrals-received"]
    assert (fact.span.lower, fact.span.upper) == (63, 67)
