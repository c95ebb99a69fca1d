"""Reading much, quickly: whole stretches of topics in batches, by position, without a group."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker.errors import BrokerError
from streams.broker.rights import check_readable
from streams.broker.session import reach, within
from streams.client import CONNECT_SECONDS
from streams.connect import client_arguments, stop
from streams.contracts.connection import Kafka
from streams.contracts.topics import MAX_EVENT_BYTES

STALL_SECONDS: Final = 30.0  # without one record of what is known to be there: the broker is gone
POLL_MS: Final = 500
BATCH_RECORDS: Final = 2_000

Place = tuple[str, int]  # topic, partition


class Span(NamedTuple):
    """Offsets from `begin` up to, not including, `end`."""

    begin: int
    end: int


@asynccontextmanager
async def scanner(bootstrap: Kafka) -> AsyncIterator["Scanner"]:
    """Give a reader of this broker.

    Raises:
        BrokerError: within about 5 s when no broker answers.
    """
    await reach(bootstrap)
    consumer = AIOKafkaConsumer(
        **client_arguments(bootstrap), enable_auto_commit=False, auto_offset_reset="none",
        max_partition_fetch_bytes=2 * MAX_EVENT_BYTES, request_timeout_ms=int(CONNECT_SECONDS * 1_000),
    )  # fmt: skip
    try:
        await within(consumer.start(), bootstrap, CONNECT_SECONDS)
        yield Scanner(consumer, bootstrap)
    finally:
        await stop(consumer)


class Scanner:
    """Reads stretches of topics."""

    def __init__(self, consumer: Any, bootstrap: Kafka) -> None:
        self._consumer, self._bootstrap = consumer, bootstrap
        self._checked: dict[str, int] = {}

    async def bounds(self, topics: Mapping[str, int]) -> dict[Place, Span]:
        """Return what is within retention now, for topics given as name -> number of partitions.

        Raises:
            BrokerError: a topic does not exist, has other partitions, or may not be read by us.
        """
        await self._check(topics)
        places = [TopicPartition(name, number) for name, count in topics.items() for number in range(count)]
        # Begin first: it only grows, so a span is never longer than what can be read.
        begins = await within(self._consumer.beginning_offsets(places), self._bootstrap)
        ends = await within(self._consumer.end_offsets(places), self._bootstrap)
        return {(at.topic, at.partition): Span(begins[at], ends[at]) for at in places}

    async def _check(self, topics: Mapping[str, int]) -> None:
        """See once that topics can be read, before the consumer asks for them."""
        if new := {name: count for name, count in topics.items() if self._checked.get(name) != count}:
            await check_readable(self._consumer._client, self._bootstrap, new)
            self._checked |= new

    async def since(self, topic: str, partition: int, time_ms: int) -> int | None:
        """Return the first offset that was written at that time or later, None where there is none."""
        at = TopicPartition(topic, partition)
        found = await within(self._consumer.offsets_for_times({at: time_ms}), self._bootstrap)
        return None if found[at] is None else int(found[at].offset)

    async def batches(self, spans: Mapping[Place, Span]) -> AsyncIterator[tuple[Place, list[Any], int]]:
        """Read these stretches; yield place, records, and the offset to go on from.

        Raises:
            BrokerError: when nothing comes for 30 s, or Kafka refuses.
        """
        ends = {TopicPartition(*place): span.end for place, span in spans.items() if span.begin < span.end}
        if not ends:
            return
        self._consumer.assign(list(ends))
        for at in ends:
            self._consumer.seek(at, spans[at.topic, at.partition].begin)
        quiet = 0.0
        while ends:
            polled = await self._poll()
            quiet = 0.0 if polled else quiet + POLL_MS / 1_000
            if quiet > STALL_SECONDS:
                raise BrokerError(f"Kafka at {self._bootstrap} sends nothing for {STALL_SECONDS:.0f} s: is it alive?")
            for at in [*ends]:
                async for batch in self._taken(at, polled.get(at, []), ends):
                    yield batch

    async def _taken(
        self, at: TopicPartition, records: Iterable[Any], ends: dict[TopicPartition, int]
    ) -> AsyncIterator[tuple[Place, list[Any], int]]:
        """Yield what belongs to the stretch, and leave the partition once its end is reached."""
        # Beyond the last record there may be markers of transactions, which only the position shows.
        reached = min(await self._consumer.position(at), ends[at])
        wanted = [record for record in records if record.offset < ends[at]]
        if wanted or reached == ends[at]:
            yield (at.topic, at.partition), wanted, reached
        if reached == ends[at]:
            del ends[at]
            self._consumer.pause(at)

    async def _poll(self) -> dict[TopicPartition, list[Any]]:
        try:
            polled: dict[TopicPartition, list[Any]] = await self._consumer.getmany(
                timeout_ms=POLL_MS, max_records=BATCH_RECORDS
            )
        except KafkaError as error:
            raise BrokerError(f"Kafka at {self._bootstrap} refuses: {type(error).__name__}: look at its log") from error
        return polled
