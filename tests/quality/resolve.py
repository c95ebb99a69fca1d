"""Names across articles: a fuller name is hidden from one article at a time, and resolve is asked who is meant.

    python -m tests.quality.resolve [DEVELOPED HELD_OUT]

Articles of US outlets in the order of their dates, of two periods; rules were made on the first, and a few corrected by
merged pairs of the second. No set says which
names across articles are one, so articles tell it themselves: where one has "Angela Merkel" and goes on with "Merkel",
the article is decided on once more as if the full name were not there, and the rest of it were. Right is the entity
that the full name is by then, or one whose name may be the same by its spelling ("Adam B. Schiff"). If no earlier
article has it, any other answer is wrong. The same with acronyms.

The files are the articles of the two periods as `newswire enrich` made them; without them they are made, which takes
minutes. `linking/news_fair_v1` has Wikidata ids of mentions, but only few of them in two articles: they are counted.
"""

import gzip
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

from producers.sources.files import read_files
from streams.cli.enrich import enrich
from streams.contracts.events import EnrichedArticle, Entity
from streams.contracts.ids import entity_id
from streams.core.bearers import acronym, family, is_short, may_be_one
from streams.core.entity_updates import Entities, updates
from streams.core.resolution import Resolution
from streams.core.resolve import ResolveState
from streams.settings import load
from tests.data import DATA
from tests.quality.figures import Figure, ratio

PERIODS: Final = {"developed": ("2019-11", "2020-06"), "held out": ("2014-08", "2014-12")}
ARTICLES: Final = 400  # of each: their models take two to five minutes
ORDERS: Final = 5  # shuffles
KINDS: Final = ("surname", "acronym")


class Asked(NamedTuple):
    """A name that was hidden, and what came of it."""

    article: int
    kind: str
    name: str
    hidden: str
    known: bool  # whether an earlier article has it
    answer: str | None  # name of the entity that it was taken for
    right: bool
    score: float


