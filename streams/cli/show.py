"""An event as a person reads it in a terminal."""

import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from streams.client import Received
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    AliasUpdate,
    ArticleForgotten,
    ArticleRow,
    ClassifiedArticle,
    CleanArticle,
    DeadLetter,
    DuplicateSeen,
    EnrichedArticle,
    EntityUpdate,
    ForgetArticle,
    GroupUpdate,
    OverrideArticles,
    OverrideEntities,
    Part,
    StoryUpdate,
)

PLACES = ("GPE", "LOC", "FAC")
COLOURS = {
    "PERSON": "bold yellow",
    "ORG": "bold cyan",
    "GPE": "bold green",
    "LOC": "bold green",
    "FAC": "green",
    "NORP": "magenta",
}


class Shown:
    """Prints events as they come."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stdout, highlight=False)

    def show(self, received: Received) -> None:
        """Print one record."""
        try:
            self._console.print(short(received.event()))
        except Malformed as error:
            self._console.print(
                f"[red]{received.topic.name} {received.partition}/{received.offset}: {escape(str(error))}"
            )


def short(event: Part) -> str:
    """Return one or two lines of rich markup about an event."""
    if isinstance(event, DuplicateSeen):
        why = f"{event.verdict} ({event.rule}, {event.score:.3f}) of {event.canonical_id[:8]}"
        return f"[dim]copy      {escape(event.title)} — {why}"
    if isinstance(event, DeadLetter):
        return f"[red]dead      {event.reason}: {escape(event.message)}"
    if isinstance(event, StoryUpdate):
        if event.into:
            return f"[blue]story     merged into {event.into}, {event.articles} articles: {escape(event.title)}"
        sources = f"{event.independent_sources} independent source{'s' if event.independent_sources > 1 else ''}"
        return f"[blue]story     {event.change}, {event.articles} articles, {sources}: {escape(event.title)}"
    if isinstance(event, GroupUpdate):
        return _group(event)
    if isinstance(event, ForgetArticle | ArticleForgotten):
        why = f": {escape(event.reason)}" if event.reason else ""
        return f"[yellow]forgotten {event.article_id}{why}"
    if isinstance(event, OverrideArticles):
        why = f": {escape(event.reason)}" if event.reason else ""
        return f"[yellow]{event.action:<9} {event.article_id} {event.other_id}{why}"
    if isinstance(event, OverrideEntities):
        why = f": {escape(event.reason)}" if event.reason else ""
        return f"[yellow]{event.action:<9} {escape(event.name)} / {escape(event.other_name)}{why}"
    if isinstance(event, EntityUpdate | AliasUpdate):
        return _entity(event)
    if isinstance(event, ClassifiedArticle | ArticleRow):
        return _article(event)
    if isinstance(event, CleanArticle):
        return f"clean     {escape(event.title)} [{event.language.code}]"
    return escape(event.model_dump_json())


def _group(event: GroupUpdate) -> str:
    if event.into is not None:
        return f"[blue]group     {event.group_id} is part of {event.into}"
    agency = f", {escape(event.agency)}" if event.agency else ""
    original = f"original {event.original_id[:8]} of {escape(event.original_source)}"
    return f"[blue]group     {event.change}, {event.articles} articles, {original}{agency}"


def _entity(event: EntityUpdate | AliasUpdate) -> str:
    if isinstance(event, AliasUpdate):
        said = {"alias": "is called", "merged": "is", "split": "is not"}[event.change]
        why = f"[dim]({event.rule}, {event.score:.3f})[/dim]"
        return f"[blue]entity    {escape(event.entity)} {said} {escape(event.name)} {why}"
    into = f", it is {event.into}" if event.into else ""
    return f"[blue]entity    {event.change}, {event.articles} articles: {escape(event.name)} {event.type}{into}"


def _article(event: ClassifiedArticle | ArticleRow) -> str:
    topics = ", ".join(f"{topic.label} {topic.score:.2f}" for topic in event.topics[:3])
    change = event.change if event.version == 1 else f"{event.change} v{event.version}"
    head = f"[bold]{change:<9}[/bold] {escape(event.title)} [dim]\\[{event.language.code}] {escape(event.source)}[/dim]"
    entities = getattr(event, "entities", ())
    names = ", ".join(f"[{COLOURS.get(e.type, 'white')}]{escape(e.name)}[/]" for e in top_entities(entities, 6))
    return (
        head
        + (f"\n          [dim]{escape(topics)}[/dim]" if topics else "")
        + (f"\n          {names}" if names else "")
    )


def top_entities(entities: Any, count: int) -> list[Any]:
    """Return the entities that matter most: people, organisations and places by salience."""
    named = [entity for entity in entities if entity.type in ("PERSON", "ORG", *PLACES)]
    return sorted(named, key=lambda entity: (-entity.salience, entity.name))[:count]


def whole(article: EnrichedArticle) -> Text:
    """Return the article's text with its entities coloured."""
    text = Text(article.text)
    for entity in article.entities:
        for mention in entity.mentions:
            text.stylize(COLOURS.get(entity.type, "underline"), mention.start, mention.end)
    return text
