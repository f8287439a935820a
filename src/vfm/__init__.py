"""Value for money of London's policing and crime commissioning, that can be checked.

A notebook needs two names: `open_quarter`, the tables, and `open_release`, where its figures go.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vfm.data.quarter import QuarterData
    from vfm.report.publishing import Release

__all__ = ["open_quarter", "open_release"]


def open_quarter(quarter: str) -> "QuarterData":
    """The tables of `quarter` ("2019-20-Q4"), built first where they are not up to date."""
    from vfm.data.project import Project
    from vfm.data.quarter import QuarterData
    from vfm.vocabulary.periods import Quarter

    return QuarterData(Project.find(), Quarter.parse(quarter))


def open_release(quarter: str) -> "Release":
    """Where the figures of `quarter` are published: shown, and written when `vfm refresh` runs."""
    from vfm.data.project import Project
    from vfm.report.publishing import Release
    from vfm.vocabulary.periods import Quarter

    return Release.open(Project.find(), Quarter.parse(quarter))
