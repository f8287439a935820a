"""The bench as a cell opens it: `see` for a view by words, and the controls that call it."""

from typing import TYPE_CHECKING

from vfm.bench.choices import choose
from vfm.bench.views import View, see
from vfm.data.project import Project
from vfm.release import find
from vfm.release.ask import Sealed
from vfm.release.trace import latest

if TYPE_CHECKING:
    from vfm.bench.controls import Controls


class Explorer:
    """One release, open to questions. Open it with `open_explorer`."""

    def __init__(self, project: Project, sealed: Sealed):
        self.project, self.sealed = project, sealed

    def see(self, **choice: str) -> View:
        """A view by words, as its receipt has them: ``see(measure="crime", borough="Croydon", compare="London")``.

        Raises
        ------
        UsageError
            when a name is not known: the nearest is suggested.
        """
        return see(self.project, self.sealed, choose(self.sealed, choice))

    @property
    def controls(self) -> "Controls":
        """The controls, to be shown by a notebook's cell."""
        from vfm.bench.controls import Controls  # the widgets, which nothing but a notebook needs

        return Controls(self)

    def __repr__(self) -> str:
        return f"Bench of {self.sealed.name}: controls, see(measure=…)"


def open_explorer(release: str = "", *, data: str | None = None) -> Explorer:
    """The bench of a release ("2019-20-Q4", "2019-20-Q4@v1"), or of the latest; `data` as elsewhere."""
    project = Project.find(data)
    folder = find.find(project, release) if release else latest(project)
    return Explorer(find.project_of(project, folder), Sealed(folder))
