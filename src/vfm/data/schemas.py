"""What each raw table has to contain: the one definition, from which checks, messages and pages are made.

What a cell or a row has to be is in `rules`; rules that need a second table are in `checks`.
"""

import pandas as pd
import pandera.pandas as pa

from vfm.data.rules import (
    AREA_CODE,
    BOROUGH_CODE,
    ENDS_AFTER_START,
    LINK,
    MONTH,
    NOT_NEGATIVE,
    PART_DATE,
    PLAIN_KEY,
    QUARTER,
    SOURCE_KIND,
    YEAR,
    one_of,
)
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

CRIME_CATEGORIES = (
    "arson_criminal_damage",
    "burglary",
    "drug_offences",
    "historical_fraud_forgery",
    "miscellaneous_crimes_against_society",
    "possession_of_weapons",
    "public_order_offences",
    "robbery",
    "sexual_offences",
    "theft",
    "vehicle_offences",
    "violence_against_the_person",
)
THEMES = (
    "crime_prevention",
    "hate_crime",
    "other",
    "reoffending",
    "safer_neighbourhood_boards",
    "vawg",
    "victims",
    "violence_reduction",
    "youth",
)
ROLES = ("component", "envelope", "superseded", "inside-another", "multi-funder")
PRECISIONS = (
    "as-published",
    "at-least",
    "at-most",
    "derived",
    "disputed",
    "not-found",
    "plan",
    "rounded",
    "to-confirm",
)


def column(dtype: str, description: str, *checks: pa.Check, blank: bool = False) -> pa.Column:
    return pa.Column(dtype, list(checks), nullable=blank, description=description)


def table(title: str, key: list[str], columns: dict[str, pa.Column], *checks: pa.Check) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, checks=list(checks), unique=key, title=title, strict=True)


SOURCE = {
    "source_kind": column(TEXT, "official: the authority's own page; secondary: a copy or a report", SOURCE_KIND),
    "source_url": column(TEXT, "where it is published", LINK),
    "note": column(TEXT, "what a reader has to mind", blank=True),
}
AREA = {
    "gss_code": column(TEXT, "ONS code of the area; none is London's airports", AREA_CODE),
    "borough": column(TEXT, "name of the area"),
}

