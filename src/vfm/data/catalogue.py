"""The catalogue of raw files: a Frictionless Data Package that says what each is, and its hash."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vfm.vocabulary.errors import DataError, Problem
from vfm.vocabulary.results import Status

CATALOGUE = "datapackage.json"


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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


@dataclass(frozen=True)
class Catalogue:
    """Every raw file under `folder`, and the day up to which they tell the facts."""

    folder: Path
    as_of: str
    files: dict[str, RawFile]

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
            package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            files = [_raw_file(resource) for resource in package["resources"]]
            return cls(folder, package["as_of"], {file.name: file for file in files})
        except FileNotFoundError:
            problem = Problem(
                CATALOGUE, "the catalogue of raw files is missing", f"Restore {path} from the repository."
            )
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            problem = Problem(CATALOGUE, f"not JSON: {error}", "Correct it, or restore it from the repository.")
        except (KeyError, IndexError, TypeError, ValueError) as error:
            problem = Problem(
                CATALOGUE,
                f"an entry is incomplete: {error}",
                "A file needs name, path, title, publisher, licence, source, status, hash and schema.",
            )
        raise DataError(f"{problem.place}: {problem.rule}. {problem.mend}", [problem])

    def problems(self) -> list[Problem]:
        """Raw files that are missing, changed or not described."""
        found = []
        for file in self.files.values():
            path = self.folder / file.path
            if not path.is_file():
                found.append(
                    Problem(file.path, "the raw file is missing", "Restore it, or take it out of the catalogue.")
                )
            elif sha256(path) != file.sha256:
                found.append(
                    Problem(
                        file.path,
                        "the file is not the one that the catalogue describes: its hash differs",
                        "Raw files are never edited: restore it. If its publisher issued it anew, put the "
                        f"new hash into {CATALOGUE} (sha256:{sha256(path)}) and say so in the log.",
                    )
                )
        described = {(self.folder / file.path).resolve() for file in self.files.values()}
        described.add((self.folder / CATALOGUE).resolve())
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith(".") and path.resolve() not in described:
                found.append(
                    Problem(
                        path.relative_to(self.folder).as_posix(),
                        "the file is not described in the catalogue",
                        f"Describe it in {CATALOGUE} with publisher, licence and source, or take it away.",
                    )
                )
        return found

    @cached_property
    def fingerprint(self) -> str:
        """One hash over every raw file as it is now, and the catalogue."""
        parts = [sha256(self.folder / CATALOGUE)]
        parts += [sha256(self.folder / file.path) for file in self.files.values()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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
