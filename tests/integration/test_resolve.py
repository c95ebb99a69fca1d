"""The stage resolve on a real broker: one writer, decisions ahead of updates, and orders that hold."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from streams.broker.offsets import lag
from streams.client import Received
from streams.contracts.codec import Headers, encode
from streams.contracts.events import AliasUpdate, EnrichedArticle, Entity, EntityUpdate, schema_name
from streams.contracts.topics import Catalogue
from tests.enriched_articles import AT, enriched, organisation, person, place
from tests.integration.running import environment, log_lines, newswire, read_all, run_async, until, worker

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration

SERGEY, LAVROV = person("Sergey Lavrov", "foreign minister"), person("Lavrov", "foreign minister")
IMRAN, SADIQ = person("Imran Khan", "prime minister"), person("Sadiq Khan", "mayor")
MOSCOW = place("Moscow", "524901")


async def publish(bootstrap: str, catalogue: Catalogue, given: list[EnrichedArticle], start: int = 0) -> None:
    """Publish articles as extract does, over all partitions."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for number, article in enumerate(given, start):
            headers = Headers(
                schema=schema_name(EnrichedArticle), origin=f"news.raw/epoch/0/{number}", ingested_at=AT + number,
                attempt=1, stage="extract", pipeline="test",
            )  # fmt: skip
            key = article.article_id.encode()
            await producer.send_and_wait(catalogue.enriched.name, encode(article), key=key, headers=headers.encode())
    finally:
        await producer.stop()


def updates(bootstrap: str, catalogue: Catalogue) -> list[Received]:
    return run_async(read_all(bootstrap, catalogue.entities))


def decided(bootstrap: str, catalogue: Catalogue, count: int) -> bool | None:
    """Say whether so many records are decided on; their updates may be on their way."""
    return len(set(decisions(bootstrap, catalogue))) >= count or None


def finished(env: dict[str, str], bootstrap: str, catalogue: Catalogue, count: int) -> bool | None:
    """Say whether so many records are decided on and committed, which they are when their updates are out."""
    topics = [topic.name for topic in (catalogue.enriched, catalogue.orders)]
    found = run_async(lag(bootstrap, f"{env['NEWSWIRE_GROUP']}.resolve", topics)).values()
    behind = any(each.end - (each.committed or 0) for each in found)
    return None if behind else decided(bootstrap, catalogue, count)


def decisions(bootstrap: str, catalogue: Catalogue) -> list[bytes | None]:
    return [received.key for received in run_async(read_all(bootstrap, catalogue.resolutions))]


def logged(log: Path, event: str) -> list[dict[str, Any]]:
    return [line for line in log_lines(log) if line["event"] == event] if log.exists() else []


def entity(env: dict[str, str], name: str) -> list[dict[str, Any]]:
    done = newswire("get", "entity", name, "--json", env=env)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_lavrov_two_khans_and_an_order_that_holds_over_a_kill(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    env, log = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_SLOT="a"), tmp_path / "worker.log"
    told = [enriched(1, SERGEY, MOSCOW), enriched(2, LAVROV), enriched(3, IMRAN), enriched(4, SADIQ)]
    run_async(publish(bootstrap, catalogue, told[:1]))
    with worker(env, log, "--stages", "resolve") as process:
        until(partial(finished, env, bootstrap, catalogue, 1), "the first article is resolved")
        run_async(publish(bootstrap, catalogue, told[1:], start=1))
        until(partial(finished, env, bootstrap, catalogue, 4), "every article is resolved")
        process.kill()
        process.wait()
    [lavrov] = entity(env, "Lavrov")
    assert (lavrov["name"], lavrov["articles"], [each["name"] for each in lavrov["aliases"]]) == (
        "Sergey Lavrov", 2, ["Lavrov"],
    )  # fmt: skip
    assert lavrov["aliases"][0]["evidence"]["role"] == "foreign minister"
    assert [len(entity(env, name)) for name in ("Imran Khan", "sadiq khan", "Khan")] == [1, 1, 0]
    undo = lavrov["aliases"][0]["undo"].split()[1:]
    assert newswire(*undo, "--dry-run", env=env).stdout.startswith(b"would split Lavrov")
    done = newswire(*undo, "--reason", "another one", env=env)
    assert done.returncode == 0, done.stderr.decode()
    with worker(env, log, "--stages", "resolve"):
        until(partial(finished, env, bootstrap, catalogue, 5), "the order is carried out")
        run_async(publish(bootstrap, catalogue, [enriched(5, LAVROV)], start=4))
        until(partial(finished, env, bootstrap, catalogue, 6), "a later article is resolved")
    assert [line["decisions"] for line in logged(log, "state.recovered")] == [4], "what was decided is there again"
    [alone, sergey] = sorted(entity(env, "Lavrov") + entity(env, "Sergey Lavrov"), key=lambda each: len(each["name"]))
    assert (alone["name"], alone["articles"], sergey["articles"]) == ("Lavrov", 2, 1)
    assert not sergey["aliases"]
    assert sergey["split"][0]["evidence"] == {"reason": "another one"}
    assert newswire(*undo, env=env).returncode == 1, "it is undone already"
    assert newswire("get", "entity", "Nobody", env=env).returncode == 1
    _same_bytes(updates(bootstrap, catalogue))


