"""The case for a service that runs for some years, and services that share an outcome as options.

A quarter's return times four is a year. Each year that the service runs has people of its own, whose gain starts then
and falls by the drop-off after it. The quick sum that is simulated is the present value of those streams.
"""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import appraisal, cost_effectiveness, options, sensitivity, service_case
from vfm.analysis.service_case import Case, NetBenefit
from vfm.vocabulary.results import Status

CASE = Case("A", cost=1_000, assessed=40, achieved=5, of=10, prices="2019-20")
VALUES = {
    "achieved": 0.5,
    "worth": 100.0,
    "deadweight": 0.5,
    "displacement": 0.0,
    "attribution": 0.2,
    "drop-off": 0.5,
    "optimism-bias": 0.25,
    "setting-up": 0.1,
    "running": 2.0,
    "lasting": 3.0,
}
FACTORS = pd.Series([1, 0.5, 0.25, 0.125, 0.0625])

YEARS = [
    # changed, benefits, costs, working
    ({}, (800, 1_200, 600, 200), (1_100, 1_000), "40 x 0.5 x 100 x 0.5 x 0.8 = 800, 400, 200, and again a year later"),
    ({"running": 1.0}, (800, 400, 200), (1_100,), "one year's people"),
    ({"lasting": 1.0}, (800, 800), (1_100, 1_000), "the gain is gone after its year"),
    ({"drop-off": 0.0}, (800, 1_600, 1_600, 800), (1_100, 1_000), "nothing fades in three years"),
    ({"displacement": 0.5}, (400, 600, 300, 100), (1_100, 1_000), "half of it only moved"),
]


@pytest.mark.parametrize(("changed", "benefits", "costs", "working"), YEARS)
def test_streams(
    changed: dict[str, float], benefits: tuple[float, ...], costs: tuple[float, ...], working: str
) -> None:
    got = service_case.streams(CASE, VALUES | changed)
    assert [stream.pounds for stream in got] == [pytest.approx(benefits), pytest.approx(costs)], working


NET = [
    # changed, pounds, working
    ({}, -425.0, "800 + 600 + 150 + 25 = 1,575; 1.25 x (1,100 + 500) = 2,000"),
    ({"optimism-bias": 0.0}, -25.0, "1,575 - 1,600"),
    ({"worth": 200.0}, 1_150.0, "3,150 - 2,000"),
    ({"running": 1.0}, -325.0, "800 + 200 + 50 = 1,050; 1.25 x 1,100 = 1,375"),
]


@pytest.mark.parametrize(("changed", "pounds", "working"), NET)
def test_the_quick_sum_is_that_of_the_streams(changed: dict[str, float], pounds: float, working: str) -> None:
    values = VALUES | changed
    benefits, costs = service_case.streams(CASE, values)
    slow = appraisal.net_present_value(benefits, service_case.costs_with_bias(costs, values), FACTORS)
    assert NetBenefit(CASE, FACTORS)(values) == pytest.approx(pounds), working
    assert slow.value == pytest.approx(pounds), working


def test_many_draws_are_as_many_single_sums() -> None:
    random = np.random.default_rng(1)
    drawn = {name: random.uniform(0, 0.9, 50) for name in service_case.BY_CHANCE}
    together = NetBenefit(CASE, FACTORS)(VALUES | drawn)
    single = [NetBenefit(CASE, FACTORS)(VALUES | {name: of[n] for name, of in drawn.items()}) for n in range(50)]
    np.testing.assert_allclose(together, single, rtol=1e-12)


ASSUMED = pd.DataFrame(
    [
        (name, value, value * 0.5, value * 1.5, "proportion")
        for name, value in VALUES.items()
        if name in service_case.MOVED
    ]
    + [("running", 2.0, 1.0, 3.0, "years"), ("lasting", 3.0, 1.0, 4.0, "years")],
    columns=["assumption_id", "value", "lower", "upper", "unit"],
)


def test_assumptions_and_the_share_achieved_are_the_base() -> None:
    assert service_case.base_values(CASE, ASSUMED) == VALUES
    with pytest.raises(ValueError, match="the case needs lasting, worth"):
        service_case.base_values(CASE, ASSUMED[~ASSUMED["assumption_id"].isin(["worth", "lasting"])])


def test_what_is_drawn_stays_in_its_range_and_has_its_mean() -> None:
    """A triangle's mean is that of its three corners; that of the beta (5.5, 5.5) is a half. One of no width stays."""
    drawn = service_case.distributions(CASE, ASSUMED)
    assert set(drawn) == set(service_case.BY_CHANCE) - {"displacement"}
    assert (drawn["worth"].support(), drawn["worth"].mean()) == ((50, 150), pytest.approx(100))
    assert (drawn["achieved"].mean(), drawn["achieved"].var()) == pytest.approx((0.5, 5.5**2 / (11**2 * 12)))


def test_the_ends_of_the_ranges_hold_the_base() -> None:
    table = service_case.ranges(CASE, ASSUMED).set_index("assumption")
    assert table.loc["worth"].tolist() == [50, 150]
    # Jeffreys limits of 5 in 10: Brown, Cai and DasGupta (2001), Statistical Science 16, table 5, to three places
    assert table.loc["achieved"].tolist() == pytest.approx([0.224, 0.776], abs=0.0005)
    assert set(table.index) == set(service_case.BY_CHANCE)
    sensitivity.one_way(NetBenefit(CASE, FACTORS), VALUES, table.reset_index())


CASES = [
    # what is wrong, said
    ({"achieved": 11}, "of 10 assessed, 11 cannot have achieved"),
    ({"of": 0, "achieved": 0}, "of 0 assessed"),
    ({"cost": 0}, "needs a cost and people assessed"),
]


