"""What a version changes of the one before it, of which an outline is left (`streams/core/outline.py`)."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from streams.contracts.events import Changes
from streams.core.outline import MAX_PARAGRAPHS, MAX_READ, Outline, outline
from streams.core.pairing import Paired, Version
from streams.core.wording import Paragraphs, correction_note, paragraphs, read_paragraph, variants

MAX_NOTE_CHARS: Final = 1_000  # longer ones are cut, the text keeps its own


def changes(before: Outline, words: Paragraphs, text: str, *, title: bool) -> Changes:
    """Return what a text changes of the version before, whose outline is left; the note is not sought here."""
    after = Version(_as_before(before, words, text))
    paired = Paired(before, after)
    total = after.outline.total
    open_end = before.total > MAX_PARAGRAPHS or total > MAX_READ
    known = max(paired.found, default=-1) + 1 if open_end else total
    removed = paired.old_left
    if total > MAX_READ:  # they may stand where it was not read
        removed = [place for place in removed if place < max(paired.found.values(), default=-1)]
    body = after.outline.body
    return Changes(
        title=title, added=_within(body, (place for place in paired.new_left if place < known)),
        removed=_within(before.body, removed), altered=_within(body, paired.altered), moved=_within(body, paired.moved),
        uncompared=total - known,
    )  # fmt: skip


def with_note(found: Changes, title: str, text: str) -> Changes:
    """Return the changes with the correction note of the article, which is new, named as such."""
    note, parts = correction_note(title, text), paragraphs(text)
    added = tuple(place for place in found.added if parts[place] != note)
    return found.model_copy(update={"note": note[:MAX_NOTE_CHARS], "added": added})


def _within(body: range, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(place for place in places if place in body))


def _as_before(before: Outline, words: Paragraphs, text: str) -> Paragraphs:
    """Return the paragraphs with dateline and credits where the version before had them, without where it had none.

    They are left out at the edges of a text only, and what stood at the edge may now have another paragraph before it.
    """
    known = set(before.hashes.tolist())
    chosen = {}
    found = outline(words, MAX_READ).hashes.tolist()
    for place, (current, part) in enumerate(zip(found, paragraphs(text), strict=False)):
        read = map(read_paragraph, variants(part) if current not in known else ())
        one = next((one for one in read if outline(one).hashes[0] in known), None)
        if one is not None:
            chosen[place] = one
    if not chosen:
        return words
    hashes, facts = np.split(words.hashes, words.ends), np.split(words.facts, words.ends)
    for place, one in chosen.items():
        hashes[place], facts[place] = one.hashes, one.facts
    ends = np.array([len(part) for part in hashes[:-1]], np.intp).cumsum()
    return words._replace(hashes=np.concatenate(hashes), facts=np.concatenate(facts), ends=ends)
