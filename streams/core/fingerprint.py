"""A text as a fingerprint: hashes that are equal for equal words, and a small sketch that tells how alike texts are.

The sketch keeps the k smallest hashes of a set (bottom-k: Cohen and Kaplan, "Summarizing data using bottom-k sketches",
PODC 2007). Below the smaller of two sketches' largest hashes both are complete samples, so Jaccard similarity and
containment in both directions follow by counting; sets of fewer than k are compared exactly. Candidates for comparison
share at least one of their few smallest shingle hashes: two texts of Jaccard similarity J share none of m with
probability (1-J)^m.
"""

import hashlib
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from streams.core.compiled import compiled
from streams.core.scan import Hashes, Places
from streams.core.wording import Reading, Wording, read

SHINGLE_WORDS: Final = 5  # as usual for news: four occur in unrelated reports, six are broken by every second edit
PAIR_WORDS: Final = 2  # one word in seven exchanged breaks half of the fives, a quarter of the pairs
MAX_SHINGLES: Final = 112  # 4 bytes each; a standard error of .047 at Jaccard .5
MAX_PAIRS: Final = 112
MAX_NUMBERS: Final = 32  # 4 bytes each
MAX_NAMES: Final = 48  # 4 bytes each
DIGEST_BYTES: Final = 12  # nobody finds a second text for it, and chance does not either
BARE_WORDS: Final = 150  # a shorter text that mentions nothing of its title may be a paywall's or cookie notice's

_FACTORS: Final = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5],
    dtype=np.uint64,
)  # odd constants of xxHash: position matters in a shingle
_NUMBER: Final = np.uint64(1)  # stands for any figure
_NAME: Final = np.uint64(2)  # stands for any run of names
_BEFORE: Final = 2  # words before a slot that count as its surroundings; one behind it does
_VALUE_BITS: Final = 12
_VALUE_SHIFT: Final = np.uint64(64 - _VALUE_BITS)
_AROUND_SHIFT: Final = np.uint64(64 - 20)  # the other 20 bits of 32
_HEAD: Final = struct.Struct("<IIIBBBBB")  # words, distinct shingles, note, format, four lengths
_WHOLE, _BARE = 192, 193  # formats; before there were pairs of words, a length of 112 at most stood in this place


class Fingerprint(NamedTuple):
    """What is kept of a text to compare it with later ones; about 1.6 KB packed."""

    words: int
    text_hash: str  # of the normalised words of the text, without byline and footer
    title_hash: str
    shingles: Hashes  # bottom-k of 32 bits, ascending
    pairs: Hashes  # of two words each, likewise
    shingle_count: int  # of distinct ones, before the cut
    numbers: Hashes  # figures in their surroundings: bottom-k of 20 + 12 bits
    names: Hashes  # names in their surroundings, likewise
    bare: bool  # a short text that mentions nothing of its title
    note: int  # hash of the correction note, 0 without one

    def pack(self) -> str:
        """Return the sketches as base64; the hashes travel apart."""
        parts = (self.shingles, self.pairs, self.numbers, self.names)
        head = _HEAD.pack(self.words, self.shingle_count, self.note, _BARE if self.bare else _WHOLE, *map(len, parts))
        return b64encode(head + b"".join(part.astype("<u4").tobytes() for part in parts)).decode()


class Overlap(NamedTuple):
    """How two sets overlap: counts in the part of the hash range where both sketches are complete."""

    shared: int
    only_a: int
    only_b: int

    @property
    def jaccard(self) -> float:
        """Shared by either, 0 to 1; 0 for two empty sets."""
        return _share(self.shared, self.shared + self.only_a + self.only_b)

    @property
    def a_in_b(self) -> float:
        """The share of a that b holds too."""
        return _share(self.shared, self.shared + self.only_a)

    @property
    def b_in_a(self) -> float:
        """The share of b that a holds too."""
        return _share(self.shared, self.shared + self.only_b)


