"""The state of dedupe on a real broker: written ahead, read whole, one writer."""

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.client import Received
from streams.contracts.codec import Headers, decode, decode_headers
from streams.contracts.events import CleanArticle, DuplicateSeen
from streams.contracts.topics import Catalogue, TopicSpec
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState
from streams.delivery.changelog import Changelog, kafka_log
from tests.bench.recovery import decisions
from tests.clean_articles import clean_article, edited, headline, numbered, report
from tests.integration.running import environment, log_lines, read_all, run_async, until, worker

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration

STOPPED = 3
Pairs = list[tuple[bytes, bytes | None]]


def articles(count: int) -> list[CleanArticle]:
    """Every fourth is a near copy of the one before."""
    return [
        clean_article(f"https://copy{n}.net/a", headline(n - 1), edited(report(n - 1))) if n % 4 == 3 else numbered(n)
        for n in range(count)
    ]


async def publish(bootstrap: str, topic: TopicSpec, given: list[CleanArticle], start: int = 0) -> None:
    """Publish articles as normalise does."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for number, article in enumerate(given, start):
            headers = Headers(
                schema="CleanArticle/1", origin=f"news.raw/epoch/0/{number}", ingested_at=1_775_600_000_000 + number,
                attempt=1, stage="normalise", pipeline="test",
            )  # fmt: skip
            key, value = article.article_id.encode(), article.model_dump_json().encode()
            await producer.send(topic.name, value, key=key, headers=headers.encode())
    finally:
        await producer.stop()


async def write(bootstrap: str, topic: str, records: Pairs) -> None:
    """Write to a log as some other program."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=20, max_batch_size=512 * 1_024)
    await producer.start()
    try:
        for key, value in records:
            await producer.send(topic, value, key=key)
    finally:
        await producer.stop()


def verdicts(bootstrap: str, catalogue: Catalogue) -> list[Received]:
    """Return every verdict, repeats included."""
    return [got for topic in (catalogue.unique, catalogue.duplicates) for got in run_async(read_all(bootstrap, topic))]


def origins(found: list[Received]) -> set[str]:
    return {decode_headers(received.raw_headers).origin for received in found}


def decided(bootstrap: str, catalogue: Catalogue, count: int) -> list[Received] | None:
    found = verdicts(bootstrap, catalogue)
    return found if len(origins(found)) >= count else None


def recorded(bootstrap: str, catalogue: Catalogue) -> list[tuple[str, Decision]]:
    """Return the log of decisions as it lies there."""
    found = run_async(read_all(bootstrap, catalogue.decisions))
    return [((received.key or b"").decode(), Decision.decode(received.value or b"")) for received in found]


def logged(log: Path, event: str) -> list[dict[str, Any]]:
    return [line for line in log_lines(log) if line["event"] == event] if log.exists() else []


def test_no_verdict_is_without_its_recorded_decision_however_often_the_worker_is_killed(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    run_async(publish(bootstrap, catalogue.clean, articles(600)))
    env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_SLOT="a")
    for kill_after in (1, 150):
        with worker(env, tmp_path / "worker.log", "--stages", "dedupe") as process:
            until(partial(decided, bootstrap, catalogue, kill_after), f"{kill_after} verdicts")
            process.kill()
            process.wait()
        seen = origins(verdicts(bootstrap, catalogue))
        assert seen <= {origin for origin, _ in recorded(bootstrap, catalogue)}
    with worker(env, tmp_path / "worker.log", "--stages", "dedupe"):
        until(partial(decided, bootstrap, catalogue, 600), "600 verdicts")
    log = recorded(bootstrap, catalogue)
    assert len(log) == len({origin for origin, _ in log}) == 600, "decided once, whatever was repeated"
    bodies: dict[str, set[bytes]] = {}
    for received in verdicts(bootstrap, catalogue):
        bodies.setdefault(decode_headers(received.raw_headers).origin, set()).add(received.value or b"")
    assert all(len(values) == 1 for values in bodies.values()), "a repeat differs"


