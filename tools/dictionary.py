"""Write docs/data-dictionary.md and docs/reference/ from the code: `python3 run.py dictionary`."""

from __future__ import annotations

from pathlib import Path

from reference import pages
from vfm.data.dictionary import dictionary

DOCS = Path(__file__).resolve().parent.parent / "docs"

if __name__ == "__main__":
    made = {"data-dictionary.md": dictionary(), **{f"reference/{name}": page for name, page in pages().items()}}
    for name, page in made.items():
        (DOCS / name).write_text(page, encoding="utf-8", newline="\n")
        print(f"{name}: {len(page.splitlines())} lines")
