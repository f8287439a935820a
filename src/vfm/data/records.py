"""Record-level service contacts: one row a contact or case, what it has to hold, and the panel made of them.

A provider or the commissioner's own case system exports them as CSV or Parquet into `data/raw/records/`. There may be
tens of millions of rows, so nothing here takes a file into memory: an engine reads it in passing. What is wrong with
such files is told by `record_checks`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from vfm.data.engines import open_engine
from vfm.data.rules import check, column, table
from vfm.data.tables import DAY, NUMBER, TEXT
from vfm.vocabulary.periods import YEARS, FinancialYear, Quarter

PANEL = Path(__file__).parent / "sql" / "records" / "panel.sql"
BITS = 63  # of a whole number of SQL, which both engines have; the last is its sign
LARGEST_SCORE = 999_999  # no scale goes so far; a telephone number written where a score belongs does

# What an identifier is like: all of these and, with a "not" before it, none. Both Python and DuckDB read them.
INSURANCE_NUMBER = ("not", "(?i)[a-z]{2}[0-9]{6}[a-d]")
RECORD_ID = (
    ("", "[A-Za-z0-9_-]{1,64}"),
    ("", "[0-9]{1,9}|.*[A-Za-z].*"),  # an NHS or a telephone number has ten digits or more
    INSURANCE_NUMBER,
)
PERSON_ID = (
    ("", "[a-z0-9-]{8,64}"),
    ("", ".*[0-9].*"),  # a name has none
    ("", ".*[a-z].*|.{20,}"),  # an NHS or a telephone number is digits alone, but no hash of 20 characters is one
    INSURANCE_NUMBER,
)
Form = tuple[tuple[str, str], ...]


def has_form(text: str, form: Form) -> bool:
    """Whether an identifier is as `form` says.

    >>> [has_form(text, PERSON_ID) for text in ("p-1f3a9c07", "9434765919", "07700900123", "jo-bloggs", "ab123456c")]
    [True, False, False, False, False]
    """
    return all((re.fullmatch(pattern, text) is not None) != (sense == "not") for sense, pattern in form)


def _formed(form: Form, says: str, mend: str) -> pa.Check:
    return check(lambda text: has_form(text, form), says, mend, element_wise=True)


SCORE = check(
    lambda s: s.abs() <= LARGEST_SCORE,
    "a score beyond any scale",
    f"Write the service's own score, from -{LARGEST_SCORE} to {LARGEST_SCORE}.",
)
CLOSED_AFTER_OPENED = check(
    lambda frame: ~(frame["closed"] < frame["opened"]),
    "closed before it opened",
    "Correct opened or closed.",
    name="closed",
)
AFTER_IS_CLOSED = check(
    lambda frame: frame["outcome_after"].isna() | frame["closed"].notna(),
    "an outcome after of a case that is not closed",
    "Give the day it closed, or leave outcome_after blank until then.",
    name="outcome_after",
)
RECORD = table(
    "Contacts with services, one row each",
    ["record_id"],
    {
        "record_id": column(
            TEXT,
            "key of the contact, in all the files",
            _formed(
                RECORD_ID,
                "not a plain key",
                "Use up to 64 of a-z, A-Z, 0-9, hyphen and underscore with a letter, or up to nine digits alone.",
            ),
        ),
        "person_id": column(
            TEXT,
            "pseudonym of the person, the same in all their contacts and in all the files; never a number or name "
            "that is used elsewhere",
            _formed(
                PERSON_ID,
                "not a pseudonym",
                "Use 8 to 64 of a-z, 0-9 and hyphen with a digit, and with a letter too where it is shorter than 20.",
            ),
        ),
        "service": column(TEXT, "name of the service, as in services.csv"),
        "area": column(TEXT, "name of the borough, or of the whole place for what is not for one borough"),
        "opened": column(DAY, "day it opened"),
        "closed": column(DAY, "day it closed; blank while it is open", blank=True),
        "outcome_before": column(
            NUMBER, "score on the service's own scale at the start, higher is better", SCORE, blank=True
        ),
        "outcome_after": column(
            NUMBER,
            "score on the same scale at the close; a contact is assessed where both scores are there",
            SCORE,
            blank=True,
        ),
    },
    CLOSED_AFTER_OPENED,
    AFTER_IS_CLOSED,
    empty=True,
)
TYPES = {  # pandas says of its text how it is stored
    name: TEXT if str(definition.dtype).startswith(TEXT) else str(definition.dtype)
    for name, definition in RECORD.columns.items()
}


def panel(
    paths: Sequence[Path],
    *,
    service_names: pd.DataFrame,
    return_areas: pd.DataFrame,
    engine: str | None = None,
    memory: str | None = None,
) -> pd.DataFrame:
    """Reduce records to one row a service, area and quarter.

    Parameters
    ----------
    paths : CSV and Parquet files in which `check_records` found nothing wrong
    service_names : every `name` of a service, with its `service_id`
    return_areas : every `area` that a record may name, with its `gss_code`, and whether it `is_whole`
    engine, memory : as `engines.open_engine` takes them

    Returns
    -------
    `service_id`, `gss_code`, `quarter`, and five counts of the quarter: `opened` and `closed` are contacts, `people`
    those who have a contact that opened in it, `assessed` the closed contacts with both scores, and `improved` those
    of them whose score was higher after. The whole has every contact of the service, and everybody once.

    Raises
    ------
    UsageError, RunError
        when the engine is not to be had, or could not finish.
    """
    with open_engine(engine, memory=memory) as running:
        running.files("records", paths, TYPES)
        for name, frame in lookups(service_names, return_areas).items():
            running.table(name, frame)
        return running.run(PANEL.read_text(encoding="utf-8"))


def count_records(path: Path) -> int:
    """How many records a file holds, counted in passing."""
    with open_engine("duckdb") as engine:
        engine.files("records", [path], TYPES)
        return int(engine.run("SELECT COUNT(*) AS records FROM records")["records"].iloc[0])


def lookups(service_names: pd.DataFrame, return_areas: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The small tables that the SQL of the panel joins records to, and what their numbers stand for.

    Returns
    -------
    `services` with the number of each name, and `months` with the number of each month's quarter. In `area_bits` every
    area is a bit of a block; the whole is the first of the first. In `areas` are the `bits` that a record of an area
    sets in a `block`: its own and the whole's, in one row where both are in the first block, and else in two.

    >>> areas = pd.DataFrame({"area": ["A", "B", "All"], "gss_code": list("abz"), "is_whole": [False, False, True]})
    >>> found = lookups(pd.DataFrame({"name": ["S"], "service_id": ["s"]}), areas)
    >>> list(found["area_bits"].itertuples(index=False, name=None))
    [('z', 0, 1), ('a', 0, 2), ('b', 0, 4)]
    >>> list(found["areas"].itertuples(index=False, name=None))
    [('A', 0, 3), ('All', 0, 1), ('B', 0, 5)]
    """
    coded = return_areas.sort_values("is_whole", ascending=False, kind="stable").drop_duplicates("gss_code")
    place = np.arange(len(coded))
    area_bits = pd.DataFrame(
        {
            "gss_code": coded["gss_code"].to_numpy(),
            "block": (place // BITS).astype("int16"),
            "bit": np.left_shift(np.int64(1), place % BITS),
        }
    )
    own = return_areas[["area", "gss_code"]].merge(area_bits)
    whole = return_areas[["area"]].merge(area_bits[coded["is_whole"].to_numpy()], how="cross")
    sets = pd.concat([own, whole])[["area", "block", "bit"]].drop_duplicates()
    return {
        "services": service_names.assign(service=pd.factorize(service_names["service_id"])[0].astype("int32")),
        "areas": sets.groupby(["area", "block"], as_index=False).sum().rename(columns={"bit": "bits"}),
        "area_bits": area_bits,
        "months": months(),
    }


def months() -> pd.DataFrame:
    """The quarter of every month that a record may open or close in: `month` as 201904, `quarter` and its `number`."""
    quarters = [Quarter(FinancialYear(year), n) for year in range(YEARS[0] - 1, YEARS[-1] + 1) for n in (1, 2, 3, 4)]
    starts = [
        (number, quarter, 100 * quarter.start.year + quarter.start.month + n)
        for number, quarter in enumerate(quarters)
        for n in range(3)
    ]
    rows = [(month, str(quarter), number) for number, quarter, month in starts if month // 100 in YEARS]
    return pd.DataFrame(rows, columns=["month", "quarter", "number"]).astype({"number": "int16"})
