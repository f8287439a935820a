"""A parameter of a command stays a text, whatever stands in it; and a run speaks to nobody."""

from __future__ import annotations

import ast
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from places import LONDON
from promises import SEED, SOAK
from small_projects import QUARTER, write_notebook
from vfm.cli import main
from vfm.release import imports
from vfm.release.parameters import for_notebook
from vfm.vocabulary.periods import Quarter

Tried = Callable[..., None]

HOSTILE = [
    "'; import os; os._exit(9); '",
    '"; import os; os._exit(9); "',
    '"""\nimport os; os._exit(9)\n"""',
    "'''\nimport os; os._exit(9)\n'''",
    "\\",
    '\\"; import os; os._exit(9) #',
    "\\\nimport os; os._exit(9)",
    "x\nimport os; os._exit(9)",
    "x\r\nimport os; os._exit(9)",
    "x\u2028import os; os._exit(9)",
    "x\x85import os; os._exit(9)",
    "x\x0cimport os; os._exit(9)",
    "{__import__('os')._exit(9)}",
    "%run -i /etc/passwd",
    "!touch hostile",
    "\\N{NULL}\\x00\\u0000",
    "\ufeff\u202e\U0001f600é",
]


def as_python_reads(values: dict[str, Any]) -> dict[str, Any]:
    """What the cell that papermill puts in sets, read by Python and not run: names set to plain values and no more."""
    read = {}
    for node in ast.parse(PythonTranslator.codify(values)).body:
        assert isinstance(node, ast.Assign)
        (name,) = node.targets
        assert isinstance(name, ast.Name)
        read[name.id] = ast.literal_eval(node.value)
    return read


@seed(SEED)
@settings(
    max_examples=20_000 if SOAK else 150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text() | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("".join))
def test_any_text_stays_a_text(tried: Tried, text: str) -> None:
    tried("injection")
    values = {"quarter": QUARTER, "competition": text, "longer_term": 36, "level": 0.95}
    assert as_python_reads(values) == values


for hostile in HOSTILE:
    test_any_text_stays_a_text = example(text=hostile)(test_any_text_stays_a_text)


def test_a_kernel_is_told_the_text_and_runs_nothing_of_it(small: Path, tried: Tried) -> None:
    hostile = "\n".join(HOSTILE)
    tried("injection", len(HOSTILE))
    defaults = for_notebook("70-bidding", Quarter.parse(QUARTER), LONDON, {})
    cells = "\n".join(f"{name} = {value!r}" for name, value in defaults.items())
    write_notebook(small, "70-bidding", "import json", "print(json.dumps(competition))", parameters=cells)
    assert main(["refresh", QUARTER, "-p", f"competition={hostile}"]) == 0
    ran = json.loads((small / f"reports/drafts/{QUARTER}/notebooks/70-bidding.ipynb").read_text(encoding="utf-8"))
    assert json.loads("".join(ran["cells"][-1]["outputs"][0]["text"])) == hostile
    assert not (small / "hostile").exists()


# ---- no telemetry


def test_a_run_opens_no_connection_and_asks_for_no_name(draft: Path, tried: Tried) -> None:
    asked: list[object] = []
    watching = True

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if watching and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
            if event == "socket.connect" and args[0].family == getattr(socket, "AF_UNIX", None):
                return
            asked.append((event, args[1:]))

    sys.addaudithook(watch)  # it stays with this process, and looks at nothing after this test
    small = draft.parents[2]
    write_notebook(small, "00-data-quality", "x = 1")
    tried("no-telemetry", 3)
    try:
        for argv in (["check"], ["refresh", QUARTER], ["trace", "last"]):
            assert main(argv) == 0
    finally:
        watching = False
    assert asked == []


def test_no_module_of_ours_can_speak_to_another_machine() -> None:
    speaks = {
        "aiohttp",
        "ftplib",
        "http",
        "httpx",
        "requests",
        "smtplib",
        "socket",
        "ssl",
        "urllib",
        "urllib3",
        "xmlrpc",
    }
    may = {
        "release/forks.py",
        "release/warm.py",
        "release/cluster.py",
    }  # a process of this machine; a cluster one names
    package = Path(imports.__file__).parents[1]
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        names = set()
        for node in ast.walk(ast.parse(text)):
            names |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            names |= {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
        used = {name.partition(".")[0] for name in names} & speaks
        assert not used or path.relative_to(package).as_posix() in may, (path, used)
        assert "urllib.request" not in text, path
