"""What the tests of published files share: the real ones, and the guard that every rule has a bad file."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from vfm.data.sources import Says
from vfm.vocabulary.errors import Problem

STANDARDS = Path(__file__).parents[4] / "shared" / "data" / "standards"
LABEL = "example.file"


@dataclass(frozen=True)
class Bad:
    """A made-up file, and the one thing that is wrong with it."""

    says: Says
    content: str | bytes
    row: int | None = None
    column: str | None = None
    value: str | None = None
    ending: str = ".csv"

    @property
    def problem(self) -> Problem:
        return Problem(
            LABEL, self.says.rule, self.says.mend, self.row, self.column, self.value, advice=self.says.advice
        )

    def write(self, folder: Path) -> Path:
        path = folder / f"example{self.ending}"
        path.write_bytes(self.content.encode() if isinstance(self.content, str) else self.content)
        return path


def rules_of(*modules: ModuleType) -> set[Says]:
    """The rules that modules say, of which none may be made inside a function, where this would not see it."""
    found = set()
    for module in modules:
        own = {name: value for name, value in vars(module).items() if isinstance(value, Says)}
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        named = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and ast.unparse(node.value).startswith("Says(")
        }
        calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert calls.count("Says") == len(named)
        assert calls.count("Problem") == (1 if module.__name__ == "vfm.data.sources" else 0)
        found |= {own[name] for name in named}
    return found


def standard_file(*parts: str) -> Path:
    path = STANDARDS.joinpath(*parts)
    if not path.is_file():
        pytest.skip("the real file is not in this tree; put `shared` beside the clone to run it")
    return path


def told(problems: Iterable[Problem]) -> list[tuple[int | None, str | None, str]]:
    return [(problem.row, problem.column, problem.rule) for problem in problems]
