"""Edits within paragraphs: sentences merged, split and trimmed, and words replaced."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tests.quality.wire_edits.story import Edit, Pool, Story

# A full stop, a space, and the next sentence: not after an initial or a title.
_TITLES: Final = "".join(rf"(?<!\b{title}\.)" for title in ("Mr", "Mrs", "Ms", "Dr", "St", "Sen", "Rep", "Gov", "Gen"))
_END: Final = re.compile(rf"(?<=[a-z\d)][.!?]){_TITLES}\s+(?=[“\"A-Z])|(?<=[.!?][\"”])\s+(?=[A-Z])")
_JOINABLE: Final = re.compile(r"(?:The|He|She|It|They|But|In|This|That|There|His|Her|A|An|Some|Many|We|And)\b")
_SPLITTABLE: Final = re.compile(r",? (?:and|but) (?=(?:he|she|it|they|the|there|we|that|this|a|an|his|her)\b)|; ")
_MIN_LEFT: Final = 6  # words of a sentence that is split or trimmed, on either side
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph, well enough for an editor's pencil."""
    return _END.split(paragraph)


def merged(rng: random.Random, story: Story, _: Pool) -> Story:
    """Join sentences with the one before, in a share of the places drawn between a tenth and all."""
    share, glue = rng.uniform(0.1, 1.0), (", and ", "; ", " – ", ", while ")

    def join(parts: list[str]) -> list[str]:
        done = parts[:1]
        for part in parts[1:]:
            if _JOINABLE.match(part) and done[-1].endswith(".") and rng.random() < share:
                done[-1] = f"{done[-1][:-1]}{rng.choice(glue)}{part[0].lower()}{part[1:]}"
            else:
                done.append(part)
        return done

    return _by_sentence(story, join)


def split(rng: random.Random, story: Story, _: Pool) -> Story:
    """Make two sentences of one at ", and" and the like, in a share of the places drawn between a tenth and all."""
    share = rng.uniform(0.1, 1.0)

    def cut(parts: list[str]) -> list[str]:
        return [half for part in parts for half in (_halves(part) if rng.random() < share else [part])]

    return _by_sentence(story, cut)


def _halves(sentence: str) -> list[str]:
    for found in _SPLITTABLE.finditer(sentence):
        first, second = sentence[: found.start()], sentence[found.end() :]
        if min(len(first.split()), len(second.split())) >= _MIN_LEFT:
            return [f"{first}.", second[0].upper() + second[1:]]
    return [sentence]


def trimmed(rng: random.Random, story: Story, _: Pool) -> Story:
    """Shorten sentences by what stands after their last comma or in brackets, in a share drawn up to six in ten."""
    share = rng.uniform(0.1, 0.6)
    return _by_sentence(story, lambda parts: [_shorter(part) if rng.random() < share else part for part in parts])


def _shorter(sentence: str) -> str:
    without = re.sub(r" \([^()]{3,80}\)", "", sentence)
    head, comma, tail = without.rpartition(", ")
    quoted = sum(map(head.count, '"“”')) % 2 or "”" in tail or '"' in tail
    if not comma or quoted or len(head.split()) < _MIN_LEFT:
        return without
    return head + "."


def _by_sentence(story: Story, change: Callable[[list[str]], list[str]]) -> Story:
    return replace(story, paragraphs=tuple(" ".join(change(sentences(part))) for part in story.paragraphs))


def replaced(share: float) -> Edit:
    """Return the edit that replaces so many of all words as a rewriter does: neither names nor figures."""
    return lambda rng, story, pool: _replaced(rng, story, pool.plain, share, str.islower)


def replaced_anywhere(share: float) -> Edit:
    """Return the edit that replaces so many of all words whatever they are, names and figures too."""
    return lambda rng, story, pool: _replaced(rng, story, pool.plain, share, lambda word: True)


def _replaced(
    rng: random.Random, story: Story, vocabulary: Sequence[str], share: float, may: Callable[[str], bool]
) -> Story:
    found = [(at, word) for at, part in enumerate(story.paragraphs) for word in _WORD.finditer(part)]
    places = [place for place in found if may(place[1][0])]
    chosen = rng.sample(places, min(len(places), round(share * len(found))))
    parts = list(story.paragraphs)
    for at, word in sorted(chosen, key=lambda place: (place[0], -place[1].start())):  # from the end of each
        parts[at] = parts[at][: word.start()] + rng.choice(vocabulary) + parts[at][word.end() :]
    return replace(story, paragraphs=tuple(parts))
