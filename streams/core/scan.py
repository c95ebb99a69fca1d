"""The words of a text in one pass over its characters: what `streams/core/tokens.py` finds, a hundred times as fast.

A word is hashed as a polynomial over its case-folded characters modulo 2**64 (Karp and Rabin, "Efficient randomized
pattern-matching algorithms", IBM Journal of Research and Development 31, 1987), with its bits spread at the end.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from streams.core.compiled import compiled
from streams.core.tokens import BEYOND_LATIN, FUNCTION_WORDS, HOUSE_STYLE, Kind, pattern_of, plain, word_of

Hashes: TypeAlias = npt.NDArray[np.uint64]
Facts: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.intp]
Flags: TypeAlias = npt.NDArray[np.bool_]
_Characters: TypeAlias = npt.NDArray[np.uint32]

FIGURE, CAPITAL, TELLS = 1, 2, 4  # facts of a word: see `tokens.Kind` and `tokens.Word.tells`

MAX_REMEMBERED: Final = 65_536  # chunks that take the slow way; then it starts anew
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_MODULUS: Final = 2**64
_BMP: Final = 65_536  # characters that the tables know; the last one stands for all beyond

_LETTER, _DIGIT, _JOINER = 1, 2, 3  # a joiner continues a word and begins none: the underscore
_CLASS: Final = 3
_UPPER: Final = 8
_SLOW: Final = 16  # a text with such a character takes the slow way
_FUNCTION, _NUMERAL, _NOTHING = 1, 2, 3  # of words in lists: says nothing, is a figure, is left out
_POINT, _COMMA, _LINE_BREAK = ord("."), ord(","), ord("\n")
_ROW_BYTES: Final = 16  # of a word that takes the slow way
_ASCII: Final = 127
_SHORT: Final = 2  # letters of a word that says nothing by itself
_GROUP: Final = 3  # digits between commas


class Scanned(NamedTuple):
    """The words of a text in order."""

    hashes: Hashes  # of each word, 64 bits
    facts: Facts  # of each word: FIGURE, CAPITAL and TELLS, added up
    lines: Places  # of each line of the text: at which word the next one begins


class _Lists(NamedTuple):
    """The words in lists by the upper bits of their hashes, in so many slots that no two share one."""

    shift: np.uint64
    hashes: Hashes
    kinds: npt.NDArray[np.uint8]
    digits: Hashes  # hash of what a numeral stands for


def scan(text: str) -> Scanned:
    """Return the words of a text; equal for texts that differ in case, quotes, punctuation or spacing only."""
    normal = plain(text)
    characters = np.frombuffer(normal.encode("utf-32-le", "surrogatepass"), "<u4")
    hashes, facts = np.empty(len(characters), np.uint64), np.empty(len(characters), np.uint8)
    lines = np.empty(normal.count("\n") + 1, np.intp)
    count = _scanned(characters, _KINDS, _FOLDED, *_LISTS, hashes, facts, lines)
    return _slowly(normal) if count < 0 else Scanned(hashes[:count], facts[:count], lines)


def word_hashes(words: Sequence[str]) -> Hashes:
    """Return the hashes of case-folded words."""
    ends = np.array([len(word) for word in words], np.int64).cumsum()
    characters = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), "<u4")
    return _hashed(characters, ends)


def _word_hash(word: str) -> int:
    """Return the hash of one word, without machine code: to load that takes longer than to read the lists."""
    total = sum(ord(character) * pow(int(_BASE), at, _MODULUS) for at, character in enumerate(word)) % _MODULUS
    total = (total ^ (total >> 30)) * 0xBF58476D1CE4E5B9 % _MODULUS
    total = (total ^ (total >> 27)) * 0x94D049BB133111EB % _MODULUS
    return total ^ (total >> 31)


@compiled
def _hashed(characters: _Characters, ends: npt.NDArray[np.int64]) -> Hashes:
    found = np.empty(len(ends), np.uint64)
    at = 0
    for word, end in enumerate(ends):
        total, power = np.uint64(0), np.uint64(1)
        while at < end:
            total += np.uint64(characters[at]) * power
            power *= _BASE
            at += 1
        found[word] = _spread(total)
    return found


@compiled
def _spread(mixed: np.uint64) -> np.uint64:
    """Spread the bits: the finaliser of splitmix64."""
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


@compiled
def _scanned(
    characters: _Characters, classes: npt.NDArray[np.uint8], folded: Hashes, shift: np.uint64, listed: Hashes,
    kinds: npt.NDArray[np.uint8], digits: Hashes, hashes: Hashes, facts: Facts, lines: Places,
) -> int:  # fmt: skip
    """Write hash and facts of each word, and where lines end.

    Return how many words there are, -1 for a text that takes the slow way.
    """
    for code in characters:
        if code >= _BMP - 1 or classes[code] >= _SLOW:
            return -1
    count, line, at, size = 0, 0, 0, len(characters)
    while at < size:
        kind = classes[characters[at]] & _CLASS
        if kind == _DIGIT:
            start, at = at, _number_end(characters, classes, at)
            hashes[count] = _number(characters, start, at)
            facts[count] = FIGURE
            count += 1
        elif kind == _LETTER:
            start, at = at, _word_end(characters, classes, at)
            total, power, letters, beyond = np.uint64(0), np.uint64(1), 0, False
            for place in range(start, at):
                if characters[place] != _POINT:
                    character = folded[characters[place]]
                    total += character * power
                    power *= _BASE
                    letters += 1
                    beyond |= character > _ASCII
            total = _spread(total)
            slot = total >> shift
            known = kinds[slot] if listed[slot] == total else 0
            if known == _NOTHING:
                continue
            hashes[count] = digits[slot] if known == _NUMERAL else total
            facts[count] = 0
            if known == _NUMERAL:
                facts[count] = FIGURE
            elif known != _FUNCTION:
                if classes[characters[start]] >= _UPPER and at - start > 1:
                    facts[count] |= CAPITAL
                if letters > _SHORT or beyond:
                    facts[count] |= TELLS
            count += 1
        else:
            if characters[at] == _LINE_BREAK:
                lines[line] = count
                line += 1
            at += 1
    lines[line] = count
    return count


@compiled
def _word_end(characters: _Characters, classes: npt.NDArray[np.uint8], at: int) -> int:
    """Return the end of the word that begins here: letters, digits and joiners, or initials (U.S.)."""
    size = len(characters)
    at += 1
    if at < size and classes[characters[at]] & _CLASS:
        while at < size and classes[characters[at]] & _CLASS:
            at += 1
        return at
    while (
        at + 1 < size
        and characters[at] == _POINT
        and classes[characters[at + 1]] & _CLASS == _LETTER
        and not (at + 2 < size and classes[characters[at + 2]] & _CLASS)
    ):
        at += 2
    return at


@compiled
def _number_end(characters: _Characters, classes: npt.NDArray[np.uint8], at: int) -> int:
    """Return the end of the number that begins here: digits, with points and commas between them."""
    size = len(characters)
    while at < size:
        if classes[characters[at]] & _CLASS == _DIGIT:
            at += 1
        elif (
            (characters[at] == _POINT or characters[at] == _COMMA)
            and at + 1 < size
            and classes[characters[at + 1]] & _CLASS == _DIGIT
        ):
            at += 2
        else:
            break
    return at


@compiled
def _number(characters: _Characters, start: int, end: int) -> np.uint64:
    """Return the hash of a number: 1,250 is 1250, and 1,5 is 1.5."""
    grouped = _is_grouped(characters, start, end)
    total, power = np.uint64(0), np.uint64(1)
    for place in range(start, end):
        character = characters[place]
        if character == _COMMA:
            if grouped:
                continue
            character = np.uint32(_POINT)
        total += np.uint64(character) * power
        power *= _BASE
    return _spread(total)


@compiled
def _is_grouped(characters: _Characters, start: int, end: int) -> bool:
    """Whether the commas of a number stand between thousands: 1,250,000.5."""
    run, commas = 0, 0
    for place in range(start, end):
        character = characters[place]
        if character == _COMMA:
            if run == 0 or run > _GROUP or (commas and run != _GROUP):
                return False
            commas, run = commas + 1, 0
        elif character == _POINT:
            for later in range(place + 1, end):
                if characters[later] == _POINT or characters[later] == _COMMA:
                    return False
            break
        else:
            run += 1
    return commas > 0 and run == _GROUP


class _Remembered(dict[str, bytes]):
    """Chunks between spaces -> hash and facts of each of their words, for texts that take the slow way."""

    def __missing__(self, chunk: str) -> bytes:
        words = [word for word in map(word_of, pattern_of(chunk).findall(chunk)) if word.text]
        facts = np.array([_FACTS[word.kind] | TELLS * word.tells for word in words], np.uint64)
        found = np.column_stack((word_hashes([word.text for word in words]), facts)).tobytes()
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        self[chunk] = found
        return found


_FACTS: Final = {Kind.PLAIN: 0, Kind.FIGURE: FIGURE, Kind.CAPITAL: CAPITAL}
_CHUNKS: Final = _Remembered()


def _slowly(text: str) -> Scanned:
    found = [b"".join(map(_CHUNKS.__getitem__, line.split())) for line in text.split("\n")]
    rows = np.frombuffer(b"".join(found), np.uint64).reshape(-1, 2)
    lines = np.cumsum([len(line) for line in found], dtype=np.intp) // _ROW_BYTES
    return Scanned(rows[:, 0].copy(), rows[:, 1].astype(np.uint8), lines)


def _character_tables() -> tuple[npt.NDArray[np.uint8], Hashes]:
    """Return of each character its class and how it is case-folded."""
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
    return kinds, folded


def _listed() -> _Lists:
    words = dict.fromkeys(FUNCTION_WORDS, (_FUNCTION, ""))
    words |= {word: (_NUMERAL, digits) if digits else (_NOTHING, "") for word, digits in HOUSE_STYLE.items()}
    hashes = np.array(list(map(_word_hash, words)), np.uint64)
    bits = next(bits for bits in range(8, 64) if len(np.unique(hashes >> np.uint64(64 - bits))) == len(words))
    slots = (hashes >> np.uint64(64 - bits)).astype(np.intp)
    found = _Lists(
        np.uint64(64 - bits), np.zeros(1 << bits, np.uint64), np.zeros(1 << bits, np.uint8),
        np.zeros(1 << bits, np.uint64),
    )  # fmt: skip
    found.hashes[slots] = hashes
    found.kinds[slots] = [kind for kind, _ in words.values()]
    found.digits[slots] = [_word_hash(digits) for _, digits in words.values()]
    return found


_KINDS, _FOLDED = _character_tables()
_LISTS: Final = _listed()
