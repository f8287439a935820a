"""Making a release again: what is said of each piece of it, and of what cannot be made again."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from release_reading import not_as_released
from small_projects import PUBLISH, QUARTER, ROOT, copy_project, write_notebook
from vfm.cli import main
from vfm.data.catalogue import sha256
from vfm.data.project import PROJECT_VARIABLE, Project
from vfm.release import contents, kept, manifest, old_code, rebuild
from vfm.release.refresh import refresh
from vfm.release.tolerances import table, tolerance_of
from vfm.release.verify import Outcome, Verified, _other_files, compare_piece, verify
from vfm.vocabulary.periods import Quarter

DRAFT = f"{QUARTER}@draft"
SHOW = """import pandas as pd
from vfm.report import charts

frame = pd.DataFrame({"area": ["Barnet", "Camden"], "pounds": [10.5, 20.25]})
columns = {"area": ("Area", ""), "pounds": ("Spent", "£")}
about = dict(columns=columns, title="Spent", period="2019/20", source="here")
bars = charts.grouped_bars(frame, label="area", groups={"pounds": "Spent"}, x_label="Pounds")"""
CELLS = (
    PUBLISH.format(id="first", value=1),
    SHOW,
    'release.table("areas", frame, **about)',
    'release.chart("bars", bars, data=frame, alt="Barnet {first}.", **about)',
    'release.say("There was {first} award. There was no other.")',
    'release.exclude("left-out", "Two rows.", rows=2, pounds=3.5, effect="none")',
)


def quiet(_: str) -> None:
    """No line of progress."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with one of everything that a release holds, and its draft."""
    project = copy_project(tmp_path_factory.mktemp("verify") / "project", notebooks=False)
    write_notebook(project, "00-data-quality", *CELLS)
    write_notebook(project, "90-quarterly-update", PUBLISH.format(id="last", value=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(project))
        assert main(["refresh", QUARTER]) == 0
    return project


@pytest.fixture
def project(shown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may spoil."""
    copy = tmp_path / "project"
    shutil.copytree(shown, copy)
    monkeypatch.setenv(PROJECT_VARIABLE, str(copy))
    return copy


@pytest.fixture
def again(shown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What making the release again gives, made once for all the tests: they change the one or the other."""
    folder = tmp_path / "again"
    shutil.copytree(shown / "reports/drafts" / QUARTER, folder)

    @contextmanager
    def made(project: Project, described: dict[str, Any], _: Any) -> Iterator[rebuild.Again]:
        others = [] if described["code"] == manifest.code_hash(project) else ["made by other code"]
        yield rebuild.Again(folder, (*others, *rebuild.other_libraries(described)))

    monkeypatch.setattr(rebuild, "made_again", made)
    return folder


def change(path: Path, old: str, new: str) -> None:
    """Change a file by hand, and the seal with it, so that the file alone is what differs."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    reseal(next(folder for folder in path.parents if (folder / "manifest.json").is_file()))


def reseal(folder: Path, **changed: Any) -> None:
    described = manifest.read(folder) | changed
    manifest.seal(folder, {name: value for name, value in described.items() if name != "outputs"})


def outcome(verified: Verified, kind: str, name: str) -> tuple[Outcome, str]:
    found = next(one for one in verified.findings if (one.kind, one.name) == (kind, name))
    return found.outcome, found.detail


def test_the_dots_of_a_png_may_be_others_and_are_then_said_to_be_not_checked(tmp_path: Path) -> None:
    released, again = tmp_path / "released", tmp_path / "again"
    for folder, held in ((released, b"here"), (again, b"elsewhere")):
        (folder / "charts").mkdir(parents=True)
        (folder / "charts" / "one.png").write_bytes(held)
    sealed = {"charts/one.png": {"sha256": sha256(released / "charts" / "one.png"), "kept": "rebuildable"}}
    found = {one.name: one for one in _other_files(sealed, released, again, ())}
    assert found["charts/one.png"].outcome is Outcome.NOT_CHECKED
    assert found["charts/one.png"].reason.startswith("the dots of a PNG depend on the machine that draws")


GATE = (["submit", QUARTER, "--role", "performance analyst"], ["approve", QUARTER, "--role", "head of performance"])


@pytest.mark.parametrize("steps", [0, 1, 2], ids=["a draft", "in review", "approved"])
def test_a_release_that_comes_out_the_same_is_verified(
    project: Path, capsys: pytest.CaptureFixture[str], steps: int
) -> None:
    for step in GATE[:steps]:
        assert main(step) == 0
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert main(["verify", DRAFT]) == 0
    said = capsys.readouterr().out
    for line in ("number: 2 same", "table: 1 same", "chart data: 1 same", "drawing: 1 same", "log entry: 2 same"):
        assert line in said
    assert "run.json holds the times" in said  # what was not checked, and why
    assert f"{DRAFT} verified: all " in said
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before  # nothing of the user's is touched


SPOILT = {
    "number": ("numbers.json", '"value": 1.0', '"value": 1.25', "value is 1.25 in the release and 1 made again: -0.25"),
    "number's words": ("numbers.json", '"unit": "awards"', '"unit": "grants"', 'unit is "grants" in the release and'),
    "table": ("tables/areas.csv", "20.25", "20.75", "row 2 (Camden), pounds is 20.75 in the release and 20.25 made"),
    "a table's note": ("tables/areas.json", '"Spent"', '"Paid"', 'title is "Paid"'),
    "chart data": ("charts/bars.csv", "10.5", "10", "row 1 (Barnet), pounds is 10 in the release and 10.5 made again"),
    "alt text": ("charts/bars.json", "Barnet 1.", "Barnet 2.", 'alt is "Barnet 2." in the release'),
    "drawing": ("charts/bars.svg", "</svg>", "<g/></svg>", "SVG is "),
    "sentence": ("notebooks/00-data-quality.ipynb", "no other.", "another.", '"There was another." in the release'),
    "log entry": ("log.csv", "Two rows.", "Three rows.", 'what is "Three rows." in the release'),
    "page": ("index.html", "</main>", "<p>!</p></main>", "HTML is "),
    "file": (
        "numbers.csv",
        "last,A number,2",
        "last,A number,3",
        'last, value is "3" in the release and "as in numbers.json" made again',
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_what_differs_is_said_with_by_how_much(
    project: Path, again: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, old, new, said = SPOILT[case]
    change(project / "reports/drafts" / QUARTER / file, old, new)
    assert main(["verify", DRAFT, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    bad = [one for one in found["findings"] if one["outcome"] == "differs"]
    assert found["verified"] is False
    assert any(said in one["detail"] for one in bad), bad
    if case == "number":
        assert bad[0]["by"] == "-0.25"


def test_what_one_side_alone_has_is_missing_or_new(project: Path, again: Path) -> None:
    folder = project / "reports/drafts" / QUARTER
    for suffix in ("csv", "json"):
        (again / f"tables/areas.{suffix}").unlink()
        (folder / f"charts/bars.{suffix}").unlink()
    (folder / "charts/bars.svg").unlink()
    reseal(folder)
    verified = verify(Project(project), DRAFT, quiet)
    assert outcome(verified, "table", "areas")[0] is Outcome.MISSING
    assert outcome(verified, "chart data", "bars")[0] is Outcome.NEW
    assert outcome(verified, "drawing", "bars")[0] is Outcome.NEW
    assert not verified.good


def test_a_value_that_is_gone_or_given_is_a_difference(project: Path, again: Path) -> None:
    change(project / "reports/drafts" / QUARTER / "numbers.json", '"value": 1.0', '"value": null')
    verified = verify(Project(project), DRAFT, quiet)
    assert outcome(verified, "number", "first") == (
        Outcome.DIFFERS,
        'value is "nothing" in the release and "1" made again',
    )


def test_a_file_that_was_changed_after_the_seal_is_altered(project: Path, again: Path) -> None:
    (project / "reports/drafts" / QUARTER / "index.html").write_text("by hand", encoding="utf-8")
    verified = verify(Project(project), DRAFT, quiet)
    assert outcome(verified, "seal", "index.html") == (Outcome.ALTERED, "the file was changed after it was sealed")


def test_a_difference_in_the_last_digit_is_within_the_tolerance_and_its_reason_is_said(
    project: Path, again: Path
) -> None:
    change(project / "reports/drafts" / QUARTER / "numbers.json", '"value": 1.0', '"value": 1.00000000000001')
    verified = verify(Project(project), DRAFT, quiet)
    found = next(one for one in verified.findings if one.name == "first")
    assert (found.outcome, found.by) == (Outcome.WITHIN, "-1e-14")
    assert "order of adding" in found.reason
    assert verified.good


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("numbers.json", '"value": 1.0', '"value": 1.00000000000001', []),
        ("tables/areas.csv", "20.25", "20.2500000000001", []),
        ("charts/bars.csv", "20.25", "20.2500001", ["charts/bars.csv"]),
        ("tables/areas.json", '"order"', ' "order"', ["tables/areas.json"]),
        ("charts/bars.svg", "</svg>", "</svg> ", ["charts/bars.svg"]),
    ],
)
def test_what_our_own_tests_let_pass_on_another_processor(
    project: Path, again: Path, file: str, old: str, new: str, found: list[str]
) -> None:
    change(project / "reports/drafts" / QUARTER / file, old, new)
    assert not_as_released(again, project / "reports/drafts" / QUARTER, "numbers.*", "tables/*", "charts/*") == found


def rewrite(path: Path, old: str, new: str) -> None:
    """Write a workbook anew with one thing changed in its XML; its bytes are others in any case, as its times are."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert any(old.encode() in part for part in parts.values())
    with zipfile.ZipFile(path, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part.replace(old.encode(), new.encode()))


IN_A_CELL = {"xlsx": "<v>{}</v>", "ods": 'office:value="{}"'}


@pytest.mark.parametrize("kind", IN_A_CELL)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("20.2500000000001", (Outcome.WITHIN, "")),
        ("20.75", (Outcome.DIFFERS, "column 2 is 20.75 in the release and 20.25 made again: -0.5, -0.0241 of it")),
        ("20.25", (Outcome.DIFFERS, "its bytes are others, and its cells are the same")),
    ],
)
def test_a_workbook_of_other_bytes_is_held_to_its_cells(
    project: Path, again: Path, kind: str, value: str, said: tuple[Outcome, str]
) -> None:
    name = f"{QUARTER}.{kind}"
    folder = project / "reports/drafts" / QUARTER
    rewrite(folder / name, IN_A_CELL[kind].format("20.25"), IN_A_CELL[kind].format(value))
    reseal(folder)
    verified = verify(Project(project), DRAFT, quiet)
    found, detail = outcome(verified, "file", name)
    assert found is said[0] and detail.endswith(said[1])
    assert verified.good == (found is Outcome.WITHIN)
    (again / name).unlink()
    assert outcome(verify(Project(project), DRAFT, quiet), "file", name)[0] is Outcome.MISSING


