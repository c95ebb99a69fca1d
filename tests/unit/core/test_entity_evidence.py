"""What speaks for a bearer of a name, and when none is taken."""

import pytest

from streams.contracts.events import Entity
from streams.core.entity_evidence import Bearer, Choice, Occurrence, choose, context, points
from streams.core.entity_names import Article
from streams.core.entity_policy import ResolvePolicy
from streams.core.resolution import Resolution, sightings
from tests.enriched_articles import enriched, organisation, person, place

POLICY = ResolvePolicy()
MOSCOW, NATO, DUMA = place("Moscow", "1"), organisation("Atlantic Alliance"), organisation("State Duma")


def occurrence(number: int, *entities: Entity, story: int | None = None) -> Occurrence:
    """Return the first of the entities in an article of them."""
    made = enriched(number, *entities, story=story)
    decision = Resolution(sequence=number, article_id=made.article_id, story_id=made.story_id, seen=sightings(made))
    return Occurrence(Article.of(decision), decision.seen[0])


def bearer(number: int, *entities: Entity, story: int | None = None, times: int = 1) -> Bearer:
    found = tuple(occurrence(number + at, *entities, story=story) for at in range(times))
    return Bearer(entities[0].entity_id, entities[0].name, found)


def never(_: str) -> bool:
    return False


def chosen(own: Occurrence, *bearers: Bearer, sole: float = POLICY.enough) -> Choice:
    return choose(own, bearers, POLICY, never, sole=sole)


@pytest.mark.parametrize(("own", "theirs", "total"), [
    ((person("A"), MOSCOW), (person("B B"), MOSCOW), 0.5), ((person("A"), NATO), (person("B B"), NATO), 1.0),
    ((person("A", "mayor"),), (person("B B", "mayor"),), 2.0), ((person("A", "mayor"),), (person("B B"),), 0.0),
    ((person("A", "prime minister"),), (person("B B", "prime minister"),), 3.0),
    ((person("A", "mayor"),), (person("B B", "coach"),), -1.0),
    ((person("A"), person("C")), (person("B B"), person("C")), 0.0),
])  # fmt: skip
def test_points(own: tuple[Entity, ...], theirs: tuple[Entity, ...], total: float) -> None:
    one, other = context([occurrence(1, *own)]), context([occurrence(2, *theirs)])
    assert points(one, other, POLICY, never)[0] == total


def test_a_name_that_is_everywhere_says_half() -> None:
    one, other = context([occurrence(1, person("A"), NATO)]), context([occurrence(2, person("B B"), NATO)])
    assert points(one, other, POLICY, lambda each: each == NATO.entity_id)[0] == 0.5


def test_one_bearer_needs_little_and_of_several_one_has_to_stand_out() -> None:
    own = occurrence(1, person("Khan"), NATO, DUMA)
    imran, sadiq = bearer(2, person("Imran Khan"), NATO, DUMA), bearer(3, person("Sadiq Khan"), MOSCOW)
    assert chosen(own, imran).bearer == imran
    assert chosen(own, imran, sadiq).apart == "too little speaks for any of 2 known so"
    near = bearer(4, person("Imran Khan"), NATO, DUMA, story=1)
    rival = bearer(5, person("Sadiq Khan"), NATO, DUMA)
    same_story = occurrence(6, person("Khan"), NATO, DUMA, story=1)
    assert chosen(same_story, near, sadiq).bearer == near
    assert chosen(same_story, near, rival).bearer == near
    assert chosen(same_story, rival, bearer(7, person("Imran Khan"), NATO, DUMA, MOSCOW)).bearer is None


def test_whom_nearly_all_articles_mean_is_likelier() -> None:
    own = occurrence(1, person("Trump"), NATO)
    often = bearer(10, person("Donald Trump"), NATO, times=20)
    seldom = bearer(40, person("Fred Trump"))
    choice = chosen(own, often, seldom)
    assert choice.bearer == often
    assert choice.evidence["prevalent"] == 20
    assert chosen(own, bearer(10, person("Donald Trump"), NATO, times=4), seldom).bearer is None


def test_the_same_evidence_gives_the_same_choice_in_any_order() -> None:
    own = occurrence(1, person("Khan"), NATO, story=1)
    both = [bearer(2, person("Imran Khan"), NATO, story=1), bearer(3, person("Sadiq Khan"), NATO)]
    assert chosen(own, *both) == chosen(own, *reversed(both))
    assert chosen(own).bearer is None
