"""The pages of docs/reference/methodology/, made from tests/spec: the formula that is read is the one tested."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "tests" / "spec"

INDEX_HEAD = """\
# Methodology

Each page is made from one file of `tests/spec` by `python3 run.py dictionary`: its formula in words, and the numbers
that the tests hold the code to, each with its working. Change the test, not the page.

"""
PAGE_FOOT = """
Made from [tests/spec/{name}.py](../../../tests/spec/{name}.py) by `python3 run.py dictionary`.
"""


@dataclass(frozen=True)
class Worked:
    """A list of cases of a test: what its columns are, and its rows as they are written."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def pages() -> dict[str, str]:
    """Every page by its name, the contents among them."""
    found = {path.stem.removeprefix("test_"): path for path in sorted(SPEC.glob("test_*.py"))}
    made = {f"{name}.md": page(path) for name, path in found.items()}
    lines = [f"- [{title(path)}]({name}.md)\n" for name, path in found.items()]
    return made | {"README.md": INDEX_HEAD + "".join(lines)}


def title(path: Path) -> str:
    """What a file of the specification is about: the first sentence of its docstring."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem
    return said.partition("\n")[0].rstrip(".")


def page(path: Path) -> str:
    """One method: what it is, its worked numbers, and what else is held."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    said = (ast.get_docstring(tree) or "").partition("\n")[2].strip()
    lists = dict(_lists(tree, source.splitlines()))
    parts, others = [], []
    for test in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")):
        used = [lists[name] for name in _cases(test) if name in lists]
        sentence = _sentence(test.name)
        if used:
            parts += [f"## {sentence}\n\n{_table(used[0])}"]
        else:
            others.append(f"- {sentence}\n")
    also = f"## Also held\n\n{''.join(others)}" if others else ""
    code = "".join(f"- [`{name}`](../api/{name.rpartition('.')[2]}.md)\n" for name in _tested(tree))
    where = f"## The code\n\n{code}" if code else ""
    blocks = [f"# {title(path)}\n", f"{said}\n" if said else "", *parts, also, where]
    return "\n".join(filter(None, blocks)) + PAGE_FOOT.format(name=path.stem)


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return words[0].upper() + words[1:]


def _lists(tree: ast.Module, lines: list[str]) -> list[tuple[str, Worked]]:
    """The lists of tuples whose first line says in a comment what the columns are."""
    found = []
    for node in tree.body:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        if not isinstance(target, ast.Name) or not isinstance(getattr(node, "value", None), ast.List):
            continue
        value = node.value
        assert isinstance(value, ast.List)
        comment = re.match(r"\s*# (.*)", lines[value.lineno]) if len(lines) > value.lineno else None
        rows = [item for item in value.elts if isinstance(item, ast.Tuple)]
        if comment is None or len(rows) != len(value.elts):
            continue
        columns = tuple(part.strip() for part in comment[1].split(","))
        told = tuple(tuple(_cell(cell) for cell in row.elts) for row in rows)
        if all(len(row) == len(columns) for row in told):
            found.append((target.id, Worked(columns, told)))
    return found


def _cell(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Constant) and node.value is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return f"{node.value:,}"
    return ast.unparse(node)


def _cases(test: ast.FunctionDef) -> list[str]:
    """The names of the lists that a test is run over."""
    return [
        argument.id
        for decorator in test.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.parametrize"
        for argument in decorator.args
        if isinstance(argument, ast.Name)
    ]


def _table(worked: Worked) -> str:
    head = f"| {' | '.join(worked.columns)} |\n|{' --- |' * len(worked.columns)}\n"
    return head + "".join(f"| {' | '.join(map(_plain, row))} |\n" for row in worked.rows)


def _plain(text: str) -> str:
    return re.sub(r"([\\|<*`_\[\]])", r"\\\1", " ".join(text.split()))


def _tested(tree: ast.Module) -> list[str]:
    """The modules of the analysis that a file tests."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "vfm.analysis":
            found |= {f"vfm.analysis.{alias.name}": None for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vfm.analysis."):
            found[str(node.module)] = None
    return list(found)
