"""What is wrong with an installation or a data folder, found in one that is really damaged, and what mends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from small_projects import QUARTER, through_the_gate
from vfm.cli import main
from vfm.data import alone
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.data.staging import PREFIX
from vfm.release import data_folder, installation, manifest

Contents = Callable[[Path], dict[str, bytes]]
PROCESSED, RUNS = Path("data/processed") / QUARTER, Path("build/runs/published") / QUARTER


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `vfm doctor` says, held to the exit status that is expected."""

    def say(*options: str, status: int) -> str:
        capsys.readouterr()
        assert main(["doctor", *options]) == status
        return capsys.readouterr().out

    return say


@pytest.fixture(scope="module")
def sealed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with its release published, for tests to copy."""
    project = shutil.copytree(prepared, tmp_path_factory.mktemp("sealed") / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        assert through_the_gate() == 0
    return project


@pytest.fixture
def published(sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project with its release published, to be damaged."""
    project = shutil.copytree(sealed, tmp_path / "project")
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    return project


@pytest.fixture(scope="session")
def dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_where_nothing_is_wrong_it_says_so(published: Path, said: Callable[..., str]) -> None:
    assert said(status=0).splitlines()[-1] == "nothing is wrong"
    assert said("--mend", status=0).splitlines()[-1] == "nothing is wrong"


def test_programs_that_are_absent_are_information_and_no_problem(
    small: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(small))
    text = said(status=0)
    for program in ("chromium", "soffice"):
        assert f"(for information) {program}: not installed" in text


# ---- what is mended


def leftovers(project: Path, process: int) -> list[Path]:
    """A staging folder with half a file in it wherever one is made, and half of a raw file that was being kept."""
    places = [project / PROCESSED, project / "reports/drafts" / QUARTER, project / "reports" / QUARTER]
    places += [project / "reports/archive" / QUARTER / "v1", project / RUNS / "00-data-quality"]
    left = [place.with_name(f"{PREFIX}{place.name}.{process}.abc") for place in places]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "half").write_text("hal")
    part = project / "data/kept" / f".{'0' * 64}.{process}"
    part.parent.mkdir(exist_ok=True)
    part.write_text("hal")
    return [*left, part]


def test_leftovers_of_dead_processes_are_named_and_mending_takes_them_away(
    published: Path, dead: int, contents: Contents, said: Callable[..., str]
) -> None:
    before = contents(published)
    left = leftovers(published, dead)
    text = said(status=1)
    for path in left:
        assert f"{path.relative_to(published).as_posix()}: a run that died left it half" in text
    assert "6 problems, of which vfm doctor --mend mends 6" in text
    assert all(path.exists() for path in left)  # to look changes nothing
    assert "nothing is wrong" in said("--mend", status=0)
    assert contents(published) == before


def test_what_a_process_that_lives_is_writing_is_information_and_stays(small: Path, said: Callable[..., str]) -> None:
    left = leftovers(small, os.getpid())
    holds = [alone.take(folder) for folder in left if folder.is_dir()]
    text = said("--mend", status=0)
    for hold in holds:
        alone.let_go(hold)
    assert text.count(f"process {os.getpid()} is writing it") == 5
    assert all(path.exists() for path in left)


def test_a_folder_that_a_crash_left_aside_is_put_back(small: Path, said: Callable[..., str]) -> None:
    aside = (small / PROCESSED).with_name(f".replaced-{QUARTER}")
    (small / PROCESSED).rename(aside)
    assert "a run that died left it half done" in said(status=1)
    said("--mend", status=0)
    assert (small / PROCESSED / "awards.parquet").is_file()
    assert not aside.exists()


TABLE_DAMAGE = {
    "one bit": lambda folder: flip(folder / "awards.parquet"),
    "cut short": lambda folder: os.truncate(folder / "awards.parquet", 100),
    "empty, as after a power cut": lambda folder: os.truncate(folder / "awards.parquet", 0),
    "gone": lambda folder: (folder / "awards.parquet").unlink(),
}


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", TABLE_DAMAGE)
def test_damaged_tables_are_named(small: Path, said: Callable[..., str], damage: str) -> None:
    TABLE_DAMAGE[damage](small / PROCESSED)
    text = said(status=1)
    assert f"{PROCESSED.as_posix()}: the processed tables are damaged." in text
    assert "awards.parquet" in text
    assert "1 problem, of which vfm doctor --mend mends 1" in text


