"""What is wrong with an installation: Python, packages, folders, space, the checkout, programs beside it."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

from vfm.release.findings import Finding
from vfm.release.kept import git

LOCK = "requirements.lock"
SPACE = 500_000_000  # bytes: a release of every borough is staged whole beside the last one, and kernels write too
PROGRAMS = {
    "chromium": "the browser tests of the dashboards are skipped without it",
    "soffice": "the test that LibreOffice opens the spreadsheets is skipped without it",
    "git": "a release then says nothing of the commit that it was made from",
}
CHECKED_OUT = ("data/raw", "examples/raw", "notebooks", "reports", "src", LOCK)
NAMED = 3  # of more things of one kind than this, their number is enough
AFRESH = "Take .venv away and run python3 run.py check, which makes it anew from the lock."


def installation(root: Path) -> Iterator[Finding]:
    """Everything found about the installation that `root` is worked on with."""
    yield from python()
    yield from packages(root)
    yield from folders(root)
    yield from space(root)
    yield from line_ends(root)
    yield from programs()


def python() -> Iterator[Finding]:
    """A Python older than the package asks for."""
    oldest = re.search(r">=\s*(\d+)\.(\d+)", str(metadata("vfm")["Requires-Python"]))
    here = sys.version_info[:2]
    if oldest and here < (int(oldest[1]), int(oldest[2])):
        what = f"Python {here[0]}.{here[1]} is older than {oldest[1]}.{oldest[2]}"
        yield Finding(sys.executable, what, f"Install a newer Python. {AFRESH}")


def packages(root: Path) -> Iterator[Finding]:
    """Packages that are missing, or of another version than the lock says."""
    try:
        lock = (root / LOCK).read_text(encoding="utf-8")
    except OSError as error:
        yield Finding(LOCK, f"the lock cannot be read: {error.strerror}", "Restore it from the repository.")
        return
    wrong = []
    for name, wanted in locked(lock):
        try:
            found = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} {wanted} is missing")
            continue
        if found != wanted:
            wrong.append(f"{name} is {found}, and {wanted} in the lock")
    if wrong:
        more = f"; and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        yield Finding(LOCK, f"packages are not those of the lock: {'; '.join(wrong[:NAMED])}{more}", AFRESH)


def locked(lock: str) -> Iterator[tuple[str, str]]:
    """Each package with its version that a lock names for this Python and system.

    >>> list(locked("one==1.2 \\\\\\n    --hash=sha256:00\\ntwo==3 ; python_version < '3' \\\\"))
    [('one', '1.2')]
    """
    for line in re.finditer(r"^([\w.-]+)==([^\s;]+)(?: *; *([^\\\n]+))?", lock, re.MULTILINE):
        if not line[3] or _holds(line[3].strip()):
            yield line[1], line[2]


def _holds(marker: str) -> bool:
    try:
        from packaging.markers import Marker
    except ImportError:  # it is in the lock itself, and said to be missing as such
        return False
    return Marker(marker).evaluate()


def folders(root: Path) -> Iterator[Finding]:
    """Folders that cannot be written, each tried by writing there."""
    for name in ("data/processed", "reports", "build"):
        place = root / name
        while not place.exists() and place != root:
            place = place.parent
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            yield Finding(
                name, f"nothing can be written there: {error.strerror}", f"Make {place} a folder to write in."
            )


def space(root: Path) -> Iterator[Finding]:
    """Too little room for a release to be made."""
    free = shutil.disk_usage(root).free
    if free < SPACE:
        what = f"{free / 1e6:,.0f} MB are free, and a release may take {SPACE / 1e6:,.0f} MB while it is made"
        yield Finding(str(root), what, "Make room; build/ may be thrown away at any time.")


def line_ends(root: Path) -> Iterator[Finding]:
    """Files that git put out with other line ends than the repository has, so that hashes differ."""
    top = git(root, "rev-parse", "--show-toplevel").decode().strip()
    if not top or Path(top).resolve() != root.resolve():
        return
    listed = git(root, "ls-files", "--eol", "--", *CHECKED_OUT).decode(errors="replace").splitlines()
    changed = [line.partition("\t")[2] for line in listed if re.match(r"i/lf\s+w/(crlf|mixed)", line)]
    if changed:
        more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        yield Finding(
            ", ".join(changed[:NAMED]) + more,
            "the line ends are not those of the repository",
            "Run git config core.autocrlf false; then, where nothing in them is yours, git checkout -- and the file.",
        )


def programs() -> Iterator[Finding]:
    """Programs that are not there: no figure needs one."""
    for name, without in PROGRAMS.items():
        if shutil.which(name) is None:
            yield Finding(name, f"not installed: {without}", "Nothing, unless you want that.", information=True)
