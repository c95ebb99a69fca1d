"""Edits as an outlet makes them to its own article, each of which notes what it did.

An edit takes paragraphs that no other has touched, and that stand in the article once. Merging and splitting change no
word: what is right is to name nothing, and so they never come alone.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MIN_WORDS: Final = 15  # shorter paragraphs are headings, bylines, links
KEPT: Final = 0.4  # of the longer form of a paragraph; with less in common it is rather another paragraph
MAX_REPLACED: Final = 5  # words of one paragraph
MIN_MOVED: Final = 4  # places: of two neighbours that change places, nobody can say which one moved
LEAD_WORDS: Final = 8  # a dateline may stand in them
_FIGURE: Final = re.compile(r"(?<![\w.,])\d+(?![\w])")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
_NOTES: Final = (
    "Correction: An earlier version of this article misstated {}.",
    "Editor’s note: This story has been updated to correct {}.",
    "This article has been corrected. It had given {} wrongly.",
    "(Corrects {} in an earlier version)",
    "An earlier version of this story gave {} wrongly.",
    "CLARIFICATION: The report has been amended to make clear {}.",
)
_FACTS: Final = (
    "the year of the vote", "the name of the company", "the number of the injured", "where the meeting took place",
    "the age of the driver",
)  # fmt: skip


@dataclass
class Piece:
    """A paragraph of the new text: from where it comes, and what happened to it."""

    text: str
    origin: int | None
    what: str = ""


@dataclass
class Draft:
    """A new version in the making."""

    title: str
    pieces: list[Piece]
    pool: "Pool"
    is_titled: bool = False
    removed: list[int] = field(default_factory=list)
    note: str | None = None


class Pool(NamedTuple):
    """What is put in: of other articles."""

    paragraphs: Sequence[str]
    words: Sequence[str]


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph, roughly."""
    return _SENTENCE_END.split(text)


