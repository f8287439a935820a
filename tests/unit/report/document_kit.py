"""A release small enough to read, with a chart, a table, two numbers and a log, for documents to be made of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.report import figures, prose, typeset
from vfm.report.figures import Number, Shown
from vfm.report.pages import About

ABOUT = About(
    "2019-20-Q4",
    "January to March 2020",
    "23 November 2026",
    "published",
    2,
    True,
    "abc123abc123",
    "London",
    "Mayor's Office for Policing and Crime",
)
AS_OF = date(2026, 11, 23)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="30pt" viewBox="0 0 60 30">'
    '<rect width="50" height="20" fill="#12436d"/><text x="4" y="16">{}</text></svg>'
)
PAGE = """<h1>An update</h1><p>What it is.</p>
<div class="cards"><div class="card"><p class="value"><data data-figure="budget">£53.6 million</data></p></div></div>
<h2 id="spent">What was spent</h2>
<div class="say"><ul><li><strong>It was <data data-figure="budget">£53.6 million</data>.</strong> In all.</li></ul>
<p>Growth: <data data-figure="growth">cannot say: there is one year</data>.</p></div>
<figure class="chart" id="two-years"><figcaption>Not this</figcaption><svg><text>nor this</text></svg></figure>
<h2 id="bought">What it bought</h2>
<div class="tabled" id="services"><table><tr><td>not this either</td></tr></table></div>
<p>The end.</p>"""


@dataclass
class Small:
    """The release in its folder; `words` is what the update says, as HTML."""

    folder: Path
    numbers: dict[str, Number]
    log: list[dict[str, str]]
    words: str = PAGE

    def pdf(self, about: About = ABOUT) -> bytes:
        parts = prose.blocks(self.words)
        return typeset.pdf(
            parts, self.folder, about=about, as_of=AS_OF, numbers=self.numbers, log=self.log, sheets={"two-years": "C1"}
        )

    def chart(self, **changed: Any) -> None:
        """Write the chart, or change what is said of it."""
        shown = Shown(
            figure_id="two-years",
            title="Two years",
            period="2012/13 and 2019/20",
            status="derived",
            sources="MOPAC",
            notebook="10-spend-growth",
            columns={"year": ("Financial year", ""), "pounds": ("Budget", "£")},
            alt="Two bars: one is longer.",
            order=1,
        )
        frame = pd.DataFrame({"year": ["2012/13", "2019/20"], "pounds": [23_600_000.0, 53_600_000.5]})
        self._write("charts", replace(shown, **changed), frame)
        (self.folder / "charts" / "two-years.svg").write_text(SVG.format("£53.6m"), encoding="utf-8")

    def table(self, rows: list[tuple[str, object, object]], **changed: Any) -> None:
        """Write the table of services: a name, its pounds, its share."""
        shown = Shown(
            figure_id="services",
            title="Services",
            period="2019/20",
            status="published",
            sources="MOPAC",
            notebook="20-cost-per-outcome",
            columns={"name": ("Service", ""), "pounds": ("Budget", "£"), "share": ("Share", "proportion")},
            order=2,
            notes="All that were found.",
        )
        frame = pd.DataFrame(rows, columns=["name", "pounds", "share"])
        self._write("tables", replace(shown, **changed), frame)

    def _write(self, kind: str, shown: Shown, frame: pd.DataFrame) -> None:
        (self.folder / kind).mkdir(exist_ok=True)
        path = self.folder / kind / f"{shown.figure_id}.json"
        path.write_text(figures.as_json(shown), encoding="utf-8")
        kept = figures.only_shown(frame, shown.columns, {})
        path.with_suffix(".csv").write_text(figures.as_csv(kept), encoding="utf-8", newline="")

    def save(self) -> None:
        """Write the numbers and the log, as a release has them gathered."""
        records = [json.loads(figures.as_json(number)) for number in self.numbers.values()]
        (self.folder / "numbers.json").write_text(json.dumps(records), encoding="utf-8")
        (self.folder / "log.csv").write_text(figures.as_csv(pd.DataFrame(self.log)), encoding="utf-8")


def number(figure_id: str = "budget", **changed: Any) -> Number:
    plain: dict[str, Any] = {
        "figure_id": figure_id,
        "title": "Commissioning budget",
        "value": 53.6e6,
        "lower": 53.55e6,
        "upper": 53.65e6,
        "unit": "£",
        "period": "2019/20",
        "status": "published",
        "method": "as published",
        "source": "MOPAC, https://example.org/page",
        "notebook": "10-spend-growth",
        "order": 3,
    }
    return Number(**(plain | changed))


def small(folder: Path) -> Small:
    """The small release, written into `folder`."""
    cannot = number("growth", title="Growth", value=None, lower=None, upper=None, reason="there is one year", order=4)
    log = {"what": "Rounded to £0.1 million", "kind": "assumption", "effect": "An interval", "reliability": "high"}
    made = Small(folder, {"budget": number(), "growth": cannot}, [log | {"sunset": "2027-11-23"}])
    made.chart()
    made.table([("London Gang Exit", 1_000_000.0, 0.25), ("Drive", 260.25, None)])
    made.save()
    return made
