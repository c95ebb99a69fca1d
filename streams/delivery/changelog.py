"""The log of a stage's state: written ahead of the outputs that rest on it, read whole before the stage decides.

    new generation ──▶ read the log ──▶ decide ──▶ (in order) append ──▶ at the next offset? ──▶ outputs leave

Each process makes the state anew; the log alone is kept. It has one partition and one writer. That we are the writer
shows in the offsets: each record of ours must come to lie exactly at the next one. Where it does not, somebody else has
written since we read, our state is not the whole state, and the worker stops before an output leaves
(docs/adr/0007-own-changelog.md).
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.connect import stop
from streams.contracts.codec import HeaderList
from streams.contracts.errors import Malformed
from streams.delivery.records import TableWrite

SLICE_RECORDS: Final = 500  # some 20 ms of work: heartbeats and the other stages go on in between
POLL_MS: Final = 200
FETCH_BYTES: Final = 8 * 1_024 * 1_024  # eight times the default: fewer round trips
PROGRESS_SECONDS: Final = 2.0
STALL_SECONDS: Final = 30.0  # an election takes some 10; a longer silence is for the supervisor and the log to know
SETTLED: Final[HeaderList] = [("settled", b"1")]
"""Header of a decision that was written again: it counts, whatever was written for its key before."""


class NotOwner(RuntimeError):
    """Somebody else writes to the log. Nothing that rests on our state may leave."""


class LogStalled(RuntimeError):
    """The log has more records, and Kafka does not give them; or it takes none."""


class State(Protocol):
    """What is rebuilt from the log. The first value of a key stays."""

    def restore(self, origin: str, value: bytes) -> None:
        """Take a value in."""
        ...

    def forget(self, origin: str) -> None:
        """Drop a key; an unknown one changes nothing."""
        ...

    def stored(self, origin: str) -> bytes | None:
        """Return the value of a key."""
        ...

    def __len__(self) -> int:
        """Return the number of keys."""
        ...


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the log; a value of None deletes the key."""

    offset: int
    key: str
    value: bytes | None
    settled: bool = False


class Reader(Protocol):
    """A log as it lies at the broker."""

    async def bounds(self) -> tuple[int, int]:
        """Return the offset of the first record, and the one that the next record will have."""
        ...

    def entries(self, start: int, end: int) -> AsyncIterator[tuple[int, Sequence[Entry]]]:
        """Read from `start` to `end`, slice by slice: the offset that is reached, and the records up to it."""
        ...


Open = Callable[[], Any]  # an async context manager that gives a Reader
Send = Callable[[str, bytes, bytes | None, HeaderList], Awaitable[Awaitable[Any]]]  # the inner one is the broker's


class Changelog(Generic[S]):
    """The state of a stage and its log.

    Args:
        topic: name of the log.
        fresh: makes an empty state.
        open_reader: gives access to the log, for as long as it is read.
        send: publishes a record.
        clock: seconds, for durations only.
    """

    def __init__(
        self, topic: str, *, fresh: Callable[[], S], open_reader: Open, send: Send, clock: Callable[[], float]
    ) -> None:
        self._topic, self._fresh, self._open, self._send, self._clock = topic, fresh, open_reader, send, clock
        self._state: S | None = None
        self._next = 0  # offset at which our next record must come to lie
        self._promised = 0  # the same once all that was decided is written
        self._log = structlog.get_logger(topic=topic)

    def __call__(self) -> S:
        """Return the state; complete since `prepare` said so."""
        assert self._state is not None, "the log was not read yet"  # noqa: S101 - the pump prepares first
        return self._state

    @property
    def topic(self) -> str:
        """Name of the log."""
        return self._topic

    def promise(self, count: int) -> None:
        """Note that so many records were decided; they will be appended, in this order."""
        self._promised += count

    async def append(self, change: TableWrite) -> Awaitable[Any]:
        """Publish a record; what comes back is its delivery."""
        return await self._send(self._topic, change.key, change.value, [])

    def appended(self, delivered: Any) -> None:
        """Check where a record of ours came to lie, in the order of `append`.

        Raises:
            NotOwner: when it is not the next offset.
        """
        if delivered.offset != self._next:
            raise NotOwner(self._explained(delivered.offset))
        self._next += 1

    def _explained(self, offset: int) -> str:
        if offset > self._next:
            return (
                f"another worker writes decisions to {self._topic}: ours lies at offset {offset} instead of"
                f" {self._next}; if this worker is not the old one of two, see that its group has no other"
            )
        # A send that was repeated may be confirmed without a place: -1, counted up within its batch.
        return (
            f"the broker confirmed a decision on {self._topic} at offset {offset} instead of {self._next}, where it"
            " cannot lie; the log is read again after a restart"
        )

    async def prepare(self, wanted: Callable[[], bool]) -> bool:
        """Make the state that of the log. Nothing that was appended may be under way.

        Reads nothing where the log ends where our own last record ended: then the state is still that of the log.

        Args:
            wanted: says no once there is a newer generation; then the reading is abandoned.

        Returns:
            Whether the state is complete and still wanted.
        """
        async with self._open() as log:
            start, end = await log.bounds()
            if self._state is not None and self._promised == self._next == end:
                return wanted()
            self._state = None  # until the new one is whole; also frees the memory first
            with _collector_paused():
                rebuilt = await self._read(log, start, end, wanted)
        if rebuilt is None or not wanted():
            return False
        state, repeated = rebuilt
        self._next = self._promised = end
        await self._settle(state, repeated)
        self._state = state
        return True

    async def _read(
        self, log: Reader, start: int, end: int, wanted: Callable[[], bool]
    ) -> tuple[S, dict[str, bytes]] | None:
        """Return the state and what stood last for the keys with conflicting values; None when it was abandoned."""
        state, differing = self._fresh(), dict[str, bytes]()
        progress = _Progress(self._clock, start, end)
        async for reached, entries in log.entries(start, end):
            if not wanted():
                self._log.info("state.abandoned", records=progress.records)
                return None
            for entry in entries:
                self._take(state, differing, entry)
            if progress.due(reached, len(entries)):
                self._log.info("state.recovering", **progress.line(reached))
            await asyncio.sleep(0)
        if end > start:
            self._log.info("state.recovered", decisions=len(state), **progress.total())
        return state, differing

    def _take(self, state: S, differing: dict[str, bytes], entry: Entry) -> None:
        key, value = entry.key, entry.value
        if value is None:
            state.forget(key)
            differing.pop(key, None)
            return
        kept = state.stored(key)
        if kept is None or entry.settled:
            state.forget(key)
            differing.pop(key, None)
            try:
                state.restore(key, value)
            except Malformed as error:
                raise RuntimeError(f"{self._topic}, offset {entry.offset}: {error.message}") from None
        elif value != kept:
            differing[key] = value
        else:
            differing.pop(key, None)

    async def _settle(self, state: S, differing: Mapping[str, bytes]) -> None:
        """Write the first decision of a key again where another stands last, so that compaction keeps the first."""
        try:
            async with asyncio.timeout(STALL_SECONDS):
                deliveries = []
                for key in differing:
                    self._log.warning("state.conflict", origin=key)
                    self.promise(1)
                    deliveries.append(await self._send(self._topic, key.encode(), state.stored(key), SETTLED))
                for delivery in deliveries:
                    self.appended(await delivery)
        except TimeoutError as error:
            raise LogStalled(f"{self._topic}: Kafka took no decision for {STALL_SECONDS:g} s") from error


