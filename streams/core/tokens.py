"""The words that a text writes, one by one: what counts as a word, a figure, a name.

This is the plain way, and slow; `streams/core/scan.py` finds the same in most texts at once.
"""

import re
import unicodedata
from enum import IntEnum
from typing import Final, NamedTuple

FUNCTION_WORDS: Final = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "against",
        "ago",
        "all",
        "almost",
        "also",
        "although",
        "am",
        "an",
        "and",
        "another",
        "any",
        "are",
        "around",
        "as",
        "at",
        "back",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "either",
        "else",
        "even",
        "ever",
        "every",
        "few",
        "for",
        "from",
        "further",
        "get",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "inside",
        "instead",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "later",
        "least",
        "less",
        "like",
        "made",
        "make",
        "many",
        "may",
        "me",
        "meanwhile",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "near",
        "neither",
        "never",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "often",
        "on",
        "once",
        "only",
        "or",
        "other",
        "others",
        "our",
        "out",
        "over",
        "own",
        "per",
        "perhaps",
        "rather",
        "same",
        "she",
        "should",
        "since",
        "so",
        "some",
        "still",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "though",
        "through",
        "thus",
        "to",
        "too",
        "toward",
        "towards",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "yes",
        "yet",
        "you",
        "your",
    ]
)
_NUMERALS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
HOUSE_STYLE: Final = {
    **{word: str(value) for value, word in enumerate(_NUMERALS, start=1)},
    **dict.fromkeys(("percent", "pct"), ""),  # one figure is printed as "5%", "5 percent" and "5 pct"
}


class Kind(IntEnum):
    """What is known of a word beside its hash."""

    PLAIN = 0
    FIGURE = 1
    CAPITAL = 2  # written with a capital letter, and no function word


_MARKS: Final = "".join(chr(c) for c in range(0x300, 0x11000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Han and kana.
_UNSPACED: Final = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0edf\u1000-\u109f\u1780-\u17df\u2e80-\u2fdf\u3005-\u3007"
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_NUMBER: Final = r"\d+(?:[.,]\d+)*"
_INITIALS: Final = r"(?:\.[^\W\d_](?!\w))+"  # after a letter: U.S. is printed as US, too
# Above the Latin letters and beside punctuation and symbols. Most texts have none of it and take the fast way.
BEYOND_LATIN: Final = re.compile("[\u0300-\u1fff\u2c00-\U0010ffff]")
_LATIN_TOKEN: Final = re.compile(rf"[^\W\d_](?:\w+|{_INITIALS})?|{_NUMBER}")
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|[^\W\d_](?:{_INITIALS}|(?:(?![{_UNSPACED}])[\w{_MARKS}])*)|{_NUMBER}")
_CHUNK: Final = re.compile(r"\S+")  # what `str.split` gives, with its place
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


class Word(NamedTuple):
    """A word as texts are compared by: case-folded, "three" as 3; "" where a token writes none."""

    text: str
    kind: Kind

    @property
    def tells(self) -> bool:
        """Whether it says something about the subject: not a function word, a figure or a stray letter."""
        if self.kind == Kind.FIGURE or self.text in FUNCTION_WORDS:
            return False
        return len(self.text) > 2 or not self.text.isascii()


def plain(text: str) -> str:
    """Return the text in Unicode's form NFKC, in which its words are read."""
    return unicodedata.normalize("NFKC", text).replace("per cent", "percent")


def pattern_of(chunk: str) -> re.Pattern[str]:
    """Return what finds the tokens of a chunk without spaces; no token reaches over a space."""
    return _TOKEN if BEYOND_LATIN.search(chunk) else _LATIN_TOKEN


def word_of(token: str) -> Word:
    """Return the word that a token writes."""
    if token[0].isdigit():
        return Word(_figure(token), Kind.FIGURE)
    word = token.replace(".", "").casefold()
    if word in HOUSE_STYLE:
        return Word(HOUSE_STYLE[word], Kind.FIGURE)
    capital = token[0].isupper() and len(token) > 1 and word not in FUNCTION_WORDS
    return Word(word, Kind.CAPITAL if capital else Kind.PLAIN)


def _figure(token: str) -> str:
    return token.replace(",", "" if _GROUPED.fullmatch(token) else ".")


class Placed(NamedTuple):
    """A text as its words are read from it, and where they stand there."""

    text: str  # in Unicode's form NFKC
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]  # of each word: text[start:end] is how it is written


def placed(text: str) -> Placed:
    """Return the words of a text and where each of them stands, for those who have to show them."""
    normal = plain(text)
    found = [
        (word, (chunk.start() + token.start(), chunk.start() + token.end()))
        for chunk in _CHUNK.finditer(normal)
        for token in pattern_of(chunk[0]).finditer(chunk[0])
        if (word := word_of(token[0]).text)
    ]
    return Placed(normal, tuple(word for word, _ in found), tuple(span for _, span in found))
