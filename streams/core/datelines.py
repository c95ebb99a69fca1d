"""The dateline of a report: where it was written, when, and for which agency: "OSLO, April 7 (Fair Wire) - ".

Other modules ask here what a dateline looks like; `wording.py` alone has patterns of its own, since what copies are
compared by must not change with this.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from streams.contracts.events import Dateline, Entity, Link, Mention, Span
from streams.core.calendar_words import MONTH, WEEKDAY
from streams.core.days import Written, day_of
from streams.core.names import word_set
from streams.core.syndication import agency_named

TOP_CHARS: Final = 1_000  # headings and captions may stand above the line that begins with it
TOP_LINES: Final = 6
MAX_CHARS: Final = 120  # of a dateline
FRESH_DAYS: Final = 14  # a dateline's day further from the date of publication is another year's, or a misprint
_PLACES: Final = frozenset(("GPE", "LOC", "FAC"))
_TOWN: Final = "P"  # GeoNames' class of features

# A report begins with a capital, a figure or a quotation: "NATO — the alliance — agreed" goes on.
_ON: Final = r"\W{0,2}[a-z]"
# A place in capitals at the beginning of a line.
_CAPITALS: Final = re.compile(
    r"^(?P<place>[A-Z][A-Z'’.]+(?:[ -][A-Z][A-Z'’.]*){0,3})(?=[,(—–-]| [(—–-])(?:, [^\n()—–]{1,40}?)?"
    rf" ?(?:\((?P<agency>[A-Z][\w.& -]{{1,30}})\) ?)?(?:--?|[—–]) (?!{_ON})",
    re.MULTILINE,
)
_NO_PLACE: Final = word_set(
    """BREAKING UPDATE UPDATED EXCLUSIVE WATCH VIDEO OPINION ANALYSIS LIVE NEW EDITORIAL PHOTOS PHOTO FILE CORRECTION
    CLARIFICATION REVIEW PREVIEW FACTBOX TIMELINE EXPLAINER QUESTION ANSWER NOTE ALERT ADVISORY"""
)
_START: Final = 2  # characters before a place: a quotation mark, a space
_LOOK: Final = 60  # characters behind a place
_BEHIND: Final = re.compile(
    r"(?:, [A-Z][\w. ]{1,24})?(?:, [\w. ]{3,20})? ?(?:\([^()\n]{2,40}\) ?[-–—:|]*|[-–—:|]{1,2} )"
)

_DATE: Final = rf"(?:{WEEKDAY},?\s)?(?:{MONTH}\s\d{{1,2}}|\d{{1,2}}\s{MONTH})(?:,?\s(?:19|20)\d\d)?"
_REGION: Final = r"[A-Z][\w.’']*(?:\s(?:[A-Z]|of\s|the\s|and\s)[\w.’']*){0,3}"
_AGENCY: Final = r"[A-Za-z][\w.&’' /-]{1,39}"
_MARK: Final = r"(?:--|-(?=\s)|[—–:|])"
# What follows the first place: another one, the region, the date, then the agency or a dash or both.
_REST: Final = re.compile(
    rf"(?:\s?/\s?[A-Z][\w.’' -]{{1,30}}?|\sand\s{_REGION})?(?:,\s(?!{MONTH}\s\d){_REGION})?(?:,?\s(?P<date>{_DATE}))?,?"
    rf"(?:\s?(?:\(\s?(?P<agency>{_AGENCY})\s?\)|/(?P<slashed>{_AGENCY})/)|(?=\s?{_MARK}))\s?(?P<mark>{_MARK})?\s?"
)
_ALONE: Final = re.compile(
    rf"\(\s?(?P<agency>{_AGENCY})\s?\)(?:\s?(?:--?|[—–])\s|\s(?=[A-Z“\"]))|(?P<bare>{_AGENCY}?)\s?(?:--?|[—–])\s"
)
_GOES_ON: Final = re.compile(_ON)


class Found(NamedTuple):
    """Where a dateline stands, and its parts: code points; None for what it does not have."""

    start: int
    end: int
    place: tuple[int, int] | None
    date: tuple[int, int] | None
    agency: str | None


def capital_datelines(text: str) -> Iterator[re.Match[str]]:
    """Yield what begins a line as a dateline does, by form alone: groups `place`, in capitals, and `agency`."""
    return (match for match in _CAPITALS.finditer(text) if _may_be_place(match["place"]))


def _may_be_place(name: str) -> bool:
    return _NO_PLACE.isdisjoint(name.split()) and not agency_named(name)


def is_dateline(text: str, start: int, end: int) -> bool:
    """Say whether the mention opens the text as a dateline: "PARIS (AP) - ", "Oslo, April 7 - "."""
    return start <= _START and _BEHIND.match(text, end, end + _LOOK) is not None


def read_dateline(text: str, entities: Sequence[Entity], written: Written | None) -> Dateline | None:
    """Return the text's dateline, with the entity and link of its place; None where it has none.

    `written` is the day of publication, which gives the date its year.
    """
    places = {m.start: (entity, m) for entity in entities if entity.type in _PLACES for m in entity.mentions}
    found = next((found for start in _lines(text) if (found := _at(text, start, places))), None)
    if found is None:
        return None
    entity = places[found.place[0]][0] if found.place is not None and found.place[0] in places else None
    day = _day(text, found.date, written)
    return Dateline(
        start=found.start, end=found.end, text=text[found.start : found.end],
        place=_span(text, found.place), date=_span(text, found.date), day=day.isoformat() if day else None,
        agency=found.agency, entity_id=entity.entity_id if entity else None, link=_link(entity),
    )  # fmt: skip


def _lines(text: str) -> Iterator[int]:
    """Yield where the first lines begin that hold anything."""
    start, count = 0, 0
    while 0 <= start < min(len(text), TOP_CHARS) and count < TOP_LINES:
        if text[start] != "\n":
            yield start
            count += 1
            start = text.find("\n", start)
        start = start + 1 if start >= 0 else start


def _at(text: str, start: int, places: dict[int, tuple[Entity, Mention]]) -> Found | None:
    known = places.get(start)
    capitals = _CAPITALS.match(text[start : start + MAX_CHARS])
    end = start + capitals.end("place") if capitals and _may_be_place(capitals["place"]) else None
    if known is not None:
        end = max(known[1].end, end or 0)
    if end is None:
        return _agency_alone(text, start)
    rest = _REST.match(text, end, start + MAX_CHARS)
    if rest is None or not _is_firm(text[start:end], rest, known[0] if known else None):
        return None
    if not rest["date"] and _GOES_ON.match(text, rest.end()):
        return None
    name = rest["agency"] or rest["slashed"]
    date = rest.span("date") if rest["date"] else None
    place = (start, start + len(_first_place(text[start:end])))
    return Found(start, rest.end(), place, date, _agency(name) if name else None)


def _first_place(places: str) -> str:
    """Return the first place of "CAIRO/GENEVA"."""
    return places.partition("/")[0].rstrip()


def _is_firm(place: str, rest: re.Match[str], entity: Entity | None) -> bool:
    """Say whether the signs are those of a dateline; a town in small letters needs an agency, or a date and a dash."""
    name = rest["agency"] or rest["slashed"]
    shouted = place.isupper() and len(place) > 2
    mark = rest["mark"]
    if name and (agency_named(name) or (shouted and name[:1].isupper())):
        return True
    if name or not mark:
        return False
    if mark in (":", "|"):
        return shouted and entity is not None and _is_town(entity)
    return shouted or rest["date"] is not None or (_is_spaced(rest) and entity is not None and _is_town(entity))


def _is_spaced(rest: re.Match[str]) -> bool:
    return rest["mark"] in ("—", "–", "--", "-") and rest.string[rest.start("mark") - 1] == " "


def _is_town(entity: Entity) -> bool:
    return bool(entity.links) and entity.links[0].feature_class == _TOWN


def _agency_alone(text: str, start: int) -> Found | None:
    found = _ALONE.match(text, start, start + MAX_CHARS)
    agency = agency_named(found["agency"] or found["bare"]) if found else ""
    return Found(start, found.end(), None, None, agency) if found and agency else None


def _agency(name: str) -> str:
    return agency_named(name) or " ".join(name.split())


def _span(text: str, at: tuple[int, int] | None) -> Span | None:
    return None if at is None else Span(start=at[0], end=at[1], text=text[at[0] : at[1]])


def _day(text: str, at: tuple[int, int] | None, written: Written | None) -> date | None:
    day = None if at is None else day_of(text, *at, written)
    if day is None or written is None or abs((day - written.day).days) > FRESH_DAYS:
        return None
    return day


def _link(entity: Entity | None) -> Link | None:
    return entity.links[0] if entity is not None and entity.links else None
