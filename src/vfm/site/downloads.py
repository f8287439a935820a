"""Files to take away, under names that say what they hold: measure, area, period and release."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vfm.report import figures
from vfm.report.figures import Number, Shown
from vfm.site.content import Content
from vfm.vocabulary.labels import slug

LONGEST = 90  # characters of a measure in a name, so that a path fits every file system
FOLDER = "downloads"


class Downloads:
    """What the pages offer; written once all of them are made."""

    def __init__(self, content: Content):
        self._content = content
        self._names: dict[str, str] = {}
        self._areas = sorted(content.areas, key=lambda area: -len(area.slug))

    def of(self, figure_id: str) -> str:
        """The name of a figure's files without its ending; asking for it puts them on the list."""
        if figure_id not in self._names:
            shown = self._content.shown[figure_id]
            self._names[figure_id] = self._free(self._name(figure_id, shown.title, shown.period), figure_id)
        return self._names[figure_id]

    def numbers_of(self, key: str, area: str) -> str:
        """The name of the files that hold all numbers of an area."""
        self._names[f"numbers:{key}"] = self._parts("every-number", area, str(self._content.quarter))
        return self._names[f"numbers:{key}"]

    def write(self, folder: Path) -> None:
        """Write every file that was asked for."""
        place = folder / FOLDER
        place.mkdir()
        for figure_id, name in self._names.items():
            if figure_id.startswith("numbers:"):
                key = figure_id.removeprefix("numbers:")
                held = [one for number_id, one in self._content.numbers.items() if number_id.startswith(f"{key}-")]
                self._write(place / name, figures.numbers_csv(held), {"numbers": [asdict(one) for one in held]})
            else:
                shown = self._content.shown[figure_id]
                rows = self._content.data(figure_id)
                about = {"figure": asdict(shown), "rows": rows.to_dict("records")}
                self._write(place / name, figures.as_csv(rows), about)

    def _write(self, path: Path, csv: str, about: dict[str, Any]) -> None:
        release = {
            name: self._content.manifest.get(name) for name in ("quarter", "as_of", "version", "state", "status")
        }
        text = json.dumps({"release": release, **about}, indent=1, ensure_ascii=False) + "\n"
        path.with_name(f"{path.name}.csv").write_text(csv, encoding="utf-8", newline="\n")
        path.with_name(f"{path.name}.json").write_text(text, encoding="utf-8", newline="\n")

    def _name(self, figure_id: str, title: str, period: str) -> str:
        area = next(
            (one.slug for one in self._areas if figure_id.startswith(f"{one.key}-")), slug(self._content.place.name)
        )
        measure = re.sub(rf"-(?:in|for|to|of)-{area}\b|-{area}\b", "", slug(title)) or figure_id
        return self._parts(measure[:LONGEST].rstrip("-"), area, slug(period)[:40].rstrip("-"))

    def _parts(self, measure: str, area: str, period: str) -> str:
        mark = "illustrative_" if self._content.illustrative else ""
        return f"{mark}{measure}_{area}_{period}_release-{self._content.release}"

    def _free(self, name: str, figure_id: str) -> str:
        return f"{name}_{figure_id}" if name in self._names.values() else name


def describes(shown: Shown | Number) -> str:
    """The title of a figure, for the label of its links."""
    return shown.title
