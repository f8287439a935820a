"""Where things are: the project's folders, found from where one stands."""

import os
from dataclasses import dataclass
from pathlib import Path

from vfm.data.catalogue import CATALOGUE
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

PROJECT_VARIABLE = "VFM_PROJECT"


@dataclass(frozen=True)
class Project:
    """The folders of one project, all under `root`."""

    root: Path

    @classmethod
    def find(cls) -> "Project":
        """The project named by VFM_PROJECT, or the one that holds the current folder, or this checkout."""
        named = os.environ.get(PROJECT_VARIABLE)
        here = Path.cwd()
        candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).resolve().parents[3]]
        for folder in candidates:
            if (folder / "data" / "raw" / CATALOGUE).is_file():
                return cls(folder.resolve())
        where = f"{PROJECT_VARIABLE}={named}" if named else str(here)
        raise UsageError(f"No vfm project at {where}: a project has data/raw/{CATALOGUE}. Change into its folder.")

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    def processed(self, quarter: Quarter) -> Path:
        return self.root / "data" / "processed" / str(quarter)

    def draft(self, quarter: Quarter) -> Path:
        return self.reports / "drafts" / str(quarter)

    def published(self, quarter: Quarter) -> Path:
        return self.reports / str(quarter)

    def archive(self, quarter: Quarter) -> Path:
        return self.reports / "archive" / str(quarter)
