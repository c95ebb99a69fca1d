"""When an article was published and who wrote it, as its page says: linked data first, then meta elements.

What the record itself gives counts before these.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any, Final, NamedTuple

from streams.core.clean_text import one_line
from streams.core.linked_data import objects

MAX_AUTHOR_CHARS: Final = 80  # longer ones are sentences about the author
MAX_AUTHORS: Final = 12

_ARTICLE: Final = re.compile(r"(?:Article|BlogPosting|Report|Review|LiveBlogPosting)$")
_META: Final = re.compile(r"<meta\b[^<>]{1,3000}>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""\b(name|property|itemprop|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_TIME: Final = re.compile(
    r"""<time\b(?=[^<>]{0,500}\b(?:itemprop\s*=\s*["']?datePublished|pubdate))[^<>]{0,500}?\bdatetime\s*=\s*["']([^"']{8,40})""",
    re.IGNORECASE,
)
_PUBLISHED: Final = (
    "article:published_time", "datepublished", "og:published_time", "parsely-pub-date", "sailthru.date",
    "article.published", "date", "pubdate", "publishdate", "publish-date", "dc.date.issued", "dc.date", "dcterms.date",
    "cxenseparse:recs:publishtime", "article:published", "published_time_telegram",
)  # fmt: skip
_AUTHORS: Final = ("author", "parsely-author", "sailthru.author", "byl", "dc.creator", "article:author")
_BY: Final = re.compile(r"^(?:written |reported )?by:?\s+", re.IGNORECASE)
_NO_NAME: Final = re.compile(r"https?:|www\.|@|^(?:admin|staff|editor|unknown|null|none|undefined)$", re.IGNORECASE)


class Facts(NamedTuple):
    """What a page says of its article; None and nothing where it says nothing."""

    published: str | None = None
    authors: tuple[str, ...] = ()


def read_facts(markup: str) -> Facts:
    """Return the date of publication, as it is written, and the authors."""
    articles = [found for found in objects(markup) if _is_article(found)]
    metas = _metas(markup)
    time = _TIME.search(markup)
    dates = [
        *(found.get("datePublished") for found in articles),
        *(metas.get(name) for name in _PUBLISHED),
        time[1] if time else None,
    ]
    published = next((date.strip() for date in dates if isinstance(date, str) and date.strip()), None)
    stated = [_names(found.get("author")) for found in articles]
    given = [_names(metas.get(name)) for name in _AUTHORS]
    authors = next((names for names in (tuple(_unique(n)) for n in (*stated, *given)) if names), ())
    return Facts(published, authors)


def _is_article(found: Mapping[str, Any]) -> bool:
    kinds = found.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in named)


def _metas(markup: str) -> dict[str, str]:
    """Return the contents of the page's meta elements by name; the first one of a name counts."""
    found: dict[str, str] = {}
    for meta in _META.findall(markup):
        values = {name.lower(): unescape(one or two or bare) for name, one, two, bare in _ATTRIBUTE.findall(meta)}
        name = values.get("property") or values.get("name") or values.get("itemprop") or ""
        if values.get("content", "").strip():
            found.setdefault(name.lower(), values["content"])
    return found


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _names(part)
    elif isinstance(value, dict):
        yield from _names(value.get("name"))
    elif isinstance(value, str):
        yield from _split(_BY.sub("", one_line(unescape(value))))


def _split(names: str) -> Iterator[str]:
    for name in re.split(r"\s*[,;|]\s+and\s+|\s*[,;|]\s*|\s+(?:and|&)\s+", names):
        if 0 < len(name) <= MAX_AUTHOR_CHARS and any(map(str.isalpha, name)) and not _NO_NAME.search(name):
            yield name


def _unique(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names))[:MAX_AUTHORS]
