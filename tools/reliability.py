"""Write docs/reliability.md from the counts that test runs left: `python3 run.py reliability`.

A test run notes in `build/reliability.json` what each test tried of each promise of `tests/promises.csv`. What is
there is taken into `docs/reliability.json`, which is committed, in the place of older counts of the same test in the
same mode, and the page is written from that. Counts of tests that there are no more are left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from promises import COUNTS, promises  # noqa: E402

RECORD, PAGE = "docs/reliability.json", "docs/reliability.md"
MODES = {"ci": "each run", "soak": "`--soak`"}
HEAD = """\
# Reliability

What is promised, what was tried to break it, how often, when, and on which class of machine. This page is made by
`python3 run.py reliability` from [reliability.json](reliability.json), which holds what the tests themselves counted:
nothing here is typed by hand but the promises, in `tests/promises.csv`. "Each run" is the sample that every run of the
tests tries; `python3 run.py test --soak` tries the rest. A count is of the last run of its tests. Draws come from the
seed {seeds}.
"""
HEADING = "| promise | one try | tried | failed | last tried | by |\n| --- | --- | ---: | ---: | --- | --- |"
NOT = """\
## What is not promised

- What the [threat model](threat-model.md) says is not held.
- A number that stands under "tried" is no proof beyond it: 0 failures of 200 leave room for a fault in one run of 67
  (the upper end of a 95% interval is 3 / 200).
- Windows and macOS were not to be had: their rules for paths are tried on strings, and nothing else of them here.
- A power cut is made by ending the run and cutting short every file that was not put on the disk by force; no machine
  was unplugged. A disk is filled in a file system in memory; a clock is set back by files and approvals of the future.
- Figures of memory are of the class of machine named, and another has others. Speed is in `benchmarks/`, as ratios.
"""


def merged(old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]], root: Path = ROOT) -> list[dict[str, Any]]:
    """The counts of both, the newer in place of the older, of promises and tests that there are."""
    found = {(one["promise"], one["mode"], one["test"]): one for one in [*old, *new]}
    known = promises()
    return [found[key] for key in sorted(found) if key[0] in known and _is_there(root, key[2])]


def _is_there(root: Path, test: str) -> bool:
    """Whether a test is still where its name says."""
    file, name = root / test.partition("::")[0], test.rpartition("::")[2].partition("[")[0]
    return file.is_file() and f"def {name}(" in file.read_text(encoding="utf-8")


def page(counts: list[dict[str, Any]]) -> str:
    """The page: a table of promises for each topic, then what was measured, then what is not promised."""
    known = promises()
    parts = [HEAD.format(seeds=" and ".join(sorted({str(one["seed"]) for one in counts})) or "(none)")]
    for topic in dict.fromkeys(row["topic"] for row in known.values()):
        parts.append(f"## {topic}\n")
        parts.append(
            "| promise | one try | tried | failed | last tried | by |\n| --- | --- | ---: | ---: | --- | --- |"
        )
        for name, row in known.items():
            if row["topic"] == topic:
                parts[-1] += "\n" + _line(row, [one for one in counts if one["promise"] == name])
        parts[-1] += "\n"
    measured = [(one, figure, value) for one in counts for figure, value in one["figures"].items()]
    if measured:
        parts.append("## Measured\n")
        lines = ["| what | figure | on |", "| --- | --- | --- |"]
        lines += [
            f"| {figure.replace('_', ' ')} | {value} | {one['on']}, {one['machine']} |"
            for one, figure, value in measured
        ]
        parts.append("\n".join(lines) + "\n")
    machines = sorted({one["machine"] for one in counts})
    parts.append("## On which machines\n")
    parts.append("\n".join(f"- {machine}" for machine in machines) + "\n")
    return "\n".join([*parts, NOT])


def _line(row: dict[str, str], counts: list[dict[str, Any]]) -> str:
    tried, failed, when = [], 0, []
    for mode, said in MODES.items():
        mine = [one for one in counts if one["mode"] == mode]
        if mine:
            tried.append(f"{sum(one['tried'] for one in mine):,} {said}")
            failed += sum(one["failed"] for one in mine)
            when.append(max(one["on"] for one in mine))
    files = sorted({one["test"].partition("::")[0] for one in counts})
    by = ", ".join(f"`{file}`" for file in files) or "nothing yet"
    cells = (row["what"], row["one_try"], "; ".join(tried) or "not yet", f"{failed:,}", max(when, default=""), by)
    return f"| {' | '.join(cells)} |"


def read(path: Path) -> list[dict[str, Any]]:
    """The counts that a file holds; none where there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def main() -> None:
    counts = merged(read(ROOT / RECORD), read(COUNTS))
    record = json.dumps(counts, indent=1) + "\n"
    for name, text in ((RECORD, record), (PAGE, page(counts))):
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
