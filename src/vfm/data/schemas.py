"""What each table has to contain: the one definition, from which checks, messages and pages are made.

The raw tables stand in `schemas_published`, `schemas_reference` and `schemas_own`, what a return holds in `returns`,
and the processed tables in `schemas_processed`. What a cell, a row or a column has to be is in `rules`; rules that
need a second table are in `checks`. `dictionary` writes all of them out for a reader.
"""

import pandera.pandas as pa

from vfm.data.schemas_own import OWN
from vfm.data.schemas_published import PUBLISHED
from vfm.data.schemas_reference import REFERENCE

RAW: dict[str, pa.DataFrameSchema] = PUBLISHED | REFERENCE | OWN
