"""The catalogue of the example's raw files: every file of its own is illustrative."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandera.pandas as pa

from vfm.data import schemas
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

KINDS = {NUMBER: "number", WHOLE: "integer", DAY: "date", FLAG: "boolean"}
LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


TITLES = {"awards": "Awards, invented", "application_form": "An application form, invented"}  # theirs name real bodies


def write(
    raw: Path,
    *,
    title: str = "Illustrative: invented services and sums, made to show the working",
    reference: str = "../../data/raw",
) -> None:
    """Describe every table of `raw`, and where the facts that it borrows are."""
    files = {path.stem: path for path in sorted(raw.rglob("*.csv")) if path.stem in schemas.RAW}
    package = {
        "profile": "tabular-data-package",
        "name": "vfm-examples",
        "title": title,
        "status": "illustrative",
        "as_of": "2020-05-15",
        "reference": reference,
        "licenses": [LICENCE],
        "resources": [_entry(raw, name, files[name]) for name in schemas.RAW if name in files],
    }
    text = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
    (raw / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")


def _entry(raw: Path, name: str, path: Path) -> dict[str, Any]:
    schema = schemas.RAW[name]
    return {
        "name": name,
        "path": path.relative_to(raw).as_posix(),
        "title": f"Illustrative: {TITLES.get(name, schema.title)}",
        "publisher": "The vfm contributors, who invented it",
        "licenses": [LICENCE],
        "sources": [{"title": "examples/make.py"}],
        "status": "illustrative",
        "hash": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column, definition) for column, definition in schema.columns.items()],
            "primaryKey": schema.unique,
        },
    }


def _field(name: str, column: pa.Column) -> dict[str, Any]:
    kind = "string" if str(column.dtype).startswith(TEXT) else KINDS[str(column.dtype)]
    required = {} if column.nullable else {"constraints": {"required": True}}
    return {"name": name, "type": kind, "description": column.description, **required}
