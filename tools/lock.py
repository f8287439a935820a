"""Compile what is installed from pyproject.toml, the one list of dependencies: `python3 run.py lock`.

`requirements.lock`, `bootstrap.lock` and the locks of Spark and of the audit pin every package with its hashes, for
every platform and with no index address. `environment.yml` is the same list as the first by conda-forge's names.
Options go to uv, which keeps what is pinned unless given `--upgrade`.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"  # the installer: everything else comes through it

SPARK_LOCK = "requirements-spark.lock"  # apart, for it is large and few need it
AUDIT_LOCK = "requirements-audit.lock"  # apart, for it looks at the others and is part of nothing

COMPILE = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--quiet",
]

# Where conda-forge's name is not PyPI's. None: not found there, so pip installs it.
CONDA_NAMES = {
    "dask[distributed]": "dask",
    "afcharts": None,
    "duckdb": "python-duckdb",
    "pandera[pandas]": "pandera-pandas",
}

ENVIRONMENT_HEAD = """\
# Made from pyproject.toml by `python3 run.py lock`: change that, not this.
# The same packages and versions, for those who work in conda: conda env create -f environment.yml
# conda has not been run on this file: names and ranges are pyproject.toml's, by conda-forge's names where
# those are known to differ; whether conda-forge carries each was not tried. `python3 run.py` needs no conda.
name: vfm
channels:
  - conda-forge
dependencies:
"""


def project(root: Path = ROOT) -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def requirements(table: dict[str, Any]) -> list[str]:
    """Everything that is installed: what vfm needs, what a cluster needs, and what its tests need."""
    return [*table["dependencies"], *extra(table, "cluster"), *extra(table, "test")]


def extra(table: dict[str, Any], name: str) -> list[str]:
    """What one of the extras needs."""
    listed: list[str] = table["optional-dependencies"][name]
    return listed


def first_line(table: dict[str, Any]) -> str:
    """The lock's first line: a hash of what it was compiled from, so that a drift shows without a network."""
    lists = [table["requires-python"], requirements(table)]
    return f"# pyproject.toml sha256:{hashlib.sha256(json.dumps(lists).encode()).hexdigest()}\n"


def split(requirement: str) -> tuple[str, str]:
    """A requirement's name, with extras, and its range: ``"numpy>=2"`` gives ``("numpy", ">=2")``."""
    at = next((i for i, letter in enumerate(requirement) if letter in "<>=!~"), len(requirement))
    return requirement[:at].strip(), requirement[at:].replace(" ", "")


def environment_yml(table: dict[str, Any]) -> str:
    """The text of environment.yml."""
    conda = [f"python{table['requires-python']}", "pip"]
    pip = []
    for requirement in requirements(table):
        name, versions = split(requirement)
        conda_name = CONDA_NAMES.get(name, name)
        if conda_name is None:
            pip.append(requirement)
        else:
            conda.append(conda_name + versions)
    lines = [f'  - "{item}"' for item in conda] + ["  - pip:"] + [f'      - "{item}"' for item in [*pip, "-e ."]]
    return ENVIRONMENT_HEAD + "\n".join(lines) + "\n"


def compiled(source: str, previous: Path, *options: str) -> str:
    """What uv makes of a requirements source, starting from the versions already pinned."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "new.lock"
        output.write_text(previous.read_text(encoding="utf-8") if previous.exists() else "", encoding="utf-8")
        requested = Path(folder) / "requested.in"
        requested.write_text(source, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            *COMPILE,
            *options,
            str(requested),
            "-o",
            str(output),
        ]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return output.read_text(encoding="utf-8")


def write(name: str, text: str) -> None:
    """Replace a file in one step, and say so."""
    staged = ROOT / f"{name}.new"
    staged.write_text(text, encoding="utf-8", newline="\n")
    staged.replace(ROOT / name)
    print(f"{name}: {len(text.splitlines())} lines")


def main(options: list[str]) -> int:
    table = project()
    try:
        bootstrap = compiled(UV + "\n", ROOT / "bootstrap.lock", *options)
        lock = compiled("\n".join(requirements(table)) + "\n", ROOT / "requirements.lock", *options)
        audit = compiled("\n".join(extra(table, "audit")) + "\n", ROOT / AUDIT_LOCK, *options)
        spark = compiled("\n".join(extra(table, "spark")) + "\n", ROOT / SPARK_LOCK, *options)
    except subprocess.CalledProcessError:
        print("The locks are as they were: see what uv says above.", file=sys.stderr)
        return 2
    write(
        "bootstrap.lock",
        "# uv, which installs everything else. Compiled by `python3 run.py lock`.\n" + bootstrap,
    )
    write("requirements.lock", first_line(table) + lock)
    write(SPARK_LOCK, "# What VFM_ENGINE=spark needs besides. Compiled by `python3 run.py lock`.\n" + spark)
    write(AUDIT_LOCK, "# What `python3 run.py audit` needs. Compiled by `python3 run.py lock`.\n" + audit)
    write("environment.yml", environment_yml(table))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
