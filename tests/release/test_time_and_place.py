"""Whatever the machine's language, zone, home or path, a release is the same bytes; and its names fit anywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from project_copies import CHECKOUT
from promises import SEED, SOAK
from small_projects import QUARTER
from vfm.cli import main
from vfm.data import archives
from vfm.data.ledgers import ledger_day
from vfm.vocabulary.labels import slug
from vfm.vocabulary.periods import Quarter

Contents = Callable[[Path], dict[str, bytes]]
Tried = Callable[..., None]

NO_UTF8 = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "POSIX"}
PLACES = {
    "no home, no language, a day ahead": {"HOME": "/nowhere/at/all", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    "Turkish, by summer time": {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Europe/London"},
    "no UTF-8, a quarter of an hour": NO_UTF8 | {"TZ": "Asia/Kathmandu"},
    "a rule of its own": {"TZ": "XXX-25:59:59", "LANG": "de_DE.ISO-8859-1"},
}


ODD = "  deux  mots, “été” 日本 %20 #1"


def test_a_path_that_not_every_library_could_be_given_is_told(small: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "vfm", "check"], cwd=small, env=os.environ | NO_UTF8, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.rstrip().endswith("into a folder whose path has none but a to z.")
    assert "has letters that Python reads as ascii here: set PYTHONUTF8=1" in run.stderr


@pytest.mark.parametrize("place", list(PLACES) if SOAK else list(PLACES)[:1])
def test_a_release_made_elsewhere_is_the_same_bytes(
    place: str, draft: Path, contents: Contents, tmp_path: Path, tried: Tried
) -> None:
    small, before = draft.parents[2], contents(draft)  # under "a project, été"
    moved = tmp_path / ("  two  words" if NO_UTF8.items() <= PLACES[place].items() else ODD)
    small.rename(moved)
    for made in ("build", "reports", "data/processed"):
        shutil.rmtree(moved / made)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "VFM_PROJECT"))}
    tried("place")
    run = subprocess.run(
        [sys.executable, "-m", "vfm", "refresh", QUARTER],
        cwd=moved,
        env=kept | PLACES[place],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    assert run.returncode == 0, run.stderr
    assert contents(moved / "reports/drafts" / QUARTER) == before


@pytest.mark.skipif(os.name != "posix" or (os.geteuid() == 0 and not SOAK), reason="root may write: under --soak")
def test_what_only_reads_works_in_a_checkout_that_may_only_be_read(
    draft: Path, tmp_path: Path, tried: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "read only"
    place.mkdir()
    shutil.copytree(draft.parents[2], place / "project")
    locked = ["mount", "--bind", "-o", "ro", str(place), str(place)] if os.geteuid() == 0 else []
    if locked and subprocess.run(locked, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    for path in () if locked else [*place.rglob("*"), place]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    monkeypatch.setenv("VFM_PROJECT", str(place / "project"))
    try:
        for argv, status in ((["check"], 0), (["trace", "first"], 0), (["refresh", QUARTER], 0), (["doctor"], 1)):
            tried("place")
            assert main(argv) == status, capsys.readouterr()
        tried("place")
        assert main(["build", QUARTER]) == 3
    finally:
        if locked:
            subprocess.run(["umount", "-l", str(place)], check=True)
        for path in () if locked else [place, *place.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert "The last release is as it was" in (said := capsys.readouterr().err) or "Make it writable" in said


# ---- days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("29/02/2020", date(2020, 2, 29)),  # a leap day
        ("29-Feb-2000", date(2000, 2, 29)),  # of a century that is divided by 400
        ("31/03/2019", date(2019, 3, 31)),  # London's clocks go forward in its night
        ("27/10/2019", date(2019, 10, 27)),  # and back
        ("43890", date(2020, 2, 29)),  # Excel's number of the same leap day: 43831 is 1 January 2020, and 59 later
        ("30/12/2019", date(2019, 12, 30)),  # of week 1 of 2020, and of 2019 all the same
    ],
)
def test_a_day_is_itself(text: str, day: date, tried: Tried) -> None:
    tried("days")
    assert ledger_day(text)[0] == day


@pytest.mark.parametrize("text", ["29/02/2019", "29/02/2100", "29-Feb-1900", "31/04/2020", "2019-W01-1", "2020-060"])
def test_a_day_that_there_is_not_is_refused(text: str, tried: Tried) -> None:
    tried("days")
    with pytest.raises(ValueError):
        ledger_day(text)


def test_every_day_of_three_centuries_is_in_one_quarter_and_quarters_meet(tried: Tried) -> None:
    quarter, day = Quarter.parse("1900-01-Q1"), date(1900, 4, 1)
    while day < date(2198, 4, 1):
        assert (quarter.start, quarter.end.month) == (day, (day.month + 2 - 1) % 12 + 1)
        tried("days", (quarter.end - quarter.start).days + 1)
        day, quarter = quarter.end + timedelta(days=1), quarter.next
    assert Quarter.parse("2019-20-Q4").end - Quarter.parse("2019-20-Q4").start == timedelta(days=90)  # 31 + 29 + 31 - 1


WEEKS = re.compile(r"isocalendar|weekofyear|%[GUVW](?!\w)|dayofweek")


def test_no_figure_hangs_on_the_week_or_on_the_machines_zone() -> None:
    for path in sorted((CHECKOUT / "src" / "vfm").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not WEEKS.search(text), path
        assert not re.search(r"datetime\.now\(\)|date\.today\(\)|localtime|utcnow|fromtimestamp\([^,)]*\)", text), path


# ---- names on Windows

RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
LONGEST = 180  # of the 260 characters that a path may have there, what is left for where the project is


def windows_faults(names: list[str]) -> list[str]:
    """Names of files, as paths with slashes, that Windows would refuse, cut or take for one another."""
    faults = [name for name in names if len(name) > LONGEST]
    for name in names:
        parts = name.split("/")
        bad = [part for part in parts if re.search(r'[<>:"|?*\\\x00-\x1f]', part) or part.endswith((".", " "))]
        faults += [name] if bad or any(map(RESERVED.fullmatch, parts)) else []
    lower = [name.lower() for name in names]
    return (
        faults + [name for name in names if lower.count(name.lower()) > 1] if len(set(lower)) < len(lower) else faults
    )


@pytest.mark.parametrize("folder", ["reports", "src", "tests", "docs", "notebooks", "data/raw", "examples"])
def test_every_name_in_the_project_is_one_on_windows(folder: str, tried: Tried) -> None:
    root = CHECKOUT / folder
    hidden = {".ipynb_checkpoints", "__pycache__", "drafts", "site"}
    names = [path.relative_to(CHECKOUT).as_posix() for path in root.rglob("*") if not hidden & set(path.parts)]
    tried("windows-names", len(names))
    assert windows_faults(names) == []


@pytest.mark.parametrize(
    "name", ["a/con", "NUL.txt", "a/aux.csv/b", "com1", "LPT9.x", "a:b", "a?", "a /b", "b.", "x" * 200, "a\\b", "a\tb"]
)
def test_a_name_that_windows_refuses_is_found(name: str) -> None:
    assert windows_faults([name]) == [name]


def test_two_names_that_windows_takes_for_one_are_found() -> None:
    assert windows_faults(["a/B", "a/b", "c"]) == ["a/B", "a/b"]


@seed(SEED)
@settings(
    max_examples=5_000 if SOAK else 100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text())
def test_what_is_made_of_a_name_holds_no_letter_that_a_path_cannot(tried: Tried, text: str) -> None:
    tried("windows-names")
    made = slug(text)
    assert re.fullmatch("[a-z0-9-]*", made)
    assert len(PureWindowsPath(f"x-{made}").parts) == 1


@pytest.mark.parametrize(
    "name",
    ["C:\\x", "c:x", "\\\\host\\share\\x", "..\\x", "a\\..\\..\\x", "/x", "../x", "a/../../x", "\\x", "a/..", "C:/x"],
)
def test_a_member_of_an_archive_that_would_be_elsewhere_on_windows_or_here_is_unsafe(name: str, tried: Tried) -> None:
    tried("windows-names")
    there = PureWindowsPath("C:/project").joinpath(PureWindowsPath(name))
    assert archives.UNSAFE_NAME.match(name) or there.is_relative_to("C:/project")
    assert archives.UNSAFE_NAME.match(name)


def test_the_zones_that_are_named_are_known() -> None:
    known = zoneinfo.available_timezones()
    assert not known or {"Pacific/Kiritimati", "Europe/London", "Asia/Kathmandu"} <= known
