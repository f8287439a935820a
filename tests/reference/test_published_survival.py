"""Kaplan-Meier against the leukaemia trial of textbooks (Miller 1981): curve and log-log limits from R survival.

Delayed entry is held to hand arithmetic in tests/spec/test_spells.py.
"""

import pandas as pd
import pytest

from vfm.analysis.survival import Survival, kaplan_meier, median_spell
from vfm.vocabulary.results import Estimate

# weeks in remission, whether it ended; Miller (1981), Survival Analysis, table 4
MAINTAINED = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
NOT_MAINTAINED = "5 5 8 8 12 16+ 23 27 30 33 43 45"
# from a run of R survival 3.5-3 with conf.type = "log-log"
STEPS = [
    # week, at risk, survival, lower, upper
    (9, 11, 0.909090909, 0.508080206, 0.986673823),
    (13, 10, 0.818181818, 0.447428615, 0.951162229),
    (18, 8, 0.715909091, 0.350190386, 0.899023974),
    (23, 7, 0.613636364, 0.265752040, 0.835299243),
    (31, 5, 0.490909091, 0.167330910, 0.753399790),
    (34, 4, 0.368181818, 0.092829575, 0.657040832),
    (48, 2, 0.184090909, 0.011738480, 0.525014843),
]


def curve(weeks: str) -> Survival:
    seen = [(float(week.rstrip("+")), not week.endswith("+")) for week in weeks.split()]
    table = pd.DataFrame(seen, columns=["exit", "ended"]).assign(entry=0.0, service_id=range(len(seen)))
    found = kaplan_meier(table, fewest=1)
    assert isinstance(found, Survival)
    return found


def test_the_curve_and_its_limits_are_those_of_r() -> None:
    got = curve(MAINTAINED).steps[["months", "at_risk", "survival", "lower", "upper"]]
    assert got.to_numpy().tolist() == [pytest.approx(step, rel=1e-6) for step in STEPS]


@pytest.mark.parametrize(("weeks", "median"), [(MAINTAINED, 31), (NOT_MAINTAINED, 23)])
def test_the_median_is_the_first_week_by_which_half_have_ended(weeks: str, median: float) -> None:
    got = median_spell(curve(weeks))
    assert isinstance(got, Estimate) and got.value == median


def test_a_curve_at_0_has_no_limits_there() -> None:
    assert curve(NOT_MAINTAINED).steps.iloc[-1][["survival", "lower", "upper"]].isna().tolist() == [False, True, True]
