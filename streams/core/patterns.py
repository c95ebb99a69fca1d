"""Names that their form alone tells, whatever the model marks there: "D-Fla.", "the House", "Second Amendment".

Rules of form, and a few names of news agencies. No rule knows a person.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from streams.core.datelines import capital_datelines
from streams.core.mentions import RawMention
from streams.core.names import fold, word_set
from streams.core.nations import STATES

_ORDINAL: Final = (
    r"(?:First|Second|Third|[A-Z][a-z]{2,12}(?:-[a-z]{3,8})?(?:th|first|second|third)|\d{1,2}(?:st|nd|rd|th))"
)
# These take the place of marks within them.
_WHOLE: Final = (
    (re.compile(rf"\b{_ORDINAL} Amendment\b"), "LAW"),
    (re.compile(r"\b\d{1,2}(?:st|nd|rd|th) Congressional District\b"), "GPE"),
    (re.compile(r"\bUSA T(?:ODAY|oday)\b"), "ORG"),
    (re.compile(r"\b(?:Prime|Foreign|First|Chief) Minister['’]s Office\b|\bPresident['’]s Office\b"), "ORG"),
    (re.compile(r"\bWashington [Ss]tate\b(?! [A-Z])"), "GPE"),
)
# These count where there is no mark.
_FREE: Final = (
    (re.compile(r"\bD\.C\.(?!\w)"), "GPE"),
    # Of other countries' parties, too; with these words behind them they are part of a name.
    (
        re.compile(
            r"\b(?:Democrat|Republican)s?\b(?! (?:Party|Guards?|Conference|National|Senatorial|Congressional)\b)"
        ),
        "NORP",
    ),
    (re.compile(r"\b(?:Associated Press|Agence France-Presse|Getty Images|Reuters|AFP)\b"), "ORG"),
    (re.compile(r"\b[Tt]he (?:full |entire |whole )?(?P<name>House|Senate)\b(?! of\b| [A-Z]|['’-][A-Z])"), "ORG"),
    (
        re.compile(
            r"(?<!White )\b(?P<name>House|Senate)(?= (?:Speaker|Majority|Minority|Leader|Democrat|Republican|GOP)\w*\b)"
        ),
        "ORG",
    ),
)
# Words of which a text has one where a pattern with this part matches. Most texts have none: that is known sooner.
_WORDS_IN: Final = {
    " Amendment": (" Amendment",),
    " Congressional District": (" Congressional District",),
    "USA T": ("USA T",),
    "Washington ": ("Washington ",),
    "s Office": ("s Office",),
    "D\\.C\\.": ("D.C.",),
    "Associated Press|": ("Associated Press", "Agence France-Presse", "Getty Images", "Reuters", "AFP"),
    "House|Senate": ("House", "Senate"),
}
_PARTY_AND_STATE: Final = re.compile(
    r"\b[RDI]-(?P<name>[A-Z][a-z]+\.?|(?:[A-Z]\.){2}|W\.Va\.|(?:New|North|South|West|Rhode) [A-Z][a-z]+)"
)
# A work is called by its name in quotation marks behind its kind or its maker: "on CNN's “New Day”".
_QUOTED: Final = re.compile(r"[\"“](?P<name>[A-Z][^\"“”\n]{1,60}?)[,.!?]?[\"”]")
_KIND_OF_WORK: Final = re.compile(
    r"\b(?:books?|films?|movies?|novels?|albums?|songs?|singles?|series|shows?|documentary|memoir|podcasts?|sitcom"
    r"|drama|comedy|musical|play|program|programme|painting|video game)(?:,| called| titled| entitled)? (?:The )?$"
)
_SMALL: Final = word_set("a an and at by for from in of on or the to with")
MAX_WORK_WORDS: Final = 8
_NICKNAME: Final = re.compile(r" [\"“][A-Z][\w.'’ -]{0,20}[\"”] ")
_BRACKETED: Final = re.compile(r" ?\((?:the )?(?P<name>[A-Z](?:[A-Z&]|\.(?=[A-Z])){1,7}\.?)\)")
_LOOK_BACK: Final = 24  # characters


def with_patterns(text: str, mentions: Sequence[RawMention]) -> list[RawMention]:
    """Return the mentions, sorted, and those that form alone tells; mentions come sorted, without overlap."""
    whole = [*_matches(_WHOLE, text), *_datelines(text), *_nicknames(text, mentions), *_works(text, mentions)]
    laid = _laid(mentions, whole, instead=True)
    return _laid(laid, [*_matches(_FREE, text), *_states(text), *_acronyms(text, mentions)], instead=False)


def _laid(mentions: Sequence[RawMention], found: Iterable[RawMention], *, instead: bool) -> list[RawMention]:
    """Return the mentions and what was found where they leave room, or `instead` of those that lie within it."""
    starts, ends = [m.start for m in mentions], [m.end for m in mentions]
    gone: set[int] = set()
    added: list[RawMention] = []
    for mark in sorted(found):
        first, last = bisect_right(ends, mark.start), bisect_left(starts, mark.end)
        reaches_beyond = first < last and (starts[first] < mark.start or ends[last - 1] > mark.end)
        if (added and mark.start < added[-1].end) or reaches_beyond or (first < last and not instead):
            continue
        gone.update(range(first, last))
        added.append(mark)
    return sorted([*(m for i, m in enumerate(mentions) if i not in gone), *added])


def _matches(patterns: Iterable[tuple[re.Pattern[str], str]], text: str) -> Iterator[RawMention]:
    for pattern, label in patterns:
        if not any(map(text.__contains__, _words_in(pattern))):
            continue
        group = "name" if "name" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield RawMention(*match.span(group), label)


@cache
def _words_in(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return words of which a text has one where the pattern matches."""
    return next((words for part, words in _WORDS_IN.items() if part in pattern.pattern), ("",))


