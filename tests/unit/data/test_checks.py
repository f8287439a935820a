"""All the checks together, on the raw files as they are and with cells blanked."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from vfm.data import checks, references
from vfm.data.catalogue import Catalogue
from vfm.vocabulary.errors import DataError, Problem


def test_blank_cells_anywhere_are_no_crash_in_any_rule(raw: dict[str, pd.DataFrame]) -> None:
    """A cell that could not be read is blank in the table, and the rules between tables are still asked."""
    used = {name: raw[name] for needs in checks.RULES.values() for name in needs} | {"boroughs": raw["boroughs"]}
    for blanked in sorted({column for table in used.values() for column in table.columns}):
        tables = {
            name: table.assign(**{blanked: table[blanked].mask(table[blanked].notna())}) if blanked in table else table
            for name, table in used.items()
        }
        for rule, needs in checks.RULES.items():
            if not any(blanked in tables[name] for name in needs):
                continue
            list(rule(*[tables[name] for name in needs], *needs))
        list(references.area_problems(tables["boroughs"], "boroughs.csv", tables["boroughs"], tables["place"]))


def test_the_raw_files_as_they_are_have_advice_and_no_errors() -> None:
    checked = checks.check(Catalogue.read(Path(__file__).resolve().parents[3] / "data" / "raw"))
    assert checked.errors == []
    assert Counter(problem.rule for problem in checked.advice) == {
        "the source states it twice with different values": 5,
        "the source states it twice, differently rounded": 2,
        "parts that do not sum to their total": 2,
        "parts that sum to their total but for rounding": 1,
    }
    assert checked.require_clean() is checked


def test_errors_stop_what_needs_clean_tables_and_advice_does_not() -> None:
    error, advice = Problem("a.csv", "wrong", "mend"), Problem("a.csv", "odd", "look", advice=True)
    assert checks.Checked({}, (advice,), "").require_clean()
    with pytest.raises(DataError) as refused:
        checks.Checked({}, (advice, error), "").require_clean()
    assert refused.value.problems == (advice, error)
