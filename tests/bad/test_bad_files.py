"""Every message about the data has a bad file that brings it, at its place, through the real command."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import CASES, Case

from project_copies import CHECKOUT, ProjectCopy
from vfm.cli import main

ROOM = CHECKOUT / "src" / "vfm" / "data"
# The door for what is sent has tests of its own: tests/unit/data/test_sent_messages.py holds them to its messages.
SENT = {"archives.py", "opendocument.py", "personal.py", "sheets.py", "workbooks.py"}
SOURCES = [path for path in ROOM.rglob("*.py") if path.name not in SENT]
ADVICE = (
    # held by tests/unit/data/test_arithmetic.py
    "the source states it twice with different values",
    "the source states it twice, differently rounded",
    "parts that do not sum to their total",
    "parts that sum to their total but for rounding",
    "parts that exceed their envelope",
    "a count so far that falls",
    # held by tests/unit/data/test_receipts.py
    "a return that a later one replaces",
    "a return that came late",
    # held by tests/unit/data/test_plausibility.py
    "ten times the quarter before, or a tenth of it",
    "the quarter before, copied",
    "the same number in many areas",
    "more spent than was awarded",
)

ELSEWHERE = ("a file of no kind that is known",)  # of a path that is named, held by test_paths.py


# ---- what is said


def said(output: str) -> dict[str, list[str]]:
    """The errors of a report: under each rule its lines."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in output.splitlines():
        if kind := re.fullmatch(r"(error|advice): (.+?)( \(\d+\))?", line):
            lines = []
            if kind[1] == "error":
                found[kind[2]] = lines
        elif line.startswith("    "):
            lines.append(line.strip())
    return found


def begins(lines: list[str], beginnings: tuple[str, ...]) -> bool:
    return len(lines) == len(beginnings) and all(map(str.startswith, lines, beginnings))


def assert_says(case: Case, status: int, output: str) -> None:
    assert status == 1
    assert "Traceback" not in output
    errors = said(output)
    assert set(errors) == {case.rule, *case.also}
    assert begins(errors[case.rule], case.lines), errors[case.rule]
    assert all(case.mend in line for line in errors[case.rule]), errors[case.rule]
    for rule, lines in case.also.items():
        assert begins(errors[rule], lines), errors[rule]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_is_told_with_its_place_and_how_to_mend_it(
    case: Case,
    project_copy: ProjectCopy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case.spoil(project_copy, monkeypatch)
    status = main(["check"])
    monkeypatch.undo()
    captured = capsys.readouterr()
    assert_says(case, status, captured.out + captured.err)


def run(project: ProjectCopy, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vfm", *arguments],
        env=os.environ | {"VFM_PROJECT": str(project.root)} | environment,
        capture_output=True,
        encoding="utf-8",
    )


BY_NAME = {case.name: case for case in CASES}


def test_the_command_itself_says_so(project_copy: ProjectCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    case = BY_NAME["an award with an end before its start"]
    case.spoil(project_copy, monkeypatch)
    ran = run(project_copy, "check")
    assert_says(case, ran.returncode, ran.stdout)
    assert ran.stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not text are Linux's")
def test_what_a_terminal_cannot_show_is_told_all_the_same(
    project_copy: ProjectCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    BY_NAME["text in a number"].spoil(project_copy, monkeypatch)
    Path(os.fsdecode(os.fsencode(project_copy.raw) + b"/caf\xe9.csv")).touch()
    ran = run(project_copy, "check", PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert r'column value_gbp: "\xa31.1m"' in ran.stdout
    assert r"caf\udce9.csv. Describe it in datapackage.json" in ran.stdout


def test_every_problem_is_told_in_one_run(
    project_copy: ProjectCopy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [
        *("a missing raw file", "a file that nobody described", "text in a number", "half a crime"),
        *("a negative amount", "an unknown service", "a flag in other words", "an unknown result"),
        *("an unknown borough", "a headline on a plan", "a month past December", "a key with a space"),
    ]
    for name in names:
        BY_NAME[name].spoil(project_copy, monkeypatch)
    assert main(["check"]) == 1
    output = capsys.readouterr().out
    assert set(said(output)) == {BY_NAME[name].rule for name in names}
    assert f"{len(names)} errors" in output.splitlines()[-1]


def test_the_published_files_are_good(capsys: pytest.CaptureFixture[str], project_copy: ProjectCopy) -> None:
    assert main(["check"]) == 0
    output = capsys.readouterr().out
    assert said(output) == {}
    assert f"advice: {ADVICE[0]} (5)" in output
    assert output.endswith("28 tables, 25,266 rows: 0 errors, 10 advice\n")


def test_three_places_of_a_kind_are_named_and_the_rest_counted(
    project_copy: ProjectCopy, capsys: pytest.CaptureFixture[str]
) -> None:
    project_copy.change("published/awards.csv", lambda text: text.replace(",false,", ",no,"))
    assert main(["check"]) == 1
    lines = said(capsys.readouterr().out)["neither true nor false"]
    assert len(lines) == 4
    assert re.fullmatch(r"and \d{2,} more", lines[-1])


def test_a_long_value_is_cut_and_an_odd_one_made_plain(
    project_copy: ProjectCopy, capsys: pytest.CaptureFixture[str]
) -> None:
    project_copy.set_cell("published/awards.csv", 2, "amount_gbp", "\x1b[2J\n" + "9" * 100_000)
    assert main(["check"]) == 1
    output = capsys.readouterr().out
    assert r'column amount_gbp: "\x1b[2J\n' in output
    assert "\x1b" not in output
    assert max(map(len, output.splitlines())) < 300


# ---- what is not about a file


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["build", "2019-20-Q5"], 2, '"2019-20-Q5" is not a quarter: write it as 2019-20-Q4, with Q1 to Q4.'),
        (["build", "../../etc"], 2, '"../../etc" is not a quarter: write it as 2019-20-Q4, with Q1 to Q4.'),
        (["build", "2031-32-Q1"], 2, "Nothing is known of 2031-32-Q1: the data of 2026-11-23 reaches from 2010-11-Q1"),
    ],
)
def test_a_quarter_that_there_is_not(
    arguments: list[str],
    status: int,
    message: str,
    project_copy: ProjectCopy,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments) == status
    captured = capsys.readouterr()
    assert captured.err.startswith(f"vfm: {message}")
    assert (captured.out, captured.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    ("command", "blocked"), [("build", "data/processed"), ("refresh", "reports"), ("refresh", "reports/drafts")]
)
def test_a_folder_that_cannot_be_written(
    command: str, blocked: str, project_copy: ProjectCopy, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the folder should be: whoever is root may write in any folder that there is."""
    path = project_copy.root / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file")
    (project_copy.root / "notebooks").symlink_to(CHECKOUT / "notebooks", target_is_directory=True)
    assert main([command, "2019-20-Q4"]) == 3
    captured = capsys.readouterr()
    assert captured.err.startswith(f"vfm: Cannot write in {project_copy.root / blocked}")
    assert captured.err.endswith("Make it writable and run again.\n")
    assert path.read_text() == "a file"


def test_bad_data_stops_a_build_with_the_same_words(
    project_copy: ProjectCopy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = BY_NAME["a negative amount"]
    case.spoil(project_copy, monkeypatch)
    assert main(["build", "2019-20-Q4"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("vfm: The raw files cannot be used as they are.\nerror: ")
    assert_says(case, 1, captured.err)
    assert captured.out == ""
    assert not (project_copy.root / "data" / "processed").exists()


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("VFM_PROJECT", str(tmp_path))
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith(f"vfm: No vfm project at VFM_PROJECT={tmp_path}: ")


# ---- no message without a bad file

# Said elsewhere, and found there. What a `Says` tells (self.rule) is of the readers of published standards, which the
# command does not reach: tests/unit/data/published_files.py holds that each of those has its bad file.
FORWARDED = {"rule", "self.rule", "unreadable.rule", "says", "str(found.error)"}
SAYS: dict[str, int | str] = {
    "Problem": 1,
    "UnreadableTextError": 0,
    "check": 1,
    "_each": 1,
    "_formed": 1,
    "matches": 1,
    "pa.Check": "error",
    "pa.Check.isin": "error",
    "pa.Check.str_matches": "error",
}


def rules_said(source: str) -> Iterator[ast.expr]:
    """Where a source says what is wrong: in a problem, a rule of a schema, or what stands for either."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (where := SAYS.get(ast.unparse(node.func))) is not None:
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            if isinstance(where, str):
                yield named[where]
            else:
                if "rule" in named:
                    yield named["rule"]
                elif where < len(node.args):  # or it is another function of that name
                    yield node.args[where]
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "KINDS":
            assert isinstance(node.value, ast.Dict)
            yield from (kind.elts[1] for kind in node.value.values if isinstance(kind, ast.Tuple))
        elif isinstance(node, ast.FunctionDef) and node.name == "_rule":
            returned = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return))
            yield from (value.elts[0] for value in returned if isinstance(value, ast.Tuple))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "rule":
            yield node.value


def pattern(rule: ast.expr) -> str:
    """A rule's text as a pattern, with anything where it is filled in."""
    if isinstance(rule, ast.Constant):
        return re.escape(str(rule.value))
    assert isinstance(rule, ast.JoinedStr), f"a rule that the tests cannot read: {ast.unparse(rule)}"
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in rule.values)


