"""Where topics begin and end and how far groups have come, asked of any Kafka.

Every function raises BrokerError, within about 5 s, when no broker answers, or when it refuses.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.structs import TopicPartition

from streams.broker.describe import describe
from streams.broker.errors import BrokerError
from streams.broker.session import ANSWER_S, ask, client_of, error_name, until, within
from streams.connect import client_arguments, stop
from streams.contracts.connection import Kafka

COORDINATOR_NOT_READY: Final = (14, 15, 16)  # loading, not available yet, moved
GROUP_REFUSED: Final = 30  # GroupAuthorizationFailed


class Lag(NamedTuple):
    """How far a group has come in one partition."""

    committed: int | None  # offset that the group reads next; None: never committed
    end: int  # offset that the next record gets


async def start_offsets(bootstrap: Kafka, names: Iterable[str]) -> dict[tuple[str, int], int]:
    """Return, for each partition of those topics that exist, the offset of the oldest record that is kept."""
    return await _bounds(bootstrap, names, "beginning_offsets")


async def end_offsets(bootstrap: Kafka, names: Iterable[str]) -> dict[tuple[str, int], int]:
    """Return, for each partition of those topics that exist, the offset that the next record gets."""
    return await _bounds(bootstrap, names, "end_offsets")


async def _bounds(
    bootstrap: Kafka, names: Iterable[str], which: Literal["beginning_offsets", "end_offsets"]
) -> dict[tuple[str, int], int]:
    states = await describe(bootstrap, names)
    partitions = [TopicPartition(state.name, number) for state in states.values() for number in range(state.partitions)]
    if not partitions:
        return {}
    consumer = AIOKafkaConsumer(**client_arguments(bootstrap), request_timeout_ms=int(ANSWER_S * 1000))
    try:
        await within(consumer.start(), bootstrap)
        found = await within(getattr(consumer, which)(partitions), bootstrap)
    finally:
        await stop(consumer)
    return {(topic, number): offset for (topic, number), offset in found.items()}


async def committed_offsets(bootstrap: Kafka, group: str) -> dict[tuple[str, int], int]:
    """Return every offset that the group has committed: the offset it reads next."""

    async def attempt() -> dict[tuple[str, int], int] | None:
        coordinator = await ask(client, bootstrap, FindCoordinatorRequest(group, 0))
        if not _ready(coordinator.error_code, bootstrap, group):
            return None
        answer = await ask(client, bootstrap, OffsetFetchRequest(group, None), coordinator.coordinator_id)
        if not _ready(answer.error_code, bootstrap, group):
            return None
        return {
            (topic, number): offset
            for topic, partitions in answer.topics
            for number, offset, _, error in partitions
            if not error and offset >= 0
        }

    async with client_of(bootstrap) as client:
        return await until(attempt, f"Kafka at {bootstrap} has no coordinator for group {group}")


async def lag(bootstrap: Kafka, group: str, topics: Iterable[str]) -> dict[tuple[str, int], Lag]:
    """Return how far the group has come in each partition of those topics that exist."""
    # Committed first: the end can only grow, so a lag is never negative.
    committed = await committed_offsets(bootstrap, group)
    ends = await end_offsets(bootstrap, topics)
    return {partition: Lag(committed.get(partition), end) for partition, end in ends.items()}


async def expired(bootstrap: Kafka, group: str, starts: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], range]:
    """Return the offsets that left these partitions before the group read them, `starts` being their oldest records."""
    committed = await committed_offsets(bootstrap, group)
    return {at: range(committed[at], start) for at, start in starts.items() if committed.get(at, start) < start}


def _ready(code: int, bootstrap: Kafka, group: str) -> bool:
    """Return False for a group coordinator that must be asked again."""
    if code in COORDINATOR_NOT_READY:
        return False
    if code == GROUP_REFUSED:
        raise BrokerError(
            f"Kafka at {bootstrap} does not allow us to see the offsets of group {group}: grant Describe on it "
            "(`newswire topics acls` prints the commands)"
        )
    if code:
        raise BrokerError(f"Kafka at {bootstrap} does not tell the offsets of group {group}: {error_name(code)}")
    return True
