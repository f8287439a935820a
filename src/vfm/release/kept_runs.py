"""Runs of notebooks that are kept, so that one runs again only when something that it was made from has changed.

What a run is made from: the notebook's cells and parameters, the code of ours that it imports, the environment, and
what it read: tables, the names of sources, and figures that other notebooks had published. All are compared by
content and never by time. Beside these stands the run itself, the notebook as executed and every file that it
published. Kept runs are in ``build/runs/`` and may be thrown away at any time.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from vfm.data.catalogue import sha256
from vfm.data.project import Project
from vfm.data.quarter import ALL_FILES, SOURCE, QuarterData
from vfm.data.staging import staging_folder
from vfm.release import held, imports
from vfm.release.kernels import READS
from vfm.release.manifest import cells_hash
from vfm.release.plan import Job
from vfm.report import figures
from vfm.report.publishing import OTHERS
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter

MADE_FROM = "made-from.json"
NOTEBOOK = "executed.ipynb"
FIGURES = "figures"  # what the run published, under this folder
NEVER = "it has not run here before"
DAMAGED = "what was kept of its last run is damaged"
Parts = dict[str, str]


class KeptRuns:
    """The kept runs of one quarter, and the release being made that they are put into."""

    def __init__(self, project: Project, quarter: Quarter, release: Path):
        self._project = project
        self._release = release
        self._place = project.runs(quarter)
        self._data = QuarterData(project, quarter)
        self._hashes: Parts = {}  # of what notebooks read, as it is now

    def begin(self) -> None:
        """Begin a stage: what its notebooks read of others' figures is what stands in the release now."""
        files = sorted(path for path in self._release.rglob("*") if path.is_file() and path.suffix != ".ipynb")
        self._hashes[OTHERS] = _hash("\n".join(f"{path.name} {sha256(path)}" for path in files))

    def why(self, job: Job) -> str:
        """Why a notebook has to run, in words; nothing where its kept run stands."""
        try:
            kept: Parts = json.loads((self._place / job.name / MADE_FROM).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return NEVER
        if held.damage(self._place / job.name):
            return DAMAGED
        now = self._made_from(job, (name.partition(" ")[2] for name in kept if name.startswith("read ")))
        changed = sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name))
        return _in_words(changed)

    def put(self, job: Job, notebook: Path) -> None:
        """Put a kept run into the release: its figures, and the notebook as executed at `notebook`."""
        place = self._place / job.name
        shutil.copyfile(place / NOTEBOOK, notebook)
        _merge(place / FIGURES, self._release, job)

    def take(self, job: Job, notebook: Path, published: Path) -> None:
        """Put a run that has just ended into the release, and keep it; `published` is where its figures went."""
        reads = published / READS
        names = sorted(set(reads.read_text(encoding="utf-8").splitlines())) if reads.is_file() else []
        reads.unlink(missing_ok=True)
        made_from = self._made_from(job, names)  # before its own figures join those that it read
        with staging_folder(self._place / job.name) as folder:
            shutil.copyfile(notebook, folder / NOTEBOOK)
            shutil.copytree(published, folder / FIGURES)
            (folder / MADE_FROM).write_text(json.dumps(made_from, indent=1), encoding="utf-8")
            held.note(folder)
        _merge(published, self._release, job)
        shutil.rmtree(published)

    def _made_from(self, job: Job, reads: Iterable[str]) -> Parts:
        cells = json.loads(job.path.read_text(encoding="utf-8"))["cells"]
        code = imports.code_of("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        parts = {"notebook": f"{cells_hash(job.path)} {job.illustrative} {job.elsewhere}"}
        parts |= {f"parameter {name}": _hash(self._told(value)) for name, value in job.parameters.items()}
        parts |= {f"code {name}": value for name, value in code.items()}
        parts |= {f"read {name}": self._read(name) for name in reads}
        return parts | {"environment": self._environment()}

    def _told(self, value: object) -> str:
        """A parameter; of one that names a file, with what is in it."""
        path = self._project.root / str(value)
        try:
            names_a_file = isinstance(value, str) and value and path.is_file()
        except OSError:  # too long for a name, or otherwise none
            names_a_file = False
        return f"{value!r} {sha256(path)}" if names_a_file else repr(value)

    def _environment(self) -> str:
        lock = self._project.root / "requirements.lock"
        return _hash(f"{sys.version} {sys.platform} {sha256(lock) if lock.is_file() else ''}")

    def _read(self, name: str) -> str:
        """The hash of what a notebook read, as it is now."""
        if name not in self._hashes:
            self._hashes[name] = self._hash_of(name)
        return self._hashes[name]

    def _hash_of(self, name: str) -> str:
        if name == ALL_FILES:
            return self._data.catalogue.fingerprint
        if name.startswith(SOURCE):
            return _hash(self._data.sources(*name.removeprefix(SOURCE).split(",")))
        path = self._project.processed(self._data.quarter) / f"{name}.parquet"
        return sha256(path) if path.is_file() else ""


def _merge(published: Path, release: Path, job: Job) -> None:
    """Bring a run's files into the release; an id that is there already is another notebook's."""
    for path in sorted(published.rglob("*")):
        target = release / path.relative_to(published)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        elif target.exists() or _is_of_another_kind(path.relative_to(published), release):
            raise RunError(
                f'{job.name}: the figure "{path.stem}" is already published by another notebook: '
                "ids are used once in a release."
            )
        else:
            shutil.copyfile(path, target)


def _is_of_another_kind(path: Path, release: Path) -> bool:
    """Whether a figure's id is that of a figure of another kind in the release."""
    kind = path.parent.as_posix()
    return kind in figures.KINDS and bool(figures.also_of(release, kind, path.stem))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _in_words(changed: list[str]) -> str:
    """What has changed, in few words: the tables by name, the code by how much of it."""
    said = []
    for kind, one, more in (
        ("notebook", "the notebook itself", ""),
        ("parameter ", "its parameter {}", "its parameters {}"),
        ("read ", "what it reads: {}", "what it reads: {}"),
        ("code ", "its code: {}", "its code: {} and {n} more"),
        ("environment", "the environment", ""),
    ):
        names = [name.removeprefix(kind) for name in changed if name.startswith(kind)]
        if len(names) > 1 and kind == "code ":
            said.append(more.format(names[0], n=len(names) - 1))
        elif names:
            said.append((more if len(names) > 1 else one).format(", ".join(names)))
    return "changed: " + "; ".join(said) if said else ""
