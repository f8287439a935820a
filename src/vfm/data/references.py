"""What the tables say of one another: areas, services, results and awards that must be there."""

from collections.abc import Callable, Iterator

import pandas as pd

from vfm.vocabulary.errors import Problem, suggestion
from vfm.vocabulary.labels import slug

NOWHERE = "none"  # the code of what is in no borough


def area_problems(
    table: pd.DataFrame, file: str, boroughs: pd.DataFrame, place: pd.DataFrame | None
) -> Iterator[Problem]:
    """Names of areas that there are not, and codes that are of another area."""
    stated = boroughs.dropna(subset=["gss_code", "borough"])
    known = dict(zip(stated["gss_code"], stated["borough"], strict=True))
    for row in [] if place is None else place.fillna("").to_dict("records"):
        known |= {row["gss_code"]: row["name"], NOWHERE: row["beyond"]}
    names = sorted(set(known.values()))
    filled = table.dropna(subset=["gss_code", "borough"])  # a blank cell is told of as such
    odd = filled[filled["gss_code"].astype(object).map(known) != filled["borough"].astype(object)]
    for row, code, name in zip(odd.index, odd["gss_code"], odd["borough"], strict=True):
        if name not in names:
            mend = "Use a name from boroughs.csv." + suggestion(str(name), names)
            yield Problem(file, "an unknown borough", mend, row=row, column="borough", value=name)
        else:
            mend = f"The code of {name} is {next(c for c, n in known.items() if n == name)}."
            yield Problem(file, "the code and the name are of two areas", mend, row=row, column="gss_code", value=code)


def _place(place: pd.DataFrame, boroughs: pd.DataFrame, file: str, boroughs_file: str) -> Iterator[Problem]:
    if len(place) != 1:
        mend = "Keep one row: a project is about one place."
        yield Problem(file, "not one place", mend, value=str(len(place)))
    codes, forces = set(boroughs["gss_code"].dropna()), set(boroughs["policed_by"].dropna())
    for row, code in place["gss_code"].dropna().items():
        if code in codes:
            mend = "Give the code of the whole, which is none of a borough."
            yield Problem(file, "a borough in place of the whole", mend, row=row, column="gss_code", value=code)
    named = {"default_borough": codes, "default_explain": codes, "police": forces}
    for column, known in named.items():
        for row, value in place[column].dropna().items():
            if value not in known:
                mend = f"Use one of {boroughs_file}." + suggestion(str(value), sorted(known))
                yield Problem(file, "not in the list of boroughs", mend, row=row, column=column, value=value)


def _default_round(
    place: pd.DataFrame, competitions: pd.DataFrame, services: pd.DataFrame, file: str, *files: str
) -> Iterator[Problem]:
    held = {"default_round": competitions["competition"], "default_round_service": services["service_id"]}
    for (column, names), where in zip(held.items(), files, strict=True):
        known = sorted(set(names.dropna()))
        for row, value in place[column].dropna().items():
            if value not in known:
                mend = f"Use one of {where}, or leave it blank." + suggestion(str(value), known)
                yield Problem(file, "not in the table it is of", mend, row=row, column=column, value=value)


def _scopes(services: pd.DataFrame, place: pd.DataFrame, file: str, _place_file: str) -> Iterator[Problem]:
    known = {f"pan-{slug(name)}" for name in place["name"].dropna()}
    scopes = services["scope"].dropna()
    for row, value in scopes[scopes.str.startswith("pan-") & ~scopes.isin(known)].items():
        mend = f"Write whole-place, or {' or '.join(sorted(known))}."
        yield Problem(file, "the scope of another place", mend, row=row, column="scope", value=value)


def _crime_kinds(
    kinds: pd.DataFrame, quarters: pd.DataFrame, months: pd.DataFrame, kinds_file: str, *files: str
) -> Iterator[Problem]:
    known = sorted(set(kinds["category"].dropna()))
    for table, file in zip((quarters, months), files, strict=True):
        named = table["category"].dropna()
        for row, value in named[~named.isin(known)].items():
            mend = f"Use a category of {kinds_file}, or add it there." + suggestion(str(value), known)
            yield Problem(file, "an unknown kind of crime", mend, row=row, column="category", value=value)
    recorded = kinds[kinds["last_quarter"].isna()]
    if recorded["compared"].isna().all():
        mend = "Give 1 to the kind that boroughs are compared by first: one that is still recorded."
        yield Problem(kinds_file, "no kind of crime that boroughs are compared by", mend, column="compared")
    if not (recorded["counted_as"] == "violence").any():
        mend = "Write violence beside at least one kind that is still recorded."
        yield Problem(kinds_file, "no kind of crime that counts as violence", mend, column="counted_as")


