"""Measured bars of the language of short texts; `python -m tests.quality.language` prints all figures."""

import pytest

from tests.data import needs_data
from tests.quality.figures import Figure, share
from tests.quality.language import (
    LENGTHS,
    SHORT,
    english,
    foreign_seeds,
    foreign_sentences,
    known_sentences,
    tally,
    verdicts,
)
from tests.quality.plugin import Recorder

pytestmark = pytest.mark.quality


@needs_data
@pytest.mark.parametrize("length", LENGTHS)
def test_english(length: str, card: Recorder) -> None:
    card.check("language", _figures(f"English, {length}", verdicts(english(), length)))


@needs_data
def test_hardly_a_short_english_text_is_wrong(card: Recorder) -> None:
    found = [verdict for length in SHORT for verdict in verdicts(english(), length)]
    card.check("language", _figures("English, under 30 words", found))


def test_short_texts_in_other_languages(card: Recorder) -> None:
    card.check("language", _figures("other languages, a sentence", verdicts(known_sentences(), "title")))


def test_no_sentence_in_another_language_is_english() -> None:
    as_english = tuple(text._replace(language="en") for text in foreign_sentences())
    assert tally(verdicts(as_english, "title")).right == 0


def test_seeds_in_other_languages_are_right() -> None:
    found = tally(verdicts(foreign_seeds(), "title and text"))
    assert found.right == sum(found) > 0, found


def _figures(part: str, found: list[int]) -> dict[str, Figure]:
    counts = tally(found)
    return {
        f"{part}: {what}": share(count, len(found))
        for what, count in (("right", counts.right), ("wrong", counts.wrong))
    }
