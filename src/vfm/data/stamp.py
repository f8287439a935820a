"""What the processed tables were built from, so that they are built again only when it has changed."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from vfm.data.catalogue import Catalogue
from vfm.data.project import Project
from vfm.data.tables import TABLES
from vfm.vocabulary.periods import Quarter

STAMP = "built-from.json"
ROOM = Path(__file__).parent


def is_current(project: Project, quarter: Quarter) -> bool:
    """Whether the processed tables are those of the raw files and the code as they are now."""
    folder = project.processed(quarter)
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not all((folder / f"{name}.parquet").is_file() for name in TABLES):
        return False
    catalogue = Catalogue.read(project.raw)
    return not catalogue.problems() and stamp == {"built_from": built_from(catalogue)}


def write_stamp(folder: Path, catalogue: Catalogue) -> None:
    """Note in `folder` what its tables were built from."""
    (folder / STAMP).write_text(json.dumps({"built_from": built_from(catalogue)}, indent=1), encoding="utf-8")


def built_from(catalogue: Catalogue) -> str:
    """One hash over the raw files, this room's code and SQL, and the libraries that read and write."""
    parts = [catalogue.fingerprint, *(f"{name} {version(name)}" for name in ("duckdb", "pandas", "pyarrow"))]
    for path in sorted(ROOM.rglob("*")):
        if path.suffix in {".csv", ".py", ".sql"}:
            parts.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
