"""What the code says of a place comes from data: no name, code or number of London's is written into it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "vfm"
OF_LONDON = re.compile(
    r"London|MOPAC|Metropolitan Police|Mayor|Assembly|Croydon|E09\d|E12\d{6}|\b3[23] (boroughs|areas)", re.IGNORECASE
)
# What may stay, each with its reason.
ALLOWED = {
    "cli/reading.py": {"borough=Croydon"},  # examples of a command, which the tests run on the project's own data
    "cli/making.py": {"--service london-gang-exit"},
}


def words_of(path: Path) -> Iterator[str]:
    """The words of a file that a user may meet: not its comments, nor the docstrings of code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        mark = {".sql": "--", ".typ": "//", ".js": "//"}.get(path.suffix)
        for line in text.splitlines():
            yield line.split(mark)[0] if mark else line
        return
    tree = ast.parse(text)
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value
        elif isinstance(node, ast.Name | ast.FunctionDef):
            yield node.id if isinstance(node, ast.Name) else node.name


FILES = sorted(
    path for path in SRC.rglob("*") if path.suffix in {".py", ".sql", ".csv", ".json", ".j2", ".typ", ".js", ".html"}
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_no_file_of_the_code_names_london(path: Path) -> None:
    allowed = ALLOWED.get(path.relative_to(SRC).as_posix(), set())
    found = [line for line in words_of(path) if OF_LONDON.search(line)]
    assert [line for line in found if not any(one in line for one in allowed)] == []


def test_what_may_stay_is_still_there() -> None:
    for name, allowed in ALLOWED.items():
        lines = [line for line in words_of(SRC / name) if OF_LONDON.search(line)]
        for one in allowed:
            assert any(one in line for line in lines), (name, one)
