"""Suppression and attack against sdcTable's own test table and ACRO's charities (case 40)."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vfm.data.disclosure import Profile, Span, profile
from vfm.data.disclosure_audit import Attacker, Fact, Protected, attack
from vfm.data.suppression import Candidate, smallest_pattern

CASE = Path(__file__).parents[3] / "shared" / "reference" / "40_sdc_reference"
UNDER_3 = Profile("under 3", fewest=3, base=1)


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    if not CASE.is_dir():
        pytest.skip(
            "case 40 holds GPL-2 test numbers, so it is not in this tree; put `shared` beside the clone to run it"
        )
    return {part["name"]: part["value"] for part in json.loads((CASE / "expected.json").read_text())["expected"]}


def rows(name: str) -> list[dict[str, str]]:
    with (CASE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def regions_by_gender() -> list[Candidate]:
    counts = {f"{row['region']}|{row['gender']}": int(row["count"]) for row in rows("table_4x2.csv")}
    margins = {
        part: [name for name in counts if part in name.split("|")] for name in counts for part in name.split("|")
    }
    sums = {name: [name] for name in counts} | margins | {"all": list(counts)}
    found = []
    for name, parts in sums.items():
        people, terms = sum(counts[part] for part in parts), dict.fromkeys(parts, 1.0)
        shown = Fact("table", terms, Span(people, people))
        found.append(Candidate(name, terms, people, shown, primary=UNDER_3.small(people)))
    return found


def test_the_smallest_pattern_is_that_of_four_methods_of_sdctable(expected: dict[str, Any]) -> None:
    candidates = regions_by_gender()
    assert [one.name for one in candidates if one.primary] == expected["table_4x2.primary"]
    protected = [Protected("A|female", {"A|female": 1.0}, UNDER_3.protected())]
    hidden = smallest_pattern(candidates, protected)
    assert hidden - {"A|female"} == set(expected["table_4x2.secondary_optimal_min_suppressed_count"])
    assert sum(one.people for one in candidates if one.name in hidden - {"A|female"}) == 40

    attacker = Attacker([one.shown for one in candidates if one.name not in hidden])
    assert attacker.narrow({"A|female": 1.0}) == Span(*expected["table_4x2.attacker_interval_A_female"])


def test_charities_of_a_type_are_hidden_by_the_threshold_and_recovered_from_the_total(expected: dict[str, Any]) -> None:
    rule = profile("10-5")
    counts = Counter(f"{row['year']}|{row['grant_type']}" for row in rows("charity_grants.csv"))
    small = sorted(name for name, count in counts.items() if rule.small(count))
    assert small == expected["charity.threshold10_flags"]
    year = {name: count for name, count in counts.items() if name.startswith("2013")}
    facts = [Fact("by type", {name: 1.0}, Span(count, count)) for name, count in year.items() if name not in small]
    facts.append(Fact("in all", dict.fromkeys(year, 1.0), Span(153, 153)))
    leaks = attack(facts, [Protected("2013|R/G", {"2013|R/G": 1.0}, rule.protected())])
    assert bool(leaks) == expected["charity.column_RG_recoverable_from_totals"]
    assert Attacker(facts).narrow({"2013|R/G": 1.0}) == Span(8, 8)  # 153 - 15 - 59 - 71