class _Progress:
    """How far a log is read, and how fast."""

    def __init__(self, clock: Callable[[], float], start: int, end: int) -> None:
        self._clock, self._start, self._end = clock, start, end
        self._began = self._told = clock()
        self.records = 0

    def due(self, reached: int, count: int) -> bool:
        """Count records; say whether it is time for a line."""
        self.records += count
        return reached < self._end and self._clock() - self._told >= PROGRESS_SECONDS

    def line(self, reached: int) -> dict[str, object]:
        """Return the fields of a progress line."""
        self._told = self._clock()
        percent = round(100 * (reached - self._start) / (self._end - self._start), 1)
        return {"records": self.records, "percent": percent, "per_second": self._rate()}

    def total(self) -> dict[str, object]:
        """Return the fields of the last line."""
        seconds = round(self._clock() - self._began, 2)
        return {"records": self.records, "per_second": self._rate(), "seconds": seconds}

    def _rate(self) -> int:
        elapsed = self._clock() - self._began
        return round(self.records / elapsed) if elapsed > 0 else 0


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's collector from walking over millions of objects that stay, again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


class KafkaLog:
    """A topic of one partition, read by a plain client without a group."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._consumer, self._at = consumer, TopicPartition(topic, 0)

    async def bounds(self) -> tuple[int, int]:
        """Return the offset of the first record, and the one that the next record will have."""
        start = await self._consumer.beginning_offsets([self._at])
        end = await self._consumer.end_offsets([self._at])
        return start[self._at], end[self._at]

    async def entries(self, start: int, end: int) -> AsyncIterator[tuple[int, Sequence[Entry]]]:
        """Read from `start` to `end`; offsets that compaction left empty are passed over.

        Raises:
            LogStalled: nothing came for too long.
        """
        self._consumer.assign([self._at])
        self._consumer.seek(self._at, start)
        loop = asyncio.get_running_loop()
        reached, since = start, loop.time()
        while reached < end:
            batch = await self._consumer.getmany(self._at, timeout_ms=POLL_MS, max_records=SLICE_RECORDS)
            before, reached = reached, await self._consumer.position(self._at)
            if reached > before:
                since = loop.time()
            elif loop.time() - since >= STALL_SECONDS:
                raise LogStalled(f"{self._at.topic}: Kafka gave nothing after offset {reached} for {STALL_SECONDS:g} s")
            yield reached, [_entry(record) for record in batch.get(self._at, ()) if record.offset < end]


def _entry(record: Any) -> Entry:
    settled = bool(record.headers) and any(name == SETTLED[0][0] for name, _ in record.headers)
    return Entry(record.offset, record.key.decode(), record.value, settled)


def kafka_log(topic: str, client: Mapping[str, Any]) -> Open:
    """Return how to open the log; `client` holds what aiokafka needs to reach the broker."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[KafkaLog]:
        consumer = AIOKafkaConsumer(
            group_id=None, enable_auto_commit=False, auto_offset_reset="none", max_partition_fetch_bytes=FETCH_BYTES,
            **client,
        )  # fmt: skip
        await consumer.start()
        try:
            yield KafkaLog(consumer, topic)
        finally:
            await stop(consumer)

    return opened
