"""Wikidata ids: of places that are linked to GeoNames already, and of organisations by their full name.

Both come from a packaged list (`streams/models/registers.py`); nothing is guessed. A name that stands for two things in
the list, that consists of general words ("Central Bank"), or that is an abbreviation, is not in it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from streams.contracts.events import Entity, Link
from streams.contracts.ids import entity_id
from streams.core.gazetteer import place_key

SCHEME: Final = "wikidata"
# By the name alone. A cautious figure: of 82 listed names that people marked in news none read as another's, but no set
# measures it by the hundred (quality.md).
ORGANISATION_SCORE: Final = 0.9
_ARTICLE: Final = "the "


class Organisation(NamedTuple):
    """An organisation's Wikidata id and English label."""

    id: str
    label: str


class Register(NamedTuple):
    """What has a Wikidata id."""

    places: Mapping[str, str]  # GeoNames id -> Wikidata id
    organisations: Mapping[str, Organisation]  # by `organisation_key` of the name


def organisation_key(name: str) -> str:
    """Return the key of a name: case, accents, punctuation and a leading "the" do not count."""
    return place_key(name).removeprefix(_ARTICLE)


def link_wikidata(entities: tuple[Entity, ...], register: Register) -> tuple[Entity, ...]:
    """Return the entities with their Wikidata ids: in the link of a place, as the link of an organisation."""
    return tuple(_linked(entity, register) for entity in entities)


def _linked(entity: Entity, register: Register) -> Entity:
    if entity.links:
        return entity.model_copy(update={"links": tuple(_with_id(link, register) for link in entity.links)})
    found = register.organisations.get(organisation_key(entity.name)) if entity.type == "ORG" else None
    if found is None:
        return entity
    link = Link(scheme=SCHEME, id=found.id, score=ORGANISATION_SCORE, name=found.label)
    own = entity_id(entity.type, entity.name, f"{link.scheme}:{link.id}")
    return entity.model_copy(update={"entity_id": own, "links": (link,)})


def _with_id(link: Link, register: Register) -> Link:
    known = register.places.get(link.id) if link.scheme == "geonames" else None
    return link if known is None else link.model_copy(update={"wikidata": known})
