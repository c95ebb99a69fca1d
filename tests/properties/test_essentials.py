"""Whatever is marked, in whatever text: offsets hold, days are days, the same input gives the same bytes."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.core.essentials import find_essentials
from streams.core.extract import extract_entities
from streams.core.mentions import RawMention
from streams.core.speech_tokens import read_text

_WORDS = st.sampled_from(
    ["OSLO", "Oslo", "Oslo, Norway", "(Reuters)", "(Fair Wire)", "/PRNewswire/", "—", "-", ":", "April 7", "7 April",
     "Tuesday", "last", "next", "Friday", "yesterday", "today", "tomorrow", "March 3, 2012", "Feb. 29", "2026-04-08",
     "December 31", "the council", "voted", "will", "to", "meet", "said", "for a bridge over the river", "“We will”",
     "“", "”", ".", "?", "\n\n", ",", "two days ago", "'s", "Sept. 11", "It", "READ MORE:", "99"]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=40).map(" ".join))
_MENTIONS = st.lists(
    st.builds(RawMention, st.integers(0, 120), st.integers(0, 140), st.sampled_from(["DATE", "TIME", "GPE", "ORG"])),
    max_size=20,
)
_PUBLISHED = st.one_of(
    st.none(), st.text(max_size=12), st.dates().map(date.isoformat), st.datetimes().map(lambda d: d.isoformat() + "Z")
)


@given(_TEXTS, _TEXTS, _MENTIONS, _PUBLISHED)
def test_what_is_said_stands_in_the_text(
    title: str, text: str, mentions: list[RawMention], published: str | None
) -> None:
    entities = extract_entities(title, text, (), mentions)
    found = find_essentials(title, text, entities, read_text(text, entities), published)
    line = found.dateline
    spans = [*found.lead, *found.dates, *(span for span in (line, line and line.place, line and line.date) if span)]
    assert all(text[span.start : span.end] == span.text and span.text for span in spans)
    assert len(found.lead) <= 2
    assert all(one.end <= other.start for one, other in pairwise(found.lead))
    assert all(date.fromisoformat(dated.day) for dated in found.dates)
    assert found.event_date is None or found.event_date in found.dates
    assert found == find_essentials(title, text, entities, read_text(text, entities), published)
