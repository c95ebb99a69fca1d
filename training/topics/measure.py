"""How good and how fast the topic classifier is."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from streams.core.classify import Floats, TopicModel, choose, classify, count_terms, rate, weigh
from training.topics.corpus import ALLSIDES, json_lines
from training.topics.fit import Example, Matrix, calibrate, f1, fit, folds, matrix, out_of_fold, topic_matrix

Sections = tuple[Path, dict[str, tuple[str, ...]]]  # a corpus, and the topics that each of its sections stands for

BBC: Sections = (Path("topics/bbc.jsonl.gz"), {
    "business": ("medtop:04000000",),
    "entertainment": ("medtop:01000000",),
    "politics": ("medtop:11000000",),
    "sport": ("medtop:15000000",),
    "tech": ("medtop:13000000",),
})  # fmt: skip
AG: Sections = (Path("topics/agnews_a.jsonl.gz"), {
    "business": ("medtop:04000000",),
    "sports": ("medtop:15000000",),
    "sci/tech": ("medtop:13000000",),
    # "World" is a section, not a topic: whatever a foreign desk reports.
    "world": ("medtop:11000000", "medtop:16000000", "medtop:02000000", "medtop:03000000", "medtop:12000000"),
})  # fmt: skip
SPEED_ARTICLES = 500


class Quality(NamedTuple):
    """Of topics given against topics labelled; `top1` is how often the likeliest topic is among the labelled."""

    micro_f1: float
    macro_f1: float
    top1: float
    articles: int
    per_topic: tuple[tuple[int, int, float, float], ...]  # labelled, given, precision, recall


def cross_validate(articles: Sequence[Example], definitions: Sequence[Example]) -> Quality:
    """Nested: of each outer fold, fit, calibration and thresholds have seen only the others."""
    fold_of = folds(articles)
    topics = topic_matrix(articles)
    probabilities = np.zeros(topics.shape)
    given = np.zeros_like(topics)
    for fold in sorted(set(fold_of.tolist())):
        known = [a for a, f in zip(articles, fold_of, strict=True) if f != fold]
        held_out = np.flatnonzero(fold_of == fold).tolist()
        # Another seed than the outer folds, or an inner fold would be an outer one without a piece.
        calibration = calibrate(out_of_fold(known, definitions, seed=fold), topic_matrix(known))
        fitted = fit(known, definitions)
        features = matrix([articles[i].counts for i in held_out], fitted.vocabulary, fitted.idf)
        logits = (features @ fitted.weights + fitted.bias) * calibration.scale + calibration.shift
        probabilities[held_out] = 1 / (1 + np.exp(-logits))
        for index in held_out:
            given[index, list(choose(probabilities[index], calibration.thresholds))] = True
    return quality(given, topics, probabilities)


def quality(given: Matrix, topics: Matrix, probabilities: Floats) -> Quality:
    """The figures of [N, K] decisions."""
    columns = range(topics.shape[1])
    hits = [int((given[:, k] & topics[:, k]).sum()) for k in columns]
    return Quality(
        micro_f1=f1(given, topics),
        macro_f1=float(np.mean([f1(given[:, k], topics[:, k]) for k in columns])),
        top1=float(topics[np.arange(len(topics)), probabilities.argmax(axis=1)].mean()),
        articles=len(topics),
        per_topic=tuple(
            (
                int(topics[:, k].sum()),
                int(given[:, k].sum()),
                hits[k] / max(1, int(given[:, k].sum())),
                hits[k] / max(1, int(topics[:, k].sum())),
            )
            for k in columns
        ),
    )


def section_accuracy(data: Path, model: TopicModel, corpus: Sections) -> float:
    """How often the likeliest of the corpus's own sections is the right one. Measured only, never trained on."""
    path, topics_of = corpus
    columns = {section: [model.ids.index(topic) for topic in topics] for section, topics in topics_of.items()}
    right = total = 0
    for record in json_lines(data / path):
        counts = count_terms(record.get("title", ""), record["text"])
        scores = rate(weigh(counts, model.vocabulary, model.idf), model)
        likeliest = max(columns, key=lambda section: float(scores[columns[section]].max()))
        right += likeliest == record["label"].lower()
        total += 1
    return right / total


def milliseconds_per_article(data: Path, model: TopicModel) -> tuple[float, float]:
    """Milliseconds of processor time and words per article of US news, after a round that warms the caches."""
    articles = []
    for record in json_lines(data / ALLSIDES):
        articles.append((record["title"], record["body"]))
        if len(articles) == SPEED_ARTICLES:
            break
    for title, text in articles[:50]:
        classify(title, text, model)
    started = time.process_time()
    for title, text in articles:
        classify(title, text, model)
    elapsed = time.process_time() - started
    words = sum(len(text.split()) for _, text in articles)
    return 1000 * elapsed / len(articles), words / len(articles)
