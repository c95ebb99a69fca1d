"""Dedupe with a full window: memory, verdicts a second, latencies, rebuild; beside datasketch and rensa.

python -m tests.bench.dedupe_index [--articles N] [--others N]
"""

import argparse
import gc
import multiprocessing
import pickle
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from streams.contracts.events import CleanArticle
from streams.core.dedupe import DedupeState
from streams.core.postings import Postings
from streams.delivery.shelf import DiskShelf
from tests.bench import dedupe_fold
from tests.bench.recovery import NOW_MS, decisions
from tests.data import DATA

FEW: Final = 10_000  # articles in the small index that the large one is compared with
LONGEST: Final = 1_200  # words: then the articles have 700 on the average
WARM_UP: Final = 500  # articles that are not counted
COUNTED: Final = 2_000
SHINGLE_WORDS: Final = 5
PERMUTATIONS: Final = 128
THRESHOLD: Final = 0.5
BANDS: Final = 32  # of rensa's index
TOKENS: Final = 100  # of a made-up article in the others' indexes
_WORD: Final = re.compile(r"\w+")
Figures = dict[str, float]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dedupe_index", description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000, help="in the large index (default: 1,000,000)")
    parser.add_argument("--others", type=int, default=100_000, help="in the others' indexes (default: 100,000)")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        sys.stderr.write("dedupe index benchmark: no measuring data (set NEWSWIRE_DATA); skipped\n")
        return 0
    with TemporaryDirectory() as folder:
        log = Path(folder) / "decisions"
        _say(f"making {arguments.articles:,} decisions")
        _write(log, arguments.articles)
        ours = [_in_child(_newswire, log, Path(folder), count) for count in (FEW, arguments.articles)]
    others = {work.__name__[1:]: _in_child(work, arguments.others) for work in (_datasketch, _rensa)}
    _print(ours, others, arguments.others)
    return 0


def _write(log: Path, count: int) -> None:
    with log.open("wb") as file:
        for entry in decisions(count):
            pickle.dump(entry, file)


def _read(log: Path, count: int) -> Iterator[tuple[str, bytes]]:
    with log.open("rb") as file:
        for _ in range(count):
            origin, value = pickle.load(file)
            yield origin.decode(), value


def _articles() -> list[CleanArticle]:
    found = [article for article in dedupe_fold.load() if len(article.text.split()) <= LONGEST]
    return found[: WARM_UP + COUNTED]


def _in_child(work: Callable[..., Figures], *arguments: Any) -> Figures:
    """Run in a process of its own, whose memory is then that of the index."""
    _say(f"{work.__name__[1:]}, {arguments[-1]:,} articles")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_sent, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        figures: Figures = ours.recv()
    finally:
        process.join()
    return figures


def _sent(pipe: Connection, work: Callable[..., Figures], arguments: tuple[Any, ...]) -> None:
    pipe.send(work(*arguments))


def _newswire(log: Path, folder: Path, count: int) -> Figures:
    articles = _articles()
    gc.collect()
    before = dedupe_fold.resident()
    state = DedupeState(shelf=DiskShelf(folder))
    seconds = 0.0
    with _collector_off():
        for origin, value in _read(log, count):
            started = time.process_time()
            state.restore(origin, value)
            seconds += time.process_time() - started
    state.judge(articles[0], "first", None)  # what is put off while a state is rebuilt belongs to the rebuilding
    figures = {"bytes": (dedupe_fold.resident() - before) / count, "rebuild": seconds}
    gc.freeze()  # as the worker does
    looked: list[float] = []
    filed: list[float] = []
    with _timed(Postings, "oldest", looked), _timed(Postings, "newest", looked), _timed(Postings, "add", filed):
        wall = list(_verdicts(state, articles, NOW_MS + count, looked, filed))
    spent = sum(cpu for _, cpu in wall)
    latencies = [seconds for seconds, _ in wall]
    return figures | {
        "per_second": COUNTED / spent, "p50": _percentile(latencies, 50), "p99": _percentile(latencies, 99),
        "look_p99": _percentile(looked, 99), "file_p99": _percentile(filed, 99),
    }  # fmt: skip


def _verdicts(
    state: DedupeState, articles: list[CleanArticle], now: int, looked: list[float], filed: list[float]
) -> Iterator[tuple[float, float]]:
    """Judge and remember each article; give wall and processor seconds of those after the warm-up."""
    for number, article in enumerate(articles):
        if number == WARM_UP:
            looked.clear()
            filed.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        decision = state.judge(article, f"new-{number}", now + number)
        state.apply(f"new-{number}", decision)
        if number >= WARM_UP:
            yield time.perf_counter() - wall, time.process_time() - cpu


