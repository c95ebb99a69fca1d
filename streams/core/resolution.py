"""A decision of the resolve fold: written once for an origin; its events and later decisions need nothing else.

Classes with slots, not pydantic models, which take several times the memory: thousands of decisions are kept decoded,
each with dozens of parts (`python -m tests.bench.kept`). Unknown fields are ignored on reading, as in events.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from pydantic import TypeAdapter

from streams.contracts.codec import decode_as
from streams.contracts.events import AliasChange, EnrichedArticle, Entity, EntityChange, Score
from streams.core.bearers import acronym

FOLLOWED: Final = frozenset(("PERSON", "ORG", "GPE", "LOC", "FAC"))
PLACES: Final = frozenset(("GPE", "LOC", "FAC"))
MAX_SIGHTINGS: Final = 64  # the most salient; who is named beside a hundred others is no evidence of anything
MAX_OTHER_NAMES: Final = 4  # acronyms of one entity in one article
MAX_ALSO: Final = 8  # of the names of what became a part of an entity
About = Literal["article", "merge", "split", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An entity of one article, as the article has it."""

    entity_id: str
    type: str
    name: str
    roles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # acronyms that the article has for it
    links: tuple[str, ...] = ()  # "scheme:id"
    sure: Score = 1.0  # lowest score of the links
    open: bool = False  # a short name that was not taken for a fuller one


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an entity stands once the decision is made: what its update says."""

    entity_id: str
    type: str = ""
    name: str = ""
    change: EntityChange
    articles: int
    first_seen: int | None = None
    last_seen: int | None = None
    roles: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    into: str | None = None
    apart: str | None = None
    also: tuple[str, ...] = ()  # names of what became a part of it, for names that come
    aside: bool = False  # whether the article itself does not name it


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A name that was taken for an entity, or no longer is."""

    entity_id: str
    entity: str
    type: str
    alias_id: str
    name: str
    change: AliasChange
    article_id: str  # article that has the name: the one decided on, or one before it
    rule: str
    score: Score
    evidence: dict[str, str | int | float] = field(default_factory=dict)
    articles: int = 0
    first_seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What became of the entities of one article; or an operator's order, or a retraction, as it is remembered."""

    sequence: int  # position in the total order of decisions
    about: About = "article"
    article_id: str = ""
    version: int | None = None
    story_id: str = ""
    ingested_at: int | None = None  # ms since 1970 UTC, of the raw record
    seen: tuple[Sighting, ...] = ()
    standings: tuple[Standing, ...] = ()
    joined: tuple[Joined, ...] = ()
    policy: str = ""

    def encode(self) -> bytes:
        """Return the decision as the changelog keeps it, without what is as by default, and saying nothing twice.

        The same decision always gives the same bytes.
        """
        own = {each.entity_id: each for each in self.seen}
        short = tuple(_shortened(each, own.get(each.entity_id)) for each in self.standings)
        return _CODEC.dump_json(replace(self, standings=short), exclude_defaults=True)

    @classmethod
    def decode(cls, value: bytes) -> "Resolution":
        """Read a decision from the changelog.

        Raises:
            Malformed: `bad_event` when it is not one.
        """
        found = decode_as(_CODEC, value)
        own = {each.entity_id: each for each in found.seen}
        whole = tuple(_whole(each, own.get(each.entity_id)) for each in found.standings)
        return replace(found, standings=whole)

    def standing(self, entity_id: str) -> Standing | None:
        """Return how an entity stands by this decision; None where it says nothing of it."""
        return next((each for each in self.standings if each.entity_id == entity_id), None)

    def names(self, entity_id: str) -> bool:
        """Say whether the article counts for an entity."""
        standing = self.standing(entity_id)
        return standing is not None and not standing.aside

    def says_of(self, entity_id: str, alias_id: str) -> bool:
        """Say whether it takes a name for an entity, or from it."""
        return any((each.entity_id, each.alias_id) == (entity_id, alias_id) for each in self.joined)

    def merged(self, alias_id: str) -> Joined | None:
        """Return what the decision says of an id that may be another entity's in every article."""
        return next((each for each in self.joined if each.alias_id == alias_id and each.change != "alias"), None)


_CODEC: Final = TypeAdapter(Resolution)


def _shortened(standing: Standing, own: Sighting | None) -> Standing:
    """Leave out what the article itself says of the entity."""
    if own is None or (own.type, own.name, own.roles, own.links) != _said(standing):
        return standing
    return replace(standing, type="", name="", roles=(), links=())


def _whole(standing: Standing, own: Sighting | None) -> Standing:
    if standing.type or own is None:
        return standing
    return replace(standing, type=own.type, name=own.name, roles=own.roles, links=own.links)


def _said(standing: Standing) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return standing.type, standing.name, standing.roles, standing.links


class Known(NamedTuple):
    """What the newest decision on an id says of it."""

    standing: Standing | None
    merged: Joined | None  # what it was taken for in every article


NOTHING: Final = Known(None, None)


def sightings(article: EnrichedArticle) -> tuple[Sighting, ...]:
    """Return the people, organisations and places of an article that are followed, in its own order."""
    named = [each for each in article.entities if each.type in FOLLOWED]
    if len(named) > MAX_SIGHTINGS:
        by_weight = sorted(range(len(named)), key=lambda at: (-named[at].salience, at))
        named = [named[at] for at in sorted(by_weight[:MAX_SIGHTINGS])]
    once = {entity.entity_id: _sighting(entity) for entity in reversed(named)}
    return tuple(once[entity_id] for entity_id in dict.fromkeys(entity.entity_id for entity in named))


def _sighting(entity: Entity) -> Sighting:
    others = dict.fromkeys(acronym(each.text) for each in entity.mentions) if entity.type == "ORG" else {}
    others.pop("", None)
    others.pop(entity.name, None)
    return Sighting(
        entity_id=entity.entity_id, type=entity.type, name=entity.name, roles=entity.roles,
        names=tuple(others)[:MAX_OTHER_NAMES], links=tuple(f"{link.scheme}:{link.id}" for link in entity.links),
        sure=min((link.score for link in entity.links), default=1.0),
    )  # fmt: skip
