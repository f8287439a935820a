"""run.py: it sets up once, says in one line what to do when it cannot, and then keeps out of the way.

The installs are real (venv, pip and its hashes) but for uv and the packages, which a stand-in wheel replaces,
so that no network is needed.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from promises import SOAK

# The stand-in for uv notes the call, fails if told to, and "installs" a vfm that tells how it was called.
STAND_IN_UV = """
import pathlib, sys, sysconfig
project = pathlib.Path(sys.prefix).parent
with (project / "uv-calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if (project / "uv-fails").exists():
    sys.exit("uv: no route to the packages")
if "--editable" in sys.argv:
    vfm = pathlib.Path(sysconfig.get_path("purelib")) / "vfm"
    vfm.mkdir()
    (vfm / "__main__.py").write_text("import sys; print('vfm', *sys.argv[1:])")
"""

# A vfm that tells its arguments and its folder, ends with the status it is given, or waits to be stopped.
STAND_IN_VFM = """
import os, pathlib, sys, time
try:
    print("vfm", *sys.argv[1:], flush=True)
    print(pathlib.Path.cwd(), flush=True)
    if "wait" in sys.argv:
        time.sleep(60)
except KeyboardInterrupt:
    print("put away", flush=True)
sys.exit(int(os.environ.get("STATUS", 0)))
"""


@dataclass(frozen=True)
class Project:
    """A copy of what run.py needs, in a folder whose name has a space and an accent."""

    folder: Path
    wheels: Path

    def environment(self, **extra: str) -> dict[str, str]:
        """Nothing of the user's but the path: no HOME, no network, and no packages but the stand-ins."""
        keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        offline = {
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "PYTHONUTF8": "1",
        }
        return {**keep, **offline, **extra}

    def command(self, *args: str) -> list[str]:
        return [sys.executable, str(self.folder / "run.py"), *args]

    def run(self, *args: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*args),
            cwd=self.folder.parent,
            env=self.environment(**extra),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )

    @property
    def uv_calls(self) -> list[str]:
        return (self.folder / "uv-calls").read_text(encoding="utf-8").splitlines()


