"""Contact records to the panel, with distinct people: `python3 run.py bench records [ROWS…]`.

Ours, the bare engine on the same SQL and pandas run in turn, each in a process of its own, over one Parquet file of
made-up contacts. What counts is the ratio, for machines are shared and noisy. ROWS are 2 and 20 million unless named;
pandas is left out above that.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd
from _results import keep, machine

ROUNDS = 2
GOALS = {"bare engine": 1.3, "pandas": 1 / 5}  # ours may take at most so much of each, at the largest size
MEGABYTES = 2_000
LARGEST_FOR_PANDAS = 20_000_000  # it needs some 500 MB a million records
SERVICES = pd.DataFrame(
    {"name": [f"Service {n}" for n in range(40)], "service_id": [f"service-{n}" for n in range(40)]}
)
CODES = [*(f"E090000{n:02}" for n in range(1, 34)), "E12000007"]
AREAS = pd.DataFrame({"area": [*(f"Borough {n}" for n in range(1, 34)), "London"], "gss_code": CODES})
AREAS["is_whole"] = AREAS["gss_code"] == CODES[-1]
# Every value is a hash of its row's number, so that the same rows are made everywhere.
MADE = """
COPY (
    SELECT 'r' || i AS record_id, 'person-' || lpad(CAST(hash(i, 1) % {people} AS VARCHAR), 12, '0') AS person_id,
           'Service ' || CAST(hash(i, 2) % 40 AS VARCHAR) AS service,
           CASE WHEN hash(i, 3) % 34 = 0 THEN 'London' ELSE 'Borough ' || (hash(i, 3) % 34) END AS area,
           DATE '2015-04-01' + CAST(hash(i, 4) % 1800 AS INT) AS opened,
           CASE WHEN hash(i, 5) % 10 < 8
                THEN DATE '2015-04-01' + CAST(hash(i, 4) % 1800 + hash(i, 6) % 200 AS INT) END AS closed,
           CASE WHEN hash(i, 7) % 10 < 7 THEN CAST(hash(i, 8) % 41 AS DOUBLE) END AS outcome_before,
           CASE WHEN hash(i, 5) % 10 < 8 AND hash(i, 9) % 10 < 7
                THEN CAST(hash(i, 10) % 41 AS DOUBLE) END AS outcome_after
    FROM range({rows}) AS t(i)
) TO '{path}' (FORMAT parquet)
"""


def ours(path: str, memory: str = "1GB") -> pd.DataFrame:
    from vfm.data.records import panel

    return panel([Path(path)], service_names=SERVICES, return_areas=AREAS, engine="duckdb", memory=memory)


def tight(path: str) -> pd.DataFrame:
    return ours(path, memory="600MB")


def bare(path: str) -> pd.DataFrame:
    from vfm.data.records import PANEL, lookups

    with tempfile.TemporaryDirectory() as folder:
        connection = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": folder})
        connection.execute("SET preserve_insertion_order = false")
        for name, table in lookups(SERVICES, AREAS).items():
            connection.register(name, table)
        connection.execute(f"CREATE VIEW records AS SELECT * FROM read_parquet('{path}')")
        return connection.execute(PANEL.read_text(encoding="utf-8")).df()


def pandas(path: str) -> pd.DataFrame:
    """What an analyst would write."""
    records = pd.read_parquet(path)
    records = records.merge(SERVICES, left_on="service", right_on="name").merge(AREAS, on="area")
    records["assessed"] = records["outcome_before"].notna() & records["outcome_after"].notna()
    records["improved"] = records["outcome_after"] > records["outcome_before"]
    parts = []
    for frame in (records[records["gss_code"] != "E12000007"], records.assign(gss_code="E12000007")):
        keys = ["service_id", "gss_code"]
        opened = frame.assign(quarter=quarters(frame["opened"])).groupby([*keys, "quarter"])["person_id"]
        closed = frame[frame["closed"].notna()]
        closed = closed.assign(quarter=quarters(closed["closed"])).groupby([*keys, "quarter"])
        parts.append(
            pd.concat(
                [
                    opened.size().rename("opened"),
                    opened.nunique().rename("people"),
                    closed.size().rename("closed"),
                    closed[["assessed", "improved"]].sum(),
                ],
                axis=1,
            )
        )
    return pd.concat(parts).fillna(0).astype("int64").sort_index().reset_index()


def quarters(days: pd.Series) -> pd.Series:
    days = pd.to_datetime(days)
    number = days.dt.year * 4 + (days.dt.month - 1) // 3 - 1  # financial quarters, counted from April of the year 0
    names = {n: f"{n // 4}-{(n // 4 + 1) % 100:02}-Q{n % 4 + 1}" for n in number.unique()}
    return number.map(names)


WAYS = {"ours": ours, "bare engine": bare, "pandas": pandas, "ours, 600 MB": tight}


def one(way: str, path: str) -> None:
    """Run one way, and print its seconds and what it found, to be compared."""
    import vfm.data.records  # noqa: F401  (what is imported is not what is measured)

    started = time.perf_counter()
    made = WAYS[way](path)
    print(time.perf_counter() - started, pd.util.hash_pandas_object(made.astype(object), index=False).sum())


def measured(way: str, path: Path) -> tuple[float, float, str]:
    """Seconds, peak megabytes and a hash of the result of one way in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--one", way, str(path)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    said = process.stdout.read().split()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        return float("nan"), usage.ru_maxrss / 1024, "failed"
    return float(said[0]), usage.ru_maxrss / 1024, said[1]


