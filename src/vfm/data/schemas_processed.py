"""What the processed tables hold: the contract between the build and what reads them.

A column that comes through as it was stays the raw table's own column, with its meaning and its rules; only what the
build makes or renames is said here. The tables are the SQL files' results, one a file, with the columns in that order.
"""

import pandera.pandas as pa

from vfm.data.returns import RETURN
from vfm.data.rules import AREA_CODE, LINK, NOT_NEGATIVE, PLAIN_KEY, QUARTER, column, one_of, processed_table
from vfm.data.schemas_open import OPEN
from vfm.data.schemas_own import OWN
from vfm.data.schemas_published import PUBLISHED
from vfm.data.schemas_reference import REFERENCE
from vfm.data.tables import FLAG, NUMBER, TEXT, WHOLE
from vfm.vocabulary.results import Status

RAW_ROW = {"raw_row": column(WHOLE, "row of the raw file, as a spreadsheet counts: the heading is row 1")}
SERVICE_ID = {"service_id": column(TEXT, "key of the service, as in services", PLAIN_KEY)}
STATUS = {"status": column(TEXT, "how far it is from a published figure", one_of(*Status))}
RETURNED = {
    **SERVICE_ID,
    "gss_code": column(TEXT, "ONS code of the area; that of the whole for what is not for one borough", AREA_CODE),
    "quarter": column(TEXT, "financial quarter that the return is for", QUARTER),
}
RETURNED_FROM = {
    **STATUS,
    "source": column(TEXT, "file of the return, from data/raw"),
    "raw_row": column(WHOLE, "row of the return's sheet, as a spreadsheet counts: the heading is row 1"),
}
MEASURE_ID = {"measure_id": column(TEXT, "key of the measure, as in indicators", PLAIN_KEY)}


def _of(schema: pa.DataFrameSchema, *names: str) -> dict[str, pa.Column]:
    """The columns of a table by name, as they stand there."""
    return {name: schema.columns[name] for name in names}


def _source(schema: pa.DataFrameSchema) -> dict[str, pa.Column]:
    """Where a published row comes from: its source, and its row in the raw file."""
    source = column(TEXT, "address of the page that publishes it", LINK)
    return {**_of(schema, "source_kind"), "source": source, **_of(schema, "note"), **RAW_ROW}


def _awards(raw: pa.DataFrameSchema) -> dict[str, pa.Column]:
    return {
        **_of(raw, "award_id"),
        **SERVICE_ID,
        **_of(raw, "title", "theme", "recipient", "recipient_type"),
        "amount": column(
            NUMBER, "pounds, nominal, of a component; blank for every other role", NOT_NEGATIVE, blank=True
        ),
        "amount_not_summed": column(
            NUMBER,
            "pounds, nominal, that an award of another role states; never to be summed",
            NOT_NEGATIVE,
            blank=True,
        ),
        **_of(raw, "amount_precision"),
        "start": raw.columns["start_date"],
        "end": raw.columns["end_date"],
        "months": raw.columns["duration_months"],
        **_of(raw, "route", "is_extension", "role", "funder", "decision_ref", "date_signed"),
        **_source(raw),
    }


def _matches(
    raw: pa.DataFrameSchema, results: pa.DataFrameSchema, services: pa.DataFrameSchema
) -> dict[str, pa.Column]:
    return {
        **_of(raw, "match_id", "result_id"),
        **SERVICE_ID,
        "service": column(TEXT, "name of the service, as in services"),
        "theme": services.columns["theme"],
        **_of(results, "measure", "kind", "period", "evidence"),
        **_of(raw, "basis", "award_ids"),
        "pounds": column(
            NUMBER, "pounds, nominal, that the result cost; blank where they are not known", NOT_NEGATIVE, blank=True
        ),
        **_of(raw, "pounds_precision"),
        "value": column(
            NUMBER,
            "the count that the money bought, a share as its base times the share; blank where the basis is none",
            NOT_NEGATIVE,
            blank=True,
        ),
        "value_precision": results.columns["precision"],
        **_of(raw, "counted", "denominator", "headline", "obstacle", "reason"),
        **_of(services, "scope"),
        **_of(results, "source_kind"),
        "source": column(TEXT, "address of the page that publishes the result", LINK),
        "raw_row": column(WHOLE, "row of matches.csv, as a spreadsheet counts: the heading is row 1"),
    }


