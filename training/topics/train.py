"""Train the topic classifier: `python -m training.topics.train --data ../shared/data`.

Cross-validates, trains on all labels, writes the artefact and prints the figures. The same data gives
the same bytes. `--measure-speed` and `--measure-sections` only measure the packaged model.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from streams.core.classify import TopicModel, count_terms
from streams.models.topics import PACKAGED, TOPICS, VOCABULARY, WEIGHTS, load_topic_model
from training.topics.corpus import Concept, concepts, masakhanews, worldwide
from training.topics.fit import Example, train
from training.topics.measure import AG, BBC, Quality, cross_validate, milliseconds_per_article, section_accuracy

LABELS = Path(__file__).parent / "labels.jsonl"
GROUP_WORDS = 10  # articles that begin with the same words are copies of each other: one fold


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the data folder, e.g. ../shared/data")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the artefact's folder")
    parser.add_argument("--measure-speed", action="store_true", help="print milliseconds per article and stop")
    parser.add_argument("--measure-sections", action="store_true", help="print accuracy on BBC and AG and stop")
    options = parser.parse_args(arguments)
    if options.measure_speed or options.measure_sections:
        return measure(options.data, options.measure_speed, options.measure_sections)
    known = concepts(options.data)
    tops = [concept for concept in known if concept.id == concept.top]
    articles = labelled_articles(options.data, [top.id for top in tops])
    definitions = definition_examples(known)
    figures = cross_validate(articles, definitions)
    print(report(figures, tops))
    model = train(articles, definitions, [top.id for top in tops], [top.label for top in tops])
    write(model, tops, options.out)
    print(f"{len(model.vocabulary)} terms written to {options.out}")
    return 0


def measure(data: Path, speed: bool, sections: bool) -> int:
    """Print what is asked for of the packaged model."""
    model = load_topic_model()
    if speed:
        milliseconds, words = milliseconds_per_article(data, model)
        print(f"{milliseconds:.2f} ms of processor time per article of {words:.0f} words")
    if sections:
        print(f"BBC sections {section_accuracy(data, model, BBC):.3f}, AG {section_accuracy(data, model, AG):.3f}")
    return 0


def labelled_articles(data: Path, tops: Sequence[str]) -> list[Example]:
    """The labelled rows of the data. Exits with a message where a labelled text is missing or has changed."""
    rows = {(row.source, row.id): row for row in [*worldwide(data), *masakhanews(data)]}
    examples = []
    for number, line in enumerate(LABELS.read_text(encoding="utf-8").splitlines(), start=1):
        label = json.loads(line)
        row = rows.get((label["source"], label["id"]))
        if row is None or row.sha != label["sha256"]:
            sys.exit(f"{LABELS.name}:{number}: {label['source']} {label['id']} is missing or not the text labelled")
        group = " ".join(row.text.lower().split()[:GROUP_WORDS])
        topics = tuple(top in label["topics"] for top in tops)
        examples.append(Example(count_terms(row.title, row.text), topics, group))
    return examples


def definition_examples(known: Sequence[Concept]) -> list[Example]:
    """Each IPTC concept's label and definition as an example of its top concept."""
    tops = [concept.id for concept in known if concept.id == concept.top]
    return [
        Example(count_terms(concept.label, concept.definition), tuple(concept.top == top for top in tops), concept.id)
        for concept in known
    ]


def report(figures: Quality, tops: Sequence[Concept]) -> str:
    """The cross-validated figures as a table."""
    head = (
        f"{figures.articles} articles, nested 5-fold: micro F1 {figures.micro_f1:.3f}, macro F1"
        f" {figures.macro_f1:.3f}, likeliest topic right {figures.top1:.3f}"
    )
    lines = [
        f"{top.label:45s} labelled {labelled:4d}  given {given:4d}  P {precision:.2f}  R {recall:.2f}"
        for top, (labelled, given, precision, recall) in zip(tops, figures.per_topic, strict=True)
    ]
    return "\n".join([head, *lines])


def write(model: TopicModel, tops: Sequence[Concept], folder: Path) -> None:
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
        "topics": [{"id": top.id, "label": top.label, "definition": top.definition} for top in tops],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / TOPICS).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
