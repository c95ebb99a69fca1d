"""`newswire tail`: follow a topic, the enriched stream by default."""

import argparse
import base64
import json
import re
import sys
from datetime import datetime
from typing import Any, Final

from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import OK, UserError
from streams.cli.show import Shown
from streams.client import Position, Received, milliseconds_ago, subscribe
from streams.contracts.connection import Kafka
from streams.contracts.topics import Catalogue, TopicSpec

EXAMPLE = """\
  newswire tail                                   new articles as they come
  newswire tail --since earliest --limit 20 --json
  newswire tail --entity "Imran Khan" --language en --since 2h
  newswire tail --topic dead --since earliest     dead letters with their reasons
  newswire tail --resume my-service --json        go on where this name stopped"""

UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
AGO: Final = re.compile(r"(?=\.?[0-9])[0-9]{0,9}(\.[0-9]{0,9})?[smhd]")


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "tail", run, "follow the enriched stream", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument("--topic", default="enriched", help="enriched, duplicates, stories, dead, … (default: enriched)")
    sub.add_argument("--entity", metavar="NAME", help="only articles that name it (whole name, any case)")
    sub.add_argument("--source", help="only this publisher")
    sub.add_argument("--language", metavar="CODE", help="only this language, e.g. en")
    sub.add_argument("--since", default="latest", help="latest, earliest, 30m, 2h, 3d, or ISO 8601 (default: latest)")
    sub.add_argument("--resume", metavar="NAME", help="remember the position under this name and go on from there")
    sub.add_argument("--limit", type=int, metavar="N", help="stop after N records")
    sub.add_argument("--to-end", action="store_true", help="stop at what is the end now")
    sub.add_argument(
        "--json",
        action="store_true",
        help='one JSON object a line (the default when piped); bytes that are not UTF-8 as {"raw_base64": "…"}',
    )


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    if arguments.limit is not None and arguments.limit < 1:
        raise UserError(f"--limit {arguments.limit}: give 1 or more")
    settings = with_broker(arguments)
    topic = topic_named(settings.catalogue, arguments.topic)
    since = position(arguments.since)
    return run_async(_follow(settings.connection, topic, since, arguments))


async def _follow(bootstrap: Kafka, topic: TopicSpec, since: Position, arguments: argparse.Namespace) -> int:
    as_json = arguments.json or not sys.stdout.isatty()
    shown = Shown()
    count = 0
    async for received in subscribe(bootstrap, [topic], since=since, resume=arguments.resume, to_end=arguments.to_end):
        if received.value is not None and _wanted(received, arguments):
            sys.stdout.write(as_line(received.value) + "\n") if as_json else shown.show(received)
            sys.stdout.flush()
            count += 1
        await received.done()
        if arguments.limit is not None and count >= arguments.limit:
            break
    return OK


def as_line(value: bytes) -> str:
    """Return a record as it is; what is not UTF-8 (on news.raw anything may be) as JSON that carries its bytes."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return json.dumps({"raw_base64": base64.b64encode(value).decode()})


def _wanted(received: Received, arguments: argparse.Namespace) -> bool:
    if not (arguments.entity or arguments.source or arguments.language):
        return True
    try:
        event = json.loads(received.value or b"null")
    except (ValueError, RecursionError):
        return False
    return matches(event, entity=arguments.entity, source=arguments.source, language=arguments.language)


def matches(event: Any, *, entity: str | None = None, source: str | None = None, language: str | None = None) -> bool:
    """Say whether an event passes all filters that are given."""
    if not isinstance(event, dict):
        return False
    named, spoken = event.get("entities"), event.get("language")  # on news.raw they may be anything
    found = [each for each in named if isinstance(each, dict)] if isinstance(named, list) else []
    names = {str(each.get("name", "")).casefold() for each in found}
    return (
        (entity is None or entity.casefold() in names)
        and (source is None or event.get("source") == source)
        and (language is None or (spoken.get("code") if isinstance(spoken, dict) else spoken) == language)
    )


def topic_named(catalogue: Catalogue, name: str) -> TopicSpec:
    """Return the topic, by its short or whole name."""
    changelogs = (catalogue.decisions.name, catalogue.resolutions.name)
    specs = {spec.name: spec for spec in catalogue if spec.name not in changelogs}
    short = f"{catalogue.prefix}news.{name}"
    if name not in specs and short not in specs:
        known = ", ".join(key.removeprefix(f"{catalogue.prefix}news.") for key in specs)
        raise UserError(f"no topic is called {name}; there are {known}")
    return specs.get(name) or specs[short]


def position(since: str) -> Position:
    """Return where to begin, from what a person writes.

    Raises:
        UserError: when it is none of the forms.
    """
    if since in ("latest", "earliest"):
        return since
    if AGO.fullmatch(since):
        return max(0, milliseconds_ago(float(since[:-1]) * UNITS[since[-1]]))
    try:
        return max(0, round(datetime.fromisoformat(since).astimezone().timestamp() * 1_000))
    except (ValueError, OverflowError):  # OverflowError: at the ends of the calendar
        raise UserError(f"--since {since}: give latest, earliest, 30m, 2h, 3d, or a time in ISO 8601") from None
