"""The pages of docs/reference/api/ and of the indicators, made from the docstrings and from data/raw/indicators.csv."""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import pkgutil
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import vfm
import vfm.analysis
import vfm.bench.cells
import vfm.bench.explorer
import vfm.report.publishing

ROOT = Path(__file__).resolve().parent.parent
INDICATORS = ROOT / "data" / "raw" / "indicators.csv"

API_HEAD = """\
# What a cell may call

Made from the docstrings by `python3 run.py dictionary`: change those, not these pages. Their examples run in the tests.

## For a notebook

"""
INDICATORS_HEAD = """\
# Indicators

Made from `data/raw/indicators.csv` by `python3 run.py dictionary`: change that, not this page. [Add an
indicator](../how-to/add-an-indicator.md) says how. Outputs count what was done; outcomes count what changed for people.
"""


def pages() -> dict[str, str]:
    """Every page by its name: the front doors, one of each module of the analysis, and the contents."""
    modules = {
        one.name: importlib.import_module(f"vfm.analysis.{one.name}")
        for one in pkgutil.iter_modules(vfm.analysis.__path__)
    }
    doors = {
        "vfm": vfm,
        "publishing": vfm.report.publishing,
        "cells": vfm.bench.cells,
        "explorer": vfm.bench.explorer,
    }
    made = {f"{name}.md": page(module) for name, module in (doors | modules).items()}
    front = "".join(f"- [`{module.__name__}`]({name}.md): {summary(module)}\n" for name, module in doors.items())
    rest = "".join(f"- [`{module.__name__}`]({name}.md): {summary(module)}\n" for name, module in modules.items())
    return made | {"README.md": f"{API_HEAD}{front}\n## The methods\n\n{rest}"}


def summary(held: Any) -> str:
    """The first line of a docstring."""
    return plain((inspect.getdoc(held) or "").partition("\n")[0])


def page(module: ModuleType) -> str:
    """One module: what it is, and each of its public classes and functions."""
    said = inspect.getdoc(module) or ""
    parts = [f"# {module.__name__}\n", f"{plain(said)}\n"]
    for name, held in vars(module).items():
        own = getattr(held, "__module__", "") == module.__name__ and not name.startswith("_")
        if own and inspect.isclass(held):
            parts.append(_class(name, held))
        elif own and inspect.isfunction(held):
            parts.append(_function(name, held))
    return "\n".join(parts)


def _class(name: str, held: type) -> str:
    methods = [
        _function(f"{name}.{key}", one if not isinstance(one, property) else one.fget, level="###")
        for key, one in vars(held).items()
        if not key.startswith("_") and (inspect.isfunction(one) or isinstance(one, property)) and inspect.getdoc(one)
    ]
    said = "" if re.match(rf"{name}\(", inspect.getdoc(held) or "") else _block(held)
    return "\n".join([f"## class {name}\n", said, *methods])


def _function(name: str, held: Any, *, level: str = "##") -> str:
    return f"{level} {name}\n\n```python\n{name}{_signature(held)}\n```\n\n{_block(held)}"


def _signature(held: Any) -> str:
    """The arguments and what is returned, as the source writes them: no version of Python or numpy changes that."""
    node = ast.parse(textwrap.dedent(inspect.getsource(held))).body[0]
    assert isinstance(node, ast.FunctionDef)
    returns = f" -> {_unquoted(node.returns)}" if node.returns else ""
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if isinstance(argument.annotation, ast.Constant):
            argument.annotation = ast.parse(str(argument.annotation.value), mode="eval").body
    return f"({ast.unparse(node.args)}){returns}"


def _unquoted(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def _block(held: Any) -> str:
    said = inspect.getdoc(held)
    return f"```text\n{said}\n```\n" if said else ""


def indicators() -> str:
    """Each indicator with its definition, what it is a share of, and which way is better."""
    with INDICATORS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    parts = [INDICATORS_HEAD]
    for kind in dict.fromkeys(row["kind"] for row in rows):
        parts.append(f"## {kind[0].upper()}{kind[1:]}s\n")
        parts += [_indicator(row) for row in rows if row["kind"] == kind]
    return "\n".join(parts)


def _indicator(row: dict[str, str]) -> str:
    ways = {"up": "more is better", "down": "less is better", "none": "neither way is better"}
    facts = {
        "key": f"`{row['measure_id']}`",
        "unit": plain(row["unit"]),
        "counted": plain(row["counted"]),
        "which way": ways.get(row["direction"], plain(row["direction"])),
        "numerator": plain(row["numerator"]),
        "denominator": plain(row["denominator"]),
        "due": plain(row["due"]),
    }
    lines = "".join(f"- {name}: {value}\n" for name, value in facts.items() if value)
    return f"### {plain(row['name'])}\n\n{plain(row['definition'])}\n\n{lines}"


def plain(text: str) -> str:
    """A text whose signs are not taken for marks of Markdown."""
    return re.sub(r"([\\|<*_])", r"\\\1", text)
