"""What a version changes of the one before it, of which an outline is left (`streams/core/outline.py`)."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from math import comb
from typing import Final

import numpy as np

from streams.contracts.events import Changes
from streams.core.outline import HASH, MAX_PARAGRAPHS, MAX_READ, NOTHING, Outline, factors, outline
from streams.core.scan import Hashes, Places
from streams.core.wording import Paragraphs, correction_note, paragraphs, read_paragraph, variants

MAX_NOTE_CHARS: Final = 1_000  # longer ones are cut, the text keeps its own
CHANCE: Final = 0.05  # that two unrelated paragraphs of an article agree in a bin that either fills
MAX_BY_CHANCE: Final = 0.05  # pairs called altered among so many unrelated ones: the more candidates, the more is asked
MAX_TRIED: Final = 2  # beginnings of a paragraph that are taken for the first of several that were merged


def changes(before: Outline, words: Paragraphs, text: str, *, title: bool) -> Changes:
    """Return what a text changes of the version before, whose outline is left; the note is not sought here."""
    after = _Version(_as_before(before, words, text))
    paired = _Paired(before, after)
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
    hashes, telling = np.split(words.hashes, words.ends), np.split(words.telling, words.ends)
    for place, one in chosen.items():
        hashes[place], telling[place] = one.hashes, one.telling
    ends = np.array([len(part) for part in hashes[:-1]], np.intp).cumsum()
    return words._replace(hashes=np.concatenate(hashes), telling=np.concatenate(telling), ends=ends)


class _Version:
    """A version that is at hand: any stretch of it can be compared with a paragraph of which an outline is left."""

    def __init__(self, words: Paragraphs) -> None:
        self.outline = outline(words, MAX_READ)
        self.ends = words.ends[:MAX_READ].tolist()
        self.starts = [0, *self.ends[:-1]]
        self._words = words.hashes[: self.ends[-1] if self.ends else 0]
        self._sums = np.zeros(len(self._words) + 1, np.uint64)
        np.cumsum(self._words[:-1] * factors(self._words[1:]), out=self._sums[1:-1])

    def stretches(self, start: int, stops: Places) -> Hashes:
        """Return the hashes of the words from `start` to each of the stops, as if each were a paragraph."""
        sums: Hashes = self._sums[stops - 1] + self._words[stops - 1] - self._sums[start]
        return sums & HASH


class _Paired:
    """Which paragraph of the old text each of the new one is, from the surest to the least sure."""

    def __init__(self, before: Outline, after: _Version) -> None:
        self._before, self._after = before, after
        self._old, self._new = before.hashes.tolist(), after.outline.hashes.tolist()
        self.old_left = [place for place, found in enumerate(self._old) if found != NOTHING]
        self.new_left = [place for place, found in enumerate(self._new) if found != NOTHING]
        self.found: dict[int, int] = {}  # places in the new text -> in the old
        self.moved: list[int] = []
        self.altered: list[int] = []
        for old, new in _in_order(self._old, self._new, self.old_left, self.new_left):
            self._pair([old], [new])
        in_order = sorted(self.found.items())
        self._find_moved()
        self._find_merged()
        self._find_split()
        self._find_altered(in_order)

    def _pair(self, old: Sequence[int], new: Sequence[int]) -> None:
        self.found.update(dict.fromkeys(new, old[0]))
        self.old_left = [place for place in self.old_left if place not in old]
        self.new_left = [place for place in self.new_left if place not in new]

    def _find_moved(self) -> None:
        for new in tuple(self.new_left):
            old = next((place for place in self.old_left if self._old[place] == self._new[new]), None)
            if old is not None:
                self._pair([old], [new])
                self.moved.append(new)

    def _find_merged(self) -> None:
        """Pair what is made of several old paragraphs, one behind the other."""
        for new in tuple(self.new_left):
            start, end = self._after.starts[new], self._after.ends[new]
            hashes = [self._old[place] for place in self.old_left]
            begun = self._after.stretches(start, np.arange(start + 1, end + 1))
            first = np.isin(begun, np.array(hashes, np.uint64)).nonzero()[0][:MAX_TRIED].tolist()
            runs = (self._run(start, end, hashes.index(int(begun[at]))) for at in first)
            run = next((run for run in runs if len(run) > 1), None)
            if run is not None:
                self._pair(run, [new])

    def _run(self, start: int, end: int, first: int) -> list[int]:
        """Return the old paragraphs from this one on that are the words from start to end, none where they are not."""
        for count, old in enumerate(self.old_left[first:], start=1):
            stops = np.arange(start + 1, end + 1)
            met = stops[self._after.stretches(start, stops) == self._old[old]]
            if not len(met):
                return []
            start = int(met[0])
            if start == end:
                return self.old_left[first : first + count]
        return []

    def _find_split(self) -> None:
        """Pair what together is an old paragraph."""
        for new in tuple(self.new_left):
            if new not in self.new_left:
                continue
            together = self._together(new)
            joined = self._after.stretches(self._after.starts[new], np.array([self._after.ends[at] for at in together]))
            for count, found in enumerate(joined.tolist(), start=1):
                old = next((place for place in self.old_left if self._old[place] == found), None)
                if count > 1 and old is not None:
                    self._pair([old], together[:count])
                    break

    def _together(self, new: int) -> list[int]:
        """Return the paragraphs of words from this one on up to the next one that is paired."""
        left = set(self.new_left)
        words = [place for place in range(new, len(self._new)) if self._new[place] != NOTHING]
        return list(takewhile(left.__contains__, words))

    def _find_altered(self, in_order: Sequence[tuple[int, int]]) -> None:
        """Pair what is alike, the most alike first; between the same neighbours less is asked."""
        for old, new in self._alike([new for new, _ in in_order], [old for _, old in in_order]):
            if old in self.old_left and new in self.new_left:
                self._pair([old], [new])
                self.altered.append(new)

    def _alike(self, fixed_new: Sequence[int], fixed_old: Sequence[int]) -> list[tuple[int, int]]:
        if not (self.old_left and self.new_left):
            return []
        one, other = self._before.sketches[self.old_left], self._after.outline.sketches[self.new_left]
        one, other = one[:, None], other[None, :, : one.shape[1]]
        filled = (one > 0) | (other > 0)
        bins, agree = filled.sum(axis=2), (filled & (one == other)).sum(axis=2)
        old_gaps, new_gaps = ([bisect(fixed, place) for place in left] for fixed, left in (
            (fixed_old, self.old_left), (fixed_new, self.new_left),
        ))  # fmt: skip
        ranked = []
        for row, column in np.argwhere(agree > 0).tolist():
            here = old_gaps[row] == new_gaps[column]
            rivals = old_gaps.count(old_gaps[row]) * new_gaps.count(new_gaps[column]) if here else agree.size
            if agree[row, column] >= _least(int(bins[row, column]), rivals):
                old, new = self.old_left[row], self.new_left[column]
                likeness = float(agree[row, column] / bins[row, column])
                ranked.append((-likeness, not here, abs(old - new), old, new))
        return [(old, new) for *_, old, new in sorted(ranked)]


@lru_cache(maxsize=1_024)
def _least(bins: int, candidates: int) -> int:
    """Return in how many bins paragraphs must agree to be one altered, among so many candidates."""
    tail = 0.0
    for least in range(bins, 0, -1):
        tail += comb(bins, least) * CHANCE**least * (1 - CHANCE) ** (bins - least)
        if tail * candidates > MAX_BY_CHANCE:
            return least + 1
    return 1


def _in_order(
    old: Sequence[int], new: Sequence[int], old_places: Sequence[int], new_places: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the places of a longest common subsequence of these paragraphs."""
    lengths = np.zeros((len(old_places) + 1, len(new_places) + 1), np.int32)  # of what is common from here on
    theirs = np.array([new[place] for place in new_places])
    for row in range(len(old_places) - 1, -1, -1):
        stepped = lengths[row + 1, 1:] + (theirs == old[old_places[row]])
        best = np.maximum(stepped, lengths[row + 1, :-1])
        lengths[row, :-1] = np.maximum.accumulate(best[::-1])[::-1]
    pairs, row, column = [], 0, 0
    while row < len(old_places) and column < len(new_places):
        if old[old_places[row]] == new[new_places[column]]:
            pairs.append((old_places[row], new_places[column]))
            row, column = row + 1, column + 1
        elif lengths[row + 1, column] >= lengths[row, column + 1]:
            row += 1
        else:
            column += 1
    return pairs
