"""Copy groups are the connected components of the links that verdicts make, whatever arrives."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.contracts.events import CleanArticle
from streams.core.decision import Decision, group_place
from streams.core.dedupe import DedupeState
from tests.clean_articles import clean_article, edited, headline, report

TEXTS = [report(seed) for seed in range(4)]
HALVES = [
    part for text in TEXTS for part in ("\n\n".join(text.split("\n\n")[:11]), "\n\n".join(text.split("\n\n")[9:]))
]
BODIES = (
    *TEXTS, *HALVES, *map(edited, TEXTS), *("\n\n".join(two) for two in pairwise(TEXTS)), "\n\n".join(TEXTS),
    "OSLO (AP) - " + TEXTS[0], "The ferry is late.",
)  # fmt: skip
articles = st.builds(
    lambda who, body, hour: clean_article(
        f"https://site{who}.org/a", headline(body), BODIES[body], published_at=f"2026-04-07T{hour:02}:00:00Z"
    ),
    st.integers(0, 11), st.integers(0, len(BODIES) - 1), st.integers(0, 23),
)  # fmt: skip
arrivals = st.lists(articles, max_size=24)


class Components:
    """Sets of articles that are joined; the test's own way to count."""

    def __init__(self) -> None:
        self._of: dict[str, set[str]] = {}

    def of(self, article_id: str) -> set[str]:
        return self._of.setdefault(article_id, {article_id})

    def join(self, one: str, other: str) -> None:
        both = self.of(one) | self.of(other)
        self._of.update(dict.fromkeys(both, both))


def links(decision: Decision) -> list[str]:
    """Return the articles that a decision links its own with: what it says, and what its group says."""
    place = decision.group
    found = [decision.canonical_id, *decision.related]
    return found if place is None else [*found, place.canonical_id, *place.added, *place.merged]


def tell(state: DedupeState, given_arrivals: list[CleanArticle]) -> list[Decision]:
    decisions = []
    for number, article in enumerate(given_arrivals):
        decisions.append(state.judge(article, f"raw-{number}", number))
        state.apply(f"raw-{number}", decisions[-1])
    return decisions


def groups_of(state: DedupeState, decisions: list[Decision]) -> dict[str, set[str]]:
    """Return the articles by the name that their group has now."""
    found: dict[str, set[str]] = defaultdict(set)
    for decision in decisions:
        found[state._groups.current(group_place(decision)).canonical_id].add(decision.article_id)
    return found


@pytest.mark.slow
@given(arrivals)
@settings(max_examples=150, deadline=None)
def test_groups_are_the_connected_components_of_the_links(given_arrivals: list[CleanArticle]) -> None:
    state, components = DedupeState(), Components()
    decisions = tell(state, given_arrivals)
    for decision in decisions:
        for other in links(decision):
            components.join(decision.article_id, other)
        if decision.verdict == "same_article":
            continue  # brings nothing, looks nothing up
        assert (decision.group is None) == (len(components.of(decision.article_id)) == 1)
        if decision.group is not None:
            assert decision.group.articles == len(components.of(decision.article_id))
    for canonical, members in groups_of(state, decisions).items():
        assert members == components.of(canonical)


@pytest.mark.slow
@given(arrivals)
@settings(max_examples=100, deadline=None)
def test_what_verdicts_link_is_in_one_group(given_arrivals: list[CleanArticle]) -> None:
    state = DedupeState()
    decisions = tell(state, given_arrivals)
    name = {article: canonical for canonical, members in groups_of(state, decisions).items() for article in members}
    for decision in decisions:
        assert {name[other] for other in (decision.canonical_id, *decision.related)} == {name[decision.article_id]}


@pytest.mark.slow
@given(arrivals, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_state_rebuilt_in_any_order_has_the_same_groups(given_arrivals: list[CleanArticle], rng: Any) -> None:
    lived, rebuilt = DedupeState(), DedupeState()
    kept = given_arrivals[: len(given_arrivals) // 2]
    decisions = tell(lived, kept)
    for number, decision in rng.sample(list(enumerate(decisions)), len(decisions)):
        rebuilt.restore(f"raw-{number}", decision.encode())
    assert groups_of(rebuilt, decisions) == groups_of(lived, decisions)
    later = given_arrivals[len(kept) :]
    for number, article in enumerate(later, start=len(kept)):
        one, other = (state.judge(article, f"raw-{number}", number) for state in (lived, rebuilt))
        assert one.encode() == other.encode()
        lived.apply(f"raw-{number}", one)
        rebuilt.apply(f"raw-{number}", other)


@given(arrivals)
@settings(max_examples=60, deadline=None)
def test_a_story_has_from_one_source_to_as_many_as_articles(given_arrivals: list[CleanArticle]) -> None:
    for decision in tell(DedupeState(), given_arrivals):
        if decision.story.change:
            assert 1 <= decision.story.independent_sources <= decision.story.articles
