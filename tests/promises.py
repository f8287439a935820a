"""What is promised, and the counts of what was tried: a test says `tried("killed")`, and the end of the run adds up."""

from __future__ import annotations

import csv
import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SOAK = os.environ.get("VFM_SOAK") == "1"
SEED = int(os.environ.get("VFM_SEED", "20261126"))
TRIED = "tried of a promise"
COUNTS = Path(__file__).resolve().parents[1] / "build" / "reliability.json"


def promises() -> dict[str, dict[str, str]]:
    """Every promise by its name, as `promises.csv` has it."""
    with Path(__file__).with_name("promises.csv").open(encoding="utf-8", newline="") as file:
        return {row["promise"]: row for row in csv.DictReader(file)}


def machine() -> str:
    """The class of machine that a count was made on, and nothing that tells which one."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB of memory"
    python = ".".join(platform.python_version_tuple()[:2])
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors{memory}, Python {python}"


def write_counts(reports: Iterable[Any], file: Path = COUNTS) -> dict[str, int]:
    """Add the counts of a run to `file`, in place of those of the same tests before; how much was tried of each."""
    mode = "soak" if SOAK else "ci"
    kept = {tuple(one[key] for key in ("promise", "mode", "test")): one for one in _read(file)}
    summed: dict[str, int] = {}
    for report in reports:
        noted = [value for name, value in report.user_properties if name == TRIED]
        for promise in {one["promise"] for one in noted}:
            mine = [one for one in noted if one["promise"] == promise]
            times = sum(one["times"] for one in mine)
            kept[promise, mode, report.nodeid] = {
                "promise": promise,
                "mode": mode,
                "test": report.nodeid,
                "tried": times,
                "failed": int(report.failed),
                "figures": {name: value for one in mine for name, value in one["figures"].items()},
                "seed": SEED,
                "on": datetime.now(UTC).date().isoformat(),
                "machine": machine(),
            }
            summed[promise] = summed.get(promise, 0) + times
    if summed:
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps([kept[key] for key in sorted(kept)], indent=1) + "\n", encoding="utf-8")
    return summed


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found
