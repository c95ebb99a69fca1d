"""Whatever two texts hold: what is said of them is small, stands in them, and leaves out nothing that differs."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.contracts.codec import encode
from streams.contracts.events import Changes
from streams.core.dedupe import DedupeState
from streams.core.outcome import outcome
from streams.core.outline import MAX_PARAGRAPHS, MAX_READ, outline, unpack
from streams.core.revision import changes
from streams.core.wording import paragraphs, read, read_article
from tests.clean_articles import clean_article

WORDS = ("storm", "The", "of", "Oslo", "35", "* * *", "嵐が", "By Ana Petrov", "(Reuters) -", "OSLO (AP) — ", "REUTERS")
PARAGRAPHS = st.text(max_size=40) | st.lists(st.sampled_from(WORDS)).map(" ".join)
TEXTS = st.lists(PARAGRAPHS, max_size=12).map("\n\n".join)
LONG_TEXTS = st.lists(PARAGRAPHS, max_size=MAX_READ + 20).map("\n\n".join)
# Paragraphs that have no word in common, and are no line of an outlet.
POOL = [" ".join(f"w{number * 30 + at}word" for at in range(30)) for number in range(24)]
DRAFTS = st.lists(st.sampled_from(range(len(POOL))), max_size=len(POOL), unique=True)


def changed(old: str, new: str) -> Changes:
    packed = outline(read_article("", old).paragraphs).pack()
    return changes(unpack(packed), read_article("", new).paragraphs, new, title=False)


def drafted(places: list[int]) -> str:
    return "\n\n".join(POOL[place] for place in places)


@given(LONG_TEXTS)
@settings(deadline=None)  # the first call may compile
def test_a_text_changes_nothing_of_itself(text: str) -> None:
    found = changed(text, text)
    behind = max(0, len(paragraphs(text)) - MAX_PARAGRAPHS)
    assert found.model_copy(update={"uncompared": 0}) == Changes(title=False)
    assert found.uncompared >= behind


@given(LONG_TEXTS)
@settings(deadline=None)  # the first call may compile
def test_an_outline_is_small(text: str) -> None:
    assert len(outline(read_article("", text).paragraphs).pack()) <= 608


@given(LONG_TEXTS, LONG_TEXTS)
@settings(deadline=None)  # the first call may compile
def test_places_stand_in_the_texts_and_name_each_paragraph_once(old: str, new: str) -> None:
    found = changed(old, new)
    named = [*found.added, *found.altered, *found.moved]
    assert len(named) == len(set(named))
    assert set(named) <= set(range(min(len(paragraphs(new)), MAX_READ)))
    assert set(found.removed) <= set(range(min(len(paragraphs(old)), MAX_PARAGRAPHS)))
    assert len(set(found.removed)) == len(found.removed)
    assert 0 <= found.uncompared <= len(paragraphs(new))


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
@example("storm Oslo\n\nof the storm", "storm Oslo of the storm")
def test_words_that_came_or_went_stand_in_a_paragraph_that_is_named(old: str, new: str) -> None:
    found = changed(old, new)
    before, after = (read_article("", text).paragraphs for text in (old, new))
    had, has = set(before.hashes.tolist()), set(after.hashes.tolist())
    named = {*found.added, *found.altered, *found.moved}
    starts = [0, *after.ends.tolist()]
    for place in range(after.header, len(after.ends) - after.footer):
        words = set(after.hashes[starts[place] : after.ends[place]].tolist())
        assert place in named or words <= had or not words.isdisjoint(_of_the_outlet(new))
    if not (found.altered or found.removed):
        starts = [0, *before.ends.tolist()]
        for place in range(before.header, len(before.ends) - before.footer):
            words = set(before.hashes[starts[place] : before.ends[place]].tolist())
            assert words <= has or not words.isdisjoint(_of_the_outlet(old))


def _of_the_outlet(text: str) -> set[int]:
    """Return the words that stand in datelines and credits, which may be left out wherever they stand."""
    return set(read("By Ana Petrov Reuters OSLO AP").hashes.tolist()) if text else set()


@given(TEXTS, TEXTS)
@settings(deadline=None)  # the first call may compile
def test_a_version_is_no_duplicate_and_its_event_is_the_same_from_the_recorded_decision(old: str, new: str) -> None:
    state = DedupeState()
    before, after = (clean_article("https://a.example/1", "A title", text) for text in (old, new))
    state.apply("before", state.judge(before, "before", 0))
    state.apply("after", decision := state.judge(after, "after", 1))
    recorded = state.recorded("after")
    assert recorded == decision
    event, _ = outcome(after, decision, "after", "p")
    assert encode(event) == encode(outcome(after, recorded, "after", "p")[0])
    same_words = told(old) == told(new)
    assert (decision.verdict, decision.changes is None) == ("same_article" if same_words else None, same_words)


def told(text: str) -> list[int]:
    hashes: list[int] = read_article("", text).body.hashes.tolist()
    return hashes


@given(DRAFTS, DRAFTS)
@settings(max_examples=150, deadline=None)
def test_of_unlike_paragraphs_all_that_came_or_went_are_named(old: list[int], new: list[int]) -> None:
    found = changed(drafted(old), drafted(new))
    came = [place for place, number in enumerate(new) if number not in old]
    went = [place for place, number in enumerate(old) if number not in new]
    assert sorted((*found.added, *found.altered)) == came
    assert set(found.removed) <= set(went)
    assert len(found.removed) == len(went) - len(found.altered)
    kept = [number for place, number in enumerate(new) if place not in (*came, *found.moved)]
    assert kept == [number for number in old if number in kept]
    assert not (
        found.moved and [number for number in old if number in new] == [number for number in new if number in old]
    )


@given(DRAFTS.filter(len), st.data())
@settings(deadline=None)  # the first call may compile
def test_line_breaks_that_go_or_come_change_nothing(places: list[int], data: st.DataObject) -> None:
    breaks = data.draw(st.lists(st.sampled_from(["\n\n", " "]), min_size=len(places), max_size=len(places)))
    merged = "".join(POOL[place] + between for place, between in zip(places, breaks, strict=True))
    assert changed(drafted(places), merged) == Changes(title=False)
    assert changed(merged, drafted(places)) == Changes(title=False)
