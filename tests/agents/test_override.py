"""Orders to split and merge, and the records that are sent again for them, as the pump would call the stages."""

from typing import Any

import pytest

from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.agents.tabulate import tabulate_stage
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    ArticleForgotten,
    ClassifiedArticle,
    CleanArticle,
    DuplicateSeen,
    OverrideArticles,
    UniqueArticle,
    schema_name,
)
from streams.contracts.topics import Catalogue, TopicSpec
from streams.core.dedupe import DedupeState
from streams.core.extract import skipped_article
from streams.delivery.records import Handled, Output, Record, Stage
from tests.clean_articles import clean_article, edited, headline, report

CATALOGUE = Catalogue()
CONTEXT = Context(CATALOGUE, "p", {CATALOGUE.raw.name: "epoch", CATALOGUE.clean.name: "clean"})
AT = 1_775_600_000_000
A = clean_article("https://a.example/1", headline(1), report(1))
B = clean_article("https://b.example/1", headline(1), edited(report(1)))
OTHER = clean_article("https://c.example/1", headline(2), report(2))


def record(topic: TopicSpec, offset: int, value: bytes | None, headers: Any) -> Record:
    return Record(topic.name, 0, offset, AT + offset, None, value, list(headers))


def clean(article: CleanArticle, offset: int, raw: int, attempt: int = 1) -> Record:
    origin = f"news.raw/epoch/0/{raw}"
    written = CONTEXT.write(
        article, to=CATALOGUE.clean, key="k", stage="normalise", origin=origin, ingested_at=AT + raw, attempt=attempt
    )
    return record(CATALOGUE.clean, offset, written.value, written.headers)


def order(offset: int, action: str, one: CleanArticle, other: CleanArticle, raw: int, attempt: int = 2) -> Record:
    event = OverrideArticles.model_validate({
        "action": action, "article_id": one.article_id, "other_id": other.article_id, "reason": "why",
        "origin": f"news.raw/epoch/0/{raw}", "attempt": attempt,
    })  # fmt: skip
    headers = Headers(schema_name(OverrideArticles), "news.raw/epoch/0/0", None, 1, "operator", "x").encode()
    return record(CATALOGUE.clean, offset, encode(event), headers)


def handled(stage: Stage, given: Record) -> Handled:
    done = stage.decide(given)
    assert isinstance(done, Handled)
    return done


def stage_of(state: DedupeState) -> Stage:
    return dedupe_stage(CONTEXT, lambda: state)


@pytest.fixture
def dedupe() -> Stage:
    stage = stage_of(DedupeState(pipeline="p"))
    for number, article in enumerate((A, B, OTHER)):
        handled(stage, clean(article, number, number))
    return stage


def test_a_split_is_remembered_under_its_own_place_and_publishes_nothing(dedupe: Stage) -> None:
    told = handled(dedupe, order(3, "split", A, B, 1))
    assert (told.outcome, told.outputs, told.article_id) == ("overridden", (), B.article_id)
    assert [write.key for write in told.first] == [b"news.clean/clean/0/3"]
    assert dedupe.origin(order(3, "split", A, B, 1)) == "news.clean/clean/0/3"
    assert handled(dedupe, order(3, "split", A, B, 1)).first == (), "an order read again is written again"


def test_the_record_that_is_sent_again_is_decided_once_and_keeps_origin_and_attempt(dedupe: Stage) -> None:
    before = handled(dedupe, clean(B, 1, 1))
    handled(dedupe, order(3, "split", A, B, 1))
    again = handled(dedupe, clean(B, 4, 1, attempt=2))
    [write] = again.first
    assert write.key == b"news.raw/epoch/0/1#2"
    unique, story = again.outputs
    headers = decode_headers(unique.headers)
    assert (headers.origin, headers.attempt, headers.ingested_at) == ("news.raw/epoch/0/1", 2, AT + 1)
    event = decode(UniqueArticle, unique.value)
    assert (event.article_id, event.version, event.change) == (B.article_id, 1, "new")
    assert story.topic == CATALOGUE.stories
    repeated = handled(dedupe, clean(B, 9, 1, attempt=2))
    assert (repeated.outputs, repeated.first) == (again.outputs, ())
    assert handled(dedupe, clean(B, 10, 1)).outputs == before.outputs, "the first attempt has other bytes than before"


