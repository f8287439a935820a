"""Write docs/performance.md and its plot from what the benchmarks measured last: `python3 run.py bench page`."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import outputs
import suite
from _results import ROOT, read
from records import GOALS as RECORD_GOALS
from records import WAYS

PAGE, PLOT = ROOT / "docs" / "performance.md", ROOT / "docs" / "images" / "performance.svg"
BUSY = 1.0  # a load before the benchmark above which the page says that the machine had other work
SECONDS, PROCESSOR, PEAK = "seconds", "processor", "megabytes"

HEAD = """# Performance

Made by `python3 run.py bench page` from `benchmarks/results.json`, which the benchmarks write: change those, not this
page. Seconds are of one machine on one day; the ratios are of ways that ran in turn, and say more.

| to measure | run |
| --- | --- |
| the notebooks of a release beside other ways of running them | `make bench` (half an hour) |
| records to a panel | `python3 run.py bench records` |
| heavy methods beside the plain way | `python3 run.py bench methods` |
| what people wait for | `python3 run.py bench outputs` |
| from a clone to a first release, and to green tests | `python3 run.py bench first_hour tests` |

`vfm refresh 2019-20-Q4 --profile` prints where the time of one release went. How to go past one machine, and what that
would cost for a nation, is in [Run on a cluster](how-to/run-on-a-cluster.md).
"""

SUITE = """## The notebooks of a release

All ways run the same notebooks in the same stages with the same parameters, and publish the same figures. "Plain
Python" runs the cells one after the other in two processes, without Jupyter and with nothing saved of what they show:
it is the floor. jupyter-cache is handed notebooks whose parameters were written into them. The slow ways run once.

![Seconds that each way took, ours first, the shorter the better; the table has the numbers](images/performance.svg)

| way | seconds | ours takes of its time | goal | ours takes of its processor time | peak MB | output |
| --- | --- | --- | --- | --- | --- | --- |"""

WHY = """
What makes it fast: one process imports the libraries once, and each notebook's kernel is forked from it, in a process
of its own, which is spared what IPython does for commands where a cell is plain Python; nothing waits for a fixed
time; a notebook is saved at its end; as many run as there are processors.
`VFM_KERNELS=stock` starts every kernel by itself, as is done where kernels cannot be forked, and no figure differs."""

RECORDS = """## Records to a panel

Made-up contacts in one Parquet file, reduced to a row a service, area and quarter, with distinct people. DuckDB may
hold 1 GB before it spills to disk, and 600 MB in the last way. The bare engine runs the same SQL, and pandas, which
holds every record in memory, is left out above 20 million.

| records | way | seconds | ours takes of its time | goal | peak MB | panel |
| --- | --- | --- | --- | --- | --- | --- |"""

METHODS = """## Heavy methods

| method | beside | ours takes of its time | goal | peak MB |
| --- | --- | --- | --- | --- |"""
BESIDE = {
    "bootstrap": ("BCa limits of 660 ratios, 10,000 draws", "percentiles of the same draws by NumPy"),
    "acceptability": ("acceptability of 10 options at 500 thresholds", "a loop over thresholds by NumPy"),
    "panel": ("regression of 16,000 rows with 440 fixed effects, within groups", "the same with 440 dummies"),
}

OUTPUTS = """## What people wait for

Each is a command in a process of its own, with its start; the documents are the call that makes them.

| what | seconds, the median | goal |
| --- | --- | --- |"""


FIRST_HOUR = """## The first hour

The README's commands in a fresh clone, with an empty home and environment: nothing is installed before. What is
downloaded, the network's speed decides.

