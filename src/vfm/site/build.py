"""Make the dashboards from a release, in one step into place, and only when something has changed."""

import hashlib
import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vfm.data.project import Project
from vfm.data.staging import staging_folder, whole
from vfm.vocabulary.errors import DataError, UsageError
from vfm.vocabulary.periods import Quarter

if TYPE_CHECKING:
    from vfm.site.content import Content

MANIFEST, MADE_FROM = "manifest.json", "made-from.json"
WHERE = "site"


def build(project: Project, release: Path | None = None) -> tuple[Path, bool]:
    """Make the site of `project` and return its folder, and whether anything had to be made.

    Parameters
    ----------
    release : the folder of a release; by default the latest that is published

    Raises
    ------
    DataError
        when there is no release, or one that has no figures of boroughs. The site is as it was.
    """
    folder = release or latest(project)
    target = project.reports / WHERE
    if _made_from(target) == stamp(project, folder):
        return target, False
    from vfm.site.content import Content

    def fill() -> None:
        for left in place.iterdir():  # of a release that was replaced as it was read
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        record = json.dumps({"made_from": stamp(project, folder)}) + "\n"
        write(Content(folder), place, versions(project))
        (place / MADE_FROM).write_text(record, encoding="utf-8")

    with staging_folder(target) as place:
        whole(folder, fill)
    return target, True


def write(content: "Content", place: Path, past: list[dict[str, Any]]) -> None:
    """Write every page, and the files that they offer, into an empty folder."""
    from vfm.site.downloads import Downloads
    from vfm.site.pages import pages
    from vfm.site.render import Renderer

    downloads = Downloads(content)
    renderer = Renderer(content, downloads)
    for page in pages(content, past):
        path = place / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(renderer.render(page), encoding="utf-8", newline="\n")
    downloads.write(place)
    (place / "static").mkdir()
    for source in files("vfm.site").joinpath("static").iterdir():
        (place / "static" / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    (place / "static" / "picked.css").write_text(renderer.picked(), encoding="utf-8", newline="\n")
    _copy_release(content, place / "release")


def _copy_release(content: "Content", place: Path) -> None:
    """What a reader may want of the release itself, so that the site is whole on a memory stick."""
    place.mkdir()
    for path in sorted(content.folder.iterdir()):
        if path.is_file() and path.name != "run.json":
            shutil.copyfile(path, place / path.name)
    (place / "notebooks").mkdir()
    for path in sorted((content.folder / "notebooks").glob("*.html")):
        if not path.stem.startswith("80-borough-"):
            shutil.copyfile(path, place / "notebooks" / path.name)


def latest(project: Project) -> Path:
    """The folder of the latest published release."""
    found = {}
    for path in project.reports.glob(f"*/{MANIFEST}"):
        try:
            found[Quarter.parse(path.parent.name)] = path.parent
        except UsageError:  # a folder of another kind
            continue
    if not found:
        raise DataError(f"There is no published release in {project.reports}: publish one first, then run vfm site.")
    return found[max(found)]


def versions(project: Project) -> list[dict[str, Any]]:
    """The manifests of every version of every quarter's release, the latest first, without their lists of files."""
    paths = [*project.reports.glob(f"*/{MANIFEST}"), *project.reports.glob(f"archive/*/v*/{MANIFEST}")]
    known = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.parent.name != WHERE]
    told = [{key: value for key, value in one.items() if key not in {"outputs", "inputs", "packages"}} for one in known]
    return sorted(told, key=lambda one: (one["quarter"], one["version"]), reverse=True)


def stamp(project: Project, folder: Path) -> str:
    """One hash over what the site is made from: the release's seal, the other releases', and the code of the pages."""
    try:
        seal = (folder / MANIFEST).read_bytes()
    except OSError:
        raise DataError(f"There is no release in {folder}: publish one first, then run vfm site.") from None
    digest = hashlib.sha256(seal)
    digest.update(json.dumps(versions(project), sort_keys=True).encode())
    package = Path(__file__).parents[1]
    for room in ("site", "report"):
        for path in sorted((package / room).rglob("*")):
            if path.suffix in {".py", ".j2", ".css", ".js"}:
                digest.update(f"{path.relative_to(package).as_posix()}\n".encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _made_from(target: Path) -> str | None:
    try:
        return str(json.loads((target / MADE_FROM).read_text(encoding="utf-8"))["made_from"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
