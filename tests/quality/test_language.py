"""Measured bars of the language of short texts; `python -m tests.quality.language` prints all figures."""

import pytest

from tests.data import needs_data
from tests.quality.language import SHORT, english, foreign_seeds, foreign_sentences, known_sentences, tally, verdicts

pytestmark = pytest.mark.quality

# Most that may be wrong and least that has to be right, a little beside what is measured; they move one way only.
FLOORS = {
    "title": (0.005, 0.89),
    "first 5 words": (0.005, 0.66),
    "first 10 words": (0.002, 0.965),
    "first 20 words": (0.002, 0.99),
    "first 30 words": (0.002, 0.99),
    "title and text": (0.001, 0.99),
}
FOREIGN = (0.03, 0.66)
NOT_WRONG = 0.99  # wanted under 30 words


@needs_data
@pytest.mark.parametrize("length", FLOORS)
def test_english(length: str) -> None:
    found = tally(verdicts(english(), length))
    most_wrong, least_right = FLOORS[length]
    assert found.wrong <= most_wrong * sum(found), found
    assert found.right >= least_right * sum(found), found


@needs_data
def test_hardly_a_short_english_text_is_wrong() -> None:
    found = tally([verdict for length in SHORT for verdict in verdicts(english(), length)])
    assert found.wrong <= (1 - NOT_WRONG) * sum(found), found


def test_short_texts_in_other_languages() -> None:
    found = tally(verdicts(known_sentences(), "title"))
    most_wrong, least_right = FOREIGN
    assert found.wrong <= most_wrong * sum(found), found
    assert found.right >= least_right * sum(found), found


def test_no_sentence_in_another_language_is_english() -> None:
    as_english = tuple(text._replace(language="en") for text in foreign_sentences())
    assert tally(verdicts(as_english, "title")).right == 0


def test_seeds_in_other_languages_are_right() -> None:
    found = tally(verdicts(foreign_seeds(), "title and text"))
    assert found.right == sum(found) > 0, found
