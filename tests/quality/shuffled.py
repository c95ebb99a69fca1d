"""Whether copy groups depend on the order of arrival: the same articles, shuffled 20 times.

    python -m tests.quality.shuffled

Groups are compared as they are in the end, after all merges. The measure is the share of articles whose group has the
same members as in the first order; it is 100 % where every group is the same. The benchmark is the positives of
`tests/quality/wire_edits`: originals and the copies made of them, each original before its copies in the first order.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import mean
from typing import Final, NamedTuple, TypeAlias

import xxhash

from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle
from streams.core.decision import group_place
from streams.core.dedupe import DedupeState
from streams.core.normalise import normalise
from streams.models.normalise import load_normalise_models
from tests.data import DATA
from tests.expected import SEEDS
from tests.quality.figures import Figure, ratio
from tests.quality.wire_edits.articles import material
from tests.quality.wire_edits.bench import HALF, SEED
from tests.quality.wire_edits.matchers import earlier_stories
from tests.quality.wire_edits.newswire import clean
from tests.quality.wire_edits.positives import positives

ORDERS: Final = 20
Groups: TypeAlias = Mapping[str, frozenset[str]]
"""article_id -> the article_ids of its group, its own included."""


class Told(NamedTuple):
    """Groups of one order, and whether each has a member that was enriched."""

    groups: Groups
    lacking: int  # groups without one


class Shuffled(NamedTuple):
    """How like the first order others are."""

    articles: int
    groups: int  # of two articles and more, in the first order
    shares: list[float]  # of articles with the same group, by order
    lacking: int  # groups of any order of which no member was enriched
    moved: dict[str, int]  # article_id -> in how many orders its group was another
    first: Groups  # of the first order


def groups_of(articles: Sequence[CleanArticle]) -> Told:
    """Return the groups of these arrivals."""
    state, last = DedupeState(), {}
    unique: set[str] = set()
    for number, article in enumerate(articles):
        decision = state.judge(article, f"raw-{number}", None)
        state.apply(f"raw-{number}", decision)
        last[article.article_id] = decision
        if decision.verdict is None:
            unique.add(article.article_id)
    members: dict[str, set[str]] = defaultdict(set)
    for article_id, decision in last.items():
        members[state._groups.current(group_place(decision)).canonical_id].add(article_id)
    told = {article_id: frozenset(group) for group in members.values() for article_id in group}
    return Told(told, sum(not group & unique for group in members.values()))


def shuffled(articles: Sequence[CleanArticle], orders: int = ORDERS, seed: int = SEED) -> Shuffled:
    """Return what other orders of these arrivals change."""
    first = groups_of(articles)
    shares, moved, lacking = [], defaultdict[str, int](int), first.lacking
    for number in range(orders):
        order = random.Random(f"{seed} {number}").sample(list(articles), len(articles))
        other = groups_of(order)
        changed = [article_id for article_id, group in first.groups.items() if other.groups[article_id] != group]
        shares.append(1 - len(changed) / len(first.groups))
        lacking += other.lacking
        for article_id in changed:
            moved[article_id] += 1
    sizes = {group for group in first.groups.values() if len(group) > 1}
    return Shuffled(len(first.groups), len(sizes), shares, lacking, dict(moved), first.groups)


@lru_cache(maxsize=1)
def seeds() -> list[CleanArticle]:
    """Return the seeds that are articles, in their order."""
    models = load_normalise_models()
    found = []
    for number, value in enumerate((SEEDS / "articles.jsonl").open("rb")):
        try:
            origin = f"seeds/{number}"
            found.append(normalise(value.rstrip(b"\n"), origin=origin, ingested_at=None, pipeline="p", models=models))
        except Malformed:
            continue  # a dead letter: it never arrives
    return found


def benchmark(share: int = 1) -> list[CleanArticle]:
    """Return the originals of the benchmark, then the copies of them; of every so manieth original."""
    cases = [
        case
        for case in positives(material(HALF, SEED), HALF, SEED)
        if xxhash.xxh3_64_intdigest(case.original.encode()) % share == 0
    ]
    return [clean(story) for story in (*earlier_stories(cases), *(case.later for case in cases))]


def kept_groups(found: Shuffled) -> Figure:
    """Return the mean share of articles with the same group, over the orders; groups of the first order are drawn."""
    orders = len(found.shares)
    groups = {group: [0, 0] for group in found.first.values()}
    for article_id, group in found.first.items():
        groups[group][0] += orders - found.moved.get(article_id, 0)
        groups[group][1] += orders
    return ratio((kept, all_) for kept, all_ in groups.values())._replace(of=found.articles)


def line(what: str, found: Shuffled) -> str:
    """Return a row of the table."""
    shares = f"{100 * mean(found.shares):.2f} % | {100 * min(found.shares):.2f} %"
    return f"| {what} | {found.articles:,} | {found.groups:,} | {shares} | {found.lacking} |"


def main() -> None:
    """Measure, and print."""
    rows = ["| set | articles | groups | same group, mean | least | groups with nothing enriched |"]
    rows += ["| --- | --- | --- | --- | --- | --- |", line("seeds", shuffled(seeds()))]
    if DATA.is_dir():
        rows.append(line(f"wire edits, {HALF}", shuffled(benchmark())))
    sys.stdout.write(f"seed {SEED}, {ORDERS} orders\n" + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