def write_wheel(folder: Path) -> str:
    """Write the stand-in for uv as a wheel, and return its sha256."""
    info = "uv-0.0.1.dist-info"
    files = {
        "uv/__main__.py": STAND_IN_UV,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: uv\nVersion: 0.0.1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{info}/RECORD,,"]
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(text.encode())}")
    path = folder / "uv-0.0.1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": "\n".join(record) + "\n"}.items():
            wheel.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_project(folder: Path, root: Path) -> Project:
    project = Project(folder / "dossier d'été", folder / "wheels")
    project.folder.mkdir()
    project.wheels.mkdir()
    shutil.copy(root / "run.py", project.folder)
    (project.folder / "pyproject.toml").write_text('[project]\nname = "vfm"\n', encoding="utf-8")
    (project.folder / "requirements.lock").write_text(f"absent==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    sha256 = write_wheel(project.wheels)
    (project.folder / "bootstrap.lock").write_text(f"uv==0.0.1 --hash=sha256:{sha256}\n", encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Project:
    """A project that nothing has been installed in."""
    return make_project(tmp_path_factory.mktemp("fresh"), root)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Project:
    """A project that run.py takes for installed: a real .venv, with a stand-in for vfm and the stamp."""
    project = make_project(tmp_path_factory.mktemp("installed"), root)
    venv.create(project.folder / ".venv", symlinks=os.name != "nt")
    python = project.folder / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    package = Path(where.stdout.strip()) / "vfm"
    package.mkdir()
    (package / "__main__.py").write_text(STAND_IN_VFM, encoding="utf-8")
    stamp = subprocess.run(
        [sys.executable, "-c", "import run; run.STAMP.write_text(run.wanted_stamp())"], cwd=project.folder
    )
    assert stamp.returncode == 0
    return project


def snapshot(folder: Path) -> dict[str, int]:
    """Every file with the time of its last change, but for Python's own caches."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path): path.stat().st_mtime_ns for path in files}


def one_line(text: str) -> str:
    """The last line, where nothing but a note that the set-up has begun comes before it."""
    lines = text.splitlines()
    assert len(lines) == 1 or lines[:-1] == ["Setting up .venv: a minute or so, this once."], text
    return lines[-1]


# ---- setting up


def test_a_failed_install_says_what_to_do_and_the_next_run_mends_it(project: Project) -> None:
    fails = project.folder / "uv-fails"
    fails.touch()
    failed = project.run("report")
    log = project.folder / "build" / "setup.log"
    assert failed.returncode == 2
    assert one_line(failed.stderr).startswith("Could not install the packages: the first run needs the network")
    assert str(log) in failed.stderr
    said = log.read_text(encoding="utf-8")
    assert "uv: no route to the packages" in said
    assert "absent==1.0" in said  # pip was asked after uv
    assert not (project.folder / ".venv" / "installed").exists()

    fails.unlink()
    (project.folder / "uv-calls").unlink()
    half_done = project.folder / ".venv" / "left-by-the-first"
    half_done.touch()
    mended = project.run("report")
    assert (mended.returncode, mended.stdout) == (0, "vfm refresh 2019-20-Q4\n")
    assert not half_done.exists()
    packages, vfm = project.uv_calls
    assert "--require-hashes" in packages
    assert "--no-deps" in vfm
    assert all("--system-certs" in call for call in project.uv_calls)  # as pip has them, behind an office's proxy

    before = snapshot(project.folder)
    again = project.run("report", "--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "vfm refresh 2019-20-Q4 --quiet\n", "")
    assert snapshot(project.folder) == before


def test_no_network(tmp_path: Path, root: Path) -> None:
    project = make_project(tmp_path, root)
    next(project.wheels.iterdir()).unlink()
    ran = project.run("report")
    assert ran.returncode == 2
    assert "the first run needs the network (behind a proxy, set HTTPS_PROXY)" in one_line(ran.stderr)
    assert "No matching distribution found for uv==0.0.1" in (project.folder / "build" / "setup.log").read_text()


def test_a_package_that_is_not_the_one_locked_is_refused(tmp_path: Path, root: Path) -> None:
    project = make_project(tmp_path, root)
    lock = project.folder / "bootstrap.lock"
    lock.write_text(f"uv==0.0.1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    assert project.run("check").returncode == 2
    assert "DO NOT MATCH THE HASHES" in (project.folder / "build" / "setup.log").read_text(encoding="utf-8")
    assert not (project.folder / ".venv" / "installed").exists()


def test_venv_module_missing(tmp_path: Path, root: Path) -> None:
    project = make_project(tmp_path, root)
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian" / "ensurepip.py").write_text("raise ImportError", encoding="utf-8")
    ran = project.run("report", PYTHONPATH=str(tmp_path / "debian"))
    assert ran.returncode == 2
    assert "apt install python3-venv" in one_line(ran.stderr)
    assert not (project.folder / ".venv").exists()


def test_an_incomplete_copy_of_the_project(tmp_path: Path, root: Path) -> None:
    project = make_project(tmp_path, root)
    lock = project.folder / "requirements.lock"
    lock.unlink()
    ran = project.run("report")
    assert ran.returncode == 2
    assert one_line(ran.stderr) == f"Could not use {lock}: No such file or directory."


def test_a_venv_that_cannot_be_made(tmp_path: Path, root: Path) -> None:
    project = make_project(tmp_path, root)
    (project.folder / ".venv").write_text("not a folder", encoding="utf-8")
    ran = project.run("report")
    assert ran.returncode == 2
    assert one_line(ran.stderr).startswith(f"Could not make {project.folder / '.venv'}: ")


@pytest.mark.parametrize("name", ["bootstrap.lock", "requirements.lock", "pyproject.toml"])
def test_a_change_in_what_is_installed_calls_for_a_new_install(
    installed: Project, run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    at(monkeypatch, run_py, installed.folder)
    assert run_py.is_installed()
    path = installed.folder / name
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"# changed\n")
        assert not run_py.is_installed()
    finally:
        path.write_bytes(before)
    assert run_py.is_installed()


def test_another_python_or_another_place_calls_for_a_new_install(
    installed: Project, run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at(monkeypatch, run_py, installed.folder)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99.0")
        assert not run_py.is_installed()
    with monkeypatch.context() as patch:
        patch.setattr(run_py, "PYTHON", installed.folder / "gone")
        assert not run_py.is_installed()
    assert run_py.is_installed()
    moved = shutil.copytree(installed.folder, tmp_path / "moved", symlinks=True)
    at(monkeypatch, run_py, moved)
    assert not run_py.is_installed()


def at(monkeypatch: pytest.MonkeyPatch, run_py: ModuleType, folder: Path) -> None:
    """Point run.py, loaded here, at another project."""
    before = run_py.ROOT
    for name in ("ROOT", "VENV", "PYTHON", "STAMP", "BOOTSTRAP", "LOCK", "LOG"):
        monkeypatch.setattr(run_py, name, folder / getattr(run_py, name).relative_to(before))


# ---- Python too old


def test_python_too_old(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_py.too_old((3, 11, 0)) == ""
    assert run_py.too_old((4, 0, 0)) == ""
    monkeypatch.setattr(sys, "version_info", (3, 10, 12))
    assert run_py.main(["report"]) == 2
    assert one_line(capsys.readouterr().err) == (
        "This needs Python 3.11 or later, and this is 3.10: install a newer one and use that."
    )


def test_an_old_python_can_read_the_source(root: Path) -> None:
    source = (root / "run.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    annotations = [node.returns for node in functions] + [
        arg.annotation for node in functions for arg in node.args.args
    ]
    # an annotation is run where it stands, so `list[str]` has to be quoted
    assert all(node is None or isinstance(node, ast.Name | ast.Constant) for node in annotations)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    futures = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert futures == []


# ---- running


@pytest.mark.parametrize("args", [("reprot",), (), ("--soak",)])
def test_unknown_command(project: Project, args: tuple[str, ...]) -> None:
    ran = project.run(*args)
    assert ran.returncode == 2
    choice = (
        "choose one of report, test, lab, check, bench, notebooks, docs, dictionary, reliability, lock, spark, audit."
    )
    assert one_line(ran.stderr).endswith(choice)


def test_help_installs_nothing(tmp_path: Path, root: Path) -> None:
    project = make_project(tmp_path, root)
    ran = project.run("--help")
    assert ran.returncode == 0
    assert "python3 run.py report" in ran.stdout
    assert not (project.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("command", "passed_on"), [("report", "vfm refresh 2019-20-Q4"), ("check", "vfm check data/raw")]
)
def test_a_run_after_the_first_only_runs(installed: Project, command: str, passed_on: str) -> None:
    before = snapshot(installed.folder)
    args = ["data/raw"] if command == "check" else []
    ran = installed.run(command, *args)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [passed_on, str(installed.folder)]
    assert snapshot(installed.folder) == before


@pytest.mark.parametrize("status", [0, 1, 2, 3, 130])
def test_the_exit_status_is_passed_on(installed: Project, status: int) -> None:
    assert installed.run("report", STATUS=str(status)).returncode == status


def test_packages_from_elsewhere_are_kept_out(installed: Project, tmp_path: Path) -> None:
    (tmp_path / "vfm.py").write_text("raise SystemExit(9)", encoding="utf-8")
    assert installed.run("report", PYTHONPATH=str(tmp_path)).returncode == 0


def test_compiled_code_is_kept(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    keeps = "import sys; sys.exit(sys.dont_write_bytecode)"
    assert subprocess.run([sys.executable, "-c", keeps], env=run_py.environment(), check=False).returncode == 0


def test_no_benchmarks(installed: Project) -> None:
    ran = installed.run("bench")
    assert ran.returncode == 2
    assert one_line(ran.stderr) == "There are no benchmarks of suite here: benchmarks/ has none."


@pytest.mark.skipif(os.name == "nt", reason="signals to a group of processes are POSIX's")
def test_an_interrupt_lets_the_program_put_its_things_away(installed: Project) -> None:
    with start(installed, "report", "wait") as running:
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == "put away\n"
    assert err == "Interrupted.\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
def test_what_was_started_ends_with_it(installed: Project) -> None:
    with start(installed, "report", "wait") as running:
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate(timeout=30)  # returns once nobody holds the pipe: the program is gone too
    assert running.returncode == 143
    assert out == ""


def start(project: Project, *args: str) -> subprocess.Popen[str]:
    """Start run.py in a group of its own, as a terminal does, and wait until its program runs."""
    running = subprocess.Popen(
        project.command(*args),
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "vfm refresh 2019-20-Q4 wait\n"
    assert running.stdout.readline() == f"{project.folder}\n"
    return running


# ---- the stages of `test`


@dataclass
class Calls:
    """Stands for `call`: notes what would have run, and lets the program of a given name fail."""

    failing: str = ""

    def __post_init__(self) -> None:
        self.seen: list[tuple[str, ...]] = []
        self.extra: dict[str, str] = {}

    def __call__(self, *argv: str, **extra: str) -> int:
        self.seen.append(argv[1:])
        self.extra = extra
        return 7 if self.failing and self.failing in argv else 0


NBVAL = ("--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/notebooks/sanitize.cfg")
PYTEST = ("pytest", "-n", "2", "--dist", "loadfile", *NBVAL)
LINT = [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)]


def test_test_lints_checks_types_and_then_tests(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls = Calls()
    monkeypatch.setattr(run_py, "call", calls)
    monkeypatch.setattr(run_py, "ROOT", tmp_path)
    assert run_py.test([]) == 0
    assert calls.seen == [*LINT, (*PYTEST, "tests")]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00-data-quality.ipynb").touch()
    assert run_py.test([]) == 0
    assert calls.seen[-1] == (*PYTEST, "tests", "notebooks")
    assert calls.extra == {}


@pytest.mark.parametrize(("failing", "stages"), [("check", 1), ("format", 2), ("mypy", 3), ("pytest", 4)])
def test_test_stops_at_the_first_failure(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: str, stages: int
) -> None:
    calls = Calls(failing)
    monkeypatch.setattr(run_py, "call", calls)
    assert run_py.test([]) == 7
    assert len(calls.seen) == stages


def test_arguments_go_to_pytest_alone(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls()
    monkeypatch.setattr(run_py, "call", calls)
    assert run_py.test(["tests/unit", "-k", "budget", "--soak"]) == 0
    assert calls.seen == [(*PYTEST, "tests/unit", "-k", "budget")]
    assert calls.extra == {"VFM_SOAK": "1"}


def test_soak_runs_every_stage(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls()
    monkeypatch.setattr(run_py, "call", calls)
    assert run_py.test(["--soak"]) == 0
    assert len(calls.seen) == 4
    assert calls.extra == {"VFM_SOAK": "1"}


# ---- the audit


def test_an_audit_says_each_vulnerability_and_where_it_is_mended(
    run_py: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "audit.json"
    known = {"id": "PYSEC-2099-1", "fix_versions": ["1.1", "2.0"]}
    packages = [
        {"name": "good", "version": "1.0", "vulns": []},
        {"name": "bad", "version": "1.0", "vulns": [known, {"id": "GHSA-x", "fix_versions": []}]},
        {"name": "odd", "skip_reason": "not on the list"},
    ]
    report.write_text(json.dumps({"dependencies": packages}))
    assert run_py.audited(report, tmp_path / "log") == 1
    assert capsys.readouterr().out.splitlines() == [
        "bad 1.0: PYSEC-2099-1, mended in 1.1, 2.0",
        "bad 1.0: GHSA-x, mended in no version yet",
        "odd: not audited: not on the list",
        "2 packages audited, 2 known vulnerabilities",
    ]


def test_an_audit_that_finds_nothing_is_done(
    run_py: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "audit.json"
    report.write_text(json.dumps({"dependencies": [{"name": "good", "version": "1.0", "vulns": []}]}))
    assert run_py.audited(report, tmp_path / "log") == 0
    assert capsys.readouterr().out == "1 packages audited, 0 known vulnerabilities\n"


def test_an_audit_that_could_not_ask_says_that_nothing_was_audited(run_py: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(run_py.UserError, match=r"^Nothing was audited: the public list .* could not be reached"):
        run_py.audited(tmp_path / "audit.json", tmp_path / "log")


@pytest.mark.skipif(not SOAK, reason="installs pip-audit: under --soak")
def test_the_real_audit_without_a_network_says_so(root: Path, tried: Callable[..., None]) -> None:
    closed = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    tried("audit")
    install = subprocess.run([sys.executable, "run.py", "audit"], cwd=root, capture_output=True, text=True)
    assert install.returncode in (0, 1, 2), install
    run = subprocess.run(
        [sys.executable, "run.py", "audit", "--timeout", "2"],
        cwd=root,
        env=os.environ | closed,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2, run
    assert run.stderr.startswith("Nothing was audited: the public list of vulnerabilities could not be reached")
    assert "Traceback" not in run.stderr
