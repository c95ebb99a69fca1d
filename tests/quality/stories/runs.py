"""Articles through the fold, and what stories come of them."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from sklearn.metrics import adjusted_rand_score

from streams.core.dedupe import DedupeState
from streams.core.stories import StoryPolicy
from tests.quality.stories import metrics
from tests.quality.stories.data import NO_EVENT, SEED, Told, back_filled, events, shuffled, told

FOLDS: Final = 5
THRESHOLDS: Final = (0.10, 0.12, 0.14, 0.16, 0.18, 0.20, 0.22, 0.25)
SHUFFLES: Final = 20
WANTED: Final = (metrics.adjusted_rand_events, metrics.b_cubed_f1)  # what the threshold is chosen by
Stories = Mapping[str, str]
"""article_id -> story_id."""


def stories_of(articles: Sequence[Told], policy: StoryPolicy | None = None) -> Stories:
    """Feed articles to the fold, one after the other, and return the story of each."""
    state, found = DedupeState(stories=policy), {}
    for number, item in enumerate(articles):
        decision = state.judge(item.article, f"origin-{number}", None)
        state.apply(f"origin-{number}", decision)
        found[item.article.article_id] = decision.story_id
    return found


def counts_of(articles: Sequence[Told], stories: Stories) -> metrics.Counts:
    """Compare stories with events."""
    return metrics.count([item.event for item in articles], [stories[item.article.article_id] for item in articles])


class Folds(NamedTuple):
    """What five-fold cross-validation over events chose, and what it reaches on the events not chosen on."""

    thresholds: tuple[float, ...]
    counts: metrics.Counts


def cross_validated(seed: int = SEED) -> Folds:
    """Choose the threshold on four fifths of the events, and take the rest of the events from its clustering.

    Wanted is the largest sum of the adjusted Rand index over the events and B-cubed F1, for which there are floors; the
    background is in all folds.
    """
    articles = told(seed=seed)
    found = {level: counts_of(articles, stories_of(articles, StoryPolicy(threshold=level))) for level in THRESHOLDS}
    drawn = np.random.default_rng(seed).permutation(len(events()))
    held_out = [drawn[at::FOLDS].tolist() for at in range(FOLDS)]
    chosen = tuple(_best(found, fold) for fold in held_out)
    parts = [(fold, found[level]) for fold, level in zip(held_out, chosen, strict=True)]
    return Folds(chosen, metrics.composed(parts))


def _best(found: Mapping[float, metrics.Counts], without: Sequence[int]) -> float:
    weights = np.ones(len(events()))
    weights[list(without)] = 0
    return max(found, key=lambda level: sum(measure(found[level], weights) for measure in WANTED))


class OutOfOrder(NamedTuple):
    """Stories of another order of arrival: how far they are those in order of publication, and those of the truth."""

    alike: float  # adjusted Rand index to the stories in order, over events and background
    alike_events: float  # over the articles of the events
    counts: metrics.Counts


def in_other_orders(dating: str) -> dict[str, list[OutOfOrder]]:
    """Return the stories of seeded shuffles, and of the oldest third arriving last."""
    articles = told(dating)
    in_order = stories_of(articles)
    orders = {
        "shuffled": [shuffled(articles, seed) for seed in range(SHUFFLES)],
        "oldest third last": [back_filled(articles)],
    }
    return {name: [_compared(each, in_order) for each in found] for name, found in orders.items()}


def _compared(articles: Sequence[Told], in_order: Stories) -> OutOfOrder:
    stories = stories_of(articles)
    about = [item.article.article_id for item in articles if item.event != NO_EVENT]
    alike, alike_events = (
        float(adjusted_rand_score([in_order[name] for name in names], [stories[name] for name in names]))
        for names in (list(stories), about)
    )
    return OutOfOrder(alike, alike_events, counts_of(articles, stories))
