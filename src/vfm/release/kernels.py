"""Run one notebook in a kernel of its own, through papermill."""

import asyncio
import json
import logging
import os
import re
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any, ClassVar
from uuid import uuid4

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from traitlets import DottedObjectName, Type

from vfm.data.project import DATA_VARIABLE, PROJECT_VARIABLE, Project
from vfm.release import forks, limits, sampling
from vfm.release.plan import Job, as_told
from vfm.release.profile import Took
from vfm.release.provisioner import ForkProvisioner
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.run_variables import NOTEBOOK_VARIABLE, READING_VARIABLE, READS_VARIABLE, STAGING_VARIABLE

READS = "reads.txt"  # in the folder that a run's figures go to: what it has read

# A kernel's own log goes to the terminal; its errors reach us through papermill. What it runs is nobody's history.
QUIET = ["--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False"]

TO_COME_THROUGH = 60  # seconds after a cell's end within which what it shows has to arrive: a busy machine takes some

WARNING = re.compile(r"\b(\w*Warning): (.*)")
WHY = {
    "MemoryError": " (a notebook may have {:g} GB; VFM_NOTEBOOK_GB gives it more)",
    "PermissionError": " (a notebook writes in its own folder alone)",
}
WHY["_ArrayMemoryError"] = WHY["MemoryError"]


class Kernels:
    """The kernels of one run: each notebook in one of its own, and all of them ended together."""

    def __init__(self) -> None:
        self._running: set[_Manager] = set()
        self._guard = threading.Lock()
        self._stopped = False

    def run(
        self,
        job: Job,
        *,
        project: Project,
        staging: Path | None,
        output: Path,
        reading: Path | None = None,
        profile: Path | None = None,
    ) -> Took:
        """Run a notebook top to bottom, save it as executed and say how long it took.

        Parameters
        ----------
        project : where the kernel starts, and the data that it opens
        staging : where its figures go; with None it only shows them
        output : where the executed notebook goes
        reading : where the figures of other notebooks are, if not in `staging`
        profile : where the kernel notes what its time went to, if that is wanted

        Raises
        ------
        RunError
            when a cell fails, warns, or takes more than a notebook may; it names the notebook, the cell and the error.
        """
        forks.begin()  # it imports while papermill is imported here
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        took = Took()
        if staging:
            staging.mkdir(exist_ok=True)
        environment = {
            STAGING_VARIABLE: str(staging or ""),
            READING_VARIABLE: str(reading or ""),
            READS_VARIABLE: str(staging / READS if staging else ""),
            NOTEBOOK_VARIABLE: job.name,
            PROJECT_VARIABLE: str(project.root),
            DATA_VARIABLE: project.data,
            sampling.VARIABLE: str(profile or ""),
        }
        first = [sampling.BEGIN] if profile else []
        if staging:  # a run that is only shown is a reader's own, as in JupyterLab
            temporary = staging.with_name("temporary")
            temporary.mkdir(exist_ok=True)
            profiled = [profile.parent] if profile else []
            environment |= {"TMPDIR": str(temporary), limits.VARIABLE: limits.told([staging, temporary, *profiled])}
            first.append(limits.BEGIN)
        beginning = [f"--IPKernelApp.exec_lines={json.dumps(first)}"] if first else []
        watch = _Watch(job, took)
        about = {"environment": environment, "folder": str(project.root), "kernels": self, "watch": watch}
        manager = type("Manager", (_Manager,), about)
        logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it has to say reaches us as errors
        loop = ensure_event_loop()  # this thread's, which papermill's client runs on and leaves open
        try:
            papermill.execute_notebook(
                as_told(job),
                str(output),
                parameters=job.parameters,
                kernel_name="python3",
                language="python",
                engine_name=saving_at_the_end(output, watch),
                request_save_on_cell_execute=False,
                progress_bar=False,
                timeout_func=watch.left,
                iopub_timeout=TO_COME_THROUGH,
                kernel_manager_class=manager,
                extra_arguments=[*QUIET, *beginning],
            )
        except PapermillExecutionError as error:
            said = ": ".join(filter(None, (error.ename, error.evalue)))
            failed = f"failed with {said}{WHY.get(error.ename, '').format(limits.gigabytes())}"
            raise watch.fault(failed, error.cell_index) from error
        except CellTimeoutError as error:
            raise watch.fault(watch.ended or watch.too_long()) from error
        except DeadKernelError as error:
            raise watch.fault(
                watch.ended or "failed: its kernel died (out of memory, or ended from outside)."
            ) from error
        finally:
            loop.close()
        executed = as_executed(output)
        output.write_text(executed, encoding="utf-8", newline="\n")
        watch.require_no_warning(executed)
        took.add(sampling.WRITING, time.monotonic() - watch.through)
        took.ended(profile)
        return took

    def started(self, manager: "_Manager") -> None:
        """Note a kernel that is running; one that started as the run was stopped is ended."""
        with self._guard:
            self._running.add(manager)
            if self._stopped:
                manager.end()

    def ended(self, manager: "_Manager") -> None:
        """Note that a kernel is gone."""
        with self._guard:
            self._running.discard(manager)

    def stop(self) -> None:
        """End every kernel, and every one that is yet to start: what an interrupt does."""
        with self._guard:
            self._stopped = True
            for manager in self._running:
                manager.end()


