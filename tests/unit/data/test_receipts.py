"""The register of receipts: what came late, what is replaced, and what cannot be so."""

from __future__ import annotations

import pytest

from project_copies import ProjectCopy
from vfm.cli import main
from vfm.data import checks
from vfm.data.build import build
from vfm.data.catalogue import Catalogue
from vfm.data.project import Project
from vfm.data.quarter import QuarterData
from vfm.vocabulary.periods import Quarter

QUARTER = "2019-20-Q4"
FIRST, SECOND = f"returns/{QUARTER}/first.csv", f"returns/{QUARTER}/second.csv"
HEADING = "file,received,due,replaces\n"


@pytest.fixture
def two(project_copy: ProjectCopy) -> ProjectCopy:
    """Two returns that report the same: 10 and then, corrected, 12."""
    folder = project_copy.raw / "returns" / QUARTER
    folder.mkdir(parents=True)
    for name, count in (("first", 10), ("second", 12)):
        text = f"service,area,measure,count\nLondon Gang Exit,Croydon,People engaged,{count}\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return project_copy


def receive(project: ProjectCopy, *rows: str) -> None:
    project.write("receipts.csv", "\n".join([HEADING.strip(), *rows, ""]).encode())


def told(project: ProjectCopy) -> list[tuple[str, int | None, str | None, bool]]:
    """What is said of returns, and where: (rule, row, column, whether it is advice)."""
    problems = checks.check(Catalogue.read(project.raw)).problems
    ours = [p for p in problems if p.file == "receipts.csv" or p.file.startswith("returns/")]
    return [(p.rule, p.row, p.column, p.advice) for p in ours]


def test_two_returns_that_report_the_same_are_told_how_to_say_which_holds(
    two: ProjectCopy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "error: two returns report the same" in said
    assert "name the replaced one in receipts.csv" in said


def test_a_return_that_is_replaced_is_kept_and_not_read(two: ProjectCopy) -> None:
    receive(two, f"{FIRST},2020-04-20,2020-04-30,", f"{SECOND},2020-04-29,2020-04-30,{FIRST}")
    assert told(two) == [("a return that a later one replaces", 3, "replaces", True)]
    data = QuarterData(Project(two.root), Quarter.parse(QUARTER))
    assert data.outputs[["count", "source"]].to_numpy().tolist() == [[12, SECOND]]
    assert data.received.set_index("file").loc[[FIRST, SECOND], "rows"].tolist() == [0, 1]
    assert "a return that a later one replaces" in set(data.queries["rule"])


def test_a_return_that_came_after_it_was_due_is_told_and_read(two: ProjectCopy) -> None:
    receive(two, f"{FIRST},2020-04-30,2020-04-30,", f"{SECOND},2020-05-01,2020-04-30,{FIRST}")
    assert told(two) == [
        ("a return that a later one replaces", 3, "replaces", True),
        ("a return that came late", 3, "received", True),
    ]
    folder = build(Project(two.root), Quarter.parse(QUARTER))
    assert (folder / "outputs.parquet").is_file()


CYCLE = [("returns that replace each other", row, "replaces", False) for row in (2, 3)]
WRONG = {
    "a receipt for nothing": (
        [f"{FIRST},2020-04-20,2020-04-30,", f"{FIRST[:-4]}t.csv,2020-04-20,2020-04-30,"],
        [("a receipt for no return", 3, "file", False), ("two returns report the same", 2, "measure", False)],
    ),
    "nothing is replaced": (
        [f"{SECOND},2020-04-20,2020-04-30,returns/{QUARTER}/none.csv"],
        [
            ("a return that is replaced and is not there", 2, "replaces", False),
            ("two returns report the same", 2, "measure", False),
        ],
    ),
    "each the other": ([f"{FIRST},2020-04-20,2020-04-30,{SECOND}", f"{SECOND},2020-04-20,2020-04-30,{FIRST}"], CYCLE),
    "itself": (
        [f"{FIRST},2020-04-20,2020-04-30,{FIRST}"],
        [("returns that replace each other", 2, "replaces", False)],
    ),
    "received on no day": (
        [f"{FIRST},yesterday,2020-04-30,", f"{SECOND},2020-04-29,2020-04-30,{FIRST}"],
        [("not a day", 2, "received", False), ("a return that a later one replaces", 3, "replaces", True)],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_register_that_cannot_be_so_is_told(two: ProjectCopy, case: str) -> None:
    rows, expected = WRONG[case]
    receive(two, *rows)
    assert sorted(told(two)) == sorted(expected)
    assert main(["check"]) == 1


def test_a_return_may_be_revised_twice(two: ProjectCopy) -> None:
    third = f"returns/{QUARTER}/third.csv"
    (two.raw / third).write_bytes((two.raw / SECOND).read_bytes())
    rows = [f"{FIRST},2020-04-20,2020-04-30,", f"{SECOND},2020-04-21,2020-04-30,{FIRST}"]
    receive(two, *rows, f"{third},2020-04-22,2020-04-30,{SECOND}")
    assert [rule for rule, *_ in told(two)] == ["a return that a later one replaces"] * 2
    data = QuarterData(Project(two.root), Quarter.parse(QUARTER))
    assert list(data.outputs["source"]) == [third]
