"""Set the project up the first time, and run it.

    python3 run.py report               make the draft update for the shipped quarter
    python3 run.py test                 lint, types, every test and every committed notebook
    python3 run.py test --soak          the same, with the long counts
    python3 run.py test ARGUMENTS       pytest alone, with your arguments in place of the usual folders
    python3 run.py lab                  open the notebooks in JupyterLab, on this machine only
    python3 run.py check                every problem in the data that came in
    python3 run.py bench [NAME]         a benchmark: suite, records, methods, outputs, first_hour, or page
    python3 run.py notebooks            run the committed notebooks again, in place
    python3 run.py docs                 make a site of the documentation, in build/docs
    python3 run.py dictionary           write docs/data-dictionary.md and docs/reference/ from the code
    python3 run.py reliability          write docs/reliability.md from what the test runs counted
    python3 run.py lock                 compile the locks and environment.yml from pyproject.toml
    python3 run.py audit                ask the public lists whether a pinned package has a known vulnerability
    python3 run.py spark                install Spark as well (480 MB), for its test; CI does

The first run makes `.venv` and fills it from the locks, so it needs the network; later runs install nothing.
What follows a command is handed on to the program that it runs, which reads paths from the project's folder.
"""

# An old Python has to get as far as `too_old`: keep to what Python 3.6 can parse, and quote annotations.
import hashlib
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

QUARTER = "2019-20-Q4"
OLDEST = (3, 11)

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# With the system's certificates, as pip has them: an office's proxy is known by those.
UV = (PYTHON, "-m", "uv", "pip", "install", "--system-certs", "--python", PYTHON)
STAMP = VENV / "installed"
LOG = ROOT / "build" / "setup.log"
BOOTSTRAP = ROOT / "bootstrap.lock"
LOCK = ROOT / "requirements.lock"
SPARK_LOCK = ROOT / "requirements-spark.lock"
AUDIT_LOCK = ROOT / "requirements-audit.lock"
AUDIT = ROOT / "build" / "audit"
SPARK = ROOT / "build" / "spark"  # not in .venv: it is large, and where it is other packages load it unasked

NO_PACKAGES = (
    "Could not install the packages: the first run needs the network (behind a proxy, set HTTPS_PROXY); "
    "the reason is in {}."
)


class UserError(Exception):
    """Something the user can mend: one line that says how."""


def too_old(version: "tuple[int, ...]") -> str:
    """One line for a Python too old, and nothing for one that will do."""
    if version[:2] >= OLDEST:
        return ""
    line = "This needs Python {}.{} or later, and this is {}.{}: install a newer one and use that."
    return line.format(*OLDEST, *version[:2])


# ---- setting up


