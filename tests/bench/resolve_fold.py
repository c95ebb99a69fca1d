"""What resolve takes for an article, where all of its window lies in memory, and where little of it does.

python -m tests.bench.resolve_fold [--articles N] [--rounds N]

A window of 100,000 articles has a twelfth of its articles in memory, and a fiftieth of its decisions.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from streams.contracts.events import EnrichedArticle
from streams.core import entity_memory
from streams.core.resolve import ResolveState
from streams.delivery.shelf import DiskShelf
from tests.bench.pipeline import read_enriched
from tests.data import DATA

# Of the articles, and of the decisions, of the window: one in so many is kept in memory.
SHARES: Final = {"all in memory": (1, 1), "as of 100,000": (12, 50)}
SECOND_MS: Final = 1_000  # from one article to the next


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.resolve_fold", description=__doc__)
    parser.add_argument("--articles", type=int, default=2_000, help="from AllSides (default: 2,000)")
    parser.add_argument("--rounds", type=int, default=3, help="in turn; medians are shown (default: 3)")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        sys.stderr.write("resolve benchmark: no measuring data (set NEWSWIRE_DATA); skipped\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        articles = read_enriched(arguments.articles, Path(folder))
        taken: dict[str, list[float]] = {name: [] for name in SHARES}
        for _ in range(arguments.rounds):
            for name, (fewer, fewest) in SHARES.items():
                kept, whole = (max(1, len(articles) // share) for share in (fewer, fewest))
                with patch.multiple(entity_memory, _ARTICLES=kept, _DECISIONS=whole):
                    taken[name].append(_last_half_ms(articles, Path(folder)))
    table = Table("window", "ms of CPU an article", title=f"{len(articles)} articles, the last half of them")
    for name, times in taken.items():
        table.add_row(name, f"{median(times):.2f}")
    Console().print(table)
    return 0


def _last_half_ms(articles: Sequence[EnrichedArticle], folder: Path) -> float:
    """Fold them; return what one of the last half took, which has the others behind it."""
    state, started = ResolveState(None, DiskShelf(folder)), 0.0
    for number, article in enumerate(articles):
        if number == len(articles) // 2:
            started = process_time()
        origin = f"news.raw/epoch/0/{number}"
        state.apply(origin, state.judge(article, origin, number * SECOND_MS))
    return (process_time() - started) * 1_000 / (len(articles) - len(articles) // 2)


if __name__ == "__main__":
    sys.exit(main())
