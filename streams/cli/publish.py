"""Publishing of a verb: every record is acknowledged by every replica before the verb says that it is done."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker.session import within
from streams.cli.errors import STOPPED, UserError
from streams.connect import client_arguments
from streams.contracts.connection import Kafka
from streams.contracts.topics import ENVELOPE_BYTES, MAX_EVENT_BYTES
from streams.delivery.records import Output

IN_FLIGHT: Final = 1_000  # records sent and not acknowledged: some MB
LINGER_MS: Final = 5
BATCH_BYTES: Final = 256 * 1_024
# An idempotent aiokafka producer retries for ever; somebody has to say when it is enough.
SILENCE_SECONDS: Final = 30.0
CLOSE_SECONDS: Final = 2.0  # everything is acknowledged or given up by then


class Publisher:
    """Sends records in order and waits for their acknowledgement."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._under_way: deque[Awaitable[Any]] = deque()

    async def send(self, output: Output) -> None:
        """Hand a record over; waits for earlier ones where too many are under way.

        Raises:
            UserError: Kafka refused a record, or acknowledged nothing for 30 s.
        """
        if len(self._under_way) >= IN_FLIGHT:
            await self._oldest()
        try:
            self._under_way.append(
                await self._producer.send(output.topic.name, output.value, key=output.key, headers=output.headers)
            )
        except KafkaError as error:
            raise _refused(error) from error

    async def delivered(self) -> None:
        """Wait until every record is acknowledged; raises as `send` does."""
        while self._under_way:
            await self._oldest()

    async def _oldest(self) -> None:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._under_way.popleft()
        except TimeoutError:
            raise UserError(f"Kafka acknowledged nothing for {SILENCE_SECONDS:g} s: look at its log", STOPPED) from None
        except KafkaError as error:
            raise _refused(error) from error


@asynccontextmanager
async def publisher(bootstrap: Kafka) -> AsyncIterator[Publisher]:
    """Give a publisher that writes nothing twice of its own accord.

    Raises:
        BrokerError: within about 5 s when no broker answers.
    """
    producer = AIOKafkaProducer(
        **client_arguments(bootstrap), acks="all", enable_idempotence=True, linger_ms=LINGER_MS,
        max_batch_size=BATCH_BYTES, max_request_size=MAX_EVENT_BYTES + ENVELOPE_BYTES,
    )  # fmt: skip
    try:
        await within(producer.start(), bootstrap)
        yield Publisher(producer)
    finally:
        # stop() waits for records that a dead broker will never take.
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await producer.stop()
        await producer.client.close()


def _refused(error: KafkaError) -> UserError:
    return UserError(f"Kafka refused a record: {type(error).__name__}: {error}", STOPPED)