def wanted_stamp() -> str:
    """What an install depends on: a change in any of it means that `.venv` has to be made again."""
    digest = hashlib.sha256()
    for part in (sys.version.encode(), str(ROOT).encode()):
        digest.update(part + b"\0")
    for path in (BOOTSTRAP, LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_installed() -> bool:
    """Whether `.venv` is whole and is the one that the locks describe."""
    wanted = wanted_stamp()
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text().strip() == wanted


def succeeds(*argv: object) -> bool:
    """Run one step of the set-up quietly; what it says goes to the log."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n$ {}\n".format(" ".join(map(str, argv))))
        log.flush()
        command = [str(part) for part in argv]
        return subprocess.call(command, cwd=str(ROOT), env=environment(), stdout=log, stderr=log) == 0


def make_venv() -> None:
    """Make `.venv` afresh, holding pip and uv alone."""
    try:
        import ensurepip  # noqa: F401  (Debian ships venv without it, and the failure comes late and long)
        import venv  # noqa: F401
    except ImportError:
        raise UserError(
            "Python's venv module is missing: install it (Debian, Ubuntu: apt install python3-venv)."
        ) from None
    print("Setting up .venv: a minute or so, this once.", file=sys.stderr, flush=True)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    if STAMP.exists():
        STAMP.unlink()
    if not succeeds(sys.executable, "-m", "venv", "--clear", VENV):
        raise UserError(f"Could not make {VENV}: close what uses it and try again; the reason is in {LOG}.")
    if not succeeds(PYTHON, "-m", "pip", "install", "--require-hashes", "--requirement", BOOTSTRAP):
        raise UserError(NO_PACKAGES.format(LOG))


def install() -> None:
    """Make `.venv` and fill it. The stamp comes last, so half an install is never taken for a whole one."""
    make_venv()
    hashed = ("--require-hashes", "--requirement", LOCK)
    # Where only pip has been told of a mirror, pip still gets through; it is slower.
    if not succeeds(*UV, *hashed) and not succeeds(PYTHON, "-m", "pip", "install", *hashed):
        raise UserError(NO_PACKAGES.format(LOG))
    if not succeeds(*UV, "--no-deps", "--no-build-isolation", "--offline", "--editable", "."):
        raise UserError(f"Could not install vfm itself: the reason is in {LOG}.")
    STAMP.write_text(wanted_stamp() + "\n")


def spark(args: "list[str]") -> int:
    """Put Spark into a folder of its own, where the test that needs it looks."""
    put_apart("Spark", SPARK, SPARK_LOCK)
    return 0


def put_apart(name: str, folder: Path, lock: Path) -> None:
    """Install what a lock pins into a folder of its own."""
    stamp = folder / "installed"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {name}: a minute or two, this once.", file=sys.stderr, flush=True)
    LOG.parent.mkdir(exist_ok=True)
    hashed = ("--require-hashes", "--target", folder, "--requirement", lock)
    if not succeeds(*UV, *hashed) and not succeeds(PYTHON, "-m", "pip", "install", "--upgrade", *hashed):
        raise UserError(NO_PACKAGES.format(LOG))
    stamp.write_text(wanted)


# ---- running


def environment() -> "dict[str, str]":
    """The user's own environment, without what would lead Python or pip out of `.venv`.

    And compiled code is kept, or every process would compile its libraries again: the tests start hundreds.
    """
    left = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left}
    return {**kept, "PIP_USER": "0"}


def call(*argv: str, **extra: str) -> int:
    """Run a program of `.venv` in the project's folder, and return its exit status."""
    child = subprocess.Popen([str(PYTHON), *argv], cwd=str(ROOT), env={**environment(), **extra})
    try:
        status = child.wait()
    except KeyboardInterrupt:
        # The terminal has told it too: let it put its things away. A second interrupt does not wait.
        child.wait()
        raise
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    return status if status >= 0 else 128 - status  # a shell's number for a program ended by a signal


STAGES = (
    ("lint", ("ruff", "check", ".")),
    ("layout", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
)


def test(args: "list[str]") -> int:
    """Lint, types and tests, stopping at the first that fails; given arguments, pytest alone."""
    soak = {"VFM_SOAK": "1"} if "--soak" in args else {}
    args = [arg for arg in args if arg != "--soak"]
    if not args:
        with ThreadPoolExecutor(1) as beside:  # while the network is waited for, the processors lint
            installed = beside.submit(spark, []) if os.environ.get("CI") == "true" else None
            for label, program in STAGES:
                print(label, end=": ", flush=True)
                status = call("-m", *program)
                if status:
                    return status
        if installed is not None:
            installed.result()
        args = ["tests"] + (["notebooks"] if any(ROOT.glob("notebooks/*.ipynb")) else [])
    notebooks = ("--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/notebooks/sanitize.cfg")
    # A notebook's cells need one kernel, so a file stays with one worker.
    return call("-m", "pytest", "-n", "2", "--dist", "loadfile", *notebooks, *args, **soak)


def audit(args: "list[str]") -> int:
    """Have pip-audit ask about every package that the lock pins; say so plainly where it could not ask."""
    put_apart("pip-audit", AUDIT, AUDIT_LOCK)
    report, log = ROOT / "build" / "audit.json", ROOT / "build" / "audit.log"
    if report.exists():
        report.unlink()
    command = [str(PYTHON), "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--output", str(report), "--progress-spinner", "off", *args]
    with log.open("w", encoding="utf-8") as said:
        environ = {**environment(), "PYTHONPATH": str(AUDIT)}
        subprocess.call(command, cwd=str(ROOT), env=environ, stdout=said, stderr=said)
    return audited(report, log)


def audited(report: Path, log: Path) -> int:
    """Say what pip-audit found: 0 where that is nothing, 1 where a package has to be replaced."""
    if not report.exists():
        raise UserError(
            "Nothing was audited: the public list of vulnerabilities could not be reached (behind a proxy, set "
            f"HTTPS_PROXY); the reason is in {log}."
        )
    packages = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    skipped = [one for one in packages if "skip_reason" in one]
    found = [(one, fault) for one in packages for fault in one.get("vulns", [])]
    for one, fault in found:
        mended = ", ".join(fault["fix_versions"]) or "no version yet"
        print("{} {}: {}, mended in {}".format(one["name"], one["version"], fault["id"], mended))
    for one in skipped:
        print("{}: not audited: {}".format(one["name"], one["skip_reason"]))
    print(f"{len(packages) - len(skipped)} packages audited, {len(found)} known vulnerabilities")
    return 1 if found else 0


def bench(args: "list[str]") -> int:
    """The benchmarks of the name given first, or of the suite of notebooks."""
    found = sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    name = args[0] if args and not args[0].isdigit() else "suite"
    if name not in found:
        known = ", ".join(found) or "none"
        raise UserError(f"There are no benchmarks of {name} here: benchmarks/ has {known}.")
    return call(f"benchmarks/{name}.py", *args[args[:1] == [name] :])


# A command is a program that the rest of the line is handed to, or a function of it.
COMMANDS = {
    "report": ("-m", "vfm", "refresh", QUARTER),
    "test": test,
    "lab": ("-m", "vfm.bench.lab"),
    "check": ("-m", "vfm", "check"),
    "bench": bench,
    "notebooks": ("-m", "vfm.release.rerun"),
    "docs": ("-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "docs", "build/docs"),
    "dictionary": ("tools/dictionary.py",),
    "reliability": ("tools/reliability.py",),
    "lock": ("tools/lock.py",),
    "spark": spark,
    "audit": audit,
}


def run(argv: "list[str]") -> int:
    """Do what was asked, setting up first where that has not been done."""
    problem = too_old(tuple(sys.version_info[:2]))
    if problem:
        raise UserError(problem)
    name = argv[0] if argv else ""
    if name in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    if name not in COMMANDS:
        raise UserError(
            "{}: choose one of {}.".format(f"No command {name!r}" if name else "No command", ", ".join(COMMANDS))
        )
    if not is_installed():
        # The lock is made with uv alone, or a lock that cannot be installed could never be mended.
        (make_venv if name == "lock" else install)()
    command = COMMANDS[name]
    return call(*command, *argv[1:]) if isinstance(command, tuple) else command(argv[1:])


def main(argv: "list[str]") -> int:
    """Exit statuses: the program's own; 2 for what the user can mend here; 130 for an interrupt."""
    try:
        return run(argv)
    except UserError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"Could not use {error.filename or ROOT}: {error.strerror}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 2


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what we started is ended with us
    sys.exit(main(sys.argv[1:]))
