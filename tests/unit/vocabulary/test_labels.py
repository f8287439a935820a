"""Every code that an award may have has a name that readers see."""

import pandas as pd

from vfm.analysis import terms
from vfm.data.schemas_published import PUBLISHED
from vfm.vocabulary.labels import NAMES, named


def test_every_code_of_an_award_has_a_name() -> None:
    for column in ("theme", "route", "recipient_type"):
        (check,) = PUBLISHED["awards"].columns[column].checks
        codes = set(check.statistics["allowed_values"])
        assert codes and codes <= set(NAMES), column


def test_what_is_no_code_is_its_own_name() -> None:
    assert [named(code) for code in ("extension", "new award", "2019/20", "All")] == [
        "Extension",
        "New award",
        "2019/20",
        "All",
    ]


def test_no_two_codes_of_one_column_share_a_name() -> None:
    for column in ("theme", "route", "recipient_type"):
        (check,) = PUBLISHED["awards"].columns[column].checks
        names = pd.Series([named(code) for code in check.statistics["allowed_values"]])
        assert names.is_unique, column
    assert terms.NOT_DATED not in NAMES
