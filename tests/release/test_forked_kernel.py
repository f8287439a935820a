"""The shortcuts of the kernel that is forked: taken where IPython would do nothing, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.async_helpers import _should_be_async
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell

from small_projects import QUARTER, ROOT, made_anew, write_notebook
from vfm.release import forks
from vfm.release.forked_kernel import is_plain

pytestmark = pytest.mark.skipif(not forks.can_fork(), reason="kernels are forked on Linux alone")

ODD = {
    "a magic": "%matplotlib inline\nx = 1",
    "a magic's value": "x = %who_ls\ny = 1",
    "a magic of the cell": "%%time\nx = 1",
    "a command of the system": "x = 1\n!ls",
    "its value": "x = !ls\ny = 1",
    "help": "x = 1\nx?",
    "a prompt": "In [1]: x\ny = 1",
    "a prompt in the second line": "1\nIn [1]: x",
    "a prompt of Python": ">>> x = 1\n>>> y = 1",
    "what goes on at a prompt": "x = [\n   ...: 1]",
    "an indent": "    x = 1\n    y = 2",
    "an indented comment": "  # said\nx = 1",
    "an empty line at the beginning": "\n\nx = 1\ny = 1",
    "waiting": "import asyncio\nawait asyncio.sleep(0)",
    "a loop that waits": "async for x in y:\n    pass",
    "no Python": "x = = 1\ny",
    "a name that may be a command": "ls",
    "nothing": "",
    "a return": "x = 1\nreturn x",
}
PLAIN = {
    "a comment and a value": "# said\nx = 1",
    "percent within a text": 'x = """\n%matplotlib inline\n!ls\n"""',
    "a semicolon": "x = 1\nx;",
    "a semicolon within a text": "x = ';'\nx",
    "a semicolon and a comment": "x = 1\nx;  # said",
    "a continued line": "x = (1\n% 2)",
    "an operator": "x = 7\ny = 2\nx % y",
}


@pytest.fixture(scope="module")
def ipython() -> Iterator[InteractiveShell]:
    """IPython as it comes."""
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def cells() -> Iterator[str]:
    for path in sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("examples/**/*.ipynb")]):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])


@pytest.mark.parametrize("name", ODD)
def test_what_ipython_alone_understands_goes_to_ipython(name: str) -> None:
    assert not is_plain(ODD[name]) or name == "a return"


def test_of_what_is_plain_ipython_changes_nothing_and_waits_for_nothing(ipython: InteractiveShell) -> None:
    ours = list(cells())
    tried = [*ours, *ODD.values(), *PLAIN.values()]
    plain = [cell for cell in tried if is_plain(cell)]
    assert len([cell for cell in ours if is_plain(cell)]) > 0.8 * len(ours) > 100
    assert {*PLAIN.values()} <= {*plain}
    for cell in plain:
        assert ipython.transform_cell(cell) == (cell if cell.endswith("\n") else f"{cell}\n")
        assert not _should_be_async(ipython.transform_cell(cell))
        assert ";" in cell or not DisplayHook.semicolon_at_end_of_expression(cell)


def test_every_kind_of_cell_shows_what_it_shows_in_a_stock_kernel(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = "import sys\nfrom IPython import get_ipython\nprint(type(get_ipython()).__name__)"
    own = "def ours(lines):\n    return [one.replace('ONE', '1') for one in lines]\n"
    own += "get_ipython().input_transformers_post.append(ours)"
    printed = "for i in range(3):\n    print(i, end='')\n    print('to the other', file=sys.stderr)\n'shown'"
    written = (
        begin,
        *PLAIN.values(),
        "%who_ls\nx = 2\nx",
        "x = !echo hello\nx",
        ODD["waiting"],
        printed,
        own,
        "y = ONE\ny",
    )
    write_notebook(small, "00-data-quality", *written)
    shown = {}
    for how in ("", "stock"):
        monkeypatch.setenv(forks.SWITCH, how)
        made_anew(small)
        path = small / "reports/drafts" / QUARTER / "notebooks/00-data-quality.ipynb"
        shown[how] = [cell.get("outputs") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert shown[""] == shown["stock"]
    assert shown[""][-1][0]["data"]["text/plain"] == ["1"]
    printed = [output for outputs in shown[""] for output in outputs or []]
    assert {"name": "stdout", "output_type": "stream", "text": ["ZMQInteractiveShell\n"]} in printed
