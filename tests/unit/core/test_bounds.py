"""Articles made to cost much: for each of them, only so many others are read, and only so much is filed."""

import random
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from streams.contracts.events import CleanArticle
from streams.core.dedupe import DedupePolicy, DedupeState
from streams.core.postings import Postings
from streams.core.shelf import MemoryShelf
from tests.clean_articles import clean_article, report

ARTICLES: Final = 400
READ: Final = DedupePolicy().candidates + 8  # decisions: candidates, versions, and the story's newest
FILED: Final = DedupePolicy().probe + 40  # postings: shingles, story terms, identities


def one_shingle() -> Iterator[CleanArticle]:
    for number in range(ARTICLES):
        yield clean_article(f"https://example.org/{number}", f"Title {number}", "buy gold today and " * (20 + number))


def one_title() -> Iterator[CleanArticle]:
    for number in range(ARTICLES):
        yield clean_article(f"https://example.org/{number}", "Markets close higher", report(number, sentences=6))


def one_title_and_little_text() -> Iterator[CleanArticle]:
    for number in range(ARTICLES):
        yield clean_article(f"https://example.org/{number}", "Markets close higher", f"Read more, part {number}.")


def one_address() -> Iterator[CleanArticle]:
    for number in range(ARTICLES):
        yield clean_article("https://example.org/live", "Live: the vote", report(number, sentences=6))


def colliding_sketches() -> Iterator[CleanArticle]:
    """Yield articles that begin with one long stretch: most of their smallest hashes are the same."""
    common = report(1, sentences=60)
    for number in range(ARTICLES):
        yield clean_article(f"https://example.org/{number}", f"Title {number}", f"{common}\n\n{report(number + 2, 8)}")


def random_words() -> Iterator[CleanArticle]:
    rng = random.Random(1)
    for number in range(ARTICLES // 4):
        words = (f"{rng.choice('ABCdef')}{rng.randrange(10**9):x}" for _ in range(2_000))
        yield clean_article(f"https://example.org/{number}", f"Title {number}", " ".join(words))


class CountingShelf(MemoryShelf):
    """Counts how many decisions are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def get(self, place: int) -> bytes:
        self.read += 1
        return super().get(place)


@pytest.mark.parametrize(
    "hostile", [one_shingle, one_title, one_title_and_little_text, one_address, colliding_sketches, random_words]
)
def test_the_work_for_an_article_is_bounded(
    hostile: Callable[[], Iterator[CleanArticle]], monkeypatch: pytest.MonkeyPatch
) -> None:
    filed: list[int] = []
    add = Postings.add

    def counting(index: Postings, keys: list[int], number: int) -> None:
        filed[-1] += len(keys)
        add(index, keys, number)

    monkeypatch.setattr(Postings, "add", counting)
    shelf = CountingShelf()
    state = DedupeState(pipeline="test", shelf=shelf)
    for number, article in enumerate(hostile()):
        shelf.read = 0
        filed.append(0)
        state.apply(f"raw-{number}", state.judge(article, f"raw-{number}", number))
        assert shelf.read <= READ, number
        assert filed[-1] <= FILED, number