def enriched_articles(period: str) -> list[EnrichedArticle]:
    """Return the articles of a period in the order of their dates, as the pipeline makes them."""
    first, last = PERIODS[period]
    with gzip.open(DATA / "articles" / "allsides_8k.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if first <= row["date"][:7] <= last]
    rows = sorted(rows, key=lambda row: (row["date"], row["id"]))[:ARTICLES]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        raw = ({
            "guid": row["id"], "source": row["source"], "title": row["title"], "text": row["body"],
            "published_at": row["date"], "language": "en",
        } for row in rows)  # fmt: skip
        path.write_text("".join(json.dumps(each) + "\n" for each in raw), encoding="utf-8")
        return read(enrich(read_files([str(path)]), load(state=Path(folder))))


def read(lines: Iterable[bytes]) -> list[EnrichedArticle]:
    """Return the articles among outcome lines."""
    return [
        EnrichedArticle.model_validate_json(line)
        for line in lines
        if json.loads(line)["outcome"] == "enriched"
    ][:ARTICLES]  # fmt: skip


@lru_cache(maxsize=2)
def articles_of(period: str, path: str | None = None) -> list[EnrichedArticle]:
    """Return the articles of a period: from the file, or made."""
    return enriched_articles(period) if path is None else read(Path(path).read_bytes().splitlines())


def folded(articles: Sequence[EnrichedArticle]) -> tuple[ResolveState, Entities]:
    """Return the state after all articles, and what a reader of the updates knows."""
    state, known = ResolveState(), Entities()
    for number, article in enumerate(articles):
        take(state, article, number, known)
    return state, known


def take(state: ResolveState, article: EnrichedArticle, number: int, known: Entities) -> Resolution:
    """Decide on an article and remember it."""
    origin = f"news.raw/e/0/{number}"
    decision = state.judge(article, origin, number)
    state.apply(origin, decision)
    for update in updates(decision, article.event_id, "p"):
        known.add(update)
    return decision


def asked(articles: Sequence[EnrichedArticle]) -> list[Asked]:
    """Hide each name that can be hidden, and ask."""
    state, known, found = ResolveState(), Entities(), list[Asked]()
    for number, article in enumerate(articles):
        for kind, entity, short in hidden(article):
            found.append(_answer(state, known, article, number, kind, entity, short))
        take(state, article, number, known)
    return found


def hidden(article: EnrichedArticle) -> Iterator[tuple[str, Entity, str]]:
    """Yield the names of an article that go with a short one: kind, entity, short name."""
    people = [each for each in article.entities if each.type == "PERSON"]
    families = Counter(family(each.name) for each in people)
    for entity in article.entities:
        texts = {" ".join(mention.text.split()) for mention in entity.mentions}
        if entity.type == "PERSON" and not is_short(entity.name) and families[family(entity.name)] == 1:
            short = next((each for each in sorted(texts) if each.casefold() == family(entity.name)), None)
            if short is not None:
                yield "surname", entity, short
        if (
            entity.type == "ORG"
            and not acronym(entity.name)
            and (short := next(filter(None, map(acronym, sorted(texts))), ""))
        ):
            yield "acronym", entity, short


def _answer(
    state: ResolveState, known: Entities, article: EnrichedArticle, number: int, kind: str, entity: Entity, short: str
) -> Asked:
    alias = entity.model_copy(update={"entity_id": entity_id(entity.type, short), "name": short, "mentions": ()})
    others = tuple(alias if each is entity else each for each in article.entities if each.name != short)
    decision = state.judge(article.model_copy(update={"entities": others}), f"hidden/{number}", number)
    taken = next(
        (each for each in decision.joined if each.alias_id == alias.entity_id and each.change == "alias"), None
    )
    truth = known.root(entity.entity_id)
    right = taken is not None and (
        truth in (taken.entity_id, known.root(taken.entity_id)) or may_be_one(entity.name, taken.entity)
    )
    return Asked(
        number, kind, short, entity.name, truth in known.entities, taken.entity if taken else None, right,
        taken.score if taken else 0.0,
    )  # fmt: skip


def precision(rows: Sequence[Asked]) -> tuple[int, int]:
    """Return how many answers are right, and how many there are."""
    return sum(row.right for row in rows), sum(row.answer is not None for row in rows)


def recall(rows: Sequence[Asked]) -> tuple[int, int]:
    """Return how many answers are right, and how many could be."""
    return sum(row.right for row in rows), sum(row.known for row in rows)


Measure = Callable[[Sequence[Asked]], tuple[int, int]]


def figure(rows: Sequence[Asked], measure: Measure) -> Figure:
    """Return a measure as a share, with the interval by drawing articles."""
    by_article: dict[int, list[Asked]] = {}
    for row in rows:
        by_article.setdefault(row.article, []).append(row)
    return ratio(map(measure, by_article.values()))


def told(rows: Sequence[Asked], measure: Measure) -> str:
    """Return a measure with its counts and its interval."""
    right, of = measure(rows)
    return figure(rows, measure).told(counts=f"{right} of {of}")


def links_of(articles: Sequence[EnrichedArticle]) -> tuple[set[tuple[str, str, str]], set[tuple[str, str]]]:
    """Return what the updates come to: short names with their article and entity, and pairs of merged ids."""
    state, known = ResolveState(), Entities()
    aliases: dict[tuple[str, str], str] = {}
    for number, article in enumerate(articles):
        for joined in take(state, article, number, known).joined:
            if joined.change == "alias":
                aliases[joined.article_id, joined.alias_id] = joined.entity_id
    clusters: dict[str, set[str]] = {}
    for entity in known.entities:
        clusters.setdefault(known.root(entity), set()).add(entity)
    least = {each: min(members) for members in clusters.values() for each in members}  # a name of no order
    merged = {pair for members in clusters.values() for pair in combinations(sorted(members), 2)}
    return {(*key, least.get(known.root(entity), entity)) for key, entity in aliases.items()}, merged


def agreement(articles: Sequence[EnrichedArticle]) -> dict[str, list[float]]:
    """Return for shuffled orders how much of what is joined is joined in the order of dates, too (Jaccard).

    `same answer`: of the short names that are taken for something in both.
    """
    whole = links_of(articles)
    short, same, merged = list[float](), list[float](), list[float]()
    answers = {(article, alias) for article, alias, _ in whole[0]}
    for seed in range(ORDERS):
        other = links_of(random.Random(seed).sample(articles, len(articles)))
        short.append(len(whole[0] & other[0]) / max(1, len(whole[0] | other[0])))
        both = answers & {(article, alias) for article, alias, _ in other[0]}
        same.append(len(whole[0] & other[0]) / max(1, len(both)))
        merged.append(len(whole[1] & other[1]) / max(1, len(whole[1] | other[1])))
    return {"short names": short, "same answer": same, "merged pairs": merged}


def merges(articles: Sequence[EnrichedArticle]) -> Counter[tuple[str, str, str]]:
    """Return the full names that are one entity in every article: rule, name, entity."""
    _, known = folded(articles)
    return Counter((each.rule, each.name, each.entity) for each in known.aliases.values() if each.change == "merged")


def _print_ids() -> None:
    """Print how many Wikidata ids stand in two articles of news_fair_v1."""
    where: dict[str, set[str]] = {}
    with gzip.open(DATA / "linking" / "news_fair_v1.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        for label in row["labels"]:
            if label["entity_id"].startswith("Q") and label["entity_id"][1:].isdigit():
                where.setdefault(label["entity_id"], set()).add(row["id"])
    shared = sum(len(each) > 1 for each in where.values())
    print(f"\nnews_fair_v1: {len(rows)} articles, {len(where)} Wikidata ids, {shared} of them in two articles or more")


def main() -> None:
    """Measure, and print."""
    paths = sys.argv[1:3]
    sets = {period: articles_of(period, paths[at] if at < len(paths) else None) for at, period in enumerate(PERIODS)}
    results = {period: asked(articles) for period, articles in sets.items()}
    print(f"| | {' | '.join(results)} |\n| --- {'| --- ' * len(results)}|")
    print(f"| articles | {' | '.join(str(len(each)) for each in sets.values())} |")
    for kind in KINDS:
        for name, measure in (("precision", precision), ("recall", recall)):
            cells = [told([row for row in rows if row.kind == kind], measure) for rows in results.values()]
            print(f"| {kind}s, {name} | {' | '.join(cells)} |")
    agreements = [agreement(articles) for articles in sets.values()]
    for name in agreements[0]:
        shown = [f"{100 * sum(each[name]) / ORDERS:.1f} % (least {100 * min(each[name]):.1f})" for each in agreements]
        print(f"| shuffled: {name} | {' | '.join(shown)} |")
    counted = {period: Counter(rule for rule, _, _ in merges(articles)) for period, articles in sets.items()}
    for rule in sorted(set().union(*counted.values())):
        print(f"| merged by {rule} | {' | '.join(str(each[rule]) for each in counted.values())} |")
    _print_ids()
    _print_errors(results["developed"])


def _print_errors(rows: Sequence[Asked]) -> None:
    wrong = [row for row in rows if row.answer is not None and not row.right]
    print("\nwrong, the surest first (developed):")
    for row in sorted(wrong, key=lambda row: -row.score)[:10]:
        print(f"  {row.score:.3f} {row.name}: {row.answer}, not {row.hidden}{'' if row.known else ' (new)'}")


if __name__ == "__main__":
    main()
