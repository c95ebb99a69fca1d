"""How far stories agree with events: those of Wikinews, among a thousand articles that tell of none of them.

    python -m tests.quality.stories --orders --policies

prints the whole card (docs/quality.md).
"""

import sys
from functools import lru_cache
from statistics import mean
from typing import Final

import pytest

from streams.core.stories import StoryPolicy
from tests.data import needs_data
from tests.quality.stories import card, data, metrics, runs

pytestmark = [pytest.mark.quality, needs_data]

# What is reached, rounded down; floors only rise.
ARI_FLOORS: Final = {data.WEEK_LONG: 0.89, data.AS_DATED: 0.91, data.UNDATED: 0.89}  # over the articles of the events
ARI_ALL_FLOORS: Final = {data.WEEK_LONG: 0.71, data.AS_DATED: 0.91, data.UNDATED: 0.66}  # the background counts too
F1_FLOORS: Final = {data.WEEK_LONG: 0.91, data.AS_DATED: 0.93, data.UNDATED: 0.91}
HELD_OUT_ARI_FLOORS: Final = {data.WEEK_LONG: 0.88, data.AS_DATED: 0.89, data.UNDATED: 0.84}
HELD_OUT_F1_FLOORS: Final = {data.WEEK_LONG: 0.90, data.AS_DATED: 0.92, data.UNDATED: 0.89}
SHUFFLES: Final = 5
# Adjusted Rand index of the stories to those in order of publication, the mean of the orders: events only, all.
ORDER_FLOORS: Final = {
    (data.WEEK_LONG, "shuffled"): (0.92, 0.73), (data.WEEK_LONG, "reversed"): (0.94, 0.67),
    (data.WEEK_LONG, "oldest third last"): (0.98, 0.83), (data.AS_DATED, "shuffled"): (0.98, 0.98),
    (data.AS_DATED, "reversed"): (0.97, 0.97), (data.AS_DATED, "oldest third last"): (0.99, 0.99),
}  # fmt: skip
OUT_OF_ORDER_ARI_FLOORS: Final = {data.WEEK_LONG: 0.86, data.AS_DATED: 0.89}  # to the truth, the mean of each order


@lru_cache(maxsize=3)
def in_order(dating: str) -> metrics.Counts:
    """Return the counts of the shipped policy, and print them."""
    articles = data.told(dating)
    counts = runs.counts_of(articles, runs.stories_of(articles))
    sys.stdout.write(f"\nseed {data.SEED}\n{card.table({dating: counts})}\n")
    return counts


@lru_cache(maxsize=4)
def other_orders(dating: str, policy: StoryPolicy | None = None) -> dict[str, list[runs.OutOfOrder]]:
    """Return the stories of other orders of arrival."""
    return runs.in_other_orders(dating, SHUFFLES, policy)


@pytest.mark.parametrize("dating", data.DATINGS)
def test_stories_are_events(dating: str) -> None:
    counts = in_order(dating)
    assert metrics.adjusted_rand_events(counts) >= ARI_FLOORS[dating]
    assert metrics.adjusted_rand(counts) >= ARI_ALL_FLOORS[dating]
    assert metrics.b_cubed_f1(counts) >= F1_FLOORS[dating]


def test_a_threshold_chosen_on_other_events() -> None:
    folds = runs.cross_validated([runs.with_threshold(level) for level in runs.THRESHOLDS])
    levels = [policy.threshold for policy in folds.chosen]
    rows = {f"5-fold, {dating}": counts for dating, counts in folds.counts.items()}
    sys.stdout.write(f"\nseed {data.SEED}, {levels}\n{card.table(rows)}\n")
    for dating, counts in folds.counts.items():
        assert metrics.adjusted_rand_events(counts) >= HELD_OUT_ARI_FLOORS[dating]
        assert metrics.b_cubed_f1(counts) >= HELD_OUT_F1_FLOORS[dating]


@pytest.mark.parametrize("dating", [data.WEEK_LONG, data.AS_DATED])
def test_the_order_of_arrival_matters_little(dating: str) -> None:
    orders = other_orders(dating)
    sys.stdout.write(f"\n{dating}\n{card.orders_table(orders)}\n")
    for name, found in orders.items():
        for column, floor in zip(("alike_events", "alike"), ORDER_FLOORS[dating, name], strict=True):
            assert mean(getattr(each, column) for each in found) >= floor
        truth = mean(metrics.adjusted_rand_events(each.counts) for each in found)
        assert truth >= OUT_OF_ORDER_ARI_FLOORS[dating]


def test_merging_makes_stories_depend_less_on_the_order() -> None:
    found = [other_orders(data.AS_DATED, policy)["shuffled"] for policy in (None, runs.NO_MERGING)]
    merged, apart = (mean(each.alike_events for each in orders) for orders in found)
    assert merged > apart


def test_the_index_of_counts_is_scikit_learns() -> None:
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    truth, stories = [0, 0, 0, 1, 1, -1, -1], [1, 1, 2, 2, 2, 3, 2]
    counts = metrics.count(truth, stories)
    assert metrics.adjusted_rand(counts) == pytest.approx(
        sklearn_metrics.adjusted_rand_score([0, 0, 0, 1, 1, 2, 3], stories)
    )
    assert metrics.adjusted_rand_events(counts) == pytest.approx(
        sklearn_metrics.adjusted_rand_score(truth[:5], stories[:5])
    )
    assert metrics.b_cubed_precision(counts) == pytest.approx((1 + 1 + 1 / 4 + 2 / 4 + 2 / 4) / 5)
    assert metrics.b_cubed_recall(counts) == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
