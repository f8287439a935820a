"""What a choice shows: rows of the release, a drawing of them and a sentence on them, with a receipt."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from vfm.bench.choices import ALL, LONDON, REAL, Choice
from vfm.data.project import PUBLISHED, Project
from vfm.release import manifest
from vfm.release.ask import SERVICES, Sealed
from vfm.report import charts, charts_series, figures, words
from vfm.report.figures import Shown
from vfm.vocabulary.labels import slug
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import ILLUSTRATIVE, Status

COSTS = {"person": "unit-costs-people", "outcome": "unit-costs-outcomes", "grant": "average-grants"}
FEW = 14  # rows that a drawing has room for
NO_ROWS = "the release has nothing of this kind for this choice"
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


@dataclass(frozen=True)
class View:
    """A table, its drawing and its sentence, all of one choice, and the receipt that has them again."""

    choice: Choice
    shown: Shown
    rows: pd.DataFrame
    sentence: str
    figure: Figure | None
    undrawn: str
    receipt: dict[str, Any]

    @property
    def illustrative(self) -> bool:
        return self.shown.status == Status.ILLUSTRATIVE

    @property
    def drawing(self) -> str:
        """The drawing as SVG; "" where there is none."""
        return charts.svg(self.figure, self.name) if self.figure else ""

    @property
    def name(self) -> str:
        """What its files are called."""
        said = [one for one in self.choice.heeded.values() if one]
        return "-".join(filter(None, map(slug, [*said, *([] if not self.illustrative else ["illustrative"])])))[:90]

    def _repr_html_(self) -> str:
        from vfm.bench import pages  # which draws views

        return pages.view_html(self)

    def __repr__(self) -> str:
        return f"{self.sentence}\n{in_words(self).to_string(index=False)}"


def see(project: Project, sealed: Sealed, choice: Choice) -> View:
    """What a choice shows."""
    part = PARTS[choice.measure](sealed, choice)
    shown = replace(part.shown, alt=part.alt, title=part.shown.title)
    figure, undrawn = None, part.undrawn
    if part.rows.empty:
        undrawn = NO_ROWS
    elif part.draw is not None:
        figure = part.draw()
        if shown.status == Status.ILLUSTRATIVE:
            charts.mark(figure, ILLUSTRATIVE)
    sentence = part.sentence if not part.rows.empty else f"Cannot say: {NO_ROWS}."
    if shown.status == Status.ILLUSTRATIVE:
        sentence = f"Illustrative: {sentence}"
    return View(choice, shown, part.rows, sentence, figure, undrawn, _receipt(project, sealed, choice, part, sentence))


def _receipt(project: Project, sealed: Sealed, choice: Choice, part: Part, sentence: str) -> dict[str, Any]:
    """By what a view can be checked and had again."""
    told = {
        "choice": choice.heeded,
        "rows": part.rows.to_csv(index=False),
        "sentence": sentence,
        "release": sealed.name,
    }
    asked = ", ".join(f"{name}={value!r}" for name, value in choice.heeded.items())
    where = "" if project.data == PUBLISHED else f", data={project.data!r}"
    return {
        "choice": choice.heeded,
        "release": sealed.name,
        "as_of": sealed.described["as_of"],
        "release_hash": manifest.content_hash(sealed.described),
        "code": manifest.code_hash(project),
        "figure": part.shown.figure_id,
        "files": dict(sorted(sealed.read.items())),
        "answer_hash": hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
        "again": f"from vfm.bench.explorer import open_explorer\nopen_explorer({sealed.name!r}{where}).see({asked})",
    }


# ---- rows


def _table(sealed: Sealed, figure_id: str) -> tuple[Shown, pd.DataFrame]:
    found = sealed.shown(figure_id)
    if found is None:
        shown = Shown(figure_id, figure_id, str(sealed.quarter), str(Status.DERIVED), "", "", {})
        return shown, pd.DataFrame()
    return found


def _narrowed(sealed: Sealed, rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """The rows of the services that the controls let through."""
    if rows.empty or "service" not in rows:
        return rows
    if choice.theme != ALL:
        services = _table(sealed, SERVICES)[1]
        themes = dict(zip(services["service"], services["theme"], strict=True))
        rows = rows[rows["service"].map(themes) == choice.theme]
    return rows[rows["service"] == choice.service] if choice.service != ALL else rows


def _only(shown: Shown, *left_out: str) -> Shown:
    kept = {name: told for name, told in shown.columns.items() if name not in left_out}
    return replace(shown, columns=kept)


def _numbers(values: "pd.Series[Any]") -> "pd.Series[float]":
    return pd.to_numeric(values.where(~values.map(lambda cell: isinstance(cell, Mark))), errors="coerce").astype(float)


# ---- one function a measure


def _services(sealed: Sealed, choice: Choice) -> Part:
    figure_id = SERVICES if choice.borough == ALL else f"borough-{slug(choice.borough)}-services"
    shown, rows = _table(sealed, figure_id)
    rows = _narrowed(sealed, rows, choice)
    where = "in London" if choice.borough == ALL else f"in {choice.borough}"
    services = "service is" if len(rows) == 1 else "services are"
    sentence = f"{words.cell(len(rows))} {services} known to be funded {where}."
    groups = {"here": choice.borough or LONDON}
    by_theme = rows.groupby("theme").size().rename("here").to_frame() if "theme" in rows else pd.DataFrame()
    if choice.compare != ALL:
        other = _narrowed(sealed, _table(sealed, f"borough-{slug(choice.compare)}-services")[1], choice)
        sentence += f" In {choice.compare} it is {words.cell(len(other))}."
        counted = other.groupby("theme").size() if "theme" in other else pd.Series(dtype=int)
        by_theme = by_theme.join(counted.rename("there"), how="outer").fillna(0)
        groups["there"] = choice.compare
    sentence += " Many decisions do not say where a service works."
    drawn = by_theme.rename_axis("theme").reset_index()

    def draw() -> Figure:
        return charts.grouped_bars(drawn, label="theme", groups=groups, x_label="Services")

    alt = f"Bars of how many services there are by theme. {sentence}"
    return Part(_only(shown, "service_id"), rows, sentence, draw, alt)


def _costs(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = _table(sealed, COSTS[choice.measure])
    rows = _narrowed(sealed, rows, choice)
    real = choice.prices == REAL
    value, other = (
        ("real_cost", ("cost", "lower", "upper")) if real else ("cost", ("real_cost", "real_lower", "real_upper"))
    )
    lower, upper = ("real_lower", "real_upper") if real else ("lower", "upper")
    shown = _only(shown, *other)
    if rows.empty:
        return Part(shown, rows, "")
    known = rows.assign(
        label=rows["service"] + ", " + rows["period"].astype(str),
        point=_numbers(rows[value]),
        direction=rows["bound"].replace({"exact": ""}) if "bound" in rows else "",
    )
    for side, name in (("low", lower), ("high", upper)):
        known[side] = _numbers(known[name]) if name in known else float("nan")
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
    shown, rows = _table(sealed, "register-results")
    rows = _narrowed(sealed, rows, choice)
    kinds = rows["kind"].value_counts() if len(rows) else {}
    told = words.listing([f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in dict(kinds).items()])
    of = choice.service or choice.theme or "all services"
    sentence = f"Published of {of}: {told}. None is an effect unless its evidence says so."
    return Part(
        _only(shown, "result_id"),
        rows,
        sentence,
        undrawn="they count different things, so they have no scale in common",
    )


def _outcomes(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = _table(sealed, f"borough-{slug(choice.borough)}-outcomes")
    rows = _narrowed(sealed, rows, choice)
    if rows.empty:
        return Part(shown, rows, "")
    known = rows.assign(label=rows["service"] + ": " + rows["measure"], point=_numbers(rows["share"]))
    hidden = int(known["point"].isna().sum())
    known = known[known["point"] > 0]
    drawn = known.assign(lower=_numbers(known["lower"]), upper=_numbers(known["upper"]), direction="").head(FEW)
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
    shown, rows = _table(sealed, "traced-to-boroughs")
    names = [name for name in dict.fromkeys((choice.borough, choice.compare)) if name != ALL]
    rows = rows[rows["area"].isin(names)] if len(rows) else rows
    said = [
        f"{row['area']}: {words.pounds(row['here'])} alone, {words.pounds(row['share'])} of what is for all of London"
        for row in rows.to_dict("records")
    ]
    sentence = (
        "; ".join(said) + ". The share by residents is an assumption, and most awards cannot be put down to a borough."
    )

    def draw() -> Figure:
        groups = {"here": "To it alone", "share": "Share of London-wide awards"}
        return charts.grouped_bars(rows, label="area", groups=groups, x_label="Pounds")

    return Part(_only(shown, "gss_code"), rows, sentence, draw, f"Two bars for each area, in pounds. {sentence}")


def _crime(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = _table(sealed, f"borough-{slug(choice.borough)}-crime-trend")
    if rows.empty:
        return Part(shown, rows, "")
    other = LONDON
    if choice.compare not in (ALL, LONDON, choice.borough):
        there = _table(sealed, f"borough-{slug(choice.compare)}-crime-trend")[1].set_index("year")["here"]
        rows, other = rows.assign(London=rows["year"].map(there)), choice.compare
    rows = rows.tail(SHORT.get(choice.period, len(rows)))
    columns = {
        "year": shown.columns["year"],
        "here": (choice.borough, shown.columns["here"][1]),
        "London": (other, shown.columns["London"][1]),
    }
    shown = replace(shown, columns=columns, title=f"Recorded crime in {choice.borough} and in {other}")
    (first, here, there), (last, here_last, there_last) = (
        (row["year"], words.cell(round(row["here"], 1)), words.cell(round(row[LONDON], 1)))
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
            there="London",
            names=names,
            y_label="Crimes a year for\neach thousand residents",
        )

    return Part(shown, rows, sentence, draw, f"Two lines by financial year. {sentence}")


def _ending(sealed: Sealed, choice: Choice) -> Part:
    shown, rows = _table(sealed, "terms-ends-next")
    rows = _narrowed(sealed, rows, choice)
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
    drawn = rows.assign(pounds=_numbers(rows["amount"])).sort_values("pounds").tail(FEW)

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


def in_words(view: View) -> pd.DataFrame:
    """The rows as a reader sees them: words, marks and units."""
    return figures.in_words(view.shown, view.rows)
