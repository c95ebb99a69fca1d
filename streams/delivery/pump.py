"""The stage pump: several records in flight, outputs in input order, acknowledged in input order.

    read ──▶ decide ──▶ (in order) write ahead ──▶ (in order) publish ──▶ (in order) delivered? ──▶ acknowledge

What a decision adds to the stage's changelog is on the broker before its outputs leave: after a crash, no output is
without its recorded decision. An offset is acknowledged only after everything that its record caused is on the broker;
rows of a Faust table are under way by then, and the offset is committed only behind them (fix 3). Deciding may take
long (a model in another process); publishing still happens in input order, so that a partition of the output has the
order of its input. What is in flight is bounded: a slow stage raises lag, not memory.

A record from before a rebalance comes again, here or elsewhere. So once there is a newer generation, nothing of the
older one is decided, sent or acknowledged any more.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import structlog

from streams.contracts.errors import Malformed
from streams.contracts.ids import pipeline_after
from streams.contracts.topics import TopicSpec
from streams.delivery.letters import as_output, dead_letter
from streams.delivery.origins import lineage
from streams.delivery.records import Ahead, Handled, Output, Record, Stage, TableWrite
from streams.delivery.stats import Stats

Send = Callable[[Output], Awaitable[Awaitable[Any]]]  # the inner awaitable is the broker's acknowledgement

LOOK_SECONDS: Final = 1.0  # between two looks at what is waited for; fine against the 30 s that it may take
T = TypeVar("T")

Event: TypeAlias = Any  # a Faust event; only its `message` is used


class Acknowledger(Protocol):
    """What we use of a Faust stream."""

    def events(self) -> AsyncIterator[Event]:
        """Iterate over events that are acknowledged by hand."""
        ...

    async def ack(self, event: Event) -> bool:
        """Acknowledge one."""
        ...


class DeliveryTimeout(RuntimeError):
    """Kafka did not acknowledge a record in time. While it knows a leader, an idempotent client tries for ever."""


@dataclass(slots=True)
class _Wait:
    """What one of the pump's tasks waits for at Kafka: one thing at a time."""

    topic: str | None = None  # None: it waits for nothing
    looks: int = 0  # of the watch, since the waiting began

    async def on(self, topic: str, answer: Awaitable[T]) -> T:
        """Wait for an answer that concerns this topic."""
        self.topic, self.looks = topic, 0
        try:
            return await answer
        finally:
            self.topic = None


@dataclass(slots=True)
class _Flight:
    """One record under way."""

    event: Event
    record: Record
    started: float
    decided: Handled | Awaitable[Handled]
    handled: Handled | None = None
    ahead: list[Awaitable[Any]] = field(default_factory=list)
    deliveries: list[tuple[str, Awaitable[Any]]] = field(default_factory=list)  # each with its topic