def fingerprint(reading: Reading) -> Fingerprint:
    """Return the fingerprint of an article; a pure function of its words."""
    heading, body, note = reading[:3]
    shingles, count = _shingles(body.hashes, SHINGLE_WORDS, MAX_SHINGLES)
    numbers, names = map(distinct, slots(body))
    return Fingerprint(
        words=len(body.hashes), text_hash=_digest(body), title_hash=_digest(heading),
        shingles=shingles, shingle_count=count, pairs=_shingles(body.hashes, PAIR_WORDS, MAX_PAIRS)[0],
        numbers=numbers[:MAX_NUMBERS], names=names[:MAX_NAMES],
        bare=_is_bare(heading, body), note=int(_digest(read(note))[:8], 16) if note else 0,
    )  # fmt: skip


def unpack(packed: str | bytes, text_hash: str, title_hash: str) -> Fingerprint | None:
    """Return the fingerprint that `Fingerprint.pack` wrote; None of one from before there were pairs."""
    data = b64decode(packed)
    words, count, note, form, *sizes = _HEAD.unpack_from(data)
    if form < _WHOLE:
        return None
    hashes = np.frombuffer(data, "<u4", sum(sizes), _HEAD.size).astype(np.uint64)
    first, second, third, end = accumulate(sizes)
    return Fingerprint(
        words, text_hash, title_hash, hashes[:first], hashes[first:second], count, hashes[second:third],
        hashes[third:end], form == _BARE, note,
    )  # fmt: skip


def smallest(packed: str, count: int) -> tuple[int, bool, tuple[int, ...]]:
    """Return the words, whether the text is bare, and the smallest shingles of a packed fingerprint.

    Reads no more of it than it needs: a state is rebuilt from a million of them. One from before there were pairs has
    no shingles to be found by.
    """
    data = b64decode(packed[: _base64_chars(_HEAD.size + 4 * count)])
    words, _, _, form, shingles, *_ = _HEAD.unpack_from(data)
    found = min(count, shingles) if form >= _WHOLE else 0
    return words, form == _BARE, struct.unpack_from(f"<{found}I", data, _HEAD.size)


