"""How good the topics are: `python -m tests.quality.topics` prints the tables that docs/quality.md holds.

Articles that the model was trained on are measured by nested cross-validation, copies of one text in one fold.
Intervals are those of `figures`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from streams.core.classify import Floats
from streams.models.topics import load_topic_model
from tests.data import DATA
from tests.quality.figures import share
from tests.quality.topic_figures import topic_figures
from training.topics.corpus import concepts, masakhanews, worldwide
from training.topics.fit import Example, Matrix, Named
from training.topics.measure import LEAST_SCORED, Validated, cross_validate, quality, validate
from training.topics.sections import AG, BBC, MASAKHANEWS_TABLE, accuracy, evened, likeliest_section, section_hits
from training.topics.train import definition_examples, labelled_articles, labels, learnt, stratified

BINS: Final = 10  # of the reliability table
WORST: Final = 10
MAX_WORDS: Final = 8  # of an article that is named as an error

Hits = list[tuple[str, str]]  # of each row the section wanted and the one found


class Reliability(NamedTuple):
    """How far the probabilities of the top concepts are what they say they are."""

    rows: tuple[tuple[int, float, float], ...]  # of each tenth: how many, mean probability, share labelled
    expected_error: float  # expected calibration error: |mean probability - share|, weighted by how many
    likely_error: float  # the same without the lowest tenth, where most of the 17 topics of an article are
    brier: float  # mean square of probability less label


class Measured(NamedTuple):
    """What of the labelled articles was measured."""

    named: Sequence[Named]
    nested: Validated
    split: Validated
    masakhanews: Hits

    @property
    def parents(self) -> list[int]:
        return [topic.parent for topic in self.named]

    @property
    def tops(self) -> list[int]:
        return [column for column, parent in enumerate(self.parents) if column == parent]


def measure(data: Path) -> Measured:
    """Train and validate: some minutes."""
    known = concepts(data)
    named = learnt(known)
    articles, definitions = labelled_articles(data, named), definition_examples(known, named)
    parents = [topic.parent for topic in named]
    nested = cross_validate(articles, definitions, parents)
    return Measured(named, nested, _split(articles, definitions, parents), masakhanews_hits(data, nested, named))


def _split(articles: Sequence[Example], definitions: Sequence[Example], parents: Sequence[int]) -> Validated:
    return validate(articles, definitions, parents, [stratified(articles, parents)])


def masakhanews_hits(data: Path, nested: Validated, named: Sequence[Named]) -> Hits:
    """Of each MasakhaNEWS article its category and the likeliest section, by models that had not seen it."""
    category = {row.id: row.category for row in masakhanews(data)}
    ids, parents = [topic.id for topic in named], [topic.parent for topic in named]
    return [
        (category[label["id"]], likeliest_section(probabilities, ids, parents, MASAKHANEWS_TABLE))
        for label, probabilities in zip(labels(), evened(nested.probabilities, ids), strict=True)
        if label["source"] == "masakhanews"
    ]


def reliability(probabilities: Floats, topics: Matrix) -> Reliability:
    """The table of [N, K] probabilities against [N, K] labels."""
    said, true = probabilities.ravel(), topics.ravel()
    tenth = np.minimum((said * BINS).astype(int), BINS - 1)
    rows = tuple(
        (int(inside.sum()), float(said[inside].mean()), float(true[inside].mean()))
        for inside in (tenth == number for number in range(BINS))
        if inside.any()
    )
    brier = float(np.mean((said - true) ** 2))
    return Reliability(rows, _error(rows), _error([row for row in rows if row[1] >= 1 / BINS]), brier)


def _error(rows: Sequence[tuple[int, float, float]]) -> float:
    return sum(count * abs(mean - share) for count, mean, share in rows) / max(1, sum(count for count, _, _ in rows))


def worst(validated: Validated, tops: Sequence[int], number: int = WORST) -> list[int]:
    """The places among `seen` whose labels are least likely by the probabilities, the worst first."""
    said = np.clip(validated.probabilities[:, tops], 1e-6, 1 - 1e-6)
    loss = -np.where(validated.topics[:, tops], np.log(said), np.log(1 - said)).sum(axis=1)
    return [int(place) for place in np.argsort(-loss, kind="stable")[:number]]


def error_lines(data: Path, measured: Measured) -> list[str]:
    """The worst errors: id, first words, what is labelled and what is given."""
    rows = {(row.source, row.id): row for row in (*worldwide(data), *masakhanews(data))}
    labelled, lines = labels(), []
    for place in worst(measured.nested, measured.tops):
        label = labelled[measured.nested.seen[place]]
        row = rows[label["source"], label["id"]]
        words = " ".join((row.title or row.text).split()[:MAX_WORDS])
        lines.append(f'* {row.source} {row.id}, "{words}": {_told(measured, place)}.')
    return lines


def _told(measured: Measured, place: int) -> str:
    said = measured.nested.probabilities[place]

    def listed(chosen: Matrix) -> str:
        names = [f"{measured.named[top].label} ({said[top]:.2f})" for top in measured.tops if chosen[place, top]]
        return ", ".join(names) or "nothing"

    return f"labelled {listed(measured.nested.topics)}; given {listed(measured.nested.given)}"


def main() -> None:
    measured, model = measure(DATA), load_topic_model()
    tops, parents = measured.tops, measured.parents
    print("| measure | nested 5-fold | 300 set aside |\n| --- | --- | --- |")
    of_nested, of_split = (topic_figures(each, parents) for each in (measured.nested, measured.split))
    for name, figure in of_nested.items():
        print(f"| {name} | {figure.told('.3f')} | {of_split[name].told('.3f')} |")
    few = measured.split.topics[:, tops].sum(axis=0) < LEAST_SCORED
    print(f"| in no macro F1 | | {', '.join(measured.named[top].label for top in np.array(tops)[few])} |")
    nested, split = quality(measured.nested, parents), quality(measured.split, parents)
    print(f"| recall of finer topics | {nested.finer_recall:.3f} | {split.finer_recall:.3f} |")
    print("\n| sections | rows | right |\n| --- | --- | --- |")
    hits = {"BBC": section_hits(DATA, model, BBC), "MasakhaNEWS, nested 5-fold": measured.masakhanews}
    for name, found in {**hits, "AG": section_hits(DATA, model, AG)}.items():
        right = share(sum(wanted == section for wanted, section in found), len(found))
        print(f"| {name} | {len(found)} | {right.told('.3f')} |")
    for name, found in hits.items():
        for section in sorted({wanted for wanted, _ in found}):
            of_it = [hit for hit in found if hit[0] == section]
            print(f"| {name}, {section} | {len(of_it)} | {accuracy(of_it):.3f} |")
    table = reliability(measured.nested.probabilities[:, tops], measured.nested.topics[:, tops])
    print("\n| probability | said | mean | labelled |\n| --- | --- | --- | --- |")
    for count, mean, labelled in table.rows:
        print(f"| {int(mean * BINS) / BINS:.1f} | {count} | {mean:.3f} | {labelled:.3f} |")
    print(f"\nExpected calibration error {table.expected_error:.4f}, from .1 on {table.likely_error:.3f}.", end=" ")
    print(f"Brier score {table.brier:.4f}.\n")
    print("\n".join(error_lines(DATA, measured)))


if __name__ == "__main__":
    main()
