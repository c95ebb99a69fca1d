"""One article in one file: plain text, or a saved page."""

import codecs
import re
from pathlib import PurePath
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]

from producers.items import encoded
from streams.contracts.errors import Malformed
from streams.contracts.ids import canonical_url
from streams.contracts.topics import MAX_RAW_BYTES

# The HTML standard: the declaration is within the first 1,024 bytes, and "latin-1" means windows-1252.
_DECLARED: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_DECLARED_WITHIN: Final = 1_024
_LATIN_1: Final = {"iso8859-1", "ascii"}
# Of Python's codecs those of the Encoding Standard. Others are not for pages: `unicode_escape` makes half surrogates.
_OF_PAGES: Final = _LATIN_1 | {
    "utf-8", "cp866", *(f"iso8859-{part}" for part in (*range(2, 12), *range(13, 17))), "koi8-r", "koi8-u",
    "mac-roman", "mac-cyrillic", "cp874", "tis-620", *(f"cp{page}" for page in range(1250, 1259)), "gb2312", "gbk",
    "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp", "shift_jis", "cp932", "euc_kr", "cp949",
}  # fmt: skip

MIN_TITLE_WORDS: Final = 3  # of a heading; shorter ones name sections
SHARED_TITLE: Final = 1 / 3  # of a heading's words in what the page states as its title
_WORD: Final = re.compile(r"\w+")

LIGHT_BYTES: Final = MAX_RAW_BYTES // 2  # no smaller page is too large for news.raw, unless it is made to be
SPARE_BYTES: Final = 16_384  # for the other fields of a record
# What runs or draws: most of a large page, and nothing of its article.
_RUNS: Final = ("script", "style", "noscript", "svg")
MAX_ATTRIBUTE_CHARS: Final = 2_000  # longer ones are pictures and settings of scripts

Fields = dict[str, Any]


def text_article(data: bytes, guid: str, source: str) -> Fields:
    """Return a text file as an article: its first line that is not empty is the title, the rest the text.

    Raises:
        UnicodeDecodeError: the file is not UTF-8.
    """
    lines = data.decode("utf-8-sig").strip().splitlines()
    title = lines[0].strip() if lines else ""
    return {"guid": guid, "source": source, "title": title, "text": "\n".join(lines[1:]).strip()}


def page_article(data: bytes, guid: str, source: str) -> Fields:
    """Return a saved page as an article, under its own address where it names one; a large one without its scripts.

    Raises:
        UnicodeDecodeError: the page is neither UTF-8 nor what it declares.
    """
    html = _decoded(data)
    title, url = _head(html)
    if len(data) > LIGHT_BYTES and len(encoded({"html": html})) > MAX_RAW_BYTES - SPARE_BYTES:
        html = _light(html)
    name = {"url": url} if url else {"guid": guid, "source": source}
    return {**name, "title": title or PurePath(guid).stem, "html": html}


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _DECLARED.search(data[:_DECLARED_WITHIN])
        if declared is None:
            raise
        return _declared(data, declared[1].decode("ascii"))


def _declared(data: bytes, charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        name = ""
    if name not in _OF_PAGES:
        return data.decode("utf-8")  # raises, and says where
    return data.decode("cp1252" if name in _LATIN_1 else name)


def _light(html: str) -> str:
    """Return a page without what runs or draws; linked data is a script that does not run."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, huge_tree=True)
    tree = etree.fromstring(html.encode(), parser)
    if tree is None:
        return html
    for element in tree.iter(*_RUNS):
        if "ld+json" not in element.get("type", ""):
            tail = element.tail
            element.clear()
            element.tail = tail
    for element in tree.iter(etree.Element):
        for name, value in element.attrib.items():
            if len(value) > MAX_ATTRIBUTE_CHARS and element.tag != "meta":
                del element.attrib[name]
    return str(etree.tostring(tree, encoding="unicode", method="html"))


def _head(html: str) -> tuple[str, str | None]:
    """Return the title and the address that a page gives itself."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True)
    tree = etree.fromstring(html.encode(), parser) if html.strip() else None
    if tree is None:
        return "", None
    titles = [*tree.xpath("//meta[@property='og:title']/@content"), *tree.xpath("//title/text()")]
    addresses = [*tree.xpath("//link[@rel='canonical']/@href"), *tree.xpath("//meta[@property='og:url']/@content")]
    title = next((" ".join(str(found).split()) for found in titles if str(found).strip()), "")
    shown = {" ".join("".join(heading.itertext()).split()) for heading in tree.iter("h1")} - {""}
    title = next((heading for heading in shown if len(shown) == 1 and _is_title(heading, title)), title)
    return title, next((str(found).strip() for found in addresses if _is_page(str(found))), None)


def _is_title(heading: str, title: str) -> bool:
    """Tell whether a page's only heading is its article's headline; titles are for search engines and networks."""
    words, stated = (set(_WORD.findall(text.lower())) for text in (heading, title))
    return len(words) >= MIN_TITLE_WORDS and len(words & stated) >= SHARED_TITLE * len(words)


def _is_page(address: str) -> bool:
    """Tell whether an address can be that of one article; a template may give every page the site's root."""
    try:
        return bool(re.search(r"^https?://[^/?]+/+[^/?]|\?", canonical_url(address)))
    except (Malformed, UnicodeError):
        return False
