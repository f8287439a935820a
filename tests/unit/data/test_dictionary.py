"""The data dictionary says what the schemas say, all of it, and the committed page is the one that they make."""

from __future__ import annotations

import re
from pathlib import Path

import pandera.pandas as pa
import pytest

from vfm.data.dictionary import GROUPS, HEAD, Group, describe_table, dictionary
from vfm.data.rules import NOT_NEGATIVE, check, column, one_of, table
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

PAGE = Path(__file__).resolve().parents[3] / "docs" / "data-dictionary.md"

BEDS = table(
    "Beds of a refuge",
    ["refuge", "night"],
    {
        "refuge": column(TEXT, "name; former names are parted by |"),
        "night": column(DAY, "day on which the night begins"),
        "kind": column(TEXT, "kind of bed", one_of("single", "family"), blank=True),
        "beds": column(WHOLE, "beds made up", NOT_NEGATIVE),
        "cost": column(NUMBER, "pounds a bed, nominal", NOT_NEGATIVE, one_of("0", "10"), blank=True),
        "open": column(FLAG, "whether it took people in"),
    },
    check(lambda frame: frame["beds"] < 100, "more beds than *any* refuge has", "Count them again.", name="beds"),
)
BEDS_TOLD = r"""### Sheet beds

Beds of a refuge. Key: `refuge`, `night`.

| column | type | may be blank | meaning | rule |
| --- | --- | --- | --- | --- |
| `refuge` | text | no | name; former names are parted by \| |  |
| `night` | day | no | day on which the night begins |  |
| `kind` | text | yes | kind of bed | One of `single`, `family`. |
| `beds` | whole number | no | beds made up | Refused: {negative} |
| `cost` | number | yes | pounds a bed, nominal | Refused: {negative} One of `0`, `10`. |
| `open` | true or false | no | whether it took people in |  |

Refused of a row as a whole: more beds than \*any\* refuge has. Count them again.
""".format(negative="a negative amount. Amounts are positive; record a reversal as a row of its own with its reason.")

OPEN = table("Refuges", ["name"], {"name": column(TEXT, "as on its door")})
PAGE_TOLD = f"""{HEAD}
- [What is counted](#what-is-counted): [beds](#sheet-beds)
- [Places](#places): [open_now](#list-open_now)

## What is counted

Each night.

{BEDS_TOLD}
## Places

Where it is.

### List open_now

Refuges. Key: `name`.

| column | type | may be blank | meaning | rule |
| --- | --- | --- | --- | --- |
| `name` | text | no | as on its door |  |
"""


def test_a_table_is_written_out_with_its_columns_and_rules() -> None:
    assert describe_table("Sheet beds", BEDS) == BEDS_TOLD


def test_a_page_has_its_contents_and_then_each_group_in_turn() -> None:
    groups = [
        Group("What is counted", "Each night.", "Sheet", {"beds": BEDS}),
        Group("Places", "Where it is.", "List", {"open_now": OPEN}),
    ]
    assert dictionary(groups) == PAGE_TOLD


def test_a_type_without_a_plain_name_is_refused() -> None:
    odd = pa.DataFrameSchema({"share": pa.Column("complex128", description="a share")}, unique=["share"], title="Odd")
    with pytest.raises(ValueError, match="Column share has the type complex128, which has no plain name"):
        describe_table("Odd", odd)


def test_the_committed_page_is_the_one_that_the_schemas_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == dictionary(), "run `python3 run.py dictionary`"


def test_every_link_of_the_contents_leads_to_one_heading() -> None:
    page = dictionary()
    headings = [words.lower().replace(" ", "-") for words in re.findall("^##+ (.+)$", page, re.MULTILINE)]
    links = re.findall(r"\]\(#([^)]+)\)", page)
    assert sorted(links) == sorted(headings)
    assert len(set(headings)) == len(headings) == len(GROUPS) + sum(len(group.schemas) for group in GROUPS)


def test_the_page_has_a_row_for_every_column() -> None:
    rows = re.findall(r"^\| `", dictionary(), re.MULTILINE)
    assert len(rows) == sum(len(schema.columns) for group in GROUPS for schema in group.schemas.values())
