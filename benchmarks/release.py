"""How long a release takes, beside a plain loop of papermill over the same notebooks: `python3 run.py bench`.

The two run in turn, on a copy of the project each, and what counts is the ratio: machines are shared and noisy.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUARTER = "2019-20-Q4"


def project_copy(folder: Path) -> Path:
    """What a run needs of the project, under `folder`."""
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "reports" / QUARTER, folder / "reports" / QUARTER)
    shutil.copy(ROOT / "requirements.lock", folder)
    return folder


def seconds(commands: list[list[str]], project: Path) -> float:
    """Wall seconds that the commands take, one after the other."""
    environment = os.environ | {"VFM_PROJECT": str(project)}
    started = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main(rounds: int) -> None:
    refresh = [[sys.executable, "-m", "vfm", "refresh", QUARTER]]
    names = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    loop = [
        [sys.executable, "-m", "papermill", f"notebooks/{name}", f"out-{name}", "-p", "quarter", QUARTER]
        for name in names
    ]
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = project_copy(Path(folder) / "ours"), project_copy(Path(folder) / "theirs")
        seconds([[sys.executable, "-m", "vfm", "build", QUARTER]], theirs)
        print(f"{'round':>5}  {'vfm refresh':>12}  {'papermill loop':>14}  {'ratio':>6}")
        for number in range(1, rounds + 1):
            one, other = seconds(refresh, ours), seconds(loop, theirs)
            ratios.append(one / other)
            print(f"{number:>5}  {one:>10.1f} s  {other:>12.1f} s  {one / other:>6.2f}", flush=True)
    ratio = statistics.median(ratios)
    print(f"median: vfm refresh, which also checks, builds and seals, takes {ratio:.2f} of the loop")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
