"""What the outcomes of a raw record prove: which one is current, what it supersedes, and where the promise is broken.

Plain data in, plain data out: reading the topics and keeping what was read is for `newswire reconcile`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from streams.contracts.events import OUTCOMES

KINDS: Final = tuple(OUTCOMES)
ENRICHED, DUPLICATE, DEAD = KINDS

VIOLATIONS: Final[dict[str, str]] = {
    "missing": "a raw record without an outcome",
    "doubled": "two outcomes of one attempt where there may be one",
    "differing_repeats": "an outcome that was repeated with other bytes",
    "two_owners": "one version of an article, enriched from two raw records",
    "canonical_never_enriched": "a duplicate of an article that was never enriched",
    "unfounded": "an outcome of a raw record that does not exist",
}


class Outcome(NamedTuple):
    """One outcome of a raw record, however often it was written with the same bytes.

    `written` is the broker's time of the newest repeat, in ms since 1970 UTC; `repeats` counts all but the first.
    """

    kind: str
    attempt: int
    pipeline: str
    digest: bytes
    written: int
    repeats: int = 0


class Judged(NamedTuple):
    """What the outcomes of one raw record come to."""

    current: Outcome
    superseded: tuple[Outcome, ...]
    doubled: str  # what contradicts what, empty where nothing does
    differing: str  # which outcome has several contents, empty where none has


class Owner(NamedTuple):
    """A raw record that an article's version was enriched from; `ingested_at` in ms since 1970 UTC."""

    origin: str
    ingested_at: int


def judge(outcomes: Sequence[Outcome]) -> Judged:
    """Return what the outcomes of one raw record come to; there is at least one.

    The current outcome is of the highest attempt and, within it, of the pipeline that wrote last. The others are
    superseded, but for those that contradict it or repeat it with other bytes.
    """
    if len(outcomes) == 1:
        return Judged(outcomes[0], (), "", "")
    ordered = sorted(outcomes, key=lambda one: (one.attempt, one.written, one.pipeline, one.kind, one.digest))
    current = ordered[-1]
    superseded = {_name(one): one for one in ordered if not _same_run(one, current)}
    return Judged(current, tuple(superseded.values()), _contradiction(ordered), _difference(ordered))


def gaps(found: Iterable[int], begin: int, end: int) -> Iterator[range]:
    """Return the runs of offsets in [begin, end) that are not among those found, which ascend."""
    expected = begin
    for offset in found:
        if offset >= end:
            break
        if offset > expected:
            yield range(expected, offset)
        expected = max(expected, offset + 1)
    if expected < end:
        yield range(expected, end)


def contested(owners: Sequence[Owner], times: Sequence[int], *, window_ms: int, max_articles: int) -> list[Owner]:
    """Return the owners of one version of an article that dedupe should not both have let through.

    What dedupe has forgotten it may meet again as new: after `window_ms`, or after `max_articles` others.

    Args:
        owners: two or more.
        times: `ingested_at` of every decided record, ascending.
        window_ms: how long dedupe remembers.
        max_articles: how many records dedupe remembers.
    """
    ordered = sorted(owners, key=lambda one: (one.ingested_at, one.origin))
    close: dict[str, Owner] = {}
    for earlier, later in pairwise(ordered):
        apart = later.ingested_at - earlier.ingested_at
        between = _between(times, earlier.ingested_at, later.ingested_at)
        if apart <= window_ms and between < max_articles:
            close.update({earlier.origin: earlier, later.origin: later})
    return list(close.values())


def _between(times: Sequence[int], first: int, last: int) -> int:
    return bisect_left(times, last) - bisect_right(times, first)


def _name(outcome: Outcome) -> tuple[str, int, str]:
    return outcome.kind, outcome.attempt, outcome.pipeline


def _same_run(one: Outcome, other: Outcome) -> bool:
    return (one.attempt, one.pipeline) == (other.attempt, other.pipeline)


def _contradiction(outcomes: Sequence[Outcome]) -> str:
    """Two kinds in one run of one pipeline; or enriched and duplicate in one attempt, whichever pipelines wrote them.

    The decision of dedupe is written once: another pipeline may reject a record, but not decide it again.
    """
    for number, one in enumerate(outcomes):
        for other in outcomes[number + 1 :]:
            if one.kind == other.kind or one.attempt != other.attempt:
                continue
            if one.pipeline == other.pipeline or DEAD not in (one.kind, other.kind):
                return f"{_words(one)} and {_words(other)}"
    return ""


def _difference(outcomes: Sequence[Outcome]) -> str:
    seen: dict[tuple[str, int, str], bytes] = {}
    for one in outcomes:
        if seen.setdefault(_name(one), one.digest) != one.digest:
            return f"{_words(one)} has several contents"
    return ""


def _words(outcome: Outcome) -> str:
    return f"{outcome.kind} (attempt {outcome.attempt}, pipeline {outcome.pipeline})"
