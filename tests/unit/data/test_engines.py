"""Both engines give the same rows for the same records; what is missing or mistyped is said in a sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vfm.data import engines
from vfm.data.engines import Spark, open_engine, path_literal
from vfm.data.records import PANEL, TYPES, months, panel
from vfm.vocabulary.errors import RunError, UsageError

ROOT = Path(__file__).resolve().parents[3]
SERVICES = pd.DataFrame({"name": ["Exit", "Gang Exit", "Drive"], "service_id": ["exit", "exit", "drive"]})
AREAS = pd.DataFrame(
    {
        "area": ["Brent", "Croydon", "London"],
        "gss_code": ["E09000005", "E09000008", "E12000007"],
        "is_whole": [False, False, True],
    }
)
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


QUICK = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1"}  # a short session does not pay for compiling twice
LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
OF_THE_CLUSTER = "spark.sql.shuffle.partitions 8\nspark.executor.memory 512m\n"


@contextmanager
def spark_cluster(home: Path, folder: Path) -> Iterator[str]:
    """A Spark master and two workers of one core each, every one a process of its own on loopback; the address."""
    (folder / "spark-defaults.conf").write_text(OF_THE_CLUSTER, encoding="utf-8")
    told = os.environ | {"SPARK_CONF_DIR": str(folder), "SPARK_HOME": str(home)}
    started: list[subprocess.Popen[str]] = []

    def start(role: str, *options: str) -> Path:
        said = folder / f"{len(started)}.log"
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1"]
        with said.open("w", encoding="utf-8") as log:
            started.append(subprocess.Popen([*command, "--webui-port", "0", *options], env=told, stderr=log, text=True))
        return said

    def address(said: Path) -> str:
        for _ in range(600):
            found = re.search(r"spark://127\.0\.0\.1:\d+", said.read_text(encoding="utf-8"))
            if found:
                return found[0]
            assert started[0].poll() is None, said.read_text(encoding="utf-8")
            time.sleep(0.1)
        raise AssertionError(said.read_text(encoding="utf-8"))

    try:
        master = address(start("master.Master", "--port", "0"))
        for number in range(2):
            start("worker.Worker", "--cores", "1", "--memory", "600m", "--work-dir", str(folder / f"{number}"), master)
        yield master
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(60)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """One session on a cluster of two workers; where there can be none, CI fails and another machine says why."""
    lacking = []
    added = str(ROOT / "build" / "spark")
    sys.path.append(added)
    try:
        import pyspark
    except ImportError:
        lacking.append("pyspark is not installed: python3 run.py spark")
    if shutil.which("java") is None:
        lacking.append("there is no Java: apt install default-jre-headless")
    if lacking:
        sys.path.remove(added)
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("; ".join(lacking))
    before = set(Path.cwd().iterdir())
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**QUICK, **LOOPBACK, "SPARK_CONF_DIR": str(folder)}.items():
            patch.setenv(name, value)
        with spark_cluster(Path(pyspark.__file__).parent, folder) as master:
            patch.setenv("VFM_ENGINE", master)
            with open_engine() as engine:
                assert isinstance(engine, Spark)
                yield engine
    sys.path.remove(added)
    assert set(Path.cwd().iterdir()) == before, "Spark left something behind"


def executors(spark: Spark) -> int:
    """How many workers have given the session an executor, once two have or half a minute has gone."""
    context = spark.session.sparkContext._jsc.sc()
    for _ in range(300):
        found = int(context.getExecutorMemoryStatus().size()) - 1  # the session itself is in it
        if found == 2:
            break
        time.sleep(0.1)
    return found


def test_a_cluster_of_two_workers_gives_the_same_rows_as_duckdb(files: list[Path], spark: Spark) -> None:
    assert executors(spark) == 2
    by_duckdb = panel(files, service_names=SERVICES, return_areas=AREAS, engine="duckdb")
    spark.files("records", files, TYPES)
    assert spark.session.table("records").rdd.getNumPartitions() > 1  # so both have a part of them
    for name, table in (("service_names", SERVICES), ("return_areas", AREAS), ("months", months())):
        spark.table(name, table)
    by_spark = spark.run(PANEL.read_text(encoding="utf-8"))
    assert len(by_duckdb) > 90
    london = by_duckdb[by_duckdb["gss_code"] == "E12000007"]
    assert london["opened"].sum() == ROWS
    assert list(map(tuple, by_spark.to_numpy().tolist())) == list(map(tuple, by_duckdb.to_numpy().tolist()))
    assert list(by_spark) == list(by_duckdb)


def test_spark_says_in_a_sentence_that_it_could_not_finish(spark: Spark) -> None:
    with pytest.raises(RunError, match="Spark could not finish: "):
        spark.run("SELECT * FROM not_there")


def test_spark_takes_no_records(spark: Spark) -> None:
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
