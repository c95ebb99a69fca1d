"""Whatever a text holds, its record is small and says of the same text that nothing changed."""

from hypothesis import given
from hypothesis import strategies as st

from streams.contracts.events import Changes
from streams.core.revision import MAX_PARAGRAPHS, MAX_READ, changes, unpack, version_of
from streams.core.wording import paragraphs

WORDS = ["storm", "The", "of", "Oslo", "35", "* * *", "嵐が", "By Ana Petrov", "(Reuters) -"]
PARAGRAPH = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS)).map(" ".join))
TEXTS = st.lists(PARAGRAPH, max_size=MAX_READ + 20).map("\n\n".join)


def changed(old: str, new: str) -> Changes:
    return changes(unpack(version_of(old).kept.pack()), version_of(new), title=False)


@given(TEXTS)
def test_a_text_changes_nothing_of_itself(text: str) -> None:
    found = changed(text, text)
    behind = max(0, len(paragraphs(text)) - MAX_PARAGRAPHS)
    assert found.model_copy(update={"uncompared": 0}) == Changes(title=False)
    assert found.uncompared >= behind
    assert len(version_of(text).kept.pack()) <= 608


@given(TEXTS, TEXTS)
def test_places_stand_in_the_texts_and_name_each_paragraph_once(old: str, new: str) -> None:
    found = changed(old, new)
    named = [*found.added, *found.altered, *found.moved]
    assert len(named) == len(set(named))
    assert set(named) <= set(range(min(len(paragraphs(new)), MAX_READ)))
    assert set(found.removed) <= set(range(min(len(paragraphs(old)), MAX_PARAGRAPHS)))
    assert len(set(found.removed)) == len(found.removed)
    assert 0 <= found.uncompared <= len(paragraphs(new))
