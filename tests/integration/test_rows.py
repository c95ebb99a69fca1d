"""The table `articles` on a real broker: a row that a worker sent too late does not stay."""

import json
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from streams.client import Received
from streams.contracts.codec import Headers, decode, encode
from streams.contracts.events import ArticleForgotten, ArticleRow, EnrichedArticle, schema_name
from streams.contracts.topics import Catalogue
from tests.enriched_articles import enriched
from tests.integration.running import environment, log_lines, newswire, read_all, run_async, until, worker

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration
Event = EnrichedArticle | ArticleForgotten


async def publish(bootstrap: str, catalogue: Catalogue, *events: Event) -> None:
    """Publish events as extract does."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for event in events:
            headers = Headers(schema_name(type(event)), "news.raw/epoch/0/0", 1_775_600_000_000, 1, "extract", "test")
            key = event.article_id.encode()
            await producer.send_and_wait(catalogue.enriched.name, encode(event), key=key, headers=headers.encode())
    finally:
        await producer.stop()


async def send_late(bootstrap: str, catalogue: Catalogue, rows: list[Received]) -> None:
    """Send rows once more, as they are: a worker that was stopped had them in its buffer."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for row in rows:
            await producer.send_and_wait(
                catalogue.articles.name, row.value, key=row.key, partition=row.partition, headers=list(row.raw_headers)
            )
    finally:
        await producer.stop()


def rows(bootstrap: str, catalogue: Catalogue, article_id: str) -> list[Received]:
    """Return all rows that an article had, in order."""
    found = [each for each in run_async(read_all(bootstrap, catalogue.articles)) if each.key == article_id.encode()]
    return sorted(found, key=lambda row: row.offset)


def there(bootstrap: str, catalogue: Catalogue, article_id: str, count: int) -> list[Received] | None:
    """Return the rows of an article once there are so many."""
    found = rows(bootstrap, catalogue, article_id)
    return found if len(found) >= count else None


def test_a_row_behind_a_newer_one_is_outlived_by_it_and_so_is_one_behind_its_deletion(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    revised, taken_back = enriched(1).article_id, enriched(2).article_id
    forgotten = ArticleForgotten(event_id="f", article_id=taken_back, version=1, reason="why")
    run_async(publish(bootstrap, catalogue, enriched(1), enriched(1, version=2), enriched(2), forgotten))
    env, log = environment(bootstrap, catalogue, tmp_path), tmp_path / "worker.log"
    with worker(env, log, "--stages", "tabulate"):
        first, newer = until(partial(there, bootstrap, catalogue, revised, 2), "a row and a newer one")
        row, deletion = until(partial(there, bootstrap, catalogue, taken_back, 2), "a row and its deletion")
    assert deletion.value is None
    run_async(send_late(bootstrap, catalogue, [first, row]))
    assert json.loads(newswire("get", revised, "--json", env=env).stdout)["version"] == 2
    assert b"no article" in newswire("get", taken_back, env=env).stderr
    with worker(env, log, "--stages", "tabulate"):
        *_, last = until(partial(there, bootstrap, catalogue, revised, 4), "the newer row again")
        *_, last_of_deleted = until(partial(there, bootstrap, catalogue, taken_back, 4), "the deletion again")
        assert (last.value, last.raw_headers) == (newer.value, newer.raw_headers)
        assert last_of_deleted.value is None
        # What is in memory is the newer row, too: the first version again changes nothing, a third becomes the row.
        run_async(publish(bootstrap, catalogue, enriched(1), enriched(1, version=3)))
        *_, last = until(partial(there, bootstrap, catalogue, revised, 5), "the third version")
        assert decode(ArticleRow, last.value).version == 3
    told = [line["key"] for line in log_lines(log) if line.get("event") == "table.conflict"]
    assert sorted(told) == sorted([revised, taken_back])
    assert [decode(ArticleRow, each.value).version for each in rows(bootstrap, catalogue, revised)] == [1, 2, 1, 2, 3]