def test_damaged_tables_are_built_again(small: Path, contents: Contents, said: Callable[..., str]) -> None:
    before = contents(small / PROCESSED)
    flip(small / PROCESSED / "awards.parquet")
    said("--mend", status=0)
    after = contents(small / PROCESSED)
    assert {name: before[name] for name in after} == after
    assert "awards.parquet" in after


@pytest.mark.parametrize("stamp", ["", "[]", '{"tables": null}', '{"built_from": "x"}'])
def test_a_spoilt_stamp_is_damage(small: Path, said: Callable[..., str], stamp: str) -> None:
    (small / PROCESSED / "built-from.json").write_text(stamp)
    assert "built-from.json, which says what they were built from, is missing or cannot be read" in said(status=1)


def test_damaged_tables_wait_for_raw_files_that_are_wrong(small: Path, said: Callable[..., str]) -> None:
    (small / PROCESSED / "awards.parquet").unlink()
    (small / "data/raw/log.csv").unlink()
    text = said("--mend", status=1)
    assert "data/raw/log.csv: the raw file is missing" in text
    assert "Mend the raw files first, then build again." in text
    assert "mended" not in text


@pytest.mark.parametrize("name", ["executed.ipynb", "made-from.json", "holds.json"])
@pytest.mark.parametrize("damage", ["gone", "cut short"])
def test_a_damaged_kept_run_is_thrown_away(small: Path, said: Callable[..., str], name: str, damage: str) -> None:
    run = small / RUNS / "00-data-quality"
    (run / name).unlink() if damage == "gone" else os.truncate(run / name, 10)
    text = said(status=1)
    assert f"{run.relative_to(small).as_posix()}: the kept run is damaged." in text
    assert name in text
    said("--mend", status=0)
    assert not run.exists()
    assert (small / RUNS / "90-quarterly-update").is_dir()


