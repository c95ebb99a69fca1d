"""What a version changes of the one before it, of which a small record is left: a hash and a sketch a paragraph.

The hash of a paragraph is the sum of the hashes of its words and of its pairs of words. So the hash of two paragraphs
that were merged is known but for the pair at their border, and a line break that came or went is told from a change.
The sketch are the lowest four bits of the smallest hash of its words under each of several permutations (b-bit minwise
hashing: Li and König, WWW 2010): two paragraphs agree in as many of them as they share words.
"""

import struct
from base64 import b64decode, b64encode
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from math import comb
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.contracts.events import Changes
from streams.core.fingerprint import finished
from streams.core.scan import Hashes
from streams.core.wording import correction_note, paragraphs, read_paragraphs

MAX_PARAGRAPHS: Final = 64  # remembered of a version; one article in forty has more
MAX_READ: Final = 2 * MAX_PARAGRAPHS  # of the new version: what was pushed down by new paragraphs is found again
MAX_RECORD_BYTES: Final = 448  # some 600 characters in base64
MAX_NOTE_CHARS: Final = 1_000  # longer ones are cut, the text keeps its own
PERMUTATIONS: Final = 20  # two a byte; with many paragraphs there are fewer
CHANCE: Final = 0.1  # that two unrelated paragraphs of an article agree in a permutation: a bit over one in sixteen
MAX_BY_CHANCE: Final = 0.05  # pairs called altered among so many unrelated ones: the more candidates, the more is asked

_HASH_BYTES: Final = 3  # one in 16 million; a handful of paragraphs is compared with a handful
_HASH: Final = np.uint64((1 << 8 * _HASH_BYTES) - 1)
_LOW_BITS: Final = np.uint64(15)
_HEAD: Final = struct.Struct("<BBBI")  # bytes of a sketch, paragraphs of the header, of the footer, in all
_NEXT: Final = np.uint64(0xC2B2AE3D27D4EB4F)  # odd: the second word of a pair counts otherwise than the first
_FACTORS: Final = finished(np.arange(1, PERMUTATIONS + 1, dtype=np.uint64)) | np.uint64(
    1
)  # odd: each permutes all words
_PASSED_OVER: Final = np.uint64(8)  # of a product, the lowest bits know only the lowest ones of the word's hash
_NOTHING: Final = 0  # hash of a paragraph without a word: asterisks, a rule

Sketches = npt.NDArray[np.uint8]  # a row a paragraph, values below 16


class Paragraphs(NamedTuple):
    """What is kept of the paragraphs of a version."""

    header: int  # of them, lines at the beginning and at the end that only the outlet adds: what changes there
    footer: int  # is not named
    total: int
    hashes: tuple[int, ...]  # of the first ones
    sketches: Sketches

    @property
    def body(self) -> range:
        """The places of paragraphs whose changes are named."""
        return range(self.header, self.total - self.footer)

    def pack(self) -> str:
        """Return the first `MAX_PARAGRAPHS` as base64; the more there are, the shorter their sketches."""
        hashes = np.array(self.hashes[:MAX_PARAGRAPHS], dtype="<u4")
        width = PERMUTATIONS // 2
        if len(hashes):
            width = min(width, MAX_RECORD_BYTES // len(hashes) - _HASH_BYTES)
        low = self.sketches[: len(hashes), : 2 * width]
        halves = low[:, ::2] << 4 | low[:, 1::2]
        head = _HEAD.pack(width, self.header, self.footer, self.total)
        return b64encode(head + hashes.view("u1").reshape(-1, 4)[:, :_HASH_BYTES].tobytes() + halves.tobytes()).decode()


class Version(NamedTuple):
    """A version that is at hand: its paragraphs, and the pairs of words at their borders and within them."""

    kept: Paragraphs
    pairs: Hashes  # of each word and the next one
    starts: tuple[int, ...]  # of each paragraph: its first word
    ends: tuple[int, ...]


def unpack(packed: str) -> Paragraphs:
    """Return the paragraphs that `Paragraphs.pack` wrote."""
    data = b64decode(packed)
    width, header, footer, total = _HEAD.unpack_from(data)
    count = min(total, MAX_PARAGRAPHS)
    at = _HEAD.size + count * _HASH_BYTES
    hashes = tuple(int.from_bytes(data[n : n + _HASH_BYTES], "little") for n in range(_HEAD.size, at, _HASH_BYTES))
    halves = np.frombuffer(data, np.uint8, count * width, at).reshape(count, width)
    sketches = np.stack([halves >> 4, halves & 15], axis=2).reshape(count, 2 * width)
    return Paragraphs(header, footer, total, hashes, sketches)


def version_of(text: str) -> Version:
    """Return the first paragraphs of a text as they are compared; a pure function of its words."""
    reading = read_paragraphs(text)
    ends = reading.ends[:MAX_READ]
    starts = np.concatenate([np.zeros(1, np.intp), ends])[:-1]
    words = reading.hashes[: int(ends[-1]) if len(ends) else 0]
    pairs = finished(words[:-1] + words[1:] * _NEXT) & _HASH
    hashes = _hashes(words, pairs, starts, ends)
    sketches = _sketches(words, reading.telling[: len(words)], starts, ends)
    kept = Paragraphs(reading.header, reading.footer, len(reading.ends), tuple(hashes.tolist()), sketches)
    return Version(kept, pairs, tuple(starts.tolist()), tuple(ends.tolist()))


def _hashes(words: Hashes, pairs: Hashes, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]) -> Hashes:
    """Return of each paragraph the sum over its words and its pairs of words."""
    word_sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(finished(words), dtype=np.uint64)])
    pair_sums = np.concatenate([np.zeros(2, np.uint64), np.cumsum(pairs, dtype=np.uint64)])
    inner = np.where(ends > starts, pair_sums[ends] - pair_sums[np.minimum(starts + 1, len(words))], np.uint64(0))
    sums: Hashes = (word_sums[ends] - word_sums[starts] + inner) & _HASH
    return sums


