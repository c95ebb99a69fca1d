"""What a page says of its own article, set against what a reader of pages found in it.

Publishers write the article's text into the page for search engines (schema.org's `articleBody`). It is not trusted
alone: some are cut short, and some hold more than the article. Where it agrees with the text that was found, it tells
what in that is not the article; where the text found is another one or next to nothing, it is the better text.
"""

import re
from collections.abc import Sequence, Set
from html import unescape
from typing import Final

from streams.core.clean_text import key
from streams.core.linked_data import objects

GRAM: Final = 3  # words that count as one; two texts share few of them by chance
MIN_BODY_WORDS: Final = 60  # a shorter body is a teaser
AGREED: Final = 0.75  # of each text in the other: they are one article
UNFOUND: Final = 0.5  # less of the stated body was found: the text found is another one
OWN: Final = 0.3  # of a paragraph in the stated body: then it belongs to the article
REPEATED: Final = 0.9  # of a paragraph said before: then it comes again, from another part of the page
MIN_REPEATED_WORDS: Final = 12  # a shorter one may be a refrain
MIN_HEADLINE_WORDS: Final = 4  # a shorter heading of the first level may be a section's
LEAD_PARAGRAPHS: Final = 3  # where the headline may stand in the text found

# What a heading holds ends at the next one, so that a page of nothing but openings is read once.
_HEADLINE: Final = re.compile(r"<h1\b[^<>]{0,2000}>((?:[^<]|<(?!/?h1\b)){1,3000})</h1>", re.IGNORECASE)
_SUBHEADING: Final = re.compile(r"<h[2-4]\b[^<>]{0,2000}>((?:[^<]|<(?!/?h[2-4]\b)){1,500})</h[2-4]>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]{1,2000}>")
_WORD: Final = re.compile(r"\w+")

Grams = frozenset[tuple[str, ...]]


def stated_bodies(markup: str) -> list[str]:
    """Return the texts that the page's linked data states as its article's body; they may hold tags.

    Where it states several, those of other articles or of the posts of a live blog, only the one under the page's own
    headline counts.
    """
    if "articleBody" not in markup:
        return []
    stated = [found for found in objects(markup) if isinstance(found.get("articleBody"), str)]
    if len({found["articleBody"] for found in stated}) > 1:
        own = _own_headline(markup)
        stated = [found for found in stated if own and key(_plain(str(found.get("headline", "")))) == own]
    return [unescape(found["articleBody"]) for found in stated]


def agreed(found: str, stated: Sequence[str], headings: Set[str] = frozenset()) -> str:
    """Return the article's text by what was found in the page and the bodies that it states.

    Bodies often lack the subheadings, so that `headings` (keys) stay whatever they say.
    """
    body = max(stated, key=len, default="")
    in_body, in_found = grams(body), grams(found)
    if len(body.split()) < MIN_BODY_WORDS or not in_body:
        return found
    shared = len(in_body & in_found)
    if shared < UNFOUND * len(in_body) and len(in_body) > len(in_found) - shared:
        return body
    if shared < AGREED * len(in_body) or shared < AGREED * len(in_found):
        return found
    return "\n".join(line for line in found.split("\n") if _is_own(line, in_body) or key(line) in headings)


def headings(markup: str) -> frozenset[str]:
    """Return the keys of the page's headings of the second to fourth level."""
    return frozenset(key(_plain(heading)) for heading in _SUBHEADING.findall(markup))


def without_repeats(text: str) -> str:
    """Return the text without paragraphs whose words all came before: pages hold an article twice for two layouts."""
    said: set[tuple[str, ...]] = set()
    kept = []
    for line in text.split("\n"):
        own = grams(line)
        if len(own) < MIN_REPEATED_WORDS or len(own & said) < REPEATED * len(own):
            kept.append(line)
        said |= own
    return "\n".join(kept)


def without_headline(text: str, markup: str) -> str:
    """Return the text without the page's own headline among its first lines."""
    headline = _own_headline(markup)
    if not headline:
        return text
    lines = text.split("\n")
    first = [at for at, line in enumerate(lines) if line.strip()][:LEAD_PARAGRAPHS]
    return "\n".join(line for at, line in enumerate(lines) if at not in first or key(line) != headline)


def without_next(text: str, markup: str) -> str:
    """Return the text up to where another article begins: one with a headline of its own, as endless pages have it."""
    first, *others = [_plain(headline) for headline in _HEADLINE.findall(markup)] or [""]
    begins = {key(other) for other in others if len(other.split()) >= MIN_HEADLINE_WORDS} - {key(first)}
    if not begins:
        return text
    lines, words = text.split("\n"), 0
    for at, line in enumerate(lines):
        if words >= MIN_BODY_WORDS and key(line) in begins:
            return "\n".join(lines[:at])
        words += len(line.split())
    return text


def _own_headline(markup: str) -> str:
    """Return the key of the page's first heading of the first level, "" where it has none."""
    found = _HEADLINE.search(markup)
    return key(_plain(found[1])) if found else ""


def grams(text: str) -> Grams:
    """Return the runs of GRAM words of a text, lower-case; of a shorter text the one run that it is."""
    words = _WORD.findall(text.lower())
    if not words:
        return frozenset()
    return frozenset(tuple(words[at : at + GRAM]) for at in range(max(1, len(words) - GRAM + 1)))


def _is_own(line: str, body: Grams) -> bool:
    own = grams(line)
    return not own or len(own & body) >= OWN * len(own)


def _plain(markup: str) -> str:
    """Return what a reader sees of a piece of markup, on one line."""
    return " ".join(unescape(_TAG.sub(" ", markup)).split())
