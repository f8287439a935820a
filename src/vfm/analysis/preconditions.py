"""What every method asks of its figures before it works with them, each refused in words.

A number that is missing is each method's own affair: some leave it out and say so. One that is infinite never is.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd


def require_level(level: float) -> None:
    """Refuse a level of confidence that is no coverage."""
    if not 0 < level < 1:
        raise ValueError(f"level is a coverage between 0 and 1, not {level}")


def require_columns(table: pd.DataFrame, columns: Iterable[str], *, what: str = "the table") -> None:
    """Refuse a table that lacks a column, and name those that it has."""
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        raise ValueError(f"{what} has no column {', '.join(lacking)}; it has {', '.join(map(str, table.columns))}")


def require_no_infinite(**named: object) -> None:
    """Refuse an infinite number: it is what a division by zero upstream leaves behind.

    >>> require_no_infinite(spend=pd.Series({"a": 1.0, "b": np.inf}))
    Traceback (most recent call last):
        ...
    ValueError: spend is infinite in ['b']: look for a division by zero in what it was worked out from
    """
    for name, values in named.items():
        held = pd.Series(values) if not isinstance(values, pd.Series) else values
        wrong = np.isinf(held.to_numpy(dtype=float))
        if wrong.any():
            where = f" in {list(held.index[wrong])[:5]}" if len(held) > 1 else ""
            raise ValueError(f"{name} is infinite{where}: look for a division by zero in what it was worked out from")


def require_known(**named: object) -> None:
    """Refuse a number that is missing or infinite."""
    require_no_infinite(**named)
    for name, values in named.items():
        held = pd.Series(values) if not isinstance(values, pd.Series) else values
        wrong = held.isna().to_numpy()
        if wrong.any():
            where = f" for {list(held.index[wrong])[:5]}" if len(held) > 1 else ""
            raise ValueError(f"{name} is not known{where}: leave it out, or say that nothing can be said")
