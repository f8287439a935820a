"""The data dictionary: every table, column and rule of the schemas, written out in Markdown for a reader."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandera.pandas as pa

from vfm.data.records import RECORD
from vfm.data.returns import RETURN
from vfm.data.schemas import RAW
from vfm.data.schemas_processed import PROCESSED
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

TYPES = {TEXT: "text", NUMBER: "number", WHOLE: "whole number", DAY: "day", FLAG: "true or false"}


@dataclass(frozen=True)
class Group:
    """Tables that belong together: their heading, what to know of them, what one is called, and their schemas."""

    title: str
    about: str
    each: str
    schemas: Mapping[str, pa.DataFrameSchema]


GROUPS = (
    Group(
        "What comes in", "The files of `data/raw/`; `datapackage.json` there says who publishes each.", "Raw table", RAW
    ),
    Group("Monitoring returns", "What a provider sends each quarter, sheet by sheet.", "Sheet", RETURN),
    Group("Contact records", "What a case system exports, one row a contact.", "Table of", {"records": RECORD}),
    Group("Processed tables", "What the build makes, for notebooks to open as `data.awards`.", "Table", PROCESSED),
)
HEAD = """\
# Data dictionary

Made from the schemas in `src/vfm/data/` by `python3 run.py dictionary`: change those, not this page.

No two rows of a table share its key. A blank cell says that something is not known or does not apply, never nought.
A day is written as 2019-04-01. What a rule refuses stops the build, with a message that says where it is and how to
mend it. Rules that need a second table, such as that a service is in the register, are not listed here; `vfm check`
holds the tables to them too.
"""
HEADING = "| column | type | may be blank | meaning | rule |\n| --- | --- | --- | --- | --- |\n"


def dictionary(groups: Iterable[Group] = GROUPS) -> str:
    """Write the whole page: its contents, then each group with its tables.

    Parameters
    ----------
    groups : in the order of the page

    Returns
    -------
    Markdown with the tables of GitHub's dialect, ending with a line end.
    """
    groups = list(groups)
    contents = "".join(f"- {_link(group.title, group.title)}: {_links(group)}\n" for group in groups)
    return "\n".join([HEAD, contents, *(part for group in groups for part in _group(group))])


def describe_table(heading: str, schema: pa.DataFrameSchema) -> str:
    """Write one table: its heading, title and key, a row for each column, and the rules that whole rows keep.

    Parameters
    ----------
    heading : what the part is called; links are made from it
    schema : whose columns have one of the types of `tables` and a description

    Raises
    ------
    ValueError
        when a column has a type without a plain name.

    >>> from vfm.data.rules import column, table
    >>> print(describe_table("Table tiles", table("Tiles of a map", ["row"], {"row": column("Int64", "from the top")})))
    ### Table tiles
    <BLANKLINE>
    Tiles of a map. Key: `row`.
    <BLANKLINE>
    | column | type | may be blank | meaning | rule |
    | --- | --- | --- | --- | --- |
    | `row` | whole number | no | from the top |  |
    <BLANKLINE>
    """
    key = ", ".join(f"`{name}`" for name in schema.unique or [])
    rows = "".join(_row(name, column) for name, column in schema.columns.items())
    rules = "".join(f"\nRefused of a row as a whole: {_refused(check)}\n" for check in schema.checks)
    return f"### {heading}\n\n{_plain(schema.title)}. Key: {key}.\n\n{HEADING}{rows}{rules}"


def _group(group: Group) -> Iterator[str]:
    yield f"## {group.title}\n\n{group.about}\n"
    for name, schema in group.schemas.items():
        yield describe_table(f"{group.each} {name}", schema)


def _links(group: Group) -> str:
    return ", ".join(_link(name, f"{group.each} {name}") for name in group.schemas)


def _link(words: str, heading: str) -> str:
    return f"[{words}](#{heading.lower().replace(' ', '-')})"


def _row(name: str, column: pa.Column) -> str:
    rules = " ".join(_rule(check) for check in column.checks)
    blank = "yes" if column.nullable else "no"
    return f"| `{name}` | {_type(name, column)} | {blank} | {_plain(column.description)} | {rules} |\n"


def _type(name: str, column: pa.Column) -> str:
    dtype = TEXT if str(column.dtype).startswith(TEXT) else str(column.dtype)  # pandas has several types of text
    if dtype not in TYPES:
        raise ValueError(f"Column {name} has the type {dtype}, which has no plain name: add one to TYPES.")
    return TYPES[dtype]


def _rule(check: pa.Check) -> str:
    """The values that a rule allows or, where it lists none, what it refuses."""
    allowed = (check.statistics or {}).get("allowed_values")
    if allowed:
        return "One of " + ", ".join(f"`{value}`" for value in allowed) + "."
    return f"Refused: {_refused(check)}"


def _refused(check: pa.Check) -> str:
    """What a rule says of what breaks it, and how to mend that."""
    return f"{_plain(check.error)}. {_plain(check.description)}"


def _plain(text: object) -> str:
    """A text whose signs are not taken for marks of Markdown."""
    return re.sub(r"([\\|<*`])", r"\\\1", str(text))
