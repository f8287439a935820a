"""How far units picked for a bad baseline are expected to move back with nothing done."""

import numpy as np
from scipy import stats

from vfm.analysis.preconditions import require_known
from vfm.vocabulary.results import Estimate

PICKED = {"at or below": -1, "at or above": 1}


def expected_return(
    *, mean: float, sd: float, correlation: float, cut_off: float, picked: str, baselines: int = 1
) -> Estimate:
    """The change to expect by chance alone in units picked for where they stood before.

    Parameters
    ----------
    mean, sd : of single measurements over all units, those not picked too
    correlation : between two measurements of one unit (0: all chance; 1: none)
    cut_off : units whose mean over the baseline measurements is here or beyond were picked
    picked : "at or below" or "at or above" the cut-off
    baselines : how many measurements of each unit the cut-off was set against

    Returns
    -------
    The change in the unit of the measurement: a rise (positive) for those picked low, a fall for those picked
    high. What an effect claims beyond it is what is left to explain. It has no interval: the mean, the spread and the
    correlation are taken as known.

    Notes
    -----
    With s2w = (1 - correlation) sd^2 within units and s2b = correlation sd^2 between them, over m baselines the
    spread is S = sqrt(s2b + s2w / m) and the change (s2w / m) / S times phi(z) / (1 - Phi(z)), where z is how many S
    the cut-off lies from the mean on the side of those picked. Normal measurements are assumed.
    Source: Barnett, van der Pols and Dobson (2005), International Journal of Epidemiology 34, 215-220, equation 1.

    >>> change = expected_return(mean=60, sd=15, correlation=0.5, cut_off=40, picked="at or below")
    >>> round(change.value, 2)
    13.49
    """
    if picked not in PICKED:
        raise ValueError(f'units are picked "at or below" or "at or above" a cut-off, not "{picked}"')
    require_known(mean=mean, sd=sd, correlation=correlation, cut_off=cut_off)
    if not (sd > 0 and 0 <= correlation <= 1 and baselines >= 1 and np.isfinite([mean, cut_off]).all()):
        raise ValueError("it needs a spread over zero, a correlation from 0 to 1 and a baseline measurement")
    within = (1 - correlation) * sd**2 / baselines
    spread = np.sqrt(correlation * sd**2 + within)
    z = PICKED[picked] * (cut_off - mean) / spread
    # phi / (1 - Phi) by logarithms, since both vanish far out
    tail = np.exp(stats.norm.logpdf(z) - stats.norm.logsf(z))
    change = -PICKED[picked] * within / spread * tail
    return Estimate(float(change), n=baselines, method="regression to the mean of normal measurements")
