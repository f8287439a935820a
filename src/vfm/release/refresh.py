"""Make a draft release of a quarter: check, build, run the notebooks, gather, seal, put in place."""

import json
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from pathlib import Path
from typing import Any

from vfm.data.build import build
from vfm.data.project import Project
from vfm.data.publishable import open_publishable
from vfm.data.quarter import QuarterData
from vfm.data.staging import staging_folder
from vfm.data.stamp import is_current
from vfm.release import attack, bill_of_materials, gather, manifest, revisions
from vfm.release.cluster import check_address, on_cluster
from vfm.release.kept_runs import KeptRuns
from vfm.release.parameters import check_names
from vfm.release.plan import Job, plan, stages
from vfm.release.profile import RECORD
from vfm.release.progress import Progress, Watch
from vfm.release.runners import Ran, Run, Runner, threads
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter

NAMED = 10  # of more notebooks that did not run than this, their number is enough
LOOK = 5.0  # seconds between two looks at whether runs can still end
Report = Callable[[str], None]


def refresh(
    project: Project,
    quarter: Quarter,
    given: Mapping[str, str],
    say: Report,
    *,
    told: Mapping[str, Mapping[str, Any]] | None = None,
    watch: Watch = lambda state: None,
    profiled: bool = False,
    cluster: str = "",
) -> Path:
    """Make the draft of `quarter` and return its folder; on any failure the last draft stays as it was.

    Parameters
    ----------
    given : parameters for the notebooks, as typed on the command line
    say : called with a line of progress
    told : what each notebook was told in a release that is made again, by its name; without it, `given` and defaults
    watch : called with what is done, running and left, after each change and from any thread
    profiled : whether kernels note what their time goes to; run.json then has it, as `profile.as_text` says it
    cluster : the address of a Dask scheduler, whose workers then run the notebooks

    Raises
    ------
    DataError, UsageError, RunError
        when the raw files, a parameter or a notebook is at fault.
    """
    started = time.time()
    check_names(given)
    if cluster:
        check_address(cluster)
    if not is_current(project, quarter):
        build(project, quarter)
    open_publishable(QuarterData(project, quarter))  # once, and not in each notebook that reads it
    say(f"raw files checked, tables built: {project.processed(quarter).relative_to(project.root).as_posix()}")
    topics, last, left_out = plan(project, quarter, given, told or {})
    for name in left_out:
        say(f"{name}: left out, for place.csv says that there is nothing for it")
    jobs = topics + last
    progress = Progress([job.name for job in jobs], watch)
    with staging_folder(project.draft(quarter)) as folder:
        (folder / "notebooks").mkdir()
        kept = KeptRuns(project, quarter, folder)
        took: dict[str, Any] = {"started": started, "before": time.time() - started, "notebooks": {}}
        with on_cluster(cluster, project, progress.started) if cluster else threads(progress.started) as runner:
            for stage in stages(topics, last):
                try:
                    took["notebooks"] |= _run(stage, runner, project, folder, kept, progress, say, profiled)
                except RunError as error:
                    failed = failed_folder(project, quarter)
                    shutil.rmtree(failed, ignore_errors=True)
                    shutil.copytree(folder / "notebooks", failed)
                    message = f"{error}\nThe notebooks as they ran are in {failed}. The last release is as it was."
                    raise RunError(message) from error
        ran = time.time()
        described = manifest.describe(project, quarter, jobs)
        gather.gather(folder)
        attack.gather(project, quarter, folder)
        described["revises"] = revisions.record(project, quarter, folder, described)
        gather.gather_passports(folder, QuarterData(project, quarter))
        gather.write_pages(folder, described)
        bill_of_materials.write(project.root, folder, described)
        took |= {"after": time.time() - ran, "seconds": time.time() - started}
        took |= {"machine": platform.platform(), "status": described["status"]}
        (folder / RECORD).write_text(json.dumps(took, indent=1) + "\n", encoding="utf-8")
        manifest.seal(folder, described)
    shutil.rmtree(failed_folder(project, quarter), ignore_errors=True)
    return project.draft(quarter)


def failed_folder(project: Project, quarter: Quarter) -> Path:
    """Where the notebooks of a run that failed are kept, to be looked at."""
    return project.reports / "drafts" / f".failed-{quarter}"


def _run(
    jobs: list[Job],
    runner: Runner,
    project: Project,
    folder: Path,
    kept: KeptRuns,
    progress: Progress,
    say: Report,
    profiled: bool,
) -> dict[str, dict[str, float]]:
    """Run those of a stage that have to run, and say how long each took; a kept run stands for each of the others."""
    kept.begin()
    reasons = {job.name: kept.why(job) for job in jobs}
    as_before = [job for job in jobs if not reasons[job.name]]
    for job in as_before:
        kept.put(job, folder / "notebooks" / f"{job.name}.ipynb")
        progress.put(job.name, "as_before")
    if as_before:
        names = ", ".join(job.name for job in as_before) if len(as_before) <= NAMED else f"{len(as_before)} notebooks"
        say(f"as before, for nothing that they are made from has changed: {names}")
    seconds, failures = {}, []
    with tempfile.TemporaryDirectory(prefix=".runs-", dir=folder) as attempts:
        runs = [
            Run(job, project, folder, Path(attempts), folder / "notebooks" / f"{job.name}.ipynb", profiled)
            for job in jobs
            if reasons[job.name]
        ]
        with closing(_as_they_end(runner, runs)) as ended:
            for run, future in ended:
                name = run.job.name
                try:
                    ran = future.result()
                    kept.take(run.job, run.output, ran.published)
                    seconds[name] = ran.took.as_record()
                    left = progress.put(name, "done").to_come
                    lost = f"; attempt {ran.attempt}, for a worker was lost" if ran.attempt > 1 else ""
                    say(f"{name}: done, {ran.took.total:.1f} s, {left} left ({reasons[name]}{lost})")
                except RunError as error:
                    progress.put(name, "failed")
                    say(f"{name}: failed")
                    failures.append(str(error))
    if failures:
        raise RunError("\n".join(sorted(failures)))
    return seconds


def _as_they_end(runner: Runner, runs: list[Run]) -> Generator[tuple[Run, Future[Ran]]]:
    """Each run as it ends. Whatever breaks this off, an interrupt too, ends all of them: no kernel outlives its run."""
    futures = {runner.submit(run): run for run in runs}
    waiting = set(futures)
    try:
        while waiting:
            ended, waiting = wait(waiting, timeout=LOOK, return_when=FIRST_COMPLETED)
            for future in ended:
                yield futures[future], future
            runner.look()
    except BaseException:
        for future in futures:
            future.cancel()
        runner.stop()
        raise