@pytest.mark.parametrize("turned", [1e-14, 1e-6])
def test_a_number_in_a_workbook_is_held_to_the_tolerance_of_that_number(turned: float, tmp_path: Path) -> None:
    """A fitted number may turn in its eighth digit, where a sum may not."""
    made = tmp_path / f"{QUARTER}.xlsx"
    shutil.copy(ROOT / "reports" / QUARTER / made.name, made)
    released = contents.workbook(made)
    for figure, wide in (("violence-step", 5e-8), ("awards-count", 0)):
        key = (contents.Kind.NUMBER, figure)
        part = next(part for part, said in released[key].items() if part.endswith("column 3") and said)
        again = dict(released[key])
        again[part] = released[key][part] * (1 + Fraction(wide or turned))  # type: ignore[operator]
        expected = Outcome.WITHIN if wide or turned < 1e-10 else Outcome.DIFFERS
        assert compare_piece(key, released[key], again).outcome is expected


def test_what_is_no_longer_readable_is_the_datas_fault(
    project: Path, again: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "reports/drafts" / QUARTER / "numbers.json").write_text("[{", encoding="utf-8")
    assert main(["verify", DRAFT]) == 1
    assert "cannot be read as a release" in capsys.readouterr().err


# ---- tolerances


def test_every_tolerance_has_a_reason_and_a_figure() -> None:
    pieces = [
        key for folder in ("2019-20-Q4", "examples/2019-20-Q4") for key in contents.read(ROOT / "reports" / folder)
    ]
    used = {tolerance_of(*key) for key in pieces}
    assert [one for one in table() if one not in used] == []
    assert all(len(one.reason) > 20 for one in table())
    assert (table()[-1].kind, table()[-1].figure) == ("*", "*")


