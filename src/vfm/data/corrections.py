"""Corrections of what came in, kept as data: the file stays as it is, and what is read is mended.

Each names the value that has to stand in the source still. When the source has been mended the correction is out
of date, and says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from vfm.vocabulary.errors import Problem, suggestion

REGISTER = "corrections.csv"


@dataclass(frozen=True)
class Correction:
    """One cell: where it is, what stands there and what is read instead."""

    row: int
    column: str
    was: str
    becomes: str


def corrections_of(register: pd.DataFrame | None, file: str, sheet: str = "") -> list[Correction]:
    """The corrections of one file, or of a sheet of a workbook, from the table `corrections`."""
    if register is None or register.empty:
        return []
    here = (register["file"] == file) & (register["sheet"].fillna("") == sheet)
    rows = register[here].dropna(subset=["row", "column"])
    texts = rows[["from_value", "to_value"]].fillna("")
    cells = zip(rows["row"], rows["column"], texts["from_value"], texts["to_value"], strict=True)
    return [Correction(int(row), str(column), str(was), str(becomes)) for row, column, was, becomes in cells]


def corrected(
    records: Sequence[tuple[int, Sequence[str]]], corrections: Sequence[Correction], label: str
) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Records with the corrections made, and those that cannot be.

    Parameters
    ----------
    records : (row, cells) with the heading first
    corrections : of this file
    label : what messages call the file
    """
    made = [(row, list(cells)) for row, cells in records]
    by_row = dict(made[1:])
    heading = made[0][1] if made else []
    problems = []
    for one in corrections:
        cells = by_row.get(one.row, [])
        place = heading.index(one.column) if one.column in heading else len(cells)
        if place >= len(cells):
            mend = f"Correct its row and column in {REGISTER}, or take it away.{suggestion(one.column, heading)}"
            problems.append(Problem(label, "a correction of a cell that there is not", mend, one.row, one.column))
        elif cells[place].strip() != one.was:
            mend = f'{REGISTER} expects "{one.was}" there: when the source has been mended, take the correction away.'
            rule = "a correction whose source has changed"
            problems.append(Problem(label, rule, mend, one.row, one.column, cells[place]))
        else:
            cells[place] = one.becomes
    return made, problems


def without_a_file(register: pd.DataFrame, files: Sequence[str]) -> list[Problem]:
    """Corrections of a file that neither the catalogue describes nor a provider returned."""
    rule = "a correction of no file that is known"
    return [
        Problem(
            REGISTER,
            rule,
            f"Name a file of the catalogue, or a return.{suggestion(str(file), files)}",
            int(row),
            "file",
            str(file),
        )
        for row, file in register["file"].dropna().items()
        if file not in files
    ]


def without_a_sheet(register: pd.DataFrame | None, file: str, sheets: Collection[str]) -> list[Problem]:
    """Corrections of a workbook's sheet that is not there, or holds nothing."""
    if register is None or register.empty:
        return []
    missed = register[(register["file"] == file) & ~register["sheet"].fillna("").isin(sheets)]
    rule = "a correction of a sheet that is not there"
    mend = "Correct its sheet, or take it away."
    return [
        Problem(REGISTER, rule, f"{mend}{suggestion(str(sheet), list(sheets))}", int(row), "sheet", str(sheet))
        for row, sheet in missed["sheet"].fillna("").items()
    ]
