"""What the tables of published awards, budgets and results have to contain."""

import pandera.pandas as pa

from vfm.data.rules import (
    AREA,
    ENDS_AFTER_START,
    LINK,
    NOT_NEGATIVE,
    PART_DATE,
    SOURCE_KIND,
    THEME,
    column,
    no_more_than,
    one_of,
    table,
)
from vfm.data.tables import DAY, FLAG, NUMBER, TEXT, WHOLE

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


SOURCE = {
    "source_kind": column(TEXT, "official: the authority's own page; secondary: a copy or a report", SOURCE_KIND),
    "source_url": column(TEXT, "where it is published", LINK),
    "note": column(TEXT, "what a reader has to mind", blank=True),
}
PUBLISHED: dict[str, pa.DataFrameSchema] = {
    "awards": table(
        "Awards read in the commissioner's decisions",
        ["award_id"],
        {
            "award_id": column(TEXT, "key of the award in this collection"),
            "decision_ref": column(TEXT, "reference of the decision", blank=True),
            "date_signed": column(DAY, "day the decision was signed", blank=True),
            "title": column(TEXT, "title of the award"),
            "service": column(TEXT, "name of the service, as in services.csv"),
            "theme": column(TEXT, "theme of the award", THEME),
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
            "granted_precision": column(
                TEXT,
                "how exact the pounds granted are; blank where there are none",
                one_of("as-published", "at-most", "derived"),
                blank=True,
            ),
            "note": column(TEXT, "what a reader has to mind", blank=True),
        },
        no_more_than("funded", "bids"),
        no_more_than("granted_gbp", "asked_gbp"),
    ),
    "application_form": table(
        "An application form, block by block",
        ["block"],
        {
            "block": column(TEXT, "block of the form"),
            "fields": column(WHOLE, "fields that the block has", NOT_NEGATIVE),
            "always_shown": column(WHOLE, "fields shown to everyone", NOT_NEGATIVE),
            "mandatory": column(WHOLE, "fields that must be filled where shown", NOT_NEGATIVE),
        },
        no_more_than("always_shown", "fields"),
        no_more_than("mandatory", "fields"),
    ),
    "stated_values": table(
        "Values that a decision states, once for each place",
        ["decision_ref", "what", "stated_where"],
        {
            "decision_ref": column(TEXT, "reference of the decision"),
            "what": column(TEXT, "what is stated: the same words wherever the same thing is"),
            "value": column(TEXT, "the value, as stated"),
            "stated_where": column(TEXT, "where in the decision"),
        },
    ),
}
