"""What the benchmark is made of: stories, cases, and the words that are counted. Shares no code with the matcher."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

Relation: TypeAlias = Literal["copy", "contained", "contains", "same_article", "different"]

MIN_WORDS: Final = 60  # a copy with fewer is too little to be sure of
MIN_KEPT: Final = 0.5  # of the words of the original: a copy that keeps fewer is an excerpt
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Story:
    """An article as an outlet prints it: the report, and what stands around it."""

    url: str
    title: str
    paragraphs: tuple[str, ...]
    above: tuple[str, ...] = ()  # lines before the report: byline, agency, date
    dateline: str = ""  # before the first word of the report
    below: tuple[str, ...] = ()  # lines after it: credits, copyright, links
    published: str | None = None  # ISO 8601
    layout: str = "\n\n"  # between paragraphs

    @property
    def text(self) -> str:
        """The printed text, as a page or a feed delivers it."""
        lead, *rest = self.paragraphs
        return self.layout.join((*self.above, self.dateline + lead, *rest, *self.below))


class Case(NamedTuple):
    """One question to a matcher, and the right answer."""

    kind: str
    earlier: tuple[Story, ...]  # those that have come in before, beside all others of the half
    later: Story
    expected: Relation
    original: str = ""  # address of the earlier story that is the answer, "" where there is none
    edits: tuple[str, ...] = ()  # which ones a combination is made of


class Pool(NamedTuple):
    """Words of other articles, to put in the place of given ones."""

    plain: Sequence[str]  # in small letters
    names: Sequence[str]  # of persons, places and organisations, one to three words each


Edit: TypeAlias = Callable[[random.Random, Story, Pool], Story]
"""Returns the story edited, or as it is where there was nothing to edit."""


def first_drawn(draw: Callable[[], Case | None], attempts: int) -> Case | None:
    """Return the first case that the dice give, None where so many throws give none."""
    cases = (draw() for _ in range(attempts))
    return next((case for case in cases if case is not None), None)


def words_of(paragraphs: Sequence[str]) -> list[str]:
    """Return the words in small letters, without punctuation."""
    return _WORD.findall("\n".join(paragraphs).lower())


def count_words(story: Story) -> int:
    """Return the number of words of the report, without what stands around it."""
    return len(words_of(story.paragraphs))


def kept_words(original: Story, edited: Story) -> int:
    """Return how many words of the original the edited report still has, wherever they stand."""
    return (Counter(words_of(original.paragraphs)) & Counter(words_of(edited.paragraphs))).total()


def keeps_enough(original: Story, edited: Story) -> bool:
    """Whether an edited report is a copy by its words: half of the original's, and 60 of them."""
    kept = kept_words(original, edited)
    return kept >= MIN_WORDS and kept >= MIN_KEPT * count_words(original)
