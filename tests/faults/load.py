"""The load: a seeded producer that journals every acknowledged raw record, on disk before it counts."""

import asyncio
import hashlib
import json
import os
import random
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.faults.articles import Raw, Writer
from tests.faults.background import Background
from tests.faults.cluster import until

TICK_SECONDS: Final = 0.1
REQUEST_MS: Final = 20_000  # an unanswered record is given up after it; it may or may not be in the topic
SETTLE_SECONDS: Final = 60.0


class Load(Background):
    """Publishes at a steady rate, in a thread, for the life of a `with` block; bursts on demand."""

    def __init__(
        self, bootstrap: str, topic: str, journal: Path, *, seed: int, rate: float, identities: int | None = None
    ) -> None:
        super().__init__("load")
        self._bootstrap, self._topic, self.rate = bootstrap, topic, rate
        self.writer = Writer(seed, identities)
        self._journal = journal
        self._wanted: deque[Raw] = deque()
        self._lock = threading.Lock()
        self._running = threading.Event()
        self.acknowledged = 0
        self.unanswered = 0
        self._under_way = 0
        self.failure: BaseException | None = None

    def go(self) -> None:
        """Publish at the steady rate from now on."""
        self._running.set()

    def pause(self) -> None:
        """Publish no more for now."""
        self._running.clear()

    def hold(self) -> None:
        """Publish no more; wait until everything is acknowledged or given up."""
        self.pause()
        until(lambda: self.failure or not (self._wanted or self._under_way), "the load is settled", SETTLE_SECONDS)
        if self.failure:
            raise self.failure

    def burst(self, count: int, marker: str = "") -> None:
        """Publish so many at once, besides the steady rate."""
        with self._lock:
            self._wanted.extend(self.writer.next(marker) for _ in range(count))

    def send(self, records: Iterable[Raw]) -> None:
        """Publish these."""
        self._wanted.extend(records)

    def _run(self) -> None:
        try:
            asyncio.run(self._produce())
        except BaseException as error:
            self.failure = error

    async def _produce(self) -> None:
        with self._journal.open("ab") as self._file:
            producer: Any = None
            due = time.monotonic()
            while not self._stopped.is_set():
                if self._running.is_set():
                    missing = int((time.monotonic() - due) * self.rate)
                    due += missing / self.rate
                    self.burst(min(missing, int(self.rate) + 1))
                else:
                    due = time.monotonic()
                producer = await self._round(producer)
                await asyncio.sleep(TICK_SECONDS)
            if producer is not None:
                with suppress(TimeoutError, KafkaError):
                    await asyncio.wait_for(producer.stop(), 10)

    async def _round(self, producer: Any) -> Any:
        """Send what is wanted, journal what was acknowledged; return the producer, None when a new one is needed."""
        if producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=REQUEST_MS
            )
            try:
                await producer.start()
            except KafkaError:
                await producer.stop()
                return None
        batch = []
        with self._lock:
            while self._wanted:
                batch.append(self._wanted.popleft())
            self._under_way += len(batch)
        try:
            futures = [await producer.send(self._topic, raw.value, key=raw.key) for raw in batch]
            answers = await asyncio.gather(*futures, return_exceptions=True)
        except KafkaError as error:
            answers = [error] * len(batch)
        self._note(batch, answers)
        with self._lock:
            self._under_way -= len(batch)
        if any(isinstance(answer, BaseException) for answer in answers):
            with suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(producer.stop(), 10)
            return None
        return producer

    def _note(self, batch: Sequence[Raw], answers: Sequence[Any]) -> None:
        lines = []
        for raw, answer in zip(batch, answers, strict=True):
            if isinstance(answer, BaseException):
                self.unanswered += 1
                continue
            line = {"partition": answer.partition, "offset": answer.offset, "sha256": sha256(raw.value)}
            lines.append(json.dumps({**line, "kind": raw.kind}) + "\n")
        if lines:
            self._file.write("".join(lines).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
            self.acknowledged += len(lines)


def sha256(value: bytes | None) -> str:
    """Return the digest of a value; a record without a value has its own."""
    return "none" if value is None else hashlib.sha256(value).hexdigest()


def three_times_over(writer: Writer, count: int, batch: int, seed: int) -> list[Raw]:
    """Return `count` records in batches, the whole delivered three times over, interleaved at random."""
    chooser = random.Random(seed)
    batches = [[writer.next() for _ in range(batch)] for _ in range(count // batch)]
    readers = [iter(batches) for _ in range(3)]
    made: list[Raw] = []
    while readers:
        reader = chooser.choice(readers)
        following = next(reader, None)
        if following is None:
            readers.remove(reader)
        else:
            made += following
    return made
