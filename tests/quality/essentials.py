"""Lead, dateline and days of articles: `python -m tests.quality.essentials` prints the tables.

`essentials.jsonl` holds what a reader made of AllSides articles outside `annotated` (ids, offsets, days; no text):

* `day`: 100 mentions drawn from those in 217 articles that name a weekday, a date or a day beside the day of
  publication; the day that the text means, null where it means none (a period, "these days", a show's name).
* `event`: what was given as the event's date in 50 articles; the day again where the reader agrees, else null.
* `dateline`: all that were found in 250 articles; each was read.

The reader saw what the rules said, so this is precision as a reader grants it, and recall only of days.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from streams.core.clean_text import paragraphs
from streams.core.essentials import Essentials, find_essentials
from streams.core.extract import extract_entities
from streams.core.gazetteer import Gazetteer
from streams.core.places import link_places
from streams.core.speech_tokens import read_text
from streams.models.gazetteer import load_gazetteer
from streams.models.ner import find_mentions, load_ner
from tests.data import DATA
from tests.quality.annotated import annotated
from tests.quality.figures import Figure, ratio
from training.topics.corpus import ALLSIDES, json_lines

READ: Final = Path(__file__).with_name("essentials.jsonl")
REUTERS: Final = "articles/reuters_train.jsonl.gz"
SEED: Final = 20260408
ARTICLES: Final = 250  # of each set, whose shares are printed
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Found(NamedTuple):
    """An article's essentials, how many mentions of type DATE it has, and CPU seconds of the model and of these."""

    id: str
    published: str | None
    essentials: Essentials
    dates: int
    resolved: int
    model_seconds: float
    seconds: float


class Judged(NamedTuple):
    """How many were given, of them rightly; how many a reader finds, and of those how many were given."""

    given: int
    right: int
    wanted: int


@lru_cache(maxsize=1)
def read_rows() -> tuple[dict[str, Any], ...]:
    """Return what was read."""
    return tuple(map(json.loads, READ.read_text(encoding="utf-8").splitlines()))


def found_in(rows: Iterable[dict[str, Any]]) -> list[Found]:
    """Run the shipped model and the rules over articles; `date` is when they were published."""
    nlp, gazetteer = load_ner(), load_gazetteer()
    find_mentions(nlp, ["Mira Novak spoke in Oslo."])  # what is done once only is not timed
    return [_found(row, lambda texts: find_mentions(nlp, texts), gazetteer) for row in rows]


def _found(row: dict[str, Any], find: Callable[[list[str]], Any], gazetteer: Gazetteer) -> Found:
    title, text, published = row["title"], row["body"], row["date"] or None
    start = time.process_time()
    marks = find([title, text])
    marked = time.process_time()
    entities = link_places(
        extract_entities(title, text, *marks), title=title, text=text, url=row.get("url"),
        source=row.get("source", ""), gazetteer=gazetteer,
    )  # fmt: skip
    reading = read_text(text, entities)
    began = time.process_time()
    found = find_essentials(title, text, entities, reading, published)
    seconds = time.process_time() - began
    named = {m.start for e in entities if e.type == "DATE" for m in e.mentions}
    resolved = sum(dated.start in named for dated in found.dates)
    return Found(row["id"], published, found, len(named), resolved, marked - start, seconds)


@lru_cache(maxsize=1)
def read_articles() -> dict[str, Found]:
    """Return the articles that were read, by id."""
    wanted = {row["id"] for row in read_rows()}
    return {found.id: found for found in found_in(r for r in json_lines(DATA / ALLSIDES) if r["id"] in wanted)}


def judged(kind: str, rows: Sequence[dict[str, Any]]) -> Judged:
    """Count what was given for the rows of one kind, against what was read."""
    articles = read_articles()
    given = [(_given(kind, articles[row["id"]].essentials, row), _wanted(kind, row)) for row in rows]
    return Judged(
        sum(now is not None for now, _ in given),
        sum(now is not None and now == wanted for now, wanted in given),
        sum(wanted is not None for _, wanted in given),
    )


def _wanted(kind: str, row: dict[str, Any]) -> object:
    return (row["start"], row["end"], row["place"], row["agency"]) if kind == "dateline" else row["day"]


def _given(kind: str, found: Essentials, row: dict[str, Any]) -> object:
    if kind == "day":
        return next((dated.day for dated in found.dates if dated.start == row["start"]), None)
    if kind == "event":
        return found.event_date.day if found.event_date else None
    line = found.dateline
    return (line.start, line.end, line.place.text if line.place else None, line.agency) if line else None


def of_kind(kind: str) -> list[dict[str, Any]]:
    """Return the rows of one kind."""
    return [row for row in read_rows() if row["kind"] == kind]


def sample(name: str) -> list[dict[str, Any]]:
    """Return a seeded sample of articles with a date, none of them annotated by hand."""
    if name == "reuters":
        rows = [
            {**row, "date": _iso(row["date"]), "body": "\n\n".join(paragraphs(row["body"]))}  # its lines are wrapped
            for row in json_lines(DATA / REUTERS)
        ]
    else:
        annotated_ids = {article.id for article in annotated()}
        rows = [row for row in json_lines(DATA / ALLSIDES) if row["date"] and row["id"] not in annotated_ids]
    return random.Random(SEED).sample(rows, ARTICLES)


def _iso(date: str) -> str:
    """Return the day of "26-FEB-1987 15:01:01.79"."""
    day, month, year = date.split()[0].split("-")
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}"


def by_article(kind: str) -> list[Judged]:
    """Return the counts of one kind, article by article."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in of_kind(kind):
        rows.setdefault(row["id"], []).append(row)
    return [judged(kind, each) for each in rows.values()]


def _told(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.2f} to {figure.high:.2f})"


def main() -> None:
    """Print the tables."""
    print("| read | given | right | precision | told to a reader | recall |\n| --- | --- | --- | --- | --- | --- |")
    for kind in ("day", "event", "dateline"):
        counts, parts = judged(kind, of_kind(kind)), by_article(kind)
        told = f"{counts.wanted} | {_told(ratio((c.right, c.wanted) for c in parts))}" if kind == "day" else " | "
        print(
            f"| {kind} | {counts.given} | {counts.right} | {_told(ratio((c.right, c.given) for c in parts))} | {told} |"
        )
    print("\n| articles | DATE mentions | with a day | two sentences | dateline | event date | model | these |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in ("allsides", "reuters"):
        print(_row(name, found_in(sample(name))))


def _row(name: str, found: Sequence[Found]) -> str:
    count = len(found)
    dates, resolved = sum(f.dates for f in found), sum(f.resolved for f in found)
    two = sum(len(f.essentials.lead) == 2 for f in found)
    lines = sum(f.essentials.dateline is not None for f in found)
    events = sum(f.essentials.event_date is not None for f in found)
    model, rules = (1000 * sum(getattr(f, part) for f in found) / count for part in ("model_seconds", "seconds"))
    return (
        f"| {count} of {name} | {dates} | {resolved} ({resolved / max(1, dates):.1%}) | {two / count:.1%}"
        f" | {lines} ({lines / count:.1%}) | {events} ({events / count:.1%})"
        f" | {model:.1f} ms | {rules:.2f} ms ({rules / model:.1%}) |"
    )


if __name__ == "__main__":
    main()
