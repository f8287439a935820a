"""Every command that a page shows is run: here where it only reads, and else by the test that is named beside it.

What is not run here is typed page by page by tests/browser/test_first_hour.py under --soak, with this machine as the
cluster.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import test_tutorials

from vfm.cli import main
from vfm.data.project import PROJECT_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(path for path in test_tutorials.PAGES if path.parent.name != "tutorials"),  # test_tutorials.py follows those
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")),
]
READS = ("ask", "check", "compare", "completion", "template", "trace")  # commands that change nothing of the project
# What writes, takes another machine or stays: the test that runs it, and what stands there.
RUN_BY = {
    "python3 run.py report": ("tests/setup/test_run.py", '"report"'),
    "python3 run.py test": (".ci/run", "python3 run.py test"),
    "vfm approve": ("tests/release/small_projects.py", '"approve"'),
    "vfm explore": ("tests/lab_servers.py", '"explore"'),
    "vfm publish": ("tests/release/test_gate.py", '"publish"'),
    "vfm refresh 2019-20-Q4 --cluster": ("tests/release/test_cluster.py", '"--cluster"'),
    "vfm refresh 2019-20-Q4 --data elsewhere": ("tests/release/test_another_place.py", '"refresh"'),
    "vfm refresh 2019-20-Q4 --data examples": ("tests/release/test_examples.py", '"refresh"'),
    "vfm refresh": ("tests/release/test_shipped.py", '"refresh"'),
    "vfm site --data elsewhere": ("tests/release/test_another_place.py", '"site"'),
    "vfm submit": ("tests/release/small_projects.py", '"submit"'),
    "vfm verify": ("tests/release/test_verify.py", '"verify"'),
    "dask scheduler": ("tests/release/test_cluster.py", "dask_scheduler"),
    "dask worker": ("tests/release/test_cluster.py", "dask_worker"),
    "python3 run.py spark": ("run.py", "submit(spark, [])"),
    "build/spark/pyspark/bin/spark-class org.apache.spark.deploy.master.Master": (
        "tests/unit/data/test_engines.py",
        "master.Master",
    ),
    "build/spark/pyspark/bin/spark-class org.apache.spark.deploy.worker.Worker": (
        "tests/unit/data/test_engines.py",
        "worker.Worker",
    ),
    "PYTHONPATH=build/spark VFM_ENGINE=spark:": ("tests/unit/data/test_engines.py", "spark://"),
}
# What a reader puts in a name's place, and what stands for it here.
STANDS_FOR = {
    "2019-20-Q4@draft": "2019-20-Q4@v4",
    "my-return.xlsx": f"{ROOT}/examples/raw/returns/2019-20-Q4/vfm-return-2019-20-Q4-example-service-01.xlsx",
    "data/raw/returns/2019-20-Q4": f"{ROOT}/examples/raw/returns/2019-20-Q4",
}


def shown_in(page: Path) -> list[str]:
    """Every command of a page: in its blocks, and between its words where it has an argument."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    fenced = [line.split("   #")[0].strip() for block in blocks for line in block.splitlines()]
    found = [*(command for command, _ in test_tutorials.steps(text)), *fenced, *test_tutorials.named(text)]
    return [command for command in found if command != "vfm publish --reason"]  # an option by its name, and no command


COMMANDS = sorted({command for page in PAGES for command in shown_in(page)})


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) > 30


def only_reads(command: str) -> bool:
    words = shlex.split(command)
    return words[0] == "vfm" and words[1] in READS and command not in RUN_BY


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_a_page_shows_is_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)
    if only_reads(command):
        monkeypatch.setenv(PROJECT_VARIABLE, str(ROOT))
        monkeypatch.chdir(tmp_path)
        argv = [STANDS_FOR.get(word, word) for word in words[1:]]
        argv += ["--data", "examples"] if any("/examples/" in word for word in argv) else []
        asked = [*argv, "--to", str(tmp_path)] if words[1] == "template" else argv
        assert main(asked) == 0, capsys.readouterr().err
        assert capsys.readouterr().out.strip()
        return
    begins = max((one for one in RUN_BY if command.startswith(one)), key=len, default="")
    assert begins, f"{command!r} is run by no test: name the one in RUN_BY, or run it here"
    file, stands = RUN_BY[begins]
    assert stands in (ROOT / file).read_text(encoding="utf-8"), (command, file)
