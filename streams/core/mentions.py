"""Mentions as a model marks them, brought to their plain form: no article, possessive, title or stray quote.

Rules of form only. No rule knows a name.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from streams.core.nations import STATE_ABBREVIATIONS
from streams.core.roles import title_length

NAME_TYPES: Final = frozenset(
    ("PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE")
)
_EDGES: Final = " \t\u00a0\u200b\"“”‘’'«»‹›`,;:-–—*•#|/\\…!?"
_POSSESSIVE: Final = re.compile(r"['’][sS]?$")
_DIRECTION: Final = re.compile(r"(?:(?:north|south|east|west)\w*|central|downtown) (?=[A-Z])")
_ADDRESS: Final = re.compile(r"@|://|www\.|\.(?:com|org|net)/", re.IGNORECASE)
_OWN_STOP: Final = re.compile(r"(?:\b(?:inc|corp|ltd|co|bros|jr|sr|st|dept|[^\W\d_])|\.\w)\.$", re.IGNORECASE)
# "More than $5 million" is a sum of $5 million; the annotators of both sets leave such words outside.
_MEASURES: Final = frozenset(("DATE", "TIME", "MONEY", "QUANTITY", "PERCENT"))
_APPROXIMATE: Final = re.compile(
    r"(?:(?:more|less|fewer) than|at least|at most|up to|about|around|approximately|roughly|nearly|almost|over|just"
    r"|only|some|sometime|between) (?=\S)",
    re.IGNORECASE,
)
# "The 1960s", "its ninth day"; of "the summer" and "the next weeks" the article is part.
_OUTSIDE: Final = (_APPROXIMATE, re.compile(r"(?:[Tt]he (?=\d)|(?:its|his|her|their|our|my) )(?=\S)"))
# "This weekend", "$15": words and signs that belong to the date or sum that a model begins behind them.
_WHICH: Final = re.compile(r"\b(?:[Tt]his|[Nn]ext|[Ll]ast) $")
_CURRENCIES: Final = "$€£¥₦₹₩₱"
# A lawmaker's party and state: "R-Ky."
_PARTY_AND: Final = re.compile(r"[RDI]-(?=[A-Z])")
# One says, writes or posts something on a medium, never on a person.
_ON_A_MEDIUM: Final = re.compile(
    r"\b(?:said|says|wrote|writes|posted|posting|tweeted|shared|published|announced|streamed|uploaded|viral|live)"
    r"(?: (?:it|this|that|them|so|a (?:video|photo|statement|message|post)|live))? (?:on|via)(?: the)? $"
)
_LOOK_BACK: Final = 60  # characters


class RawMention(NamedTuple):
    """What a model marked: code points, half open, and its label."""

    start: int
    end: int
    label: str


def clean_mentions(text: str, mentions: Iterable[RawMention]) -> list[RawMention]:
    """Return the mentions in their plain form, sorted; of two that overlap the earlier, then the longer one.

    What cannot be a name is left out: no letter, an address, a person with a digit or without a capital.
    """
    kept: list[RawMention] = []
    free_from = 0
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end, m.label)):
        if not 0 <= mention.start < mention.end <= len(text):
            continue
        plain = _plain(text, mention)
        if plain is not None and plain.start >= free_from:
            kept.append(plain)
            free_from = plain.end
    return kept


def _plain(text: str, mention: RawMention) -> RawMention | None:
    start, end = _first_line(text, mention.start, mention.end)
    start, end = _bare(text, start, end)
    label = mention.label
    if label in NAME_TYPES:
        if found := _PARTY_AND.match(text, start, end):
            start, label = found.end(), "GPE"
        start, end = _without_frame(text, start, end)
        end = _with_own_stop(text, start, end)
        if label == "PERSON":
            start += title_length(text[start:end])
    elif label in _MEASURES:
        start = next((f.end() for p in _OUTSIDE if (f := p.match(text, start, end))), start)
        start = _with_own_beginning(text, start, label)
    if start >= end or not _can_be(label, text[start:end]):
        return None
    if label == "PERSON" and _is_medium(text, start, end):
        return RawMention(start, end, "PRODUCT")
    return RawMention(start, end, label)


def _with_own_stop(text: str, start: int, end: int) -> int:
    """Return the end behind the full stop that is part of a state's abbreviation: "Ky."."""
    return end + 1 if text[end : end + 1] == "." and text[start : end + 1] in STATE_ABBREVIATIONS else end


def _with_own_beginning(text: str, start: int, label: str) -> int:
    """Return the start of a date with "this" before it, of a sum with the sign of its currency."""
    if label == "DATE" and (found := _WHICH.search(text, max(0, start - 5), start)):
        return found.start()
    return start - 1 if label == "MONEY" and text[start - 1 : start] in tuple(_CURRENCIES) else start


def _first_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the first line of the span that has something in it: no name runs over a line break."""
    while start < end and text[start].isspace():
        start += 1
    for i in range(start, end):
        if text[i] in "\r\n\u2028\u2029":
            return start, i
    return start, end


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def _without_frame(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out article, "southern", possessive, the full stop of the sentence, and a bracket without its partner."""
    if text[start : start + 4] == "the " or (text[start : start + 4] == "The " and _opens_sentence(text, start)):
        start += 4
    if found := _DIRECTION.match(text, start, end):
        start = found.end()
    if text[start : start + 1] in ("(", "["):
        start += 1
    for opening, closing in ("()", "[]"):
        cut = text.rfind(opening, start, end)
        if cut > start and text.find(closing, cut, end) < 0:
            end = cut
        if text[end - 1 : end] == closing and text.find(opening, start, end) < 0:
            end -= 1
    if found := _POSSESSIVE.search(text, start, end):
        end = found.start()
    if text[end - 1 : end] == "." and not _OWN_STOP.search(text[start:end]):
        end -= 1
    return _bare(text, start, end)


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start].rstrip(" ")
    return not before or before[-1] in ".!?\n\"“‘'—–:" or start == 0


def _can_be(label: str, name: str) -> bool:
    if label not in NAME_TYPES:
        return any(c.isalnum() for c in name)
    if len(name) < 2 or not any(c.isalpha() for c in name) or _ADDRESS.search(name):
        return False
    return label != "PERSON" or not (any(c.isdigit() for c in name) or name.islower())


def _is_medium(text: str, start: int, end: int) -> bool:
    return " " not in text[start:end] and bool(_ON_A_MEDIUM.search(text[max(0, start - _LOOK_BACK) : start]))
