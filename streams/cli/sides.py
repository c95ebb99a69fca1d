"""The two sides of a comparison, read into a temporary file in the order in which they are compared."""

import gzip
import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from streams.broker.describe import describe
from streams.cli.errors import UserError
from streams.cli.outcomes import outcome_topics
from streams.cli.progress import Progress
from streams.client import Received, subscribe
from streams.contracts.codec import decode
from streams.contracts.errors import Malformed
from streams.contracts.events import OUTCOMES, Event
from streams.contracts.origin import Origin, parse_origin
from streams.contracts.topics import AFTER_OUTCOME, TopicSpec
from streams.settings import Settings

TOPIC: Final = "topic:"
LIVE: Final = "live"
BY_ORIGIN: Final = "origin"
BY_LINE: Final = "line"
COMPRESSION: Final = 1  # zlib's fastest: a third of the size for 0.1 ms an article
OF_SCHEMA: Final = {model.__name__: name for name, model in OUTCOMES.items()}


class Pair(NamedTuple):
    """What both sides have of one record; `at` names the record for people. One of the two may be missing."""

    at: str
    before: Event | None
    after: Event | None


class Shelf:
    """Outcomes of side 0 and side 1, on disk: a hundred thousand articles do not fit into everybody's memory."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "outcomes.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")  # the file is gone with the comparison
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE outcomes (side INTEGER, place TEXT, at TEXT, standing TEXT, name TEXT, value BLOB,"
            " PRIMARY KEY (side, place))"
        )
        self._db.execute("BEGIN")

    def put(self, side: int, place: str, at: str, name: str, value: bytes, *, standing: str = "") -> None:
        """Keep an outcome under the place that it is compared by; of several there the one of the highest standing."""
        self._db.execute(
            "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET standing = excluded.standing,"
            " name = excluded.name, value = excluded.value WHERE excluded.standing > outcomes.standing",
            (side, place, at, standing, name, zlib.compress(value, COMPRESSION)),
        )

    def pairs(self) -> Iterator[Pair]:
        """Yield every place that a side has, in order."""
        sides = [self._side(number) for number in (0, 1)]
        heads = [next(side, None) for side in sides]
        while heads[0] is not None or heads[1] is not None:
            place = min(head[0] for head in heads if head is not None)
            here = [head if head is not None and head[0] == place else None for head in heads]
            yield Pair(next(head[1] for head in here if head is not None), *(_outcome(head) for head in here))
            heads = [next(sides[n], None) if here[n] is not None else heads[n] for n in (0, 1)]

    def count(self, side: int | None = None) -> int:
        """Return how many places there are, or how many a side has."""
        where = "" if side is None else f" WHERE side = {side:d}"
        [(found,)] = self._db.execute("SELECT count(DISTINCT place) FROM outcomes" + where).fetchall()  # noqa: S608
        return int(found)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _side(self, side: int) -> Iterator[tuple[str, str, str, bytes]]:
        query = "SELECT place, at, name, value FROM outcomes WHERE side = ? ORDER BY place"
        for row in self._db.execute(query, (side,)):  # noqa: UP028 - `yield from` would close the cursor after its file
            yield row


def _outcome(row: tuple[str, str, str, bytes] | None) -> Event | None:
    if row is None:
        return None
    _, at, name, value = row
    try:
        return decode(OUTCOMES[name], zlib.decompress(value))
    except Malformed as error:
        raise UserError(f"{at}: {error.message}") from None


async def read_side(shelf: Shelf, side: int, name: str, settings: Settings, progress: Progress) -> str:
    """Read one side: `live`, `topic:NAME`, or a file of outcomes as `newswire enrich` writes them (`.gz` too).

    Returns what its outcomes are aligned by: `origin`, `line`, or nothing where there are none.

    Raises:
        UserError: no such file or topic, a line that is no outcome, or no broker named for a topic.
    """
    if name == LIVE or name.startswith(TOPIC):
        return await _read_topics(shelf, side, name, settings, progress)
    return _read_file(shelf, side, name, progress)


async def _read_topics(shelf: Shelf, side: int, name: str, settings: Settings, progress: Progress) -> str:
    if not settings.bootstrap:
        raise UserError(f"{name}: give --bootstrap HOST:PORT or set NEWSWIRE_BOOTSTRAP")
    topics = await _topics(name, settings)
    async for received in subscribe(settings.connection, topics, since="earliest", to_end=True):
        _put(shelf, side, received)
        progress.advance()
    return BY_ORIGIN if shelf.count(side) else ""


async def _topics(name: str, settings: Settings) -> list[TopicSpec]:
    live = list(outcome_topics(settings.catalogue).values())
    shadow = replace(settings.catalogue.enriched, name=name.removeprefix(TOPIC))
    wanted = live if name == LIVE else [shadow]
    states = await describe(settings.connection, [topic.name for topic in wanted])
    for topic in wanted:
        if topic.name not in states:
            makes = "newswire topics create" if name == LIVE else "newswire replay"
            raise UserError(
                f"there is no topic {topic.name} at {settings.bootstrap}: correct its name; `{makes}` makes one"
            )
    return [replace(topic, partitions=states[topic.name].partitions) for topic in wanted]


def _put(shelf: Shelf, side: int, received: Received) -> None:
    """Keep a record if it is an outcome. A later attempt, and then a later record, stands for its origin."""
    try:
        headers = received.headers
    except Malformed:  # some other program wrote it
        return
    name, origin = OF_SCHEMA.get(headers.schema.partition("/")[0]), parse_origin(headers.origin)
    if name is None or origin is None or received.value is None or headers.stage in AFTER_OUTCOME:
        return
    standing = f"{headers.attempt:06d}/{received.timestamp:016d}/{received.partition:06d}/{received.offset:020d}"
    shelf.put(side, _place(origin), headers.origin, name, received.value, standing=standing)


def _place(origin: Origin) -> str:
    """Return the origin in a form whose order is that of the records."""
    return f"{origin.topic}/{origin.epoch}/{origin.partition:06d}/{origin.offset:020d}"


def _read_file(shelf: Shelf, side: int, name: str, progress: Progress) -> str:
    seen: Counter[int] = Counter()
    ways: set[str] = set()
    try:
        with gzip.open(name) if name.endswith(".gz") else Path(name).open("rb") as file:
            for number, text in enumerate(file, start=1):
                where = f"{name}:{number}"
                value = _parsed(text, where)
                way, place, at = _aligned(value, number, seen)
                ways.add(way)
                shelf.put(side, place, at, value["outcome"], text)
                progress.advance()
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from None
    if len(ways) > 1:
        raise UserError(f"{name}: some lines have an origin and some have none; they cannot be aligned")
    return ways.pop() if ways else ""


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: not JSON: {error}") from None
    if not isinstance(value, dict) or value.get("outcome") not in OUTCOMES:
        raise UserError(f"{where}: not an outcome as `newswire enrich` writes it: no field outcome of {_words()}")
    return value


def _words() -> str:
    return ", ".join(OUTCOMES)


def _aligned(value: dict[str, Any], number: int, seen: Counter[int]) -> tuple[str, str, str]:
    """Return what a line is aligned by, its place in that order, and its name for people."""
    if isinstance(origin := value.get("origin"), str):
        parsed = parse_origin(origin)
        return BY_ORIGIN, _place(parsed) if parsed else origin, origin
    line = value.get("line")
    line = line if isinstance(line, int) else number
    seen[line] += 1  # of several input files: each has a line 1
    return BY_LINE, f"{line:020d}/{seen[line]:06d}", f"line {line}" + (f" ({seen[line]})" if seen[line] > 1 else "")
