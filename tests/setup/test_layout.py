"""The shape of the house: imports go downwards only, modules stay small, notebooks stay thin, words are its own."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOMS = ("vocabulary", "data", "analysis", "report", "site", "release", "bench", "cli")  # the ground floor first
FRONT = ("vfm", "vfm.__main__")  # may reach every room
LONGEST_MODULE = 400
LONGEST_CELL = 20

# ---- imports


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Every module that a source imports from vfm, at whatever depth, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from vfm import data` names a room; `from vfm.data import panel` names one already
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from ((node.lineno, arg.value) for arg in node.args[:1] if is_text(arg))


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def upward_imports(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """What a module imports from above its own room, one line each."""
    if module in FRONT:
        return []
    package = module if is_package else module.rpartition(".")[0]
    own = module.split(".")[1]
    if own not in ROOMS:
        return [f"{module} is in no room"]
    faults = []
    for line, name in imported(ast.parse(source), package):
        parts = name.split(".")
        if parts[0] != "vfm" or parts[1:] == ["__version__"]:
            continue
        room = parts[1] if len(parts) > 1 else ""
        if room not in ROOMS:
            faults.append(f"{module}:{line} imports {name}, which is no room: vfm itself reaches all of them")
        elif ROOMS.index(room) > ROOMS.index(own):
            faults.append(f"{module}:{line} imports {name} from above")
    return faults


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    src = root / "src"
    for path in sorted(src.rglob("*.py")):
        parts = path.relative_to(src).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def test_imports_go_downwards_only(root: Path) -> None:
    faults = [
        fault
        for module, path in modules(root)
        for fault in upward_imports(path.read_text(encoding="utf-8"), module, is_package=path.name == "__init__.py")
    ]
    assert faults == []


@pytest.mark.parametrize(
    "source",
    [
        "import vfm.release.plan",
        "from vfm.release import plan",
        "from vfm import release",
        "from vfm import analysis",
        "from ..release import plan",
        "from .. import release",
        "def late():\n    from vfm.release import plan",
        "def late():\n    from ..report.charts import intervals",
        "if TYPE_CHECKING:\n    from vfm.cli import main",
        "importlib.import_module('vfm.site')",
        "import vfm",
        "from vfm import open_quarter",
        "from vfm import *",
    ],
)
def test_an_import_from_above_is_found(source: str) -> None:
    assert len(upward_imports(source, "vfm.data.panel")) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd",
        "from vfm.vocabulary import Quarter",
        "from vfm import vocabulary",
        "from ..vocabulary.periods import Quarter",
        "from vfm.data.schemas import awards",
        "from . import schemas",
        "from .schemas import awards",
        "from vfm import __version__",
        "import vfmlike.release",
    ],
)
def test_an_import_from_the_same_room_or_below_is_not(source: str) -> None:
    assert upward_imports(source, "vfm.data.panel") == []


def test_relative_imports_are_read_from_the_right_package() -> None:
    assert upward_imports("from . import panel", "vfm.data", is_package=True) == []
    assert len(upward_imports("from .. import release", "vfm.data", is_package=True)) == 1
    assert upward_imports("from .release import plan", "vfm.cli") == []
    assert upward_imports("def f():\n    from .release import plan", "vfm", is_package=True) == []


def test_a_module_outside_every_room_is_found() -> None:
    assert upward_imports("", "vfm.misc") == ["vfm.misc is in no room"]


# ---- modules


def test_modules_are_small_and_have_names_that_say_something(root: Path) -> None:
    for module, path in modules(root):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE, module
        assert "utils" not in module.split("."), module


# ---- notebooks


def source_of(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def notebook_faults(notebook: dict[str, Any]) -> list[str]:
    """Why a notebook is not thin, one line for each reason."""
    faults = []
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if not any("parameters" in cell.get("metadata", {}).get("tags", []) for cell in code):
        faults.append("no code cell is tagged `parameters`")
    for number, cell in enumerate(code, start=1):
        lines = source_of(cell).splitlines()
        if len(lines) > LONGEST_CELL:
            faults.append(f"code cell {number} has {len(lines)} lines")
        plain = "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        for node in ast.walk(ast.parse(plain)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                faults.append(f"code cell {number} defines {node.name}")
    return faults


def test_notebooks_are_thin(root: Path) -> None:
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        assert notebook_faults(json.loads(path.read_text(encoding="utf-8"))) == [], path.name


def cell(source: str | list[str], *tags: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}}


PARAMETERS = cell('quarter = "2019-20-Q4"', "parameters")


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ([PARAMETERS, cell("%matplotlib inline\nx = 1")], []),
        ([cell("x = 1")], ["no code cell is tagged `parameters`"]),
        ([PARAMETERS, cell("x = 1\n" * 20)], []),
        ([PARAMETERS, cell(["x = 1\n"] * 21)], ["code cell 2 has 21 lines"]),
        ([PARAMETERS, cell("if True:\n    def area(x):\n        return x")], ["code cell 2 defines area"]),
        ([PARAMETERS, cell("class Cost:\n    pass")], ["code cell 2 defines Cost"]),
        ([PARAMETERS, {"cell_type": "markdown", "source": "def is a word here"}], []),
    ],
)
def test_notebook_faults(cells: list[dict[str, Any]], faults: list[str]) -> None:
    assert notebook_faults({"cells": cells}) == faults


# ---- words that the machine would choose

# Names of days and months, and whole dates, as strftime writes them in the language that the machine is set to.
LOCALES_WORDS = re.compile(r"%-?[aAbBcpxX](?![\w%])|month_name\(|day_name\(")


def locale_faults(source: str) -> list[str]:
    return [f"line {number}" for number, line in enumerate(source.splitlines(), 1) if LOCALES_WORDS.search(line)]


def test_no_name_of_a_month_or_a_day_is_the_machines(root: Path) -> None:
    for _, path in modules(root):
        assert locale_faults(path.read_text(encoding="utf-8")) == [], path
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert locale_faults("\n".join("".join(cell["source"]) for cell in cells)) == [], path.name


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ('f"{day:%B %Y}"', ["line 1"]),
        ('x\nday.strftime("%d %b")', ["line 2"]),
        ("day.dt.month_name()", ["line 1"]),
        ('f"{day:%Y-%m-%d}"', []),
        ('"95% and 100%"', []),
        ("seconds % age + 5 %b", ["line 1"]),
        ("number %begin", []),
    ],
)
def test_locale_faults(source: str, faults: list[str]) -> None:
    assert locale_faults(source) == faults
