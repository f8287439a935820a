"""The tables of one quarter, as a notebook opens them."""

import os
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from vfm.data.catalogue import CATALOGUE, Catalogue
from vfm.data.origins import RAW_OF, named
from vfm.data.project import Project
from vfm.data.stamp import is_current
from vfm.data.tables import TABLES
from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.place import Place
from vfm.vocabulary.run_variables import READS_VARIABLE

if TYPE_CHECKING:
    from vfm.data.publishable import Publishable

SOURCE = "sources of "
ALL_FILES = "the catalogue of raw files"
SERVICES = "services"
QUESTIONS = ("unit_costs", "sql")  # what a release is asked through the tables; services, a table, is asked as well


def note_read(what: str) -> None:
    """Note that something was read, where a run asks for that: it has to run again when that has changed."""
    file = os.environ.get(READS_VARIABLE)
    if file:
        with Path(file).open("a", encoding="utf-8") as reads:
            reads.write(f"{what}\n")


class Asked(pd.DataFrame):
    """The table of services, which can also be asked: ``data.services(borough="Croydon")``. Its parts are plain."""

    _metadata: ClassVar[list[str]] = ["_ask"]

    def __call__(self, *, borough: str) -> Any:
        """Services known to be funded in a borough, as the release of the quarter has them."""
        return self._ask(borough=borough)


class QuarterData:
    """Every processed table of a quarter, as attributes: ``data.awards``, ``data.budget``, ...

    Reading builds the tables first when the raw files or the code have changed since.

    Parameters
    ----------
    bench : opens what answers questions from the release of the quarter: ``data.services(borough=...)``,
        ``data.unit_costs(by=...)`` and ``data.sql("...")``
    """

    def __init__(self, project: Project, quarter: Quarter, bench: Callable[[], Any] | None = None):
        self.project = project
        self.quarter = quarter
        self._bench = bench
        if not is_current(project, quarter):
            from vfm.data.build import build  # the checks and DuckDB are only needed to build

            build(project, quarter)

    def __getattr__(self, name: str) -> Any:
        if name in QUESTIONS:
            return getattr(self._open_bench(), name)
        if name.startswith("_") or name not in TABLES:
            raise AttributeError(f'There is no table "{name}".{suggestion(name, sorted({*TABLES, *QUESTIONS}))}')
        table = self._open(name)
        if name == SERVICES:
            table = Asked(table)
            table._ask = lambda **which: self._open_bench().services(**which)
        self.__dict__[name] = named(table, name)
        return self.__dict__[name]

    def _open(self, name: str) -> pd.DataFrame:
        note_read(name)
        return pd.read_parquet(self.project.processed(self.quarter) / f"{name}.parquet")

    def _open_bench(self) -> Any:
        if self._bench is None or os.environ.get(READS_VARIABLE):
            raise UsageError("A notebook of a release works from the tables: questions are answered from releases.")
        return self._bench()

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *TABLES, *QUESTIONS]

    def __repr__(self) -> str:
        return f"Tables of {self.quarter} ({self.quarter.words}): {', '.join(sorted(TABLES))}"

    @cached_property
    def place(self) -> Place:
        """What is reported on: its name, its boroughs, its kinds of crime, and who pays, polices and lives there."""
        [row] = self._open("place").fillna("").to_dict("records")
        boroughs = self.areas[self.areas["gss_code"] != row["gss_code"]].rename(columns={"area": "borough"})
        kinds = self._open("crime_kinds").astype(object)
        return Place.of(row, boroughs.to_dict("records"), kinds.where(kinds.notna(), None).to_dict("records"))

    @property
    def boroughs(self) -> pd.DataFrame:
        """The areas without the whole."""
        return self.areas[self.areas["gss_code"] != self.place.gss_code]

    @property
    def catalogue(self) -> Catalogue:
        note_read(ALL_FILES)
        return self._catalogue

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue.read(self.project.raw)

    @property
    def catalogue_file(self) -> str:
        """The catalogue of the raw files, as a source line names it: ``data/raw/datapackage.json``."""
        return (self.project.raw / CATALOGUE).relative_to(self.project.root).as_posix()

    @property
    def components(self) -> pd.DataFrame:
        """The awards that may be summed: components, and no envelope, superseded award or another's part."""
        return self.awards[self.awards["role"] == "component"]

    @property
    def matched(self) -> pd.DataFrame:
        """The matches that have money, indexed by match: `spend` in pounds over `value`."""
        matches = self.matches.set_index("match_id").rename(columns={"pounds": "spend"})
        return matches[matches["basis"] != "none"]

    @cached_property
    def publishable(self) -> "Publishable":
        """Counts from the returns as they may be published, for notebooks to use in place of outputs and outcomes."""
        from vfm.data.publishable import open_publishable  # slow to import, and most notebooks need none of it

        return open_publishable(self)

    def sources(self, *tables: str) -> str:
        """Who published the raw files behind `tables`, as a source line.

        >>> data.sources("deflator")  # doctest: +SKIP
        'GDP deflator by financial year, two vintages (HM Treasury; reference/gdp_deflator.csv)'
        """
        note_read(f"{SOURCE}{','.join(tables)}")
        known = {name: self._catalogue.files.get(RAW_OF.get(name, name)) for name in TABLES} | self._catalogue.files
        files = []
        for name in tables:
            file = known.get(name)
            if file is None:
                raise UsageError(f'No raw file is behind a table "{name}".{suggestion(name, sorted(known))}')
            files.append(file)
        return "; ".join(f"{file.title} ({file.publisher}; {file.path})" for file in files)
