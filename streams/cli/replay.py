"""`newswire replay`: raw records through today's pipeline, beside the live one, to a topic of their own."""

import argparse
import asyncio
import json
import re
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heapreplace
from typing import Any, Final

from streams.broker import admin
from streams.broker.describe import describe
from streams.broker.offsets import end_offsets
from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.enrich import FILE_STAGES, WINDOW, Made, Run
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.progress import Progress
from streams.cli.publish import publisher
from streams.cli.scan import Place, Scanner, Span, scanner
from streams.cli.tail import position
from streams.contracts.codec import Headers
from streams.contracts.connection import Kafka
from streams.contracts.events import DeadLetter, DuplicateSeen, schema_name
from streams.contracts.origin import Origin
from streams.contracts.topics import TopicSpec
from streams.delivery.records import Output
from streams.settings import Settings

EXAMPLE = """\
  newswire replay --from 2h --to-topic shadow.news              what came in the last two hours
  newswire replay --from 2026-04-07T00:00Z --to 2026-04-08T00:00Z --to-topic shadow.news
  newswire replay --from 1200 --partition 3 --to-topic shadow.news --append
  newswire diff live topic:shadow.news --both                   then: what came out otherwise

Workers and groups are not touched. Dedupe begins empty: what is a copy of something earlier is new here.
Records are taken by broker timestamp, then partition, then offset.
exit code 1: nothing to read, or records out of retention; 3: Kafka did not take an outcome"""

NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")  # what Kafka allows


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "replay", run, "enrich raw records again, to a topic of their own", EXAMPLE)
    sub.add_argument(
        "--from", dest="begin", required=True, metavar="OFFSET|TIME",
        help="offset (in each partition), earliest, 30m, 2h, 3d, or ISO 8601",
    )  # fmt: skip
    sub.add_argument("--to", dest="end", metavar="OFFSET|TIME", help="stop before this (default: what is the end now)")
    sub.add_argument(
        "--to-topic",
        required=True,
        metavar="NAME",
        help="topic to write, shadow.news say; created when it does not exist",
    )
    sub.add_argument("--partition", type=int, action="append", metavar="N", help="only this one; may be repeated")
    sub.add_argument("--append", action="store_true", help="write to a topic that holds records already")
    sub.add_argument("--processes", type=int, metavar="N", help="processes that run the models (default: one a core)")
    sub.add_argument("--json", action="store_true", help="print the report as JSON")
    sub.add_argument("--quiet", action="store_true", help="no progress")
    add_broker_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments, processes=arguments.processes)
    begin, end = bound("--from", arguments.begin), bound("--to", arguments.end) if arguments.end else None
    target = target_topic(settings, arguments.to_topic)
    report = run_async(_replay(settings, begin, end, target, arguments))
    print(json.dumps(report.as_dict()) if arguments.json else report.text())
    return FAILED if report.lost or not report.read else OK


@dataclass(frozen=True, slots=True)
class Bound:
    """Where to begin or to stop: at an offset, or at a time in ms since 1970 UTC."""

    offset: int | None = None
    time: int | None = None


def bound(option: str, given: str) -> Bound:
    """Return what a person means by an offset or a time.

    Raises:
        UserError: when it is neither.
    """
    if given.isascii() and given.isdigit():
        return Bound(offset=int(given))
    if given == "earliest" and option == "--from":
        return Bound(time=0)
    try:
        since = position(given)
    except UserError:
        since = given
    if not isinstance(since, int):
        raise UserError(f"{option} {given}: give an offset, 30m, 2h, 3d, or a time in ISO 8601")
    return Bound(time=since)


def target_topic(settings: Settings, name: str) -> TopicSpec:
    """Return the topic to write, with the settings of news.enriched.

    Raises:
        UserError: for a name that Kafka does not allow, or one of the pipeline's own topics.
    """
    if not NAME.fullmatch(name) or name in (".", ".."):
        raise UserError(f"--to-topic {name}: letters, digits, . _ - make a topic's name, at most 249 of them")
    if name in {topic.name for topic in settings.catalogue}:
        raise UserError(f"--to-topic {name}: that is a topic of the live pipeline; give the shadow one of its own")
    return replace(settings.catalogue.enriched, name=name, also=(DuplicateSeen, DeadLetter))


