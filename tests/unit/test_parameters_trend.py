"""What the notebook of trend and effects may be told."""

import pytest

from places import LONDON
from vfm.release import parameters
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

QUARTER = Quarter.parse("2019-20-Q4")


def test_the_defaults_are_those_of_the_notebook() -> None:
    got = parameters.for_notebook("30-trend-effects", QUARTER, LONDON, {})
    series = {"quarter": "2019-20-Q4", "level": 0.95, "change": "2014-04", "until": "2016-17-Q4"}
    assert got == series | {"category": "violence_against_the_person", "population": "original"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"change": "April 2014"}, "is not a month: write it as 2014-04"),
        ({"change": "2014-13"}, "is not a month"),
        ({"change": "2018-01"}, "is not before the quarter until=2016-17-Q4"),
        ({"until": "2020-21-Q1"}, "is after the quarter 2019-20-Q4"),
        ({"until": "2016-17"}, "is not a quarter"),
        ({"level": "95"}, "not a coverage"),
        ({"category": "robery"}, 'No crime is recorded as "robery" throughout.*robbery'),
        ({"category": "historical_fraud_forgery"}, "throughout"),
        ({"population": "census"}, "there are original and rebased"),
    ],
)
def test_what_is_not_possible_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parameters.for_notebook("30-trend-effects", QUARTER, LONDON, given)


def test_the_example_of_an_effect_is_told_in_whole_quarters() -> None:
    got = parameters.for_notebook("35-effects-example", QUARTER, LONDON, {"last": "3"})
    told = {"service": "example-service-07", "category": "robbery", "built_in": 0.85, "first": -5, "last": 3}
    assert got == {"quarter": "2019-20-Q4", "level": 0.95} | told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"last": "3.5"}, 'last="3.5" is not a whole number'),
        ({"first": "-1"}, "are not at most -2 and at least 0"),
        ({"last": "-1"}, "are not at most -2 and at least 0"),
        ({"built_in": "0"}, "is no ratio"),
        ({"built_in": "much"}, 'built_in="much" is not a number'),
        ({"category": "fraud"}, "No crime is recorded as"),
    ],
)
def test_what_the_example_cannot_be_told_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parameters.for_notebook("35-effects-example", QUARTER, LONDON, given)
