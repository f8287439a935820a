"""From a page to its HTML, through the templates."""

from typing import Any

import jinja2
import pandas as pd

from vfm.report import words
from vfm.site import drawings
from vfm.site.content import Content
from vfm.site.downloads import Downloads
from vfm.site.known import Known
from vfm.site.pages import Page, service_rows
from vfm.site.parts import Parts
from vfm.vocabulary.labels import slug
from vfm.vocabulary.results import ILLUSTRATIVE

MENU = (
    ("boroughs", "boroughs/index.html", "Boroughs"),
    ("services", "services/index.html", "Services"),
    ("compare", "compare.html", "Compare"),
    ("money", "money.html", "Money"),
    ("recommendations", "recommendations.html", "Recommendations"),
    ("methods", "methods.html", "Methods"),
    ("data", "data.html", "Data"),
)


class Renderer:
    """The templates, and what every page is told."""

    def __init__(self, content: Content, downloads: Downloads):
        self._content, self._downloads = content, downloads
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("vfm.site", "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._known = Known(content.folder)
        rows = service_rows(content)
        self._services = {row["service"]: row["slug"] for row in rows}
        self._boroughs = {area.name: area.slug for area in content.areas}
        self._templates.filters |= {
            "slug": slug,
            "cell": words.cell,
            "listing": words.listing,
            "in_words": words.in_words,
            "typographic": lambda text: text.replace("'", "’"),
            "capitalised": lambda text: text[:1].upper() + text[1:],
        }

    def render(self, page: Page) -> str:
        """The HTML of one page."""
        parts = Parts(self._content, self._downloads, page.root)
        told: dict[str, Any] = {
            "page": page,
            "root": page.root,
            "menu": [one for one in MENU if one[0] != "recommendations" or self._content.recommendations],
            "place": self._content.place,
            "recommendations": self._content.recommendations,
            "content": self._content,
            "illustrative": ILLUSTRATIVE,
            "show": parts,
            "known": self._known,
            "downloads": self._downloads,
            "tile_map": lambda: drawings.tile_map(self._content.areas, page.root),
            "service_address": lambda name: self._address("services", self._services.get(str(name)), page.root),
            "borough_address": lambda name: self._address("boroughs", self._boroughs.get(str(name)), page.root),
            "theme_address": lambda name: self._address("themes", slug(str(name)), page.root),
            "awards_of": lambda service: self._of("register-awards", "service", service),
            "results_of": lambda service: self._of("register-results", "service", service),
            "services_of": lambda theme: self._of("register-services", "theme", theme),
        }
        return self._templates.get_template(page.template).render(**told, **page.told)

    @staticmethod
    def _address(folder: str, name: str | None, root: str) -> str | None:
        return f"{root}{folder}/{name}.html" if name else None

    def _of(self, figure_id: str, column: str, value: str) -> pd.DataFrame:
        table = self._content.data(figure_id)
        return table[table[column] == value]

    def picked(self) -> str:
        """The rules that pick out the areas chosen on the page of comparisons, so that it works without a script."""
        rules = []
        for area in self._content.areas:
            chosen = f"main:has(#pick-{area.slug}:checked)"
            rules.append(f"{chosen} .a-{area.slug} circle{{fill:var(--picked);r:7px}}")
            rules.append(f"{chosen} .a-{area.slug} text{{display:inline}}")
            rules.append(f"{chosen} tr.a-{area.slug}{{display:table-row;background:var(--wash)}}")
        return "\n".join(rules) + "\n"
