"""Entities as they lie on news.entities: reading them, and what `newswire get entity` prints."""

from typing import Any, Final
from uuid import UUID

from rich.markup import escape

from streams.cli.letterbox import moment
from streams.client import Received, subscribe
from streams.contracts.connection import Kafka
from streams.contracts.events import AliasUpdate, EntityUpdate
from streams.contracts.topics import TopicSpec
from streams.core.entity_updates import Entities, Entity

_TOLD: Final = {"alias_id", "name", "change", "article_id", "rule", "score", "evidence", "policy", "articles", "undo"}


async def read_entities(bootstrap: Kafka, topic: TopicSpec) -> Entities:
    """Return the fold of the topic as it stands now."""
    found = Entities()
    async for received in subscribe(bootstrap, [topic], since="earliest", to_end=True):
        take(found, received)
    return found


def take(found: Entities, received: Received) -> None:
    """Take a record of news.entities in."""
    if received.value is None:
        return
    event = received.event()
    if isinstance(event, EntityUpdate | AliasUpdate):
        found.add(event)


def sought(known: Entities, given: str) -> list[Entity]:
    """Return the entities that a person means: one by its id, or all of a name, those in most articles first."""
    ids = known.named(given)
    if _is_id(given):  # of a short name: those that it was taken for
        pairs = [each for each in known.aliases.values() if each.alias_id == given and each.change != "split"]
        ids = [given] if given in known.entities or not pairs else [each.entity_id for each in pairs]
    return [entity for each in ids if (entity := known.entity(each)) is not None]


def _is_id(given: str) -> bool:
    try:
        UUID(given)
    except ValueError:
        return False
    return True


def as_json(entity: Entity) -> dict[str, Any]:
    """Return an entity as `get --json` prints it."""
    newest = entity.newest
    return {
        **newest.model_dump(mode="json", include={"entity_id", "type", "name", "roles", "links", "articles", "apart"}),
        "first_seen": _when(newest.first_seen), "last_seen": _when(newest.last_seen),
        "aliases": [each.model_dump(mode="json", include=_TOLD) for each in entity.aliases],
        "merged": list(entity.merged),
        "split": [each.model_dump(mode="json", include=_TOLD) for each in entity.split],
    }  # fmt: skip


def lines(entity: Entity) -> list[str]:
    """Return an entity in lines of rich markup."""
    newest = entity.newest
    roles = f", {escape(', '.join(newest.roles))}" if newest.roles else ""
    links = f" [dim]{escape(' '.join(newest.links))}[/]" if newest.links else ""
    articles = f"{newest.articles} article{'' if newest.articles == 1 else 's'}"
    found = [
        f"[bold]{escape(newest.name)}[/] {newest.type}{roles}{links} [dim]{newest.entity_id}[/]",
        f"          {articles}, first seen {_when(newest.first_seen) or 'at no known time'},"
        f" last {_when(newest.last_seen) or 'at no known time'}",
    ]
    if newest.apart:
        found.append(f"          [dim]{escape(newest.apart)}[/]")
    for alias in entity.aliases:
        kind = "is" if alias.change == "merged" else "called"
        found.append(
            f"  {kind:<7} {escape(alias.name)} [dim]({alias.rule}, {alias.score:.3f}, {alias.articles} of them:"
            f" {escape(_evidence(alias))})[/] {alias.alias_id}"
        )
    found += [
        f"  [yellow]not     {escape(each.name)}[/] [dim]({each.rule})[/] {each.alias_id}" for each in entity.split
    ]
    return found


def _evidence(alias: AliasUpdate) -> str:
    return ", ".join(f"{name} {value}" for name, value in alias.evidence.items()) or "an operator said so"


def _when(at: int | None) -> str | None:
    return None if at is None else moment(at)
