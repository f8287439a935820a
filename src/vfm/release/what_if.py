"""What a formula gives when an assumption is another: worked out again, never interpolated, and always a scenario."""

from typing import TYPE_CHECKING

from vfm.analysis import formula, formula_need
from vfm.data.project import Project
from vfm.data.quarter import QuarterData
from vfm.report.figures import Number
from vfm.vocabulary.errors import DataError, UsageError
from vfm.vocabulary.results import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vfm.release.ask import Sealed

NOTEBOOK = "60-funding-formula"
PLANNED, TABLE, WEIGHTS = "formula-planned", "formula-scenario", "formula-weights"


def formula_what_if(project: Project, sealed: "Sealed", parameters: "Mapping[str, str]") -> tuple[Number, ...]:
    """What a borough gets when one indicator counts for more or less, beside what the release says.

    The release's own scenario is worked out again first. Where it does not come out to the penny, the tables are no
    longer those that the release was made from, and nothing is answered.

    Raises
    ------
    DataError
        when the release has no formula, or the tables have changed since it.
    UsageError
        when the fund is not for the area that was asked for.
    """
    told, published = sealed.described["parameters"].get(NOTEBOOK), sealed.shown(TABLE)
    planned, weighed = sealed.numbers.get(PLANNED), sealed.shown(WEIGHTS)
    if told is None or published is None or weighed is None or planned is None or planned.value is None:
        raise DataError(f"{sealed.name} has no formula to change: it was released without {NOTEBOOK}.")
    rows = published[1].set_index("area")
    if parameters["borough"] not in rows.index:
        raise UsageError(f"The fund is for the {len(rows)} boroughs, and not for {parameters['borough']}.")
    data = QuarterData(project, sealed.quarter)
    vintage = formula_need.Vintage(told["need_year"], told["population"], told["imd_year"])
    need = formula_need.indicators(data.crime, data.population, data.deprivation, data.place, vintage)
    names = formula_need.boroughs_of(data.place)
    weights = formula_need.weights_of(weighed[1])
    budget = round(planned.value / 2) * formula.PENCE
    before = formula.allocate(need, weights, budget).table["allocation"].rename(names)
    _require_same(sealed.name, before.to_dict(), (rows["pounds"] * formula.PENCE).to_dict())

    name = formula_need.INDICATORS[parameters["indicator"]]
    changed = formula.allocate(need, weights | {name: weights[name] * float(parameters["times"])}, budget)
    after = changed.table["allocation"].rename(names)
    moved, borough = after - before, parameters["borough"]
    others = (moved.drop(borough) > 0).sum(), (moved.drop(borough) < 0).sum()
    figures = {
        "formula-what-if-before": (
            f"{borough} by the weights of the release, a year",
            before[borough] / formula.PENCE,
            "£",
        ),
        "formula-what-if-after": (f"{borough} by the weights asked for, a year", after[borough] / formula.PENCE, "£"),
        "formula-what-if-change": (f"What that moves for {borough}, a year", moved[borough] / formula.PENCE, "£"),
        "formula-what-if-moved": (
            "What goes from some boroughs to others",
            moved[moved > 0].sum() / formula.PENCE,
            "£",
        ),
        "formula-what-if-gain": ("Other boroughs that get more", int(others[0]), "boroughs"),
        "formula-what-if-lose": ("Other boroughs that get less", int(others[1]), "boroughs"),
    }
    return tuple(
        Number(
            key,
            title=title,
            value=float(value),
            lower=None,
            upper=None,
            unit=unit,
            period=vintage.name,
            status=str(Status.SCENARIO),
            method=changed.assumption,
            source=data.sources("crime", "population", "deprivation", "budget"),
            notebook="",
        )
        for key, (title, value, unit) in figures.items()
    )


def _require_same(release: str, again: dict[str, int], published: dict[str, float]) -> None:
    differ = [area for area, pence in again.items() if round(published.get(area, -1)) != pence]
    if differ or len(again) != len(published):
        raise DataError(
            f"The scenario of {release} does not come out as it was published ({', '.join(differ[:3])}): the tables "
            "have changed since. Run vfm refresh and publish it again, then ask."
        )
