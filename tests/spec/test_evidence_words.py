"""Words and designs: what an evaluation may say depends on what it compared.

Level 1 of the Maryland scale describes ("was lower after"), level 2 may say what is associated with what, and from
level 3 a sentence may speak of an estimated effect. A sentence that says more than its level carries is refused.
"""

import pytest

from vfm.vocabulary.errors import DataError
from vfm.vocabulary.evidence import Maryland, Wording, change_sentence, require_no_stronger, strongest_claim

CLAIMS = [
    # sentence, vocabulary, the word that puts it there, working
    ("Recorded burglary was lower after the scheme began.", 1, "", "says what was, and when"),
    ("Burglary rose, then fell by 12%.", 1, "", "a movement, with nothing said to move it"),
    ("There was an increase of 12% in burglary.", 1, "", "the noun claims no cause"),
    ("London's Violence Reduction Unit is a crime prevention body.", 1, "", "names are no claims"),
    ("Economy, efficiency and effectiveness are judged apart.", 1, "", "the names of the four Es"),
    ('344 young people are counted as "reduced or stopped activity".', 1, "", "the name of a measure, in quotes"),
    ("The last point is special cause variation.", 1, "", "a term of control charts"),
    ("This does not show that the scheme reduced burglary.", 1, "", "denied to the end of the clause"),
    ("The fall cannot be put down to the scheme.", 1, "", "denied"),
    ("It does not show that it works, but it cut burglary.", 3, "cut", "the denial ends at the comma"),
    ("It does not show that it works but it cut burglary.", 3, "cut", "or at the word but"),
    ("The scheme is associated with less burglary.", 2, "associated", "goes with"),
    ("Burglary is linked to deprivation.", 2, "linked to", "goes with"),
    ("The scheme reduced burglary.", 3, "reduced", "does something to something"),
    ("Burglary fell because of the scheme.", 3, "because of", "says why"),
    ("Burglary fell, thanks\n  to the scheme.", 3, "thanks to", "over the end of a line"),
    ("THE SCHEME PREVENTED BURGLARY", 3, "prevented", "in capitals"),
    ("The scheme is associated with less burglary and led to safer homes.", 3, "led to", "the stronger of two"),
    ("The scheme had an impact.", 3, "impact", "an effect by another name"),
    ("Burglary decreased.", 3, "decreased", "may or may not claim a cause: counted as one that does"),
]


@pytest.mark.parametrize(("text", "wording", "word", "working"), CLAIMS)
def test_the_strongest_claim_of_a_sentence(text: str, wording: int, word: str, working: str) -> None:
    claim = strongest_claim(text)
    assert (claim.wording, claim.word) == (Wording(wording), word), working


LEVELS = [
    # level, strongest vocabulary, working
    (1, Wording.DESCRIPTIVE, "before and after alone: anything else may have moved it"),
    (2, Wording.ASSOCIATED, "some of what else may have moved it is taken out"),
    (3, Wording.EFFECT, "others that were not reached show what would have been"),
    (4, Wording.EFFECT, "near to chance"),
    (5, Wording.EFFECT, "chance"),
]
SAID = {
    Wording.DESCRIPTIVE: "Burglary was lower after the scheme began.",
    Wording.ASSOCIATED: "The scheme is associated with lower burglary.",
    Wording.EFFECT: "The scheme is estimated to have reduced burglary.",
}


@pytest.mark.parametrize("wording", Wording)
@pytest.mark.parametrize(("level", "strongest", "working"), LEVELS)
def test_a_sentence_is_no_stronger_than_its_level(
    level: int, strongest: Wording, working: str, wording: Wording
) -> None:
    if wording <= strongest:
        require_no_stronger(SAID[wording], level)
        return
    word = strongest_claim(SAID[wording]).word
    with pytest.raises(DataError, match=rf'^"{word}" says more than level {level} of the Maryland scale carries'):
        require_no_stronger(SAID[wording], level)


def test_a_level_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="6 is not a valid Maryland"):
        require_no_stronger("Burglary fell.", 6)


COMPOSED = [
    # level, interval of the change, sentence, working
    (1, -8, -2, "Burglary was lower after the scheme began", "all below zero"),
    (1, 2, 8, "Burglary was higher after the scheme began", "all above zero"),
    (1, -2, 8, "Burglary was not clearly higher or lower after the scheme began", "spans zero"),
    (2, -8, -2, "The scheme is associated with lower burglary", "associated"),
    (2, 0, 8, "The scheme is not clearly associated with higher or lower burglary", "touches zero"),
    (3, -8, -2, "The scheme is estimated to have reduced burglary", "an effect"),
    (5, 2, 8, "The scheme is estimated to have increased burglary", "an effect"),
    (4, -2, 2, "No clear effect of the scheme on burglary was found", "spans zero"),
]


@pytest.mark.parametrize(("level", "lower", "upper", "sentence", "working"), COMPOSED)
def test_the_sentence_of_a_change(level: int, lower: float, upper: float, sentence: str, working: str) -> None:
    got = change_sentence(level, lower, upper, outcome="burglary", service="the scheme")
    assert got == sentence, working
    require_no_stronger(got, level)


@pytest.mark.parametrize("level", Maryland)
def test_every_design_is_in_words(level: Maryland) -> None:
    require_no_stronger(f"It compared {level.design}.", 1)


def test_an_interval_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(ValueError, match="from its lower end to its upper, not from 2 to 1"):
        change_sentence(1, 2, 1, outcome="burglary", service="the scheme")
