"""When each return came in, and which a later one replaces: the register `receipts.csv`.

A return that another replaces is kept as it came and is read into no table.
"""

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd

from vfm.vocabulary.errors import Problem, suggestion

REGISTER = "receipts.csv"


def replaced_by(receipts: pd.DataFrame | None) -> dict[str, str]:
    """Each return that another one replaces, with the one that does.

    >>> replaced_by(pd.DataFrame({"file": ["a.csv", "b.csv"], "replaces": [None, "a.csv"]}))
    {'a.csv': 'b.csv'}
    """
    if receipts is None:
        return {}
    named = receipts.dropna(subset=["file", "replaces"])
    return dict(zip(named["replaces"], named["file"], strict=True))


def receipt_problems(receipts: pd.DataFrame, returned: Collection[str], file: str) -> Iterator[Problem]:
    """What is wrong with the register, and what in it is worth telling.

    Parameters
    ----------
    receipts : `file`, `received` and `due` (days) and `replaces`, indexed by row
    returned : what messages call each return that came in
    file : what messages call the register
    """
    known = sorted(returned)
    for row, name in receipts["file"].dropna().items():
        if name not in known:
            mend = f"Name a file of the folder returns, or take the row away.{suggestion(name, known)}"
            yield Problem(file, "a receipt for no return", mend, row=_row(row), column="file", value=name)
    yield from _replacing(receipts, file)
    late = receipts[receipts["received"] > receipts["due"]].dropna(subset=["file"])
    for one in late.itertuples():
        mend = (
            f"{one.file} was due on {one.due:%Y-%m-%d} and came on {one.received:%Y-%m-%d}. It is read like any other."
        )
        at: dict[str, Any] = {"row": _row(one.Index), "column": "received", "value": str(one.file)}
        yield Problem(file, "a return that came late", mend, advice=True, **at)


def _replacing(receipts: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Returns that replace another: one that is in the register, and not, by however many steps, themselves."""
    files = sorted(receipts["file"].dropna())
    by = replaced_by(receipts)
    for row, name, old in receipts.dropna(subset=["file", "replaces"])[["file", "replaces"]].itertuples():
        at: dict[str, Any] = {"row": _row(row), "column": "replaces", "value": old}
        if old not in files:
            mend = f"Name a file of {file}, or leave it blank.{suggestion(old, files)}"
            yield Problem(file, "a return that is replaced and is not there", mend, **at)
        elif name in _followers(name, by):
            mend = "Leave it blank in the row of the return that came first."
            yield Problem(file, "returns that replace each other", mend, **at)
        else:
            mend = f"{name} replaces {old}, which is kept and read into no table."
            yield Problem(file, "a return that a later one replaces", mend, advice=True, **at)


def _followers(name: str, by: dict[str, str]) -> list[str]:
    """What replaces `name`, what replaces that, and so on, each once."""
    found: list[str] = []
    while (name := by.get(name, "")) and name not in found:
        found.append(name)
    return found


def _row(row: object) -> int:
    return int(str(row))
