"""What the address of an article tells about where its readers live: the country of the domain, places in its name."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from tld import get_tld

from streams.core.gazetteer import Gazetteer, place_key

# Country domains that the world uses for their letters.
_ANYONES: Final = frozenset(
    ("io", "co", "tv", "me", "ai", "fm", "ly", "cc", "ws", "to", "am", "gg", "sh", "ac", "la", "vc", "nu", "st", "tk")
)
_AMERICAN: Final = frozenset(("gov", "edu", "mil"))
_LETTERS: Final = re.compile(r"[^a-z]+")
MIN_NAME_LETTERS: Final = 5  # shorter names stand in many words


def source_country(host: str, gazetteer: Gazetteer) -> int | None:
    """Return the row of the country that the domain belongs to: "GB" of "bbc.co.uk"; None for "example.com"."""
    last = host.rsplit(".", 1)[-1].lower()
    if last in _AMERICAN:
        return gazetteer.country_rows.get("US")
    if len(last) != 2 or last in _ANYONES or "." not in host:
        return None
    return gazetteer.country_rows.get("GB" if last == "uk" else last.upper())


def host_of(url: str | None, source: str) -> str:
    """Return the host of the article's address; the publisher's id where it has none."""
    try:
        host = urlsplit(url).hostname if url else None
    except ValueError:
        host = None
    return (host or source).lower()


@lru_cache(maxsize=4_096)
def label_of(host: str) -> str:
    """Return the letters of the name that was registered: "dallasnews" of "www.dallasnews.com"."""
    suffix = get_tld(f"https://{host}", fail_silently=True) if host.isascii() else None
    rest = host.removesuffix(f".{suffix}") if isinstance(suffix, str) else host.rpartition(".")[0] or host
    return _LETTERS.sub("", rest.rpartition(".")[2])


def named_in(label: str, name: str) -> bool:
    """Say whether the domain's name has the place's: "dallasnews" has Dallas."""
    letters = place_key(name).replace(" ", "")
    return len(letters) >= MIN_NAME_LETTERS and letters in label


def regions_in(label: str, gazetteer: Gazetteer) -> tuple[int, ...]:
    """Return the rows of the country or large state named in the domain's name, of the longest: "arkansasonline"."""
    for length in range(len(label), MIN_NAME_LETTERS - 1, -1):
        for start in range(len(label) - length + 1):
            rows = gazetteer.regions.get(label[start : start + length])
            if rows is not None:
                return rows
    return ()
