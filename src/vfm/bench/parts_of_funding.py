"""What the measures of funding find in a release: the budget, terms, bidding, the formula, breaking even."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from vfm.bench.choices import ALL, REAL, Choice
from vfm.bench.parts import FEW, Part, narrowed, numbers_of, table_of, without
from vfm.release.ask import Sealed
from vfm.report import charts, words

CASH_ROWS = "in cash"  # as the table of the budget names its rows
BANDS = ["Under 12 months", "12 to 23 months", "24 to 35 months", "36 to 47 months", "48 months and over"]
SHORT_TERM = 24  # months: what the release counts a short term by


def _budget(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "budget-two-years")
    if rows.empty:
        return Part(shown, rows, "")
    cash = rows["prices"] == CASH_ROWS
    rows = rows[~cash | (rows["year"] == rows["year"].max())] if choice.prices == REAL else rows[cash]
    said = [
        f"{words.quantity(row['pounds'], '£')} in {row['year']}, {row['prices']}" for row in rows.to_dict("records")
    ]
    sentence = f"The commissioning budget: {words.listing(said)}. No total is published for the years between."
    drawn = rows.assign(label=rows["year"] + ", " + rows["prices"])

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="label", groups={"pounds": "Budget"}, x_label="Pounds")

    return Part(shown, rows, sentence, draw, f"Bars in pounds. {sentence}")


def _terms(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "register-awards")
    rows = narrowed(sealed, rows, choice)
    if rows.empty:
        return Part(shown, rows, "")
    stated = rows.assign(term=numbers_of(rows["months"])).dropna(subset=["term"])
    short = int((stated["term"] < SHORT_TERM).sum())
    sentence = (
        f"{words.cell(len(rows))} awards, of which {words.cell(len(stated))} state a term; {words.cell(short)} of "
        f"these are for less than {SHORT_TERM} months."
    )
    bands = pd.cut(stated["term"], [0, 12, 24, 36, 48, 1200], right=False, labels=BANDS)
    drawn = bands.value_counts(sort=False).rename_axis("band").rename("awards").reset_index()

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="band", groups={"awards": "Awards"}, x_label="Awards that state a term")

    alt = f"Bars of how many awards are of each length. {sentence}"
    undrawn = "" if len(stated) else "no term is stated"
    return Part(without(shown, "award_id"), rows, sentence, draw if len(stated) else None, alt, undrawn)


def _bidding(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "bidding-rounds")
    if rows.empty:
        return Part(shown, rows, "")
    drawn = rows.assign(days=numbers_of(rows["days_open"]), bids=numbers_of(rows["bids"])).dropna(subset=["days"])
    bids = int(numbers_of(rows["bids"]).notna().sum())
    sentence = (
        f"{words.cell(len(rows))} rounds of bidding were found; for {words.cell(len(drawn))} it is known how long they "
        f"were open, and for {words.cell(bids)} how many bids came."
    )

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="round", groups={"days": "Days open"}, x_label="Days open to bids")

    undrawn = "" if len(drawn) else "of no round is it known how long it was open"
    return Part(shown, rows, sentence, draw if len(drawn) else None, f"Bars of days. {sentence}", undrawn)


def _formula(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "formula-scenario")
    names = [name for name in dict.fromkeys((choice.borough, choice.compare)) if name != ALL]
    rows = rows[rows["area"].isin(names)] if len(rows) else rows
    if rows.empty:
        return Part(shown, rows, "")
    said = [
        f"{row['area']} {words.pounds(row['pounds'])} a year ({words.span(row['lower'], row['upper'], '£')})"
        for row in rows.to_dict("records")
    ]
    sentence = (
        f"By the scenario's formula: {words.listing(said)}. The range is over weights. The fund's own weights are not "
        "published, so this is not what a borough was or will be paid."
    )
    drawn = rows.assign(direction="", **{end: rows[end].astype(float) for end in ("pounds", "lower", "upper")})

    def draw() -> Figure:
        return charts.intervals(drawn, label="area", value="pounds", x_label="Pounds a year (log scale)")

    return Part(shown, rows, sentence, draw, f"Dots with their ranges, in pounds. {sentence}")


def _worth(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "break-even-recorded")
    rows = narrowed(sealed, rows, choice)
    if rows.empty:
        return Part(shown, rows, "")
    services = rows["service"].nunique()
    sentence = (
        f"What {words.cell(services)} service{'s' * (services != 1)} would have to prevent to be worth the cost, by "
        "one kind of recorded offence at a time. What would have to be prevented is not what was."
    )
    drawn = rows.assign(
        label=rows["service"] + ", " + rows["period"].astype(str) + ": " + rows["crime_type"],
        offences=numbers_of(rows["at_least"]),
    ).head(FEW)

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="label", groups={"offences": "Offences"}, x_label="Recorded offences")

    return Part(shown, rows, sentence, draw, f"Bars of offences. {sentence}")


PARTS: dict[str, Callable[[Sealed, Choice], Part]] = {
    "budget": _budget,
    "terms": _terms,
    "bidding": _bidding,
    "formula": _formula,
    "worth": _worth,
}