| from a clone | step | seconds |
| --- | --- | ---: |"""


def where(result: dict[str, Any]) -> str:
    """The machine, the day and the load, as a sentence."""
    on = result["machine"]
    busy = f" **The machine had other work: its load was {on['load']} before and {on['load_after']} after.**"
    return (
        f"Measured {on['when']} UTC on {on['processors']} processors and {on['memory_gb']} GB, {on['system']}, "
        f"Python {on['python']}.{busy if max(on['load'], on['load_after'] - on['processors']) > BUSY else ''}"
    )


def of_suite(result: dict[str, Any]) -> Iterator[str]:
    ways, few = result["result"]["ways"], result["result"]["boroughs"]
    rounds = len(ways[suite.OURS]["rounds"])
    yield SUITE
    for way, one in ((way, ways[way]) for way in suite.WAYS if way in ways):
        goal = suite.GOALS.get(way)
        mine, busy = suite.ratio(ways, way, SECONDS), suite.ratio(ways, way, PROCESSOR)
        took = statistics.median(found[SECONDS] for found in one["rounds"])
        most = max(found[PEAK] for found in one["rounds"])
        output = "the same" if not one["differ"] else f"differs: {', '.join(one['differ'][:3])}"
        asked = f"{mark(mine <= goal)}, {goal:.2f}" if goal else ""
        yield f"| {way} | {took:.1f} | {mine:.2f} | {asked} | {busy:.2f} | {most:,} | {output} |"
    some = "all 33 boroughs" if few == 33 else f"{few} of the 33 boroughs"
    yield f"\n{in_words(rounds)}, with {some}. {where(result)}"
    yield WHY


def in_words(rounds: int) -> str:
    return f"{rounds} {'round' if rounds == 1 else 'rounds'}"


def of_records(result: dict[str, Any]) -> Iterator[str]:
    yield RECORDS
    sizes = {int(rows): one for rows, one in result["result"].items()}
    for rows, one in sorted(sizes.items()):
        for way, found in ((way, one[way]) for way in WAYS if way in one):
            if "failed" in found:
                yield f"| {rows:,} | {way} | **out of memory** |  |  | {found['megabytes']:,} | none |"
                continue
            goal = RECORD_GOALS.get(way) if rows == 20_000_000 else None
            asked = f"{mark(found['ratio'] <= goal)}, {goal:.2f}" if goal else ""
            same = "the same" if found["same"] else "another"
            yield (
                f"| {rows:,} | {way} | {found['seconds']:.1f} | {found['ratio']:.2f} | {asked} | "
                f"{found['megabytes']:,} | {same} |"
            )
    ended = [rows for rows, one in sizes.items() if "seconds" in one["ours"]]
    if len(ended) > 1:
        few, many = min(ended), max(ended)
        times = sizes[many]["ours"]["seconds"] / sizes[few]["ours"]["seconds"]
        rounds = sizes[many]["ours"]["rounds"]
        longer = f"{many / few:.0f} times the records took {times:.1f} times as long"
        yield f"\n{longer}: {in_words(rounds)}. {where(result)}"
    else:
        yield f"\n{where(result)}"


def of_methods(result: dict[str, Any]) -> Iterator[str]:
    yield METHODS
    for name, (what, beside) in BESIDE.items():
        one = result["result"][name]
        met = mark(one["ratio"] <= one["goal"])
        yield f"| {what} | {beside} | {one['ratio']:.2f} | {met}, {one['goal']:.1f} | {one['megabytes']:,} |"
    yield f"\n{result['result']['rounds']} rounds. {where(result)}"


def of_outputs(result: dict[str, Any]) -> Iterator[str]:
    yield OUTPUTS
    for name in (*outputs.GOALS, outputs.BARE):
        one = result["result"][name]
        median, goal = statistics.median(one[SECONDS]), one["goal"]
        asked = f"{mark(median <= goal)}, {goal:.1f}" if goal else ""
        yield f"| {name} | {median:.2f} | {asked} |"
    yield f"\n{where(result)}"


def of_first_hour(result: dict[str, Any]) -> Iterator[str]:
    yield FIRST_HOUR
    for what, steps in result["result"].items():
        for step, took in steps.items():
            yield f"| {what} | {step} | {took:,.0f} |"
        yield f"| **{what}** | **in all** | **{sum(steps.values()):,.0f}** |"
    yield f"\n{where(result)}"


def mark(met: bool) -> str:
    return "met" if met else "**missed**"


PARTS = {
    "first_hour": of_first_hour,
    "suite": of_suite,
    "records": of_records,
    "methods": of_methods,
    "outputs": of_outputs,
}


def page(results: dict[str, Any]) -> str:
    """The page, of whatever was measured."""
    parts = ["\n".join(part(results[name])) for name, part in PARTS.items() if name in results]
    return "\n\n".join([HEAD.rstrip(), *parts]) + "\n"


def plot(results: dict[str, Any], path: Path) -> None:
    """Bars of the seconds that each way of running the notebooks took."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    ways = results["suite"]["result"]["ways"]
    seconds = {way: statistics.median(found[SECONDS] for found in one["rounds"]) for way, one in ways.items()}
    seconds = {way: seconds[way] for way in suite.WAYS if way in seconds}
    pyplot.rcParams.update({"svg.hashsalt": "performance", "svg.fonttype": "none"})
    figure, axes = pyplot.subplots(figsize=(8, 2.6), layout="constrained")
    bars = axes.barh(list(seconds), list(seconds.values()), color=["#12436d", *["#a8bdd0"] * (len(seconds) - 1)])
    axes.bar_label(bars, [f"{value:.0f} s" for value in seconds.values()], padding=3)
    axes.invert_yaxis()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    axes.set_xlabel(f"wall seconds, {results['suite']['machine']['when'][:10]}")
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    found = read()
    if "suite" not in found:
        sys.exit("There is nothing to tell of yet: python3 run.py bench")
    PAGE.write_text(page(found), encoding="utf-8", newline="\n")
    plot(found, PLOT)
    print(PAGE.relative_to(ROOT), PLOT.relative_to(ROOT))
