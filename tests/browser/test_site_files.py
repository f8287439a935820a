"""The dashboards as files: every link leads somewhere, nothing is large, and every sum and sentence holds."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from dashboards import EXAMPLES, ROOT, numbers

from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.site import build
from vfm.site.content import Content
from vfm.vocabulary.errors import DataError

LARGEST = 150_000  # bytes of a page
VOID = {"br", "circle", "hr", "img", "input", "line", "link", "meta", "polyline", "rect"}


class Reader(HTMLParser):
    """What a page holds: its links, its anchors, its scripts, its words."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.paragraphs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append((tag, held))
        if held.get("id"):
            self.ids.append(str(held["id"]))
        for name in ("href", "src"):
            if held.get(name) is not None:
                self.links.append(str(held[name]))
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"p", "li"}:
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if {"p", "li"} & set(self.open) and not {"svg", "table", "script"} & set(self.open):
            self.paragraphs[-1] += data


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def pages(site: Path) -> list[Path]:
    return [path for path in sorted(site.rglob("*.html")) if "release" not in path.relative_to(site).parts]


@pytest.fixture(params=["site", "example_site"])
def either(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_there_is_a_page_for_each_area_service_and_theme(site: Path, release: Path) -> None:
    assert len(list((site / "boroughs").glob("*.html"))) == 33 + 1
    services = {row["theme"] for row in rows(release, "register-services")}
    assert len(list((site / "services").glob("*.html"))) == len(rows(release, "register-services")) + 1
    assert len(list((site / "themes").glob("*.html"))) == len(services)


def test_every_link_leads_to_a_page_and_a_place_on_it(either: Path) -> None:
    known = {path: set(read(path).ids) for path in pages(either)}
    lost = []
    for path in known:
        for link in read(path).links:
            address, part = urldefrag(link)
            if address.startswith("https://"):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path.resolve()
            to_borough = path.name == "compare.html" or target.name == "compare.html"  # its anchors name boroughs
            missing = part and target in known and part not in known[target] and not to_borough
            if not target.is_file() or missing:
                lost.append(f"{path.relative_to(either)}: {link}")
    assert lost[:5] == []


def test_ids_are_used_once_on_a_page(either: Path) -> None:
    for path in pages(either):
        ids = read(path).ids
        assert sorted({one for one in ids if ids.count(one) > 1}) == [], path.name


def test_pages_are_small(either: Path) -> None:
    assert [path.name for path in pages(either) if path.stat().st_size >= LARGEST] == []


def test_nothing_runs_that_stands_in_a_page_and_nothing_is_asked_of_others(either: Path) -> None:
    for path in pages(either):
        found = read(path)
        policy = next(
            held["content"] for tag, held in found.tags if held.get("http-equiv") == "Content-Security-Policy"
        )
        assert "script-src 'self';" in str(policy) and "default-src 'none'" in str(policy)
        for tag, held in found.tags:
            assert not any(name.startswith("on") for name in held), path.name
            if tag in {"script", "img", "link", "iframe", "form"}:
                assert not re.match(r"https?:|//", str(held.get("src") or held.get("href") or "")), path.name
            assert tag != "script" or held.get("src"), path.name


def test_every_page_says_what_has_to_be_known_of_who_approved(site: Path, release: Path) -> None:
    said = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["approval"]["says"]
    assert said.startswith("The project gave this approval itself")
    assert [path.name for path in pages(site) if said not in path.read_text(encoding="utf-8")] == []


def test_the_design_systems_rules_come_with_their_licence_and_without_typeface_or_crest(site: Path) -> None:
    css = (site / "static" / "govuk.css").read_text(encoding="utf-8")
    recipe = (ROOT / "tools" / "design-system.scss").read_text(encoding="utf-8")
    version = re.search(r"govuk-frontend@([\d.]+)", recipe)
    assert version and f'--govuk-frontend-version: "{version[1]}"' in css and f"GOV.UK Frontend {version[1]}" in css
    assert "The MIT License (MIT)" in css and "Crown Copyright (Government Digital Service)" in css
    assert not re.search(r"url\(|@font-face|@import|GDS Transport", css)  # a crest would be a picture
    for page in pages(site):
        styles = [held["href"] for tag, held in read(page).tags if tag == "link" and held.get("rel") == "stylesheet"]
        assert [str(style).rpartition("/")[2] for style in styles][:2] == ["govuk.css", "site.css"], page.name


def rows(release: Path, table: str) -> list[dict[str, str]]:
    with (release / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_areas_and_what_is_not_allocated_add_up_to_the_traced_awards(release: Path) -> None:
    table = {row["area"]: row["total"] for row in rows(release, "traced-to-boroughs")}
    areas = [row for row in rows(release, "traced-to-boroughs") if row["gss_code"].startswith("E09")]
    pence = [round(float(row["total"]) * 100) for row in areas]
    assert len(pence) == 33
    whole = {name: round(float(table[name]) * 100) for name in list(table)[33:]}
    assert sum(pence) == whole["All 33 areas"]
    assert whole["All 33 areas"] + whole["Not allocated to a borough"] == whole["Traced awards"]
    assert whole["Traced awards"] + whole["Not traced"] == whole["Published budget"] == 53_600_000_00
    left = numbers(release)["traced-not"]
    assert left["upper"] - left["value"] == left["value"] - left["lower"] == pytest.approx(50_000)


def test_every_borough_page_shows_the_sum_and_its_own_part(site: Path, release: Path) -> None:
    for row in rows(release, "traced-to-boroughs")[:33]:
        name = re.sub(r"[^a-z]+", "-", row["area"].lower())
        text = (site / "boroughs" / f"{name}.html").read_text(encoding="utf-8")
        for said in (f"£{round(float(row['total'])):,}", "Not allocated to a borough", "Not traced", "£53,600,000"):
            assert said in text, name


def test_every_borough_page_says_service_by_service_that_outcomes_are_not_published(site: Path, release: Path) -> None:
    for path in (site / "boroughs").glob("*.html"):
        key = f"borough-{path.stem}"
        if path.stem != "index" and rows(release, f"{key}-services"):
            known = rows(release, f"{key}-outcomes-by-service")
            assert {row["service"] for row in known} == {row["service"] for row in rows(release, f"{key}-services")}
            assert all(row["outcome_here"] == "no" and row["why"] for row in known)


def test_every_figure_can_be_taken_away_shared_and_traced(either: Path) -> None:
    for path in pages(either):
        text = path.read_text(encoding="utf-8")
        for block in re.findall(
            r'<figure class="drawn".*?</figure>|<div class="tabled".*?</ul></div>', text, re.DOTALL
        ):
            assert re.search(r'\.csv" download>', block) and re.search(r'\.json" download>', block), path.name
            assert 'class="share" href="#' in block and "How do we know?" in block, path.name
        for card in re.findall(r'<div class="card".*?</ul></div>', text, re.DOTALL):
            assert 'class="share" href="#' in card and "How do we know?" in card, path.name


def test_every_drawing_says_what_it_shows_and_has_its_table(either: Path) -> None:
    for path in pages(either):
        for drawing in re.findall(r'<figure class="drawn".*?</figure>', path.read_text(encoding="utf-8"), re.DOTALL):
            alt = re.search(r'<svg [^>]*aria-label="([^"]+)"', drawing)
            assert alt and re.search(r"\d", alt[1]), path.name
            assert "<table" in drawing, path.name


def test_downloads_say_measure_area_period_and_release(site: Path, example_site: Path, release: Path) -> None:
    version = Content(release).release
    names = {path.name for path in (site / "downloads").iterdir()}
    assert f"recorded-crime-and-in-london_lambeth_2010-11-to-2019-20_release-{version}.csv" in names
    assert f"recorded-crime-and-in-london_lambeth_2010-11-to-2019-20_release-{version}.json" in names
    assert all(name.count("_") >= 3 and f"release-{version}" in name and len(name) < 240 for name in names)
    assert all(path.name.startswith("illustrative_") for path in (example_site / "downloads").iterdir())


def test_a_download_is_what_the_release_has(site: Path, release: Path) -> None:
    version = Content(release).release
    name = f"recorded-crime-and-in-london_lambeth_2010-11-to-2019-20_release-{version}"
    made = (site / "downloads" / f"{name}.csv").read_bytes()
    assert made == (release / "charts" / "borough-lambeth-crime-trend.csv").read_bytes()
    told = json.loads((site / "downloads" / f"{name}.json").read_text(encoding="utf-8"))
    assert told["release"]["quarter"] == "2019-20-Q4"
    assert told["figure"]["figure_id"] == "borough-lambeth-crime-trend"
    assert len(told["rows"]) == len(made.decode().splitlines()) - 1


def test_what_is_illustrative_says_so_on_every_page_in_every_file_and_drawing(example_site: Path) -> None:
    for path in pages(example_site):
        text = path.read_text(encoding="utf-8")
        assert 'class="made-up"' in text and '<body class="illustrative">' in text, path.name
        assert "<title>Illustrative:" in text, path.name
        for drawing in re.findall(r'<figure class="drawn".*?</figure>', text, re.DOTALL):
            assert "Illustrative" in drawing, path.name
        for table in re.findall(r"<caption>.*?</caption>", text):
            assert "Illustrative" in table, path.name
    for path in (example_site / "downloads").iterdir():
        assert "illustrative" in path.read_text(encoding="utf-8") or path.suffix == ".csv", path.name
        if path.suffix == ".csv":
            lines = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            assert all(row["status"] for row in lines), path.name


def test_what_is_published_never_says_illustrative_of_itself(site: Path) -> None:
    for path in pages(site):
        text = path.read_text(encoding="utf-8")
        assert 'class="made-up"' not in text and "ILLUSTRATIVE" not in text, path.name


# ---- plain English


def grade(text: str) -> float:
    """Flesch-Kincaid grade: the years of school that a text asks for. Kincaid and others (1975)."""
    sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    found = re.findall(r"[a-z]+(?:’[a-z]+)?", re.sub(r"£?\d[\d.,/%]*", " ", text.lower()))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?:[^l]e|ed|es)$", "", word)))) for word in found)
    return 0.39 * len(found) / sentences + 11.8 * syllables / max(1, len(found)) - 15.59


@pytest.mark.parametrize(
    ("text", "years"),
    # By hand: 6 words, 1 sentence, 6 syllables; 4 words, 1 sentence, 14 syllables
    [("The cat sat on the mat.", 0.39 * 6 + 11.8 - 15.59), ("Interdepartmental accountability necessitates it.", 27)],
)
def test_the_grade_of_a_text(text: str, years: float) -> None:
    assert grade(text) == pytest.approx(years, abs=0.1) or grade(text) > 20


def test_pages_are_in_plain_english(site: Path) -> None:
    """A reading age of fourteen at most: nine years of school and the five before it."""
    for path in pages(site):
        if path.parent.name != "figures":
            found = [text.strip() for text in read(path).paragraphs]
            prose = " ".join(text for text in found if text.endswith(".") and "Source:" not in text)
            assert grade(prose) <= 9, (path.name, grade(prose))


# ---- made again only when something changed


@pytest.fixture(scope="module")
def built(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one release and no data, with its site made."""
    root = tmp_path_factory.mktemp("project")
    (root / "data" / "raw").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "raw" / "datapackage.json", root / "data" / "raw")
    ignored = shutil.ignore_patterns("*.png", "80-borough-*", "run.json")
    shutil.copytree(release, root / "reports" / "2019-20-Q4", ignore=ignored)
    assert build.build(Project(root)) == (root / "reports" / "site", True)
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    return Project(Path(shutil.copytree(built, tmp_path / "project")))


def test_it_is_made_from_releases_alone_and_only_when_one_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(project.root))
    page = project.reports / "site" / "index.html"
    first = page.stat().st_mtime_ns
    assert main(["site"]) == 0
    assert capsys.readouterr().out == f"up to date: {Path('reports/site/index.html')}\n"
    assert page.stat().st_mtime_ns == first
    manifest = project.reports / "2019-20-Q4" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    made_from = json.loads((page.parent / build.MADE_FROM).read_text(encoding="utf-8"))["made_from"]
    assert build.stamp(project, manifest.parent) != made_from


def test_to_find_that_nothing_changed_takes_no_library(project: Project) -> None:
    code = (
        "import sys; from vfm.data.project import Project; from vfm.site.build import build; from pathlib import Path;"
        "print(build(Project(Path(sys.argv[1])))[1], 'pandas' in sys.modules, 'jinja2' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.root)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False", "False"]


def test_without_a_release_or_with_an_old_one_it_says_so_and_leaves_the_site(project: Project) -> None:
    before = (project.reports / "site" / "index.html").read_bytes()
    folder = project.reports / "2019-20-Q4"
    (folder / "tables" / "register-areas.json").unlink()
    (folder / "manifest.json").write_text((folder / "manifest.json").read_text(encoding="utf-8") + " ", "utf-8")
    with pytest.raises(DataError, match="has no figures of boroughs"):
        build.build(project)
    assert (project.reports / "site" / "index.html").read_bytes() == before
    (folder / "manifest.json").unlink()
    with pytest.raises(DataError, match="There is no published release"):
        build.build(project)


def test_a_release_makes_the_same_site_twice(built: Path, site: Path) -> None:
    again = built / "reports" / "site"
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.name != "revisions.html":  # which lists the releases of its project
            assert path.read_bytes() == (again / path.relative_to(site)).read_bytes(), path.name


def test_the_sites_are_not_kept_in_git() -> None:
    assert {"reports/site/", "reports/examples/site/"} <= set((ROOT / ".gitignore").read_text().splitlines())
    assert EXAMPLES == "examples"


def test_how_a_figure_is_known_reaches_the_rows_that_it_was_made_from(site: Path, release: Path) -> None:
    text = (site / "figures" / "75-services.html").read_text(encoding="utf-8")
    section = re.search(r'<section class="known" id="traced-year">.*?</section>', text, re.DOTALL)
    assert section and "borough_money.pence_in_year" in section[0]
    notes = dict(re.findall(r'<li id="(note-\d+)">(.*?)</li>', text))
    said = [notes[place] for place in re.findall(r'href="#(note-\d+)"', section[0])]
    assert any(note.startswith("published/awards.csv") for note in said)
