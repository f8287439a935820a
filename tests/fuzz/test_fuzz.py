"""Whatever is sent, and whatever is typed, is read or told of: no traceback, no hang, no more memory than there may be.

CI tries a sample that is the same each time; `--soak` tries more than 100,000 inputs, from the seed that the page of
counts names. What was found so is a case of `tests/bad/` now.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from generated import ANYTHING, ODD, File, documents, tables, workbooks
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from project_copies import CHECKOUT
from promises import SEED, SOAK
from vfm.cli import COMMANDS, main
from vfm.data import checks
from vfm.data.catalogue import Catalogue
from vfm.data.project import PROJECT_VARIABLE
from vfm.vocabulary.listing import FORMS

resource = pytest.importorskip("resource")  # Windows has no such counts
Tried = Callable[..., None]
LONGEST = 60  # seconds after which an input of some hundred bytes counts as a hang
MOST_MORE = 400_000  # kilobytes that memory may grow by over all of a test's inputs


def often(sample: int, soak: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many inputs, from one seed; what fails is made smaller and shown."""
    phases = [Phase.generate, Phase.shrink]
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    wanted = settings(
        max_examples=soak if SOAK else sample,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=checks,
    )
    return lambda test: seed(SEED)(wanted(test))


@contextlib.contextmanager
def no_hang() -> Iterator[None]:
    def say(*_: Any) -> None:
        pytest.fail(f"a hang: not done after {LONGEST} seconds")

    before = signal.signal(signal.SIGALRM, say)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MORE


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.read(CHECKOUT / "data" / "raw")


@pytest.fixture(scope="module")
def checked(catalogue: Catalogue) -> checks.Checked:
    return checks.check(catalogue)


@pytest.fixture
def told(
    catalogue: Catalogue, checked: checks.Checked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tried: Tried
) -> Callable[[File], None]:
    """Check a file that was sent, as `vfm check PATH` does; what is said of it can be said in every form."""
    monkeypatch.setattr(checks, "check", lambda _: checked)

    def check(file: File) -> None:
        name, content = file
        path = tmp_path / name
        path.write_bytes(content)
        tried("fuzz")
        with no_hang():
            found = checks.check_paths(catalogue, [path])
            for problem in found.problems:
                assert problem.file == str(path)
                assert problem.rule
                assert problem.mend
                assert problem.row is None or problem.row >= 1
            for form in FORMS.values():
                form(found.problems).encode()

    return check


@often(60, 30_000)
@given(file=tables())
def test_any_table_is_read_or_told(told: Callable[[File], None], file: File) -> None:
    told(file)


@often(60, 40_000)
@given(file=documents())
def test_any_document_is_read_or_told(told: Callable[[File], None], file: File) -> None:
    told(file)


@often(20, 4_000)
@given(file=workbooks())
def test_any_workbook_is_read_or_told(told: Callable[[File], None], file: File) -> None:
    told(file)


@often(40, 25_000)
@given(file=ANYTHING)
def test_any_bytes_of_any_name_are_read_or_told(told: Callable[[File], None], file: File) -> None:
    told(file)


# ---- the command line

RIGHT_WORDS = (
    *("2019-20-Q4", "2019-20-Q4@v1", "@", "@draft", "2019-20-Q4@v99999999999", ".", "/", "-", "--", "-p", "--help"),
    *("--role", "--json", "--data", "--release", "--format", "=", "a=b", "level=0.9", "level=", "nan", "csv"),
    *("performance analyst", "examples", "published", "borough=Croydon", "services-in"),
)
ANY_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
WORDS = st.one_of(st.sampled_from(RIGHT_WORDS), ODD.filter(lambda text: "\0" not in text), ANY_WORDS)
TYPED = st.tuples(st.sampled_from([*COMMANDS, "chekc", ""]), st.lists(WORDS, max_size=5))


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has raw files and nothing else: what would run for minutes has nothing to run on."""
    project = tmp_path / "project"
    shutil.copytree(CHECKOUT / "data" / "raw", project / "data" / "raw")
    (project / "data/raw/published/awards.csv").unlink()  # so that nothing is built either
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return project


@often(40, 3_000)
@given(typed=TYPED)
def test_whatever_is_typed_is_answered(bare: Path, tried: Tried, typed: tuple[str, list[str]]) -> None:
    command, words = typed
    if (
        command in ("check", "doctor") or "--to" in words
    ):  # look at all the raw files each time: they have their turn above
        command = "trace"
    tried("fuzz")
    said = io.StringIO()
    with no_hang(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = main([command, *words])
        except SystemExit as ended:  # argparse's own way to say that the usage is wrong
            status = ended.code
    assert status in (0, 1, 2, 3), (typed, said.getvalue())
    assert "Traceback" not in said.getvalue()
    assert list(Path().iterdir()) == []