def test_other_policies_and_a_deleted_folder_change_no_recorded_verdict(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    run_async(publish(bootstrap, catalogue.clean, articles(40)))
    env = environment(bootstrap, catalogue, tmp_path / "one")
    with worker(env, tmp_path / "one.log", "--stages", "dedupe"):
        until(partial(decided, bootstrap, catalogue, 40), "40 verdicts")
    before, log = verdicts(bootstrap, catalogue), recorded(bootstrap, catalogue)
    # Another folder, another group that reads from the start, another policy: only the decisions are left.
    again = environment(
        bootstrap, catalogue, tmp_path / "two", NEWSWIRE_GROUP=catalogue.prefix + "replay", NEWSWIRE_DEDUPE_HOURS="1"
    )
    with worker(again, tmp_path / "two.log", "--stages", "dedupe"):
        until(lambda: len(verdicts(bootstrap, catalogue)) == 2 * len(before) or None, "every verdict again")
    assert recorded(bootstrap, catalogue) == log
    assert [line["decisions"] for line in logged(tmp_path / "two.log", "state.recovered")] == [40]
    by_origin: dict[str, list[dict[str, Any]]] = {}
    for received in verdicts(bootstrap, catalogue):
        told = json.loads(received.value or b"")
        del told["event_id"]  # made from the pipeline, which is another one
        by_origin.setdefault(decode_headers(received.raw_headers).origin, []).append(told)
    assert all(len(told) == 2 and told[0] == told[1] for told in by_origin.values())
    copies = run_async(read_all(bootstrap, catalogue.duplicates))
    assert len({decode(DuplicateSeen, received.value).policy for received in copies}) == 1


def test_a_second_writer_stops_the_worker_before_its_outputs_leave(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    run_async(publish(bootstrap, catalogue.clean, articles(5)))
    env, log = environment(bootstrap, catalogue, tmp_path), tmp_path / "worker.log"
    stranger = DedupeState().judge(numbered(77), "x", 1).encode()
    with worker(env, log, "--stages", "dedupe") as process:
        until(partial(decided, bootstrap, catalogue, 5), "5 verdicts")
        run_async(write(bootstrap, catalogue.decisions.name, [(b"news.raw/epoch/0/5", stranger)]))
        run_async(publish(bootstrap, catalogue.clean, [numbered(5)], start=5))
        assert process.wait(60) == STOPPED
    reasons = [line["reason"] for line in logged(log, "worker.stopped")]
    assert len(reasons) == 1
    assert "another worker writes decisions" in reasons[0]
    assert origins(verdicts(bootstrap, catalogue)) == {f"news.raw/epoch/0/{n}" for n in range(5)}
    # Started again, it takes the first decision, and says so; the log then holds it for good.
    with worker(env, log, "--stages", "dedupe"):
        until(partial(decided, bootstrap, catalogue, 6), "6 verdicts")
    assert [line["origin"] for line in logged(log, "state.conflict")] == ["news.raw/epoch/0/5"]
    of_five = [decision for origin, decision in recorded(bootstrap, catalogue) if origin.endswith("/5")]
    assert [decision.article_id for decision in of_five][:1] == [numbered(77).article_id]
    assert of_five[-1].model_copy(update={"sequence": 0}) == of_five[0].model_copy(update={"sequence": 0})


def test_a_worker_killed_while_it_recovers_recovers_again(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    count = 120_000
    run_async(write(bootstrap, catalogue.decisions.name, [*decisions(count)]))
    run_async(publish(bootstrap, catalogue.clean, articles(4)))
    env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_SLOT="a")
    with worker(env, tmp_path / "killed.log", "--stages", "dedupe") as process:
        until(lambda: logged(tmp_path / "killed.log", "state.recovering") or None, "recovery under way")
        process.kill()
        process.wait()
    assert not logged(tmp_path / "killed.log", "state.recovered")
    with worker(env, tmp_path / "worker.log", "--stages", "dedupe") as process:
        until(partial(decided, bootstrap, catalogue, 4), "4 verdicts")
        assert process.poll() is None
    assert [line["decisions"] for line in logged(tmp_path / "worker.log", "state.recovered")] == [count]
    progress = logged(tmp_path / "worker.log", "state.recovering")
    assert progress
    assert {"topic", "records", "percent", "per_second"} <= progress[0].keys()


def test_a_compacted_log_is_read_whole(bootstrap: str, catalogue: Catalogue) -> None:
    """The cleaner takes out what was overwritten; offsets keep their gaps, and the next one is that of the log."""
    topic = catalogue.prefix + "compacted"
    run_async(_create_compacting(bootstrap, topic))
    made = list(decisions(1_500))
    gone: Pairs = [(key, None) for key, _ in made[:500]]
    deadline, rounds = time.monotonic() + 120, 0
    while True:
        run_async(write(bootstrap, topic, [*made, *gone]))
        rounds += 1
        changelog = run_async(_recovered(bootstrap, topic))
        assert len(changelog()) == 1_000
        assert changelog().stored(made[0][0].decode()) is None
        assert changelog().stored(made[-1][0].decode()) == made[-1][1]
        lying = run_async(_count(bootstrap, topic))
        if lying < rounds * 2_000:
            break
        assert time.monotonic() < deadline, "the cleaner has not run"
    run_async(_check_next_offset(changelog, rounds * 2_000))


async def _create_compacting(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    config = {
        "cleanup.policy": "compact", "segment.bytes": str(1_024 * 1_024), "min.cleanable.dirty.ratio": "0.01",
        "max.compaction.lag.ms": "1000",
    }  # fmt: skip
    await admin.create_topics([NewTopic(topic, 1, 1, topic_configs=config)])
    await admin.close()


async def _recovered(bootstrap: str, topic: str) -> Changelog[DedupeState]:
    async def no_send(*_: Any) -> Any:
        raise AssertionError("there is no conflict")

    made = Changelog(
        topic, fresh=DedupeState, open_reader=kafka_log(topic, {"bootstrap_servers": bootstrap}), send=no_send,
        clock=time.perf_counter,
    )  # fmt: skip
    assert await made.prepare(lambda: True)
    return made


async def _count(bootstrap: str, topic: str) -> int:
    """Return how many records lie in a log."""
    async with kafka_log(topic, {"bootstrap_servers": bootstrap})() as log:
        start, end = await log.bounds()
        return sum([len(entries) async for _, entries in log.entries(start, end)])


async def _check_next_offset(changelog: Changelog[DedupeState], end: int) -> None:
    class Placed:
        offset = end

    changelog.promise(1)
    changelog.appended(Placed)
