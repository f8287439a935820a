"""What became of every figure from one release to another: two-sided, and each movement split to the last digit."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copies import ProjectCopy
from small_projects import PUBLISH, QUARTER, ROOT, copy_project, through_the_gate, write_notebook
from vfm.cli import main
from vfm.data.project import DATA_VARIABLE, EXAMPLES, PROJECT_VARIABLE, Project
from vfm.release import between, kept, manifest
from vfm.release.changes import Sides, changes, row_changes
from vfm.release.compare import Comparison, Move, compare, compare_values
from vfm.release.contents import Kind
from vfm.release.movements import Cause, as_decimal, cause_of, split
from vfm.release.parameters import PARAMETERS
from vfm.release.values import Known, Value
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter

BUDGET = "published/budget.csv"
# A figure that is worked out by hand below: a budget's rows, times 2 by the method and times 10 by the price base.
SUM = """import vfm
from vfm.vocabulary.results import CannotSay, Estimate

budget = vfm.open_quarter(quarter).budget
rows = budget[budget["measure"] == "MOPAC offender budget"]
rows = rows.assign(amount=rows["amount"] * (2 if population == "rebased" else 1))
rows = rows.assign(amount=rows["amount"] * (10 if deflator.startswith("2020") else 1))
release = vfm.open_release(quarter)
about = dict(period="all years", source="here")
release.number("offenders", Estimate(rows["amount"].sum()), title="For offenders", unit="£", **about)
columns = {"period": ("Period", ""), "amount": ("Amount", "£")}
release.table("offenders-by-year", rows, columns=columns, title="By year", **about)"""
TWO_SIDED = """said, not_said = Estimate(1), CannotSay("few")
one, other = (said, not_said) if population == "original" else (not_said, said)
release.number("ceased", one, title="Ceased", unit="people", **about)
release.number("began", other, title="Began", unit="people", **about)
release.number(f"only-{population}", Estimate(1), title="Only one side", unit="people", **about)
release.number("as-it-was", Estimate(1), title="The same", unit="people", **about);"""


def quiet(_: str) -> None:
    """No line of progress."""


def add_row(project: ProjectCopy, period: str, amount: int) -> None:
    row = f"{period},MOPAC offender budget,{amount},as-published,,https://www.london.gov.uk/,,official\n"
    project.change(BUDGET, lambda text: text + row)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with version 1 published, and a draft of version 2 in whose making five things changed."""
    root = copy_project(tmp_path_factory.mktemp("compare") / "project", notebooks=False)
    write_notebook(root, "10-spend-growth", SUM, TWO_SIDED)
    write_notebook(root, "90-quarterly-update", PUBLISH.format(id="last", value=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(root))
        assert main(["refresh", QUARTER]) == 0
        assert through_the_gate() == 0
        raw = ProjectCopy(root)
        row = (root / "data/raw" / BUDGET).read_text(encoding="utf-8").splitlines()
        corrected = next(n for n, line in enumerate(row, 1) if line.startswith("2019/20,MOPAC offender budget,755000,"))
        raw.set_cell(BUDGET, corrected, "value_gbp", "750000")
        add_row(raw, "2017/18", 1_000_000)  # late: its year had ended by the day that version 1 knew the facts of
        add_row(raw, "2027/28", 2_000_000)  # of a new period: its year had not
        told = ["-p", "population=rebased", "-p", "deflator=2020-03 (Budget)"]
        assert main(["refresh", QUARTER, *told]) == 0
    return root


@pytest.fixture(scope="module")
def compared(two: Path) -> Comparison:
    return compare(Project(two), QUARTER, f"{QUARTER}@draft", quiet)


def parts(compared: Comparison, name: str) -> dict[str, Fraction]:
    one = next(one for one in compared.values if one.value.name == name)
    assert sum(part.amount for part in one.parts) == one.by
    return {" and ".join(part.causes): part.amount for part in one.parts}


def test_a_movement_is_split_by_what_caused_it(compared: Comparison) -> None:
    # 1,428,000 + 755,000 = 2,183,000 before anything changed.
    assert parts(compared, "offenders") == {
        "method": 2_183_000,  # times 2
        "price base": 39_294_000,  # times 10 what is now 4,366,000
        "correction": -100_000,  # 5,000 less, times 20
        "late data": 20_000_000,  # 1,000,000 more, times 20
        "new period": 40_000_000,  # 2,000,000 more, times 20
    }


def test_a_cell_of_a_table_is_split_as_a_number_is_and_found_wherever_its_row_stands(compared: Comparison) -> None:
    cell = "offenders-by-year [2019/20, Amount]"
    assert parts(compared, cell) == {
        "method": 755_000,
        "price base": 13_590_000,
        "correction": -100_000,
        "late data": 0,
        "new period": 0,
    }


def test_both_sides_are_looked_at_and_what_is_missing_is_no_number(compared: Comparison) -> None:
    moves = {one.value.name: one.move for one in compared.values}
    assert moves["ceased"] is Move.NO_LONGER_SAID
    assert moves["began"] is Move.NOW_SAID
    assert moves["only-original"] is Move.WITHDRAWN
    assert moves["only-rebased"] is Move.NEW
    assert moves["as-it-was"] is Move.SAME
    assert moves["offenders-by-year [2017/18, Amount]"] is Move.NEW
    assert all(one.by is None for one in compared.values if one.value.name in {"ceased", "began", "only-original"})


def test_what_changed_in_the_making_is_said(compared: Comparison) -> None:
    said = {(str(change.cause), change.what) for change in compared.changes}
    assert said == {
        ("method", "population original to rebased (10-spend-growth)"),
        ("price base", "deflator 2023-06 (QNA) to 2020-03 (Budget) (10-spend-growth)"),
        ("correction", f"data/raw/{BUDGET}: 1 row corrected"),
        ("late data", f"data/raw/{BUDGET}: 1 row late"),
        ("new period", f"data/raw/{BUDGET}: 1 row of a new period"),
    }


def test_json_has_every_digit_and_text_is_for_reading(compared: Comparison) -> None:
    found = json.loads(compared.as_json())
    one = next(value for value in found["values"] if value["figure"] == "offenders")
    assert (one["old"]["value"], one["new"]["value"], one["by"]) == ("2183000", "103560000", "101377000")
    assert one["parts"][2] == {"causes": ["correction"], "amount": "-100000", "reason": ""}
    text = compared.as_text()
    assert "offenders: moved, £2.2 million to £103.6 million" in text
    assert "late data: +£20.0 million" in text
    assert "ceased: no longer said, 1 to cannot say: few" in text


def test_the_other_way_round_the_same_movements_have_the_other_sign(two: Path) -> None:
    # v1 was made by the same code, so that what lies between can be made; corrections and rows are taken back.
    back = compare(Project(two), f"{QUARTER}@draft", QUARTER, quiet)
    assert sum(parts(back, "offenders").values()) == -101_377_000
    assert {one.value.name: one.move for one in back.values}["only-original"] is Move.NEW


def test_what_cannot_be_told_apart_is_said_with_why_not(two: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(two, root)
    folder = root / "reports/drafts" / QUARTER
    described = manifest.read(folder) | {"code": "0" * 64}
    manifest.seal(folder, {name: value for name, value in described.items() if name != "outputs"})
    found = compare(Project(root), QUARTER, f"{QUARTER}@draft", quiet)
    one = next(one for one in found.values if one.value.name == "offenders")
    assert [(len(part.causes), part.amount) for part in one.parts] == [(5, 101_377_000)]
    assert one.parts[0].reason.startswith("the newer release was made by other code (000000000000; here ")


def test_a_raw_file_that_is_not_to_be_had_as_it_was_leaves_its_rows_untold(two: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(two, root, ignore=shutil.ignore_patterns("kept"))
    old, new = (manifest.read(root / "reports" / place / QUARTER) for place in ("", "drafts"))
    said = [change.what for change in changes(Sides(Project(root), old, new)) if BUDGET in change.what]
    assert said == [f"data/raw/{BUDGET} was changed, and is not to be had as it was: its rows cannot be compared"]


def test_a_raw_table_that_had_other_columns_is_told_as_method(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As recorded crime, which once had a column a kind: no row of it has been corrected."""
    old, new = (manifest.read(two / "reports" / place / QUARTER) for place in ("", "drafts"))
    read = Sides.text

    def as_once(self: Sides, side: dict[str, Any], file: str) -> str | None:
        text = read(self, side, file)
        return text.replace("period,measure", "year,named", 1) if text and side is old and BUDGET in file else text

    monkeypatch.setattr(Sides, "text", as_once)
    said = [(change.cause, change.what) for change in changes(Sides(Project(two), old, new)) if BUDGET in change.what]
    what = f"data/raw/{BUDGET} is in other columns than it was: its rows cannot be compared"
    assert said == [(Cause.METHOD, what)]


def test_the_command_says_it(two: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(two))
    assert main(["compare", QUARTER, QUARTER, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["counts"]) == {"same"}
    assert main(["compare", QUARTER, "nowhere"]) == 2


def test_a_release_of_the_example_is_not_compared_with_one_of_the_published_record(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(ROOT))
    assert main(["compare", QUARTER, str(ROOT / "reports/examples" / QUARTER)]) == 2
    assert "they are not compared" in capsys.readouterr().err


# ---- a movement that is hiding's

# Referrals accepted, of the 18 services of the example: 28, 49, 117, 62, 90, 37, 211, 91, 42, 34, 73, 37, 86, 119, 112
# and 123, with one of 5 and one of 8. To the nearest 5 the first sixteen are 30 + 50 + 115 + 60 + 90 + 35 + 210 + 90 +
# 40 + 35 + 75 + 35 + 85 + 120 + 110 + 125 = 1,305; the rule 10-5 hides the others, and 7-5 shows the 8, as 10.
ACCEPTED = """import vfm
from vfm.vocabulary.results import Estimate

data, release = vfm.open_quarter(quarter), vfm.open_release(quarter)
rows = data.publishable.outputs("service_id")
rows = rows[rows["measure_id"] == "referrals-accepted"]
about = dict(period=quarter, source="returns")
total = rows["count"].sum() * (2 if level == 0.9 else 1)
release.number("accepted", Estimate(total), title="Referrals", unit="people", people={}, **about)
columns = {"service_id": ("Service", ""), "count": ("Accepted", "people")}
release.table("by-service", rows, columns=columns, title="By service", missing={"count": "[c]"},
              people={"count": "count"}, **about)"""


@pytest.fixture(scope="module")
def hiding(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Version 1 under the rule 10-5, and a draft of version 2 under 7-5 that is worked out in another way too."""
    root = copy_project(tmp_path_factory.mktemp("hiding") / "project", notebooks=False)
    shutil.copytree(ROOT / "examples" / "raw", root / "examples" / "raw")
    write_notebook(root, "20-cost-per-outcome", ACCEPTED)
    write_notebook(root, "90-quarterly-update", PUBLISH.format(id="last", value=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, str(root))
        patch.setenv(DATA_VARIABLE, EXAMPLES)
        assert main(["refresh", QUARTER]) == 0
        assert through_the_gate() == 0
        catalogue = root / "examples/raw/datapackage.json"
        package = json.loads(catalogue.read_text(encoding="utf-8"))
        catalogue.write_text(json.dumps(package | {"disclosure": "7-5"}), encoding="utf-8")
        assert main(["refresh", QUARTER, "-p", "level=0.9"]) == 0
        return compare(Project(root, EXAMPLES), QUARTER, f"{QUARTER}@draft", quiet)


def test_what_moves_because_a_count_is_hidden_or_not_is_told_from_what_moves_by_method(hiding: Comparison) -> None:
    # 1,305 to twice 1,315: twice 1,305 by the method, and then twice the 10 that the rule no longer hides
    assert parts(hiding, "accepted") == {"method": 1_305, "suppression": 20}
    assert {str(change.cause) for change in hiding.changes} == {"method", "suppression"}
    assert "the profile of disclosure control, 10-5 to 7-5" in {change.what for change in hiding.changes}


def test_a_cell_that_is_no_longer_hidden_has_no_movement_and_says_so(hiding: Comparison) -> None:
    cells = [one for one in hiding.values if one.value.figure == "by-service"]
    moves = Counter(str(one.move) for one in cells if one.old and (one.old.suppressed or one.old.amount is not None))
    assert moves == {"same": 17, "no longer suppressed": 1}  # the 5 is hidden in both
    assert all(one.by is None and not one.parts for one in cells if one.move is Move.UNCOVERED)
    text = hiding.as_text()
    assert ", Accepted]: no longer suppressed, [c] to 10\n        suppression: what it moved by is not said" in text


# ---- the arithmetic

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9).map(Fraction)


@given(st.data())
def test_parts_add_up_exactly_whatever_is_missing_between(data: st.DataObject) -> None:
    causes = data.draw(st.lists(st.sampled_from(list(Cause)), min_size=1, unique=True))
    between = data.draw(st.lists(st.none() | amounts, min_size=len(causes) - 1, max_size=len(causes) - 1))
    first, last = data.draw(amounts), data.draw(amounts)
    found = split([first, *between, last], causes, "no value")
    assert sum(part.amount for part in found) == last - first
    assert [cause for part in found for cause in part.causes] == causes
    assert all(bool(part.reason) == (len(part.causes) > 1) for part in found)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_a_difference_is_written_with_every_digit(one: float, other: float) -> None:
    difference = Fraction(repr(one)) - Fraction(repr(other))
    assert Fraction(as_decimal(difference)) == difference


def value(amount: str | None, instead: str = "", unit: str = "people") -> dict[Known, Value]:
    held = None if amount is None else Fraction(amount)
    one = Value(Kind.NUMBER, "one", "", held, instead, "One", unit, "2019/20")
    return {(one.kind, one.figure, one.cell): one}


@pytest.mark.parametrize(
    ("old", "new", "move"),
    [
        (value("5"), value(None, "[c]"), Move.SUPPRESSED),
        (value(None, "[c]"), value("5"), Move.UNCOVERED),
        (value(None, "cannot say: none"), value(None, "[c]"), Move.SUPPRESSED),
        (value(None, "cannot say: none"), value(None, "cannot say: few"), Move.OTHER_REASON),
        (value(None, "[c]"), value(None, "[c]"), Move.SAME),
        (value("5", unit="£"), value("5", unit="£ million"), Move.UNLIKE),
        (value("3"), value("3.00000000000001"), Move.SAME),  # the last digit of another machine
        (value("3"), value("2.9"), Move.MOVED),  # down as well as up
        (value("0"), value("3"), Move.MOVED),
    ],
)
def test_what_is_hidden_missing_or_in_another_unit_is_no_movement(
    old: dict[Known, Value], new: dict[Known, Value], move: Move
) -> None:
    (found,) = compare_values(old, new, [Cause.SUPPRESSION], [], "")
    assert found.move is move
    assert bool(found.parts) == (move is Move.MOVED)


def test_a_rule_of_hiding_that_rounds_otherwise_is_a_movement_of_suppression() -> None:
    (found,) = compare_values(value("45"), value("43"), [Cause.SUPPRESSION], [], "")
    assert [(part.causes, part.amount) for part in found.parts] == [((Cause.SUPPRESSION,), -2)]


def test_a_movement_that_nothing_recorded_explains_says_so() -> None:
    (found,) = compare_values(value("45"), value("43"), [], [], "")
    assert [(part.causes, part.amount) for part in found.parts] == [(("nothing that was recorded",), -2)]


# ---- what a change is a change of


def test_every_parameter_and_raw_file_is_a_change_of_something() -> None:
    names = {name for definition in PARAMETERS.values() for name in definition.__dataclass_fields__}
    assert {name for name in names if cause_of("parameter", name)[0] == "new period"} == {
        "quarter",
        "base_year",
        "year",
        "until",
    }
    assert {name for name in names if cause_of("parameter", name)[0] == "price base"} >= {"price_base", "deflator"}
    assert {cause_of("parameter", name)[0] for name in ("level", "draws", "split", "schedule")} == {"method"}
    assert cause_of("file", "reference/gdp_deflator.csv")[0] == "price base"
    assert cause_of("file", "matches.csv")[0] == "method"
    assert cause_of("file", "returns/2019-20-Q4/one.xlsx")[0] == "incoming"
    assert all(cause_of("file", name)[1] for name in ("published/awards.csv", "reference/population.csv"))


RECEIPTS = "data/raw/receipts.csv"
RETURN = "data/raw/returns/{}/one.csv"


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ({}, {RETURN.format("2019-20-Q3"): "1"}, "late data"),
        ({}, {RETURN.format("2030-31-Q1"): "1"}, "new period"),
        ({RETURN.format("2019-20-Q3"): "1"}, {RETURN.format("2019-20-Q3"): "2"}, "correction"),
        ({RETURN.format("2019-20-Q3"): "1"}, {}, "correction"),
        ({"data/raw/assumptions.csv": "1"}, {"data/raw/assumptions.csv": "2"}, "method"),
        ({"data/raw/corrections.csv": "1"}, {"data/raw/corrections.csv": "2"}, "correction"),
        ({"data/raw/datapackage.json": "1"}, {"data/raw/datapackage.json": "2"}, None),
    ],
)
def test_a_file_that_came_changed_or_went(
    tmp_path: Path, old: dict[str, str], new: dict[str, str], cause: str | None
) -> None:
    common: dict[str, Any] = {
        "quarter": QUARTER,
        "as_of": "2020-04-30",
        "code": "a",
        "packages": {},
        "parameters": {},
    }
    found = changes(Sides(Project(tmp_path), common | {"inputs": old}, common | {"inputs": new}))
    assert [str(change.cause) for change in found] == ([cause] if cause else [])


def test_another_profile_of_disclosure_control_is_a_change_of_suppression(tmp_path: Path) -> None:
    common = {"quarter": QUARTER, "as_of": "2020-04-30", "code": "a", "packages": {}, "parameters": {}}
    common |= {"inputs": {RETURN.format("2019-20-Q3"): "1"}}
    old, new = ({**common, "disclosure": {"profile": profile}} for profile in ("10-5", "5"))
    (found,) = changes(Sides(Project(tmp_path), old, new))
    assert (found.cause, found.what) == (Cause.SUPPRESSION, "the profile of disclosure control, 10-5 to 5")
    # where no return is held there is nothing that it could hide
    assert changes(Sides(Project(tmp_path), old | {"inputs": {}}, new | {"inputs": {}})) == []


@pytest.mark.parametrize(
    ("period", "which"),
    [
        ("2017/18", "late"),
        ("2026-27", "new_period"),
        ("2018/19-2020/21", "late"),
        ("2024/25-2027/28", "new_period"),
        ("2026/27 onwards", "new_period"),
    ],
)
def test_a_row_is_late_when_its_period_had_ended_by_the_day_of_the_facts(
    project_copy: ProjectCopy, period: str, which: str
) -> None:
    project = Project(project_copy.root)
    old = manifest.describe(project, Quarter.parse(QUARTER), [])
    kept.keep(project, old["inputs"])
    add_row(project_copy, period, 5)
    new = manifest.describe(project, Quarter.parse(QUARTER), [])
    found = row_changes(Sides(project, old, new), f"data/raw/{BUDGET}")
    assert found is not None
    counts = {name: len(getattr(found, name)) for name in ("late", "new_period", "corrected", "gone")}
    assert counts == {"late": 0, "new_period": 0, "corrected": 0, "gone": 0} | {which: 1}


def test_what_lies_between_a_release_of_before_suppression_and_now_can_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The shipped version 1 does not say what was out, nor what it follows: it was held against nothing."""
    project = Project(ROOT)
    new = manifest.read(ROOT / "reports" / QUARTER)
    made = []

    def refresh(clean: Project, *_: Any, **__: Any) -> Path:
        made.append(clean.reports.exists() and list(clean.reports.rglob("*")))
        raise RunError("as far as this")

    monkeypatch.setattr(manifest, "code_hash", lambda _: new["code"])
    monkeypatch.setattr(between, "refresh", refresh)
    compared = compare(project, f"{QUARTER}@v1", QUARTER, quiet)
    assert made
    assert not any(made)  # no other release stands where its making would find it
    reasons = {part.reason for one in compared.values for part in one.parts}
    assert any("as far as this" in reason for reason in reasons)
