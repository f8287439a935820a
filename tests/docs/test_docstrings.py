"""The examples of the docstrings, each run: what a reader is shown is what comes."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import vfm

LEFT_OUT = ("vfm.__main__",)  # which runs the command line
MODULES = [one.name for one in pkgutil.walk_packages(vfm.__path__, "vfm.") if one.name not in LEFT_OUT]


def examples(name: str) -> list[doctest.DocTest]:
    return [one for one in doctest.DocTestFinder().find(importlib.import_module(name)) if one.examples]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_come_out_as_they_say(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    for one in examples(name):
        runner.run(one, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_there_are_examples() -> None:
    assert sum(len(examples(name)) for name in MODULES if name.startswith("vfm.analysis.")) > 50
