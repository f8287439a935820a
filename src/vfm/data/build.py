"""Raw to processed: the checked raw tables reduced to tidy ones by SQL, one file a table."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vfm.data import checks, references
from vfm.data.catalogue import RECORDS, RETURNS, Catalogue, sha256
from vfm.data.incoming import KINDS, LEDGERS
from vfm.data.ledgers import blocks_of
from vfm.data.project import Project
from vfm.data.records import count_records, panel
from vfm.data.returns import return_areas
from vfm.data.schemas import RAW
from vfm.data.schemas_processed import PROCESSED
from vfm.data.staging import staging_folder
from vfm.data.stamp import write_stamp
from vfm.data.tables import SQL
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import Quarter

# What came in beside the described files: what it is, from whom, and the tables that its rows are in.
SENT = {RETURNS: ("Monitoring return", "the provider", ("returned_spend", "returned_outputs", "returned_outcomes"))} | {
    kind.folder: (kind.what, "not stated", (kind.folder,)) for kind in KINDS
}


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
        _write_ledgers(folder / "ledgers.parquet", catalogue, checked)
        write_stamp(folder, catalogue)
    return target


def reduce_tables(raw: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Run every SQL file over the raw tables and hold each result to its schema."""
    with duckdb.connect() as connection:
        for name, table in raw.items():
            connection.register(name, table.rename_axis("raw_row").reset_index() if name in RAW else table)
        connection.register("service_names", references.service_names(raw["services"]))
        connection.register("match_awards", references.match_awards(raw["matches"]))
        connection.register("return_areas", return_areas(raw["boroughs"], raw["place"]))
        return {name: conform(name, connection.execute(_sql(name)).df()) for name in PROCESSED}


def _write_ledgers(path: Path, catalogue: Catalogue, checked: checks.Checked) -> None:
    """The payments of every ledger, file by file and a part at a time: they may be more than memory holds."""
    schema = pq.read_schema(path)
    with pq.ParquetWriter(path, schema) as table:
        for one in catalogue.incoming(LEDGERS.folder):
            line = 0
            for block in blocks_of(one.path, label=one.label, reversals=checked.ledgers[one.label].reversals):
                places = range(line + 1, line + 1 + len(block))
                rows = block.assign(file=one.label, line=places, status=str(catalogue.status))
                made = pa.Table.from_pandas(conform("ledgers", rows[list(schema.names)]), schema, preserve_index=False)
                table.write_table(made)
                line += len(block)


def _reduced_records(catalogue: Catalogue, checked: checks.Checked) -> dict[str, pd.DataFrame]:
    """The records that came in, which may be tens of millions, as the few thousand rows that are made of them."""
    paths = [one.path for one in catalogue.incoming(RECORDS)]
    names = references.service_names(checked.tables["services"])
    reduced = panel(
        paths, service_names=names, return_areas=return_areas(checked.tables["boroughs"], checked.tables["place"])
    )
    return {"reduced_records": reduced.assign(status=str(catalogue.status))}


def _about(catalogue: Catalogue, checked: checks.Checked) -> dict[str, pd.DataFrame]:
    """What came in, and what was queried, as tables like the rest."""
    files = [
        (f.name, f.path, f.title, f.publisher, f.licence, str(f.status), len(checked.tables[f.name]), f.sha256)
        for f in catalogue.files.values()
    ]
    for folder, (what, publisher, tables) in SENT.items():
        for one in catalogue.incoming(folder):
            known = checked.ledgers.get(one.label)
            held = (int((checked.tables[name]["file"] == one.label).sum()) for name in tables)
            rows = sum(held) if known is None else known.rows or 0
            about = (f"{what}, {one.folder}", publisher, "not stated", str(catalogue.status))
            files.append((one.label, one.label, *about, rows, sha256(one.path)))
    for one in catalogue.incoming(RECORDS):
        about = ("Contact records", "the provider", "not stated", str(catalogue.status))
        files.append((one.label, one.label, *about, count_records(one.path), sha256(one.path)))
    queried = [(n, p.file, p.row, p.column, p.rule, p.mend) for n, p in enumerate(checked.advice, 1)]
    return {
        "received_files": pd.DataFrame(files, columns=list(PROCESSED["received"].columns)),
        "advice": pd.DataFrame(queried, columns=list(PROCESSED["queries"].columns)),
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
    """Give `frame` the types that the table `name` promises, and hold it to its key, columns and rules.

    Raises
    ------
    pandera.errors.SchemaError
        when a column is missing or strange, a rule is broken or the key repeats: a defect of the build, not of
        the data.
    """
    return PROCESSED[name].validate(frame)
