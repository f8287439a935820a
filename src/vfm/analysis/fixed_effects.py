"""Least squares within groups: fixed effects are taken out by averages, not by a column for each group."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import null_space
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from vfm.analysis.few_places import Cleared
from vfm.analysis.preconditions import require_columns, require_no_infinite
from vfm.vocabulary.results import CannotSay

Floats = NDArray[np.float64]
TOLERANCE, SWEEPS = 1e-13, 20_000


def within(values: Floats, groups: list[NDArray[np.int64]]) -> Floats:
    """Take the group means out, over and over until none is left.

    Parameters
    ----------
    values : one row an observation, one column a variable
    groups : for each kind of group, the code (0, 1, ...) of every observation's

    Returns
    -------
    `values` less their projection on the groups: the residuals of a regression on a dummy for each group.

    Raises
    ------
    ValueError
        when the averages do not settle, as with groups that hardly overlap.

    Notes
    -----
    Alternating projections (Halperin 1962; Gaure 2013, p. 10). On a balanced panel one round is exact.

    >>> within(np.array([[1.0], [3.0], [10.0], [14.0]]), [np.array([0, 0, 1, 1])]).ravel().tolist()
    [-1.0, 1.0, -2.0, 2.0]
    """
    left = np.array(values, dtype=float)
    size = np.abs(left).max(axis=0, initial=0) + 1
    for _ in range(SWEEPS):
        before = left.copy()
        for codes in groups:
            left -= _means(left, codes)[codes]
        if (np.abs(left - before) <= TOLERANCE * size).all():
            return left
    raise ValueError("the group means do not settle: the groups hardly overlap")


def _means(values: Floats, codes: NDArray[np.int64]) -> Floats:
    counts = np.maximum(np.bincount(codes), 1)  # a code may have no rows left
    return np.column_stack([np.bincount(codes, weights=column) / counts for column in values.T])


def absorbed(groups: list[NDArray[np.int64]]) -> int:
    """How many parameters one or two kinds of group use up: the groups, less one for each part that hangs together.

    >>> absorbed([np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])])
    3
    """
    sizes = [int(codes.max()) + 1 for codes in groups]
    if len(groups) == 1:
        return sizes[0]
    if len(groups) > 2:
        raise ValueError("the parameters of one or two kinds of group can be counted, not of more")
    links = coo_matrix((np.ones(len(groups[0])), tuple(groups)), shape=tuple(sizes)).tocsr()
    rows, columns = links.shape
    whole = coo_matrix((rows + columns, rows + columns)).tolil()
    whole[:rows, rows:] = links
    return sum(sizes) - int(connected_components(whole, directed=False)[0])


def cluster_factor(*, observations: int, clusters: int, parameters: int) -> float:
    """What a clustered variance is multiplied by for a small sample: G/(G-1) (n-1)/(n-K).

    Packages count K differently: only the slopes (plm's "sss"), or also the fixed effects that do not lie
    within a cluster (the convention here and of fixest); with few clusters the errors differ by a tenth.

    >>> round(cluster_factor(observations=200, clusters=10, parameters=22), 4)
    1.2422
    """
    if clusters < 2 or observations <= parameters:
        raise ValueError("the factor needs two clusters, and more observations than parameters")
    return clusters / (clusters - 1) * (observations - 1) / (observations - parameters)


def clustered_covariance(regressors: Floats, residuals: Floats, clusters: NDArray[np.int64]) -> Floats:
    """The sandwich (X'X)^-1 [sum over clusters of X'uu'X] (X'X)^-1, without any factor for a small sample."""
    bread = np.linalg.inv(regressors.T @ regressors)
    scores = regressors * residuals[:, None]
    sums = np.column_stack([np.bincount(clusters, weights=column) for column in scores.T])
    return bread @ (sums.T @ sums) @ bread


@dataclass(frozen=True, eq=False)
class PanelFit:
    """A regression within groups: `se` are the plain errors, `clustered` the covariance with `factor` in it.

    `regressors`, `outcome` and `residuals` are those left within the groups, and `codes` the clusters: what a test that
    draws again needs.
    """

    coefficients: "pd.Series[float]"
    se: "pd.Series[float]"
    clustered: pd.DataFrame
    factor: float
    parameters: int
    clusters: int
    n: int
    r2_within: float
    regressors: Floats
    outcome: Floats
    residuals: Floats
    codes: NDArray[np.int64]
    groups: list[NDArray[np.int64]]

    @property
    def clustered_se(self) -> "pd.Series[float]":
        return pd.Series(np.sqrt(np.diag(self.clustered)), index=self.coefficients.index)


def fixed_effects(
    panel: pd.DataFrame, *, outcome: str, regressors: list[str], groups: list[str], cluster: str
) -> PanelFit | CannotSay:
    """Regress an outcome on regressors with a fixed effect for each group, clustered errors beside the plain ones.

    Parameters
    ----------
    panel : one row an observation
    outcome, regressors : columns of numbers
    groups : one or two columns whose values have an effect each: a unit, a time
    cluster : the column within whose values the errors may be alike

    Returns
    -------
    The fit; or why there is none: missing values, one cluster, or a regressor that the effects explain wholly.

    Notes
    -----
    Plain errors: residual variance over n - k - effects. Clustered: `clustered_covariance` times `cluster_factor`, K
    being the slopes and the effects of groups that do not lie within a cluster. With few clusters they are too small:
    take the interval of `one_of` by the wild cluster bootstrap.
    """
    require_columns(panel, [outcome, *regressors, *groups, cluster], what="the panel")
    used = panel[[outcome, *regressors, *groups, cluster]]
    if used.empty:
        return CannotSay("the panel has no rows")
    require_no_infinite(**{name: panel[name] for name in (outcome, *regressors)})
    if used.isna().any(axis=None):
        return CannotSay(f"values are missing in {', '.join(used.columns[used.isna().any()].unique())}")
    codes = [pd.factorize(panel[name])[0].astype(np.int64) for name in groups]
    clusters = pd.factorize(panel[cluster])[0].astype(np.int64)
    raw = panel[[outcome, *regressors]].to_numpy(dtype=float)
    values = within(raw, codes)
    y, x = values[:, 0], values[:, 1:]
    refusal = _refusal(raw, values, clusters, absorbed(codes))
    if refusal:
        return CannotSay(refusal)
    fit = _fit(y, x, regressors, clusters, codes)
    if np.abs(fit.residuals).max() < 1e-9 * np.abs(y).max():
        return CannotSay("the model fits every value, so no error can be worked out")
    if (np.diag(fit.clustered) < (1e-9 * fit.se) ** 2).any():
        return CannotSay("the clusters moved wholly alike, so no error can be worked out")
    return fit


def _refusal(raw: Floats, values: Floats, clusters: NDArray[np.int64], effects: int) -> str:
    n, slopes = len(raw), raw.shape[1] - 1
    if clusters.max() == 0:
        return "there is one cluster only, so no error can be worked out"
    if n <= slopes + effects:
        return f"{n} observations are no more than the {slopes + effects} unknowns"
    sizes = np.abs(raw).max(axis=0) + 1
    scaled = values / sizes
    if np.abs(scaled[:, 0]).max() < 1e-10:
        return "the outcome does not vary within the groups"
    if np.linalg.matrix_rank(scaled[:, 1:], tol=1e-8 * np.sqrt(n)) < slopes:
        return "the fixed effects and the other regressors explain a regressor wholly"
    return ""


def _fit(
    y: Floats, x: Floats, names: list[str], clusters: NDArray[np.int64], codes: list[NDArray[np.int64]]
) -> PanelFit:
    n, slopes = x.shape
    solved = np.linalg.lstsq(x, y, rcond=None)[0]
    residuals = y - x @ solved
    plain = np.linalg.inv(x.T @ x) * (residuals @ residuals) / (n - slopes - absorbed(codes))
    counted = slopes + sum(int(c.max()) + 1 for c in codes if not _nested(c, clusters))
    groups = int(clusters.max()) + 1
    factor = cluster_factor(observations=n, clusters=groups, parameters=counted)
    covariance = clustered_covariance(x, residuals, clusters) * factor
    return PanelFit(
        coefficients=pd.Series(solved, index=names),
        se=pd.Series(np.sqrt(np.diag(plain)), index=names),
        clustered=pd.DataFrame(covariance, index=names, columns=names),
        factor=factor,
        parameters=counted,
        clusters=groups,
        n=n,
        r2_within=1 - float(residuals @ residuals) / float(y @ y),
        regressors=x,
        outcome=y,
        residuals=residuals,
        codes=clusters,
        groups=codes,
    )


def _nested(codes: NDArray[np.int64], clusters: NDArray[np.int64]) -> bool:
    """Whether each group lies within one cluster."""
    pairs = np.unique(np.column_stack([codes, clusters]), axis=0)
    return len(pairs) == int(codes.max()) + 1


def one_of(fit: PanelFit, weights: "pd.Series[float]") -> Cleared:
    """A weighted sum of coefficients as one coefficient with all else taken out, for inference from few places.

    Parameters
    ----------
    fit : from `fixed_effects`
    weights : of the coefficients, by name; one that is not named has none

    Notes
    -----
    The regressors are turned so that the first, Xc/c'c, has the sum c'b as its coefficient; the others span the rest.
    """
    c = weights.reindex(fit.coefficients.index, fill_value=0.0).to_numpy(dtype=float)
    if not c.any():
        raise ValueError("a sum of coefficients has a weight")
    others = fit.regressors @ null_space(c[None, :])

    def clear(columns: Floats) -> Floats:
        left = within(columns, fit.groups)
        return left - others @ np.linalg.lstsq(others, left, rcond=None)[0] if others.size else left

    own = np.column_stack([fit.outcome, fit.regressors @ c / (c @ c)])
    outcome, regressor = clear(own).T
    return Cleared(outcome, regressor, fit.codes, clear)
