"""The names of one article as they are looked for, and what stands around them."""

from collections.abc import Iterator

from streams.core.bearers import acronym, company, family, first_word, initials, is_short
from streams.core.resolution import PLACES, Resolution, Sighting


class Article:
    """A decision on an article with what is asked of it again and again: made once each time that it is read."""

    __slots__ = ("_filed", "decision", "names", "places")

    def __init__(self, decision: Resolution) -> None:
        self.decision = decision
        self._filed: dict[tuple[str, str], list[Sighting]] = {}
        names, places = set[str](), set[str]()
        for sighting in decision.seen:
            for name in names_of(sighting):
                self._filed.setdefault(name, []).append(sighting)
            if sighting.type in PLACES:
                places.add(sighting.entity_id)
            elif not is_short_name(sighting):
                names.add(sighting.entity_id)
        self.names, self.places = frozenset(names), frozenset(places)  # entity_ids of what is named in full

    def named(self, kind: str, name: str) -> list[Sighting]:
        """Return who is called so in the article."""
        return self._filed.get((kind, name), [])


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
