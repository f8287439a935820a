"""Make a draft release of a quarter: check, build, run the notebooks, gather, seal, put in place."""

import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from vfm.data.build import build
from vfm.data.project import Project
from vfm.data.publishable import open_publishable
from vfm.data.quarter import QuarterData
from vfm.data.staging import staging_folder
from vfm.data.stamp import is_current
from vfm.release import attack, gather, manifest, revisions
from vfm.release.kept_runs import KeptRuns
from vfm.release.kernels import Kernels
from vfm.release.parameters import check_names
from vfm.release.plan import Job, plan, stages
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Status

NAMED = 10  # of more notebooks that did not run than this, their number is enough
Report = Callable[[str], None]


def refresh(
    project: Project,
    quarter: Quarter,
    given: Mapping[str, str],
    say: Report,
    *,
    told: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Make the draft of `quarter` and return its folder; on any failure the last draft stays as it was.

    Parameters
    ----------
    given : parameters for the notebooks, as typed on the command line
    say : called with a line of progress
    told : what each notebook was told in a release that is made again, by its name; without it, `given` and defaults

    Raises
    ------
    DataError, UsageError, RunError
        when the raw files, a parameter or a notebook is at fault.
    """
    started = time.time()
    check_names(given)
    if not is_current(project, quarter):
        build(project, quarter)
    open_publishable(QuarterData(project, quarter))  # once, and not in each notebook that reads it
    say(f"raw files checked, tables built: {project.processed(quarter).relative_to(project.root).as_posix()}")
    topics, last, left_out = plan(project, quarter, given, told or {})
    other = "published record" if project.status is Status.ILLUSTRATIVE else "example"
    for name in left_out:
        say(f"{name}: left out, for it is about the {other} alone")
    jobs = topics + last
    with staging_folder(project.draft(quarter)) as folder:
        (folder / "notebooks").mkdir()
        kept = KeptRuns(project, quarter, folder)
        seconds: dict[str, float] = {}
        with ThreadPoolExecutor(max_workers=workers()) as executor:
            for stage in stages(topics, last):
                try:
                    seconds |= _run(stage, executor, project, folder, kept, say)
                except RunError as error:
                    failed = failed_folder(project, quarter)
                    shutil.rmtree(failed, ignore_errors=True)
                    shutil.copytree(folder / "notebooks", failed)
                    message = f"{error}\nThe notebooks as they ran are in {failed}. The last release is as it was."
                    raise RunError(message) from error
        described = manifest.describe(project, quarter, jobs)
        gather.gather(folder)
        attack.gather(project, quarter, folder)
        described["revises"] = revisions.record(project, quarter, folder, described)
        gather.gather_passports(folder, QuarterData(project, quarter))
        gather.write_pages(folder, described)
        took = {"started": started, "seconds": time.time() - started, "notebooks": seconds}
        record = json.dumps(took | {"machine": platform.platform(), "status": described["status"]}, indent=1) + "\n"
        (folder / "run.json").write_text(record, encoding="utf-8")
        manifest.seal(folder, described)
    shutil.rmtree(failed_folder(project, quarter), ignore_errors=True)
    return project.draft(quarter)


def workers() -> int:
    """How many notebooks run at a time: as many as there are processors, within reason."""
    return max(1, min(os.cpu_count() or 1, 8))


def failed_folder(project: Project, quarter: Quarter) -> Path:
    """Where the notebooks of a run that failed are kept, to be looked at."""
    return project.reports / "drafts" / f".failed-{quarter}"


def _run(
    jobs: list[Job], executor: Executor, project: Project, folder: Path, kept: KeptRuns, say: Report
) -> dict[str, float]:
    """Run those of a stage that have to run; a kept run stands for each of the others."""
    kept.begin()
    reasons = {job.name: kept.why(job) for job in jobs}
    as_before = [job for job in jobs if not reasons[job.name]]
    for job in as_before:
        kept.put(job, folder / "notebooks" / f"{job.name}.ipynb")
    if as_before:
        names = ", ".join(job.name for job in as_before) if len(as_before) <= NAMED else f"{len(as_before)} notebooks"
        say(f"as before, for nothing that they are made from has changed: {names}")
    kernels = Kernels()
    seconds, failures = {}, []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".runs-", dir=folder) as runs:
        futures = {
            executor.submit(
                kernels.run,
                job,
                project=project,
                staging=Path(runs) / job.name,
                reading=folder,
                output=folder / "notebooks" / f"{job.name}.ipynb",
            ): job
            for job in jobs
            if reasons[job.name]
        }
        try:
            for future in as_completed(futures):
                job = futures[future]
                seconds[job.name] = time.monotonic() - started
                try:
                    future.result()
                    kept.take(job, folder / "notebooks" / f"{job.name}.ipynb", Path(runs) / job.name)
                    say(f"{job.name}: done, {seconds[job.name]:.1f} s ({reasons[job.name]})")
                except RunError as error:
                    say(f"{job.name}: failed")
                    failures.append(str(error))
        except BaseException:  # an interrupt too: no kernel outlives its run
            for future in futures:
                future.cancel()
            kernels.stop()
            raise
    if failures:
        raise RunError("\n".join(sorted(failures)))
    return seconds
