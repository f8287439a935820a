"""How few people a published count may be of: the profiles, and what each makes of one count.

A count that is small in itself is hidden first, here. Which others have to be hidden with it, so that no sum gives
it back, is for `suppression`; that what is published gives no hidden count back is for `disclosure_audit`.

A rule of dominance, of two contributors who make up most of a sum, has no place here: in a count of people each
person is one, so none makes up more than another. Pounds are paid to organisations and published by who pays them.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf

from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.marks import Mark, Shown

DEFAULT = "10-5"  # for services to victims, where being counted is itself a thing to keep to oneself


@dataclass(frozen=True)
class Span:
    """Whole counts from `lower` to `upper`, both of them in it."""

    lower: float
    upper: float

    def holds(self, count: float) -> bool:
        return self.lower <= count <= self.upper

    def covers(self, other: "Span") -> bool:
        """Whether all of `other` is in it."""
        return self.lower <= other.lower and other.upper <= self.upper


@dataclass(frozen=True)
class Profile:
    """A rule of disclosure control.

    Parameters
    ----------
    name : as it is chosen and recorded
    fewest : the smallest count of people that is shown; from 1 up to it, a count is hidden
    base : what is shown is rounded to the nearest multiple of it, halves up; 1 leaves it as it is
    hides_none_and_all : whether "none of these people" and "all of them" are hidden too, for they tell of each of them
    """

    name: str
    fewest: int
    base: int
    hides_none_and_all: bool = False

    def __post_init__(self) -> None:
        if self.fewest < 1 or self.base < 1:
            raise ValueError(f"a profile shows counts from 1 or more, to a base of 1 or more, not {self}")

    def small(self, count: int, *, of_group: bool = False) -> bool:
        """Whether a count is hidden for itself; `of_group` where it says how many people of a known group."""
        return 0 < count < self.fewest or (count == 0 and of_group and self.hides_none_and_all)

    def shown(self, count: int) -> Shown:
        """A count that is not hidden, as it is published.

        >>> profile = Profile("10-5", 10, 5)
        >>> [profile.shown(count) for count in (0, 10, 12, 13, 98)]
        [0.0, 10.0, 10.0, 15.0, 100.0]
        """
        rounded = (2 * count + self.base) // (2 * self.base) * self.base
        return Mark.LOW if count and not rounded else float(rounded)

    def stands_for(self, shown: Shown) -> Span:
        """The counts that a published cell can stand for, as anyone can work out who knows the profile.

        >>> profile = Profile("10-5", 10, 5)
        >>> profile.stands_for(15.0), profile.stands_for(10.0), profile.stands_for(0.0)
        (Span(lower=13, upper=17), Span(lower=10, upper=12), Span(lower=0, upper=0))
        """
        if isinstance(shown, Mark) and shown is not Mark.LOW:
            return Span(0, inf)
        if shown == 0:
            return Span(0, 0)
        rounded = 0 if isinstance(shown, Mark) else int(shown)
        half = self.base // 2
        return Span(max(rounded - half, self.fewest), rounded + (self.base - 1) // 2)

    def protected(self, *, of_group: bool = False) -> Span:
        """What has to stay possible of a hidden count: its protection interval."""
        return Span(0 if of_group and self.hides_none_and_all else 1, self.fewest - 1)


@cache
def profiles() -> dict[str, Profile]:
    """The profiles there are, by name, from the table that says where each comes from."""
    text = (files("vfm.data") / "disclosure_profiles.csv").read_text(encoding="utf-8")
    return {
        row["profile"]: Profile(
            row["profile"], int(row["fewest"]), int(row["base"]), hides_none_and_all=row["none_or_all"] == "hidden"
        )
        for row in csv.DictReader(text.splitlines())
    }


def profile(name: str = DEFAULT) -> Profile:
    """The profile of a name.

    Raises
    ------
    UsageError
        when there is none.
    """
    known = profiles()
    if name not in known:
        hint = suggestion(name, list(known)) or f" There are {', '.join(known)}."
        raise UsageError(f'There is no profile of disclosure control called "{name}".{hint}')
    return known[name]
