"""Dedupe through Kafka (news.clean -> decisions, written ahead -> verdicts) against its fold without Kafka."""

import asyncio
import multiprocessing
import os
import statistics
import sys
import time
import uuid
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Table

from streams import logs
from streams.app import Parts, create_app
from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.cli.worker import use_uvloop
from streams.contracts.codec import Headers, encode
from streams.contracts.events import CleanArticle
from streams.contracts.topics import Catalogue
from streams.settings import load
from tests.bench import dedupe_fold
from tests.data import DATA

ARTICLES: Final = 4_000
LONGEST: Final = (1_200, 10**6)  # words: articles of 700 on the average, then whatever comes
BAR: Final = 500  # articles a second, decisions written ahead
NOW_MS: Final = 1_775_600_000_000
DEADLINE_SECONDS: Final = 300.0
Seconds = tuple[float, float]  # wall, CPU


def run(rounds: int) -> None:
    """Print the table."""
    if not DATA.is_dir():
        print("dedupe benchmark: no measuring data (set NEWSWIRE_DATA); skipped", file=sys.stderr)
        return
    with EmbeddedKafka() as broker:
        for longest in LONGEST:
            articles = _articles(longest)
            measured: dict[str, list[Seconds]] = {"fold alone": [], "through Kafka": []}
            for _ in range(rounds):
                measured["fold alone"].append(_in_child(_fold_alone, longest))
                catalogue = Catalogue(prefix=f"bench.{uuid.uuid4().hex[:6]}.", partitions=1)
                asyncio.run(_fill(broker.bootstrap, catalogue, articles))
                measured["through Kafka"].append(_in_child(_through_kafka, broker.bootstrap, catalogue.prefix))
            _print(articles, measured)


def _articles(longest: int) -> list[CleanArticle]:
    """Return the first articles that have at most so many words."""
    return [article for article in dedupe_fold.load() if len(article.text.split()) <= longest][:ARTICLES]


async def _fill(bootstrap: str, catalogue: Catalogue, articles: list[CleanArticle]) -> None:
    await admin.ensure_topics(bootstrap, list(catalogue))
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    await producer.start()
    for number, article in enumerate(articles):
        headers = Headers(
            schema="CleanArticle/1", origin=f"news.raw/epoch/{number % 8}/{number // 8}", ingested_at=NOW_MS + number,
            attempt=1, stage="normalise", pipeline="bench",
        )  # fmt: skip
        await producer.send(
            catalogue.clean.name, encode(article), key=article.article_id.encode(), headers=headers.encode()
        )
    await producer.stop()


def _in_child(work: Any, *arguments: Any) -> Seconds:
    """Run `work` in a process of its own; return its wall and CPU seconds."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(*arguments, theirs))
    process.start()
    theirs.close()
    if not ours.poll(DEADLINE_SECONDS):
        process.kill()
        raise TimeoutError(f"{work.__name__}: not done in {DEADLINE_SECONDS} s")
    measured: Seconds = ours.recv()
    process.join()
    return measured


def _fold_alone(longest: int, pipe: Connection) -> None:
    articles = _articles(longest)
    wall, cpu = time.perf_counter(), time.process_time()
    dedupe_fold.fold(articles)
    pipe.send((time.perf_counter() - wall, time.process_time() - cpu))


def _through_kafka(bootstrap: str, prefix: str, pipe: Connection) -> None:
    use_uvloop()
    with TemporaryDirectory() as state, Path(os.devnull).open("w") as nowhere:
        logs.configure("INFO", "json", nowhere)  # lines are made, as in life, and not shown
        asyncio.run(_run_stage(bootstrap, prefix, Path(state), pipe))


async def _run_stage(bootstrap: str, prefix: str, state: Path, pipe: Connection) -> None:
    settings = load(bootstrap=bootstrap, prefix=prefix, partitions=1, group=f"g.{prefix}", state=state)
    stage = create_app(settings, "dedupe", epochs={}, parts=Parts(settings), pipeline="bench")
    await stage.app.start()
    while not stage.stats.read:
        await asyncio.sleep(0.002)
    wall, cpu = time.perf_counter(), time.process_time()
    while stage.stats.done < ARTICLES:
        await asyncio.sleep(0.005)
    pipe.send((time.perf_counter() - wall, time.process_time() - cpu))
    await stage.app.stop()


def _print(articles: list[CleanArticle], measured: dict[str, list[Seconds]]) -> None:
    words = statistics.mean(len(article.text.split()) for article in articles)
    table = Table(
        "dedupe", "articles/s (median)", "rounds", "CPU ms an article (median)",
        title=f"{len(articles)} articles of {words:.0f} words",
    )  # fmt: skip
    rates = {name: [len(articles) / wall for wall, _ in seconds] for name, seconds in measured.items()}
    for name, found in rates.items():
        cpu = statistics.median(used / len(articles) * 1_000 for _, used in measured[name])
        table.add_row(name, f"{statistics.median(found):.0f}", " ".join(f"{rate:.0f}" for rate in found), f"{cpu:.2f}")
    console = Console(width=110)
    console.print(table)
    console.print(f"through Kafka: {statistics.median(rates['through Kafka']):.0f} articles/s (bar: {BAR})")
