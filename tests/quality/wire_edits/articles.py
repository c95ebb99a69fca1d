"""The articles that the benchmark is made from, shared out by seed so that no text has two parts in it."""

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from tests.data import DATA
from tests.quality.wire_edits import lines
from tests.quality.wire_edits.story import MIN_WORDS, Pool, Story, count_words, words_of

# One half of each set; thresholds were set on even rows (docs/quality.md).
HALVES: Final = {"tuned on": 0, "held out": 1}
ORIGINALS: Final = 1_400  # of AllSides, each edited three or four times
WIRES: Final = 400  # the same of Reuters: shorter, and of one outlet
EMBEDDED: Final = 400  # half of them hosts, half of them what is embedded
FIRSTS: Final = 300  # each of columns and of pages of one site: texts of the first ones
# Of AllSides and of Reuters each. More than there are series: not every text has as many names and figures as wanted.
PATTERNS: Final = 300
COPIED: Final = 120  # templates of which one report is copied
RUN_WORDS: Final = 5
TOLD_BEFORE: Final = 0.3  # of the runs of words of a report, in any reports before: more, and it may be an update
VOCABULARY: Final = 400  # articles whose words replace others
MIN_WIRE_WORDS: Final = 100  # half of them are still 50, and 60 must be left
MIN_PATTERN_WORDS: Final = 150
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}")


class Material(NamedTuple):
    """One half of the articles, shared out."""

    originals: Sequence[Story]
    hosts: Sequence[Story]
    pieces: Sequence[Story]
    columns: Sequence[Story]  # texts of the first day of each
    pages: Sequence[Story]  # texts of the first page of each site
    patterns: Sequence[Story]  # what templates are made of
    copied: Sequence[Story]  # the same, of templates of which one report is copied
    unrelated: Sequence[Story]  # these never come in before another article, so their text is free for later ones
    reports: Sequence[Story]  # short wire reports that neither are originals nor resemble another report
    events: Sequence[Sequence[Story]]  # what several outlets wrote about one event, oldest first
    pool: Pool


