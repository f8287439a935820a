"""Seal a draft as the published release; the one before it is kept in the archive, never changed again."""

import shutil
from pathlib import Path

from vfm.data.project import Project
from vfm.data.staging import staging_folder
from vfm.release import gather, manifest
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import Quarter


def publish(project: Project, quarter: Quarter) -> Path:
    """Publish the draft of `quarter` and return the release's folder.

    Raises
    ------
    DataError
        when there is no draft, it was changed after it was sealed, it was made before the release that it
        would follow, or it says nothing that the published release does not.
    """
    draft, target = project.draft(quarter), project.published(quarter)
    if not draft.is_dir():
        raise DataError(f"There is no draft of {quarter}: run vfm refresh {quarter} first.")
    broken = manifest.broken_seal(draft)
    if broken:
        raise DataError(f"The draft of {quarter} is not as it was sealed.", broken)
    described = {name: value for name, value in manifest.read(draft).items() if name != "outputs"}
    current = manifest.published_version(project, quarter)
    if described["follows"] != current:
        raise DataError(f"The draft of {quarter} was made before version {current} was published: refresh it first.")
    if current is not None:
        if _says_the_same(draft, target):
            raise DataError(f"The draft of {quarter} says nothing that version {current} does not: nothing to publish.")
        _archive(project, quarter, current)
    with staging_folder(target) as folder:
        shutil.copytree(draft, folder, dirs_exist_ok=True)
        sealed = described | {"state": "published"}
        gather.write_pages(folder, sealed)
        manifest.seal(folder, sealed)
    return target


def _says_the_same(draft: Path, published: Path) -> bool:
    one, other = manifest.read(draft), manifest.read(published)
    same_inputs = all(one[part] == other[part] for part in ("as_of", "inputs", "code", "parameters", "packages"))
    return same_inputs and not manifest.broken_seal(published)


def _archive(project: Project, quarter: Quarter, version: int) -> None:
    place = project.archive(quarter) / f"v{version}"
    if place.exists():
        return  # a publish that was cut short had come this far
    with staging_folder(place) as folder:
        shutil.copytree(project.published(quarter), folder, dirs_exist_ok=True)
    for path in place.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
