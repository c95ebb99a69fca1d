"""What is kept of the paragraphs of a version, to say later what the next one changes: a hash and a sketch of each.

The hash of a paragraph is a sum over its words, each times a factor that the next word gives. So the hash of any
stretch of a text at hand is a difference of two running sums, and a paragraph is found again where line breaks came or
went.
The sketch is the greatest hash in each of several bins (one permutation hashing: Li, Owen and Zhang, NIPS 2012), of
which four bits are kept (b-bit minwise hashing: Li and König, WWW 2010): of the bins that either of two paragraphs
fills, they agree in as many as they share words.
"""

import struct
from base64 import b64decode, b64encode
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from streams.core.compiled import compiled
from streams.core.scan import TELLS, Facts, Hashes, Places
from streams.core.wording import Paragraphs

MAX_PARAGRAPHS: Final = 64  # remembered of a version; one article in forty has more
MAX_READ: Final = 2 * MAX_PARAGRAPHS  # of the new version: what was pushed down by new paragraphs is found again
MAX_BYTES: Final = 448  # beside the head; some 600 characters in base64
BINS: Final = 16  # two a byte; with many paragraphs there are fewer

_HASH_BYTES: Final = 3  # one in 16 million; a handful of paragraphs is compared with a handful
HASH: Final = np.uint64((1 << 8 * _HASH_BYTES) - 1)
NOTHING: Final = 0  # hash of a paragraph without a word: asterisks, a rule
_HEAD: Final = struct.Struct("<BBBI")  # bytes of a sketch, paragraphs of the header, of the footer, in all
_BYTE: Final = np.uint64(255)
_BYTE_BITS: Final = np.uint64(8)
_BIN_SHIFT: Final = np.uint64(64 - (BINS - 1).bit_length())
_FACTOR_SHIFT: Final = np.uint64(32)
_ODD: Final = np.uint64(1)
_VALUE: Final = np.uint64(2**32 - 1)
_LOW: Final = np.uint32(15)  # four bits; 0 is a bin that no word fills, or as good as one

Sketches: TypeAlias = npt.NDArray[np.uint8]  # a row a paragraph, 0 to 15


class Outline(NamedTuple):
    """What is kept of the paragraphs of a version."""

    header: int  # of them, lines at the beginning and at the end that only the outlet adds: what changes there
    footer: int  # is not named
    total: int
    hashes: Hashes  # of the first ones
    sketches: Sketches

    @property
    def body(self) -> range:
        """The places of paragraphs whose changes are named."""
        return range(self.header, self.total - self.footer)

    def pack(self) -> str:
        """Return the first `MAX_PARAGRAPHS` as base64; the more there are, the shorter their sketches."""
        count = min(len(self.hashes), MAX_PARAGRAPHS)
        width = min(BINS // 2, MAX_BYTES // count - _HASH_BYTES) if count else 0
        head = _HEAD.pack(width, self.header, self.footer, self.total)
        return b64encode(head + _packed(self.hashes[:count], self.sketches, width).tobytes()).decode()


@compiled
def _packed(hashes: Hashes, sketches: Sketches, width: int) -> Sketches:
    """Return the hashes, three bytes each, and the sketches behind them, two bins a byte."""
    found = np.empty(len(hashes) * (_HASH_BYTES + width), np.uint8)
    at = 0
    for whole in hashes:
        left = whole
        for _ in range(_HASH_BYTES):
            found[at] = left & _BYTE
            left >>= _BYTE_BITS
            at += 1
    for place in range(len(hashes)):
        for pair in range(width):
            found[at] = sketches[place, 2 * pair] << 4 | sketches[place, 2 * pair + 1]
            at += 1
    return found


def unpack(packed: str) -> Outline:
    """Return the outline that `Outline.pack` wrote."""
    data = b64decode(packed)
    width, header, footer, total = _HEAD.unpack_from(data)
    count = min(total, MAX_PARAGRAPHS)
    at = _HEAD.size + count * _HASH_BYTES
    hashes = [int.from_bytes(data[n : n + _HASH_BYTES], "little") for n in range(_HEAD.size, at, _HASH_BYTES)]
    halves = np.frombuffer(data, np.uint8, count * width, at).reshape(count, width)
    sketches = np.stack([halves >> 4, halves & 15], axis=2).reshape(count, 2 * width)
    return Outline(header, footer, total, np.array(hashes, np.uint64), sketches)


def outline(words: Paragraphs, most: int = MAX_PARAGRAPHS) -> Outline:
    """Return what is kept of the first paragraphs of a text; a pure function of its words."""
    hashes, sketches = _outlined(words.hashes, words.facts, words.ends[:most])
    return Outline(words.header, words.footer, len(words.ends), hashes, sketches)


@compiled
def _outlined(words: Hashes, facts: Facts, ends: Places) -> tuple[Hashes, Sketches]:
    hashes, sketches = np.zeros(len(ends), np.uint64), np.zeros((len(ends), BINS), np.uint8)
    given, greatest = factors(words), np.zeros(BINS, np.uint32)
    start = 0
    for place, end in enumerate(ends):
        total, tells = np.uint64(0), False
        for at in range(start, end):
            total += words[at] * given[at + 1] if at + 1 < end else words[at]
            tells |= facts[at] & TELLS > 0
        hashes[place] = total & HASH
        greatest[:] = 0
        for at in range(start, end):  # its telling words; all words where none tells
            if facts[at] & TELLS or not tells:
                kept = words[at] >> _BIN_SHIFT
                greatest[kept] = max(greatest[kept], np.uint32(words[at] & _VALUE))
        for kept in range(BINS):
            sketches[place, kept] = greatest[kept] & _LOW
        start = end
    return hashes, sketches


@compiled
def factors(words: Hashes) -> Hashes:
    """Return what each word gives to the one before it as a factor: odd, so that nothing of that one is lost."""
    return (words >> _FACTOR_SHIFT) | _ODD