def material(half: str, seed: int) -> Material:
    """Share the articles of one half out; another seed gives each another part."""
    rng = random.Random(f"{seed} {half} material")
    parity = HALVES[half]
    features, reports, others = (_shuffled(rng, part(parity)) for part in (_allsides, _reuters, _others))
    long_wires = [story for story in reports if count_words(story) >= MIN_WIRE_WORDS]
    chosen = {story.url for story in long_wires[:WIRES]}
    rest = [story for story in reports if story.url not in chosen]
    parts = iter(features)
    originals = [*_take(parts, ORIGINALS), *long_wires[:WIRES]]
    embedded = _take(parts, EMBEDDED)
    columns, pages, patterns, copied = (_take(parts, count) for count in (FIRSTS, FIRSTS, PATTERNS, COPIED))
    wires = iter(rest)
    patterns += _take(filter(_is_long, wires), PATTERNS)
    rest = list(wires)
    unrelated = [*parts, *others, *rest[: len(rest) // 3]]
    return Material(
        originals=[_dressed(rng, story) for story in originals], hosts=embedded[::2], pieces=embedded[1::2],
        columns=columns, pages=pages, patterns=rng.sample(patterns, len(patterns)), copied=copied, unrelated=unrelated,
        reports=rest[len(rest) // 3 :], events=_events(parity), pool=_pool(unrelated[:VOCABULARY]),
    )  # fmt: skip


def _take(stories: Iterator[Story], count: int) -> list[Story]:
    return [story for story, _ in zip(stories, range(count), strict=False)]


def _shuffled(rng: random.Random, stories: Iterable[Story]) -> list[Story]:
    return rng.sample(given := list(stories), len(given))


def _is_long(story: Story) -> bool:
    return count_words(story) >= MIN_PATTERN_WORDS


def _dressed(rng: random.Random, story: Story) -> Story:
    """Return the story as its first outlet prints it, so that there is something to take away."""
    above = [make(rng) for make in (lines.byline, lines.header) if rng.random() < 0.4]
    return replace(
        story, above=tuple(above), dateline=lines.dateline(rng) if rng.random() < 0.4 else "",
        below=lines.footers(rng) if rng.random() < 0.4 else (),
    )  # fmt: skip


def _pool(stories: Sequence[Story]) -> Pool:
    text = " ".join(part for story in stories for part in story.paragraphs)
    plain = {word for word in text.split() if word.isalpha() and word.islower() and len(word) > 2}
    names = {name for name in _NAME.findall(text) if name.lower() not in plain}
    return Pool(sorted(plain), sorted(names))


@lru_cache(maxsize=8)
def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of one file of the measuring data."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as found:
        return [json.loads(line) for line in found]


def _story(url: str, title: str, text: str, published: str = "") -> Story:
    parts = tuple(" ".join(part.split()) for part in text.split("\n") if part.strip())
    return Story(url, title, parts, published=f"{published}T12:00:00+00:00" if _DAY.fullmatch(published) else None)


def _allsides(parity: int) -> Iterator[Story]:
    for number, row in enumerate(rows("articles/allsides_8k.jsonl.gz")):
        if number % 2 == parity:
            yield _story(f"https://example.org/allsides/{row['id']}", row["title"], row["body"], row["date"])


@lru_cache(maxsize=2)
def _reuters(parity: int) -> list[Story]:
    return unlike(_wires(parity))


def unlike(stories: Iterable[Story]) -> list[Story]:
    """Return the stories of which no earlier one tells much: reports come again, longer or corrected."""
    told: set[tuple[str, ...]] = set()
    kept = []
    for story in stories:
        words = words_of(story.paragraphs)
        runs = set(zip(*(words[at:] for at in range(RUN_WORDS)), strict=False))
        if len(runs & told) <= TOLD_BEFORE * len(runs):
            kept.append(story)
        told |= runs
    return kept


def _wires(parity: int) -> Iterator[Story]:
    """Yield the reports that are in none of the pairs that resemble each other: those are counted for themselves."""
    alike = {pair[side] for pair in rows("near_duplicates/reuters_train_pairs.jsonl.gz") for side in ("a", "b")}
    for row in rows("articles/reuters_train.jsonl.gz"):
        if int(row["id"]) % 2 == parity and row["id"] not in alike:
            day = datetime.strptime(row["date"].strip()[:11].strip(), "%d-%b-%Y").date().isoformat()
            story = _story(f"https://example.org/reuters/{row['id']}", row["title"], wire_text(row["body"]), day)
            if story.paragraphs and count_words(story) >= MIN_WORDS:
                yield story


def wire_text(body: str) -> str:
    """Return the body of a Reuters report with its hand-wrapped lines joined, a line a paragraph."""
    return "\n".join(re.sub(r"\s+", " ", part) for part in re.split(r"\n\s{2,}", body))


def _others(parity: int) -> Iterator[Story]:
    for number, row in enumerate(rows("topics/bbc.jsonl.gz")):
        title, _, text = row["text"].partition("\n")
        if number % 4 == parity:  # a quarter is enough
            yield _story(f"https://example.org/bbc/{number}", title, text)
    for number, row in enumerate(rows("topics/masakhanews_en_dev.jsonl.gz")):
        if number % 2 == parity:
            yield _story(f"https://example.org/masakhanews/{number}", row["title"], row["text"])


def _events(parity: int) -> list[list[Story]]:
    events = rows("stories/wikinews_events_dev.jsonl.gz")[parity::2]
    return [
        [
            _story(f"https://example.org/event/{parity}/{number}/{at}", row["title"], row["body"])
            for at, row in enumerate(sorted(event["articles"], key=lambda row: row["published"] or 0))
        ]
        for number, event in enumerate(events)
    ]