def test_a_merge_takes_the_article_back_and_makes_it_a_copy(dedupe: Stage) -> None:
    published = handled(dedupe, clean(OTHER, 2, 2)).outputs
    told = handled(dedupe, order(3, "merge", A, OTHER, 2))
    [retraction] = told.outputs
    event = decode(ArticleForgotten, retraction.value)
    assert (retraction.topic, retraction.key) == (CATALOGUE.unique, OTHER.article_id.encode())
    assert (event.version, event.reason) == (1, f"merged into {A.article_id}: why")
    [copy] = handled(dedupe, clean(OTHER, 4, 2, attempt=2)).outputs
    seen = decode(DuplicateSeen, copy.value)
    assert (seen.verdict, seen.rule, seen.canonical_id) == ("near_copy", "override", A.article_id)
    assert seen.evidence == {"order": "news.clean/clean/0/3", "reason": f"merged into {A.article_id}: why"}
    assert decode_headers(copy.headers).attempt == 2
    assert handled(dedupe, clean(OTHER, 9, 2)).outputs == (*published, retraction), "read again it is taken back again"


def test_the_table_loses_what_was_merged_and_has_it_again_after_the_split(dedupe: Stage) -> None:
    table: dict[bytes, bytes] = {}
    tabulate(table, handled(dedupe, clean(OTHER, 2, 2)))
    key = OTHER.article_id.encode()
    assert key in table
    tabulate(table, handled(dedupe, order(3, "merge", A, OTHER, 2)))
    tabulate(table, handled(dedupe, clean(OTHER, 4, 2, attempt=2)))
    assert key not in table
    handled(dedupe, order(5, "split", A, OTHER, 2, attempt=3))
    tabulate(table, handled(dedupe, clean(OTHER, 6, 2, attempt=3)))
    assert key in table


def tabulate(table: dict[bytes, bytes], given: Handled) -> None:
    """Take into the table what classify and extract would have made of the outputs of dedupe."""
    for output in given.outputs:
        if output.topic == CATALOGUE.unique:
            for write in handled(tabulate_stage(CONTEXT, table), _enriched(output)).writes:
                table.pop(write.key, None)
                if write.value is not None:
                    table[write.key] = write.value


def _enriched(output: Output) -> Record:
    headers = decode_headers(output.headers)
    if headers.schema == schema_name(ArticleForgotten):
        return record(CATALOGUE.enriched, 1, output.value, output.headers)
    classified = ClassifiedArticle(**decode(UniqueArticle, output.value).model_dump())
    event = skipped_article(classified, "not asked", origin=headers.origin, pipeline="p")
    written = CONTEXT.write(
        event, to=CATALOGUE.enriched, key="k", stage="extract", origin=headers.origin, ingested_at=AT,
        attempt=headers.attempt,
    )  # fmt: skip
    return record(CATALOGUE.enriched, 1, written.value, written.headers)


def test_read_from_the_beginning_by_a_state_that_has_the_decisions_all_is_the_same() -> None:
    state = DedupeState(pipeline="p")
    log = [
        clean(A, 0, 0), clean(B, 1, 1), clean(OTHER, 2, 2), order(3, "split", A, B, 1), clean(B, 4, 1, attempt=2),
        order(5, "merge", A, OTHER, 2), clean(OTHER, 6, 2, attempt=2), clean(OTHER, 7, 7),
        order(8, "merge", A, B, 1, attempt=3), clean(B, 9, 1, attempt=3), order(10, "split", A, OTHER, 2, attempt=3),
        clean(OTHER, 11, 2, attempt=3),
    ]  # fmt: skip
    first = [handled(stage_of(state), each) for each in log]
    rebuilt = DedupeState(pipeline="p")
    for write in reversed([write for each in first for write in each.first]):
        assert write.value is not None
        rebuilt.restore(write.key.decode(), write.value)
    again = [handled(stage_of(rebuilt), each) for each in log]
    assert [each.first for each in again] == [()] * len(log)
    followed = {4: first[8].outputs}  # what a merge took back is taken back again behind each repeat
    for number, (one, other) in enumerate(zip(first, again, strict=True)):
        assert other.outputs == (*one.outputs, *followed.get(number, ())), f"record {number}: other bytes"
    state = DedupeState(pipeline="p")
    afresh = [handled(stage_of(state), each) for each in log]
    assert [(each.outputs, each.first) for each in afresh] == [(each.outputs, each.first) for each in first]


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"action":"join","article_id":"a","other_id":"b"}'])
def test_an_order_that_cannot_be_read_is_malformed(dedupe: Stage, value: bytes) -> None:
    headers = Headers(schema_name(OverrideArticles), "news.raw/epoch/0/0", None, 1, "operator", "x").encode()
    with pytest.raises(Malformed):
        dedupe.decide(record(CATALOGUE.clean, 3, value, headers))
