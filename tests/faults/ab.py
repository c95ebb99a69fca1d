"""The fix of the recovery race alone: the same app with and without it, restarted in turn; skipped records counted."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from streams.broker import admin, offsets
from tests.faults.ab_worker import PARTITIONS
from tests.faults.cleanup import Cleanup
from tests.faults.cluster import Cluster, until

ROOT: Final = Path(__file__).resolve().parents[2]
WORKER: Final = Path(__file__).with_name("ab_worker.py")
KEYS: Final = 1_000
CHANGELOG: Final = 8_000  # records to recover from: some 2 s of it
RECORDS_A_RESTART: Final = 400
PROGRESS: Final = (50, 250)  # records between a start and its kill
START_SECONDS: Final = 60.0
STILL_SECONDS: Final = 30.0  # without any record or commit: longer than a session and a recovery
FINISH_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class _Topic:
    """What `ensure_topics` wants to know."""

    name: str
    partitions: int = PARTITIONS

    def config(self) -> Mapping[str, str]:
        """Nothing special."""
        return {}


@dataclass(slots=True)
class Arm:
    """One of the two: with the fix, or without it."""

    fix: str
    prefix: str
    restarts: int = 0
    crashes: int = 0
    skipped: tuple[str, ...] = ()
    hit: int = 0  # runs of neighbouring skipped records: at least so many restarts skipped some


def run(restarts: int, seed: int, say: Callable[[str], None]) -> list[Arm]:
    """Restart each so often by kill -9, in turn, over the same records; return what each has skipped."""
    with ExitStack() as stack:
        cleanup = stack.enter_context(Cleanup())
        cluster = Cluster(cleanup, cleanup.folder("ab"))
        stack.callback(cluster.stop)
        cluster.start()
        arms = [Arm("with", f"with{seed}."), Arm("without", f"without{seed}.")]
        records = restarts * RECORDS_A_RESTART
        for arm in arms:
            asyncio.run(_prepare(cluster.bootstrap, arm.prefix, records))
        chances = {arm.fix: random.Random(seed) for arm in arms}
        for number in range(1, restarts + 1):
            for arm in arms:
                _run_and_kill(arm, cluster.bootstrap, cleanup, chances[arm.fix].randint(*PROGRESS))
            say(f"restart {number} of {restarts} each")
        for arm in arms:
            _finish(arm, cluster.bootstrap, cleanup, records)
            say(f"{arm.fix} the fix: {len(arm.skipped)} of {records} records skipped")
        return arms


def _start(arm: Arm, bootstrap: str, cleanup: Cleanup) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, str(WORKER), bootstrap, arm.prefix, arm.fix], cwd=ROOT, env=_environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    cleanup.session(process.pid)
    arm.restarts += 1
    return process


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _run_and_kill(arm: Arm, bootstrap: str, cleanup: Cleanup, records: int) -> None:
    """Start it, let it pass on so many records, kill it."""
    before = _ends(bootstrap, f"{arm.prefix}out")
    process = _start(arm, bootstrap, cleanup)
    try:
        until(lambda: _ends(bootstrap, f"{arm.prefix}out") >= before + records or process.poll() is not None,
              f"the app {arm.fix} the fix passes on {records} records", START_SECONDS)  # fmt: skip
    finally:
        arm.crashes += process.poll() is not None
        process.kill()
        process.wait()


def _finish(arm: Arm, bootstrap: str, cleanup: Cleanup, records: int) -> None:
    """Let it come to the end of its source; count what it never passed on."""
    process = _start(arm, bootstrap, cleanup)
    try:
        until(_Settled(bootstrap, arm.prefix), "the source is done", FINISH_SECONDS)
    finally:
        process.kill()
        process.wait()
    passed = asyncio.run(_values(bootstrap, f"{arm.prefix}out"))
    ends = asyncio.run(offsets.end_offsets(bootstrap, [f"{arm.prefix}in"]))
    places = [(partition, offset) for (_, partition), end in sorted(ends.items()) for offset in range(end)]
    skipped = [place for place in places if b"%d/%d" % place not in passed]
    arm.skipped = tuple(f"{partition}/{offset}" for partition, offset in skipped)
    arm.hit = sum((partition, offset - 1) not in set(skipped) for partition, offset in skipped)


class _Settled:
    """Whether the app has done its source, or does no more: over a record that it skipped it may never commit."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._bootstrap, self._prefix = bootstrap, prefix
        self._seen: tuple[int, int] = (-1, -1)
        self._since = time.monotonic()

    def __call__(self) -> bool:
        now = _lag(self._bootstrap, self._prefix), _ends(self._bootstrap, f"{self._prefix}out")
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        return now[0] == 0 or time.monotonic() - self._since > STILL_SECONDS


def _ends(bootstrap: str, topic: str) -> int:
    return sum(asyncio.run(offsets.end_offsets(bootstrap, [topic])).values())


def _lag(bootstrap: str, prefix: str) -> int:
    found = asyncio.run(offsets.lag(bootstrap, f"{prefix}app", [f"{prefix}in"]))
    return sum(one.end - (one.committed or 0) for one in found.values())


async def _prepare(bootstrap: str, prefix: str, records: int) -> None:
    """Create the topics; fill the changelog and the source."""
    await admin.ensure_topics(bootstrap, [_Topic(prefix + name) for name in ("in", "out", "counts")])
    producer: Any = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    await producer.start()
    try:
        for topic, count in ((f"{prefix}counts", CHANGELOG), (f"{prefix}in", records)):
            sent = [await producer.send(topic, b"0/0", key=b"%d" % (n % KEYS)) for n in range(count)]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def _values(bootstrap: str, topic: str) -> set[bytes]:
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    found: set[bytes] = set()
    try:
        places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        while [place for place in places if await consumer.position(place) < ends[place]]:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                found.update(record.value for record in batch)
    finally:
        await consumer.stop()
    return found


def table(arms: Sequence[Arm], seed: int) -> str:
    """Return the result as Markdown."""
    lines = [
        "| fix of the recovery race | starts | records skipped | in so many places |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {arm.fix} | {arm.restarts} | {len(arm.skipped)} | {arm.hit} |" for arm in arms]
    return "\n".join([*lines, "", f"seed {seed}, {time.strftime('%Y-%m-%d', time.gmtime())}"])
