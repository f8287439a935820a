"""Verdicts: economy, efficiency, effectiveness and equity, each shown, suggested, not shown, or cannot say.

A claim is shown when all of its interval is on the better side of what it is set against, and the design carries it:
level 3 of the Maryland scale for effectiveness, which alone says what the money did, and level 1 for the others. The
words of a claim are those that its level allows. Page, chart and alt text say the same rung, and nothing is blended.
"""

import pytest

from vfm.analysis.verdict import Criterion, Rung, Statement, Verdict, judge
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.results import Better, CannotSay, Direction, Estimate, Result

LOWER, HIGHER = Better.LOWER, Better.HIGHER
ONLY = "it was only compared before and after, or with and without, and nothing else taken into account"
RUNGS = [
    # criterion, level, figure, better (than 100), rung, reason, working
    ("economy", 1, Estimate(80, 70, 90), LOWER, "shown", "", "all of 70 to 90 is under 100"),
    ("economy", 1, Estimate(120, 110, 130), HIGHER, "shown", "", "all of 110 to 130 is over 100"),
    (
        "efficiency",
        1,
        Estimate(80, 70, 100),
        LOWER,
        "not shown",
        "chance alone may account for the difference",
        "it reaches 100",
    ),
    (
        "efficiency",
        1,
        Estimate(110, 100, 120),
        LOWER,
        "not shown",
        "chance alone may account for the difference",
        "it reaches 100 from above",
    ),
    (
        "equity",
        1,
        Estimate(120, 110, 130),
        LOWER,
        "not shown",
        "the figure is clearly on the other side",
        "all of it is over 100",
    ),
    ("effectiveness", 3, Estimate(80, 70, 90), LOWER, "shown", "", "with a comparison group"),
    ("effectiveness", 1, Estimate(80, 70, 90), LOWER, "suggested", ONLY, "before and after alone"),
    (
        "effectiveness",
        1,
        Estimate(95, 80, 110),
        LOWER,
        "not shown",
        "chance alone may account for the difference",
        "nothing to suggest",
    ),
    ("economy", 1, Estimate(80), LOWER, "suggested", "the figure has no interval", "a point on the better side"),
    ("economy", 1, Estimate(100), LOWER, "not shown", "the figure is not on the better side", "a point, no better"),
    (
        "economy",
        1,
        Estimate(80, direction=Direction.AT_MOST),
        LOWER,
        "suggested",
        "the figure has no interval",
        "at most 80 is under 100",
    ),
    (
        "economy",
        1,
        Estimate(80, direction=Direction.AT_LEAST),
        LOWER,
        "cannot say",
        "the figure is a bound (at least), and the true one may lie on either side",
        "at least 80 may be 120",
    ),
    (
        "economy",
        1,
        Estimate(120, direction=Direction.AT_MOST),
        LOWER,
        "cannot say",
        "the figure is a bound (at most), and the true one may lie on either side",
        "at most 120 may be 80",
    ),
    (
        "economy",
        1,
        Estimate(80, direction=Direction.UNKNOWN),
        LOWER,
        "cannot say",
        "its sources are round and nobody knows which way",
        "about 80",
    ),
    ("economy", 1, CannotSay("the spend is not known"), LOWER, "cannot say", "the spend is not known", "no figure"),
]


@pytest.mark.parametrize(("criterion", "level", "result", "better", "rung", "reason", "working"), RUNGS)
def test_the_rung_of_a_claim(
    criterion: str, level: int, result: Result, better: Better, rung: str, reason: str, working: str
) -> None:
    claim = "the cost was not the same"
    got = judge(Criterion(criterion), claim, result, against=100, better=better, level=level, figures=["cost"])
    assert (got.rung, got.reason) == (Rung(rung), reason), working
    assert got.sentence.startswith(rung.capitalize()) and claim in got.sentence and reason in got.sentence, working


CLAIMS = [
    # claim, level, the word that is too strong ("" for none), working
    ("offending was lower after the service began", 1, "", "describes"),
    ("the service reduced offending", 1, "reduced", "claims an effect"),
    ("the service reduced offending", 2, "reduced", "claims an effect"),
    ("the service is estimated to have reduced offending", 3, "", "with a comparison group it may"),
    ("the service is linked to less offending", 1, "linked to", "associated: from level 2"),
    ("the service is linked to less offending", 2, "", "associated"),
]


@pytest.mark.parametrize("figure", [Estimate(-2, -3, -1), Estimate(0, -3, 1), CannotSay("nothing was counted")])
@pytest.mark.parametrize(("claim", "level", "word", "working"), CLAIMS)
def test_a_claim_that_is_stronger_than_its_design_is_refused_on_every_rung(
    claim: str, level: int, word: str, working: str, figure: Result
) -> None:
    def made() -> Statement:
        where = {"against": 0, "better": LOWER, "level": level, "figures": ["offending"]}
        return judge(Criterion.EFFECTIVENESS, claim, figure, **where)  # type: ignore[arg-type]

    if not word:
        assert made().claim == claim, working
        return
    with pytest.raises(DataError, match=f'^"{word}" says more than level {level}'):
        made()


FOUR = Verdict(
    (
        judge(
            Criterion.ECONOMY,
            "the cost was under £100",
            Estimate(80, 70, 90),
            against=100,
            better=LOWER,
            level=1,
            figures=["cost"],
        ),
        judge(
            Criterion.EFFICIENCY,
            "more people were seen than planned",
            Estimate(120),
            against=100,
            better=HIGHER,
            level=1,
            figures=["seen", "planned"],
        ),
        judge(
            Criterion.EFFECTIVENESS,
            "offending was lower after",
            Estimate(0, -1, 1),
            against=0,
            better=LOWER,
            level=1,
            figures=["offending"],
        ),
        judge(
            Criterion.EQUITY,
            "more went to where the need was",
            CannotSay("no area is known"),
            against=0,
            better=HIGHER,
            level=1,
            figures=[],
        ),
    )
)


def test_page_chart_and_alt_text_say_the_same_rung() -> None:
    table = FOUR.table
    assert table["rung"].tolist() == ["shown", "suggested", "not shown", "cannot say"]
    assert table["mark"].tolist() == ["●", "◐", "○", "–"]
    assert table["sentence"].tolist() == [
        "Shown: the cost was under £100.",
        "Suggested, and not more, that more people were seen than planned: the figure has no interval.",
        "Not shown that offending was lower after: chance alone may account for the difference.",
        "Cannot say whether more went to where the need was: no area is known.",
    ]
    assert table["figures"].tolist() == ["cost", "seen planned", "offending", ""]
    assert FOUR.alt == (
        "Four statements, each on one of four rungs. "
        "Economy: shown; efficiency: suggested; effectiveness: not shown; equity: cannot say."
    )


def test_nothing_is_blended() -> None:
    names = {name for name in dir(FOUR) if not name.startswith("_")}
    assert names == {"statements", "table", "alt"}
