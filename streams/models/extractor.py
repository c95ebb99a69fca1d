"""The extract stage's work: bytes of a ClassifiedArticle in, bytes of an EnrichedArticle out, in another process.

Bytes, because decoding and encoding an article then costs the child, not the one process that runs all agents.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from streams.contracts.codec import decode, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import ClassifiedArticle, EnrichedArticle
from streams.contracts.ids import pipeline_after
from streams.contracts.topics import Catalogue
from streams.core.extract import enrich_article, skipped_article, wanted
from streams.core.gazetteer import Gazetteer
from streams.core.mentions import RawMention
from streams.core.registers import Register
from streams.models.errors import ModelFailed
from streams.models.pool import Pool, Work

MAX_BYTES: Final = Catalogue().enriched.max_bytes  # of an EnrichedArticle


@dataclass(frozen=True, slots=True)
class Enriched:
    """An encoded EnrichedArticle, the version that its event_id was made with, and what the log says about it."""

    value: bytes
    pipeline: str
    article_id: str
    entities: int
    skipped: dict[str, str]


class Extractor:
    """Runs the NER model over articles in a pool of processes."""

    def __init__(self, *, processes: int, timeout: float) -> None:
        self._pool = Pool(load_extractor, processes=processes, timeout=timeout)

    def submit(self, value: bytes, *, origin: str, pipeline: str) -> "Future[Enriched]":
        """Start one article; see `enrich`."""
        return self._pool.submit(value, origin, pipeline)

    async def enrich(self, value: bytes, *, origin: str, pipeline: str) -> Enriched:
        """Return the enriched article, without entities where the model did not get through it or found too many.

        Raises:
            Malformed: when `value` is no ClassifiedArticle.
            PoolBroken: when the model cannot be loaded at all.
        """
        try:
            done = await asyncio.wrap_future(self.submit(value, origin=origin, pipeline=pipeline))
        except ModelFailed as error:
            return without_model(value, str(error), origin=origin, pipeline=pipeline)
        return _checked(done)

    def result(self, future: "Future[Enriched]", value: bytes, *, origin: str, pipeline: str) -> Enriched:
        """Wait for what `submit` started, for callers without an event loop; raises as `enrich` does."""
        try:
            return _checked(future.result())
        except ModelFailed as error:
            return without_model(value, str(error), origin=origin, pipeline=pipeline)

    def wait_ready(self) -> None:
        """Wait until the model is loaded in every process."""
        self._pool.wait_ready()

    @property
    def pids(self) -> list[int]:
        """The process ids of the pool."""
        return self._pool.pids

    def close(self, within: float | None = None) -> None:
        """Finish what was started, for so many seconds if a limit is given, and end the processes."""
        self._pool.close(within)


def _checked(done: "Enriched | tuple[str, str]") -> Enriched:
    if isinstance(done, tuple):
        raise Malformed(*done)
    return done


def without_model(value: bytes, reason: str, *, origin: str, pipeline: str) -> Enriched:
    """Return the article with the reason why it has no entities.

    A model may fail today and not tomorrow. So the version says that it failed: when the record comes again and the
    model gets through it, that is another event, and not this one with other bytes.
    """
    article = decode(ClassifiedArticle, value)
    without = pipeline_after(pipeline, reason)
    return _enriched(skipped_article(article, reason, origin=origin, pipeline=without), without)


def load_extractor() -> Work:
    """Load the model, once in each process; return the function that does the work."""
    # heavy: in the children alone, a worker starts sooner
    from streams.models.gazetteer import load_gazetteer
    from streams.models.ner import Recogniser
    from streams.models.registers import load_register

    recogniser = Recogniser()
    gazetteer, register = load_gazetteer(), load_register()

    def work(value: bytes, origin: str, pipeline: str) -> "Enriched | tuple[str, str]":
        try:
            article = decode(ClassifiedArticle, value)
        except Malformed as error:  # an answer, not a failure of the model
            return error.reason, error.message
        if (reason := wanted(article)) is not None:
            return _enriched(skipped_article(article, reason, origin=origin, pipeline=pipeline), pipeline)
        mentions = recogniser.mentions([article.title, article.text])
        return with_mentions(article, mentions, origin, pipeline, gazetteer, register)

    return work


def with_mentions(
    article: ClassifiedArticle,
    mentions: Sequence[Sequence[RawMention]],
    origin: str,
    pipeline: str,
    gazetteer: Gazetteer | None = None,
    register: Register | None = None,
) -> Enriched:
    """Return the article with its entities; where its topic would not take them all, without any, with the reason.

    As a dead letter it would be lost: its copies are duplicates of it by now. It is so each time: same pipeline.
    """
    made = _enriched(
        enrich_article(article, mentions, origin=origin, pipeline=pipeline, gazetteer=gazetteer, register=register),
        pipeline,
    )
    if len(made.value) <= MAX_BYTES:
        return made
    reason = f"too many: with them the event has {len(made.value)} bytes; {MAX_BYTES} are allowed"
    return _enriched(skipped_article(article, reason, origin=origin, pipeline=pipeline), pipeline)


def _enriched(article: EnrichedArticle, pipeline: str) -> Enriched:
    return Enriched(encode(article), pipeline, article.article_id, len(article.entities), dict(article.skipped))
