"""Everything that can be said about the raw files before they are used: all of it, in one pass."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from vfm.data import schemas
from vfm.data.catalogue import CATALOGUE, Catalogue
from vfm.data.corrections import corrections_of, without_a_file
from vfm.data.plausibility import plausibility
from vfm.data.readers import read_table
from vfm.data.receipts import receipt_problems
from vfm.data.returns import read_returns
from vfm.vocabulary.errors import DataError, Problem, suggestion

OTHER_AREAS = {"E12000007": "London", "none": "London Heathrow and London City Airports"}


@dataclass(frozen=True)
class Checked:
    """The raw tables as read, and every problem found in them."""

    tables: dict[str, pd.DataFrame]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.advice]

    @property
    def advice(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.advice]

    def require_clean(self) -> "Checked":
        """Return itself, or raise a DataError that lists what stands in the way."""
        if self.errors:
            raise DataError("The raw files cannot be used as they are.", self.problems)
        return self


def check(catalogue: Catalogue) -> Checked:
    """Read and check every raw table that the catalogue describes."""
    problems = catalogue.problems()
    tables: dict[str, pd.DataFrame] = {}
    # The register of corrections is read first, for what it says is read in the others.
    for name, schema in sorted(schemas.RAW.items(), key=lambda pair: pair[0] != "corrections"):
        file = catalogue.files.get(name)
        if file is None:
            mend = f"Describe {name}.csv in it."
            problems.append(Problem(CATALOGUE, "no file for a table", mend, value=name))
        elif (path := catalogue.present(file)) is not None:
            made = corrections_of(tables.get("corrections"), file.path)
            table, found = read_table(path, schema, label=file.path, corrections=made)
            problems += found
            if table is not None:
                tables[name] = table
    for name in sorted(set(catalogue.files) - set(schemas.RAW)):
        mend = "Give it the name of a table of ours, or take it away." + suggestion(name, sorted(schemas.RAW))
        problems.append(Problem(CATALOGUE, "a file of no table that is known", mend, value=name))
    files = {name: file.path for name, file in catalogue.files.items()}
    if "corrections" in tables:
        problems += without_a_file(tables["corrections"], sorted(files.values()))
    if "receipts" in tables:
        labels = [returned.label for returned in catalogue.returned()]
        problems += receipt_problems(tables["receipts"], labels, files["receipts"])
    for rule, needs in RULES.items():
        if set(needs) <= set(tables):
            problems += rule(*[tables[name] for name in needs], *[files[name] for name in needs])
    if "boroughs" in tables:
        for name, table in tables.items():
            if {"gss_code", "borough"} <= set(table.columns):
                problems += _areas(table, files[name], tables["boroughs"])
    if {"boroughs", "indicators", "services"} <= set(tables):
        names = sorted(set(service_names(tables["services"])["name"]))
        returned, found = read_returns(catalogue, tables, names)
        tables |= returned
        problems += found
        if "awards" in tables and not found:  # what cannot be read cannot be weighed
            problems += plausibility(tables)
    return Checked(tables, tuple(problems))


def _areas(table: pd.DataFrame, file: str, boroughs: pd.DataFrame) -> Iterator[Problem]:
    stated = boroughs.dropna(subset=["gss_code", "borough"])
    known = dict(zip(stated["gss_code"], stated["borough"], strict=True)) | OTHER_AREAS
    names = sorted(set(known.values()))
    filled = table.dropna(subset=["gss_code", "borough"])  # a blank cell is told of as such
    for row, code, name in zip(filled.index, filled["gss_code"], filled["borough"], strict=True):
        if name not in names:
            mend = "Use a name from boroughs.csv." + suggestion(str(name), names)
            yield Problem(file, "an unknown borough", mend, row=row, column="borough", value=name)
        elif known.get(code) != name:
            mend = f"The code of {name} is {next(c for c, n in known.items() if n == name)}."
            yield Problem(file, "the code and the name are of two areas", mend, row=row, column="gss_code", value=code)


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
    known = sorted(set(names["name"]))
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


def _stated_twice(stated: pd.DataFrame, file: str) -> Iterator[Problem]:
    for (decision, what), places in stated.groupby(["decision_ref", "what"], sort=False):
        if places["value"].nunique() > 1:
            said = " and ".join(f"{v} ({w})" for v, w in zip(places["value"], places["stated_where"], strict=True))
            yield Problem(
                file,
                "the source states it twice with different values",
                f"{decision}, {what}: {said}. The inconsistency is the source's: say which value is used.",
                row=int(places.index[0]),
                column="value",
                advice=True,
            )


RULES: dict[Callable[..., Iterator[Problem]], tuple[str, ...]] = {
    _known_services: ("services", "awards", "results"),
    _match_references: ("matches", "results", "awards"),
    _headlines: ("matches", "results"),
    _match_money: ("matches", "results"),
    _stated_twice: ("stated_values",),
}
