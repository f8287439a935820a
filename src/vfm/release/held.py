"""What the folder of a kept run held when it was kept, so that one that was damaged since is not used."""

import json
from pathlib import Path

from vfm.data.catalogue import sha256

HOLDS = "holds.json"  # the hash of every other file


def note(folder: Path) -> None:
    """Note in `folder` every file of it with its hash."""
    (folder / HOLDS).write_text(json.dumps(_held(folder), indent=1), encoding="utf-8")


def damage(folder: Path) -> str:
    """What is wrong with the kept run in `folder`, in words; nothing where it is as it was kept."""
    try:
        kept = json.loads((folder / HOLDS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"{HOLDS} is missing or cannot be read"
    if not isinstance(kept, dict):
        return f"{HOLDS} is not what was written"
    held = _held(folder)
    wrong = sorted(name for name in kept.keys() | held.keys() if kept.get(name) != held.get(name))
    return f"not as kept: {', '.join(wrong)}" if wrong else ""


def _held(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != HOLDS)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}