RAW: dict[str, pa.DataFrameSchema] = {
    "awards": table(
        "Awards read in MOPAC's decisions",
        ["award_id"],
        {
            "award_id": column(TEXT, "key of the award in this collection"),
            "decision_ref": column(TEXT, "reference of the decision", blank=True),
            "date_signed": column(DAY, "day the decision was signed", blank=True),
            "title": column(TEXT, "title of the award"),
            "service": column(TEXT, "name of the service, as in services.csv"),
            "theme": column(TEXT, "theme of the award", one_of(*THEMES)),
            "recipient": column(TEXT, "who is paid", blank=True),
            "recipient_type": column(
                TEXT,
                "kind of recipient",
                one_of("borough", "contractor", "multiple", "nhs", "unknown", "vcse"),
            ),
            "amount_gbp": column(NUMBER, "pounds, nominal", NOT_NEGATIVE, blank=True),
            "amount_precision": column(TEXT, "how exact the source is", one_of(*PRECISIONS)),
            "role": column(TEXT, "only components may be summed", one_of(*ROLES)),
            "funder": column(TEXT, "who pays, where it is stated"),
            "award_type": column(TEXT, "kind of decision", one_of("allocation", "contract", "extension", "grant")),
            "route": column(
                TEXT,
                "how the recipient was chosen",
                one_of("competitive", "extension", "formula", "single_tender", "unknown"),
            ),
            "is_extension": column(FLAG, "whether it extends an earlier award"),
            "start_date": column(DAY, "first day funded", blank=True),
            "end_date": column(DAY, "last day funded", blank=True),
            "duration_months": column(NUMBER, "months funded", NOT_NEGATIVE, blank=True),
            **SOURCE,
        },
        ENDS_AFTER_START,
    ),
    "budget": table(
        "Published budgets by period and measure",
        ["period", "measure"],
        {
            "period": column(TEXT, "a financial year or a span of them"),
            "measure": column(TEXT, "what the sum is"),
            "value_gbp": column(NUMBER, "pounds, nominal", NOT_NEGATIVE),
            "precision": column(TEXT, "how exact the source is", one_of("as-published", "derived", "rounded")),
            "rounded_to_gbp": column(NUMBER, "pounds that the source rounds to", NOT_NEGATIVE, blank=True),
            **SOURCE,
        },
    ),
    "results": table(
        "Published outputs and outcomes of services",
        ["result_id"],
        {
            "result_id": column(TEXT, "key of the result in this collection"),
            "service": column(TEXT, "name of the service, as in services.csv"),
            "period": column(TEXT, "the period in the source's words"),
            "period_start": column(TEXT, "first year, month or day", PART_DATE, blank=True),
            "period_end": column(TEXT, "last year, month or day", PART_DATE, blank=True),
            "measure": column(TEXT, "what is counted"),
            "kind": column(TEXT, "output: what was done; outcome: what changed", one_of("output", "outcome")),
            "value": column(NUMBER, "the count, or the share as a proportion", NOT_NEGATIVE),
            "precision": column(TEXT, "how exact the source is", one_of("as-published", "at-least", "plan")),
            "denominator": column(TEXT, "what a share is of", blank=True),
            "evidence": column(TEXT, "how the source knows"),
            "stated_spend_gbp": column(NUMBER, "pounds that the same source states", NOT_NEGATIVE, blank=True),
            **SOURCE,
        },
    ),
    "borough_allocations": table(
        "Published sums for one borough",
        ["gss_code", "fund", "period"],
        {
            **AREA,
            "fund": column(TEXT, "name of the fund"),
            "period": column(TEXT, "a financial year or a span of them"),
            "amount_gbp": column(NUMBER, "pounds, nominal", NOT_NEGATIVE),
            **SOURCE,
        },
    ),
    "competitions": table(
        "Bidding rounds",
        ["competition"],
        {
            "competition": column(TEXT, "name of the round"),
            "decision_ref": column(TEXT, "reference of the decision", blank=True),
            "opened": column(TEXT, "day or month it opened", PART_DATE, blank=True),
            "closed": column(TEXT, "day or month it closed", PART_DATE, blank=True),
            "decided": column(TEXT, "day or month it was decided", PART_DATE, blank=True),
            "bids": column(WHOLE, "bids received", NOT_NEGATIVE, blank=True),
            "funded": column(WHOLE, "bids funded", NOT_NEGATIVE, blank=True),
            "asked_gbp": column(NUMBER, "pounds asked for", NOT_NEGATIVE, blank=True),
            "granted_gbp": column(NUMBER, "pounds granted", NOT_NEGATIVE, blank=True),
            "note": column(TEXT, "what a reader has to mind", blank=True),
        },
    ),
    "application_form": table(
        "The application form of the London Crime Prevention Fund, 2019/20",
        ["block"],
        {
            "block": column(TEXT, "block of the form"),
            "fields": column(WHOLE, "fields in it", NOT_NEGATIVE),
            "always_shown": column(WHOLE, "fields shown to everyone", NOT_NEGATIVE),
            "mandatory": column(WHOLE, "fields that must be filled where shown", NOT_NEGATIVE),
        },
    ),
    "stated_values": table(
        "Values that a decision states, once for each place",
        ["decision_ref", "what", "stated_where"],
        {
            "decision_ref": column(TEXT, "reference of the decision"),
            "what": column(TEXT, "what is stated"),
            "value": column(TEXT, "the value, as stated"),
            "stated_where": column(TEXT, "where in the decision"),
        },
    ),
    "boroughs": table(
        "London's 32 boroughs and the City",
        ["gss_code"],
        {
            **AREA,
            "gss_code": column(TEXT, AREA["gss_code"].description, BOROUGH_CODE),
            "short_code": column(TEXT, "three letters"),
            "bcu_code": column(TEXT, "police command unit; NA is North Area", blank=True),
            "bcu_name": column(TEXT, "name of the command unit", blank=True),
            "inner_outer": column(TEXT, "inner or outer London", one_of("Inner", "Outer")),
            "policed_by": column(TEXT, "police force"),
            "region_code": column(TEXT, "ONS code of the region", AREA_CODE),
        },
    ),
    "deprivation": table(
        "Index of Multiple Deprivation, average scores",
        ["gss_code", "imd_year", "domain"],
        {
            **AREA,
            "imd_year": column(WHOLE, "edition of the index"),
            "domain": column(TEXT, "the index or one of its domains"),
            "average_score": column(NUMBER, "population-weighted average score"),
        },
    ),
    "gdp_deflator": table(
        "GDP deflator by financial year, two vintages",
        ["vintage", "financial_year"],
        {
            "vintage": column(TEXT, "name of the release"),
            "publication_date": column(DAY, "day it was published"),
            "financial_year": column(TEXT, "financial year", YEAR),
            "index": column(NUMBER, "index, 100 in base_year", NOT_NEGATIVE, blank=True),
            "base_year": column(TEXT, "year whose index is 100", YEAR),
            "pct_change": column(NUMBER, "change on the year before, per cent"),
            "is_forecast": column(FLAG, "whether the change was a forecast"),
        },
    ),
    "green_book_discount_rates": table(
        "Social time preference rates",
        ["as_of", "from_year"],
        {
            "from_year": column(WHOLE, "first year of the band"),
            "to_year": column(NUMBER, "last year of the band; blank: without end", blank=True),
            "standard": column(NUMBER, "rate a year, as a proportion", NOT_NEGATIVE),
            "health": column(NUMBER, "rate a year for health, as a proportion", NOT_NEGATIVE),
            "as_of": column(TEXT, "edition in force"),
            "source": column(TEXT, "where it is published"),
        },
    ),
    "population": table(
        "Mid-year population, original and rebased on the 2021 census",
        ["series", "gss_code", "year"],
        {
            "series": column(TEXT, "never mix the two", one_of("original", "rebased")),
            **AREA,
            "year": column(WHOLE, "year of the 30 June"),
            "population": column(WHOLE, "people", NOT_NEGATIVE),
        },
    ),
    "recorded_crime_quarter": table(
        "Recorded crime by borough and financial quarter",
        ["gss_code", "quarter"],
        {
            **AREA,
            "quarter": column(TEXT, "financial quarter", QUARTER),
            **{name: column(WHOLE, "offences recorded", NOT_NEGATIVE, blank=True) for name in CRIME_CATEGORIES},
        },
    ),
    "recorded_crime_london_month": table(
        "Recorded crime in London by month",
        ["month"],
        {
            "month": column(TEXT, "calendar month", MONTH),
            **{name: column(WHOLE, "offences recorded", NOT_NEGATIVE, blank=True) for name in CRIME_CATEGORIES},
        },
    ),
    "tile_grid": table(
        "A place for each borough on a tile map",
        ["gss_code"],
        {**AREA, "row": column(WHOLE, "row, from the north"), "col": column(WHOLE, "column, from the west")},
    ),
    "unit_costs_of_crime": table(
        "Economic and social cost of a crime",
        ["crime_type", "victim_type"],
        {
            "crime_type": column(TEXT, "kind of crime"),
            "victim_type": column(TEXT, "individual or commercial"),
            "anticipation": column(NUMBER, "pounds spent in anticipation", NOT_NEGATIVE),
            "consequence": column(NUMBER, "pounds as a consequence", NOT_NEGATIVE),
            "multiplier_unrecorded": column(NUMBER, "crimes for each recorded one", NOT_NEGATIVE, blank=True),
            "response": column(NUMBER, "pounds in response", NOT_NEGATIVE),
            "total": column(NUMBER, "pounds; may differ from its parts by rounding", NOT_NEGATIVE),
            "price_base": column(TEXT, "financial year of the prices", YEAR),
        },
    ),
    "services": table(
        "The register of services",
        ["service_id"],
        {
            "service_id": column(
                TEXT,
                "key of the service",
                PLAIN_KEY,
            ),
            "name": column(TEXT, "name that pages show"),
            "aliases": column(TEXT, "other names in the sources, parted by |", blank=True),
            "theme": column(TEXT, "theme", one_of(*THEMES)),
            "scope": column(TEXT, "where it is delivered", one_of("borough", "not-stated", "pan-london")),
            "note": column(TEXT, "what a reader has to mind", blank=True),
        },
    ),
    "matches": table(
        "Which published result goes with which money, and why",
        ["match_id"],
        {
            "match_id": column(
                TEXT,
                "key; names the figure",
                PLAIN_KEY,
            ),
            "result_id": column(TEXT, "the result, as in results.csv"),
            "basis": column(
                TEXT,
                "where the money is stated",
                one_of("awards", "none", "stated-elsewhere", "stated-spend"),
            ),
            "award_ids": column(TEXT, "awards that paid for it, parted by |", blank=True),
            "stated_pounds": column(NUMBER, "pounds stated elsewhere", NOT_NEGATIVE, blank=True),
            "pounds_precision": column(
                TEXT,
                "how the money stands to the result",
                one_of("as-published", "at-least", "at-most", "direction-unknown"),
                blank=True,
            ),
            "base_result_id": column(TEXT, "the count that a share is of", blank=True),
            "counted": column(TEXT, "what one of the count is", blank=True),
            "denominator": column(
                TEXT,
                "kind of count: never mixed in a table",
                one_of("grant", "outcome", "person"),
                blank=True,
            ),
            "headline": column(FLAG, "whether the figure may stand on the front page"),
            "obstacle": column(
                TEXT,
                "why it cannot be costed",
                one_of(
                    "elsewhere",
                    "money-not-found",
                    "no-count",
                    "period-differs",
                    "same-service",
                    "self-report",
                    "shared-money",
                    "spend-not-published",
                ),
                blank=True,
            ),
            "reason": column(TEXT, "the judgement, in a sentence"),
        },
    ),
    "log": table(
        "Assumptions, decisions and data issues",
        ["entry_id"],
        {
            "entry_id": column(TEXT, "key of the entry"),
            "kind": column(TEXT, "kind of entry", one_of("assumption", "data issue", "decision")),
            "what": column(TEXT, "what is assumed, decided or known"),
            "effect": column(TEXT, "what it does to the figures"),
            "reliability": column(TEXT, "how well it is founded", one_of("high", "low", "medium")),
            "owner_role": column(TEXT, "role that answers for it"),
            "recorded": column(DAY, "day it was recorded"),
            "sunset": column(DAY, "day by which it must be looked at again"),
            "source": column(TEXT, "file it is about"),
        },
    ),
}


def describe_columns(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """List a table's columns: name, type, whether it may be blank, description."""
    rows = [(name, str(c.dtype), c.nullable, c.description) for name, c in schema.columns.items()]
    return pd.DataFrame(rows, columns=["column", "type", "blank", "description"])
