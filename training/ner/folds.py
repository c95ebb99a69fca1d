"""Strict F1 on the worldwide newswire in five folds by article: each is marked by a model that never read it.

    python -m training.ner.folds --data ../shared/data --base DIRECTORY --out DIRECTORY

Five times as long as `training.ner.train`, and with the same settings. Articles that share a paragraph are in one
fold. What the models mark is written to the directory, a file a fold; folds that are there already are not trained
again. Intervals are 95 %, by a bootstrap over articles.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from training.ner.corpus import ARCHIVE, Article, GoldSpan, country_of, long_paragraphs, read_articles
from training.ner.more import read_more
from training.ner.score import KINDS, MAIN, MERGED, Counts, cleaned, counts, predict, published
from training.ner.train import Corpus, Settings, add_settings, settings_of, train

FOLDS: Final = 5
SEED: Final = 20_260_403
RESAMPLES: Final = 1_000


class Estimate(NamedTuple):
    """F1 in percent, and its interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1f} [{self.low:.1f}, {self.high:.1f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description="F1 of the named entity model in five folds by article")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True, help="where the marks of each fold are kept")
    add_settings(parser)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    articles = read_articles(options.data / ARCHIVE)
    marks = _marks(articles, Corpus.of(articles, read_more(options.data)), settings_of(options), options.out)
    predicted = [marks[a.name] for a in articles]
    print(f"{len(articles)} articles in {FOLDS} folds, seed {SEED}, {RESAMPLES} resamples\n")
    print(table(articles, predicted))


def folds(articles: Sequence[Article]) -> list[list[Article]]:
    """Return the articles in parts of about the same size, those of a country spread over all of them."""
    groups = _groups(sorted(articles))
    ordered: list[list[Article]] = []
    for country in sorted({country_of(group[0].name) for group in groups}):
        stratum = [group for group in groups if country_of(group[0].name) == country]
        random.Random(f"{SEED}/{country}").shuffle(stratum)  # noqa: S311
        ordered += stratum
    parts: list[list[Article]] = [[] for _ in range(FOLDS)]
    for i, group in enumerate(ordered):
        parts[i % FOLDS] += group
    return [sorted(part) for part in parts]


def _groups(articles: Sequence[Article]) -> list[list[Article]]:
    """Return the articles in groups, joined where two share a paragraph."""
    leader = {a.name: a.name for a in articles}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    first: dict[str, str] = {}
    for article in articles:
        for paragraph in sorted(long_paragraphs(article)):
            one, other = sorted((find(article.name), find(first.setdefault(paragraph, article.name))))
            leader[other] = one
    groups: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        groups[find(article.name)].append(article)
    return list(groups.values())


def _marks(articles: Sequence[Article], corpus: Corpus, settings: Settings, folder: Path) -> dict[str, list[GoldSpan]]:
    """Return what the models mark in each article."""
    marks: dict[str, list[GoldSpan]] = {}
    for i, part in enumerate(folds(articles)):
        path = folder / f"fold{i + 1}.json"
        if not path.exists():
            print(f"fold {i + 1}/{FOLDS}, {len(part)} articles", flush=True)
            names = {a.name for a in part}
            nlp = train(corpus.without(names), settings)
            found = {a.name: [tuple(s) for s in predict(nlp, a.text)] for a in part}
            path.write_text(json.dumps(found) + "\n", encoding="utf-8")
        known: dict[str, list[tuple[int, int, str]]] = json.loads(path.read_text(encoding="utf-8"))
        marks |= {name: [GoldSpan(*span) for span in spans] for name, spans in known.items()}
    return marks


def table(articles: list[Article], predicted: list[list[GoldSpan]]) -> str:
    """Return the F1 by type, as the models mark, without titles and articles, and as events carry it."""
    ways = [counts(articles, way) for way in (predicted, cleaned(articles, predicted), published(articles, predicted))]
    lines = ["| type | marked | as the models mark | trimmed | as events carry it |", "|---|---|---|---|---|"]
    kinds = {MERGED: MAIN, **{kind: (kind,) for kind in KINDS}}
    for kind, labels in kinds.items():
        cells = " | ".join(str(estimate(way, labels)) for way in ways)
        support = sum(article[label][2] for article in ways[0] for label in labels)
        lines.append(f"| {kind} | {support} | {cells} |")
    return "\n".join(lines)


def estimate(by_article: Sequence[Counts], labels: Sequence[str]) -> Estimate:
    """Return the F1 over articles for some types together."""
    sums = [tuple(sum(article[label][i] for label in labels) for i in range(3)) for article in by_article]
    rng = random.Random(SEED)  # noqa: S311
    values = sorted(_f1(rng.choices(sums, k=len(sums))) for _ in range(RESAMPLES))
    cut = round(0.025 * RESAMPLES)
    return Estimate(_f1(sums), values[cut], values[-cut - 1])


def _f1(sums: Sequence[tuple[int, ...]]) -> float:
    right, given, marked = (sum(s[i] for s in sums) for i in range(3))
    return 200 * right / (given + marked) if given + marked else 0.0


if __name__ == "__main__":
    main()
