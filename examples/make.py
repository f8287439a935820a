"""Make the example and the invented place again, byte for byte: ``python examples/make.py [FOLDER]``.

Everything is invented and seeded. What is real is read from data/raw and not written again: the names of the
boroughs, how many people live there, and the measures.
"""

import os
import shutil
import sys
from pathlib import Path

os.environ["OPENPYXL_LXML"] = "False"  # the same bytes whether or not lxml is there, which writes XML in its own way

from maker import assumed, catalogue, crime, elsewhere, faulty, monitoring, records, register

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "data" / "raw"


def make(folder: Path) -> None:
    """Write `raw`, `faults` and `elsewhere/raw` into `folder`, in place of what stood there."""
    raw, faults = folder / "raw", folder / "faults"
    for old in (raw, *faults.glob("vfm-*"), *faults.glob("example-*")):
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    places = register.read_places(REFERENCE)
    services = register.services(places)
    register.write(raw, places, services, indicators=REFERENCE / "indicators.csv")
    crime.write(raw / "reference", places, services)
    records.write(raw / "records", places, services)
    monitoring.write(raw, places, services)
    assumed.write(raw)
    faulty.write(faults, raw, places, services)
    catalogue.write(raw)
    elsewhere.write(folder / "elsewhere" / "raw")


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE)
