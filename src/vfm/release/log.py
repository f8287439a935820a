"""The log that bites: a figure that leans on an entry which is empty, or past its day, does not build.

The log is data (`data/raw/log.csv` and `assumptions.csv`), and so is which figure leans on which entry
(`leans_on.csv` here, and what a notebook names). The clock is the day up to which the facts are known, never today.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from vfm.data.quarter import QuarterData
from vfm.release.rules import LEANS_ON, Leaning
from vfm.vocabulary.errors import DataError, Problem, suggestion

STATED = ("what", "effect", "reliability", "owner_role", "recorded", "sunset")
COLUMNS = ("entry_id", "kind", *STATED, "rows", "pounds", "source", "figures")
MOST_NAMED = 5


def register(data: QuarterData) -> pd.DataFrame:
    """Every entry that a figure may lean on: the log, and the numbers that an appraisal assumes."""
    assumed = data.assumptions
    entries = assumed.assign(
        kind="assumption",
        what=[f"{row.what}: {row.value:g} {row.unit}" for row in assumed.itertuples()],
        effect=[f"from {row.lower:g} to {row.upper:g} in the figures" for row in assumed.itertuples()],
        reliability="a range is reckoned with",
    ).rename(columns={"assumption_id": "entry_id"})
    known = pd.concat([data.log.assign(file="log.csv"), entries.assign(file="assumptions.csv")], ignore_index=True)
    return known.set_index("entry_id")


def require_founded(leaning: Leaning, known: pd.DataFrame, *, as_of: str) -> None:
    """Refuse figures that lean on what is not in the log, is empty there, or had to be looked at again by `as_of`.

    Raises
    ------
    DataError
        that names each entry, the figures that lean on it and what to do.
    """
    problems = [problem for entry in leaning.used for problem in _problems(entry, leaning, known, as_of)]
    if problems:
        raise DataError(f"{len(problems)} entries of the log do not hold the figures that lean on them.", problems)


def used(leaning: Leaning, known: pd.DataFrame, excluded: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """The entries that figures lean on and what was left out, in the shape of log.csv.

    Parameters
    ----------
    excluded : what was left out, each with its `entry_id`, `what`, `effect`, `rows`, perhaps `pounds`, and `figures`
    """
    entries = known.loc[leaning.used].reset_index()
    entries["figures"] = [len(leaning.figures(entry)) for entry in entries["entry_id"]]
    for day in ("recorded", "sunset"):
        entries[day] = entries[day].astype("string").str.slice(0, 10)
    left_out = pd.DataFrame(list(excluded), columns=list(COLUMNS))
    frames = [frame for frame in (entries.reindex(columns=list(COLUMNS)), left_out) if len(frame)]
    whole = pd.concat([frame.astype("object") for frame in frames]) if frames else left_out
    return whole.sort_values(["kind", "entry_id"], ignore_index=True)


def _problems(entry: str, leaning: Leaning, known: pd.DataFrame, as_of: str) -> Iterable[Problem]:
    figures = leaning.figures(entry)
    more = f" and {len(figures) - MOST_NAMED} more" if len(figures) > MOST_NAMED else ""
    who = f"{', '.join(figures[:MOST_NAMED])}{more} {'leans' if len(figures) == 1 else 'lean'} on it"
    if entry not in known.index:
        near = suggestion(entry, list(known.index))
        mend = f"{who}: write the entry, or correct {LEANS_ON.name} or the notebook.{near}"
        yield Problem("log.csv", f'there is no entry "{entry}"', mend)
        return
    row = known.loc[entry]
    for column in STATED:
        if pd.isna(row[column]) or not str(row[column]).strip():
            yield Problem(row["file"], f'the entry "{entry}" is empty', f"{who}: fill it in.", column=column)
    if pd.notna(row["sunset"]) and str(row["sunset"])[:10] < as_of:
        mend = f"{who}: look at it again, and give it a later day or another entry in its place."
        rule = f'the entry "{entry}" had to be looked at again before {as_of}'
        yield Problem(row["file"], rule, mend, column="sunset", value=str(row["sunset"])[:10])
