"""Text out of HTML: whole pages by trafilatura, fragments of feeds block by block."""

import re
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

import trafilatura
from lxml import html as lxml_html  # type: ignore[import-untyped]
from lxml.etree import LxmlError  # type: ignore[import-untyped]

from streams.contracts.errors import Malformed
from streams.contracts.ids import canonical_url
from streams.core import page_text
from streams.core.page_tree import without_asides

# Fewer words than these on a page that asks for a password or for consent are not an article.
MIN_GATED_WORDS: Final = 80

_TAGS: Final = "p|br|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|img|blockquote|table|tr|td|section|figure|html|body"
_MARKUP: Final = re.compile(rf"</(?:{_TAGS})\s*>|<(?:p|br|hr|img)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TITLE_TAG: Final = re.compile(rf"</?(?:{_TAGS}|sub|sup|small|font|wbr|q|cite|mark)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_PAGE: Final = re.compile(r"<(?:html|head|body|main|article|nav|header|footer|form)\b", re.IGNORECASE)
_LINK: Final = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_CANONICAL: Final = re.compile(r"""\brel\s*=\s*["']?canonical\b""", re.IGNORECASE)
_HREF: Final = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"""<input\b[^<>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_GATE: Final = re.compile(
    r"\b(?:sign in|log ?in|create an account|subscribe to (?:read|continue)|already a subscriber|"
    r"(?:accept|reject|manage) (?:all )?cookies|cookie (?:settings|policy|preferences)|we (?:and our \w+ )?use cookies|"
    r"your consent|enable javascript|verify you are (?:a )?human|are you a robot)\b",
    re.IGNORECASE,
)
_UNREAD: Final = frozenset(
    ("script", "style", "noscript", "template", "iframe", "svg", "button", "select", "textarea", "form", "head",
     "figcaption")
)  # fmt: skip
_BLOCKS: Final = frozenset(
    ("address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "figure", "footer", "h1", "h2",
     "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td",
     "th", "thead", "tr", "ul")
)  # fmt: skip
_WHITE: Final = re.compile(r"\s+")


def has_markup(text: str) -> bool:
    """Tell whether a text holds HTML tags that nobody writes in prose."""
    return "<" in text and _MARKUP.search(text) is not None


def is_page(markup: str) -> bool:
    """Tell whether markup is a whole page, or a part with the frame of one, and not a fragment."""
    return _PAGE.search(markup) is not None


def without_tags(title: str) -> str:
    """Return a headline without tags and entities; feeds escape them twice at times."""
    text = _TITLE_TAG.sub("", title) if "<" in title else title
    for _ in range(2):
        if "&" not in text:
            break
        text = unescape(text)
    return _TITLE_TAG.sub("", text) if "<" in text else text


def text_of(markup: str) -> str:
    """Return the article text of a page or a fragment, "" where there is none.

    Pages go through trafilatura (Barbaresi 2021), without its slower second opinions, but with what the page itself
    says of its article (`page_tree`, `page_text`).
    """
    if not is_page(markup):
        return _blocks(markup)
    text = _page(markup)
    return "" if _is_gate(markup, text) else text


def canonical_link(markup: str, url: str) -> str | None:
    """Return the canonical form of the page's `rel=canonical` address, None unless it is one of the same host.

    The root of a host is the default of a badly set up site, not an article.
    """
    for link in _LINK.findall(markup):
        href = _HREF.search(link) if _CANONICAL.search(link) else None
        if href:
            return _trusted(unescape("".join(href.groups(""))).strip(), url)
    return None


def _trusted(href: str, url: str) -> str | None:
    try:
        found = canonical_url(urljoin(url, href))
    except (Malformed, ValueError):
        return None
    parts, own = urlsplit(found), urlsplit(canonical_url(url))
    is_root = parts.path in ("", "/") and not parts.query
    return None if is_root or _bare(parts.netloc) != _bare(own.netloc) else found


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _page(markup: str) -> str:
    try:
        tree = trafilatura.load_html(markup)
        if tree is None:
            return ""
        without_asides(tree)
        found = trafilatura.extract(tree, fast=True, include_comments=False) or ""
    except Exception:  # a stranger's page may break a reader of pages in any way; it then has no text for us
        return ""
    stated = [_blocks(body) if has_markup(body) else body for body in page_text.stated_bodies(markup)]
    text = page_text.agreed(found, stated, page_text.headings(markup)) if stated else found
    text = page_text.without_next(page_text.without_repeats(text), markup)
    return page_text.without_headline(text, markup)


def _is_gate(markup: str, text: str) -> bool:
    if len(text.split()) >= MIN_GATED_WORDS:
        return False
    return _PASSWORD.search(markup) is not None or _GATE.search(text) is not None


def _blocks(markup: str) -> str:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(markup.encode(), parser=parser)
    except (LxmlError, ValueError):
        return ""
    for element in list(tree.iter()):
        if element.tag in _UNREAD:
            element.drop_tree()
    for element in tree.iter():
        _set_breaks(element)
    return str(tree.text_content())


def _set_breaks(element: lxml_html.HtmlElement) -> None:
    """Put line breaks where a browser would; those in the source are only white space."""
    around = "\n\n" if element.tag in _BLOCKS else ""
    after = "\n" if element.tag == "br" else around
    element.text = around + _WHITE.sub(" ", element.text or "")
    element.tail = after + _WHITE.sub(" ", element.tail or "")