@pytest.mark.parametrize(("wrong", "said"), CASES)
def test_a_case_that_cannot_be_is_refused(wrong: dict[str, float], said: str) -> None:
    known = {"name": "A", "cost": 1_000, "assessed": 40, "achieved": 5, "of": 10, "prices": "2019-20"}
    with pytest.raises(ValueError, match=said):
        Case(**(known | wrong))


SPEND = pd.DataFrame(
    {
        "service_id": ["a", "a", "a", "a", "b", "c"],
        "quarter": ["Q4", "Q4", "Q4", "Q3", "Q4", "Q4"],
        "basis": ["actual", "actual", "budget", "actual", "actual", "actual"],
        "amount": [100.0, 150.0, 900.0, 900.0, 80.0, 70.0],
        "status": "illustrative",
    }
)
OUTPUTS = pd.DataFrame(
    {
        "service_id": ["a", "a", "b", "b", "d"],
        "quarter": "Q4",
        "measure_id": ["people-engaged", "people-engaged", "people-engaged", "sessions-held", "people-engaged"],
        "count": [30, 20, 10, 99, 40],
    }
)
OUTCOMES = pd.DataFrame(
    {
        "service_id": ["a", "a", "a", "b", "c", "d"],
        "quarter": ["Q4", "Q4", "Q3", "Q4", "Q4", "Q4"],
        "measure_id": "safer",
        "achieved": [6, 9, 5, 3, 20, 20],
        "assessed": [10, 15, 9, 7, 30, 30],
        "status": "illustrative",
    }
)


def test_a_quarter_is_taken_four_times() -> None:
    """4 x (100 + 150) = 1,000 spent, 4 x 25 = 100 assessed; 15 of 25 in the return. No budget, no other quarter."""
    returns = {"spend": SPEND, "outcomes": OUTCOMES, "measure_id": "safer", "quarter": "Q4"}
    got = service_case.case_of("a", prices="2019-20", **returns)
    assert got == Case("a", 1_000, 100, 15, 25, "2019-20", Status.ILLUSTRATIVE)
    benefits, costs = service_case.streams(got, VALUES)
    assert benefits.status is costs.status is Status.ILLUSTRATIVE


def test_groups_share_a_benefit() -> None:
    shared = service_case.groups(1_000, {"share-lower-income": 0.6, "income-lower": 10_000, "income-higher": 40_000})
    assert shared["benefit"].tolist() == [600, 400]
    weighted = appraisal.distributional_weights(shared, median_income=20_000, elasticity=1)
    assert weighted["weighted"].tolist() == pytest.approx([1_200, 200]), "twice and half"


REPORTED = [
    # option, spend, engaged, assessed, achieved, reason
    ("a", 250.0, 50.0, 25, 15, ""),
    ("b", 80.0, 10.0, 7, 3, "fewer than 20 people were assessed"),
    ("c", 70.0, None, 30, 20, "its money or its people are not known"),
    ("d", None, 40.0, 30, 20, "its money or its people are not known"),
]


def test_services_that_share_an_outcome() -> None:
    got = options.options_sharing("safer", spend=SPEND, outputs=OUTPUTS, outcomes=OUTCOMES, quarter="Q4")
    wanted = pd.DataFrame(REPORTED, columns=["option", "spend", "engaged", "assessed", "achieved", "reason"])
    pd.testing.assert_frame_equal(got, wanted, check_dtype=False)


TWO = pd.DataFrame({"option": ["a", "b"], "spend": 1_000.0, "engaged": 39.5, "assessed": 9, "achieved": [9, 0]})


def test_options_are_drawn_about_what_they_report() -> None:
    """100,000 over a gamma of 40 has mean 100,000/39; the betas' means are 9.5/10 and 0.5/10, half anyway."""
    got = options.option_draws(TWO, deadweight=0.5, draws=200_000, generator=np.random.default_rng(3))
    means = got.means.set_index("option")
    assert means.loc[options.NO_SERVICE].tolist() == [0, 0]
    assert means["cost"][["a", "b"]].tolist() == pytest.approx([100_000 / 39] * 2, rel=0.003)
    assert means["effect"][["a", "b"]].tolist() == pytest.approx([47.5, 2.5], rel=0.02)
    again = options.option_draws(TWO, deadweight=0.5, draws=200_000, generator=np.random.default_rng(3))
    assert (got.costs == again.costs).all() and (got.effects == again.effects).all()
    assert (got.costs[:, 1] != got.costs[:, 2]).all()  # each by chance of its own
    with pytest.raises(ValueError, match=r"a share between 0 and 1, not 1\.5"):
        options.option_draws(TWO, deadweight=1.5, draws=200, generator=np.random.default_rng(3))


def test_where_options_stand_on_the_plane() -> None:
    """Draws 0 to 100 against nothing: the middle half runs from 25 to 75."""
    even = np.arange(101.0)
    costs, effects = np.column_stack([0 * even, even + 1]), np.column_stack([0 * even, 2 * even - 20])
    draws = cost_effectiveness.Draws(("none", "a"), costs, effects)
    (got,) = options.plane_summary(draws, reference="none", level=0.5).to_dict("records")
    assert (got["inc_effect"], got["inc_cost"]) == (80, 51)
    assert (got["effect_lower"], got["effect_upper"], got["cost_lower"], got["cost_upper"]) == (30, 130, 26, 76)
    assert (got["quadrant"], got["share"]) == ("dearer, better", pytest.approx(90 / 101)), "11 to 100; at 10 on an axis"
