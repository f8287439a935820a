"""What is fed to the readers and to the command line: files of every kind that comes in, half right and half odd."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED

from hypothesis import strategies as st
from sent_files import cell, members, ods, packed, row, sheet_xml, xlsx

File = tuple[str, bytes]

# ---- cells

ODD = st.sampled_from(
    [
        *("", " ", "\0", "\ufeff", "\u2028", "\x85", "\x1b[31m", "é", "२", "\U0001d7d9", "\u202e", "a\nb"),
        *('say "so"', "'", ";"),
        *("NA", "nan", "inf", "-inf", "1e400", "1e-400", "9" * 400, "-0", "+1", "1_000", "0x10", "1,00", "£1,250.50"),
        *("(12.50)", "12.50-", "CR 12", "1.2.3", "£", "%", "12.345", "100000000000000000000.00", "1/0", "=1+1", "@x"),
        *("2019-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "29/02/2019", "31-Feb-19", "99999", "43831.99"),
        *("2019-20-Q5", "2019-21-Q1", "0000-01-Q1", "Q4 2019/20", "2019/20", "E09000099", "e09000008", "x" * 500),
        *("2019-04-01T25:00:00Z", "2019-04-01T00:00:00+99:99", "<script>", "jo@example.org", "QQ 12 34 56 C", "../x"),
        *("TOTAL", "redacted", "total for x", "*****", "[c]", "[x]", "c", "-", "n/a", "#REF!", "TRUE", "{}", "[]"),
    ]
)
RIGHT = st.sampled_from(
    [
        *("London Gang Exit", "Croydon", "London", "E09000008", "actual", "budget", "1250.50", "12", "0", "7"),
        *("People engaged", "People supported", "2019-04-01", "2020-03-31", "31/03/2020", "31-Mar-20", "2019-20-Q4"),
        *("GBP", "360G-example-1", "GB-CHC-1234567", "Example Ltd", "R1", "youth", "youth crime", "self", "closed"),
    ]
)
CELLS = st.one_of(RIGHT, RIGHT, ODD, st.text(max_size=6))

# ---- comma-separated

HEADINGS = [
    ["service", "area", "basis", "amount"],
    ["service", "area", "measure", "count"],
    ["service", "area", "measure", "achieved", "assessed"],
    ["Body Name", "Supplier Name", "Payment Date", "Net Amount", "Transaction No"],
    ["Supplier", "Amount", "Date", "Service Area", "Expenses Type"],
    ["Identifier", "Title", "Currency", "Amount Awarded", "Award Date", "Recipient Org:Name"],
    ["id", "amountAwarded", "awardDate", "plannedDates/0/startDate", "plannedDates/0/duration"],
    ["Borough", "Amount"],
    ["Local authority", "2018/19", "2019/20", "Total"],
    ["record_id", "person_id", "service", "area", "opened", "closed", "outcome_before", "outcome_after"],
]  # fmt: skip


def csv_of(rows: list[list[str]], separator: str, end: str) -> str:
    out = StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, escapechar="\\").writerows(rows)
    return out.getvalue()


ODD_BYTES = st.sampled_from(b'",\n\r\0 -.9\xff\xefaQ{}[]:<>&PK').map(lambda one: bytes([one]))


@st.composite
def spoilt(draw: st.DrawFn, content: bytes, most: int = 4) -> bytes:
    """The bytes with some lost, changed or put in."""
    made = bytearray(content)
    for _ in range(draw(st.integers(0, most))):
        place, lost = draw(st.integers(0, len(made))), draw(st.integers(0, 3))
        made[place : place + lost] = draw(ODD_BYTES)
    return bytes(made)


@st.composite
def tables(draw: st.DrawFn) -> File:
    """A CSV file under a heading that is known, or nearly."""
    heading = list(draw(st.sampled_from(HEADINGS)))
    if draw(st.integers(0, 9)) == 0:
        heading[draw(st.integers(0, len(heading) - 1))] = draw(st.one_of(ODD, st.sampled_from(heading)))
    width = st.integers(max(0, len(heading) - 1), len(heading) + 1) if draw(st.booleans()) else st.just(len(heading))
    rows = draw(st.lists(width.flatmap(lambda size: st.lists(CELLS, min_size=size, max_size=size)), max_size=4))
    before = draw(st.lists(st.lists(ODD, max_size=2), max_size=2)) if draw(st.integers(0, 4)) == 0 else []
    separator = draw(st.sampled_from([",", ",", ",", ";", "\t"]))
    text = csv_of([*before, heading, *rows], separator, draw(st.sampled_from(["\n", "\r\n", "\r"])))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    return "sent.csv", draw(spoilt(text.encode(encoding, errors="replace")))


# ---- documents

FIELDS = st.sampled_from(
    [
        *("grants", "releases", "records", "compiledRelease", "ocid", "id", "date", "tag", "tender", "awards"),
        *("title", "value", "amount", "currency", "amountAwarded", "awardDate", "plannedDates", "startDate", "endDate"),
        *("duration", "recipientOrganization", "fundingOrganization", "name", "beneficiaryLocation", "bids"),
        *("suppliers", "parties", "buyer", "tenderPeriod", "contractPeriod", "durationInDays", "contracts"),
        *("numberOfTenderers", "tenderers", "procurementMethod", "awardID", "amendments", "statistics"),
        *("grantProgramme", "fromOpenCall", "actualDates", "amountDisbursed", "amountAppliedFor", "geoCode", ""),
    ]
)  # fmt: skip
ATOMS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), CELLS, st.just("2019-04-01T00:00:00Z"), st.just(10**400)
)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4), max_leaves=12
)
RELEASE = st.fixed_dictionaries(
    {"ocid": st.just("ocds-1") | CELLS, "date": st.just("2019-04-01T00:00:00Z") | VALUES},
    optional={
        "id": CELLS,
        "tag": VALUES,
        "buyer": VALUES,
        "parties": st.lists(VALUES, max_size=2),
        "tender": st.dictionaries(FIELDS, VALUES, max_size=4),
        "awards": st.lists(st.dictionaries(FIELDS, VALUES, max_size=4), max_size=2),
        "contracts": st.lists(st.dictionaries(FIELDS, VALUES, max_size=4), max_size=2),
        "bids": VALUES,
    },
)
RECORD = st.fixed_dictionaries({"ocid": CELLS, "releases": st.lists(RELEASE, max_size=2)})
GRANT = st.dictionaries(FIELDS, VALUES, max_size=8)
DOCUMENTS = st.one_of(
    st.fixed_dictionaries({"grants": st.lists(GRANT | VALUES, max_size=3)}),
    st.fixed_dictionaries({"releases": st.lists(RELEASE | VALUES, max_size=3)}),
    st.fixed_dictionaries(
        {"records": st.lists(RECORD, max_size=2)}
    ),
    VALUES,
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> File:
    """A JSON file of grants or contracts, or nearly."""
    text = json.dumps(draw(DOCUMENTS), ensure_ascii=draw(st.booleans()))
    return "sent.json", draw(spoilt(text.encode("utf-8", errors="surrogatepass"), most=2))


# ---- workbooks

KINDS = ["", "n", "s", "str", "inlineStr", "b", "e", "d", "x"]
XML = st.text(st.characters(exclude_characters="<>&\"'", exclude_categories=["Cs", "Cc"]), max_size=6)


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """A workbook whose sheet's XML says odd things of its cells."""
    rows = []
    for number in range(draw(st.integers(0, 3))):
        cells = []
        for column in range(draw(st.integers(0, 4))):
            place = draw(
                st.sampled_from([f"{'ABCD'[column]}{number + 1}", "A0", "", "XFD1048576", "AAAA1", "1A", "B2"])
            )
            value = draw(
                st.one_of(XML, st.integers(-5, 10**20).map(str), st.sampled_from(["1e999", "NaN", "-1", "60"]))
            )
            inner = draw(st.sampled_from(["<v>{}</v>", "<is><t>{}</t></is>", "<f>{}</f><v>1</v>", "<v/>", "{}"]))
            kind, style = draw(st.sampled_from(KINDS)), draw(st.sampled_from(["", ' s="0"', ' s="99"', ' s="-1"']))
            cells.append(f'<c r="{place}" t="{kind}"{style}>{inner.format(value)}</c>')
        at = draw(st.sampled_from([str(number + 1), "0", "-1", "1048577", "x", ""]))
        rows.append(f'<row r="{at}">{"".join(cells)}</row>')
    return sheet_xml("".join(rows))


