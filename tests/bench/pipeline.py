"""The whole pipeline against entity models alone: the same texts, one process a core. Loading is not counted.

Rounds take turns, and ratios are of one round. Each is printed of wall seconds and of CPU seconds. Wall seconds count
on a machine that does nothing else; CPU seconds count anywhere, for what others take from a core is not in them.
"""

import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

from producers.items import Item, Refused
from producers.sources.files import read_files
from streams.cli.enrich import FILE_STAGES, Run, enrich
from streams.contracts.codec import decode
from streams.contracts.events import EnrichedArticle
from streams.settings import load
from tests.bench import models
from tests.bench.models import BATCHES, SHIPPED, STOCK, Pair
from tests.bench.processes import cpu_seconds, peak_mib
from tests.data import DATA

SKIP: Final = 1_000  # the first articles of the set serve the parity test
OF_SHIPPED: Final = 0.85  # of the articles that the shipped model alone does in a second
OF_STOCK: Final = 0.70  # of the articles that the stock small model alone does in a CPU-second


class Cost(NamedTuple):
    """Seconds that a pass over the texts took; those of the CPU are of all processes together."""

    wall: float
    cpu: float


class Passed(NamedTuple):
    """A pass of the whole pipeline: what the model saw, what it cost, and the most MiB of each process."""

    texts: list[Pair]
    cost: Cost
    peaks: list[float]


def run(articles: int, rounds: int) -> None:
    """Print the table."""
    if not DATA.is_dir():
        print("pipeline benchmark: no measuring data (set NEWSWIRE_DATA); skipped", file=sys.stderr)
        return
    items = read_items(articles)
    cores = len(os.sched_getaffinity(0))
    texts = _enrich(items, cores).texts  # also the warm-up
    bare: dict[tuple[str, int], list[Cost]] = {(name, size): [] for name in (SHIPPED, STOCK) for size in BATCHES}
    ours: list[Passed] = []
    for _ in range(rounds):
        for (name, size), costs in bare.items():
            costs.append(_bare(name, texts, cores, size))
        ours.append(_enrich(items, cores))
    _print(texts, cores, bare, ours)


def read_items(count: int) -> list[Item | Refused]:
    """Return so many articles of the measuring data."""
    path = DATA / "articles" / "allsides_8k.jsonl.gz"
    read = read_files([str(path)], mapping={"body": "text", "date": "published_at"})
    return list(islice(read, SKIP, SKIP + count))


def read_enriched(count: int, state: Path) -> list[EnrichedArticle]:
    """Return what the stages make of so many, copies left out."""
    lines = enrich(read_items(count), load(state=state))
    return [decode(EnrichedArticle, line) for line in lines if line.startswith(b'{"outcome":"enriched"')]


def _enrich(items: Sequence[Item | Refused], cores: int) -> Passed:
    """Run all stages over the articles."""
    with tempfile.TemporaryDirectory() as state:
        run = Run(load(processes=cores, state=Path(state)), FILE_STAGES, None)
        try:
            run.wait_ready()
            pids = [os.getpid(), *run.model_pids]
            used, started = cpu_seconds(pids), time.perf_counter()
            lines = list(run.over(items))
            cost = Cost(time.perf_counter() - started, cpu_seconds(pids) - used)
            peaks = [peak_mib(pid) for pid in pids]
        finally:
            run.close()
    events = [json.loads(line) for line in lines]
    return Passed([(e["title"], e["text"]) for e in events if e["outcome"] == "enriched"], cost, peaks)


def _bare(name: str, texts: Sequence[Pair], cores: int, batch: int) -> Cost:
    """Run a model alone over the same texts, one process a core."""
    context = multiprocessing.get_context("spawn")
    ready, gone = context.Barrier(cores + 1), context.Barrier(cores + 1)
    cpu = context.Value("d", 0.0)
    shares = [texts[number::cores] for number in range(cores)]
    processes = [context.Process(target=_pipe, args=(name, share, batch, ready, gone, cpu)) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    started = time.perf_counter()
    gone.wait()
    seconds = time.perf_counter() - started
    for process in processes:
        process.join()
    return Cost(seconds, cpu.value)


def _pipe(
    name: str, texts: Sequence[Pair], batch: int, ready: Barrier, gone: Barrier, cpu: "Synchronized[float]"
) -> None:
    nlp = models.load(name)
    ready.wait()
    used = time.process_time()
    models.read_all(nlp, texts, batch)
    with cpu.get_lock():
        cpu.value += time.process_time() - used
    gone.wait()


def _print(texts: Sequence[Pair], cores: int, bare: dict[tuple[str, int], list[Cost]], ours: Sequence[Passed]) -> None:
    words = statistics.mean(len(text.split()) for _, text in texts)
    table = Table(
        "what", "articles/s (median)", "rounds", "articles/CPU-s (median)", "rounds",
        title=f"{len(texts)} articles of {words:.0f} words, {cores} cores",
    )  # fmt: skip
    for (name, size), costs in bare.items():
        table.add_row(f"{name} alone, nlp.pipe, batch {size}", *_rates(costs, len(texts)))
    table.add_row("newswire enrich, all stages", *_rates([one.cost for one in ours], len(texts)))
    console = Console(width=130)
    console.print(table)
    costs = [one.cost for one in ours]
    for kind, of in (("wall", lambda cost: cost.wall), ("CPU", lambda cost: cost.cpu)):
        for name, bar in ((SHIPPED, OF_SHIPPED), (STOCK, OF_STOCK if kind == "CPU" else None)):
            console.print(_compared(name, kind, bar, bare, costs, of))
    peaks = [max(column) for column in zip(*(one.peaks for one in ours), strict=True)]
    children = ", ".join(f"{peak:.0f}" for peak in peaks[1:])
    console.print(f"peak memory (VmHWM), MiB: pool {children}; the process that reads and dedupes {peaks[0]:.0f}")


def _compared(
    name: str,
    kind: str,
    bar: float | None,
    bare: dict[tuple[str, int], list[Cost]],
    ours: Sequence[Cost],
    of: Callable[[Cost], float],
) -> str:
    """Return a line: how many articles all stages do for one that the model alone does, at its best batch size."""
    best = min((key for key in bare if key[0] == name), key=lambda key: statistics.median(map(of, bare[key])))
    ratios = [of(one) / of(all_) for one, all_ in zip(bare[best], ours, strict=True)]
    asked = f" (bar: {bar:.2f})" if bar else ""
    return (
        f"enrich / {name} (batch {best[1]}), {kind} seconds: median of {len(ratios)} rounds "
        f"{statistics.median(ratios):.3f}{asked}"
    )


def _rates(costs: Sequence[Cost], articles: int) -> tuple[str, str, str, str]:
    wall, cpu = [articles / cost.wall for cost in costs], [articles / cost.cpu for cost in costs]
    return f"{statistics.median(wall):.2f}", _rounds(wall), f"{statistics.median(cpu):.2f}", _rounds(cpu)


def _rounds(rates: Sequence[float]) -> str:
    return " ".join(f"{rate:.2f}" for rate in rates)
