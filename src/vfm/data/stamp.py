"""What the processed tables were built from, so that they are built again only when it has changed."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from vfm.data.catalogue import Catalogue, sha256
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
    if damage(folder) or not all((folder / f"{name}.parquet").is_file() for name in TABLES):
        return False
    catalogue = Catalogue.read(project.raw)
    if catalogue.problems() or not isinstance(stamp, dict):
        return False
    return stamp.get("built_from") == built_from(catalogue)


def write_stamp(folder: Path, catalogue: Catalogue) -> None:
    """Note in `folder` what its tables were built from, and the hash of each as it was written."""
    tables = {path.name: sha256(path) for path in sorted(folder.glob("*.parquet"))}
    stamp = {"built_from": built_from(catalogue), "tables": tables}
    (folder / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def damage(folder: Path) -> str:
    """What is wrong with the processed tables in `folder`, in words; nothing where they are as they were written."""
    try:
        tables = json.loads((folder / STAMP).read_text(encoding="utf-8"))["tables"]
        written = {str(name): str(hashed) for name, hashed in tables.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return f"{STAMP}, which says what they were built from, is missing or cannot be read"
    missing = [name for name in written if not (folder / name).is_file()]
    if missing:
        return f"missing: {', '.join(missing)}"
    changed = [name for name, hashed in written.items() if sha256(folder / name) != hashed]
    return f"not as written: {', '.join(changed)}" if changed else ""


def built_from(catalogue: Catalogue) -> str:
    """One hash over the raw files, this room's code and SQL, and the libraries that read and write."""
    parts = [catalogue.fingerprint, *(f"{name} {version(name)}" for name in ("duckdb", "pandas", "pyarrow"))]
    for path in sorted(ROOM.rglob("*")):
        if path.suffix in {".csv", ".py", ".sql"}:
            parts.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
