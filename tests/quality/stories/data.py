"""Events that several outlets wrote about, among unrelated articles, each with a date of publication."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from streams.contracts.events import CleanArticle
from streams.core import clean_text
from tests.clean_articles import clean_article
from tests.quality.wire_edits.articles import rows

SEED: Final = 20260407
BACKGROUND: Final = 1_000
MIN_WORDS: Final = 100  # of the background: shorter rows are litter of pages
SUBJECT_DAYS: Final = 30  # two articles under one of AllSides' topics are so far apart at least, or may be one story
NO_EVENT: Final = -1
WEEK: Final = timedelta(days=7)
# How articles are dated. Events keep the time between their own articles in all of them.
WEEK_LONG: Final = "one week"  # all begin within a week, so that dates tell little
AS_DATED: Final = "2005 to 2014"  # events as they were; the window of time alone keeps most apart
UNDATED: Final = "undated"  # in the order of the week, without dates: everything is compared with everything
DATINGS: Final = (WEEK_LONG, AS_DATED, UNDATED)


class Told(NamedTuple):
    """An article, and the number of the event it tells of."""

    article: CleanArticle
    event: int  # NO_EVENT for the background


def told(dating: str = WEEK_LONG, seed: int = SEED) -> list[Told]:
    """Return events and background in order of publication."""
    rng = random.Random(f"{seed} {dating if dating != UNDATED else WEEK_LONG}")
    rng_background = random.Random(f"{seed} background")
    dated = _dated_events(dating, rng)
    first, last = min(when for _, when, _ in dated), max(when for _, when, _ in dated)
    for row in unrelated(rng_background):
        dated.append((row, first + rng.random() * (last - first), NO_EVENT))
    dated.sort(key=lambda item: (item[1], item[0]["url"]))
    return [Told(_clean(row, None if dating == UNDATED else when), event) for row, when, event in dated]


@lru_cache(maxsize=1)
def events() -> list[tuple[str, list[dict[str, Any]]]]:
    """Return headline and articles of each event; the one that stands there twice, once."""
    found = rows("stories/wikinews_events_dev.jsonl.gz")
    return list({event["articles"][0]["url"]: (event["title"], event["articles"]) for event in found}.values())


def _dated_events(dating: str, rng: random.Random) -> list[tuple[dict[str, Any], datetime, int]]:
    dated = []
    start = datetime(2012, 5, 7, tzinfo=UTC)
    for number, (_, articles) in enumerate(events()):
        first = datetime.fromtimestamp(min(row["published"] for row in articles), UTC)
        begins = first if dating == AS_DATED else start + rng.random() * WEEK
        for row in articles:
            # Days are all that is known: the hours within them are drawn.
            since = timedelta(seconds=row["published"] - first.timestamp(), hours=rng.random() * 24)
            dated.append((row, begins + since, number))
    return dated


def unrelated(rng: random.Random) -> list[dict[str, Any]]:
    """Draw articles of AllSides: no two of one day, nor of one of its topics within a month.

    AllSides sets side by side what several outlets say about one event, so any thousand of its articles hold stories.
    """
    days: set[date] = set()
    by_topic: dict[str, list[date]] = {}
    drawn: list[dict[str, Any]] = []
    candidates = rows("articles/allsides_8k.jsonl.gz")
    for row in rng.sample(candidates, len(candidates)):
        day = _day(row["date"])
        if day is None or day in days or len(row["body"].split()) < MIN_WORDS:
            continue
        if all(abs((day - other).days) > SUBJECT_DAYS for other in by_topic.get(row["topic"], ())):
            drawn.append(row)
            days.add(day)
            by_topic.setdefault(row["topic"], []).append(day)
    return drawn[:BACKGROUND]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _clean(row: dict[str, Any], when: datetime | None) -> CleanArticle:
    resolved = clean_text.resolve_entities(clean_text.safe(row["body"])[0])
    text = "\n\n".join(clean_text.paragraphs(resolved))
    title = clean_text.one_line(clean_text.resolve_entities(row["title"]))
    return clean_article(row["url"], title, text, published_at=when.isoformat() if when else None)


def back_filled(articles: Sequence[Told]) -> list[Told]:
    """Return the articles with the oldest third last."""
    cut = len(articles) // 3
    return [*articles[cut:], *articles[:cut]]


def newest_first(articles: Sequence[Told]) -> list[Told]:
    """Return the articles with the newest first, as an archive is read."""
    return [*articles[::-1]]


def shuffled(articles: Sequence[Told], seed: int) -> list[Told]:
    """Return the articles in an order drawn by seed."""
    return random.Random(seed).sample(articles, len(articles))
