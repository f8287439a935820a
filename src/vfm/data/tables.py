"""The processed tables by name, and the types that columns have: all that a notebook needs in order to open them.

What the tables hold is in `schemas_processed`, which takes pandera, a second to import; this module imports nothing.
"""

from pathlib import Path

TEXT, NUMBER, WHOLE, DAY, FLAG = "string", "float64", "Int64", "datetime64[ns]", "boolean"

SQL = Path(__file__).parent / "sql"
TABLES = tuple(sorted(path.stem for path in SQL.glob("*.sql")))  # a table is made by the SQL file of its name
