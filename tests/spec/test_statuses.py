"""How far a figure is from a published one.

Published, derived, scenario, illustrative: what is worked out of several figures carries the weakest of their statuses,
and is never better than derived.
"""

import pytest

from vfm.vocabulary.results import Status

STATUSES = [
    # inputs, result, working
    ([], "derived", "worked out, so not published"),
    (["published"], "derived", "worked out of a published figure"),
    (["published", "published"], "derived", "worked out of published figures"),
    (["derived", "published"], "derived", "the weaker is derived"),
    (["scenario", "published"], "scenario", "an assumption of ours is in it"),
    (["scenario", "derived"], "scenario", "an assumption of ours is in it"),
    (["illustrative", "published"], "illustrative", "whatever touches a made-up row is made up"),
    (["illustrative", "scenario"], "illustrative", "whatever touches a made-up row is made up"),
]


@pytest.mark.parametrize(("inputs", "result", "working"), STATUSES)
def test_a_result_has_the_weakest_status_of_its_inputs(inputs: list[str], result: str, working: str) -> None:
    assert Status.of_result(inputs) == Status.of_result(reversed(inputs)) == Status(result), working
