"""What the notebook on bidding may be told."""

import pytest

from places import LONDON
from vfm.release import parameters
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

QUARTER = Quarter.parse("2019-20-Q4")


def test_a_longer_term_is_in_whole_months_of_one_or_more() -> None:
    told = parameters.for_notebook("70-bidding", QUARTER, LONDON, {"longer_term": "24"})
    assert told["longer_term"] == 24 and told["competition"] == "Shared Endeavour Fund call 4"
    with pytest.raises(UsageError, match="longer_term=0 is no term: give the months, one or more"):
        parameters.for_notebook("70-bidding", QUARTER, LONDON, {"longer_term": "0"})
    with pytest.raises(UsageError, match='longer_term="x" is not a whole number'):
        parameters.for_notebook("70-bidding", QUARTER, LONDON, {"longer_term": "x"})
