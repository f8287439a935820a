"""Many comparisons at once: p-values adjusted for how many were looked at, and ranks with intervals."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from vfm.analysis.preconditions import require_no_infinite

ADJUSTMENTS = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "benjamini-hochberg": "fdr_bh",
    "benjamini-yekutieli": "fdr_by",
}


def adjust(p: "pd.Series[float]", *, method: str, level: float = 0.05) -> pd.DataFrame:
    """p-values adjusted for how many were looked at.

    Parameters
    ----------
    p : p-values, one row each; a missing one is said, and not counted as looked at
    method : "bonferroni" or "holm" (the chance of any false find is at most `level`), "benjamini-hochberg" or
        "benjamini-yekutieli" (the share of false among the finds is at most `level` on average)

    Returns
    -------
    One row each: `p`, `adjusted`, `found` (adjusted is at most `level`), `n` (how many were looked at), `method` and
    `reason`.

    >>> adjust(pd.Series([0.01, 0.04]), method="holm")["adjusted"].tolist()
    [0.02, 0.04]
    """
    if method not in ADJUSTMENTS:
        raise ValueError(f"method is one of {', '.join(ADJUSTMENTS)}, not {method}")
    if not p.dropna().between(0, 1).all():
        raise ValueError("a p-value is between 0 and 1")
    known = p.notna()
    adjusted = pd.Series(np.nan, index=p.index)
    if known.any():
        adjusted[known] = multipletests(p[known], alpha=level, method=ADJUSTMENTS[method])[1]
    reason = np.where(known, "", "there is no p-value")
    columns = {"p": p, "adjusted": adjusted, "found": adjusted <= level, "n": int(known.sum()), "method": method}
    return pd.DataFrame(columns).assign(reason=reason)


def rank_intervals(values: "pd.Series[float]", errors: "pd.Series[float]", *, level: float = 0.95) -> pd.DataFrame:
    """Ranks, the highest value first, each with the ranks that chance leaves open.

    Parameters
    ----------
    values : estimates that do not lean on one another, one row each; `errors`, their standard errors, over zero
    level : how sure it is that all the intervals together hold the true ranks

    Returns
    -------
    One row each: `value`, `rank` (ties share the middle one), `lower`, `upper`, `n`, `method` and `reason`.

    Notes
    -----
    Analytic, with no simulation: an area ranks below those that are clearly higher and above those that are clearly
    lower, by normal tests of every pair with Bonferroni's correction.
    Source: Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91, 476-518.

    >>> rank_intervals(pd.Series([5.0, 4.9, 1.0]), pd.Series([0.1] * 3))[["lower", "upper"]].to_numpy().tolist()
    [[1.0, 2.0], [1.0, 2.0], [3.0, 3.0]]
    """
    if not values.index.equals(errors.index):
        raise ValueError("values and errors have different indexes: align them first")
    require_no_infinite(values=values, errors=errors)
    if (errors <= 0).any():
        raise ValueError("a standard error is over zero")
    known = values.notna() & errors.notna()
    n = int(known.sum())
    value, error = values[known].to_numpy(dtype=float), errors[known].to_numpy(dtype=float)
    z = stats.norm.isf((1 - level) / max(n * (n - 1), 2))
    clearly = np.subtract.outer(value, value) > z * np.hypot.outer(error, error)
    table = pd.DataFrame({"value": values, "rank": values.where(known).rank(ascending=False)})
    for end, ranks in (("lower", 1 + clearly.sum(axis=0)), ("upper", n - clearly.sum(axis=1))):
        table[end] = pd.Series(ranks, index=values.index[known], dtype=float).reindex(values.index)
    method = f"every pair compared, Bonferroni; all intervals together {level:.12g}"
    return table.assign(n=n, method=method, reason=np.where(known, "", "the value or its error is not known"))
