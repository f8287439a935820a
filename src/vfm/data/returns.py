"""Monitoring returns: what a provider sends each quarter, on three sheets, and what it has to hold.

A return is a workbook (XLSX or ODS) with the sheets Spend, Outputs and Outcomes, or a CSV file that holds one
of them. `vfm template` writes the workbook; `read_returns` takes back what came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd
import pandera.pandas as pa

from vfm.data.catalogue import CATALOGUE, Incoming
from vfm.data.corrections import corrected, corrections_of, without_a_sheet
from vfm.data.personal import find_personal
from vfm.data.readers import typed_table
from vfm.data.receipts import REGISTER
from vfm.data.rules import NOT_NEGATIVE, column, no_more_than, one_of, table
from vfm.data.tables import NUMBER, TEXT, WHOLE
from vfm.data.workbooks import Sheet, read_workbook
from vfm.vocabulary.errors import Problem, UsageError, shown, suggestion
from vfm.vocabulary.periods import Quarter

BASES = ("actual", "budget", "committed")
OWN_SHEETS = ("Read me", "Lists")  # of the template; they hold no returns

WHERE = {
    "service": column(TEXT, "name of the service, as in services.csv"),
    "area": column(TEXT, "name of the borough, or of the whole place for what is not for one borough"),
}
RETURN: dict[str, pa.DataFrameSchema] = {
    "Spend": table(
        "Money of the quarter",
        ["service", "area", "basis"],
        {
            **WHERE,
            "basis": column(TEXT, "what the sum is", one_of(*BASES)),
            "amount": column(NUMBER, "pounds, nominal", NOT_NEGATIVE),
        },
    ),
    "Outputs": table(
        "What was done in the quarter",
        ["service", "area", "measure"],
        {
            **WHERE,
            "measure": column(TEXT, "name of an output, as in indicators.csv"),
            "count": column(WHOLE, "how many in the quarter", NOT_NEGATIVE),
        },
    ),
    "Outcomes": table(
        "What changed, of those assessed in the quarter",
        ["service", "area", "measure"],
        {
            **WHERE,
            "measure": column(TEXT, "name of an outcome, as in indicators.csv"),
            "achieved": column(WHOLE, "how many achieved it", NOT_NEGATIVE),
            "assessed": column(WHOLE, "how many were assessed", NOT_NEGATIVE),
        },
        no_more_than("achieved", "assessed"),
    ),
}


def read_returns(
    returned: Sequence[Incoming], raw: dict[str, pd.DataFrame], names: Sequence[str], *, status: str, as_of: str
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Monitoring returns as one table a sheet, and what is wrong with them.

    Parameters
    ----------
    returned : the files; one in no folder is of a quarter that is not known yet
    raw : the raw tables `boroughs` and `indicators`, and `corrections` where there are any
    names : every name that a service goes by
    status : of the figures in them
    as_of : the day up to which the facts are known; no quarter that starts later can have returns

    Returns
    -------
    `returned_spend`, `returned_outputs` and `returned_outcomes`: the columns of `RETURN` with `quarter`, `status`,
    `file`, `sheet` and `raw_row`; empty where nothing came in.
    """
    areas = list(return_areas(raw["boroughs"], raw["place"])["area"].dropna())
    measures = {kind: list(rows["name"]) for kind, rows in raw["indicators"].groupby("kind")}
    known = {"Spend": {}, "Outputs": {"measure": measures["output"]}, "Outcomes": {"measure": measures["outcome"]}}
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in RETURN}
    problems: list[Problem] = []
    for one in returned:
        quarter, found = _quarter(one, as_of)
        sheets, unread = read_workbook(one.path, label=one.label)
        problems += found + unread
        personal = find_personal(sheets, label=one.label)
        if personal:  # nothing else is said of such a file, for a message could repeat what must not be shown
            problems += personal
            continue
        register = raw.get("corrections")
        filled = [sheet.name for sheet in sheets if len(sheet.rows) > 1]
        problems += without_a_sheet(register, one.label, filled) if sheets else []
        for name, sheet, frame, wrong in _tables(sheets, one.label, register):
            lists = {"service": list(names), "area": areas, **known[name]}
            problems += wrong + list(_unknown(frame, lists, one.label, sheet))
            where = {"quarter": quarter, "status": status, "file": one.label, "sheet": sheet}
            parts[name].append(frame.rename_axis("raw_row").reset_index().assign(**where))
    tables = {f"returned_{name.lower()}": _together(parts[name], RETURN[name]) for name in RETURN}
    for name, schema in RETURN.items():
        problems += _twice(tables[f"returned_{name.lower()}"], list(schema.unique or []))
    return tables, problems


