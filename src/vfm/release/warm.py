"""One process that has imported what notebooks import, and forks a kernel for each run.

Starting a stock kernel is mostly importing, the same libraries each time. Here they are imported once. What makes the
fork safe: nothing but the main thread runs before it, generators are seeded afresh after it, and each kernel is
a process and a session of its own. When whoever started this process is gone, by whatever end, the socket
closes: then this process ends, its kernels with it, and the folder of their sockets is taken away.

It is asked in lines of JSON, ``{"argv": [...], "env": {...}, "cwd": "..."}``, and answers each with the process number
and a handle of the process (a pidfd), which no later process can be mistaken for.
"""

import atexit
import builtins
import ctypes
import gc
import importlib
import json
import logging
import os
import pkgutil
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

FORKED = "vfm.release.forked_kernel"
MODULES = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "afcharts",
    "encodings.utf_8_sig",
    "importlib.resources.readers",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "pandas.core.arrays.arrow._arrow_utils",
    "pandas.core.arrays.arrow.extension_types",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.csvs",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "statsmodels.stats.sandwich_covariance",
    "tornado.platform.asyncio",
    "vfm.data.publishable",
    "vfm.data.quarter",
    FORKED,
    "vfm.release.limits",
    "vfm.release.manifest",
    "vfm.report.publishing",
    "vfm.report.words",
    "zmq.utils.garbage",
)
FAMILIES = ("vfm.vocabulary.", "vfm.analysis.", "vfm.report.charts")  # what notebooks import one or another of
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, from linux/prctl.h


def preload() -> None:
    """Import what notebooks import."""
    # pandas chooses how it shows a wide table when it is imported, by whether it finds itself in a kernel
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs: its loading is half a kernel's start
    for name in MODULES:
        importlib.import_module(name)
    for family in FAMILIES:
        room = importlib.import_module(family.rpartition(".")[0])
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            if module.name.startswith(family):
                importlib.import_module(module.name)
    del builtins.get_ipython, sys.modules["debugpy"]  # type: ignore[attr-defined]


def serve(asked: socket.socket) -> None:
    """Fork a kernel for each line that comes in, until the other side is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a kernel that ended leaves nothing behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for whoever started us to act on
    with asked.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            number = os.fork()
            if number == 0:
                asked.detach()
                _become_kernel(json.loads(line))
            try:
                handle = os.pidfd_open(number)
            except ProcessLookupError:  # gone already
                asked.sendall(b"{}\n")
                continue
            socket.send_fds(asked, [json.dumps({"pid": number}).encode() + b"\n"], [handle])
            os.close(handle)


def _become_kernel(told: dict[str, Any]) -> None:
    """Be a kernel until it is told to stop; never returns."""
    status = 1
    try:
        os.setsid()
        parent = os.getppid()
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        for one in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(one, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(told["env"], JPY_PARENT_PID=str(parent))
        os.chdir(told["cwd"])
        _seed_afresh()
        from ipykernel.kernelapp import IPKernelApp

        sys.argv = ["ipykernel_launcher", *told["argv"]]
        parts = {"kernel_class": f"{FORKED}.Kernel", "outstream_class": f"{FORKED}.Stream"}
        application = IPKernelApp.instance(**parts)
        with listing_no_modules():
            application.initialize(told["argv"])  # type: ignore[no-untyped-call]
        application.log.setLevel(logging.CRITICAL)  # else each message is noted, and the note thrown away
        application.start()  # type: ignore[no-untyped-call]
        # The thread that was told to stop still flushes; were its reader closed first, it would wait for ten seconds.
        IPKernelApp.instance().control_thread.join(1)
        status = 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 0
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)  # taking the interpreter apart takes longer than many a notebook


@contextmanager
def listing_no_modules() -> Iterator[None]:
    """Keep a kernel from asking every module for its file, for a debugger that is not there.

    Each that is asked has its page of memory copied: a third of all that a kernel copies before its first cell.
    """
    from ipykernel import ipkernel

    class WithoutModules:
        modules: ClassVar[dict[str, Any]] = {}

        def __getattr__(self, name: str) -> Any:
            return getattr(sys, name)

    vars(ipkernel)["sys"] = WithoutModules()
    try:
        yield
    finally:
        vars(ipkernel)["sys"] = sys


def _seed_afresh() -> None:
    """A generator that nobody seeded must not draw the same in each kernel."""
    import numpy

    random.seed()
    numpy.random.seed(None)


def main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    folder = ""
    sys.path[:] = [place for place in sys.path if place not in {"", str(Path.cwd())}]
    gc.disable()  # while modules come in, nearly nothing goes
    try:
        preload()
        if threading.active_count() > 1:
            raise RuntimeError(f"not to be forked: {threading.enumerate()}")
        gc.freeze()  # with the little that did: to look for it takes a fifth of a second
        gc.enable()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # from here on it ends as whoever asks it goes, and clears up
        folder = tempfile.mkdtemp(prefix="vfm-")  # short, for a socket's path may have 107 letters
        asked.sendall(folder.encode())
        serve(asked)
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


if __name__ == "__main__":
    main()
