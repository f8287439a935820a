"""The software bill of materials: what the lock pins, in the shape that CycloneDX 1.6 asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vfm.release.bill_of_materials import BILL, made_with, write

ROOT = Path(__file__).resolve().parents[2]
ONE, OTHER, THIRD = "1" * 64, "2" * 64, "3" * 64
LOCK = f"""# pyproject.toml sha256:{"0" * 64}
Jupyter.Lab==4.6.6 \\
    --hash=sha256:{ONE} \\
    --hash=sha256:{OTHER}
local==1.0+cpu ; sys_platform == 'win32' and python_version < '3.13' \\
    --hash=sha256:{THIRD}
"""


def test_each_requirement_is_a_component_with_its_condition_and_the_hash_of_each_of_its_files() -> None:
    bill = made_with(LOCK, {"Jupyter.Lab": "4.6.6", "local": "0.9"})
    first, second = bill["components"]
    assert (first["name"], first["version"], first["purl"]) == ("Jupyter.Lab", "4.6.6", "pkg:pypi/jupyter-lab@4.6.6")
    hashes = [one["hashes"] for one in first["externalReferences"]]
    assert hashes == [[{"alg": "SHA-256", "content": ONE}], [{"alg": "SHA-256", "content": OTHER}]]
    assert first["properties"] == [{"name": "vfm:figures-depend-on-it", "value": "true"}]
    assert second["purl"] == "pkg:pypi/local@1.0%2Bcpu"
    condition = "sys_platform == 'win32' and python_version < '3.13'"
    assert second["properties"] == [{"name": "vfm:installed-where", "value": condition}]


def test_the_bill_of_the_real_lock_names_every_pin_once_and_has_the_shape_of_the_standard(tmp_path: Path) -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    write(ROOT, tmp_path, {"packages": {}})
    bill = json.loads((tmp_path / BILL).read_text(encoding="utf-8"))
    assert {key: bill[key] for key in ("bomFormat", "specVersion", "version")} == {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
    }
    components = bill["components"]
    assert [f"{one['name']}=={one['version']}" for one in components] == re.findall(r"^[\w.-]+==[^\s;\\]+", text, re.M)
    assert sum(len(one["externalReferences"]) for one in components) == text.count("--hash=sha256:")
    references = [one["bom-ref"] for one in components]
    assert len(set(references)) == len(references)
    assert bill["dependencies"][0]["dependsOn"] == references
    for one in components:
        assert set(one) <= {"type", "bom-ref", "name", "version", "purl", "externalReferences", "properties"}
        assert one["type"] == "library"
        assert re.fullmatch(r"pkg:pypi/[a-z0-9-]+@[\w.%!-]+", one["purl"])
        for file in one["externalReferences"]:
            assert re.fullmatch("[0-9a-f]{64}", file["hashes"][0]["content"])


def test_a_project_without_a_lock_has_no_bill(tmp_path: Path) -> None:
    write(tmp_path, tmp_path, {"packages": {}})
    assert list(tmp_path.iterdir()) == []


def test_the_same_lock_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write(ROOT, tmp_path / name, {"packages": {"pandas": "3.1.1"}})
        made.append((tmp_path / name / BILL).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("line", ["# a comment", "-e .", "--no-binary x", ""])
def test_what_is_no_pin_is_no_component(line: str) -> None:
    assert made_with(line, {})["components"] == []
