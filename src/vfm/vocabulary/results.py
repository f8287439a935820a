"""What a calculation may answer: an estimate, or why nothing can be said.

Status travels from raw row to page. Whatever is worked out from several figures carries the weakest of
their statuses, and whatever touches an illustrative figure is illustrative.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from vfm.vocabulary.marks import Mark

ILLUSTRATIVE = "Illustrative: invented services and sums, made to show the working"


class Status(StrEnum):
    """How far a figure is from a published one."""

    PUBLISHED = "published"  # a real, cited figure
    DERIVED = "derived"  # computed only from published ones
    SCENARIO = "scenario"  # published figures under an assumption of ours
    ILLUSTRATIVE = "illustrative"  # made up to show the working

    @classmethod
    def of_result(cls, inputs: Iterable["Status | str"]) -> "Status":
        """The status of something computed from `inputs`.

        >>> Status.of_result(["published", "scenario"])
        <Status.SCENARIO: 'scenario'>
        >>> Status.of_result(["published"])
        <Status.DERIVED: 'derived'>
        """
        order = list(cls)
        return max([cls.DERIVED, *map(cls, inputs)], key=order.index)


class Direction(StrEnum):
    """Where the true value lies from the one that is stated."""

    EXACT = ""
    AT_MOST = "at most"
    AT_LEAST = "at least"
    UNKNOWN = "about, direction unknown"


class Better(StrEnum):
    """Which way is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"

    @property
    def sign(self) -> int:
        return {Better.HIGHER: 1, Better.LOWER: -1, Better.NEITHER: 0}[self]


@dataclass(frozen=True)
class Estimate:
    """A number that can be stood behind.

    Parameters
    ----------
    value : the point, in the unit that the figure states
    lower, upper : an interval round it, both or neither
    n : how many things it rests on
    method : how the value and the interval were made
    direction : whether it is a bound because its source says "over" or "up to"
    """

    value: float
    lower: float | None = None
    upper: float | None = None
    n: float | None = None
    method: str = ""
    status: Status = Status.DERIVED
    direction: Direction = Direction.EXACT

    def __post_init__(self) -> None:
        given = [x for x in (self.value, self.lower, self.upper) if x is not None]
        if not all(isfinite(x) for x in given):
            raise ValueError("an estimate is finite; where nothing can be said, use CannotSay")
        if (self.lower is None) != (self.upper is None):
            raise ValueError("an interval has both ends; one-sided is a direction")
        if self.lower is not None and self.upper is not None and not self.lower <= self.value <= self.upper:
            raise ValueError(f"{self.value} is outside its interval {self.lower} to {self.upper}")


@dataclass(frozen=True)
class CannotSay:
    """Nothing can be said, because of `reason` (it completes "cannot say: ..."); `mark` stands where a number would."""

    reason: str
    status: Status = Status.DERIVED
    mark: Mark = Mark.NOT_AVAILABLE


Result = Estimate | CannotSay
