"""When that happened which an article reports: the day that its first sentences name, if it is safe to tell."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from streams.contracts.events import DatedMention, Span
from streams.core.days import Dated

MAX_PAST: Final = timedelta(31)  # before that it is what the report reminds of
MAX_AHEAD: Final = timedelta(366)
# "Since Monday", "until Friday": something goes on, or is due, and did not happen on that day. "A Dec. 11 deadline":
# the day is that of the noun behind it.
_BOUND: Final = re.compile(
    r"\b(?:since|until|till|by|before|after|through|from|between|as of|following|ahead of|starting|beginning|effective"
    r"|of|and|days|a|an|the|his|her|its|their)\s(?:late\s|early\s|last\s|next\s|on\s)?$",
    re.IGNORECASE,
)
# "The law, which took effect on Jan. 1": it is said by the way.
_BY_THE_WAY: Final = re.compile(r"\b(?:which|who|whose|that|where|when|after|since|before)\b[^,;—–]*$")
_LOOK: Final = 90  # characters


def find_event_date(
    text: str, lead: Sequence[Span], days: Sequence[Dated], written: date | None
) -> DatedMention | None:
    """Return the one day of the first sentence of the lead that names any.

    Several days in that sentence tell nothing, unless one of them alone is of a past tense. A day ahead counts only
    where a verb says so ("will", "is due"), and none that is far from the day of writing.
    """
    if written is None:
        return None
    for sentence in lead:
        here = [
            d for d in days if sentence.start <= d.start < sentence.end and _may_be(text, sentence.start, d, written)
        ]
        if here:
            return _only(text, here)
    return None


def _may_be(text: str, start: int, dated: Dated, written: date) -> bool:
    if dated.day > written and dated.tense != "future":
        return False
    if not -MAX_PAST <= dated.day - written <= MAX_AHEAD:
        return False
    before = text[max(start, dated.start - _LOOK) : dated.start]
    return not (_BOUND.search(before) or _BY_THE_WAY.search(before))


def _only(text: str, days: Sequence[Dated]) -> DatedMention | None:
    happened = [d for d in days if d.tense == "past"] or list(days)
    if len({d.day for d in happened}) > 1:
        return None
    return dated_mention(text, happened[0])


def dated_mention(text: str, dated: Dated) -> DatedMention:
    """Return a mention of a day as events carry it."""
    return DatedMention(start=dated.start, end=dated.end, text=text[dated.start : dated.end], day=dated.day.isoformat())
