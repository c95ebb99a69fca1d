"""The spelling of names: what does not count when two of them are compared."""

import re
import unicodedata
from typing import Final

ACRONYM: Final = re.compile(r"[A-Z](?:\.?[A-Z&]){1,6}\.?")


def fold(name: str) -> str:
    """Return the key of a name: case, leading article, dots of acronyms do not count; "US" is not "us"."""
    plain = " ".join(name.replace("’", "'").split())
    if ACRONYM.fullmatch(plain):
        return plain.replace(".", "")
    return plain.casefold().removeprefix("the ")


def words_of(key: str) -> list[str]:
    """Return the words of a key in small letters, without dots, commas and accents: "González" is "Gonzalez"."""
    plain = unicodedata.normalize("NFKD", key.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return bare.replace(".", " ").replace(",", " ").split()
