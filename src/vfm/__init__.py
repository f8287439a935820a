"""Value for money of London's policing and crime commissioning, that can be checked.

A notebook needs two names: `open_quarter`, the tables, and `open_release`, where its figures go.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vfm.data.quarter import QuarterData
    from vfm.report.publishing import Release

__all__ = ["open_quarter", "open_release"]


def open_quarter(quarter: str, *, data: str | None = None) -> "QuarterData":
    """The tables of `quarter` ("2019-20-Q4"), built first where they are not up to date.

    They answer questions too, from the release of the quarter: ``.services(borough="Croydon")``,
    ``.unit_costs(by="person")`` and ``.sql("select ...")``.

    `data` names a set of data, "published", "examples" or "elsewhere"; without it VFM_DATA does, and else it is what
    was published.
    """
    from vfm.data.project import Project
    from vfm.data.quarter import QuarterData
    from vfm.vocabulary.periods import Quarter

    # by its name alone: a notebook of a release asks no bench, and need not run again when the bench has changed
    return QuarterData(
        Project.find(data),
        Quarter.parse(quarter),
        bench=lambda: import_module("vfm.bench.cells").open_bench(str(Quarter.parse(quarter)), data=data),
    )


def open_release(quarter: str, *, data: str | None = None) -> "Release":
    """Where the figures of `quarter` are published: shown, and written when `vfm refresh` runs; `data` as above."""
    from vfm.data.project import Project
    from vfm.report.publishing import Release
    from vfm.vocabulary.periods import Quarter

    return Release.open(Project.find(data), Quarter.parse(quarter))
