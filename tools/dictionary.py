"""Write docs/data-dictionary.md and docs/reference/ from the code: `python3 run.py dictionary`."""

from __future__ import annotations

from pathlib import Path

import interface
import methodology
import reference
from vfm.data.dictionary import dictionary

DOCS = Path(__file__).resolve().parent.parent / "docs"


def made() -> dict[str, str]:
    """Every page that is made, by its path from docs/."""
    return {
        "data-dictionary.md": dictionary(),
        **{f"reference/{name}": page for name, page in reference.pages().items()},
        "reference/indicators.md": interface.indicators(),
        **{f"reference/methodology/{name}": page for name, page in methodology.pages().items()},
        **{f"reference/api/{name}": page for name, page in interface.pages().items()},
    }


def write() -> None:
    """Write the pages, and take away those that nothing makes any more."""
    pages = made()
    for name, page in pages.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", newline="\n")
    for path in (DOCS / "reference").rglob("*.md"):
        if path.relative_to(DOCS).as_posix() not in pages:
            path.unlink()
    print(f"{len(pages)} pages written in docs/")


if __name__ == "__main__":
    write()
