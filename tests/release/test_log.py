"""Logs that bite: a figure that leans on an entry which is empty, missing or past its day does not build."""

from __future__ import annotations

import csv
import fnmatch
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from project_copies import ProjectCopy
from small_projects import PUBLISH, QUARTER, ROOT, write_notebook
from vfm.cli import main
from vfm.release import log, rules
from vfm.release.rules import Leaning, Reads, leaning
from vfm.vocabulary.errors import DataError, Problem

Contents = Callable[[Path], dict[str, bytes]]
AS_OF = "2026-11-23"
ENTRY = {
    "kind": "assumption",
    "what": "Totals are rounded.",
    "effect": "They carry an interval.",
    "reliability": "high",
    "owner_role": "performance analyst",
    "recorded": pd.Timestamp("2025-11-23"),
    "sunset": pd.Timestamp(AS_OF),
    "source": "budget.csv",
    "file": "log.csv",
}
LEANING = Leaning({"one": ("rounding",), "two": ("rounding",), "three": ()})


def register(**changed: Any) -> pd.DataFrame:
    return pd.DataFrame([ENTRY | changed], index=["rounding"])


def refused(known: pd.DataFrame, found: Leaning = LEANING, as_of: str = AS_OF) -> Problem:
    with pytest.raises(DataError) as error:
        log.require_founded(found, known, as_of=as_of)
    (problem,) = error.value.problems
    return problem


def test_an_entry_holds_up_to_its_day_and_no_longer() -> None:
    log.require_founded(LEANING, register(), as_of=AS_OF)  # on the day itself
    problem = refused(register(), as_of="2026-11-24")
    assert problem.rule == 'the entry "rounding" had to be looked at again before 2026-11-24'
    assert (problem.file, problem.column, problem.value) == ("log.csv", "sunset", "2026-11-23")
    assert problem.mend.startswith("one, two lean on it: look at it again, and give it a later day")


@pytest.mark.parametrize(
    ("column", "empty"),
    [*((column, None) for column in log.STATED), *((column, "  ") for column in ("what", "effect", "reliability"))],
)
def test_an_empty_part_of_an_entry_is_refused(column: str, empty: str | None) -> None:
    problem = refused(register(**{column: empty}))
    assert (problem.rule, problem.column) == ('the entry "rounding" is empty', column)
    assert problem.mend == "one, two lean on it: fill it in."


def test_an_entry_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    problem = refused(register(), Leaning({"one": ("roundings",)}))
    assert problem.rule == 'there is no entry "roundings"'
    assert (
        'one leans on it: write the entry, or correct leans_on.csv or the notebook. Did you mean "rounding"?'
        in problem.mend
    )


def test_an_entry_that_nothing_leans_on_may_be_past_its_day() -> None:
    log.require_founded(Leaning({"one": ()}), register(), as_of="2030-01-01")


def test_many_figures_are_counted_and_the_first_of_them_named() -> None:
    problem = refused(register(), Leaning({f"f{n}": ("rounding",) for n in range(8)}), as_of="2027-01-01")
    assert problem.mend.startswith("f0, f1, f2, f3, f4 and 3 more lean on it")


def test_a_figure_leans_by_its_id_its_table_its_method_and_what_its_notebook_names() -> None:
    reads = {
        "budget-growth-real": Reads(frozenset({"budget"}), "end over start"),
        "unit-cost-a": Reads(frozenset({"matches"}), "ratio of totals; 95% Byar Poisson limits", ("remit-grew",)),
    }
    found = leaning(reads, data="published", assumptions=["worth"])
    assert found.entries("budget-growth-real") == [
        "budget-rounding",
        "compiled-in-retrospect",
        "remit-grew",
        "sums-checked",
    ]
    assert found.entries("unit-cost-a") == ["admin-counts", "compiled-in-retrospect", "matches-judged", "remit-grew"]


def test_a_figure_that_reads_assumptions_leans_on_each() -> None:
    reads = {"npv": Reads(frozenset({"assumptions"}), "present value")}
    found = leaning(reads, data="examples", assumptions=["worth", "deadweight"])
    assert found.entries("npv") == ["deadweight", "everything-invented", "worth"]


