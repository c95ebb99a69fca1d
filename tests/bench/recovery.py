"""How soon dedupe is back: its log of decisions, read from a real broker and made into a state."""

import asyncio
import multiprocessing
import random
import resource
import time
import uuid
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np
from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Table

from streams import logs
from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.cli.worker import use_uvloop
from streams.contracts import ids
from streams.contracts.topics import Catalogue
from streams.core.decision import Decision, StoryPlace
from streams.core.dedupe import DedupeState
from streams.core.fingerprint import DIGEST_BYTES, MAX_NAMES, MAX_NUMBERS, MAX_SHINGLES, Fingerprint
from streams.core.story_terms import MAX_TERMS, Terms
from streams.core.story_terms import pack as pack_terms
from streams.delivery.changelog import Changelog, kafka_log

SEED: Final = 20_261_124
DUPLICATES: Final = 0.2
JOINING: Final = 0.75  # of the unique articles, those that join a story
VOCABULARY: Final = 400_000  # distinct story terms, by Zipf's law as words are
NOW_MS: Final = 1_775_600_000_000
DEADLINE_SECONDS: Final = 900.0
BATCH_RECORDS: Final = 1_000
BLOCK: Final = 1_000  # decisions whose random numbers are drawn together


def run(count: int) -> None:
    """Print the table."""
    with EmbeddedKafka() as broker:
        topic = Catalogue(prefix=f"bench.{uuid.uuid4().hex[:6]}.").decisions
        size = asyncio.run(_fill(broker.bootstrap, topic.name, count))
        plain = _measured(_read, broker.bootstrap, topic.name)
        full = _measured(_rebuild, broker.bootstrap, topic.name)
    table = Table(
        "what", "wall s", "CPU s", "records/s", "records/CPU s", "peak RSS, MB",
        title=f"{count:,} decisions of {size / count:,.0f} B",
    )  # fmt: skip
    applied = {name: full[name] - plain[name] for name in ("wall", "cpu")}
    _row(table, "read only, into a dict", count, plain)
    _row(table, "read and rebuild the state", count, full)
    _row(table, "rebuilding alone (the difference)", count, applied)
    console = Console(width=110)
    console.print(table)
    console.print(f"seed {SEED}; longest stall of the event loop while rebuilding: {full['stall']:.2f} s")
    console.print(f"recovery of {count:,} decisions: {full['wall']:.1f} s (bar: 60 s for 1,000,000)")


def _row(table: Table, what: str, count: int, measured: dict[str, float]) -> None:
    wall, cpu = measured["wall"], measured["cpu"]
    rss = f"{measured['rss'] / 1_024:,.0f}" if "rss" in measured else ""
    table.add_row(what, f"{wall:.1f}", f"{cpu:.1f}", f"{count / wall:,.0f}", f"{count / cpu:,.0f}", rss)


def decisions(count: int, seed: int = SEED) -> Iterator[tuple[bytes, bytes]]:
    """Give origins and encoded decisions as dedupe makes them: sketches of full size, and 20 % duplicates."""
    chance, sketches, terms = random.Random(seed), _sketches(_rng(seed)), _terms(_rng(seed + 1))
    uniques: list[tuple[str, str]] = []
    for sequence in range(count):
        duplicate = bool(uniques) and chance.random() < DUPLICATES
        article_id = str(uuid.UUID(int=chance.getrandbits(128), version=5))
        if duplicate:
            canonical, story = _recent(uniques, 20_000, chance)
        else:
            joins = bool(uniques) and chance.random() < JOINING
            canonical, story = article_id, _recent(uniques, 2_000, chance)[1] if joins else ids.story_id(article_id)
            uniques.append((canonical, story))
        marks = None if duplicate else (next(sketches), next(terms))
        origin = f"news.raw/{'Q' * 22}/{sequence % 8}/{sequence // 8}"
        yield origin.encode(), _decision(sequence, article_id, canonical, story, marks, chance).encode()


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _recent(uniques: list[tuple[str, str]], count: int, chance: random.Random) -> tuple[str, str]:
    return uniques[-1 - int(chance.random() * min(count, len(uniques)))]


