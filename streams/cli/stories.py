"""A story from its topics: what it became a part of, and the articles that are in it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streams.client import subscribe
from streams.contracts.codec import decode
from streams.contracts.connection import Kafka
from streams.contracts.events import ArticleRow, StoryUpdate
from streams.contracts.origin import Origin
from streams.contracts.position import counts
from streams.contracts.topics import TopicSpec


class Story(NamedTuple):
    """A story as it stands."""

    newest: StoryUpdate
    parts: tuple[str, ...]  # its own id first, then those of the stories that became a part of it
    members: tuple[ArticleRow, ...]  # by time of publication

    def as_json(self) -> dict[str, object]:
        """Return the newest update, with the stories and articles in it."""
        articles = [row.model_dump(mode="json", include=_TOLD) for row in self.members]
        return self.newest.model_dump(mode="json") | {"parts": self.parts, "members": articles}


_TOLD = {"article_id", "story_id", "version", "title", "source", "url", "published_at"}


async def read_story(bootstrap: Kafka, stories: TopicSpec, table: TopicSpec, key: str) -> Story | None:
    """Return the story, or the one that it became a part of; None where it is unknown."""
    newest, into = await _updates(bootstrap, stories)
    survivor = followed(key, into)
    if survivor not in newest:
        return None
    parts = (survivor, *sorted(story for story in into if story != survivor and followed(story, into) == survivor))
    rows: dict[str, ArticleRow] = {}
    positions: dict[bytes, Origin] = {}
    async for received in subscribe(bootstrap, [table], since="earliest", to_end=True):
        if counts(received.key or b"", received.raw_headers, positions):
            keep(rows, received.key, received.value, parts)
    members = sorted(rows.values(), key=lambda row: (row.published_at or "", row.article_id))
    return Story(decode(StoryUpdate, newest[survivor]), parts, tuple(members))


async def _updates(bootstrap: Kafka, stories: TopicSpec) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the newest update of each story, and what each swallowed one became a part of."""
    newest: dict[str, bytes] = {}
    into: dict[str, str] = {}
    async for received in subscribe(bootstrap, [stories], since="earliest", to_end=True):
        note(received.key, received.value, newest, into)
    return newest, into


def note(key: bytes | None, value: bytes | None, newest: dict[str, bytes], into: dict[str, str]) -> None:
    """Take a record of news.stories; a later one of a key replaces the one before."""
    story = (key or b"").decode()
    newest.pop(story, None)
    into.pop(story, None)
    if value is not None:
        newest[story] = value
        became = decode(StoryUpdate, value).into
        if became is not None:
            into[story] = became


def followed(story: str, into: Mapping[str, str]) -> str:
    """Return the story that this one is a part of by now, itself where it was never swallowed."""
    seen = {story}
    while story in into and into[story] not in seen:
        story = into[story]
        seen.add(story)
    return story


def keep(rows: dict[str, ArticleRow], key: bytes | None, value: bytes | None, parts: Iterable[str]) -> None:
    """Take a record of the table: its row replaces the one before, and stays if it is in one of the stories."""
    article = (key or b"").decode()
    rows.pop(article, None)
    if value is not None and any(part.encode() in value for part in parts):
        row = decode(ArticleRow, value)
        if row.story_id in parts:
            rows[article] = row
