"""Write docs/data-dictionary.md from the schemas: `python3 run.py dictionary`."""

from __future__ import annotations

from pathlib import Path

from vfm.data.dictionary import dictionary

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"

if __name__ == "__main__":
    PAGE.write_text(dictionary(), encoding="utf-8", newline="\n")
    print(f"{PAGE.name}: {len(PAGE.read_text(encoding='utf-8').splitlines())} lines")
