"""No number is typed by hand into a notebook: prose takes its numbers from figures, by id."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
AMOUNT = re.compile(r"£\s?\d|\d\s?(?:%|per cent)|\d[\d,]{3,}|\d\.\d|\d\s?(?:m|bn|million|billion)\b")
YEAR = re.compile(r"\b(?:19|20)\d\d(?:[-/]\d\d(?:-Q\d)?)?\b|\b(?:19|20)\d\d-\d\d-\d\d\b")
CODE_OF_AN_AREA = re.compile(r"\b[EKW]\d{8}\b")


def typed(text: str) -> list[str]:
    """The amounts in a text that stand for a figure; years, ids in braces and area codes are none."""
    text = re.sub(r"\{[^{}]*\}", " ", text)
    return AMOUNT.findall(YEAR.sub(" ", CODE_OF_AN_AREA.sub(" ", text)))


def strings(source: str) -> Iterator[str]:
    """The strings of a code cell; an f-string is its text without what is filled in."""
    inside: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            pieces = [v.value if isinstance(v, ast.Constant) else "x" for v in node.values]
            yield re.sub(r"\{[^{}]*\}", " ", "".join(map(str, pieces)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.value


def amounts(notebook: dict[str, Any]) -> list[str]:
    found = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += typed(source)
        elif "parameters" not in cell["metadata"].get("tags", []):
            found += [amount for text in strings(source) for amount in typed(text)]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_amount_is_typed_into_a_notebook(path: Path) -> None:
    assert amounts(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text", ["£53.6 million", "127%", "127.1 per cent", "5,200 each", "12345", "by 3.2 a year", "about 70m", "£ 8"]
)
def test_an_amount_is_found(text: str) -> None:
    markdown = {"cell_type": "markdown", "source": [text], "metadata": {}}
    code = {"cell_type": "code", "source": [f'release.say(f"{{x}} {text} {{{{budget-2019-20}}}}")'], "metadata": {}}
    assert amounts({"cells": [markdown]}) and amounts({"cells": [code]})


@pytest.mark.parametrize(
    "text", ["2012/13 to 2019-20", "2020-04-01", "{budget-2019-20}", "E12000007", "four parts", "2014"]
)
def test_a_year_an_id_or_a_code_is_no_amount(text: str) -> None:
    assert typed(text) == []


def test_parameters_may_hold_numbers() -> None:
    cell = {"cell_type": "code", "source": ['rate = "3.5%"'], "metadata": {"tags": ["parameters"]}}
    assert amounts({"cells": [cell]}) == []
