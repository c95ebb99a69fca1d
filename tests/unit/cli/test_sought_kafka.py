"""Articles on Kafka, by what a person names them; the topics are lists here."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from streams.cli import sought_kafka
from streams.cli.errors import UserError
from streams.cli.get import partition_of
from streams.cli.scan import Place, Span
from streams.cli.sought import Sought
from streams.cli.sought_kafka import from_kafka
from streams.contracts import ids
from streams.contracts.codec import Headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    ArticleForgotten,
    CleanArticle,
    DeadLetter,
    DuplicateSeen,
    EnrichedArticle,
    Part,
    schema_name,
)
from streams.contracts.topics import Catalogue, TopicSpec
from streams.settings import Settings, load
from tests.clean_articles import clean_article

CATALOGUE = Catalogue()
EPOCH = "epoch"
ONE, OTHER = "https://one.example/a", "https://other.example/b"


def raw(url: str, text: str = "today") -> bytes:
    return json.dumps({"url": url, "title": "t", "text": text}).encode()


def normalise(value: bytes | None, origin: str, ingested_at: int | None) -> CleanArticle:
    given = json.loads(value or b"{}")
    if given["text"] == "":
        raise Malformed("no_text", "nothing is left")
    return clean_article(given["url"], given["title"], given["text"])


def key(url: str) -> str:
    return ids.article_id(ids.identity(url=url, guid=None, feed_url=None, source=None))


class Topics:
    """What stands on the topics, and a scanner of it."""

    def __init__(self) -> None:
        self.records: dict[Place, list[Any]] = {}
        self.begins: dict[Place, int] = {}

    def put(self, topic: TopicSpec, partition: int, value: bytes, key: str = "", headers: Any = (), at: int = 0) -> str:
        records = self.records.setdefault((topic.name, partition), [])
        records.append(
            SimpleNamespace(offset=len(records), key=key.encode(), value=value, headers=headers, timestamp=at)
        )
        return f"{topic.name}/{EPOCH}/{partition}/{len(records) - 1}"

    def event(
        self, topic: TopicSpec, event: Part, origin: str, article_id: str, *, at: int = 0, attempt: int = 1
    ) -> None:
        headers = Headers(schema_name(type(event)), origin, at, attempt, "stage", "0.1+p").encode()
        partition = partition_of(article_id, topic) if topic.partitions > 1 else 0
        self.put(topic, partition, encode(event), article_id, headers, at)

    def enriched(self, url: str, *, at: int, version: int = 1, text: str = "as it was", attempt: int = 1) -> str:
        origin = self.put(CATALOGUE.raw, 0, raw(url), at=at)
        clean = clean_article(url, "t", text).model_dump()
        change = "new" if version == 1 else "revised"
        event = EnrichedArticle(**clean, version=version, change=change, story_id="s")
        self.event(CATALOGUE.enriched, event, origin, event.article_id, at=at, attempt=attempt)
        return origin

    def copy(self, url: str, of: str, *, at: int) -> str:
        origin = self.put(CATALOGUE.raw, 1, raw(url), at=at)
        event = DuplicateSeen(
            event_id="e", article_id=key(url), canonical_id=key(of), verdict="near_copy", rule="similar_text",
            score=0.9, evidence={}, policy="p+q", source="s", url=url, title="t", published_at=None,
        )  # fmt: skip
        self.event(CATALOGUE.duplicates, event, origin, event.article_id, at=at)
        return origin

    def dead(self, value: bytes, *, partition: int = 2) -> str:
        origin = self.put(CATALOGUE.raw, partition, value)
        letter = DeadLetter(
            event_id="e", stage="normalise", reason="no_text", message="nothing was left", attempts=1, size=len(value),
            sha256=hashlib.sha256(value).hexdigest(), raw_base64=base64.b64encode(value).decode(),
        )  # fmt: skip
        self.event(CATALOGUE.dead, letter, origin, origin)
        return origin

    async def bounds(self, topics: Mapping[str, int]) -> dict[Place, Span]:
        places = [(name, number) for name, count in topics.items() for number in range(count)]
        return {at: Span(self.begins.get(at, 0), len(self.records.get(at, ()))) for at in places}

    async def batches(self, spans: Mapping[Place, Span]) -> AsyncIterator[tuple[Place, list[Any], int]]:
        for at, span in spans.items():
            yield at, self.records.get(at, [])[span.begin : span.end], span.end


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    made = Topics()

    @asynccontextmanager
    async def scanner(_: object) -> AsyncIterator[Topics]:
        yield made

    async def topic_ids(*_: object) -> dict[str, str]:
        return {CATALOGUE.raw.name: EPOCH}

    monkeypatch.setattr(sought_kafka, "scanner", scanner)
    monkeypatch.setattr(sought_kafka, "topic_ids", topic_ids)
    return made


@pytest.fixture
def settings() -> Settings:
    return load(bootstrap="127.0.0.1:1")


def find(settings: Settings, *names: str) -> list[Sought]:
    return asyncio.run(from_kafka(settings, names, normalise))


def test_the_newest_version_is_found_and_cleaned_by_todays_rules(topics: Topics, settings: Settings) -> None:
    topics.enriched(ONE, at=1)
    origin = topics.enriched(ONE, at=2, version=2)
    topics.enriched(OTHER, at=3)
    [found] = find(settings, ONE + "?utm_source=x")
    assert (found.origin, found.arrived_at, found.article.text) == (origin, 2, "today")
    assert found.recorded is not None
    assert (found.recorded.verdict, found.recorded.pipeline) == ("revised", "0.1+p")
    assert found.remarks == ("version 2", "one of 2 records of this article; give an origin for another")
    assert find(settings, key(ONE))[0].origin == origin


def test_of_a_copy_and_its_original_those_records_are_taken(topics: Topics, settings: Settings) -> None:
    first = topics.enriched(ONE, at=1)
    copy = topics.copy(OTHER, ONE, at=5)
    topics.enriched(OTHER, at=6)
    topics.enriched(ONE, at=9, version=2)
    for names in ((ONE, OTHER), (OTHER, ONE)):
        found = {sought.given: sought.origin for sought in find(settings, *names)}
        assert found == {ONE: first, OTHER: copy}
    assert find(settings, ONE)[0].arrived_at == 9


def test_an_article_and_itself_are_its_first_and_its_last_record(topics: Topics, settings: Settings) -> None:
    origins = [topics.enriched(ONE, at=1), topics.enriched(ONE, at=2, version=2)]
    assert [found.origin for found in find(settings, ONE, key(ONE))] == origins


@pytest.mark.parametrize("whole", [True, False])
def test_an_origin_names_its_record(topics: Topics, settings: Settings, whole: bool) -> None:
    first = topics.enriched(ONE, at=1)
    topics.enriched(ONE, at=2, version=2)
    [found] = find(settings, first if whole else "0/0")
    assert (found.origin, found.arrived_at, found.remarks) == (first, 1, ("version 1",))


def test_a_record_under_way_has_no_outcome(topics: Topics, settings: Settings) -> None:
    origin = topics.put(CATALOGUE.raw, 3, raw(ONE), at=7)
    [found] = find(settings, "3/0")
    assert (found.origin, found.recorded, found.arrived_at) == (origin, None, 7)
    assert found.remarks == ("no outcome on Kafka yet, or a dead letter of a later stage",)


def test_of_several_attempts_the_last_counts_and_other_programs_do_not(topics: Topics, settings: Settings) -> None:
    origin = topics.enriched(ONE, at=1)
    again = EnrichedArticle(**clean_article(ONE, "t", "x").model_dump(), version=3, change="revised", story_id="s")
    topics.event(CATALOGUE.enriched, again, origin, again.article_id, at=1, attempt=2)
    topics.put(CATALOGUE.enriched, partition_of(key(ONE), CATALOGUE.enriched), b"?", key(ONE))
    [found] = find(settings, ONE)
    assert found.remarks == ("version 3",)


def test_what_was_taken_back_is_said(topics: Topics, settings: Settings) -> None:
    origin = topics.enriched(ONE, at=1)
    order = ArticleForgotten(event_id="e", article_id=key(ONE), version=1, reason=None)
    topics.event(CATALOGUE.enriched, order, origin, key(ONE))
    assert find(settings, ONE)[0].remarks[0] == "taken back (newswire forget, or override merge)"
    topics.enriched(ONE, at=2, version=2)
    assert find(settings, ONE)[0].remarks[0] == "version 2"


def test_once_the_raw_record_is_gone_the_enriched_text_is_taken(topics: Topics, settings: Settings) -> None:
    topics.enriched(ONE, at=1)
    topics.copy(OTHER, ONE, at=2)
    topics.begins = {(CATALOGUE.raw.name, 0): 1, (CATALOGUE.raw.name, 1): 1}
    assert find(settings, ONE)[0].article.text == "as it was"
    with pytest.raises(UserError, match=r"other.example/b: a copy, and news.raw no longer has its text"):
        find(settings, OTHER)
    with pytest.raises(UserError, match=r"0/0: news.raw has no such record \(any more\)"):
        find(settings, "0/0")


def test_the_dead_are_named_with_their_reason(topics: Topics, settings: Settings) -> None:
    origin = topics.dead(raw(ONE, ""))
    with pytest.raises(UserError, match=r"one.example/a is dead: no_text: nothing was left \(newswire dead show 2/0\)"):
        find(settings, ONE)
    with pytest.raises(UserError, match=r"2/0 is dead: no_text: nothing is left \(newswire dead show 2/0\)"):
        find(settings, "2/0")
    topics.begins = {(CATALOGUE.raw.name, 2): 1}
    with pytest.raises(UserError, match=r"is dead: no_text: nothing was left"):
        find(settings, origin)


def test_what_todays_rules_refuse_is_said(topics: Topics, settings: Settings) -> None:
    topics.enriched(ONE, at=1)
    topics.records[CATALOGUE.raw.name, 0][0].value = raw(ONE, "")
    with pytest.raises(UserError, match="today's rules make a dead letter of it: no_text"):
        find(settings, ONE)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (ONE, "neither news.enriched nor news.duplicates knows an article"),
        ("ftp://one.example/a", "http"),
        (f"news.raw/{EPOCH}/2/9", "news.raw has no such record"),
        ("news.raw/another/0/0", "news.raw has no such record"),
        (f"other/{EPOCH}/0/0", "news.raw has no such record"),
    ],
)
def test_what_is_unknown_is_one_line(topics: Topics, settings: Settings, given: str, says: str) -> None:
    topics.put(CATALOGUE.dead, 0, b"?")
    topics.dead(b"not json")
    topics.enriched(OTHER, at=1)
    with pytest.raises(UserError, match=says) as told:
        find(settings, given)
    assert told.value.exit_code == 2