def _decision(
    sequence: int, article_id: str, canonical: str, story: str, marks: tuple[str, str] | None, chance: random.Random
) -> Decision:  # fmt: skip
    text_hash, title_hash = (f"{chance.getrandbits(8 * DIGEST_BYTES):0{2 * DIGEST_BYTES}x}" for _ in range(2))
    made: dict[str, Any] = {
        "sequence": sequence, "article_id": article_id, "ingested_at": NOW_MS + sequence, "canonical_id": canonical,
        "version": 1, "versions": 1, "story_id": story, "text_hash": text_hash, "title_hash": title_hash,
        "content": text_hash, "policy": "0123456789ab+0123456789ab", "pipeline": "0.1.0+0123456789ab",
    }  # fmt: skip
    if marks is None:
        evidence: dict[str, str | int | float] = {
            "jaccard": 0.91,
            "containment": 0.97,
            "shared_shingles": 104,
            "words": 700,
            "canonical_words": 720,
        }
        return Decision.model_construct(
            **made, verdict="near_copy", rule="similar_text", change=None, score=0.91, evidence=evidence
        )
    place = StoryPlace.model_construct(change="joined", score=0.4, title="A headline of ten words " * 3, articles=12)
    return Decision.model_construct(
        **made, verdict=None, rule="new", change="new", score=1.0, sketch=marks[0],
        terms=marks[1], published=493_222, story=place,
    )  # fmt: skip


def _sketches(numbers: np.random.Generator) -> Iterator[str]:
    """Give packed fingerprints, made in blocks: the smallest of some 700 shingles, and the other hashes."""
    while True:
        shingles, figures, names = (
            np.sort(numbers.integers(0, below, (BLOCK, size), dtype=np.uint64))
            for below, size in ((2**32 // 6, MAX_SHINGLES), (2**32, MAX_NUMBERS // 2), (2**32, MAX_NAMES))
        )
        for row in range(BLOCK):
            yield Fingerprint(
                words=700, text_hash="", title_hash="", shingles=shingles[row], pairs=shingles[row],
                shingle_count=690, bare=False, note=0, numbers=figures[row], names=names[row],
            ).pack()  # fmt: skip


def _same_weights(row: list[int]) -> Terms:
    terms = np.unique(np.array(row, np.uint64))
    return Terms(terms, np.full(len(terms), 50), np.zeros(len(terms), np.int64))


def _terms(numbers: np.random.Generator) -> Iterator[str]:
    while True:
        ranks = np.minimum(numbers.zipf(1.2, (BLOCK, MAX_TERMS)), VOCABULARY).astype(np.uint64)
        for row in ((ranks * np.uint64(2_654_435_761)) % np.uint64(2**32)).tolist():
            yield pack_terms(_same_weights(row))


async def _fill(bootstrap: str, topic: str, count: int) -> int:
    catalogue = Catalogue(prefix=topic.removesuffix("news.decisions"))
    await admin.ensure_topics(bootstrap, [catalogue.decisions])
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks=1, linger_ms=20, max_batch_size=512 * 1_024)
    await producer.start()
    size, delivery = 0, None
    for number, (key, value) in enumerate(decisions(count)):
        size += len(value)
        delivery = await producer.send(topic, value, key=key, partition=0)
        if number % BATCH_RECORDS == 0:
            await asyncio.sleep(0)
    assert delivery is not None
    await delivery
    await producer.stop()
    return size


def _measured(work: Any, bootstrap: str, topic: str) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(bootstrap, topic, theirs))
    process.start()
    theirs.close()
    if not ours.poll(DEADLINE_SECONDS):
        process.kill()
        raise TimeoutError(f"{work.__name__}: not done in {DEADLINE_SECONDS} s")
    measured: dict[str, float] = ours.recv()
    process.join()
    return measured


class _Kept(dict[str, bytes]):
    """The least that a state can be."""

    restore = dict.__setitem__
    stored = dict.get

    def forget(self, origin: str) -> None:
        self.pop(origin, None)


def _read(bootstrap: str, topic: str, pipe: Connection) -> None:
    _prepare(bootstrap, topic, pipe, _Kept)


def _rebuild(bootstrap: str, topic: str, pipe: Connection) -> None:
    _prepare(bootstrap, topic, pipe, DedupeState)


def _prepare(bootstrap: str, topic: str, pipe: Connection, fresh: Any) -> None:
    logs.configure("INFO", "json")
    use_uvloop()
    pipe.send(asyncio.run(_timed(bootstrap, topic, fresh)))


async def _timed(bootstrap: str, topic: str, fresh: Any) -> dict[str, float]:
    stalls = [0.0]
    watch = asyncio.create_task(_watch(stalls))
    changelog: Changelog[Any] = Changelog(
        topic, fresh=fresh, open_reader=kafka_log(topic, {"bootstrap_servers": bootstrap}), send=_no_send,
        clock=time.perf_counter,
    )  # fmt: skip
    wall, cpu = time.perf_counter(), time.process_time()
    assert await changelog.prepare(lambda: True)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    watch.cancel()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"wall": wall, "cpu": cpu, "stall": max(stalls), "rss": rss}


async def _watch(stalls: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        stalls.append(time.perf_counter() - before - 0.01)


async def _no_send(*_: Any) -> Any:
    raise AssertionError("there is nothing to settle")