def patterns(*sources: str) -> set[str]:
    said = (rule for source in sources for rule in rules_said(source))
    return {pattern(rule) for rule in said if ast.unparse(rule) not in FORWARDED}


def without_a_case(said: set[str]) -> set[str]:
    told = [*ADVICE, *ELSEWHERE, *(case.rule for case in CASES)]
    return {one for one in said if not any(re.fullmatch(one, rule) for rule in told)}


def test_every_message_about_the_data_has_a_bad_file() -> None:
    said = patterns(*(path.read_text(encoding="utf-8") for path in SOURCES))
    assert without_a_case(said) == set()
    assert len(said) > 40


def test_every_bad_file_is_for_a_message_that_there_is() -> None:
    said = patterns(*(path.read_text(encoding="utf-8") for path in SOURCES))
    assert [case.name for case in CASES if not any(re.fullmatch(one, case.rule) for one in said)] == []
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "source",
    [
        'Problem(file, "new", mend)',
        'Problem(file, mend=mend, rule="new")',
        'rule = "new"\nProblem(file, rule, mend)',
        'rule = f"new {what}"\nProblem(file, rule, mend)',
        'NEW = check(test, "new", "Mend it.")',
        'NEW = matches("a+", "new", "Mend it.")',
        'NEW = pa.Check(test, error="new", description="Mend it.")',
        'KINDS: dict = {TIME: (_time, "new", "Mend it.")}',
        'def _rule(check):\n    return "new", "Mend it.", [], []',
    ],
)
def test_a_new_message_without_a_bad_file_is_found(source: str) -> None:
    assert len(without_a_case(patterns(source))) == 1


def test_a_message_that_cannot_be_read_here_is_refused() -> None:
    with pytest.raises(AssertionError, match="a rule that the tests cannot read"):
        patterns("Problem(file, worded(what), mend)")
