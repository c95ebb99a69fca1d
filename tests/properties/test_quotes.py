"""Whatever a text says: offsets hold, quotes of a kind do not overlap, the same input gives the same bytes."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from streams.contracts.events import Entity, Quote
from streams.core.extract import extract_entities
from streams.core.mentions import NAME_TYPES, RawMention
from streams.core.quotation import find_quoted
from streams.core.quotes import MAX_QUOTES, find_quotes

_WORDS = st.sampled_from(
    ["Mira", "Novak", "Mira Novak", "Ms.", "she", "he", "it", "the minister", "said", "says", "told", "called",
     "adding", "that", "who", "and", "but", "to", "of", "in", "by", "as", "was", "according to", ",", ".", "?", ":",
     ";", "—", "-", '"', '"', "“", "”", "‘", "’", "''", "«", "»", "'", "\n\n", "\n", "no way", "42", "on Monday",
     "80-year-old", "(", ")", "İ", "𝔘", "e\u0301"]
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(_WORDS, max_size=60).map(" ".join),
    st.lists(_WORDS, max_size=60).map("".join),
)
_LABELS = st.sampled_from([*sorted(NAME_TYPES), "PERSON", "PERSON", "ORG", "DATE", "CARDINAL"])
_MENTIONS = st.lists(st.builds(RawMention, st.integers(0, 200), st.integers(0, 200), _LABELS), max_size=25)
_OPENING = ('"', "“", "„", "«", "``", "''", "‘‘", "’’")
_CLOSING = ('"', "”", "»", "''", "’’", "“")


def _read(text: str, mentions: list[RawMention]) -> tuple[tuple[Entity, ...], tuple[Quote, ...]]:
    entities = extract_entities("", text, [], mentions)
    return entities, find_quotes(text, entities)


@given(_TEXTS, _MENTIONS)
@example('"A," Mira said "B', [RawMention(5, 9, "PERSON")])
@example("“„", [])
def test_quotes_are_well_formed(text: str, mentions: list[RawMention]) -> None:
    entities, quotes = _read(text, mentions)
    assert len(quotes) <= MAX_QUOTES
    assert {q.speaker_entity_id for q in quotes} <= {None, *(e.entity_id for e in entities)}
    assert list(quotes) == sorted(quotes, key=lambda q: (q.start, -q.end, q.kind))
    for quote in quotes:
        assert 0 <= quote.start < quote.end <= len(text)
        assert "\n" not in text[quote.start : quote.end]
        assert (quote.cue is None) == (quote.cue_start is None) == (quote.cue_end is None)
        assert quote.quote >= 1
        if quote.speaker is not None:
            assert text[quote.speaker.start : quote.speaker.end] == quote.speaker.text


@given(_TEXTS, _MENTIONS)
def test_quotes_of_a_kind_do_not_overlap(text: str, mentions: list[RawMention]) -> None:
    _, quotes = _read(text, mentions)
    for kind in ("direct", "reported"):
        spans = [(q.start, q.end) for q in quotes if q.kind == kind]
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(_TEXTS, _MENTIONS)
def test_direct_speech_begins_and_ends_with_marks(text: str, mentions: list[RawMention]) -> None:
    _, quotes = _read(text, mentions)
    for quote in quotes:
        if quote.kind == "direct":
            words = text[quote.start : quote.end]
            assert words.startswith(_OPENING)
            rest = text[quote.end :].split("\n", 1)[0].strip()
            assert (len(words) > 1 and words.endswith(_CLOSING)) or not rest  # or the paragraph ends first


@given(_TEXTS, _MENTIONS)
def test_the_same_text_gives_the_same_quotes(text: str, mentions: list[RawMention]) -> None:
    assert [q.model_dump_json() for q in _read(text, mentions)[1]] == [
        q.model_dump_json() for q in _read(text, list(reversed(mentions)))[1]
    ]


@given(_TEXTS)
def test_what_is_in_marks_does_not_overlap(text: str) -> None:
    quoted = find_quoted(text)
    assert all(one.end <= other.start for one, other in pairwise(quoted))
    assert all(q.start < q.end <= len(text) for q in quoted)
    assert all(text[q.start : q.end].startswith(_OPENING) for q in quoted)
