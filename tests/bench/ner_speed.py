"""Speed of the entity model on one core, beside the stock small model: `python -m tests.bench.ner_speed [articles]`.

Words a CPU-second, text by text as the extract stage reads them, and in spaCy's batches; the same texts, in turn, three
rounds, of which the median is printed. Only the models: no rule of `streams/core`. Loading is not counted.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from spacy.language import Language

from producers.items import Item
from producers.sources.files import read_files
from streams.models.ner import load_ner, load_pipeline
from streams.models.threads import use_one_thread
from tests.data import DATA
from training.ner.score import load_stock

ROUNDS: Final = 3
ARTICLES: Final = 60
BATCH: Final = 64


def main() -> None:
    """Measure, and print."""
    use_one_thread()
    texts = _texts(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES)
    models: dict[str, tuple[Language, Callable[[Language, Sequence[str]], None]]] = {
        "stock small model, text by text": (load_stock(), _each),
        f"stock small model, batches of {BATCH}": (load_stock(), _batched),
        "shipped, spaCy's walk, text by text": (load_pipeline(), _each),
        f"shipped, spaCy's walk, batches of {BATCH}": (load_pipeline(), _batched),
        "shipped, text by text": (load_ner(), _each),
    }
    for nlp, read in models.values():
        read(nlp, texts)  # the words are known by then, as in a process that has run for a while
    rounds = [{name: _rate(nlp, read, texts) for name, (nlp, read) in models.items()} for _ in range(ROUNDS)]
    medians = {name: statistics.median(rates[name] for rates in rounds) for name in models}
    stock = max(rate for name, rate in medians.items() if name.startswith("stock"))
    words = sum(len(text.split()) for text in texts)
    print(f"{len(texts)} articles of {words // len(texts)} words, median of {ROUNDS} rounds\n")
    print("| model | words a CPU-second | of the stock model's best |\n| --- | --- | --- |")
    for name, rate in medians.items():
        print(f"| {name} | {rate:,.0f} | {rate / stock:.2f} |")


def _texts(count: int) -> list[str]:
    path = DATA / "articles" / "allsides_8k.jsonl.gz"
    read = read_files([str(path)], mapping={"body": "text", "date": "published_at"})
    return [json.loads(item.value)["text"] for item in islice(read, count) if isinstance(item, Item)]


def _rate(nlp: Language, read: Callable[[Language, Sequence[str]], None], texts: Sequence[str]) -> float:
    started = time.process_time()
    read(nlp, texts)
    return sum(len(text.split()) for text in texts) / (time.process_time() - started)


def _each(nlp: Language, texts: Sequence[str]) -> None:
    for text in texts:
        nlp(text)


def _batched(nlp: Language, texts: Sequence[str]) -> None:
    for _ in nlp.pipe(texts, batch_size=BATCH):
        pass


if __name__ == "__main__":
    main()
