"""Every stage over every seed, as the pump would call it, without Kafka: what goes out, and twice the same bytes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from streams.agents.classify import classify_stage
from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.agents.normalise import normalise_stage
from streams.agents.tabulate import tabulate_stage
from streams.contracts.codec import decode, decode_headers
from streams.contracts.errors import Malformed
from streams.contracts.events import ArticleRow, ClassifiedArticle, EnrichedArticle, UniqueArticle
from streams.contracts.topics import Catalogue, TopicSpec
from streams.core.dedupe import DedupeState
from streams.core.extract import skipped_article
from streams.delivery.records import Handled, Output, Record, Stage
from streams.models.normalise import load_normalise_models
from streams.models.topics import load_topic_model
from tests.expected import Seed, load_seeds

CATALOGUE = Catalogue()
CONTEXT = Context(CATALOGUE, "0.1.0+test", {CATALOGUE.raw.name: "epoch"})
INGESTED_AT = 1_775_600_000_000


def record(topic: TopicSpec, offset: int, value: bytes | None, headers: Any = ()) -> Record:
    return Record(topic.name, 0, offset, INGESTED_AT, None, value, list(headers))


def onward(output: Output, offset: int) -> Record:
    return record(output.topic, offset, output.value, output.headers)


@pytest.fixture(scope="module")
def seeds() -> list[Seed]:
    return load_seeds()


@pytest.fixture(scope="module")
def normalised(seeds: list[Seed]) -> list[Output]:
    stage = normalise_stage(CONTEXT, load_normalise_models())
    return [output for n, seed in enumerate(seeds) for output in _decided(stage, record(CATALOGUE.raw, n, seed.value))]


def _decided(stage: Stage, given: Record) -> Iterator[Output]:
    try:
        yield from _at_once(stage, given).outputs
    except Malformed:
        return


def _at_once(stage: Stage, given: Record) -> Handled:
    handled = stage.decide(given)
    assert isinstance(handled, Handled)
    return handled


@pytest.fixture(scope="module")
def unique(normalised: list[Output]) -> list[Output]:
    state = DedupeState()
    stage = dedupe_stage(CONTEXT, lambda: state)
    outputs = [out for n, clean in enumerate(normalised) for out in _at_once(stage, onward(clean, n)).outputs]
    return [output for output in outputs if output.topic.name == CATALOGUE.unique.name]


def test_normalise_says_the_same_twice_and_carries_its_origin(seeds: list[Seed], normalised: list[Output]) -> None:
    stage = normalise_stage(CONTEXT, load_normalise_models())
    again = [out for n, seed in enumerate(seeds) for out in _decided(stage, record(CATALOGUE.raw, n, seed.value))]
    assert again == normalised
    headers = [decode_headers(output.headers) for output in normalised]
    assert headers[0].origin == "news.raw/epoch/0/0"
    assert {h.ingested_at for h in headers} == {INGESTED_AT}
    assert len({h.origin for h in headers}) == len(headers)


def test_what_a_raw_record_says_in_its_headers_is_not_believed(seeds: list[Seed]) -> None:
    stage = normalise_stage(CONTEXT, load_normalise_models())
    forged = record(CATALOGUE.raw, 7, seeds[0].value, [("origin", b"news.raw/other/0/99"), ("attempt", b"9")])
    headers = decode_headers(_at_once(stage, forged).outputs[0].headers)
    assert (headers.origin, headers.attempt) == ("news.raw/epoch/0/7", 1)


def test_dedupe_answers_a_redelivery_from_its_recorded_decision(normalised: list[Output]) -> None:
    state = DedupeState()
    stage = dedupe_stage(CONTEXT, lambda: state)
    first = [_at_once(stage, onward(clean, n)) for n, clean in enumerate(normalised)]
    again = [_at_once(stage, onward(clean, n)) for n, clean in enumerate(normalised)]
    assert [handled.outputs for handled in again] == [handled.outputs for handled in first]
    assert all(handled.writes for handled in first)
    assert not any(handled.writes for handled in again), "a decision is written once"


def test_dedupe_goes_on_from_its_table_as_if_it_had_never_stopped(normalised: list[Output]) -> None:
    never_stopped, table = DedupeState(), {}
    stage = dedupe_stage(CONTEXT, lambda: never_stopped)
    half = len(normalised) // 2
    for n, clean in enumerate(normalised[:half]):
        table.update({write.key: write.value for write in _at_once(stage, onward(clean, n)).writes})
    from streams.core.decision import Decision

    rebuilt = DedupeState()
    for origin, value in sorted(table.items(), reverse=True):
        assert value is not None
        rebuilt.apply(origin.decode(), Decision.decode(value))
    other = dedupe_stage(CONTEXT, lambda: rebuilt)
    for n, clean in enumerate(normalised[half:], start=half):
        assert _at_once(other, onward(clean, n)) == _at_once(stage, onward(clean, n))


def test_classify_says_the_same_twice_and_only_adds(unique: list[Output]) -> None:
    stage = classify_stage(CONTEXT, load_topic_model())
    first = [_at_once(stage, onward(output, n)) for n, output in enumerate(unique)]
    assert [_at_once(stage, onward(output, n)) for n, output in enumerate(unique)] == first
    for given, handled in zip(unique, first, strict=True):
        before, after = json.loads(given.value), json.loads(handled.outputs[0].value)
        kept = set(before) - {"event_id", "skipped"}
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert decode_headers(handled.outputs[0].headers).origin == decode_headers(given.headers).origin
        # Either topics, or nothing passed, or the reason why the model was not asked.
        assert after["topics"] or after["language"]["code"] in ("en", "und") or "topics" in after["skipped"]


def test_tabulate_keeps_the_newest_version(unique: list[Output]) -> None:
    table: dict[bytes, bytes] = {}
    stage = tabulate_stage(CONTEXT, table)
    enriched = [_as_enriched(output) for output in unique]
    for n, output in enumerate([*enriched, *enriched]):  # the second time is a redelivery
        for write in _at_once(stage, onward(output, n)).writes:
            assert write.value is not None
            table[write.key] = write.value
    newest: dict[str, int] = {}
    for output in enriched:
        article = decode(EnrichedArticle, output.value)
        newest[article.article_id] = max(article.version, newest.get(article.article_id, 0))
    rows = {row.article_id: row.version for row in (decode(ArticleRow, value) for value in table.values())}
    assert rows == newest


def _as_enriched(output: Output) -> Output:
    unique = decode(UniqueArticle, output.value)
    classified = ClassifiedArticle(**unique.model_dump())
    event = skipped_article(classified, "not asked", origin="o", pipeline="p")
    return CONTEXT.write(
        event, to=CATALOGUE.enriched, key=event.article_id, stage="extract", origin="o", ingested_at=INGESTED_AT
    )


@pytest.mark.parametrize("build", ["dedupe", "classify", "tabulate"])
@pytest.mark.parametrize("value", [None, b"", b"{}", b"[]", b"\xff"])
def test_what_another_program_wrote_to_our_topics_is_malformed(build: str, value: bytes | None) -> None:
    stages = {
        "dedupe": lambda: dedupe_stage(CONTEXT, DedupeState),
        "classify": lambda: classify_stage(CONTEXT, load_topic_model()),
        "tabulate": lambda: tabulate_stage(CONTEXT, {}),
    }
    stage = stages[build]()
    with pytest.raises(Malformed):
        stage.decide(record(stage.source, 0, value))
