"""Enriched articles made of a few names, for tests of what comes behind the product."""

from collections.abc import Sequence

from streams.contracts.events import EnrichedArticle, Entity, Language, Link, Mention
from streams.contracts.ids import article_id, entity_id, event_id, story_id

AT = 1_775_600_000_000


def entity(
    type_: str, name: str, *, roles: Sequence[str] = (), called: Sequence[str] = (), link: str | None = None,
    sure: float = 0.9,
) -> Entity:  # fmt: skip
    """Return an entity; `called` are other names that the text has for it, `link` is a GeoNames id."""
    links = () if link is None else (Link(scheme="geonames", id=link, score=sure),)
    return Entity(
        entity_id=entity_id(type_, name, "" if link is None else f"geonames:{link}"), type=type_, name=name,
        roles=tuple(roles), salience=0.1, links=links,
        mentions=tuple(Mention(start=0, end=len(each), text=each) for each in (name, *called)),
    )  # fmt: skip


def person(name: str, *roles: str) -> Entity:
    """Return a person."""
    return entity("PERSON", name, roles=roles)


def organisation(name: str, *called: str) -> Entity:
    """Return an organisation."""
    return entity("ORG", name, called=called)


def place(name: str, link: str | None = None, *, sure: float = 0.9) -> Entity:
    """Return a place."""
    return entity("GPE", name, link=link, sure=sure)


def enriched(number: int, *entities: Entity, story: int | None = None, version: int = 1) -> EnrichedArticle:
    """Return an article that names these entities."""
    identity = article_id(f"url:e.example/{number}")
    return EnrichedArticle(
        event_id=event_id("EnrichedArticle", f"{number}/{version}", "p"), article_id=identity,
        url=f"https://e.example/{number}", canonical_url=None, guid=None, source="e.example", feed_url=None,
        rights=None, authors=(), published_at=None, modified_at=None, title="t", text="t", removed=(), problems=(),
        language=Language(code="en", score=1.0), version=version, change="new" if version == 1 else "revised",
        story_id=story_id(str(number if story is None else f"s{story}")), entities=entities,
    )  # fmt: skip
