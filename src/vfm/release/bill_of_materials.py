"""What a release is made with, as a software bill of materials: CycloneDX 1.6, from the lock and the manifest.

Nothing is looked up: names, versions, conditions and hashes are those of ``requirements.lock``, and the same lock gives
the same bytes. See https://cyclonedx.org/docs/1.6/json/.
"""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

OWN = installed("vfm")
BILL = "sbom.cdx.json"
LOCK = "requirements.lock"
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]*?))?\s*\\?$")
HASH = re.compile(r"\s+--hash=sha256:(?P<hash>[0-9a-f]{64})")
FIGURES = "vfm:figures-depend-on-it"
CONDITION = "vfm:installed-where"


def write(root: Path, folder: Path, described: Mapping[str, Any]) -> None:
    """Write the bill of a release into its folder; a project without a lock has none to give."""
    lock = root / LOCK
    if lock.is_file():
        bill = made_with(lock.read_text(encoding="utf-8"), described["packages"])
        (folder / BILL).write_text(json.dumps(bill, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")


def made_with(lock: str, packages: Mapping[str, str]) -> dict[str, Any]:
    """The bill: a component for each pinned requirement of a lock.

    Parameters
    ----------
    lock : the text of a lock with hashes
    packages : the libraries that figures depend on, name -> version, as a manifest has them
    """
    own = f"pkg:pypi/vfm@{OWN}"
    components = list(_components(lock, packages))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "vfm",
                "version": OWN,
                "purl": own,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in components]}],
    }


def _components(lock: str, packages: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for pinned, hashes in _pinned(lock):
        name, version, marker = pinned["name"], pinned["version"], pinned["marker"]
        purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version.replace('+', '%2B')}"
        said = [(FIGURES, "true")] if packages.get(name) == version else []
        said += [(CONDITION, marker)] if marker else []
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            "externalReferences": [
                {"type": "distribution", "url": purl, "hashes": [{"alg": "SHA-256", "content": one}]} for one in hashes
            ],
        } | ({"properties": [{"name": key, "value": value} for key, value in said]} if said else {})


def _pinned(lock: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Each requirement of a lock, with the hashes of its files."""
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in lock.splitlines():
        if pinned := PINNED.match(line):
            found.append((pinned, []))
        elif found and (hashed := HASH.match(line)):
            found[-1][1].append(hashed["hash"])
    yield from found