@st.composite
def workbooks(draw: st.DrawFn) -> File:
    """A workbook: of cells, of odd XML, with a member spoilt, or its bytes."""
    how = draw(st.integers(0, 4))
    ending = "sent.ods" if how == 4 else "sent.xlsx"
    if how in (0, 3):
        rows = [
            draw(st.sampled_from(HEADINGS)),
            *draw(st.lists(st.lists(CELLS.filter(is_writable), max_size=5), max_size=3)),
        ]
        content = xlsx(**{draw(st.sampled_from(["Spend", "Outputs", "Outcomes", "x"])): rows})
    elif how == 4:
        texts = st.lists(st.tuples(XML, st.sampled_from([1, 2, 1024, 10**6, 10**12, -1, 0])), max_size=4)
        made = [row(*(cell(text, times) for text, times in cells), times=draw(st.sampled_from([1, 3, 10**7, -1])))
                for cells in draw(st.lists(texts, max_size=3))]  # fmt: skip
        content = ods(*made)
    else:
        content = draw(sheets())
    if how == 2:
        names = sorted(members(content))
        name = draw(st.sampled_from(names))
        member = members(content)[name]
        assert isinstance(member, bytes)
        kept = {key: value for key, value in members(content).items() if key != name or draw(st.booleans())}
        content = packed(kept | {name: draw(spoilt(member))}, method=draw(st.sampled_from([ZIP_DEFLATED, ZIP_STORED])))
    if how == 3:
        content = draw(spoilt(content))
    return ending, content


def is_writable(text: str) -> bool:
    """Whether openpyxl writes it into a cell at all."""
    return all(char.isprintable() or char in "\n\t" for char in text)


NAMES = ("sent.csv", "sent.json", "sent.xlsx", "sent.ods", "sent.parquet", "sent", "sent.XLSX", "sent.docx")
ANYTHING = st.tuples(st.sampled_from(NAMES), st.binary(max_size=300))