def _datasketch(count: int) -> Figures:
    from datasketch import MinHash, MinHashLSH

    def hashed(article: CleanArticle) -> Any:
        hashes = MinHash(PERMUTATIONS)
        hashes.update_batch([shingle.encode() for shingle in _shingles(article.text)])
        return hashes

    rng, scheme = np.random.default_rng(1), MinHash(PERMUTATIONS).scheme
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    made = (
        MinHash(PERMUTATIONS, hashvalues=rng.integers(0, 2**32, PERMUTATIONS, dtype=np.uint64), scheme=scheme)
        for _ in range(count)
    )
    return _other(made, hashed, index.insert, index.query, count)


def _rensa(count: int) -> Figures:
    from rensa import RMinHash, RMinHashLSH

    def of(tokens: list[str]) -> Any:
        hashes = RMinHash(num_perm=PERMUTATIONS, seed=1)
        hashes.update(tokens)
        return hashes

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    made = (of([f"{number} {at}" for at in range(TOKENS)]) for number in range(count))
    return _other(made, lambda article: of(_shingles(article.text)), index.insert, index.query, count)


def _other(
    made: Iterator[Any],
    hashed: Callable[[CleanArticle], Any],
    insert: Callable[[int, Any], Any],
    query: Callable[[Any], Any],
    count: int,
) -> Figures:
    """Fill an index of another library, then hash, query and insert articles, without verifying anything."""
    articles = _articles()
    gc.collect()
    before = dedupe_fold.resident()
    with _collector_off():
        for number, hashes in enumerate(made):
            insert(number, hashes)
    size = (dedupe_fold.resident() - before) / count
    gc.freeze()
    wall: list[float] = []
    spent: list[float] = []
    index_only: list[float] = []
    for number, article in enumerate(articles):
        started, cpu = time.perf_counter(), time.process_time()
        hashes = hashed(article)
        between = time.perf_counter()
        query(hashes)
        insert(count + number, hashes)
        wall.append(time.perf_counter() - started)
        index_only.append(time.perf_counter() - between)
        spent.append(time.process_time() - cpu)
    counted = slice(WARM_UP, None)
    return {
        "bytes": size, "per_second": COUNTED / sum(spent[counted]), "p50": _percentile(wall[counted], 50),
        "p99": _percentile(wall[counted], 99), "look_p99": _percentile(index_only[counted], 99),
    }  # fmt: skip


def _shingles(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return [" ".join(words[at : at + SHINGLE_WORDS]) for at in range(max(1, len(words) - SHINGLE_WORDS + 1))]


@contextmanager
def _timed(owner: type, name: str, seconds: list[float]) -> Iterator[None]:
    """Note how long each call of a method takes."""
    plain = getattr(owner, name)

    def timed(*arguments: Any) -> Any:
        started = time.perf_counter()
        result = plain(*arguments)
        seconds.append(time.perf_counter() - started)
        return result

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, plain)


@contextmanager
def _collector_off() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _percentile(seconds: list[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1_000


def _print(ours: list[Figures], others: dict[str, Figures], other_count: int) -> None:
    few, many = ours
    words = statistics.mean(len(article.text.split()) for article in _articles())
    table = Table(
        "what", "bytes an article", "rebuilt, CPU s", "verdicts a CPU second", "p50 ms", "p99 ms", "look-up p99 ms",
        "insert p99 ms", title=f"{COUNTED:,} articles of {words:.0f} words, from clean text to verdict",
    )  # fmt: skip
    _row(table, f"newswire, {FEW:,}", few)
    _row(table, "newswire, large index", many)
    for name, figures in others.items():
        _row(table, f"{name}, {other_count:,}, unverified", figures)
    console = Console(width=150)
    console.print(table)
    console.print(
        f"time for a verdict, large index over {FEW:,}: {few['per_second'] / many['per_second']:.2f} (bar: 1.3);"
        f" verdicts a second: {many['per_second']:,.0f} (bar: 1,000)"
    )


def _row(table: Table, what: str, figures: Figures) -> None:
    def shown(name: str, form: str) -> str:
        return format(figures[name], form) if name in figures else ""

    table.add_row(
        what, shown("bytes", ",.0f"), shown("rebuild", ".1f"), shown("per_second", ",.0f"), shown("p50", ".2f"),
        shown("p99", ".2f"), shown("look_p99", ".2f"), shown("file_p99", ".2f"),
    )  # fmt: skip


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main())
