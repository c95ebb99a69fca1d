"""The figures of topics that were given beside those that were labelled, with intervals over articles."""

from collections.abc import Sequence

import numpy as np

from tests.quality.figures import Figure, Floats, drawn, f1, ratio, share
from training.topics.measure import LEAST_SCORED, Validated


def topic_figures(decided: Validated, parents: Sequence[int]) -> dict[str, Figure]:
    """Return the figures of [N, K] decisions; a column that is its own parent is a top topic."""
    tops = [column for column, parent in enumerate(parents) if column == parent]
    finer = [column for column, parent in enumerate(parents) if column != parent]
    given, topics = decided.given.astype(float), decided.topics.astype(float)
    hits = given * topics
    likeliest = decided.probabilities[:, tops].argmax(axis=1)
    right = topics[:, tops][np.arange(len(topics)), likeliest]
    return {
        f"micro F1, {len(tops)} topics": f1(_sums(each, tops) for each in zip(hits, given, topics, strict=True)),
        f"macro F1, {len(tops)} topics": _macro(
            hits, given, topics, [column for column in tops if topics[:, column].sum() >= LEAST_SCORED]
        ),
        "the likeliest topic is labelled": share(int(right.sum()), len(right)),
        "precision of finer topics": ratio(_sums(each, finer) for each in zip(hits, given, strict=True)),
    }


def _sums(columns: Sequence[Floats], chosen: Sequence[int]) -> tuple[float, ...]:
    return tuple(float(column[chosen].sum()) for column in columns)


def _macro(hits: Floats, given: Floats, topics: Floats, scored: Sequence[int]) -> Figure:
    """Return the mean of the topics' F1; an article is a row of hits and of topics given or labelled."""
    width = len(scored)
    rows = np.hstack([2 * hits[:, scored], (given + topics)[:, scored]])

    def measure(sums: Floats) -> Floats:
        means: Floats = np.divide(
            sums[:, :width], sums[:, width:], out=np.zeros_like(sums[:, :width]), where=sums[:, width:] > 0
        ).mean(axis=1)
        return means

    return drawn((tuple(row) for row in rows), measure, count=lambda _: len(rows))
