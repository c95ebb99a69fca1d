"""Train the topic classifier: `python -m training.topics.train --data ../shared/data`.

Cross-validates, trains on all labels, writes the artefact and prints the figures. The same data gives
the same bytes. `--measure-speed` only measures the packaged model.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from streams.core.classify import TopicModel, count_terms
from streams.models.topics import PACKAGED, TOPICS, VOCABULARY, WEIGHTS, load_topic_model
from training.topics.corpus import Concept, concepts, masakhanews, worldwide
from training.topics.fit import LEAST_FINER, SEED, Example, Named, topic_matrix, train
from training.topics.measure import Quality, cross_validate, milliseconds_per_article, quality, validate

LABELS = Path(__file__).parent / "labels.jsonl"
TEST_ARTICLES = 300
GROUP_WORDS = 10  # articles that begin with the same words are copies of each other: one fold


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the data folder, e.g. ../shared/data")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the artefact's folder")
    parser.add_argument("--measure-speed", action="store_true", help="print milliseconds per article and stop")
    options = parser.parse_args(arguments)
    if options.measure_speed:
        milliseconds, words = milliseconds_per_article(options.data, load_topic_model())
        print(f"{milliseconds:.2f} ms of processor time per article of {words:.0f} words")
        return 0
    known = concepts(options.data)
    named = learnt(known)
    articles, definitions = labelled_articles(options.data, named), definition_examples(known, named)
    parents = [topic.parent for topic in named]
    print(agreement(named))
    print(report("nested 5-fold", quality(cross_validate(articles, definitions, parents), parents), named))
    split = validate(articles, definitions, parents, [stratified(articles, parents)])
    print(report("held-out split", quality(split, parents), named, each=False))
    model = train(articles, definitions, named)
    write(model, known, options.out)
    print(f"{len(model.vocabulary)} terms and {len(model.ids)} topics written to {options.out}")
    return 0


def learnt(known: Sequence[Concept]) -> list[Named]:
    """The top concepts, then the finer ones that enough articles are labelled with."""
    labelled = Counter(topic for label in labels() for topic in label["finer"])
    tops = [concept for concept in known if concept.id == concept.top]
    finer = [concept for concept in known if concept.id != concept.top and labelled[concept.id] >= LEAST_FINER]
    column = {top.id: place for place, top in enumerate(tops)}
    return [Named(concept.id, concept.label, column[concept.top]) for concept in (*tops, *finer)]


def labels() -> list[dict[str, Any]]:
    """The lines of the labels' file."""
    return [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]


def labelled_articles(data: Path, named: Sequence[Named]) -> list[Example]:
    """The labelled rows of the data. Exits with a message where a labelled text is missing or has changed."""
    rows = {(row.source, row.id): row for row in [*worldwide(data), *masakhanews(data)]}
    examples = []
    for number, label in enumerate(labels(), start=1):
        row = rows.get((label["source"], label["id"]))
        if row is None or row.sha != label["sha256"]:
            sys.exit(f"{LABELS.name}:{number}: {label['source']} {label['id']} is missing or not the text labelled")
        group = " ".join(row.text.lower().split()[:GROUP_WORDS])
        given = {*label["topics"], *label["finer"]}
        topics = tuple(topic.id in given for topic in named)
        examples.append(Example(count_terms(row.title, row.text), topics, group, _shares(label, named)))
    return examples


def _shares(label: Mapping[str, Any], named: Sequence[Named]) -> tuple[float, ...]:
    """Which part of two readings and what was settled gave each topic; of a finer one, all or none."""
    votes = [{*reading, *label["finer"]} for reading in (*label["readings"], label["topics"]) if reading]
    return tuple(sum(topic.id in vote for vote in votes) / len(votes) for topic in named)


def definition_examples(known: Sequence[Concept], named: Sequence[Named]) -> list[Example]:
    """Each IPTC concept's label and definition as an example of the concepts that it belongs to."""
    return [
        Example(
            count_terms(concept.label, concept.definition),
            tuple(topic.id in concept.within for topic in named),
            concept.id,
            tuple(float(topic.id in concept.within) for topic in named),
        )
        for concept in known
    ]


