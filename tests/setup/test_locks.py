"""pyproject.toml is the one list of dependencies: what was made from it has not drifted from it."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

LOCKS = ("requirements.lock", "requirements-spark.lock", "requirements-audit.lock", "bootstrap.lock")


def pins(text: str) -> dict[str, list[str]]:
    """Every version that a lock pins for a package: one, or one for each kind of machine."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(name.lower(), []).append(version)
    return found


def unhashed(text: str) -> list[str]:
    """The requirements of a lock that no hash follows."""
    joined = text.replace("\\\n", " ").splitlines()
    return [line for line in joined if line.strip() and not line.startswith("#") and "--hash=sha256:" not in line]


def test_lock_was_compiled_from_this_pyproject(root: Path, lock_py: ModuleType) -> None:
    with (root / "requirements.lock").open(encoding="utf-8") as lock:
        assert lock.readline() == lock_py.first_line(lock_py.project()), "run `python3 run.py lock`"


@pytest.mark.parametrize("change", ["dependencies", "test", "python"])
def test_any_change_of_the_lists_changes_the_first_line(lock_py: ModuleType, change: str) -> None:
    table = lock_py.project()
    changed = copy.deepcopy(table)
    if change == "dependencies":
        changed["dependencies"][0] += ".post1"
    elif change == "test":
        changed["optional-dependencies"]["test"].pop()
    else:
        changed["requires-python"] = ">=3.12"
    assert lock_py.first_line(changed) != lock_py.first_line(table)


def test_lock_pins_every_direct_dependency_as_pyproject_allows(root: Path, lock_py: ModuleType) -> None:
    pinned = pins((root / "requirements.lock").read_text(encoding="utf-8"))
    for text in lock_py.requirements(lock_py.project()):
        wanted = Requirement(text)
        versions = pinned.get(wanted.name.lower(), [])
        assert versions, f"{wanted.name} is not in the lock"
        assert all(wanted.specifier.contains(version) for version in versions), text


def test_bootstrap_pins_the_one_installer(root: Path, lock_py: ModuleType) -> None:
    assert pins((root / "bootstrap.lock").read_text(encoding="utf-8")) == {"uv": [lock_py.UV.removeprefix("uv==")]}


def test_spark_has_a_lock_of_its_own_and_no_other_brings_it(root: Path, lock_py: ModuleType) -> None:
    (wanted,) = lock_py.extra(lock_py.project(), "spark")
    name, version = wanted.split("==")
    assert pins((root / "requirements-spark.lock").read_text(encoding="utf-8"))[name] == [version]
    assert name not in pins((root / "requirements.lock").read_text(encoding="utf-8"))
    assert name not in (root / "environment.yml").read_text(encoding="utf-8")


def test_the_audit_has_a_lock_of_its_own_and_no_other_brings_it(root: Path, lock_py: ModuleType) -> None:
    (wanted,) = lock_py.extra(lock_py.project(), "audit")
    name, version = wanted.split("==")
    assert pins((root / "requirements-audit.lock").read_text(encoding="utf-8"))[name] == [version]
    assert name not in pins((root / "requirements.lock").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_a_hash(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert unhashed(text) == []
    assert unhashed(text + "left-out==1.0\n") == ["left-out==1.0"]


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_holds_an_address(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*(-i|-f|--[\w-]*(index|find-links)[\w-]*)\b| @ ", text, re.MULTILINE)


def test_environment_yml_is_what_pyproject_makes(root: Path, lock_py: ModuleType) -> None:
    written = (root / "environment.yml").read_text(encoding="utf-8")
    assert written == lock_py.environment_yml(lock_py.project()), "run `python3 run.py lock`"


def test_environment_yml_is_portable(root: Path) -> None:
    lines = (root / "environment.yml").read_text(encoding="utf-8").splitlines()
    channels = lines[lines.index("channels:") + 1 : lines.index("dependencies:")]
    assert channels == ["  - conda-forge"]
    packages = [line.strip(' -"') for line in lines[lines.index("dependencies:") + 1 :] if not line.endswith("pip:")]
    with_build = [package for package in packages if re.fullmatch(r"[^=<>!~]+=[^=]+=[^=]+", package)]
    assert with_build == []
    assert not any(line.startswith("prefix:") for line in lines)
    for name in ("jupyterlab", "pandas", "statsmodels", "matplotlib", "seaborn", "papermill", "nbval"):
        assert any(re.match(rf"{name}\b(?!-)", package) for package in packages), name


@pytest.mark.parametrize(
    ("requirement", "parts"),
    [
        ("numpy>=2.4,<3", ("numpy", ">=2.4,<3")),
        ("pandera[pandas]==0.35.0", ("pandera[pandas]", "==0.35.0")),
        ("scipy >= 1.17, < 2", ("scipy", ">=1.17,<2")),
        ("pandas-stubs", ("pandas-stubs", "")),
    ],
)
def test_split(lock_py: ModuleType, requirement: str, parts: tuple[str, str]) -> None:
    assert lock_py.split(requirement) == parts
