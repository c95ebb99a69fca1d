"""The extract stage over a pool whose children fail: every article goes on, in order, with the reason why."""

import asyncio
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from streams.agents.context import Context
from streams.agents.extract import extract_stage
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.events import ClassifiedArticle, EnrichedArticle
from streams.contracts.ids import event_id
from streams.contracts.topics import Catalogue
from streams.core.extract import PART, enrich_article
from streams.core.mentions import RawMention
from streams.delivery.pump import Pump
from streams.delivery.records import Output
from streams.delivery.stats import Stats
from streams.models import extractor as module
from streams.models.extractor import Enriched, Extractor, with_mentions
from streams.models.pool import Work
from tests.clean_articles import clean_article

DEADLINE_SECONDS = 400.0  # six starts of a child, on a machine that does other things
CATALOGUE = Catalogue()
CHILD_BYTES = 4 * 1_024**3


def load_fragile() -> Work:
    """A model that the title tells what to do."""

    def work(value: bytes, origin: str, pipeline: str) -> Enriched:
        article = decode(ClassifiedArticle, value)
        if article.title == "hang":
            time.sleep(3_600)
        if article.title == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if article.title == "exhaust":
            resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))
            hoard = [bytes(1_024**3) for _ in range(64)]
            del hoard
        done = enrich_article(article, ([], []), origin=origin, pipeline=pipeline)
        return Enriched(encode(done), pipeline, done.article_id, 0, dict(done.skipped))

    return work


def classified(url: str, title: str, text: str) -> ClassifiedArticle:
    more = {"version": 1, "change": "new", "story_id": "s", "related": (), "topics": (), "skipped": {}}
    return ClassifiedArticle(**(clean_article(url, title, text).model_dump() | more))


class Message:
    topic, partition, timestamp, key, generation_id = CATALOGUE.classified.name, 0, 1_775_600_000.0, None, 1

    def __init__(self, offset: int, title: str) -> None:
        article = classified(f"https://example.org/{offset}", title, "Some words of text.")
        self.offset, self.value = offset, encode(article)
        self.headers = Headers("ClassifiedArticle/1", f"news.raw/e/0/{offset}", 1, 1, "classify", "p").encode()


class Event:
    def __init__(self, message: Message) -> None:
        self.message = message


class Stream:
    def __init__(self, titles: list[str]) -> None:
        self.all = [Event(Message(offset, title)) for offset, title in enumerate(titles)]
        self.acked: list[int] = []

    async def events(self) -> AsyncIterator[Event]:
        for event in self.all:
            yield event

    async def ack(self, event: Any) -> bool:
        self.acked.append(event.message.offset)
        return True


@pytest.mark.slow  # six children are started, one after the other
def test_poisonous_articles_go_on_without_entities_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_extractor", load_fragile)
    extractor = Extractor(processes=2, timeout=2.0)
    titles = ["one", "hang", "two", "die", "three", "exhaust", "four", "five"]
    stream, outputs = Stream(titles), list[Output]()

    async def send(output: Output) -> Awaitable[None]:
        outputs.append(output)
        delivery: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        delivery.set_result(None)
        return delivery

    pump = Pump(
        extract_stage(Context(CATALOGUE, "p", {}), extractor), send=send, dead=CATALOGUE.dead, pipeline="p",
        in_flight=8, request_seconds=30.0, stats=Stats("extract"), clock=lambda: 0.0,
    )  # fmt: skip
    try:
        asyncio.run(asyncio.wait_for(pump.run(stream), DEADLINE_SECONDS))
    finally:
        extractor.close()
    enriched = [decode(EnrichedArticle, output.value) for output in outputs]
    assert [article.title for article in enriched] == titles, "none is lost, and the order is that of the input"
    assert stream.acked == list(range(len(titles)))
    reasons = {article.title: article.skipped.get(PART) for article in enriched}
    assert reasons.pop("hang") == "no answer from the model within 2 s, 2 times"
    assert reasons.pop("die") == "the model process ended, 2 times"
    assert reasons.pop("exhaust") == "the model process ended, 2 times"
    assert set(reasons.values()) == {None}
    versions = {
        article.title: decode_headers(out.headers).pipeline for article, out in zip(enriched, outputs, strict=True)
    }
    assert {title for title, version in versions.items() if version != "p"} == {"hang", "die", "exhaust"}
    for article, output in zip(enriched, outputs, strict=True):
        headers = decode_headers(output.headers)
        assert article.event_id == event_id("EnrichedArticle", headers.origin, headers.pipeline)


def places(count: int) -> tuple[ClassifiedArticle, list[list[RawMention]]]:
    """Return an article that is a list of places, and what a model marks in it."""
    article = classified("https://example.org/places", "Places", "Oslo " * count)
    return article, [[], [RawMention(5 * number, 5 * number + 4, "GPE") for number in range(count)]]


@pytest.mark.slow  # four seconds
def test_an_article_that_its_entities_make_too_large_goes_on_without_them() -> None:
    """Behind dedupe its copies are duplicates of it: as a dead letter it would be lost."""
    article, mentions = places(110_000)
    done = with_mentions(article, mentions, "news.raw/e/0/1", "p")
    enriched = decode(EnrichedArticle, done.value)
    assert len(done.value) <= CATALOGUE.enriched.max_bytes
    assert (enriched.text, enriched.entities, done.entities) == (article.text, (), 0)
    assert enriched.skipped == done.skipped
    assert done.skipped[PART].startswith("too many: with them the event has ")
    assert done.skipped[PART].endswith(" bytes; 4194304 are allowed")
    assert done.pipeline == "p", "it is so each time: no version of its own"
    assert enriched.event_id == event_id("EnrichedArticle", "news.raw/e/0/1", "p")


def test_an_article_that_just_fits_keeps_its_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    article, mentions = places(100)
    whole = with_mentions(article, mentions, "o", "p")
    assert (whole.entities, whole.skipped) == (1, {})
    monkeypatch.setattr(module, "MAX_BYTES", len(whole.value))
    assert with_mentions(article, mentions, "o", "p") == whole
    monkeypatch.setattr(module, "MAX_BYTES", len(whole.value) - 1)
    assert set(with_mentions(article, mentions, "o", "p").skipped) == {PART}
