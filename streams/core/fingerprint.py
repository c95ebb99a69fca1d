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
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.core.scan import Hashes
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
_NUMBER: Final = 1  # stands for any figure
_NAME: Final = 2  # stands for any run of names
_AROUND_BITS: Final = 20
_VALUE_BITS: Final = 12
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
    heading, body, note, _ = reading
    shingles = _shingles(body.hashes, SHINGLE_WORDS)
    numbers, names = map(distinct, slots(body))
    return Fingerprint(
        words=len(body.hashes), text_hash=_digest(body), title_hash=_digest(heading),
        shingles=shingles[:MAX_SHINGLES], shingle_count=len(shingles),
        pairs=_shingles(body.hashes, PAIR_WORDS)[:MAX_PAIRS],
        numbers=numbers[:MAX_NUMBERS], names=names[:MAX_NAMES],
        bare=_is_bare(heading, body), note=int(_digest(read(note))[:8], 16) if note else 0,
    )  # fmt: skip


def unpack(packed: str, text_hash: str, title_hash: str) -> Fingerprint | None:
    """Return the fingerprint that `Fingerprint.pack` wrote; None of one from before there were pairs."""
    data = b64decode(packed)
    words, count, note, form, *sizes = _HEAD.unpack_from(data)
    if form < _WHOLE:
        return None
    ends = _HEAD.size + 4 * np.cumsum(sizes)
    shingles, pairs, numbers, names = (
        _read(data, "<u4", size, int(end) - 4 * size) for size, end in zip(sizes, ends, strict=True)
    )
    return Fingerprint(
        words=words, text_hash=text_hash, title_hash=title_hash, shingle_count=count, bare=form == _BARE, note=note,
        shingles=shingles, pairs=pairs, numbers=numbers, names=names,
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
    limit = complete_up_to(a, b, size)
    a, b = a[: np.searchsorted(a, limit, "right")], b[: np.searchsorted(b, limit, "right")]
    shared = int(np.intersect1d(a, b, assume_unique=True).size)
    return Overlap(shared, len(a) - shared, len(b) - shared)


def exchanged(a: Hashes, b: Hashes, size: int) -> tuple[int, int]:
    """Compare two sketches of slots: return how many hold equal values, and how many another in equal surroundings."""
    limit = complete_up_to(a, b, size)
    a, b = a[: np.searchsorted(a, limit, "right")], b[: np.searchsorted(b, limit, "right")]
    equal = np.intersect1d(a, b, assume_unique=True)
    only_a, only_b = (Counter(surroundings(np.setdiff1d(side, equal, assume_unique=True)).tolist()) for side in (a, b))
    return int(equal.size), (only_a & only_b).total()


def digest(words: Iterable[str]) -> str:
    """Return a hash of words in order, as hex."""
    return hashlib.blake2b("\n".join(words).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()


def _digest(wording: Wording) -> str:
    return hashlib.blake2b(wording.hashes.astype("<u8").tobytes(), digest_size=DIGEST_BYTES).hexdigest()


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def complete_up_to(a: Hashes, b: Hashes, size: int) -> int:
    """Return the hash up to which both sketches are complete samples; what lies above is not compared."""
    return min(int(sketch[-1]) if len(sketch) >= size else 2**32 for sketch in (a, b))


def surroundings(slots: Hashes) -> Hashes:
    """Return of each slot what stands around it, without what fills it."""
    return slots >> np.uint64(_VALUE_BITS)


def _shingles(hashes: Hashes, words: int) -> Hashes:
    """Return the distinct 32-bit hashes of all runs of so many words; of the whole text where it is shorter."""
    if not len(hashes):
        return hashes
    runs, spread = max(1, len(hashes) - words + 1), _spread(hashes)
    return distinct(_mixed([spread[at : at + runs] for at in range(min(words, len(hashes)))], 32))


def distinct(hashes: Hashes) -> Hashes:
    """Return the hashes ascending, each once."""
    ordered = np.sort(hashes)
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _spread(hashes: Hashes) -> Hashes:
    """Let the upper bits of a hash reach its lower ones; before `_mixed`, once for all the places that a part takes."""
    return hashes ^ (hashes >> np.uint64(29))


def _mixed(spread: Sequence[Hashes], bits: int) -> Hashes:
    """Return one hash of this many bits for the parts together, in which the place of each part counts."""
    summed = spread[0] * _FACTORS[0]
    for part, factor in zip(spread[1:], _FACTORS[1:], strict=False):
        summed += part * factor
    return _finished(summed) >> np.uint64(64 - bits)


def _finished(mixed: Hashes) -> Hashes:
    """Spread the bits (finaliser of splitmix64), so that the smallest hashes are a fair sample."""
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def slots(body: Wording) -> tuple[Hashes, Hashes]:
    """Return of each figure and of each name of a text a hash of its surroundings above a hash of itself.

    Surroundings are two words before and one after, with figures and names left blank, so that two reports of one
    template fill equal surroundings with other values. A run of names shares its surroundings.
    """
    hashes, numbers, names = body.hashes, body.figures, body.names_at
    padded = np.zeros(len(hashes) + 3)  # floats, thus 53 bits of each hash: recorded decisions were made of those
    padded[2:-1] = hashes
    padded[numbers + 2] = _NUMBER
    padded[names + 2] = _NAME
    text = _spread(padded.astype(np.uint64))  # text[i + 2] is word i
    starts, ends = np.ones((2, len(names)), bool)  # of the runs of names
    starts[1:] = ends[:-1] = names[1:] - names[:-1] > 1
    run = np.cumsum(starts) - 1  # of each name
    before, after = names[starts][run], names[ends][run] + 1
    return (
        _filled(hashes[numbers], text[numbers], text[numbers + 1], text[numbers + 3]),
        _filled(hashes[names], text[before], text[before + 1], text[after + 2]),
    )


def _filled(values: Hashes, *around: Hashes) -> Hashes:
    return _mixed(around, _AROUND_BITS) << np.uint64(_VALUE_BITS) | values >> np.uint64(64 - _VALUE_BITS)


def _read(data: bytes, kind: str, count: int, offset: int) -> Hashes:
    values: npt.NDArray[Any] = np.frombuffer(data, kind, count, offset)
    return values.astype(np.uint64)


def _is_bare(heading: Wording, body: Wording) -> bool:
    return len(body.hashes) < BARE_WORDS and not np.isin(heading.hashes[heading.telling], body.hashes).any()
