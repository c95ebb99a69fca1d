"""The stage resolve as the pump would call it: one decision an origin, and a redelivery gives the same bytes."""

import random
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams.agents.context import Context
from streams.agents.resolve import resolve_stage
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    AliasUpdate,
    ArticleForgotten,
    EnrichedArticle,
    EntityUpdate,
    OverrideEntities,
    schema_name,
)
from streams.contracts.topics import Catalogue, TopicSpec
from streams.core.entity_policy import ResolvePolicy
from streams.core.entity_updates import Entities
from streams.core.resolve import ResolveState
from streams.delivery.records import Handled, Output, Record, Stage
from tests.enriched_articles import AT, enriched, organisation, person, place

CATALOGUE = Catalogue()
CONTEXT = Context(CATALOGUE, "p", {CATALOGUE.raw.name: "epoch", CATALOGUE.orders.name: "orders"})
SERGEY, LAVROV = person("Sergey Lavrov", "foreign minister"), person("Lavrov", "foreign minister")


def record(topic: TopicSpec, offset: int, value: bytes | None, headers: Any) -> Record:
    return Record(topic.name, 0, offset, AT + offset, None, value, list(headers))


def article(given: EnrichedArticle, offset: int, raw: int, attempt: int = 1) -> Record:
    written = CONTEXT.write(
        given, to=CATALOGUE.enriched, key=given.article_id, stage="extract", origin=f"news.raw/epoch/0/{raw}",
        ingested_at=AT + raw, attempt=attempt,
    )  # fmt: skip
    return record(CATALOGUE.enriched, offset, written.value, written.headers)


def order(offset: int, action: str) -> Record:
    event = OverrideEntities.model_validate({
        "action": action, "entity_id": SERGEY.entity_id, "other_id": LAVROV.entity_id, "reason": "why",
    })  # fmt: skip
    headers = Headers(schema_name(OverrideEntities), "operator/-/0/0", None, 1, "operator", "x").encode()
    return record(CATALOGUE.orders, offset, encode(event), headers)


def handled(stage: Stage, given: Record) -> Handled:
    done = stage.decide(given)
    assert isinstance(done, Handled)
    return done


def events(outputs: tuple[Output, ...]) -> list[EntityUpdate | AliasUpdate]:
    models: dict[str, type[EntityUpdate] | type[AliasUpdate]] = {
        "EntityUpdate": EntityUpdate, "AliasUpdate": AliasUpdate,
    }  # fmt: skip
    return [decode(models[decode_headers(o.headers).schema.split("/")[0]], o.value) for o in outputs]


STREAM = [
    article(enriched(1, SERGEY, place("Moscow", "524901")), 0, 0),
    article(enriched(2, LAVROV), 1, 1),
    article(enriched(3, person("Imran Khan", "prime minister")), 2, 2),
    article(enriched(4, person("Sadiq Khan", "mayor"), organisation("City Hall")), 3, 3),
    order(0, "split"),
    article(enriched(5, LAVROV), 4, 4),
]


@pytest.fixture
def state() -> ResolveState:
    return ResolveState()


