"""The lead of an article, its dateline, and what days it names: what is read from its first lines and its calendar."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from streams.contracts.events import DatedMention, Dateline, Entity, Span
from streams.core.datelines import read_dateline
from streams.core.days import Written, find_days, written_on
from streams.core.event_date import dated_mention, find_event_date
from streams.core.lead import find_lead
from streams.core.speech_tokens import Reading


class Essentials(NamedTuple):
    """The fields of an EnrichedArticle of the same names."""

    lead: tuple[Span, ...] = ()
    dateline: Dateline | None = None
    dates: tuple[DatedMention, ...] = ()
    event_date: DatedMention | None = None


def find_essentials(
    title: str, text: str, entities: Sequence[Entity], reading: Reading, published_at: str | None
) -> Essentials:
    """Return what stands for the article in short.

    Days are resolved against the dateline's day, where it has one that fits, and else against the published date.
    """
    published = written_on(published_at)
    dateline = read_dateline(text, entities, published)
    written = published
    if dateline is not None and dateline.day is not None:
        written = Written(date.fromisoformat(dateline.day), sure=True)
    lead = find_lead(title, text, reading, dateline.end if dateline is not None else 0)
    days = find_days(text, entities, reading, written)
    if dateline is not None:
        days = [d for d in days if d.start >= dateline.end]
    event = find_event_date(text, lead, days, written.day if written is not None else None)
    return Essentials(lead, dateline, tuple(dated_mention(text, d) for d in days), event)
