"""A record that is sent again keeps its origin, time and attempt through the stages; on news.raw none is believed."""

import json

import pytest

from streams.agents.classify import classify_stage
from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.agents.normalise import normalise_stage
from streams.contracts.codec import HeaderList, Headers, decode, decode_headers
from streams.contracts.errors import Malformed
from streams.contracts.events import DeadLetter
from streams.contracts.topics import Catalogue
from streams.core.dedupe import DedupeState
from streams.delivery import origins
from streams.delivery.letters import as_output, dead_letter
from streams.delivery.records import Handled, Output, Record, Stage
from streams.models.normalise import load_normalise_models
from streams.models.topics import load_topic_model

CATALOGUE = Catalogue()
CONTEXT = Context(CATALOGUE, "0.1.0+test", {CATALOGUE.raw.name: "epoch", CATALOGUE.redrive.name: "other"})
ORIGIN = "news.raw/epoch/3/17"
LONG_AGO, NOW = 1_700_000_000_000, 1_775_600_000_000
ARTICLE = json.dumps(
    {"url": "https://a.example/1", "title": "Talks in Oslo", "text": "Ministers met in Oslo for a second day of talks."}
).encode()


@pytest.fixture(scope="module")
def stage() -> Stage:
    return normalise_stage(CONTEXT, load_normalise_models())


def headers(origin: str = ORIGIN, ingested_at: int | None = LONG_AGO, attempt: int = 2) -> HeaderList:
    return Headers("RawArticle/1", origin, ingested_at, attempt, "redrive", "0.1.0+old").encode()


def sent_again(given: HeaderList, value: bytes = ARTICLE) -> Record:
    return Record(CATALOGUE.redrive.name, 3, 5, NOW, None, value, given)


def lineage(output: Output) -> tuple[str, int | None, int]:
    found = decode_headers(output.headers)
    return found.origin, found.ingested_at, found.attempt


def handled(stage: Stage, record: Record) -> Handled:
    done = stage.decide(record)
    assert isinstance(done, Handled)
    return done


def onward(output: Output) -> Record:
    return Record(output.topic.name, 0, 1, NOW, output.key, output.value, output.headers)


def test_normalise_reads_both_topics(stage: Stage) -> None:
    assert stage.sources == (CATALOGUE.raw, CATALOGUE.redrive)


def test_origin_time_and_attempt_go_through_every_stage(stage: Stage) -> None:
    [clean] = handled(stage, sent_again(headers())).outputs
    unique, *_ = handled(dedupe_stage(CONTEXT, DedupeState), onward(clean)).outputs
    [classified] = handled(classify_stage(CONTEXT, load_topic_model()), onward(unique)).outputs
    assert {lineage(output) for output in (clean, unique, classified)} == {(ORIGIN, LONG_AGO, 2)}
    assert stage.origin(sent_again(headers())) == ORIGIN


def test_headers_on_the_raw_topic_are_not_believed(stage: Stage) -> None:
    own = "news.raw/epoch/3/5"
    for claimed in (ORIGIN, own):
        record = Record(CATALOGUE.raw.name, 3, 5, NOW, None, ARTICLE, headers(origin=claimed, attempt=9))
        [clean] = handled(stage, record).outputs
        assert lineage(clean) == (own, NOW, 1)
        assert origins.lineage(record, stage.origin(record)).attempt == 1


@pytest.mark.parametrize(
    "given",
    [
        [],
        headers(origin="news.clean/epoch/0/1"),
        headers(origin="nonsense"),
        headers(ingested_at=None),
        headers(attempt=1),
        [("attempt", b"2")],
    ],
)
def test_a_record_sent_again_without_its_lineage_is_a_bad_event_at_its_own_place(
    stage: Stage, given: HeaderList
) -> None:
    record = sent_again(given)
    with pytest.raises(Malformed, match="bad_event"):
        stage.decide(record)
    assert stage.origin(record) == "news.redrive/other/3/5"


def test_a_letter_carries_time_and_attempt_of_the_raw_record(stage: Stage) -> None:
    record = sent_again(headers(attempt=3), b"not json")
    error = Malformed("not_json", "no")
    origin = stage.origin(record)
    letter = dead_letter(
        record.value,
        error,
        stage="normalise",
        origin=origin,
        pipeline="p",
        attempts=origins.lineage(record, origin).attempt,
    )
    output = as_output(letter, record, origin=origin, pipeline="p", topic=CATALOGUE.dead)
    assert lineage(output) == (ORIGIN, LONG_AGO, 3)
    assert decode(DeadLetter, output.value).attempts == 3


def test_a_letter_for_a_stranger_has_the_time_of_its_own_record() -> None:
    stranger = Record(CATALOGUE.clean.name, 0, 9, NOW, None, b"{}", [])
    origin = CONTEXT.origin(stranger)
    letter = dead_letter(b"{}", Malformed("bad_event", "no"), stage="dedupe", origin=origin, pipeline="p")
    output = as_output(letter, stranger, origin=origin, pipeline="p", topic=CATALOGUE.dead)
    assert lineage(output) == ("news.clean/-/0/9", NOW, 1)
