"""The events that a decision of resolve makes, and what a reader of news.entities makes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from streams.contracts import ids
from streams.contracts.events import AliasUpdate, EntityUpdate
from streams.core.names import fold
from streams.core.resolution import Joined, Resolution, Standing

Update: TypeAlias = EntityUpdate | AliasUpdate
MAX_STEPS: Final = 64  # from an id to what it became: more are a mistake


def key_of(update: Update) -> str:
    """Return the key of an update: what holds of it is in the newest record of this key."""
    return update.entity_id if isinstance(update, EntityUpdate) else f"{update.entity_id}/{update.alias_id}"


def pair_of(update: Update) -> tuple[str, str | None]:
    """Return the entity of an update, and the name that is taken for it where the update is of a name."""
    return update.entity_id, update.alias_id if isinstance(update, AliasUpdate) else None


def updates(decision: Resolution, cause: str, pipeline: str, attempt: int = 1) -> tuple[Update, ...]:
    """Return the events of a decision. The same arguments always give the same events.

    Args:
        decision: what was decided.
        cause: event_id of the article, or the place of an order.
        pipeline: version of what made the event.
        attempt: of the article; all its attempts have one event_id.
    """
    told = (_entity_update(each, decision, cause, pipeline, attempt) for each in decision.standings)
    return (*told, *(_alias_update(each, decision, cause, pipeline, attempt) for each in decision.joined))


def _entity_update(standing: Standing, decision: Resolution, cause: str, pipeline: str, attempt: int) -> EntityUpdate:
    subject = f"{standing.entity_id}\n{cause}\n{attempt}"
    return EntityUpdate(
        event_id=ids.event_id("EntityUpdate", subject, pipeline), entity_id=standing.entity_id, change=standing.change,
        type=standing.type, name=standing.name, article_id=decision.article_id, roles=standing.roles,
        links=standing.links, articles=standing.articles, first_seen=standing.first_seen,
        last_seen=standing.last_seen, into=standing.into, apart=standing.apart, cause=cause,
    )  # fmt: skip


def _alias_update(joined: Joined, decision: Resolution, cause: str, pipeline: str, attempt: int) -> AliasUpdate:
    subject = f"{joined.entity_id}\n{joined.alias_id}\n{joined.article_id}\n{cause}\n{attempt}"
    back = "merge" if joined.change == "split" else "split"
    return AliasUpdate(
        event_id=ids.event_id("AliasUpdate", subject, pipeline), entity_id=joined.entity_id, alias_id=joined.alias_id,
        change=joined.change, type=joined.type, entity=joined.entity, name=joined.name, article_id=joined.article_id,
        rule=joined.rule, score=joined.score, evidence=joined.evidence, policy=decision.policy,
        articles=joined.articles, undo=f"newswire override entity {back} {joined.entity_id} {joined.alias_id}",
        cause=cause,
    )  # fmt: skip


@dataclass(slots=True)
class Entities:
    """The newest update of each key: a fold of news.entities, in any order of its keys."""

    entities: dict[str, EntityUpdate] = field(default_factory=dict)
    aliases: dict[tuple[str, str], AliasUpdate] = field(default_factory=dict)

    def add(self, update: Update) -> None:
        """Take an update in: it replaces the one before of its key."""
        if isinstance(update, EntityUpdate):
            self.entities[update.entity_id] = update
        else:
            self.aliases[update.entity_id, update.alias_id] = update

    def root(self, entity_id: str) -> str:
        """Return what an id was taken for in every article, itself where it was not."""
        return followed(entity_id, self._edges())

    def _edges(self) -> dict[str, str]:
        return {alias: entity for (entity, alias), each in self.aliases.items() if each.change == "merged"}

    def named(self, name: str) -> list[str]:
        """Return the entities of a name or of one that was taken for theirs, those in most articles first."""
        key, edges = fold(name).casefold(), self._edges()
        found = {followed(each.entity_id, edges) for each in self.entities.values() if _is(each.name, key)}
        found |= {
            followed(each.entity_id, edges)
            for each in self.aliases.values()
            if each.change != "split" and _is(each.name, key)
        }
        known = [each for each in found if each in self.entities and self.entities[each].articles]
        return sorted(known, key=lambda each: (-self.entities[each].articles, each))

    def called(self, name: str) -> list[str]:
        """Return the ids that stand for exactly this name, whatever they were taken for."""
        key = fold(name).casefold()
        entities = {each.entity_id for each in self.entities.values() if _is(each.name, key)}
        return sorted(entities | {each.alias_id for each in self.aliases.values() if _is(each.name, key)})

    def entity(self, entity_id: str) -> "Entity | None":
        """Return an entity with all its names, by its id or one that became a part of it; None where it is unknown."""
        edges = self._edges()
        root = followed(entity_id, edges)
        newest = self.entities.get(root)
        if newest is None:
            return None
        parts = {root} | {each for each in edges if followed(each, edges) == root}
        aliases = [
            each for (entity, _), each in self.aliases.items() if entity in parts and each.change != "split"
        ]  # fmt: skip
        split = [each for (entity, _), each in self.aliases.items() if entity in parts and each.change == "split"]
        return Entity(newest, _sorted(aliases), tuple(sorted(parts - {root})), _sorted(split))


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity across articles."""

    newest: EntityUpdate
    aliases: tuple[AliasUpdate, ...]  # the names that were taken for it
    merged: tuple[str, ...]  # entity_ids that are it in every article
    split: tuple[AliasUpdate, ...]  # what was taken back


def followed(entity_id: str, edges: Mapping[str, str]) -> str:
    """Return what an id became in the end."""
    seen = {entity_id}
    for _ in range(MAX_STEPS):
        following = edges.get(entity_id)
        if following is None or following in seen:
            break
        entity_id = following
        seen.add(entity_id)
    return entity_id


def _is(name: str, key: str) -> bool:
    return fold(name).casefold() == key


def _sorted(updates: Iterable[AliasUpdate]) -> tuple[AliasUpdate, ...]:
    return tuple(sorted(updates, key=lambda each: (-each.articles, each.name, each.alias_id)))
