"""Which paragraph of the version before, of which an outline is left, each paragraph of the new one is."""

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile
from math import comb
from typing import Final

import numpy as np

from streams.core.outline import HASH, MAX_READ, NOTHING, Outline, factors, outline
from streams.core.scan import Hashes, Places
from streams.core.wording import Paragraphs

CHANCE: Final = 0.05  # that two unrelated paragraphs of an article agree in a bin that either fills; counted: .057
MAX_BY_CHANCE: Final = 0.05  # pairs called altered among so many unrelated ones: the more candidates, the more is asked
MAX_TRIED: Final = 2  # beginnings of a paragraph that are taken for the first of several that were merged
MAX_WORDS: Final = 1_000  # of a paragraph that is found again within a longer one, so that the search has an end


class Version:
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

    def joined(self, first: int, seconds: Sequence[int]) -> Hashes:
        """Return the hashes of a paragraph with each of these behind it, as if both were one."""
        last, hashes = self._words[self.ends[first] - 1], self.outline.hashes
        given = factors(self._words[[self.starts[second] for second in seconds]])
        sums: Hashes = hashes[first] + hashes[seconds] + last * (given - np.uint64(1))
        return sums & HASH


class Paired:
    """Which paragraph of the old text each of the new one is, from the surest to the least sure."""

    def __init__(self, before: Outline, after: Version) -> None:
        self._before, self._after = before, after
        self._old, self._new = before.hashes.tolist(), after.outline.hashes.tolist()
        self.old_left = [place for place, found in enumerate(self._old) if found != NOTHING]
        self.new_left = [place for place, found in enumerate(self._new) if found != NOTHING]
        self.found: dict[int, int] = {}  # places in the new text -> in the old
        self.moved: list[int] = []
        self.altered: list[int] = []
        for old, new in in_order(self._old, self._new, self.old_left, self.new_left):
            self._pair([old], [new])
        paired = sorted(self.found.items())
        self._find_moved()
        self._find_merged()
        self._find_split()
        self._find_parted()
        self._find_altered(paired)

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
            hashes = np.array([self._old[place] for place in self.old_left], np.uint64)
            begun = self._after.stretches(start, _stops(start, end))
            firsts = [int((hashes == found).argmax()) for found in begun[np.isin(begun, hashes)][:MAX_TRIED]]
            run = next((run for first in firsts if len(run := self._run(start, end, first)) > 1), None)
            if run is not None:
                self._pair(run, [new])

    def _run(self, start: int, end: int, first: int) -> list[int]:
        """Return the old paragraphs from this one on that are the words from start to end, none where they are not."""
        run = self.old_left[first:]
        for count, old in enumerate(run, start=1):
            stops = _stops(start, end)
            met = stops[self._after.stretches(start, stops) == self._old[old]]
            if not len(met):
                return []
            start = int(met[0])
            if start == end:
                return run[:count]
        # What follows in the old text may be the rest, where no more of it is remembered.
        return run if run[-1] + 1 < self._before.total and run[-1] + 1 == len(self._old) else []

    def _find_split(self) -> None:
        """Pair what together is an old paragraph."""
        for new in tuple(self.new_left):
            if new not in self.new_left:
                continue
            places = {self._old[place]: place for place in reversed(self.old_left)}
            together = self._together(new)
            joined = self._after.stretches(self._after.starts[new], np.array([self._after.ends[at] for at in together]))
            parts = next((at for at, found in enumerate(joined.tolist(), start=1) if at > 1 and found in places), 0)
            if parts:
                self._pair([places[int(joined[parts - 1])]], together[:parts])

    def _find_parted(self) -> None:
        """Pair two that together are an old paragraph, and now have others between them."""
        for first in tuple(self.new_left):
            places = {self._old[place]: place for place in reversed(self.old_left)}
            seconds = [place for place in self.new_left if place > first] if first in self.new_left else []
            for second, found in zip(seconds, self._after.joined(first, seconds).tolist(), strict=True):
                if found in places:
                    self._pair([places[found]], [first, second])
                    break

    def _together(self, new: int) -> list[int]:
        """Return the paragraphs of words from this one on up to the next one that is paired."""
        left = set(self.new_left)
        words = [place for place in range(new, len(self._new)) if self._new[place] != NOTHING]
        return list(takewhile(left.__contains__, words))

    def _find_altered(self, paired: Sequence[tuple[int, int]]) -> None:
        """Pair what is alike, the most alike first; between the same neighbours less is asked."""
        for old, new in self._alike([new for new, _ in paired], [old for _, old in paired]):
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
        in_old_gap, in_new_gap = Counter(old_gaps), Counter(new_gaps)
        ranked = []
        for row, column in np.argwhere(agree > 0).tolist():
            here = old_gaps[row] == new_gaps[column]
            rivals = in_old_gap[old_gaps[row]] * in_new_gap[new_gaps[column]] if here else agree.size
            if agree[row, column] >= _least(int(bins[row, column]), rivals):
                old, new = self.old_left[row], self.new_left[column]
                likeness = float(agree[row, column] / bins[row, column])
                ranked.append((-likeness, not here, abs(old - new), old, new))
        return [(old, new) for *_, old, new in sorted(ranked)]


def _stops(start: int, end: int) -> Places:
    """Return where a paragraph that begins at one word may end."""
    return np.arange(start + 1, min(end, start + MAX_WORDS) + 1)


@lru_cache(maxsize=1_024)
def _least(bins: int, candidates: int) -> int:
    """Return in how many bins paragraphs must agree to be one altered, among so many candidates."""
    tail = 0.0
    for least in range(bins, 0, -1):
        tail += comb(bins, least) * CHANCE**least * (1 - CHANCE) ** (bins - least)
        if tail * candidates > MAX_BY_CHANCE:
            return least + 1
    return 1


def in_order(
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
