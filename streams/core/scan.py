"""The words of a text by operations on whole arrays: what `streams/core/tokens.py` finds, in a third of the time.

A word is hashed as a polynomial over its case-folded characters modulo 2**64 (Karp and Rabin, "Efficient randomized
pattern-matching algorithms", IBM Journal of Research and Development 31, 1987): the difference of two sums that run
through the text, over the power at which it begins.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from streams.core.tokens import BEYOND_LATIN, FUNCTION_WORDS, HOUSE_STYLE, Kind, pattern_of, plain, word_of

Hashes: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.intp]
Flags: TypeAlias = npt.NDArray[np.bool_]
_Characters: TypeAlias = npt.NDArray[np.uint32]

MAX_REMEMBERED: Final = 65_536  # tokens or chunks that take the slow way; then it starts anew
_BASE: Final = 0x9E3779B97F4A7C15  # odd, so that it has an inverse
_BLOCK: Final = 65_536  # powers that are made at a time; texts are seldom longer
_ROW_BYTES: Final = 24  # of a word that takes the slow way
_LINE_BREAK: Final = ord("\n")
_BMP: Final = 65_536  # characters that the tables know; the last one stands for all beyond

_LETTER, _DIGIT, _JOINER = 1, 2, 3  # a joiner continues a word and begins none: the underscore
_CLASS: Final = 3
_UPPER: Final = 8
_SLOW: Final = 16  # a text with such a character takes the slow way
_FUNCTION, _NUMERAL, _NOTHING = 1, 2, 3  # of words in lists: says nothing, is a figure, is left out


class Scanned(NamedTuple):
    """The words of a text in order."""

    hashes: Hashes  # of each word, 64 bits
    figures: Flags
    capitals: Flags  # written with a capital letter, and no function word
    telling: Flags  # says something about the subject
    lines: Places  # of each line of the text: at which word the next one begins


class _Spans(NamedTuple):
    """Where the tokens of a text begin and end."""

    starts: Places
    ends: Places
    numbers: Flags


def word_hashes(words: Sequence[str]) -> Hashes:
    """Return the hashes of case-folded words."""
    sizes = np.array([len(word) for word in words], np.intp)
    ends = sizes.cumsum()
    characters = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), "<u4")
    return _span_hashes(characters.astype(np.uint64), ends - sizes, ends)


def scan(text: str) -> Scanned:
    """Return the words of a text; equal for texts that differ in case, quotes, punctuation or spacing only."""
    normal = plain(text)
    characters = np.frombuffer(normal.encode("utf-32-le", "surrogatepass"), "<u4")
    kinds = _KINDS.take(characters, mode="clip")
    if not len(kinds) or kinds.max() >= _SLOW:
        return _slowly(normal)
    in_word = np.zeros(len(kinds) + 2, np.bool_)
    np.greater(kinds & _CLASS, 0, out=in_word[1:-1])
    edges = (in_word[1:] != in_word[:-1]).nonzero()[0]
    spans = _tokens(normal, kinds, edges[::2], edges[1::2])
    spans, initials = _joined_initials(normal, in_word, spans)
    hashes = _span_hashes(_FOLDED.take(characters), spans.starts, spans.ends)
    sizes = spans.ends - spans.starts
    for at in (spans.numbers & (sizes > 1)).nonzero()[0].tolist():
        token = normal[spans.starts[at] : spans.ends[at]]
        if not token.isdecimal():
            hashes[at] = _ODD_TOKENS[token]
    for at in initials:
        token = normal[spans.starts[at] : spans.ends[at]]
        hashes[at], sizes[at] = _ODD_TOKENS[token], len(token) // 2 + 1
    return _described(characters, kinds, spans, sizes, hashes)


def _tokens(text: str, kinds: npt.NDArray[np.uint8], starts: Places, ends: Places) -> _Spans:
    """Return the tokens of runs of word characters; numbers may reach over several, as in 1,250.50."""
    simple = kinds[starts] & _CLASS == _LETTER
    plain_starts, plain_ends = starts[simple], ends[simple]
    if len(plain_starts) == len(starts):
        return _Spans(plain_starts, plain_ends, np.zeros(len(starts), np.bool_))
    odd = _odd_runs(text, starts[~simple].tolist(), ends[~simple].tolist())
    all_starts = np.concatenate((plain_starts, np.array([start for start, _, _ in odd], np.intp)))
    all_ends = np.concatenate((plain_ends, np.array([end for _, end, _ in odd], np.intp)))
    numbers = np.zeros(len(all_starts), np.bool_)
    numbers[len(plain_starts) :] = [number for _, _, number in odd]
    order = all_starts.argsort(kind="stable")
    return _Spans(all_starts[order], all_ends[order], numbers[order])


_IN_RUN: Final = re.compile(r"(\d+)|[^\W\d_]\w*")


def _odd_runs(text: str, starts: list[int], ends: list[int]) -> list[tuple[int, int, bool]]:
    """Return the tokens of runs that begin with a digit or a joiner, and whether each is a number."""
    found: list[tuple[int, int, bool]] = []
    for start, end in zip(starts, ends, strict=True):
        for token in _IN_RUN.finditer(text, start, end):
            number = token[1] is not None
            if number and found and found[-1][2] and token.start() - found[-1][1] == 1 and text[found[-1][1]] in ".,":
                found[-1] = (found[-1][0], token.end(), True)
            else:
                found.append((token.start(), token.end(), number))
    return found


def _joined_initials(text: str, in_word: Flags, spans: _Spans) -> tuple[_Spans, list[int]]:
    """Return the tokens with initials (U.S.) made one, and at which of them these stand."""
    starts, ends, numbers = spans
    single = (ends - starts == 1) & ~numbers
    pairs = (single[:-1] & single[1:] & (starts[1:] - ends[:-1] == 1)).nonzero()[0]
    pairs = pairs[~in_word[starts[pairs + 1]]]  # shifted by one: what stands before the second of a pair
    if not len(pairs):
        return spans, []
    kept = np.ones(len(starts), np.bool_)
    for at in pairs[::-1].tolist():
        if text[ends[at]] == ".":
            ends[at], kept[at + 1] = ends[at + 1], False
    initials = (kept & (single & (ends - starts > 1))).nonzero()[0]
    places = (kept.cumsum() - 1)[initials]
    return _Spans(starts[kept], ends[kept], numbers[kept]), places.tolist()


def _described(
    characters: _Characters, kinds: npt.NDArray[np.uint8], spans: _Spans, sizes: Places, hashes: Hashes
) -> Scanned:
    starts, ends, numbers = spans
    slots = (hashes >> _SLOT_SHIFT).astype(np.intp)
    listed = np.where((_LISTED_HASHES[slots] == hashes) & ~numbers, _LISTED[slots], 0)
    numerals = listed == _NUMERAL
    hashes[numerals] = _DIGITS[slots[numerals]]
    figures = numbers | numerals
    content = (listed != _FUNCTION) & ~figures
    capitals = content & (kinds[starts] >= _UPPER) & (ends - starts > 1)
    telling = content & ((sizes > 2) | (characters[starts] > 127) | (characters[ends - 1] > 127))
    kept = listed != _NOTHING
    breaks = (characters == _LINE_BREAK).nonzero()[0]
    lines = np.concatenate((starts[kept].searchsorted(breaks), [kept.sum()]))
    return Scanned(hashes[kept], figures[kept], capitals[kept], telling[kept], lines)


class _Remembered(dict[str, bytes]):
    """Chunks between spaces -> hash and facts of each of their words, for texts that take the slow way."""

    def __missing__(self, chunk: str) -> bytes:
        words = [word for word in map(word_of, pattern_of(chunk).findall(chunk)) if word.text]
        facts = np.array([(word.kind, word.tells) for word in words], np.uint64).reshape(-1, 2)
        found = np.column_stack((word_hashes([word.text for word in words]), facts)).tobytes()
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        self[chunk] = found
        return found


class _OddTokens(dict[str, int]):
    """Tokens that are written otherwise than their words are: 1,250 and U.S. -> hash of the word."""

    def __missing__(self, token: str) -> int:
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        found = self[token] = int(word_hashes([word_of(token).text])[0])
        return found


_CHUNKS: Final = _Remembered()
_ODD_TOKENS: Final = _OddTokens()


def _slowly(text: str) -> Scanned:
    found = [b"".join(map(_CHUNKS.__getitem__, line.split())) for line in text.split("\n")]
    rows = np.frombuffer(b"".join(found), np.uint64).reshape(-1, 3)
    lines = np.cumsum([len(line) for line in found], dtype=np.intp) // _ROW_BYTES
    kinds = rows[:, 1]
    return Scanned(rows[:, 0].copy(), kinds == Kind.FIGURE, kinds == Kind.CAPITAL, rows[:, 2].astype(np.bool_), lines)


def _span_hashes(characters: Hashes, starts: Places, ends: Places) -> Hashes:
    powers, inverses = _powers(len(characters))
    sums = np.zeros(len(characters) + 1, np.uint64)
    np.cumsum(characters * powers, out=sums[1:])
    return finished((sums[ends] - sums[starts]) * inverses[starts])


def finished(mixed: Hashes) -> Hashes:
    """Spread the bits: the finaliser of splitmix64."""
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse; the last inverse is one that an empty end may ask for."""
    while len(_POWERS[0]) <= count:
        for table, (powers, base) in enumerate(zip(_POWERS, (_BASE, pow(_BASE, -1, 2**64)), strict=True)):
            step = np.uint64(pow(base, len(powers), 2**64))
            _POWERS[table] = np.concatenate((powers, powers * step))
    return _POWERS[0][:count], _POWERS[1]


