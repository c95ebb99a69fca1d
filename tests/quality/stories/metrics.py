"""How far a clustering agrees with the events: adjusted Rand index and B-cubed, with intervals over events.

Both are sums over events, so a sample of the events, or a fold of them, is a weight for each. Hubert and Arabie,
"Comparing partitions", J. of Classification 2 (1985); Bagga and Baldwin, "Entity-based cross-document coreferencing
using the vector space model", COLING-ACL 1998; percentile intervals as in Efron and Tibshirani, "An introduction to
the bootstrap" (1993).
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
RESAMPLES: Final = 2_000
CONFIDENCE: Final = 95.0


class Counts(NamedTuple):
    """What a clustering does to each event: numbers of articles, and of pairs of articles in one story."""

    articles: Floats  # of each event
    within: Floats  # pairs of one event in one story
    background: Floats  # pairs of an article of the event and one of the background
    across: Floats  # pairs of two events; symmetrical
    strangers: float  # pairs of background articles
    others: int  # articles of the background
    precision: Floats  # B-cubed, summed over the articles of the event
    recall: Floats


Measure: TypeAlias = Callable[..., float]
"""Takes counts, and a weight for each event."""


def count(truth: Sequence[int], stories: Sequence[Hashable]) -> Counts:
    """Count pairs and B-cubed of a clustering; events are numbered from 0, the background is negative."""
    events = max(truth) + 1
    sizes = Counter(stories)
    shares = Counter(zip(truth, stories, strict=True))
    articles = np.bincount([event for event in truth if event >= 0], minlength=events).astype(float)
    precision, recall = np.zeros(events), np.zeros(events)
    table = np.zeros((events + 1, len(sizes)))  # the last row is the background's
    columns = {story: at for at, story in enumerate(sizes)}
    for (event, story), share in shares.items():
        table[event if event >= 0 else events, columns[story]] += share
        if event >= 0:
            precision[event] += share * share / sizes[story]
            recall[event] += share * share / articles[event]
    pairs = table @ table.T
    own = (pairs.diagonal() - table.sum(axis=1)) / 2
    across = pairs[:events, :events].copy()
    np.fill_diagonal(across, 0)
    others = int(table[events].sum())
    return Counts(articles, own[:events], pairs[:events, events], across, float(own[events]), others, precision, recall)


def composed(folds: Sequence[tuple[Sequence[int], Counts]]) -> Counts:
    """Return counts that take each fold's events from its own clustering, and the mean where folds have a part both."""
    made = folds[0][1]
    articles, within, background, precision, recall = (np.zeros(len(made.articles)) for _ in range(5))
    rows = np.zeros_like(made.across)
    for events, counts in folds:
        at = list(events)
        articles[at], within[at], background[at] = counts.articles[at], counts.within[at], counts.background[at]
        precision[at], recall[at], rows[at] = counts.precision[at], counts.recall[at], counts.across[at]
    strangers = float(np.mean([counts.strangers for _, counts in folds]))
    return Counts(articles, within, background, (rows + rows.T) / 2, strangers, made.others, precision, recall)


def adjusted_rand(counts: Counts, weights: Floats | None = None) -> float:
    """Return the adjusted Rand index over events and background, whose articles are each a story of its own."""
    return _adjusted_rand(counts, weights, alone=False)


def adjusted_rand_events(counts: Counts, weights: Floats | None = None) -> float:
    """Return the adjusted Rand index over the articles of the events only."""
    return _adjusted_rand(counts, weights, alone=True)


def _adjusted_rand(counts: Counts, weights: Floats | None, *, alone: bool) -> float:
    by = np.ones(len(counts.articles)) if weights is None else weights
    total = by @ counts.articles + (0 if alone else counts.others)
    right = by @ counts.within
    said = right + by @ counts.across @ by / 2
    if not alone:
        said += by @ counts.background + counts.strangers
    wanted = by @ (counts.articles * (counts.articles - 1) / 2)
    expected = wanted * said / (total * (total - 1) / 2)
    return float((right - expected) / ((wanted + said) / 2 - expected))


def b_cubed_precision(counts: Counts, weights: Floats | None = None) -> float:
    """Return B-cubed precision over the articles of the events; background in their stories spoils it."""
    return _mean(counts.precision, counts, weights)


def b_cubed_recall(counts: Counts, weights: Floats | None = None) -> float:
    """Return B-cubed recall over the articles of the events."""
    return _mean(counts.recall, counts, weights)


def b_cubed_f1(counts: Counts, weights: Floats | None = None) -> float:
    """Return the harmonic mean of B-cubed precision and recall."""
    precision, recall = b_cubed_precision(counts, weights), b_cubed_recall(counts, weights)
    return 2 * precision * recall / (precision + recall)


def _mean(sums: Floats, counts: Counts, weights: Floats | None) -> float:
    by = np.ones(len(sums)) if weights is None else weights
    return float(by @ sums / (by @ counts.articles))


def interval(measure: Measure, counts: Counts, seed: int) -> tuple[float, float]:
    """Return the percentile interval of a measure over samples of the events, drawn with replacement."""
    events = len(counts.articles)
    drawn = np.random.default_rng(seed).multinomial(events, [1 / events] * events, RESAMPLES)
    values = [measure(counts, weights.astype(float)) for weights in drawn]
    low, high = np.percentile(values, [(100 - CONFIDENCE) / 2, (100 + CONFIDENCE) / 2])
    return float(low), float(high)
