"""An order to take an article back, through every stage, as the pump would call it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, cast

import pytest

from streams.agents.classify import classify_stage
from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.agents.extract import extract_stage
from streams.agents.tabulate import tabulate_stage
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    ArticleForgotten,
    ClassifiedArticle,
    Event,
    ForgetArticle,
    UniqueArticle,
    schema_name,
)
from streams.contracts.topics import Catalogue, TopicSpec
from streams.core.dedupe import DedupeState
from streams.core.extract import skipped_article
from streams.core.tabulate import row
from streams.delivery.records import Handled, Output, Record, Stage
from tests.clean_articles import clean_article, report

CATALOGUE = Catalogue()
CONTEXT = Context(CATALOGUE, "p", {CATALOGUE.raw.name: "epoch", CATALOGUE.clean.name: "clean"})
AT = 1_775_600_000_000
ARTICLE = clean_article("https://example.org/bridge", "Bridge opens", report(1))


def record(topic: TopicSpec, offset: int, value: bytes | None, headers: Any) -> Record:
    return Record(topic.name, 0, offset, AT + offset, None, value, list(headers))


def written(event: Event, topic: TopicSpec, offset: int, origin: str) -> Record:
    output = CONTEXT.write(event, to=topic, key="k", stage="s", origin=origin, ingested_at=AT)
    return record(topic, offset, output.value, output.headers)


def order(offset: int, value: bytes | None = None) -> Record:
    headers = Headers(schema_name(ForgetArticle), "news.raw/epoch/0/0", None, 1, "operator", "x").encode()
    given = encode(ForgetArticle(article_id=ARTICLE.article_id, reason="why")) if value is None else value
    return record(CATALOGUE.clean, offset, given, headers)


def handled(stage: Stage, given: Record) -> Handled:
    decided = stage.decide(given)
    return decided if isinstance(decided, Handled) else asyncio.run(_awaited(decided))


async def _awaited(decided: Awaitable[Handled]) -> Handled:
    return await decided


@pytest.fixture
def dedupe() -> Stage:
    state = DedupeState(pipeline="p")
    return dedupe_stage(CONTEXT, lambda: state)


def first(offset: int = 0) -> Record:
    return written(ARTICLE, CATALOGUE.clean, offset, "news.raw/epoch/0/0")


def test_an_order_has_its_place_as_its_origin_whatever_its_headers_say(dedupe: Stage) -> None:
    dedupe.decide(first())
    told = handled(dedupe, order(1))
    [output] = told.outputs
    headers = decode_headers(output.headers)
    assert headers.origin == dedupe.origin(order(1)) == "news.clean/clean/0/1"
    assert (headers.schema, headers.ingested_at, headers.attempt) == ("ArticleForgotten/1", AT + 1, 1)
    assert (output.topic.name, output.key) == ("news.unique", ARTICLE.article_id.encode())
    assert [write.key for write in told.first] == [b"news.clean/clean/0/1"]
    event = decode(ArticleForgotten, output.value)
    assert (event.article_id, event.version, event.reason) == (ARTICLE.article_id, 1, "why")


def test_read_again_the_article_is_followed_by_the_same_retraction(dedupe: Stage) -> None:
    published = handled(dedupe, first()).outputs
    told = handled(dedupe, order(1))
    assert handled(dedupe, first(2)).outputs == (*published, *told.outputs)
    again = handled(dedupe, order(1))
    assert (again.outputs, again.first) == (told.outputs, ())


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"\xff"])
def test_an_order_that_cannot_be_read_is_malformed(dedupe: Stage, value: bytes) -> None:
    with pytest.raises(Malformed):
        dedupe.decide(order(0, value))


def test_the_stages_behind_hand_it_on_as_it_is(dedupe: Stage) -> None:
    [output] = handled(dedupe, order(0)).outputs
    classify = classify_stage(CONTEXT, cast(Any, None))
    extract = extract_stage(CONTEXT, cast(Any, None))
    for stage, topic in ((classify, "news.classified"), (extract, "news.enriched")):
        [onward] = handled(stage, record(stage.sources[0], 3, output.value, output.headers)).outputs
        assert (onward.topic.name, onward.key, onward.value) == (topic, output.key, output.value)
        assert decode_headers(onward.headers).origin == decode_headers(output.headers).origin
        with pytest.raises(Malformed):
            handled(stage, record(stage.sources[0], 3, b"{}", output.headers))


def test_the_table_loses_the_row_but_not_that_of_a_later_version(dedupe: Stage) -> None:
    unique = decode(UniqueArticle, handled(dedupe, first()).outputs[0].value)
    stored = row(skipped_article(_classified(unique), "not asked", origin="o", pipeline="p"))
    key = ARTICLE.article_id.encode()
    told = _enriched(handled(dedupe, order(1)).outputs[0])
    gone = handled(tabulate_stage(CONTEXT, {key: encode(stored)}), told)
    assert (gone.outcome, [(write.key, write.value) for write in gone.writes]) == ("forgotten", [(key, None)])
    newer = stored.model_copy(update={"version": 2})
    for table in ({key: encode(newer)}, dict[bytes, bytes]()):
        kept = handled(tabulate_stage(CONTEXT, table), told)
        assert (kept.outcome, kept.writes) == ("kept", ())
    all_versions = ArticleForgotten(event_id="e", article_id=ARTICLE.article_id, version=None, reason=None)
    given = written(all_versions, CATALOGUE.enriched, 0, "news.clean/clean/0/9")
    assert handled(tabulate_stage(CONTEXT, {key: encode(newer)}), given).outcome == "forgotten"


def _classified(unique: UniqueArticle) -> ClassifiedArticle:
    return ClassifiedArticle(**unique.model_dump())


def _enriched(output: Output) -> Record:
    return record(CATALOGUE.enriched, 1, output.value, output.headers)
