"""A hop without a model (read, publish the same bytes, await the delivery, commit): pump against bare client."""

import asyncio
import multiprocessing
import resource
import statistics
import time
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from rich.console import Console
from rich.table import Table

from streams import logs
from streams.app import Parts, create_app
from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.cli.worker import use_uvloop
from streams.contracts.topics import Catalogue
from streams.delivery.records import Handled, Output, Record, Stage
from streams.settings import Settings, load

VALUE_BYTES: Final = 5_000  # a typical article
BATCH: Final = 500  # records that the bare client reads, publishes and awaits together
DEADLINE_SECONDS: Final = 120.0


def run(records: int, rounds: int) -> None:
    """Print the table."""
    measured: dict[str, list[tuple[float, float]]] = {"bare aiokafka": [], "newswire pump": []}
    with EmbeddedKafka() as broker:
        for number in range(rounds):
            source = Catalogue(prefix=f"bench{number}.{uuid.uuid4().hex[:6]}.", partitions=1)
            asyncio.run(_fill(broker.bootstrap, source, records))
            for name, work in (("bare aiokafka", _bare), ("newswire pump", _pump)):
                measured[name].append(_measured(work, broker.bootstrap, source, records))
    _print(records, rounds, measured)


async def _fill(bootstrap: str, catalogue: Catalogue, records: int) -> None:
    await admin.ensure_topics(bootstrap, list(catalogue))
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    await producer.start()
    for number in range(records):
        await producer.send(catalogue.raw.name, b"%08d" % number + b"x" * VALUE_BYTES, partition=0)
    await producer.stop()


def _measured(work: Callable[..., None], bootstrap: str, catalogue: Catalogue, records: int) -> tuple[float, float]:
    """Run `work` in a process of its own; return its wall and CPU seconds between the first record and the last."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(bootstrap, catalogue, records, theirs))
    process.start()
    if not ours.poll(DEADLINE_SECONDS):
        process.kill()
        raise TimeoutError(f"{work.__name__}: {records} records not through in {DEADLINE_SECONDS} s")
    wall, cpu = ours.recv()
    process.join()
    return wall, cpu


class _Meter:
    """Wall and CPU seconds of this process since the first record."""

    def __init__(self) -> None:
        self._start: tuple[float, float] | None = None

    def first(self) -> None:
        if self._start is None:
            self._start = self._now()

    def seconds(self) -> tuple[float, float]:
        assert self._start is not None
        wall, cpu = self._now()
        return wall - self._start[0], cpu - self._start[1]

    @staticmethod
    def _now() -> tuple[float, float]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return time.perf_counter(), usage.ru_utime + usage.ru_stime


def _bare(bootstrap: str, catalogue: Catalogue, records: int, pipe: Connection) -> None:
    asyncio.run(_bare_hop(bootstrap, catalogue, records, pipe))


async def _bare_hop(bootstrap: str, catalogue: Catalogue, records: int, pipe: Connection) -> None:
    consumer = AIOKafkaConsumer(
        catalogue.raw.name, bootstrap_servers=bootstrap, group_id=f"bare.{catalogue.prefix}", enable_auto_commit=False,
        auto_offset_reset="earliest", max_poll_records=BATCH,
    )  # fmt: skip
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=5)
    await consumer.start()
    await producer.start()
    meter, done = _Meter(), 0
    while done < records:
        for batch in (await consumer.getmany(timeout_ms=500)).values():
            meter.first()
            sent = [await producer.send(catalogue.unique.name, record.value, key=record.key) for record in batch]
            await asyncio.gather(*sent)
            await consumer.commit()
            done += len(batch)
    pipe.send(meter.seconds())
    await consumer.stop()
    await producer.stop()


def _pump(bootstrap: str, catalogue: Catalogue, records: int, pipe: Connection) -> None:
    logs.configure("WARNING", "json")
    with TemporaryDirectory() as state:
        settings = load(
            bootstrap=bootstrap,
            prefix=catalogue.prefix,
            partitions=1,
            group=f"pump.{catalogue.prefix}",
            state=Path(state),
        )
        use_uvloop()
        asyncio.run(_pump_hop(settings, records, pipe))


async def _pump_hop(settings: Settings, records: int, pipe: Connection) -> None:
    meter, catalogue = _Meter(), settings.catalogue

    def echo(record: Record) -> Handled:
        meter.first()
        return Handled("echoed", (Output(catalogue.unique, record.key or b"", record.value or b"", record.headers),))

    def build(*_: Any) -> tuple[Stage, None]:
        return Stage("normalise", (catalogue.raw,), echo, lambda record: str(record.offset)), None

    stage = create_app(settings, "normalise", epochs={}, parts=Parts(settings), pipeline="bench", build=build)
    await stage.app.start()
    while stage.stats.done < records:
        await asyncio.sleep(0.005)
    pipe.send(meter.seconds())
    await stage.app.stop()


def _print(records: int, rounds: int, measured: dict[str, list[tuple[float, float]]]) -> None:
    table = Table(
        "hop", "records/s (median)", "CPU s per 1,000 (median)", "CPU rounds", title=f"{records} records of 5 KB"
    )
    for name, seconds in measured.items():
        cpu = [used / records * 1_000 for _, used in seconds]
        rate = statistics.median(records / wall for wall, _ in seconds)
        table.add_row(name, f"{rate:.0f}", f"{statistics.median(cpu):.3f}", " ".join(f"{value:.3f}" for value in cpu))
    console = Console(width=110)
    console.print(table)
    pairs = zip(measured["newswire pump"], measured["bare aiokafka"], strict=True)
    ratio = statistics.median(ours / theirs for (_, ours), (_, theirs) in pairs)
    console.print(f"pump / bare client, CPU: median of {rounds} rounds {ratio:.2f}")
