"""How long two heavy methods take beside plain NumPy on the same arrays, and how much memory they need.

`python benchmarks/methods.py [ROUNDS]`. The two sides run in turn in one process, and what counts is the median ratio:
machines are shared and noisy. Peak memory is that of a process that does nothing else.
"""

from __future__ import annotations

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


def peak_megabytes(name: str) -> float:
    """Peak memory of a process that runs our side once."""
    done = subprocess.run([sys.executable, __file__, "--once", name], check=True, capture_output=True, text=True)
    return float(done.stdout)


def once(name: str) -> None:
    SIDES[name]()[0]()
    per_megabyte = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_megabyte)


def main(rounds: int) -> int:
    missed = 0
    for name, make in SIDES.items():
        ours, plain = make()
        seconds(ours), seconds(plain)  # the first call of either also warms caches
        pairs = [(seconds(ours), seconds(plain)) for _ in range(rounds)]
        for number, (one, other) in enumerate(pairs, start=1):
            print(f"{name:>14}  round {number}  vfm {one:6.2f} s  plain NumPy {other:6.2f} s  ratio {one / other:5.2f}")
        ratio, memory = statistics.median(one / other for one, other in pairs), peak_megabytes(name)
        within = ratio < RATIO_GOAL and memory < MEGABYTES_GOAL
        missed += not within
        print(
            f"{name:>14}  median ratio {ratio:.2f}, peak {memory:.0f} MB: {'within' if within else 'outside'} the goal"
        )
    return min(missed, 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        once(sys.argv[2])
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
