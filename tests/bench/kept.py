"""What is kept of each article: its row in the table `articles`, on disk and in memory; resolve's decision, decoded.

python -m tests.bench.kept [--articles N]

Memory is what Python's allocator gave out (tracemalloc); newswire's processes hold more, for what lies between.
"""

import argparse
import gc
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import faust
from rich.console import Console
from rich.table import Table

from streams.contracts.codec import encode
from streams.contracts.events import EnrichedArticle
from streams.contracts.origin import Origin
from streams.contracts.position import position_header
from streams.core.entity_names import Article
from streams.core.resolution import Resolution
from streams.core.resolve import ResolveState
from streams.core.tabulate import row
from streams.delivery.rows import Rows
from streams.delivery.shelf import DiskShelf
from tests.bench.pipeline import read_enriched
from tests.data import DATA

ROWS: Final = 20_000  # in the table; the articles' rows in turn
PARTITIONS: Final = 8


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kept", description=__doc__)
    parser.add_argument("--articles", type=int, default=200, help="from AllSides (default: 200)")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        sys.stderr.write("kept benchmark: no measuring data (set NEWSWIRE_DATA); skipped\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        articles = read_enriched(arguments.articles, Path(folder))
        rows = [encode(row(article)) for article in articles]
        figures = {
            "words of an article": sum(len(article.text.split()) for article in articles) / len(articles),
            "bytes of its row, on disk": sum(map(len, rows)) / len(rows),
            "bytes of memory, row of the table": _of_table(rows, Path(folder)),
            **_of_decisions(articles),
        }
    table = Table("what", "mean", title=f"{len(articles)} articles")
    for what, mean in figures.items():
        table.add_row(what, f"{mean:,.0f}")
    Console().print(table)
    return 0


def _of_table(rows: Sequence[bytes], folder: Path) -> float:
    app = faust.App("kept", broker="kafka://127.0.0.1:1", store="memory://")
    table: Any = Rows(app, epochs={}, shelf=DiskShelf(folder), name="kept", partitions=PARTITIONS)
    before = _started()
    for number in range(ROWS):
        place = Origin("news.enriched", "epoch", number % PARTITIONS, number)
        key, value = str(UUID(int=number)).encode(), rows[number % len(rows)]
        message = SimpleNamespace(key=key, value=value, partition=place.partition, headers=position_header(place))
        table.apply_changelog_batch([SimpleNamespace(key=key, value=value, message=message)])
    return (_held() - before) / ROWS


def _of_decisions(articles: Sequence[EnrichedArticle]) -> dict[str, float]:
    state, stored = ResolveState(), list[bytes]()
    for number, article in enumerate(articles):
        origin = str(Origin("news.raw", "epoch", 0, number))
        decision = state.judge(article, origin, number)
        state.apply(origin, decision)
        stored.append(decision.encode())
    packed = [Article.of(Resolution.decode(value)).packed() for value in stored]
    return {
        "bytes of a decision, on disk": (sum(map(len, stored)) + sum(map(len, packed))) / len(stored),
        "bytes of memory, decision": _mean(Resolution.decode, stored),
        "bytes of memory, article of it": _mean(Article.unpacked, packed),
    }


def _mean(read: Callable[[bytes], object], values: Sequence[bytes]) -> float:
    before = _started()
    held = [read(value) for value in values]
    return (_held() - before) / len(held)


def _started() -> int:
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return _held()


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    sys.exit(main())
