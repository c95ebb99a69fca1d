"""Outcomes written straight to the topics, as the stages write them: where tests of reconcile and letters begin."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.broker.describe import topic_ids
from streams.contracts.codec import Headers
from streams.contracts.origin import Origin
from streams.contracts.topics import STAGES, Catalogue, TopicSpec, sources_of

PIPELINE = "0.1.0+aaaaaaaaaaaa"
WRITERS = {"enriched": "extract", "duplicates": "dedupe", "dead": "normalise"}


class Writer:
    """Writes raw records and outcomes with a bare producer; every call returns when all is acknowledged."""

    def __init__(self, bootstrap: str, catalogue: Catalogue, epoch: str) -> None:
        self.bootstrap, self.catalogue, self.epoch = bootstrap, catalogue, epoch
        self._pending: list[Any] = []

    async def __aenter__(self) -> "Writer":
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, acks="all", linger_ms=5, max_request_size=8 * 1_024 * 1_024
        )
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def raw(self, values: Sequence[bytes | None], partition: int = 0) -> list[Origin]:
        """Publish raw records to one partition; return their origins."""
        name = self.catalogue.raw.name
        sent = [await self._producer.send(name, value, partition=partition) for value in values]
        return [Origin(name, self.epoch, at.partition, at.offset) for at in [await future for future in sent]]

    async def send(
        self, topic: TopicSpec, origin: object, value: bytes | None, *, key: bytes, attempt: int = 1,
        pipeline: str = PIPELINE, stage: str | None = None, schema: str | None = None, ingested_at: int = 1_000,
    ) -> None:  # fmt: skip
        """Hand over one outcome."""
        headers = Headers(
            schema=schema or f"{topic.value.__name__}/1", origin=str(origin), ingested_at=ingested_at, attempt=attempt,
            stage=stage or WRITERS[topic.name.rsplit(".", 1)[1]], pipeline=pipeline,
        )  # fmt: skip
        self._pending.append(await self._producer.send(topic.name, value, key=key, headers=headers.encode()))

    async def enriched(self, origin: object, article: str, *, version: int = 1, text: str = "x", **more: Any) -> None:
        """Write an enriched article, as far as it matters here."""
        value = {"event_id": "e", "article_id": article, "title": '"version":7', "text": text, "version": version}
        await self.send(self.catalogue.enriched, origin, _json(value), key=article.encode(), **more)

    async def duplicate(self, origin: object, article: str, canonical: str, **more: Any) -> None:
        """Write a duplicate, as far as it matters here."""
        value = {"event_id": "e", "article_id": article, "canonical_id": canonical}
        await self.send(self.catalogue.duplicates, origin, _json(value), key=article.encode(), **more)

    async def dead(self, origin: object, value: bytes = b"{}", **more: Any) -> None:
        """Write a dead letter; its value matters only where it is read."""
        await self.send(self.catalogue.dead, origin, value, key=str(origin).encode(), **more)

    async def acknowledged(self) -> None:
        """Wait until everything that was handed over is on the broker."""
        for future in self._pending:
            await future
        self._pending.clear()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


async def raw_epoch(bootstrap: str, catalogue: Catalogue) -> str:
    """Return the id of the raw topic at the broker."""
    return (await topic_ids(bootstrap, [catalogue.raw.name]))[catalogue.raw.name]


async def commit_to_end(
    bootstrap: str, catalogue: Catalogue, group: str, stages: Iterable[str] = STAGES, short_by: int = 0
) -> None:
    """Commit for the groups of these stages as if they had done everything but the last `short_by` of a partition."""
    for stage in stages:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=f"{group}.{stage}", enable_auto_commit=False)
        await consumer.start()
        try:
            places = [
                TopicPartition(spec.name, number)
                for spec in sources_of(catalogue, stage)
                for number in range(spec.partitions)
            ]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            await consumer.commit({place: max(0, end - short_by) for place, end in ends.items()})
        finally:
            await consumer.stop()