def main(sizes: list[int]) -> int:
    began_on, result = machine(), {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            path = Path(folder) / f"{rows}.parquet"
            quiet = duckdb.connect()
            quiet.execute("SET enable_progress_bar = false")
            quiet.execute(MADE.format(rows=rows, people=rows // 4, path=path))
            ways = [way for way in WAYS if way != "pandas" or rows <= LARGEST_FOR_PANDAS]
            runs: dict[str, list[tuple[float, float, str]]] = {way: [] for way in ways}
            for _ in range(ROUNDS):
                for way in ways:
                    runs[way].append(measured(way, path))
            file = path.stat().st_size / 1e6
            print(f"\n{rows:,} records, {file:,.0f} MB of Parquet, median of {ROUNDS} rounds")
            result[str(rows)] = {way: told(way, found, runs["ours"]) for way, found in runs.items()} | {
                "file": round(file)
            }
            path.unlink()
    keep("records", began_on, result)
    ended = [size for size in sizes if "seconds" in result[str(size)]["ours"]]
    if len(ended) > 1:
        few, many = min(ended), max(ended)
        longer = result[str(many)]["ours"]["seconds"] / result[str(few)]["ours"]["seconds"]
        print(f"\n{many / few:.0f} times the records take {longer:.1f} times as long")
    return int(missed(result[str(max(size for size in sizes if size <= LARGEST_FOR_PANDAS))]))


def told(
    way: str, found: list[tuple[float, float, str]], ours: list[tuple[float, float, str]]
) -> dict[str, float | bool]:
    """Print what came of one way, and return it: medians, and the ratio of ours to it in the same round."""
    peak = max(p for _, p, _ in found)
    if any(made == "failed" for *_, made in found):
        print(f"  {way:14} did not end; peak {peak:7,.0f} MB")
        return {"failed": True, "megabytes": round(peak), "same": False, "rounds": len(found)}
    # where ours did not end there is nothing to set it beside, and its own line says so
    pairs = zip(ours, found, strict=True)
    ratio = statistics.median(0.0 if mine[2] == "failed" else mine[0] / other[0] for mine, other in pairs)
    seconds = statistics.median(s for s, _, _ in found)
    same = {h for *_, h in found} == {ours[0][2]}
    says = "" if same else "   NOT THE SAME PANEL"
    print(f"  {way:14} {seconds:8.1f} s   ours takes {ratio:5.2f} of it   peak {peak:7,.0f} MB{says}")
    return {
        "seconds": round(seconds, 2),
        "ratio": round(ratio, 3),
        "megabytes": round(peak),
        "same": same,
        "rounds": len(found),
    }


def missed(result: dict[str, dict[str, float | bool]]) -> bool:
    """Whether a goal is missed."""
    slow = any(result[way]["ratio"] > goal for way, goal in GOALS.items() if way in result)
    return (
        slow
        or result["ours"]["megabytes"] >= MEGABYTES
        or not all(result[way]["same"] for way in WAYS if way in result)
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        sys.exit(main([int(arg) for arg in sys.argv[1:]] or [2_000_000, 20_000_000]))
