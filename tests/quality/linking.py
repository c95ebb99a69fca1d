"""Wikidata ids of what news name: `python -m tests.quality.linking` prints the table.

The shipped extraction runs on the whole text of the 40 articles of `linking/news_fair_v1.jsonl.gz`; what it links
inside the part that people labelled is compared with their labels. A link of a mention is right where a label of the
same id overlaps it, and a label is met where such a mention does. Labels count that name a person, an organisation or a
place by a name ("Britain", not "the country"); those inside another one of the same id count once.

"Available" are labels whose id is in the packaged list: of others no system that rests on it can know the id. A link of
a people (NORP) is to its country, and not compared: people labelled the people.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from streams.contracts.events import Entity
from streams.core.extract import extract_entities
from streams.core.places import link_places
from streams.core.registers import SCHEME, Register, link_wikidata
from streams.models.gazetteer import load_gazetteer
from streams.models.ner import find_mentions, load_ner
from streams.models.registers import load_register
from tests.data import DATA
from tests.quality.figures import Figure, f1, ratio

FILE: Final = "linking/news_fair_v1.jsonl.gz"
PERSON: Final = "people"
ORGANISATION: Final = "organisations"
PLACE: Final = "places"
ALL: Final = "all"
CLASSES: Final = (ALL, PERSON, ORGANISATION, PLACE)
# Wikidata's classes that the labels name, the one that tells most first.
_CLASS_OF: Final = {"Q27096213": PLACE, "Q43229": ORGANISATION, "Q215627": PERSON}
_TYPE_OF: Final = {"PERSON": PERSON, "ORG": ORGANISATION, "GPE": PLACE, "LOC": PLACE, "FAC": PLACE}
_ID: Final = re.compile(r"Q\d+")
_PRONOUNS: Final = frozenset(("i", "he", "she", "it", "we", "they", "his", "her", "our", "their", "its", "you", "my"))


class Span(NamedTuple):
    """A stretch of the text with the id of what it names."""

    start: int
    end: int
    kind: str
    id: str

    def meets(self, other: "Span") -> bool:
        """Whether both overlap and name the same."""
        return self.id == other.id and self.start < other.end and other.start < self.end


class Read(NamedTuple):
    """The labels of an article, and the links that it gets."""

    number: int
    text: str
    labels: tuple[Span, ...]
    links: tuple[Span, ...]


class Row(NamedTuple):
    """Precision over links; recall and F1 over the labels whose id is available, and recall over all."""

    precision: Figure
    recall: Figure
    f1: Figure
    recall_of_all: Figure


@lru_cache(maxsize=1)
def read_all() -> tuple[Read, ...]:
    """Return all articles, linked as they are in events."""
    with gzip.open(DATA / FILE, "rt", encoding="utf-8") as lines:
        return tuple(_read(json.loads(line), load_register()) for line in lines)


def _read(row: dict[str, Any], register: Register) -> Read:
    title, text = row["title"].partition(" - ")[2], row["text"]
    start, end = row["evaluation_span"]
    links = [span for span in linked(title, text, register) if start <= span.start and span.end <= end]
    return Read(row["id"], text, tuple(labels(row)), tuple(links))


def linked(title: str, text: str, register: Register) -> Iterator[Span]:
    """Yield the mentions with a Wikidata id."""
    found = extract_entities(title, text, *find_mentions(load_ner_once(), [title, text]))
    placed = link_places(found, title=title, text=text, url=None, source="", gazetteer=load_gazetteer())
    for entity in link_wikidata(placed, register):
        wikidata = _wikidata(entity)
        if wikidata and entity.type in _TYPE_OF:
            yield from (Span(m.start, m.end, _TYPE_OF[entity.type], wikidata) for m in entity.mentions)


load_ner_once = lru_cache(maxsize=1)(load_ner)


def _wikidata(entity: Entity) -> str | None:
    return next((link.id if link.scheme == SCHEME else link.wikidata for link in entity.links), None)


def labels(row: dict[str, Any]) -> Iterator[Span]:
    """Yield the labels that count."""
    ids = {label["id"]: label["entity_id"] for label in row["labels"]}
    for label in row["labels"]:
        kind = next((kind for one, kind in _CLASS_OF.items() if one in label["type"].split("|")), None)
        start, end = label["span"]
        inner = ids.get(label.get("parent")) == label["entity_id"]
        if kind and _ID.fullmatch(label["entity_id"]) and not inner and _is_name(row["text"][start:end]):
            yield Span(start, end, kind, label["entity_id"])


def _is_name(text: str) -> bool:
    return text.lower() not in _PRONOUNS and text[:1].upper() == text[:1] and text[:1].isalpha()


def available(register: Register) -> frozenset[str]:
    """Return all ids of the packaged list."""
    return frozenset((*register.places.values(), *(one.id for one in register.organisations.values())))


def figures(reads: Sequence[Read], kind: str) -> Row:
    """Return the figures of a class."""
    known = available(load_register())
    sums = [_sums(read, kind, known) for read in reads]
    return Row(
        ratio((right, links) for right, links, *_ in sums),
        ratio((met, labelled) for _, _, met, labelled, *_ in sums),
        # Links and labels are both mentions, nearly one to one: right counts for precision, met for recall.
        f1((met, links, labelled) for _, links, met, labelled, *_ in sums),
        ratio((met_of_all, labelled) for *_, met_of_all, labelled in sums),
    )


def _sums(read: Read, kind: str, known: frozenset[str]) -> tuple[int, ...]:
    links = [span for span in read.links if kind in (ALL, span.kind)]
    wanted = [span for span in read.labels if kind in (ALL, span.kind)]
    right = sum(any(link.meets(label) for label in read.labels) for link in links)
    met = [label for label in wanted if any(label.meets(link) for link in read.links)]
    with_id = [label for label in wanted if label.id in known]
    return right, len(links), len(set(met) & set(with_id)), len(with_id), len(met), len(wanted)


def wrong(reads: Sequence[Read]) -> Iterator[str]:
    """Yield links that no label of their id overlaps, and available labels that no link meets."""
    known = available(load_register())
    for read in reads:
        for link in read.links:
            if not any(link.meets(label) for label in read.labels):
                yield f"{read.number}: {read.text[link.start : link.end]!r} linked to {link.id}"
        for label in read.labels:
            if label.id in known and not any(label.meets(link) for link in read.links):
                yield f"{read.number}: {read.text[label.start : label.end]!r} not linked to {label.id}"


def main() -> None:
    """Measure, and print."""
    reads = read_all()
    print("| | links | precision | labels, id available | recall | F1 | all labels | recall |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind in CLASSES:
        row = figures(reads, kind)
        cells = (row.precision.of, _told(row.precision), row.recall.of, _told(row.recall), _told(row.f1))
        print(f"| {kind} | {' | '.join(map(str, cells))} | {row.recall_of_all.of} | {_told(row.recall_of_all)} |")
    if "--errors" in sys.argv[1:]:
        print("", *wrong(reads), sep="\n")


def _told(figure: Figure) -> str:
    if not figure.of or figure.low is None or figure.high is None:
        return ""
    return f"{100 * figure.value:.1f} % ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


if __name__ == "__main__":
    main()
