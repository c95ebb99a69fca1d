"""One label scheme out of two: people's marks for what they marked, the stock model's for what they left.

The shipped model keeps the stock model's labels (OntoNotes). People marked Person, Organization, Location,
Facility, NORP, Product, Date, Money and Misc. Numbers, times, events, laws and works are the stock model's
own predictions, so that resuming its training does not unlearn them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from training.ner.corpus import Article, GoldSpan

_DIRECT: Final = {
    "Person": "PERSON", "Organization": "ORG", "Facility": "FAC", "NORP": "NORP", "Product": "PRODUCT",
}  # fmt: skip
# Types that people did not mark, or marked as Misc without saying which.
NUMBERS: Final = frozenset(("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"))
_KEPT: Final = NUMBERS | {"EVENT", "LAW", "WORK_OF_ART", "LANGUAGE"}
_MISC_TYPES: Final = frozenset(("EVENT", "LAW", "WORK_OF_ART", "LANGUAGE", "PRODUCT", "DATE"))
# Head words that settle a type which no prediction settles.
_LANDFORM: Final = re.compile(
    r"\b(rivers?|lakes?|seas?|oceans?|mount|mountains?|mt|valley|bay|coast|islands?|peninsula|strait|gulf|desert"
    r"|delta|hills?|forest|basin|cape|plateau|glacier|beach)\b", re.IGNORECASE,
)  # fmt: skip
_EVENT: Final = re.compile(
    r"\b(war|cup|games|olympics?|olympiad|festival|championships?|summit|battle|revolution|league|expo"
    r"|grand prix|conference|forum|day|election)\b", re.IGNORECASE,
)  # fmt: skip
_LAW: Final = re.compile(
    r"\b(act|law|treaty|agreement|convention|constitution|bill|code|declaration|accords?|protocol|regulations?)\b",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(r"(%|\bper ?cent(age points?)?)$", re.IGNORECASE)


def merge_all(articles: list[Article], stock: list[list[GoldSpan]]) -> list[list[GoldSpan]]:
    """Return the labels of each article, given the stock model's predictions on it, in the same order."""
    majority = _place_types(articles, stock)
    return [_merge(article, spans, majority) for article, spans in zip(articles, stock, strict=True)]


def _merge(article: Article, stock: list[GoldSpan], majority: dict[str, str]) -> list[GoldSpan]:
    known = []
    for span in article.spans:
        near = _overlapping(span, stock)
        label = _label(article.text, span, near, majority)
        if label:
            known.append(_widened(span, label, near))
    taken = [*known, *article.spans]
    kept = [_repaired(article.text, s) for s in stock if s.label in _KEPT and not _overlapping(s, taken)]
    return joined(known, kept)


def joined(first: list[GoldSpan], then: list[GoldSpan]) -> list[GoldSpan]:
    """Return all spans in order; of two that overlap, the one that stands first in these lists."""
    return sorted(_without_overlap([*first, *then]))


def _label(text: str, span: GoldSpan, near: list[GoldSpan], majority: dict[str, str]) -> str:
    """Return the OntoNotes type; empty where the scheme has none for it."""
    surface = text[span.start : span.end]
    if span.label == "Location":
        return majority.get(surface.casefold()) or ("LOC" if _LANDFORM.search(surface) else "GPE")
    if span.label in ("Date", "Money"):
        return span.label.upper()
    if span.label == "NORP" and any(s.label == "LANGUAGE" and s[:2] == span[:2] for s in near):
        return "LANGUAGE"
    if span.label == "Misc":
        return _misc_label(surface, text[span.start - 1 : span.start], near)
    return _DIRECT[span.label]


def _misc_label(surface: str, before: str, near: list[GoldSpan]) -> str:
    predicted = [s.label for s in near if s.label in _MISC_TYPES]
    if predicted:
        return predicted[0]
    if _LAW.search(surface):
        return "LAW"
    if _EVENT.search(surface):
        return "EVENT"
    # OntoNotes has no type for a disease, a doctrine or a programme; in quotes it is a work.
    return "WORK_OF_ART" if before in ("“", "‘", '"') and " " in surface else ""


def _widened(span: GoldSpan, label: str, near: list[GoldSpan]) -> GoldSpan:
    """Return the span; dates and sums with the words that OntoNotes counts in ("the late 1940s")."""
    same = [s for s in near if s.label == label]
    if span.label not in ("Date", "Money") or not same:
        return GoldSpan(span.start, span.end, label)
    return GoldSpan(min(span.start, same[0].start), max(span.end, same[-1].end), label)


def _repaired(text: str, span: GoldSpan) -> GoldSpan:
    # The stock model reads "75.9 per cent", the spelling outside America, as money.
    if span.label == "MONEY" and _PERCENT.search(text[span.start : span.end]):
        return span._replace(label="PERCENT")
    return span


def _place_types(articles: list[Article], stock: list[list[GoldSpan]]) -> dict[str, str]:
    """Return for each place name, in any case, the type that the stock model gives it most often."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for article, spans in zip(articles, stock, strict=True):
        for span in article.spans:
            if span.label == "Location":
                surface = article.text[span.start : span.end].casefold()
                votes[surface].update(s.label for s in _overlapping(span, spans) if s.label in ("GPE", "LOC"))
    return {name: "LOC" if v["LOC"] > v["GPE"] else "GPE" for name, v in votes.items() if v["LOC"] != v["GPE"]}


def _overlapping(span: GoldSpan, others: Iterable[GoldSpan]) -> list[GoldSpan]:
    return [o for o in others if o.start < span.end and o.end > span.start]


def _without_overlap(spans: list[GoldSpan]) -> list[GoldSpan]:
    """Return the spans that do not overlap an earlier one of the list."""
    free: list[GoldSpan] = []
    for span in spans:
        if not _overlapping(span, free):
            free.append(span)
    return free
