"""The code of ours that a notebook imports, at whatever depth, read from the sources without running them."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

PACKAGE = "vfm"
ROOT = Path(__file__).parents[1]
RESOURCES = {".css", ".csv", ".j2", ".json", ".sql"}


def code_of(sources: Iterable[str]) -> dict[str, str]:
    """The files that `sources`, the code cells of a notebook, come to import, each with its hash.

    A module counts with every module that it imports, inside functions too, and with what its room holds besides
    code: templates, SQL and tables. That is more than a run may use and never less.
    """
    modules: set[str] = set()
    to_read = {name for source in sources for name in _imported(_read(source), PACKAGE)}
    while to_read:
        name = to_read.pop()
        modules.add(name)
        to_read |= set(_imports_of_module(name)) - modules
    files = {path for name in modules if (path := _file(name)) is not None}
    rooms = {path.relative_to(ROOT).parts[0] for path in files if path.parent != ROOT}
    files |= {path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in RESOURCES}
    return {path.relative_to(ROOT).as_posix(): _hash(path) for path in sorted(files)}


def hash_of(parts: Mapping[str, str]) -> str:
    """One hash over named parts, whatever their order."""
    return hashlib.sha256("\n".join(f"{name} {parts[name]}" for name in sorted(parts)).encode()).hexdigest()


def _read(source: str) -> ast.AST:
    """A source as Python reads it, a cell's without what only a notebook understands.

    Of a cell that cannot be read at all nothing is known: running it says what is wrong with it.
    """
    for python in (_as_it_is, _without_commands, _as_ipython_has_it):
        with suppress(SyntaxError, ValueError):
            return ast.parse(python(source))
    return ast.Module([], [])


def _as_it_is(source: str) -> str:
    return source


def _without_commands(source: str) -> str:
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())


def _as_ipython_has_it(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]


def _file(module: str) -> Path | None:
    """Where a module of ours is, or None where the name is that of something in a module."""
    place = ROOT.joinpath(*module.split(".")[1:])
    for path in (place / "__init__.py", place.with_suffix(".py")):
        if path.is_file():
            return path
    return None


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


@cache
def _imports_of_module(module: str) -> tuple[str, ...]:
    path = _file(module)
    if path is None:
        return ()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return tuple(_imported(_read(path.read_text(encoding="utf-8")), package))


def _imported(source: ast.AST, package: str) -> Iterator[str]:
    """The modules of ours that a source imports, and the packages that they are in."""
    for node in ast.walk(source):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE:
                places = (".".join(parts[: end + 1]) for end in range(len(parts)))
                yield from (place for place in places if _file(place) is not None)
