"""Who said what, on the articles annotated by hand; `python -m tests.quality.quotes` prints the table.

The shipped extractor runs on each text. A quote is right where it overlaps an annotated one (direct speech: at least
half of each) and a mention of its speaker's entity overlaps one of the annotated speaker, or both have none.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from streams.contracts.events import Entity, Quote
from streams.core.extract import extract_entities
from streams.core.mentions import RawMention
from streams.core.quotes import find_quotes
from streams.models.ner import find_mentions, load_ner
from tests.quality.annotated import DEVELOPED, HELD_OUT, Annotated, Said, annotated
from tests.quality.figures import ratio


class Read(NamedTuple):
    """An article with what the extractor found in it, and the CPU seconds of the model and of the rules."""

    article: Annotated
    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    model_seconds: float
    quote_seconds: float


class Counts(NamedTuple):
    """Quotes found, of them right; quotes annotated, of them found with the right speaker."""

    found: int = 0
    right: int = 0
    wanted: int = 0
    met: int = 0


def read_all() -> list[Read]:
    """Run the shipped model and the rules over all annotated articles."""
    nlp = load_ner()
    find_mentions(nlp, ["Mira Novak spoke in Oslo."])  # what is done once only is not timed
    return [_read(article, lambda texts: find_mentions(nlp, texts)) for article in annotated()]


def _read(article: Annotated, find: Callable[[list[str]], list[list[RawMention]]]) -> Read:
    start = time.process_time()
    in_title, in_text = find([article.title, article.text])
    marked = time.process_time()
    entities = extract_entities(article.title, article.text, in_title, in_text)
    grouped = time.process_time()
    quotes = find_quotes(article.text, entities)
    return Read(article, entities, quotes, marked - start, time.process_time() - grouped)


def read_annotated() -> list[Read]:
    """Run the rules on the names as they are annotated: what is wrong then is not the model's."""
    found = []
    for article in annotated():
        marks = [RawMention(m.start, m.end, m.type) for m in article.mentions]
        entities = extract_entities(article.title, article.text, (), marks)
        found.append(Read(article, entities, find_quotes(article.text, entities), 0.0, 0.0))
    return found


def direct(read: Read, *, named: bool = False) -> Counts:
    """Count direct speech; with `named`, only that of a speaker who is told or annotated."""
    quotes = [q for q in read.quotes if q.kind == "direct" and (q.speaker_entity_id or not named)]
    said = [s for s in read.article.said if s.direct and (s.speaker or not named)]
    return _counts(read, quotes, said)


def direct_named(read: Read) -> Counts:
    """Count direct speech of named speakers."""
    return direct(read, named=True)


def reported(read: Read) -> Counts:
    """Count reported speech of all speakers."""
    quotes = [q for q in read.quotes if q.kind == "reported"]
    return _counts(read, quotes, [s for s in read.article.said if not s.direct])


def reported_named(read: Read) -> Counts:
    """Count reported speech of named speakers."""
    quotes = [q for q in read.quotes if q.kind == "reported" and q.speaker_entity_id]
    return _counts(read, quotes, [s for s in read.article.said if not s.direct and s.speaker])


MEASURES: Final[dict[str, Callable[[Read], Counts]]] = {
    "direct, named speaker": direct_named,
    "direct, any speaker": direct,
    "reported, named speaker": reported_named,
    "reported, any speaker": reported,
}


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sums."""
    sums = [sum(column) for column in zip(Counts(), *counts, strict=True)]
    return Counts(*sums)


def _counts(read: Read, quotes: Sequence[Quote], said: Sequence[Said]) -> Counts:
    speakers = {e.entity_id: e for e in read.entities}
    right = sum(1 for q in quotes if any(_same(read, speakers, q, s) for s in said))
    met = sum(1 for s in said if any(_same(read, speakers, q, s) for q in quotes))
    return Counts(len(quotes), right, len(said), met)


def _same(read: Read, speakers: dict[str, Entity], quote: Quote, said: Said) -> bool:
    return overlaps(quote, said) and speaks(read.article, speakers, quote, said)


def overlaps(quote: Quote, said: Said) -> bool:
    """Say whether both are the same stretch: half of each in direct speech, any part in reported speech."""
    shared = min(quote.end, said.end) - max(quote.start, said.start)
    if not said.direct:
        return shared > 0
    return 2 * shared >= max(quote.end - quote.start, said.end - said.start)


def speaks(article: Annotated, speakers: dict[str, Entity], quote: Quote, said: Said) -> bool:
    """Say whether the speaker is the annotated one, or neither is known."""
    if quote.speaker_entity_id is None or said.speaker is None:
        return quote.speaker_entity_id is None and said.speaker is None
    marks = [m for m in article.mentions if m.entity == said.speaker]
    mentions = speakers[quote.speaker_entity_id].mentions
    return any(m.start < mark.end and mark.start < m.end for m in mentions for mark in marks)


def main() -> None:
    """Print the tables."""
    reads = read_all()
    print("| | half | found | right | precision | annotated | met | recall |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, measure in MEASURES.items():
        for half in (DEVELOPED, HELD_OUT):
            print(_row(name, half, [measure(r) for r in reads if r.article.half == half]))
    names = read_annotated()
    for half in (DEVELOPED, HELD_OUT):
        counts = [direct_named(r) for r in names if r.article.half == half]
        print(_row("direct, named speaker, names as annotated", half, counts))
    model, rules = sum(r.model_seconds for r in reads), sum(r.quote_seconds for r in reads)
    per = 1000 / len(reads)
    print(f"\nCPU ms an article: model {model * per:.1f}, quotes {rules * per:.2f} ({rules / model:.1%})")


def _row(name: str, half: str, counts: Sequence[Counts]) -> str:
    sums = total(counts)
    precision, recall = ratio((c.right, c.found) for c in counts), ratio((c.met, c.wanted) for c in counts)
    return (
        f"| {name} | {half} | {sums.found} | {sums.right} | {precision.told()}"
        f" | {sums.wanted} | {sums.met} | {recall.told()} |"
    )


if __name__ == "__main__":
    main()
