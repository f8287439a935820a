"""What the tables that the project keeps itself have to contain: its register, judgements and log."""

import pandera.pandas as pa

from vfm.data.rules import NOT_NEGATIVE, PLAIN_KEY, THEME, check, column, matches, one_of, table
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

COUNTED = ("in the quarter", "year so far")
WITHIN_ITS_RANGE = check(
    lambda frame: (frame["lower"] <= frame["value"]) & (frame["value"] <= frame["upper"]),
    "a value outside its range",
    "Give the lowest and the highest that can be defended, with the value between them.",
    name="value",
)

SCOPE = matches(
    r"borough|not-stated|whole-place|pan-[a-z-]+",
    "not a scope",
    "Write borough, not-stated or whole-place; pan- and the name of the place means the whole too.",
)

OWN: dict[str, pa.DataFrameSchema] = {
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
            "theme": column(TEXT, "what the service is for, by the same list as awards", THEME),
            "scope": column(TEXT, "where it is delivered", SCOPE),
            "note": column(TEXT, "what a reader has to mind", blank=True),
        },
    ),
    "indicators": table(
        "What services are measured by",
        ["measure_id"],
        {
            "measure_id": column(TEXT, "key of the measure", PLAIN_KEY),
            "name": column(TEXT, "name that returns and pages show"),
            "kind": column(TEXT, "output: what was done; outcome: what changed", one_of("output", "outcome")),
            "unit": column(TEXT, "what is counted"),
            "counted": column(TEXT, "over what: a quarter alone, or the financial year so far", one_of(*COUNTED)),
            "direction": column(TEXT, "which way is better", one_of("down", "none", "up")),
            "definition": column(TEXT, "what is counted, and what is not"),
            "numerator": column(TEXT, "of an outcome: who achieved it", blank=True),
            "denominator": column(TEXT, "of an outcome: who was assessed", blank=True),
            "due": column(TEXT, "how often it is reported"),
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
    "sums": table(
        "What has to add up, and to what",
        ["sum_id", "table", "row_key"],
        {
            "sum_id": column(TEXT, "key of the sum", PLAIN_KEY),
            "member": column(
                TEXT,
                "whole: the parts add up to it; ceiling: the parts may not exceed it",
                one_of("ceiling", "part", "whole"),
            ),
            "table": column(TEXT, "table that has the row", one_of("awards", "borough_allocations", "stated_values")),
            "row_key": column(TEXT, "key of the row; where that is of several columns, parted by |"),
            "rounded_to": column(NUMBER, "pounds that its source rounds it to, where known", NOT_NEGATIVE, blank=True),
            "reason": column(TEXT, "how it is known that they belong together"),
        },
        empty=True,
    ),
    "corrections": table(
        "Corrections of what came in",
        ["file", "sheet", "row", "column"],
        {
            "file": column(TEXT, "file that is corrected, from data/raw: a described one or a return"),
            "sheet": column(TEXT, "sheet of a workbook; blank for a CSV file", blank=True),
            "row": column(WHOLE, "row as a spreadsheet counts: the heading is row 1"),
            "column": column(TEXT, "column of the cell"),
            "from_value": column(TEXT, "what stands there, and has to stand there still", blank=True),
            "to_value": column(TEXT, "what is read instead", blank=True),
            "reason": column(TEXT, "why, in a sentence"),
            "owner_role": column(TEXT, "role that answers for it"),
            "recorded": column(DAY, "day it was recorded"),
        },
        empty=True,
    ),
    "receipts": table(
        "When returns came in, and which replace others",
        ["file"],
        {
            "file": column(TEXT, "the return, from data/raw"),
            "received": column(DAY, "day it came in"),
            "due": column(DAY, "day by which it was due"),
            "replaces": column(TEXT, "the return that this one replaces", blank=True),
        },
        empty=True,
    ),
    "assumptions": table(
        "Numbers that an appraisal assumes, each with its range",
        ["assumption_id"],
        {
            "assumption_id": column(TEXT, "key of the assumption", PLAIN_KEY),
            "what": column(TEXT, "what is assumed"),
            "value": column(NUMBER, "the number that is reckoned with"),
            "lower": column(NUMBER, "the lowest that can be defended"),
            "upper": column(NUMBER, "the highest that can be defended"),
            "unit": column(TEXT, "what it is counted in"),
            "source": column(TEXT, "where the number and its range come from"),
            "owner_role": column(TEXT, "role that answers for it"),
            "recorded": column(DAY, "day it was recorded"),
            "sunset": column(DAY, "day by which it must be looked at again"),
        },
        WITHIN_ITS_RANGE,
        empty=True,
    ),
    "log": table(
        "Assumptions, decisions and data issues",
        ["entry_id"],
        {
            "entry_id": column(TEXT, "key of the entry"),
            "kind": column(TEXT, "kind of entry", one_of("assumption", "data issue", "decision", "quality check")),
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
