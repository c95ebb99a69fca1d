"""Whatever a model marks, in whatever text: offsets hold, nothing overlaps, the same input gives the same bytes."""

from itertools import pairwise
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from streams.contracts.events import Entity
from streams.core.extract import extract_entities
from streams.core.mentions import NAME_TYPES, RawMention

_WORDS = st.sampled_from(
    ["Mira", "Novak", "Mira Novak", "Bob Novak", "Robert Novak", "U.S.", "United States", "Russians", "Russian",
     "R-Ky.", "House", "House Democrats", "House of Representatives", "Oslo Times", "Times", "Second Amendment",
     "Department of Fair Weather", "his Russian counterpart", "“New Day”", "D.C.", "Washington", "Ms.", "Jr.", "the",
     "The", "UN", "U.N.", "United Nations", "(UN)", "said on", "Gen.", "president", "'s", "’", "\n\n", ",", ".", "(",
     ")", "Ünal", "İSTANBUL", "ß", "𝔘nited", "42", "é\u0301", "Inc."]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=30).map(" ".join))
_LABELS = st.sampled_from([*sorted(NAME_TYPES), "DATE", "CARDINAL", "SOMETHING"])
_MENTIONS = st.lists(st.builds(RawMention, st.integers(-2, 90), st.integers(-2, 90), _LABELS), max_size=25)


def _dump(entities: tuple[Entity, ...]) -> list[str]:
    return [e.model_dump_json() for e in entities]


@given(_TEXTS, _TEXTS, _MENTIONS, _MENTIONS)
@example("", "İ", [], [RawMention(0, 1, "PERSON")])
def test_entities_are_well_formed(title: str, text: str, in_title: list[RawMention], in_text: list[RawMention]) -> None:
    entities = extract_entities(title, text, in_title, in_text)
    mentions = sorted((m.start, m.end, m.text) for e in entities for m in e.mentions)
    assert all(text[start:end] == found and found for start, end, found in mentions)
    assert all(one[1] <= other[0] for one, other in pairwise(mentions))
    assert len({e.entity_id for e in entities}) == len(entities)
    assert sum(round(1000 * e.salience) for e in entities) <= 1000
    assert all(e.name and e.name == e.name.strip() for e in entities)


@given(_TEXTS, _TEXTS, _MENTIONS, _MENTIONS, st.randoms(use_true_random=False))
def test_the_order_of_the_marks_does_not_matter(
    title: str, text: str, in_title: list[RawMention], in_text: list[RawMention], rng: Random
) -> None:
    expected = _dump(extract_entities(title, text, in_title, in_text))
    assert _dump(extract_entities(title, text, in_title, in_text)) == expected
    rng.shuffle(in_title)
    rng.shuffle(in_text)
    assert _dump(extract_entities(title, text, in_title, in_text)) == expected
