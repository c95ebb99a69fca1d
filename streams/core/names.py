"""The spelling of names: what does not count when two of them are compared."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

ACRONYM: Final = re.compile(r"[A-Z](?:\.?[A-Z&]){1,6}\.?")
CACHED_NAMES: Final = 8_192  # spellings kept at hand, some 2 MB: each step of an article asks for the same ones again
CACHED_CHARS: Final = 100  # longer names are few, and would take memory


def fold(name: str) -> str:
    """Return the key of a name: case, leading article, dots of acronyms do not count; "US" is not "us"."""
    return _known_key(name) if len(name) <= CACHED_CHARS else _key(name)


def _key(name: str) -> str:
    plain = " ".join(name.replace("’", "'").split())
    bare = plain[4:] if plain[:4].casefold() == "the " else plain
    return bare.replace(".", "") if ACRONYM.fullmatch(bare) else bare.casefold()


def word_set(lines: str) -> frozenset[str]:
    """Return the words of a list that is written as text."""
    return frozenset(lines.split())


def words_of(key: str) -> list[str]:
    """Return the words of a key in small letters, without dots, commas and accents: "González" is "Gonzalez"."""
    return list(_known_words(key) if len(key) <= CACHED_CHARS else _words(key))


def _words(key: str) -> tuple[str, ...]:
    bare = key.casefold()
    if not bare.isascii():  # which most are, and this takes ten times as long
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return tuple(bare.replace(".", " ").replace(",", " ").split())


_known_key = lru_cache(maxsize=CACHED_NAMES)(_key)
_known_words = lru_cache(maxsize=CACHED_NAMES)(_words)
