"""Publishing of a verb: every record is acknowledged by every replica before the verb says that it is done."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.errors import KafkaError

from producers.kafka import producer
from streams.broker.rights import check_rights
from streams.cli.errors import STOPPED, UserError
from streams.contracts.acls import WRITE, Grant
from streams.contracts.codec import HeaderList
from streams.contracts.connection import Kafka
from streams.contracts.topics import MAX_EVENT_BYTES, TopicSpec
from streams.delivery.records import Output

IN_FLIGHT: Final = 500  # records sent and not acknowledged: some MB
# An idempotent aiokafka producer retries for ever; somebody has to say when it is enough.
SILENCE_SECONDS: Final = 30.0


class Publisher:
    """Sends records in order and waits for their acknowledgement."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._under_way: deque[Awaitable[Any]] = deque()

    async def send(self, output: Output) -> None:
        """Hand an event over; see `hand_over`."""
        await self.hand_over(output.topic.name, output.value, key=output.key, headers=output.headers)

    async def hand_over(
        self, topic: str, value: bytes | None, *, key: bytes, headers: HeaderList, partition: int | None = None
    ) -> None:
        """Hand a record over; waits for earlier ones where too many are under way.

        Raises:
            UserError: Kafka refused a record, or acknowledged nothing for 30 s.
        """
        if len(self._under_way) >= IN_FLIGHT:
            await self._oldest()
        try:
            self._under_way.append(
                await self._producer.send(topic, value, key=key, headers=headers, partition=partition)
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
async def publisher(bootstrap: Kafka, *topics: TopicSpec) -> AsyncIterator[Publisher]:
    """Give a publisher to these topics that writes nothing twice of its own accord.

    Raises:
        BrokerError: we may not write to all of them, so that nothing is left half done.
        NoKafkaError: within about 5 s when no broker answers.
    """
    await check_rights(bootstrap, [Grant("topic", topic.name, (WRITE,)) for topic in topics])
    async with producer(bootstrap, MAX_EVENT_BYTES) as opened:
        yield Publisher(opened)


def _refused(error: KafkaError) -> UserError:
    return UserError(f"Kafka refused a record: {type(error).__name__}: {error}", STOPPED)
