"""What holds for the dedupe fold whatever arrives."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.contracts.codec import encode
from streams.contracts.events import CleanArticle
from streams.core.dedupe import Decision, DedupePolicy, DedupeState
from streams.core.outcome import outcome, swallowed_stories
from tests.clean_articles import HOUR_MS, clean_article, edited, headline, report

TEXTS = [report(seed) for seed in range(3)]
BODIES = (
    *TEXTS, *map(edited, TEXTS), "By Ana Petrov\n\n" + TEXTS[0], TEXTS[0] + "\n\n" + TEXTS[1],
    "\n\n".join(TEXTS[1].split("\n\n")[:8]), "Correction: one word.\n\n" + TEXTS[2], "The ferry is late.", "",
    "東京で国際会議が開かれ、各国の代表が気候変動について議論した。" * 2,
)  # fmt: skip
articles = st.builds(
    lambda who, title, body: clean_article(f"https://site{who}.org/a", headline(title), BODIES[body]),
    st.integers(0, 5), st.integers(0, 1), st.integers(0, len(BODIES) - 1),
)  # fmt: skip
times = st.one_of(st.none(), st.integers(0, 100).map(lambda hours: hours * HOUR_MS))
arrivals = st.lists(st.tuples(articles, times), max_size=14)
Told = list[tuple[str, CleanArticle, Decision]]


def tell(state: DedupeState, given_arrivals: list[tuple[CleanArticle, int | None]], expire: bool = False) -> Told:
    told: Told = []
    for number, (article, at) in enumerate(given_arrivals):
        if expire:
            for origin in state.expired(at):
                state.forget(origin)
        origin = f"raw-{number}"
        decision = state.judge(article, origin, at)
        state.apply(origin, decision)
        told.append((origin, article, decision))
    return told


def numbered_as(decision: Decision, number: int) -> Decision:
    """Return the decision with another sequence number."""
    return decision.model_copy(update={"sequence": number})


def events(origin: str, article: CleanArticle, decision: Decision) -> list[bytes]:
    event, update = outcome(article, decision, origin, "p")
    return [
        encode(event),
        *map(encode, [update] if update else []),
        *map(encode, swallowed_stories(decision, "c", "p")),
    ]


@pytest.mark.slow
@given(arrivals, st.data())
@settings(max_examples=150, deadline=None)
def test_a_redelivery_anywhere_gives_the_same_bytes(given_arrivals: Any, data: st.DataObject) -> None:
    state = DedupeState()
    told = tell(state, given_arrivals)
    for origin, article, decision in told:
        again = data.draw(st.sampled_from(told))[1]
        recorded = state.judge(again, origin, 7)
        assert recorded.encode() == decision.encode()
        assert events(origin, article, Decision.decode(recorded.encode())) == events(origin, article, decision)


@given(arrivals, arrivals, st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=150, deadline=None)
@pytest.mark.slow
def test_a_state_rebuilt_in_any_order_judges_like_the_one_that_lived(
    before: Any, after: Any, rng: Any, expire: bool
) -> None:
    lived = DedupeState(DedupePolicy(max_articles=8))
    told = [(origin, decision) for origin, _, decision in tell(lived, before, expire)]
    kept = [(origin, decision) for origin, decision in told if lived.recorded(origin)]
    redelivered = kept + rng.sample(kept, len(kept) // 2)
    rng.shuffle(redelivered)
    rebuilt = DedupeState(DedupePolicy(max_articles=8))
    for origin, decision in redelivered:
        rebuilt.apply(origin, Decision.decode(decision.encode()))
    assert rebuilt.expired(50 * HOUR_MS) == lived.expired(50 * HOUR_MS)
    for number, (article, at) in enumerate(after):
        one, other = (state.judge(article, f"later-{number}", at) for state in (lived, rebuilt))
        # Numbers given to forgotten decisions may be given again.
        assert one == numbered_as(other, one.sequence)
        lived.apply(f"later-{number}", one)
        rebuilt.apply(f"later-{number}", other)


@given(arrivals)
@settings(max_examples=150, deadline=None)
def test_equal_content_has_one_canonical_article(given_arrivals: Any) -> None:
    """Two identities may hold it each on their own only where one of them is a version of a unique article."""
    uniques: dict[str, set[str]] = defaultdict(set)
    for _, _, decision in tell(DedupeState(), given_arrivals):
        if decision.verdict is None and decision.change == "new":
            uniques[decision.content].add(decision.article_id)
        elif decision.verdict == "exact_copy":
            assert decision.article_id != decision.canonical_id
    assert all(len(found) == 1 for found in uniques.values())


@pytest.mark.slow
@given(arrivals)
@settings(max_examples=150, deadline=None)
def test_versions_count_contents_and_canonical_articles_are_unique_ones(given_arrivals: Any) -> None:
    contents: dict[str, list[tuple[str, str]]] = defaultdict(list)
    unique: set[str] = set()
    for _, _, decision in tell(DedupeState(), given_arrivals):
        seen = contents[decision.article_id]
        content = (decision.title_hash, decision.text_hash)
        if decision.verdict == "same_article":
            assert decision.version == seen.index(content) + 1
        else:
            assert content not in seen
            seen.append(content)
            assert decision.version == len(seen)
        if decision.verdict is None:
            unique.add(decision.article_id)
            assert (decision.change == "new") == (decision.version == 1)
        assert decision.canonical_id in unique


@given(arrivals)
@settings(max_examples=100, deadline=None)
def test_story_counts_rise_by_one_and_what_was_swallowed(given_arrivals: Any) -> None:
    counts: dict[str, int] = defaultdict(int)
    for origin, article, decision in tell(DedupeState(), given_arrivals):
        update = outcome(article, decision, origin, "p")[1]
        if update is not None:
            merged = sum(counts.pop(story.story_id) for story in decision.story.merged)
            counts[update.story_id] += (update.change != "reported") + merged
            assert update.articles == counts[update.story_id]
            assert update.change == "reported" or (update.change == "opened") == (update.articles == 1)


@given(arrivals, times)
@settings(max_examples=100, deadline=None)
def test_forgetting_all_leaves_an_empty_state(given_arrivals: Any, now: int | None) -> None:
    state = DedupeState()
    for origin, _, _ in tell(state, given_arrivals):
        state.forget(origin)
    assert len(state) == 0
    assert state.expired(now) == []
    for article, at in given_arrivals[:3]:
        fresh, emptied = DedupeState().judge(article, "x", at), state.judge(article, "x", at)
        assert numbered_as(emptied, 0) == fresh
