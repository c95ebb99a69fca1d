"""`newswire get`: one article from the table `articles`, one story, copy group or entity, by address, id or name."""

import argparse
import json
import sys
from typing import Any
from uuid import UUID

from aiokafka.partitioner import DefaultPartitioner
from rich.console import Console
from rich.markup import escape

from streams.cli import entities
from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.show import short, whole
from streams.cli.stories import read_story
from streams.client import subscribe
from streams.contracts import ids
from streams.contracts.codec import decode
from streams.contracts.connection import Kafka
from streams.contracts.errors import Malformed
from streams.contracts.events import ArticleRow, EnrichedArticle, GroupUpdate
from streams.contracts.origin import Origin
from streams.contracts.position import counts
from streams.contracts.topics import TopicSpec

EXAMPLE = """\
  newswire get https://example.org/2026/04/07/talks      by address, as published
  newswire get 0a4b…-… --json                            by article_id
  newswire get story 5f1c…-…                             a story, or what it became a part of, and its articles
  newswire get group 77d0…-…                             a copy group, by its id
  newswire get group https://example.org/2026/04/07/talks    or by the article that opened it
  newswire get entity "Imran Khan"                       an entity across articles, by a name or its id
exit code 1 when there is no such article, story, group or entity"""


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "get", run, "one article, story, copy group or entity", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument(
        "what",
        nargs="+",
        metavar="URL|ID",
        help="address or article_id; or: story ID; or: group ID; or: entity ID|NAME",
    )
    sub.add_argument("--json", action="store_true", help="print JSON (the default when piped)")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments)
    as_json = arguments.json or not sys.stdout.isatty()
    match arguments.what:
        case ["story", story]:
            catalogue = settings.catalogue
            return run_async(_story(settings.connection, catalogue.stories, catalogue.articles, story, as_json))
        case ["group", group]:
            return run_async(_group(settings.connection, settings.catalogue.groups, group, as_json))
        case ["entity", *words] if words:
            return run_async(_entity(settings.connection, settings.catalogue.entities, " ".join(words), as_json))
        case [article] | ["article", article]:
            key = article_key(article)
            return run_async(
                _article(settings.connection, settings.catalogue.articles, settings.catalogue.enriched, key, as_json)
            )
    raise UserError(
        f"get {' '.join(arguments.what)}: give an address, an article_id, or `story`, `group` or `entity` and its id"
    )


def article_key(given: str) -> str:
    """Return the article_id of an address, or the id that was given.

    Raises:
        UserError: when it is neither.
    """
    if "://" not in given:
        try:
            return str(UUID(given))
        except ValueError:
            raise UserError(f"{given}: neither an address nor an article_id") from None
    try:
        return ids.article_id(ids.identity(url=given, guid=None, feed_url=None, source=None))
    except Malformed as error:
        raise UserError(error.message) from None


async def _article(bootstrap: Kafka, table: TopicSpec, enriched: TopicSpec, key: str, as_json: bool) -> int:
    value = await newest(bootstrap, table, key)
    if value is None:
        print(f"newswire: no article {key} in {table.name}", file=sys.stderr)
        return FAILED
    article = await _with_text(bootstrap, enriched, decode(ArticleRow, value))
    if as_json:
        print(article.model_dump_json())
        return OK
    console = Console(highlight=False)
    console.print(short(article))
    if isinstance(article, EnrichedArticle):
        console.print()
        console.print(whole(article))
        for removed in article.removed:
            console.print(f"[dim strike]{escape(removed.text)}[/] [dim]({removed.rule})[/]")
    return OK


async def _story(bootstrap: Kafka, stories: TopicSpec, table: TopicSpec, key: str, as_json: bool) -> int:
    story = await read_story(bootstrap, stories, table, key)
    if story is None:
        print(f"newswire: no story {key} in {stories.name}", file=sys.stderr)
        return FAILED
    if as_json:
        print(json.dumps(story.as_json(), ensure_ascii=False))
        return OK
    console = Console(highlight=False)
    if story.newest.story_id != key:
        console.print(f"[dim]{escape(key)} became a part of {escape(story.newest.story_id)}")
    for event in (story.newest, *story.members):
        console.print(short(event))
    return OK


async def _entity(bootstrap: Kafka, topic: TopicSpec, given: str, as_json: bool) -> int:
    found = entities.sought(await entities.read_entities(bootstrap, topic), given)
    if not found:
        print(f"newswire: no entity {given} in {topic.name}", file=sys.stderr)
        return FAILED
    console = Console(highlight=False)
    for entity in found:
        if as_json:
            print(json.dumps(entities.as_json(entity), ensure_ascii=False))
        else:
            console.print("\n".join(entities.lines(entity)))
    return OK


async def _group(bootstrap: Kafka, groups: TopicSpec, given: str, as_json: bool) -> int:
    found = await _current_group(bootstrap, groups, given)
    if found is None:
        print(
            f"newswire: no copy group {given} in {groups.name}; of a copy, give the canonical_id that "
            "news.duplicates names",
            file=sys.stderr,
        )
        return FAILED
    print(found.model_dump_json()) if as_json else Console(highlight=False).print(short(found))
    return OK


async def _current_group(bootstrap: Kafka, groups: TopicSpec, given: str) -> GroupUpdate | None:
    """Return the newest state of a group, by its id or by the article that opened it."""
    by_id = await _followed(bootstrap, groups, given)
    return by_id or await _followed(bootstrap, groups, ids.group_id(article_key(given)))


async def _followed(bootstrap: Kafka, groups: TopicSpec, key: str | None) -> GroupUpdate | None:
    """Return the newest state of a group; of one that was swallowed, that of the group that it is part of now."""
    found: GroupUpdate | None = None
    while key is not None and (value := await newest(bootstrap, groups, key)) is not None:
        found = decode(GroupUpdate, value)
        key = found.into
    return found


async def newest(bootstrap: Kafka, topic: TopicSpec, key: str) -> bytes | None:
    """Return the newest value of a key on a compacted topic; None where there is none, or it was deleted."""
    found: bytes | None = None
    positions: dict[bytes, Origin] = {}
    async for received in subscribe(
        bootstrap, [topic], since="earliest", to_end=True, partitions=[partition_of(key, topic)]
    ):
        if received.key == key.encode() and counts(received.key, received.raw_headers, positions):
            found = received.value
    return found


async def _with_text(bootstrap: Kafka, enriched: TopicSpec, row: ArticleRow) -> EnrichedArticle | ArticleRow:
    """Return the whole event of the row while it is within retention, else the row."""
    partition = partition_of(row.article_id, enriched)
    async for received in subscribe(bootstrap, [enriched], since="earliest", to_end=True, partitions=[partition]):
        if received.key == row.article_id.encode() and row.event_id.encode() in (received.value or b""):
            return decode(EnrichedArticle, received.value)
    return row


def partition_of(key: str, topic: TopicSpec) -> int:
    """Return the partition that holds a key."""
    everything = list(range(topic.partitions))
    partition: int = DefaultPartitioner()(key.encode(), everything, everything)
    return partition
