"""Every stage over every seed, as the pump would call it, without Kafka: what goes out, and twice the same bytes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from streams.agents.classify import classify_stage
from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.agents.normalise import normalise_stage
from streams.agents.tabulate import tabulate_stage
from streams.contracts.codec import decode, decode_headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    ArticleRow,
    ClassifiedArticle,
    CleanArticle,
    EnrichedArticle,
    StoryUpdate,
    UniqueArticle,
)
from streams.contracts.topics import Catalogue, TopicSpec
from streams.core.dedupe import DedupePolicy, DedupeState
from streams.core.extract import skipped_article
from streams.core.matching import HOUR_MS
from streams.core.stories import StoryPolicy
from streams.delivery.records import Handled, Output, Record, Stage, TableWrite
from streams.models.normalise import load_normalise_models
from streams.models.topics import load_topic_model
from tests.clean_articles import clean_article
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
    assert all(handled.first for handled in first)
    assert not any(handled.first for handled in again), "a decision is written once"
    assert not any(handled.writes for handled in (*first, *again)), "decisions go to the changelog, not to a table"


def test_dedupe_tells_of_a_swallowed_story_under_its_own_key() -> None:
    one = "Ferry Galatea sank off Fredrikstad, Captain Lindqvist said in Horsens."
    other = "Salvage firm Brandvik raised ship Tordenskjold near Kragenes, Minister Ravnsborg said in Mandalen."
    state = DedupeState(stories=StoryPolicy(merge_bond=0.0))
    stage = dedupe_stage(CONTEXT, lambda: state)
    given = [_clean(n, text) for n, text in enumerate((one, other, f"{one} {other}"))]
    handled = [_at_once(stage, each) for each in given]
    updates = [[out for out in each.outputs if out.topic.name == CATALOGUE.stories.name] for each in handled]
    [opened], [second], [joined, merged] = updates
    assert (opened.key, second.key) == (joined.key, merged.key)
    told = decode(StoryUpdate, merged.value)
    assert merged.key == told.story_id.encode()
    assert (told.change, told.into) == ("merged", decode(StoryUpdate, joined.value).story_id)
    assert _at_once(stage, given[2]).outputs == handled[2].outputs


def _clean(number: int, text: str) -> Record:
    article = clean_article(f"https://paper{number}.org/a", text, text)
    written = CONTEXT.write(
        article, to=CATALOGUE.clean, key=article.article_id, stage="normalise", origin=f"news.raw/epoch/0/{number}",
        ingested_at=INGESTED_AT, attempt=1, pipeline="p",
    )  # fmt: skip
    return onward(written, number)


def test_dedupe_goes_on_from_its_log_as_if_it_had_never_stopped(normalised: list[Output]) -> None:
    never_stopped = DedupeState()
    stage = dedupe_stage(CONTEXT, lambda: never_stopped)
    half = len(normalised) // 2
    rebuilt = DedupeState()
    for write in reversed(_written(stage, normalised[:half])):
        assert write.value is not None
        rebuilt.restore(write.key.decode(), write.value)
    other = dedupe_stage(CONTEXT, lambda: rebuilt)
    for n, clean in enumerate(normalised[half:], start=half):
        assert _at_once(other, onward(clean, n)) == _at_once(stage, onward(clean, n))


def _written(stage: Stage, given: list[Output]) -> list[TableWrite]:
    return [write for n, clean in enumerate(given) for write in _at_once(stage, onward(clean, n)).first]


def test_a_new_policy_and_a_new_model_answer_old_origins_with_the_old_verdict(normalised: list[Output]) -> None:
    lived = DedupeState(pipeline=CONTEXT.pipeline)
    stage = dedupe_stage(CONTEXT, lambda: lived)
    before = [_at_once(stage, onward(clean, n)) for n, clean in enumerate(normalised)]
    # Under this policy nothing is a copy of anything but itself.
    strict = DedupePolicy(near_jaccard=1.1, excerpt_containment=1.1, min_words=10_000)
    later = Context(CATALOGUE, "9.9.9+other", CONTEXT.epochs)
    rebuilt = DedupeState(strict, pipeline=later.pipeline)
    for handled in before:
        for write in handled.first:
            assert write.value is not None
            rebuilt.restore(write.key.decode(), write.value)
    other = dedupe_stage(later, lambda: rebuilt)
    after = [_at_once(other, onward(clean, n)) for n, clean in enumerate(normalised)]
    assert not any(handled.first for handled in after)
    assert [_judged(handled) for handled in after] == [_judged(handled) for handled in before]
    fresh_state = DedupeState(strict, pipeline=later.pipeline)
    fresh = dedupe_stage(later, lambda: fresh_state)
    anew = [_at_once(fresh, onward(clean, n)) for n, clean in enumerate(normalised)]
    assert [_judged(handled) for handled in anew] != [_judged(handled) for handled in before], (
        "it would judge otherwise"
    )


def _judged(handled: Handled) -> list[tuple[str, dict[str, Any]]]:
    """What the outputs say, but for what names the pipeline."""
    named = ("event_id", "cause")
    return [
        (output.topic.name, {name: value for name, value in json.loads(output.value).items() if name not in named})
        for output in handled.outputs
    ]


def test_backfill_expires_nothing(normalised: list[Output]) -> None:
    """What counts is when an article came in, not when it was published: an archive of 1990 is news to us."""
    state = DedupeState(DedupePolicy(window_ms=HOUR_MS))
    stage = dedupe_stage(CONTEXT, lambda: state)
    old = [_republished(clean, f"19{n % 90 + 10}-01-01T00:00:00Z") for n, clean in enumerate(normalised)]
    handled = [_at_once(stage, onward(clean, n)) for n, clean in enumerate(old)]
    assert all(write.value is not None for one in handled for write in one.first)
    assert len(state) == len(old)


def _republished(clean: Output, published_at: str) -> Output:
    article = decode(CleanArticle, clean.value).model_copy(update={"published_at": published_at})
    return replace(clean, value=encode(article))


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


def test_what_is_made_of_the_output_of_another_version_is_another_event(unique: list[Output]) -> None:
    """While versions run side by side, the input of a stage may come again from another version, with other content."""
    article = onward(unique[0], 0)
    stage = classify_stage(CONTEXT, load_topic_model())
    others = replace(article, headers=[(n, b"0.0.9+old" if n == "pipeline" else v) for n, v in article.headers])
    made = [_at_once(stage, given).outputs[0] for given in (article, others, others)]
    versions = [decode_headers(output.headers).pipeline for output in made]
    assert versions[0] == CONTEXT.pipeline
    assert versions[1] not in (CONTEXT.pipeline, "0.0.9+old")
    assert made[1] == made[2]
    event_ids = [decode(ClassifiedArticle, output.value).event_id for output in made]
    assert event_ids[0] != event_ids[1]


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
        stage.decide(record(stage.sources[0], 0, value))
