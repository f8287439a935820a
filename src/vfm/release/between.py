"""The releases that lie between two: made with some of what changed and without the rest, to tell causes apart.

They are made by the code of now, so the newer release has to be one that this code makes; method comes first because
what is known of the older code's work is the older release itself. Where one cause alone changed there is nothing to
tell apart, and nothing is run.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vfm.data.catalogue import CATALOGUE, sha256
from vfm.data.project import Project
from vfm.data.temporary import temporary_folder
from vfm.release import changes, manifest, movements
from vfm.release.changes import Sides
from vfm.release.movements import Cause
from vfm.release.rebuild import clean_project
from vfm.release.refresh import Report, refresh
from vfm.release.values import Known, Value, read_values
from vfm.vocabulary.errors import DataError, RunError, UsageError
from vfm.vocabulary.periods import Quarter

Values = Mapping[Known, Value]


def steps(sides: Sides, causes: Sequence[Cause], say: Report) -> tuple[list[Values | None], str]:
    """The values after each of `causes` but the last, and why there are none where there are none."""
    if len(causes) < 2:
        return [], ""
    code = manifest.code_hash(sides.project)
    if sides.new["code"] != code:
        return [], f"the newer release was made by other code ({sides.new['code'][:12]}; here {code[:12]})"
    found: list[Values | None] = []
    reasons = []
    for cause in causes[:-1]:
        say(f"made as it would be with {cause} and nothing that comes after:")
        try:
            found.append(_made(sides, cause, say))
        except (DataError, RunError, UsageError) as error:
            found.append(None)
            reasons.append(f"what lies between cannot be made: {' '.join(str(error).split())}")
    return found, "; ".join(reasons)


def _made(sides: Sides, cause: Cause, say: Report) -> Values:
    with temporary_folder("between") as folder:
        root = Path(folder).resolve()
        project = clean_project(sides.project, root, {**sides.new, "revises": None, **_was_out(sides)})
        for file in sorted({*sides.old["inputs"], *sides.new["inputs"]}):
            if sides.old["inputs"].get(file) != sides.new["inputs"].get(file):
                _as_of(sides, file, cause, root)
        _catalogued(root, project, sides.old.get("disclosure", {}).get("profile"))
        is_new = _reached(Cause.NEW_PERIOD, cause)
        quarter = Quarter.parse((sides.new if is_new else sides.old)["quarter"])
        return read_values(refresh(project, quarter, {}, say, told=told(sides, cause)))


def _was_out(sides: Sides) -> dict[str, Any]:
    """What was out when the older release was made, for that decides what is hidden: suppression comes last.

    One that does not say was made before releases were held against others: against none.
    """
    said = {part: sides.old[part] for part in ("disclosure", "follows", "published_at") if part in sides.old}
    return {"disclosure": {}} | said


def told(sides: Sides, cause: Cause) -> dict[str, dict[str, Any]]:
    """What each notebook is told when every cause up to `cause` has been put in."""
    between = {}
    for notebook, parameters in sides.new["parameters"].items():
        before = sides.old["parameters"].get(notebook, {})
        between[notebook] = {
            name: value
            if name not in before or _reached(Cause(movements.cause_of("parameter", name)[0]), cause)
            else before[name]
            for name, value in parameters.items()
        }
    return between


def _reached(of: Cause, cause: Cause) -> bool:
    order = list(Cause)
    return order.index(of) <= order.index(cause)


def _as_of(sides: Sides, file: str, cause: Cause, root: Path) -> None:
    """Have a raw file be what it would be when every cause up to `cause` has been put in."""
    kind, _ = movements.cause_of("file", changes.within_raw(file))
    if kind == "none":
        return
    if kind == "rows" and _reached(Cause.CORRECTION, cause):
        text = changes.rows_up_to(sides, file, cause)
        if text is None:
            raise DataError(f"{file} is not to be had as it was, or its rows have no key")
        _write(root / file, text.encode())
        return
    if kind == "rows":
        is_new = False
    else:
        is_new = _reached(changes.of_incoming(sides, file)[0] if kind == "incoming" else Cause(kind), cause)
    if not is_new:
        _as_it_was(sides, file, root / file, keep_heading=kind != "incoming")


def _as_it_was(sides: Sides, file: str, target: Path, *, keep_heading: bool) -> None:
    if file not in sides.old["inputs"]:
        if keep_heading:  # a table that this code reads and that the older release did not have: without its rows
            _write(target, target.read_bytes().splitlines(keepends=True)[0])
        else:
            target.unlink()
        return
    data = sides.bytes_of(sides.old, file)
    if data is None:
        raise DataError(f"{file} is not to be had as it was")
    _write(target, data)


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _catalogued(root: Path, project: Project, profile: str | None) -> None:
    """Put the hashes of the files as they are into the catalogues, and the older profile: suppression comes last."""
    for raw in {project.raw, Project(root).raw}:
        path = raw / CATALOGUE
        if path.is_file():
            package = json.loads(path.read_text(encoding="utf-8-sig"))
            package["resources"] = list(_present(raw, package["resources"]))
            if profile and raw == project.raw:
                package["disclosure"] = profile
            path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


def _present(raw: Path, resources: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for resource in resources:
        file = raw / str(resource["path"])
        if file.is_file():
            yield {**resource, "hash": f"sha256:{sha256(file)}"}
