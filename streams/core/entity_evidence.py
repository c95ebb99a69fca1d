"""What speaks for two names being one entity: what their articles share beside the name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from streams.core.entity_names import Article
from streams.core.entity_policy import ResolvePolicy
from streams.core.resolution import Sighting

Evidence: TypeAlias = dict[str, str | int | float]
_HALF: Final = 2.0  # points that make a score of .5


IsCommon: TypeAlias = Callable[[str], bool]


class Context(NamedTuple):
    """What one article or several say around a name."""

    stories: frozenset[str]
    roles: frozenset[str]
    names: frozenset[str]  # entity_ids of people and organisations named in full
    places: frozenset[str]


class Occurrence(NamedTuple):
    """A name in one article."""

    article: Article
    sighting: Sighting


class Bearer(NamedTuple):
    """An entity that may be called so, with the articles of the window that name it in full."""

    entity_id: str
    name: str
    found: tuple[Occurrence, ...]


class Choice(NamedTuple):
    """Which bearer is meant, or why none is taken."""

    bearer: Bearer | None
    score: float = 0.0
    evidence: Evidence = {}  # noqa: RUF012 - nobody writes to it
    apart: str | None = None


def context(occurrences: Sequence[Occurrence]) -> Context:
    """Return what articles say around one name."""
    stories, roles, names, places = set[str](), set[str](), set[str](), set[str]()
    for article, own in occurrences:
        stories.add(article.story_id)
        roles.update(own.roles)
        names |= article.names
        places |= article.places
    return Context(frozenset(stories - {""}), frozenset(roles), frozenset(names), frozenset(places))


def points(own: Context, theirs: Context, policy: ResolvePolicy, is_common: IsCommon) -> tuple[float, Evidence]:
    """Return how much two contexts share, and what; a name that is in the news everywhere says little."""
    total, evidence = 0.0, Evidence()
    if stories := own.stories & theirs.stories:
        total += policy.same_story
        evidence["story"] = min(stories)
    if roles := own.roles & theirs.roles:
        role = max(roles, key=lambda each: (" " in each, each))
        total += policy.same_office if " " in role else policy.same_role
        evidence["role"] = role
    elif own.roles and theirs.roles:
        total -= policy.other_role
    shared, places = own.names & theirs.names, len(own.places & theirs.places)
    names = len(shared)
    common = sum(map(is_common, shared))
    total += policy.shared_name * min(names - common, policy.max_shared_names)
    total += policy.shared_common_name * min(common, policy.max_shared_names)
    total += policy.shared_place * min(places, policy.max_shared_places)
    evidence |= {key: count for key, count in (("shared_names", names), ("shared_places", places)) if count}
    return total, evidence


def choose(
    own: Occurrence, bearers: Sequence[Bearer], policy: ResolvePolicy, is_common: IsCommon, *, sole: float,
    bonus: Callable[[Bearer], Mapping[str, float]] = lambda _: {},
) -> Choice:  # fmt: skip
    """Return the bearer that the evidence speaks for.

    Args:
        own: the name that is asked about.
        bearers: who may be called so.
        policy: the numbers.
        is_common: says of an entity_id whether many articles name it.
        sole: points that are enough where there is one bearer only.
        bonus: points for a bearer beyond those of the contexts, by the name of what they are for.
    """
    if not bearers:
        return Choice(None)
    around = context([own])
    among = sum(len(each.found) for each in bearers)
    weighed = []
    for bearer in bearers:
        total, evidence = points(around, context(bearer.found), policy, is_common)
        if len(bearer.found) >= max(policy.prevalent_articles, policy.prevalent_share * among):
            total += policy.prevalent
            evidence["prevalent"] = len(bearer.found)
        for name, more in bonus(bearer).items():
            total += more
            evidence[name] = 1
        weighed.append((total, bearer.entity_id, bearer, evidence))
    weighed.sort(key=lambda each: (-each[0], each[1]))
    total, _, best, evidence = weighed[0]
    behind = weighed[1][0] if len(weighed) > 1 else None
    enough = sole if behind is None else max(sole, policy.enough_among)
    if total < enough:
        return Choice(None, apart=f"too little speaks for any of {len(bearers)} known so" if behind is not None else
                      f"too little speaks for {best.name}")  # fmt: skip
    if behind is not None and total - behind < policy.lead:
        return Choice(None, apart=f"{len(bearers)} are known so, and none of them stands out")
    evidence |= {"article": best.found[-1].article.article_id, "bearers": len(bearers)}
    return Choice(best, round(total / (total + _HALF), 3), evidence)
