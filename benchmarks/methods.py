"""How long two heavy methods take beside plain NumPy on the same arrays, and how much memory they need.

`python benchmarks/methods.py [ROUNDS]`. Each method has a process of its own, with one thread, in which the two sides
run in turn; what counts is the median ratio, for machines are shared and noisy. Peak memory is that of a process that
runs our side once and does nothing else.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from vfm.analysis.bootstrap import bootstrap_ratios
from vfm.analysis.cost_effectiveness import Draws, acceptability

RATIO_GOAL, MEGABYTES_GOAL = 3.0, 1_000.0
BOROUGHS, SERVICES, PROVIDERS, DRAWS = 33, 20, 12, 10_000
OPTIONS, THRESHOLDS = 10, 500

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Side = Callable[[], object]


def bootstrap_sides() -> tuple[Side, Side]:
    """BCa limits of every borough and service, and percentiles of the same draws by plain NumPy."""
    generator = np.random.default_rng(1)
    groups = BOROUGHS * SERVICES
    spend = generator.gamma(2.0, 10_000.0, (groups, PROVIDERS))
    count = generator.poisson(30, (groups, PROVIDERS)).astype(float)
    pairs = pd.DataFrame(
        {
            "borough": np.repeat(np.arange(BOROUGHS), SERVICES * PROVIDERS),
            "service": np.tile(np.repeat(np.arange(SERVICES), PROVIDERS), BOROUGHS),
            "spend": spend.ravel(),
            "count": count.ravel(),
        }
    )

    def ours() -> object:
        return bootstrap_ratios(pairs, by=["borough", "service"], draws=DRAWS, seed=1)

    def plain() -> object:
        weights = np.random.default_rng(1).multinomial(PROVIDERS, np.full(PROVIDERS, 1 / PROVIDERS), DRAWS)
        drawn = weights.T.astype(float)
        limits = np.empty((groups, 2))
        for group in range(groups):
            limits[group] = np.quantile(spend[group] @ drawn / (count[group] @ drawn), [0.025, 0.975])
        return limits

    return ours, plain


def acceptability_sides() -> tuple[Side, Side]:
    """The chance of each option at each threshold, and the same by a plain loop over thresholds."""
    generator = np.random.default_rng(1)
    costs = generator.normal(1_000, 200, (DRAWS, OPTIONS))
    effects = generator.normal(1, 0.2, (DRAWS, OPTIONS))
    thresholds = np.linspace(0, 50_000, THRESHOLDS)
    draws = Draws(tuple(f"option {number}" for number in range(OPTIONS)), costs, effects)

    def ours() -> object:
        return acceptability(draws, thresholds)

    def plain() -> object:
        shares = np.empty((THRESHOLDS, OPTIONS))
        for place, threshold in enumerate(thresholds):
            best = (threshold * effects - costs).argmax(axis=1)
            shares[place] = np.bincount(best, minlength=OPTIONS) / DRAWS
        return shares

    return ours, plain


SIDES = {"bootstrap": bootstrap_sides, "acceptability": acceptability_sides}


def seconds(side: Side) -> float:
    started = time.perf_counter()
    side()
    return time.perf_counter() - started


def compare(name: str, rounds: int) -> None:
    """Print each round, and last the median ratio."""
    ours, plain = SIDES[name]()
    seconds(ours), seconds(plain)  # the first call of either also warms caches
    ratios = []
    for number in range(1, rounds + 1):
        one, other = seconds(ours), seconds(plain)
        ratios.append(one / other)
        print(f"{name:>14}  round {number}  vfm {one:6.2f} s  plain NumPy {other:6.2f} s  ratio {ratios[-1]:5.2f}")
    print(statistics.median(ratios))


def peak(name: str) -> None:
    """Run our side once and print the most memory that this process has held, in megabytes."""
    SIDES[name]()[0]()
    per_megabyte = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_megabyte)


def alone(*arguments: str) -> tuple[list[str], float]:
    """This file run in a process of its own with one thread: what it prints, and the number on its last line."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        env=os.environ | ONE_THREAD,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    *lines, last = done.stdout.splitlines()
    return lines, float(last)


def main(rounds: int) -> int:
    missed = False
    for name in SIDES:
        lines, ratio = alone("compare", name, str(rounds))
        _, megabytes = alone("peak", name)
        print(*lines, sep="\n")
        within = ratio < RATIO_GOAL and megabytes < MEGABYTES_GOAL
        missed |= not within
        verdict = "within" if within else "outside"
        print(f"{name:>14}  median ratio {ratio:.2f}, peak {megabytes:.0f} MB: {verdict} the goal")
    return int(missed)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compare", name, rounds]:
            compare(name, int(rounds))
        case ["peak", name]:
            peak(name)
        case rest:
            sys.exit(main(int(rest[0]) if rest else 5))
