"""The summary in plain words: one page, short sentences, common words, and no number that is not a figure."""

import json
import re
from pathlib import Path
from statistics import mean

import pytest

from vfm.report import pages, prose

NOTEBOOK = json.loads((Path(__file__).parents[2] / "notebooks" / "95-plain-words.ipynb").read_text(encoding="utf-8"))
HTML = "".join(part.html for part in pages.read_parts(NOTEBOOK))
BLOCKS = prose.blocks(HTML)
WORD = re.compile(r"[\w£%][\w£%.,/'-]*")
ENDS = re.compile(r"(?<=[.!?:])\s+")
LONGEST, USUAL = 25, 14  # words in a sentence: the most that the style manual of GOV.UK allows; ours on average
READING_AGE = 9  # years: what GOV.UK writes for
ONE_PAGE = 350  # words


def sentences(blocks: list[prose.Block]) -> list[str]:
    texts = [block.text for block in blocks if block.kind != "heading"]
    return [sentence for text in texts for sentence in ENDS.split(text) if sentence]


def words(sentence: str) -> list[str]:
    return [word.rstrip(".,") for word in WORD.findall(sentence)]


def reading_age(told: list[str]) -> float:
    """Years of age at which a text is read, by the Automated Readability Index (Smith and Senter, 1967).

    4.71 × letters a word + 0.5 × words a sentence − 21.43 is a school year in the United States, and five years are
    added for the age at which it begins. Figures are left out: they are read as numbers, not letter by letter.
    """
    said = [word for sentence in told for word in words(sentence)]
    letters = [len(word) for word in said if not re.search(r"\d", word)]
    return 4.71 * mean(letters) + 0.5 * len(said) / len(told) - 21.43 + 5


def test_every_number_is_a_figure_by_its_id() -> None:
    cited = prose.cited(BLOCKS)
    assert len(cited) >= 8
    plain = [run.text for block in BLOCKS for run in block.runs if not run.figure]
    left = re.sub(r"\b(19|20)\d\d/\d\d\b", " ", " ".join(plain))  # the financial year that a figure is about
    assert not re.search(r"[\d£%]", left), left


def test_its_sentences_are_short() -> None:
    lengths = [len(words(sentence)) for sentence in sentences(BLOCKS)]
    assert max(lengths) <= LONGEST
    assert mean(lengths) <= USUAL


def test_it_is_read_at_nine() -> None:
    assert reading_age(sentences(BLOCKS)) <= READING_AGE


def test_it_fits_one_page() -> None:
    assert sum(len(words(sentence)) for sentence in sentences(BLOCKS)) <= ONE_PAGE
    assert not [block for block in BLOCKS if block.kind in {"chart", "table", "cards", "grid"}]


def test_it_says_what_is_not_known_and_claims_no_effect() -> None:
    told = " ".join(block.text for block in BLOCKS)
    assert "We cannot say" in told
    assert not re.search(r"\b(reduced|thanks to|led to|because of|proves?)\b", told)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # 3 words of 3 letters: 4.71 × 3 + 0.5 × 3 − 21.43 + 5 = −0.80
        (["The cat sat."], -0.80),
        # 4 words, 9 letters each, in 2 sentences: 4.71 × 9 + 0.5 × 2 − 21.43 + 5 = 26.96
        (["Allocated bicycling.", "Databases extending."], 26.96),
        # a number is a word of its sentence and has no letters: 4.71 × 4 + 0.5 × 3 − 21.43 + 5 = 3.91
        (["Only £3.5 left."], 3.91),
    ],
)
def test_the_formula_is_the_published_one(told: list[str], expected: float) -> None:
    assert reading_age(told) == pytest.approx(expected)
