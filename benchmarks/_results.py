"""What the benchmarks measured last, kept beside them with the machine and the day, for the page that tells of it."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILE = Path(__file__).with_name("results.json")


def machine() -> dict[str, Any]:
    """The machine, the day, and how busy the machine was with other things as the measuring began."""
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "processors": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": " ".join([platform.system(), *platform.release().split("-")[:1]]),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def read() -> dict[str, Any]:
    """Every benchmark's last result, by its name."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def keep(name: str, began_on: dict[str, Any], result: Any) -> None:
    """Put a benchmark's result in the place of its last one."""
    after = {"load_after": round(os.getloadavg()[0], 1)}
    results = read() | {name: {"machine": began_on | after, "result": result}}
    FILE.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def environment() -> dict[str, str]:
    """This process's environment, but that compiled code is kept: what no machine does for its user is not measured."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def family(process: int) -> list[int]:
    """A process and all that came of it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def memory(process: int) -> float:
    """Megabytes that a process and all that came of it hold; what several share counts once."""
    kilobytes = 0
    for one in family(process):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def processor(process: int, known: dict[int, float]) -> None:
    """Note the processor seconds of a process and all that came of it, up to now, by process."""
    ticks = os.sysconf("SC_CLK_TCK")
    for one in family(process):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        known[one] = (int(fields[11]) + int(fields[12])) / ticks
