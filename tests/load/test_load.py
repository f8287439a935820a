"""More than anybody has: the figures of memory are in docs/reliability.md. All of it runs under `--soak` alone."""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from project_copies import CHECKOUT
from promises import SOAK

pytestmark = pytest.mark.skipif(not SOAK or os.name != "posix", reason="takes minutes: under --soak")

Tried = Callable[..., None]
QUARTER = "2019-20-Q4"
QUARTERS = [f"{year}-{(year + 1) % 100:02d}-Q{quarter}" for year in range(2010, 2020) for quarter in range(1, 5)]


def vfm(project: Path, *argv: str) -> tuple[int, str, float]:
    """A command's exit status, what it said, and the most memory that it held, in megabytes."""
    said = project / "said.txt"
    with said.open("w") as out:
        run = subprocess.Popen([sys.executable, "-m", "vfm", *argv], cwd=project, stdout=out, stderr=out)
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    return run.returncode, said.read_text(encoding="utf-8"), used.ru_maxrss / 1024


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A project with the example's data, to be made large."""
    project = tmp_path / "project"
    for folder in ("data/raw", "examples/raw", "notebooks"):
        shutil.copytree(CHECKOUT / folder, project / folder, ignore=shutil.ignore_patterns(".*"))
    shutil.copy(CHECKOUT / "requirements.lock", project)
    return project


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def rehash(project: Path, file: str) -> None:
    """Put the hash of a changed file into the example's catalogue."""
    import hashlib

    path = project / "examples/raw/datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for one in package["resources"]:
        if one["path"] == file:
            one["hash"] = "sha256:" + hashlib.sha256((project / "examples/raw" / file).read_bytes()).hexdigest()
    path.write_text(json.dumps(package), encoding="utf-8")


def services(project: Path, number: int) -> list[str]:
    """Have so many services, those of the example and more; their names."""
    path = project / "examples/raw/services.csv"
    known = list(rows(path))
    for n in range(len(known) + 1, number + 1):
        known.append(known[0] | {"service_id": f"example-service-{n:03d}", "name": f"Example service {n:03d}"})
    write(path, known)
    rehash(project, "services.csv")
    return [one["name"] for one in known]


def boroughs(project: Path) -> list[str]:
    return [one["borough"] for one in rows(project / "data/raw/reference/boroughs.csv")]


