"""A version of the code has one number and one day, wherever it is said."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

from vfm.vocabulary.periods import month_in_words

ROOT = Path(__file__).resolve().parents[2]


def test_the_code_its_citation_and_the_list_of_changes_tell_of_one_version() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = dict(
        re.findall(r"^(version|date-released): (\S+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    )
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    number, day = re.findall(r"^## (\d+\.\d+\.\d+), (\d+ \w+ \d{4})$", changes, re.MULTILINE)[0]
    released = date.fromisoformat(cited["date-released"])
    assert (number, day) == (built, f"{released.day} {month_in_words(released)}")
    assert cited["version"] == built
