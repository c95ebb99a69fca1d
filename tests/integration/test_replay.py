"""Replay: groups taken back to the beginning, raw records enriched again beside the live ones, articles taken back."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from streams.broker import admin, offsets
from streams.client import Received
from streams.contracts.events import ArticleForgotten, EnrichedArticle, schema_name
from streams.contracts.topics import STAGES, Catalogue, TopicSpec, sources_of
from tests.expected import load_seeds
from tests.integration.running import (
    Sent,
    environment,
    newswire,
    outcomes,
    read_all,
    run_async,
    send,
    until,
    worker,
)

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration
ARTICLES = 40  # of the seeds: enough for copies, versions and dead letters
DRAIN_SECONDS = 300.0  # for everything twice, on a machine that does other things too
WORKER_SECONDS = 60.0  # to leave its groups


def _values() -> list[bytes]:
    return [seed.value for seed in load_seeds()][:ARTICLES]


def _run(bootstrap: str, catalogue: Catalogue, env: dict[str, str], sent: list[Sent], log: Path) -> None:
    """Run a worker until every record has its outcome and no stage has lag; then stop it in order."""
    with worker(env, log) as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
        until(partial(_drained, bootstrap, catalogue, env["NEWSWIRE_GROUP"]), "lag 0 in every stage", DRAIN_SECONDS)
        process.terminate()
        assert process.wait(WORKER_SECONDS) == 0


def _drained(bootstrap: str, catalogue: Catalogue, group: str) -> bool | None:
    """Ask in the order of the pipeline: where a stage has no lag, all that it wrote is there for the next one."""
    for stage in STAGES:
        sources = [topic.name for topic in sources_of(catalogue, stage)]
        lags = run_async(offsets.lag(bootstrap, f"{group}.{stage}", sources))
        if any(lag.end > (lag.committed or 0) for lag in lags.values()):
            return None
    return True


def _rewind(bootstrap: str, catalogue: Catalogue, group: str) -> None:
    """Take the groups of all stages to the beginning; Kafka refuses while they have members."""
    for stage in STAGES:
        topics = sources_of(catalogue, stage)
        places = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
        until(partial(_rewound, bootstrap, f"{group}.{stage}", places), f"{stage} rewound")


def _rewound(bootstrap: str, group: str, places: list[TopicPartition]) -> bool | None:
    return run_async(_committed(bootstrap, group, places))


async def _committed(bootstrap: str, group: str, places: list[TopicPartition]) -> bool | None:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
    except KafkaError:  # the worker's members are not gone yet
        return None
    finally:
        await consumer.stop()
    return True


def _events(bootstrap: str, topics: Iterable[TopicSpec]) -> dict[str, dict[str, list[bytes]]]:
    """Return, by topic, the values of each event id."""
    found: dict[str, dict[str, list[bytes]]] = {}
    for topic in topics:
        values = found.setdefault(topic.name, {})
        for received in run_async(read_all(bootstrap, topic)):
            values.setdefault(json.loads(received.value or b"{}")["event_id"], []).append(received.value or b"")
    return found


def test_rewound_groups_repeat_the_same_events(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    values = _values()
    sent = run_async(send(bootstrap, catalogue.raw, [*values, *values]))  # every article comes twice
    env = environment(bootstrap, catalogue, tmp_path)
    published = (
        catalogue.clean, catalogue.unique, catalogue.duplicates, catalogue.stories, catalogue.groups,
        catalogue.classified, catalogue.enriched, catalogue.dead,
    )  # fmt: skip
    _run(bootstrap, catalogue, env, sent, tmp_path / "first.log")
    before, table = _events(bootstrap, published), _table(bootstrap, catalogue)
    _rewind(bootstrap, catalogue, env["NEWSWIRE_GROUP"])
    _run(bootstrap, catalogue, env, sent, tmp_path / "second.log")
    after = _events(bootstrap, published)
    for topic in published:
        assert after[topic.name].keys() == before[topic.name].keys(), topic.name
        differing = [name for name, found in after[topic.name].items() if len(set(found)) > 1]
        assert not differing, f"{topic.name}: other bytes under the same event id"
    again = sum(map(len, after[catalogue.enriched.name].values()))
    assert again >= 2 * sum(map(len, before[catalogue.enriched.name].values())), "nothing was replayed"
    assert before[catalogue.duplicates.name], "nothing was a copy"
    assert _table(bootstrap, catalogue) == table


def _table(bootstrap: str, catalogue: Catalogue) -> dict[bytes | None, bytes]:
    newest = {received.key: received.value for received in run_async(read_all(bootstrap, catalogue.articles))}
    return {key: value for key, value in newest.items() if value is not None}


def test_replay_gives_what_the_live_pipeline_gave_and_diff_says_so(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    single = Catalogue(prefix="one." + catalogue.prefix, partitions=1)  # one order of arrival
    run_async(admin.ensure_topics(bootstrap, list(single)))
    sent = run_async(send(bootstrap, single.raw, [*_values(), None, b"broken"], key=lambda _: b"k"))
    env = environment(bootstrap, single, tmp_path)
    _run(bootstrap, single, env, sent, tmp_path / "worker.log")
    shadow = single.prefix + "shadow"
    done = newswire("replay", "--from", "0", "--to-topic", shadow, "--json", env=env)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert report["read"] == len(sent) == report["enriched"] + report["duplicate"] + report["dead"]
    live = _by_origin(bootstrap, [single.enriched, single.duplicates, single.dead])
    assert _by_origin(bootstrap, [_named(single, shadow)]) == live
    same = newswire("diff", "live", f"topic:{shadow}", "--json", env=env)
    assert same.returncode == 0, same.stdout.decode() + same.stderr.decode()
    assert json.loads(same.stdout)["summary"]["compared"] == len(sent)
    _check_parts(bootstrap, env, single, shadow)


def _check_parts(bootstrap: str, env: dict[str, str], catalogue: Catalogue, shadow: str) -> None:
    def replay(*arguments: str) -> tuple[int, dict[str, Any], str]:
        done = newswire("replay", *arguments, "--json", env=env)
        return done.returncode, json.loads(done.stdout or b"{}"), done.stderr.decode().strip()

    code, _, message = replay("--from", "0", "--to-topic", shadow)
    assert (code, len(message.splitlines())) == (2, 1)
    assert "--append" in message
    code, _, message = replay("--from", "0", "--to-topic", catalogue.enriched.name)
    assert (code, len(message.splitlines())) == (2, 1)
    assert replay("--from", "0", "--partition", "7", "--to-topic", shadow + "2")[0] == 2
    code, report, _ = replay("--from", "10", "--to", "13", "--to-topic", shadow, "--append")
    assert (code, report["read"], report["offsets"]) == (0, 3, {"0": [10, 13]})
    code, report, _ = replay("--from", "1h", "--to-topic", shadow + "2")
    assert (code, report["read"]) == (0, ARTICLES + 2)
    run_async(_delete_before(bootstrap, catalogue.raw.name, 5))
    code, report, _ = replay("--from", "3", "--to", "7", "--to-topic", shadow + "3")
    assert (code, report["read"], report["out_of_retention"]) == (1, 2, {"0": [3, 5]})
    differs = newswire("diff", f"topic:{shadow}", f"topic:{shadow}3", "--json", env=env)
    summary = json.loads(differs.stdout.splitlines()[-1])["summary"]
    assert (differs.returncode, summary["only_in_a"], summary["only_in_b"]) == (1, ARTICLES, 0)


async def _delete_before(bootstrap: str, topic: str, offset: int) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        await client.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=offset)})
    finally:
        await client.close()


def _named(catalogue: Catalogue, name: str) -> TopicSpec:
    return TopicSpec(name, catalogue.partitions, EnrichedArticle, key="", about="", writer="")


def _by_origin(bootstrap: str, topics: list[TopicSpec]) -> dict[str, tuple[Any, ...]]:
    """Return key, value and headers of every record, by origin."""
    records = [received for topic in topics for received in run_async(read_all(bootstrap, topic))]
    found = {received.headers.origin: (received.key, received.value, received.headers) for received in records}
    assert len(found) == len(records)
    return found


def test_an_article_is_taken_back_and_stays_so(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    values = _values()
    url = json.loads(values[0])["url"]
    sent = run_async(send(bootstrap, catalogue.raw, values, key=lambda _: b"one partition, one order"))
    env = environment(bootstrap, catalogue, tmp_path)
    _run(bootstrap, catalogue, env, sent, tmp_path / "first.log")
    article_id = json.loads(newswire("get", url, "--json", env=env).stdout)["article_id"]
    forgot = newswire("forget", url, "--reason", "asked to", "--json", env=env)
    assert (forgot.returncode, json.loads(forgot.stdout)["known"]) == (0, True)
    _run(bootstrap, catalogue, env, sent, tmp_path / "second.log")
    [event] = _forgotten(bootstrap, catalogue)
    assert (event.article_id, event.version, event.reason) == (article_id, 1, "asked to")
    assert newswire("get", url, env=env).returncode == 1
    status = json.loads(newswire("status", "--json", env=env).stdout)
    assert (status["published"], status["missing"], status["repeats"]) == (len(sent), 0, 0)
    assert b"asked to" in newswire("tail", "--since", "earliest", "--to-end", "--json", env=env).stdout
    assert newswire("diff", "live", "live", env=env).returncode == 0

    _rewind(bootstrap, catalogue, env["NEWSWIRE_GROUP"])
    _run(bootstrap, catalogue, env, sent, tmp_path / "third.log")
    assert len({found.event_id for found in _forgotten(bootstrap, catalogue)}) == 1
    assert newswire("get", url, env=env).returncode == 1, "a rewind brought it back"

    changed = json.dumps(json.loads(values[0]) | {"title": "Another headline", "text": "Other words. " * 60}).encode()
    more = run_async(send(bootstrap, catalogue.raw, [values[0], changed], key=lambda _: b"one partition, one order"))
    _run(bootstrap, catalogue, env, [*sent, *more], tmp_path / "fourth.log")
    back = json.loads(newswire("get", url, "--json", env=env).stdout)
    assert (back["version"], back["title"]) == (2, "Another headline"), (
        "its own words came back, or the new ones did not"
    )
    unknown = newswire("forget", "https://nobody.example/knows", env=env)
    assert (unknown.returncode, unknown.stderr) == (1, b"")


def _forgotten(bootstrap: str, catalogue: Catalogue) -> list[ArticleForgotten]:
    """Return the retractions on news.enriched, each behind the article in its partition."""
    found: list[ArticleForgotten] = []
    seen: set[bytes | None] = set()
    for received in sorted(run_async(read_all(bootstrap, catalogue.enriched)), key=_place):
        if received.headers.schema != schema_name(ArticleForgotten):
            seen.add(received.key)
            continue
        event = received.event()
        assert isinstance(event, ArticleForgotten)
        assert received.key == event.article_id.encode()
        assert received.key in seen
        found.append(event)
    return found


def _place(received: Received) -> tuple[int, int]:
    return received.partition, received.offset
