"""What integration tests share: running the real programs and waiting for outcomes, always with a deadline."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiokafka import AIOKafkaProducer

from streams.cli.outcomes import Tally, outcome_topics
from streams.client import Received, subscribe
from streams.contracts.topics import Catalogue, TopicSpec

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"
DEADLINE_SECONDS = 150.0  # models load within it on a machine that does four other things


def run_async(work: Coroutine[Any, Any, T], seconds: float = DEADLINE_SECONDS) -> T:
    """Run a coroutine; fail when it takes too long."""

    async def limited() -> T:
        return await asyncio.wait_for(work, seconds)

    return asyncio.run(limited())


@dataclass(frozen=True)
class Sent:
    """A raw record: what was sent, and where it came to lie."""

    value: bytes | None
    partition: int
    offset: int


async def send(
    bootstrap: str,
    topic: TopicSpec,
    values: Sequence[bytes | None],
    *,
    key: Callable[[int], bytes | None] = lambda _: None,
) -> list[Sent]:
    """Publish values by the bare client, in order, and wait until all are acknowledged."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_request_size=8 * 1_024 * 1_024
    )
    await producer.start()
    try:
        futures = [await producer.send(topic.name, value, key=key(number)) for number, value in enumerate(values)]
        placed = [await future for future in futures]
    finally:
        await producer.stop()
    return [Sent(value, at.partition, at.offset) for value, at in zip(values, placed, strict=True)]


def environment(bootstrap: str, catalogue: Catalogue, state: Path, **more: str) -> dict[str, str]:
    """Return the environment of a newswire program that works on these topics alone."""
    ours = {
        "NEWSWIRE_BOOTSTRAP": bootstrap, "NEWSWIRE_PREFIX": catalogue.prefix, "NEWSWIRE_GROUP": catalogue.prefix + "nw",
        "NEWSWIRE_PARTITIONS": str(catalogue.partitions), "NEWSWIRE_STATE": str(state), "NEWSWIRE_PROCESSES": "1",
    }  # fmt: skip
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    return {**inherited, **ours, **more}


@contextmanager
def worker(env: dict[str, str], log: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a real worker process; it is gone afterwards, whatever happened."""
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", *arguments], env=env, stdout=sink, stderr=sink, cwd=ROOT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def newswire(
    *arguments: str, env: dict[str, str] | None = None, timeout: float = 120.0
) -> "subprocess.CompletedProcess[bytes]":
    """Run a verb to its end."""
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        env=env,
        capture_output=True,
        timeout=timeout,
        cwd=ROOT,
        check=False,
    )


async def outcomes(
    bootstrap: str, catalogue: Catalogue, raw: Sequence[Sent], process: "subprocess.Popen[bytes] | None" = None
) -> dict[tuple[int, int], tuple[str, Received]]:
    """Wait until each raw record has its outcome; return them by (partition, offset) of the raw record."""
    tally, found = Tally(catalogue), {}
    expected = {(sent.partition, sent.offset) for sent in raw}
    topics = list(outcome_topics(catalogue).values())
    async for received in subscribe(bootstrap, topics, since="earliest"):
        name = tally.add(received)
        if name is not None:
            _, partition, offset = received.headers.origin.rsplit("/", 2)
            found[int(partition), int(offset)] = (name, received)
        assert process is None or process.poll() is None, "the worker stopped"
        if not tally.missing(expected):
            return found
    raise AssertionError("the stream ended")


async def read_all(bootstrap: str, topic: TopicSpec) -> list[Received]:
    """Return every record of a topic."""
    return [received async for received in subscribe(bootstrap, [topic], since="earliest", to_end=True)]


def until(condition: Callable[[], T | None], what: str, seconds: float = DEADLINE_SECONDS) -> T:
    """Poll until the condition gives something; fail with `what` after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (found := condition()) is not None:
            return found
        time.sleep(0.05)  # between polls, not instead of one
    raise AssertionError(f"{what}: not within {seconds} s")


def log_lines(log: Path) -> list[dict[str, Any]]:
    """Return the JSON lines of a worker's log; a last line that is still being written is for the next look."""
    whole, _, _ = log.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]