@dataclass(slots=True)
class Report:
    """What was read and became of it."""

    topic: str
    spans: dict[int, Span] = field(default_factory=dict)  # to read, by partition
    lost: dict[int, Span] = field(default_factory=dict)  # asked for, and out of retention
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def expected(self) -> int:
        """How many offsets there are to read."""
        return sum(span.end - span.begin for span in self.spans.values())

    @property
    def read(self) -> int:
        """How many records were read."""
        return self.counts.total()

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON; offsets up to, not including, the second."""
        return {
            "topic": self.topic, "read": self.read,
            **{name: self.counts[name] for name in ("enriched", "duplicate", "dead")},
            "offsets": self.spans, "out_of_retention": self.lost, "seconds": round(self.seconds, 1),
        }  # fmt: skip

    def text(self) -> str:
        """Return it for a person."""
        lines = [
            f"partition {number}: offsets {lost.begin} to {lost.end - 1} are out of retention"
            for number, lost in self.lost.items()
        ]
        counts = self.counts
        lines.append(
            f"read {self.read} = enriched {counts['enriched']} + duplicates {counts['duplicate']}"
            f" + dead {counts['dead']} in {self.seconds:.1f} s, to {self.topic}"
        )
        return "\n".join(lines)


async def _replay(
    settings: Settings, begin: Bound, end: Bound | None, target: TopicSpec, arguments: argparse.Namespace
) -> Report:
    raw = settings.catalogue.raw
    state = (await describe(settings.connection, [raw.name])).get(raw.name)
    if state is None:
        raise UserError(
            f"there is no topic {raw.name} at {settings.bootstrap}: create it with `newswire topics create`"
        )
    report = Report(target.name)
    async with scanner(settings.connection) as positions:
        bounds = await positions.bounds({raw.name: state.partitions})
        for number in _partitions(arguments.partition, state.partitions):
            here = bounds[raw.name, number]
            asked = await _asked(positions, (raw.name, number), begin, end, here)
            report.spans[number] = _cut(asked, here)
            if asked.begin < min(asked.end, here.begin):
                report.lost[number] = Span(asked.begin, min(asked.end, here.begin))
    await _prepare(settings, target, append=arguments.append)
    with Progress("records", total=report.expected, quiet=arguments.quiet) as progress:
        await _enrich(settings, Origin(raw.name, state.topic_id, 0, 0), target, report, progress)
        report.seconds = progress.seconds
    return report


def _partitions(asked: list[int] | None, count: int) -> list[int]:
    if beyond := [number for number in asked or () if not 0 <= number < count]:
        raise UserError(f"--partition {beyond[0]}: there are 0 to {count - 1}")
    return sorted(set(asked)) if asked else list(range(count))


async def _asked(positions: Scanner, place: Place, begin: Bound, end: Bound | None, here: Span) -> Span:
    """Return the offsets that are meant in a partition, within retention or not."""

    async def offset(bound: Bound) -> int:
        if bound.time is None:
            return bound.offset or 0
        found = await positions.since(*place, bound.time)
        return here.end if found is None else found

    return Span(await offset(begin), here.end if end is None else min(await offset(end), here.end))


def _cut(asked: Span, here: Span) -> Span:
    begin = min(max(asked.begin, here.begin), here.end)
    return Span(begin, max(begin, asked.end))


async def _prepare(settings: Settings, target: TopicSpec, *, append: bool) -> None:
    """Create the topic, or see that it is empty."""
    bootstrap = settings.connection
    created = await admin.ensure_topics(bootstrap, [target], replication=settings.replication)
    if not created and not append and any((await end_offsets(bootstrap, [target.name])).values()):
        raise UserError(f"--to-topic {target.name}: holds records already; name another, or give --append")


async def _enrich(settings: Settings, raw: Origin, target: TopicSpec, report: Report, progress: Progress) -> None:
    """Read, enrich and publish, a window of records under way at once."""
    run_ = Run(settings, FILE_STAGES, None)
    window: deque[tuple[Callable[[], Made], Headers]] = deque()

    async def finish() -> None:
        wait, headers = window.popleft()
        made = await asyncio.to_thread(wait)
        await out.send(_output(made, headers, target))
        report.counts[made.name] += 1
        progress.advance()

    try:
        async with (
            publisher(settings.connection, target) as out,
            aclosing(in_order(settings.connection, raw.topic, report.spans)) as records,
        ):
            async for record in records:
                origin = str(raw._replace(partition=record.partition, offset=record.offset))
                time = record.timestamp
                wait = run_.outcome(record.value, origin=origin, ingested_at=time, arrived_at=time)
                window.append((wait, _headers(origin, record.timestamp)))
                if len(window) >= WINDOW:
                    await finish()
            while window:
                await finish()
            await out.delivered()
    finally:
        run_.close()


def _headers(origin: str, ingested_at: int) -> Headers:
    return Headers(schema="", origin=origin, ingested_at=ingested_at, attempt=1, stage="", pipeline="")


def _output(made: Made, headers: Headers, target: TopicSpec) -> Output:
    """Return the record as the stage would publish it, but for its topic."""
    told = replace(headers, schema=schema_name(made.model), stage=made.stage, pipeline=made.pipeline)
    return Output(topic=target, key=made.key.encode(), value=made.value, headers=told.encode())


async def in_order(bootstrap: Kafka, topic: str, spans: Mapping[int, Span]) -> AsyncGenerator[Any, None]:
    """Read these stretches of a topic's partitions in one order: by timestamp, then partition, then offset.

    Records of a partition keep their order whatever their timestamps. A batch of each partition is in memory.
    """
    async with AsyncExitStack() as stack:
        readers = {number: await _reader(stack, bootstrap, (topic, number), span) for number, span in spans.items()}
        heads = [head for number in readers if (head := await _head(readers, number)) is not None]
        heapify(heads)
        while heads:
            _, number, _, record = heads[0]
            yield record
            head = await _head(readers, number)
            if head is None:
                heappop(heads)
            else:
                heapreplace(heads, head)


async def _head(readers: Mapping[int, AsyncIterator[Any]], number: int) -> tuple[int, int, int, Any] | None:
    record = await anext(readers[number], None)
    return None if record is None else (record.timestamp, number, record.offset, record)


async def _reader(stack: AsyncExitStack, bootstrap: Kafka, place: Place, span: Span) -> AsyncIterator[Any]:
    """Return the records of one stretch; a connection of its own keeps it from running ahead of the others."""
    reading = await stack.enter_async_context(scanner(bootstrap))

    async def records() -> AsyncGenerator[Any, None]:
        async for _, batch, _ in reading.batches({place: span}):
            for record in batch:
                yield record

    return await stack.enter_async_context(aclosing(records()))
