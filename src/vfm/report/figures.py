"""Published figures on disk: how a number, a chart and a table are written, and read back."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.report import words
from vfm.vocabulary import formula_guard
from vfm.vocabulary.marks import Mark, as_shown
from vfm.vocabulary.results import Direction, Status
from vfm.vocabulary.rounding import LOWER, UPPER

Columns = Mapping[str, tuple[str, str]]  # column -> (heading, unit)
Missing = Mapping[str, "str | pd.Series[str]"]  # column -> the mark of its cells without a value, or that of each row

CSV_COLUMNS = (
    "figure_id",
    "title",
    "value",
    "lower",
    "upper",
    "unit",
    "period",
    "status",
    "method",
    "source",
    "notebook",
    "direction",
    "reason",
    "revision",
)
PROVISIONAL, REVISED = "[p]", "[r]"  # symbols of the Government Statistical Service
UNMARKED = "none"
KINDS = ("numbers", "charts", "tables")
MARKS = "revision"  # the column of a table that has any, and its heading
MARKS_HEADING = "Revision"


@dataclass(frozen=True)
class Number:
    """A published number, or why there is none, with everything that a reader needs to question it."""

    figure_id: str
    title: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    period: str
    status: str
    method: str
    source: str
    notebook: str
    direction: str = ""
    reason: str = ""
    n: float | None = None
    order: int = 0
    mark: str = ""
    revision: str = ""  # "[p]" while it is provisional, "[r]" where the release before it said otherwise

    @property
    def text(self) -> str:
        """The number as prose writes it, with "at most" or "at least" where it is a bound, and its marks."""
        return f"{self._text} {self.revision}".rstrip()

    @property
    def _text(self) -> str:
        if self.value is None:
            return (
                f"hidden {self.mark}: {self.reason}" if self.mark == Mark.SUPPRESSED else f"cannot say: {self.reason}"
            )
        return words.bounded(self.value, self.unit, Direction(self.direction))

    @property
    def range(self) -> str:
        """Its interval in words, or nothing where it has none."""
        if self.lower is None or self.upper is None:
            return ""
        return words.span(self.lower, self.upper, self.unit)


@dataclass(frozen=True)
class Shown:
    """What a chart or a table says about itself, beside its data."""

    figure_id: str
    title: str
    period: str
    status: str
    sources: str
    notebook: str
    columns: dict[str, tuple[str, str]]
    alt: str = ""
    order: int = 0
    notes: str = ""
    missing: dict[str, str] = field(default_factory=dict)
    bounds: dict[str, str] = field(default_factory=dict)  # column -> the one that says of each row how it is a bound


def check_id(figure_id: str) -> str:
    """Return a figure's id, or refuse it: plain words, for it names files and addresses."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", figure_id):
        raise ValueError(f'"{figure_id}" is not a figure id: use a-z, 0-9 and single hyphens')
    return figure_id


def write_figure(staging: Path, kind: str, figure_id: str, record: Any) -> None:
    """Write what a number, chart or table says of itself, as JSON; its id is no other figure's, of whatever kind."""
    if other := also_of(staging, kind, figure_id):
        raise ValueError(f'the figure "{figure_id}" is already published, in {other}: ids are used once in a release')
    write_new(staging / kind / f"{figure_id}.json", as_json(record))


def also_of(staging: Path, kind: str, figure_id: str) -> str:
    """Of what other kind a figure with this id is published; "" where none is."""
    return next((other for other in KINDS if other != kind and (staging / other / f"{figure_id}.json").exists()), "")


def write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet: an id is published once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise ValueError(f'the figure "{path.stem}" is already published: ids are used once in a release') from None


