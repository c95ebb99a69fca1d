"""Everything that lies in the topics, from offset 0, as plain data; and how far each stage said it had come.

This reads with the bare client and knows names and headers only: a second opinion on what the product says of itself.
"""

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from tests.faults.background import Background

TOPICS: Final = (
    "raw", "clean", "unique", "duplicates", "stories", "groups", "decisions", "classified", "enriched", "articles",
    "entities", "resolutions", "dead",
)  # fmt: skip
STAGES: Final = {
    "normalise": "raw", "dedupe": "clean", "classify": "unique", "extract": "classified", "tabulate": "enriched",
    "resolve": "enriched",
}  # fmt: skip
SAMPLE_SECONDS: Final = 0.5
READ_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Kept:
    """One record as the broker keeps it. `at` in ms since 1970 UTC, the broker's clock."""

    partition: int
    offset: int
    at: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]

    @property
    def origin(self) -> str:
        """The raw record that it was made of."""
        return self.headers.get("origin", "")


@dataclass(frozen=True, slots=True)
class Commit:
    """What one stage had committed, as asked at `at` (ms since 1970 UTC, after the answer)."""

    at: int
    stage: str
    offsets: dict[int, int]


@dataclass(slots=True)
class Kafka:
    """All records by the short name of their topic, and the commits that were seen."""

    records: dict[str, list[Kept]] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)

    def of(self, topic: str) -> list[Kept]:
        """Return the records of a topic."""
        return self.records.get(topic, [])

    def outcomes(self) -> Iterator[tuple[str, Kept]]:
        """Yield the outcomes: what ends the way of a raw record."""
        for topic in ("enriched", "duplicates", "dead"):
            for record in self.of(topic):
                yield topic, record


async def read_topics(bootstrap: str, prefix: str) -> dict[str, list[Kept]]:
    """Return every record of every topic, from offset 0 to the end as it is now."""
    found: dict[str, list[Kept]] = {name: [] for name in TOPICS}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=50,
        check_crcs=True, max_partition_fetch_bytes=8 * 1_024 * 1_024,
    )  # fmt: skip
    await consumer.start()
    try:
        names = {f"{prefix}news.{name}": name for name in TOPICS}
        places = await _places(bootstrap, names)
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        open_places = {place for place in places if ends[place] > await consumer.position(place)}
        while open_places:
            batch = await asyncio.wait_for(consumer.getmany(timeout_ms=1_000), READ_SECONDS)
            for place, records in batch.items():
                found[names[place.topic]] += [_kept(record) for record in records]
            # Positions, not records: a compacted topic may end in offsets that are gone.
            open_places = {place for place in open_places if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
    return found


async def _places(bootstrap: str, topics: Iterable[str]) -> list[TopicPartition]:
    """Return every partition of these topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return [TopicPartition(topic["topic"], p["partition"]) for topic in described for p in topic["partitions"]]


def _kept(record: Any) -> Kept:
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    return Kept(record.partition, record.offset, record.timestamp, record.key, record.value, headers)


class CommitWatch(Background):
    """Asks again and again how far each stage has committed, in a thread, for the life of a `with` block."""

    def __init__(self, bootstrap: str, group: str, prefix: str) -> None:
        super().__init__("commits")
        self._bootstrap, self._group, self._prefix = bootstrap, group, prefix
        self.seen: list[Commit] = []

    def newest(self, stage: str) -> Commit | None:
        """Return the last answer for a stage."""
        return next((commit for commit in reversed(self.seen) if commit.stage == stage), None)

    def _run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        admin: Any = None
        while not self._stopped.is_set():
            try:
                if admin is None:
                    admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=5_000)
                    await admin.start()
                for stage, source in STAGES.items():
                    self.seen.append(await self._ask(admin, stage, f"{self._prefix}news.{source}"))
            except Exception:  # the broker is down, as it is meant to be: asked again, with a new connection
                with suppress(Exception):
                    await admin.close()
                admin = None
            await asyncio.sleep(SAMPLE_SECONDS)
        if admin is not None:
            await admin.close()

    async def _ask(self, admin: Any, stage: str, source: str) -> Commit:
        answer = await asyncio.wait_for(admin.list_consumer_group_offsets(f"{self._group}.{stage}"), 5)
        offsets = {place.partition: meta.offset for place, meta in answer.items() if place.topic == source}
        return Commit(round(time.time() * 1_000), stage, {p: offset for p, offset in offsets.items() if offset >= 0})


class OutputWatch(Background):
    """Notes when each record of a stage's output was appended, as it comes, for the life of a `with` block."""

    def __init__(self, bootstrap: str, prefix: str, topics: tuple[str, ...] = ("clean", "enriched")) -> None:
        super().__init__("outputs")
        self._bootstrap = bootstrap
        self._names = {f"{prefix}news.{name}": name for name in topics}
        self._seen: dict[tuple[str, int], list[int]] = {}
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        super().__enter__()
        assert self._ready.wait(30), "the watch on outputs did not start"
        return self

    def first_after(self, topic: str, at: float) -> dict[int, float | None]:
        """Return, by partition, the seconds from `at` (since 1970 UTC) to the first record; None: none yet."""
        found: dict[int, float | None] = {}
        for (name, partition), times in list(self._seen.items()):
            if name == topic:
                later = next((when for when in list(times) if when >= at * 1_000), None)
                found[partition] = None if later is None else later / 1_000 - at
        return found

    def _run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, auto_offset_reset="earliest", enable_auto_commit=False,
            request_timeout_ms=5_000,
        )  # fmt: skip
        await consumer.start()
        try:
            places = await _places(self._bootstrap, self._names)
            self._seen = {(self._names[place.topic], place.partition): [] for place in places}
            consumer.assign(places)
            self._ready.set()
            while not self._stopped.is_set():
                with suppress(Exception):  # of a broker that is down on purpose
                    for place, records in (await consumer.getmany(timeout_ms=200)).items():
                        self._seen[self._names[place.topic], place.partition] += [r.timestamp for r in records]
        finally:
            with suppress(Exception):
                await asyncio.wait_for(consumer.stop(), 5)
