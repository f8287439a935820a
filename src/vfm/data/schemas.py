"""What each raw table has to contain: the one definition, from which checks, messages and pages are made.

The tables stand in `schemas_published`, `schemas_reference` and `schemas_own`, what a return holds in `returns`. What
a cell, a row or a column has to be is in `rules`; rules that need a second table are in `checks`.
"""

import pandas as pd
import pandera.pandas as pa

from vfm.data.schemas_own import OWN
from vfm.data.schemas_published import PUBLISHED
from vfm.data.schemas_reference import REFERENCE

RAW: dict[str, pa.DataFrameSchema] = PUBLISHED | REFERENCE | OWN


def describe_columns(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """List a table's columns: name, type, whether it may be blank, description."""
    rows = [(name, str(c.dtype), c.nullable, c.description) for name, c in schema.columns.items()]
    return pd.DataFrame(rows, columns=["column", "type", "blank", "description"])
