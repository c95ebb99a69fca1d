"""Publishing: every article is acknowledged by Kafka, refused with a reason, or named as unanswered."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from producers.errors import DeliveryError
from producers.items import Item, Place, Refused
from producers.journal import WRITE_EVERY, Journal
from producers.kafka import check, producer
from producers.reading import Reading
from producers.report import Report
from streams.contracts.connection import Kafka
from streams.contracts.events import RawArticle, schema_name

IN_FLIGHT: Final = 4_096  # articles sent and not acknowledged; aiokafka itself holds two batches a partition
# An idempotent aiokafka producer retries for ever; somebody has to say when it is enough.
SILENCE_S: Final = 30.0
# After a failure or Ctrl-C, for what is under way; a healthy broker needs 0.1 s.
GRACE_S: Final = 5.0
# What a run that was killed at any moment may publish again with its journal.
REPEATS_AT_MOST: Final = IN_FLIGHT + WRITE_EVERY
HEADERS: Final = [("schema", schema_name(RawArticle).encode())]

Send = Callable[[Item], Awaitable["asyncio.Future[Any]"]]


async def publish(
    items: Iterable[Item | Refused],
    *,
    bootstrap: Kafka,
    topic: str,
    report: Report,
    journal: Journal | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Publish the items and wait for every acknowledgement; `report` and `journal` are kept up meanwhile.

    Once `stop` is set nothing more is read, and what is under way is waited for. Cancelling waits for nothing; the
    journal is written in every case.

    Raises:
        NoKafkaError: within about 5 s, before anything is read.
        DeliveryError: Kafka refused a record, or acknowledged nothing for SILENCE_S, or the journal cannot be kept.
    """
    started = time.monotonic()
    report.topic = topic
    try:
        await check(bootstrap, topic)
        async with producer(bootstrap) as kafka:
            send = partial(_send, kafka, topic)
            await deliver(items, send, report=report, journal=journal, stop=stop)
    finally:
        report.seconds = time.monotonic() - started


async def _send(kafka: Any, topic: str, article: Item) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = await kafka.send(topic, article.value, key=article.key, headers=HEADERS)
    return future


async def deliver(
    items: Iterable[Item | Refused],
    send: Send,
    *,
    report: Report,
    journal: Journal | None = None,
    stop: asyncio.Event | None = None,
    in_flight: int = IN_FLIGHT,
    silence_s: float = SILENCE_S,
    grace_s: float = GRACE_S,
) -> None:
    """Send the items in order, at most `in_flight` of them unacknowledged; see publish()."""
    reading = Reading(items)
    window = _Window(in_flight, silence_s, report, journal, on_failure=reading.stop)
    stopper: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(None) as deadline:
            if stop is not None:
                stopper = asyncio.create_task(_stop_when(stop, reading, deadline, grace_s))
            await _pump(reading, window, send, report, journal)
            await window.empty()
    except TimeoutError:
        raise DeliveryError(f"Kafka did not acknowledge everything within {grace_s:g} s of the stop") from None
    except Exception:
        await window.settle(grace_s)
        raise
    finally:
        reading.stop()
        if stopper is not None:
            stopper.cancel()
        report.unanswered = report.read - report.published - report.refused_count
        if journal is not None:
            journal.write()


async def _pump(reading: Reading, window: "_Window", send: Send, report: Report, journal: Journal | None) -> None:
    while (entry := await reading.next()) is not None:
        report.read += 1
        if isinstance(entry, Refused):
            report.refuse(entry.where, entry.reason)
            continue
        await window.add(entry, send)
        if journal is not None:
            journal.write_if_due()


async def _stop_when(stop: asyncio.Event, reading: Reading, deadline: asyncio.Timeout, grace_s: float) -> None:
    await stop.wait()
    reading.stop()
    deadline.reschedule(asyncio.get_running_loop().time() + grace_s)


@dataclass(slots=True)
class _Delivery:
    """An article under way, without its bytes: thousands of them may be waiting."""

    where: str
    place: Place
    acknowledged: bool = False


class _Window:
    """The deliveries under way, oldest first. The journal moves only over what has no gap before it."""

    def __init__(
        self, limit: int, silence_s: float, report: Report, journal: Journal | None, on_failure: Callable[[], None]
    ) -> None:
        self._limit = limit
        self._silence_s = silence_s
        self._report = report
        self._journal = journal
        self._on_failure = on_failure
        self._under_way: deque[_Delivery] = deque()
        self._open: set[asyncio.Future[Any]] = set()
        self._moved = asyncio.Event()
        self._failure: DeliveryError | None = None

    async def add(self, article: Item, send: Send) -> None:
        """Send an article once there is room for it."""
        while len(self._under_way) >= self._limit:
            await self._move()
        try:
            future = await send(article)
        except KafkaError as error:
            raise _not_taken(article.where, error) from error
        delivery = _Delivery(article.where, article.place)
        self._under_way.append(delivery)
        self._open.add(future)
        future.add_done_callback(partial(self._answered, delivery))

    async def empty(self) -> None:
        """Wait until every delivery is acknowledged."""
        while self._under_way:
            await self._move()

    async def settle(self, seconds: float) -> None:
        """After a failure: wait a little for the others, so that the report counts what arrived."""
        if self._open:
            await asyncio.wait(self._open, timeout=seconds)
            await asyncio.sleep(0)  # lets their callbacks run

    async def _move(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._moved.clear()
        try:
            async with asyncio.timeout(self._silence_s):  # wait_for may swallow a cancellation
                await self._moved.wait()
        except TimeoutError:
            where = self._under_way[0].where
            raise DeliveryError(
                f"{where}: Kafka acknowledged nothing for {self._silence_s:g} s; is it running?"
            ) from None

    def _answered(self, delivery: _Delivery, future: "asyncio.Future[Any]") -> None:
        self._open.discard(future)
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is None:
            self._report.published += 1
            delivery.acknowledged = True
            self._advance()
        elif self._failure is None:
            self._failure = _not_taken(delivery.where, error)
            self._on_failure()
        self._moved.set()

    def _advance(self) -> None:
        while self._under_way and self._under_way[0].acknowledged:
            oldest = self._under_way.popleft()
            if self._journal is not None:
                self._journal.note(oldest.place)


def _not_taken(where: str, error: BaseException) -> DeliveryError:
    if isinstance(error, TopicAuthorizationFailedError):
        what = "grant Write on the topic (`newswire topics acls` prints the commands)"
        return DeliveryError(f"{where}: Kafka does not allow us to write it ({error}): {what}")
    return DeliveryError(f"{where}: Kafka did not take it: {str(error) or type(error).__name__}")
