"""The dashboards as Londoners use them: in a browser, from a file, by keyboard, on paper and without scripts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboards import EMPTY, HURT, SUPPRESSED, numbers
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

KINDS = [
    "index.html",
    "boroughs/index.html",
    "boroughs/hackney.html",
    "boroughs/city-of-london.html",
    "postcodes.html",
    "services/index.html",
    "services/SERVICE.html",
    "themes/THEME.html",
    "providers.html",
    "compare.html",
    "money.html",
    "recommendations.html",
    "methods.html",
    "data.html",
    "revisions.html",
    "accessibility.html",
    "figures/80-borough-hackney.html",
]
PHONE, TABLET, DESK, ZOOMED = ((375, 740), (820, 1100), (1280, 900), (320, 256))  # the last: 1280 by 1024 at 400%
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can come out differently once a page has passed every rule: colours by scheme, places by width.
OF_COLOUR, OF_PLACE = ["color-contrast", "link-in-text-block"], ["target-size", "scrollable-region-focusable"]
LOOKS = [
    (DESK, "light", RULES),
    (DESK, "dark", OF_COLOUR),
    (TABLET, "dark", OF_PLACE),
    (PHONE, "light", OF_PLACE),
    (ZOOMED, "light", OF_PLACE),
]
EXAMPLES_OWN = ["index.html", "boroughs/merton.html", "services/SERVICE.html", "compare.html"]  # what differs there


def find(site: Path, kind: str) -> Path:
    """A page of a kind; of services and themes the first there is."""
    path = site / kind
    if path.stem.isupper():
        return next(one for one in sorted(path.parent.glob("*.html")) if one.stem != "index")
    return path


# ---- axe


@pytest.mark.parametrize(
    ("which", "kind"), [("site", kind) for kind in KINDS] + [("example_site", kind) for kind in EXAMPLES_OWN]
)
def test_axe_finds_nothing(which: str, kind: str, open_page: Open, request: pytest.FixtureRequest) -> None:
    page = open_page(find(request.getfixturevalue(which), kind))
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    page.evaluate(Axe().axe_script)
    found = []
    for (width, height), scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        for fault in faults(page, rules):
            found.append((width, scheme, *fault))
        aside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if aside > 0:
            found.append((width, scheme, "the page scrolls sideways by", aside))
    assert found == []


def faults(page: Page, rules: list[str]) -> list[tuple[str, str, str]]:
    """What axe finds: the rule, the first place, and what is wrong there."""
    ran = page.evaluate(f"axe.run({{runOnly: {json.dumps(rules)}, resultTypes: ['violations'], preload: false}})")
    first = [(fault["id"], fault["nodes"][0]) for fault in ran["violations"]]
    return [(name, node["html"][:160], node["failureSummary"]) for name, node in first]


# ---- a reader's errands


def test_a_borough_is_chosen_by_name_and_its_number_is_that_of_the_release(
    site: Path, release: Path, open_page: Open
) -> None:
    page = open_page(site / "index.html")
    page.get_by_label("Type the name of your borough").fill("lamb")
    expect(page.get_by_role("status").first).to_have_text("1 borough found")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lambeth")
    for figure_id in ("borough-lambeth-residents", "borough-lambeth-crime-rate", "borough-lambeth-money-share"):
        shown = page.locator(f"#{figure_id} data")
        assert float(str(shown.get_attribute("value"))) == pytest.approx(
            float(str(numbers(release)[figure_id]["value"]))
        )
    page.locator("#borough-lambeth-residents").get_by_role("link", name="How do we know").click()
    known = page.locator("#borough-lambeth-residents")
    expect(known).to_contain_text("mid-year estimate")
    expect(known).to_contain_text(
        re.sub(r"\s+", " ", str(numbers(release)["borough-lambeth-residents"]["source"]))[:60]
    )


@pytest.mark.parametrize(
    ("typed", "said", "shown", "first"),
    [  # as Code-Point Open counts them: BR2 has 1,008 postcodes, all in Bromley; BR1 1,034 there and 261 in Lewisham
        ("br2", "BR2 is in Bromley", ["Bromley"], "Bromley"),
        ("BR1", "Most of BR1 is in Bromley, and some is in Lewisham", ["Bromley", "Lewisham"], "Bromley"),
        ("BR1 1AB", "Most of BR1 is in Bromley, and some is in Lewisham", ["Bromley", "Lewisham"], "Bromley"),
        ("cr00aa", "Most of CR0 is in Croydon, and some is in Sutton", ["Croydon", "Sutton"], "Croydon"),
        ("BR8", "Parts of BR8 are in Bromley", ["Bromley"], "Bromley"),  # 10 of its 487; the rest is in Kent
        ("ZZ9", "No London borough has postcodes that begin with ZZ9", [], "What London’s policing"),
    ],
)
def test_a_borough_is_chosen_by_postcode_district_and_nothing_is_sent(
    typed: str, said: str, shown: list[str], first: str, site: Path, open_page: Open
) -> None:
    page = open_page(site / "index.html")
    page.get_by_label("first half of your postcode").fill(typed)
    expect(page.get_by_role("status").first).to_have_text(said)
    assert page.locator("#boroughs a:visible").all_inner_texts() == shown
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)
    assert typed.lower() not in page.url.lower()  # and `open_page` holds that no one was asked


def test_postcode_districts_can_be_read_without_scripts(site: Path, open_page: Open) -> None:
    page = open_page(site / "index.html", java_script_enabled=False)
    page.get_by_role("link", name="See all postcode districts").click()
    row = page.locator("#register-postcode-districts tr", has=page.get_by_role("rowheader", name="BR1", exact=True))
    assert row.locator("td").all_inner_texts()[0] == "Bromley; Lewisham"


def test_the_front_page_says_the_releases_own_figures(site: Path, release: Path, open_page: Open) -> None:
    page = open_page(site / "index.html")
    held = numbers(release)
    for card in page.locator(".card").all():
        figure_id = str(card.get_attribute("id"))
        value = float(str(card.locator("data").get_attribute("value")))
        assert value == pytest.approx(float(str(held[figure_id]["value"])), rel=1e-9), figure_id
    assert [str(card.get_attribute("id")) for card in page.locator(".card").all()] == [
        *("budget-2012-13", "budget-2019-20", "traced-year", "traced-not")
    ]
    for link in page.locator("main a.number-link").all():
        one, said = held[str(link.get_attribute("href")).partition("#")[2]], link.inner_text()
        if said != one["period"]:
            millions, percent = said.removeprefix("£").removesuffix(" million"), said.removesuffix("%")
            shown = float(millions) * 1e6 if said.endswith("million") else float(percent) / 100
            step = 1e5 if said.endswith("million") else 1e-3  # the last digit that is said
            assert shown == pytest.approx(float(str(one["value"])), abs=step / 2 + 1e-9), one["figure_id"]


@pytest.mark.parametrize("kind", ["index.html", "boroughs/hackney.html", "services/index.html"])
def test_no_column_is_cut_off_on_a_desk(site: Path, kind: str, open_page: Open) -> None:
    page = open_page(site / kind, viewport={"width": 1100, "height": 900})
    script = """[...document.querySelectorAll('.table')].filter(one => one.checkVisibility())
        .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.ariaLabel)"""
    assert page.evaluate(script) == []


def test_a_borough_is_chosen_from_the_tile_map(site: Path, open_page: Open) -> None:
    page = open_page(site / "index.html")
    page.locator("svg.tiles a", has_text="Croydon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Croydon")


def test_a_name_that_no_borough_has_says_so(site: Path, open_page: Open) -> None:
    page = open_page(site / "index.html")
    page.get_by_label("Type the name of your borough").fill("Narnia")
    expect(page.get_by_role("status").first).to_have_text("No borough has that in its name")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("index.html$"))


def column(page: Page, table: str, place: int) -> list[str]:
    return page.locator(f"{table} tbody tr:visible > :nth-child({place})").all_inner_texts()


def test_services_sort_by_pounds_by_day_and_by_name(site: Path, open_page: Open) -> None:
    page = open_page(site / "services" / "index.html")
    page.get_by_role("button", name="All its awards").click()
    pounds = [int(re.sub(r"\D", "", text)) for text in column(page, "#services", 4) if text.startswith("£")]
    assert pounds == sorted(pounds) and pounds[0] < pounds[-1]
    page.get_by_role("button", name="All its awards").click()
    pounds = [int(re.sub(r"\D", "", text)) for text in column(page, "#services", 4) if text.startswith("£")]
    assert pounds == sorted(pounds, reverse=True)
    assert column(page, "#services", 4)[-1] == "[x]"  # what is not there stays last
    head = page.locator("#services th", has_text="All its awards")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="End of the award").click()
    expect(head).not_to_have_attribute("aria-sort", re.compile("."))
    years = [text.split()[-1] for text in column(page, "#services", 5) if not text.startswith("[")]
    assert years == sorted(years)


def test_services_are_found_by_theme_borough_provider_words_and_end(
    example_site: Path, example: Path, open_page: Open
) -> None:
    page = open_page(example_site / "services" / "index.html")
    with (example / "tables" / "register-services.csv").open(encoding="utf-8", newline="") as file:
        held = list(csv.DictReader(file))
    page.get_by_label("Theme", exact=True).select_option(held[0]["theme"])
    assert column(page, "#services", 1) == [one["service"] for one in held if one["theme"] == held[0]["theme"]]
    expect(page.get_by_role("status").first).to_contain_text(f"of {len(held)} services shown")
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Borough", exact=True).select_option("hackney")
    with (example / "tables" / "borough-hackney-services.csv").open(encoding="utf-8", newline="") as file:
        here = sorted({row["service"] for row in csv.DictReader(file)})
    assert sorted(column(page, "#services", 1)) == here
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Words").fill("provider 07")
    assert column(page, "#services", 3) == ["Example provider 07"]
    page.get_by_label("Words").fill("")
    page.get_by_label("Ending soon").check()
    assert len(column(page, "#services", 1)) == sum(one["standing"] == "ends within six months" for one in held)
    again = page.url
    page.goto(again)
    expect(page.get_by_label("Ending soon")).to_be_checked()  # the address holds what was asked


def test_a_figure_is_downloaded_under_a_name_that_says_what_it_is(site: Path, release: Path, open_page: Open) -> None:
    page = open_page(site / "boroughs" / "hackney.html", accept_downloads=True)
    figure = page.locator("#borough-hackney-crime-trend")
    with page.expect_download() as started:
        figure.get_by_role("link", name="CSV").click()
    assert re.fullmatch(
        r"recorded-crime.*_hackney_2010-11-to-2019-20_release-.*\.csv", started.value.suggested_filename
    )
    assert started.value.path().read_bytes() == (release / "charts" / "borough-hackney-crime-trend.csv").read_bytes()


def test_a_link_to_a_figure_leads_to_it(site: Path, open_page: Open) -> None:
    page = open_page(site / "boroughs" / "hackney.html")
    link = page.locator("#borough-hackney-crime-trend a.share")
    link.click()
    assert page.url.endswith("boroughs/hackney.html#borough-hackney-crime-trend")
    again = open_page(site / "boroughs" / "hackney.html", "#borough-hackney-crime-trend")
    expect(again.locator("#borough-hackney-crime-trend svg")).to_be_in_viewport()


def test_two_or_three_boroughs_are_compared_by_funnel_and_no_more(site: Path, open_page: Open) -> None:
    page = open_page(site / "compare.html")
    for name in ("Hackney", "Camden", "Bromley"):
        page.get_by_label(name).check()
    expect(page.get_by_label("Barnet")).to_be_disabled()
    first = page.locator("figure.drawn").first
    assert sorted(first.locator("tbody tr:visible th").all_inner_texts()) == ["Bromley", "Camden", "Hackney"]
    assert sorted(text.split(":")[0] for text in first.locator("svg .chosen:visible").all_text_contents()) == [
        "Bromley",
        "Camden",
        "Hackney",
    ]
    assert page.url.endswith("#bromley+camden+hackney")
    again = open_page(site / "compare.html", "#hackney+camden")
    expect(again.get_by_label("Camden")).to_be_checked()
    assert not re.search(r"rank(?:ed|ing)?\b|best|worst", page.locator("main").inner_text(), re.IGNORECASE)


# ---- without scripts, from the keyboard, read aloud, on paper


def test_everything_is_there_without_scripts(site: Path, open_page: Open) -> None:
    page = open_page(site / "index.html", java_script_enabled=False)
    assert page.locator("#boroughs a:visible").count() == 33
    page.locator("#boroughs a", has_text="Hackney").click()
    assert page.locator("h1").inner_text() == "Hackney"
    page.locator("#borough-hackney-services a").first.click()
    assert page.locator("table:visible").count() >= 1
    page.goto((site / "services" / "index.html").as_uri())
    assert page.locator("#filter:visible").count() == 0
    assert page.locator("#services tbody tr:visible").count() > 50
    page.goto((site / "compare.html").as_uri())
    page.get_by_label("Hackney").check()
    assert (
        page.locator("figure.drawn").first.locator("svg .chosen:visible").all_text_contents()[0].startswith("Hackney:")
    )


def test_the_keyboard_reaches_everything_and_is_always_seen(example_site: Path, open_page: Open) -> None:
    page = open_page(example_site / "boroughs" / "hackney.html")
    script = """() => {
        const one = document.activeElement, box = one.getClientRects()[0];  // of a link over two lines, the first
        const x = box.left + Math.min(box.width, 30) / 2, y = box.top + Math.min(box.height, 20) / 2;
        const over = document.elementFromPoint(x, y);
        const look = getComputedStyle(one);
        return [one.tagName, one.textContent.slice(0, 40), look.outlineStyle !== 'none',
                !!over && (one.contains(over) || over.contains(one))];
    }"""
    stops = page.evaluate(
        """[...document.querySelectorAll('a[href], button, summary, [tabindex="0"]')]
        .filter(one => one.tabIndex === 0 && one.checkVisibility({contentVisibilityAuto: true})).length"""
    )
    seen = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(script))
    assert seen[0][1] == "Skip to the main content"
    assert [one for one in seen if not one[2]] == []  # the focus is drawn
    assert [one for one in seen if not one[3]] == []  # and nothing lies over it
    assert "Data" in [one[1] for one in seen] and seen[-1][1] == "Releases and revisions"


def test_the_keyboard_skips_sorts_and_compares(site: Path, open_page: Open) -> None:
    page = open_page(site / "services" / "index.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("button", name="Theme").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#services th", has_text="Theme").first).to_have_attribute("aria-sort", "ascending")
    assert column(page, "#services", 2) == sorted(column(page, "#services", 2), key=str.lower)
    page.goto((site / "compare.html").as_uri())
    page.get_by_label("Hackney").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Hackney")).to_be_checked()


@pytest.mark.parametrize("kind", KINDS)
def test_a_screen_reader_is_told_things_in_order(site: Path, kind: str, open_page: Open) -> None:
    page = open_page(find(site, kind))
    tree = page.locator("body").aria_snapshot()
    order = [tree.index(mark) for mark in ("- banner", '- navigation "Main"', "- main", "- contentinfo")]
    assert order == sorted(order)
    assert re.match(r'- link "Skip to the main content"', tree)
    levels = [int(level) for level in re.findall(r"- '?heading .*\[level=(\d)\]", tree)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_borough_page_is_told_from_what_is_funded_to_what_is_not_known(site: Path, open_page: Open) -> None:
    tree = open_page(site / "boroughs" / "hackney.html").locator("main").aria_snapshot()
    said = [
        'heading "Hackney" [level=1]',
        'heading "What is funded here"',
        'heading "The money"',
        'heading "Outcomes: what changed for people"',
        'heading "Need and crime"',
        "Two lines by financial year",
        'heading "What is not known, and why"',
    ]
    assert [tree.index(one) for one in said] == sorted(tree.index(one) for one in said)
    assert 'columnheader "Service' in tree and "rowheader" in tree


@pytest.mark.parametrize("kind", ["boroughs/hackney.html", "money.html", "compare.html"])
def test_it_prints_on_a4_with_nothing_cut_off(example_site: Path, kind: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(example_site / kind)
    page.emulate_media(media="print")
    page.set_viewport_size(
        {"width": 688, "height": 1000}
    )  # what A4 leaves between margins of 14 mm, at 96 dots an inch
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    wide = page.evaluate(
        "[...document.querySelectorAll('main table:not(details:not([open]) table), main svg')]"
        ".filter(one => one.getBoundingClientRect().right > 689).map(one => one.outerHTML.slice(0, 80))"
    )
    assert wide == []
    expect(page.locator("nav[aria-label='Main']")).to_be_hidden()
    expect(page.locator(".made-up")).to_be_visible()
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    with pikepdf.open(tmp_path / "page.pdf") as document:
        for sheet in document.pages:
            assert [round(float(edge)) for edge in sheet.mediabox] in ([0, 0, 595, 842], [0, 0, 596, 842])


# ---- what is hostile


def test_hostile_names_are_text(hostile_site: Path, open_page: Open) -> None:
    for path in (
        hostile_site / "boroughs" / f"{HURT}.html",
        hostile_site / "services" / "index.html",
        hostile_site / "providers.html",
        hostile_site / "money.html",
    ):
        page = open_page(path, viewport={"width": PHONE[0], "height": PHONE[1]})
        assert "<script>document.title" in page.locator("main").inner_text(), path.name
        assert page.title().startswith("Illustrative:")
        assert page.locator("main img, main script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_script_that_came_into_a_page_would_not_run(hostile_site: Path, open_page: Open, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    for one in (hostile_site / "static").iterdir():
        (folder / one.name).write_bytes(one.read_bytes())
    text = (hostile_site / "index.html").read_text(encoding="utf-8")
    spoilt = tmp_path / "index.html"
    inline = "<script>document.title='run'</script><img alt='' src=\"data:,x\" onerror=\"document.title='run'\">"
    spoilt.write_text(text.replace("<footer>", f"{inline}<footer>"), encoding="utf-8")
    page = open_page(spoilt)
    page.wait_for_load_state()
    assert page.title().startswith("Illustrative:")
    assert open_page.faults and all("Content Security Policy" in fault for fault in open_page.faults)  # type: ignore[attr-defined]
    open_page.faults.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize("area", [EMPTY, SUPPRESSED])
def test_a_borough_with_nothing_or_with_everything_hidden_has_its_page(
    hostile_site: Path, area: str, open_page: Open
) -> None:
    page = open_page(hostile_site / "boroughs" / f"{area}.html")
    text = page.locator("main").inner_text()
    if area == EMPTY:
        assert "There is nothing to list." in text and "No provider returned an outcome for this area." in text
    else:
        assert "every outcome is hidden, [c]" in text and page.locator("svg.intervals").count() == 0
        assert not re.search(r"\bnan\b|None", text)
    page.evaluate(Axe().axe_script)
    assert faults(page, RULES) == []
