"""How fast the dedupe fold is, how much it remembers, and how soon it is back.

python -m tests.bench.dedupe_fold
"""

import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, TypeVar

from streams.contracts.events import CleanArticle
from streams.core.dedupe import DedupeState
from streams.core.outcome import outcome
from tests.clean_articles import clean_article
from tests.data import DATA

T = TypeVar("T")
ARTICLES: Final = 8_000
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def load() -> list[CleanArticle]:
    with gzip.open(DATA / "articles/allsides_8k.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][:ARTICLES]
    return [clean_article(row["url"], row["title"], row["body"], published_at=row["date"]) for row in rows]


def resident() -> int:
    """Return the bytes that this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def fold(articles: list[CleanArticle]) -> tuple[DedupeState, list[bytes]]:
    state, kept = DedupeState(), []
    for number, article in enumerate(articles):
        origin, at = f"news.raw-1-{number % 8}-{number}", 1_000 * number
        for old in state.expired(at):
            state.forget(old)
        decision = state.judge(article, origin, at)
        state.apply(origin, decision)
        outcome(article, decision, origin, "pipeline")
        kept.append(decision.encode())
    return state, kept


def rebuild(kept: list[bytes]) -> DedupeState:
    state = DedupeState()
    for number, value in enumerate(kept):
        state.restore(f"news.raw-1-{number % 8}-{number}", value)
    return state


def timed(what: str, count: int, run: Callable[[], T]) -> T:
    wall, cpu = perf_counter(), process_time()
    result = run()
    wall, cpu = perf_counter() - wall, process_time() - cpu
    sys.stdout.write(f"{what}: {count / wall:,.0f} articles/s ({count / cpu:,.0f} a second of processor time)\n")
    return result


def main() -> None:
    articles = load()
    words = sum(len(article.text.split()) for article in articles)
    sys.stdout.write(f"{len(articles)} articles, {words / len(articles):.0f} words each\n")
    _, kept = fold(articles[:200])
    lived, kept = timed("fold", len(articles), lambda: fold(articles))
    sys.stdout.write(f"a decision: {sum(map(len, kept)) / len(kept):,.0f} bytes\n")
    before = resident()
    state = timed("rebuild from the changelog", len(kept), lambda: rebuild(kept))
    sys.stdout.write(f"state: {(resident() - before) / len(kept):,.0f} bytes an article\n")
    del state, lived


if __name__ == "__main__":
    main()
