"""What the names of a page's elements say is not its article: related links, captions, calls to subscribe.

Sites name such parts alike ("related-links", "inlineNewsletter", "visually-hidden"), because their own style sheets
and scripts have to find them, and mark what is not to be read aloud, printed or quoted.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from lxml.html import HtmlElement  # type: ignore[import-untyped]

# A longer part may be the article itself, in an element whose name speaks of the whole page.
MAX_ASIDE_CHARS: Final = 1_000
_ELEMENTS: Final = (
    "div", "section", "aside", "ul", "ol", "li", "p", "span", "h2", "h3", "h4", "h5", "header", "footer", "figure", "a",
    "table",
)  # fmt: skip
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")  # of "relatedLinks"
_ASIDE: Final = re.compile(
    r"(?:^|[\s_-])(?:related\w*|recirc\w*|recommend\w*|promo\w*|newsletter\w*|sponsor\w*|advert\w*|popups?|modal"
    r"|tooltip|read-?more|also-?read|(?:display|article|promo|story|link)-(?:card|block|link-block)s?|teasers?"
    r"|visually-?hidden|sr-only|screen-?reader\w*|d-none|hidden-print|no-?print|skip-it|speedbump|boilerplate"
    r"|most-?(?:read|popular|viewed)|trending|breadcrumbs?|outbrain|taboola|disclaimer|age-?gate"
    r"|captions?|figcaption|credits?|share|sharing|social)(?:$|[\s_-])"
)


def without_asides(tree: HtmlElement) -> None:
    """Take out of a page's tree the elements that are named as no part of its article; what is long stays."""
    named = _reader()
    found = [
        element
        for element in tree.iter(*_ELEMENTS)
        if element.get("data-nosnippet") is not None or named(f"{element.get('class', '')} {element.get('id', '')}")
    ]
    for element in found:
        if element.getparent() is not None and len(" ".join(element.text_content().split())) <= MAX_ASIDE_CHARS:
            element.drop_tree()


def _reader() -> Callable[[str], bool]:
    """Return what tells an aside by its names; pages use the same ones many times."""

    @cache
    def is_aside(names: str) -> bool:
        return len(names) > 1 and _ASIDE.search(_HUMP.sub("-", names).lower()) is not None

    return is_aside