def test_a_damaged_kept_run_never_reaches_a_release(
    small: Path, contents: Contents, prepared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = small / RUNS / "00-data-quality/figures/numbers/first.json"
    figure.write_text(figure.read_text().replace("1", "7"))
    assert main(["refresh", QUARTER]) == 0
    assert "what was kept of its last run is damaged" in capsys.readouterr().out
    draft = Path("reports/drafts") / QUARTER
    assert contents(small / draft) == contents(prepared / draft)


# ---- what a person has to mend


def test_a_raw_file_that_is_not_the_catalogued_one_is_named_and_left_alone(
    small: Path, said: Callable[..., str]
) -> None:
    log = small / "data/raw/log.csv"
    log.write_bytes(log.read_bytes() + b"\n")
    before = log.read_bytes()
    text = said("--mend", status=1)
    assert "data/raw/log.csv: the file is not the one that the catalogue describes" in text
    assert "Raw files are never edited: restore it." in text
    assert log.read_bytes() == before


def test_a_catalogue_that_cannot_be_read_is_a_problem_and_not_an_end(small: Path, said: Callable[..., str]) -> None:
    (small / "data/raw/datapackage.json").write_text("{")
    assert "data/raw/datapackage.json: not JSON" in said(status=1)


SEAL_DAMAGE = {
    "a file changed": (
        lambda folder: open_and(folder / "numbers.csv", "x"),
        "the file was changed after it was sealed",
    ),
    "a file gone": (lambda folder: (folder / "numbers.csv").unlink(), "a sealed file is missing"),
    "a file more": (lambda folder: open_and(folder / "more.csv", "x"), "a file that was not sealed"),
    "no manifest": (lambda folder: (folder / manifest.MANIFEST).unlink(), "the seal cannot be read"),
    "half a manifest": (lambda folder: open_and(folder / manifest.MANIFEST, "{"), "the seal cannot be read"),
    "another manifest": (lambda folder: open_and(folder / manifest.MANIFEST, "[]"), "is not what was written"),
    "sealed again": (lambda folder: reseal(folder), "is not the one that was approved"),
}


def open_and(path: Path, text: str) -> None:
    """Write over a file that is closed to writing."""
    path.unlink(missing_ok=True)
    path.write_text(text)


def reseal(folder: Path) -> None:
    """Change a figure and seal the release again, as one would who means to hide it."""
    open_and(folder / "numbers.csv", "x")
    described = manifest.read(folder)
    (folder / manifest.MANIFEST).unlink()
    manifest.seal(folder, {name: value for name, value in described.items() if name != "outputs"})


@pytest.mark.parametrize("where", [f"reports/{QUARTER}", f"reports/archive/{QUARTER}/v1"])
@pytest.mark.parametrize("damage", SEAL_DAMAGE)
def test_a_broken_seal_is_named_and_left_to_a_person(sealed: Path, tmp_path: Path, damage: str, where: str) -> None:
    folder = tmp_path / where
    shutil.copytree(sealed / "reports" / QUARTER, folder)
    assert list(data_folder.seals(Project(tmp_path))) == []
    spoil, message = SEAL_DAMAGE[damage]
    spoil(folder)
    found = list(data_folder.seals(Project(tmp_path)))
    assert any(message in one.what for one in found)
    restore = f"Restore the release as it was published, from the repository (git checkout -- {where}) or a copy."
    assert {(one.do, one.mend) for one in found} == {(restore, None)}


def test_mending_leaves_a_broken_seal_to_a_person_and_says_what_to_do(
    published: Path, contents: Contents, said: Callable[..., str]
) -> None:
    open_and(published / "reports" / QUARTER / "numbers.csv", "x")
    before = contents(published)
    text = said("--mend", status=1)
    assert f"reports/{QUARTER}/numbers.csv: the seal is broken: the file was changed after it was sealed" in text
    assert text.splitlines()[-1] == "1 problem"
    assert contents(published) == before


def test_to_look_needs_no_library_that_may_be_missing(small: Path) -> None:
    code = "import sys; from vfm.cli import main; main(['doctor']); print(sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for library in ("pandas", "numpy", "pandera", "duckdb", "papermill", "jupyter_client", "nbformat", "pyarrow"):
        assert f"'{library}'" not in said


def test_packages_that_are_missing_or_others_are_counted_against_the_lock(
    small: Path, said: Callable[..., str]
) -> None:
    lock = small / "requirements.lock"
    known = f"pandas=={version('pandas')} \\"
    text = lock.read_text(encoding="utf-8")
    assert known in text
    lock.write_text(text.replace(known, "pandas==0.1 \\") + "no-such-package==1.0 \\\n", encoding="utf-8")
    lines = said(status=1)
    assert f"pandas is {version('pandas')}, and 0.1 in the lock; no-such-package 1.0 is missing" in lines
    assert "Take .venv away and run python3 run.py check" in lines
    lock.unlink()
    assert "the lock cannot be read: No such file or directory" in said(status=1)


def test_a_package_for_another_python_is_not_asked_for() -> None:
    lock = "one==1 \\\n    --hash=sha256:00\ntwo==2 ; python_full_version < '3.0' \\\n"
    lock += "three==3 ; python_version >= '3' \\\n"
    assert list(installation.locked(lock)) == [("one", "1"), ("three", "3")]


def test_an_old_python_is_a_problem(small: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation.sys, "version_info", (3, 9, 1))
    assert [one.what for one in installation.python()] == ["Python 3.9 is older than 3.11"]


def test_a_folder_that_cannot_be_written_is_named(small: Path, said: Callable[..., str]) -> None:
    (small / "reports").write_text("a file where a folder belongs")
    text = said(status=1)
    assert "reports: nothing can be written there: Not a directory" in text


def test_too_little_space_is_said(small: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 2_000_000, 2_000_000))
    assert "2 MB are free, and a release may take 500 MB while it is made" in said(status=1)


def test_line_ends_that_git_changed_are_named(small: Path, said: Callable[..., str]) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=false")
        subprocess.run(["git", "-C", str(small), *who, *arguments], check=True, capture_output=True)

    git("init")
    git("add", "data/raw", "requirements.lock")
    git("commit", "-m", "as it is")
    assert "line ends" not in said(status=0)
    lock = small / "requirements.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert "requirements.lock: the line ends are not those of the repository" in said(status=1)


def test_both_sets_of_data_are_looked_at_unless_one_is_named(small: Path, dead: int, said: Callable[..., str]) -> None:
    (small / "examples/raw").mkdir(parents=True)
    (small / "examples/raw/datapackage.json").write_text(json.dumps({"as_of": "2020-03-31", "resources": []}))
    left = Project(small, "examples").reports / "drafts" / f"{PREFIX}{QUARTER}.{dead}.abc"
    left.mkdir(parents=True)
    assert f"{left.relative_to(small).as_posix()}: a run that died" in said(status=1)
    assert "nothing is wrong" in said("--data", "published", status=0)
    assert "1 problem," in said("--data", "examples", status=1)
