"""The notebooks of a release, run in several ways in turn: `python3 run.py bench [ROUNDS] [BOROUGHS]`.

Ours beside the same cells in two plain Python processes without Jupyter, a loop of `papermill` commands, papermill's
own API in two threads, and jupyter-cache in parallel (where it was put into `build/peers`: PUT says how). All run the
same notebooks in the same stages with the same parameters, and what they publish and the notebooks as executed have to
be equal. What counts are the ratios, for machines are shared and noisy. ROUNDS are 4 and BOROUGHS all 33 unless given;
the slow ways run in the first round alone, for a minute more or less of theirs decides nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from _results import ROOT, environment, keep, machine, memory, processor

QUARTER = "2019-20-Q4"
PEERS = ROOT / "build" / "peers"  # apart from what the project itself needs
PUT = (
    f".venv/bin/python -m uv pip install --target {PEERS.relative_to(ROOT)} --no-deps "
    "jupyter-cache==1.0.1 sqlalchemy==2.1.9 greenlet==3.5.6 tabulate==0.10.0"
)
sys.path.append(str(PEERS))
OURS, PLAIN, COMMANDS, API, CACHE = (
    "vfm",
    "plain Python, two processes",
    "papermill commands in a loop",
    "papermill API, two threads",
    "jupyter-cache, parallel",
)
GOALS = {PLAIN: 1.25, COMMANDS: 1 / 5, API: 1 / 2.5}  # ours may take at most so much of each
MEGABYTES = 2_000
LOOK, MEMORY_LOOK = 0.2, 5  # seconds between two looks at processor time, and every so many of them at memory


class Place:
    """The project that is run, and the folder that one way of running it fills."""

    def __init__(self, project: str, folder: str, boroughs: int):
        from vfm.data.project import Project
        from vfm.release.plan import is_borough, plan, stages
        from vfm.vocabulary.periods import Quarter

        self.project, self.folder = Project(Path(project)), Path(folder)
        topics, last, _ = plan(self.project, Quarter.parse(QUARTER), {})
        few = [job for job in topics if is_borough(job.name)][:boroughs]
        self.stages = stages([job for job in topics if not is_borough(job.name)] + few, last)
        self.reading, self.notebooks, self.runs = (self.folder / name for name in ("figures", "notebooks", "runs"))
        for made in (self.reading, self.notebooks, self.runs):
            made.mkdir(parents=True)

    def output(self, job: Any) -> Path:
        return self.notebooks / f"{job.name}.ipynb"

    def told(self, job: Any) -> dict[str, str]:
        """What a notebook finds in its environment, whoever runs it."""
        from vfm.data.project import DATA_VARIABLE, PROJECT_VARIABLE
        from vfm.release.forks import FIXED
        from vfm.vocabulary.run_variables import NOTEBOOK_VARIABLE, READING_VARIABLE, STAGING_VARIABLE

        staging = self.runs / job.name
        staging.mkdir(exist_ok=True)
        return FIXED | {
            STAGING_VARIABLE: str(staging),
            READING_VARIABLE: str(self.reading),
            NOTEBOOK_VARIABLE: job.name,
            PROJECT_VARIABLE: str(self.project.root),
            DATA_VARIABLE: self.project.data,
        }

    def staged(self, run: Callable[[list[Any]], object]) -> None:
        """Run stage after stage; what one published is there for the next."""
        for stage in self.stages:
            run(stage)
            for job in stage:
                shutil.copytree(self.runs / job.name, self.reading, dirs_exist_ok=True)


# ---- the ways


def ours(place: Place) -> None:
    from vfm.release import forks

    forks.begin()
    from vfm.release.kernels import Kernels

    kernels = Kernels()

    def run(job: Any) -> None:
        place.told(job)
        kernels.run(
            job, project=place.project, staging=place.runs / job.name, reading=place.reading, output=place.output(job)
        )

    with ThreadPoolExecutor(2) as executor:
        place.staged(lambda stage: list(executor.map(run, stage)))


def plain(place: Place) -> None:
    from vfm.release.forks import FIXED

    os.environ.update(FIXED, MPLBACKEND="agg")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        place.staged(
            lambda stage: pool.starmap(plainly, [(str(job.path), job.parameters, place.told(job)) for job in stage], 1)
        )


def plainly(path: str, parameters: dict[str, Any], told: dict[str, str]) -> None:
    """The cells of a notebook, one after the other, in this process; the last values of cells are shown to nobody."""
    import matplotlib.pyplot

    os.environ.update(told)
    os.chdir(told["VFM_PROJECT"])
    names: dict[str, Any] = {"__name__": "__main__", "In": [""]}  # a notebook's own, by which figures are traced
    names["display"] = lambda *shown: None
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        sources = ["".join(cell["source"])]
        if "parameters" in cell["metadata"].get("tags", []):
            sources.append("\n".join(f"{name} = {value!r}" for name, value in parameters.items()))
        for source in sources:
            names["In"].append(source)
            exec(compile(source, f"<cell {len(names['In'])}>", "exec"), names)
    matplotlib.pyplot.close("all")


def commands(place: Place) -> None:
    def run(stage: list[Any]) -> None:
        for job in stage:
            command = [sys.executable, "-m", "papermill", str(job.path), str(place.output(job)), "--no-progress-bar"]
            command += ["-k", "python3", "-y", json.dumps(job.parameters)]
            told = os.environ | place.told(job)
            subprocess.run(command, cwd=place.project.root, env=told, check=True, capture_output=True)

    place.staged(run)


def api(place: Place) -> None:
    import papermill
    from jupyter_client.manager import AsyncKernelManager

    def run(job: Any) -> None:
        class Manager(AsyncKernelManager):  # papermill's API has no other way to give a kernel its environment
            told = place.told(job)

            async def _async_pre_start_kernel(self, **kw: Any) -> Any:
                kw |= {"env": os.environ | self.told, "cwd": str(place.project.root)}
                return await super()._async_pre_start_kernel(**kw)

            pre_start_kernel = _async_pre_start_kernel

        options = {"kernel_name": "python3", "progress_bar": False, "kernel_manager_class": Manager}
        papermill.execute_notebook(str(job.path), str(place.output(job)), job.parameters, **options)

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    with ThreadPoolExecutor(2) as executor:
        place.staged(lambda stage: list(executor.map(run, stage)))


def cached(place: Place) -> None:
    """jupyter-cache takes no parameters and no environment: both are written into the notebooks first."""
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    os.environ.update(MPLBACKEND="module://matplotlib_inline.backend_inline", PYTHONHASHSEED="0")
    cache = get_cache(place.folder / "cache")

    def run(stage: list[Any]) -> None:
        for job in stage:
            told = place.told(job)
            notebook = parameterize_notebook(load_notebook_node(str(job.path)), job.parameters)
            given = next(c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", []))
            given.source += (
                f"\n__import__('os').environ.update({told!r}); __import__('os').chdir({told['VFM_PROJECT']!r})"
            )
            nbformat.write(notebook, place.output(job))
            cache.add_nb_to_project(str(place.output(job)))
        result = load_executor("local-parallel", cache).run_and_cache(timeout=600)
        if result.errored or result.excepted:
            raise SystemExit(f"jupyter-cache: {result.errored} {result.excepted}")
        for job in stage:
            _, notebook = cache.merge_match_into_file(str(place.output(job)))
            for cell in notebook.cells:
                cell.source = cell.source.partition("\n__import__('os').environ")[0]
            nbformat.write(notebook, place.output(job))
            cache.remove_nb_from_project(str(place.output(job)))

    place.staged(run)


WAYS = {OURS: ours, PLAIN: plain, COMMANDS: commands, API: api, CACHE: cached}


# ---- what each made, and how long it took


def made(folder: Path) -> dict[str, str]:
    """What one way made: a hash of each published file, and of each notebook without times, ids and paths."""
    from vfm.release.kernels import as_executed

    found = {}
    for path in sorted((folder / "figures").rglob("*")):
        if path.is_file() and path.suffix != ".txt":
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        cells = json.loads(as_executed(path))["cells"]
        for cell in cells:
            if "injected-parameters" in cell["metadata"].get("tags", []):
                cell["source"] = sorted(line.strip() for line in "".join(cell["source"]).splitlines())
            cell.pop("id", None)
        found[path.relative_to(folder).as_posix()] = json.dumps(cells).encode()
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def measured(way: str, project: Path, folder: Path, boroughs: int) -> dict[str, float]:
    """Wall and processor seconds of one way, and the most megabytes that it held.

    Processor seconds are those seen: of a process that is gone, all but its last fifth of a second.
    """
    command = [sys.executable, __file__, "--way", way, str(project), str(folder), str(boroughs)]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    started, most, busy, looks = time.perf_counter(), 0.0, dict[int, float](), 0
    while True:
        try:
            _, said = process.communicate(timeout=LOOK)
            break
        except subprocess.TimeoutExpired:
            processor(process.pid, busy)
            looks += 1
            most = most if looks % MEMORY_LOOK else max(most, memory(process.pid))
    if process.returncode:
        raise SystemExit(f"{way} failed: {said.decode()[-3000:]}")
    took = time.perf_counter() - started
    return {"seconds": round(took, 2), "processor": round(sum(busy.values()), 2), "megabytes": round(most)}


def project_copy(folder: Path) -> Path:
    """What a run needs of the project, under `folder`, its tables built."""
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "reports" / QUARTER, folder / "reports" / QUARTER)
    shutil.copy(ROOT / "requirements.lock", folder)
    ready = f"import vfm; vfm.open_quarter('{QUARTER}').publishable"
    told = environment() | {"VFM_PROJECT": str(folder)}
    subprocess.run([sys.executable, "-c", ready], cwd=folder, env=told, check=True)
    return folder


def differing(first: dict[str, str], other: dict[str, str], figures_only: bool) -> list[str]:
    names = {name for name in first | other if not (figures_only and name.startswith("notebooks/"))}
    return sorted(name for name in names if first.get(name) != other.get(name))


def main(rounds: int, boroughs: int, only: Iterable[str] = ()) -> int:
    ways = [
        way for way in WAYS if (not only or way in only) and (way != CACHE or importlib.util.find_spec("jupyter_cache"))
    ]
    if importlib.util.find_spec("jupyter_cache") is None:
        print(f"without jupyter-cache: {PUT}", file=sys.stderr)
    began_on, runs = machine(), {way: [] for way in ways}
    differ: dict[str, list[str]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as place:
        project = project_copy(Path(place) / "project")
        measured(OURS, project, Path(place) / "first", 1)  # for what Python compiles on first use
        for number in range(rounds):
            first: dict[str, str] = {}
            for way in [way for way in ways if number == 0 or way in {OURS, PLAIN}]:
                folder = Path(place) / f"{number}-{ways.index(way)}"
                runs[way].append(measured(way, project, folder, boroughs))
                first = first or made(folder)
                found = differing(first, made(folder), figures_only=way == PLAIN)
                differ[way] = sorted({*differ[way], *found})
                print(f"round {number + 1}  {way:30}", runs[way][-1], flush=True)
                shutil.rmtree(folder)
    result = {way: {"rounds": found, "differ": differ[way]} for way, found in runs.items()}
    keep("suite", began_on, {"boroughs": boroughs, "ways": result})
    return told(result)


def ratio(result: dict[str, Any], way: str, measure: str) -> float:
    """How much of another way's time ours takes: the median over rounds, each against the same round."""
    pairs = zip(result[OURS]["rounds"], result[way]["rounds"], strict=False)  # the slow ways ran in the first round
    return statistics.median(mine[measure] / other[measure] for mine, other in pairs)


def told(result: dict[str, Any]) -> int:
    """Print the ratios, and say which goals are missed."""
    missed = max(one["megabytes"] for one in result[OURS]["rounds"]) >= MEGABYTES
    for way, one in result.items():
        wall, busy, goal = ratio(result, way, "seconds"), ratio(result, way, "processor"), GOALS.get(way)
        missed |= bool(one["differ"]) or (goal is not None and wall > goal)
        says = f" (the goal: at most {goal:.2f})" if goal else ""
        equal = "the same output" if not one["differ"] else f"OTHER OUTPUT: {', '.join(one['differ'][:5])}"
        most = max(found["megabytes"] for found in one["rounds"])
        print(f"{way:30} ours takes {wall:.2f} of its time{says}, {busy:.2f} of its processor; {most:,} MB; {equal}")
    return int(missed)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--way", way, project, folder, boroughs]:
            WAYS[way](Place(project, folder, int(boroughs)))
        case rest:
            numbers = [int(part) for part in rest if part.isdigit()]
            named = [way for way in WAYS if any(way.startswith(part) for part in rest if not part.isdigit())]
            rounds, boroughs = [*numbers, *(4, 33)[len(numbers) :]][:2]
            sys.exit(main(rounds, boroughs, named))
