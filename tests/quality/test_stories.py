"""How far stories agree with events: those of Wikinews, among a thousand articles that tell of none of them.

    python -m tests.quality.stories --orders --policies

prints the whole card (docs/quality.md).
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from statistics import mean
from typing import Final

import pytest

from streams.core.stories import StoryPolicy
from tests.data import needs_data
from tests.quality.figures import Figure
from tests.quality.plugin import Recorder
from tests.quality.stories import card as tables
from tests.quality.stories import data, metrics, runs

pytestmark = [pytest.mark.quality, needs_data]

SHUFFLES: Final = 5
MEASURES: Final = {
    "ARI, events": metrics.adjusted_rand_events, "ARI, all": metrics.adjusted_rand, "B³ F1": metrics.b_cubed_f1,
}  # fmt: skip


@lru_cache(maxsize=3)
def in_order(dating: str) -> metrics.Counts:
    """Return the counts of the shipped policy."""
    articles = data.told(dating)
    return runs.counts_of(articles, runs.stories_of(articles))


@lru_cache(maxsize=4)
def other_orders(dating: str, policy: StoryPolicy | None = None) -> dict[str, list[runs.OutOfOrder]]:
    """Return the stories of other orders of arrival."""
    return runs.in_other_orders(dating, SHUFFLES, policy)


def figures(row: str, counts: metrics.Counts, measures: Iterable[str] = MEASURES) -> dict[str, Figure]:
    """Return measures of a row, with intervals over samples of the events."""
    return {
        f"{row}: {name}": Figure(
            MEASURES[name](counts), len(counts.articles), *metrics.interval(MEASURES[name], counts, data.SEED)
        )
        for name in measures
    }


@pytest.mark.parametrize("dating", data.DATINGS)
def test_stories_are_events(dating: str, card: Recorder) -> None:
    card.tell(f"seed {data.SEED}\n{tables.table({dating: in_order(dating)})}")
    card.check("stories", figures(dating, in_order(dating)))


def test_a_threshold_chosen_on_other_events(card: Recorder) -> None:
    folds = runs.cross_validated([runs.with_threshold(level) for level in runs.THRESHOLDS])
    levels = [policy.threshold for policy in folds.chosen]
    rows = {f"{dating}, 5-fold": counts for dating, counts in folds.counts.items()}
    card.tell(f"seed {data.SEED}, {levels}\n{tables.table(rows)}")
    found = [figures(row, counts, ("ARI, events", "B³ F1")) for row, counts in rows.items()]
    card.check("stories", dict(chain.from_iterable(each.items() for each in found)))


@pytest.mark.parametrize("dating", [data.WEEK_LONG, data.AS_DATED])
def test_the_order_of_arrival_matters_little(dating: str, card: Recorder) -> None:
    orders = other_orders(dating)
    card.tell(f"{dating}\n{tables.orders_table(orders)}")
    found: dict[str, Figure] = {}
    for name, arrivals in orders.items():
        means = {
            "ARI to in-order, events": mean(each.alike_events for each in arrivals),
            "ARI to in-order, all": mean(each.alike for each in arrivals),
            "ARI, events": mean(metrics.adjusted_rand_events(each.counts) for each in arrivals),
        }
        events = len(arrivals[0].counts.articles)
        found |= {f"{dating}, {name}: {measure}": Figure(value, events) for measure, value in means.items()}
    card.check("stories", found)


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
