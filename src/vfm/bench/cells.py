"""The bench for whoever writes a cell: a release's tables by question, and SQL over what may be published.

import vfm

data = vfm.open_quarter("2019-20-Q4")
data.services(borough="Croydon")
data.unit_costs(by="person")
data.sql("select theme, count(*) as services from services group by theme")

`open_bench` opens the same on any release by its name: "2019-20-Q4@v1", or the latest.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from html import escape
from typing import Any

import duckdb
import pandas as pd

from vfm.data.project import Project
from vfm.data.quarter import QuarterData
from vfm.release import find
from vfm.release.ask import AREAS, Sealed
from vfm.release.trace import latest
from vfm.report import figures, fragments
from vfm.report.figures import Shown
from vfm.vocabulary.errors import DataError, UsageError, suggestion
from vfm.vocabulary.labels import slug
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import Status

# What SQL sees. The panel counts people as they are, and queries and ledgers quote what came in: they are not here, and
# a table that is new is not until it is named.
OPEN = (
    *("allocations", "application_form", "areas", "assumptions", "awards", "budget", "competitions", "crime"),
    *("deflator", "deprivation", "discount_rates", "funding_tables", "indicators", "log", "matches", "outcomes"),
    *("outputs", "population", "results", "services", "spend", "stated_values", "unit_costs_of_crime"),
)
COSTS = {"person": "unit-costs-people", "outcome": "unit-costs-outcomes", "grant": "average-grants"}
# Tables that count people as they were returned; SQL sees what of them may be published in their place.
PEOPLE: dict[str, Callable[[QuarterData], pd.DataFrame]] = {
    "outputs": lambda data: data.publishable.outputs("service_id", "gss_code"),
    "outcomes": lambda data: data.publishable.outcomes("service_id", "gss_code"),
}


class Answered:
    """A table with what has to be said of it: `frame` to go on with; a notebook shows units, status and n."""

    def __init__(self, shown: Shown, frame: pd.DataFrame):
        self.shown, self.frame = shown, frame

    @property
    def status(self) -> Status:
        return Status(self.shown.status)

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.frame)

    def _repr_html_(self) -> str:
        return f"{fragments.table_html(self.shown, self.frame)}<p>{escape(self._about)}</p>"

    def __repr__(self) -> str:
        return f"{self.shown.title}\n{figures.in_words(self.shown, self.frame).to_string(index=False)}\n{self._about}"

    @property
    def _about(self) -> str:
        return f"n = {self.n} rows; {fragments.status_words(self.shown.status)}; {self.shown.period}"


class Bench:
    """One release, and the tables of its quarter, by question. Open it with `open_bench`."""

    def __init__(self, project: Project, sealed: Sealed):
        self._project, self._sealed = project, sealed

    @property
    def boroughs(self) -> list[str]:
        """The areas that the release has figures of."""
        return self._sealed.column(AREAS, "area")

    def services(self, *, borough: str) -> Answered:
        """Services known to be funded in a borough, as the release has them.

        Raises
        ------
        UsageError
            when there is no such borough: the nearest is suggested.
        """
        meant = {slug(name): name for name in self.boroughs}.get(slug(borough))
        if meant is None:
            raise UsageError(f'No borough is called "{borough}".{suggestion(borough, self.boroughs)}')
        return self._of(f"borough-{slug(meant)}-services")

    def unit_costs(self, *, by: str) -> Answered:
        """What one cost, as the release has it: `by` "person", "outcome" or "grant", which are never in one table."""
        if by not in COSTS:
            hint = suggestion(by, list(COSTS)) or f" There are {', '.join(COSTS)}."
            raise UsageError(f'No cost is by "{by}".{hint}')
        return self._of(COSTS[by])

    def sql(self, query: str) -> Answered:
        """The rows of a query on the processed tables of the quarter, by DuckDB.

        Parameters
        ----------
        query : SQL that names the tables of docs/data-dictionary.md. `outputs` and `outcomes`, which count people, are
            here as they may be published: what is hidden is null, and `mark` says so. No file can be read.

        Raises
        ------
        UsageError
            when the query cannot be run: what DuckDB says, and the nearest table where one is not known.
        """
        data = QuarterData(self._project, self._sealed.quarter)
        with duckdb.connect() as connection:
            # only those that the query can mean: opening all of them takes a while
            for name in (one for one in OPEN if re.search(rf"\b{one}\b", query, re.IGNORECASE)):
                connection.register(name, PEOPLE[name](data) if name in PEOPLE else getattr(data, name))
            # neither a file nor a variable of ours can be named, and no query can take that back
            connection.execute("set python_enable_replacements = false")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            try:
                frame = connection.execute(query).df()
            except duckdb.CatalogException as error:
                raise UsageError(f"{_first_line(error)}{_near_table(error)}") from None
            except duckdb.Error as error:
                raise UsageError(_first_line(error)) from None
        units = {name: (name, "count" if pd.api.types.is_numeric_dtype(frame[name]) else "") for name in frame}
        told = list(frame["status"].dropna()) if "status" in frame else []
        status = Status.of_result([data.project.status, *(one for one in told if one in list(Status))])
        columns: dict[str, tuple[str, str]] = {str(name): pair for name, pair in units.items()}
        shown = Shown(
            "sql",
            title="Rows of a query",
            period=str(self._sealed.quarter),
            status=str(status),
            sources="the processed tables of the quarter; columns and their units: docs/data-dictionary.md",
            notebook="",
            columns=columns,
        )
        return Answered(shown, figures.only_shown(frame, columns, dict.fromkeys(columns, Mark.NOT_AVAILABLE)))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f'A bench has no "{name}".{suggestion(name, QUESTIONS)}')

    def __repr__(self) -> str:
        return f"Bench of {self._sealed.name}: {', '.join(QUESTIONS)}"

    def _of(self, figure_id: str) -> Answered:
        found = self._sealed.shown(figure_id)
        if found is None:
            raise DataError(f"{self._sealed.name} has no figure {figure_id}.")
        return Answered(*found)


QUESTIONS = [name for name in vars(Bench) if not name.startswith("_")]


def open_bench(quarter: str = "", *, data: str | None = None) -> Bench:
    """The bench of a release: of `quarter` ("2019-20-Q4", "2019-20-Q4@v1"), or of the latest; `data` as elsewhere."""
    project = Project.find(data)
    folder = find.find(project, quarter) if quarter else latest(project)
    return Bench(find.project_of(project, folder), Sealed(folder))


def _first_line(error: duckdb.Error) -> str:
    return f"The query cannot be run: {str(error).splitlines()[0]}"


def _near_table(error: duckdb.Error) -> str:
    words = [word.strip("!\"'.") for word in str(error).splitlines()[0].split()]
    near = [one for word in words for one in get_close_matches(word, OPEN, n=1, cutoff=0.75)]
    return f' Did you mean "{near[0]}"?' if near else f" There are {', '.join(OPEN)}."
