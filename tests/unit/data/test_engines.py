"""Both engines give the same rows for the same records; what is missing or mistyped is said in a sentence."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vfm.data import engines
from vfm.data.engines import Engine, open_engine, path_literal
from vfm.data.records import PANEL, TYPES, months, panel
from vfm.vocabulary.errors import RunError, UsageError

ROOT = Path(__file__).resolve().parents[3]
SERVICES = pd.DataFrame({"name": ["Exit", "Gang Exit", "Drive"], "service_id": ["exit", "exit", "drive"]})
AREAS = pd.DataFrame({"area": ["Brent", "Croydon", "London"], "gss_code": ["E09000005", "E09000008", "E12000007"]})
ROWS = 4000


def records(seed: int) -> pd.DataFrame:
    """Contacts of some 900 people over three years; a quarter are open, and scores are often blank."""
    draw = np.random.default_rng(seed)
    opened = pd.Timestamp("2018-04-01") + pd.to_timedelta(draw.integers(0, 1100, ROWS), unit="D")
    closed = (opened + pd.to_timedelta(draw.integers(0, 400, ROWS), unit="D")).to_series().reset_index(drop=True)
    scores = {
        name: pd.Series(draw.integers(0, 12, ROWS) / 2).mask(draw.random(ROWS) < 0.3)
        for name in ("outcome_before", "outcome_after")
    }
    return pd.DataFrame(
        {
            "record_id": [f"r{n}" for n in range(ROWS)],
            "person_id": [f"person-{n:04}" for n in draw.integers(0, 900, ROWS)],
            "service": draw.choice(SERVICES["name"], ROWS),
            "area": draw.choice(AREAS["area"], ROWS),
            "opened": opened.strftime("%Y-%m-%d"),
            "closed": closed.dt.strftime("%Y-%m-%d").mask(draw.random(ROWS) < 0.25),
            **scores,
        }
    )[list(TYPES)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The records in two files of two kinds, one with a name and an order of columns that try an engine."""
    folder = tmp_path_factory.mktemp("records")
    made = records(20)
    odd = folder / "a b' [x]{y}*.csv"
    made.iloc[:2000].loc[:, ::-1].to_csv(odd, index=False)
    days = made.iloc[2000:].assign(
        opened=lambda f: pd.to_datetime(f["opened"]).dt.date, closed=lambda f: pd.to_datetime(f["closed"]).dt.date
    )
    days.to_parquet(folder / "b.parquet", index=False)
    return [odd, folder / "b.parquet"]


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    """One session for all that is tried here; where there can be none, CI fails and another machine says why."""
    lacking = []
    added = str(ROOT / "build" / "spark")
    sys.path.append(added)
    try:
        import pyspark  # noqa: F401
    except ImportError:
        lacking.append("pyspark is not installed: python3 run.py spark")
    if shutil.which("java") is None:
        lacking.append("there is no Java: apt install default-jre-headless")
    if lacking:
        sys.path.remove(added)
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("; ".join(lacking))
    before = set(Path.cwd().iterdir())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VFM_ENGINE", "local[2]")
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")  # a short session does not pay for compiling twice
        with open_engine() as engine:
            yield engine
    sys.path.remove(added)
    assert set(Path.cwd().iterdir()) == before, "Spark left something behind"


def test_both_engines_give_the_same_rows(files: list[Path], spark: Engine) -> None:
    by_duckdb = panel(files, service_names=SERVICES, return_areas=AREAS, engine="duckdb")
    spark.files("records", files, TYPES)
    for name, table in (("service_names", SERVICES), ("return_areas", AREAS), ("months", months())):
        spark.table(name, table)
    by_spark = spark.run(PANEL.read_text(encoding="utf-8"))
    assert len(by_duckdb) > 90
    london = by_duckdb[by_duckdb["gss_code"] == "E12000007"]
    assert london["opened"].sum() == ROWS
    assert list(map(tuple, by_spark.to_numpy().tolist())) == list(map(tuple, by_duckdb.to_numpy().tolist()))
    assert list(by_spark) == list(by_duckdb)


def test_spark_says_in_a_sentence_that_it_could_not_finish(spark: Engine) -> None:
    with pytest.raises(RunError, match="Spark could not finish: "):
        spark.run("SELECT * FROM not_there")


def test_spark_takes_no_records(spark: Engine) -> None:
    spark.files("none", [], TYPES)
    assert spark.run("SELECT COUNT(*) AS n FROM none")["n"].tolist() == [0]


def test_an_engine_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VFM_ENGINE", "polars")
    with pytest.raises(UsageError, match='No engine "polars": VFM_ENGINE is duckdb, spark, or a master'), open_engine():
        pass


@pytest.mark.parametrize("named", ["spark", "local[2]", "spark://host:7077"])
def test_spark_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="Java 17 or later"), open_engine(named):
        pass


def test_spark_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_has_java", lambda: True)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UsageError, match="pip install"), open_engine("spark"):
        pass


def test_duckdb_with_too_little_memory_or_a_file_that_is_gone_says_so(files: list[Path], tmp_path: Path) -> None:
    copy = Path(shutil.copy(files[1], tmp_path))
    with open_engine("duckdb") as engine:
        engine.files("records", [copy], TYPES)
        copy.unlink()
        with pytest.raises(RunError, match="DuckDB could not finish: IO Error"):
            engine.run("SELECT COUNT(*) FROM records")


def test_duckdb_leaves_nothing_behind(files: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    panel(files, service_names=SERVICES, return_areas=AREAS, engine="duckdb", memory="100MB")
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_no_pattern_and_no_sql() -> None:
    assert path_literal("it's [a]*?.csv") == "'it''s [[]a][*][?].csv'"
