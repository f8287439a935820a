"""What is kept of files as others publish them: 360Giving grants, OCDS contracts, ledgers, tables of funding.

The columns are the readers' own; what a publisher's file has to contain is the standard's business and theirs.
"""

import pandera.pandas as pa

from vfm.data.rules import NOT_NEGATIVE, column, one_of, processed_table
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE
from vfm.vocabulary.results import Status

FROM_FILE = {
    "file": column(TEXT, "path of the file, from data/raw"),
    "line": column(WHOLE, "place among what was read of the file, from 1"),
    "status": column(TEXT, "how far it is from a published figure", one_of(*Status)),
}
SOURCE_ROW = {
    "source_row": column(WHOLE, "row of the file as a spreadsheet counts, or place in the list of a JSON document")
}


def _text(meaning: str) -> pa.Column:
    return column(TEXT, meaning, blank=True)


def _day(meaning: str) -> pa.Column:
    return column(DAY, meaning, blank=True)


def _number(meaning: str) -> pa.Column:
    return column(NUMBER, meaning, blank=True)


def _count(meaning: str) -> pa.Column:
    return column(WHOLE, meaning, NOT_NEGATIVE, blank=True)


def _kept(title: str, columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    return processed_table(title, ["file", "line"], columns | SOURCE_ROW | FROM_FILE)


OPEN: dict[str, pa.DataFrameSchema] = {
    "grants": _kept(
        "Grants published in the 360Giving standard, one row a grant",
        {
            "identifier": _text("identifier of the grant, as its publisher gives it"),
            "title": _text("title of the grant"),
            "description": _text("what the grant is for"),
            "currency": _text("currency of the amounts; GBP is pounds"),
            "amount_awarded": _number("amount awarded, in the currency"),
            "amount_applied_for": _number("amount that was applied for, in the currency"),
            "amount_disbursed": _number("amount paid so far, in the currency"),
            "award_date": _day("day of the award"),
            "planned_start": _day("day it is planned to start"),
            "planned_end": _day("day it is planned to end"),
            "planned_months": _number("months it is planned to last, as stated or else by its days"),
            "actual_start": _day("day it started"),
            "actual_end": _day("day it ended"),
            "recipient_id": _text("identifier of the organisation that is paid; of a person, the publisher's code"),
            "recipient_name": _text("name of the organisation that is paid; never a person's"),
            "recipient_place": _text("place of the organisation that is paid: its head office"),
            "delivery_place": _text("place where it is delivered"),
            "beneficiary_place": _text("place of those who benefit"),
            "funder_id": _text("identifier of the funder"),
            "funder_name": _text("name of the organisation that grants it"),
            "programme": _text("grant programme"),
            "from_open_call": column(FLAG, "whether it came from an open call", blank=True),
        },
    ),
    "contracts": _kept(
        "Contracts published in OCDS 1.1, one row an award, or a tender without one",
        {
            "ocid": _text("identifier of the contracting process"),
            "release_date": _day("day of its latest release"),
            "releases": _count("releases that were merged"),
            "buyer": _text("name of the buyer"),
            "title": _text("title of the tender"),
            "tender_start": _day("day the tender opened"),
            "tender_end": _day("day the tender closed"),
            "enquiry_end": _day("day by which questions could be asked"),
            "tenderers": _count("tenderers named or counted; blank is not none"),
            "bids": _count("bids received; blank is not none"),
            "procurement_method": _text("open, selective, limited or direct"),
            "method_rationale": _text("why that method"),
            "award_id": _text("identifier of the award within its process; blank where there is no award"),
            "award_date": _day("day of the award"),
            "suppliers": _text("names of the suppliers, parted by |"),
            "amount": _number("value of the award or, without one, of the tender, in the currency"),
            "currency": _text("currency of the amount; GBP is pounds"),
            "contract_start": _day("day the contract starts"),
            "contract_end": _day("day the contract ends"),
            "max_extent_end": _day("day it ends at the latest, with every extension"),
            "period_of": _text("whose period it is: the contract's, the award's or the tender's"),
            "amendments": _count("amendments listed; blank is not none"),
        },
    ),
    "ledgers": _kept(
        "Payments of ledgers published under the transparency code, one row a payment, credit or reversal",
        {
            "body": _text("body that paid"),
            "supplier": _text("who was paid, as published"),
            "redacted": column(FLAG, "whether the publisher withheld the supplier"),
            "date": column(DAY, "day of the payment"),
            "amount_pence": column(WHOLE, "pence, exact; below nought for a credit or a reversal"),
            "reference": _text("reference of the transaction"),
            "area": _text("part of the body that paid"),
            "category": _text("what it was for"),
            "kind": column(
                TEXT,
                "a reversal is a credit that takes back a payment of the file",
                one_of("credit", "payment", "reversal"),
            ),
        },
    ),
    "funding_tables": _kept(
        "Tables of what boroughs were given, one row a borough and period",
        {
            "area": column(TEXT, "name of the borough"),
            "gss_code": column(TEXT, "ONS code of the borough"),
            "period": _text("period of the sum, as its table says"),
            "amount_pence": column(WHOLE, "pence, exact", NOT_NEGATIVE),
        },
    ),
}


def types_of(name: str) -> dict[str, str]:
    """The columns that the reader of one standard fills in, with their types."""
    return {
        column: TEXT if str(definition.dtype).startswith(TEXT) else str(definition.dtype)
        for column, definition in OPEN[name].columns.items()
        if column not in FROM_FILE
    }