def test_two_articles_one_lavrov_and_two_khans(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    known = Entities()
    for given in STREAM[:4]:
        for event in events(handled(stage, given).outputs):
            known.add(event)
    lavrov = known.entity(known.named("Lavrov")[0])
    assert lavrov is not None
    assert (lavrov.newest.name, [each.name for each in lavrov.aliases], lavrov.newest.articles) == (
        "Sergey Lavrov", ["Lavrov"], 2,
    )  # fmt: skip
    assert known.named("Lavrov") == known.named("sergey lavrov") == [SERGEY.entity_id]
    assert lavrov.aliases[0].undo == f"newswire override entity split {SERGEY.entity_id} {LAVROV.entity_id}"
    khans = [known.entity(known.named(name)[0]) for name in ("Imran Khan", "Sadiq Khan")]
    assert [khan and khan.newest.name for khan in khans] == ["Imran Khan", "Sadiq Khan"]
    assert not [khan.aliases for khan in khans if khan and khan.aliases]


def test_a_redelivery_gives_the_same_bytes_and_writes_no_decision(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    for given in STREAM:
        first, again = handled(stage, given), handled(stage, given)
        assert again.outputs == first.outputs
        assert (len(first.first), len(again.first)) == (1, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_redelivery_in_another_order_takes_nothing_back(seed: int, state: ResolveState) -> None:
    # After a restart the partitions are read side by side from where each was committed.
    stage = resolve_stage(CONTEXT, lambda: state)
    first = [output for given in STREAM for output in handled(stage, given).outputs]
    again = [o for given in random.Random(seed).sample(STREAM, len(STREAM)) for o in handled(stage, given).outputs]
    assert {o.value for o in again} < {o.value for o in first}
    newest, after = {o.key: o.value for o in first}, {o.key: o.value for o in first + again}
    assert after == newest
    assert {o.key: o.value for o in again} == newest, "of each key what was said last is said again"


def test_a_merge_is_not_taken_back_by_a_name_of_many_articles_before_it(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    named = [article(enriched(n, LAVROV), n, n) for n in range(2, 8)]
    for given in [STREAM[0], *named, order(0, "merge")]:
        handled(stage, given)
    pair = f"{SERGEY.entity_id}/{LAVROV.entity_id}".encode()
    assert not [output for given in named for output in handled(stage, given).outputs if output.key == pair]


def test_a_state_that_was_read_again_gives_the_same_bytes(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    first = [handled(stage, given) for given in STREAM]
    rebuilt = ResolveState()
    for done in reversed(first):  # in any order
        for write in done.first:
            assert write.value is not None
            rebuilt.restore(write.key.decode(), write.value)
    other = resolve_stage(CONTEXT, lambda: rebuilt)
    newest = {output.key: output.value for done in first for output in done.outputs}
    assert {output.key: output.value for given in STREAM for output in handled(other, given).outputs} == newest
    later = article(enriched(6, SERGEY, organisation("City Hall")), 9, 9)
    assert handled(other, later) == handled(stage, later)


def test_what_goes_out_names_the_raw_record_and_its_article(state: ResolveState) -> None:
    done = handled(resolve_stage(CONTEXT, lambda: state), STREAM[0])
    [moscow, sergey] = sorted(done.outputs, key=lambda output: b"Sergey" in output.value)
    headers = decode_headers(sergey.headers)
    assert (headers.origin, headers.ingested_at, headers.stage) == ("news.raw/epoch/0/0", AT, "resolve")
    assert (sergey.topic.name, sergey.key) == ("news.entities", SERGEY.entity_id.encode())
    [event] = events((sergey,))
    assert isinstance(event, EntityUpdate)
    assert (event.cause, event.article_id) == (enriched(1).event_id, enriched(1).article_id)
    assert (event.first_seen, event.articles, event.change) == (AT, 1, "opened")
    assert moscow.key != sergey.key
    assert done.article_id == enriched(1).article_id


def test_each_attempt_is_decided_by_itself(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    handled(stage, STREAM[0])
    again = handled(stage, article(enriched(1, person("Sergey Lavrov")), 5, 0, attempt=2))
    assert again.first
    [event] = events(again.outputs)
    assert event.articles == 1, "it is the same article"
    first = events(handled(stage, STREAM[0]).outputs)
    assert event.event_id not in {each.event_id for each in first}


def test_an_article_whose_model_failed_at_first_is_decided_on_again(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    failed = enriched(1).model_copy(update={"event_id": "of another pipeline", "skipped": {"entities": "killed"}})
    assert handled(stage, article(failed, 0, 0)).outputs == ()
    whole = handled(stage, article(enriched(1, SERGEY), 1, 0))
    assert [event.articles for event in events(whole.outputs)] == [1]
    assert handled(stage, article(enriched(1, SERGEY), 2, 0)).outputs == whole.outputs


def test_an_order_is_its_own_origin(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    for given in STREAM[:2]:
        handled(stage, given)
    done = handled(stage, STREAM[4])
    assert stage.origin(STREAM[4]) == "news.orders/orders/0/0"
    assert {decode_headers(output.headers).origin for output in done.outputs} == {"news.orders/orders/0/0"}
    assert done.outcome == "overridden"
    split = [event for event in events(done.outputs) if isinstance(event, AliasUpdate)]
    assert [(event.change, event.evidence) for event in split] == [("split", {"reason": "why"})]
    assert not [event for event in events(handled(stage, STREAM[5]).outputs) if isinstance(event, AliasUpdate)]


def test_an_article_that_was_taken_back_counts_no_more(state: ResolveState) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    handled(stage, STREAM[0])
    told = ArticleForgotten(event_id="f", article_id=enriched(1).article_id, version=1, reason=None)
    written = CONTEXT.write(
        told, to=CATALOGUE.enriched, key="k", stage="dedupe", origin="news.clean/clean/0/7", ingested_at=AT + 7
    )
    done = handled(stage, record(CATALOGUE.enriched, 8, written.value, written.headers))
    assert done.outcome == "withdrawn"
    assert {(event.articles, event.change) for event in events(done.outputs) if isinstance(event, EntityUpdate)} == {
        (0, "withdrawn")
    }
    assert handled(stage, record(CATALOGUE.enriched, 8, written.value, written.headers)).outputs == done.outputs


def test_the_log_says_how_far_the_memory_reaches() -> None:
    state = ResolveState(ResolvePolicy(max_articles=2))
    stage = resolve_stage(CONTEXT, lambda: state)
    with capture_logs() as lines:
        for number in range(4):
            handled(stage, article(enriched(number, person(f"Anna Person{number}")), number, number))
    assert [(line["event"], line["hours"]) for line in lines] == [("window.shortened", 0)]


def test_what_leaves_the_window_leaves_the_log() -> None:
    state = ResolveState(ResolvePolicy(window_ms=10))
    stage = resolve_stage(CONTEXT, lambda: state)
    handled(stage, STREAM[0])
    late = handled(stage, article(enriched(9, LAVROV), 9, 99))
    assert next((write.key, write.value is None) for write in late.first) == (enriched(1).event_id.encode(), True)


@pytest.mark.parametrize("topic", [CATALOGUE.enriched, CATALOGUE.orders], ids=lambda topic: topic.name)
def test_what_is_no_event_is_a_dead_letter(state: ResolveState, topic: TopicSpec) -> None:
    stage = resolve_stage(CONTEXT, lambda: state)
    with pytest.raises(Malformed):
        stage.decide(record(topic, 1, b"{}", STREAM[0].headers))
    with pytest.raises(Malformed):
        stage.decide(record(topic, 1, None, STREAM[0].headers))
