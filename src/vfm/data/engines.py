"""Where SQL over record-level files runs: DuckDB within this process, or Spark for whoever has a cluster.

Both take the same SQL. VFM_ENGINE chooses: ``duckdb`` (also when it is not set), ``spark`` (on this machine), or the
master of a Spark cluster, such as ``spark://host:7077``; a cluster has to see the files at the same paths. VFM_MEMORY
is how much DuckDB holds before it spills to disk, such as ``4GB``; Spark's own settings say it for a cluster.
"""

import csv
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vfm.data.tables import DAY, NUMBER, TEXT
from vfm.data.temporary import temporary_folder
from vfm.vocabulary.errors import RunError, UsageError

ENGINE_VARIABLE = "VFM_ENGINE"
MASTER = re.compile(r"(spark|k8s)://\S+|local(\[(\*|\d+)\])?|yarn")
SQL_TYPES = {TEXT: "STRING", DAY: "DATE", NUMBER: "DOUBLE"}
MEMORY_VARIABLE = "VFM_MEMORY"
MEMORY = "1GB"  # what DuckDB keeps before it spills to disk; what it holds besides comes on top
MEGABYTES_A_THREAD = 125  # with less, threads that sort and group have no room between them
SPARK_NEEDS = (
    'VFM_ENGINE asks for Spark: pip install "vfm[spark]", and Java 17 or later '
    "(Debian, Ubuntu: apt install default-jre-headless). Without VFM_ENGINE, DuckDB does the same."
)

MORE_MEMORY = f"Give it more than the usual {MEMORY}, such as {MEMORY_VARIABLE}=4GB, and room on the disk."

Alike = tuple[str, tuple[str, ...], list[str]]  # the kind of some files, their columns in order, and their paths


class Engine(Protocol):
    """What runs SQL: files and small tables are given names, and the text speaks of those."""

    def files(self, name: str, paths: Sequence[Path], types: Mapping[str, str]) -> None:
        """Let `name` be the rows of CSV and Parquet files with the columns of `types`, read when asked for."""

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Let `name` be a small table."""

    def run(self, sql: str) -> pd.DataFrame:
        """The rows that one SELECT gives."""


@contextmanager
def open_engine(which: str | None = None, *, memory: str | None = None) -> Iterator[Engine]:
    """Start the engine that `which`, or else VFM_ENGINE, names, and put its things away at the end.

    Parameters
    ----------
    which : ``duckdb``, ``spark`` or the master of a cluster
    memory : how much DuckDB may hold before it spills to disk, such as ``500MB``; else what VFM_MEMORY says, or 1GB

    Raises
    ------
    UsageError
        when there is no such engine, Spark is asked for and is not installed, or no amount of memory is named.
    """
    named = (which or os.environ.get(ENGINE_VARIABLE) or "duckdb").strip()
    master = "local[*]" if named == "spark" else named
    if named != "duckdb" and not MASTER.fullmatch(master):
        raise UsageError(f'No engine "{named}": {ENGINE_VARIABLE} is duckdb, spark, or a master as spark://host:7077.')
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("spill"))
        engine = DuckDB(folder, memory=memory) if named == "duckdb" else Spark(folder, master)
        stack.callback(engine.close)
        yield engine


class DuckDB:
    """The embedded engine: nothing to start, and what does not fit in `memory` goes to `folder`."""

    def __init__(self, folder: Path, *, memory: str | None = None, in_order: bool = False):
        megabytes = _megabytes(memory or os.environ.get(MEMORY_VARIABLE) or MEMORY)
        settings: dict[str, Any] = {"memory_limit": f"{megabytes}MB", "temp_directory": str(folder)}
        settings["preserve_insertion_order"] = in_order
        self.connection = duckdb.connect(config=settings)
        threads = self.connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
        self.connection.execute(f"SET threads = {max(1, min(threads, megabytes // MEGABYTES_A_THREAD))}")

    def files(self, name: str, paths: Sequence[Path], types: Mapping[str, str]) -> None:
        parts = [f"SELECT {_columns(types)} FROM {_scan(group, types)}" for group in _alike(paths)]
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {' UNION ALL '.join(parts or [_no_rows(types)])}")

    def table(self, name: str, frame: pd.DataFrame) -> None:
        self.connection.register(name, frame)

    def run(self, sql: str) -> pd.DataFrame:
        try:
            return self.connection.execute(sql).df()
        except duckdb.OutOfMemoryException as error:
            raise out_of_memory(error) from error
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise RunError(f"DuckDB could not finish: {_first_line(error)}") from error

    def close(self) -> None:
        self.connection.close()


class Spark:
    """A Spark session of this process's own; `folder` takes all that it writes."""

    def __init__(self, folder: Path, master: str):
        if not _has_java():
            raise UsageError(SPARK_NEEDS)
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError:
            raise UsageError(SPARK_NEEDS) from None
        self._refusal = PySparkException
        builder = SparkSession.builder.appName("vfm").master(master)
        for key, value in (_settings(folder) | (_local(folder) if master.startswith("local") else {})).items():
            builder = builder.config(key, value)
        try:
            self.session: Any = builder.getOrCreate()
        except Exception as error:  # what the Java side raises depends on how it failed
            raise RunError(f"Spark did not start on {master}: {_first_line(error)}") from error

    def files(self, name: str, paths: Sequence[Path], types: Mapping[str, str]) -> None:
        parts = []
        for number, group in enumerate(_alike(paths)):
            part = f"{name}_{number}"
            self._read(group, types).createOrReplaceTempView(part)
            parts.append(f"SELECT {_columns(types)} FROM {part}")
        whole = self.session.sql(" UNION ALL ".join(parts or [_no_rows(types)]))
        whole.createOrReplaceTempView(name)

    def table(self, name: str, frame: pd.DataFrame) -> None:
        # Arrow and not pandas: Spark says of pandas 3 that it does not support it yet.
        arrow = pa.Table.from_pandas(frame, preserve_index=False)
        self.session.createDataFrame(arrow).createOrReplaceTempView(name)

    def run(self, sql: str) -> pd.DataFrame:
        try:
            return self.session.sql(sql).toArrow().to_pandas()
        except self._refusal as error:
            raise RunError(f"Spark could not finish: {_first_line(error)}") from error

    def close(self) -> None:
        self.session.stop()

    def _read(self, group: Alike, types: Mapping[str, str]) -> Any:
        kind, columns, paths = group
        escaped = [re.sub(r"([\\*?\[\]{}])", r"\\\1", path) for path in paths]
        if kind == "parquet":
            return self.session.read.parquet(*escaped)
        schema = ", ".join(f"`{column}` {SQL_TYPES[types[column]]}" for column in columns)
        options = {"header": True, "quote": '"', "escape": '"', "dateFormat": "yyyy-MM-dd", "mode": "FAILFAST"}
        return self.session.read.schema(schema).options(**options).csv(escaped)


