"""The few words with Kafka that a producer needs; every failure is one clear line, within about 5 s."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError

from producers.errors import NoKafkaError
from streams.connect import CannotConnect, client_arguments, probe
from streams.contracts.connection import Kafka
from streams.contracts.topics import ENVELOPE_BYTES, MAX_RAW_BYTES

ANSWER_S: Final = 4.0  # for a broker to answer; one on the same continent does in 0.1 s
CLOSE_S: Final = 2.0  # everything is acknowledged or given up by then
LINGER_MS: Final = 5
BATCH_BYTES: Final = 256 * 1_024  # of one partition; aiokafka's 16 KiB are two or three articles, and a round trip each
REQUEST_MS: Final = 30_000

T = TypeVar("T")


async def check(bootstrap: Kafka, topic: str) -> None:
    """Make sure that Kafka answers and has the topic, without creating it.

    Raises:
        NoKafkaError: within about 5 s.
    """
    await _let_in(bootstrap)
    client = AIOKafkaClient(**client_arguments(bootstrap), request_timeout_ms=int(ANSWER_S * 1_000))
    try:
        topics = await _answer(_topics(client), bootstrap)
    finally:
        await client.close()
    if topic not in topics:
        raise NoKafkaError(
            f"Kafka at {bootstrap} has no topic {topic} that we may write to: create it with "
            "`newswire topics create`, or grant Write on it (`newswire topics acls`)"
        )


@asynccontextmanager
async def producer(bootstrap: Kafka, max_bytes: int = MAX_RAW_BYTES) -> AsyncIterator[Any]:
    """Give an AIOKafkaProducer that waits for every replica and writes nothing twice of its own accord.

    `max_bytes` is the largest value.

    Raises:
        NoKafkaError: the broker answered before but does not take producers, or allows us to write nowhere.
    """
    opened = AIOKafkaProducer(
        **client_arguments(bootstrap), acks="all", enable_idempotence=True, linger_ms=LINGER_MS,
        max_batch_size=BATCH_BYTES, max_request_size=max_bytes + ENVELOPE_BYTES, request_timeout_ms=REQUEST_MS,
    )  # fmt: skip
    try:
        await _answer(opened.start(), bootstrap)
        yield opened
    finally:
        # stop() waits for records that a dead broker will never take.
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(CLOSE_S):
                await opened.stop()
        await opened.client.close()


async def _let_in(bootstrap: Kafka) -> None:
    """Find out why a broker does not let us in, if it does not: aiokafka's client only says that it cannot."""
    try:
        answered = await probe(bootstrap, ANSWER_S)
    except CannotConnect as error:
        raise NoKafkaError(str(error)) from None
    if not answered:
        raise _nobody(bootstrap)


async def _topics(client: Any) -> set[str]:
    await client.bootstrap()
    # All of them: asking for one by name would create it on brokers that do so.
    cluster = await client.fetch_all_metadata()
    return set(cluster.topics())


async def _answer(answer: Awaitable[T], bootstrap: Kafka) -> T:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await answer
    except ClusterAuthorizationFailedError:  # what an idempotent producer is told that may write nowhere
        raise NoKafkaError(
            f"Kafka at {bootstrap} does not allow us Write on any topic: grant it "
            "(`newswire topics acls` prints the commands)"
        ) from None
    except (KafkaError, OSError):  # TimeoutError is an OSError
        raise _nobody(bootstrap) from None


def _nobody(bootstrap: Kafka) -> NoKafkaError:
    return NoKafkaError(
        f"no Kafka answers at {bootstrap}: start one, or give its address with --bootstrap or NEWSWIRE_BOOTSTRAP"
    )