def _base64_chars(size: int) -> int:
    return -(-size // 3) * 4


def overlap(a: Hashes, b: Hashes, size: int) -> Overlap:
    """Compare two sketches of at most `size` hashes each."""
    return Overlap(*_overlap(a, b, size))


@compiled
def _overlap(a: Hashes, b: Hashes, size: int) -> tuple[int, int, int]:
    limit = complete_up_to(a, b, size)
    shared, in_a, in_b = 0, 0, 0
    while True:
        more_a, more_b = in_a < len(a) and a[in_a] <= limit, in_b < len(b) and b[in_b] <= limit
        if more_a and more_b and a[in_a] == b[in_b]:
            shared, in_a, in_b = shared + 1, in_a + 1, in_b + 1
        elif more_a and (not more_b or a[in_a] < b[in_b]):
            in_a += 1
        elif more_b:
            in_b += 1
        else:
            return shared, in_a - shared, in_b - shared


@compiled
def exchanged(a: Hashes, b: Hashes, size: int) -> tuple[int, int]:
    """Compare two sketches of slots: return how many hold equal values, and how many another in equal surroundings."""
    limit = complete_up_to(a, b, size)
    equal, other, in_a, in_b = 0, 0, 0, 0
    while in_a < len(a) and a[in_a] <= limit and in_b < len(b) and b[in_b] <= limit:
        around = min(a[in_a], b[in_b]) >> np.uint64(_VALUE_BITS)
        only_a, only_b = 0, 0  # of the slots with these surroundings
        while True:
            more_a = in_a < len(a) and a[in_a] <= limit and a[in_a] >> np.uint64(_VALUE_BITS) == around
            more_b = in_b < len(b) and b[in_b] <= limit and b[in_b] >> np.uint64(_VALUE_BITS) == around
            if more_a and more_b and a[in_a] == b[in_b]:
                equal, in_a, in_b = equal + 1, in_a + 1, in_b + 1
            elif more_a and (not more_b or a[in_a] < b[in_b]):
                only_a, in_a = only_a + 1, in_a + 1
            elif more_b:
                only_b, in_b = only_b + 1, in_b + 1
            else:
                break
        other += min(only_a, only_b)
    return equal, other


def digest(words: Iterable[str]) -> str:
    """Return a hash of words in order, as hex."""
    return hashlib.blake2b("\n".join(words).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()


def _digest(wording: Wording) -> str:
    return hashlib.blake2b(wording.hashes.astype("<u8").tobytes(), digest_size=DIGEST_BYTES).hexdigest()


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


@compiled
def complete_up_to(a: Hashes, b: Hashes, size: int) -> np.uint64:
    """Return the hash up to which both sketches are complete samples; what lies above is not compared."""
    limit = np.uint64(2**32)
    if len(a) >= size:
        limit = min(limit, a[-1])
    if len(b) >= size:
        limit = min(limit, b[-1])
    return limit


def surroundings(slots: Hashes) -> Hashes:
    """Return of each slot what stands around it, without what fills it."""
    return slots >> np.uint64(_VALUE_BITS)


def _shingles(hashes: Hashes, words: int, most: int) -> tuple[Hashes, int]:
    """Return the smallest distinct 32-bit hashes of all runs of so many words, and how many distinct ones there are.

    A shorter text is one run.
    """
    found = _runs(hashes, min(words, len(hashes)))
    found.sort()
    return _smallest(found, most)


def distinct(hashes: Hashes) -> Hashes:
    """Return the hashes ascending, each once."""
    return _smallest(np.sort(hashes), len(hashes))[0]


@compiled
def _smallest(ordered: Hashes, most: int) -> tuple[Hashes, int]:
    """Return the first distinct ones of sorted hashes, and how many distinct ones there are."""
    kept = np.empty(min(most, len(ordered)), np.uint64)
    count = 0
    for at, found in enumerate(ordered):
        if at == 0 or found != ordered[at - 1]:
            if count < len(kept):
                kept[count] = found
            count += 1
    return kept[: min(count, len(kept))], count


@compiled
def _runs(hashes: Hashes, words: int) -> Hashes:
    """Return a 32-bit hash of each run of so many words, in which the place of each word counts."""
    found = np.empty(len(hashes) - words + 1 if len(hashes) else 0, np.uint64)
    for start in range(len(found)):
        total = np.uint64(0)
        for place in range(words):
            total += _stirred(hashes[start + place]) * _FACTORS[place]
        found[start] = _finished(total) >> np.uint64(32)
    return found


@compiled
def _stirred(found: np.uint64) -> np.uint64:
    """Let the upper bits of a hash reach its lower ones."""
    return found ^ (found >> np.uint64(29))


@compiled
def _finished(mixed: np.uint64) -> np.uint64:
    """Spread the bits (finaliser of splitmix64), so that the smallest hashes are a fair sample."""
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def slots(body: Wording) -> tuple[Hashes, Hashes]:
    """Return of each figure and of each name of a text a hash of its surroundings above a hash of itself.

    Surroundings are two words before and one after, with figures and names left blank, so that two reports of one
    template fill equal surroundings with other values. A run of names shares its surroundings.
    """
    return _slots(body.hashes, body.figures, body.names_at)


@compiled
def _slots(hashes: Hashes, figures: Places, names: Places) -> tuple[Hashes, Hashes]:
    blanked = np.zeros(len(hashes) + _BEFORE + 1, np.uint64)  # blanked[i + 2] is word i
    for at in range(len(hashes)):
        blanked[at + _BEFORE] = _stirred(hashes[at])
    for at in figures:
        blanked[at + _BEFORE] = _NUMBER
    for at in names:
        blanked[at + _BEFORE] = _NAME
    numbers, named = np.empty(len(figures), np.uint64), np.empty(len(names), np.uint64)
    for place, at in enumerate(figures):
        numbers[place] = _filled(hashes[at], blanked, at, at)
    first = 0
    while first < len(names):
        last = first
        while last + 1 < len(names) and names[last + 1] == names[last] + 1:
            last += 1
        for place in range(first, last + 1):
            named[place] = _filled(hashes[names[place]], blanked, names[first], names[last])
        first = last + 1
    return numbers, named


@compiled
def _filled(value: np.uint64, blanked: Hashes, first: int, last: int) -> np.uint64:
    around = blanked[first] * _FACTORS[0] + blanked[first + 1] * _FACTORS[1] + blanked[last + _BEFORE + 1] * _FACTORS[2]
    return (_finished(around) >> _AROUND_SHIFT << np.uint64(_VALUE_BITS)) | (value >> _VALUE_SHIFT)


def _is_bare(heading: Wording, body: Wording) -> bool:
    return len(body.hashes) < BARE_WORDS and not np.isin(heading.hashes[heading.telling], body.hashes).any()
