"""Everything that can be said about the raw files before they are used: all of it, in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from vfm.data import arithmetic, funding_tables, references, schemas
from vfm.data.catalogue import CATALOGUE, RECORDS, RETURNS, Catalogue, Incoming, is_hidden
from vfm.data.corrections import corrections_of, without_a_file
from vfm.data.incoming import KINDS, LEDGERS, folder_of, look_through, read_incoming, read_one, why_unknown
from vfm.data.ledgers import Looked
from vfm.data.plausibility import plausibility
from vfm.data.readers import read_table
from vfm.data.receipts import receipt_problems, replaced_by
from vfm.data.record_checks import check_records
from vfm.data.references import area_problems, known_services
from vfm.data.returns import read_returns, return_areas
from vfm.vocabulary.errors import DataError, Problem, UsageError, suggestion
from vfm.vocabulary.listing import times
from vfm.vocabulary.place import Place

WHERE = ("boroughs", "place")
REFERRED_TO = ("boroughs", "indicators", "place", "services")  # by every return
RULES = references.RULES | arithmetic.RULES


@dataclass(frozen=True)
class Checked:
    """The tables as read, every problem found in them, and what was looked at, in a few words."""

    tables: dict[str, pd.DataFrame]
    problems: tuple[Problem, ...]
    looked_at: str
    ledgers: Mapping[str, Looked] = field(default_factory=dict)  # what was found of each, by its label

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.advice]

    @property
    def advice(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.advice]

    @property
    def summary(self) -> str:
        return f"{self.looked_at}: {times(self.errors):,} errors, {times(self.advice):,} advice"

    def require_clean(self) -> "Checked":
        """Return itself, or raise a DataError that lists what stands in the way."""
        if self.errors:
            raise DataError("The raw files cannot be used as they are.", self.problems)
        return self


def check(catalogue: Catalogue) -> Checked:
    """Read and check every raw table that the catalogue describes, and everything that came in beside them."""
    described, problems = _described(catalogue)
    files = {name: file.path for name, file in catalogue.files.items()}
    for rule, needs in RULES.items():
        if set(needs) <= set(described):
            problems += rule(*[described[name] for name in needs], *[files[name] for name in needs])
    if "boroughs" in described:
        for name, table in described.items():
            if {"gss_code", "borough"} <= set(table.columns):
                problems += area_problems(table, files[name], described["boroughs"], described.get("place"))
    incoming, looked, found = _incoming(catalogue, described)
    tables = described | incoming
    rows = sum(map(len, tables.values())) + sum(ledger.rows or 0 for ledger in looked.values())
    return Checked(tables, (*problems, *found), f"{len(described)} tables, {rows:,} rows", looked)


def _described(catalogue: Catalogue) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
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
    if "corrections" in tables:
        files = {file.path for file in catalogue.files.values()} | {one.label for one in catalogue.incoming(RETURNS)}
        problems += without_a_file(tables["corrections"], sorted(files))
    if "receipts" in tables:
        labels = [one.label for one in catalogue.incoming(RETURNS)]
        problems += receipt_problems(tables["receipts"], labels, catalogue.files["receipts"].path)
    return tables, problems


def _placed(table: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows by borough; none where it is not one place, of which the rules for that table tell."""
    described = tables["place"].astype(object).where(tables["place"].notna(), None).to_dict("records")
    if len(described) != 1:
        return table.head(0), []
    return funding_tables.placed(table, Place.of(described[0], tables["boroughs"].to_dict("records")))


def _incoming(
    catalogue: Catalogue, tables: dict[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], dict[str, Looked], list[Problem]]:
    """What came in beside the described files; returns only where the tables that they refer to can be read."""
    read, looked, problems = read_incoming(catalogue)
    if set(WHERE) <= set(tables):
        read["funding_tables"], found = _placed(read["funding_tables"], tables)
        problems += found
    if set(REFERRED_TO) <= set(tables):
        problems += _record_problems({one.label: one.path for one in catalogue.incoming(RECORDS)}, tables)
        names = known_services(tables["services"])
        replaced = replaced_by(tables.get("receipts"))
        last = [one for one in catalogue.incoming(RETURNS) if one.label not in replaced]
        returned, found = read_returns(last, tables, names, status=str(catalogue.status), as_of=catalogue.as_of)
        read |= returned
        problems += found
        problems += arithmetic.counts_so_far(returned["returned_outputs"], tables["indicators"])
        if "awards" in tables and not found:  # what cannot be read cannot be weighed
            problems += plausibility(tables | returned)
    return read, looked, problems


def _record_problems(files: dict[str, Path], tables: dict[str, pd.DataFrame]) -> list[Problem]:
    areas = list(return_areas(tables["boroughs"], tables["place"])["area"].dropna())
    return check_records(files, services=known_services(tables["services"]), areas=areas) if files else []


def check_paths(catalogue: Catalogue, paths: Sequence[Path]) -> Checked:
    """Check files or folders: those of the raw folder with all that it holds, others each by what is in it.

    Raises
    ------
    UsageError
        when a path is neither a file nor a folder.
    """
    files = [file for path in paths for file in _files(path)]
    checked = check(catalogue)
    raw = catalogue.folder.resolve()
    problems: list[Problem] = []
    for file in files:
        place = file.resolve()
        if place.is_relative_to(raw):
            label = place.relative_to(raw).as_posix()
            problems += [problem for problem in checked.problems if problem.file == label]
        else:
            problems += _elsewhere(file, checked.tables, catalogue)
    return Checked({}, tuple(problems), f"{len(files):,} file{'s' * (len(files) != 1)}")


def _files(path: Path) -> list[Path]:
    """The file that was named, or those of the folder that people put there."""
    if path.is_dir():
        return [file for file in sorted(path.rglob("*")) if file.is_file() and not is_hidden(file.relative_to(path))]
    if path.is_file():
        return [path]
    raise UsageError(f"{path} is neither a file nor a folder." if path.exists() else f"There is no {path}.")


def _elsewhere(path: Path, tables: dict[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:
    """The problems of a file that has not been put into the raw folder yet."""
    folder = folder_of(path)
    one = Incoming(path, str(path), "")
    if folder == RECORDS and set(REFERRED_TO) <= set(tables):
        return _record_problems({one.label: path}, tables)
    if folder == RETURNS and set(REFERRED_TO) <= set(tables):
        names = known_services(tables["services"])
        return read_returns([one], tables, names, status=str(catalogue.status), as_of=catalogue.as_of)[1]
    kind = next((kind for kind in KINDS if kind.folder == folder), None)
    if kind is None:
        return why_unknown(one)
    if kind is LEDGERS:
        return look_through(one).problems
    table, problems = read_one(kind, one)
    if kind.read is funding_tables.read_funding_table and table is not None and set(WHERE) <= set(tables):
        problems += _placed(table.assign(file=one.label), tables)[1]
    return problems
