"""What a downstream consumer imports: events as typed objects, from any topic of the catalogue.

async for received in subscribe("127.0.0.1:9092", [Catalogue().enriched], resume="my-service"):
    article = received.event()
    ...
    await received.done()          # only now is it remembered as processed
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from streams.connect import CannotConnect, client_arguments, probe, stop
from streams.contracts.codec import Headers, decode, decode_headers
from streams.contracts.connection import Kafka
from streams.contracts.events import Part
from streams.contracts.topics import MAX_EVENT_BYTES, TopicSpec

CONNECT_SECONDS: Final = 4.0  # of the 5 s that are promised: the rest is for Python to start and close
REFUSALS: Final = (TopicAuthorizationFailedError, GroupAuthorizationFailedError)
Position = str | int  # "earliest", "latest", or ms since 1970 UTC


class NoBroker(Exception):
    """No broker answered in time, or none that lets us read; the message is one line."""


@dataclass(frozen=True, slots=True)
class Received:
    """One record: where it stands, and what it holds when asked."""

    topic: TopicSpec
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    raw_headers: tuple[tuple[str, bytes], ...]
    done: Callable[[], Awaitable[None]]

    @property
    def headers(self) -> Headers:
        """The headers of an event; raises Malformed when some other program wrote the record."""
        return decode_headers(self.raw_headers)

    def event(self) -> Part:
        """Return the event, of one of the topic's types; raises Malformed when it is none."""
        schema = next((value for name, value in self.raw_headers if name == "schema"), b"").partition(b"/")[0]
        model = next((also for also in self.topic.also if also.__name__.encode() == schema), self.topic.value)
        return decode(model, self.value)


async def subscribe(
    bootstrap: Kafka,
    topics: Sequence[TopicSpec],
    *,
    since: Position = "latest",
    resume: str | None = None,
    to_end: bool = False,
    partitions: Sequence[int] | None = None,
    on_ready: Callable[[], None] = lambda: None,
) -> AsyncGenerator[Received, None]:
    """Iterate over records, in order within each partition.

    Args:
        bootstrap: host:port of the broker, or a Connection with its security (docs/security.md).
        topics: what to read.
        since: where to begin when there is nothing to resume.
        resume: name of a consumer group that remembers what was `done`; none: nothing is remembered. It shares no work:
            two readers of one name get everything twice. Give each its own name, and its own `partitions`.
        to_end: stop at what was the end when the call began.
        partitions: read only these of each topic.
        on_ready: called once, when the position is fixed: what is published from now on will be seen.

    Raises:
        NoBroker: when no broker answers within 5 s, we may not read there, or a topic has other partitions.
    """
    consumer = await _connected(bootstrap, resume)
    try:
        async for received in _records(
            consumer, {topic.name: topic for topic in topics}, since, resume, to_end, partitions, on_ready
        ):
            yield received
    except REFUSALS as error:
        raise _not_allowed(bootstrap, error) from error
    finally:
        await stop(consumer)


async def offset_bounds(bootstrap: Kafka, topic: TopicSpec) -> dict[int, tuple[int, int]]:
    """Return, for each partition, the first offset within retention and the one that the next record gets.

    Raises:
        NoBroker: when no broker answers within 5 s, or we may not read there.
    """
    consumer = await _connected(bootstrap, None)
    try:
        partitions = await _assign(consumer, {topic.name: topic}, None)
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        return {tp.partition: (begins[tp], ends[tp]) for tp in partitions}
    except REFUSALS as error:
        raise _not_allowed(bootstrap, error) from error
    finally:
        await stop(consumer)


async def _connected(bootstrap: Kafka, group: str | None) -> Any:
    try:
        if not await probe(bootstrap, CONNECT_SECONDS):
            raise _no_broker(bootstrap)
    except CannotConnect as error:
        raise NoBroker(str(error)) from error
    consumer = AIOKafkaConsumer(
        **client_arguments(bootstrap), group_id=group, enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=2 * MAX_EVENT_BYTES, request_timeout_ms=int(CONNECT_SECONDS * 1_000),
    )  # fmt: skip
    try:
        await consumer.start()
    except (KafkaError, OSError) as error:
        await stop(consumer)
        raise _no_broker(bootstrap) from error
    return consumer


