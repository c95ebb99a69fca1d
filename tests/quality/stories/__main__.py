"""Print the score card: `python -m tests.quality.stories`."""

import argparse

from streams.core.stories import StoryPolicy
from tests.quality.stories import card, data, runs


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="stories against events")
    parser.add_argument("--orders", action="store_true", help="other orders of arrival too (some 4 minutes)")
    parser.add_argument("--policies", action="store_true", help="folds choose more than the threshold (10 minutes)")
    options = parser.parse_args()
    rows = {}
    for dating in data.DATINGS:
        articles = data.told(dating)
        rows[dating] = runs.counts_of(articles, runs.stories_of(articles))
        rows[f"{dating}, nothing merged"] = runs.counts_of(articles, runs.stories_of(articles, runs.NO_MERGING))
    folds = runs.cross_validated([runs.with_threshold(level) for level in runs.THRESHOLDS])
    rows |= {f"{dating}, 5-fold": counts for dating, counts in folds.counts.items()}
    levels = [policy.threshold for policy in folds.chosen]
    print(f"seed {data.SEED}, threshold {StoryPolicy().threshold}; chosen by fold: {levels}")
    print(card.table(rows), flush=True)
    articles = data.told()
    print(card.faults(articles, runs.stories_of(articles)), flush=True)
    for dating in (data.WEEK_LONG, data.AS_DATED) if options.orders else ():
        for title, policy in (("", None), (", nothing merged", runs.NO_MERGING)):
            orders = runs.in_other_orders(dating, policy=policy)
            print(f"\nother orders, {dating}{title}\n{card.orders_table(orders)}", flush=True)
    if options.policies:
        folds = runs.cross_validated(runs.policies())
        print("\nchosen by fold from all policies", *folds.chosen, card.table(folds.counts), sep="\n")


if __name__ == "__main__":
    main()