# ---- as far as what was recorded allows


def test_what_each_notebook_was_told_is_told_again(small: Path) -> None:
    for name, figure in (("20-cost-per-outcome", "one"), ("30-trend-effects", "two")):
        cell = PUBLISH.format(id=figure, value="level")
        write_notebook(small, name, cell)
    project = Project(small)
    refresh(project, Quarter.parse(QUARTER), {}, quiet, told={"20-cost-per-outcome": {"level": 0.5}})
    folder = small / "reports/drafts" / QUARTER
    told = manifest.read(folder)["parameters"]
    assert (told["20-cost-per-outcome"]["level"], told["30-trend-effects"]["level"]) == (0.5, 0.95)
    verified = verify(project, DRAFT, quiet)
    assert verified.good
    assert outcome(verified, "number", "one")[0] is Outcome.SAME


def test_under_other_code_what_is_the_same_is_said_and_the_rest_cannot_be(project: Path, again: Path) -> None:
    folder = project / "reports/drafts" / QUARTER
    change(folder / "numbers.json", '"value": 1.0', '"value": 1.25')
    reseal(folder, code="0" * 64)
    verified = verify(Project(project), DRAFT, quiet)
    found = next(one for one in verified.findings if one.name == "first")
    assert (found.outcome, found.by) == (Outcome.CANNOT_SAY, "-0.25")
    assert found.reason == "made by other code"
    assert outcome(verified, "number", "last")[0] is Outcome.SAME
    assert "This release was made by other code" in verified.as_text()
    assert not verified.good