def test_a_rule_may_name_several_assumptions_at_once_and_then_it_leans_on_no_others() -> None:
    reads = {"bidding-cost": Reads(frozenset({"assumptions"}), "bids x hours")}
    found = leaning(reads, data="published", assumptions=["bid-hours", "bid-hour-cost", "formula-most-loss"])
    assert found.entries("bidding-cost") == ["bid-hour-cost", "bid-hours", "bidding-hours", "compiled-in-retrospect"]


def test_the_release_prints_the_entries_that_it_used_and_what_was_left_out() -> None:
    known = pd.concat([register(), register().rename(index={"rounding": "not-used"})]).rename_axis("entry_id")
    left_out = {"entry_id": "no-amount", "kind": "exclusion", "what": "w", "effect": "e", "rows": 8, "figures": 3}
    frame = log.used(LEANING, known, [left_out])
    assert list(frame["entry_id"]) == ["rounding", "no-amount"]
    assert list(frame["figures"]) == [2, 3]
    assert frame.loc[0, "sunset"] == "2026-11-23"


def expired(project: Path, entry_id: str) -> None:
    """Let an entry be past its day: a day before the catalogue's, whatever the day is today."""
    path = project / "data" / "raw" / "log.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        entries = [row["entry_id"] for row in csv.DictReader(lines)]
    copy = ProjectCopy(project)
    copy.set_cell("log.csv", entries.index(entry_id) + 2, "recorded", "2025-11-22")
    copy.set_cell("log.csv", entries.index(entry_id) + 2, "sunset", "2026-11-22")


def test_a_release_with_such_a_figure_is_not_made_and_the_draft_stays(
    draft: Path, contents: Contents, capsys: pytest.CaptureFixture[str]
) -> None:
    before, project = contents(draft), draft.parents[2]
    expired(project, "compiled-in-retrospect")
    assert main(["refresh", QUARTER]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert 'the entry "compiled-in-retrospect" had to be looked at again before 2026-11-23' in said
    assert "first, last lean on it: look at it again, and give it a later day" in said
    assert contents(draft) == before


def test_a_release_lists_in_its_log_what_it_used_and_how_many_figures_lean_on_it(draft: Path) -> None:
    with (draft / "log.csv").open(encoding="utf-8", newline="") as file:
        entries = list(csv.DictReader(file))
    assert [(row["entry_id"], row["figures"]) for row in entries] == [("compiled-in-retrospect", "2")]
    for part in ("what", "effect", "reliability", "owner_role", "recorded", "sunset"):
        assert entries[0][part]
    page = (draft / "index.html").read_text(encoding="utf-8")
    assert 'id="log-compiled-in-retrospect"' in page


def test_what_a_notebook_names_has_to_be_there(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = PUBLISH.format(id="first", value=1).replace('source="here")', 'source="here", leans_on=["no-such-entry"])')
    write_notebook(small, "00-data-quality", cell)
    assert main(["refresh", QUARTER]) == 1
    assert 'there is no entry "no-such-entry"' in capsys.readouterr().err


def test_every_rule_is_of_an_entry_that_there_is_and_every_entry_is_used() -> None:
    for data, folder in (("published", "data"), ("examples", "examples")):
        with (ROOT / folder / "raw" / "log.csv").open(encoding="utf-8", newline="") as file:
            entries = {row["entry_id"] for row in csv.DictReader(file)}
        with rules.LEANS_ON.open(encoding="utf-8", newline="") as file:
            named = {row["entry_id"] for row in csv.DictReader(file) if row["data"] in {data, "both"}}
        with (ROOT / folder / "raw" / "assumptions.csv").open(encoding="utf-8", newline="") as file:
            assumed = {row["assumption_id"] for row in csv.DictReader(file)}
        assert all(fnmatch.filter(entries | assumed, name) for name in named)
        assert entries - named == set(), (
            "an entry that no figure leans on does nothing: take it away, or give it a rule"
        )