class _Watch:
    """Watches over one run: which cell it has come to, the time that is left to it, and how much is shown."""

    def __init__(self, job: Job, took: Took):
        self.ended = ""  # why its kernel was ended by us
        self.through = 0.0  # when its last cell was
        self.manager: _Manager | None = None
        self._job, self._took, self._until = job, took, time.monotonic() + limits.seconds()
        self._index, self._source = 0, ""

    def begin(self, cell: Any, index: int | None) -> None:
        """Note the cell that is begun."""
        self._took.started()
        self._index, self._source = index or 0, cell.source

    def left(self, cell: Any) -> float:
        """The seconds that are left to the whole notebook."""
        return max(self._until - time.monotonic(), 0.1)  # of nothing the client would make no limit

    def too_long(self) -> str:
        """What to say of a cell that was given up: its notebook's time was up, or what it shows did not arrive."""
        if time.monotonic() < self._until:
            return (
                f"was stopped: what it shows did not come through in {TO_COME_THROUGH} seconds. Show less, or a part."
            )
        long = f"was stopped: the notebook ran longer than {limits.seconds():g} seconds, which is what it may take"
        return f"{long} (VFM_NOTEBOOK_SECONDS gives it more)."

    def shown(self, outputs: list[Any]) -> None:
        """End the kernel where the cell shows more than anybody could read."""
        size = sum(len(one.get("text", "")) + sum(map(len, one.get("data", {}).values())) for one in outputs)
        if size > limits.SHOWN and not self.ended and self.manager is not None:
            self.ended = f"was stopped: it shows more than {limits.SHOWN:,} characters. Show less, or a part."
            self.manager.end()

    def fault(self, what: str, index: int | None = None, source: str | None = None) -> RunError:
        """The error that names the notebook and the cell."""
        cell = (self._index if index is None else index) + 1 - bool(self._job.parameters)  # papermill put one in
        begins = (self._source if source is None else source).strip().splitlines() or [""]
        return RunError(f"{self._job.name}: cell {cell} {what}\n    the cell begins: {begins[0]}")

    def require_no_warning(self, executed: str) -> None:
        """Refuse a warning: what a release says of itself on its pages is meant."""
        for index, cell in enumerate(json.loads(executed)["cells"]):
            for output in cell.get("outputs", []):
                if output.get("name") == "stderr" and (said := WARNING.search("".join(output["text"]))):
                    what = f"warned. {said[1]}: {said[2]} Settle what it warns of, or filter it in the cell."
                    raise self.fault(what, index, "".join(cell["source"]))


