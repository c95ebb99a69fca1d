"""Names and what is one entity, on the articles annotated by hand: `python -m tests.quality.entities [--errors]`.

Names: strict span and type F1 of what events carry, of the shipped model and of the stock one, both through
`extract_entities`; stock alone is as it marks, without a rule of ours. Places are GPE, LOC and FAC; `other labels` are
the rest of those that were annotated, pooled. Labels that were not annotated (TIME, PERCENT, numbers) are left out.

Grouping: B-cubed over mentions of names, with dates, sums and quantities left out; first over those that the shipped
model and the annotation have with the same bounds, then with the annotated mentions in place of the model's. Naive is
one entity for each spelling.

Intervals are those of `figures`; the difference of the models is that of the same articles.
`--errors` lists groups of the developed half that differ.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from streams.core.extract import extract_entities
from streams.core.mentions import RawMention
from streams.models.ner import find_mentions, load_ner
from tests.quality.annotated import DEVELOPED, HELD_OUT, Annotated, annotated
from tests.quality.figures import Figure, Floats, divided, drawn
from training.ner.score import load_stock, predict

MAIN: Final = "PERSON+ORG+place"
OTHERS: Final = "other labels"
_PLACES: Final = ("GPE", "LOC", "FAC")
MAIN_LABELS: Final = ("PERSON", "ORG", "place")
OTHER_LABELS: Final = ("NORP", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART", "DATE", "MONEY", "QUANTITY")
_LABELS: Final = MAIN_LABELS + OTHER_LABELS
# A date or a sum is no entity that later mentions refer to.
_NOT_GROUPED: Final = frozenset(("DATE", "MONEY", "QUANTITY"))

Span: TypeAlias = tuple[int, int]
Marks: TypeAlias = dict[Span, tuple[str, str]]
"""Bounds -> type, entity."""
Sums: TypeAlias = tuple[float, float, float, float]
"""Of an article: what precision counts and is divided by, then the same of recall."""


class Score(NamedTuple):
    """Precision, recall and F1 over some articles."""

    precision: Figure
    recall: Figure
    f1: Figure

    def __str__(self) -> str:
        precision, recall, f1 = (f"{100 * figure.value:.1f}" for figure in self)
        return f"{precision} / {recall} / **{f1}**"


def gold(article: Annotated) -> Marks:
    """Return the annotated mentions."""
    return {(m.start, m.end): (m.type, m.entity) for m in article.mentions}


def grouped(text: str, mentions: Iterable[RawMention]) -> Marks:
    """Return the mentions that the extract stage makes of those of a model."""
    return {
        (mention.start, mention.end): (entity.type, entity.entity_id)
        for entity in extract_entities("", text, [], mentions)
        for mention in entity.mentions
    }


@lru_cache(maxsize=2)
def by_shipped(half: str) -> list[Marks]:
    """Return what the shipped model and the extract stage make of each article of a half."""
    nlp = load_ner()
    return [grouped(a.text, find_mentions(nlp, [a.text])[0]) for a in articles_of(half)]


@lru_cache(maxsize=2)
def by_stock_alone(half: str) -> list[Marks]:
    """Return what the stock model marks, no rule of ours applied; entities are spellings."""
    nlp = load_stock()
    return [{(s, e): (label, a.text[s:e]) for s, e, label in predict(nlp, a.text)} for a in articles_of(half)]


@lru_cache(maxsize=2)
def by_stock(half: str) -> list[Marks]:
    """Return the same with the stock model."""
    nlp = load_stock()
    return [grouped(a.text, [RawMention(*s) for s in predict(nlp, a.text)]) for a in articles_of(half)]


def by_annotation(half: str) -> list[Marks]:
    """Return what the extract stage makes of the annotated mentions."""
    return [grouped(a.text, [RawMention(m.start, m.end, m.type) for m in a.mentions]) for a in articles_of(half)]


def by_spelling(half: str) -> list[Marks]:
    """Return the annotated mentions, each spelling an entity."""
    return [
        {span: (type_, a.text[span[0] : span[1]]) for span, (type_, _) in gold(a).items()} for a in articles_of(half)
    ]


def articles_of(half: str) -> list[Annotated]:
    """Return the articles of a half."""
    return [a for a in annotated() if a.half == half]


def name_sums(marked: Marks, found: Marks, labels: Iterable[str]) -> Sums:
    """Return what strict precision and recall of an article are made of."""
    right, given, wanted = (
        sum(c[label] for label in labels)
        for c in (
            _count(set(_labelled(marked)) & set(_labelled(found))),
            _count(_labelled(found)),
            _count(_labelled(marked)),
        )
    )
    return right, given, right, wanted


def _labelled(marks: Marks) -> list[tuple[Span, str]]:
    return [(span, "place" if type_ in _PLACES else type_) for span, (type_, _) in marks.items()]


def _count(labelled: Iterable[tuple[Span, str]]) -> Counter[str]:
    return Counter(label for _, label in labelled)


def group_sums(marked: Marks, found: Marks) -> Sums:
    """Return what B-cubed precision and recall of an article are made of: over mentions that both have."""
    both = [span for span in marked if span in found and marked[span][0] not in _NOT_GROUPED]
    ours, theirs = _members(found, both), _members(marked, both)
    pairs = [(ours[found[span][1]], theirs[marked[span][1]]) for span in both]
    precision = sum(len(one & other) / len(one) for one, other in pairs)
    recall = sum(len(one & other) / len(other) for one, other in pairs)
    return precision, len(both), recall, len(both)


def _members(marks: Marks, spans: Sequence[Span]) -> Mapping[str, set[Span]]:
    members: dict[str, set[Span]] = {}
    for span in spans:
        members.setdefault(marks[span][1], set()).add(span)
    return members


def score(sums: Sequence[Sums]) -> Score:
    """Return the figures over articles."""
    return Score(*(drawn(sums, measure, count=_wanted) for measure in (_precision, _recall, _f1)))


def difference(one: Sequence[Sums], other: Sequence[Sums]) -> Figure:
    """Return by how much the F1 of one is above that of the other, on the same articles."""
    both = [(*a, *b) for a, b in zip(one, other, strict=True)]
    return drawn(both, lambda sums: _f1(sums[:, :4]) - _f1(sums[:, 4:]), count=_wanted)


def _wanted(sums: Floats) -> float:
    return float(sums[3])


def _precision(sums: Floats) -> Floats:
    return divided(sums[:, 0], sums[:, 1])


def _recall(sums: Floats) -> Floats:
    return divided(sums[:, 2], sums[:, 3])


def _f1(sums: Floats) -> Floats:
    precision, recall = _precision(sums), _recall(sums)
    return divided(2 * precision * recall, precision + recall)


def names(half: str, found: Sequence[Marks], labels: Iterable[str]) -> list[Sums]:
    """Return the sums of each article of a half for some labels."""
    return [name_sums(gold(a), marks, tuple(labels)) for a, marks in zip(articles_of(half), found, strict=True)]


def groups(half: str, found: Sequence[Marks]) -> list[Sums]:
    """Return the sums of each article of a half for the grouping."""
    return [group_sums(gold(a), marks) for a, marks in zip(articles_of(half), found, strict=True)]


def name_table(half: str) -> list[str]:
    """Return the figures by label as lines of a Markdown table."""
    models = (by_shipped(half), by_stock(half), by_stock_alone(half))
    heads = " | ".join(f"{name} P / R / F1" for name in ("shipped", "stock", "stock alone"))
    lines = [f"| {half} | marked | {heads} | shipped - stock | shipped - stock alone |", "| --- |" + " --- |" * 6]
    for name, labels in {MAIN: MAIN_LABELS, OTHERS: OTHER_LABELS, **{label: (label,) for label in _LABELS}}.items():
        ours, *theirs = (names(half, found, labels) for found in models)
        shown = " | ".join(str(score(sums)) for sums in (ours, *theirs))
        apart = " | ".join(difference(ours, sums).told("+.1%") for sums in theirs)
        lines.append(f"| {name} | {score(ours).f1.of} | {shown} | {apart} |")
    return lines


def group_table(half: str) -> list[str]:
    """Return the figures of the grouping as lines of a Markdown table."""
    lines = [f"| {half}: grouping of | mentions | B-cubed P | R | F1 |", "| --- |" + " --- |" * 4]
    rows = {
        "the model's mentions": by_shipped(half),
        "the annotated mentions": by_annotation(half),
        "the annotated mentions, naive": by_spelling(half),
    }
    for name, found in rows.items():
        shown = score(groups(half, found))
        lines.append(f"| {name} | {shown.f1.of} | {' | '.join(figure.told() for figure in shown)} |")
    return lines


def differing() -> list[str]:
    """Return the groups of the developed half that are not those of the annotation, one a line."""
    lines = []
    for article, found in zip(articles_of(DEVELOPED), by_annotation(DEVELOPED), strict=True):
        marked = gold(article)
        both = [span for span in marked if span in found and marked[span][0] not in _NOT_GROUPED]
        ours, theirs = _members(found, both), _members(marked, both)
        for name, group in theirs.items():
            parts = {found[span][1] for span in group}
            united = set[Span]().union(*(ours[part] for part in parts))
            if len(parts) > 1 or united != group:
                lines.append(f"{article.id} {name}: " + " | ".join(_spelled(article, ours[p]) for p in sorted(parts)))
    return lines


def _spelled(article: Annotated, spans: Iterable[Span]) -> str:
    counts = Counter(article.text[start:end] for start, end in sorted(spans))
    return ", ".join(f"{name} ({n})" for name, n in counts.items())


def main() -> None:
    """Measure, and print."""
    if "--errors" in sys.argv[1:]:
        sys.stdout.write("\n".join(differing()) + "\n")
        return
    tables = [table(half) for half in (DEVELOPED, HELD_OUT) for table in (name_table, group_table)]
    sys.stdout.write("\n\n".join("\n".join(lines) for lines in tables) + "\n")


if __name__ == "__main__":
    main()
