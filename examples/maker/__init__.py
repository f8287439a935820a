"""How the example is invented: its register, its crime, its records, its returns and their faults."""

import numpy as np

SEED = 20200331
PARTS = ("services", "awards", "crime", "records", "returns", "faults", "elsewhere", "elsewhere-returns")


def chance(part: str) -> np.random.Generator:
    """The chance of one part of the example, so that a change in one leaves the others as they are."""
    return np.random.default_rng([SEED, PARTS.index(part)])
