"""Raw to processed: the checked raw tables reduced to tidy ones by SQL, one file a table."""

from pathlib import Path

import duckdb
import pandas as pd
import pandera.pandas as pa

from vfm.data import checks
from vfm.data.catalogue import Catalogue, sha256
from vfm.data.project import Project
from vfm.data.records import panel, record_files
from vfm.data.returns import return_areas
from vfm.data.staging import staging_folder
from vfm.data.stamp import write_stamp
from vfm.data.tables import TABLES
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

RETURNED = ("returned_spend", "returned_outputs", "returned_outcomes")
SQL = Path(__file__).parent / "sql"


def build(project: Project, quarter: Quarter) -> Path:
    """Check the raw files and write the processed tables of `quarter`; return their folder.

    Raises
    ------
    DataError
        when a raw file cannot be used; what was built before stays as it was.
    UsageError
        when nothing is known of the quarter.
    """
    catalogue = Catalogue.read(project.raw)
    checked = checks.check(catalogue).require_clean()
    require_known(quarter, checked.tables["recorded_crime_quarter"]["quarter"], catalogue.as_of)
    target = project.processed(quarter)
    with staging_folder(target) as folder:
        given = checked.tables | _about(catalogue, checked) | _reduced_records(catalogue, checked)
        for name, frame in reduce_tables(given).items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
        write_stamp(folder, catalogue)
    return target


def reduce_tables(raw: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Run every SQL file over the raw tables and hold each result to its schema."""
    with duckdb.connect() as connection:
        for name, table in raw.items():
            numbered = table if "raw_row" in table.columns else table.rename_axis("raw_row").reset_index()
            connection.register(name, numbered)
        connection.register("service_names", checks.service_names(raw["services"]))
        connection.register("match_awards", checks.match_awards(raw["matches"]))
        connection.register("return_areas", return_areas(raw["boroughs"]))
        return {name: conform(name, connection.execute(_sql(name)).df()) for name in TABLES}


def _reduced_records(catalogue: Catalogue, checked: checks.Checked) -> dict[str, pd.DataFrame]:
    """The records that came in, which may be tens of millions, as the few thousand rows that are made of them."""
    paths = list(record_files(catalogue.folder).values())
    names = checks.service_names(checked.tables["services"])
    reduced = panel(paths, service_names=names, return_areas=return_areas(checked.tables["boroughs"]))
    return {"reduced_records": reduced.assign(status=str(catalogue.status))}


def _about(catalogue: Catalogue, checked: checks.Checked) -> dict[str, pd.DataFrame]:
    """What came in, and what was queried, as tables like the rest."""
    files = [
        (f.name, f.path, f.title, f.publisher, f.licence, str(f.status), len(checked.tables[f.name]), f.sha256)
        for f in catalogue.files.values()
    ]
    files += [
        (
            r.label,
            r.label,
            f"Monitoring return, {r.folder}",
            "the provider",
            "not stated",
            str(catalogue.status),
            rows,
            sha256(r.path),
        )
        for r in catalogue.returned()
        for rows in [sum(int((checked.tables[name]["file"] == r.label).sum()) for name in RETURNED)]
    ]
    queried = [(p.file, p.row, p.column, p.rule, p.mend) for p in checked.advice]
    return {
        "received_files": pd.DataFrame(files, columns=list(TABLES["received"][1])),
        "advice": pd.DataFrame(queried, columns=list(TABLES["queries"][1])),
    }


def require_known(quarter: Quarter, quarters: pd.Series, as_of: str) -> None:
    """Refuse a quarter that the data does not reach."""
    first, last = Quarter.parse(quarters.min()), Quarter.parse(quarters.max())
    if not first <= quarter <= last:
        raise UsageError(
            f"Nothing is known of {quarter}: the data of {as_of} reaches from {first} to {last}. "
            "Name a quarter between them."
        )


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give `frame` the types that the table `name` promises, and hold it to its key.

    Raises
    ------
    pandera.errors.SchemaError
        when a column is missing or strange, or the key repeats: a defect of the build, not of the data.
    """
    key, columns = TABLES[name]
    definition = {column: pa.Column(dtype, nullable=column not in key) for column, dtype in columns.items()}
    schema = pa.DataFrameSchema(definition, unique=key, strict=True, ordered=True, coerce=True)
    return schema.validate(frame)
