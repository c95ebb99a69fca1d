"""Revisions of real articles, made by seed, with what was changed."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from streams.core import clean_text
from tests.quality.revisions.edits import EDITS, LAYOUT, MIN_WORDS, Draft, Piece, Pool
from tests.quality.wire_edits.articles import rows, wire_text

HALVES: Final = {"tuned on": 0, "held out": 1}  # even and odd rows
REVISIONS: Final = 200
OF_REUTERS: Final = 4  # every fourth is a wire report; the others are of AllSides
MAX_EDITS: Final = 3
MIN_PARAGRAPHS: Final = 4
MAX_PARAGRAPHS: Final = 60  # of longer texts only the beginning is remembered
VOCABULARY: Final = 300  # articles whose words and paragraphs are put in


class Article(NamedTuple):
    """An article as it passes the fold: cleaned paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


class Truth(NamedTuple):
    """What was changed; places as in `streams.contracts.events.Changes`."""

    title: bool
    added: tuple[int, ...]
    removed: tuple[int, ...]
    altered: tuple[int, ...]
    moved: tuple[int, ...]
    note: str | None


class Revision(NamedTuple):
    """An article, its next version, the edits between them, and what is to be said of them."""

    before: Article
    after: Article
    edits: tuple[str, ...]
    truth: Truth


def revisions(half: str, seed: int, count: int = REVISIONS) -> list[Revision]:
    """Make so many revisions of articles of one half."""
    rng = random.Random(f"{seed} {half} revisions")
    wires, features = (rng.sample(found, len(found)) for found in map(list, (_reuters(half), _allsides(half))))
    pool = _pool(features[:VOCABULARY])
    originals = (iter(wires), iter(features[VOCABULARY:]))
    return [_revision(rng, next(originals[bool(number % OF_REUTERS)]), pool) for number in range(count)]


def _revision(rng: random.Random, before: Article, pool: Pool) -> Revision:
    wanted = rng.randint(1, MAX_EDITS)
    draft = Draft(before.title, [Piece(text, place) for place, text in enumerate(before.paragraphs)], pool)
    done: list[str] = []
    while len(done) < wanted or set(done) <= LAYOUT.keys():
        name = rng.choice(list(EDITS))
        if EDITS[name](rng, draft):
            done.append(name)
    after = Article(draft.title, tuple(piece.text for piece in draft.pieces))
    return Revision(before, after, tuple(done), _truth(draft))


def _truth(draft: Draft) -> Truth:
    places = {
        what: tuple(place for place, piece in enumerate(draft.pieces) if piece.what == what)
        for what in ("added", "altered", "moved")
    }
    return Truth(
        draft.is_titled, places["added"], tuple(sorted(draft.removed)), places["altered"], places["moved"], draft.note
    )


def _pool(articles: Sequence[Article]) -> Pool:
    parts = [part for article in articles for part in article.paragraphs]
    whole = [part for part in parts if MIN_WORDS <= len(part.split()) <= 80 and re.search(r"[.!?][”\"]?$", part)]
    words = {word for part in whole for word in part.split() if word.isalpha() and word.islower() and len(word) > 2}
    return Pool(whole, sorted(words))


def _allsides(half: str) -> Iterator[Article]:
    for row in rows("articles/allsides_8k.jsonl.gz")[HALVES[half] :: 2]:
        yield from _article(row["title"], row["body"])


def _reuters(half: str) -> Iterator[Article]:
    for row in rows("articles/reuters_train.jsonl.gz")[HALVES[half] :: 2]:
        yield from _article(row["title"], wire_text(row["body"]))


def _article(title: str, text: str) -> Iterator[Article]:
    """Yield the article as it leaves the clean-up of characters and paragraphs, unless it is too short or too long."""
    parts = tuple(clean_text.paragraphs(clean_text.resolve_entities(clean_text.safe(text)[0])))
    long = [part for part in parts if len(part.split()) >= MIN_WORDS]
    if len(long) >= MIN_PARAGRAPHS and len(parts) <= MAX_PARAGRAPHS:
        yield Article(clean_text.one_line(clean_text.resolve_entities(title)), parts)
