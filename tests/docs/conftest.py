"""The pages, and the tool that makes some of them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """tools/reference.py, which is not part of the package."""
    return tool("reference")


@pytest.fixture(scope="session")
def made() -> dict[str, str]:
    """Every page that the code makes, by its path from docs/."""
    pages: dict[str, str] = tool("dictionary").made()
    return pages


def tool(name: str) -> ModuleType:
    """A module of tools/, which imports its neighbours by their names."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / "tools"))
