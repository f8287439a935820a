"""Which code a notebook depends on: all that it imports, however deep, and nothing of other rooms."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vfm.release import imports

ROOT = Path(__file__).resolve().parents[2]


def test_a_module_counts_with_what_it_imports_inside_functions_too() -> None:
    code = imports.code_of(["import vfm\n%matplotlib inline\ndata = vfm.open_quarter('2019-20-Q4')"])
    assert "__init__.py" in code
    assert "data/quarter.py" in code  # vfm/__init__.py imports it inside open_quarter
    assert "data/build.py" in code  # and that imports this one inside a method
    assert "data/sql/awards.sql" in code
    assert "report/templates/style.css" in code
    assert not [name for name in code if name.startswith(("release/", "site/", "cli", "analysis/"))]


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\nimport vfm",
        "files = !ls\nimport vfm",
        "import vfm\nvfm?",
        "x = (7\n% 2)\nimport vfm",
        "await once()\nimport vfm",
    ],
)
def test_what_only_a_notebook_understands_hides_no_import(cell: str) -> None:
    assert "__init__.py" in imports.code_of([cell])


def test_of_a_cell_that_nobody_can_read_nothing_is_known() -> None:
    assert imports.code_of(["import vfm\nx = = 1"]) == {}


def test_code_that_does_not_import_ours_depends_on_none() -> None:
    assert imports.code_of(["import pandas as pd\nfrom math import pi", "x = 1"]) == {}


def test_every_module_that_the_notebooks_come_to_load_is_among_them() -> None:
    paths = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    cells = [cell for path in paths for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    wanted = {line for source in sources for line in source.splitlines() if line.startswith(("import ", "from "))}
    code = "\n".join([*sorted(wanted), "import sys; print([m for m in sys.modules if m.split('.')[0] == 'vfm'])"])
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    loaded = json.loads(said.replace("'", '"'))
    found = imports.code_of(sources)
    assert len(loaded) > 30
    assert [name for name in loaded if imports._file(name).relative_to(imports.ROOT).as_posix() not in found] == []


def test_the_hash_does_not_depend_on_the_order_of_the_parts() -> None:
    assert imports.hash_of({"a": "1", "b": "2"}) == imports.hash_of({"b": "2", "a": "1"})
    assert imports.hash_of({"a": "1", "b": "2"}) != imports.hash_of({"a": "2", "b": "1"})