def test_other_libraries_are_named(project: Path, again: Path) -> None:
    folder = project / "reports/drafts" / QUARTER
    reseal(folder, packages=manifest.packages() | {"numpy": "1.0"})
    verified = verify(Project(project), DRAFT, quiet)
    assert any(reason.startswith("made with numpy 1.0, here ") for reason in verified.reasons)
    assert verified.good  # and yet every piece is the same


def reissue(project: Path) -> str:
    """Have the publisher of a raw file issue it anew; return its path."""
    path = project / "data/raw/reference/tile_grid.csv"
    catalogue = project / "data/raw/datapackage.json"
    old = kept.sha256(path)
    path.write_bytes(path.read_bytes() + b"\n")
    catalogue.write_text(catalogue.read_text(encoding="utf-8").replace(old, kept.sha256(path)), encoding="utf-8")
    return path.relative_to(project).as_posix()


def test_a_raw_file_that_is_not_to_be_had_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = reissue(project)
    assert main(["verify", DRAFT]) == 1
    said = capsys.readouterr().out
    assert "number: 2 cannot say" in said
    assert f"{file}: neither in its place, kept nor in the repository's history" in said


def made_of(project: Path, described: dict[str, Any], root: Path) -> dict[str, str]:
    clean = rebuild.clean_project(Project(project), root, described)
    return {file: kept.sha256(clean.root / file) for file in described["inputs"]}


