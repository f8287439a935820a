"""From a clone to a first release and to green tests, with nothing there before: `python3 run.py bench first_hour`.

The commit that is checked out is cloned into an empty folder, with an empty home and an environment that says no more
than where programs and the package index are; then the README's commands are typed. With `tests` after it the README's
second command is timed too, in a clone of its own, which takes as long as CI. What is downloaded, the network's speed
decides.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _results import ROOT, keep, machine, read
from suite import QUARTER

SAID = ("PATH", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
OF_THE_INDEX = ("PIP_", "UV_", "SSL_CERT_")
VFM = ".venv/bin/vfm"
RELEASE = {
    "clone": ["git", "clone", "--quiet", str(ROOT), "vfm"],
    "install, and make the draft": ["python3", "run.py", "report"],
    "make one that says something new": [VFM, "refresh", QUARTER, "-p", "level=0.9"],
    "put it forward": [VFM, "submit", QUARTER, "--role", "maker of this project"],
    "approve it": [VFM, "approve", QUARTER, "--role", "checker of this project"],
    "publish it": [VFM, "publish", QUARTER, "--reason", "To see how long it takes."],
}
TESTS = {"clone": RELEASE["clone"], "install, and run every test": ["python3", "run.py", "test"]}


def timed(steps: dict[str, list[str]]) -> dict[str, float]:
    """The seconds of each step, one after the other in a folder of their own."""
    took = {}
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        home.mkdir()
        told = {name: value for name, value in os.environ.items() if name in SAID or name.startswith(OF_THE_INDEX)}
        for name, command in steps.items():
            started = time.perf_counter()
            where = Path(place) if name == "clone" else Path(place) / "vfm"
            run = subprocess.run(command, cwd=where, env=told | {"HOME": str(home)}, capture_output=True, text=True)
            if run.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
            took[name] = round(time.perf_counter() - started, 1)
            print(f"{took[name]:8.1f} s  {name}", flush=True)
    return took


def main(with_tests: bool) -> int:
    began_on = machine()
    before = read().get("first_hour", {}).get("result", {})
    result = {"to a first release": timed(RELEASE)}
    result |= {"to green tests": timed(TESTS)} if with_tests else {}
    keep("first_hour", began_on, before | result)
    return 0


if __name__ == "__main__":
    sys.exit(main("tests" in sys.argv[1:]))
