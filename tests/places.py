"""The place that the project is about, as its raw files have it."""

from pathlib import Path

from vfm.data.places import read_place

LONDON = read_place(Path(__file__).resolve().parents[1] / "data" / "raw")
