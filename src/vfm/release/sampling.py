"""What a kernel is doing, looked at a few hundred times a second: for ``vfm refresh --profile``, and within the kernel.

A thread looks at what the main thread is in, from the innermost call outwards, and counts the time since it last
looked to that. Nothing of the notebook or of the methods has to know, and nothing is looked at unless asked for.
"""

import atexit
import json
import os
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

VARIABLE = "VFM_PROFILE"  # names the file that the seconds are written to as the kernel ends
BEGIN = "__import__('vfm.release.sampling', fromlist=['begin']).begin()"  # what the kernel is told to run first
EVERY = 0.003  # seconds
IMPORTS, COMPUTE, DRAWING, WRITING = PARTS = ("imports", "compute", "drawing", "writing")

IMPORTING = "<frozen importlib._bootstrap>"
CELL = "run_code"  # IPython's; outside of it the kernel waits, or reads and sends messages
CHARTS = f"{os.sep}report{os.sep}charts"  # our drawing, and through it matplotlib's
WRITERS = {"write_new", "write_bytes", "write_text"}


def begin() -> None:
    """Look on until the kernel ends."""
    seconds: defaultdict[str, float] = defaultdict(float)
    main = threading.main_thread().ident
    atexit.register(lambda: Path(os.environ[VARIABLE]).write_text(json.dumps(seconds), encoding="utf-8"))

    def look() -> None:
        last = time.monotonic()
        while True:
            time.sleep(EVERY)
            part, now = _part(sys._current_frames().get(main or 0)), time.monotonic()
            if part:
                seconds[part] += now - last
            last = now

    threading.Thread(target=look, name="profile", daemon=True).start()


def _part(frame: FrameType | None) -> str:
    """What the innermost call that tells says of a thread; nothing where it runs no cell."""
    found = ""
    while frame is not None:
        code = frame.f_code
        if code.co_name == CELL:
            return found or COMPUTE
        found = found or _told(code.co_filename, code.co_name)
        frame = frame.f_back
    return ""


def _told(file: str, name: str) -> str:
    if file == IMPORTING:
        return IMPORTS
    if CHARTS in file and name != "<module>":
        return DRAWING
    return WRITING if name in WRITERS else ""
