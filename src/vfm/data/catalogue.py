"""The catalogue of raw files: a Frictionless Data Package that says what each is, and its hash."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from vfm.data.disclosure import DEFAULT
from vfm.vocabulary.errors import DataError, Problem
from vfm.vocabulary.results import Status

CATALOGUE = "datapackage.json"
RETURNS, RECORDS = "returns", "records"
# What other people send or publish, put where it belongs and not described file by file.
INCOMING = (RETURNS, "grants", "contracts", "ledgers", "funding_tables", RECORDS)
REFERENCE = "reference"  # the folder of facts that another catalogue may lend; in a catalogue, where that one is
NEVER_LENT = ("recorded_crime_quarter", "recorded_crime_month")  # an invented service never meets a real outcome


def sha256(path: Path) -> str:
    """Hash of a file's bytes, of which there may be more than memory holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class RawFile:
    """One raw file as the catalogue describes it."""

    name: str
    path: str
    title: str
    publisher: str
    licence: str
    source: str
    status: Status
    sha256: str
    base: str = "."  # where its catalogue is, seen from the one that was read


@dataclass(frozen=True)
class Incoming:
    """A file as it came: where it is, what messages call it, and the folder that it was put into."""

    path: Path
    label: str
    folder: str


@dataclass(frozen=True)
class Catalogue:
    """Every raw file under `folder`, and the day up to which they tell the facts."""

    folder: Path
    as_of: str
    files: dict[str, RawFile]
    status: Status = Status.PUBLISHED  # of what comes in without being described file by file
    profile: str = DEFAULT  # of disclosure control, for counts of people

    @classmethod
    def read(cls, folder: Path) -> "Catalogue":
        """Read `folder`/datapackage.json.

        Raises
        ------
        DataError
            when it is missing, is not JSON, or an entry lacks what every raw file has to say.
        """
        path = folder / CATALOGUE
        try:
            package = json.loads(path.read_text(encoding="utf-8-sig"))
            problems = list(_package_problems(package))
        except FileNotFoundError:
            mend = f"Restore {path} from the repository."
            problems = [Problem(CATALOGUE, "the catalogue of raw files is missing", mend)]
        except OSError as error:
            problems = [Problem(CATALOGUE, f"the catalogue cannot be read: {error.strerror}", "Make it readable.")]
        except (ValueError, RecursionError) as error:
            mend = "Correct it, or restore it from the repository."
            problems = [Problem(CATALOGUE, f"not JSON: {error}", mend)]
        if problems:
            raise DataError("The catalogue of raw files cannot be used as it is.", problems)
        files = {resource["name"]: _raw_file(resource) for resource in package["resources"]}
        status = Status(package.get("status", Status.PUBLISHED))
        lent = _lent(folder, package.get(REFERENCE), files)
        return cls(folder, package["as_of"], files | lent, status, package.get("disclosure", DEFAULT))

    def incoming(self, folder: str) -> list[Incoming]:
        """What came into one of `INCOMING`, or a folder within it, in order; hidden files are the system's own."""
        found = (path.relative_to(self.folder) for path in sorted((self.folder / folder).rglob("*")) if path.is_file())
        return [
            Incoming(self.folder / within, within.as_posix(), within.parent.name)
            for within in found
            if not is_hidden(within) and not self._leads_out(within)
        ]

    def _leads_out(self, within: Path) -> bool:
        """Whether a path among the raw files is a link to somewhere else, or nowhere: it is neither read nor hashed."""
        place = self.folder / within
        # not Path.resolve, which stops at a loop of links
        return not (place.exists() and Path(os.path.realpath(place)).is_relative_to(os.path.realpath(self.folder)))

    def place(self, file: RawFile) -> Path | None:
        """Where `file` is, or None when that is outside the folder of raw files."""
        try:
            folder = (self.folder / file.base).resolve()
            path = (folder / file.path).resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, a null character
            return None
        return path if path.is_relative_to(folder) else None

    def present(self, file: RawFile) -> Path | None:
        """Where `file` is, or None when it is missing or outside."""
        path = self.place(file)
        try:
            return path if path is not None and path.is_file() else None
        except OSError:  # a name longer than the system takes
            return None

    def problems(self) -> list[Problem]:
        """Raw files that are missing, changed, outside the folder or not described."""
        return [*self._described_problems(), *self._undescribed_problems(), *self._linked_problems()]

    def _described_problems(self) -> Iterator[Problem]:
        for file in self.files.values():
            path = self.present(file)
            if self.place(file) is None:
                mend = f"Put the file under data/raw, and its path from there into {CATALOGUE}."
                yield Problem(file.path, "the path leads out of the folder of raw files", mend)
            elif path is None:
                yield Problem(file.path, "the raw file is missing", "Restore it, or take it out of the catalogue.")
            else:
                yield from _hash_problems(path, file)

    def _undescribed_problems(self) -> Iterator[Problem]:
        described = {self.place(file) for file in self.files.values()} | {(self.folder / CATALOGUE).resolve()}
        for path in sorted(self.folder.rglob("*")):
            within = path.relative_to(self.folder)
            if within.parts[0] in INCOMING:
                continue
            if path.is_file() and not is_hidden(within) and path.resolve() not in described:
                yield Problem(
                    within.as_posix(),
                    "the file is not described in the catalogue",
                    f"Describe it in {CATALOGUE} with publisher, licence and source, or take it away.",
                )

    def _linked_problems(self) -> Iterator[Problem]:
        for path in sorted(path for folder in INCOMING for path in (self.folder / folder).rglob("*")):
            within = path.relative_to(self.folder)
            if self._leads_out(within):
                mend = "Put what it leads to in its place; a link is not followed."
                yield Problem(within.as_posix(), "a link that leads out of the folder of raw files, or nowhere", mend)

    @property
    def fingerprint(self) -> str:
        """One hash over every raw file as described, and so as it is where there are no problems."""
        parts = [self.as_of, self.status, *(repr(file) for file in self.files.values())]
        parts += [f"{one.label} {sha256(one.path)}" for folder in INCOMING for one in self.incoming(folder)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_hidden(within: Path) -> bool:
    """Whether a path is a program's own: a hidden file or folder, or what Excel keeps beside an open workbook."""
    return any(part.startswith((".", "~$")) for part in within.parts)


def _hash_problems(path: Path, file: RawFile) -> Iterator[Problem]:
    try:
        found = sha256(path)
    except OSError:
        return  # the reader says why it cannot be read
    if found != file.sha256:
        yield Problem(
            file.path,
            "the file is not the one that the catalogue describes: its hash differs",
            "Raw files are never edited: restore it. If its publisher issued it anew, put the "
            f"new hash into {CATALOGUE} (sha256:{found}) and say so in the log.",
        )


def _package_problems(package: Any) -> Iterator[Problem]:
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list):
        yield Problem(CATALOGUE, "the catalogue lists no files", "Restore it from the repository.")
        return
    if not _is_day(package.get("as_of")):
        mend = "Give the day up to which the facts are known: 2020-03-31."
        yield Problem(CATALOGUE, "as_of is not a day", mend, value=str(package.get("as_of")))
    for number, resource in enumerate(resources, 1):
        lacking = list(_lacking(resource))
        if lacking:
            name = resource.get("name") if isinstance(resource, dict) else None
            mend = f"Entry {number} ({name or 'without a name'}) has no usable {', '.join(lacking)}."
            yield Problem(CATALOGUE, "an entry is incomplete", mend)
    for part in ("name", "path"):
        given = [str(resource.get(part)) for resource in resources if isinstance(resource, dict) and part in resource]
        for value, times in Counter(given).items():
            if times > 1:
                mend = "Keep one of the entries."
                yield Problem(CATALOGUE, f"two entries have the same {part}", mend, value=value)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _lacking(resource: Any) -> Iterator[str]:
    """What an entry does not say in the way that `_raw_file` reads it."""
    if not isinstance(resource, dict):
        yield "content"
        return
    for part in ("name", "path", "title", "publisher", "hash"):
        if not (isinstance(resource.get(part), str) and resource[part].strip()):
            yield part
    for part in ("licenses", "sources"):
        match resource.get(part):
            case [{"title": str()}, *_]:
                pass
            case _:
                yield part
    if resource.get("status") not in list(Status):
        yield "status"
    if not isinstance(resource.get("schema"), dict):
        yield "schema"


def _lent(folder: Path, base: str | None, own: Collection[str]) -> dict[str, RawFile]:
    """The files of facts that the catalogue at `base` lends, but for those of one's own and for outcomes."""
    if base is None:
        return {}
    lent = Catalogue.read(folder / base).files.values()
    return {
        file.name: replace(file, base=base)
        for file in lent
        if file.path.startswith(f"{REFERENCE}/") and file.name not in {*own, *NEVER_LENT}
    }


def _raw_file(resource: dict[str, Any]) -> RawFile:
    return RawFile(
        name=resource["name"],
        path=resource["path"],
        title=resource["title"],
        publisher=resource["publisher"],
        licence=resource["licenses"][0]["title"],
        source=resource["sources"][0]["title"],
        status=Status(resource["status"]),
        sha256=resource["hash"].removeprefix("sha256:"),
    )
