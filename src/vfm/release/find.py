"""Find a release by what a person calls it: the one place where a name becomes a folder.

``2019-20-Q4`` is the published release of a quarter, ``2019-20-Q4@v1`` a version of it, whether it stands still or is
in the archive, and ``2019-20-Q4@draft`` its draft. Anything else is the path of a release's folder.
"""

import re
from pathlib import Path

from vfm.data.project import ELSEWHERE, EXAMPLES, FOLDERS, PUBLISHED, Project
from vfm.release import manifest
from vfm.vocabulary.errors import DataError, UsageError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Status

DRAFT = "draft"


def find(project: Project, name: str) -> Path:
    """The folder of the release that `name` means.

    Raises
    ------
    UsageError
        when it is neither the name of a release nor the path of a folder.
    DataError
        when there is no such release, or its folder holds none.
    """
    named, at, version = name.strip().partition("@")
    if at or re.fullmatch(r"\d{4}[-/]\d\d-Q.*", named):
        quarter = Quarter.parse(named)
        return _of_quarter(project, quarter, version if at else None)
    folder = Path(name)
    if folder.name == manifest.MANIFEST:
        folder = folder.parent
    if not folder.is_dir():
        raise UsageError(
            f'"{name}" is no release: give a quarter (2019-20-Q4), a version of it (2019-20-Q4@v1), its draft '
            "(2019-20-Q4@draft) or the path of a folder that holds one."
        )
    manifest.read(folder)  # it says what is wrong where that is no release
    return folder.resolve()


def versions(project: Project, quarter: Quarter) -> dict[int, Path]:
    """Every published version of a quarter's release with its folder, the oldest first."""
    found = {}
    for folder in [*project.archive(quarter).glob("v*"), project.published(quarter)]:
        if (folder / manifest.MANIFEST).is_file():
            found[int(manifest.read(folder)["version"])] = folder
    return dict(sorted(found.items()))


def before(project: Project, quarter: Quarter) -> Path | None:
    """The release that one of `quarter` made now follows: its published version, else that of the quarter before it.

    The quarter before is the latest earlier one that has a published release, None where there is none.
    """
    if (project.published(quarter) / manifest.MANIFEST).is_file():
        return project.published(quarter)
    earlier = []
    for path in project.reports.glob(f"*/{manifest.MANIFEST}"):
        try:
            earlier.append((Quarter.parse(path.parent.name), path.parent))
        except UsageError:  # a folder of another kind
            continue
    return max(((found, folder) for found, folder in earlier if found < quarter), default=(None, None))[1]


def name_of(described: dict[str, object]) -> str:
    """What a release is called, from its manifest: ``2019-20-Q4@v1``, or ``2019-20-Q4@draft``."""
    version = f"v{described['version']}" if described["state"] == "published" else DRAFT
    return f"{described['quarter']}@{version}"


def project_of(project: Project, folder: Path) -> Project:
    """The same project with the set of data that a release is about: the one whose folder it is in, or that it was
    made from where it lies elsewhere."""
    for data in (EXAMPLES, ELSEWHERE):
        if folder.resolve().is_relative_to(Project(project.root, data).reports.resolve()):
            return Project(project.root, data)
    described = manifest.read(folder)
    if described.get("status") != Status.ILLUSTRATIVE:
        return Project(project.root, PUBLISHED)
    of_elsewhere = any(name.startswith(f"{FOLDERS[ELSEWHERE]}/") for name in described["inputs"])
    return Project(project.root, ELSEWHERE if of_elsewhere else EXAMPLES)


def _of_quarter(project: Project, quarter: Quarter, version: str | None) -> Path:
    if version == DRAFT:
        folder = project.draft(quarter)
    elif version is None:
        folder = project.published(quarter)
    elif number := re.fullmatch(r"v?(\d+)", version):
        folder = versions(project, quarter).get(int(number[1]), project.archive(quarter) / f"v{int(number[1])}")
    else:
        raise UsageError(f'"{version}" is no version: write {quarter}@v1, or {quarter}@draft.')
    if (folder / manifest.MANIFEST).is_file():
        return folder
    raise DataError(
        f"There is no release {quarter}{f'@{version}' if version else ''}: {_what_there_is(project, quarter)}"
    )


def _what_there_is(project: Project, quarter: Quarter) -> str:
    names = [f"{quarter}@v{number}" for number in versions(project, quarter)]
    if (project.draft(quarter) / manifest.MANIFEST).is_file():
        names.append(f"{quarter}@{DRAFT}")
    return f"of that quarter there is {', '.join(names)}." if names else f"run vfm refresh {quarter} and publish it."