def _sketches(
    words: Hashes, telling: npt.NDArray[np.bool_], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
) -> Sketches:
    """Return of each paragraph the low bits of its smallest telling words; of all words where none tells."""
    sketches = np.zeros((len(starts), PERMUTATIONS), np.uint8)
    filled = ends > starts
    first = starts[filled]
    if not len(first):
        return sketches
    chosen = telling | np.repeat(~np.logical_or.reduceat(telling, first), (ends - starts)[filled])
    kept = words[chosen]
    begins = np.searchsorted(np.flatnonzero(chosen), first)
    smallest = np.minimum.reduceat(np.multiply.outer(_FACTORS, kept), begins, axis=1)
    sketches[filled] = (smallest >> _PASSED_OVER & _LOW_BITS).T
    return sketches


def changes(before: Paragraphs, after: Version, *, title: bool) -> Changes:
    """Return what `after` changes of the version before, whose paragraphs are `before`; the note is not sought here."""
    paired = _Paired(before, after)
    open_end = before.total > MAX_PARAGRAPHS or after.kept.total > MAX_READ
    last = max(paired.found, default=-1)
    known = last + 1 if open_end else after.kept.total
    removed = paired.old_left
    if after.kept.total > MAX_READ:  # they may stand where it was not read
        removed = [place for place in removed if place < max(paired.found.values(), default=-1)]
    body = after.kept.body
    return Changes(
        title=title, added=_within(body, (place for place in paired.new_left if place < known)),
        removed=_within(before.body, removed), altered=_within(body, paired.altered), moved=_within(body, paired.moved),
        uncompared=after.kept.total - known,
    )  # fmt: skip


def with_note(found: Changes, title: str, text: str) -> Changes:
    """Return the changes with the correction note of the article, which is new, named as such."""
    note = correction_note(title, text)
    added = tuple(place for place in found.added if paragraphs(text)[place] != note)
    return found.model_copy(update={"note": note[:MAX_NOTE_CHARS], "added": added})


def _within(body: range, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(place for place in places if place in body))


class _Paired:
    """Which paragraph of the old text each of the new one is, from the surest to the least sure."""

    def __init__(self, before: Paragraphs, after: Version) -> None:
        self._before, self._after = before, after
        self._old, self._new = before.hashes, after.kept.hashes
        self.old_left = [place for place, found in enumerate(self._old) if found != _NOTHING]
        self.new_left = [place for place, found in enumerate(self._new) if found != _NOTHING]
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
        for new in tuple(self.new_left):
            pairs = self._after.pairs[self._after.starts[new] : self._after.ends[new] - 1].tolist()
            borders = {self._border(new, *two): two for two in pairwise(self.old_left)}
            two = next((borders[pair] for pair in pairs if pair in borders), None)
            if two is not None:
                self._pair(two, [new])

    def _border(self, new: int, first: int, second: int) -> int:
        """Return which pair of words stands where two old paragraphs meet, if the new one is made of them."""
        return _difference(self._new[new], self._old[first], self._old[second])

    def _find_split(self) -> None:
        for two in tuple(pairwise(self.new_left)):
            if not set(two) <= set(self.new_left) or self._after.ends[two[0]] != self._after.starts[two[1]]:
                continue
            border = int(self._after.pairs[self._after.ends[two[0]] - 1])
            parts = (border, *(self._new[at] for at in two))
            old = next((place for place in self.old_left if _difference(self._old[place], *parts) == 0), None)
            if old is not None:
                self._pair([old], two)

    def _find_altered(self, in_order: Sequence[tuple[int, int]]) -> None:
        """Pair what is alike, the most alike first; between the same neighbours less is asked."""
        for old, new in self._alike([new for new, _ in in_order], [old for _, old in in_order]):
            if old in self.old_left and new in self.new_left:
                self._pair([old], [new])
                self.altered.append(new)

    def _alike(self, fixed_new: Sequence[int], fixed_old: Sequence[int]) -> list[tuple[int, int]]:
        if not (self.old_left and self.new_left):
            return []
        one, other = self._before.sketches[self.old_left], self._after.kept.sketches[self.new_left]
        agree = (one[:, None] == other[None, :, : one.shape[1]]).sum(axis=2)
        old_gaps, new_gaps = ([bisect(fixed, place) for place in left] for fixed, left in (
            (fixed_old, self.old_left), (fixed_new, self.new_left),
        ))  # fmt: skip
        ranked = []
        for row, column in np.argwhere(agree >= _least(one.shape[1], 1)).tolist():
            here = old_gaps[row] == new_gaps[column]
            rivals = old_gaps.count(old_gaps[row]) * new_gaps.count(new_gaps[column]) if here else agree.size
            if agree[row, column] >= _least(one.shape[1], rivals):
                old, new = self.old_left[row], self.new_left[column]
                ranked.append((-int(agree[row, column]), not here, abs(old - new), old, new))
        return [(old, new) for *_, old, new in sorted(ranked)]


@lru_cache(maxsize=1_024)
def _least(permutations: int, candidates: int) -> int:
    """Return in how many permutations paragraphs must agree to be one altered, among so many candidates."""
    tail = 0.0
    for least in range(permutations, 0, -1):
        tail += comb(permutations, least) * CHANCE**least * (1 - CHANCE) ** (permutations - least)
        if tail * candidates > MAX_BY_CHANCE:
            return least + 1
    return 1


def _difference(whole: int, *parts: int) -> int:
    return (whole - sum(parts)) & int(_HASH)


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
