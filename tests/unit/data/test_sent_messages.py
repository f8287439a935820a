"""No message about what is sent is without a test that asserts its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from project_copies import CHECKOUT

MODULES = ("archives", "opendocument", "personal", "sheets", "workbooks")
ROOM = CHECKOUT / "src" / "vfm" / "data"
FORWARDED = {
    "kind.rule",
    "problem.rule",
    "unreadable.rule",
    "rule",
}  # said elsewhere, and found there or in the readers' tests


def rules_said(source: str) -> Iterator[ast.expr]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Problem", "Kind"):
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            yield named.get("rule") or node.args[1 if ast.unparse(node.func) == "Problem" else 0]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "rule":
            yield node.value


def pattern(rule: ast.expr) -> str:
    if isinstance(rule, ast.Constant):
        return re.escape(str(rule.value))
    assert isinstance(rule, ast.JoinedStr), f"a rule that the tests cannot read: {ast.unparse(rule)}"
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in rule.values)


def asserted() -> set[str]:
    """Every text that the tests beside this one hold."""
    sources = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    nodes = (node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def without_a_test(source: str) -> set[str]:
    said = {pattern(rule) for rule in rules_said(source) if ast.unparse(rule) not in FORWARDED}
    return {rule for rule in said if not any(re.fullmatch(rule, text) for text in asserted())}


@pytest.mark.parametrize("module", MODULES)
def test_every_message_has_a_test(module: str) -> None:
    source = (ROOM / f"{module}.py").read_text(encoding="utf-8")
    assert list(rules_said(source))
    assert without_a_test(source) == set()


@pytest.mark.parametrize("source", ['Problem(a, "unheard of", b)', 'rule = f"un{x}heard"', 'Kind("unheard of", f)'])
def test_a_message_without_a_test_is_found(source: str) -> None:
    assert len(without_a_test(source)) == 1
