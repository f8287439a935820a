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

import duckdb
import numpy as np
import pandas as pd
import pytest

from vfm.data import engines
from vfm.data.engines import Spark, open_engine, path_literal
from vfm.data.records import PANEL, TYPES, lookups, panel
from vfm.vocabulary.errors import RunError, UsageError

ROOT = Path(__file__).resolve().parents[3]
SERVICES = pd.DataFrame({"name": ["Exit", "Gang Exit", "Drive"], "service_id": ["exit", "exit", "drive"]})
CODES = [*(f"E07{n:06}" for n in range(70)), "E12000007"]  # more than one whole number has bits for
AREAS = pd.DataFrame({"area": [*(f"District {n}" for n in range(70)), "London"], "gss_code": CODES})
AREAS["is_whole"] = AREAS["gss_code"] == "E12000007"
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
    for name, table in lookups(SERVICES, AREAS).items():
        spark.table(name, table)
    by_spark = spark.run(PANEL.read_text(encoding="utf-8"))
    assert len(by_duckdb) > 1000
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


TWICE = """
COPY (
    SELECT 'r' || i AS record_id, sha256(CAST(i // 2 AS VARCHAR)) AS person_id, 'Exit' AS service,
           'District ' || (69 * (i % 2)) AS area, DATE '2019-05-01' AS opened, CAST(NULL AS DATE) AS closed,
           CAST(NULL AS DOUBLE) AS outcome_before, CAST(NULL AS DOUBLE) AS outcome_after
    FROM range(2000000) AS t(i)
) TO '{path}' (FORMAT parquet)
"""


def test_more_people_than_memory_holds_are_counted(tmp_path: Path) -> None:
    """A million people with a pseudonym of 64 characters, seen once in each of two districts, in 200 MB."""
    duckdb.execute(TWICE.format(path=tmp_path / "twice.parquet"))
    with open_engine("duckdb", memory="200MB") as engine:
        assert isinstance(engine, engines.DuckDB)
        engine.files("records", [tmp_path / "twice.parquet"], TYPES)
        for name, table in lookups(SERVICES, AREAS).items():
            engine.table(name, table)
        made = engine.run(PANEL.read_text(encoding="utf-8"))
        assert list(made[["gss_code", "opened", "people"]].itertuples(index=False, name=None)) == [
            ("E07000000", 1_000_000, 1_000_000),
            ("E07000069", 1_000_000, 1_000_000),
            ("E12000007", 2_000_000, 1_000_000),
        ]
        engine.connection.execute("SET max_temp_directory_size = '0KB'")
        with pytest.raises(RunError, match=r"not finish in its memory: Out of Memory.*VFM_MEMORY=4GB"):
            engine.run(PANEL.read_text(encoding="utf-8"))  # so it was not held in memory


@pytest.mark.parametrize(
    ("said", "holds", "most_threads"),
    [
        ("260mb", "247.9 MiB", 2),  # 260 * 10^6 / 2^20 = 247.95, which the engine cuts off; 260 / 125 = 2.08
        ("2 GB", "1.8 GiB", 16),  # 2000 * 10^6 / 2^30 = 1.86; 2000 / 125 = 16
        ("90MB", "85.8 MiB", 1),  # 90 * 10^6 / 2^20 = 85.83; less than one thread's, and one there must be
    ],
)
def test_duckdb_has_the_memory_it_is_given_and_threads_that_it_does_for(
    monkeypatch: pytest.MonkeyPatch, said: str, holds: str, most_threads: int
) -> None:
    monkeypatch.setenv("VFM_MEMORY", said)
    with open_engine("duckdb") as engine:
        found = engine.run("SELECT current_setting('memory_limit') AS memory, current_setting('threads') AS threads")
    assert found["memory"].tolist() == [holds]
    usual = duckdb.execute("SELECT current_setting('threads')").fetchall()[0][0]  # as many as there are processors
    assert found["threads"].tolist() == [min(most_threads, usual)]


@pytest.mark.parametrize("said", ["much", "0GB", "-1GB", "50%", "1.5GB", "4"])
def test_memory_that_is_no_amount(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("VFM_MEMORY", said)
    with pytest.raises(UsageError, match=f'"{said}" is no amount of memory'), open_engine("duckdb"):
        pass


def test_duckdb_leaves_nothing_behind(files: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    panel(files, service_names=SERVICES, return_areas=AREAS, engine="duckdb", memory="100MB")
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_no_pattern_and_no_sql() -> None:
    assert path_literal("it's [a]*?.csv") == "'it''s [[]a][*][?].csv'"
