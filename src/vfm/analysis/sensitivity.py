"""How much an answer leans on each assumption: switching values, one at a time, and all at once by chance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

Model = Callable[[Mapping[str, Any]], Any]  # assumptions by name -> net benefit in pounds
ROUNDING = 1e-9


def switching_value(
    model: Model, base: Mapping[str, float], name: str, *, within: tuple[float, float] | None = None
) -> Result:
    """The value of one assumption at which benefits just equal costs, all others as they are.

    Parameters
    ----------
    model : assumptions by name -> net benefit
    base : the assumptions
    name : the one to move
    within : where the model is not a straight line in it, the lowest and highest value to search between

    Returns
    -------
    The value, or why there is none: the answer does not move, or does not switch within the range.

    Notes
    -----
    On a straight line with net benefit N and slope s at the value x, it is x - N / s. A model counts as straight in the
    assumption where three equally spaced points are. Source: HM Treasury, The Green Book, on switching values.

    >>> model = lambda of: of["people"] * of["worth"] - 1_000
    >>> switching_value(model, {"people": 10, "worth": 150}, "people").value.__round__(3)
    6.667
    """
    _known(base, [name])

    def net(value: float) -> float:
        return float(model({**base, name: value}))

    at = float(base[name])
    step = 0.1 * abs(at) or 1.0
    here, near, far = net(at), net(at + step), net(at + 2 * step)
    size = max(abs(here), abs(near), abs(far))
    flat = max(abs(near - here), abs(far - here)) <= ROUNDING * size
    if not flat and abs(far - 2 * near + here) <= ROUNDING * size:
        value = at - here * 2 * step / (far - here)
        # Three points in line do not make a line, so the answer is tried.
        if abs(net(value)) <= 1e-6 * size:
            return Estimate(value, method="switching value, closed form", status=Status.SCENARIO)
    if within is None:
        shape = f"does not move with {name}" if flat else f"is no straight line in {name}"
        return CannotSay(f"the answer {shape} near its base, and no range is given to search")
    low, high = within
    if not net(low) * net(high) <= 0:
        return CannotSay(f"the answer does not switch between {name} {low:g} and {high:g}")
    value = float(optimize.brentq(net, low, high, xtol=1e-12 * max(1.0, abs(low), abs(high))))
    return Estimate(value, method=f"switching value, searched from {low:g} to {high:g}", status=Status.SCENARIO)


def switching_values(
    model: Model, base: Mapping[str, float], *, within: Mapping[str, tuple[float, float]] | None = None
) -> pd.DataFrame:
    """`switching_value` of every assumption, by name.

    Returns
    -------
    `assumption`, `base`, `switching`, `change` (a proportion of the base), `method`, and `reason` where there is no
    switching value or, the base being 0, no proportion.
    """
    rows = []
    for name in sorted(base):
        found = switching_value(model, base, name, within=(within or {}).get(name))
        if isinstance(found, CannotSay):
            rows.append((name, base[name], np.nan, np.nan, "", found.reason))
            continue
        change = found.value / base[name] - 1 if base[name] else np.nan
        reason = "" if base[name] else "the base is 0, so there is no proportion"
        rows.append((name, base[name], found.value, change, found.method, reason))
    return pd.DataFrame(rows, columns=["assumption", "base", "switching", "change", "method", "reason"])


def one_way(model: Model, base: Mapping[str, float], ranges: pd.DataFrame) -> pd.DataFrame:
    """The answer as each assumption goes to either end of its range, alone: a tornado.

    Parameters
    ----------
    ranges : `assumption`, `low`, `high`

    Returns
    -------
    `ranges` with `base`, `at_base`, `at_low`, `at_high` (pounds) and `width`, widest first, then by name.

    Raises
    ------
    ValueError
        when an assumption is unknown or stands twice, or its base is outside its range.
    """
    _known(base, ranges["assumption"])
    if ranges["assumption"].duplicated().any():
        raise ValueError("an assumption has one range")
    table = ranges[["assumption", "low", "high"]].assign(base=ranges["assumption"].map(dict(base)))
    outside = ~((table["low"] <= table["base"]) & (table["base"] <= table["high"]))
    if outside.any():
        raise ValueError(f"the base is outside its range: {list(table.loc[outside, 'assumption'])}")
    for end in ("low", "high"):
        table[f"at_{end}"] = [
            float(model({**base, name: value})) for name, value in zip(table["assumption"], table[end], strict=True)
        ]
    table = table.assign(at_base=float(model(base)), width=(table["at_high"] - table["at_low"]).abs())
    return table.sort_values(["width", "assumption"], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True)
class Chance:
    """What a simulation says of net benefit.

    Parameters
    ----------
    net : the mean in pounds, with the range that holds the middle share of draws
    exceeds : the share of draws in which benefits exceed costs, with what the number of draws leaves unsure
    """

    net: Estimate
    exceeds: Estimate


def simulate(
    model: Model,
    base: Mapping[str, float],
    distributions: Mapping[str, Any],
    *,
    draws: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Net benefit when the assumptions are drawn by chance, each by itself.

    Parameters
    ----------
    model : takes arrays for the drawn assumptions and gives one net benefit a draw
    base : assumptions that stay as they are; a distribution of the same name takes its place
    distributions : by name, each with `rvs(size, random_state)` as those of scipy.stats
    draws : how many
    generator : source of chance; the order in which the distributions are named makes no difference

    Raises
    ------
    ValueError
        when there are fewer than 100 draws, or the model does not give one finite number a draw.
    """
    if draws < 100:
        raise ValueError(f"a simulation takes 100 draws or more, not {draws}")
    names = sorted(distributions)
    drawn = {
        name: np.asarray(distributions[name].rvs(size=draws, random_state=own), dtype=float)
        for name, own in zip(names, generator.spawn(len(names)), strict=True)
    }
    net = np.asarray(model({**base, **drawn}), dtype=float)
    if net.shape != (draws,) or not np.isfinite(net).all():
        raise ValueError("the model has to give one finite number for each draw")
    return net


def chance_of_gain(net: NDArray[np.float64], *, level: float = 0.95) -> Chance:
    """The chance that benefits exceed costs, and the middle of the draws.

    Parameters
    ----------
    net : from `simulate`
    level : share of the draws in the range, and coverage of the interval (Wilson) of the chance
    """
    if not len(net) or not np.isfinite(net).all() or not 0 < level < 1:
        raise ValueError("a chance takes finite draws and a level between 0 and 1")
    gains = int((net > 0).sum())
    tails = np.quantile(net, [(1 - level) / 2, (1 + level) / 2])
    mean = float(net.mean())
    middle = (min(float(tails[0]), mean), max(float(tails[1]), mean))
    unsure = stats.binomtest(gains, len(net)).proportion_ci(level, method="wilson")
    percent, n = f"{level * 100:.12g}%", len(net)
    share = gains / n
    return Chance(
        Estimate(mean, *middle, n=n, method=f"mean and middle {percent} of draws", status=Status.SCENARIO),
        Estimate(
            share,
            min(float(unsure[0]), share),
            max(float(unsure[1]), share),
            n=n,
            method=f"share of draws in which benefits exceed costs; {percent} Wilson limits of the drawing",
            status=Status.SCENARIO,
        ),
    )


def _known(base: Mapping[str, float], names: Any) -> None:
    unknown = sorted(set(names) - set(base))
    if unknown:
        raise ValueError(f"there is no assumption {', '.join(unknown)}; there are {', '.join(sorted(base))}")
