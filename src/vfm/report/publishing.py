"""The one way into a release: a notebook publishes its numbers, charts and tables through `Release`.

Run on its own a notebook only shows. Run by `vfm refresh`, which names a staging folder in the environment,
it also writes. The notebook cannot tell the difference, and no path is a parameter or an output.
"""

import os
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import count
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mistune
import pandas as pd

from vfm.data import said
from vfm.data.project import Project
from vfm.data.quarter import note_read
from vfm.report import figures, lineage
from vfm.report.denominators import one_denominator
from vfm.report.figures import Columns, Missing, Number, Shown
from vfm.report.fragments import Fragment, card, chart_html, table_html
from vfm.report.revised import with_provisional
from vfm.vocabulary.errors import suggestion
from vfm.vocabulary.evidence import each_no_stronger
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import ILLUSTRATIVE, CannotSay, Estimate, Result, Status
from vfm.vocabulary.run_variables import NOTEBOOK_VARIABLE, READING_VARIABLE, STAGING_VARIABLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OTHERS = "figures that other notebooks published"  # how a run that reads some notes it


class Release:
    """Where the figures of a quarter are published, and read again by the notebook that runs last."""

    def __init__(
        self,
        quarter: Quarter,
        *,
        reading: Path,
        writing: Path | None = None,
        notebook: str = "",
        status: Status = Status.PUBLISHED,
    ):
        self.quarter = quarter
        self.notebook = notebook
        self._status = status  # of the data that it is made from: no figure is better than that
        self._reading = reading
        self._writing = writing
        self._own: dict[str, Number] = {}
        self._order = count(1)

    @classmethod
    def open(cls, project: Project, quarter: Quarter) -> "Release":
        """The staging folder that `vfm refresh` names; on its own, the draft or the published release, to read."""
        staging, status = os.environ.get(STAGING_VARIABLE), project.status
        if staging:
            reading = Path(os.environ.get(READING_VARIABLE) or staging)
            notebook = os.environ.get(NOTEBOOK_VARIABLE, "")
            return cls(quarter, reading=reading, writing=Path(staging), notebook=notebook, status=status)
        draft = project.draft(quarter)
        return cls(quarter, reading=draft if draft.is_dir() else project.published(quarter), status=status)

    def _weakest(self, *statuses: Status | str) -> Status:
        """The one rule of status: a figure's is the weakest of its own and of the data that it is made from."""
        return max(map(Status, (self._status, *statuses)), key=list(Status).index)

    # -- numbers ---------------------------------------------------------------------------------------

    def number(
        self,
        figure_id: str,
        result: Result,
        *,
        title: str,
        unit: str,
        period: str,
        source: str,
        status: Status | str | None = None,
        provisional: bool = False,
        leans_on: Sequence[str] = (),
        people: Mapping[str, str] | None = None,
    ) -> Number:
        """Publish a number, or why there is none.

        Parameters
        ----------
        figure_id : plain words, used once in a release
        result : an `Estimate`, or `CannotSay` with its reason
        title : what it is, in words
        unit : "£", "£ per young person", "proportion", "awards", ...
        period : what it is about: "2019/20", "2016 to 2017"
        source : who published what it is made from
        status : when it is weaker than what the result says of itself; a stronger one is not taken
        provisional : whether it is expected to change, as when returns are still to come; it is marked [p]
        leans_on : entries of the log that it rests on, beside those that release/leans_on.csv gives it
        people : where it counts people from returns, which: "says" as in `table`, and the keys of the count; {} where
            it counts people from elsewhere
        """
        known: dict[str, Any] = {
            "figure_id": figures.check_id(figure_id),
            "title": title,
            "unit": unit,
            "period": period,
            "source": source,
            "notebook": self.notebook,
            "order": next(self._order),
            "status": str(self._weakest(status or result.status, result.status)),
            "revision": figures.PROVISIONAL if provisional else "",
        }
        if isinstance(result, CannotSay):
            known |= {"method": "cannot say", "reason": result.reason, "mark": str(result.mark)}
            number = Number(**known, value=None, lower=None, upper=None)
        else:
            number = Number(
                **known,
                value=float(result.value),
                lower=result.lower,
                upper=result.upper,
                method=result.method,
                direction=str(result.direction),
                n=result.n,
            )
        if self._writing:
            figures.write_figure(self._writing, "numbers", figure_id, number)
            self._note_lineage("numbers", figure_id, leans_on)
            if people is not None:
                key = {"quarter": str(self.quarter), **people}
                text = number.mark if number.value is None else f"{number.value:.12g}"
                self._say_of_people(figure_id, [said.said(figure_id, key, people["says"], text)] if people else [])
        self._own[figure_id] = number
        return number

    def published(
        self, figure_id: str, value: float, *, half_width: float = nan, provisional: bool = False, **about: Any
    ) -> Number:
        """Publish a number as its source states it; `half_width` is what its rounding leaves open, where known."""
        known = not isnan(half_width)
        lower, upper = (value - half_width, value + half_width) if known else (None, None)
        result = Estimate(value, lower, upper, method="as published", status=Status.PUBLISHED)
        return self.number(figure_id, result, provisional=provisional, **about)

    def __getitem__(self, figure_id: str) -> Number:
        """A number already published in this release."""
        if figure_id in self._own:
            return self._own[figure_id]
        note_read(OTHERS)
        numbers = figures.read_numbers(self._reading)
        if figure_id in numbers:
            return numbers[figure_id]
        known = sorted({*self._own, *numbers})
        hint = suggestion(figure_id, known) or f" Run vfm refresh {self.quarter} first."
        raise KeyError(f'No number "{figure_id}" in the release of {self.quarter}.{hint}')

    # -- words -----------------------------------------------------------------------------------------

    def say(self, *paragraphs: str, level: int | None = None) -> Fragment:
        """Paragraphs in Markdown whose numbers are figures, by id: ``{budget-2019-20}``.

        ``{id}`` is the number, ``{id:range}`` its interval and ``{id:period}`` what it is about. With the `level` of
        the design that they rest on (Maryland, 1 to 5), a sentence that says more than it can carry is a DataError.
        """
        text = "\n\n".join(self.fill(paragraph) for paragraph in paragraphs)
        if level is not None:
            each_no_stronger(text, level)
        marks = _Marked(self)
        html = str(mistune.create_markdown(escape=True)("\n\n".join(map(marks.format, paragraphs))))
        return Fragment(f'<div class="say">{marks.put_back(html)}</div>', text)

    def fill(self, text: str) -> str:
        """`text` with its figures filled in, plain: for titles and alt text."""
        return _Filled(self).format(text)

    def cards(self, *figure_ids: str) -> Fragment:
        """Headline numbers side by side, each with its interval and status."""
        numbers = [self[figure_id] for figure_id in figure_ids]
        html = "".join(card(number) for number in numbers)
        return Fragment(f'<div class="cards">{html}</div>', "\n".join(f"{n.title}: {n.text}" for n in numbers))

    # -- charts and tables -----------------------------------------------------------------------------

    def chart(
        self,
        figure_id: str,
        drawing: "Figure",
        *,
        data: pd.DataFrame,
        columns: Columns,
        title: str,
        alt: str,
        period: str,
        source: str,
        status: Status = Status.DERIVED,
        notes: str = "",
        missing: Missing | None = None,
        bounds: Mapping[str, str] | None = None,
        leans_on: Sequence[str] = (),
        people: Mapping[str, str] | None = None,
    ) -> Fragment:
        """Publish a chart with its alt text and the table it is drawn from.

        Parameters
        ----------
        drawing : from `vfm.report.charts`
        data : what was drawn; only `columns` of it are published. A row whose `provisional` is true is marked [p]
        columns : column -> (heading, unit), in the order a reader should read them
        alt : what the chart shows, in words; figures by id as in `say`
        missing : column -> the mark of a cell without a value, or a mark for each row, where it is not "[x]"
        bounds : column -> the column that says of each row whether it is "at most" or "at least" so much
        people : column -> what it counts, as `vfm.data.said` reads it: "achieved", "achieved / assessed", "spend /
            count", "with count". The rows have `measure_id`, and those of `service_id`, `theme`, `gss_code` and
            `quarter` that they are of. {} where people are counted that no return names
        """
        from vfm.report import charts  # the drawing libraries are slow to import, and most notebooks only read

        alt = self.fill(alt).strip()
        if not alt:
            raise ValueError(f'the chart "{figure_id}" needs alt text')
        about, keys = (title, period, source, status, notes, missing, bounds), data
        shown, data = self._shown(figure_id, data, columns, *about, alt=alt)
        of_marks = figures.words_of_marks(data)
        shown = replace(shown, alt=f"{shown.alt} {of_marks}".strip())
        marked = " ".join(filter(None, (ILLUSTRATIVE * (shown.status == Status.ILLUSTRATIVE), of_marks)))
        if marked:
            charts.mark(drawing, marked)
        svg = charts.svg(drawing, figure_id)
        if self._writing:
            folder = self._writing / "charts"
            figures.write_figure(self._writing, "charts", figure_id, shown)
            figures.write_new(folder / f"{figure_id}.svg", svg)
            figures.write_new(folder / f"{figure_id}.csv", figures.as_csv(data))
            self._note_lineage("charts", figure_id, leans_on)
            (folder / f"{figure_id}.png").write_bytes(charts.png(drawing, marked))
            self._columns_of_people(figure_id, keys, data, people)
        return Fragment(chart_html(shown, svg, data), f"Chart: {shown.title}. {shown.alt}")

    def table(
        self,
        figure_id: str,
        data: pd.DataFrame,
        *,
        columns: Columns,
        title: str,
        period: str,
        source: str,
        status: Status = Status.DERIVED,
        notes: str = "",
        missing: Missing | None = None,
        bounds: Mapping[str, str] | None = None,
        leans_on: Sequence[str] = (),
        people: Mapping[str, str] | None = None,
    ) -> Fragment:
        """Publish a table; only `columns` of `data` are published. The rest is as for `chart`."""
        about, keys = (title, period, source, status, notes, missing, bounds), data
        shown, data = self._shown(figure_id, data, columns, *about)
        if self._writing:
            figures.write_figure(self._writing, "tables", figure_id, shown)
            figures.write_new(self._writing / "tables" / f"{figure_id}.csv", figures.as_csv(data))
            self._note_lineage("tables", figure_id, leans_on)
            self._columns_of_people(figure_id, keys, data, people)
        return Fragment(table_html(shown, data), f"Table: {shown.title}\n{data.to_string(index=False)}")

    def show(self, figure_id: str) -> Fragment:
        """A chart or table that an earlier notebook published."""
        note_read(OTHERS)
        for kind in ("charts", "tables"):
            path = self._reading / kind / f"{figure_id}.json"
            if path.is_file():
                shown = figures.read_one(path)
                data = figures.read_data(path.with_suffix(".csv"), shown)
                if kind == "tables":
                    return Fragment(table_html(shown, data), f"Table: {shown.title}")
                svg = path.with_suffix(".svg").read_text(encoding="utf-8")
                return Fragment(chart_html(shown, svg, data), f"Chart: {shown.title}. {shown.alt}")
        known = [s.figure_id for kind in ("charts", "tables") for s in figures.read_shown(self._reading, kind)]
        hint = suggestion(figure_id, known) or f" Run vfm refresh {self.quarter} first."
        raise KeyError(f'No chart or table "{figure_id}" in the release of {self.quarter}.{hint}')

    # -- the log ---------------------------------------------------------------------------------------

    def record(self, log: pd.DataFrame) -> None:
        """Publish the log of assumptions, decisions and data issues."""
        for entry in log.to_dict("records"):
            self._log_entry(str(entry["entry_id"]), entry)

    def exclude(self, entry_id: str, what: str, *, rows: int, pounds: float | None, effect: str) -> None:
        """Put on record what was left out of a figure: how many rows, and how many pounds."""
        entry = {"entry_id": entry_id, "kind": "exclusion", "what": what, "effect": effect, "rows": rows}
        self._log_entry(entry_id, entry | ({} if pounds is None else {"pounds": pounds}))
        self._note_lineage("exclusions", entry_id, [])

    def _note_lineage(self, kind: str, figure_id: str, leans_on: Sequence[str]) -> None:
        if self._writing:
            found = lineage.of_caller()
            found.leans_on = list(leans_on)
            figures.write_new(self._writing / "lineage" / kind / f"{figure_id}.json", figures.as_json(found))

    def _log_entry(self, entry_id: str, entry: Mapping[str, Any]) -> None:
        if self._writing:
            line = pd.DataFrame([entry]).to_json(orient="records", lines=True, date_format="iso", date_unit="s")
            figures.write_new(self._writing / "log" / f"{figures.check_id(entry_id)}.json", line)

    def _columns_of_people(
        self, figure_id: str, keys: pd.DataFrame, cells: pd.DataFrame, people: Mapping[str, str] | None
    ) -> None:
        if people is not None:
            self._say_of_people(figure_id, said.said_in(figure_id, keys, cells, people, quarter=str(self.quarter)))

    def _say_of_people(self, figure_id: str, rows: list[said.Said]) -> None:
        """Keep what a figure says of people, for the attacker to read before the release is sealed."""
        if self._writing:
            figures.write_new(self._writing / said.FOLDER / f"{figure_id}.csv", said.as_csv(rows))

    def _shown(
        self,
        figure_id: str,
        data: pd.DataFrame,
        columns: Columns,
        title: str,
        period: str,
        source: str,
        status: Status,
        notes: str,
        missing: Missing | None,
        bounds: Mapping[str, str] | None,
        alt: str = "",
    ) -> tuple[Shown, pd.DataFrame]:
        """What is said of a chart or a table, and the data that is published with it."""
        if {"cost", "denominator"} <= set(data) and len(data):
            one_denominator(data)  # costs for each of different things never stand in one table or chart
        combined = self._weakest(figures.combined_status(data, status))
        if combined is Status.ILLUSTRATIVE:
            data, columns, alt = *figures.marked(data, columns), alt and f"Illustrative. {alt}"
        data, columns = with_provisional(data, columns)
        shown = Shown(
            figure_id=figures.check_id(figure_id),
            title=self.fill(title),
            period=period,
            status=str(combined),
            sources=source,
            notebook=self.notebook,
            columns=dict(columns),
            alt=alt,
            order=next(self._order),
            notes=self.fill(notes),
            missing={name: str(mark) for name, mark in (missing or {}).items() if isinstance(mark, str)},
            bounds=dict(bounds or {}),
        )
        return shown, figures.only_shown(data, columns, missing or {})


