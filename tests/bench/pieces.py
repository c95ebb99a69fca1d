"""What each piece of the work costs, in one process, as a share of what the entity model alone takes on the same texts.

CPU seconds only: they can be compared while a machine does other work, too. The pieces run in their order, as the
stages call them; the models alone take turns with them, round by round.
"""

import json
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from spacy.language import Language

import streams.core.classify
import streams.core.extract
import streams.core.normalise
import streams.core.outcome
import streams.models.extractor
from producers.items import Item
from streams.contracts import codec
from streams.contracts.events import DuplicateSeen
from streams.core.dedupe import DedupeState
from streams.models.extractor import load_extractor
from streams.models.ner import Recogniser
from streams.models.normalise import load_normalise_models
from streams.models.pool import CHILD_ENVIRONMENT
from streams.models.topics import load_topic_model
from tests.bench import models
from tests.bench.models import BATCHES, SHIPPED, STOCK, Pair
from tests.bench.pipeline import OF_SHIPPED, OF_STOCK, read_items
from tests.bench.stopwatch import Place, Stopwatch
from tests.data import DATA

MAX_SHARE: Final = 0.15  # of the entity model's time: topics, links and quotes together
MAX_LOAD_SECONDS: Final = 3.0  # of all models of a process
PIPELINE: Final = "bench"  # the version that the events name
MODEL: Final = "entity model in newswire"
TOPICS, LINKS, QUOTES = "topics", "links: places and ids", "quotes, with words and sentences"
REST: Final = "all else"

# Each model alone, with its batch sizes: as spaCy has it, to which the bars refer, and with numpy's matrix products.
WITH_NUMPY: Final = ", with numpy's products"
ALONE: Final = {
    SHIPPED: BATCHES, STOCK: BATCHES, SHIPPED + WITH_NUMPY: BATCHES[1:2], STOCK + WITH_NUMPY: BATCHES[1:2],
}  # fmt: skip

# In the order of the stages. What a piece within another one takes is its own only.
PLACES: Final = (
    Place(streams.core.normalise, "normalise", "normalise"),
    Place(streams.core.normalise, "read_language", "language"),
    Place(streams.core.normalise, "find_foreign", "paragraphs of another story"),
    Place(DedupeState, "judge", "dedupe"),
    Place(DedupeState, "apply", "dedupe"),
    Place(streams.core.outcome, "outcome", "dedupe"),
    Place(streams.core.classify, "classify_article", TOPICS),
    Place(Recogniser, "mentions", MODEL),
    Place(streams.core.extract, "extract_entities", "entities: rules and grouping"),
    Place(streams.core.extract, "link_places", LINKS),
    Place(streams.core.extract, "link_wikidata", LINKS),
    Place(streams.core.extract, "read_text", QUOTES),
    Place(streams.core.extract, "find_quotes", QUOTES),
    Place(streams.core.extract, "find_essentials", "lead, dateline, days"),
    Place(codec, "encode", "events to bytes and back"),
    Place(streams.models.extractor, "encode", "events to bytes and back"),
    Place(streams.models.extractor, "decode", "events to bytes and back"),
    Place(pickle, "dumps", "to the pool and back"),
    Place(pickle, "loads", "to the pool and back"),
)

# What a process loads, by what it does; each is run in an interpreter of its own.
LOADED: Final = {
    "normalise, dedupe, classify": """
from streams.models.normalise import load_normalise_models
from streams.models.topics import load_topic_model
load_normalise_models(), load_topic_model()
""",
    "a process of the pool": """
from streams.models.extractor import load_extractor
load_extractor()
""",
}
_TIMED: Final = """
import json, os, time
started = time.perf_counter()
{load}
from tests.bench.processes import peak_mib
print(json.dumps([time.perf_counter() - started, time.process_time(), peak_mib(os.getpid())]))
"""


def run(articles: int, rounds: int) -> None:
    """Print the tables."""
    if not DATA.is_dir():
        print("benchmark of the pieces: no measuring data (set NEWSWIRE_DATA); skipped", file=sys.stderr)
        return
    os.environ.update(CHILD_ENVIRONMENT)
    stages = _Stages([item for item in read_items(articles) if isinstance(item, Item)])
    texts = stages.run(Stopwatch(REST))  # also the warm-up
    alone = {name: models.load(name.removesuffix(WITH_NUMPY), blis=not name.endswith(WITH_NUMPY)) for name in ALONE}
    _alone(alone, texts)
    watches: list[Stopwatch] = []
    bare: list[dict[tuple[str, int], float]] = []
    for _ in range(rounds):
        bare.append(_alone(alone, texts))
        watches.append(Stopwatch(REST))
        stages.run(watches[-1])
    console = Console(width=110)
    _print_pieces(console, len(texts), _best(bare), watches)
    _print_loading(console, rounds)


def _alone(alone: dict[str, Language], texts: Sequence[Pair]) -> dict[tuple[str, int], float]:
    """Return the CPU seconds of each model alone, by batch size."""
    seconds = {}
    for name, nlp in alone.items():
        for batch in ALONE[name]:
            started = time.process_time()
            models.read_all(nlp, texts, batch)
            seconds[name, batch] = time.process_time() - started
    return seconds