def out_of_memory(error: duckdb.OutOfMemoryException) -> RunError:
    """What to say where DuckDB was given too little memory."""
    return RunError(f"DuckDB could not finish in its memory: {_first_line(error)}. {MORE_MEMORY}")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _megabytes(memory: str) -> int:
    amount = re.fullmatch(r"([1-9]\d{0,8}) ?([MG])B", memory.strip().upper())
    if amount is None:
        raise UsageError(f'"{memory}" is no amount of memory: {MEMORY_VARIABLE} is one such as 500MB or 4GB.')
    return int(amount[1]) * (1000 if amount[2] == "G" else 1)


def _columns(types: Mapping[str, str]) -> str:
    return ", ".join(f"CAST({name} AS {SQL_TYPES[kind]}) AS {name}" for name, kind in types.items())


def _no_rows(types: Mapping[str, str]) -> str:
    nothing = ", ".join(f"CAST(NULL AS {SQL_TYPES[kind]}) AS {name}" for name, kind in types.items())
    return f"SELECT {nothing} WHERE 1 = 0"


def _alike(paths: Sequence[Path]) -> list[Alike]:
    """Files in groups that can be read together: of one kind, with the same columns in the same order."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for path in sorted(paths):
        kind = path.suffix.lower().removeprefix(".")
        columns = tuple(csv_heading(path)) if kind == "csv" else tuple(str(f) for f in pq.read_schema(path))
        groups.setdefault((kind, columns), []).append(str(path.absolute()))
    return [(kind, columns, found) for (kind, columns), found in groups.items()]


def csv_heading(path: Path) -> list[str]:
    """The cells of a CSV file's first row; no more of the file is read."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def literal(text: str) -> str:
    """A text as SQL writes it, whatever is in it."""
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: str) -> str:
    """A path as DuckDB's readers take it: as itself, and not as a pattern of names."""
    return literal(re.sub(r"([*?\[])", r"[\1]", path))


def _scan(group: Alike, types: Mapping[str, str]) -> str:
    kind, columns, paths = group
    listed = f"[{', '.join(map(path_literal, paths))}]"
    return f"read_parquet({listed})" if kind == "parquet" else csv_scan(listed, [(c, types[c]) for c in columns])


def csv_scan(listed: str, columns: Sequence[tuple[str, str]], *more: str) -> str:
    """How DuckDB reads CSV files: nothing about them is guessed."""
    typed = ", ".join(f"{literal(name)}: {literal(SQL_TYPES[kind])}" for name, kind in columns)
    fixed = ["auto_detect = false", "header = true", "delim = ','", """quote = '"'""", """escape = '"'"""]
    options = [listed, f"columns = {{{typed}}}", *fixed, "dateformat = '%Y-%m-%d'", *more]
    return f"read_csv({', '.join(options)})"


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None) is not None


def _settings(folder: Path) -> dict[str, str]:
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }


def _local(folder: Path) -> dict[str, str]:
    """On this machine alone: nobody outside it can connect, and all it writes goes to `folder`."""
    return {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.sql.shuffle.partitions": "8",
    }
