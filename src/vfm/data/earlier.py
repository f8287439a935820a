"""What published releases say of people, found by their folders: quick to ask, for it reads none of it."""

from pathlib import Path

from vfm.data.project import Project

FILE = "disclosure.csv"  # what a release keeps of it


def earlier(project: Project) -> dict[str, Path]:
    """What each published release says of people, by the release: "2019-20-Q3", or "2019-20-Q3 v1" in the archive."""
    return {_name(folder): folder / FILE for folder in _published(project) if (folder / FILE).is_file()}


def not_known(project: Project) -> list[str]:
    """Published releases that do not say it: they tell of nobody, or were made before releases said so."""
    return [_name(folder) for folder in _published(project) if not (folder / FILE).is_file()]


def _published(project: Project) -> list[Path]:
    return sorted([*project.reports.glob("20*-Q*"), *project.reports.glob("archive/*/v*")])


def _name(folder: Path) -> str:
    return f"{folder.parent.name} {folder.name}" if folder.name.startswith("v") else folder.name