def test_a_kill_at_any_moment_and_a_second_worker_change_no_byte(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    count = 200
    run_async(publish(bootstrap, catalogue, [enriched(n, *_names(n)) for n in range(count)]))
    env = environment(bootstrap, catalogue, tmp_path / "a", NEWSWIRE_SLOT="a")
    for after in (1, 80):
        with worker(env, tmp_path / "a.log", "--stages", "resolve") as process:
            until(partial(decided, bootstrap, catalogue, after), f"{after} articles are resolved")
            process.kill()
            process.wait()
        seen = {json.loads(each.value or b"{}")["cause"].encode() for each in updates(bootstrap, catalogue)}
        assert seen <= {*decisions(bootstrap, catalogue)}, "an update without its recorded decision"
    second = environment(bootstrap, catalogue, tmp_path / "b", NEWSWIRE_SLOT="b")
    with worker(env, tmp_path / "a.log", "--stages", "resolve") as one:
        until(partial(decided, bootstrap, catalogue, 150), "it goes on")
        with worker(second, tmp_path / "b.log", "--stages", "resolve") as other:
            until(lambda: logged(tmp_path / "b.log", "worker.ready") or None, "the second one runs")
            until(partial(finished, env, bootstrap, catalogue, count), "every article is resolved")
            run_async(publish(bootstrap, catalogue, [enriched(n, *_names(n)) for n in range(count, count + 60)], count))
            count += 60
            until(partial(finished, env, bootstrap, catalogue, count), "and all that came while there were two")
            assert (one.poll(), other.poll()) == (None, None), "two of them are no conflict"
            one.terminate()
            assert one.wait(60) == 0
            run_async(publish(bootstrap, catalogue, [enriched(count, *_names(count))], start=count))
            until(partial(finished, env, bootstrap, catalogue, count + 1), "the second one has taken over")
    keys = decisions(bootstrap, catalogue)
    assert len(keys) == len(set(keys)) == count + 1, "each is decided once"
    _same_bytes(updates(bootstrap, catalogue))


def _names(number: int) -> list[Entity]:
    """Return names that come again: short and full ones, in changing company."""
    who = number % 7
    full = person(f"Anna Person{who}", "foreign minister") if number % 3 else person(f"Person{who}", "foreign minister")
    return [full, organisation(f"Body of Number{number % 11}"), MOSCOW]


def _same_bytes(found: list[Received]) -> None:
    """What is repeated is the same: of each event there is one form."""
    forms: dict[str, set[bytes]] = {}
    for received in found:
        event = received.event()
        assert isinstance(event, EntityUpdate | AliasUpdate)
        forms.setdefault(event.event_id, set()).add(received.value or b"")
    assert {len(values) for values in forms.values()} == {1}
