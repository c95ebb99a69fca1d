"""Articles through the fold, and what stories come of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from sklearn.metrics import adjusted_rand_score

from streams.cli.stories import followed
from streams.core.dedupe import DedupeState
from streams.core.stories import StoryPolicy
from tests.quality.stories import metrics
from tests.quality.stories.data import DATINGS, NO_EVENT, SEED, Told, back_filled, events, newest_first, shuffled, told

FOLDS: Final = 5
THRESHOLDS: Final = (0.105, 0.12, 0.135, 0.15, 0.165, 0.18)
SHUFFLES: Final = 20  # in the whole card; the test takes fewer
WANTED: Final = (metrics.adjusted_rand_events, metrics.adjusted_rand, metrics.b_cubed_f1)  # the threshold is chosen by
NO_MERGING: Final = StoryPolicy(merge_threshold=2.0)  # more than any nearness
Stories = Mapping[str, str]
"""article_id -> story_id."""


def stories_of(articles: Sequence[Told], policy: StoryPolicy | None = None) -> Stories:
    """Feed articles to the fold, one after the other, and return the story that each is in at the end."""
    state, found = DedupeState(stories=policy), {}
    into: dict[str, str] = {}
    for number, item in enumerate(articles):
        decision = state.judge(item.article, f"origin-{number}", None)
        state.apply(f"origin-{number}", decision)
        found[item.article.article_id] = decision.story_id
        into |= {swallowed.story_id: decision.story_id for swallowed in decision.story.merged}
    return {article: followed(story, into) for article, story in found.items()}


def counts_of(articles: Sequence[Told], stories: Stories) -> metrics.Counts:
    """Compare stories with events."""
    return metrics.count([item.event for item in articles], [stories[item.article.article_id] for item in articles])


class Folds(NamedTuple):
    """What five-fold cross-validation over events chose, and what it reaches on the events not chosen on."""

    chosen: tuple[StoryPolicy, ...]
    counts: Mapping[str, metrics.Counts]  # by dating


def with_threshold(level: float, policy: StoryPolicy = StoryPolicy()) -> StoryPolicy:  # noqa: B008 - frozen
    """Return the policy with another threshold; what makes two stories one may not be weaker."""
    return replace(policy, threshold=level, merge_threshold=max(level, policy.merge_threshold))


def policies() -> list[StoryPolicy]:
    """Return every combination of what was chosen: rivalry, decay, lead, terms compared, threshold."""
    return [
        with_threshold(level, StoryPolicy(rivalry=rivalry, half_life_hours=half, lead_words=lead, compared_terms=terms))
        for rivalry, half, lead, terms, level in product((0.0, 0.5), (48, 10_000), (100, 200), (24, 80), THRESHOLDS)
    ]


def cross_validated(choices: Sequence[StoryPolicy], seed: int = SEED) -> Folds:
    """Choose one policy for all datings on four fifths of the events, and take the others from its clusterings.

    Wanted is the largest sum of the adjusted Rand index over the events, of that over the background too, and of
    B-cubed F1; the background is in all folds.
    """
    found = {
        dating: {policy: counts_of(articles, stories_of(articles, policy)) for policy in choices}
        for dating in DATINGS
        for articles in (told(dating, seed),)
    }
    drawn = np.random.default_rng(seed).permutation(len(events()))
    held_out = [drawn[at::FOLDS].tolist() for at in range(FOLDS)]
    chosen = tuple(_best(list(found.values()), fold) for fold in held_out)
    folds = list(zip(held_out, chosen, strict=True))
    return Folds(
        chosen,
        {
            dating: metrics.composed([(fold, counts[policy]) for fold, policy in folds])
            for dating, counts in found.items()
        },
    )


def _best(found: Sequence[Mapping[StoryPolicy, metrics.Counts]], without: Sequence[int]) -> StoryPolicy:
    weights = np.ones(len(events()))
    weights[list(without)] = 0
    return max(
        found[0],
        key=lambda policy: sum(measure(counts[policy], weights) for counts in found for measure in WANTED),
    )


class OutOfOrder(NamedTuple):
    """Stories of another order of arrival: how far they are those in order of publication, and those of the truth."""

    alike: float  # adjusted Rand index to the stories in order, over events and background
    alike_events: float  # over the articles of the events
    counts: metrics.Counts


def in_other_orders(
    dating: str, shuffles: int = SHUFFLES, policy: StoryPolicy | None = None
) -> dict[str, list[OutOfOrder]]:
    """Return the stories of seeded shuffles, of the newest article first, and of the oldest third arriving last."""
    articles = told(dating)
    in_order = stories_of(articles, policy)
    orders = {
        "shuffled": [shuffled(articles, seed) for seed in range(shuffles)],
        "reversed": [newest_first(articles)],
        "oldest third last": [back_filled(articles)],
    }
    return {name: [_compared(each, in_order, policy) for each in found] for name, found in orders.items()}


def _compared(articles: Sequence[Told], in_order: Stories, policy: StoryPolicy | None) -> OutOfOrder:
    stories = stories_of(articles, policy)
    about = [item.article.article_id for item in articles if item.event != NO_EVENT]
    alike, alike_events = (
        float(adjusted_rand_score([in_order[name] for name in names], [stories[name] for name in names]))
        for names in (list(stories), about)
    )
    return OutOfOrder(alike, alike_events, counts_of(articles, stories))
