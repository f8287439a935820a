"""What each measure of the bench finds in a release: rows, a sentence on them and a drawing of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from vfm.bench.choices import ALL, REAL, Choice
from vfm.release.ask import SERVICES, Sealed
from vfm.report import charts, charts_series, words
from vfm.report.figures import Shown
from vfm.vocabulary.labels import slug
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import Status

COSTS = {"person": "unit-costs-people", "outcome": "unit-costs-outcomes", "grant": "average-grants"}
FEW = 14  # rows that a drawing has room for
SHORT = {"five years": 5, "ten years": 10}


@dataclass(frozen=True)
class Part:
    """What one measure finds: the table it is from, its rows, and how they are told and drawn."""

    shown: Shown
    rows: pd.DataFrame
    sentence: str
    draw: Callable[[], Figure] | None = None
    alt: str = ""
    undrawn: str = ""  # why there is no drawing


# ---- rows


def table_of(sealed: Sealed, figure_id: str) -> tuple[Shown, pd.DataFrame]:
    found = sealed.shown(figure_id)
    if found is None:
        shown = Shown(figure_id, figure_id, str(sealed.quarter), str(Status.DERIVED), "", "", {})
        return shown, pd.DataFrame()
    return found


def narrowed(sealed: Sealed, rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """The rows of the services that the controls let through."""
    if rows.empty or "service" not in rows:
        return rows
    if choice.theme != ALL:
        services = table_of(sealed, SERVICES)[1]
        themes = dict(zip(services["service"], services["theme"], strict=True))
        rows = rows[rows["service"].map(themes) == choice.theme]
    return rows[rows["service"] == choice.service] if choice.service != ALL else rows


def without(shown: Shown, *left_out: str) -> Shown:
    kept = {name: told for name, told in shown.columns.items() if name not in left_out}
    return replace(shown, columns=kept)


def numbers_of(values: "pd.Series[Any]") -> "pd.Series[float]":
    return pd.to_numeric(values.where(~values.map(lambda cell: isinstance(cell, Mark))), errors="coerce").astype(float)


# ---- one function a measure


def _services(sealed: Sealed, choice: Choice) -> Part:
    figure_id = SERVICES if choice.borough == ALL else f"borough-{slug(choice.borough)}-services"
    shown, rows = table_of(sealed, figure_id)
    rows = narrowed(sealed, rows, choice)
    where = f"in {choice.borough or sealed.place}"
    services = "service is" if len(rows) == 1 else "services are"
    sentence = f"{words.cell(len(rows))} {services} known to be funded {where}."
    groups = {"here": choice.borough or sealed.place}
    by_theme = rows.groupby("theme").size().rename("here").to_frame() if "theme" in rows else pd.DataFrame()
    if choice.compare != ALL:
        other = narrowed(sealed, table_of(sealed, f"borough-{slug(choice.compare)}-services")[1], choice)
        sentence += f" In {choice.compare} it is {words.cell(len(other))}."
        counted = other.groupby("theme").size() if "theme" in other else pd.Series(dtype=int)
        by_theme = by_theme.join(counted.rename("there"), how="outer").fillna(0)
        groups["there"] = choice.compare
    sentence += " Many decisions do not say where a service works."
    drawn = by_theme.rename_axis("theme").reset_index()

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="theme", groups=groups, x_label="Services")

    alt = f"Bars of how many services there are by theme. {sentence}"
    return Part(without(shown, "service_id"), rows, sentence, draw, alt)


def _costs(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, COSTS[choice.measure])
    rows = narrowed(sealed, rows, choice)
    real = choice.prices == REAL
    value, other = (
        ("real_cost", ("cost", "lower", "upper")) if real else ("cost", ("real_cost", "real_lower", "real_upper"))
    )
    lower, upper = ("real_lower", "real_upper") if real else ("lower", "upper")
    shown = without(shown, *other)
    if rows.empty:
        return Part(shown, rows, "")
    known = rows.assign(
        label=rows["service"] + ", " + rows["period"].astype(str),
        point=numbers_of(rows[value]),
        direction=rows["bound"].replace({"exact": ""}) if "bound" in rows else "",
    )
    for side, name in (("low", lower), ("high", upper)):
        known[side] = numbers_of(known[name]) if name in known else float("nan")
    known = known[known["point"] > 0].sort_values("point").head(FEW)
    drawn = known[["label", "point", "low", "high", "direction"]].set_axis(
        ["label", "point", "lower", "upper", "direction"], axis=1
    )
    heading = shown.columns[value][0]
    said = [
        f"{one.label}: {words.bounded(one.point, '£ per one', one.direction)}"
        + (f" ({words.span(one.low, one.high, '£ per one')})" if pd.notna(one.low) and pd.notna(one.high) else "")
        for one in known.itertuples()
    ]
    sentence = f"{heading}. " + "; ".join(said[:5]) + ("; and others." if len(said) > 5 else ".")
    sentence += " A low cost does not by itself mean good value, and services do different things."

    def draw() -> Figure:
        return charts.intervals(drawn, label="label", value="point", x_label=f"{heading} (log scale)")

    alt = f"Dots on a log scale of pounds. {sentence}"
    return Part(shown, rows, sentence, draw if len(drawn) else None, alt, "" if len(drawn) else "no cost is known")


def _results(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "register-results")
    rows = narrowed(sealed, rows, choice)
    kinds = rows["kind"].value_counts() if len(rows) else {}
    told = words.listing([f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in dict(kinds).items()])
    of = choice.service or choice.theme or "all services"
    sentence = f"Published of {of}: {told}. None is an effect unless its evidence says so."
    return Part(
        without(shown, "result_id"),
        rows,
        sentence,
        undrawn="they count different things, so they have no scale in common",
    )


def _outcomes(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, f"borough-{slug(choice.borough)}-outcomes")
    rows = narrowed(sealed, rows, choice)
    if rows.empty:
        return Part(shown, rows, "")
    known = rows.assign(label=rows["service"] + ": " + rows["measure"], point=numbers_of(rows["share"]))
    hidden = int(known["point"].isna().sum())
    known = known[known["point"] > 0]
    drawn = known.assign(lower=numbers_of(known["lower"]), upper=numbers_of(known["upper"]), direction="").head(FEW)
    said = [f"{one.label}: {words.quantity(one.point, 'proportion')}" for one in known.itertuples()]
    sentence = f"In {choice.borough}: " + ("; ".join(said) if said else "no share can be shown") + "."
    if hidden:
        sentence += f" {hidden} of {len(rows)} are hidden, [c], so that nobody can be told by them."
    sentence += " There is no comparison group, so none says what a service changed."

    def draw() -> Figure:
        return charts.intervals(drawn, label="label", value="point", x_label="Share (log scale)", unit="proportion")

    alt = f"Dots with intervals. {sentence}"
    return Part(
        shown, rows, sentence, draw if len(drawn) else None, alt, "" if len(drawn) else "every share is hidden, [c]"
    )


def _money(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "traced-to-boroughs")
    names = [name for name in dict.fromkeys((choice.borough, choice.compare)) if name != ALL]
    rows = rows[rows["area"].isin(names)] if len(rows) else rows
    said = [
        f"{row['area']}: {words.pounds(row['here'])} alone, "
        f"{words.pounds(row['share'])} of what is for all of {sealed.place}"
        for row in rows.to_dict("records")
    ]
    sentence = (
        "; ".join(said) + ". The share by residents is an assumption, and most awards cannot be put down to a borough."
    )

    def draw() -> Figure:
        groups = {"here": "To it alone", "share": f"Share of {sealed.place}-wide awards"}
        return charts.grouped_bars(rows, label="area", groups=groups, x_label="Pounds")

    return Part(without(shown, "gss_code"), rows, sentence, draw, f"Two bars for each area, in pounds. {sentence}")


def _crime(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, f"borough-{slug(choice.borough)}-crime-trend")
    if rows.empty:
        return Part(shown, rows, "")
    other = sealed.place
    if choice.compare not in (ALL, sealed.place, choice.borough):
        there = table_of(sealed, f"borough-{slug(choice.compare)}-crime-trend")[1].set_index("year")["here"]
        rows, other = rows.assign(there=rows["year"].map(there)), choice.compare
    rows = rows.tail(SHORT.get(choice.period, len(rows)))
    columns = {
        "year": shown.columns["year"],
        "here": (choice.borough, shown.columns["here"][1]),
        "there": (other, shown.columns["there"][1]),
    }
    shown = replace(shown, columns=columns, title=f"Recorded crime in {choice.borough} and in {other}")
    (first, here, there), (last, here_last, there_last) = (
        (row["year"], words.cell(round(row["here"], 1)), words.cell(round(row["there"], 1)))
        for row in (rows.iloc[0], rows.iloc[-1])
    )
    sentence = (
        f"Crimes recorded for each thousand residents: {choice.borough} {here} in {first} and {here_last} in {last}; "
        f"{other} {there} and {there_last}. Recording changed in 2014/15. No difference here is an effect of a service."
    )

    def draw() -> Figure:
        names = (choice.borough, other)
        return charts_series.beside(
            rows,
            x="year",
            here="here",
            there="there",
            names=names,
            y_label="Crimes a year for\neach thousand residents",
        )

    return Part(shown, rows, sentence, draw, f"Two lines by financial year. {sentence}")


def _ending(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = table_of(sealed, "terms-ends-next")
    rows = narrowed(sealed, rows, choice)
    months = int(choice.period.split()[0])
    after = pd.Timestamp(sealed.quarter.end) + pd.offsets.MonthEnd(months)
    rows = rows[pd.to_datetime(rows["end"]) <= after] if len(rows) else rows
    if rows.empty:
        return Part(shown, rows, "")
    carried = int((rows["followed"] == "yes").sum())
    sentence = (
        f"{words.cell(len(rows))} awards end within {months} months of the end of the quarter; for "
        f"{words.cell(carried)} of them an award that carries the service on was found. That none was found does not "
        "say that there is none."
    )
    drawn = rows.assign(pounds=numbers_of(rows["amount"])).sort_values("pounds").tail(FEW)

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="service", groups={"pounds": "Award"}, x_label="Pounds, of each award")

    return Part(shown, rows, sentence, draw, f"Bars of the awards that end, in pounds. {sentence}")


PARTS: dict[str, Callable[[Sealed, Choice], Part]] = {
    "services": _services,
    "person": _costs,
    "outcome": _costs,
    "grant": _costs,
    "results": _results,
    "outcomes": _outcomes,
    "money": _money,
    "crime": _crime,
    "ending": _ending,
}