def stratified(articles: Sequence[Example], parents: Sequence[int], size: int = TEST_ARTICLES) -> list[int]:
    """Articles to measure on, of each top concept its share: the rarest concepts choose first (seeded)."""
    tops = [column for column, parent in enumerate(parents) if column == parent]
    topics = topic_matrix(articles)[:, tops]
    order = np.random.default_rng(SEED).permutation(len(articles)).tolist()
    chosen: set[int] = set()
    for column in np.argsort(topics.sum(axis=0), kind="stable").tolist():
        wanted = round(size * int(topics[:, column].sum()) / len(articles))
        having = sum(bool(topics[index, column]) for index in chosen)
        able = [index for index in order if topics[index, column] and index not in chosen]
        chosen.update(able[: max(0, min(wanted - having, size - len(chosen)))])
    chosen.update([index for index in order if index not in chosen][: size - len(chosen)])
    return sorted(chosen)


def agreement(named: Sequence[Named]) -> str:
    """How far the two readings of the labels agree."""
    read = [[set(reading) for reading in label["readings"]] for label in labels() if all(label["readings"])]
    same = sum(first == second for first, second in read)
    lines = [f"two readings of {len(read)} articles: the same topics {same / len(read):.1%}, F1 {_common(read):.3f}"]
    tops = [topic for column, topic in enumerate(named) if column == topic.parent]
    lines += [f"{top.label:45s} F1 {_common([[r & {top.id} for r in pair] for pair in read]):.2f}" for top in tops]
    return "\n".join(lines)


def _common(read: Sequence[Sequence[set[str]]]) -> float:
    both = sum(len(first & second) for first, second in read)
    return 2 * both / max(1, sum(len(first) + len(second) for first, second in read))


def report(what: str, figures: Quality, named: Sequence[Named], *, each: bool = True) -> str:
    """The figures as a table."""
    head = (
        f"{what}: {figures.articles} articles, micro F1 {figures.micro_f1:.3f}, macro F1 {figures.macro_f1:.3f},"
        f" likeliest topic right {figures.top1:.3f}; finer topics precision {figures.finer_precision:.3f},"
        f" recall {figures.finer_recall:.3f}"
    )
    lines = [
        f"{topic.label:45s} labelled {labelled:4d}  given {given:4d}  P {precision:.2f}  R {recall:.2f}"
        for topic, (labelled, given, precision, recall) in zip(named, figures.per_topic, strict=True)
    ]
    return "\n".join([head, *lines] if each else [head])


def write(model: TopicModel, known: Sequence[Concept], folder: Path) -> None:
    """The artefact: arrays, vocabulary, topics. No pickle, no dates: the same model gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / WEIGHTS,
        idf=model.idf.astype(np.float32),
        weights=model.weights.astype(np.float16),  # three significant digits: scores have three decimals
        bias=model.bias.astype(np.float32),
        thresholds=model.thresholds.astype(np.float32),
    )
    (folder / VOCABULARY).write_text("".join(f"{term}\n" for term in model.vocabulary), encoding="utf-8")
    described = {
        "credit": "IPTC Media Topics, International Press Telecommunications Council, https://iptc.org, CC BY 4.0",
        "topics": [
            _described(model, column, {concept.id: concept for concept in known}) for column in range(len(model.ids))
        ],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / TOPICS).write_text(f"{text}\n", encoding="utf-8")


def _described(model: TopicModel, column: int, known: Mapping[str, Concept]) -> dict[str, str]:
    concept, parent = known[model.ids[column]], model.parents[column]
    topic = {"id": concept.id, "label": model.labels[column], "definition": concept.definition}
    if concept.wikidata:
        topic["wikidata"] = concept.wikidata
    return topic if parent == column else topic | {"top": model.ids[parent]}


if __name__ == "__main__":
    sys.exit(main())
