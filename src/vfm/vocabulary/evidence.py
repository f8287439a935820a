"""How strong a design is, and the words that it allows: descriptive, associated, or an estimated effect.

The level is that of the Maryland Scientific Methods Scale (Farrington, Gottfredson, Sherman and Welsh 2002, in
Evidence-Based Crime Prevention, chapter 2), as the What Works Centre for Local Economic Growth reads it.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from vfm.vocabulary.errors import DataError


class Wording(IntEnum):
    """The three vocabularies, weakest first."""

    DESCRIPTIVE = 1
    ASSOCIATED = 2
    EFFECT = 3


class Maryland(IntEnum):
    """What an evaluation compared, from 1 (weakest) to 5."""

    UNCONTROLLED = 1
    ADJUSTED = 2
    COMPARED = 3
    AS_IF_RANDOM = 4
    RANDOMISED = 5

    @property
    def design(self) -> str:
        """What such an evaluation does, in words."""
        return DESIGNS[self]

    @property
    def wording(self) -> Wording:
        """The strongest vocabulary that it allows.

        >>> [level.wording.name for level in Maryland]
        ['DESCRIPTIVE', 'ASSOCIATED', 'EFFECT', 'EFFECT', 'EFFECT']
        """
        return Wording(min(self, 3))


DESIGNS = {
    Maryland.UNCONTROLLED: "before and after, or with and without, and nothing else taken into account",
    Maryland.ADJUSTED: "before and after, or with and without, with other things taken into account",
    Maryland.COMPARED: "before and after, set against a comparison group",
    Maryland.AS_IF_RANDOM: "who was reached was near to chance",
    Maryland.RANDOMISED: "who was reached was decided by lot",
}

# Regular expressions of whole words. A verb that may or may not claim a cause ("increased") counts as one that does:
# a needless rewording costs less than a claim too many. Nouns that stand in names of services ("reduction",
# "prevention") and of the four Es ("effectiveness") are left out.
EFFECT = (
    r"reduce[sd]?|reducing|increase[sd]?|increasing|decrease[sd]?|decreasing|lower(?:s|ed|ing)|raise[sd]?|raising",
    r"cuts?|cutting|halve[sd]?|halving|curb(?:s|ed|ing)?|boost(?:s|ed|ing)?|improve[sd]?|improving|worsen(?:s|ed|ing)?",
    r"prevent(?:s|ed|ing)?|avert(?:s|ed|ing)?|avoid(?:s|ed|ing)?|stop(?:s|ped|ping)?|save[sd]?|tackle[sd]?|tackling",
    r"protect(?:s|ed|ing)?|help(?:s|ed|ing)?|enable[sd]?|enabling|transform(?:s|ed|ing)?|drives?|drove|driven|driving",
    r"cause[sd]?|causing|causal(?:ly)?|effects?|effective(?:ly)?|impact(?:s|ed|ing|ful)?|affect(?:s|ed|ing)?",
    r"le(?:d|ads?|ading) to|result(?:s|ed|ing)? (?:in|from)|as a (?:direct )?(?:result|consequence) of",
    r"ow(?:es|ed|ing) to|due to|because of|thanks to|attribut(?:ed|able) to|put down to|worked(?! out)",
    r"contribut(?:e[sd]?|ing|ions?) to|br(?:ings?|ought|inging) (?:down|about)|explain(?:s|ed|ing)?",
    r"ma(?:de|kes?|king) (?:\w+ )?(?:difference|safer)",
)
ASSOCIATED = (
    r"associat(?:ed|es?|ions?)|correlat(?:e[sd]?|ions?|ing)|link(?:s|ed)? (?:to|with|between)|relat(?:ed to|ionships?)",
    r"go(?:es|ing)? with|went with|in step with|coincide[sd]?|tend(?:s|ed)? to|predict(?:s|ed|ing|ors?)?",
)
# What claims nothing, whatever words it holds: names in quotation marks, terms of method, nouns, and what is denied.
NO_CLAIM = (
    r'"[^"]*"|“[^”]*”',
    r"(?:special|common)[ -]cause(?: improving| worsening)?|(?:in|into|took|takes) effect|random[ -]effects?",
    r"(?:an?|the|this|that|no) (?:increase|decrease|cut)(?= (?:of|in|from|since|is|was)\b)",
    r"cannot be (?:put down|attributed) to|no (?:clear )?effect can be estimated|effects? cannot be estimated",
    r"(?:not|no) evidence of (?:an|any) effect|not an (?:estimated )?effect",
    r"(?:not|cannot)(?: \w+)? (?:show|prove|mean|say|tell|know)n? (?:that|whether|what|how|if)"
    r"(?:(?! and | but )[^,.;:])*",
)


@dataclass(frozen=True)
class Claim:
    """The strongest thing that a text says: its vocabulary, and the word that puts it there ("" where none does)."""

    wording: Wording
    word: str = ""


def strongest_claim(text: str) -> Claim:
    """The strongest vocabulary that a text draws on, and the first word of it that does.

    >>> strongest_claim("Crime was lower after the service began.")
    Claim(wording=<Wording.DESCRIPTIVE: 1>, word='')
    >>> strongest_claim("The service is associated with, and led to, less crime.").word
    'led to'
    >>> strongest_claim("This does not show that the service cut crime.").wording.name
    'DESCRIPTIVE'
    """
    claims = _whole_words(NO_CLAIM).sub(" ", re.sub(r"\s+", " ", text))
    for wording, words in ((Wording.EFFECT, EFFECT), (Wording.ASSOCIATED, ASSOCIATED)):
        if found := _whole_words(words).search(claims):
            return Claim(wording, found.group().lower())
    return Claim(Wording.DESCRIPTIVE)


def _whole_words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


INSTEAD = {
    Wording.DESCRIPTIVE: 'what was higher, lower or the same, as in "was lower after"',
    Wording.ASSOCIATED: 'what goes with what, as in "is associated with"',
}


def require_no_stronger(text: str, level: int) -> None:
    """Refuse a text that claims more than an evaluation of `level` (Maryland, 1 to 5) can carry.

    Raises
    ------
    DataError
        naming the word, the level and what may be said instead.

    >>> require_no_stronger("The service is estimated to have reduced crime.", 3)
    >>> require_no_stronger("The service reduced crime.", 1)
    Traceback (most recent call last):
    ...
    vfm.vocabulary.errors.DataError: "reduced" says more than level 1 of the Maryland scale carries ...
    """
    allowed, claim = Maryland(level).wording, strongest_claim(text)
    if claim.wording > allowed:
        raise DataError(
            f'"{claim.word}" says more than level {level} of the Maryland scale carries '
            f"({Maryland(level).design}): say only {INSTEAD[allowed]}. The sentence: {text}"
        )


def each_no_stronger(text: str, level: int) -> None:
    """`require_no_stronger` of each sentence of a text, so that the one at fault is named."""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        require_no_stronger(sentence, level)


SENTENCES = {
    Wording.DESCRIPTIVE: "{outcome} was {way} after {service} began",
    Wording.ASSOCIATED: "{service} is associated with {way} {outcome}",
    Wording.EFFECT: "{service} is estimated to have {verb} {outcome}",
}
SAME = {
    Wording.DESCRIPTIVE: "{outcome} was not clearly higher or lower after {service} began",
    Wording.ASSOCIATED: "{service} is not clearly associated with higher or lower {outcome}",
    Wording.EFFECT: "no clear effect of {service} on {outcome} was found",
}


def change_sentence(level: int, lower: float, upper: float, *, outcome: str, service: str) -> str:
    """A change with the interval `lower` to `upper`, in the words of its level; "not clearly" where it spans zero.

    Parameters
    ----------
    level : Maryland, 1 to 5
    outcome, service : noun phrases, as in "recorded burglary" and "the scheme"

    >>> change_sentence(1, -8, -2, outcome="recorded burglary", service="the scheme")
    'Recorded burglary was lower after the scheme began'
    >>> change_sentence(3, -8, -2, outcome="recorded burglary", service="the scheme")
    'The scheme is estimated to have reduced recorded burglary'
    """
    if not lower <= upper:
        raise ValueError(f"an interval goes from its lower end to its upper, not from {lower} to {upper}")
    wording = Maryland(level).wording
    if lower <= 0 <= upper:
        said = SAME[wording].format(outcome=outcome, service=service)
    else:
        way, verb = ("lower", "reduced") if upper < 0 else ("higher", "increased")
        said = SENTENCES[wording].format(outcome=outcome, service=service, way=way, verb=verb)
    return said[0].upper() + said[1:]
