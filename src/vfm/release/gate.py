"""The gate before what is published: draft, in review, approved, published; which role let it through, and when.

A release is approved by another role than the one that put it forward, over one hash of what it holds. Whatever
changes after that is not what was approved. This holds against mistakes and haste, not against a forger: a manifest
is a text file, and who may write in `reports/` is for the repository to say.
"""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vfm.data.project import Project
from vfm.release import manifest
from vfm.vocabulary.errors import DataError, UsageError, suggestion
from vfm.vocabulary.periods import Quarter

DRAFT, IN_REVIEW, APPROVED, PUBLISHED = "draft", "in-review", "approved", "published"
ROLES = Path(__file__).parent / "roles.csv"
SUBMITS, APPROVES = "submits", "approves"
SAYS = "says"  # what a reader has to know of a role that approves: recorded with the approval, printed beside it


def submit(project: Project, quarter: Quarter, role: str) -> Path:
    """Put the draft of `quarter` forward for review; return its folder.

    Raises
    ------
    UsageError
        when there is no such role.
    DataError
        when there is no draft, it is not as it was sealed, it is in review already, or the role may not.
    """
    _role(role, SUBMITS)
    folder, described = draft(project, quarter)
    if described["state"] != DRAFT:
        raise DataError(f"The draft of {quarter} is {in_words(described)}: there is nothing to submit.")
    _write(folder, described | {"state": IN_REVIEW, "submitted": {"role": role, "at": now()}})
    return folder


def approve(project: Project, quarter: Quarter, role: str) -> Path:
    """Approve what is in review, over the hash of what it holds now; return its folder.

    Raises
    ------
    UsageError
        when there is no such role.
    DataError
        when it is not in review, is not as it was sealed, or the role may not: not every one does, and not the one
        that submitted it.
    """
    known = _role(role, APPROVES)
    folder, described = draft(project, quarter)
    if described["state"] != IN_REVIEW:
        first = f": vfm submit {quarter} --role ROLE comes first" if described["state"] == DRAFT else ""
        raise DataError(f"The draft of {quarter} is {in_words(described)}, not in review{first}.")
    if described["submitted"]["role"] == role:
        raise DataError(f"The {role} submitted the draft of {quarter}: another role approves it.")
    approval = {"role": role, "at": now(), "hash": manifest.content_hash(described)}
    noted = {SAYS: known[SAYS]} if known[SAYS] else {}
    _write(folder, described | {"state": APPROVED, "approval": approval | noted})
    return folder


def draft(project: Project, quarter: Quarter) -> tuple[Path, dict[str, Any]]:
    """The draft of `quarter` and its manifest, as sealed.

    Raises
    ------
    DataError
        when there is none, or it was changed after it was sealed.
    """
    folder = project.draft(quarter)
    if not folder.is_dir():
        raise DataError(f"There is no draft of {quarter}: run vfm refresh {quarter} first.")
    described, broken = manifest.read(folder), manifest.broken_seal(folder)
    if broken:
        since = f" It was changed since the {approver(described)} approved it." if "approval" in described else ""
        raise DataError(f"The draft of {quarter} is not as it was sealed.{since}", broken)
    return folder, described


def require_approved(quarter: Quarter, described: Mapping[str, Any]) -> None:
    """Refuse a draft that is not approved, or is not what was approved."""
    if described["state"] != APPROVED:
        steps = [f"vfm submit {quarter} --role ROLE"] if described["state"] == DRAFT else []
        then = ", then ".join([*steps, f"vfm approve {quarter} --role ROLE"])
        raise DataError(f"The draft of {quarter} is {in_words(described)}, not approved: {then}.")
    if not is_as_approved(described):
        raise DataError(
            f"The draft of {quarter} was changed since the {approver(described)} approved it: "
            f"vfm refresh {quarter}, and have it approved again."
        )


def is_as_approved(described: Mapping[str, Any]) -> bool:
    """Whether what a manifest describes is what was approved; what was published before there was a gate is."""
    approval = described.get("approval")
    return approval is None or approval["hash"] == manifest.content_hash(described)


def approver(described: Mapping[str, Any]) -> str:
    """The role that approved a release; "" where none did."""
    return str(described.get("approval", {}).get("role", ""))


def in_words(described: Mapping[str, Any]) -> str:
    """The state of a release, as a sentence has it."""
    return {DRAFT: "a draft", IN_REVIEW: "in review"}.get(described["state"], str(described["state"]))


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _role(role: str, does: str) -> dict[str, str]:
    """What the table says of a role, which does what is asked of it."""
    with ROLES.open(encoding="utf-8", newline="") as file:
        roles = {row["role"]: row for row in csv.DictReader(file)}
    if role not in roles:
        hint = suggestion(role, list(roles)) or f" There are {', '.join(roles)}."
        raise UsageError(f'There is no role "{role}".{hint}')
    if roles[role][does] != "yes":
        can = ", ".join(name for name, row in roles.items() if row[does] == "yes")
        raise DataError(f"The {role} {does} no release: {can} can.")
    return roles[role]


def _write(folder: Path, described: dict[str, Any]) -> None:
    """Put the manifest in place in one step; no other file changes."""
    beside = folder / f".{manifest.MANIFEST}"
    beside.write_text(manifest.as_text(described), encoding="utf-8", newline="\n")
    beside.replace(folder / manifest.MANIFEST)
