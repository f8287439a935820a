"""What a release was made from and what it holds, every file with its hash: the seal, and the test of it."""

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vfm.data.catalogue import CATALOGUE, INCOMING, Catalogue, sha256
from vfm.data.earlier import earlier, not_known
from vfm.data.places import recommendations
from vfm.data.project import Project
from vfm.release.kept import git
from vfm.release.plan import Job, is_borough, tags
from vfm.vocabulary.errors import DataError, Problem
from vfm.vocabulary.periods import Quarter

MANIFEST = "manifest.json"
# what a commit has to have as it is
CODE = ("src", "notebooks", "data/raw", "examples/raw", "examples/elsewhere/raw", "requirements.lock")
NOT_SEALED = {MANIFEST, "run.json"}
REBUILDABLE = {".png"}
WRITTEN_AGAIN = {".html", ".ods", ".pdf", ".xlsx"}  # they say in which state it is: publishing writes them again
OF_THE_GATE = {"state", "submitted", "approval", "reason", "published_at", "outputs"}  # what comes after the making
PACKAGES = (
    "afcharts",
    "duckdb",
    "gptables",
    "jupyterlab",
    "matplotlib",
    "nbval",
    "numpy",
    "odfpy",
    "pandas",
    "pandera",
    "papermill",
    "pyarrow",
    "scipy",
    "seaborn",
    "statsmodels",
    "typst",
)
SEED = 20200331


def describe(project: Project, quarter: Quarter, jobs: list[Job]) -> dict[str, Any]:
    """The manifest of a draft, but for its outputs."""
    catalogue = Catalogue.read(project.raw)
    return {
        "quarter": str(quarter),
        "place": project.place.as_record(),
        "recommendations": recommendations(project.raw),
        "as_of": catalogue.as_of,
        "state": "draft",
        "version": next_version(project, quarter),
        "follows": published_version(project, quarter),
        "parameters": {job.name: job.parameters for job in jobs},
        "status": str(catalogue.status),
        "inputs": {_place(project, f"{file.base}/{file.path}"): file.sha256 for file in catalogue.files.values()}
        | {_place(project, one.label): sha256(one.path) for folder in INCOMING for one in catalogue.incoming(folder)}
        | {_place(project, name): sha256(project.raw / name) for name in _catalogues(catalogue)},
        "code": code_hash(project),
        "commit": commit(project.root),
        "packages": packages(),
        "seed": SEED,
        "disclosure": {
            "profile": catalogue.profile,
            "attacked_with": list(earlier(project)),
            "not_attacked_with": not_known(project),
        },
    }


def commit(root: Path) -> str:
    """The commit that a release is made from, where `root` is a repository; it says so where more was changed."""
    top, _, head = git(root, "rev-parse", "--show-toplevel", "HEAD").decode().strip().partition("\n")
    if not head or Path(top).resolve() != root.resolve():
        return ""
    changed = git(root, "status", "--porcelain", "--", *CODE)
    return f"{head} and changes that are not committed" if changed else head


def packages() -> dict[str, str]:
    """The version of each library that figures depend on."""
    return {name: version(name) for name in PACKAGES}


def _catalogues(catalogue: Catalogue) -> list[str]:
    """The catalogue of the raw files, and that of each folder which lends some."""
    return sorted({f"{base}/{CATALOGUE}" for base in {".", *(file.base for file in catalogue.files.values())}})


def _place(project: Project, file: str) -> str:
    """Where a raw file is, seen from the project: the same on every machine."""
    return Path(os.path.relpath(project.raw / file, project.root)).as_posix()


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest with the hash of every file in `folder`."""
    outputs = {
        name: {
            "sha256": sha256(folder / name),
            "kept": "rebuildable" if _is_rebuildable(Path(name)) else "committed",
        }
        for name in _files(folder)
    }
    (folder / MANIFEST).write_text(as_text(manifest | {"outputs": outputs}), encoding="utf-8", newline="\n")


def as_text(manifest: Mapping[str, Any]) -> str:
    """A manifest as its file has it."""
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def content_hash(manifest: Mapping[str, Any]) -> str:
    """One hash over what a release is made from and what it holds: the same before it is published and after.

    Pages and documents are left out, which are written from the rest and say which state it is in.
    """
    outputs = {
        name: output["sha256"] for name, output in manifest["outputs"].items() if Path(name).suffix not in WRITTEN_AGAIN
    }
    made_from = {part: value for part, value in manifest.items() if part not in OF_THE_GATE}
    text = json.dumps({"made from": made_from, "outputs": outputs}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_rebuildable(path: Path) -> bool:
    return path.suffix in REBUILDABLE or (path.parent.name == "notebooks" and is_borough(path.stem))


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises
    ------
    DataError
        when there is none, or it cannot be read.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"There is no release in {folder}: it has no {MANIFEST}.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{folder / MANIFEST} cannot be read: {error}.") from None


def broken_seal(folder: Path) -> list[Problem]:
    """Files of a release that are missing, changed or not sealed. A rebuildable one may be missing."""
    manifest = read(folder)
    outputs, present = manifest["outputs"], set(_files(folder))
    published = manifest["state"] == "published"
    mend = "Restore it as it was published." if published else "Run vfm refresh to make the release again."
    problems = [Problem(name, "a file that was not sealed", mend) for name in sorted(present - set(outputs))]
    for name, output in outputs.items():
        if name not in present:
            if output["kept"] != "rebuildable":
                problems.append(Problem(name, "a sealed file is missing", mend))
        elif sha256(folder / name) != output["sha256"]:
            problems.append(Problem(name, "the file was changed after it was sealed", mend))
    return problems


def published_version(project: Project, quarter: Quarter) -> int | None:
    """The version of the published release, or None."""
    folder = project.published(quarter)
    return int(read(folder)["version"]) if (folder / MANIFEST).is_file() else None


def next_version(project: Project, quarter: Quarter) -> int:
    """The version that a release published now would have."""
    return (published_version(project, quarter) or 0) + 1


def code_hash(project: Project) -> str:
    """One hash over the source, the SQL, the notebooks' cells and the lock: whatever could change a figure."""
    package = Path(__file__).parents[1]
    suffixes = {".csv", ".py", ".sql", ".j2", ".css", ".json", ".typ"}
    parts = [
        f"{path.relative_to(package).as_posix()} {_text_hash(path)}"
        for path in sorted(package.rglob("*"))
        if path.suffix in suffixes
    ]
    parts += [
        f"{path.name} {cells_hash(path)}"
        for path in sorted(project.notebooks.glob("*.ipynb"))
        if not path.name.startswith(".")  # what JupyterLab is about to put in a notebook's place, and gone at once
    ]
    lock = project.root / "requirements.lock"
    if lock.is_file():
        parts.append(f"{lock.name} {_text_hash(lock)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text_hash(path: Path) -> str:
    # Line ends are the checkout's business (Windows), not the code's.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def cells_hash(path: Path) -> str:
    """One hash over a notebook's cells as they are before a run: their kinds, sources, tags and names."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    told = [[cell["cell_type"], "".join(cell["source"]), tags(cell), cell.get("id")] for cell in cells]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _files(folder: Path) -> list[str]:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in names if name not in NOT_SEALED)
