"""The documentation as a site: made without a warning, whole without the network, and every page of it in the menus."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Links(HTMLParser):
    """What a page loads, where it leads, and the places on it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if held.get("id"):
            self.ids.add(str(held["id"]))
        if held.get("src") or (tag == "link" and held.get("rel") == "stylesheet"):
            self.loads.append(str(held.get("src") or held.get("href")))
        if tag == "a" and held.get("href"):
            self.leads.append(str(held["href"]))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, by the command of run.py, which takes a warning for a fault: a link that leads nowhere is one."""
    lines = (ROOT / "run.py").read_text(encoding="utf-8")
    told = re.search(r'"docs": \((.*)\),', lines)
    assert told is not None
    words = [word.strip(",") for word in shlex.split(told[1])]
    place = tmp_path_factory.mktemp("docs") / "site"
    words = [*words[:-1], "-d", str(place.with_name("doctrees")), str(place)]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return place


def test_every_page_is_there_and_in_the_menus(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {path for path in pages if not (site / path).is_file()} == set()
    menu = {urldefrag(link)[0] for link in Links(site / "README.html").leads}
    for page in ("tutorials/refresh-a-quarter", "how-to/publish", "standards", "reference/commands", "data-dictionary"):
        assert f"{page}.html" in menu


def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    known = {path: Links(path) for path in site.rglob("*.html")}
    lost = []
    for path, links in known.items():
        for link in links.leads:
            address, part = urldefrag(link)
            if re.match(r"https?:|mailto:", address):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path.resolve()
            missing = part and target in known and unquote(part) not in known[target].ids
            if not target.is_file() or missing:
                lost.append(f"{path.relative_to(site)}: {link}")
    assert lost == []


def test_it_loads_nothing_from_another_host(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert [one for one in Links(path).loads if re.match(r"(https?:)?//", one)] == [], path.name
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", path.read_text(encoding="utf-8")), path.name
