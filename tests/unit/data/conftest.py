"""The checkout's own raw files, checked and reduced once for every test of the room."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from vfm.data import checks
from vfm.data.build import build
from vfm.data.catalogue import Catalogue
from vfm.data.project import Project
from vfm.data.tables import TABLES
from vfm.vocabulary.periods import Quarter

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def raw() -> dict[str, pd.DataFrame]:
    return checks.check(Catalogue.read(ROOT / "data" / "raw")).tables


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The processed tables of the shipped quarter, built in a folder of their own and read back."""
    root = tmp_path_factory.mktemp("built")
    (root / "data").mkdir()
    (root / "data" / "raw").symlink_to(ROOT / "data" / "raw")
    folder = build(Project(root), Quarter.parse("2019-20-Q4"))
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
