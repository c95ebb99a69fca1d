"""The whole pipeline against the bare entity model: the same texts, one process a core. Loading is not counted."""

import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from producers.items import Item, Refused
from producers.sources.files import read_files
from streams.cli.enrich import FILE_STAGES, Run
from streams.models.ner import load_pipeline
from streams.settings import load
from tests.data import DATA

BATCHES: Final = (32, 64, 128)
SKIP: Final = 1_000  # the first articles of the set serve the parity test


def run(articles: int, rounds: int) -> None:
    """Print the table."""
    if not DATA.is_dir():
        print("pipeline benchmark: no measuring data (set NEWSWIRE_DATA); skipped", file=sys.stderr)
        return
    items = _items(articles)
    cores = len(os.sched_getaffinity(0))
    texts, _ = _enrich(items, cores)  # also the warm-up
    bare: dict[int, list[float]] = {batch: [] for batch in BATCHES}
    ours: list[float] = []
    for _ in range(rounds):
        for batch in BATCHES:
            bare[batch].append(len(texts) / _bare(texts, cores, batch))
        ours.append(len(texts) / _enrich(items, cores)[1])
    _print(texts, cores, rounds, bare, ours)


def _items(count: int) -> list[Item | Refused]:
    path = DATA / "articles" / "allsides_8k.jsonl.gz"
    read = read_files([str(path)], mapping={"body": "text", "date": "published_at"})
    return list(islice(read, SKIP, SKIP + count))


def _enrich(items: Sequence[Item | Refused], cores: int) -> tuple[list[tuple[str, str]], float]:
    """Return what the model saw (title and text of each enriched article) and the seconds that all stages took."""
    with tempfile.TemporaryDirectory() as state:
        run = Run(load(processes=cores, state=Path(state)), FILE_STAGES, None)
        try:
            run.wait_ready()
            started = time.perf_counter()
            lines = list(run.over(items))
            seconds = time.perf_counter() - started
        finally:
            run.close()
    events = [json.loads(line) for line in lines]
    return [(e["title"], e["text"]) for e in events if e["outcome"] == "enriched"], seconds


def _bare(texts: Sequence[tuple[str, str]], cores: int, batch: int) -> float:
    """Return the wall seconds that nlp.pipe takes over the same texts, one process a core."""
    context = multiprocessing.get_context("spawn")
    ready, gone = context.Barrier(cores + 1), context.Barrier(cores + 1)
    shares = [texts[number::cores] for number in range(cores)]
    processes = [context.Process(target=_pipe, args=(share, batch, ready, gone)) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    started = time.perf_counter()
    gone.wait()
    seconds = time.perf_counter() - started
    for process in processes:
        process.join()
    return seconds


def _pipe(texts: Sequence[tuple[str, str]], batch: int, ready: Barrier, gone: Barrier) -> None:
    nlp: Any = load_pipeline()  # as spaCy runs it
    nlp(texts[0][1])
    ready.wait()
    for _ in nlp.pipe((text for pair in texts for text in pair), batch_size=batch):
        pass
    gone.wait()


def _print(
    texts: Sequence[tuple[str, str]], cores: int, rounds: int, bare: dict[int, list[float]], ours: list[float]
) -> None:
    words = statistics.mean(len(text.split()) for _, text in texts)
    table = Table(
        "what", "articles/s (median)", "rounds", title=f"{len(texts)} articles of {words:.0f} words, {cores} cores"
    )
    for batch, rates in bare.items():
        table.add_row(f"nlp.pipe alone, batch {batch}", f"{statistics.median(rates):.2f}", _rounds(rates))
    table.add_row("newswire enrich, all stages", f"{statistics.median(ours):.2f}", _rounds(ours))
    console = Console(width=110)
    console.print(table)
    best = max(bare, key=lambda batch: statistics.median(bare[batch]))
    ratios = [one / other for one, other in zip(ours, bare[best], strict=True)]
    console.print(
        f"enrich / bare model (batch {best}): median of {rounds} rounds {statistics.median(ratios):.3f} (bar: 0.85)"
    )


def _rounds(rates: Sequence[float]) -> str:
    return " ".join(f"{rate:.2f}" for rate in rates)