def known_services(services: pd.DataFrame) -> list[str]:
    """Every name that a service goes by, in order."""
    return sorted(set(service_names(services)["name"]))


def service_names(services: pd.DataFrame) -> pd.DataFrame:
    """Every name a service goes by: one row a name, columns `name` and `service_id`."""
    aliases = services["aliases"].fillna("").str.split("|")
    names = services.assign(name=[[n, *a] for n, a in zip(services["name"], aliases, strict=True)]).explode("name")
    names = names.assign(name=names["name"].str.strip())
    names = names.dropna(subset="name")
    return names.loc[names["name"] != "", ["name", "service_id"]]


def match_awards(matches: pd.DataFrame) -> pd.DataFrame:
    """The awards of each match: one row an award, columns `match_id` and `award_id`."""
    split = matches.assign(award_id=matches["award_ids"].str.split("|")).explode("award_id").dropna(subset="award_id")
    return split.assign(award_id=split["award_id"].str.strip())[["match_id", "award_id"]]


def _known_services(
    services: pd.DataFrame, awards: pd.DataFrame, results: pd.DataFrame, services_file: str, *files: str
) -> Iterator[Problem]:
    names = service_names(services)
    for row, name in names.loc[names["name"].duplicated(), "name"].items():
        mend = "Keep it under one service."
        yield Problem(services_file, "a name that two services go by", mend, row=row, column="aliases", value=name)
    known = known_services(services)
    for table, file in zip((awards, results), files, strict=True):
        for row, name in table["service"].items():
            if pd.notna(name) and name not in known:
                mend = f"Use a name of {services_file}, or add the service there." + suggestion(str(name), known)
                yield Problem(file, "an unknown service", mend, row=row, column="service", value=name)


def _match_references(
    matches: pd.DataFrame,
    results: pd.DataFrame,
    awards: pd.DataFrame,
    file: str,
    results_file: str,
    _awards_file: str,
) -> Iterator[Problem]:
    known = set(results["result_id"])
    for column in ("result_id", "base_result_id"):
        for row, value in matches[column].dropna().items():
            if value not in known:
                mend = f"Use a result_id of {results_file}."
                yield Problem(file, "an unknown result", mend, row=row, column=column, value=value)
    components = set(awards.loc[awards["role"] == "component", "award_id"])
    for row, award in match_awards(matches)["award_id"].items():
        if award not in components:
            mend = "Only component awards may be counted: name the award_id of one."
            yield Problem(file, "not a component award", mend, row=row, column="award_ids", value=award)
    unmatched = results.loc[~results["result_id"].isin(matches["result_id"]), "result_id"].dropna()
    for row, result in unmatched.items():
        mend = f"Add a row for it to {file}: its money, or why it cannot be costed."
        yield Problem(results_file, "a result that no match speaks of", mend, row=row, column="result_id", value=result)


def _headlines(matches: pd.DataFrame, results: pd.DataFrame, file: str, _results_file: str) -> Iterator[Problem]:
    is_weak = (results["precision"] == "plan") | (results["evidence"] == "provider self-report")
    weak = set(results.loc[is_weak, "result_id"])
    for row, result in matches.loc[matches["headline"].fillna(False), "result_id"].items():
        if result in weak:
            mend = "A plan or a provider's own report is never a headline: set headline to false."
            yield Problem(file, "a headline on weak evidence", mend, row=row, column="headline", value=result)


def _match_money(matches: pd.DataFrame, results: pd.DataFrame, file: str, _results_file: str) -> Iterator[Problem]:
    stated = dict(zip(results["result_id"], results["stated_spend_gbp"], strict=True))
    for row, match in matches.iterrows():
        basis = match["basis"]
        filled = {
            "awards": pd.notna(match["award_ids"]),
            "stated-elsewhere": pd.notna(match["stated_pounds"]),
            "stated-spend": pd.notna(stated.get(match["result_id"])),
            "none": pd.notna(match["obstacle"]),
        }
        if not filled.get(str(basis), True):
            mend = "Fill in award_ids, stated_pounds or the obstacle, as the basis needs."
            yield Problem(file, "a match without what its basis needs", mend, row=row, column="basis", value=basis)


RULES: dict[Callable[..., Iterator[Problem]], tuple[str, ...]] = {
    _place: ("place", "boroughs"),
    _default_round: ("place", "competitions", "services"),
    _scopes: ("services", "place"),
    _crime_kinds: ("crime_kinds", "recorded_crime_quarter", "recorded_crime_month"),
    _known_services: ("services", "awards", "results"),
    _match_references: ("matches", "results", "awards"),
    _headlines: ("matches", "results"),
    _match_money: ("matches", "results"),
}
