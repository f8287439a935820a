"""Seal an approved draft as the published release; the one before it is kept in the archive, never changed again."""

import shutil
from pathlib import Path

from vfm.data.personal import is_personal
from vfm.data.project import Project
from vfm.data.staging import settle, staging_folder
from vfm.release import attack, gate, gather, kept, manifest
from vfm.vocabulary.errors import DataError, UsageError
from vfm.vocabulary.periods import Quarter

READ_ONLY = 0o444


def publish(project: Project, quarter: Quarter, reason: str = "") -> Path:
    """Publish the approved draft of `quarter` and return the release's folder.

    Parameters
    ----------
    reason : why there is a new version; the first needs none

    Raises
    ------
    UsageError
        when a later version is given no reason.
    DataError
        when there is no draft, it is not approved or not what was approved, it was made before the release that it
        would follow, it says nothing that the published release does not, that release was altered, or the draft and
        what has been published since give away what is hidden.
    """
    folder, described = gate.draft(project, quarter)
    current = manifest.published_version(project, quarter)
    if described["follows"] != current:
        raise DataError(f"The draft of {quarter} was made before version {current} was published: refresh it first.")
    gate.require_approved(quarter, described)
    reason = reason.strip()
    if is_personal(reason):
        raise UsageError("The reason is published, and has personal data in it: say it without.")
    target = project.published(quarter)
    kept.keep(project, described["inputs"])
    if current is not None:
        if not reason:
            raise UsageError(
                f"Version {current} of {quarter} is published: say why there is to be another, --reason TEXT."
            )
        _require_unaltered(target, quarter)
        if _says_the_same(folder, target):
            raise DataError(f"The draft of {quarter} says nothing that version {current} does not: nothing to publish.")
    attack.require_safe(project, quarter, folder)  # other releases may have been published since the draft was made
    if current is not None:
        _archive(project, quarter, current)
    with staging_folder(target) as staged:
        shutil.copytree(folder, staged, dirs_exist_ok=True)
        sealed = {name: value for name, value in described.items() if name != "outputs"}
        sealed |= {"state": gate.PUBLISHED, "published_at": gate.now(), "reason": reason}
        gather.write_pages(staged, sealed)
        manifest.seal(staged, sealed)
        _close(staged)
        settle(staged)
    return target


def _require_unaltered(published: Path, quarter: Quarter) -> None:
    described, broken = manifest.read(published), manifest.broken_seal(published)
    if broken or not gate.is_as_approved(described):
        raise DataError(
            f"Version {described['version']} of {quarter} was altered after it was published. It is not put into the "
            f"archive, and nothing is published over it: restore {published} as it was, from the repository or a copy.",
            broken,
        )


def _says_the_same(draft: Path, published: Path) -> bool:
    one, other = manifest.read(draft), manifest.read(published)
    return all(one[part] == other[part] for part in ("as_of", "inputs", "code", "parameters", "packages"))


def _archive(project: Project, quarter: Quarter, version: int) -> None:
    place, published = project.archive(quarter) / f"v{version}", project.published(quarter)
    if place.exists():  # a publish that was cut short had come this far
        if manifest.read(place) != manifest.read(published) or manifest.broken_seal(place):
            raise DataError(f"{place} is not the version {version} of {quarter} that is published: look at it first.")
        return
    with staging_folder(place) as folder:
        shutil.copytree(published, folder, dirs_exist_ok=True)
        _close(folder)
        settle(folder)


def _close(folder: Path) -> None:
    """Let no file of a release be written again; folders stay as they are, for a version to be moved whole."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(READ_ONLY)