_POWERS: Final[list[Hashes]] = [np.ones(1, np.uint64), np.ones(1, np.uint64)]
_powers(_BLOCK)


def _character_tables() -> tuple[npt.NDArray[np.uint8], Hashes]:
    """Return of each character its kind and how it is case-folded."""
    kinds, folded = np.zeros(_BMP, np.uint8), np.arange(_BMP, dtype=np.uint64)
    for code in range(_BMP - 1):
        character = chr(code)
        if BEYOND_LATIN.match(character) or len(character.casefold()) > 1:
            kinds[code] = _SLOW
        elif re.match(r"\d", character):
            kinds[code] = _DIGIT
        elif re.match(r"[^\W_]", character):
            kinds[code] = _LETTER | (_UPPER if character.isupper() else 0)
            folded[code] = ord(character.casefold())
        elif character == "_":
            kinds[code] = _JOINER
    kinds[_BMP - 1] = _SLOW
    return kinds, folded


_KINDS, _FOLDED = _character_tables()


def _listed() -> tuple[np.uint64, Hashes, npt.NDArray[np.uint8], Hashes]:
    """Return the words in lists by the upper bits of their hashes, of so many that no two share a slot."""
    words = dict.fromkeys(FUNCTION_WORDS, (_FUNCTION, ""))
    words |= {word: (_NUMERAL, digits) if digits else (_NOTHING, "") for word, digits in HOUSE_STYLE.items()}
    hashes = word_hashes(list(words))
    bits = next(bits for bits in range(8, 64) if len(np.unique(hashes >> np.uint64(64 - bits))) == len(words))
    slots = (hashes >> np.uint64(64 - bits)).astype(np.intp)
    tables = np.zeros(1 << bits, np.uint64), np.zeros(1 << bits, np.uint8), np.zeros(1 << bits, np.uint64)
    tables[0][slots] = hashes
    tables[1][slots] = [kind for kind, _ in words.values()]
    tables[2][slots] = word_hashes([digits for _, digits in words.values()])
    return np.uint64(64 - bits), *tables


_SLOT_SHIFT, _LISTED_HASHES, _LISTED, _DIGITS = _listed()