def test_a_thousand_returns_in_one_check(examples: Path, tried: Tried) -> None:
    names, areas = services(examples, 250), boroughs(examples)
    shutil.rmtree(examples / "examples/raw/returns")
    number = 0
    for quarter, service in itertools.product(QUARTERS[-4:], names):
        folder = examples / "examples/raw/returns" / quarter
        spend = [{"service": service, "area": area, "basis": "actual", "amount": 1000 + number} for area in areas[:12]]
        write(folder / f"vfm-return-{quarter}-{number:04d}-spend.csv", spend)
        number += 1
    assert number == 1000
    receipts = examples / "examples/raw/receipts.csv"
    receipts.write_text(receipts.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    rehash(examples, "receipts.csv")
    status, said, memory = vfm(examples, "check", "--data", "examples")
    tried(
        "load",
        1,
        a_thousand_returns_in_one_check=f"{memory:,.0f} MB of memory at most; the last line: {said.splitlines()[-1]}",
    )
    assert "Traceback" not in said
    assert status == 0, said[-2000:]


def test_a_release_of_33_boroughs_200_services_and_40_quarters_and_its_site(examples: Path, tried: Tried) -> None:
    names, areas = services(examples, 200), boroughs(examples)
    folder = examples / "examples/raw/records"
    shutil.rmtree(folder)
    folder.mkdir()
    ends = {"1": ("04-05", "06-20"), "2": ("07-05", "09-20"), "3": ("10-05", "12-20"), "4": ("01-05", "03-20")}
    number = 0
    for quarter in QUARTERS:
        opened, closed = ends[quarter[-1]]
        year = int(quarter[:4]) + (quarter[-1] == "4")
        contacts = []
        for service, area in itertools.product(names, areas):
            number += 1
            contacts.append(
                {
                    "record_id": f"C{number:07d}",
                    "person_id": f"example-{number:07d}",
                    "service": service,
                    "area": area,
                    "opened": f"{year}-{opened}",
                    "closed": f"{year}-{closed}",
                    "outcome_before": 20,
                    "outcome_after": 10 + number % 12,
                }
            )
        write(folder / f"contacts-{quarter}.csv", contacts)
    assert number == 33 * 200 * 40
    status, said, memory = vfm(examples, "refresh", QUARTER, "--data", "examples")
    assert status == 0, said[-3000:]
    tried("load", 1, a_release_of_33_boroughs_200_services_40_quarters=f"{memory:,.0f} MB of memory at most")
    status, said, memory = vfm(examples, "site", "--release", f"{QUARTER}@draft", "--data", "examples")
    assert status == 0, said[-3000:]
    tried("load", 1, the_site_of_it=f"{pages_of_the_site(examples):,} pages, {memory:,.0f} MB of memory at most")


def pages_of_the_site(project: Path) -> int:
    return len(list((project / "reports/examples/site").rglob("*.html")))


def test_a_site_of_33_boroughs_with_40_services_each(examples: Path, tried: Tried) -> None:
    areas = boroughs(examples)
    had = len(list(rows(examples / "examples/raw/services.csv")))
    names = services(examples, len(areas) * 40)[had:]
    awards = examples / "examples/raw/published/awards.csv"
    known = list(rows(awards))
    one_more = [
        known[0] | {"award_id": f"L{number:04d}", "service": name, "recipient": f"{area} Council", "note": ""}
        for number, (name, area) in enumerate(zip(names, itertools.cycle(areas)))
    ]
    write(awards, known + one_more)
    rehash(examples, "published/awards.csv")
    status, said, memory = vfm(examples, "refresh", QUARTER, "--data", "examples")
    assert status == 0, said[-3000:]
    status, said, memory = vfm(examples, "site", "--release", f"{QUARTER}@draft", "--data", "examples")
    assert status == 0, said[-3000:]
    made = pages_of_the_site(examples)
    assert made > 33 * 40
    tried("load", 1, a_site_of_33_boroughs_with_40_services_each=f"{made:,} pages, {memory:,.0f} MB of memory at most")


GIGABYTE, LEDGERS = 1_000, 6  # megabytes, and the files that they are in: one may have 200


@pytest.mark.parametrize("megabytes", [100, GIGABYTE])
def test_large_ledgers_are_checked_and_built_in_less_than_a_gigabyte(
    tmp_path: Path, megabytes: int, tried: Tried
) -> None:
    project = tmp_path / "project"
    shutil.copytree(CHECKOUT / "data/raw", project / "data/raw")
    shutil.copy(CHECKOUT / "requirements.lock", project)
    files = LEDGERS if megabytes == GIGABYTE else 1
    number = 0
    for month in range(1, files + 1):
        file = project / f"data/raw/ledgers/2019/ledger-{month}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as out:
            out.write("Body Name,Supplier Name,Payment Date,Net Amount,Transaction No,Service Area,Expenses Type\n")
            while out.tell() < megabytes * 1_000_000 / files if number % 1000 == 0 else True:
                number += 1
                out.write(f"Example council,Example supplier {number % 5000},{number % 28 + 1:02d}/{month:02d}/2019,")
                out.write(f"{number % 100_000}.{number % 100:02d},R{number:08d},Community safety,Grants to others\n")
    said, most = {}, 0.0
    for command in (["check"], ["build", QUARTER]):
        status, said[command[0]], memory = vfm(project, *command)
        assert status == 0, said[command[0]][-2000:]
        most = max(most, memory)
    rows = pq.read_metadata(project / "data/processed" / QUARTER / "ledgers.parquet").num_rows
    assert rows == number
    assert most < GIGABYTE
    size = "1 GB" if megabytes == GIGABYTE else f"{megabytes} MB"
    tried(
        "load", 1, **{f"ledgers_of_{size}".replace(" ", "_"): f"{number:,} payments, {most:,.0f} MB of memory at most"}
    )
