"""What the notebook of the funding formula may be told."""

import pytest

from places import LONDON
from vfm.release import parameters
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

QUARTER = Quarter.parse("2019-20-Q4")


def test_the_defaults_are_those_of_the_notebook() -> None:
    got = parameters.for_notebook("60-funding-formula", QUARTER, LONDON, {"draws": "500", "imd_year": "2019"})
    assert got == {
        "quarter": "2019-20-Q4",
        "need_year": "2017-18",
        "need_before": "2016-17",
        "population": "original",
        "imd_year": 2019,
        "explain": "E09000006",
        "draws": 500,
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"need_year": "2016-17"}, "need_year=2016-17 is not after need_before=2016-17"),
        ({"need_before": "2016"}, "is not a financial year"),
        ({"population": "census"}, 'There is no population series "census": there are original and rebased.'),
        ({"imd_year": "new"}, 'imd_year="new" is not a whole number'),
        (
            {"explain": "Bromley"},
            'explain="Bromley" is none of the 32 boroughs: give a code from E09000002 to E09000033',
        ),
        ({"explain": "E09000001"}, 'explain="E09000001" is none of the 32 boroughs'),
        ({"draws": "99"}, "draws=99 is too few: give 100 or more"),
    ],
)
def test_what_is_not_possible_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parameters.for_notebook("60-funding-formula", QUARTER, LONDON, given)