class Pump:
    """Runs one stage over one stream. Any exception but Malformed comes out of `run` and stops the worker."""

    def __init__(
        self,
        stage: Stage,
        *,
        send: Send,
        dead: TopicSpec,
        pipeline: str,
        in_flight: int,
        request_seconds: float,
        stats: Stats,
        clock: Callable[[], float],
        is_current: Callable[[Event], bool] = lambda _: True,
        is_closing: Callable[[], bool] = lambda: False,
        table: MutableMapping[bytes, bytes] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._stage, self._send, self._dead, self._pipeline = stage, send, dead, pipeline
        self._stats, self._clock, self._table = stats, clock, table
        self._is_current, self._is_closing = is_current, is_closing
        self._in_flight, self._slots = in_flight, asyncio.Semaphore(in_flight)
        self._request_seconds, self._sleep = request_seconds, sleep
        self._appending, self._publishing, self._delivering = _Wait(), _Wait(), _Wait()
        self._deciding: set[asyncio.Future[Handled]] = set()
        self._prepared: int | None = None  # generation that the changelog was read for
        self._to_write: asyncio.Queue[_Flight | None] = asyncio.Queue()
        self._to_publish: asyncio.Queue[_Flight | None] = asyncio.Queue()
        self._to_acknowledge: asyncio.Queue[_Flight | None] = asyncio.Queue()
        self._log = structlog.get_logger(stage=stage.name)

    async def run(self, stream: Acknowledger) -> None:
        """Pump until the stream ends, then until nothing is in flight.

        Raises:
            DeliveryTimeout: when Kafka has not taken or acknowledged a record after the seconds of a request.
            Exception: whatever a decision, a publication or an acknowledgement raised, after the rest was cancelled.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write_ahead())
                tasks.create_task(self._publish())
                watching = tasks.create_task(self._watch())
                acknowledging = tasks.create_task(self._acknowledge(stream))
                acknowledging.add_done_callback(lambda _: watching.cancel())  # it ends last
                async for event in stream.events():
                    await self._slots.acquire()
                    if await self._is_ready_for(event):
                        self._to_write.put_nowait(self._take(event))
                    else:
                        self._slots.release()
                self._to_write.put_nowait(None)
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            for decision in self._deciding:  # nobody waits for them any more; their records come again
                decision.cancel()

    async def _is_ready_for(self, event: Event) -> bool:
        """Say whether an event may be decided; the first one of a generation waits until the changelog is read.

        Once the stage closes, none may, neither the one that waited for its turn meanwhile, nor what comes should Faust
        start the flow again behind a rebalance. They come again.
        """

        def wanted() -> bool:
            return self._is_current(event) and not self._is_closing()

        changelog, generation = self._stage.changelog, event.message.generation_id
        if changelog is None or self._prepared == generation or not wanted():
            return wanted()
        await self._emptied()
        if await changelog.prepare(wanted):
            self._prepared = generation
        return self._prepared == generation and wanted()

    async def _emptied(self) -> None:
        """Wait until nothing is in flight but the event in hand, which has a slot already."""
        for _ in range(self._in_flight - 1):
            await self._slots.acquire()
        for _ in range(self._in_flight - 1):
            self._slots.release()

    def _take(self, event: Event) -> _Flight:
        record = _record(event.message)
        self._stats.received()
        return _Flight(event, record, self._clock(), self._decide(record))

    def _decide(self, record: Record) -> Handled | Awaitable[Handled]:
        try:
            decided = self._stage.decide(record)
        except Malformed as error:
            return self._letter(record, error)
        if inspect.isawaitable(decided):
            deciding = asyncio.ensure_future(decided)  # starts now, while others are under way
            self._deciding.add(deciding)
            deciding.add_done_callback(self._deciding.discard)
            return deciding
        self._remember(decided)
        return decided

    def _remember(self, handled: Handled) -> None:
        if handled.first:
            assert self._stage.changelog is not None, f"stage {self._stage.name} has no changelog"  # noqa: S101
            self._stage.changelog.promise(len(handled.first))
        for write in handled.writes:
            assert self._table is not None, f"stage {self._stage.name} writes to a table that it does not have"  # noqa: S101
            if write.value is None:
                self._table.pop(write.key, None)
            else:
                self._table[write.key] = write.value

    async def _write_ahead(self) -> None:
        while (flight := await self._to_write.get()) is not None:
            flight.handled = await self._settled(flight)
            if flight.handled.first and self._is_current(flight.event):
                changelog = self._changelog()
                for change in flight.handled.first:
                    flight.ahead.append(await self._appending.on(changelog.topic, changelog.append(change)))
            self._to_publish.put_nowait(flight)
        self._to_publish.put_nowait(None)

    async def _settled(self, flight: _Flight) -> Handled:
        """Return the decision, or a dead letter where an output is larger than its topic allows."""
        try:
            handled = flight.decided if isinstance(flight.decided, Handled) else await flight.decided
        except Malformed as error:
            return self._letter(flight.record, error)
        try:
            for output in handled.outputs:
                _check_size(output)
        except Malformed as error:
            return self._letter(flight.record, error, handled.first)
        return handled

    async def _publish(self) -> None:
        while (flight := await self._to_publish.get()) is not None:
            for delivery in flight.ahead:
                changelog = self._changelog()
                changelog.appended(await self._publishing.on(changelog.topic, delivery))
            if self._is_current(flight.event):
                await self._hand_over(flight)
            self._to_acknowledge.put_nowait(flight)
        self._to_acknowledge.put_nowait(None)

    async def _hand_over(self, flight: _Flight) -> None:
        assert flight.handled is not None  # noqa: S101 - set before the flight was queued
        try:
            await self._send_outputs(flight, flight.handled)
        except Malformed as error:
            if flight.deliveries:
                raise  # a letter now would be a second outcome
            flight.handled = self._letter(flight.record, error)
            await self._send_outputs(flight, flight.handled)

    async def _send_outputs(self, flight: _Flight, handled: Handled) -> None:
        for output in handled.outputs:
            delivery = await self._publishing.on(output.topic.name, self._send(output))
            flight.deliveries.append((output.topic.name, delivery))

    async def _acknowledge(self, stream: Acknowledger) -> None:
        while (flight := await self._to_acknowledge.get()) is not None:
            for topic, delivery in flight.deliveries:
                await self._delivering.on(topic, delivery)
            # A record from before a rebalance comes again: acknowledging it now could commit past its predecessors.
            if self._is_current(flight.event):
                await stream.ack(flight.event)
                self._report(flight)
            else:
                self._stats.dropped()
            self._slots.release()

    async def _watch(self) -> None:
        """Raise when Kafka owes an answer for too long.

        Looks are counted, not read off a clock: where this process stood still, Kafka's answer and the next look are
        due together. One look tells nothing about the time before it, so one more is needed.
        """
        while True:
            await self._sleep(LOOK_SECONDS)
            for wait in (self._delivering, self._publishing, self._appending):
                if wait.topic is None:
                    continue
                if wait.looks * LOOK_SECONDS >= self._request_seconds:
                    raise DeliveryTimeout(
                        f"no acknowledgement from Kafka for {self._request_seconds:g} s: {wait.topic}"
                    )
                wait.looks += 1

    def _changelog(self) -> Ahead:
        assert self._stage.changelog is not None  # noqa: S101 - checked when it was decided
        return self._stage.changelog

    def _letter(self, record: Record, error: Malformed, first: tuple[TableWrite, ...] = ()) -> Handled:
        """Return the dead letter of a record; what its decision added to the changelog stays, as the state has it."""
        origin = self._stage.origin(record)
        begun = lineage(record, origin)
        pipeline = self._pipeline if begun.pipeline is None else pipeline_after(self._pipeline, begun.pipeline)
        letter = dead_letter(
            record.value, error, stage=self._stage.name, origin=origin, pipeline=pipeline, attempts=begun.attempt
        )
        output = as_output(letter, record, origin=origin, pipeline=pipeline, topic=self._dead)
        return Handled("dead", (output,), detail={"reason": error.reason, "message": error.message}, first=first)

    def _report(self, flight: _Flight) -> None:
        handled = flight.handled
        assert handled is not None  # noqa: S101 - set before the flight was queued
        seconds = self._clock() - flight.started
        self._stats.finished(handled.outcome, seconds)
        level = self._log.warning if handled.outcome == "dead" else self._log.info
        level(
            "article",
            outcome=handled.outcome,
            article_id=handled.article_id,
            origin=self._stage.origin(flight.record),
            ms=round(seconds * 1_000, 1),
            **handled.detail,
        )


def _record(message: Any) -> Record:
    return Record(
        topic=message.topic, partition=message.partition, offset=message.offset,
        timestamp=round(message.timestamp * 1_000), key=message.key, value=message.value,
        headers=list(message.headers.items()) if isinstance(message.headers, dict) else list(message.headers or ()),
    )  # fmt: skip


def _check_size(output: Output) -> None:
    if len(output.value) > output.topic.max_bytes:
        raise Malformed(
            "too_large", f"the event has {len(output.value)} bytes; {output.topic.name} allows {output.topic.max_bytes}"
        )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