MONEY: dict[str, pa.DataFrameSchema] = {
    "services": processed_table(
        "Services, with what they were awarded",
        ["service_id"],
        {
            **OWN["services"].columns,
            "awards": column(WHOLE, "awards of every role", NOT_NEGATIVE),
            "amount": column(
                NUMBER,
                "pounds, nominal, of its component awards; blank where none has an amount",
                NOT_NEGATIVE,
                blank=True,
            ),
        },
    ),
    "awards": processed_table(
        "Awards; only components have an amount, so that only components enter a sum",
        ["award_id"],
        _awards(PUBLISHED["awards"]),
    ),
    "budget": processed_table(
        "Published budgets by period and measure",
        ["measure", "period"],
        {
            **_of(PUBLISHED["budget"], "period", "measure"),
            "amount": PUBLISHED["budget"].columns["value_gbp"],
            **_of(PUBLISHED["budget"], "precision"),
            "rounded_to": PUBLISHED["budget"].columns["rounded_to_gbp"],
            **_source(PUBLISHED["budget"]),
        },
    ),
    "allocations": processed_table(
        "Published sums for one borough; a span of years repeats the years within it",
        ["gss_code", "fund", "period"],
        {
            **_of(PUBLISHED["borough_allocations"], "gss_code", "fund", "period"),
            "amount": PUBLISHED["borough_allocations"].columns["amount_gbp"],
            **_source(PUBLISHED["borough_allocations"]),
        },
    ),
    "competitions": processed_table(
        "Bidding rounds; days are as exact as they were published",
        ["competition"],
        {
            **_of(
                PUBLISHED["competitions"],
                *("competition", "decision_ref", "opened", "closed", "decided", "bids", "funded"),
            ),
            "asked": PUBLISHED["competitions"].columns["asked_gbp"],
            "granted": PUBLISHED["competitions"].columns["granted_gbp"],
            **_of(PUBLISHED["competitions"], "granted_precision", "note"),
            **RAW_ROW,
        },
    ),
    "application_form": processed_table(
        str(PUBLISHED["application_form"].title), ["block"], {**PUBLISHED["application_form"].columns, **RAW_ROW}
    ),
    "stated_values": processed_table(
        "Values that a decision states, once for each place",
        ["decision_ref", "what", "stated_where"],
        {**PUBLISHED["stated_values"].columns, **RAW_ROW},
    ),
    "spend": processed_table(
        "Money that the monitoring returns report",
        ["service_id", "gss_code", "quarter", "basis"],
        {**RETURNED, **_of(RETURN["Spend"], "basis", "amount"), **RETURNED_FROM},
    ),
}

RESULTS: dict[str, pa.DataFrameSchema] = {
    "results": processed_table(
        "Published outputs and outcomes of services",
        ["result_id"],
        {
            **_of(PUBLISHED["results"], "result_id"),
            **SERVICE_ID,
            **_of(
                PUBLISHED["results"],
                *("period", "period_start", "period_end", "measure", "kind"),
                *("value", "precision", "denominator", "evidence"),
            ),
            "stated_spend": PUBLISHED["results"].columns["stated_spend_gbp"],
            **_source(PUBLISHED["results"]),
        },
    ),
    "matches": processed_table(
        "Results, each with the money that it goes with or the reason why none does",
        ["match_id"],
        _matches(OWN["matches"], PUBLISHED["results"], OWN["services"]),
    ),
    "indicators": processed_table(str(OWN["indicators"].title), ["measure_id"], OWN["indicators"].columns),
    "outputs": processed_table(
        "What was done, as the monitoring returns report it",
        ["service_id", "gss_code", "quarter", "measure_id"],
        {**RETURNED, **MEASURE_ID, **_of(RETURN["Outputs"], "count"), **RETURNED_FROM},
    ),
    "outcomes": processed_table(
        "What changed, of those assessed, as the monitoring returns report it",
        ["service_id", "gss_code", "quarter", "measure_id"],
        {**RETURNED, **MEASURE_ID, **_of(RETURN["Outcomes"], "achieved", "assessed"), **RETURNED_FROM},
    ),
}

PANEL: dict[str, pa.DataFrameSchema] = {
    "panel": processed_table(
        "Contacts by service, area and quarter, from the records; people of the whole are counted, not summed",
        ["service_id", "gss_code", "quarter"],
        {
            **SERVICE_ID,
            "gss_code": RETURNED["gss_code"],
            "quarter": column(TEXT, "financial quarter in which they opened or closed", QUARTER),
            "opened": column(WHOLE, "contacts that opened in the quarter", NOT_NEGATIVE),
            "people": column(WHOLE, "people with a contact that opened in it, once each", NOT_NEGATIVE),
            "closed": column(WHOLE, "contacts that closed in the quarter", NOT_NEGATIVE),
            "assessed": column(WHOLE, "contacts that closed in it and have both scores", NOT_NEGATIVE),
            "improved": column(WHOLE, "those of them whose score was higher after", NOT_NEGATIVE),
            **STATUS,
        },
    )
}