def return_areas(boroughs: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    """The areas that a return may name: `area`, `gss_code`, and `is_whole`, true of the place as a whole alone."""
    named = boroughs[["borough", "gss_code"]].rename(columns={"borough": "area"}).assign(is_whole=False)
    whole = place[["name", "gss_code"]].rename(columns={"name": "area"}).assign(is_whole=True)
    return pd.concat([named, whole], ignore_index=True)


def _quarter(one: Incoming, as_of: str) -> tuple[str, list[Problem]]:
    if not one.folder:
        return "", []
    try:
        quarter = Quarter.parse(one.folder)
    except UsageError:
        mend = "Put returns into a folder named after their quarter, such as returns/2019-20-Q4."
        return "", [Problem(one.label, "a return in a folder that is no quarter", mend)]
    if quarter.start.isoformat() > as_of:
        rule = "a return of a quarter that has not begun"
        mend = f"The facts are known up to {as_of}: name the folder after the quarter, or set as_of in {CATALOGUE}."
        return str(quarter), [Problem(one.label, rule, mend, value=one.folder)]
    return str(quarter), []


def _tables(
    sheets: Sequence[Sheet], label: str, register: pd.DataFrame | None
) -> Iterator[tuple[str, str | None, pd.DataFrame, list[Problem]]]:
    for sheet in sheets:
        name = sheet.name if sheet.name in (*RETURN, *OWN_SHEETS) else _by_heading(sheet)
        if name in OWN_SHEETS:
            continue
        if name is None:
            mend = f"A return has the sheets {', '.join(RETURN)}.{suggestion(sheet.name, list(RETURN))}"
            problem = Problem(label, "a sheet that is no part of a return", mend, sheet=sheet.name)
            yield "Spend", sheet.name, _empty(RETURN["Spend"]), [problem]
        elif len(sheet.rows) > 1:
            made, unmade = corrected(sheet.rows, corrections_of(register, label, sheet.name), label)
            frame, problems = typed_table(made, RETURN[name], label=label)
            where = sheet.name or None  # that of a CSV file has no name
            found = [replace(problem, sheet=where) for problem in [*unmade, *problems]]
            yield name, where, _empty(RETURN[name]) if frame is None else frame, found


def _by_heading(sheet: Sheet) -> str | None:
    """The part of a return that a sheet of another name is, by its columns: a CSV file has no sheet names."""
    heading = {cell.strip() for cell in sheet.rows[0][1]} if sheet.rows else set()
    return next((name for name, schema in RETURN.items() if set(schema.columns) == heading), None)


def _unknown(frame: pd.DataFrame, lists: dict[str, list[str]], label: str, sheet: str | None) -> Iterator[Problem]:
    for name, known in lists.items():
        for row, value in frame[name].dropna().items():
            if value not in known:
                mend = f"Choose it from the list in the template.{suggestion(str(value), known)}"
                rule = f"an unknown {name}"
                yield Problem(label, rule, mend, row=int(row), column=name, value=str(value), sheet=sheet)


def _twice(frame: pd.DataFrame, key: list[str]) -> Iterator[Problem]:
    """Rows that two returns of one quarter, or two sheets of one, both report: which holds cannot be guessed."""
    filled = frame.dropna(subset=key)
    again = filled[filled.duplicated([*key, "quarter"])]
    for row in again.to_dict("records"):
        same = filled[(filled[[*key, "quarter"]] == pd.Series(row)[[*key, "quarter"]]).all(axis=1)]
        first = same.iloc[0]
        if first["file"] != row["file"]:
            rule = "two returns report the same"
            mend = (
                f"{first['file']} has it in row {first['raw_row']}. Where one return replaces the other, name the "
                f"replaced one in {REGISTER}, in the row of the newer; else take the wrong one away."
            )
        elif first["sheet"] != row["sheet"]:
            rule = "two sheets report the same"
            mend = f"The sheet {shown(first['sheet'])} has it in row {first['raw_row']}. Keep the row that holds."
        else:  # the sheet's own rule says so
            continue
        value = str(row[key[-1]])
        yield Problem(str(row["file"]), rule, mend, int(row["raw_row"]), key[-1], value, sheet=row["sheet"])


def _together(parts: list[pd.DataFrame], schema: pa.DataFrameSchema) -> pd.DataFrame:
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else _empty(schema, "quarter", "status", "file", "sheet", "raw_row")
    )


def _empty(schema: pa.DataFrameSchema, *more: str) -> pd.DataFrame:
    typed = {name: pd.Series(dtype=str(definition.dtype)) for name, definition in schema.columns.items()}
    return pd.DataFrame(typed | {name: pd.Series(dtype="string") for name in more})