class _Filled(string.Formatter):
    """Fills ``{figure-id}`` and ``{figure-id:range}`` with the words of a release's numbers."""

    def __init__(self, release: Release):
        self._release = release

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        return self._release[field_name], field_name

    def format_field(self, value: Number, format_spec: str) -> str:
        if format_spec not in {"", "range", "period"}:
            raise ValueError(f'a figure is shown as {{id}}, {{id:range}} or {{id:period}}, not ":{format_spec}"')
        return str(getattr(value, format_spec or "text"))


class _Marked(_Filled):
    """The same, each number marked with the figure that it is, so that a page can link to it.

    While Markdown is read, a mark stands in for each: a star or a tag in a figure's words is theirs.
    """

    def __init__(self, release: Release):
        super().__init__(release)
        self._held: list[str] = []

    def format_field(self, value: Number, format_spec: str) -> str:
        text = escape(super().format_field(value, format_spec))
        if not format_spec:
            plain = "" if value.value is None else f' value="{value.value:.12g}"'
            text = f'<data data-figure="{value.figure_id}"{plain}>{text}</data>'
        self._held.append(text)
        return f"\ue000{len(self._held) - 1}\ue001"

    def put_back(self, html: str) -> str:
        return re.sub("\ue000(\\d+)\ue001", lambda mark: self._held[int(mark[1])], html)
