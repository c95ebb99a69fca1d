"""How good and how fast the topic classifier is."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.core.classify import Floats, TopicModel, choose, classify
from training.topics.corpus import ALLSIDES, json_lines
from training.topics.fit import Example, Matrix, calibrate, f1, fit, folds, matrix, out_of_fold, topic_matrix

SPEED_ARTICLES = 500
LEAST_SCORED = 10  # articles of a topic in what is measured; with fewer it is named, not scored


class Validated(NamedTuple):
    """Articles that the model had not seen, and what it says of them."""

    seen: npt.NDArray[np.intp]  # [N], their places among all articles
    given: Matrix  # [N, K]
    topics: Matrix  # [N, K], as labelled
    probabilities: Floats  # [N, K]


class Quality(NamedTuple):
    """Of top concepts given against those labelled; `top1` is how often the likeliest one is among the labelled."""

    micro_f1: float
    macro_f1: float
    top1: float
    articles: int
    per_topic: tuple[tuple[int, int, float, float], ...]  # labelled, given, precision, recall; finer ones last
    finer_precision: float  # of all finer topics given
    finer_recall: float  # of all finer topics labelled


def cross_validate(articles: Sequence[Example], definitions: Sequence[Example], parents: Sequence[int]) -> Validated:
    """Nested: of each outer fold, fit, calibration and thresholds have seen only the others."""
    fold_of = folds(articles)
    outer = [np.flatnonzero(fold_of == fold).tolist() for fold in sorted(set(fold_of.tolist()))]
    return validate(articles, definitions, parents, outer)


def validate(
    articles: Sequence[Example], definitions: Sequence[Example], parents: Sequence[int], parts: Sequence[Sequence[int]]
) -> Validated:
    """What the articles of the parts get; fit, calibration and thresholds of a part have seen only the others."""
    topics = topic_matrix(articles)
    probabilities = np.zeros(topics.shape)
    given = np.zeros_like(topics)
    for seed, part in enumerate(parts):
        out = set(part)
        groups = {articles[index].group for index in part}  # copies of what is held out are no training
        known = [a for index, a in enumerate(articles) if index not in out and a.group not in groups]
        # Another seed than the outer folds, or an inner fold would be an outer one without a piece.
        calibration = calibrate(out_of_fold(known, definitions, seed=seed), topic_matrix(known), parents)
        fitted = fit(known, definitions)
        features = matrix([articles[index].counts for index in part], fitted.vocabulary, fitted.idf)
        logits = (features @ fitted.weights + fitted.bias) * calibration.scale + calibration.shift
        probabilities[part] = 1 / (1 + np.exp(-logits))
        for index in part:
            given[index, list(choose(probabilities[index], calibration.thresholds, parents))] = True
    seen = np.array(sorted(index for part in parts for index in part))
    return Validated(seen, given[seen], topics[seen], probabilities[seen])


def quality(validated: Validated, parents: Sequence[int]) -> Quality:
    """The figures of [N, K] decisions; of the macro mean those with LEAST_SCORED positives or more."""
    _, given, topics, probabilities = validated
    tops = [column for column, parent in enumerate(parents) if column == parent]
    finer = [column for column, parent in enumerate(parents) if column != parent]
    scored = [column for column in tops if topics[:, column].sum() >= LEAST_SCORED]
    hits = (given & topics).sum(axis=0)
    right = float(hits[finer].sum())
    return Quality(
        micro_f1=f1(given[:, tops], topics[:, tops]),
        macro_f1=float(np.mean([f1(given[:, k], topics[:, k]) for k in scored])),
        top1=float(topics[np.arange(len(topics)), probabilities[:, tops].argmax(axis=1)].mean()),
        articles=len(topics),
        per_topic=tuple(
            (
                int(topics[:, k].sum()),
                int(given[:, k].sum()),
                int(hits[k]) / max(1, int(given[:, k].sum())),
                int(hits[k]) / max(1, int(topics[:, k].sum())),
            )
            for k in (*tops, *finer)
        ),
        finer_precision=right / max(1, int(given[:, finer].sum())),
        finer_recall=right / max(1, int(topics[:, finer].sum())),
    )


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