CONTEXT: dict[str, pa.DataFrameSchema] = {
    "areas": processed_table(
        "Areas: the boroughs, and the place as a whole",
        ["gss_code"],
        {
            "gss_code": column(TEXT, "ONS code of the area", AREA_CODE),
            "area": column(TEXT, "name of the area"),
            "inner_outer": column(
                TEXT,
                "inner or outer; blank for the whole, and where there is no such division",
                one_of("Inner", "Outer"),
                blank=True,
            ),
            "policed_by": column(TEXT, "police force; blank for the whole", blank=True),
            "tile_row": column(WHOLE, "row on the tile map, from the north; blank where it has no tile", blank=True),
            "tile_column": column(WHOLE, "column on the tile map, from the west; blank as the row", blank=True),
        },
    ),
    "crime": processed_table(
        "Recorded crime: boroughs, and what is in none, by quarter; the whole by month",
        ["gss_code", "period", "category"],
        {
            **_of(REFERENCE["recorded_crime_quarter"], "gss_code"),
            "period": column(TEXT, "financial quarter, such as 2019-20-Q4; for the whole a month, such as 2020-01"),
            **_of(REFERENCE["recorded_crime_quarter"], "category", "count"),
            "throughout": column(FLAG, "whether the kind is still recorded: if not, its end would count as a fall"),
        },
    ),
    "crime_kinds": processed_table(str(REFERENCE["crime_kinds"].title), ["category"], REFERENCE["crime_kinds"].columns),
    "place": processed_table(str(REFERENCE["place"].title), ["gss_code"], REFERENCE["place"].columns),
    "postcode_districts": processed_table(
        str(REFERENCE["postcode_districts"].title),
        ["district", "gss_code"],
        _of(REFERENCE["postcode_districts"], "district", "gss_code", "postcodes", "postcodes_in_district"),
    ),
    "population": processed_table(
        str(REFERENCE["population"].title),
        ["series", "gss_code", "year"],
        _of(REFERENCE["population"], "series", "gss_code", "year", "population"),
    ),
    "deprivation": processed_table(
        str(REFERENCE["deprivation"].title),
        ["imd_year", "domain", "gss_code"],
        _of(REFERENCE["deprivation"], "gss_code", "imd_year", "domain", "average_score"),
    ),
    "deflator": processed_table(
        str(REFERENCE["gdp_deflator"].title),
        ["vintage", "financial_year"],
        _of(
            REFERENCE["gdp_deflator"],
            *("vintage", "publication_date", "financial_year", "index", "pct_change", "is_forecast", "base_year"),
        ),
    ),
    "discount_rates": processed_table(
        str(REFERENCE["green_book_discount_rates"].title),
        ["as_of", "from_year"],
        _of(
            REFERENCE["green_book_discount_rates"],
            *("as_of", "from_year", "to_year", "standard", "health", "source"),
        ),
    ),
    "unit_costs_of_crime": processed_table(
        str(REFERENCE["unit_costs_of_crime"].title),
        ["crime_type", "victim_type"],
        _of(
            REFERENCE["unit_costs_of_crime"],
            *("crime_type", "victim_type", "anticipation", "consequence", "response", "total"),
            *("multiplier_unrecorded", "price_base"),
        ),
    ),
}

RECORD_KEEPING: dict[str, pa.DataFrameSchema] = {
    "received": processed_table(
        "Files that came in",
        ["name"],
        {
            "name": column(TEXT, "name of the raw table; of a return, its file"),
            "file": column(TEXT, "path of the file, from data/raw"),
            "title": column(TEXT, "title of the table or of the return"),
            "publisher": column(TEXT, "who publishes or sent it"),
            "licence": column(TEXT, "licence that it may be used under"),
            **STATUS,
            "rows": column(WHOLE, "rows read, without the heading", NOT_NEGATIVE),
            "sha256": column(TEXT, "SHA-256 hash of the file's bytes, in hexadecimal"),
        },
    ),
    "queries": processed_table(
        "Queries that the checks raised and that did not stop the build",
        ["query"],
        {
            "query": column(WHOLE, "number of the query"),
            "file": column(TEXT, "path of the file, from data/raw"),
            "raw_row": column(
                WHOLE, "row of the file, or of a return's sheet; blank where it is about the file", blank=True
            ),
            "field": column(TEXT, "column of the cell in question; blank where it is about more", blank=True),
            "rule": column(TEXT, "what is odd about it"),
            "mend": column(TEXT, "what is known, and what to do"),
        },
    ),
    "assumptions": processed_table(str(OWN["assumptions"].title), ["assumption_id"], OWN["assumptions"].columns),
    "log": processed_table(str(OWN["log"].title), ["entry_id"], OWN["log"].columns),
}

PROCESSED: dict[str, pa.DataFrameSchema] = MONEY | RESULTS | PANEL | CONTEXT | RECORD_KEEPING | OPEN
