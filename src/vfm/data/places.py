"""The place that a project is about, read from its raw files without the rest of them."""

import csv
from pathlib import Path

from vfm.data.catalogue import Catalogue
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.place import Place

CHECK = "The place cannot be read from {}: run vfm check, which says what is wrong with it."
PLACE, BOROUGHS, KINDS, RECOMMENDATIONS = "place", "boroughs", "crime_kinds", "recommendations"


def read_place(raw: Path) -> Place:
    """The place, its boroughs and its kinds of crime, by the three files of the catalogue in `raw`.

    Raises
    ------
    DataError
        when one of the three is not there or lacks a column; `vfm check` says what else may be wrong with it.
    """
    catalogue = Catalogue.read(raw)
    rows = {name: _rows(catalogue, name) for name in (PLACE, BOROUGHS, KINDS)}
    try:
        [row] = rows[PLACE]
        return Place.of(row, sorted(rows[BOROUGHS], key=lambda area: area["gss_code"]), rows[KINDS])
    except (KeyError, ValueError):
        raise DataError(CHECK.format(f"{PLACE}.csv")) from None


def recommendations(raw: Path) -> list[dict[str, str]]:
    """What was recommended to the commissioner of the place; there may be none."""
    return _rows(Catalogue.read(raw), RECOMMENDATIONS)


def _rows(catalogue: Catalogue, name: str) -> list[dict[str, str]]:
    file = catalogue.files.get(name)
    path = catalogue.present(file) if file else None
    if path is None:
        raise DataError(CHECK.format(f"{name}.csv"))
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
