"""What the notebooks of cost and value may be told."""

import pytest

from places import LONDON
from vfm.analysis.crime_costs import POUNDS
from vfm.release import parameters
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

QUARTER = Quarter.parse("2019-20-Q4")


def test_the_defaults_are_those_of_the_notebooks() -> None:
    got = parameters.for_notebook("20-cost-per-outcome", QUARTER, LONDON, {"price_base": "2018-19"})
    assert got == {"quarter": "2019-20-Q4", "level": 0.95, "price_base": "2018-19", "deflator": "2023-06 (QNA)"}
    got = parameters.for_notebook("40-value", QUARTER, LONDON, {})
    assert got == {"quarter": "2019-20-Q4", "price_base": "2019-20", "deflator": "2023-06 (QNA)", "part": "total"}
    got = parameters.for_notebook("45-value-example", QUARTER, LONDON, {"draws": "500"})
    assert (got["draws"], type(got["draws"]), got["measure"]) == (500, int, "risk-lower")


def test_the_parts_of_a_cost_are_those_that_the_method_knows() -> None:
    assert parameters.PARTS == POUNDS


@pytest.mark.parametrize(
    ("notebook", "given", "said"),
    [
        ("40-value", {"part": "police"}, 'part="police" is not one of anticipation, consequence, response, total'),
        ("20-cost-per-outcome", {"price_base": "2019"}, "is not a financial year"),
        ("40-value", {"price_base": "2019"}, "is not a financial year"),
        ("45-value-example", {"draws": "99"}, "draws=99 is too few: give 100 or more"),
        ("45-value-example", {"draws": "1e4"}, 'draws="1e4" is not a whole number'),
        ("45-value-example", {"price_base": "2019"}, "is not a financial year"),
    ],
)
def test_what_is_not_possible_is_refused(notebook: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parameters.for_notebook(notebook, QUARTER, LONDON, given)