def _no_broker(bootstrap: Kafka) -> NoBroker:
    return NoBroker(f"no Kafka broker answers at {bootstrap}: start it, or name another")


def _not_allowed(bootstrap: Kafka, error: KafkaError) -> NoBroker:
    kind = "group" if isinstance(error, GroupAuthorizationFailedError) else "topic"
    return NoBroker(f"Kafka at {bootstrap} does not allow us to read with this {kind} ({error}): grant Read on it")


async def _records(
    consumer: Any,
    topics: dict[str, TopicSpec],
    since: Position,
    resume: str | None,
    to_end: bool,
    only: Sequence[int] | None,
    on_ready: Callable[[], None],
) -> AsyncIterator[Received]:
    partitions = await _assign(consumer, topics, only)
    await _seek(consumer, partitions, since, resumed=resume is not None)
    for tp in partitions:
        await consumer.position(tp)  # a seek to an end is lazy: this carries it out
    on_ready()
    ends = await consumer.end_offsets(partitions) if to_end else {}
    waiting = {tp for tp in partitions if to_end and ends[tp] > await consumer.position(tp)}
    if to_end and not waiting:
        return
    while True:
        for tp, records in (await consumer.getmany(timeout_ms=500)).items():
            for record in records:
                if not to_end or record.offset < ends[tp]:
                    yield _received(consumer, topics[tp.topic], tp, record, remember=resume is not None)
        if to_end:
            waiting = {tp for tp in waiting if ends[tp] > await consumer.position(tp)}
            if not waiting:
                return


async def _assign(consumer: Any, topics: dict[str, TopicSpec], only: Sequence[int] | None) -> list[TopicPartition]:
    """Take every partition: one reader sees the whole stream, and needs no group to join."""
    partitions = [TopicPartition(t.name, number) for t in topics.values() for number in only or range(t.partitions)]
    # Of every topic: to ask for one by name would create it on brokers that do so. Waiting for one that we do not see
    # would take for ever.
    cluster = await consumer._client.fetch_all_metadata()
    for topic in topics.values():
        there = len(cluster.partitions_for_topic(topic.name) or ())
        if there > topic.partitions:  # a part of the stream would pass for all of it, and a key for being elsewhere
            raise NoBroker(
                f"{topic.name} has {there} partitions, not {topic.partitions}: give NEWSWIRE_PARTITIONS, or"
                " Catalogue(), the number that the workers have"
            )
    for tp in partitions:
        if tp.partition not in (cluster.partitions_for_topic(tp.topic) or ()):
            raise NoBroker(
                f"there is no partition {tp.partition} of {tp.topic} that we may read: create the topic, correct "
                "NEWSWIRE_PREFIX or NEWSWIRE_PARTITIONS, or grant Read on it"
            )
    await consumer._client.force_metadata_update()
    consumer.assign(partitions)
    return partitions


async def _seek(consumer: Any, partitions: list[TopicPartition], since: Position, *, resumed: bool) -> None:
    committed = {tp: await consumer.committed(tp) for tp in partitions} if resumed else {}
    new = [tp for tp in partitions if committed.get(tp) is None]
    for tp in partitions:
        if tp not in new:
            consumer.seek(tp, committed[tp])
    if not new:
        return
    if since == "earliest":
        await consumer.seek_to_beginning(*new)
    elif since == "latest":
        await consumer.seek_to_end(*new)
    else:
        found = await consumer.offsets_for_times({tp: int(since) for tp in new})
        for tp in new:
            if found[tp] is None:
                await consumer.seek_to_end(tp)
            else:
                consumer.seek(tp, found[tp].offset)


def _received(consumer: Any, topic: TopicSpec, tp: TopicPartition, record: Any, *, remember: bool) -> Received:
    async def done() -> None:
        if remember:
            await consumer.commit({tp: record.offset + 1})

    return Received(
        topic=topic, partition=tp.partition, offset=record.offset, timestamp=record.timestamp, key=record.key,
        value=record.value, raw_headers=tuple(record.headers), done=done,
    )  # fmt: skip


def milliseconds_ago(seconds: float) -> int:
    """Return the time that lies this many seconds back, as `since` takes it."""
    return int((time.time() - seconds) * 1_000)