def _best(bare: Sequence[dict[tuple[str, int], float]]) -> dict[str, list[float]]:
    """Return the seconds of each model in each round at the batch size that is best in the median."""
    return {
        name: min(([seconds[name, batch] for seconds in bare] for batch in batches), key=statistics.median)
        for name, batches in ALONE.items()
    }


class _Stages:
    """All stages over the same articles, in this process, as the pool's processes and their parent run them."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._models = load_normalise_models()
        self._topics = load_topic_model()
        self._work = load_extractor()

    def run(self, watch: Stopwatch) -> list[Pair]:
        """Enrich the articles, with an empty memory at first; return what the entity model saw."""
        fold = DedupeState(pipeline=PIPELINE)
        with watch.watching(PLACES):
            pairs = [self._enrich(fold, item, f"file/-/0/{number}") for number, item in enumerate(self._items)]
        return [pair for pair in pairs if pair is not None]

    def _enrich(self, fold: DedupeState, item: Item, origin: str) -> Pair | None:
        article = streams.core.normalise.normalise(
            item.value, origin=origin, ingested_at=None, pipeline=PIPELINE, models=self._models
        )
        decision = fold.judge(article, origin, None)
        fold.apply(origin, decision)
        event, _ = streams.core.outcome.outcome(article, decision, origin, PIPELINE)
        if isinstance(event, DuplicateSeen):
            codec.encode(event)
            return None
        classified = streams.core.classify.classify_article(event, self._topics, origin=origin, pipeline=PIPELINE)
        arguments = pickle.loads(pickle.dumps((codec.encode(classified), origin, PIPELINE)))
        pickle.loads(pickle.dumps((False, self._work(*arguments))))
        return event.title, event.text


def _print_pieces(console: Console, articles: int, bare: dict[str, list[float]], watches: Sequence[Stopwatch]) -> None:
    table = Table(
        "what", "CPU s for 1,000 articles", "of the shipped model alone", "rounds",
        title=f"{articles} articles, one process, median of {len(watches)} rounds; alone: nlp.pipe, best batch size",
    )  # fmt: skip
    model = bare[SHIPPED]

    def row(what: str, seconds: Sequence[float]) -> None:
        shares = [one / of for one, of in zip(seconds, model, strict=True)]
        thousand = statistics.median(seconds) / articles * 1_000
        table.add_row(what, f"{thousand:.2f}", f"{statistics.median(shares):.1%}", " ".join(f"{s:.3f}" for s in shares))

    for name, seconds in bare.items():
        row(f"{name} alone", seconds)
    table.add_section()
    for piece in dict.fromkeys([*(place.piece for place in PLACES), REST]):
        row(piece, [watch.seconds[piece] for watch in watches])
    table.add_section()
    whole = [sum(watch.seconds.values()) for watch in watches]
    row("all", whole)
    console.print(table)
    judged = [sum(watch.seconds[piece] for piece in (TOPICS, LINKS, QUOTES)) for watch in watches]
    own = [watch.seconds[MODEL] for watch in watches]
    for what, above, below, bar in (
        ("articles a CPU-second, all / shipped model alone", model, whole, f"at least {OF_SHIPPED:.2f}"),
        ("articles a CPU-second, all / stock small model alone", bare[STOCK], whole, f"at least {OF_STOCK:.2f}"),
        ("articles a CPU-second, all / shipped model" + WITH_NUMPY, bare[SHIPPED + WITH_NUMPY], whole, "none"),
        ("articles a CPU-second, all / stock small model" + WITH_NUMPY, bare[STOCK + WITH_NUMPY], whole, "none"),
        ("topics, links and quotes / shipped model alone", judged, model, f"at most {MAX_SHARE:.2f}"),
        ("topics, links and quotes / the model in newswire", judged, own, "none"),
    ):
        console.print(f"{what}: {_ratio(above, below):.3f} (bar: {bar})")


def _ratio(above: Iterable[float], below: Iterable[float]) -> float:
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


def _print_loading(console: Console, rounds: int) -> None:
    table = Table(
        "process", "wall s (median)", "CPU s (median)", "peak MiB", title="loading of all models, with imports"
    )
    for name, load in LOADED.items():
        wall, cpu, peak = zip(*(_loaded(load) for _ in range(rounds)), strict=True)
        table.add_row(name, f"{statistics.median(wall):.2f}", f"{statistics.median(cpu):.2f}", f"{max(peak):.0f}")
    console.print(table)
    console.print(f"bar: {MAX_LOAD_SECONDS:g} s a process, of the wall on a quiet machine")


def _loaded(load: str) -> tuple[float, float, float]:
    """Return wall seconds, CPU seconds and the peak of the memory of an interpreter that loads something."""
    done = subprocess.run([sys.executable, "-c", _TIMED.format(load=load)], check=True, capture_output=True, text=True)
    wall, cpu, peak = json.loads(done.stdout)
    return wall, cpu, peak
