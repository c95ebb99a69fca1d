"""Counting outcomes: which raw records have one, read from the topics alone, by `origin`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from streams.client import Received
from streams.contracts.errors import Malformed
from streams.contracts.origin import parse_origin
from streams.contracts.topics import AFTER_OUTCOME, Catalogue, TopicSpec

OUTCOMES: Final = ("enriched", "duplicates", "dead")


def outcome_topics(catalogue: Catalogue) -> dict[str, TopicSpec]:
    """Return the topics that hold the three outcomes, by their name in the summary."""
    return {"enriched": catalogue.enriched, "duplicates": catalogue.duplicates, "dead": catalogue.dead}


@dataclass(slots=True)
class Tally:
    """Outcomes by origin, as (partition, offset) of the raw record. A repeated record counts once."""

    catalogue: Catalogue
    found: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: {name: set() for name in OUTCOMES})
    attempts: dict[tuple[int, int], int] = field(default_factory=dict)
    repeats: int = 0

    def add(self, received: Received) -> str | None:
        """Count one record of an outcome topic; return which outcome, or None where it is not new or not ours."""
        name = next(name for name, topic in outcome_topics(self.catalogue).items() if topic.name == received.topic.name)
        try:
            headers = received.headers
        except Malformed:  # some other program wrote it
            return None
        position = raw_position(headers.origin, self.catalogue.raw.name)
        if position is None or headers.stage in AFTER_OUTCOME:
            return None
        return name if self._take(name, position, headers.attempt) else None

    def _take(self, name: str, position: tuple[int, int], attempt: int) -> bool:
        """Say whether this is news: the highest attempt is the outcome, what it supersedes counts no more."""
        if position in self.found[name] and self.attempts[position] >= attempt:
            self.repeats += 1
            return False
        if attempt < self.attempts.get(position, attempt):
            return False
        if attempt > self.attempts.setdefault(position, attempt):
            self.attempts[position] = attempt
            for positions in self.found.values():
                positions.discard(position)
        self.found[name].add(position)
        return True

    def counts(self, of: set[tuple[int, int]]) -> dict[str, int]:
        """Return how many of these raw records have each outcome."""
        return {name: len(positions & of) for name, positions in self.found.items()}

    def missing(self, expected: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the raw records that have no outcome yet."""
        have = set().union(*self.found.values())
        return sorted(set(expected) - have)


def raw_position(origin: str, raw: str) -> tuple[int, int] | None:
    """Return (partition, offset) of the raw record, or None where the origin is not on the raw topic."""
    parsed = parse_origin(origin)
    return (parsed.partition, parsed.offset) if parsed is not None and parsed.topic == raw else None


def summary(published: int, counts: dict[str, int], missing: int) -> str:
    """Return the line that says what became of everything."""
    return (
        f"published {published} = enriched {counts['enriched']} + duplicates {counts['duplicates']}"
        f" + dead {counts['dead']}, missing {missing}"
    )
