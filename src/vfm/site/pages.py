"""Which pages there are, and what each is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from vfm.analysis.borough_money import EVERY
from vfm.report import words
from vfm.site import drawings
from vfm.site.content import Area, Content
from vfm.vocabulary.labels import slug

FRONT = "What {}’s policing and crime money buys"
SOON = "ends within six months"
TOPICS = {
    "00-data-quality": "What came in, and what was queried",
    "10-spend-growth": "How spending grew",
    "20-cost-per-outcome": "What was bought for the money",
    "30-trend-effects": "Recorded crime, and whether anything moved it",
    "35-effects-example": "An effect on the example",
    "40-value": "What would pay for a service",
    "45-value-example": "An appraisal of the example",
    "50-funding-terms": "How long funding lasts",
    "60-funding-formula": "The funding formula",
    "65-formula-example": "A formula on the example",
    "70-bidding": "Bidding for money",
    "75-services": "Services, providers and boroughs",
    "90-quarterly-update": "The quarterly update",
    "95-plain-words": "The update in plain words",
}


@dataclass(frozen=True)
class Page:
    """One page: where it is, its template, its title, and what the template is told."""

    path: str
    template: str
    title: str
    told: Mapping[str, Any]
    part: str = ""  # of the site: which heading of the menu it is under

    @property
    def root(self) -> str:
        return "../" * self.path.count("/")


def pages(content: Content, past: list[dict[str, Any]]) -> Iterator[Page]:
    """Every page of the site.

    Parameters
    ----------
    past : the manifests of every version of every quarter's release, the latest first
    """
    services = service_rows(content)
    themes = sorted({row["theme"] for row in services})
    yield Page("index.html", "home.html.j2", FRONT.format(content.place.name), {"themes": themes})
    yield from _boroughs(content)
    if content.districts:
        yield Page("postcodes.html", "postcodes.html.j2", "Postcode districts", {}, "boroughs")
    yield Page(
        "services/index.html", "services.html.j2", "Services", {"services": services, "themes": themes}, "services"
    )
    for row in services:
        yield Page(f"services/{row['slug']}.html", "service.html.j2", row["service"], {"row": row}, "services")
    for theme in themes:
        told = {"theme": theme, "services": [row for row in services if row["theme"] == theme]}
        yield Page(f"themes/{slug(theme)}.html", "theme.html.j2", theme, told, "services")
    yield Page("providers.html", "providers.html.j2", "Who is paid", {}, "services")
    yield Page("compare.html", "compare.html.j2", "Compare boroughs", {"funnels": funnels(content)}, "compare")
    yield Page("money.html", "money.html.j2", "How the money adds up", {}, "money")
    if content.recommendations:
        title = f"The {words.in_words(len(content.recommendations))} recommendations"
        yield Page("recommendations.html", "recommendations.html.j2", title, {}, "recommendations")
    yield Page("methods.html", "methods.html.j2", "Methods", {"notebooks": notebooks(content)}, "methods")
    yield Page("data.html", "data.html.j2", "Data", {}, "data")
    yield Page("revisions.html", "revisions.html.j2", "Releases and revisions", {"past": past}, "data")
    yield Page("accessibility.html", "accessibility.html.j2", "Accessibility statement", {}, "")
    yield from _figures(content)


def _boroughs(content: Content) -> Iterator[Page]:
    yield Page("boroughs/index.html", "boroughs.html.j2", "Boroughs", {}, "boroughs")
    for area in content.areas:
        yield Page(f"boroughs/{area.slug}.html", "borough.html.j2", area.name, borough(content, area), "boroughs")


def borough(content: Content, area: Area) -> dict[str, Any]:
    """What the page of an area is told: the rows of shared tables that are about it."""
    compared = content.data("boroughs-compared")
    money = content.data("traced-to-boroughs")
    awards = content.data("traced-awards")
    outcomes = content.data(f"{area.key}-outcomes")
    return {
        "area": area,
        "compared": compared[compared["area"] == area.name],
        "money": money[(money["gss_code"] == area.code) | (money["gss_code"] == "none")],
        "unstated": awards[awards["reach"] == "not stated"],
        "outcomes": outcomes,
        "drawing": drawings.intervals(outcomes) if drawings.any_shown(outcomes) else "",
    }


def service_rows(content: Content) -> list[dict[str, Any]]:
    """Services as the list and its filters need them, with the boroughs that each is known to reach."""
    reached: dict[str, set[str]] = {}
    everywhere: set[str] = set()
    for area in content.areas:
        for row in content.data(f"{area.key}-services").to_dict("records"):
            if row["why"] in (EVERY, content.place.all_of):
                everywhere.add(row["service"])
            reached.setdefault(row["service"], set()).add(area.slug)
    rows = content.data("register-services").to_dict("records")
    taken: dict[str, int] = {}
    found = []
    for row in rows:
        name = slug(str(row["service_id"]))[:80]
        taken[name] = taken.get(name, 0) + 1
        found.append(
            {str(key): value for key, value in row.items()}
            | {
                "slug": name if taken[name] == 1 else f"{name}-{taken[name]}",
                "areas": sorted(reached.get(row["service"], set())),
                "everywhere": row["service"] in everywhere,
                "soon": row["standing"] == SOON,
            }
        )
    return found


def funnels(content: Content) -> list[dict[str, Any]]:
    """A funnel for each measure that boroughs are compared by."""
    table = content.data("boroughs-compared")
    found = []
    for measure in dict.fromkeys(table["measure"]):
        rows = table[table["measure"] == measure]
        share = str(rows["unit"].iloc[0]).startswith("of people")
        x_label = "People assessed" if share else "Residents, thousands"
        y_label = "Share who achieved it" if share else "Crimes for each thousand residents"
        svg = drawings.funnel(rows, share=share, x_label=x_label, y_label=y_label) if _drawable(rows) else ""
        found.append({"measure": measure, "rows": rows, "svg": svg, "anchor": f"compare-{slug(str(measure))}"})
    return found


def _drawable(rows: pd.DataFrame) -> bool:
    return bool((rows["lower_95"].map(type).isin([float, int]) & rows["value"].map(type).isin([float, int])).sum() > 1)


def notebooks(content: Content) -> list[dict[str, str]]:
    """The notebooks of the release, each with its page of figures; those of boroughs are on the boroughs' pages."""
    published = {one.notebook for one in content.numbers.values()} | {one.notebook for one in content.shown.values()}
    names = sorted(published)
    return [{"name": name, "title": TOPICS.get(name, name)} for name in names if not name.startswith("80-borough-")]


def _figures(content: Content) -> Iterator[Page]:
    """A page for each notebook, that says of every figure how it is known."""
    numbers = sorted(content.numbers.values(), key=lambda one: (one.notebook, one.order))
    of_notebook = {name: list(found) for name, found in groupby(numbers, key=lambda one: one.notebook)}
    names = {one.notebook for one in content.shown.values()} | set(of_notebook)
    titles = {f"80-borough-{area.slug}": area.name for area in content.areas}
    for name in sorted(names):
        shown = [one for one in content.shown.values() if one.notebook == name]
        told = {
            "notebook": name,
            "numbers": of_notebook.get(name, []),
            "shown": sorted(shown, key=lambda one: one.order),
            "parameters": content.manifest["parameters"].get(name, {}),
            "page_exists": (content.folder / "notebooks" / f"{name}.html").is_file() and name not in titles,
        }
        title = f"How we know: {titles.get(name) or TOPICS.get(name, name)}"
        yield Page(f"figures/{name}.html", "figures.html.j2", title, told, "methods")
