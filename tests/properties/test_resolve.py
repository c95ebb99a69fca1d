"""The resolve fold over arbitrary streams: repeatable, rebuilt in any order, and what is undone stays undone."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.contracts.events import EnrichedArticle, Entity, OverrideEntities
from streams.core.entity_policy import ResolvePolicy
from streams.core.entity_updates import Entities, updates
from streams.core.resolution import Resolution
from streams.core.resolve import ResolveState
from tests.enriched_articles import AT, enriched, organisation, person, place

PEOPLE = ["Lavrov", "Sergey Lavrov", "Sergei Lavrov", "S. Lavrov", "Khan", "Imran Khan", "Sadiq Khan", "Imran A. Khan"]
BODIES = [("FIA", ()), ("Federal Investigation Agency", ("FIA",)), ("Apple", ()), ("Apple Inc", ()), ("apple", ())]
ROLES: list[tuple[str, ...]] = [(), ("minister",), ("foreign minister",), ("mayor",)]
PLACES = [place("Moscow", "1"), place("Moskva", "1"), place("London", "2"), place("Greater London", "2")]

names = st.one_of(
    st.builds(lambda name, roles: person(name, *roles), st.sampled_from(PEOPLE), st.sampled_from(ROLES)),
    st.builds(lambda body: organisation(body[0], *body[1]), st.sampled_from(BODIES)),
    st.sampled_from(PLACES),
)
article = st.builds(
    lambda number, story, version, found: enriched(number, *found, story=story, version=version),
    st.integers(0, 9), st.integers(0, 2), st.integers(1, 2),
    st.lists(names, max_size=5, unique_by=lambda each: each.entity_id),
)  # fmt: skip
articles = st.lists(article, min_size=1, max_size=14)


def fold(stream: list[EnrichedArticle], state: ResolveState) -> list[Resolution]:
    found = []
    for number, each in enumerate(stream):
        decision = state.judge(each, f"o/{number}", AT + number)
        state.apply(f"o/{number}", decision)
        found.append(decision)
    return found


@given(articles)
@settings(max_examples=60, deadline=None)
def test_a_decision_is_repeatable_and_says_all_that_its_events_say(stream: list[EnrichedArticle]) -> None:
    state = ResolveState()
    decisions = fold(stream, state)
    assert fold(stream, ResolveState()) == decisions
    assert fold(stream, state) == decisions
    for decision in decisions:
        assert Resolution.decode(decision.encode()) == decision
        assert updates(Resolution.decode(decision.encode()), "c", "p") == updates(decision, "c", "p")


@given(articles, article, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_state_that_is_rebuilt_in_any_order_decides_the_same(
    stream: list[EnrichedArticle], later: EnrichedArticle, chance: Random
) -> None:
    state, rebuilt = ResolveState(), ResolveState()
    log = [(f"o/{number}", decision.encode()) for number, decision in enumerate(fold(stream, state))]
    for origin, value in chance.sample(log, len(log)):
        rebuilt.restore(origin, value)
    assert rebuilt.judge(later, "later", AT + 99) == state.judge(later, "later", AT + 99)


@given(articles, articles, st.sampled_from(PEOPLE[:4]), st.sampled_from(PEOPLE[:4]))
@settings(max_examples=60, deadline=None)
def test_what_an_operator_parts_is_never_joined_again(
    before: list[EnrichedArticle], after: list[EnrichedArticle], one: str, other: str
) -> None:
    if one == other:
        return
    state, known = ResolveState(), Entities()
    first, second = person(one), person(other)
    stream: list[Resolution] = fold(before, state)
    order = OverrideEntities(
        action="split", entity_id=first.entity_id, other_id=second.entity_id, name=one, other_name=other, type="PERSON"
    )
    split = state.judge_order(order, "order")
    state.apply("order", split)
    for number, each in enumerate(after):
        decision = state.judge(each, f"after/{number}", AT + 50 + number)
        state.apply(f"after/{number}", decision)
        stream.append(decision)
        assert not [joined for joined in decision.joined if {joined.entity_id, joined.alias_id} == _ids(first, second)]
    for decision in (*stream[: len(before)], split, *stream[len(before) :]):
        for update in updates(decision, f"cause {decision.sequence}", "p"):
            known.add(update)
    assert known.root(first.entity_id) != known.root(second.entity_id)


def _ids(one: Entity, other: Entity) -> set[str]:
    return {one.entity_id, other.entity_id}


@given(articles)
@settings(max_examples=60, deadline=None)
def test_no_more_is_counted_than_there_is(stream: list[EnrichedArticle]) -> None:
    seen, joined = set[str](), False
    for each, decision in zip(stream, fold(stream, ResolveState()), strict=True):
        seen.add(each.article_id)
        joined |= bool(decision.joined)  # names that one article had both of are counted twice once they are one
        ids = [standing.entity_id for standing in decision.standings]
        assert len(ids) == len(set(ids)), "each is told once"
        assert all(0 <= standing.articles <= len(seen) * (1 + joined) for standing in decision.standings)


@given(articles, st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_what_expires_leaves_nothing_behind(stream: list[EnrichedArticle], most: int) -> None:
    state = ResolveState(ResolvePolicy(max_articles=most))
    for number, each in enumerate(stream):
        for origin in state.expired(AT + number):
            state.forget(origin)
        state.apply(f"o/{number}", state.judge(each, f"o/{number}", AT + number))
        assert len(state) <= most + 1
    for number in range(len(stream)):
        state.forget(f"o/{number}")
    assert len(state) == 0
    fresh = ResolveState(ResolvePolicy(max_articles=most)).judge(stream[0], "x", AT)
    assert state.judge(stream[0], "x", AT) == replace(fresh, sequence=len(stream))
