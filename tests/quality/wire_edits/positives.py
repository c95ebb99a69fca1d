"""Copies whose original is known: edited, cut out of a longer article, put into one, or fetched again."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from tests.quality.wire_edits import templates
from tests.quality.wire_edits.articles import Material
from tests.quality.wire_edits.edits import EDITS, LIGHT, REPLACED, cut, dated_before, typography
from tests.quality.wire_edits.negatives import filled, of_article
from tests.quality.wire_edits.sentences import replaced_anywhere
from tests.quality.wire_edits.story import (
    MIN_WORDS,
    Case,
    Edit,
    Pool,
    Relation,
    Story,
    count_words,
    first_drawn,
    keeps_enough,
    words_of,
)

Draw: TypeAlias = Callable[[random.Random, Material, str], Case | None]
"""Draws one case with an address for its later article; None where the dice gave none."""

PER_KIND: Final = 165  # of 28 kinds, some 5,000 in all
COMBINED: Final = 480  # of combinations: they are many
ATTEMPTS: Final = 60  # draws until an edit changes something and keeps enough words
ANYWHERE: Final = {
    f"{share} % replaced, names and figures too": replaced_anywhere(share / 100) for share in (5, 10, 15)
}
COMBINATIONS: Final = "combination of 2 or 3"
TEMPLATED: Final = "copy of a templated report"
CONTAINED: Final = "contained: excerpt", "contained: in a longer article"
CONTAINS: Final = "contains: whole article"
AGAIN: Final = "same address again"
EDITED_AGAIN: Final = "same address, text edited"
_TRACKED: Final = ("", "?utm_source=feed&utm_medium=rss", "#comments", "/", "?fbclid=IwAR0x2", "?ref_src=twsrc")


def positives(material: Material, half: str, seed: int, per_kind: int = PER_KIND) -> list[Case]:
    """Return the cases of each kind, in a fixed order; the same seed gives the same."""
    counts = {kind: COMBINED * per_kind // PER_KIND if kind == COMBINATIONS else per_kind for kind in DRAWS}
    return [case for kind, count in counts.items() for case in _drawn(kind, count, material, f"{seed} {half}")]


def _drawn(kind: str, count: int, material: Material, seed: str) -> Iterator[Case]:
    for number in range(count):
        rng = random.Random(f"{seed} {kind} {number}")
        url = f"https://copies.net/{kind.replace(' ', '-')}/{number}"
        case = first_drawn(partial(DRAWS[kind], rng, material, url), ATTEMPTS)
        if case is not None:
            yield case._replace(kind=kind)


def edited(rng: random.Random, story: Story, edits: Sequence[Edit], pool: Pool) -> Story | None:
    """Return the story after all edits; None where one changed nothing, or too few words are kept to call it a copy."""
    copy = story
    for edit in edits:
        before = copy
        copy = edit(rng, copy, pool)
        if copy == before:
            return None
    return copy if keeps_enough(story, copy) else None


def _copy(original: Story, later: Story | None, url: str, expected: Relation = "copy") -> Case | None:
    return None if later is None else Case("", (original,), replace(later, url=url), expected, original.url)


def one_edit(edit: Edit) -> Draw:
    """Return the draw of a copy with one edit."""

    def draw(rng: random.Random, given: Material, url: str) -> Case | None:
        original = rng.choice(given.originals)
        return _copy(original, edited(rng, original, [edit], given.pool), url)

    return draw


def _combined(rng: random.Random, given: Material, url: str) -> Case | None:
    original = rng.choice(given.originals)
    names = rng.sample(sorted(EDITS), rng.randint(2, 3))
    if len(REPLACED.keys() & names) > 1:
        return None
    order = sorted(names, key=list(EDITS).index)  # words are replaced last: no edit undoes it
    case = _copy(original, edited(rng, original, [EDITS[name] for name in order], given.pool), url)
    return case._replace(edits=tuple(order)) if case else None


def _templated(rng: random.Random, given: Material, url: str) -> Case | None:
    """A copy of one report of a series, whose sister with other names and figures has come in as well."""
    number, series = _number(url), f"{url}/series"
    base = given.copied[number] if number < len(given.copied) else None
    found = of_article(rng, base, given.pool, series, 2) if base and rng.random() < 0.7 else []
    sister, original = found or filled(rng, rng.choice(templates.LONG), series, 2)
    name = rng.choice([*LIGHT, "cut"])
    later = edited(rng, original, [(LIGHT | {"cut": cut})[name]], given.pool)
    case = _copy(original, later, url)
    return case._replace(earlier=(sister, original)) if case else None


def _excerpt(rng: random.Random, given: Material, url: str) -> Case | None:
    """Paragraphs in a row, 60 words at least and less than half of the original."""
    original = rng.choice(given.originals)
    sizes = [len(words_of([part])) for part in original.paragraphs]
    most = sum(sizes) / 2
    start, wanted = rng.randrange(len(sizes)), rng.uniform(MIN_WORDS, max(MIN_WORDS, most))
    end = start + 1
    while end < len(sizes) and sum(sizes[start:end]) < wanted:
        end += 1
    if not MIN_WORDS <= sum(sizes[start:end]) < most:
        return None
    later = replace(original, paragraphs=original.paragraphs[start:end], above=(), dateline="", below=())
    return _copy(original, later, url, "contained")


def _part_of_longer(rng: random.Random, given: Material, url: str) -> Case | None:
    """An article that had come in before within a longer one. Each host and piece is used once: they are kept."""
    number = _number(url)
    if number >= min(len(given.hosts), len(given.pieces)):
        return None
    piece, host = given.pieces[number], given.hosts[number]
    shorter = _first_words(piece, rng.uniform(MIN_WORDS, min(count_words(piece), count_words(host))))
    longer = _within(rng, shorter.paragraphs, replace(host, url=f"{url}/host"))
    return _copy(longer, _lightly(rng, shorter, given.pool), url, "contained")


def _whole_within(rng: random.Random, given: Material, url: str) -> Case | None:
    """A longer article that prints an earlier one whole; its own words are as many, or up to three times as many."""
    original = rng.choice(given.originals)
    wanted = rng.uniform(1, 3) * count_words(original)
    host = _first_words(_joined(rng.sample(given.unrelated, 6)), wanted)
    if count_words(host) < count_words(original):
        return None
    copy = _lightly(rng, original, given.pool)
    return _copy(original, _within(rng, copy.paragraphs, host), url, "contains")


def _number(url: str) -> int:
    return int(url.rpartition("/")[2])


def _joined(stories: Sequence[Story]) -> Story:
    return replace(stories[0], paragraphs=tuple(part for story in stories for part in story.paragraphs))


def _lightly(rng: random.Random, story: Story, pool: Pool) -> Story:
    return typography(rng, story, pool) if rng.random() < 0.5 else story


def _first_words(story: Story, wanted: float) -> Story:
    """Return the story cut after the paragraph that holds the wanted word."""
    count, end = 0, 0
    while end < len(story.paragraphs) and count < wanted:
        count += len(words_of([story.paragraphs[end]]))
        end += 1
    return replace(story, paragraphs=story.paragraphs[:end])


def _within(rng: random.Random, piece: Sequence[str], host: Story) -> Story:
    at = rng.randint(0, len(host.paragraphs))
    return replace(host, paragraphs=(*host.paragraphs[:at], *piece, *host.paragraphs[at:]))


def _again(rng: random.Random, given: Material, url: str) -> Case | None:
    original = rng.choice(given.originals)
    later = _lightly(rng, original, given.pool)
    return _copy(original, later, _same_address(rng, original), "same_article")


def _edited_again(rng: random.Random, given: Material, url: str) -> Case | None:
    original = rng.choice(given.originals)
    edit = EDITS[rng.choice(("cut after k paragraphs", "paragraphs dropped", "sentences trimmed", *REPLACED))]
    return _copy(original, edited(rng, original, [edit], given.pool), _same_address(rng, original), "same_article")


def _same_address(rng: random.Random, story: Story) -> str:
    url = story.url + rng.choice(_TRACKED)
    return url.replace("https:", "http:") if rng.random() < 0.3 else url


DRAWS: Final[dict[str, Draw]] = {
    **{name: one_edit(edit) for name, edit in EDITS.items()},
    "dated before its original": one_edit(dated_before),
    COMBINATIONS: _combined, TEMPLATED: _templated, CONTAINED[0]: _excerpt, CONTAINED[1]: _part_of_longer,
    CONTAINS: _whole_within, AGAIN: _again, EDITED_AGAIN: _edited_again,
    **{name: one_edit(edit) for name, edit in ANYWHERE.items()},
}  # fmt: skip
