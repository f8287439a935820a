"""What the reference tables have to contain: areas, people, crime, prices and costs."""

import pandera.pandas as pa

from vfm.data.rules import (
    AREA,
    AREA_CODE,
    BOROUGH_CODE,
    DISTRICT,
    MONTH,
    NOT_NEGATIVE,
    QUARTER,
    YEAR,
    column,
    matches,
    no_more_than,
    one_of,
    table,
)
from vfm.data.schemas_published import SOURCE
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

KIND = matches(r"[a-z0-9_]+", "not a plain key", "Use a-z, 0-9 and _ between words.")
OFFENCES = {
    "category": column(TEXT, "kind of crime, one of crime_kinds.csv"),
    "count": column(WHOLE, "offences recorded; no row for a kind that was not recorded then", NOT_NEGATIVE),
}

REFERENCE: dict[str, pa.DataFrameSchema] = {
    "boroughs": table(
        "Boroughs of the place",
        ["gss_code"],
        {
            **AREA,
            "gss_code": column(TEXT, AREA["gss_code"].description, BOROUGH_CODE),
            "short_code": column(TEXT, "three letters"),
            "bcu_code": column(TEXT, "police command unit; NA is North Area", blank=True),
            "bcu_name": column(TEXT, "name of the command unit", blank=True),
            "inner_outer": column(
                TEXT, "inner or outer, where the place is so divided", one_of("Inner", "Outer"), blank=True
            ),
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
            "financial_year": column(TEXT, "year from 1 April to 31 March", YEAR),
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
    "place": table(
        "The place: what it is called, and who polices, pays and lives there",
        ["gss_code"],
        {
            "gss_code": column(TEXT, "ONS code of the whole", BOROUGH_CODE),
            "name": column(TEXT, "name of the whole"),
            "resident": column(TEXT, "what one who lives there is called"),
            "residents": column(TEXT, "what all who live there are called"),
            "commissioner": column(TEXT, "who pays for the services: the full name"),
            "short": column(TEXT, "and the name in use"),
            "police": column(TEXT, "the force whose crime is counted, as in boroughs.csv"),
            "council": column(TEXT, "what stands before a borough's name in its council's; blank: nothing", blank=True),
            "unrecorded": column(TEXT, "why crime of a borough that another force polices is not there", blank=True),
            "beyond": column(TEXT, "what crime in no borough is called, whose code is none", blank=True),
            "default_borough": column(TEXT, "code of the borough that a page is of, where none is named", BOROUGH_CODE),
            "default_explain": column(TEXT, "code of the one whose share is explained, where none is", BOROUGH_CODE),
            "default_round": column(
                TEXT,
                "round whose cost of bidding is worked out, where none is named",
                blank=True,
            ),
            "default_round_service": column(TEXT, "key of the service that it funds, as in services.csv", blank=True),
            "example_borough": column(TEXT, "name of the borough that a question is about, where none is named"),
            "example_service": column(TEXT, "name of the service that a question is about, where none is named"),
            "left_out": column(TEXT, "notebooks that there is nothing for, with | between them", blank=True),
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
    "postcode_districts": table(
        "Postcodes of each postcode district by borough",
        ["district", "gss_code"],
        {
            "district": column(TEXT, "postcode district: the first half of a postcode", DISTRICT),
            **AREA,
            "gss_code": column(TEXT, AREA["gss_code"].description, BOROUGH_CODE),
            "postcodes": column(WHOLE, "postcodes of the district in the area", NOT_NEGATIVE),
            "postcodes_in_district": column(WHOLE, "postcodes of the district, wherever they are", NOT_NEGATIVE),
        },
        no_more_than("postcodes", "postcodes_in_district"),
    ),
    "recommendations": table(
        "What was recommended to the commissioner",
        ["topic"],
        {
            "topic": column(TEXT, "what it is about", one_of("bidding", "dashboards", "formula", "terms")),
            "heading": column(TEXT, "in a few words"),
            "quote": column(TEXT, "as it was written"),
            "asked_by": column(TEXT, "who asked, as in a sentence"),
            "asked_on": column(TEXT, "month", MONTH),
            **SOURCE,
        },
        empty=True,
    ),
    "crime_kinds": table(
        "The kinds that crime is recorded by",
        ["category"],
        {
            "category": column(TEXT, "kind of crime, with _ between its words", KIND),
            "last_quarter": column(
                TEXT, "the last quarter in which it was recorded; blank where it still is", QUARTER, blank=True
            ),
            "counted_as": column(TEXT, "which of the formula's indicators it is in", one_of("other", "violence")),
            "compared": column(
                WHOLE, "its place among those that boroughs are compared by; blank where it is none", blank=True
            ),
        },
    ),
    "recorded_crime_quarter": table(
        "Recorded crime by borough and financial quarter",
        ["gss_code", "quarter", "category"],
        {**AREA, "quarter": column(TEXT, "financial quarter", QUARTER), **OFFENCES},
    ),
    "recorded_crime_month": table(
        "Recorded crime of the whole place by month",
        ["month", "category"],
        {"month": column(TEXT, "calendar month", MONTH), **OFFENCES},
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
}