def as_json(record: Any) -> str:
    """A record as JSON text, the same each time."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def as_csv(frame: pd.DataFrame) -> str:
    """A table as CSV text; numbers to twelve significant digits, past which they are noise of the machine.

    A text that a spreadsheet would take for a formula is guarded; `read_data` takes the guard off again.
    """
    return frame.map(_plain).to_csv(index=False, lineterminator="\n")


def _plain(cell: object) -> object:
    if isinstance(cell, float) and not pd.isna(cell):
        return f"{cell:.12g}"
    return formula_guard.guarded(cell) if isinstance(cell, str) else cell


def numbers_csv(numbers: list[Number]) -> str:
    """Every number as one CSV row; where nothing can be said the value is marked, with the reason."""
    rows = [{name: getattr(number, name) for name in CSV_COLUMNS} for number in numbers]
    frame = pd.DataFrame(rows, columns=list(CSV_COLUMNS))
    marks = pd.Series([number.mark or Mark.NOT_AVAILABLE for number in numbers], dtype="object")
    value = frame["value"].astype("object")
    return as_csv(frame.assign(value=value.where(value.notna(), marks)))


def write_numbers(folder: Path, numbers: list[Number]) -> None:
    """Write numbers.json and numbers.csv, in the place of any that are there."""
    records = [asdict(number) for number in numbers]
    text = json.dumps(records, indent=1, ensure_ascii=False) + "\n"
    (folder / "numbers.json").write_text(text, encoding="utf-8", newline="\n")
    (folder / "numbers.csv").write_text(numbers_csv(numbers), encoding="utf-8", newline="\n")


def read_numbers(folder: Path) -> dict[str, Number]:
    """The numbers of a release: gathered in numbers.json, or still one file each while it is being made."""
    gathered = folder / "numbers.json"
    if gathered.is_file():
        records = json.loads(gathered.read_text(encoding="utf-8"))
    else:
        paths = sorted((folder / "numbers").glob("*.json"))
        records = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    numbers = [Number(**record) for record in records]
    return {number.figure_id: number for number in sorted(numbers, key=lambda n: (n.notebook, n.order))}


def read_shown(folder: Path, kind: str) -> Iterator[Shown]:
    """What is said of the charts (`kind` "charts") or tables ("tables") of a release, in order."""
    shown = [read_one(path) for path in (folder / kind).glob("*.json")]
    yield from sorted(shown, key=lambda s: (s.notebook, s.order))


def read_one(path: Path) -> Shown:
    """What one chart or table says about itself."""
    record = json.loads(path.read_text(encoding="utf-8"))
    record["columns"] = {name: tuple(pair) for name, pair in record["columns"].items()}
    return Shown(**record)


def read_data(path: Path, shown: Shown) -> pd.DataFrame:
    """The data of a chart or table as it was published: numbers where a column has a unit, marks as they are."""
    frame = pd.read_csv(path, dtype="object", keep_default_na=False).map(formula_guard.unguarded)
    for name, (_, unit) in shown.columns.items():
        if unit:
            # typed as objects: a column of marks alone would become text, and no longer say that it is marks
            frame[name] = pd.Series([as_shown(text) for text in frame[name]], index=frame.index, dtype="object")
    return frame


def in_words(shown: Shown, data: pd.DataFrame) -> pd.DataFrame:
    """The data of a chart or table as a reader sees it: each cell as text, the columns under their headings.

    The ends of an interval, in columns named "lower" or "upper", and numbers that are bounds are rounded outwards.
    """

    def column(name: str, unit: str) -> list[str]:
        named = next((end for end in (LOWER, UPPER) if end in name.split("_")), "")
        says = data[shown.bounds[name]] if name in shown.bounds else [""] * len(data)
        ends = [named or words.END_OF.get(str(way), "") for way in says]
        return [words.cell(value, unit, end=end) for value, end in zip(data[name], ends, strict=True)]

    cells = {heading: column(name, unit) for name, (heading, unit) in shown.columns.items()}
    return pd.DataFrame(cells, columns=[heading for heading, _ in shown.columns.values()])


def only_shown(frame: pd.DataFrame, columns: Columns, missing: Missing) -> pd.DataFrame:
    """The columns that a reader is shown, and so all that is published; a cell that is missing says how."""
    strange = [name for name in columns if name not in frame.columns]
    if strange:
        raise ValueError(f"no column {', '.join(strange)} in the table; it has {', '.join(map(str, frame.columns))}")
    headings = [heading for heading, _ in columns.values()]
    if len(set(headings)) < len(headings):
        raise ValueError(f"two columns have one heading: {', '.join(headings)}")
    kept = frame[list(columns)].reset_index(drop=True).astype("object")
    for name, (_, unit) in columns.items():
        marks = missing.get(name, Mark.NOT_AVAILABLE)
        instead = pd.Series(list(marks) if isinstance(marks, pd.Series) else [Mark(marks)] * len(kept), dtype="object")
        kept[name] = kept[name].where(kept[name].notna(), instead.map(Mark))
        if not unit:  # without a unit it is text, on the page as in the file: a year has no comma
            kept[name] = [_as_text(cell) for cell in kept[name]]
    return kept


def words_of_marks(data: pd.DataFrame) -> str:
    """What a table or chart says of its marks: how many cells are hidden or low, how many rows provisional, and why."""
    cells = [cell for name in data.columns for cell in data[name] if isinstance(cell, Mark)]
    said = []
    for mark in (Mark.SUPPRESSED, Mark.LOW):
        if count := cells.count(mark):
            said.append(f"{mark}, {count} value{'s' * (count > 1)}: {mark.meaning}.")
    if count := sum(PROVISIONAL in str(cell) for cell in data.get(MARKS, ())):
        said.append(f"{PROVISIONAL}, {count} row{'s' * (count > 1)}: provisional, for late returns may change them.")
    return " ".join(said)


def _as_text(cell: object) -> str:
    """A cell of a column without a unit, as its file says it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return words.cell(cell)
    # a return alone would end the row for some readers of the file
    return f"{cell:.12g}" if isinstance(cell, float) else "\n".join(str(cell).splitlines())


def marked(frame: pd.DataFrame, columns: Columns) -> tuple[pd.DataFrame, Columns]:
    """An illustrative table with a column that says so in every row, for a file goes about without its page."""
    if "status" in columns:  # it says of each row what that row is
        return frame, columns
    return frame.assign(status=str(Status.ILLUSTRATIVE)), {**columns, "status": ("Status", "")}


def combined_status(frame: pd.DataFrame, status: Status) -> Status:
    """The status of a table: the weakest of what it is said to be and what its rows say."""
    rows = list(frame["status"].unique()) if "status" in frame.columns else []
    return status if status is Status.PUBLISHED and not rows else Status.of_result([status, *rows])