def _datelines(text: str) -> Iterator[RawMention]:
    for match in capital_datelines(text):
        yield RawMention(*match.span("place"), "GPE")
        if match["agency"]:
            yield RawMention(*match.span("agency"), "ORG")


def _states(text: str) -> Iterator[RawMention]:
    """Yield the states of lawmakers: "D-Fla."."""
    for match in _PARTY_AND_STATE.finditer(text):
        name = match["name"]
        if fold(name) in STATES:
            yield RawMention(match.start("name"), match.end("name"), "GPE")
        elif fold(name[:-1]) in STATES:  # the end of a sentence
            yield RawMention(match.start("name"), match.end("name") - 1, "GPE")


def _nicknames(text: str, mentions: Sequence[RawMention]) -> Iterator[RawMention]:
    """Yield people with a nickname in quotation marks between their names, marked as two."""
    for one, other in pairwise(mentions):
        if one.label == other.label == "PERSON" and _NICKNAME.fullmatch(text, one.end, other.start):
            yield RawMention(one.start, other.end, "PERSON")


def _works(text: str, mentions: Sequence[RawMention]) -> Iterator[RawMention]:
    makers = {m.end for m in mentions if m.label == "ORG"}
    for match in _QUOTED.finditer(text):
        start, end = match.span("name")
        if text.startswith("The ", start, end):
            start += 4
        words = text[start:end].split()
        is_title = 0 < len(words) <= MAX_WORK_WORDS and all(w[:1].isupper() or w in _SMALL for w in words)
        if is_title and (_made_by(text, match.start(), makers) or _is_called(text, match.start())):
            yield RawMention(start, end, "WORK_OF_ART")


def _made_by(text: str, quote: int, makers: set[int]) -> bool:
    """Say whether an organisation's possessive stands before the quotation mark."""
    return any(text.endswith(mark, 0, quote) and quote - len(mark) in makers for mark in ("'s ", "’s ", "' ", "’ "))


def _is_called(text: str, quote: int) -> bool:
    return bool(_KIND_OF_WORK.search(text, max(0, quote - _LOOK_BACK), quote))


def _acronyms(text: str, mentions: Iterable[RawMention]) -> Iterator[RawMention]:
    """Yield acronyms in brackets behind the organisation that they stand for."""
    for mention in mentions:
        is_long = mention.label == "ORG" and " " in text[mention.start : mention.end]
        if is_long and (match := _BRACKETED.match(text, mention.end)):
            yield RawMention(*match.span("name"), "ORG")
