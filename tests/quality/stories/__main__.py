"""Print the score card: `python -m tests.quality.stories`."""

import argparse

from streams.core.stories import StoryPolicy
from tests.quality.stories import card, data, runs


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="stories against events")
    parser.add_argument("--orders", action="store_true", help="other orders of arrival too (some 5 minutes)")
    options = parser.parse_args()
    rows = {}
    for dating in data.DATINGS:
        articles = data.told(dating)
        rows[f"in order, {dating}"] = runs.counts_of(articles, runs.stories_of(articles))
    folds = runs.cross_validated()
    rows["5-fold, one week"] = folds.counts
    print(f"seed {data.SEED}, threshold {StoryPolicy().threshold}; chosen by fold: {folds.thresholds}")
    print(card.table(rows), flush=True)
    articles = data.told()
    print(card.faults(articles, runs.stories_of(articles)), flush=True)
    for dating in (data.WEEK_LONG, data.AS_DATED) if options.orders else ():
        print(f"\nother orders, {dating}\n{card.orders_table(runs.in_other_orders(dating))}", flush=True)


if __name__ == "__main__":
    main()
