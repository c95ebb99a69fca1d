"""How the entities of one decision stand while it is made: read from memory, counted up, and told once each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from streams.contracts.events import EntityChange
from streams.core.entity_evidence import Bearer, Choice, Occurrence
from streams.core.resolution import MAX_ALSO, NOTHING, Joined, Known, Resolution, Sighting, Standing


class Remembered(Protocol):
    """What is needed of the memory."""

    def known(self, entity_ids: Iterable[str]) -> dict[str, Known]:
        """Return what the newest decision on each id says of it."""
        ...

    def root_of(self, entity_id: str, known: dict[str, Known]) -> str:
        """Return what an id was taken for in every article, itself where it was not; `known` is added to."""
        ...

    def pair(self, entity_id: str, alias_id: str) -> Joined | None:
        """Return what was last said of a short name and an entity."""
        ...

    def at(self, sequence: int) -> Resolution:
        """Return a decision by its position."""
        ...


class Standings:
    """The entities of a decision and the names that are taken for them.

    Args:
        memory: what was decided before.
        draft: the decision as far as it goes.
        earlier: the decisions on versions of the article before it: what they counted is not counted again.
    """

    def __init__(self, memory: Remembered, draft: Resolution, earlier: Sequence[Resolution] = ()) -> None:
        self._memory, self._draft, self._earlier = memory, draft, earlier
        self._known: dict[str, Known] = {}
        self._changed: dict[str, Standing] = {}
        self._joined: dict[tuple[str, str, str], Joined] = {}
        self._counted: set[str] = set()

    def changed(self) -> tuple[Standing, ...]:
        """Return what the decision changes."""
        return tuple(self._changed.values())

    def joined(self) -> tuple[Joined, ...]:
        """Return the names that the decision takes for entities, or takes from them."""
        return tuple(self._joined.values())

    def read(self, entity_ids: Iterable[str]) -> None:
        """Read what is known of several ids at once."""
        asked = list(entity_ids)
        self._known |= dict.fromkeys(asked, NOTHING) | self._memory.known(asked)

    def root(self, entity_id: str) -> str:
        """Return what an id is taken for in every article, itself where it is not."""
        return self._memory.root_of(entity_id, self._known)

    def name(self, entity_id: str) -> str:
        """Return the name of an entity; "" where nothing is known of it."""
        standing = self._standing(entity_id)
        return standing.name if standing else ""

    def names(self, entity_id: str) -> tuple[str, ...]:
        """Return the name of an entity and those of what became a part of it."""
        standing = self._standing(entity_id)
        return (standing.name, *standing.also) if standing else ()

    def count(self, sighting: Sighting, apart: str | None = None) -> None:
        """Count the article for the entity of a sighting."""
        own, root = sighting.entity_id, self.root(sighting.entity_id)
        name = sighting.name
        for joined in self._hops(own):
            name = joined.entity
            key = (joined.entity_id, joined.alias_id, self._draft.article_id)
            told = self._joined.get(key, replace(joined, article_id=self._draft.article_id))
            if joined.alias_id == own and not self._told_before(joined.entity_id, own):
                told = replace(told, articles=told.articles + 1)
            self._joined[key] = told
        self._count(root, name, sighting, apart)

    def count_as(self, root: str, name: str, sighting: Sighting) -> None:
        """Count the article for the entity that a short name of it was taken for."""
        self._count(root, name, sighting, None)

    def _count(self, root: str, name: str, sighting: Sighting, apart: str | None) -> None:
        before, own = self._standing(root), root == sighting.entity_id
        news: dict[str, Any] = {
            "roles": sighting.roles or (before.roles if before else ()),
            "apart": apart,
            "aside": False,
        }
        if own or not (before and before.links):
            news["links"] = sighting.links
        at = self._draft.ingested_at
        if before is None:
            before = Standing(
                entity_id=root, type=sighting.type, name=name, change="opened", articles=0, first_seen=at, last_seen=at
            )
        elif root not in self._counted:
            news |= {"change": "seen", "last_seen": _later(before.last_seen, at)}
        if root not in self._counted:
            news["articles"] = before.articles + (0 if self._counted_before(root) else 1)
            self._counted.add(root)
        self._changed[root] = replace(before, **news)

    def count_earlier(self, root: str, own: Occurrence) -> None:
        """Count an earlier article for the entity that a short name of it was taken for, and no more for the name."""
        self.lessen(own.sighting.entity_id, change="seen")
        before = self._standing(root)
        if before is not None and not self._memory.at(own.article.sequence).names(root):
            at = own.article.ingested_at
            first = _earlier(before.first_seen, at)
            self._changed[root] = replace(before, articles=before.articles + 1, first_seen=first)

    def lessen(self, entity_id: str, change: EntityChange = "withdrawn", by: int = 1) -> None:
        """Count articles no more."""
        before = self._standing(entity_id)
        if before is not None:
            left = max(0, before.articles - by)
            self._changed[entity_id] = replace(before, change=change, articles=left, apart=None)

    def join(self, joined: Joined) -> None:
        """Take a short name of one article for an entity."""
        pair = self._memory.pair(joined.entity_id, joined.alias_id)
        before = pair.articles if pair else 0
        told = self._told_before(joined.entity_id, joined.alias_id) and joined.article_id == self._draft.article_id
        articles = before + (0 if told else 1) + sum(
            (each.entity_id, each.alias_id) == (joined.entity_id, joined.alias_id) for each in self._joined.values()
        )  # fmt: skip
        key = (joined.entity_id, joined.alias_id, joined.article_id)
        self._joined[key] = replace(joined, articles=articles)

    def merge(self, sighting: Sighting, bearer: Bearer, rule: str, choice: Choice) -> None:
        """Make two entities one in every article: that which was seen first."""
        one, other = bearer.entity_id, sighting.entity_id
        mine, theirs = self._standing(other), self._standing(one)
        if mine is not None and theirs is not None and (mine.first_seen or 0) < (theirs.first_seen or 0):
            one, other = other, one
        names = {bearer.entity_id: bearer.name, sighting.entity_id: sighting.name}
        loser = self._standing(other)
        self._unite(Joined(
            entity_id=one, entity=names[one], type=sighting.type, alias_id=other, name=names[other], change="merged",
            article_id=self._draft.article_id, rule=rule, score=choice.score, evidence=choice.evidence,
            articles=loser.articles if loser else 0,
        ))  # fmt: skip

    def order(self, joined: Joined) -> None:
        """Do what an operator says: the first of what is joined is the order itself."""
        if joined.change == "split":
            self._part(joined)
            return
        before = self._edge(joined.alias_id)
        self._joined[joined.entity_id, joined.alias_id, ""] = joined
        if joined.entity_id in (joined.alias_id, self.root(joined.alias_id)):
            return
        if before is not None:  # it was another one's until now
            self._joined[before.entity_id, before.alias_id, ""] = _split(before)
            self.lessen(self.root(before.entity_id), "split", before.articles)
        loser = self._standing(joined.alias_id)
        known = before.articles if before else loser.articles if loser else 0
        self._unite(replace(joined, articles=known))

    def _part(self, joined: Joined) -> None:
        alias, kept = joined.alias_id, joined.entity_id
        edge = self._edge(alias)
        if edge is not None and self.root(kept) != self.root(alias):
            edge = None  # it is somebody else's
        pair = None if edge else self._memory.pair(self.root(kept), alias)
        found = edge or pair
        self._joined[kept, alias, ""] = joined
        if found is None or found.change == "split":
            return
        self._joined[kept, alias, ""] = replace(
            joined, articles=0, name=found.name, entity=found.entity, type=found.type
        )
        if found.entity_id != kept:
            self._joined[found.entity_id, alias, ""] = _split(found)
        root = self.root(found.entity_id)
        self.lessen(root, "split", found.articles)
        if root in self._changed:
            also = tuple(name for name in self._changed[root].also if name != found.name)
            self._changed[root] = replace(self._changed[root], also=also)
        before = self._standing(alias) or Standing(
            entity_id=alias, type=found.type, name=found.name, change="split", articles=0, first_seen=found.first_seen
        )
        articles = found.articles if edge else before.articles + found.articles
        self._changed[alias] = replace(before, change="split", articles=articles, into=None, apart=None)

    def _unite(self, joined: Joined) -> None:
        kept, moved = self._standing(joined.entity_id), self._standing(joined.alias_id)
        first, last = (moved.first_seen, moved.last_seen) if moved else (None, None)
        self._joined[joined.entity_id, joined.alias_id, joined.article_id] = replace(joined, first_seen=first)
        self._known[joined.alias_id] = Known(moved, joined)
        gone = moved or Standing(
            entity_id=joined.alias_id, type=joined.type, name=joined.name, change="merged", articles=0, aside=True
        )
        self._changed[joined.alias_id] = replace(gone, change="merged", into=joined.entity_id, apart=None)
        before = kept or Standing(
            entity_id=joined.entity_id, type=joined.type, name=joined.entity, change="opened", articles=0, aside=True
        )
        self._changed[joined.entity_id] = replace(
            before, articles=before.articles + joined.articles, also=_also(before, gone),
            first_seen=_earlier(before.first_seen, first), last_seen=_later(before.last_seen, last),
        )  # fmt: skip

    def _hops(self, entity_id: str) -> Iterator[Joined]:
        """Yield what leads from an id to its root: said again, so that it is remembered for as long as it is used."""
        seen = {entity_id}
        self.root(entity_id)  # reads them
        while (joined := self._edge(entity_id)) is not None and joined.entity_id not in seen:
            yield joined
            entity_id = joined.entity_id
            seen.add(entity_id)

    def _edge(self, entity_id: str) -> Joined | None:
        self.root(entity_id)
        joined = self._known[entity_id].merged
        return None if joined is None or joined.change == "split" else joined

    def _standing(self, entity_id: str) -> Standing | None:
        if entity_id in self._changed:
            return self._changed[entity_id]
        self.root(entity_id)
        found = self._known[entity_id].standing
        return None if found is None else replace(found, aside=True)

    def _counted_before(self, root: str) -> bool:
        return any(each.names(root) for each in self._earlier)

    def _told_before(self, entity_id: str, alias_id: str) -> bool:
        """Say whether a version before had the name for the same entity."""
        return any(
            (each.entity_id, each.alias_id, each.article_id) == (entity_id, alias_id, self._draft.article_id)
            for decision in self._earlier
            for each in decision.joined
        )


def _also(kept: Standing, gone: Standing) -> tuple[str, ...]:
    names = dict.fromkeys((*kept.also, gone.name, *gone.also))
    return tuple(name for name in names if name != kept.name)[:MAX_ALSO]


def _split(joined: Joined) -> Joined:
    return replace(joined, change="split", article_id="", articles=0)


def _pick(choose: Callable[[int, int], int]) -> Callable[[int | None, int | None], int | None]:
    def picked(one: int | None, other: int | None) -> int | None:
        if one is None or other is None:
            return other if one is None else one
        return choose(one, other)

    return picked


_earlier: Final = _pick(min)
_later: Final = _pick(max)
