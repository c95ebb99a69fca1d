"""The names of one article as they are looked for, and what stands around them."""

import marshal
from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Final, NamedTuple

from streams.core.bearers import acronym, company, family, first_word, initials, is_short
from streams.core.resolution import PLACES, Resolution, Sighting

_FIELDS: Final = tuple(each.name for each in fields(Sighting))
_plain: Final = attrgetter(*_FIELDS)


class Article(NamedTuple):
    """What a decision has of its article that is evidence for later ones: hundreds are read for each of those.

    That is why it is so flat: kept by the thousand, objects within objects cost the garbage collector more time than
    it takes to read them from disk.
    """

    sequence: int
    article_id: str
    version: int | None
    story_id: str
    ingested_at: int | None
    names: frozenset[str]  # entity_ids of people and organisations named in full
    places: frozenset[str]  # entity_ids
    seen: tuple[bytes, ...]  # the sightings; few of them are looked at each time
    filed: dict[str, bytes]  # by kind and name, which of these are called so: a byte each

    @classmethod
    def of(cls, decision: Resolution) -> "Article":
        """Return it."""
        filed: dict[str, bytes] = {}
        names, places = set[str](), set[str]()
        for place, sighting in enumerate(decision.seen):
            for kind, name in names_of(sighting):
                filed[f"{kind}\n{name}"] = filed.get(f"{kind}\n{name}", b"") + bytes([place])
            if sighting.type in PLACES:
                places.add(sighting.entity_id)
            elif not is_short_name(sighting):
                names.add(sighting.entity_id)
        return cls(
            decision.sequence, decision.article_id, decision.version, decision.story_id, decision.ingested_at,
            frozenset(names), frozenset(places), tuple(marshal.dumps(_plain(each)) for each in decision.seen), filed,
        )  # fmt: skip

    @classmethod
    def unpacked(cls, value: bytes) -> "Article":
        """Return what `packed` made bytes of, in this process."""
        return cls._make(marshal.loads(value))  # noqa: S302 - bytes of this process

    def packed(self) -> bytes:
        """Return it as bytes, for this process: other versions of Python may read them otherwise."""
        return marshal.dumps(tuple(self))

    def named(self, kind: str, name: str) -> tuple[Sighting, ...]:
        """Return who is called so in the article."""
        return tuple(_sighting(self.seen[place]) for place in self.filed.get(f"{kind}\n{name}", b""))


def names_of(sighting: Sighting) -> Iterator[tuple[str, str]]:
    """Yield the names under which a sighting is looked for, each behind its kind."""
    if sighting.type in PLACES:
        yield from (("link", link) for link in sighting.links)
    elif sighting.type == "PERSON":
        if not is_short(sighting.name):
            yield "family", family(sighting.name)
            yield "given", first_word(sighting.name)
        elif sighting.open:
            yield "open", family(sighting.name)
    elif not acronym(sighting.name):
        yield from (("acronym", each) for each in acronyms_of(sighting))
        yield "company", company(sighting.name)
    elif sighting.open:
        yield "open", acronym(sighting.name)


def is_short_name(sighting: Sighting) -> bool:
    """Say whether many may be called so."""
    if sighting.type == "PERSON":
        return is_short(sighting.name)
    return sighting.type == "ORG" and bool(acronym(sighting.name))


def acronyms_of(sighting: Sighting) -> tuple[str, ...]:
    """Return the acronyms that an organisation's full name can have, and those that the article has for it."""
    told = (acronym(name) for name in sighting.names)
    return tuple(dict.fromkeys(each for each in (*told, *initials(sighting.name)) if each))


def _sighting(value: bytes) -> Sighting:
    return Sighting(**dict(zip(_FIELDS, marshal.loads(value), strict=True)))  # noqa: S302 - as above
