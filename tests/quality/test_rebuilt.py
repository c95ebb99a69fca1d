"""A state rebuilt from the log of decisions judges as one that never stopped: 50,000 articles, made of real ones."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from streams.contracts.events import CleanArticle
from streams.core.dedupe import Decision, DedupePolicy, DedupeState
from tests.bench import dedupe_fold
from tests.clean_articles import HOUR_MS, clean_article
from tests.data import needs_data
from tests.quality.figures import share
from tests.quality.plugin import Recorder

pytestmark = [pytest.mark.quality, needs_data]

SEED: Final = 20_261_125
ARRIVALS: Final = 50_000
STOPPED_AT: Final = 30_000  # by then the window has moved on, so that the log holds tombstones, too
APART_MS: Final = 72 * HOUR_MS // 20_000  # so many articles lie within the window
WAYS: Final = {"new": 40, "again": 10, "copy": 20, "cut": 10, "reworded": 10, "revised": 10}  # parts of a hundred


def arrivals(rng: random.Random) -> Iterator[CleanArticle]:
    """Yield articles: new ones, and earlier ones again, at other addresses, cut, with other words, or revised."""
    stock = dedupe_fold.load()
    made: list[CleanArticle] = []
    for number in range(ARRIVALS):
        way = rng.choices(list(WAYS), list(WAYS.values()))[0] if made else "new"
        if way == "new":
            made.append(_new(number, rng.sample(stock, 2), rng))
            yield made[-1]
        else:
            yield _again(number, way, rng.choice(made[-12_000:]), rng)


def _new(number: int, sources: list[CleanArticle], rng: random.Random) -> CleanArticle:
    """Return an article of the paragraphs of two, in another order."""
    parts = [part for source in sources for part in source.text.split("\n\n")][:24]
    rng.shuffle(parts)
    return clean_article(f"https://example.org/{number}", f"{number} {sources[0].title}", "\n\n".join(parts))


def _again(number: int, way: str, before: CleanArticle, rng: random.Random) -> CleanArticle:
    parts = before.text.split("\n\n")
    if way == "again":
        return before
    if way == "revised":
        return clean_article(str(before.url), before.title, "\n\n".join([*parts, f"Paragraph {number} was added."]))
    if way == "cut":
        parts = parts[: rng.randrange(len(parts) // 2, len(parts)) + 1]
    elif way == "reworded":
        parts = [" ".join(rng.choice(("", f"word{number} ")) * (rng.random() < 0.1) + word for word in part.split(" "))
                 for part in parts]  # fmt: skip
    return clean_article(f"https://other.net/{number}", before.title, "\n\n".join(parts))


class Running:
    """The fold with its log, as the stage keeps it: compacted, a tombstone takes a decision out."""

    def __init__(self, state: DedupeState) -> None:
        self.state = state
        self.log: dict[str, bytes] = {}
        self.tombstones = 0

    def take(self, article: CleanArticle, origin: str, at: int) -> bytes:
        for old in self.state.expired(at):
            self.state.forget(old)
            self.log.pop(old)
            self.tombstones += 1
        decision = self.state.judge(article, origin, at)
        self.state.apply(origin, decision)
        self.log[origin] = decision.encode()
        return self.log[origin]


def rebuilt(log: dict[str, bytes], rng: random.Random) -> Running:
    """Return the fold as it is after a restart; read in any order it is the same."""
    running = Running(DedupeState(DedupePolicy(), pipeline="p"))
    for origin in rng.sample(sorted(log), len(log)):
        running.state.restore(origin, log[origin])
        running.log[origin] = log[origin]
    return running


def test_a_rebuilt_state_judges_as_one_that_never_stopped(card: Recorder) -> None:
    rng = random.Random(SEED)
    never_stopped = Running(DedupeState(DedupePolicy(), pipeline="p"))
    restarted: Running | None = None
    outcomes = Counter[str]()
    for number, article in enumerate(arrivals(rng)):
        if number == STOPPED_AT:
            assert never_stopped.tombstones, "nothing has expired yet"
            restarted = rebuilt(never_stopped.log, rng)
        origin, at = f"raw/{number}", number * APART_MS
        decision = never_stopped.take(article, origin, at)
        if restarted is not None:
            assert restarted.take(article, origin, at) == decision, f"seed {SEED}, article {number}"
            known = Decision.decode(decision)
            outcomes[known.verdict or str(known.change)] += 1
    card.tell(f"seed {SEED}: {ARRIVALS - STOPPED_AT:,} verdicts after a restart, all the same: {dict(outcomes)}")
    card.check("rebuilt", {"the same verdict": share(ARRIVALS - STOPPED_AT, ARRIVALS - STOPPED_AT)})
    assert {"new", "revised", "same_article", "exact_copy", "near_copy", "contained"} <= outcomes.keys()
