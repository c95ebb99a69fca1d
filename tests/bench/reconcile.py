"""`python -m tests.bench.reconcile`: records/s of `newswire reconcile` over whole topics, and of its second run."""

import argparse
import asyncio
import json
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.cli.proof import Report, prove
from streams.contracts.topics import Catalogue
from streams.settings import Settings, load
from tests.made_outcomes import Writer, commit_to_end, raw_epoch

TEXT: Final = "word " * 900  # an enriched article of the seeds has some 5 KB
BATCH: Final = 5_000  # raw records that are written together


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reconcile", description=__doc__)
    parser.add_argument("--records", type=int, default=50_000, help="raw records (default: 50,000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs from the beginning (default: 3)")
    arguments = parser.parse_args()
    with EmbeddedKafka() as broker, TemporaryDirectory() as state:
        prefix = f"bench.{uuid.uuid4().hex[:6]}."
        settings = load(bootstrap=broker.bootstrap, prefix=prefix, group=prefix + "nw", state=Path(state))
        asyncio.run(_fill(settings, arguments.records))
        table = Table(
            "run",
            "records read",
            "wall s",
            "records/s",
            "CPU s",
            "records/CPU s",
            title=f"{arguments.records} raw records",
        )
        for number in range(arguments.rounds):
            _row(table, f"--fresh, {number + 1}", *_measured(settings, fresh=True))
        _row(table, "nothing new", *_measured(settings, fresh=False))
    Console(width=100).print(table)
    return 0


def _measured(settings: Settings, *, fresh: bool) -> tuple[Report, float, float]:
    """Return the report, and the wall and CPU seconds that it took."""
    started, used = time.perf_counter(), time.process_time()
    report = asyncio.run(prove(settings, wait_s=0, fresh=fresh, quiet=True))
    assert report.holds(strict=True), report.violations
    return report, time.perf_counter() - started, time.process_time() - used


def _row(table: Table, name: str, report: Report, wall: float, cpu: float) -> None:
    rates = [f"{report.read / seconds:,.0f}" if report.read else "-" for seconds in (wall, cpu)]
    table.add_row(name, f"{report.read:,}", f"{wall:.2f}", rates[0], f"{cpu:.2f}", rates[1])


async def _fill(settings: Settings, records: int) -> None:
    """Write raw records and outcomes: of ten, seven enriched (5 KB), two copies, one dead."""
    catalogue, bootstrap = settings.catalogue, settings.bootstrap or ""
    await admin.ensure_topics(bootstrap, list(catalogue))
    async with Writer(bootstrap, catalogue, await raw_epoch(bootstrap, catalogue)) as writer:
        for start in range(0, records, BATCH):
            await _fill_batch(writer, catalogue, start, min(BATCH, records - start))
    await commit_to_end(bootstrap, catalogue, settings.group)


async def _fill_batch(writer: Writer, catalogue: Catalogue, start: int, count: int) -> None:
    origins = await writer.raw([b"{}"] * count, start // BATCH % catalogue.partitions)
    letter = json.dumps({"raw_base64": "A" * 1_000}).encode()
    for number, origin in enumerate(origins, start):
        if number % 10 < 7:
            await writer.enriched(origin, str(uuid.UUID(int=number)), text=TEXT)
        elif number % 10 < 9:
            await writer.duplicate(origin, str(uuid.UUID(int=number)), str(uuid.UUID(int=number - number % 10)))
        else:
            await writer.dead(origin, letter)
    await writer.acknowledged()


if __name__ == "__main__":
    raise SystemExit(main())
