"""How long the heavy methods take beside the plain way on the same numbers, and how much memory they need.

`python3 run.py bench methods [ROUNDS]`. The bootstrap and the acceptability curves stand beside plain NumPy, and the
panel regression, which takes its fixed effects out by averages, beside one with a dummy for each. Each method has a
process of its own, with one thread, in which the two sides run in turn; what counts is the median ratio, for machines
are shared and noisy. Peak memory is that of a process that runs our side once and does nothing else.
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
from _results import keep, machine

from vfm.analysis.bootstrap import bootstrap_ratios
from vfm.analysis.cost_effectiveness import Draws, acceptability
from vfm.analysis.fixed_effects import PanelFit, fixed_effects

RATIO_GOALS, MEGABYTES_GOAL = {"bootstrap": 3.0, "acceptability": 3.0, "panel": 0.2}, 1_000.0
BOROUGHS, SERVICES, PROVIDERS, DRAWS = 33, 20, 12, 10_000
OPTIONS, THRESHOLDS = 10, 500
UNITS, QUARTERS = 400, 40

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


def panel_sides() -> tuple[Side, Side]:
    """A regression with an effect for each unit and quarter, errors clustered by unit, within groups and by dummies."""
    import statsmodels.api as sm

    generator = np.random.default_rng(1)
    units, quarters = np.repeat(np.arange(UNITS), QUARTERS), np.tile(np.arange(QUARTERS), UNITS)
    spend, staff = generator.normal(size=(2, len(units)))
    effects = generator.normal(size=UNITS)[units] + generator.normal(size=QUARTERS)[quarters]
    outcome = 0.5 * spend - 0.2 * staff + effects + generator.normal(size=len(units))
    panel = pd.DataFrame({"outcome": outcome, "spend": spend, "staff": staff, "unit": units, "quarter": quarters})

    def ours() -> object:
        return fixed_effects(
            panel, outcome="outcome", regressors=["spend", "staff"], groups=["unit", "quarter"], cluster="unit"
        )

    def plain() -> object:
        dummies = pd.get_dummies(panel[["unit", "quarter"]].astype(str), drop_first=True, dtype=float)
        design = sm.add_constant(pd.concat([panel[["spend", "staff"]], dummies], axis=1))
        return sm.OLS(panel["outcome"], design).fit(cov_type="cluster", cov_kwds={"groups": units})

    one, other = ours(), plain()
    assert isinstance(one, PanelFit)
    np.testing.assert_allclose(one.coefficients, other.params[["spend", "staff"]], rtol=1e-8)  # type: ignore[attr-defined]
    return ours, plain


SIDES = {"bootstrap": bootstrap_sides, "acceptability": acceptability_sides, "panel": panel_sides}


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
        print(f"{name:>14}  round {number}  vfm {one:6.2f} s  plain {other:6.2f} s  ratio {ratios[-1]:5.2f}")
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
    missed, began_on, result = False, machine(), {}
    for name, goal in RATIO_GOALS.items():
        lines, ratio = alone("compare", name, str(rounds))
        _, megabytes = alone("peak", name)
        print(*lines, sep="\n")
        within = ratio < goal and megabytes < MEGABYTES_GOAL
        missed |= not within
        verdict = "within" if within else "outside"
        print(f"{name:>14}  median ratio {ratio:.2f}, peak {megabytes:.0f} MB: {verdict} the goal of {goal}")
        result[name] = {"ratio": round(ratio, 3), "goal": goal, "megabytes": round(megabytes)}
    keep("methods", began_on, result | {"rounds": rounds})
    return int(missed)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compare", name, rounds]:
            compare(name, int(rounds))
        case ["peak", name]:
            peak(name)
        case rest:
            sys.exit(main(int(rest[0]) if rest else 5))