def title_rewritten(rng: random.Random, draft: Draft) -> bool:
    """Put other words for a third to all of the words of the title."""
    words = draft.title.split()
    if draft.is_titled or len(words) < 3:
        return False
    for place in rng.sample(range(len(words)), rng.randint(max(1, len(words) // 3), len(words))):
        words[place] = rng.choice(draft.pool.words)
    draft.title, draft.is_titled = " ".join(words).capitalize(), True
    return True


def added_at_start(rng: random.Random, draft: Draft) -> bool:
    """A new lead."""
    return _add(rng, draft, 0)


def added_in_middle(rng: random.Random, draft: Draft) -> bool:
    """A new paragraph within the text."""
    return _add(rng, draft, rng.randrange(1, len(draft.pieces)))


def added_at_end(rng: random.Random, draft: Draft) -> bool:
    """One paragraph more, behind whatever the outlet prints at the foot."""
    return _add(rng, draft, len(draft.pieces))


def _add(rng: random.Random, draft: Draft, place: int) -> bool:
    draft.pieces.insert(place, Piece(rng.choice(draft.pool.paragraphs), None, "added"))
    return True


def removed(rng: random.Random, draft: Draft) -> bool:
    """Take a paragraph out."""
    place = _pick(rng, draft)
    if place is None:
        return False
    origin = draft.pieces.pop(place).origin
    assert origin is not None
    draft.removed.append(origin)
    return True


def words_altered(rng: random.Random, draft: Draft) -> bool:
    """Put other words for one to five."""

    def edit(text: str, origin: int) -> str | None:
        words = text.split()
        places = [at for at, word in enumerate(words) if word.isalpha() and (origin or at >= LEAD_WORDS)]
        count = rng.randint(1, MAX_REPLACED)
        if len(places) < count:
            return None
        for at in rng.sample(places, count):
            words[at] = rng.choice([word for word in rng.sample(draft.pool.words, 3) if word != words[at].lower()])
        return " ".join(words)

    return _alter(rng, draft, edit)


def sentence_added(rng: random.Random, draft: Draft) -> bool:
    """Put a sentence of another article behind one of the paragraph's."""

    def edit(text: str, _: int) -> str | None:
        own, more = sentences(text), rng.choice(sentences(rng.choice(draft.pool.paragraphs)))
        if len(text.split()) < KEPT * len(f"{text} {more}".split()):
            return None
        own.insert(rng.randint(1, len(own)), more)
        return " ".join(own)

    return _alter(rng, draft, edit)


def sentence_trimmed(rng: random.Random, draft: Draft) -> bool:
    """Leave a sentence out."""

    def edit(text: str, origin: int) -> str | None:
        own = sentences(text)
        if len(own) < 2:
            return None
        own.pop(rng.randrange(0 if origin else 1, len(own)))
        kept = " ".join(own)
        return kept if len(kept.split()) >= max(KEPT * len(text.split()), MIN_WORDS // 2) else None

    return _alter(rng, draft, edit)


def figures_updated(rng: random.Random, draft: Draft) -> bool:
    """Put another figure for each figure of a paragraph."""

    def edit(text: str, origin: int) -> str | None:
        start = 0 if origin else len(" ".join(text.split()[:LEAD_WORDS]))
        figures = [found for found in _FIGURE.finditer(text) if found.start() >= start]
        for found in reversed(figures):
            text = text[: found.start()] + str(int(found[0]) + rng.randint(1, 90)) + text[found.end() :]
        return text if figures else None

    return _alter(rng, draft, edit)


def merged(rng: random.Random, draft: Draft) -> bool:
    """Join two paragraphs that follow each other."""
    free = set(_free(draft))
    places = [place for place in free if place + 1 in free and _follows(draft, place)]
    if not places:
        return False
    place = rng.choice(sorted(places))
    second = draft.pieces.pop(place + 1)
    first = draft.pieces[place]
    draft.pieces[place] = Piece(f"{first.text} {second.text}", first.origin, "merged")
    return True


def _follows(draft: Draft, place: int) -> bool:
    first, second = draft.pieces[place].origin, draft.pieces[place + 1].origin
    return first is not None and second == first + 1


def split(rng: random.Random, draft: Draft) -> bool:
    """Break a paragraph between two sentences."""
    places = [place for place in _free(draft) if len(sentences(draft.pieces[place].text)) > 1]
    if not places:
        return False
    place = rng.choice(places)
    piece = draft.pieces[place]
    own = sentences(piece.text)
    at = rng.randrange(1, len(own))
    halves = (" ".join(own[:at]), " ".join(own[at:]))
    draft.pieces[place : place + 1] = [Piece(half, piece.origin, "split") for half in halves]
    return True


def noted(rng: random.Random, draft: Draft) -> bool:
    """Say what was corrected: above, below, or in the title as an agency does."""
    if draft.note is not None:
        return False
    note = rng.choice(_NOTES).format(rng.choice(_FACTS))
    where = rng.choice(("above", "above", "below", "below", "title"))
    if where == "title":
        if draft.is_titled:
            return False
        draft.title = note = f"CORRECTED: {draft.title}"
        draft.is_titled = True
    else:
        draft.pieces.insert(0 if where == "above" else len(draft.pieces), Piece(note, None, "note"))
    draft.note = note
    return True


def moved(rng: random.Random, draft: Draft) -> bool:
    """Put a paragraph elsewhere."""
    place = _pick(rng, draft)
    if place is None:
        return False
    places = [at for at in range(len(draft.pieces)) if abs(at - place) >= MIN_MOVED]
    if not places:
        return False
    piece = draft.pieces.pop(place)
    piece.what = "moved"
    draft.pieces.insert(rng.choice(places), piece)
    return True


def _free(draft: Draft) -> list[int]:
    """Return the places of paragraphs that no edit has touched, of a length that is no heading's, each there once."""
    texts = [piece.text for piece in draft.pieces]
    return [
        place
        for place, piece in enumerate(draft.pieces)
        if not piece.what and len(piece.text.split()) >= MIN_WORDS and texts.count(piece.text) == 1
    ]


def _pick(rng: random.Random, draft: Draft) -> int | None:
    places = _free(draft)
    return rng.choice(places) if places else None


def _alter(rng: random.Random, draft: Draft, edit: Callable[[str, int], str | None]) -> bool:
    places = _free(draft)
    for place in rng.sample(places, len(places)):
        piece = draft.pieces[place]
        assert piece.origin is not None
        text = edit(piece.text, piece.origin)
        if text is not None and text != piece.text:
            draft.pieces[place] = Piece(text, piece.origin, "altered")
            return True
    return False


Edit = Callable[[random.Random, Draft], bool]
LAYOUT: Final[dict[str, Edit]] = {"two paragraphs merged": merged, "a paragraph split": split}
EDITS: Final[dict[str, Edit]] = {
    "title rewritten": title_rewritten,
    "added at the start": added_at_start,
    "added in the middle": added_in_middle,
    "added at the end": added_at_end,
    "removed": removed,
    "1 to 5 words altered": words_altered,
    "sentence added": sentence_added,
    "sentence trimmed": sentence_trimmed,
    "figures updated": figures_updated,
    "moved": moved,
    "correction note": noted,
    **LAYOUT,
}
