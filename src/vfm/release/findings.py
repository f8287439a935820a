"""What a look at an installation or a data folder finds: what is wrong, what to do, and what mends it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found.

    `mend` does what can be done safely, and is None where a person has to act; what is `information` is no problem.
    """

    where: str
    what: str
    do: str
    mend: Callable[[], None] | None = None
    information: bool = False