class _Client(AsyncKernelClient):
    """A client that goes on as soon as the kernel answers: the stock one then waits for a fifth of a second's silence.

    What it waits out is the kernel's own greeting, which belongs to no cell and which whoever reads cells passes over.
    """

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        until = time.monotonic() + (timeout or limits.seconds())
        while time.monotonic() < until:
            self.kernel_info()
            with suppress(Empty):
                answer = await self.shell_channel.get_msg(timeout=1)
                if answer["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)  # it is heard too
                    self._handle_kernel_info_reply(answer)
                    return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError("Kernel did not answer")

    wait_for_ready = _async_wait_for_ready


class _Manager(AsyncKernelManager):
    """A kernel manager that gives its kernel an environment and a folder, and can be ended from another thread."""

    client_factory = Type(_Client)
    client_class = DottedObjectName(f"{__name__}._Client")

    environment: ClassVar[dict[str, str]] = {}
    folder: ClassVar[str]
    kernels: ClassVar[Kernels]
    watch: ClassVar[_Watch]

    def __init__(self, **traits: Any):
        super().__init__(**traits)
        self.transport_encryption = "auto"  # else each kernel warns that others on this machine could listen
        if forks.can_fork():
            self.warm = forks.Warm.process()
            self.transport = "ipc"  # a port can be taken between its choice and its use; a path of our own cannot
            self.connection_file = str(self.warm.folder / f"{uuid4().hex}.json")

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        kw["env"] = {**os.environ, **kw.get("env", {}), **forks.FIXED, **self.environment}
        kw["cwd"] = self.folder  # papermill's own way changes the folder of the whole process, for every thread
        if forks.can_fork():
            self.provisioner = ForkProvisioner(parent=self, kernel_spec=self.kernel_spec, kernel_id=uuid4().hex)
            self.provisioner.warm = self.warm
        return await super()._async_pre_start_kernel(**kw)

    pre_start_kernel = _async_pre_start_kernel

    async def _async_post_start_kernel(self, **kw: Any) -> None:
        await super()._async_post_start_kernel(**kw)
        self.watch.manager = self
        self.kernels.started(self)
        if isinstance(self.provisioner, ForkProvisioner):
            # who knocks before there is a door waits a tenth of a second to try again
            await self.provisioner.listening()

    post_start_kernel = _async_post_start_kernel

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        if isinstance(self.provisioner, ForkProvisioner):
            await self.provisioner.wait()  # it knows at once, where the stock way asks every tenth of a second
        else:
            await super()._async_wait(pollinterval=pollinterval)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        self.kernels.ended(self)
        await super()._async_cleanup_resources(restart=restart)

    cleanup_resources = _async_cleanup_resources

    def end(self) -> None:
        """Kill the kernel's process, if it has one."""
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            process.kill()


def saving_at_the_end(output: Path, watch: _Watch) -> str:
    """The name of papermill's own engine but for one thing: it leaves saving to papermill, which does so at the end.

    The engine is of one run, and tells `watch` what it has come to. Where the kernel is lost papermill saves nothing;
    there the engine saves to `output` what there is.
    """
    from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
    from papermill.iorw import write_ipynb

    class Manager(NotebookExecutionManager):
        def cell_start(self, cell: Any, cell_index: int | None = None, **kwargs: Any) -> None:
            watch.begin(cell, cell_index)
            self._cell = cell
            super().cell_start(cell, cell_index, **kwargs)

        def autosave_cell(self) -> None:  # called after each piece that a cell shows
            watch.shown(self._cell.get("outputs", []))

    class Engine(NBClientEngine):
        @classmethod
        def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
            for name in ("output_path", "progress_bar", "log_output", "autosave_cell_every"):
                options.pop(name, None)
            manager = Manager(nb, progress_bar=False)
            manager.notebook_start()
            try:
                cls.execute_managed_notebook(manager, kernel_name, **options)
            except BaseException:
                manager.notebook_complete()
                write_ipynb(manager.nb, str(output))
                raise
            manager.notebook_complete()
            watch.through = time.monotonic()
            return manager.nb

    name = f"vfm-{threading.get_ident()}"  # one a thread, for several run at a time
    papermill_engines.register(name, Engine)
    return name


def as_executed(path: Path) -> str:
    """An executed notebook without what differs from run to run: times, durations, paths, versions."""
    notebook = json.loads(path.read_text(encoding="utf-8"))  # as papermill has just written it: read, not judged again
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags")
        cell["metadata"] = {"tags": tags} if tags else {}
        if "injected-parameters" in (tags or []):
            cell["id"] = "injected-parameters"
        for output in cell.get("outputs", []):
            output.pop("metadata", None)
            if output["output_type"] in {"display_data", "execute_result"}:
                output["metadata"] = {}
    # in nbformat's own form
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


if sys.platform == "win32":  # zmq needs the selector loop there
    asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