def by_keeping(project: Path, described: dict[str, Any]) -> None:
    kept.keep(Project(project), described["inputs"])


def by_the_repository(project: Path, _: dict[str, Any], *besides: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "data/raw", *besides], [*who, "commit", "-q", "-m", "As it came"]):
        subprocess.run(["git", "-C", str(project), *command], check=True)


@pytest.mark.parametrize("how", [by_keeping, by_the_repository])
def test_a_raw_file_that_was_issued_anew_is_had_as_it_was(
    project: Path, tmp_path: Path, how: Callable[[Path, dict[str, Any]], None]
) -> None:
    described = manifest.read(project / "reports/drafts" / QUARTER)
    how(project, described)
    reissue(project)
    assert made_of(project, described, tmp_path / "clean") == described["inputs"]
    assert Project(tmp_path / "clean").status == "published"


def test_a_release_of_other_code_is_made_again_by_that_code_from_the_history(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    with (project / "src/vfm/report/words.py").open("a", encoding="utf-8") as file:
        file.write("# as it was then\n")
    folder = project / "reports/drafts" / QUARTER
    reseal(folder, code=old_code.hash_of(Project(project)))
    by_the_repository(project, {}, "src", "notebooks", "requirements.lock", "reports")
    (project / "src/vfm/report/words.py").write_text("raise SystemExit", encoding="utf-8")  # not that of the history
    verified = verify(Project(project), DRAFT, print)
    assert "made again by the code of commit" in capsys.readouterr().out
    assert verified.reasons == ()
    differ = {(one.kind, one.name) for one in verified.findings if one.outcome is not Outcome.SAME}
    assert {kind for kind, _ in differ} <= {"page", "file"}  # they print the hash of the code that was put in by hand


def test_records_are_not_kept_twice(tmp_path: Path) -> None:
    (tmp_path / "examples/raw/records").mkdir(parents=True)
    file = tmp_path / "examples/raw/records/contacts.csv"
    file.write_text("a", encoding="utf-8")
    kept.keep(Project(tmp_path), {"examples/raw/records/contacts.csv": kept.sha256(file)})
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("quarter", "when", "version"),
    [
        ("2019-20-Q3", "2020-02-01T00:00:00+00:00", 1),  # version 2 came after
        ("2019-20-Q3", "2020-04-01T00:00:00+00:00", 2),
        ("2019-20-Q3", None, 2),  # a draft: what is published now
        ("2019-20-Q3", "2019-01-01T00:00:00+00:00", None),
        (QUARTER, "2020-04-01T00:00:00+00:00", 6),  # of its own quarter, the one that it follows
    ],
)
def test_a_release_is_made_again_with_the_versions_that_were_out_when_it_was_made(
    tmp_path: Path, quarter: str, when: str | None, version: int | None
) -> None:
    for place, number, day in (("2019-20-Q3", 2, "2020-03-01"), ("archive/2019-20-Q3/v1", 1, "2020-01-01")):
        folder = tmp_path / "reports" / place
        folder.mkdir(parents=True)
        text = json.dumps({"version": number, "published_at": f"{day}T00:00:00+00:00"})
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    described = {"quarter": QUARTER, "follows": 6} | ({"published_at": when} if when else {})
    assert rebuild.published_then(Project(tmp_path), Quarter.parse(quarter), described) == version


@pytest.mark.parametrize(("name", "status"), [("2019-20-Q9", 2), ("nowhere", 2), (f"{QUARTER}@v9", 1)])
def test_what_is_no_release_is_said(small: Path, name: str, status: int) -> None:
    assert main(["verify", name]) == status
