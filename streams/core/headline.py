"""The headline, without tags and without the publisher's name at its end."""

import re
from typing import Final, NamedTuple

from streams.contracts.errors import Malformed
from streams.contracts.events import Removed
from streams.contracts.ids import registered_domain
from streams.core import clean_text
from streams.core.html import without_tags

MAX_SUFFIX_WORDS: Final = 6  # no publisher's name is longer
MAX_TITLE_CHARS: Final = 1_000  # the search for a suffix takes the square of the length
MIN_NAME_CHARS: Final = 2  # "ft", "ap"; one letter would match anything

_SUFFIX: Final = re.compile(r"(?P<title>.+\S)\s+[-–—|•·»:]{1,2}\s+(?P<name>[^|•·»]+)$")


class Headline(NamedTuple):
    """A clean title and the suffix that was taken off it."""

    title: str
    removed: tuple[Removed, ...]


def read_title(title: str, source: str, url: str | None) -> Headline:
    """Return the title in one clean line.

    Raises:
        Malformed: `no_title` when nothing readable is left.
    """
    text = clean_text.one_line(clean_text.safe(without_tags(title))[0])
    if not any(char.isalnum() for char in text):
        raise Malformed("no_title", "the title is missing or empty")
    found = _SUFFIX.fullmatch(text) if len(text) <= MAX_TITLE_CHARS else None
    if found and _is_publisher(found["name"], source, url):
        return Headline(found["title"], (Removed(rule="title_suffix", text=text[found.end("title") :].strip()),))
    return Headline(text, ())


def _is_publisher(name: str, source: str, url: str | None) -> bool:
    words = [clean_text.key(word) for word in name.split()]
    words = [word for word in words if word and word != "the"]
    if not words or len(words) > MAX_SUFFIX_WORDS:
        return False
    spellings = {"".join(words), *_short_forms(words)}
    known = {known for given in (source, url) if given for known in _names(given)}
    return any(len(k) >= MIN_NAME_CHARS and (k in spellings or k == words[0]) for k in known)


def _short_forms(words: list[str]) -> set[str]:
    """Return what domains are made of: "wsj", and "nytimes" for New York Times."""
    initials = [word[0] for word in words]
    return {"".join(initials), "".join(initials[:-1]) + words[-1]} if len(words) > 1 else set()


def _names(given: str) -> set[str]:
    """Return the spellings of a publisher given by name, by domain or by address."""
    domain = registered_domain(given) if given.startswith(("http:", "https:")) else given
    label = domain.split(".", 1)[0] if " " not in domain else domain
    name = clean_text.key(domain)
    return {spelling for given in (name, clean_text.key(label)) for spelling in (given, given.removeprefix("the"))}
