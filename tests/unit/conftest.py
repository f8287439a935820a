"""The project's own tables, opened once."""

from pathlib import Path

import pytest

import vfm
from vfm.data.quarter import QuarterData


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tables() -> QuarterData:
    """The tables of the shipped quarter, built when they are not there."""
    return vfm.open_quarter("2019-20-Q4")
