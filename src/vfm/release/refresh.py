"""Make a draft release of a quarter: check, build, run the notebooks, gather, seal, put in place."""

import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from vfm.data.build import build
from vfm.data.project import Project
from vfm.data.staging import staging_folder
from vfm.release import gather, manifest, revisions
from vfm.release.kernels import Kernels
from vfm.release.parameters import check_names
from vfm.release.plan import Job, plan, stages
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.periods import Quarter
from vfm.vocabulary.results import Status

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
    build(project, quarter)
    say(f"raw files checked, tables built: {project.processed(quarter).relative_to(project.root).as_posix()}")
    topics, last, left_out = plan(project, quarter, given, told or {})
    other = "published record" if project.status is Status.ILLUSTRATIVE else "example"
    for name in left_out:
        say(f"{name}: left out, for it is about the {other} alone")
    jobs = topics + last
    with staging_folder(project.draft(quarter)) as folder:
        (folder / "notebooks").mkdir()
        seconds: dict[str, float] = {}
        with ThreadPoolExecutor(max_workers=workers()) as executor:
            for stage in stages(topics, last):
                try:
                    seconds |= _run(stage, executor, project, folder, say)
                except RunError as error:
                    kept = failed_folder(project, quarter)
                    shutil.rmtree(kept, ignore_errors=True)
                    shutil.copytree(folder / "notebooks", kept)
                    message = f"{error}\nThe notebooks as they ran are in {kept}. The last release is as it was."
                    raise RunError(message) from error
        described = manifest.describe(project, quarter, jobs)
        gather.gather(folder, project.status)
        described["revises"] = revisions.record(project, quarter, folder, described)
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


def _run(jobs: list[Job], executor: Executor, project: Project, folder: Path, say: Report) -> dict[str, float]:
    kernels = Kernels()
    started = {job.name: time.monotonic() for job in jobs}
    futures = {
        executor.submit(
            kernels.run,
            job,
            project=project,
            staging=folder,
            output=folder / "notebooks" / f"{job.name}.ipynb",
        ): job
        for job in jobs
    }
    seconds, failures = {}, []
    try:
        for future in as_completed(futures):
            name = futures[future].name
            seconds[name] = time.monotonic() - started[name]
            error = future.exception()
            if error is None:
                say(f"{name}: done, {seconds[name]:.1f} s")
            elif isinstance(error, RunError):
                say(f"{name}: failed")
                failures.append(str(error))
            else:
                raise error
    except BaseException:  # an interrupt too: no kernel outlives its run
        for future in futures:
            future.cancel()
        kernels.stop()
        raise
    if failures:
        raise RunError("\n".join(sorted(failures)))
    return seconds
