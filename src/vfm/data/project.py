"""Where things are: the project's folders, found from where one stands."""

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vfm.data.catalogue import CATALOGUE, Catalogue
from vfm.data.places import read_place
from vfm.vocabulary.errors import UsageError, shown, suggestion
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.place import Place
from vfm.vocabulary.results import Status

PROJECT_VARIABLE = "VFM_PROJECT"
DATA_VARIABLE = "VFM_DATA"
PUBLISHED, EXAMPLES, ELSEWHERE = "published", "examples", "elsewhere"
DATA = {
    PUBLISHED: "what was published and returned",
    EXAMPLES: "invented services and sums, to show the working",
    ELSEWHERE: "an invented place, to show that nothing but data is of one place",
}
FOLDERS = {PUBLISHED: "data", EXAMPLES: "examples", ELSEWHERE: "examples/elsewhere"}  # of the raw files


@dataclass(frozen=True)
class Project:
    """The folders of one project, all under `root`, for one of the sets of data that never mix: `DATA`."""

    root: Path
    data: str = PUBLISHED

    def __post_init__(self) -> None:
        if self.data not in DATA:
            hint = suggestion(self.data, list(DATA)) or f" There are {', '.join(DATA)}."
            raise UsageError(f'There is no data called "{self.data}".{hint}')

    @classmethod
    def find(cls, data: str | None = None) -> "Project":
        """The project named by VFM_PROJECT, or the one that holds the current folder, or this checkout.

        `data` is a name of `DATA`; without it VFM_DATA says which, and without that what was published.
        """
        named = os.environ.get(PROJECT_VARIABLE)
        here = Path.cwd()
        candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).resolve().parents[3]]
        for folder in candidates:
            if (folder / "data" / "raw" / CATALOGUE).is_file():
                return cls(_readable(folder.resolve()), data or os.environ.get(DATA_VARIABLE) or PUBLISHED)
        where = f"{PROJECT_VARIABLE}={named}" if named else str(here)
        raise UsageError(f"No vfm project at {where}: a project has data/raw/{CATALOGUE}. Change into its folder.")

    @property
    def _own(self) -> str:
        """The folder that keeps what is invented apart where all have folders; none otherwise."""
        return "" if self.data == PUBLISHED else self.data

    @property
    def raw(self) -> Path:
        return self.root / FOLDERS[self.data] / "raw"

    @property
    def status(self) -> Status:
        """What the catalogue of the raw files says of them all."""
        return Catalogue.read(self.raw).status

    @cached_property
    def place(self) -> Place:
        """What the project is about: its name, its boroughs, and who pays and polices there."""
        return read_place(self.raw)

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports" / self._own

    @property
    def tables(self) -> Path:
        """The folder of the processed tables, one folder a quarter."""
        return self.root / "data" / "processed" / self._own

    def processed(self, quarter: Quarter) -> Path:
        return self.tables / str(quarter)

    def draft(self, quarter: Quarter) -> Path:
        return self.reports / "drafts" / str(quarter)

    def published(self, quarter: Quarter) -> Path:
        return self.reports / str(quarter)

    def archive(self, quarter: Quarter) -> Path:
        return self.reports / "archive" / str(quarter)

    def runs(self, quarter: Quarter) -> Path:
        """Where the runs of a quarter's notebooks are kept; it may be thrown away at any time."""
        return self.root / "build" / "runs" / self.data / str(quarter)


def _readable(folder: Path) -> Path:
    """The folder, if its name can be given to every library: to some of them a name is UTF-8 and nothing else."""
    if not str(folder).isascii() and sys.getfilesystemencoding() != "utf-8":
        names = f"{shown(str(folder))} has letters that Python reads as {sys.getfilesystemencoding()} here"
        raise UsageError(f"{names}: set PYTHONUTF8=1, or put the project into a folder whose path has none but a to z.")
    return folder
